//! From saving an article to the page in the browser: `kb serve --watch` and `hugo server` side by side.
//!
//! Both serve copies of the same files and are measured in turn, edit by edit, in one run: a word that is nowhere else
//! is added to an article, and the page is asked for every two milliseconds until it holds the word.

mod content;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;

use self::content::{Article, Content};
use self::server::{Server, Tool};
use super::work;
use crate::{Failure, Outcome, browser};

/// How long kb waits for more changes after one (`WatchOptions::quiet`): part of its figures, beside the ceilings.
const DEBOUNCE: Duration = Duration::from_millis(20);
/// Interval of the requests that check for a change.
const ASK: Duration = Duration::from_millis(2);
/// Interval between requests to kb's search, which answers a burst of 40 requests and then 20 per second.
const ASK_SEARCH: Duration = Duration::from_millis(4);
/// How long it takes until kb's search answers 40 questions at once again.
const REFILL: Duration = Duration::from_millis(2_200);
/// Between two edits, so that one is never gathered together with another.
const PAUSE: Duration = Duration::from_millis(500);
/// The timeout for a change.
const LIMIT: Duration = Duration::from_mins(1);
/// Number of measurements of slow changes.
const ROUNDS: usize = 3;
/// Number of files that the checkout of another branch changes.
const BRANCH: usize = 500;
/// Duration of the measurement of idle servers.
const IDLE: Duration = Duration::from_secs(10);

/// The limits for kb, by number of articles: milliseconds from an edit to the page and to the search, without the
/// debounce.
const EDIT_CEILINGS: [(u32, f64); 2] = [(1_000, 50.0), (10_000, 100.0)];
/// The limits for kb up to 10,000 articles: milliseconds, MB, percent of one processor.
const CATEGORY_CEILING: f64 = 1_000.0;
const BRANCH_CEILING: f64 = 2_000.0;
const MEMORY_CEILING: f64 = 700.0;
/// One tick of the system's clock in ten seconds is the least that can be seen.
const IDLE_CEILING: f64 = 0.1;

/// What to measure.
#[derive(Args)]
pub(crate) struct ServeBenchOptions {
    /// How many articles (the corpus has subsets of 200, 1000 and 10000).
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000])]
    sizes: Vec<u32>,
    /// Number of measured edits.
    #[arg(long, value_name = "N", default_value_t = 20)]
    edits: usize,
    /// The servers.
    #[arg(long, value_delimiter = ',', default_value = "kb,hugo")]
    tools: Vec<Tool>,
    /// Keep the copies and the messages of the servers, and print their folder.
    #[arg(long)]
    keep: bool,
}

/// `cargo xtask bench serve`.
pub(super) fn compare(options: &ServeBenchOptions) -> Outcome {
    let mut programs = Vec::new();
    for &tool in &options.tools {
        let found = match tool {
            Tool::Kb => Some(browser::release()?),
            Tool::Hugo => server::hugo(&work()),
        };
        let Some(program) = found else {
            println!("{tool}: skipped, not in {}", work().display());
            continue;
        };
        programs.push((tool, program));
    }
    let mut missed = Vec::new();
    for &size in &options.sizes {
        let site = work().join(format!("sites/hugo-{size}"));
        if site.join("content").is_dir() {
            missed.extend(compare_at(size, &site, &programs, options)?);
        } else {
            println!(
                "\n{size} articles: skipped, {} is not there; `cargo xtask bench --size {size}` makes it",
                site.display()
            );
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(missed.join("\n")))
    }
}

/// Measures at one size; returns the limits that were exceeded.
fn compare_at(
    size: u32,
    site: &Path,
    programs: &[(Tool, PathBuf)],
    options: &ServeBenchOptions,
) -> Result<Vec<String>, Failure> {
    let folder = Folder::new(size, options.keep)?;
    let mut runs = Vec::new();
    for (tool, program) in programs {
        let copy = folder.path.join(tool.to_string());
        let content = Content::copy(site, &copy, *tool)?;
        let articles = content.articles()?;
        let first = articles.first().ok_or_else(|| Failure::new("the corpus is empty"))?;
        let server = Server::start(*tool, program, &copy, &first.url, LIMIT)?;
        runs.push(Run {
            articles,
            figures: Figures {
                first: server.first.as_secs_f64(),
                ..Figures::default()
            },
            server,
            missed: Vec::new(),
        });
    }
    sleep(Duration::from_secs(3));
    for edit in 0..options.edits {
        for run in &mut runs {
            run.edit(edit, options.edits)?;
        }
    }
    for run in &mut runs {
        run.search(options.edits)?;
        run.figures.memory = run.server.memory("VmRSS");
    }
    for round in 0..ROUNDS {
        for run in &mut runs {
            run.category(round)?;
            run.branch()?;
        }
    }
    sleep(Duration::from_secs(3));
    let before: Vec<_> = runs.iter().map(|run| run.server.processor_time()).collect();
    sleep(IDLE);
    for (run, before) in runs.iter_mut().zip(before) {
        let after = run.server.processor_time();
        run.figures.idle = before
            .zip(after)
            .map(|(before, after)| (after - before) / IDLE.as_secs_f64() * 100.0);
        run.figures.peak = run.server.memory("VmHWM");
    }
    print(size, &runs);
    let mut missed: Vec<String> = runs.iter().flat_map(|run| run.missed.clone()).collect();
    missed.extend(
        runs.iter()
            .filter(|run| run.server.tool == Tool::Kb)
            .flat_map(|run| above(size, &run.figures)),
    );
    Ok(missed)
}

