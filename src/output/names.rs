//! The names that a site has taken, to find those that cannot stand side by side.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::error::OutputError;
use super::path::OutputPath;

/// Every file and folder of a site, by its name as a file system sees it that folds case.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashMap<Box<str>, Taken>,
}

#[derive(Debug)]
struct Taken {
    kind: Kind,
    /// The name as it was given, where it differs from the folded one.
    given: Option<Box<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
}

impl Names {
    /// Takes a file's name, and those of the folders it lies in.
    pub(super) fn add(&mut self, path: &OutputPath) -> Result<(), OutputError> {
        let given = path.as_str();
        let name = fold(given);
        if let Some(taken) = self.taken.get(&*name) {
            return Err(collision(given, &name, taken));
        }
        // Folders may differ in case (`A/x` and `a/y` merge without loss); a file in their place may not.
        let mut folder = &*name;
        while let Some((parent, _)) = folder.rsplit_once('/') {
            folder = parent;
            match self.taken.entry(folder.into()) {
                Entry::Occupied(entry) if entry.get().kind == Kind::Folder => break,
                Entry::Occupied(entry) => return Err(collision(given, folder, entry.get())),
                Entry::Vacant(entry) => {
                    entry.insert(Taken {
                        kind: Kind::Folder,
                        given: None,
                    });
                }
            }
        }
        let given = (*given != *name).then(|| given.into());
        self.taken.insert(
            name,
            Taken {
                kind: Kind::File,
                given,
            },
        );
        Ok(())
    }

    /// Every file's path as it was given, in no order.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let files = self.taken.iter().filter(|(_, taken)| taken.kind == Kind::File);
        files.map(|(folded, taken)| taken.given.as_deref().unwrap_or(folded))
    }
}

fn collision(given: &str, folded: &str, taken: &Taken) -> OutputError {
    OutputError::Collision {
        path: given.to_owned(),
        with: taken.given.as_deref().unwrap_or(folded).to_owned(),
        folder: taken.kind == Kind::Folder,
    }
}

/// The name as a file system sees it that folds case and Unicode forms (macOS, Windows).
fn fold(path: &str) -> Box<str> {
    if path.is_ascii() {
        path.to_ascii_lowercase().into_boxed_str()
    } else if is_nfc(path) {
        path.to_lowercase().into_boxed_str()
    } else {
        path.nfc().collect::<String>().to_lowercase().into_boxed_str()
    }
}
