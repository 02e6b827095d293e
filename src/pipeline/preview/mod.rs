//! A site that follows its files: after a change, only the affected pages are made again.
//!
//! 1. [`Preview::refresh`] runs the stages with the memo of the last refresh and publishes a [`Snapshot`].
//! 2. A snapshot makes its files on request; `pages` and `search` keep what is still valid.
//! 3. In the background, a thread renders the other pages, to find the mistakes in them.

mod pages;
mod search;
mod snapshot;
mod worker;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kb_diagnostic::Diagnostic;
use kb_source::ContentPath;

use super::assemble::{Assembled, assemble};
use super::memo::Memo;
use super::{BuildOptions, Clock, Project, Silent, open_project};
use kb_images::ImageMemo;

pub use pages::Rendered;
pub use snapshot::Snapshot;

use pages::PageMemo;
use search::Search;
use worker::Worker;

/// Called for every new state.
pub type Listener = dyn Fn(&Arc<Snapshot>) + Send + Sync;

/// What is previewed and how.
#[derive(Debug, Clone)]
pub struct PreviewOptions {
    /// The project or folder.
    pub path: PathBuf,
    /// The address of the site; overrides the settings.
    pub base_url: Option<String>,
    /// The options of the build. `now` updates the time in them at each refresh.
    pub build: BuildOptions,
    /// The time in seconds since 1970.
    pub now: fn() -> i64,
}

/// A site that follows its files.
pub struct Preview {
    current: Arc<Current>,
    worker: Worker,
}

/// The newest state, its rendered pages, and the data for the next refresh.
pub(super) struct Current {
    state: Mutex<RefreshState>,
    published: Mutex<Published>,
    pages: Arc<PageMemo>,
    listener: Box<Listener>,
}

/// The data that a refresh needs from the previous one.
struct RefreshState {
    options: PreviewOptions,
    memo: Memo,
    content: PathBuf,
    folders: BTreeSet<PathBuf>,
    /// Whether the last refresh relied on a list of changed paths.
    trusting: bool,
}

struct Published {
    snapshot: Arc<Snapshot>,
    /// Problems of the settings that made the last refresh fail.
    settings: Vec<Diagnostic>,
    /// The errors of pages from their last rendering.
    failures: Vec<Diagnostic>,
}

/// What may have changed.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// These files and folders. Other changes are looked for later, when the worker is idle.
    Only(&'a BTreeSet<PathBuf>),
    /// Anything: files are compared by their stamps.
    Anything,
}

impl Preview {
    /// Reads the project and publishes its first state, without a call of `listener`.
    ///
    /// # Errors
    /// The problems, if nothing can be shown: the folder does not exist, or `kb.toml` has errors.
    pub fn start(options: PreviewOptions, listener: Box<Listener>) -> Result<Self, Vec<Diagnostic>> {
        let project = open_project(&options.path, options.base_url.as_deref())?;
        let mut state = RefreshState {
            options,
            memo: Memo {
                images: ImageMemo::lasting(),
                ..Memo::default()
            },
            content: project.content.clone(),
            folders: BTreeSet::new(),
            trusting: false,
        };
        let assembled = state.assemble(&project, None);
        let pages = Arc::new(PageMemo::default());
        let snapshot = Arc::new(Snapshot {
            number: 1,
            state: 1,
            problems: told(&assembled, assembled.diagnostics.iter()),
            new_problems: Vec::new(),
            search: Arc::new(Search::new(&assembled.site)),
            assembled: Arc::new(assembled),
            pages: Arc::clone(&pages),
            manifest: Arc::new(OnceLock::new()),
        });
        let current = Arc::new(Current {
            state: Mutex::new(state),
            published: Mutex::new(Published {
                snapshot: Arc::clone(&snapshot),
                settings: Vec::new(),
                failures: Vec::new(),
            }),
            pages,
            listener,
        });
        let worker = Worker::start(&current);
        worker.look_at(&snapshot);
        Ok(Self { current, worker })
    }

    /// The newest state.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.snapshot()
    }

    /// Every folder that was read.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        self.current.state().folders.clone()
    }

    /// The total number of pages and copies rendered so far.
    pub fn rendered(&self) -> Rendered {
        self.current.pages.rendered()
    }

    /// Waits until every page of the newest state has been rendered.
    pub fn settle(&self) {
        self.worker.settle();
    }

    /// Looks for changes and publishes the new state, if there is one.
    pub fn refresh(&self, changed: Changed<'_>) -> Option<Arc<Snapshot>> {
        self.worker.interrupt();
        let published = self.current.refresh(changed);
        self.worker.look_at(&self.current());
        published
    }
}

impl RefreshState {
    fn assemble(&mut self, project: &Project, changed: Option<&BTreeSet<PathBuf>>) -> Assembled {
        let mut options = self.options.build.clone();
        options.publish.now = (self.options.now)();
        let changed = changed.filter(|_| self.content == project.content);
        self.trusting = changed.is_some();
        self.content.clone_from(&project.content);
        let mut clock = Clock::new(&Silent);
        let assembled = assemble(project, &options, changed, &mut self.memo, &mut clock);
        self.folders.clone_from(&assembled.folders);
        assembled
    }

