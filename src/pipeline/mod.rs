//! The stages in order; the only place that knows them all.
//!
//! 1. [`open_project`] finds the content folder and reads the settings.
//! 2. `source` reads the files, `document` understands each by itself, in parallel.
//! 3. `site` puts them together, and every link is checked.
//! 4. `search` writes the index while `render` makes the pages; both stream into `output`.

mod assets;
mod index;
mod offline;
mod project;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::document::{Date, DocumentOptions, parse_document};
use crate::output::{Body, MARKER, OutputError, OutputPath, Sink, SyncOptions, SyncReport, Writer};
use crate::render::theme::{Theme, ThemeSource, static_files};
use crate::render::{Rendered, render_site};
use crate::site::{Publish, Site, SiteInput, build_site};
use crate::source::git::{GitDates, git_dates};
use crate::source::{ContentPath, Disk, FileSystem, SourceSet, read_sources};

pub use project::{Project, open_project};

/// What to build and how.
#[derive(Debug, Clone)]
pub struct BuildOptions {
    /// What is published.
    pub publish: Publish,
    /// Whether the site will be opened from a folder, without a server.
    pub offline: bool,
    /// Where the site goes.
    pub output: PathBuf,
    /// Whether that was said (else it is the default).
    pub output_given: bool,
}

