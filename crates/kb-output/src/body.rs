//! The contents of one file of the site.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use kb_source::BoundFile;

/// The contents of one file: bytes, or a file on disk that is copied without being loaded into memory.
#[derive(Debug, Clone)]
pub enum Body {
    /// Bytes in memory. Shared, so that a cache and several outputs can have the same page; a `Vec`, so that a rendered
    /// string is not copied.
    Bytes(Arc<Vec<u8>>),
    /// A file that is copied when the site is written.
    File {
        /// Where it is.
        file: BoundFile,
        /// Its length when it was read; if the file has changed since then, the build fails.
        len: u64,
    },
}

impl Body {
    /// A file on disk, with its current length; 0 if that cannot be read, in which case copying reports the error.
    pub fn on_disk(file: BoundFile) -> Self {
        let len = std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
        Self::File { file, len }
    }

    /// The length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes; reads the file when they are on disk.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self) -> io::Result<Arc<Vec<u8>>> {
        match self {
            Self::Bytes(bytes) => Ok(Arc::clone(bytes)),
            Self::File { file, .. } => {
                let mut bytes = Vec::new();
                file.open()?.read_to_end(&mut bytes)?;
                Ok(Arc::new(bytes))
            }
        }
    }

    /// Whether the file at `path` has exactly these bytes; false if it cannot be read.
    pub(super) fn matches(&self, path: &Path) -> bool {
        self.compare(path).unwrap_or(false)
    }

    fn compare(&self, path: &Path) -> io::Result<bool> {
        let mut there = File::open(path)?;
        if there.metadata()?.len() != self.len() {
            return Ok(false);
        }
        match self {
            Self::Bytes(bytes) => same(&mut bytes.as_slice(), &mut there),
            Self::File { file, .. } => same(&mut file.open()?, &mut there),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Arc::new(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

/// Compares two readers to their ends.
fn same(left: &mut impl io::Read, right: &mut impl io::Read) -> io::Result<bool> {
    const CHUNK: usize = 16 * 1024;
    let (mut a, mut b) = ([0; CHUNK], [0; CHUNK]);
    loop {
        let n = fill(left, &mut a)?;
        let m = fill(right, &mut b)?;
        if a[..n] != b[..m] {
            return Ok(false);
        }
        if n < CHUNK {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the reader ends.
fn fill(reader: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
