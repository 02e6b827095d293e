//! A site that follows its files: after a change, only what shows it is made again.
//!
//! 1. [`Preview::refresh`] runs the stages with the memo of the time before and publishes a [`Snapshot`].
//! 2. A snapshot makes its files when they are asked for; `pages` and `search` keep what is still right.
//! 3. In between, a thread of its own renders what nobody has asked for, to find the mistakes in it.

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
use super::images::ImageMemo;
use super::memo::Memo;
use super::{BuildOptions, Clock, Project, Silent, open_project};

pub use pages::Rendered;
pub use snapshot::Snapshot;

use pages::PageMemo;
use search::Search;
use worker::Worker;

/// Told about every new state.
pub type Listener = dyn Fn(&Arc<Snapshot>) + Send + Sync;

/// What is previewed and how.
#[derive(Debug, Clone)]
pub struct PreviewOptions {
    /// The project or folder.
    pub path: PathBuf,
    /// Where the site will live, in place of what the settings say.
    pub base_url: Option<String>,
    /// What is published, and what else a build needs to know. The time in it is taken anew at each refresh by `now`.
    pub build: BuildOptions,
    /// The time in seconds since 1970.
    pub now: fn() -> i64,
}

/// A site that follows its files.
pub struct Preview {
    current: Arc<Current>,
    worker: Worker,
}

/// The newest state, what is known of it so far, and what the next needs of it.
pub(super) struct Current {
    state: Mutex<RefreshState>,
    published: Mutex<Published>,
    pages: Arc<PageMemo>,
    listener: Box<Listener>,
}

/// What a refresh needs of the one before.
struct RefreshState {
    options: PreviewOptions,
    memo: Memo,
    content: PathBuf,
    folders: BTreeSet<PathBuf>,
    /// Whether the last refresh relied on being told what had changed.
    trusting: bool,
}

struct Published {
    snapshot: Arc<Snapshot>,
    /// Problems of the settings, which kept the last refresh from being one.
    settings: Vec<Diagnostic>,
    /// What went wrong in pages when they were last rendered.
    failures: Vec<Diagnostic>,
}

/// What may have changed.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// These files and folders. It is looked for others later, when nothing else is to be done.
    Only(&'a BTreeSet<PathBuf>),
    /// Anything: files are compared by their stamps.
    Anything,
}

impl Preview {
    /// Reads the project and publishes its first state, about which `listener` is not told.
    ///
    /// # Errors
    /// Returns what is wrong where nothing can be shown: there is no such folder, or `kb.toml` has errors.
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

    /// Every folder that was looked into.
    pub fn folders(&self) -> BTreeSet<PathBuf> {
        self.current.state().folders.clone()
    }

    /// How many pages and copies were rendered since the beginning.
    pub fn rendered(&self) -> Rendered {
        self.current.pages.rendered()
    }

    /// Waits until every page of the newest state has been looked at.
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

    /// The paths as they begin in the content folder's own, and nothing known of them any more.
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

    /// Looks for changes that nobody told of, if the last refresh did not.
    fn verify(&self) -> Option<Arc<Snapshot>> {
        let trusting = self.state().trusting;
        trusting.then(|| self.refresh(Changed::Anything)).flatten()
    }

    fn state(&self) -> MutexGuard<'_, RefreshState> {
        // A memo is replaced as a whole, so a panic elsewhere leaves it right.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published().snapshot)
    }

    /// Publishes a site, if it is another one than before or has other problems.
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

    /// Publishes the last site with what is wrong with the settings now.
    fn publish_settings(&self, problems: Vec<Diagnostic>) -> Option<Arc<Snapshot>> {
        let mut published = self.published();
        published.settings = problems;
        self.publish_problems(published)
    }

    /// Publishes what went wrong in the pages of a state, unless there is a newer site.
    fn publish_failures(&self, of: &Snapshot, failures: Vec<Diagnostic>) {
        let mut published = self.published();
        if Arc::ptr_eq(&published.snapshot.assembled, &of.assembled) {
            published.failures = failures;
            self.publish_problems(published);
        }
    }

    /// Publishes the same site with the problems that are known now, if they are others.
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
        // Every change is one assignment, so a panic elsewhere leaves it whole.
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

/// The problems that the settings of a site want to be told, the worst first.
fn told<'a>(assembled: &Assembled, problems: impl Iterator<Item = &'a Diagnostic>) -> Vec<Diagnostic> {
    let mut problems = assembled.site.config.checks.apply(problems.cloned().collect());
    problems.sort_unstable_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
    problems.dedup();
    problems
}

/// Which of the problems are new, by number.
fn new(before: &[Diagnostic], now: &[Diagnostic]) -> Vec<usize> {
    let before: HashSet<&Diagnostic> = before.iter().collect();
    let new = now.iter().enumerate().filter(|(_, problem)| !before.contains(problem));
    new.map(|(number, _)| number).collect()
}
