//! Files -> [`SourceSet`]: what a help centre is made from, read once and named by paths relative to the content folder.
//!
//! Every read uses [`FileSystem`], so that tests can use memory and a watcher knows which files were read.

mod bounds;
mod disk;
pub mod git;
mod ignore_rules;
mod memo;
mod memory;
mod stamp;
mod walk;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kb_diagnostic::{Diagnostic, SourceText};

pub use bounds::{BoundFile, Bounds};
pub use disk::Disk;
pub use ignore_rules::IgnoreRules;
pub use memo::SourceMemo;
pub use memory::MemoryFiles;
pub use stamp::Stamp;
pub use walk::{
    CONTENT, SourceFolder, link_out_of_project, link_outside, not_a_file, read_changed, read_sources, walk_problem,
};

/// The largest article that is read, in bytes. The longest help article seen in practice has 0.2 MB; a larger file is a
/// log or a dump that was added by mistake.
pub(crate) const MAX_ARTICLE_BYTES: u64 = 8 * 1024 * 1024;

/// The path of a file relative to the content folder, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentPath(Arc<str>);

impl ContentPath {
    /// A path from its parts joined with `/`.
    pub fn new(path: impl AsRef<str>) -> Self {
        Self(Arc::from(path.as_ref()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder, empty for files directly in the content folder.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The name of the file.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// The name of the file without the last extension.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

impl fmt::Display for ContentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A Markdown file.
#[derive(Debug, Clone)]
pub struct ArticleSource {
    /// Its path in the content folder.
    pub path: ContentPath,
    /// The file: its path as shown to the user, and its text without a byte order mark.
    pub file: Arc<SourceText>,
}

/// Any other file in the content folder: an image, a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetSource {
    /// Its path in the content folder.
    pub path: ContentPath,
    /// Where it is.
    pub location: PathBuf,
    /// Its size and times.
    pub stamp: Stamp,
}

/// All files in the content folder.
#[derive(Debug, Clone, Default)]
pub struct SourceSet {
    /// The Markdown files, sorted by path.
    pub articles: Vec<ArticleSource>,
    /// All other files, sorted by path.
    pub assets: Vec<AssetSource>,
    /// The folders that were read, the content folder first.
    pub folders: Vec<PathBuf>,
    /// Problems with files that could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// An entry of a folder.
#[derive(Debug, Clone)]
pub struct FoundFile {
    /// Path relative to the folder that was walked.
    pub path: PathBuf,
    /// Its size and times.
    pub stamp: Stamp,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Why an entry of a folder is left out.
#[derive(Debug, Clone)]
pub struct WalkProblem {
    /// Path relative to the folder that was walked.
    pub path: PathBuf,
    /// What kind of problem.
    pub kind: WalkProblemKind,
}

/// The kinds of [`WalkProblem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkProblemKind {
    /// A symbolic link leads out of the folder.
    LinkOutside,
    /// It is not a regular file, but a pipe or a device.
    NotAFile,
    /// A symbolic link leads to a folder that contains it.
    LinkCircle,
    /// A symbolic link leads nowhere.
    LinkBroken,
    /// The operating system refused.
    Unreadable(String),
}

/// What exists at the path of an expected file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or a link that leads nowhere.
    Nothing,
    /// A regular file of the folder, with its size and times.
    File(Stamp),
    /// Not a regular file: a folder, a pipe or a device.
    Other,
    /// A symbolic link that leads out of the folder.
    LinkOutside,
}

/// Where files come from.
pub trait FileSystem: Sync {
    /// All entries below `folder` that `enter` accepts, and the entries that could not be read. The folder itself has
    /// an empty path. `enter` gets the path relative to `folder`, and whether it is a folder; a rejected folder is not
    /// entered.
    fn walk(&self, folder: &Path, enter: &dyn Fn(&Path, bool) -> bool) -> (Vec<FoundFile>, Vec<WalkProblem>);

    /// The bytes of a file.
    ///
    /// # Errors
    /// I/O errors.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// The size and times of a file; `None` where there is none.
    fn stamp(&self, file: &Path) -> Option<Stamp>;

    /// Whether there is a file (not a folder).
    fn is_file(&self, file: &Path) -> bool;

    /// Whether there is a folder.
    fn is_folder(&self, folder: &Path) -> bool;

    /// What exists at `path`, an expected file of `folder`. Nothing is opened.
    fn standing(&self, path: &Path, folder: &Path) -> Standing {
        // Without links, the path itself determines the place of a file.
        match self.stamp(path) {
            Some(_) if !path.starts_with(folder) => Standing::LinkOutside,
            Some(stamp) => Standing::File(stamp),
            None if self.is_folder(path) => Standing::Other,
            None => Standing::Nothing,
        }
    }

    /// The text of a file, if there is one.
    ///
    /// # Errors
    /// I/O errors, except for a missing file.
    fn read_if_present(&self, file: &Path) -> io::Result<Option<String>> {
        match self.read(file) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not valid UTF-8")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
