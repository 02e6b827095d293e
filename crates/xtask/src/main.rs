//! Developer commands of kb: `cargo xtask COMMAND`.

mod bench;
mod browser;
mod calibrate;
mod dependencies;
mod gate;
mod npm;
mod relevance;
mod scripts;
mod step;
mod wasm;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Developer commands of kb.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The one gate: format, dependencies, scripts, clippy, documentation, all tests, browser, wasm.
    Test,
    /// Update the expected outputs of the fixture tests; review the difference before you commit it.
    Bless,
    /// Build the benchmark corpus with kb, Hugo, and Hugo with Pagefind in turn, and print the ratios;
    /// with `search`, search it in a browser; with `serve`, edit it while it is served.
    Bench(bench::BenchOptions),
    /// Run the relevance sets, and compare with a plain engine.
    Relevance {
        /// The engine to use.
        #[arg(long, default_value = "tantivy")]
        engine: String,
    },
    /// Fit the confidence of suggestions to the relevance sets, each left out once; fails if the code has another.
    Calibrate,
    /// Check the JavaScript with TypeScript and oxlint.
    Scripts,
    /// Test built sites in a real browser (Chromium, driven by Node.js).
    Browser {
        /// Instead, run all queries of all relevance sets, and compare with `kb search`.
        #[arg(long)]
        sets: bool,
    },
    /// Take screenshots of every kind of page, wide and narrow, light and dark, into `target/screenshots`.
    Screenshots {
        /// Only screenshots whose names contain one of these: `home`, `phone-dark`, `ar-`.
        names: Vec<String>,
        /// Instead, update the images of the README, in `media`.
        #[arg(long, conflicts_with = "names")]
        readme: bool,
    },
    /// Run Lighthouse on the showcase with a phone profile; fails below 100.
    Lighthouse,
    /// Build the search engines for browsers into `crates/kb-search-wasm/dist`.
    Wasm {
        /// Only build all of them again and compare; change nothing.
        #[arg(long)]
        check: bool,
    },
    /// Follow every reference of a built site; fails if one is broken.
    Crawl(Crawl),
}

#[derive(Args)]
struct Crawl {
    /// The built site.
    folder: PathBuf,
    /// The URL of the site, if its home page does not contain it.
    #[arg(long)]
    base: Option<String>,
    /// Ignore broken images: for content whose images are kept elsewhere.
    #[arg(long)]
    without_media: bool,
    /// A page whose links do not count as clicks, such as the list of all articles (repeatable).
    #[arg(long, value_name = "FILE", default_values_t = [String::from("all/index.html")])]
    no_shortcut: Vec<String>,
    /// Fail if an article is more than this number of clicks away from the home page.
    #[arg(long, value_name = "N")]
    max_clicks: Option<usize>,
}

/// Why a command failed; printed once to standard error.
#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

type Outcome = Result<(), Failure>;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test => gate::test(),
        Command::Bless => gate::bless(),
        Command::Bench(options) => bench::measure_all(&options),
        Command::Relevance { engine } => relevance::compare(&engine),
        Command::Calibrate => calibrate::calibrate(),
        Command::Scripts => scripts::check(),
        Command::Browser { sets: false } => browser::test(),
        Command::Browser { sets: true } => browser::compare_sets(),
        Command::Screenshots { readme: true, .. } => browser::readme_images(),
        Command::Screenshots { names, readme: false } => browser::screenshots(&names),
        Command::Lighthouse => browser::lighthouse(),
        Command::Wasm { check: false } => wasm::build(),
        Command::Wasm { check: true } => wasm::check(wasm::Check::All),
        Command::Crawl(options) => report_crawl(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// The folder with corpora, relevance sets and the peer comparison, which are too big for the repository. Prints a
/// message and returns `None` if there is none.
fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("KB_SHARED").map(PathBuf::from);
    let folder = named.or_else(|| root().parent().map(|parent| parent.join("shared")))?;
    if folder.is_dir() {
        return folder.canonicalize().ok();
    }
    println!("skipped: needs the folder with corpora and relevance sets; name it in KB_SHARED");
    None
}

/// The folder in which cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn report_crawl(options: &Crawl) -> Outcome {
    let settings = crawl::CrawlOptions {
        base: options.base.clone(),
        no_shortcut: options.no_shortcut.clone(),
    };
    let report = crawl::crawl(&options.folder, &settings)
        .map_err(|error| Failure::new(format!("cannot crawl {}: {error}", options.folder.display())))?;
    let (media, problems): (Vec<_>, Vec<_>) = report
        .problems
        .iter()
        .partition(|problem| options.without_media && problem.kind == crawl::ReferenceKind::Media);
    for problem in &problems {
        println!("{problem}");
    }
    for page in &report.unreachable {
        println!("{page}: no chain of links leads here");
    }
    for (file, id) in &report.duplicate_ids {
        println!("{file}: note: the id \"{id}\" occurs more than once");
    }
    let mut far = 0;
    for article in report
        .articles
        .iter()
        .filter(|article| !report.unreachable.contains(article))
    {
        let clicks = report.clicks.get(article);
        if options
            .max_clicks
            .is_some_and(|most| clicks.is_none_or(|clicks| *clicks > most))
        {
            let distance = clicks.map_or_else(
                || "found in lists only".to_owned(),
                |n| format!("{n} clicks from the home page"),
            );
            println!("{article}: {distance}");
            far += 1;
        }
    }
    println!(
        "{} pages, {} references: {} broken, {} pages unreachable, {} repeated ids{}",
        report.pages,
        report.references,
        problems.len(),
        report.unreachable.len(),
        report.duplicate_ids.len(),
        if media.is_empty() {
            String::new()
        } else {
            format!(", {} missing images left out", media.len())
        },
    );
    let depths: Vec<_> = report
        .articles_by_clicks()
        .iter()
        .map(|(clicks, n)| format!("{clicks}: {n}"))
        .collect();
    println!(
        "{} articles; by clicks from the home page: {}",
        report.articles.len(),
        depths.join(", ")
    );
    if problems.is_empty() && report.unreachable.is_empty() && far == 0 {
        Ok(())
    } else {
        Err(Failure::new("the site has faults"))
    }
}
