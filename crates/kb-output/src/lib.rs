//! The output of a build: a set of paths with their contents.
//!
//! An [`Output`] lists the files. A [`Writer`] takes each file as soon as it is made, and writes the site so that a
//! build that is killed, fails or fills the disk leaves the previous site unchanged. This layer does not depend on the
//! rest of `kb` and makes no diagnostics: its errors are [`OutputError`].

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

pub use body::Body;
pub use destination::{DestinationProblem, MARKER};
pub use error::{OutputError, PathProblem};
pub use path::OutputPath;
pub use writer::{SyncOptions, SyncReport, Writer};

use names::Names;

/// A whole site: every path with its body, or with another description of the file, sorted by path.
#[derive(Debug)]
pub struct Output<B> {
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

    /// Reserves the path of a file or folder that is made elsewhere: after that, nothing can be added there or in it.
    ///
    /// # Errors
    /// If there is an entry already, see [`OutputError::Collision`].
    pub fn reserve(&mut self, folder: &OutputPath) -> Result<(), OutputError> {
        self.names.reserve(folder)
    }

    /// The [`OutputError::Collision`] that a file at `path` would cause, if any.
    pub fn in_the_way(&self, path: &OutputPath) -> Option<OutputError> {
        self.names.in_the_way(path)
    }

    /// The body at `path`.
    pub fn get(&self, path: &str) -> Option<&B> {
        self.files.get(path)
    }

    /// The path and the value of an entry.
    pub fn entry(&self, path: &str) -> Option<(&OutputPath, &B)> {
        self.files.get_key_value(path)
    }

    /// Every file, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&OutputPath, &B)> {
        self.files.iter()
    }
}
