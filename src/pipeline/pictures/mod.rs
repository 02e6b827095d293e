//! Pictures that articles show -> smaller forms of them, so that a telephone loads no more than it shows.
//!
//! 1. `decode` reads the pixels of a PNG, a JPEG or a WebP.
//! 2. `encode` makes WebP files of several widths, and keeps those that save bytes.
//! 3. `record` notes in the output what was made, and takes it from there the next time.

mod decode;
mod encode;
mod record;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kb_site::{Asset, Rendition};
use kb_source::{ContentPath, FileSystem};
use rayon::prelude::*;
use tempfile::TempDir;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use decode::{MAX_PIXELS, Refusal};
use encode::{ENCODER, renditions};
use record::{Earlier, Found};

pub(super) use decode::{Flaw, Format, Head, head};
pub(super) use record::record;

/// Smaller files than this are not worth a second one, in bytes.
const MIN_BYTES: u64 = 8 * 1024;
/// Narrower pictures than this are icons.
const MIN_WIDTH: u32 = 320;
/// Pixels of the pictures that are worked on at once.
const PIXELS_AT_ONCE: u64 = MAX_PIXELS;

/// What is known of pictures by the hash of their content, and where their smaller forms lie.
#[derive(Debug, Default)]
pub(super) struct PictureMemo {
    known: HashMap<u64, Outcome>,
    /// Holds what was encoded until it is written or served.
    folder: Option<Arc<TempDir>>,
    /// Whether the forms must outlast the output that they were found in.
    lasting: bool,
}

/// What came of a picture.
#[derive(Debug, Clone)]
enum Outcome {
    /// These are its smaller forms, perhaps none.
    Made(Vec<Form>),
    /// It cannot be read.
    Broken(String),
    /// It has too many pixels.
    TooLarge,
    /// It is too wide or too high.
    TooLong,
    /// It has changed since it was looked at, or its forms cannot be stored: to be tried again.
    Failed(String),
}

#[derive(Debug, Clone)]
struct Form {
    width: u32,
    location: PathBuf,
    hash: u64,
}

/// An asset that is shown, with the format that smaller forms can be made of.
pub(super) struct Shown<'a> {
    pub(super) asset: &'a mut Asset,
    pub(super) format: Format,
}

/// What is wrong with a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// It cannot be read, and why.
    Broken(String),
    /// It has too many pixels to make smaller forms of it.
    TooLarge,
    /// It is too wide or too high to make smaller forms of it.
    TooLong,
}

impl PictureMemo {
    /// For a site whose files are asked for at any time.
    pub(super) fn lasting() -> Self {
        Self {
            lasting: true,
            ..Self::default()
        }
    }

    /// The folder of what was encoded; it goes with the last that holds it.
    pub(super) fn folder(&self) -> Option<Arc<TempDir>> {
        self.folder.clone()
    }

    /// Gives every picture its smaller forms, and returns what is wrong with any. What an earlier build left in `output`
    /// is not made again.
    pub(super) fn complete(
        &mut self,
        files: &dyn FileSystem,
        output: &Path,
        mut shown: Vec<Shown<'_>>,
    ) -> Vec<(ContentPath, Problem)> {
        shown.retain(|picture| is_worth_it(picture.asset));
        let wanted: HashSet<u64> = shown.iter().map(|picture| picture.asset.hash).collect();
        self.known
            .retain(|hash, outcome| wanted.contains(hash) && !matches!(outcome, Outcome::Failed(_)));
        let mut unknown = HashSet::new();
        let todo: Vec<&Shown<'_>> = (shown.iter())
            .filter(|picture| !self.known.contains_key(&picture.asset.hash) && unknown.insert(picture.asset.hash))
            .collect();
        if !todo.is_empty() {
            let outcomes = self.outcomes(files, output, &todo);
            self.known.extend(outcomes);
        }
        let mut problems = Vec::new();
        for Shown { asset, .. } in shown {
            let problem = match self.known.get(&asset.hash) {
                Some(Outcome::Made(forms)) => {
                    asset.renditions = Some(named(forms, asset));
                    continue;
                }
                Some(Outcome::Broken(why) | Outcome::Failed(why)) => Problem::Broken(why.clone()),
                Some(Outcome::TooLarge) => Problem::TooLarge,
                Some(Outcome::TooLong) => Problem::TooLong,
                None => continue,
            };
            problems.push((asset.source.path.clone(), problem));
        }
        problems
    }

