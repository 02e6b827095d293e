//! The stages in order; the only place that knows them all.
//!
//! 1. [`open_project`] finds the content folder and reads the settings.
//! 2. `source` reads the files, `document` understands each by itself, in parallel.
//! 3. `site` puts them together, and every link is checked.
//! 4. `search` writes the index while `render` makes the pages; both stream into `output`.

mod active;
mod assemble;
mod assets;
mod index;
mod listing;
mod memo;
mod offline;
mod pictures;
mod preview;
mod project;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic};
use crate::output::{Body, OutputError, OutputPath, Sink, SyncOptions, SyncReport, Writer};
use crate::render::{Failures, Nearest, Route, SiteRenderer, WrittenPage};
use crate::site::pages::MadeFile;
use crate::site::{HeldBackCounts, Publish};
use crate::source::{BoundFile, Disk, FileSystem as _};
use assemble::{Assembled, assemble};
use listing::File;
use memo::Memo;

pub use preview::{Changed, Listener, Preview, PreviewOptions, Rendered, Snapshot};
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
    pub held_back: HeldBackCounts,
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
    let mut clock = Clock::new(progress);
    let writer = Writer::create(
        &options.output,
        &protected(project.root.as_deref(), &project.content, options.output_given),
    )
    .map_err(|e| vec![output_problem(&e)])?;
    let assembled = assemble(project, options, None, &mut Memo::default(), &mut clock);
    let (site, theme) = (&assembled.site, &assembled.theme);
    let mut diagnostics = assembled.diagnostics.clone();

    clock.begin("render and index");
    let sink = Collector::new(&writer);
    let ((index, index_time), ((made, related_time), render_time)) = rayon::join(
        || timed(|| index::write_indexes(site)),
        || {
            timed(|| {
                let (alike, related_time) = timed(|| index::Alike::of(site));
                (make_files(&assembled, &alike, options.offline, &sink), related_time)
            })
        },
    );
    clock.add("  index", index_time);
    clock.add("  related", related_time);
    clock.add("  render and write", render_time.saturating_sub(related_time));
    diagnostics.extend(made.diagnostics);
    let index = index.map_err(|error| vec![Diagnostic::new(Code::SearchIndex, error.to_string())])?;
    let index_bytes = index.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    clock.begin("write");
    let index = if options.offline {
        offline::scripts(site, theme, &index)
    } else {
        index
    };
    for (path, bytes) in index {
        match OutputPath::new(path) {
            Ok(path) => sink.put(path, Body::from(bytes)),
            Err(error) => sink.keep(&error),
        }
    }
    diagnostics.extend(sink.finish()?);
    let written = writer.finish().map_err(|error| vec![output_problem(&error)])?;
    let mut diagnostics = site.config.checks.apply(diagnostics);
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
        pages: made.pages,
        index_bytes,
        has_base_url: site.config.base_url.is_some(),
        written,
        timings: clock.finish(),
    })
}

/// Whether a build of the project at `path` may write into a folder; nothing in it changes.
///
/// # Errors
/// Why it may not.
pub fn check_output(path: &Path, output: &Path) -> Result<(), Diagnostic> {
    // Nothing is put, and what is not finished leaves nothing behind.
    writer(path, output).map(drop)
}

/// Writes a state of a preview into a folder, as a build of the project at `path` would.
///
/// # Errors
/// What kept it from being written; the folder is then as it was before.
pub fn write_snapshot(snapshot: &Snapshot, path: &Path, output: &Path) -> Result<SyncReport, Diagnostic> {
    let problem = |error: OutputError| output_problem(&error);
    let writer = writer(path, output)?;
    snapshot.prepare_pages();
    snapshot.paths().par_iter().try_for_each(|path| {
        let Some(body) = snapshot.file(path) else { return Ok(()) };
        OutputPath::new(path.clone())
            .and_then(|path| writer.put(path, body))
            .map_err(problem)
    })?;
    writer.finish().map_err(problem)
}

fn writer(path: &Path, output: &Path) -> Result<Writer, Diagnostic> {
    let root = Disk::UNBOUND.is_file(&path.join("kb.toml")).then(|| path.to_path_buf());
    let content = root
        .as_ref()
        .map_or_else(|| path.to_path_buf(), |root| root.join("content"));
    Writer::create(output, &protected(root.as_deref(), &content, true)).map_err(|error| output_problem(&error))
}

/// What was made.
struct Made {
    /// Number of HTML pages.
    pages: usize,
    diagnostics: Vec<Diagnostic>,
}

