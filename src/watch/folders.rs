//! The watched folders, their real paths, and the meaning of events for them.
//!
//! Systems report the folder itself, not the path that was used: of two paths to one folder (a link), only one would be
//! reported. So only real paths are watched, and every reported path is translated to all paths that the caller listed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::mem;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use notify::event::{EventKind, ModifyKind, RenameMode};

use super::Changes;
use super::system::System;

/// The largest number of attempts to watch the current folders, because folders may be created and removed meanwhile.
const ATTEMPTS: usize = 4;

/// The events about listed folders in one batch.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) changes: Changes,
    /// Paths that were deleted or renamed: they must be watched again.
    pub(super) gone: BTreeSet<PathBuf>,
    /// A watched folder, or a link to it, may have been replaced.
    pub(super) unsettled: bool,
}

/// The listed folders and what is watched for them.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// By the path that the caller gave.
    listed: BTreeMap<PathBuf, ResolvedFolder>,
    /// The folders that the system watches, by real path.
    places: BTreeMap<PathBuf, WatchedPlace>,
    /// Paths whose watches may be stale because the folder was replaced.
    stale: BTreeSet<PathBuf>,
}

/// Where a listed folder was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ResolvedFolder {
    /// Its real path; `None` if it does not exist.
    real: Option<PathBuf>,
    /// A name in another folder (by its real path) that leads to this one: a link, or a missing entry.
    awaited: Option<(PathBuf, OsString)>,
}

/// One folder that the system watches, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct WatchedPlace {
    /// It is listed, by these paths.
    names: BTreeSet<PathBuf>,
    /// Names in it that lead to listed folders.
    awaited: BTreeSet<OsString>,
}

impl Folders {
    /// Sets the listed folders; returns those that were not listed before or did not exist.
    pub(super) fn list(&mut self, folders: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
        self.listed.retain(|folder, _| folders.contains(folder));
        let mut new = Vec::new();
        for folder in folders {
            if self.listed.get(folder).is_none_or(|standing| standing.real.is_none()) {
                self.listed.insert(folder.clone(), ResolvedFolder::find(folder));
                new.push(folder.clone());
            }
        }
        new
    }

    /// Whether a listed folder exists and is watched.
    pub(super) fn is_there(&self, folder: &Path) -> bool {
        self.listed.get(folder).is_some_and(|standing| standing.real.is_some())
    }

    /// Resolves each listed folder again. Removed paths must be watched again.
    pub(super) fn look_again(&mut self, gone: &BTreeSet<PathBuf>) {
        for path in gone {
            self.stale.extend(self.below(path).cloned().collect::<Vec<_>>());
        }
        for (folder, standing) in &mut self.listed {
            *standing = ResolvedFolder::find(folder);
        }
    }

    /// Updates the system's watches to the listed folders; returns whether anything changed.
    ///
    /// # Errors
    /// The reason, for the user.
    pub(super) fn settle(&mut self, system: &mut dyn System) -> Result<bool, String> {
        let mut changed = false;
        for attempt in 1..=ATTEMPTS {
            let places = self.wanted();
            let stale = mem::take(&mut self.stale);
            let old = without(&self.places, &places, &stale);
            let new = without(&places, &self.places, &stale);
            self.places = places;
            if old.is_empty() && new.is_empty() {
                break;
            }
            changed = true;
            let missing = system.change(&old, &new)?;
            for path in &missing {
                self.places.remove(path);
            }
            self.mend(&missing, attempt + 1 < ATTEMPTS);
        }
        Ok(changed)
    }

    /// Waits for the folders that could not be watched. With `look`, folders that were created meanwhile are found:
    /// they were not reported, because their parent was not watched yet.
    fn mend(&mut self, missing: &[PathBuf], look: bool) {
        for (folder, standing) in &mut self.listed {
            if standing.real.as_ref().is_some_and(|real| missing.contains(real)) {
                *standing = ResolvedFolder::missing(folder);
            }
            if standing.real.is_none() && look {
                *standing = ResolvedFolder::find(folder);
            }
        }
    }

