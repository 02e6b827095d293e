//! tantivy's segment to the browser's pack, through tantivy's public API.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use kb_search::execute::{Field, Posting};
use kb_search::pack::{Document, Facets, FieldPostings, Group, Header, PackWriter, PinnedQuery, Popular};
use rayon::prelude::*;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings as _, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::termdict::TermStreamer;
use tantivy::{DocSet as _, Index, InvertedIndexReader, SegmentReader, TERMINATED};
use xxhash_rust::xxh3::Xxh3;

use super::schema::Fields;
use super::{Error, Files, IndexedArticle, Tuning};

/// Where the packs lie below the root of a site.
const PACK_ROOT: &str = "search/pack";
/// Ending of all files of a pack: one that every host knows as plain bytes.
const EXTENSION: &str = "bin";
/// Name of the boot file without extension.
const BOOT: &str = "boot";
/// A pack of at most so many bytes, compressed, is one file.
const SINGLE_FILE_BYTES: usize = 20 << 10;
/// What is shown of an article before its page is read, in characters.
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
    /// What to offer before anything was typed.
    pub popular: Vec<Popular>,
}

/// What is kept of the articles while they are indexed, for the pack.
#[derive(Debug, Default)]
pub(super) struct Shown {
    documents: Vec<Document>,
    facets: Facets,
    boosts: Vec<(u32, f32)>,
}

impl Shown {
    /// Notes the next article.
    pub(super) fn push(&mut self, article: &IndexedArticle<'_>, base: &str) {
        let doc = self.documents.len() as u32;
        if let Some(collection) = &article.collection {
            push_into(&mut self.facets.collections, collection, doc);
        }
        for tag in &article.tags {
            push_into(&mut self.facets.tags, tag, doc);
        }
        let boost = article.boost();
        if (boost - 1.0).abs() > f32::EPSILON {
            self.boosts.push((doc, boost));
        }
        self.documents.push(Document {
            title: article.title.to_string(),
            url: article.url.strip_prefix(base).unwrap_or(&article.url).to_owned(),
            source: article.source.to_string(),
            breadcrumb: article.breadcrumb.iter().map(ToString::to_string).collect(),
            excerpt: excerpt(article),
        });
    }
}

fn push_into(groups: &mut Vec<Group>, name: &str, doc: u32) {
    let place = groups.iter().position(|group| group.name == name);
    let place = place.unwrap_or_else(|| {
        groups.push(Group {
            name: name.to_owned(),
            docs: Vec::new(),
        });
        groups.len() - 1
    });
    let docs = &mut groups[place].docs;
    if docs.last() != Some(&doc) {
        docs.push(doc);
    }
}

/// The description, else the first words of the text.
fn excerpt(article: &IndexedArticle<'_>) -> String {
    let texts = article.sections.iter().map(|section| section.text.as_ref());
    let text = std::iter::once(article.description.as_ref())
        .chain(texts)
        .find(|text| !text.trim().is_empty())
        .unwrap_or_default();
    let words: String = text.chars().take(EXCERPT_CHARS * 2).collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = line.char_indices().nth(EXCERPT_CHARS) else {
        return line;
    };
    let cut = line[..end].rfind(' ').unwrap_or(end);
    format!("{}…", &line[..cut])
}

