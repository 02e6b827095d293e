//! tantivy's segments -> the pack for browsers: documents, boot file, compression, names.

use std::collections::HashMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use kb_search::execute::Field;
use kb_search::pack::{EncodedTerm, Facets, Group, Header, PackWriter, PinnedQuery, Popular, Summary};
use kb_search::sections::one_line;
use kb_site::addresses::PACK_ROOT;
use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use super::segment::Segment;
use super::walk::{Part, encode};
use super::{Error, Files, IndexedArticle, Tuning};

/// Extension of all files of a pack; every host serves it as plain bytes.
const EXTENSION: &str = "bin";
/// Name of the boot file without extension.
const BOOT: &str = "boot";
/// A pack of at most so many bytes, compressed, is a single file.
const SINGLE_FILE_BYTES: usize = 20 << 10;
/// Longest excerpt that is shown until the page is read, in characters.
const EXCERPT_CHARS: usize = 120;

/// The folder of a language's pack below the root of a site, with `/`.
pub fn pack_folder(language: &str) -> String {
    format!("{PACK_ROOT}/{}", language.to_lowercase())
}

/// The boot file of a language's pack below the root of a site.
pub fn boot_path(language: &str) -> String {
    format!("{}/{BOOT}.{EXTENSION}", pack_folder(language))
}

/// The path of a file of a pack in the pack's folder.
pub(super) fn file_path(folder: &str, name: &str) -> String {
    format!("{folder}/{name}.{EXTENSION}")
}

/// What a pack takes from the site.
#[derive(Clone, Debug, Default)]
pub struct PackOptions {
    /// The path that the site lives under, with a slash at either end.
    pub base: String,
    /// The articles to offer before anything is typed.
    pub popular: Vec<Popular>,
}

/// What the pack needs of the articles, gathered while they are indexed.
#[derive(Debug, Default)]
pub(super) struct Shown {
    documents: Vec<Summary>,
    groups: Groups,
}

impl Shown {
    /// Adds the next article.
    pub(super) fn push(&mut self, article: &IndexedArticle<'_>, excerpt: String, base: &str) {
        let doc = self.documents.len() as u32;
        let tags = article.tags.iter().map(AsRef::as_ref);
        self.groups.push(doc, article.collection.as_deref(), tags);
        self.documents.push(Summary {
            title: article.title.to_string(),
            url: article.url.strip_prefix(base).unwrap_or(&article.url).to_owned(),
            source: article.source.to_string(),
            breadcrumb: article.breadcrumb.iter().map(ToString::to_string).collect(),
            excerpt,
        });
    }
}

/// The articles of collections and tags, while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Groups {
    facets: Facets,
    collections: HashMap<String, usize>,
    tags: HashMap<String, usize>,
}

impl Groups {
    /// Adds an article; its number is above those before.
    pub(super) fn push<'a>(&mut self, doc: u32, collection: Option<&str>, tags: impl IntoIterator<Item = &'a str>) {
        if let Some(name) = collection {
            push_into(&mut self.facets.collections, &mut self.collections, name, doc);
        }
        for name in tags {
            push_into(&mut self.facets.tags, &mut self.tags, name, doc);
        }
    }

    /// Collections in the order of their first articles, tags sorted.
    pub(super) fn finish(mut self) -> Facets {
        self.facets.tags.sort_by(|a, b| a.name.cmp(&b.name));
        self.facets
    }
}

fn push_into(groups: &mut Vec<Group>, places: &mut HashMap<String, usize>, name: &str, doc: u32) {
    let place = places.get(name).copied().unwrap_or_else(|| {
        groups.push(Group {
            name: name.to_owned(),
            docs: Vec::new(),
        });
        places.insert(name.to_owned(), groups.len() - 1);
        groups.len() - 1
    });
    let docs = &mut groups[place].docs;
    if docs.last() != Some(&doc) {
        docs.push(doc);
    }
}

/// The description, or the first words of the text.
pub(super) fn excerpt(article: &IndexedArticle<'_>) -> String {
    let texts = article.sections.iter().map(|section| section.text.as_ref());
    let text = std::iter::once(article.description.as_ref())
        .chain(texts)
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default();
    let words: String = text.chars().take(EXCERPT_CHARS * 2).collect();
    let line = one_line(&words);
    let Some((end, _)) = line.char_indices().nth(EXCERPT_CHARS) else {
        return line;
    };
    let cut = line[..end].rfind(' ').unwrap_or(end);
    format!("{}…", &line[..cut])
}