    /// Removes the results for changed paths from the memo; returns the paths below the content folder as configured.
    fn forget(&mut self, changed: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let absolute = std::path::absolute(&self.content).unwrap_or_else(|_| self.content.clone());
        let mut paths = BTreeSet::new();
        for path in changed {
            let Ok(inside) = path
                .strip_prefix(&self.content)
                .or_else(|_| path.strip_prefix(&absolute))
            else {
                paths.insert(path.clone());
                continue;
            };
            self.memo.assets.forget(&ContentPath::new(slashes(inside)));
            paths.insert(self.content.join(inside));
        }
        paths
    }
}

fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

impl Current {
    fn refresh(&self, changed: Changed<'_>) -> Option<Arc<Snapshot>> {
        let mut state = self.state();
        let changed = match changed {
            Changed::Only(paths) => Some(state.forget(paths)),
            Changed::Anything => None,
        };
        match open_project(&state.options.path, state.options.base_url.as_deref()) {
            Ok(project) => {
                let assembled = state.assemble(&project, changed.as_ref());
                self.publish_site(assembled)
            }
            Err(problems) => self.publish_settings(problems),
        }
    }

    /// Looks for unreported changes, if the last refresh did not.
    fn verify(&self) -> Option<Arc<Snapshot>> {
        let trusting = self.state().trusting;
        trusting.then(|| self.refresh(Changed::Anything)).flatten()
    }

    fn state(&self) -> MutexGuard<'_, RefreshState> {
        // A memo is replaced as a whole, so a panic elsewhere leaves it consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published().snapshot)
    }

    /// Publishes a site if it or its problems have changed.
    fn publish_site(&self, assembled: Assembled) -> Option<Arc<Snapshot>> {
        let mut published = self.published();
        published.settings.clear();
        let before = Arc::clone(&published.snapshot);
        if same(&before.assembled, &assembled) {
            return self.publish_problems(published);
        }
        let search = Arc::new(before.search.next(&assembled.site));
        let assembled = Arc::new(assembled);
        let problems = told(&assembled, assembled.diagnostics.iter().chain(&published.failures));
        let snapshot = self.publish(
            published,
            Snapshot {
                number: before.number + 1,
                state: before.number + 1,
                new_problems: new(&before.problems, &problems),
                problems,
                assembled,
                pages: Arc::clone(&self.pages),
                search,
                manifest: Arc::new(OnceLock::new()),
            },
        );
        Some(snapshot)
    }

    /// Publishes the last site with the current problems of the settings.
    fn publish_settings(&self, problems: Vec<Diagnostic>) -> Option<Arc<Snapshot>> {
        let mut published = self.published();
        published.settings = problems;
        self.publish_problems(published)
    }

    /// Publishes the errors of the pages of a state, unless there is a newer site.
    fn publish_failures(&self, of: &Snapshot, failures: Vec<Diagnostic>) {
        let mut published = self.published();
        if Arc::ptr_eq(&published.snapshot.assembled, &of.assembled) {
            published.failures = failures;
            self.publish_problems(published);
        }
    }

    /// Publishes the same site with the current problems, if they have changed.
    fn publish_problems(&self, published: MutexGuard<'_, Published>) -> Option<Arc<Snapshot>> {
        let before = Arc::clone(&published.snapshot);
        let known = before
            .assembled
            .diagnostics
            .iter()
            .chain(&published.failures)
            .chain(&published.settings);
        let problems = told(&before.assembled, known);
        if problems == before.problems {
            return None;
        }
        let snapshot = self.publish(
            published,
            Snapshot {
                number: before.number + 1,
                state: before.state,
                new_problems: new(&before.problems, &problems),
                problems,
                assembled: Arc::clone(&before.assembled),
                pages: Arc::clone(&self.pages),
                search: Arc::clone(&before.search),
                manifest: Arc::clone(&before.manifest),
            },
        );
        Some(snapshot)
    }

    fn publish(&self, mut published: MutexGuard<'_, Published>, snapshot: Snapshot) -> Arc<Snapshot> {
        let snapshot = Arc::new(snapshot);
        published.snapshot = Arc::clone(&snapshot);
        drop(published);
        (self.listener)(&snapshot);
        snapshot
    }

    fn published(&self) -> MutexGuard<'_, Published> {
        // Every change is one assignment, so a panic elsewhere leaves it consistent.
        self.published.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether two sites have the same files.
fn same(before: &Assembled, now: &Assembled) -> bool {
    let same_documents = || {
        before
            .site
            .documents
            .iter()
            .zip(&now.site.documents)
            .all(|(a, b)| Arc::ptr_eq(a, b))
    };
    before.site.same_tree(&now.site)
        && Arc::ptr_eq(&before.theme, &now.theme)
        && before.site.config == now.site.config
        && before.stamps == now.stamps
        && before.diagnostics == now.diagnostics
        && same_documents()
}

/// The problems that the settings of a site report, worst first.
fn told<'a>(assembled: &Assembled, problems: impl Iterator<Item = &'a Diagnostic>) -> Vec<Diagnostic> {
    let mut problems = assembled.site.config.checks.apply(problems.cloned().collect());
    problems.sort_unstable_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
    problems.dedup();
    problems
}

/// The indexes of the new problems.
fn new(before: &[Diagnostic], now: &[Diagnostic]) -> Vec<usize> {
    let before: HashSet<&Diagnostic> = before.iter().collect();
    let new = now.iter().enumerate().filter(|(_, problem)| !before.contains(problem));
    new.map(|(number, _)| number).collect()
}