/// One server and what was measured of it.
struct Run {
    server: Server,
    articles: Vec<Article>,
    figures: Figures,
    missed: Vec<String>,
}

/// Times, in milliseconds unless noted.
#[derive(Default)]
struct Figures {
    /// Seconds.
    first: f64,
    page: Vec<f64>,
    search: Vec<f64>,
    pack: Vec<f64>,
    category: Vec<f64>,
    branch: Vec<f64>,
    /// Percent of one processor.
    idle: Option<f64>,
    /// MB, after the edits of single articles, and at most.
    memory: Option<f64>,
    peak: Option<f64>,
}

impl Run {
    /// Waits for something; returns the milliseconds since the given time.
    fn wait(&mut self, what: &str, since: Instant, ask: Duration, is_there: impl Fn(&Server) -> bool) -> Option<f64> {
        while since.elapsed() < LIMIT {
            if is_there(&self.server) {
                return Some(since.elapsed().as_secs_f64() * 1e3);
            }
            sleep(ask);
        }
        let tool = self.server.tool;
        self.missed
            .push(format!("{tool}: {what} was not there within {} s", LIMIT.as_secs()));
        None
    }

    /// Adds a word to the article, waits until it shows, and takes the word out again.
    fn change(
        &mut self,
        article: &Article,
        what: &str,
        ask: Duration,
        is_there: impl Fn(&Server, &str) -> bool,
    ) -> Result<Option<f64>, Failure> {
        let word = content::word();
        let old = article.read()?;
        let since = Instant::now();
        article.write(&format!("{old}\n\n{word}\n"))?;
        let took = self.wait(what, since, ask, |server| is_there(server, &word));
        article.write(&old)?;
        self.wait("an undone edit", Instant::now(), ASK, |server| {
            !server.shows(&article.url, &word)
        });
        Ok(took)
    }

    /// From an edit to the page.
    fn edit(&mut self, edit: usize, of: usize) -> Outcome {
        let article = self.article(edit, of);
        sleep(PAUSE);
        let took = self.change(&article, "an edit", ASK, |server, word| {
            server.shows(&article.url, word)
        })?;
        self.figures.page.extend(took);
        Ok(())
    }

    /// From an edit to kb's search, and to the pack that the search in the browser reads.
    fn search(&mut self, edits: usize) -> Outcome {
        if self.server.tool != Tool::Kb {
            return Ok(());
        }
        for edit in 0..edits {
            let article = self.article(edit, edits);
            sleep(REFILL);
            let took = self.change(&article, "a word in api/search", ASK_SEARCH, |server, word| {
                server.finds(&article.url, word)
            })?;
            self.figures.search.extend(took);
            sleep(PAUSE);
            let before = self.server.get(BOOT);
            let took = self.change(&article, "a changed pack", ASK, |server, _| {
                let now = server.get(BOOT);
                now.is_some() && now != before
            })?;
            self.figures.pack.extend(took);
        }
        Ok(())
    }

    /// From another title of a category to the category's page.
    fn category(&mut self, round: usize) -> Outcome {
        let article = self.article(round, ROUNDS);
        let (category, old) = article.category()?;
        let word = content::word();
        sleep(PAUSE);
        let since = Instant::now();
        category.write(&format!("---\ntitle: \"{word}\"\n---\n"))?;
        let took = self.wait("a category's title", since, ASK, |server| {
            server.shows(&category.url, &word)
        });
        self.figures.category.extend(took);
        category.write(&old)?;
        self.wait("a category's old title", Instant::now(), ASK, |server| {
            !server.shows(&category.url, &word)
        });
        Ok(())
    }

    /// From the checkout of another branch to the page of the last file; like git, it deletes and writes files.
    fn branch(&mut self) -> Outcome {
        let word = content::word();
        let articles: Vec<Article> = self.articles.iter().take(BRANCH).cloned().collect();
        let old: Vec<String> = articles.iter().map(Article::read).collect::<Result<_, _>>()?;
        sleep(PAUSE);
        let since = Instant::now();
        for (article, old) in articles.iter().zip(&old) {
            article.replace(&format!("{old}\n\n{word}\n"))?;
        }
        if let Some(last) = articles.last() {
            let took = self.wait("another branch", since, ASK, |server| server.shows(&last.url, &word));
            self.figures.branch.extend(took);
        }
        for article in &articles {
            let what = format!("{} of another branch", article.url);
            let begin = Instant::now();
            self.wait(&what, begin, ASK, |server| server.shows(&article.url, &word));
        }
        for (article, old) in articles.iter().zip(&old) {
            article.replace(old)?;
        }
        for article in &articles {
            self.wait("the branch before", Instant::now(), ASK, |server| {
                !server.shows(&article.url, &word)
            });
        }
        Ok(())
    }