/// Writes the pack of a segment; names are relative to the pack's folder. `boosts` are by article.
pub(super) fn write_pack(
    segment: &Segment,
    language: &str,
    shown: Shown,
    boosts: &[f32],
    tuning: &Tuning,
    options: &PackOptions,
) -> Result<Files, Error> {
    let numbers: Vec<u32> = (0..segment.docs()).collect();
    let part = Part::new(segment, &numbers);
    let terms = encode(part)?;
    let number = |source: &str| {
        let number = shown.documents.iter().position(|document| document.source == source)?;
        Some(number as u32)
    };
    let header = Header {
        language: language.to_owned(),
        tokens: Field::ALL.map(|field| segment.tokens(field)),
        title_information: segment.title_information()?,
        norms: body_norms(&[part]),
        boosts: not_neutral(boosts.iter().copied()),
        pins: pinned(tuning, number),
        ..header(tuning, options)
    };
    let terms = (0..terms.len()).map(|index| terms.get(index));
    Ok(write_files(header, terms, || shown, &compressed))
}

/// The part of a pack that does not depend on the articles.
pub(super) fn header(tuning: &Tuning, options: &PackOptions) -> Header {
    Header {
        base: options.base.clone(),
        synonyms: tuning.synonyms.clone(),
        popular: options.popular.clone(),
        ..Header::default()
    }
}

/// The length byte of every article's body. `parts` contain every article once.
pub(super) fn body_norms(parts: &[Part<'_>]) -> Vec<u8> {
    let mut norms = vec![0; parts.iter().map(Part::living).sum()];
    for part in parts {
        part.for_each_norm(Field::Body, &mut |doc, norm| norms[doc as usize] = norm);
    }
    norms
}

/// The articles with another boost than 1.
pub(super) fn not_neutral(boosts: impl Iterator<Item = f32>) -> Vec<(u32, f32)> {
    (0..)
        .zip(boosts)
        .filter(|(_, boost)| (boost - 1.0).abs() > f32::EPSILON)
        .collect()
}

/// Pinned queries; `number` finds an article by its source.
pub(super) fn pinned(tuning: &Tuning, number: impl Fn(&str) -> Option<u32>) -> Vec<PinnedQuery> {
    (tuning.pins.iter())
        .map(|pin| PinnedQuery {
            query: pin.query.clone(),
            docs: pin.articles.iter().filter_map(|source| number(source)).collect(),
        })
        .collect()
}

/// Writes the files of a pack from its terms in ascending order, and compresses them.
pub(super) fn write_files<'a, B: AsRef<[u8]> + Send>(
    header: Header,
    terms: impl Iterator<Item = EncodedTerm<'a>> + Send,
    shown: impl FnOnce() -> Shown + Send,
    compress: &(impl Fn(&[u8]) -> B + Sync),
) -> Vec<(String, B)> {
    let mut writer = PackWriter::new(header);
    let write_terms = || {
        for term in terms {
            writer.encoded(&term);
        }
    };
    let ((), shown) = rayon::join(write_terms, shown);
    let pack = writer.finish(&shown.documents, &shown.groups.finish());

    let mut files: Vec<(String, B)> = (pack.files.par_iter())
        .map(|(name, bytes)| (name.clone(), compress(bytes)))
        .collect();
    let boot_name = format!("{BOOT}.{EXTENSION}");
    if files.iter().map(|file| file.1.as_ref().len()).sum::<usize>() <= SINGLE_FILE_BYTES {
        return vec![(boot_name, compress(&pack.single()))];
    }
    let mut hash = Xxh3::new();
    hash.update(&pack.boot(""));
    for (name, bytes) in &files {
        hash.update(name.as_bytes());
        hash.update(&(bytes.as_ref().len() as u64).to_le_bytes());
        hash.update(bytes.as_ref());
    }
    let folder = format!("{:016x}", hash.digest());
    for (name, _) in &mut files {
        *name = file_path(&folder, name);
    }
    files.push((boot_name, compress(&pack.boot(&folder))));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// gzip without time and name: the same bytes everywhere. Its checksum is what tells a browser that a file is damaged.
pub(super) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::best());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
