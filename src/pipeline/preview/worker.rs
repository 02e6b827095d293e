//! The thread that renders pages in the background.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::{Current, Snapshot};

/// Creates the search of the newest state and renders all its pages; outdated states are skipped.
pub(super) struct Worker {
    shared: Arc<SharedTask>,
}

#[derive(Default)]
struct SharedTask {
    task: Mutex<Task>,
    changed: Condvar,
    /// Incremented when the current work is outdated.
    round: AtomicU64,
}

#[derive(Default)]
struct Task {
    waiting: Option<Arc<Snapshot>>,
    busy: bool,
    /// Whether unreported changes were looked for.
    verified: bool,
    ended: bool,
}

enum Next {
    Look(Arc<Snapshot>),
    Verify,
    End,
}

/// Quiet time before looking for unreported changes.
const QUIET: Duration = Duration::from_secs(2);

impl Worker {
    /// Starts the thread; it ends with the worker.
    pub(super) fn start(current: &Arc<Current>) -> Self {
        let shared = Arc::new(SharedTask::default());
        let (own, current) = (Arc::clone(&shared), Arc::downgrade(current));
        thread::spawn(move || own.run(&current));
        Self { shared }
    }

    /// Marks the current work as outdated.
    pub(super) fn interrupt(&self) {
        self.shared.round.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets the next state.
    pub(super) fn look_at(&self, snapshot: &Arc<Snapshot>) {
        self.shared.task().waiting = Some(Arc::clone(snapshot));
        self.shared.changed.notify_all();
    }

    /// Waits until no work is left.
    pub(super) fn settle(&self) {
        let mut task = self.shared.task();
        while task.busy || task.waiting.is_some() {
            task = self.shared.changed.wait(task).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.interrupt();
        self.shared.task().ended = true;
        self.shared.changed.notify_all();
    }
}

impl SharedTask {
    fn run(&self, current: &Weak<Current>) {
        let pool = background();
        loop {
            let snapshot = match self.next() {
                Next::Look(snapshot) => snapshot,
                Next::Verify => {
                    if let Some(found) = current.upgrade().and_then(|current| current.verify()) {
                        // A later refresh has found these changes too.
                        self.task().waiting.get_or_insert(found);
                    }
                    continue;
                }
                Next::End => return,
            };
            let round = self.round.load(Ordering::Relaxed);
            let stop = || self.round.load(Ordering::Relaxed) != round;
            if let Some(current) = current.upgrade() {
                work(&current, &snapshot, pool.as_ref(), &stop);
            }
            // The state is dropped before the end of the work is signalled.
            drop(snapshot);
            self.task().busy = false;
            self.changed.notify_all();
        }
    }

    fn next(&self) -> Next {
        let mut task = self.task();
        loop {
            if task.ended {
                return Next::End;
            }
            if let Some(snapshot) = task.waiting.take() {
                task.busy = true;
                task.verified = false;
                return Next::Look(snapshot);
            }
            if task.verified {
                task = self.changed.wait(task).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = self.changed.wait_timeout(task, QUIET);
            let (now, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            task = now;
            if timeout.timed_out() && task.waiting.is_none() {
                task.verified = true;
                return Next::Verify;
            }
        }
    }

    fn task(&self) -> MutexGuard<'_, Task> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of background threads: half of all threads, so that page requests and refreshes are not delayed.
fn background() -> Option<ThreadPool> {
    let all = thread::available_parallelism().map_or(1, NonZero::get);
    let name = |number| format!("kb-background-{number}");
    let pool = ThreadPoolBuilder::new().num_threads(all.div_ceil(2)).thread_name(name);
    pool.build().ok()
}

fn work(current: &Current, snapshot: &Snapshot, pool: Option<&ThreadPool>, stop: &(dyn Fn() -> bool + Sync)) {
    // The search first: writers often try queries next.
    snapshot.search.warm();
    snapshot.search.prepare_pages();
    let failures = match pool {
        Some(pool) => pool.install(|| snapshot.check_pages(stop)),
        None => snapshot.check_pages(stop),
    };
    if let Some(failures) = failures {
        current.publish_failures(snapshot, failures);
    }
    if !stop() {
        snapshot.search.tidy();
    }
}