    /// The folders to watch for the listed folders.
    fn wanted(&self) -> BTreeMap<PathBuf, WatchedPlace> {
        let mut places: BTreeMap<PathBuf, WatchedPlace> = BTreeMap::new();
        for (folder, standing) in &self.listed {
            if let Some(real) = &standing.real {
                places.entry(real.clone()).or_default().names.insert(folder.clone());
            }
            if let Some((above, name)) = &standing.awaited {
                places.entry(above.clone()).or_default().awaited.insert(name.clone());
            }
        }
        places
    }

    /// Adds an event to the batch.
    pub(super) fn hear(&self, event: notify::Result<notify::Event>, heard: &mut Heard) {
        match event {
            Ok(event) => {
                heard.changes.everything |= event.need_rescan();
                for path in &event.paths {
                    self.hear_of(path, event.kind, heard);
                }
            }
            // The system lost count.
            Err(_) => heard.changes.everything = true,
        }
    }

    fn hear_of(&self, path: &Path, kind: EventKind, heard: &mut Heard) {
        if let Some(happened) = Happened::of(kind)
            && self.below(path).next().is_some()
        {
            heard.unsettled = true;
            if happened == Happened::Gone {
                heard.changes.everything = true;
                heard.gone.insert(path.to_path_buf());
            }
        }
        // The folder itself or its parent; on some systems a higher one.
        for folder in path.ancestors() {
            let Some(place) = self.places.get(folder) else { continue };
            let rest = path.strip_prefix(folder).unwrap_or(Path::new(""));
            let given = |name: &PathBuf| if folder == path { name.clone() } else { name.join(rest) };
            heard.changes.paths.extend(place.names.iter().map(given));
            let is_awaited = |name| place.awaited.contains(name);
            if rest.iter().next().is_some_and(is_awaited) {
                heard.unsettled = true;
                heard.changes.everything = true;
            }
            if folder != path {
                break;
            }
        }
    }

    /// The places at a path and below it.
    fn below<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        // Paths are ordered by their components, so that all below one follow it.
        let from = (Bound::Included(path), Bound::Unbounded);
        let places = self.places.range::<Path, _>(from).map(|(place, _)| place);
        places.take_while(move |place| place.starts_with(path))
    }
}

/// The paths that are in `places` and not in `others`, or stale.
fn without(
    places: &BTreeMap<PathBuf, WatchedPlace>,
    others: &BTreeMap<PathBuf, WatchedPlace>,
    stale: &BTreeSet<PathBuf>,
) -> Vec<PathBuf> {
    let is_outside = |path: &&PathBuf| !others.contains_key(*path) || stale.contains(*path);
    places.keys().filter(is_outside).cloned().collect()
}

/// The effect of an event on the entry at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happened {
    /// The entry was removed.
    Gone,
    /// An entry was created or moved there.
    Came,
}

impl Happened {
    fn of(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(Self::Came),
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => Some(Self::Gone),
            _ => None,
        }
    }
}

impl ResolvedFolder {
    /// Resolves a folder.
    fn find(folder: &Path) -> Self {
        let Ok(real) = folder.canonicalize() else {
            return Self::missing(folder);
        };
        Self {
            real: Some(real),
            awaited: folder.is_symlink().then(|| nearest(folder)).flatten(),
        }
    }

    /// A folder that does not exist.
    fn missing(folder: &Path) -> Self {
        Self {
            real: None,
            awaited: nearest(folder),
        }
    }
}

/// The real path of the closest existing parent folder, and the name in it that leads to the given folder.
fn nearest(folder: &Path) -> Option<(PathBuf, OsString)> {
    let above = folder.ancestors().skip(1);
    folder.ancestors().zip(above).find_map(|(below, above)| {
        let here = Path::new(".");
        let above = if above.as_os_str().is_empty() { here } else { above };
        Some((above.canonicalize().ok()?, below.file_name()?.to_owned()))
    })
}
