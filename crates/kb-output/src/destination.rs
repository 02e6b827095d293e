//! The output folder: its real path, and whether `kb` may replace its contents.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use kb_diagnostic::Code;

use super::error::OutputError;
use super::writer::SyncOptions;

/// The file at the root of every site that marks the folder as written by `kb`, so that `kb` may replace it. It is
/// published with the site: a hidden file with one sentence, the same in every build.
pub const MARKER: &str = ".kb-output";

/// The content of the marker file.
pub(super) const MARKER_TEXT: &str = "Written by kb. Each build replaces everything in this folder.\n";

/// Name of the work folder inside of the destination; beside the destination it is `.{name}.kb-build`.
pub(super) const WORK: &str = ".kb-build";

/// Entries of a destination that are not part of the site and are kept: its git repository, as in a checkout of a
/// `gh-pages` branch.
pub(super) const KEPT: &str = ".git";

/// Why a folder cannot be the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DestinationProblem {
    /// It is a file, or something else that is not a folder.
    NotAFolder,
    /// It contains files, and `kb` did not write it.
    NotOurs,
    /// Its permissions forbid writing.
    ReadOnly,
    /// It is, is inside of, or contains this folder that the build reads.
    Overlaps(PathBuf),
    /// It is outside of this folder, although it must be inside.
    Outside(PathBuf),
    /// It is the root of the file system.
    Root,
    /// It is a symbolic link that leads nowhere.
    DanglingLink,
}

impl DestinationProblem {
    pub(super) fn code(&self) -> Code {
        match self {
            Self::NotAFolder | Self::DanglingLink | Self::Root => Code::OutputNotAFolder,
            Self::NotOurs => Code::OutputNotOurs,
            Self::ReadOnly => Code::OutputReadOnly,
            Self::Overlaps(_) => Code::OutputOverlaps,
            Self::Outside(_) => Code::OutputOutside,
        }
    }

    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::NotAFolder | Self::Root | Self::DanglingLink => "choose another folder with `-o`",
            Self::NotOurs => {
                "every build replaces the whole folder, so it must be new, empty, or written by kb: \
                 choose another one with `-o`, or empty it yourself"
            }
            Self::ReadOnly => "make the folder writable, or choose another one with `-o`",
            Self::Outside(_) => "name the folder with `-o` if the site is to be written there",
            Self::Overlaps(_) => "choose a folder that neither holds nor lies in what the site is built from",
        }
    }
}

impl fmt::Display for DestinationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAFolder => f.write_str("it is not a folder"),
            Self::NotOurs => f.write_str("the folder is not empty and was not written by kb"),
            Self::ReadOnly => f.write_str("the folder is read-only"),
            Self::Overlaps(other) => {
                write!(f, "it overlaps with {}, a source folder of the site", other.display())
            }
            Self::Outside(folder) => write!(f, "a symbolic link leads out of {}", folder.display()),
            Self::Root => f.write_str("it is the root of the file system"),
            Self::DanglingLink => f.write_str("it is a symbolic link that leads nowhere"),
        }
    }
}

/// A folder that `kb` may write to.
#[derive(Debug)]
pub(super) struct Destination {
    /// Its real path: if the destination is a symbolic link, the link is kept.
    pub(super) real: PathBuf,
    /// Whether it exists.
    pub(super) exists: bool,
    /// Where the new site is prepared.
    pub(super) work: PathBuf,
    beside: PathBuf,
    /// Whether the folder itself cannot be exchanged, so that only its contents are: it is a mount point or the current
    /// folder of this process, or nothing can be created beside it.
    pub(super) fixed: bool,
}