/// What a build made.
#[derive(Debug)]
pub struct BuildReport {
    /// What is wrong with the content.
    pub diagnostics: Vec<Diagnostic>,
    /// Number of articles in the default language.
    pub articles: usize,
    /// Number of articles that are left out as drafts, not yet published or expired.
    pub held_back: usize,
    /// Tags of the languages, the default first.
    pub languages: Vec<String>,
    /// Number of HTML pages.
    pub pages: usize,
    /// Size of the search indexes in bytes.
    pub index_bytes: u64,
    /// Whether the settings say where the site lives.
    pub has_base_url: bool,
    /// What was written.
    pub written: SyncReport,
    /// How long each stage took, in order. Stages that run side by side overlap.
    pub timings: Vec<(&'static str, Duration)>,
}

/// Told which stage begins.
pub trait Progress: Sync {
    /// A stage begins.
    fn stage(&self, name: &'static str);
}

/// Nobody is told.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
}

/// Builds a project into a folder.
///
/// # Errors
/// Returns what is wrong where no site could be written; the folder is then as it was before.
pub fn build(
    project: &Project,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<BuildReport, Vec<Diagnostic>> {
    let files = Disk;
    let mut clock = Clock::new(progress);
    let writer =
        Writer::create(&options.output, &sync_options(project, options)).map_err(|e| vec![output_problem(&e)])?;
    let mut diagnostics = project.diagnostics.clone();

    clock.begin("read");
    let except = inside(&project.content, &options.output);
    let sources = read_sources(
        &files,
        &project.content,
        &project.content_display,
        &project.ignore,
        &except,
        MARKER,
    );
    if sources.articles.is_empty() {
        diagnostics.push(no_articles(project));
    }
    clock.begin("parse");
    let static_files = static_files(&files, project.root.as_deref());
    let theme_source = ThemeSource {
        project: project.root.as_deref(),
        display: &project.root_display,
    };
    let (site, problems) = make_site(&files, project, sources, options, &static_files, &mut clock);
    diagnostics.extend(problems);

    clock.begin("theme");
    let theme = Theme::load(&files, &theme_source, &site.config, &site.base_path, &mut diagnostics);

    clock.begin("render and index");
    let sink = Collector::new(&writer);
    let emit = |path: String, bytes: Vec<u8>| {
        let bytes = if options.offline {
            offline::relative(&path, bytes)
        } else {
            bytes
        };
        sink.generated(path, bytes, &static_files);
    };
    let ((index, index_time), ((rendered, related_time), render_time)) = rayon::join(
        || timed(|| index::write_indexes(&site)),
        || {
            timed(|| {
                let (related, related_time) = timed(|| index::related_articles(&site));
                (render_site(&site, &theme, &related, &emit), related_time)
            })
        },
    );
    clock.add("  index", index_time);
    clock.add("  related", related_time);
    clock.add("  render and write", render_time.saturating_sub(related_time));
    let Rendered {
        pages,
        diagnostics: problems,
    } = rendered;
    diagnostics.extend(problems);
    let index = index.map_err(|error| vec![Diagnostic::error("search-index", error.to_string())])?;
    let index_bytes = index.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    clock.begin("write");
    let index = if options.offline {
        offline::scripts(&site, &theme, &index)
    } else {
        index
    };
    for (path, bytes) in index {
        sink.put(path, Body::from(bytes));
    }
    site.assets
        .par_iter()
        .for_each(|asset| sink.copy(&asset.output, &asset.source.location, asset.source.len));
    put_static_files(&sink, &theme, &static_files);
    diagnostics.extend(sink.finish()?);
    let written = writer.finish().map_err(|error| vec![output_problem(&error)])?;
    diagnostics.sort();
    diagnostics.dedup();
    Ok(BuildReport {
        diagnostics,
        articles: site.default_site().articles.len(),
        held_back: site.held_back,
        languages: site
            .languages
            .iter()
            .map(|language| language.language.to_string())
            .collect(),
        pages,
        index_bytes,
        has_base_url: site.config.base_url.is_some(),
        written,
        timings: clock.finish(),
    })
}

/// Sources -> site, with every link and pin checked.
fn make_site(
    files: &dyn FileSystem,
    project: &Project,
    sources: SourceSet,
    options: &BuildOptions,
    static_files: &BTreeMap<String, PathBuf>,
    clock: &mut Clock<'_>,
) -> (Site, Vec<Diagnostic>) {
    let SourceSet {
        articles,
        assets,
        mut diagnostics,
    } = sources;
    let parsing = DocumentOptions {
        html: project.config.build.html,
        highlight: project.config.build.highlight,
    };
    let paths: HashSet<ContentPath> = articles.iter().map(|article| article.path.clone()).collect();
    let (mut documents, dates) = rayon::join(
        || {
            articles
                .par_iter()
                .map(|article| parse_document(article, parsing))
                .collect::<Vec<_>>()
        },
        || {
            if project.config.build.git_dates {
                git_dates(&project.content, &paths)
            } else {
                GitDates::None
            }
        },
    );
    let git_dates = dates_by_path(dates, &mut diagnostics);
    for document in &mut documents {
        diagnostics.append(&mut document.diagnostics);
    }
    clock.begin("link");
    let (assets, problems) = assets::referred_assets(files, &documents, assets, &project.content_display);
    diagnostics.extend(problems);
    let mut config = project.config.clone();
    if options.offline {
        config.base_url = None;
    }
    let base_path = match &config.base_url {
        _ if options.offline => offline::BASE,
        Some(base) => base.path(),
        None => "/",
    };
    let (site, problems) = build_site(SiteInput {
        base_path: base_path.to_owned(),
        offline: options.offline,
        config: Arc::new(config),
        documents,
        assets,
        static_files: static_files.keys().cloned().collect(),
        git_dates,
        fallback_title: project.fallback_title.clone(),
        publish: options.publish,
    });
    diagnostics.extend(problems);
    diagnostics.extend(site.check_links());
    diagnostics.extend(index::check_pins(&site));
    (site, diagnostics)
}

fn dates_by_path(dates: GitDates, diagnostics: &mut Vec<Diagnostic>) -> HashMap<ContentPath, Date> {
    match dates {
        GitDates::Known(dates) => dates.into_iter().map(|(path, unix)| (path, Date { unix })).collect(),
        GitDates::None => HashMap::new(),
        GitDates::Shallow => {
            diagnostics.push(
                Diagnostic::note(
                    "git-shallow",
                    "this is a shallow clone, so git does not know when articles were changed",
                )
                .with_hint("fetch the whole history (`fetch-depth: 0` in GitHub Actions), or set `git_dates = false`"),
            );
            HashMap::new()
        }
    }
}

fn no_articles(project: &Project) -> Diagnostic {
    let folder = if project.content_display.is_empty() {
        "this folder"
    } else {
        &project.content_display
    };
    Diagnostic::warning("no-articles", format!("there are no Markdown files in {folder}"))
        .with_hint("articles are files that end in `.md`")
}

/// The output folder, where it lies inside the content folder: it is not content.
fn inside(content: &Path, output: &Path) -> Vec<PathBuf> {
    let (Ok(content), Ok(output)) = (std::path::absolute(content), std::path::absolute(output)) else {
        return Vec::new();
    };
    let content = std::fs::canonicalize(&content).unwrap_or(content);
    let output = std::fs::canonicalize(&output).unwrap_or(output);
    output
        .strip_prefix(&content)
        .ok()
        .filter(|path| !path.as_os_str().is_empty())
        .map(Path::to_path_buf)
        .into_iter()
        .collect()
}

fn sync_options(project: &Project, options: &BuildOptions) -> SyncOptions {
    let mut sync = SyncOptions::default();
    match &project.root {
        Some(root) => {
            sync.forbidden.push(project.content.clone());
            sync.forbidden
                .extend(["templates", "static", "themes", "i18n"].map(|part| root.join(part)));
            sync.protected.push(root.clone());
        }
        // The default folder of a bare folder of Markdown may lie in it; one that was named may not.
        None if options.output_given => sync.forbidden.push(project.content.clone()),
        None => sync.protected.push(project.content.clone()),
    }
    sync
}

/// The project's own static files, but for those that stand in for a file of the theme or were joined with one of kb's.
fn put_static_files(sink: &Collector<'_>, theme: &Theme, static_files: &BTreeMap<String, PathBuf>) {
    for (path, location) in static_files {
        if theme.replacements.contains(path) || sink.joined(path) {
            continue;
        }
        let len = std::fs::metadata(location).map_or(0, |metadata| metadata.len());
        sink.copy(path, location, len);
    }
}

fn output_problem(error: &OutputError) -> Diagnostic {
    Diagnostic::error(error.code(), error.to_string()).with_hint_if(error.hint())
}

/// Hands files to the output and keeps what it says.
struct Collector<'a> {
    writer: &'a Writer,
    problems: Mutex<(Vec<Diagnostic>, Option<Diagnostic>)>,
    joined: AtomicBool,
}

/// Redirects of hosts that read them from a file.
const REDIRECTS: &str = "_redirects";

impl<'a> Collector<'a> {
    fn new(writer: &'a Writer) -> Self {
        Self {
            writer,
            problems: Mutex::default(),
            joined: AtomicBool::new(false),
        }
    }

