//! Watches the folders that a build read, and gives out what changed in them, gathered into batches.
//!
//! 1. The caller builds and lists every folder that the build read: [`Watcher::watch`].
//! 2. [`Watcher::next`] waits until something changes there, gathers while changes come, and gives them out together.
//! 3. The caller finds out what the changes mean, builds again, and lists the folders anew.
//!
//! The changes say where to look, not what happened: a path may be a file that came, changed, went or only has another
//! owner, or one that is no content. The caller compares. Where the system cannot tell of changes, or no longer, the
//! watcher polls: it asks the caller at fixed times to compare everything.

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

/// How often the caller is asked to compare everything when the system tells of no changes. Half a second is soon
/// enough for a reader's eye, and comparing the stamps of 10,000 files takes some hundredths of one.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// How changes are waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WatchOptions {
    /// Ask for a comparison at fixed times instead of letting the system tell: for network drives and containers.
    pub poll: bool,
    /// A batch is given out when nothing has come for so long. An editor that writes beside the file and renames
    /// takes a few milliseconds.
    pub quiet: Duration,
    /// A batch is given out at the latest so long after its first change, even if more are coming.
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

/// What changed since the last batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Where something changed: files and folders, each below a folder as the caller listed it.
    pub paths: BTreeSet<PathBuf>,
    /// More may have changed than `paths` say: compare every file and folder with what was read.
    pub everything: bool,
}

/// What the user must be told about watching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The system cannot tell of changes, so the files are compared at fixed times.
    Polling {
        /// Why, and what can be done about it: a sentence or two without a full stop at the end.
        reason: String,
    },
}

/// The system tells of a change, at this time.
type ChangeEvent = (Instant, notify::Result<notify::Event>);

/// Tells of changes in listed folders.
///
/// Gathering is done here and not by a debouncer in between: such a one gives each path out at its own time and after
/// up to twice the quiet time, forgets what happened, and lets reads through.
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
    /// A watcher that watches nothing yet. Where the system refuses, it polls and a [`Notice`] says so.
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

    /// Watches exactly these folders, each without what is below it. Folders that are no longer listed are let go.
    ///
    /// List every folder that the last build read or looked for, also those that were not there: a folder that is
    /// missing is waited for. Gives the folders that are newly watched: look into those once more, because files may
    /// have come between reading and watching.
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

    /// What the user must be told since the last call.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Stops listening to the system.
    fn poll(&mut self, reason: String) {
        self.system = None;
        self.notices.push(Notice::Polling { reason });
    }

    /// Waits for the next changes: all that came since the last call, together.
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
        // Events may still come from before polling began; the comparison finds what they tell of.
        while self.receive(until).is_some() {}
        Changes {
            everything: true,
            ..Changes::default()
        }
    }

    /// Waits for one batch; `None` when nothing of it was in the listed folders.
    fn gather(&mut self) -> Option<Changes> {
        let mut heard = Heard::default();
        // The watcher holds a sender itself, so the channel stays open.
        let (mut at, mut event) = self.messages.recv().ok()?;
        let begin = Instant::now();
        let mut end = None;
        loop {
            self.folders.hear(event, &mut heard);
            // What came while the caller was busy belongs together, however long that was.
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

    /// The next message, waiting for it until then at the longest. What has come already is given at any time.
    fn receive(&self, until: Instant) -> Option<ChangeEvent> {
        let left = until.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).ok()
    }

    /// Watches again what was replaced, and says what changed; `None` when nothing did.
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
