//! Terms, documents and facets to the files of a pack.

use super::FieldPostings;
use super::boot::{Boot, PinnedQuery, Popular};
use super::documents::{self, DOCUMENTS_PER_SHARD, Summary};
use super::facets::Facets;
use super::index::Resource;
use super::terms::{EncodedTerm, EncodedTerms, FarPostings, TermShardWriter};
use super::vocabulary::VocabularyWriter;
use crate::analysis::forms::{is_key, is_tail};
use crate::execute::Field;
use crate::plan::is_common;
use crate::tuning::Synonym;

/// A term shard is closed at this size. Smaller shards save bytes for a query and cost them in the boot file.
const SHARD_BYTES: usize = 6 << 10;
/// A vocabulary shard is closed at the next first character after this many terms.
const VOCABULARY_TERMS: usize = 2_000;

/// What a pack holds besides terms and documents.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Language tag of the articles.
    pub language: String,
    /// The path that the site lives under, with a slash at either end.
    pub base: String,
    /// Number of all terms by field, in the order of [`Field::ALL`].
    pub tokens: [u64; Field::ALL.len()],
    /// How much the titles say ([`crate::score::TitleInformation`]).
    pub title_information: f32,
    /// Length byte of every article's body.
    pub norms: Vec<u8>,
    /// Articles whose boost is not 1, ascending.
    pub boosts: Vec<(u32, f32)>,
    /// Synonyms.
    pub synonyms: Vec<Synonym>,
    /// Pinned queries.
    pub pins: Vec<PinnedQuery>,
    /// What to offer before anything was typed.
    pub popular: Vec<Popular>,
}

/// Writes a pack.
#[derive(Debug)]
pub struct PackWriter {
    boot: Boot,
    files: Vec<(String, Vec<u8>)>,
    terms: TermShardWriter,
    term_shards: u32,
    vocabulary: VocabularyWriter,
    vocabulary_shards: u32,
    last_term: String,
}

/// A finished pack, but for the name of its folder.
#[derive(Debug)]
pub struct PackFiles {
    /// Names and contents of all files but the boot file.
    pub files: Vec<(String, Vec<u8>)>,
    boot: Boot,
}

impl PackWriter {
    /// Begins a pack.
    pub fn new(header: Header) -> Self {
        let boot = Boot {
            language: header.language,
            base: header.base,
            tokens: header.tokens,
            title_information: header.title_information,
            norms: header.norms,
            boosts: header.boosts,
            synonyms: header.synonyms,
            pins: header.pins,
            popular: header.popular,
            ..Boot::default()
        };
        Self {
            boot,
            files: Vec::new(),
            terms: TermShardWriter::default(),
            term_shards: 0,
            vocabulary: VocabularyWriter::default(),
            vocabulary_shards: 0,
            last_term: String::new(),
        }
    }

    /// Adds a term with its postings. Terms come in ascending order of their bytes, articles in ascending order.
    pub fn term(&mut self, term: &str, fields: &FieldPostings) {
        let mut encoded = EncodedTerms::default();
        encoded.push(term, fields);
        self.encoded(&encoded.get(0));
    }

    /// The same for a term whose postings are encoded already.
    pub fn encoded(&mut self, encoded: &EncodedTerm<'_>) {
        let term = encoded.term;
        if self.terms.size() >= SHARD_BYTES {
            self.close_terms();
        }
        if self.terms.first_term().is_none() {
            self.boot.shards.push(separator(&self.last_term, term));
        }
        if let Some(postings) = self.terms.push(encoded) {
            let number = self.boot.far.len() as u32;
            let count = encoded.counts[Field::Body.index()];
            self.files
                .push((Resource::Far(number).name(), FarPostings::write(count, postings)));
            self.boot.far.push(term);
        }
        self.last_term.clear();
        self.last_term.push_str(term);
        let doc_freq = encoded.counts.iter().copied().max().unwrap_or_default();
        let is_word = !is_key(term) && !is_tail(term);
        if is_word && is_common(doc_freq, self.boot.doc_count()) {
            self.vocabulary_term(term, doc_freq);
        }
    }

    fn vocabulary_term(&mut self, term: &str, doc_freq: u32) {
        let first = first_character(term);
        let other = |last: &str| first_character(last) != first;
        if self.vocabulary.len() >= VOCABULARY_TERMS && self.vocabulary.last_term().is_some_and(other) {
            self.close_vocabulary();
        }
        if self.vocabulary.len() == 0 {
            self.boot.vocabulary.push(first);
        }
        self.vocabulary.push(term, doc_freq);
    }

    fn close_terms(&mut self) {
        let bytes = core::mem::take(&mut self.terms).finish();
        self.files.push((Resource::Terms(self.term_shards).name(), bytes));
        self.term_shards += 1;
    }

    fn close_vocabulary(&mut self) {
        let bytes = core::mem::take(&mut self.vocabulary).finish();
        self.files
            .push((Resource::Vocabulary(self.vocabulary_shards).name(), bytes));
        self.vocabulary_shards += 1;
    }

    /// Ends the pack with what is shown of the articles, in their order.
    pub fn finish(mut self, documents: &[Summary], facets: &Facets) -> PackFiles {
        if self.terms.first_term().is_some() {
            self.close_terms();
        }
        if self.vocabulary.len() > 0 {
            self.close_vocabulary();
        }
        for (number, shard) in documents.chunks(DOCUMENTS_PER_SHARD as usize).enumerate() {
            let name = Resource::Documents(number as u32).name();
            self.files.push((name, documents::write(shard)));
        }
        self.files.push((Resource::Facets.name(), facets.write()));
        PackFiles {
            files: self.files,
            boot: self.boot,
        }
    }
}

impl PackFiles {
    /// The boot file for a pack whose other files lie in `folder`.
    pub fn boot(&self, folder: &str) -> Vec<u8> {
        let boot = Boot {
            folder: folder.to_owned(),
            ..self.boot.clone()
        };
        boot.write()
    }

    /// A boot file that holds all the others.
    pub fn single(&self) -> Vec<u8> {
        let boot = Boot {
            embedded: self.files.clone(),
            ..self.boot.clone()
        };
        boot.write()
    }
}

/// The shortest beginning of `term` that is above `before`, which is all that a directory needs.
fn separator<'t>(before: &str, term: &'t str) -> &'t str {
    term.char_indices()
        .map(|(at, c)| &term[..at + c.len_utf8()])
        .find(|beginning| *beginning > before)
        .unwrap_or(term)
}

fn first_character(term: &str) -> &str {
    let end = term.chars().next().map_or(0, char::len_utf8);
    &term[..end]
}