/// Writes the pack of an index; names are relative to the pack's folder.
pub(super) fn write_pack(
    index: &Index,
    fields: &Fields,
    language: &str,
    mut shown: Shown,
    tuning: &Tuning,
    options: &PackOptions,
) -> Result<Files, Error> {
    let segments = index.searchable_segments()?;
    let [segment] = segments.as_slice() else {
        return Err(Error::Settings(format!("{} segments, not one", segments.len())));
    };
    let segment = SegmentReader::open(segment)?;
    let mut readers = Vec::new();
    for field in Field::ALL {
        let field = fields.searched(field);
        readers.push(FieldReader {
            inverted: segment.inverted_index(field)?,
            norms: segment.fieldnorms_readers().get_field(field)?,
        });
    }
    let mut header = Header {
        language: language.to_owned(),
        base: options.base.clone(),
        norms: vec![0; segment.max_doc() as usize],
        boosts: std::mem::take(&mut shown.boosts),
        synonyms: tuning.synonyms.clone(),
        pins: pinned(tuning, &shown.documents),
        popular: options.popular.clone(),
        ..Header::default()
    };
    for (tokens, reader) in header.tokens.iter_mut().zip(&readers) {
        *tokens = reader.inverted.total_num_tokens();
    }
    if let Some(norms) = &readers[Field::Body.index()].norms {
        for (doc, norm) in header.norms.iter_mut().enumerate() {
            *norm = norms.fieldnorm_id(doc as u32);
        }
    }
    let mut writer = PackWriter::new(header);
    write_terms(&readers, &mut writer)?;
    shown.facets.tags.sort_by(|a, b| a.name.cmp(&b.name));
    let pack = writer.finish(&shown.documents, &shown.facets);

    let mut files: Vec<(String, Vec<u8>)> = (pack.files.par_iter())
        .map(|(name, bytes)| (name.clone(), compressed(bytes)))
        .collect();
    if files.iter().map(|file| file.1.len()).sum::<usize>() <= SINGLE_FILE_BYTES {
        return Ok(vec![(format!("{BOOT}.{EXTENSION}"), compressed(&pack.single()))]);
    }
    let mut hash = Xxh3::new();
    hash.update(&pack.boot(""));
    for (name, bytes) in &files {
        hash.update(name.as_bytes());
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let folder = format!("{:016x}", hash.digest());
    for (name, _) in &mut files {
        *name = file_path(&folder, name);
    }
    files.push((format!("{BOOT}.{EXTENSION}"), compressed(&pack.boot(&folder))));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

fn pinned(tuning: &Tuning, documents: &[Document]) -> Vec<PinnedQuery> {
    let number = |source: &String| documents.iter().position(|document| document.source == *source);
    (tuning.pins.iter())
        .map(|pin| PinnedQuery {
            query: pin.query.clone(),
            docs: pin.articles.iter().filter_map(number).map(|doc| doc as u32).collect(),
        })
        .collect()
}

/// gzip without time and name: the same bytes everywhere. Its checksum is what tells a browser that a file is damaged.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

struct FieldReader {
    inverted: std::sync::Arc<InvertedIndexReader>,
    norms: Option<FieldNormReader>,
}

/// A field's term dictionary, at one of its terms.
struct Walk<'a> {
    stream: TermStreamer<'a>,
    term: Vec<u8>,
    info: Option<TermInfo>,
}

impl Walk<'_> {
    fn advance(&mut self) {
        self.term.clear();
        self.info = self.stream.next().map(|(term, info)| {
            self.term.extend(term);
            info.clone()
        });
    }
}

/// Walks the dictionaries of all fields side by side, in the order of the terms.
fn write_terms(readers: &[FieldReader], writer: &mut PackWriter) -> Result<(), Error> {
    let mut walks = Vec::new();
    for reader in readers {
        let mut walk = Walk {
            stream: reader.inverted.terms().stream()?,
            term: Vec::new(),
            info: None,
        };
        walk.advance();
        walks.push(walk);
    }
    let next = |walks: &[Walk<'_>]| {
        let terms = walks.iter().filter(|walk| walk.info.is_some()).map(|walk| &walk.term);
        terms.min().cloned()
    };
    let mut postings = FieldPostings::default();
    while let Some(term) = next(&walks) {
        for ((field, reader), walk) in Field::ALL.into_iter().zip(readers).zip(&mut walks) {
            let list = &mut postings[field.index()];
            list.clear();
            if walk.info.is_some() && walk.term == term {
                if let Some(info) = &walk.info {
                    reader.read(field, info, list)?;
                }
                walk.advance();
            }
        }
        // Terms are made of text.
        if let Ok(term) = std::str::from_utf8(&term) {
            writer.term(term, &postings);
        }
    }
    Ok(())
}

impl FieldReader {
    fn read(&self, field: Field, info: &TermInfo, list: &mut Vec<(Posting, Vec<u32>)>) -> Result<(), Error> {
        let norm = |doc| self.norms.as_ref().map_or(0, |norms| norms.fieldnorm_id(doc));
        if Field::WITH_POSITIONS.contains(&field) {
            let option = IndexRecordOption::WithFreqsAndPositions;
            let mut postings = self.inverted.read_postings_from_terminfo(info, option)?;
            while postings.doc() != TERMINATED {
                let (doc, term_freq) = (postings.doc(), postings.term_freq());
                let mut positions = Vec::new();
                postings.positions(&mut positions);
                let norm = norm(doc);
                list.push((Posting { doc, term_freq, norm }, positions));
                postings.advance();
            }
        } else {
            let option = IndexRecordOption::WithFreqs;
            let mut block = self.inverted.read_block_postings_from_terminfo(info, option)?;
            while block.block_len() > 0 {
                for (&doc, &term_freq) in block.docs().iter().zip(block.freqs()) {
                    let norm = norm(doc);
                    list.push((Posting { doc, term_freq, norm }, Vec::new()));
                }
                block.advance();
            }
        }
        Ok(())
    }
}
