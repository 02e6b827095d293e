//! Integration tests: the `kb` binary on small and real projects, and the shape of its source.

mod addresses;
mod articles;
mod bad_input;
mod commands;
mod contact;
mod corpora;
mod dates;
mod determinism;
mod expected;
mod growth;
mod icons;
mod images;
mod interrupt;
mod links;
mod manual;
mod pages;
mod popular;
mod preview;
mod queries;
mod search;
mod serve;
mod signals;
mod support;
mod template_context;
mod themes;
mod untrusted;
