//! The folders that files may be read from, and the only function that opens files.
//!
//! A project may contain symbolic links, and a file may be replaced between the check and the read. So a path is
//! resolved and compared with the allowed folders, and then exactly the resolved file is opened, without following
//! further links. Pipes and devices are not opened.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folders that files may be read from. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds(Option<Arc<Folders>>);

#[derive(Debug, PartialEq, Eq)]
struct Folders {
    /// The real paths of the project and of other folders that belong to it.
    own: Vec<PathBuf>,
    /// The real paths of folders elsewhere that links may lead to.
    linked: Vec<PathBuf>,
}

impl Bounds {
    /// No bounds: files may be anywhere.
    pub const NONE: Self = Self(None);

    /// One folder, and the folders that links may lead to. Folders that do not exist are ignored.
    pub fn of<'a>(folder: &Path, linked: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        Self(Some(Arc::new(Folders {
            own: real(folder).into_iter().collect(),
            linked: linked.into_iter().filter_map(|folder| real(folder)).collect(),
        })))
    }

    /// The same bounds with one more folder.
    #[must_use]
    pub fn and(&self, folder: &Path) -> Self {
        let Some(folders) = &self.0 else { return Self::NONE };
        Self(Some(Arc::new(Folders {
            own: folders.own.iter().cloned().chain(real(folder)).collect(),
            linked: folders.linked.clone(),
        })))
    }

    /// Whether a file at this path, which has no links in it, may be read.
    pub fn hold(&self, real: &Path) -> bool {
        self.0.is_none() || self.folder(real).is_some()
    }

    /// Whether links may lead to this path, which has no links in it, although it is elsewhere.
    pub(crate) fn hold_linked(&self, real: &Path) -> bool {
        let linked = |folders: &Arc<Folders>| folders.linked.iter().any(|folder| real.starts_with(folder));
        self.0.as_ref().is_none_or(linked)
    }

    fn folder(&self, real: &Path) -> Option<&Path> {
        let folders = self.0.as_ref()?;
        let mut all = folders.own.iter().chain(&folders.linked).map(PathBuf::as_path);
        all.find(|folder| real.starts_with(folder))
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// I/O errors, and an error if the file is outside of these bounds or not a regular file.
    pub fn open(&self, path: &Path) -> io::Result<File> {
        let file = if self.0.is_none() {
            open_without_waiting(path)?
        } else {
            let real = std::fs::canonicalize(path)?;
            let Some(folder) = self.folder(&real) else {
                let reason = "a symbolic link leads out of the project";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
            };
            open_below(folder, &real)?
        };
        if file.metadata()?.is_file() {
            Ok(file)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "this is not a regular file",
            ))
        }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// As [`Bounds::open`].
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut self.open(path)?, &mut bytes)?;
        Ok(bytes)
    }
}

fn real(folder: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(folder).ok()
}

/// Opens a path without blocking: opening a pipe without a writer would block otherwise.
#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    File::options().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens the file `real` inside of `folder`, without following links on the way.
#[cfg(unix)]
fn open_below(folder: &Path, real: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, open, openat};
    let down = OFlags::DIRECTORY | OFlags::CLOEXEC;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let down = down | OFlags::PATH;
    let last = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let below = real.strip_prefix(folder).unwrap_or(Path::new(""));
    let mut parts = below.iter().peekable();
    let mut at = open(folder, down, Mode::empty())?;
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return Ok(openat(&at, part, last, Mode::empty())?.into());
        }
        at = openat(&at, part, down | OFlags::NOFOLLOW, Mode::empty())?;
    }
    // The folder itself is not a file.
    Ok(at.into())
}

#[cfg(not(unix))]
fn open_below(_: &Path, real: &Path) -> io::Result<File> {
    File::open(real)
}

/// A file on disk, with the bounds that are checked each time it is opened.
#[derive(Debug, Clone)]
pub struct BoundFile {
    /// Where it is.
    pub path: PathBuf,
    bounds: Bounds,
}

impl BoundFile {
    /// The file at a path.
    pub fn new(path: &Path, bounds: &Bounds) -> Self {
        Self {
            path: path.to_path_buf(),
            bounds: bounds.clone(),
        }
    }

    /// Opens it for reading.
    ///
    /// # Errors
    /// As [`Bounds::open`].
    pub fn open(&self) -> io::Result<File> {
        self.bounds.open(&self.path)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    /// A folder `p` with a file in a folder, and a folder `o` beside it.
    fn folders() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in [("p/a/in", "in"), ("o/out", "out"), ("l/linked", "linked")] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("has one")).expect("made");
            fs::write(path, text).expect("written");
        }
        root
    }

    #[test]
    fn links_are_followed_within_the_bounds_only() {
        let root = folders();
        let at = |path: &str| root.path().join(path);
        for (link, to) in [
            ("p/file", "a/in"),
            ("p/folder", "a"),
            ("p/out", "../o/out"),
            ("p/o", "../o"),
            ("p/a/up", "../../o/out"),
            ("p/there", "../l/linked"),
        ] {
            symlink(to, at(link)).expect("a link");
        }
        let bounds = Bounds::of(&at("p"), [&at("l"), &at("gone")]);
        let read = |path: &str| bounds.read(&at(path)).ok();
        for (path, text) in [
            ("p/a/in", "in"),
            ("p/file", "in"),
            ("p/folder/in", "in"),
            ("p/there", "linked"),
        ] {
            assert_eq!(read(path).as_deref(), Some(text.as_bytes()), "{path}");
        }
        for path in [
            "p/out",
            "p/o/out",
            "p/a/up",
            "o/out",
            "p/../o/out",
            "p/a",
            "p",
            "p/none",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
        assert!(Bounds::NONE.read(&at("p/out")).is_ok());
        assert!(bounds.and(&at("o")).read(&at("p/out")).is_ok());
    }

    #[test]
    fn a_folder_that_became_a_link_is_not_walked_through() {
        let root = folders();
        let at = |path: &str| root.path().join(path);
        let place = fs::canonicalize(at("p/a/in")).expect("is there");
        fs::remove_dir_all(at("p/a")).expect("removed");
        fs::write(at("o/in"), "secret").expect("written");
        symlink("../o", at("p/a")).expect("a link");
        let folder = fs::canonicalize(at("p")).expect("is there");
        assert!(open_below(&folder, &place).is_err());
        fs::remove_file(at("p/a")).expect("removed");
        fs::create_dir(at("p/a")).expect("made");
        symlink("../../o/in", at("p/a/in")).expect("a link");
        assert!(open_below(&folder, &place).is_err());
    }

    #[test]
    fn pipes_and_devices_are_not_waited_for() {
        let root = folders();
        let pipe = root.path().join("p/pipe");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
        assert!(made.success());
        for bounds in [Bounds::NONE, Bounds::of(root.path(), [])] {
            let error = bounds.read(&pipe).expect_err("is no file");
            assert_eq!(error.to_string(), "this is not a regular file");
        }
        assert!(Bounds::NONE.read(Path::new("/dev/zero")).is_err());
    }
}
