//! The cost of a search in the browser, with kb and Pagefind side by side: bytes, requests, milliseconds.

use std::fs;
use std::process::{Command, Stdio};

use clap::Args;

use super::work;
use crate::browser::{self, Tools};
use crate::step::run;
use crate::{Failure, Outcome};

/// What to measure.
#[derive(Args)]
pub(crate) struct SearchBenchOptions {
    /// How many articles (the corpus has subsets of 200, 1000 and 10000).
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [200, 1_000, 10_000])]
    sizes: Vec<u32>,
}

/// Builds the corpus with kb, and measures searches in the browser on that site and on the one of Hugo and Pagefind.
pub(super) fn compare(options: &SearchBenchOptions) -> Outcome {
    let tools = Tools::find()?;
    let kb = browser::release()?;
    let mut above = Vec::new();
    for size in &options.sizes {
        let corpus = work().join(format!("corpus/md-{size}"));
        let peer = work().join(format!("out/hugopf-{size}"));
        if !corpus.is_dir() || !peer.join("pagefind").is_dir() {
            println!(
                "\n{size} articles: skipped, {} is not there; `cargo xtask bench --size {size}` makes it",
                peer.display()
            );
            continue;
        }
        let site = browser::work().join(format!("bench-{size}"));
        let _ = fs::remove_dir_all(&site);
        let mut build = Command::new(&kb);
        build.args(["build", "-q"]).arg(&corpus).arg("-o").arg(&site);
        let built = build.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let built = built.map_err(|error| Failure::new(format!("cannot run kb: {error}")))?;
        // Exit code 1 means that the articles have errors; the site is still complete.
        if !matches!(built.code(), Some(0 | 1)) {
            return Err(Failure::new(format!("kb ended with {built}")));
        }
        let mut measure = tools.node(&kb);
        measure.arg("bench.js").arg(size.to_string()).arg(&site).arg(&peer);
        if run(&mut measure).is_err() {
            above.push(size.to_string());
        }
    }
    if above.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "above a ceiling, or not measured, at {} articles",
            above.join(" and ")
        )))
    }
}
