//! What a build leaves behind: a set of paths with their contents.
//!
//! An [`Output`] says which files there are. A [`Writer`] takes each as soon as it is made and puts the site on disk so
//! that a build that is killed, fails or fills the disk leaves the site of the build before it.
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

pub use body::Body;
pub use destination::{DestinationProblem, MARKER};
pub use error::{OutputError, PathProblem};
pub use path::OutputPath;
pub use writer::{SyncOptions, SyncReport, Writer};

use names::Names;

/// A whole site: every path with its body, or with what else says what is there, in the order of the paths.
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
}