    /// One of the small articles, spread evenly over the site.
    fn article(&self, n: usize, of: usize) -> Article {
        let small: Vec<&Article> = self.articles.iter().filter(|article| article.is_small).collect();
        small[n * small.len() / of.max(1)].clone()
    }
}

/// The file of the pack that changes whenever anything in it does.
const BOOT: &str = "/search/pack/en/boot.bin";

/// What kb is above of what it must keep to.
fn above(size: u32, figures: &Figures) -> Vec<String> {
    let debounce = DEBOUNCE.as_secs_f64() * 1e3;
    let edit = EDIT_CEILINGS.iter().find(|(of, _)| size <= *of);
    let edit = edit.map_or(f64::INFINITY, |(_, ceiling)| ceiling + debounce);
    let (category, branch, memory) = if size <= 10_000 {
        (CATEGORY_CEILING, BRANCH_CEILING, MEMORY_CEILING)
    } else {
        (f64::INFINITY, f64::INFINITY, f64::INFINITY)
    };
    let checks = [
        ("edit to page, ms", median(&figures.page), edit),
        ("edit to search, ms", median(&figures.search), edit),
        ("category's title, ms", median(&figures.category), category),
        ("another branch, ms", median(&figures.branch), branch),
        ("memory, MB", figures.peak, memory),
        ("idle, % of a processor", figures.idle, IDLE_CEILING),
    ];
    let told = checks.into_iter().filter_map(|(what, value, ceiling)| {
        let value = value.filter(|value| *value > ceiling)?;
        Some(format!(
            "kb at {size} articles: {what}: {value:.1}; the ceiling is {ceiling}"
        ))
    });
    told.collect()
}

fn print(size: u32, runs: &[Run]) {
    println!("\n{size} articles");
    let line = |what: &str, digits: usize, of: &dyn Fn(&Figures) -> Option<f64>| {
        print!("{what:48}");
        let values: Vec<_> = runs.iter().map(|run| of(&run.figures)).collect();
        for value in &values {
            value.map_or_else(|| print!("{:>10}", "-"), |value| print!("{value:>10.digits$}"));
        }
        if let [Some(first), Some(second)] = values[..]
            && second > 0.0
        {
            print!("{:>9.3}x", first / second);
        }
        println!();
    };
    print!("{:48}", "");
    for run in runs {
        print!("{:>10}", run.server.tool.to_string());
    }
    if let [first, second] = runs {
        print!("{:>10}", format!("{}/{}", first.server.tool, second.server.tool));
    }
    println!();
    line("first page, s", 2, &|figures| Some(figures.first));
    line("edit to page, median ms", 1, &|figures| median(&figures.page));
    line("edit to page, 95th percentile ms", 1, &|figures| {
        share(&figures.page, 0.95)
    });
    line("edit to api/search, median ms", 1, &|figures| median(&figures.search));
    line("edit to api/search, 95th percentile ms", 1, &|figures| {
        share(&figures.search, 0.95)
    });
    line("edit to another boot.bin of the pack, median ms", 1, &|figures| {
        median(&figures.pack)
    });
    line("memory after these edits, MB", 0, &|figures| figures.memory);
    line("category's title to its page, median ms", 1, &|figures| {
        median(&figures.category)
    });
    let branch = format!("{BRANCH} files (or all) to the last page, median ms");
    line(&branch, 1, &|figures| median(&figures.branch));
    line("idle, % of a processor", 1, &|figures| figures.idle);
    line("memory at most, other branches included, MB", 0, &|figures| {
        figures.peak
    });
    println!(
        "kb's times include the {} ms that it waits for more changes.",
        DEBOUNCE.as_millis()
    );
}

fn median(values: &[f64]) -> Option<f64> {
    share(values, 0.5)
}

/// The value that this share of all values does not exceed (nearest rank).
fn share(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// Where copies and messages are while the servers run.
struct Folder {
    path: PathBuf,
    keep: bool,
}

impl Folder {
    fn new(size: u32, keep: bool) -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("kb-bench-serve-{}-{size}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Self { path, keep })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.keep {
            println!("left in {}", self.path.display());
        } else {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_nearest_rank() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(median(&values), Some(10.0));
        assert_eq!(share(&values, 0.95), Some(19.0));
        assert_eq!(share(&values, 1.0), Some(20.0));
        assert_eq!(share(&[7.0], 0.95), Some(7.0));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn what_is_above_a_ceiling_is_told() {
        let mut figures = Figures {
            page: vec![69.0],
            branch: vec![1_999.0],
            ..Figures::default()
        };
        assert_eq!(above(1_000, &figures), Vec::<String>::new());
        figures.page.push(71.0);
        figures.page.push(71.0);
        figures.idle = Some(0.2);
        assert_eq!(above(1_000, &figures).len(), 2);
        assert_eq!(above(10_000, &figures).len(), 1);
    }
}
