//! Makes smaller variants of the images in articles, so that a phone loads no more than it shows.
//!
//! 1. `decode` reads the pixels of a PNG, a JPEG or a WebP.
//! 2. `encode` makes WebP files of several widths, and keeps those that save bytes.
//! 3. `record` writes a list of the variants to the output, and reuses them in the next build.

mod decode;
mod encode;
mod record;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kb_site::{Asset, Variant};
use kb_source::{ContentPath, FileSystem};
use rayon::prelude::*;
use tempfile::TempDir;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use decode::{DecodeError, MAX_PIXELS};
use encode::{ENCODER, variants};
use record::{EarlierImages, EarlierVariant};

pub use decode::{Flaw, Format, Head, head};
pub use record::record;

/// Smaller files get no variants, in bytes.
const MIN_BYTES: u64 = 8 * 1024;
/// Narrower images are icons and get no variants, in pixels.
const MIN_WIDTH: u32 = 320;
/// The largest number of pixels that are processed at once.
const PIXELS_AT_ONCE: u64 = MAX_PIXELS;

/// The results for images by the hash of their content, and the folder of their variants.
#[derive(Debug, Default)]
pub struct ImageMemo {
    known: HashMap<u64, ImageOutcome>,
    /// Contains the encoded variants until they are written or served.
    folder: Option<Arc<TempDir>>,
    /// Whether variants found in the output must be copied, because the output may change.
    lasting: bool,
}

/// The result for an image.
#[derive(Debug, Clone)]
enum ImageOutcome {
    /// Its smaller variants, possibly none.
    Made(Vec<MadeVariant>),
    /// It cannot be read.
    Broken(String),
    /// It has too many pixels.
    TooLarge,
    /// It is too wide or too high.
    TooLong,
    /// It has changed since it was read, or its variants cannot be stored: the next build tries again.
    Failed(String),
}

#[derive(Debug, Clone)]
struct MadeVariant {
    width: u32,
    location: PathBuf,
    hash: u64,
}

/// A shown asset in a format with smaller variants.
pub struct ShownImage<'a> {
    /// The asset, whose variants are to be set.
    pub asset: &'a mut Asset,
    /// The format of its file.
    pub format: Format,
}

/// What is wrong with an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageProblem {
    /// It cannot be read, and why.
    Broken(String),
    /// It has too many pixels to make smaller variants of it.
    TooLarge,
    /// It is too wide or too high to make smaller variants of it.
    TooLong,
}

impl ImageMemo {
    /// For a preview, which serves its files at any time.
    pub fn lasting() -> Self {
        Self {
            lasting: true,
            ..Self::default()
        }
    }

    /// The folder of encoded variants; it is removed when its last owner is dropped.
    pub fn folder(&self) -> Option<Arc<TempDir>> {
        self.folder.clone()
    }

    /// Gives every image its smaller variants, and returns the problems. Variants of an earlier build in `output` are
    /// reused.
    pub fn complete(
        &mut self,
        files: &dyn FileSystem,
        output: &Path,
        mut shown: Vec<ShownImage<'_>>,
    ) -> Vec<(ContentPath, ImageProblem)> {
        shown.retain(|image| is_worth_it(image.asset));
        let wanted: HashSet<u64> = shown.iter().map(|image| image.asset.hash).collect();
        self.known
            .retain(|hash, outcome| wanted.contains(hash) && !matches!(outcome, ImageOutcome::Failed(_)));
        let mut unknown = HashSet::new();
        let todo: Vec<&ShownImage<'_>> = (shown.iter())
            .filter(|image| !self.known.contains_key(&image.asset.hash) && unknown.insert(image.asset.hash))
            .collect();
        if !todo.is_empty() {
            let outcomes = self.outcomes(files, output, &todo);
            self.known.extend(outcomes);
        }
        let mut problems = Vec::new();
        for ShownImage { asset, .. } in shown {
            let problem = match self.known.get(&asset.hash) {
                Some(ImageOutcome::Made(variants)) => {
                    asset.variants = Some(named(variants, asset));
                    continue;
                }
                Some(ImageOutcome::Broken(why) | ImageOutcome::Failed(why)) => ImageProblem::Broken(why.clone()),
                Some(ImageOutcome::TooLarge) => ImageProblem::TooLarge,
                Some(ImageOutcome::TooLong) => ImageProblem::TooLong,
                None => continue,
            };
            problems.push((asset.source.path.clone(), problem));
        }
        problems
    }

