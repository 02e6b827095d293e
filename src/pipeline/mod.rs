//! The stages of a build, in order.
//!
//! 1. [`open_project`] finds the content folder and reads the settings.
//! 2. `source` reads the files, `document` parses each of them, in parallel.
//! 3. `site` combines them and checks every link.
//! 4. `search` writes the index while `render` makes the pages; both stream into `output`.

mod active;
mod assemble;
mod assets;
mod files;
mod index;
mod listing;
mod memo;
mod offline;
mod preview;
mod project;
mod targets;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kb_diagnostic::{Code, Diagnostic};
use kb_output::{Body, OutputError, OutputPath, SyncOptions, SyncReport, Writer};
use kb_render::{Failures, RelatedLookup, Route, SiteRenderer, WrittenPage};
use kb_site::pages::Page;
use kb_site::{HeldBackCounts, Publish};

use assemble::{Assembled, assemble};
use files::{Collector, Rendering};
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
    /// Whether the user named it; otherwise it is the default.
    pub output_given: bool,
}

/// What a build made.
#[derive(Debug)]
pub struct BuildReport {
    /// The problems of the content.
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
    /// Whether the settings have a base URL.
    pub has_base_url: bool,
    /// What was written.
    pub written: SyncReport,
    /// How long each stage took, in order. Stages that run in parallel overlap.
    pub timings: Vec<(&'static str, Duration)>,
}

/// Receives the progress of a build.
pub trait Progress: Sync {
    /// A stage begins.
    fn stage(&self, name: &'static str);
}

/// Ignores the progress.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _: &'static str) {}
}

/// Builds a project into a folder.
///
/// # Errors
/// The problems, if no site could be written; the folder is then unchanged.
pub fn build(
    project: &Project,
    options: &BuildOptions,
    progress: &dyn Progress,
) -> Result<BuildReport, Vec<Diagnostic>> {
    let mut clock = Clock::new(progress);
    let writer = writer(project, &options.output, options.output_given).map_err(|problem| vec![problem])?;
    let assembled = assemble(project, options, None, &mut Memo::default(), &mut clock);
    let (site, theme) = (&assembled.site, &assembled.theme);
    let mut diagnostics = assembled.diagnostics.clone();

    clock.begin("render and index");
    let output = Collector::new(&writer);
    let ((index, index_time), ((rendered, related_time), render_time)) = rayon::join(
        || timed(|| index::write_indexes(site)),
        || {
            timed(|| {
                let (related, related_time) = timed(|| index::SiteRelated::of(site));
                let rendering = RenderOnce::new(&assembled, &related);
                files::write(&assembled, &rendering, &output);
                (rendering.finish(), related_time)
            })
        },
    );
    clock.add("  index", index_time);
    clock.add("  related", related_time);
    clock.add("  render and write", render_time.saturating_sub(related_time));
    let (pages, failures) = rendered;
    diagnostics.extend(failures);
    let index = index.map_err(|error| vec![Diagnostic::new(Code::SearchIndex, error.to_string())])?;
    let index_bytes = index.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    clock.begin("write");
    let index = if options.offline {
        offline::scripts(site, theme, &index)
    } else {
        index
    };
    for (path, bytes) in index {
        output.put(OutputPath::new(path).map(|path| (path, Body::from(bytes))));
    }
    diagnostics.extend(output.finish().map_err(|problem| vec![problem])?);
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
        pages: pages + site.redirects.len(),
        index_bytes,
        has_base_url: site.config.base_url.is_some(),
        written,
        timings: clock.finish(),
    })
}

/// Checks that a build of a project may write to a folder that the user named, without changing it.
///
/// # Errors
/// The reason why it may not.
pub(crate) fn check_output(project: &Project, output: &Path) -> Result<(), Diagnostic> {
    // Nothing is written, and an unfinished writer leaves nothing behind.
    writer(project, output, true).map(drop)
}

/// Writes a state of a preview into its output folder, as a build would.
///
/// # Errors
/// The error that prevents writing; the folder is then unchanged.
pub(crate) fn write_snapshot(snapshot: &Snapshot, output: &Path) -> Result<SyncReport, Diagnostic> {
    let writer = Writer::create(output, snapshot.clear_of()).map_err(|error| output_problem(&error))?;
    let files = Collector::new(&writer);
    snapshot.write(&files);
    if let Some(problem) = files.finish()?.into_iter().next() {
        return Err(problem);
    }
    writer.finish().map_err(|error| output_problem(&error))
}

/// Starts writing a site of a project to a folder.
fn writer(project: &Project, output: &Path, output_given: bool) -> Result<Writer, Diagnostic> {
    Writer::create(output, &clear_of(project, output_given)).map_err(|error| output_problem(&error))
}

/// Renders each page once, and collects the entries of the manifest and the errors.
struct RenderOnce<'a> {
    renderer: SiteRenderer<'a>,
    pages: Mutex<(Vec<WrittenPage>, Failures)>,
}

impl<'a> RenderOnce<'a> {
    fn new(assembled: &'a Assembled, related: &'a dyn RelatedLookup) -> Self {
        let Assembled {
            site, theme, messages, ..
        } = assembled;
        Self {
            renderer: SiteRenderer::new(site, theme, messages, related),
            pages: Mutex::default(),
        }
    }

    fn pages(&self) -> MutexGuard<'_, (Vec<WrittenPage>, Failures)> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of pages, and their errors.
    fn finish(self) -> (usize, Vec<Diagnostic>) {
        let (pages, failures) = self.pages.into_inner().unwrap_or_else(PoisonError::into_inner);
        (pages.len(), failures.into_diagnostics())
    }
}

impl Rendering for RenderOnce<'_> {
    fn page(&self, _: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>> {
        let renderer = self.renderer.language(language);
        let rendered = renderer.render(&renderer.prepare(page));
        let mut pages = self.pages();
        pages.0.push(rendered.written);
        if let Some(problem) = rendered.problem {
            pages.1.add(problem, renderer.describe(page));
        }
        Arc::new(rendered.html)
    }

    fn copy(&self, path: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>> {
        Arc::new(self.file(path, &Route::Copy(language, page)))
    }

    fn manifest(&self) -> Arc<Vec<u8>> {
        Arc::new(self.renderer.manifest(self.pages().0.clone()))
    }

    fn file(&self, path: &OutputPath, route: &Route) -> Vec<u8> {
        self.renderer.file(path.as_str(), route)
    }
}

/// The folders that the output must not overlap: those of the project, or a bare folder of Markdown.
fn clear_of(project: &Project, output_given: bool) -> SyncOptions {
    let (root, content) = (project.root.as_deref(), &project.content);
    let mut sync = SyncOptions::default();
    match root {
        Some(root) => {
            sync.forbidden.push(content.clone());
            sync.forbidden
                .extend(["templates", "static", "themes", "i18n"].map(|part| root.join(part)));
            sync.protected.push(root.to_path_buf());
        }
        // The default output folder may be inside of a bare folder of Markdown; a named one may not.
        None if output_given => sync.forbidden.push(content.clone()),
        None => sync.protected.push(content.clone()),
    }
    // Settings or links of a project must not lead elsewhere.
    sync.within = (!output_given).then(|| root.unwrap_or(Path::new(".")).to_path_buf());
    sync
}

fn output_problem(error: &OutputError) -> Diagnostic {
    Diagnostic::new(error.code(), error.to_string()).with_hint_if(error.hint())
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
