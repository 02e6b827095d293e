//! The thread that looks at what nobody has asked for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;

use super::{Current, Snapshot};

/// Makes the search of the newest state and renders all its pages, one state after the other, never more than the newest.
pub(super) struct Worker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    task: Mutex<Task>,
    changed: Condvar,
    /// Counts up whenever the work at hand is out of date.
    round: AtomicU64,
}

#[derive(Default)]
struct Task {
    waiting: Option<Arc<Snapshot>>,
    busy: bool,
    ended: bool,
}

impl Worker {
    /// Starts the thread; it ends with the worker.
    pub(super) fn start(current: &Arc<Current>) -> Self {
        let shared = Arc::new(Shared::default());
        let (own, current) = (Arc::clone(&shared), Arc::downgrade(current));
        thread::spawn(move || own.run(&current));
        Self { shared }
    }

    /// What is being done is out of date.
    pub(super) fn interrupt(&self) {
        self.shared.round.fetch_add(1, Ordering::Relaxed);
    }

    /// Looks at a state next.
    pub(super) fn look_at(&self, snapshot: &Arc<Snapshot>) {
        self.shared.task().waiting = Some(Arc::clone(snapshot));
        self.shared.changed.notify_all();
    }

    /// Waits until there is nothing left to do.
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

impl Shared {
    fn run(&self, current: &Weak<Current>) {
        while let Some(snapshot) = self.next() {
            let round = self.round.load(Ordering::Relaxed);
            let stop = || self.round.load(Ordering::Relaxed) != round;
            if let Some(current) = current.upgrade() {
                work(&current, &snapshot, &stop);
            }
            // The state is let go before anybody hears that the work is done.
            drop(snapshot);
            self.task().busy = false;
            self.changed.notify_all();
        }
    }

    fn next(&self) -> Option<Arc<Snapshot>> {
        let mut task = self.task();
        loop {
            if task.ended {
                return None;
            }
            if let Some(snapshot) = task.waiting.take() {
                task.busy = true;
                return Some(snapshot);
            }
            task = self.changed.wait(task).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn task(&self) -> MutexGuard<'_, Task> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn work(current: &Current, snapshot: &Snapshot, stop: &(dyn Fn() -> bool + Sync)) {
    rayon::join(
        || snapshot.search.warm(),
        || {
            if let Some(failures) = snapshot.check_pages(stop) {
                current.publish_failures(snapshot, failures);
            }
        },
    );
    if !stop() {
        snapshot.search.tidy();
    }
}
