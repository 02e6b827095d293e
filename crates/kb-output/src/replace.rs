//! Replacing the old site with the prepared one.
//!
//! There are three ways; the first one that the system supports is used:
//!
//! 1. **Exchange** (Linux, macOS): the two folders change places in one step of the file system. At every moment
//!    the destination is the old site or the new one.
//! 2. **Two renames** (Windows, network file systems): old away, new in. A kill in the microseconds between
//!    the two leaves no destination; the next build puts the new site there before it does anything else.
//! 3. **In place**: the folder itself cannot be moved (a mount point, the current folder, an image layer of a
//!    container). The new files are moved in one by one, each replacing its predecessor in one step; assets come first
//!    and stale files go last, so that every page finds what it refers to. A kill in this time, some milliseconds for a
//!    small site and a second for a huge one, leaves pages of both builds; a list of the files of the site is written
//!    first, and the next build completes the move before anything else.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::destination::{KEPT, MARKER, WORK};
use super::error::OutputError;
use super::tree;

/// The folder in which a site is prepared, and its entries.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) root: PathBuf,
    /// The new site, or the old one after an exchange.
    pub(super) new: PathBuf,
    /// The old site between and after two renames.
    old: PathBuf,
    /// The list of the site's files. It exists only while a complete new site is being moved in place.
    record: PathBuf,
    /// The list while it is being written.
    draft: PathBuf,
}

impl Work {
    pub(super) fn at(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            new: root.join("new"),
            old: root.join("old"),
            record: root.join("record"),
            draft: root.join("record.draft"),
        }
    }

    /// Creates the folder of the new site, with the owner and mode of the old one as far as the system allows.
    pub(super) fn prepare(&self, old: Option<&PathBuf>) -> Result<(), OutputError> {
        fs::create_dir(&self.new).map_err(OutputError::io("create", &self.new))?;
        let Some(old) = old else { return Ok(()) };
        // Before any file is created, so that files inherit the group of a set-group-id folder. Best effort: only root
        // may change the owner.
        #[cfg(unix)]
        if let Ok(found) = fs::metadata(old) {
            use std::os::unix::fs::MetadataExt as _;
            let _ = std::os::unix::fs::chown(&self.new, Some(found.uid()), Some(found.gid()));
            let _ = fs::set_permissions(&self.new, found.permissions());
        }
        #[cfg(not(unix))]
        let _ = old;
        Ok(())
    }

    /// Whether a complete new site is being moved in place, so that the work folder must not be removed.
    pub(super) fn is_recorded(&self) -> bool {
        self.record.exists()
    }

    /// Removes everything but the lock.
    pub(super) fn clear(&self) -> io::Result<()> {
        for site in [&self.old, &self.new] {
            let kept = site.join(KEPT);
            if fs::symlink_metadata(&kept).is_ok() {
                // It could not be moved back, and kb must not remove it.
                return Err(io::Error::other(format!("{} is in the way", kept.display())));
            }
        }
        for path in [&self.draft, &self.record, &self.old, &self.new] {
            tree::clear(path)?;
        }
        Ok(())
    }
}

/// Puts the prepared site at `dest`, which exists or not, by moving whole folders if that is possible.
pub(super) fn replace<'a, I: Iterator<Item = &'a str>>(
    work: &Work,
    dest: &Path,
    exists: bool,
    files: impl Fn() -> I,
) -> Result<(), OutputError> {
    if !exists {
        return fs::rename(&work.new, dest).map_err(OutputError::io("create", dest));
    }
    if exchange(&work.new, dest).is_ok() {
        return bring_back(&work.new, dest);
    }
    match two_renames(work, dest)? {
        Some(()) => Ok(()),
        None => in_place(work, dest, files()),
    }
}

/// Moves the old folder away and the new one in; `None` when the old one cannot be moved.
pub(super) fn two_renames(work: &Work, dest: &Path) -> Result<Option<()>, OutputError> {
    if fs::rename(dest, &work.old).is_err() {
        return Ok(None);
    }
    if let Err(error) = fs::rename(&work.new, dest) {
        let _ = fs::rename(&work.old, dest);
        return Err(OutputError::io("replace", dest)(error));
    }
    bring_back(&work.old, dest).map(Some)
}