    fn outcomes(
        &mut self,
        files: &dyn FileSystem,
        output: &Path,
        todo: &[&ShownImage<'_>],
    ) -> Vec<(u64, ImageOutcome)> {
        let earlier = EarlierImages::read(files, output);
        if self.folder.is_none() {
            self.folder = tempfile::Builder::new()
                .prefix("kb-images-")
                .tempdir()
                .ok()
                .map(Arc::new);
        }
        let Some(folder) = self.folder.as_ref().map(|folder| folder.path()) else {
            let failed = ImageOutcome::Failed("there is no folder for temporary files".to_owned());
            return todo.iter().map(|image| (image.asset.hash, failed.clone())).collect();
        };
        let one = |image: &&&ShownImage<'_>| {
            let hash = image.asset.hash;
            let taken = earlier.take(files, hash).map(|found| self.keep(found, hash, folder));
            (hash, taken.unwrap_or_else(|| make(files, image, folder)))
        };
        // Limits the memory use for small machines.
        batches(todo)
            .into_iter()
            .flat_map(|batch| batch.par_iter().map(|image| one(&image)).collect::<Vec<_>>())
            .collect()
    }

    /// The variants of an earlier build, copied if they must outlast it.
    fn keep(&self, found: Vec<EarlierVariant>, hash: u64, folder: &Path) -> ImageOutcome {
        if self.lasting {
            let made = found.into_iter().map(|variant| (variant.width, variant.bytes));
            return stored(made, hash, folder);
        }
        let variant = |found: EarlierVariant| MadeVariant {
            width: found.width,
            location: found.location,
            hash: found.hash,
        };
        ImageOutcome::Made(found.into_iter().map(variant).collect())
    }
}

fn is_worth_it(asset: &Asset) -> bool {
    asset.source.stamp.len >= MIN_BYTES && asset.size.is_some_and(|(width, _)| width >= MIN_WIDTH)
}

/// The images in order, split into batches with a limited number of pixels.
fn batches<'a, 'b>(todo: &'a [&'b ShownImage<'b>]) -> Vec<&'a [&'b ShownImage<'b>]> {
    let mut batches = Vec::new();
    let (mut start, mut sum) = (0, 0);
    for (number, image) in todo.iter().enumerate() {
        let pixels = image
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

fn make(files: &dyn FileSystem, image: &ShownImage<'_>, folder: &Path) -> ImageOutcome {
    let hash = image.asset.hash;
    let bytes = match files.read(&image.asset.source.location) {
        Ok(bytes) if xxh3_64(&bytes) == hash => bytes,
        Ok(_) => return ImageOutcome::Failed("it was changed while the site was built".to_owned()),
        Err(error) => return ImageOutcome::Failed(error.to_string()),
    };
    match variants(&bytes, image.format) {
        Ok(made) => stored(made, hash, folder),
        Err(DecodeError::Unlike) => ImageOutcome::Made(Vec::new()),
        Err(DecodeError::TooLarge) => ImageOutcome::TooLarge,
        Err(DecodeError::TooLong) => ImageOutcome::TooLong,
        Err(DecodeError::Broken(why)) => ImageOutcome::Broken(why),
    }
}

fn stored(made: impl IntoIterator<Item = (u32, Vec<u8>)>, hash: u64, folder: &Path) -> ImageOutcome {
    let variants = made.into_iter().map(|(width, bytes)| {
        let location = folder.join(format!("{hash:016x}-{width}.webp"));
        fs::write(&location, &bytes)?;
        Ok(MadeVariant {
            width,
            location,
            hash: xxh3_64(&bytes),
        })
    });
    match variants.collect::<io::Result<_>>() {
        Ok(variants) => ImageOutcome::Made(variants),
        Err(error) => ImageOutcome::Failed(error.to_string()),
    }
}

/// The variants with their paths in the output: beside the image, named after its content and the encoder.
fn named(variants: &[MadeVariant], asset: &Asset) -> Vec<Variant> {
    let version = format!("{:016x}", xxh3_64_with_seed(ENCODER.as_bytes(), asset.hash));
    let (folder, name) = asset.output.rsplit_once('/').unwrap_or(("", &asset.output));
    let stem = name.split('.').next().unwrap_or(name);
    let slash = if folder.is_empty() { "" } else { "/" };
    (variants.iter())
        .map(|variant| Variant {
            width: variant.width,
            output: format!("{folder}{slash}{stem}.{}-{}.webp", &version[..8], variant.width),
            location: variant.location.clone(),
            hash: variant.hash,
        })
        .collect()
}