    /// A file that kb makes. A project's own `robots.txt` and the like win over it; its redirects join kb's.
    fn generated(&self, path: String, mut bytes: Vec<u8>, static_files: &BTreeMap<String, PathBuf>) {
        match static_files.get(&path) {
            Some(own) if path == REDIRECTS => {
                bytes.extend(std::fs::read(own).unwrap_or_default());
                self.joined.store(true, Ordering::Relaxed);
            }
            Some(_) if !path.ends_with(".html") => return,
            _ => {}
        }
        self.put(path, Body::from(bytes));
    }

    fn joined(&self, path: &str) -> bool {
        path == REDIRECTS && self.joined.load(Ordering::Relaxed)
    }

    fn put(&self, path: String, body: Body) {
        let result = OutputPath::new(path).and_then(|path| self.writer.put(path, body));
        let Err(error) = result else { return };
        let Ok(mut problems) = self.problems.lock() else { return };
        // A name that cannot be written costs one file; a disk that cannot be written to costs the build.
        if matches!(error, OutputError::Collision { .. } | OutputError::Path { .. }) {
            problems.0.push(output_problem(&error));
        } else if problems.1.is_none() {
            problems.1 = Some(output_problem(&error));
        }
    }

    fn copy(&self, path: &str, from: &Path, len: u64) {
        self.put(
            path.to_owned(),
            Body::File {
                path: from.to_path_buf(),
                len,
            },
        );
    }

    fn finish(self) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let (problems, fatal) = self.problems.into_inner().unwrap_or_default();
        match fatal {
            Some(fatal) => Err(vec![fatal]),
            None => Ok(problems),
        }
    }
}

/// Measures the stages.
struct Clock<'a> {
    progress: &'a dyn Progress,
    timings: Vec<(&'static str, Duration)>,
    running: Option<(&'static str, Instant)>,
    parts: Vec<(&'static str, Duration)>,
}

impl<'a> Clock<'a> {
    fn new(progress: &'a dyn Progress) -> Self {
        Self {
            progress,
            timings: Vec::new(),
            running: None,
            parts: Vec::new(),
        }
    }

    fn begin(&mut self, stage: &'static str) {
        self.end();
        self.progress.stage(stage);
        self.running = Some((stage, Instant::now()));
    }

    fn add(&mut self, part: &'static str, time: Duration) {
        self.parts.push((part, time));
    }

    fn end(&mut self) {
        if let Some((stage, since)) = self.running.take() {
            self.timings.push((stage, since.elapsed()));
            self.timings.append(&mut self.parts);
        }
    }

    fn finish(mut self) -> Vec<(&'static str, Duration)> {
        self.end();
        self.timings
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let since = Instant::now();
    let value = work();
    (value, since.elapsed())
}
