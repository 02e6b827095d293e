//! The right to write to one destination: held by one build at a time, gone with its process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::error::OutputError;

const NAME: &str = "lock";
/// How often the lock is tried.
const ATTEMPTS: u32 = 100;
/// Between two tries of a lock that is held: a second in all.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that the system gives back when the process ends, however it ends, so none can be stale.
/// The file that carries it lies in the work folder and goes with it.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Creates the work folder where it is missing, and takes its lock.
    pub(super) fn take(work: &Path, dest: &Path) -> Result<Self, OutputError> {
        let path = work.join(NAME);
        // A build that ends just now may remove folder and file between any two of our steps: try again.
        for attempt in 1..=ATTEMPTS {
            match fs::create_dir(work) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(OutputError::io("create", work)(error));
                }
                _ => {}
            }
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let mut file = match opened {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                opened => opened.map_err(OutputError::io("create", &path))?,
            };
            match file.try_lock() {
                Ok(()) => {}
                // A program that a killed build was just starting holds the lock until it really runs.
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => {
                    thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::WouldBlock) => return Err(locked(dest, &mut file)),
                // Some network file systems have no locks: two builds at once are then not noticed.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(OutputError::io("lock", &path)(error)),
            }
            if is_still_there(&file, &path) {
                // For the other build's message only; the lock itself is the system's.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                return Ok(Self { path, _file: file });
            }
        }
        Err(OutputError::Locked {
            dest: dest.to_path_buf(),
            process: None,
        })
    }

    /// Removes the lock's file as the last thing in the work folder, and the folder.
    pub(super) fn remove(&self, work: &Path) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        // Another build may have come by and created its own lock: then the folder is its now.
        let _ = fs::remove_dir(work);
        Ok(())
    }
}

fn locked(dest: &Path, file: &mut File) -> OutputError {
    let mut process = String::new();
    let _ = file.read_to_string(&mut process);
    OutputError::Locked {
        dest: dest.to_path_buf(),
        process: process.trim().parse().ok(),
    }
}

/// Whether the file that was locked is the one that others will find.
#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(found)) => held.ino() == found.ino() && held.dev() == found.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(_file: &File, path: &Path) -> bool {
    path.exists()
}
