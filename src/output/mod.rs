//! What a build leaves behind: a set of paths with their contents, kept in memory or put on disk.
//!
//! A page goes into a [`Sink`] as soon as it is rendered. There are two sinks: an [`Output`], which is a
//! value in memory (the preview server and tests use it), and a [`Writer`], which puts the site on
//! disk so that a build that is killed, fails or fills the disk leaves the site of the build before it.
//! This layer knows nothing of the rest of `kb` and makes no diagnostics: its errors are [`OutputError`].

mod body;
mod destination;
mod error;
mod lock;
mod names;
mod path;
mod replace;
mod tree;
mod writer;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

pub use body::Body;
pub use destination::{MARKER, Refusal};
pub use error::{OutputError, PathProblem};
pub use path::OutputPath;
pub use writer::{SyncOptions, SyncReport, Writer};

use names::Names;

/// Where rendered pages go; may be called from many threads at once.
pub trait Sink: Sync {
    /// Takes one file of the site. Each path can be put only once.
    ///
    /// # Errors
    /// When the path collides with one that was put before, or when the file cannot be written.
    fn put(&self, path: OutputPath, body: Body) -> Result<(), OutputError>;
}

/// A whole site in memory: every path with its body, or with whatever else says what is there, in the order of the paths.
#[derive(Debug)]
pub struct Output<B = Body> {
    files: BTreeMap<OutputPath, B>,
    names: Names,
}

impl<B> Default for Output<B> {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            names: Names::default(),
        }
    }
}

impl<B> Output<B> {
    /// Adds a file.
    ///
    /// # Errors
    /// When the path collides with one that is already there, see [`OutputError::Collision`].
    pub fn insert(&mut self, path: OutputPath, body: B) -> Result<(), OutputError> {
        self.names.add(&path)?;
        self.files.insert(path, body);
        Ok(())
    }

    /// Keeps the place of a file or folder that is made elsewhere: from now on, nothing can be added there or in it.
    ///
    /// # Errors
    /// When there is something already, see [`OutputError::Collision`].
    pub fn reserve(&mut self, folder: &OutputPath) -> Result<(), OutputError> {
        self.names.reserve(folder)
    }

    /// What stands in the way of a file at `path`, if anything does: an [`OutputError::Collision`].
    pub fn in_the_way(&self, path: &OutputPath) -> Option<OutputError> {
        self.names.in_the_way(path)
    }

    /// The body at `path`.
    pub fn get(&self, path: &str) -> Option<&B> {
        self.files.get(path)
    }

    /// The path itself and what is there.
    pub fn entry(&self, path: &str) -> Option<(&OutputPath, &B)> {
        self.files.get_key_value(path)
    }

    /// Every file, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&OutputPath, &B)> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Output {
    /// An empty site.
    pub fn new() -> Self {
        Self::default()
    }

    /// The size of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(Body::len).sum()
    }
}

/// Collects a site in memory from many threads; `into_inner` gives the [`Output`].
impl Sink for Mutex<Output> {
    fn put(&self, path: OutputPath, body: Body) -> Result<(), OutputError> {
        // A panic while the lock was held leaves the maps whole: each insert is one step.
        let mut output = self.lock().unwrap_or_else(PoisonError::into_inner);
        output.insert(path, body)
    }
}

/// Makes the folder `dest` hold exactly the files of `output`, all at once: see [`Writer`].
///
/// # Errors
/// As [`Writer::create`], [`Writer::put`](Sink::put) and [`Writer::finish`]; the old site then stays as it was.
pub fn sync(output: &Output, dest: &Path, options: &SyncOptions) -> Result<SyncReport, OutputError> {
    let writer = Writer::create(dest, options)?;
    // Neighbours in sorted order share folders, so each thread gets whole folders most of the time.
    let files: Vec<_> = output.iter().collect();
    files
        .par_iter()
        .try_for_each(|(path, body)| writer.put((*path).clone(), (*body).clone()))?;
    writer.finish()
}
