//! Errors of writing the site.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kb_diagnostic::Code;

use super::destination::DestinationProblem;

/// An error of the output: `Display` says what is wrong, [`hint`](Self::hint) what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum OutputError {
    /// A path that cannot be part of a site.
    Path {
        /// The path as it was given.
        path: String,
        /// What is wrong with it.
        problem: PathProblem,
    },
    /// Two files have the same path, at least on a file system that ignores case.
    Collision {
        /// The path that was refused.
        path: String,
        /// The existing file, or the folder of another file.
        with: String,
        /// Whether `with` is a folder.
        folder: bool,
        /// The existing file: `with` itself, or the first file in that folder.
        file: String,
    },
    /// The destination cannot be used.
    Refused {
        /// The destination as it was given.
        dest: PathBuf,
        /// Why.
        refusal: DestinationProblem,
    },
    /// Another build is writing to the destination.
    Locked {
        /// The destination.
        dest: PathBuf,
        /// The process of the other build, if it is known.
        process: Option<u32>,
    },
    /// A file that should be copied into the site could not be read.
    Source {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A file that should be copied into the site has changed since it was read.
    SourceChanged {
        /// The file.
        path: PathBuf,
    },
    /// The system failed to create, write, move or remove something.
    Io {
        /// What was tried, as in "cannot {action} {path}".
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// An earlier file could not be written, so the site is not complete and was not put in place.
    Incomplete,
}

/// Why a path cannot be part of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathProblem {
    /// There is no path.
    Empty,
    /// It begins with `/`.
    Absolute,
    /// A part is empty: two slashes in a row, or one at the end.
    EmptyPart,
    /// A part is `.` or `..`.
    Dots,
    /// A part has this many bytes, more than file systems store.
    TooLong(usize),
    /// A character that some file systems or servers do not allow in names.
    Character(char),
    /// A part ends with a dot or a space, which Windows removes.
    Ending,
    /// A part is the name of a Windows device.
    Device(String),
    /// The name is reserved in the output folder.
    Reserved(String),
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::Absolute => f.write_str("it must be relative to the output folder"),
            Self::EmptyPart => f.write_str("it has two slashes in a row"),
            Self::Dots => f.write_str("it has a part that is \".\" or \"..\""),
            Self::TooLong(bytes) => {
                write!(f, "one of its names has {bytes} bytes; file systems store at most 255")
            }
            Self::Character(found) => {
                write!(
                    f,
                    "the character {found:?} is not allowed in file names on every system"
                )
            }
            Self::Ending => f.write_str("one of its names ends with a dot or a space"),
            Self::Device(name) => write!(f, "\"{name}\" is the name of a device on Windows"),
            Self::Reserved(name) => write!(f, "\"{name}\" is a reserved name"),
        }
    }
}

impl OutputError {
    /// An [`Io`](Self::Io) error, for `map_err`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_path_buf(),
            source,
        }
    }

    /// The code of the diagnostic for this error.
    pub fn code(&self) -> Code {
        match self {
            Self::Path { .. } => Code::OutputPath,
            Self::Collision { .. } => Code::OutputCollision,
            Self::Refused { refusal, .. } => refusal.code(),
            Self::Locked { .. } => Code::OutputLocked,
            Self::Source { .. } => Code::FileUnreadable,
            Self::SourceChanged { .. } => Code::FileChanged,
            Self::Io { source, .. } if is_disk_full(source) => Code::DiskFull,
            Self::Io { .. } | Self::Incomplete => Code::OutputWrite,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Path { .. } => Some("give the article or file another name or slug".to_owned()),
            Self::Collision { folder: true, .. } => {
                Some("a file and a folder cannot have the same name: rename one".to_owned())
            }
            Self::Collision { path, with, .. } if path == with => {
                Some("give one of the two another slug or name".to_owned())
            }
            Self::Collision { .. } => {
                Some("many hosts and file systems ignore upper and lower case: rename one".to_owned())
            }
            Self::Refused { refusal, .. } => Some(refusal.hint().to_owned()),
            Self::Locked { .. } => Some("wait for it to finish, or choose another folder".to_owned()),
            Self::SourceChanged { .. } => Some("build again".to_owned()),
            Self::Io { source, .. } if is_disk_full(source) => {
                Some("the previous site is unchanged; free some space and build again".to_owned())
            }
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("check who owns the folder, or choose another one with `-o`".to_owned())
            }
            Self::Source { .. } | Self::Io { .. } | Self::Incomplete => None,
        }
    }
}

/// Whether the disk or the user's quota is full.
fn is_disk_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path { path, problem } => write!(f, "cannot write \"{path}\": {problem}"),
            Self::Collision {
                path,
                with,
                folder: true,
                ..
            } => {
                write!(f, "the file \"{path}\" collides with the folder \"{with}\"")
            }
            Self::Collision { path, with, .. } if path == with => {
                write!(f, "two pages or files are written to \"{path}\"")
            }
            Self::Collision { path, with, .. } => {
                write!(f, "\"{path}\" collides with \"{with}\"")
            }
            Self::Refused { dest, refusal } => {
                write!(f, "cannot write to {}: {refusal}", dest.display())
            }
            Self::Locked {
                dest,
                process: Some(process),
            } => {
                write!(f, "another build (process {process}) is writing to {}", dest.display())
            }
            Self::Locked { dest, process: None } => {
                write!(f, "another build is writing to {}", dest.display())
            }
            Self::Source { path, source } => write!(f, "cannot read {}: {source}", path.display()),
            Self::SourceChanged { path } => {
                write!(f, "{} changed while the site was being built", path.display())
            }
            Self::Io { path, source, .. } if is_disk_full(source) => {
                write!(f, "the disk is full: cannot write {}", path.display())
            }
            Self::Io { action, path, source } => {
                write!(f, "cannot {action} {}: {source}", path.display())
            }
            Self::Incomplete => f.write_str("the site is incomplete and was not put in place"),
        }
    }
}

/// No `source()`: the message already contains the system's error.
impl std::error::Error for OutputError {}
