//! A cache from written words to their terms: stemming costs a hundred times more than looking a word up.

use crate::collections::TextTable;

/// The terms of one written word.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The stem in the word's own spelling; empty if nothing of the word is left.
    pub(crate) exact: &'a str,
    /// The stem of the word without diacritics, where that is another.
    pub(crate) folded: Option<&'a str>,
    /// The entry of its form ([`super::forms`]); empty where the word is indexed as it is written.
    pub(crate) form: &'a str,
}

/// Between the two texts that share a place.
const BETWEEN: char = '\u{1}';

/// The terms of the words read so far.
#[derive(Clone, Default)]
pub(crate) struct WordCache(TextTable);

/// Words kept before the cache starts over. English articles of 78 MB hold about 150,000 different spellings.
pub(crate) const CAPACITY: usize = 1 << 18;
/// Longer words are not worth a place.
pub(crate) const MAX_CACHED_BYTES: usize = 128;

impl WordCache {
    /// The number of the word's entry, or the word's hash if it is not here.
    pub(crate) fn find(&self, word: &str) -> Result<usize, u32> {
        self.0.find(word)
    }

    /// The terms of an entry.
    pub(crate) fn terms(&self, index: usize) -> Terms<'_> {
        let (exact, others) = self.0.texts(index);
        let (folded, form) = others.split_once(BETWEEN).unwrap_or((others, ""));
        Terms {
            exact,
            folded: (!folded.is_empty()).then_some(folded),
            form,
        }
    }

    /// Starts over if it is full; returns whether it did. It is asked between texts: entries keep their numbers in one.
    pub(crate) fn renew(&mut self) -> bool {
        let full = self.0.len() >= CAPACITY;
        if full {
            self.0 = TextTable::default();
        }
        full
    }

    /// Adds a word that [`WordCache::find`] did not find.
    pub(crate) fn insert(&mut self, hash: u32, word: &str, terms: Terms<'_>) -> usize {
        let mut others = terms.folded.unwrap_or_default().to_owned();
        if !terms.form.is_empty() {
            others.push(BETWEEN);
            others.push_str(terms.form);
        }
        self.0.insert(hash, word, terms.exact, &others)
    }
}