impl Destination {
    /// Checks `dest` without changing anything.
    pub(super) fn inspect(dest: &Path, options: &SyncOptions) -> Result<Self, OutputError> {
        let refuse = |refusal| OutputError::Refused {
            dest: dest.to_path_buf(),
            refusal,
        };
        let real = resolve(dest).map_err(OutputError::io("find", dest))?;
        let real = real.ok_or_else(|| refuse(DestinationProblem::DanglingLink))?;
        let Some((parent, name)) = real.parent().zip(real.file_name()) else {
            return Err(refuse(DestinationProblem::Root));
        };
        if let Some(folder) = &options.within
            && !resolve(folder)
                .ok()
                .flatten()
                .is_some_and(|folder| real.starts_with(folder))
        {
            return Err(refuse(DestinationProblem::Outside(folder.clone())));
        }
        if let Some(other) = overlap(&real, options) {
            return Err(refuse(DestinationProblem::Overlaps(other)));
        }
        let exists = match fs::symlink_metadata(&real) {
            Ok(found) if !found.is_dir() => return Err(refuse(DestinationProblem::NotAFolder)),
            Ok(found) if found.permissions().readonly() => return Err(refuse(DestinationProblem::ReadOnly)),
            Ok(_) if !is_replaceable(&real).map_err(OutputError::io("read", &real))? => {
                return Err(refuse(DestinationProblem::NotOurs));
            }
            Ok(_) => true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(refuse(DestinationProblem::NotAFolder));
            }
            Err(error) => return Err(OutputError::io("read", &real)(error)),
        };
        let fixed = exists && (is_mount_point(&real) || is_current(&real));
        let beside = beside(parent, name);
        let work = if fixed { real.join(WORK) } else { beside.clone() };
        Ok(Self {
            real,
            exists,
            work,
            beside,
            fixed,
        })
    }

    /// The other possible place of the work folder.
    pub(super) fn other_work(&self) -> PathBuf {
        if self.fixed {
            self.beside.clone()
        } else {
            self.real.join(WORK)
        }
    }

    /// Prepares the site inside the destination instead of beside it.
    pub(super) fn make_fixed(&mut self) {
        self.fixed = true;
        self.work = self.real.join(WORK);
    }
}

/// The work folder beside a destination.
fn beside(parent: &Path, name: &OsStr) -> PathBuf {
    let mut work = OsStr::new(".").to_owned();
    work.push(name);
    work.push(WORK);
    parent.join(work)
}

/// The real path, even if its last parts do not exist yet; `None` if it is a link that leads nowhere.
fn resolve(path: &Path) -> io::Result<Option<PathBuf>> {
    let path = std::path::absolute(path)?;
    let missing = match fs::canonicalize(&path) {
        Ok(real) => return Ok(Some(real)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => error,
        // A file instead of a folder: a later check reports it with its own message.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Some(path)),
        Err(error) => return Err(error),
    };
    if path.is_symlink() {
        return Ok(None);
    }
    let Some(parent) = path.parent() else {
        return Err(missing);
    };
    let Some(parent) = resolve(parent)? else {
        return Ok(None);
    };
    Ok(Some(match path.components().next_back() {
        Some(Component::ParentDir) => parent.parent().map(Path::to_path_buf).unwrap_or(parent),
        Some(last) => parent.join(last),
        None => parent,
    }))
}

/// The first folder of the build that `real` overlaps with.
fn overlap(real: &Path, options: &SyncOptions) -> Option<PathBuf> {
    let find = |folders: &[PathBuf], meets: &dyn Fn(&Path) -> bool| {
        let met = folders.iter().find(|folder| {
            let folder = resolve(folder).ok().flatten();
            folder.is_some_and(|folder| meets(&folder))
        });
        met.cloned()
    };
    find(&options.forbidden, &|folder| {
        real.starts_with(folder) || folder.starts_with(real)
    })
    .or_else(|| find(&options.protected, &|folder| folder.starts_with(real)))
}

/// Whether a folder may be replaced: it is empty, or an earlier build wrote it.
fn is_replaceable(folder: &Path) -> io::Result<bool> {
    if fs::symlink_metadata(folder.join(MARKER)).is_ok_and(|marker| marker.is_file()) {
        return Ok(true);
    }
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if name != KEPT && name != WORK {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the folder is the current folder of this process, and so probably of the shell that started it: after an
/// exchange of the folder, their current folder would be deleted.
fn is_current(folder: &Path) -> bool {
    std::env::current_dir().is_ok_and(|current| current.starts_with(folder))
}

/// Whether another file system is mounted on the folder (a container's volume): it cannot be renamed.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt as _;
    // The fifth field is the mount point, with blanks as octal escapes. A bind mount has the device of its parent, so a
    // comparison of devices would miss the most frequent case.
    let Ok(mounts) = fs::read("/proc/self/mountinfo") else {
        return false;
    };
    let folder = folder.as_os_str().as_bytes();
    mounts.split(|&b| b == b'\n').any(|line| {
        line.split(|&b| b == b' ')
            .nth(4)
            .is_some_and(|point| unescape(point) == folder)
    })
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        let octal = (byte == b'\\').then(|| after.get(..3)).flatten();
        let value = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        out.push(value.unwrap_or(byte));
        rest = if value.is_some() { &after[3..] } else { after };
    }
    out
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    folder.parent().is_some_and(|parent| device(parent) != device(folder))
}

#[cfg(not(unix))]
fn is_mount_point(_folder: &Path) -> bool {
    false
}
