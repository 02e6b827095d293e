//! The name of a segment's files: a hash of them and of `meta.json`, so that a damaged or mixed index is refused.
//!
//! tantivy's own checksums show that it wrote each file, but not that the files belong together: a file of another index
//! would make it panic.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kb_source::Bounds;
use xxhash_rust::xxh3::Xxh3;

use super::Error;

/// tantivy's list of segments and fields.
pub(super) const META: &str = "meta.json";
/// tantivy's list of its files.
pub(super) const MANAGED: &str = ".managed.json";
/// Extensions of the files of a segment. Which ones exist depends on the fields.
pub(super) const EXTENSIONS: [&str; 6] = ["fast", "fieldnorm", "idx", "pos", "store", "term"];

/// Number of bytes read at once.
const PIECE: usize = 256 * 1024;

/// A hash that is being made.
pub(super) struct Seal(Xxh3);

impl Seal {
    /// Begins with `meta.json`, without the name, which is not known yet.
    pub(super) fn new(meta: &str, id: &str) -> Self {
        let mut hash = Xxh3::new();
        hash.update(meta.replace(id, "").as_bytes());
        Self(hash)
    }

    /// Adds a file of the segment; they must come in the order of [`EXTENSIONS`].
    pub(super) fn add(&mut self, extension: &str, len: u64, mut contents: impl Read) -> io::Result<()> {
        self.0.update(extension.as_bytes());
        self.0.update(&len.to_le_bytes());
        let mut piece = vec![0; PIECE.min(usize::try_from(len).unwrap_or(PIECE)).max(1)];
        loop {
            match contents.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(n) => self.0.update(&piece[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The name of the segment's files.
    pub(super) fn name(&self) -> String {
        format!("{:032x}", self.0.digest128())
    }
}

/// The segment id in `meta.json`, hyphenated.
pub(super) fn segment_id(meta: &str) -> Option<String> {
    let meta: serde_json::Value = serde_json::from_str(meta).ok()?;
    Some(meta.pointer("/segments/0/segment_id")?.as_str()?.to_owned())
}

/// A UUID with its hyphens: 8-4-4-4-12 digits.
pub(super) fn hyphenated(digits: &str) -> String {
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|group| &digits[group])
        .join("-")
}

/// Checks that an index is as it was written. `open` gives a file and its length by name; `None` if there is none.
///
/// # Errors
/// [`Error::Damaged`] with the damaged file, or without a file if it may be any.
pub(super) fn check<R: Read>(open: impl Fn(&str) -> Result<Option<(u64, R)>, Error>) -> Result<(), Error> {
    let damaged = |name: &str| Error::Damaged(PathBuf::from(name));
    let (len, mut file) = open(META)?.ok_or_else(|| damaged(META))?;
    let mut meta = String::with_capacity(usize::try_from(len).unwrap_or_default());
    file.read_to_string(&mut meta).map_err(|_| damaged(META))?;
    let id = segment_id(&meta).ok_or_else(|| damaged(META))?;
    let name = id.replace('-', "");
    let mut seal = Seal::new(&meta, &id);
    for extension in EXTENSIONS {
        let file = format!("{name}.{extension}");
        if let Some((len, contents)) = open(&file)? {
            seal.add(extension, len, contents).map_err(|_| damaged(&file))?;
        }
    }
    if seal.name() == name { Ok(()) } else { Err(damaged("")) }
}

/// Opens a file of a folder, for [`check`].
///
/// # Errors
/// [`Error::Read`] if it exists but cannot be read, or is not a regular file.
pub(super) fn open_in(folder: &Path, name: &str) -> Result<Option<(u64, std::fs::File)>, Error> {
    let path = folder.join(name);
    let opened = Bounds::NONE
        .open(&path)
        .and_then(|file| Ok((file.metadata()?.len(), file)));
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path, source }),
    }
}
