//! Large files on disk: sent in pieces, hashed once.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use axum::body::{Body, Bytes};
use kb_source::{BoundFile, Stamp};
use tokio::sync::mpsc;
use xxhash_rust::xxh3::Xxh3;

use super::stream::Received;

/// Files on disk from this length, in bytes, are never held in memory as a whole.
pub(super) const LARGE: u64 = 1024 * 1024;

/// The size of a chunk in bytes.
const PIECE: usize = 64 * 1024;

/// The number of chunks buffered for a slow client.
const WAITING: usize = 4;

/// The hashes of large files. A file is read again if its stamp has changed or is not reliable.
#[derive(Debug, Default)]
pub(super) struct Hashes(Mutex<HashMap<PathBuf, HashedFile>>);

#[derive(Debug, Clone, Copy)]
struct HashedFile {
    stamp: Stamp,
    /// When the file was opened.
    at: SystemTime,
    hash: u64,
}

impl Hashes {
    /// The current length of a file and the xxh3 hash of its bytes.
    pub(super) fn of(&self, file: &BoundFile) -> io::Result<(u64, u64)> {
        let at = SystemTime::now();
        let opened = file.open()?;
        let stamp = Stamp::new(&opened.metadata()?);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&file.path)
            && known.stamp == stamp
            && stamp.vouches_since(known.at)
        {
            return Ok((stamp.len, known.hash));
        }
        drop(known);
        let hash = hash(opened)?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(file.path.clone(), HashedFile { stamp, at, hash });
        Ok((stamp.len, hash))
    }
}

fn hash(mut file: File) -> io::Result<u64> {
    let mut hasher = Xxh3::new();
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.digest()),
            n => hasher.update(&piece[..n]),
        }
    }
}

/// A part of a file as a body. Needs the runtime: the file is read on its blocking threads.
pub(super) fn body(file: &BoundFile, start: u64, len: u64) -> io::Result<Body> {
    let mut file = file.open()?;
    file.seek(SeekFrom::Start(start))?;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || send(file.take(len), &sender));
    Ok(Body::from_stream(Received(receiver)))
}

/// Reads to the end, or until the client disconnects.
fn send(mut file: io::Take<File>, to: &mpsc::Sender<io::Result<Bytes>>) {
    loop {
        let mut piece = vec![0; PIECE];
        let read = match file.read(&mut piece) {
            Ok(0) => return,
            Ok(n) => {
                piece.truncate(n);
                Ok(piece.into())
            }
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if to.blocking_send(read).is_err() || failed {
            return;
        }
    }
}
