//! Detects changed files without reading them.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// File systems date changes with the kernel's clock tick (up to 10 ms) or coarser (FAT: 2 s), so that two changes in
/// quick succession can have the same time. If a file is younger than this when it is read, a change may go unnoticed.
const TICK: Duration = Duration::from_millis(2_100);

/// Size, times and number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Its size in bytes.
    pub len: u64,
    /// When its content was last changed.
    modified: Option<SystemTime>,
    /// The time of the last change of content or metadata, in seconds and nanoseconds. Tools that copy files can reset
    /// `modified`, but not this.
    changed: (i64, i64),
    /// Its inode number: a file that replaces another one has a different number.
    number: u64,
}

impl Stamp {
    /// The stamp from the metadata of a file.
    pub fn new(metadata: &Metadata) -> Self {
        let mut stamp = Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
            ..Self::default()
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            stamp.changed = (metadata.ctime(), metadata.ctime_nsec());
            stamp.number = metadata.ino();
        }
        stamp
    }

    /// The stamp of a file without times: a hash of its content is used instead.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self {
            len: bytes.len() as u64,
            number: xxhash_rust::xxh3::xxh3_64(bytes),
            ..Self::default()
        }
    }

    /// Whether a file that has this stamp now, and had it when it was read at `read`, is the file that was read.
    pub fn vouches_since(&self, read: SystemTime) -> bool {
        let newest = self.modified.into_iter().chain(self.changed_at()).max();
        newest.is_none_or(|newest| newest + TICK < read)
    }

    fn changed_at(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.changed;
        let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }
}
