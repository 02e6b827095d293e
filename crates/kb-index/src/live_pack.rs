//! The pack of a [`LiveIndex`]: byte for byte that of a new index, with unchanged parts reused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kb_search::execute::{Field, Postings as _};
use kb_search::pack::{EncodedTerm, EncodedTerms, Header};
use kb_search::rank::Articles as _;
use xxhash_rust::xxh3::xxh3_128;

use super::pack::{Shown, body_norms, compressed, header, not_neutral, pinned, write_files};
use super::walk::{GONE, Part, different, encode, gather};
use super::{Error, LiveIndex};

/// Names and shared contents of files, sorted by name.
pub type SharedFiles = Arc<Vec<(String, Arc<[u8]>)>>;

/// The encoded terms of a base; made when first needed, and again after articles were renumbered.
#[derive(Debug, Default)]
pub(super) struct BasePack(Mutex<Option<Arc<Encoded>>>);

/// The terms of some articles of a base.
#[derive(Debug)]
struct Encoded {
    /// By article of the base: its number when the terms were encoded, or [`GONE`].
    numbers: Vec<u32>,
    terms: EncodedTerms,
}

/// The files of the last pack, compressed, by a hash of their contents.
#[derive(Debug, Default)]
pub(super) struct Compressed(Mutex<Arc<ByHash>>);

type ByHash = HashMap<u128, Arc<[u8]>>;

/// A compressed file.
struct File {
    hash: u128,
    bytes: Arc<[u8]>,
}

impl AsRef<[u8]> for File {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl LiveIndex {
    /// The files of the pack, byte for byte as [`super::write_index`] makes them; names are relative to the pack's
    /// folder. Made at the first call.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn pack(&self) -> Result<SharedFiles, Error> {
        if let Some(files) = self.pack.get() {
            return Ok(Arc::clone(files));
        }
        let (encoded, changed) = self.terms()?;
        let header = Header {
            language: self.language().tag().to_owned(),
            tokens: Field::ALL.map(|field| self.tokens(field)),
            title_information: self.title_information()?,
            norms: body_norms(&self.parts()),
            boosts: not_neutral((0..self.articles.len() as u32).map(|doc| self.boost(doc))),
            pins: pinned(&self.tuning, |source| self.number(source)),
            ..header(&self.tuning, &self.options)
        };
        let known = self.caches.compressed.known();
        let compress = |bytes: &[u8]| {
            let hash = xxh3_128(bytes);
            let bytes = known.get(&hash).map_or_else(|| compressed(bytes).into(), Arc::clone);
            File { hash, bytes }
        };
        let files = write_files(header, merged(&encoded.terms, &changed), || self.shown(), &compress);
        self.caches.compressed.keep(&files);
        let files = files.into_iter().map(|(name, file)| (name, file.bytes)).collect();
        Ok(Arc::clone(self.pack.get_or_init(|| Arc::new(files))))
    }

    fn shown(&self) -> Shown {
        let mut shown = Shown::default();
        for entry in &self.articles {
            shown.push(&entry.article.front(), entry.excerpt.to_string(), &self.options.base);
        }
        shown
    }

    /// The encoded terms of the base, and the terms that differ from it.
    fn terms(&self) -> Result<(Arc<Encoded>, EncodedTerms), Error> {
        let encoded = self.encoded()?;
        let mut changed = EncodedTerms::default();
        let parts = self.parts();
        for term in self.changed(&encoded)? {
            changed.push(&term, &gather(&parts, &term)?);
        }
        Ok((encoded, changed))
    }

    /// The terms with different postings in the dead and in the delta.
    fn changed(&self, encoded: &Encoded) -> Result<Vec<String>, Error> {
        let numbers: Vec<Vec<u32>> = (self.dead.iter())
            .map(|dead| {
                dead.in_base
                    .iter()
                    .map(|&number| encoded.numbers[number as usize])
                    .collect()
            })
            .collect();
        let dead: Vec<Part<'_>> = (self.dead.iter().zip(&numbers))
            .map(|(dead, numbers)| Part::new(&dead.segment, numbers))
            .collect();
        let delta: Vec<Part<'_>> = self.delta_parts().collect();
        different(&dead, &delta)
    }

    /// The terms of the base, with the current numbers of its articles.
    fn encoded(&self) -> Result<Arc<Encoded>, Error> {
        let mut kept = self.base.pack.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits =
            |numbers: &[u32]| (numbers.iter().zip(&self.base_numbers)).all(|(then, now)| *now == GONE || now == then);
        if let Some(encoded) = kept.as_ref().filter(|encoded| fits(&encoded.numbers)) {
            return Ok(Arc::clone(encoded));
        }
        // If no number has changed, dead articles may stay included: they may come back.
        let all: Vec<u32> = (0..self.base_numbers.len() as u32).collect();
        let numbers = if fits(&all) { all } else { self.base_numbers.clone() };
        let terms = encode(Part::new(&self.base.segment, &numbers))?;
        let encoded = Arc::new(Encoded { numbers, terms });
        *kept = Some(Arc::clone(&encoded));
        Ok(encoded)
    }
}

/// All terms in order; those in `changed` replace the same ones in `terms`.
fn merged<'a>(terms: &'a EncodedTerms, changed: &'a EncodedTerms) -> impl Iterator<Item = EncodedTerm<'a>> {
    let mut from = 0;
    let unchanged = move |to: usize, next: usize| {
        let range = from..to;
        from = next;
        range.map(|index| terms.get(index))
    };
    let places = (0..changed.len()).map(|index| Some(changed.get(index))).chain([None]);
    places
        .scan(unchanged, |unchanged, new| {
            let place = new.map_or(Err(terms.len()), |new| terms.search(new.term()));
            let (to, next) = match place {
                Ok(place) => (place, place + 1),
                Err(place) => (place, place),
            };
            Some(unchanged(to, next).chain(new.filter(|new| !new.is_empty())))
        })
        .flatten()
}

impl Compressed {
    fn known(&self) -> Arc<ByHash> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps these files and no others.
    fn keep(&self, files: &[(String, File)]) {
        let files = files.iter().map(|(_, file)| (file.hash, Arc::clone(&file.bytes)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(files.collect());
    }
}
