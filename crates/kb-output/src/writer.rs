//! Writing to disk: the new site is prepared beside the old one and then replaces it.
//!
//! 1. [`Writer::create`] checks the destination, takes its lock and cleans up after a killed build.
//! 2. [`Writer::put`] compares each file with the one that is there. If they are the same it only
//!    notes that; if not it writes the new one into the work folder.
//! 3. [`Writer::finish`] links the unchanged files into the work folder too, so that it holds the whole new
//!    site, exchanges the two folders in one step, and removes the old one. If nothing has changed at
//!    all, it leaves the destination alone.
//!
//! Unchanged files stay the same files, with their times: tools that upload by time send only what changed.
//!
//! Nothing is flushed to the medium (`fsync`). A kill or a crash of `kb` cannot lose written data, because the kernel
//! has it. Only a power failure can; the comparison of the next build would notice it, and flushing 40,000 files takes
//! many times longer than writing them.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kb_source::{BoundFile, Bounds};
use rayon::prelude::*;

use super::destination::{Destination, KEPT, MARKER_TEXT, WORK};
use super::lock::Lock;
use super::names::Names;
use super::replace::{self, Work};
use super::tree::{self, DiskEntry};
use super::{Body, OutputError, OutputPath};

/// Restrictions on the destination.
#[derive(Debug, Clone, Default)]
pub struct SyncOptions {
    /// Folders that the destination may not be, be inside of, or contain: content and themes of a project.
    pub forbidden: Vec<PathBuf>,
    /// Folders that the destination may be inside of, but may not be or contain: a bare folder of Markdown, which
    /// usually contains its `public/`.
    pub protected: Vec<PathBuf>,
    /// The folder that must contain the destination, if only the project's settings name the destination.
    pub within: Option<PathBuf>,
}

/// The changes on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Files that are new or have new contents.
    pub written: u64,
    /// Files that existed with the same contents.
    pub unchanged: u64,
    /// Files that existed and are no longer part of the site.
    pub removed: u64,
    /// The size of the whole site in bytes.
    pub bytes: u64,
    /// The work folder, if it could not be removed. The new site is complete; the next build tries again.
    pub left_over: Option<PathBuf>,
}

/// A site that is being written to a folder. If it is dropped before [`finish`](Self::finish), the old site is
/// unchanged and nothing else is left.
#[derive(Debug)]
pub struct Writer {
    dest: Destination,
    work: Work,
    lock: Lock,
    state: Mutex<WriterState>,
    written: AtomicU64,
    bytes: AtomicU64,
    failed: AtomicBool,
    /// Whether the work folder is still to be removed on drop.
    open: bool,
}

#[derive(Debug, Default)]
struct WriterState {
    names: Names,
    /// The files in the destination that have not been put yet; at the end, the stale files.
    old: HashMap<Box<str>, DiskEntry>,
    unchanged: Vec<OutputPath>,
}

impl Writer {
    /// Starts writing a site to `dest`, which need not exist. Nothing in `dest` changes before
    /// [`finish`](Self::finish), except that the work of a killed build is completed.
    ///
    /// While the site is written there is a folder `.NAME.kb-build` beside `dest` (or `.kb-build` in it,
    /// where it is a mount point, the current folder, or nothing can be created beside it).
    ///
    /// # Errors
    /// When `dest` must not be replaced ([`OutputError::Refused`]), when another build is writing to it
    /// ([`OutputError::Locked`]), or when the system refuses.
    pub fn create(dest: &Path, options: &SyncOptions) -> Result<Self, OutputError> {
        let mut place = Destination::inspect(dest, options)?;
        if let Some(parent) = place.work.parent().filter(|_| !place.fixed) {
            fs::create_dir_all(parent).map_err(OutputError::io("create", parent))?;
        }
        let lock = match Lock::take(&place.work, dest) {
            Err(OutputError::Io { source, .. }) if place.exists && cannot_create(&source) => {
                place.make_fixed();
                Lock::take(&place.work, dest)?
            }
            result => result?,
        };
        let work = Work::at(&place.work);
        replace::recover(&work, &place.real)?;
        take_over(&place.other_work(), dest, &place.real)?;
        // Another build may have ended or been completed since the first check.
        let fixed = place.fixed;
        place = Destination::inspect(dest, options)?;
        if fixed {
            place.make_fixed();
        }
        let old = if place.exists {
            tree::list(&place.real, &[KEPT, WORK]).map_err(OutputError::io("read", &place.real))?
        } else {
            HashMap::new()
        };
        work.prepare(place.exists.then_some(&place.real))?;
        let writer = Self {
            dest: place,
            work,
            lock,
            state: Mutex::new(WriterState {
                old,
                ..WriterState::default()
            }),
            written: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            open: true,
        };
        writer.store(OutputPath::marker(), &MARKER_TEXT.into())?;
        Ok(writer)
    }

