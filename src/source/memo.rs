//! What was read before.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{ArticleSource, Stamp};
use crate::diagnostic::Diagnostic;

/// Articles as they were last read, by path relative to the content folder.
///
/// An article is taken from here only if
/// - the file has the very stamp it had when it was read,
/// - it was not changed just before it was read, when a second change could have left the same stamp, and
/// - nobody has said since that it changed ([`SourceMemo::forget`]).
#[derive(Debug, Default)]
pub struct SourceMemo {
    read: HashMap<PathBuf, Read>,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) stamp: Stamp,
    /// When reading began.
    pub(super) at: SystemTime,
    pub(super) display: String,
    pub(super) article: Option<ArticleSource>,
    pub(super) problem: Option<Diagnostic>,
}

impl SourceMemo {
    /// A file has changed, or one of the same name has come.
    pub fn forget(&mut self, path: &Path) {
        self.read.remove(path);
    }

    /// The file as it was read, if it is still the same.
    pub(super) fn get(&self, path: &Path, stamp: Stamp, display: &str) -> Option<&Read> {
        self.read
            .get(path)
            .filter(|read| read.stamp == stamp && stamp.vouches_since(read.at) && read.display == display)
    }

    /// Keeps what was read now, and nothing else.
    pub(super) fn replace(&mut self, read: impl Iterator<Item = (PathBuf, Read)>) {
        self.read = read.collect();
    }
}
