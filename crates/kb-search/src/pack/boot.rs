//! The boot file: what must be known before anything can be looked up, and where everything else is.

use super::bytes::{Reader, SortedTexts, put_text, put_texts, put_varint};
use super::{Error, FORMAT_VERSION};
use crate::analysis::ANALYZER_VERSION;
use crate::execute::Field;
use crate::tuning::Synonym;

/// First bytes of a boot file.
const MAGIC: [u8; 4] = *b"kbp\0";

/// An article that is offered before anything was typed and where nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Popular {
    /// Its title.
    pub title: String,
    /// Its address, as [`super::Summary::url`].
    pub url: String,
}

/// A pinned query with the numbers of its articles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinnedQuery {
    /// The query, as the writer put it.
    pub query: String,
    /// The articles, best first.
    pub docs: Vec<u32>,
}

/// What a boot file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boot {
    pub(crate) language: String,
    /// The path that the site lives under, with a slash at either end.
    pub(crate) base: String,
    /// Name of the folder with the shards, beside the boot file.
    pub(crate) folder: String,
    /// All terms of each field.
    pub(crate) tokens: [u64; Field::ALL.len()],
    /// [`crate::score::TitleInformation`].
    pub(crate) title_information: f32,
    /// Length byte of every article's body; their number is that of the articles.
    pub(crate) norms: Vec<u8>,
    /// Articles whose boost is not 1.
    pub(crate) boosts: Vec<(u32, f32)>,
    /// First term of every term shard.
    pub(crate) shards: SortedTexts,
    /// Terms whose body postings have a file of their own.
    pub(crate) far: SortedTexts,
    /// First term of every vocabulary shard.
    pub(crate) vocabulary: SortedTexts,
    pub(crate) synonyms: Vec<Synonym>,
    pub(crate) pins: Vec<PinnedQuery>,
    pub(crate) popular: Vec<Popular>,
    /// The other files themselves, where all fits into one.
    pub(crate) embedded: Vec<(String, Vec<u8>)>,
}

impl Boot {
    pub(super) fn doc_count(&self) -> u32 {
        self.norms.len() as u32
    }

    /// The boost of an article.
    pub(crate) fn boost(&self, doc: u32) -> f32 {
        self.boosts
            .binary_search_by_key(&doc, |boost| boost.0)
            .map_or(1.0, |at| self.boosts[at].1)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put_varint(&mut out, FORMAT_VERSION);
        put_varint(&mut out, ANALYZER_VERSION);
        for text in [&self.language, &self.base, &self.folder] {
            put_text(&mut out, text);
        }
        for tokens in self.tokens {
            out.extend(tokens.to_le_bytes());
        }
        out.extend(self.title_information.to_le_bytes());
        put_varint(&mut out, self.doc_count());
        out.extend(&self.norms);
        put_varint(&mut out, self.boosts.len() as u32);
        for (doc, boost) in &self.boosts {
            put_varint(&mut out, *doc);
            out.extend(boost.to_le_bytes());
        }
        for list in [&self.shards, &self.far, &self.vocabulary] {
            list.write(&mut out);
        }
        put_varint(&mut out, self.synonyms.len() as u32);
        for synonym in &self.synonyms {
            put_texts(&mut out, &synonym.from);
            put_texts(&mut out, &synonym.to);
        }
        put_varint(&mut out, self.pins.len() as u32);
        for pin in &self.pins {
            put_text(&mut out, &pin.query);
            put_varint(&mut out, pin.docs.len() as u32);
            pin.docs.iter().for_each(|doc| put_varint(&mut out, *doc));
        }
        put_varint(&mut out, self.popular.len() as u32);
        for popular in &self.popular {
            put_text(&mut out, &popular.title);
            put_text(&mut out, &popular.url);
        }
        put_varint(&mut out, self.embedded.len() as u32);
        for (name, bytes) in &self.embedded {
            put_text(&mut out, name);
            put_varint(&mut out, bytes.len() as u32);
            out.extend(bytes);
        }
        out
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.take(MAGIC.len()) != MAGIC {
            return Err(Error::Damaged);
        }
        if reader.varint() != FORMAT_VERSION || reader.varint() != ANALYZER_VERSION {
            return Err(Error::Version);
        }
        let boot = Self::read_contents(&mut reader);
        reader.end()?;
        Ok(boot)
    }

    fn read_contents(reader: &mut Reader<'_>) -> Self {
        let mut boot = Self {
            language: reader.string(),
            base: reader.string(),
            folder: reader.string(),
            ..Self::default()
        };
        for tokens in &mut boot.tokens {
            *tokens = reader.number(size_of::<u64>());
        }
        boot.title_information = reader.float();
        reader.require(boot.title_information.is_finite());
        let count = reader.count();
        boot.norms = reader.take(count).to_vec();
        let known = |reader: &mut Reader<'_>| {
            let doc = reader.varint();
            reader.require((doc as usize) < count);
            doc
        };
        for _ in 0..reader.count() {
            let doc = known(reader);
            let boost = reader.float();
            reader.require(boot.boosts.last().is_none_or(|last| last.0 < doc));
            reader.require(boost.is_finite() && boost > 0.0);
            boot.boosts.push((doc, boost));
        }
        boot.shards = SortedTexts::read(reader);
        boot.far = SortedTexts::read(reader);
        boot.vocabulary = SortedTexts::read(reader);
        for _ in 0..reader.count() {
            boot.synonyms.push(Synonym {
                from: reader.texts(),
                to: reader.texts(),
            });
        }
        for _ in 0..reader.count() {
            boot.pins.push(PinnedQuery {
                query: reader.string(),
                docs: (0..reader.count()).map(|_| known(reader)).collect(),
            });
        }
        for _ in 0..reader.count() {
            boot.popular.push(Popular {
                title: reader.string(),
                url: reader.string(),
            });
        }
        for _ in 0..reader.count() {
            let name = reader.string();
            let length = reader.varint() as usize;
            boot.embedded.push((name, reader.take(length).to_vec()));
        }
        boot
    }
}