    fn outcomes(&mut self, files: &dyn FileSystem, output: &Path, todo: &[&Shown<'_>]) -> Vec<(u64, Outcome)> {
        let earlier = Earlier::read(files, output);
        if self.folder.is_none() {
            self.folder = tempfile::Builder::new()
                .prefix("kb-pictures-")
                .tempdir()
                .ok()
                .map(Arc::new);
        }
        let Some(folder) = self.folder.as_ref().map(|folder| folder.path()) else {
            let failed = Outcome::Failed("there is no folder for temporary files".to_owned());
            return todo
                .iter()
                .map(|picture| (picture.asset.hash, failed.clone()))
                .collect();
        };
        let one = |picture: &&&Shown<'_>| {
            let hash = picture.asset.hash;
            let taken = earlier.take(files, hash).map(|found| self.keep(found, hash, folder));
            (hash, taken.unwrap_or_else(|| make(files, picture, folder)))
        };
        // What is worked on at once stays small enough for the memory of a small machine.
        batches(todo)
            .into_iter()
            .flat_map(|batch| batch.par_iter().map(|picture| one(&picture)).collect::<Vec<_>>())
            .collect()
    }

    /// What an earlier build made, in a place where it stays as long as it is needed.
    fn keep(&self, found: Vec<Found>, hash: u64, folder: &Path) -> Outcome {
        if self.lasting {
            let made = found.into_iter().map(|form| (form.width, form.bytes));
            return stored(made, hash, folder);
        }
        let form = |found: Found| Form {
            width: found.width,
            location: found.location,
            hash: found.hash,
        };
        Outcome::Made(found.into_iter().map(form).collect())
    }
}

fn is_worth_it(asset: &Asset) -> bool {
    asset.source.stamp.len >= MIN_BYTES && asset.size.is_some_and(|(width, _)| width >= MIN_WIDTH)
}

/// Pictures in their order, cut where those of a part have too many pixels together.
fn batches<'a, 'b>(todo: &'a [&'b Shown<'b>]) -> Vec<&'a [&'b Shown<'b>]> {
    let mut batches = Vec::new();
    let (mut start, mut sum) = (0, 0);
    for (number, picture) in todo.iter().enumerate() {
        let pixels = picture
            .asset
            .size
            .map_or(0, |(width, height)| u64::from(width) * u64::from(height));
        if number > start && sum + pixels > PIXELS_AT_ONCE {
            batches.push(&todo[start..number]);
            (start, sum) = (number, 0);
        }
        sum += pixels;
    }
    batches.push(&todo[start..]);
    batches
}

fn make(files: &dyn FileSystem, picture: &Shown<'_>, folder: &Path) -> Outcome {
    let hash = picture.asset.hash;
    let bytes = match files.read(&picture.asset.source.location) {
        Ok(bytes) if xxh3_64(&bytes) == hash => bytes,
        Ok(_) => return Outcome::Failed("it was changed while the site was built".to_owned()),
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    match renditions(&bytes, picture.format) {
        Ok(made) => stored(made, hash, folder),
        Err(Refusal::Unlike) => Outcome::Made(Vec::new()),
        Err(Refusal::TooLarge) => Outcome::TooLarge,
        Err(Refusal::TooLong) => Outcome::TooLong,
        Err(Refusal::Broken(why)) => Outcome::Broken(why),
    }
}

fn stored(made: impl IntoIterator<Item = (u32, Vec<u8>)>, hash: u64, folder: &Path) -> Outcome {
    let forms = made.into_iter().map(|(width, bytes)| {
        let location = folder.join(format!("{hash:016x}-{width}.webp"));
        fs::write(&location, &bytes)?;
        Ok(Form {
            width,
            location,
            hash: xxh3_64(&bytes),
        })
    });
    match forms.collect::<io::Result<_>>() {
        Ok(forms) => Outcome::Made(forms),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// The forms with their places in the output: beside the picture, named after its content and the encoder.
fn named(forms: &[Form], asset: &Asset) -> Vec<Rendition> {
    let version = format!("{:016x}", xxh3_64_with_seed(ENCODER.as_bytes(), asset.hash));
    let (folder, name) = asset.output.rsplit_once('/').unwrap_or(("", &asset.output));
    let stem = name.split('.').next().unwrap_or(name);
    let slash = if folder.is_empty() { "" } else { "/" };
    (forms.iter())
        .map(|form| Rendition {
            width: form.width,
            output: format!("{folder}{slash}{stem}.{}-{}.webp", &version[..8], form.width),
            location: form.location.clone(),
            hash: form.hash,
        })
        .collect()
}
