//! Which folders are listed, where each really is, and what an event means for them.
//!
//! Systems tell of the folder itself, not of the name it was found by: two names for one folder (a link) would be
//! watched once and told of by one of them. So only real paths are watched, and every path that is told of is
//! translated to all the names that the caller listed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::mem;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use notify::event::{EventKind, ModifyKind, RenameMode};

use super::Changes;
use super::system::System;

/// How often the system is asked at most until what is watched fits what is there: folders may come and go meanwhile.
const ATTEMPTS: usize = 4;

/// What was heard of the listed folders in one batch.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) changes: Changes,
    /// Paths that were deleted or renamed: what was watched there no longer is, whatever is there now.
    pub(super) gone: BTreeSet<PathBuf>,
    /// A watched folder, or what leads to it, may be another one now.
    pub(super) unsettled: bool,
}

/// The listed folders and what is watched for them.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// By the path that the caller gave.
    listed: BTreeMap<PathBuf, ResolvedFolder>,
    /// What the system watches, by its real path.
    places: BTreeMap<PathBuf, WatchedPlace>,
    /// What the system may still watch although the folder there is another one.
    stale: BTreeSet<PathBuf>,
}

/// Where a listed folder was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct ResolvedFolder {
    /// Its path without links; `None` when it is not there.
    real: Option<PathBuf>,
    /// A name in another folder (by its real path) that leads to this one: a link, or what is missing.
    awaited: Option<(PathBuf, OsString)>,
}

/// One folder that the system watches, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct WatchedPlace {
    /// It is listed, by these paths.
    names: BTreeSet<PathBuf>,
    /// A listed folder is reached through these names in it.
    awaited: BTreeSet<OsString>,
}

impl Folders {
    /// Lists these folders and no others; gives those that were not listed before or not there.
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

    /// Whether a listed folder is there and watched.
    pub(super) fn is_there(&self, folder: &Path) -> bool {
        self.listed.get(folder).is_some_and(|standing| standing.real.is_some())
    }

    /// Looks anew where each listed folder is. What is at the paths that are gone must be watched anew.
    pub(super) fn look_again(&mut self, gone: &BTreeSet<PathBuf>) {
        for path in gone {
            self.stale.extend(self.below(path).cloned().collect::<Vec<_>>());
        }
        for (folder, standing) in &mut self.listed {
            *standing = ResolvedFolder::find(folder);
        }
    }

    /// Lets the system watch what is listed; gives whether anything had to be watched anew or let go.
    ///
    /// # Errors
    /// Why the system cannot, in words for the user.
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

    /// Awaits the folders that could not be watched. Those that came while the system was asked are found, if told to
    /// look: nobody told of them, because what leads to them was not watched yet.
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

    /// What has to be watched for the listed folders.
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

    /// Takes an event into the batch.
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
        // The folder itself, or the one that it is in; with some systems one further above.
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

/// What an event says about which file or folder is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Happened {
    /// What was there is not there any more.
    Gone,
    /// Something is there that was elsewhere or nowhere.
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
    /// Looks where a folder is.
    fn find(folder: &Path) -> Self {
        let Ok(real) = folder.canonicalize() else {
            return Self::missing(folder);
        };
        Self {
            real: Some(real),
            awaited: folder.is_symlink().then(|| nearest(folder)).flatten(),
        }
    }

    /// A folder that is not there.
    fn missing(folder: &Path) -> Self {
        Self {
            real: None,
            awaited: nearest(folder),
        }
    }
}

/// The real path of the nearest folder above that is there, and the name in it that leads to the given folder.
fn nearest(folder: &Path) -> Option<(PathBuf, OsString)> {
    let above = folder.ancestors().skip(1);
    folder.ancestors().zip(above).find_map(|(below, above)| {
        let here = Path::new(".");
        let above = if above.as_os_str().is_empty() { here } else { above };
        Some((above.canonicalize().ok()?, below.file_name()?.to_owned()))
    })
}
