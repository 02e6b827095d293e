//! Compares kb with other generators on the same corpus, in one run.

mod build;
mod corpus;
mod search;
mod serve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{Outcome, root, target};

/// What to measure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchOptions {
    #[command(subcommand)]
    other: Option<Other>,
    #[command(flatten)]
    build: build::BuildBenchOptions,
}

#[derive(Subcommand)]
enum Other {
    /// Search the corpus in a browser with kb and Pagefind, and print bytes, requests and times.
    Search(search::SearchBenchOptions),
    /// Edit articles while kb and Hugo serve them, and print the time until each shows the change.
    Serve(serve::ServeBenchOptions),
}

/// The folders of the corpus and of the other tools.
fn work() -> PathBuf {
    let work = std::env::var_os("BENCH").map_or_else(|| target().join("bench-work"), PathBuf::from);
    root().join(work)
}

/// `cargo xtask bench`.
pub(crate) fn measure_all(options: &BenchOptions) -> Outcome {
    match &options.other {
        None => build::compare(&options.build),
        Some(Other::Search(options)) => search::compare(options),
        Some(Other::Serve(options)) => serve::compare(options),
    }
}
