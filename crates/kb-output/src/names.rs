//! The names in a site, to find collisions.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::error::OutputError;
use super::path::OutputPath;

/// Every file and folder of a site, by its name with case and Unicode forms folded.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashMap<Box<str>, Taken>,
}

#[derive(Debug)]
struct Taken {
    kind: NameKind,
    /// A file: its original name, if it differs from the folded one. A folder: the first file in it.
    given: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameKind {
    File,
    Folder,
    /// A file or folder that is made elsewhere; nothing else may be added there.
    Reserved,
}

impl Names {
    /// Adds the name of a file, and those of its folders.
    pub(super) fn add(&mut self, path: &OutputPath) -> Result<(), OutputError> {
        self.take(path, NameKind::File)
    }

    /// Reserves the name of a file or folder that is made elsewhere, with everything in it.
    pub(super) fn reserve(&mut self, folder: &OutputPath) -> Result<(), OutputError> {
        self.take(folder, NameKind::Reserved)
    }

    fn take(&mut self, path: &OutputPath, kind: NameKind) -> Result<(), OutputError> {
        let given = path.as_str();
        let name = fold(given);
        if let Some(collision) = self.collision(given, &name) {
            return Err(collision);
        }
        self.add_folders(&name, given);
        let given = (kind == NameKind::Reserved || *given != *name).then(|| given.into());
        self.taken.insert(name, Taken { kind, given });
        Ok(())
    }

    /// The entry that collides with a file.
    pub(super) fn in_the_way(&self, path: &OutputPath) -> Option<OutputError> {
        self.collision(path.as_str(), &fold(path.as_str()))
    }

    /// Folders may differ in case (`A/x` and `a/y` merge without loss), but files may not.
    fn collision(&self, given: &str, name: &str) -> Option<OutputError> {
        if let Some(taken) = self.taken.get(name) {
            return Some(collision(given, name, taken));
        }
        let parents = std::iter::successors(name.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'));
        let mut above = parents.map(|(folder, _)| (folder, self.taken.get(folder)));
        let (folder, taken) = above.find_map(|(folder, taken)| Some((folder, taken?)))?;
        (taken.kind != NameKind::Folder).then(|| collision(given, folder, taken))
    }

    fn add_folders(&mut self, name: &str, given: &str) {
        let mut folder = name;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            folder = parent;
            match self.taken.entry(folder.into()) {
                // Its parent folders are in the table too.
                Entry::Occupied(_) => break,
                Entry::Vacant(entry) => {
                    entry.insert(Taken {
                        kind: NameKind::Folder,
                        given: Some(given.into()),
                    });
                }
            }
        }
    }

    /// The original path of every file, in no order.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let files = self.taken.iter().filter(|(_, taken)| taken.kind == NameKind::File);
        files.map(|(folded, taken)| taken.given.as_deref().unwrap_or(folded))
    }
}

fn collision(given: &str, folded: &str, taken: &Taken) -> OutputError {
    let file = taken.given.as_deref().unwrap_or(folded).to_owned();
    let folder = taken.kind != NameKind::File;
    OutputError::Collision {
        path: given.to_owned(),
        with: if folder { folded.to_owned() } else { file.clone() },
        folder,
        file,
    }
}

/// The name with case and Unicode forms folded, as on macOS and Windows.
fn fold(path: &str) -> Box<str> {
    if path.is_ascii() {
        path.to_ascii_lowercase().into_boxed_str()
    } else if is_nfc(path) {
        path.to_lowercase().into_boxed_str()
    } else {
        path.nfc().collect::<String>().to_lowercase().into_boxed_str()
    }
}
