//! The real file system.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{BoundFile, Bounds, FileSystem, FoundFile, Stamp, Standing, WalkProblem, WalkProblemKind};

/// The real file system, or the part of it that a project may see. Symbolic links are followed if they stay inside of
/// the walked folder, or lead to folders that the bounds allow.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    bounds: Bounds,
}

impl Disk {
    /// The file system without bounds.
    pub const UNBOUND: Self = Self { bounds: Bounds::NONE };

    /// The file system within bounds.
    pub fn within(bounds: Bounds) -> Self {
        Self { bounds }
    }

    /// The same with one more folder, such as the output folder.
    #[must_use]
    pub fn and(&self, folder: &Path) -> Self {
        Self::within(self.bounds.and(folder))
    }

    /// A file to be opened later.
    pub fn file(&self, path: &Path) -> BoundFile {
        BoundFile::new(path, &self.bounds)
    }
}

impl FileSystem for Disk {
    fn walk(&self, folder: &Path, enter: &dyn Fn(&Path, bool) -> bool) -> (Vec<FoundFile>, Vec<WalkProblem>) {
        let mut found = Vec::new();
        let mut problems = Vec::new();
        let root = match fs::canonicalize(folder) {
            Ok(root) => root,
            Err(error) => {
                let kind = WalkProblemKind::Unreadable(error.to_string());
                return (
                    found,
                    vec![WalkProblem {
                        path: PathBuf::new(),
                        kind,
                    }],
                );
            }
        };
        if !self.bounds.hold(&root) {
            let kind = WalkProblemKind::LinkOutside;
            let path = PathBuf::new();
            return (found, vec![WalkProblem { path, kind }]);
        }
        let linked = |target: &Path| self.bounds.hold_linked(target);
        let mut entries = WalkDir::new(&root).follow_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = relative(error.path().unwrap_or(&root), &root);
                    if enter(&path, false) {
                        problems.push(WalkProblem {
                            kind: problem_kind(&error, &root),
                            path,
                        });
                    }
                    continue;
                }
            };
            let path = relative(entry.path(), &root);
            if path.as_os_str().is_empty() {
                continue;
            }
            let is_folder = entry.file_type().is_dir();
            let skip = |entries: &mut walkdir::IntoIter| {
                if is_folder {
                    entries.skip_current_dir();
                }
            };
            if !enter(&path, is_folder) {
                skip(&mut entries);
                continue;
            }
            if entry.path_is_symlink() {
                match fs::canonicalize(entry.path()) {
                    Ok(target) if target.starts_with(&root) || linked(&target) => {}
                    Ok(_) => {
                        problems.push(WalkProblem {
                            path,
                            kind: WalkProblemKind::LinkOutside,
                        });
                        skip(&mut entries);
                        continue;
                    }
                    Err(_) => {
                        problems.push(WalkProblem {
                            path,
                            kind: WalkProblemKind::LinkBroken,
                        });
                        skip(&mut entries);
                        continue;
                    }
                }
            }
            let stamp = entry
                .metadata()
                .map_or_else(|_| Stamp::default(), |metadata| Stamp::new(&metadata));
            if is_folder || entry.file_type().is_file() {
                found.push(FoundFile { path, stamp, is_folder });
            } else {
                let kind = WalkProblemKind::NotAFile;
                problems.push(WalkProblem { path, kind });
            }
        }
        (found, problems)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        self.bounds.read(file)
    }

    fn stamp(&self, file: &Path) -> Option<Stamp> {
        let metadata = fs::metadata(file).ok().filter(fs::Metadata::is_file)?;
        Some(Stamp::new(&metadata))
    }

    fn is_file(&self, file: &Path) -> bool {
        file.is_file()
    }

    fn is_folder(&self, folder: &Path) -> bool {
        folder.is_dir()
    }

    fn standing(&self, path: &Path, folder: &Path) -> Standing {
        let (Ok(real), Ok(folder)) = (fs::canonicalize(path), fs::canonicalize(folder)) else {
            return Standing::Nothing;
        };
        if !real.starts_with(&folder) && !self.bounds.hold_linked(&real) || !self.bounds.hold(&real) {
            return Standing::LinkOutside;
        }
        match fs::symlink_metadata(&real) {
            Ok(metadata) if metadata.is_file() => Standing::File(Stamp::new(&metadata)),
            Ok(_) => Standing::Other,
            Err(_) => Standing::Nothing,
        }
    }
}

fn relative(path: &Path, root: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}

fn problem_kind(error: &walkdir::Error, root: &Path) -> WalkProblemKind {
    if error.loop_ancestor().is_some() {
        return WalkProblemKind::LinkCircle;
    }
    let is_link = error.path().is_some_and(Path::is_symlink);
    if is_link {
        // A link that cannot be resolved: to nothing, or through itself.
        let target = error
            .path()
            .and_then(|path| fs::read_link(path).ok())
            .unwrap_or_default();
        return match error.io_error().map(io::Error::kind) {
            Some(io::ErrorKind::NotFound) if target.is_absolute() && !target.starts_with(root) => {
                WalkProblemKind::LinkOutside
            }
            Some(io::ErrorKind::NotFound) => WalkProblemKind::LinkBroken,
            // ELOOP, for which std has no stable name yet.
            _ if error.io_error().and_then(io::Error::raw_os_error) == Some(40) => WalkProblemKind::LinkCircle,
            _ => WalkProblemKind::LinkBroken,
        };
    }
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    WalkProblemKind::Unreadable(reason)
}