/// Exchanges two folders in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(new: &Path, dest: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, dest, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_new: &Path, _dest: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Moves what is not part of any site from the old folder to the new one.
fn bring_back(old: &Path, dest: &Path) -> Result<(), OutputError> {
    let kept = old.join(KEPT);
    if fs::symlink_metadata(&kept).is_err() {
        return Ok(());
    }
    let to = dest.join(KEPT);
    fs::rename(&kept, &to).map_err(OutputError::io("keep", &to))
}

/// Moves the prepared files into `dest` one by one, and removes all that are not in `files`.
pub(super) fn in_place<'a>(work: &Work, dest: &Path, files: impl Iterator<Item = &'a str>) -> Result<(), OutputError> {
    let files: HashSet<&str> = files.collect();
    record(work, &files).map_err(OutputError::io("write", &work.record))?;
    move_in(work, dest, &files)
}

/// Writes the list of the site's files, whole or not at all.
fn record(work: &Work, files: &HashSet<&str>) -> io::Result<()> {
    let mut file = io::BufWriter::new(fs::File::create(&work.draft)?);
    for path in files {
        writeln!(file, "{path}")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(&work.draft, &work.record)
}

/// Moves the files; can be restarted after a kill at any point.
fn move_in(work: &Work, dest: &Path, files: &HashSet<&str>) -> Result<(), OutputError> {
    let prepared = tree::list(&work.new, &[]).map_err(OutputError::io("read", &work.new))?;
    // The marker first: it marks the folder as written by kb, even if it was empty before.
    let rank = |path: &str| match path {
        MARKER => 0,
        page if Path::new(page).extension().is_some_and(|extension| extension == "html") => 2,
        _ => 1,
    };
    let mut prepared: Vec<_> = prepared.keys().map(|path| (rank(path), path)).collect();
    prepared.sort_unstable();
    for (_, path) in prepared {
        let to = dest.join(&**path);
        let from = work.new.join(&**path);
        move_file(&from, &to, dest).map_err(OutputError::io("replace", &to))?;
    }
    let there = tree::list(dest, &[KEPT, WORK]).map_err(OutputError::io("read", dest))?;
    for stale in there.keys().filter(|path| !files.contains(&***path)) {
        let path = dest.join(&**stale);
        tree::clear(&path).map_err(OutputError::io("remove", &path))?;
        // Its folder too, if it is now empty. If it is not, this fails, and nothing needs to be done.
        let mut folder = path.parent();
        while let Some(empty) = folder.filter(|folder| *folder != dest) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            folder = empty.parent();
        }
    }
    fs::remove_file(&work.record).map_err(OutputError::io("remove", &work.record))
}

/// Moves one file to its place below `dest`, and removes conflicting entries.
fn move_file(from: &Path, to: &Path, dest: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        make_folder(folder, dest)?;
    }
    match fs::rename(from, to) {
        Err(_) if to.is_dir() => {
            tree::clear(to)?;
            fs::rename(from, to)
        }
        result => result,
    }
}

/// Creates a folder below `dest`. A link in its place is replaced and not followed.
fn make_folder(folder: &Path, dest: &Path) -> io::Result<()> {
    if folder == dest {
        return Ok(());
    }
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => tree::clear(folder)?,
        Err(_) => {}
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent, dest)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Completes or undoes what a killed build left in the work folder.
pub(super) fn recover(work: &Work, dest: &Path) -> Result<(), OutputError> {
    if let Ok(files) = fs::read_to_string(&work.record) {
        if dest.is_dir() {
            move_in(work, dest, &files.lines().collect())?;
        }
    } else if work.old.is_dir() {
        // Between the two renames, the new site is complete.
        if fs::symlink_metadata(dest).is_err() {
            let whole = if work.new.is_dir() { &work.new } else { &work.old };
            fs::rename(whole, dest).map_err(OutputError::io("restore", dest))?;
        }
        bring_back(&work.old, dest)?;
    } else if dest.is_dir() {
        bring_back(&work.new, dest)?;
    }
    work.clear().map_err(OutputError::io("clear", &work.root))
}
