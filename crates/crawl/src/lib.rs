//! An independent crawler of a built site, which checks that the target of every reference exists.
//!
//! 1. `files` lists the folder and resolves references to files, as a plain static host would.
//! 2. `page` reads references and anchors from HTML, CSS, SVG, sitemaps, feeds, `llms.txt` and `_redirects`.
//! 3. [`crawl`] checks each reference, and follows the links from `index.html` to see how many clicks away
//!    every page is.
//!
//! The crawler must not use the `kb` library, so that it does not share its faults.

mod files;
mod page;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use files::{ReferenceTarget, SiteFiles};
use page::{CrawledPage, Reference};

/// How to crawl.
#[derive(Debug, Clone, Default)]
pub struct CrawlOptions {
    /// The URL of the site, if it is not the canonical URL of its home page.
    pub base: Option<String>,
    /// Pages whose links do not count as clicks: a list of all articles would make every depth two.
    pub no_shortcut: Vec<String>,
}

/// The kind of target of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// A page or a download.
    Link,
    /// An anchor in a page.
    Anchor,
    /// An image, a sound or a film.
    Media,
    /// A style sheet, a script or a font.
    Asset,
}

impl fmt::Display for ReferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "link",
            Self::Anchor => "anchor",
            Self::Media => "media",
            Self::Asset => "asset",
        })
    }
}

/// A broken reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrawlProblem {
    /// The kind of its target.
    pub kind: ReferenceKind,
    /// The file that contains it.
    pub file: String,
    /// The reference as it is written there.
    pub reference: String,
}

impl fmt::Display for CrawlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: broken {}: {}", self.file, self.kind, self.reference)
    }
}

/// What a crawl found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The number of HTML pages.
    pub pages: usize,
    /// The number of checked references inside the site.
    pub references: usize,
    /// Broken references in order, each once per file.
    pub problems: Vec<CrawlProblem>,
    /// Ids that occur more than once in a page: `(file, id)`.
    pub duplicate_ids: Vec<(String, String)>,
    /// Every page that can be reached from the home page, with the number of clicks.
    pub clicks: BTreeMap<String, usize>,
    /// The pages that are marked as articles.
    pub articles: BTreeSet<String>,
    /// Pages that are not reachable through links, except for error pages, redirects, and those that ask not to be
    /// indexed.
    pub unreachable: Vec<String>,
}

impl Report {
    /// The number of articles by their distance from the home page in clicks.
    pub fn articles_by_clicks(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for clicks in self.articles.iter().filter_map(|article| self.clicks.get(article)) {
            *counts.entry(*clicks).or_default() += 1;
        }
        counts
    }
}

/// Crawls the site in `folder`.
///
/// # Errors
/// If the folder or a file in it cannot be read, or the folder has no `index.html`.
pub fn crawl(folder: &Path, options: &CrawlOptions) -> io::Result<Report> {
    let mut files = SiteFiles::list(folder)?;
    let home = page::read_html(&fs::read_to_string(folder.join("index.html"))?);
    if let Some(base) = options.base.as_deref().or(home.canonical.as_deref()) {
        files.set_base(base)?;
    }
    let mut crawler = Crawler {
        files: &files,
        report: Report::default(),
        anchors: HashMap::new(),
        links: HashMap::new(),
        wanted: Vec::new(),
    };
    for file in files.iter() {
        if let Some(kind) = page::kind(file) {
            let text = fs::read(folder.join(file))?;
            crawler.read(file, kind.read(&String::from_utf8_lossy(&text)));
        }
    }
    Ok(crawler.finish(options))
}

/// The state of a crawl.
struct Crawler<'a> {
    files: &'a SiteFiles,
    report: Report,
    anchors: HashMap<&'a str, HashSet<String>>,
    /// Page to pages.
    links: HashMap<&'a str, Vec<&'a str>>,
    /// Anchors to check after all pages have been read: the problem if one is missing, its page and its id.
    wanted: Vec<(CrawlProblem, &'a str, String)>,
}

impl<'a> Crawler<'a> {
    fn read(&mut self, file: &'a str, page: CrawledPage) {
        let base = self.files.url_of(file);
        let base = page
            .base
            .as_deref()
            .and_then(|base_href| base.join(base_href).ok())
            .unwrap_or(base);
        let references: BTreeSet<&Reference> = page.references.iter().collect();
        for reference in references {
            let problem = |kind| CrawlProblem {
                kind,
                file: file.to_owned(),
                reference: reference.url.clone(),
            };
            match self.files.find(&base, &reference.url) {
                ReferenceTarget::Elsewhere => continue,
                ReferenceTarget::Missing => self.report.problems.push(problem(reference.kind)),
                ReferenceTarget::File(target, fragment) => {
                    if let Some(fragment) = fragment.filter(|_| page::has_anchors(target)) {
                        self.wanted.push((problem(ReferenceKind::Anchor), target, fragment));
                    }
                    if reference.followed {
                        self.links.entry(file).or_default().push(target);
                    }
                }
            }
            self.report.references += 1;
        }
        if page::is_html(file) {
            self.report.pages += 1;
            if page.is_article {
                self.report.articles.insert(file.to_owned());
            }
            if !(page.is_hidden || file.ends_with("404.html")) {
                // Candidates; reachable pages are removed at the end.
                self.report.unreachable.push(file.to_owned());
            }
        }
        let mut anchors = HashSet::new();
        for id in page.ids {
            if anchors.contains(&id) {
                self.report.duplicate_ids.push((file.to_owned(), id));
            } else {
                anchors.insert(id);
            }
        }
        self.anchors.insert(file, anchors);
    }

    fn finish(mut self, options: &CrawlOptions) -> Report {
        for (problem, target, fragment) in std::mem::take(&mut self.wanted) {
            if !self
                .anchors
                .get(target)
                .is_some_and(|anchors| anchors.contains(&fragment))
            {
                self.report.problems.push(problem);
            }
        }
        let reached = self.clicks(&[]);
        self.report.unreachable.retain(|page| !reached.contains_key(page));
        self.report.clicks = if options.no_shortcut.is_empty() {
            reached
        } else {
            self.clicks(&options.no_shortcut)
        };
        self.report.problems.sort();
        self.report.duplicate_ids.sort();
        self.report.duplicate_ids.dedup();
        self.report.unreachable.sort();
        self.report
    }

    /// The number of clicks to each page, breadth first; the links of `closed` pages are not followed.
    fn clicks(&self, closed: &[String]) -> BTreeMap<String, usize> {
        let mut clicks = BTreeMap::from([("index.html".to_owned(), 0)]);
        let mut queue = VecDeque::from([("index.html", 0)]);
        while let Some((page, depth)) = queue.pop_front() {
            if closed.iter().any(|closed| closed == page) {
                continue;
            }
            for &target in self
                .links
                .get(page)
                .into_iter()
                .flatten()
                .filter(|target| page::is_html(target))
            {
                if !clicks.contains_key(target) {
                    clicks.insert(target.to_owned(), depth + 1);
                    queue.push_back((target, depth + 1));
                }
            }
        }
        clicks
    }
}
