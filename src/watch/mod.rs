//! Watches the folders that a build read, and returns changes in batches.
//!
//! 1. The caller builds and lists every folder that the build read: [`Watcher::watch`].
//! 2. [`Watcher::next`] waits for a change, collects further changes until they pause, and returns them together.
//! 3. The caller compares the files, builds again, and lists the folders again.
//!
//! The changes say where to look, not what happened: a path may be a file that was created, changed or removed, whose
//! owner has changed, or that is not content. The caller compares. If the system cannot report changes, or no longer
//! can, the watcher polls: it asks the caller at fixed intervals to compare everything.

mod folders;
mod system;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use folders::{Folders, Heard};
use system::{Events, System};

/// The polling interval. Half a second is short enough for writers, and a comparison of the stamps of 10,000 files
/// takes a few hundredths of a second.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Options of the watcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WatchOptions {
    /// Poll instead of using system events: for network drives and containers.
    pub poll: bool,
    /// A batch ends when no change has come for this long. An editor that writes a temporary file and renames it takes
    /// a few milliseconds.
    pub quiet: Duration,
    /// A batch ends at most this long after its first change, even if more are coming.
    pub most: Duration,
}

impl Default for WatchOptions {
    fn default() -> Self {
        Self {
            poll: false,
            quiet: Duration::from_millis(20),
            most: Duration::from_millis(250),
        }
    }
}

/// The changes since the last batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The changed files and folders, each below a folder as the caller listed it.
    pub paths: BTreeSet<PathBuf>,
    /// More than `paths` may have changed: compare every file and folder.
    pub everything: bool,
}

/// A message for the user about watching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The system cannot report changes, so the files are compared at fixed intervals.
    Polling {
        /// The reason and a remedy, without a full stop at the end.
        reason: String,
    },
}

/// An event of the system, with its time.
type ChangeEvent = (Instant, notify::Result<notify::Event>);

/// Reports changes in listed folders.
///
/// Changes are collected here and not by a debouncer crate: that would return each path separately and after up to
/// twice the quiet time, lose the kind of event, and include reads.
#[derive(Debug)]
pub(crate) struct Watcher {
    options: WatchOptions,
    folders: Folders,
    /// `None` when polling.
    system: Option<Box<dyn System>>,
    sender: Sender<ChangeEvent>,
    messages: Receiver<ChangeEvent>,
    notices: Vec<Notice>,
}

impl Watcher {
    /// A watcher without folders. If the system refuses, it polls, and a [`Notice`] says so.
    pub(crate) fn new(options: WatchOptions) -> Self {
        let start = |sender| Ok(Box::new(Events::new(sender)?) as Box<dyn System>);
        Self::with_system(options, start)
    }

    fn with_system(
        options: WatchOptions,
        start: impl FnOnce(Sender<ChangeEvent>) -> Result<Box<dyn System>, String>,
    ) -> Self {
        let (sender, messages) = mpsc::channel();
        let mut watcher = Self {
            options,
            folders: Folders::default(),
            system: None,
            sender,
            messages,
            notices: Vec::new(),
        };
        if !watcher.options.poll {
            match start(watcher.sender.clone()) {
                Ok(system) => watcher.system = Some(system),
                Err(reason) => watcher.notices.push(Notice::Polling { reason }),
            }
        }
        watcher
    }

    /// Watches exactly these folders, without their subfolders. Folders that are no longer listed are unwatched.
    ///
    /// List every folder that the last build read or looked for, including missing ones: the watcher waits for them.
    /// Returns the newly watched folders: read those again, because files may have been created between reading and
    /// watching.
    pub(crate) fn watch(&mut self, folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        let new = self.folders.list(folders);
        if let Some(system) = &mut self.system
            && let Err(reason) = self.folders.settle(system.as_mut())
        {
            self.poll(reason);
            return new;
        }
        new.into_iter().filter(|folder| self.folders.is_there(folder)).collect()
    }

    /// The notices since the last call.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Stops listening to the system.
    fn poll(&mut self, reason: String) {
        self.system = None;
        self.notices.push(Notice::Polling { reason });
    }

    /// Waits for the next changes; all changes since the last call are returned together.
    pub(crate) fn next(&mut self) -> Changes {
        loop {
            if self.system.is_none() {
                return self.wait_for_poll();
            }
            if let Some(changes) = self.gather() {
                return changes;
            }
        }
    }

    /// Waits for the time of the next comparison.
    fn wait_for_poll(&mut self) -> Changes {
        let until = Instant::now() + POLL_INTERVAL;
        // Events from before polling may still arrive; the comparison covers them.
        while self.receive(until).is_some() {}
        Changes {
            everything: true,
            ..Changes::default()
        }
    }

    /// Waits for one batch; `None` if none of it was in the listed folders.
    fn gather(&mut self) -> Option<Changes> {
        let mut heard = Heard::default();
        // The watcher holds a sender itself, so the channel stays open.
        let (mut at, mut event) = self.messages.recv().ok()?;
        let begin = Instant::now();
        let mut end = None;
        loop {
            self.folders.hear(event, &mut heard);
            // Changes that arrived while the caller was busy form one batch.
            let end = *end.get_or_insert(begin.max(at + self.options.most));
            if at >= end {
                break;
            }
            match self.receive(end.min(at + self.options.quiet)) {
                Some(next) => (at, event) = next,
                None => break,
            }
        }
        self.understand(heard)
    }

    /// The next event, waiting until `until`. Events that have already arrived are always returned.
    fn receive(&self, until: Instant) -> Option<ChangeEvent> {
        let left = until.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).ok()
    }

    /// Watches replaced folders again, and returns the changes; `None` if there are none.
    fn understand(&mut self, mut heard: Heard) -> Option<Changes> {
        if heard.unsettled {
            self.folders.look_again(&heard.gone);
            if let Some(system) = &mut self.system {
                match self.folders.settle(system.as_mut()) {
                    Ok(moved) => heard.changes.everything |= moved,
                    Err(reason) => {
                        self.poll(reason);
                        heard.changes.everything = true;
                    }
                }
            }
        }
        (heard.changes != Changes::default()).then_some(heard.changes)
    }
}
