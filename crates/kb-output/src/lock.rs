//! The lock of a destination: held by one build at a time, and released when its process ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::error::OutputError;

const NAME: &str = "lock";
/// Number of attempts to take the lock.
const ATTEMPTS: u32 = 100;
/// Pause between two attempts: one second in total.
const PAUSE: Duration = Duration::from_millis(10);

/// A lock that the system releases when the process ends for any reason, so it cannot be stale. The lock file is in the
/// work folder, and is removed with it.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Creates the work folder if it is missing, and takes its lock.
    pub(super) fn take(work: &Path, dest: &Path) -> Result<Self, OutputError> {
        let path = work.join(NAME);
        // A build that is ending may remove the folder and the file between two of these steps: try again.
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
                // A child process that a killed build had just started holds the lock until its program runs.
                Err(TryLockError::WouldBlock) if attempt < ATTEMPTS => {
                    thread::sleep(PAUSE);
                    continue;
                }
                Err(TryLockError::WouldBlock) => return Err(locked(dest, &mut file)),
                // Some network file systems have no locks: there, simultaneous builds are not detected.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(OutputError::io("lock", &path)(error)),
            }
            if is_still_there(&file, &path) {
                // Only for the message of the other build; the system manages the lock itself.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                return Ok(Self { path, _file: file });
            }
        }
        Err(OutputError::Locked {
            dest: dest.to_path_buf(),
            process: None,
        })
    }

    /// Removes the lock file, the last file in the work folder, and the folder.
    pub(super) fn remove(&self, work: &Path) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        // Another build may have created its own lock: then the folder belongs to that build.
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

/// Whether the locked file is still the one at the path of the lock.
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
