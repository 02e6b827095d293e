//! Builds the same corpus with kb and other generators, in turn, in one run.
//!
//! The script of the comparison measures all of them, so that kb is measured exactly like the others.

mod search;
mod serve;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::step::run;
use crate::{Failure, Outcome, browser, root, shared, target};

/// What to measure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct BenchOptions {
    #[command(subcommand)]
    other: Option<Other>,
    /// How many articles (repeatable; the corpus has subsets of 200, 1000 and 10000).
    #[arg(long = "size", value_name = "N", default_values_t = [1_000, 10_000])]
    sizes: Vec<u32>,
    /// Number of builds per tool; medians are compared.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The tools; the first is compared with each of the others.
    #[arg(long, value_delimiter = ',', default_value = "kb,hugo,hugo+pagefind")]
    tools: Vec<String>,
}

#[derive(Subcommand)]
enum Other {
    /// Search the corpus in a browser with kb and Pagefind, and print bytes, requests and times.
    Search(search::SearchBenchOptions),
    /// Edit articles while kb and Hugo serve them, and print the time until each shows the change.
    Serve(serve::ServeBenchOptions),
}

/// The measures of a build, with their names in the output of the script.
const MEASURES: [(&str, &str); 4] = [
    ("wall s", "wall"),
    ("CPU s", "cpu"),
    ("peak MB", "rss_mb"),
    ("output MB", "bytes"),
];

/// The largest ratios of kb to Hugo alone at 10,000 articles: wall time and peak memory.
const CEILINGS: [(&str, f64); 2] = [("wall", 1.0), ("rss_mb", 0.5)];

/// The folders of the corpus and of the other tools.
fn work() -> PathBuf {
    let work = std::env::var_os("BENCH").map_or_else(|| target().join("bench-work"), PathBuf::from);
    root().join(work)
}

/// `cargo xtask bench`.
pub(crate) fn measure_all(options: &BenchOptions) -> Outcome {
    match &options.other {
        None => compare(options),
        Some(Other::Search(options)) => search::compare(options),
        Some(Other::Serve(options)) => serve::compare(options),
    }
}

/// Prepares the other tools, measures, and prints medians and ratios.
fn compare(options: &BenchOptions) -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let work = work();
    let kb = browser::release()?;
    run(Command::new(shared.join("bench/setup.sh")).env("BENCH", &work))?;
    announce(&work, &kb)?;
    let mut missed = Vec::new();
    for &size in &options.sizes {
        let rows = measure(&work, size, options)?;
        missed.extend(print(size, &options.tools, &rows));
        println!("\nstages of kb at {size} articles:");
        stages(&work, &kb, size)?;
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(missed.join("\n")))
    }
}

/// Tells the script how to run kb.
fn announce(work: &Path, kb: &Path) -> Outcome {
    let path = work.join("scripts/tools.json");
    let fail = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
    let mut tools: Value = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| fail(&error))?,
        Err(_) => json!({}),
    };
    let (kb, out) = (kb.display(), work.join("out/kb-{S}"));
    tools["kb"] = json!({
        "cwd": work,
        // Exit code 1 means that the articles have errors; the site is still complete.
        "cmd": format!("{kb} build -q corpus/md-{{S}} -o {} || [ $? -eq 1 ]", out.display()),
        "out": out,
    });
    fs::write(&path, format!("{tools:#}")).map_err(|error| fail(&error))
}

/// Figures of one build by measure.
type Row = BTreeMap<&'static str, f64>;