    /// Takes one file of the site. May be called from many threads at once.
    ///
    /// # Errors
    /// When the path collides with one that was put before, or when the file cannot be written.
    pub fn put(&self, path: OutputPath, body: &Body) -> Result<(), OutputError> {
        let result = self.store(path, body);
        // A collision keeps the first file, and the caller reports it: the site is still complete.
        if !matches!(result, Ok(()) | Err(OutputError::Collision { .. })) {
            self.failed.store(true, Ordering::Relaxed);
        }
        result
    }

    /// Replaces the old site with the new one.
    ///
    /// # Errors
    /// When an earlier [`put`](Self::put) failed ([`OutputError::Incomplete`]) or the system refuses. The old
    /// site is then still in place.
    pub fn finish(mut self) -> Result<SyncReport, OutputError> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(OutputError::Incomplete);
        }
        let state = std::mem::take(&mut *self.state());
        let mut report = SyncReport {
            written: self.written.load(Ordering::Relaxed),
            unchanged: state.unchanged.len() as u64,
            removed: state.old.len() as u64,
            bytes: self.bytes.load(Ordering::Relaxed),
            left_over: None,
        };
        if !self.dest.exists || report.written > 0 || report.removed > 0 {
            let real = &self.dest.real;
            if !self.dest.fixed {
                state.unchanged.par_iter().try_for_each(|path| self.keep(path))?;
            }
            let files = || state.names.files();
            if self.dest.fixed {
                replace::in_place(&self.work, real, files())?;
            } else {
                replace::replace(&self.work, real, self.dest.exists, files)?;
            }
        }
        report.left_over = self.clean_up().err().map(|_| self.work.root.clone());
        Ok(report)
    }

    /// Takes a file without checking whether its name is reserved.
    fn store(&self, path: OutputPath, body: &Body) -> Result<(), OutputError> {
        let old = {
            let mut state = self.state();
            state.names.add(&path)?;
            state.old.remove(path.as_str())
        };
        self.bytes.fetch_add(body.len(), Ordering::Relaxed);
        if old == Some(DiskEntry::File) && body.matches(&path.below(&self.dest.real)) {
            self.state().unchanged.push(path);
            return Ok(());
        }
        self.written.fetch_add(1, Ordering::Relaxed);
        write(&path.below(&self.work.new), body)
    }

    /// Links or copies an unchanged file into the new site.
    fn keep(&self, path: &OutputPath) -> Result<(), OutputError> {
        let from = path.below(&self.dest.real);
        let to = path.below(&self.work.new);
        let linked = with_folder(&to, || fs::hard_link(&from, &to));
        // File systems without links, and files of another owner that the kernel does not let us link.
        linked.or_else(|_| {
            let len = fs::metadata(&from).map_err(OutputError::io("read", &from))?.len();
            let file = BoundFile::new(&from, &Bounds::NONE);
            write(&to, &Body::File { file, len })
        })
    }

    fn clean_up(&mut self) -> io::Result<()> {
        self.open = false;
        self.work.clear()?;
        self.lock.remove(&self.work.root)
    }

    /// Treats the destination as a folder that cannot be moved.
    #[cfg(test)]
    pub(super) fn fix(&mut self) {
        self.dest.fixed = true;
    }

    fn state(&self) -> MutexGuard<'_, WriterState> {
        // Each change of the state is one step, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.open && !self.work.is_recorded() {
            // The next build removes what cannot be removed now.
            let _ = self.clean_up();
        }
    }
}

/// Cleans up after a killed build whose work folder was in the other place, because it ran in another current folder,
/// or the destination was not a mount point yet.
fn take_over(root: &Path, dest: &Path, real: &Path) -> Result<(), OutputError> {
    if !root.is_dir() {
        return Ok(());
    }
    let lock = Lock::take(root, dest)?;
    replace::recover(&Work::at(root), real)?;
    lock.remove(root).map_err(OutputError::io("remove", root))
}

/// Creates a file with this body.
fn write(path: &Path, body: &Body) -> Result<(), OutputError> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = with_folder(path, create).map_err(OutputError::io("create", path))?;
    match body {
        Body::Bytes(bytes) => file.write_all(bytes).map_err(OutputError::io("write", path)),
        Body::File { file: from, len } => copy(from, *len, &mut file, path),
    }
}

fn copy(from: &BoundFile, len: u64, file: &mut File, path: &Path) -> Result<(), OutputError> {
    // `copy` does not report which side failed; opening the source first distinguishes nearly all cases.
    let mut source = from.open().map_err(|source| OutputError::Source {
        path: from.path.clone(),
        source,
    })?;
    // Not `fs::copy`: it also copies the mode, and a published file must not inherit 0600 or +x.
    let copied = io::copy(&mut source, file).map_err(OutputError::io("write", path))?;
    if copied == len {
        Ok(())
    } else {
        Err(OutputError::SourceChanged {
            path: from.path.clone(),
        })
    }
}

/// Runs `create`; if the folder is missing, creates it and runs `create` again. So every folder is created once,
/// without a shared list of existing folders.
fn with_folder<T>(path: &Path, create: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match create() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            create()
        }
        result => result,
    }
}

/// Whether the error means that nothing can be created in an existing folder.
fn cannot_create(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    )
}
