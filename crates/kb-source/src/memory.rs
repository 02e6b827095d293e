//! Files in memory, for tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::{FileSystem, FoundFile, Stamp, WalkProblem};

/// A file system with exactly the files that were added.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// Adds a file or replaces it.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl FileSystem for MemoryFiles {
    fn walk(&self, folder: &Path, enter: &dyn Fn(&Path, bool) -> bool) -> (Vec<FoundFile>, Vec<WalkProblem>) {
        let mut found: BTreeMap<PathBuf, FoundFile> = BTreeMap::new();
        'files: for (path, bytes) in &self.files {
            let Ok(path) = path.strip_prefix(folder) else { continue };
            let mut folders: Vec<&Path> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
            folders.reverse();
            for parent in folders {
                if !enter(parent, true) {
                    continue 'files;
                }
                let entry = FoundFile {
                    path: parent.to_path_buf(),
                    stamp: Stamp::default(),
                    is_folder: true,
                };
                found.entry(parent.to_path_buf()).or_insert(entry);
            }
            if enter(path, false) {
                found.insert(
                    path.to_path_buf(),
                    FoundFile {
                        path: path.to_path_buf(),
                        stamp: Stamp::of_bytes(bytes),
                        is_folder: false,
                    },
                );
            }
        }
        (found.into_values().collect(), Vec::new())
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.files
            .get(file)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn stamp(&self, file: &Path) -> Option<Stamp> {
        self.files.get(file).map(|bytes| Stamp::of_bytes(bytes))
    }

    fn is_file(&self, file: &Path) -> bool {
        self.files.contains_key(file)
    }

    fn is_folder(&self, folder: &Path) -> bool {
        self.files.keys().any(|path| path != folder && path.starts_with(folder))
    }
}
