//! Change events of the operating system, through the `notify` crate.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::Instant;

use notify::event::{AccessKind, AccessMode};
use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::ChangeEvent;

/// "Too many open files" on Linux and macOS (`errno.h`). On Linux, it also means too many inotify instances.
const EMFILE: i32 = 24;

/// A source of change events for folders.
pub(super) trait System: fmt::Debug + Send {
    /// Unwatches some folders and watches others, without their subfolders. Paths are absolute and real. Returns the
    /// folders that do not exist or cannot be read.
    ///
    /// # Errors
    /// The reason, for the user.
    fn change(&mut self, old: &[PathBuf], new: &[PathBuf]) -> Result<Vec<PathBuf>, String>;
}

/// The operating system's events.
#[derive(Debug)]
pub(super) struct Events(RecommendedWatcher);

impl Events {
    /// Sends events to the channel.
    ///
    /// # Errors
    /// The reason, for the user.
    pub(super) fn new(sender: Sender<ChangeEvent>) -> Result<Self, String> {
        let send = move |event: notify::Result<notify::Event>| {
            if event.as_ref().map_or(true, is_change) {
                // Sending fails only while the watcher is being dropped.
                let _ = sender.send((Instant::now(), event));
            }
        };
        notify::recommended_watcher(send)
            .map(Self)
            .map_err(|error| reason(&error))
    }
}

impl System for Events {
    fn change(&mut self, old: &[PathBuf], new: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
        let mut paths = self.0.paths_mut();
        for folder in old {
            // A removed folder is no longer watched anyway.
            let _ = paths.remove(folder);
        }
        let mut missing = Vec::new();
        for folder in new {
            match paths.add(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {}
                Err(error) if is_missing(&error, folder) => missing.push(folder.clone()),
                Err(error) => return Err(reason(&error)),
            }
        }
        paths.commit().map_err(|error| reason(&error))?;
        Ok(missing)
    }
}

/// Whether an event means a change. Reads are ignored: otherwise a build would trigger its own watcher.
fn is_change(event: &notify::Event) -> bool {
    match event.kind {
        // The end of a write counts: changes through a memory map are only reported then.
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// Whether a folder cannot be watched because it cannot be read, which is not a fault of the system.
fn is_missing(error: &notify::Error, folder: &Path) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied
        ),
        // Some systems have a different message.
        ErrorKind::Generic(_) => !folder.is_dir(),
        _ => false,
    }
}

/// Why changes cannot be reported, with a remedy.
fn reason(error: &notify::Error) -> String {
    let said = match &error.kind {
        ErrorKind::MaxFilesWatch => "the system's limit of watched folders is reached".to_owned(),
        ErrorKind::Io(error) if error.raw_os_error() == Some(EMFILE) => {
            "the system's limit of watchers is reached".to_owned()
        }
        ErrorKind::Io(error) => format!("the system does not report changes ({error})"),
        _ => format!("the system does not report changes ({error})"),
    };
    match advice(error).filter(|_| cfg!(target_os = "linux")) {
        Some(command) => format!("{said}; `{command}` raises it"),
        None => said,
    }
}

/// The command that raises the limit, on Linux. The values are those that editors recommend.
fn advice(error: &notify::Error) -> Option<&'static str> {
    match &error.kind {
        ErrorKind::MaxFilesWatch => Some("sudo sysctl fs.inotify.max_user_watches=524288"),
        ErrorKind::Io(error) if error.raw_os_error() == Some(EMFILE) => {
            Some("sudo sysctl fs.inotify.max_user_instances=1024")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind, RenameMode};

    use super::*;

    #[test]
    fn reads_are_no_changes() {
        let change = |kind| is_change(&notify::Event::new(kind));
        for kind in [
            AccessKind::Any,
            AccessKind::Read,
            AccessKind::Open(AccessMode::Any),
            AccessKind::Close(AccessMode::Read),
        ] {
            assert!(!change(EventKind::Access(kind)), "{kind:?}");
        }
        for kind in [
            EventKind::Any,
            EventKind::Other,
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Create(CreateKind::File),
            EventKind::Remove(RemoveKind::Any),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)),
            EventKind::Modify(ModifyKind::Name(RenameMode::Any)),
        ] {
            assert!(change(kind), "{kind:?}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn limits_are_told_with_what_raises_them() {
        let folders = reason(&notify::Error::new(ErrorKind::MaxFilesWatch));
        assert!(
            folders.contains("limit of watched folders") && folders.contains("max_user_watches"),
            "{folders}"
        );
        let watchers = reason(&notify::Error::io(io::Error::from_raw_os_error(EMFILE)));
        assert!(
            watchers.contains("limit of watchers") && watchers.contains("max_user_instances"),
            "{watchers}"
        );
        let other = reason(&notify::Error::io(io::Error::other("not supported")));
        assert_eq!(other, "the system does not report changes (not supported)");
    }
}
