//! Integration tests: the `kb` binary on small and real projects, and the shape of its source.

mod bad_input;
mod commands;
mod corpora;
mod dates;
mod determinism;
mod expected;
mod interrupt;
mod layers;
mod manual;
mod pages;
mod preview;
mod search;
mod serve;
mod support;
mod template_context;
mod themes;
