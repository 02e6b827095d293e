//! Vocabulary shards: the common terms of a range of first characters with how common they are, for typing errors and
//! for beginnings of words that spread over many term shards.

use super::Damaged;
use super::bytes::{Reader, SortedTexts, put_varint};

/// A shard being written.
#[derive(Debug, Default)]
pub(super) struct VocabularyWriter {
    terms: SortedTexts,
    frequencies: Vec<u8>,
}

impl VocabularyWriter {
    /// Adds a term, above all before, with the most articles that one field of it has.
    pub(super) fn push(&mut self, term: &str, doc_freq: u32) {
        self.terms.push(term);
        put_varint(&mut self.frequencies, doc_freq);
    }

    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    pub(super) fn last_term(&self) -> Option<&str> {
        let last = self.terms.len().checked_sub(1)?;
        Some(self.terms.get(last))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        self.terms.write(&mut out);
        out.extend(self.frequencies);
        out
    }
}

/// A shard in memory.
#[derive(Debug)]
pub(crate) struct VocabularyShard {
    terms: SortedTexts,
    frequencies: Vec<u32>,
}

impl VocabularyShard {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        let terms = SortedTexts::read(&mut reader);
        let frequencies = (0..terms.len()).map(|_| reader.varint()).collect();
        reader.end()?;
        Ok(Self { terms, frequencies })
    }

    /// Calls `visit` for every term with the prefix.
    pub(super) fn for_each_with_prefix(&self, prefix: &str, visit: &mut dyn FnMut(&str, u32)) {
        let first = self.terms.search(prefix).unwrap_or_else(|at| at);
        for index in first..self.terms.len() {
            let term = self.terms.get(index);
            if !term.starts_with(prefix) {
                break;
            }
            visit(term, self.frequencies[index]);
        }
    }
}