/// Makes every file of the listing and hands it to the output.
fn make_files(assembled: &Assembled, nearest: &dyn Nearest, offline: bool, sink: &Collector<'_>) -> Made {
    let Assembled {
        site,
        theme,
        words,
        disk,
        ..
    } = assembled;
    let renderer = SiteRenderer::new(site, theme, words, nearest);
    let pages: Mutex<(Vec<WrittenPage>, Failures)> = Mutex::default();
    let put = |path: &OutputPath, bytes: Vec<u8>| {
        let bytes = if offline {
            offline::relative(path.as_str(), bytes)
        } else {
            bytes
        };
        sink.put(path.clone(), Body::from(bytes));
    };
    let files: Vec<(&OutputPath, &File)> = assembled.listing.iter().collect();
    files.par_iter().for_each(|(path, file)| match file {
        File::Made(Route::File(0, MadeFile::Manifest)) => {}
        File::Made(Route::Page(language, job)) => {
            let renderer = renderer.language(*language);
            let page = renderer.render(&renderer.prepare(*job));
            put(path, page.html);
            let mut pages = pages.lock().unwrap_or_else(PoisonError::into_inner);
            pages.0.push(page.written);
            if let Some(problem) = page.problem {
                pages.1.add(problem, renderer.describe(*job));
            }
        }
        File::Made(route) => put(path, renderer.file(path.as_str(), route)),
        File::JoinedRedirects(own) => match joined_redirects(&renderer, path, &disk.file(own)) {
            Ok(bytes) => put(path, bytes),
            Err(error) => sink.keep(&error),
        },
        File::Asset(number) => sink.copy(path, disk.file(&site.assets[*number].source.location)),
        File::Pictures => put(path, pictures::record(&site.assets)),
        File::Static(location) => sink.copy(path, disk.file(location)),
        File::Rendition(_, location) => sink.copy(path, Disk::UNBOUND.file(location)),
    });
    let (written, failures) = pages.into_inner().unwrap_or_else(PoisonError::into_inner);
    let pages = written.len() + site.redirects.len();
    let manifest = files
        .iter()
        .find(|(_, file)| **file == File::Made(Route::File(0, MadeFile::Manifest)));
    if let Some((path, _)) = manifest {
        put(path, renderer.manifest(written));
    }
    Made {
        pages,
        diagnostics: failures.into_diagnostics(),
    }
}

/// kb's redirects, then those of the project's own file.
fn joined_redirects(renderer: &SiteRenderer<'_>, path: &OutputPath, own: &BoundFile) -> Result<Vec<u8>, OutputError> {
    let mut bytes = renderer.file(path.as_str(), &Route::File(0, MadeFile::Redirects));
    let read = own.open().and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|source| OutputError::Source {
        path: own.path.clone(),
        source,
    })?;
    Ok(bytes)
}

/// What the output must stay clear of: a project's own folders, or a bare folder of Markdown.
fn protected(root: Option<&Path>, content: &Path, output_given: bool) -> SyncOptions {
    let mut sync = SyncOptions::default();
    match root {
        Some(root) => {
            sync.forbidden.push(content.to_path_buf());
            sync.forbidden
                .extend(["templates", "static", "themes", "i18n"].map(|part| root.join(part)));
            sync.protected.push(root.to_path_buf());
        }
        // The default folder of a bare folder of Markdown may lie in it; one that was named may not.
        None if output_given => sync.forbidden.push(content.to_path_buf()),
        None => sync.protected.push(content.to_path_buf()),
    }
    // What a project says, or a link that it holds, leads nowhere else.
    sync.within = (!output_given).then(|| root.unwrap_or(Path::new(".")).to_path_buf());
    sync
}

fn output_problem(error: &OutputError) -> Diagnostic {
    Diagnostic::new(error.code(), error.to_string()).with_hint_if(error.hint())
}

/// Hands files to the output and keeps what it says.
struct Collector<'a> {
    writer: &'a Writer,
    problems: Mutex<(Vec<Diagnostic>, Option<Diagnostic>)>,
}

impl<'a> Collector<'a> {
    fn new(writer: &'a Writer) -> Self {
        Self {
            writer,
            problems: Mutex::default(),
        }
    }

    fn put(&self, path: OutputPath, body: Body) {
        if let Err(error) = self.writer.put(path, body) {
            self.keep(&error);
        }
    }

    fn keep(&self, error: &OutputError) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        // A name that cannot be written costs one file; a disk that cannot be written to costs the build.
        if matches!(error, OutputError::Collision { .. } | OutputError::Path { .. }) {
            problems.0.push(output_problem(error));
        } else if problems.1.is_none() {
            problems.1 = Some(output_problem(error));
        }
    }

    fn copy(&self, path: &OutputPath, from: BoundFile) {
        self.put(path.clone(), Body::on_disk(from));
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
