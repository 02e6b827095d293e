//! What may go wrong with an index.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why an index could not be written, opened or searched.
#[derive(Debug)]
pub enum Error {
    /// There is no index in this folder.
    NoIndex(PathBuf),
    /// A file or folder could not be read.
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The index was written by another version of kb, whose words would not match those of queries.
    Version {
        /// The analyzer version of the index.
        found: u32,
        /// The analyzer version of this program.
        expected: u32,
    },
    /// The browser's form of the index cannot be used.
    Pack(kb_search::pack::Error),
    /// The settings beside the index are not what kb writes.
    Settings(String),
    /// A file of the index has changed since it was written.
    Damaged(PathBuf),
    /// Reading failed in a way that never happens with an undamaged index.
    Unreadable,
    /// tantivy could not write or read the index.
    Tantivy(tantivy::TantivyError),
    /// The index that several queries share could not be made; the reason is shared too.
    Shared(Arc<Error>),
}

impl Error {
    /// Adds the folder to the name of a damaged file.
    pub(super) fn inside(self, folder: &Path) -> Self {
        match self {
            Self::Damaged(name) if name.as_os_str().is_empty() => Self::Damaged(folder.to_owned()),
            Self::Damaged(name) => Self::Damaged(folder.join(name)),
            other => other,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIndex(path) => write!(f, "there is no search index in `{}`", path.display()),
            Self::Read { path, source } => write!(f, "cannot read `{}`: {source}", path.display()),
            Self::Version { found, expected } => write!(
                f,
                "the search index was written by another version of kb (analyzer {found}, this one has {expected}): \
                 build the site again"
            ),
            Self::Pack(error) => write!(f, "{error}: build the site again"),
            Self::Settings(reason) => write!(f, "the settings of the search index are damaged: {reason}"),
            Self::Damaged(path) => write!(
                f,
                "the search index is damaged (`{}` has changed): build the site again, or copy it again",
                path.display()
            ),
            Self::Unreadable => f.write_str(
                "the search index cannot be read, most likely because it is damaged: build the site again, or copy it \
                 again; if that does not help, this is a fault in kb, so please report it",
            ),
            Self::Tantivy(error) => write!(f, "the search index cannot be used: {error}"),
            Self::Shared(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Tantivy(error) => Some(error),
            Self::Pack(error) => Some(error),
            Self::Shared(error) => error.source(),
            Self::NoIndex(_) | Self::Version { .. } | Self::Settings(_) | Self::Damaged(_) | Self::Unreadable => None,
        }
    }
}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Tantivy(error)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Tantivy(error.into())
    }
}