/// Runs every tool in turn, for several rounds; returns the figures of each.
fn measure(work: &Path, size: u32, options: &BenchOptions) -> Result<BTreeMap<String, Vec<Row>>, Failure> {
    let results = work.join(format!("results/build-{size}.jsonl"));
    let before = fs::read_to_string(&results).unwrap_or_default().len();
    let (size, rounds) = (size.to_string(), options.rounds.to_string());
    let script = work.join("scripts/build_bench.py");
    let python = work.join("venv/bin/python3");
    run(Command::new(python)
        .arg(script)
        .args([&size, &rounds, &options.tools.join(",")])
        .env("BENCH", work))?;
    let all = fs::read_to_string(&results).map_err(|error| Failure::new(format!("{}: {error}", results.display())))?;
    let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for line in all.get(before..).unwrap_or_default().lines() {
        let line: Value =
            serde_json::from_str(line).map_err(|error| Failure::new(format!("{}: {error}", results.display())))?;
        let tool = line["tool"].as_str().unwrap_or_default();
        if line["exit"] != 0 || line["killed"] == true {
            let log = work.join(format!("results/last-{tool}.err"));
            return Err(Failure::new(format!(
                "{tool} failed: {}",
                fs::read_to_string(log).unwrap_or_default()
            )));
        }
        let row = MEASURES
            .iter()
            .filter_map(|(_, key)| Some((*key, line[*key].as_f64()?)))
            .collect();
        rows.entry(tool.to_owned()).or_default().push(row);
    }
    Ok(rows)
}

/// Prints medians and the ratios of the first tool to the others; returns the limits that kb exceeds.
fn print(size: u32, tools: &[String], rows: &BTreeMap<String, Vec<Row>>) -> Vec<String> {
    let median = |tool: &str, key: &str| {
        let mut values: Vec<f64> = rows.get(tool)?.iter().filter_map(|row| row.get(key).copied()).collect();
        values.sort_by(f64::total_cmp);
        let middle = values
            .get((values.len().max(1) - 1) / 2)
            .zip(values.get(values.len() / 2));
        middle.map(|(low, high)| f64::midpoint(*low, *high))
    };
    println!("\n{size} articles, medians");
    print!("{:28}", "");
    for (title, _) in MEASURES {
        print!("{title:>12}");
    }
    println!();
    for tool in tools {
        print!("{tool:28}");
        for (_, key) in MEASURES {
            let scale = if key == "bytes" { 1e-6 } else { 1.0 };
            median(tool, key).map_or_else(|| print!("{:>12}", "-"), |value| print!("{:>12.2}", value * scale));
        }
        println!();
    }
    let Some((first, others)) = tools.split_first() else {
        return Vec::new();
    };
    let mut missed = Vec::new();
    for other in others {
        print!("{:28}", format!("{first} / {other}"));
        for (title, key) in MEASURES {
            let ratio = median(first, key)
                .zip(median(other, key))
                .map(|(mine, theirs)| mine / theirs);
            ratio.map_or_else(|| print!("{:>12}", "-"), |ratio| print!("{ratio:>11.2}x"));
            let ceiling = CEILINGS
                .iter()
                .find(|(measure, _)| *measure == key)
                .map(|(_, ceiling)| *ceiling);
            if let Some((ratio, ceiling)) = ratio.zip(ceiling)
                && (size, first.as_str(), other.as_str()) == (10_000, "kb", "hugo")
                && ratio > ceiling
            {
                missed.push(format!(
                    "{title}: kb takes {ratio:.2} of what Hugo takes; the ceiling is {ceiling}"
                ));
            }
        }
        println!();
    }
    missed
}

/// Prints kb's time per stage.
fn stages(work: &Path, kb: &Path, size: u32) -> Outcome {
    let out = work.join(format!("out/kb-{size}"));
    let _ = fs::remove_dir_all(&out);
    let mut build = Command::new(kb);
    build
        .args(["build", "-q"])
        .arg(work.join(format!("corpus/md-{size}")))
        .arg("-o")
        .arg(&out);
    let status = build
        .args(["--timings", "--format", "json"])
        .stdout(Stdio::null())
        .current_dir(work)
        .status();
    let status = status.map_err(|error| Failure::new(format!("cannot run kb: {error}")))?;
    if matches!(status.code(), Some(0 | 1)) {
        Ok(())
    } else {
        Err(Failure::new(format!("kb ended with {status}")))
    }
}
