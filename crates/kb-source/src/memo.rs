//! What was read before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kb_diagnostic::Diagnostic;

use super::{ArticleSource, AssetSource, ContentPath, SourceSet, Stamp};

/// The result of the last read of the content folder.
///
/// An article is reused only if
/// - the stamp of the file is the same as when it was read, and
/// - it was not changed just before it was read, because a second change could have the same stamp.
#[derive(Debug, Default)]
pub struct SourceMemo {
    pub(super) articles: BTreeMap<ContentPath, Read>,
    pub(super) assets: Vec<AssetSource>,
    pub(super) folders: Vec<PathBuf>,
    /// What was found on the way to the files.
    pub(super) walk: Vec<Diagnostic>,
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
    /// The file as it was read, if it has not changed.
    pub(super) fn get(&self, path: &ContentPath, stamp: Stamp, display: &str) -> Option<&Read> {
        self.articles
            .get(path)
            .filter(|read| read.stamp == stamp && stamp.vouches_since(read.at) && read.display == display)
    }

    /// Whether this path was a file or folder that is not an article.
    pub(super) fn knows(&self, location: &Path) -> bool {
        self.folders.iter().any(|folder| folder == location)
            || self.assets.iter().any(|asset| asset.location == location)
    }

    /// The entries of the folder.
    pub(super) fn set(&self) -> SourceSet {
        let problems = self.articles.values().filter_map(|read| read.problem.clone());
        SourceSet {
            articles: self.articles.values().filter_map(|read| read.article.clone()).collect(),
            assets: self.assets.clone(),
            folders: self.folders.clone(),
            diagnostics: self.walk.iter().cloned().chain(problems).collect(),
        }
    }
}
