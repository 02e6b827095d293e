//! What an index keeps of its words besides their stems, so that a query finds them while it is typed, mistyped, or
//! written in another way. Each is an entry of the field [`crate::execute::Field::Forms`] or `Keys`:
//!
//! - a *form*: the word as it is written, in lower case and without diacritics, with what it is indexed as: `battery`
//!   and `batteri`. A word that is indexed as it is written has none;
//! - a *tail*: in languages that write compounds as one word the stem spelled backwards, so that the compounds that end
//!   with a word stand together: `kart` ends `kreditkart`;
//! - a *key*: a title, question or keyword as a whole, so that a query that is the same is known for it.

use std::borrow::Cow;

#[cfg(feature = "index")]
use super::Language;
use super::{Analyzer, truncated};
use crate::collections::{char_start, hash};

/// Between a form and what it is indexed as.
const FORM: char = '\0';
/// Before the hash of a whole.
const KEY: char = '\u{1}';
/// Before a stem that is spelled backwards.
const TAIL: char = '\u{2}';

/// So many letters of a whole stand before its hash: so it lies near its first word.
const KEY_LETTERS: usize = 4;
/// Shorter stems are no compounds.
#[cfg(feature = "index")]
const MIN_COMPOUND_CHARS: usize = 8;

/// Whether an entry is the key of a whole.
pub(crate) fn is_key(entry: &str) -> bool {
    entry.as_bytes().contains(&(KEY as u8)) && !entry.as_bytes().contains(&(FORM as u8))
}

/// Whether an entry is a stem that is spelled backwards.
pub(crate) fn is_tail(entry: &str) -> bool {
    entry.as_bytes().first() == Some(&(TAIL as u8))
}

/// The entry of a form, which is indexed as `term`: the form, how many of its bytes the term shares, and the rest.
pub(crate) fn form_entry(form: &str, term: &str) -> String {
    let mut shared = form.bytes().zip(term.bytes()).take_while(|(a, b)| a == b).count();
    while !form.is_char_boundary(shared) || !term.is_char_boundary(shared) {
        shared -= 1;
    }
    let mut entry = String::with_capacity(form.len() + 2 + term.len() - shared);
    entry.push_str(form);
    entry.push(FORM);
    entry.push(char::from(shared.min(MAX_SHARED) as u8));
    entry.push_str(&term[shared.min(MAX_SHARED)..]);
    entry
}

/// Terms are shorter.
const MAX_SHARED: usize = super::MAX_TERM_BYTES;

/// A form and the term that it is indexed as; a term by itself is its own form.
pub(crate) fn read_entry(entry: &str) -> (&str, Cow<'_, str>) {
    let Some((form, code)) = entry.split_once(FORM) else {
        return (entry, Cow::Borrowed(entry));
    };
    let mut rest = code.chars();
    let shared = rest.next().map_or(0, |shared| shared as usize);
    let mut term = form.get(..shared).unwrap_or_default().to_owned();
    term.push_str(rest.as_str());
    (form, Cow::Owned(term))
}

/// The beginning of the entries of all compounds that may end with a stem.
pub(crate) fn tail_prefix(stem: &str) -> String {
    core::iter::once(TAIL).chain(stem.chars().rev()).collect()
}

/// The stem of a tail's entry.
pub(crate) fn read_tail(entry: &str) -> String {
    let mut reversed = entry.chars();
    reversed.next();
    reversed.rev().collect()
}

/// The entry of a stem's tail, if the language writes compounds as one word and the stem may be one.
#[cfg(feature = "index")]
fn tail_entry(stem: &str, language: &Language) -> Option<String> {
    (language.compounds() && char_start(stem, MIN_COMPOUND_CHARS - 1).is_some()).then(|| tail_prefix(stem))
}

/// Which words were read, each once: the numbers of their entries in the cache.
#[cfg(feature = "index")]
#[derive(Clone, Default)]
pub(super) struct Notes {
    taken: bool,
    entries: Vec<usize>,
    /// By entry: the turn in which it was noted last.
    turns: Vec<u32>,
    turn: u32,
}

#[cfg(feature = "index")]
impl Notes {
    /// Notes an entry, while notes are taken.
    pub(super) fn add(&mut self, entry: usize) {
        if !self.taken {
            return;
        }
        if entry >= self.turns.len() {
            self.turns.resize(entry + 1, 0);
        }
        if self.turns[entry] != self.turn {
            self.turns[entry] = self.turn;
            self.entries.push(entry);
        }
    }

    /// Whether notes are taken: entries must keep their numbers.
    pub(super) fn taken(&self) -> bool {
        self.taken
    }
}

impl Analyzer {
    /// From now on the words of all texts are noted, until [`Analyzer::noted_forms`] asks for their forms.
    #[cfg(feature = "index")]
    pub fn note_words(&mut self) {
        let notes = &mut self.notes;
        notes.entries.clear();
        notes.turn = notes.turn.wrapping_add(1);
        if self.cache.renew() || notes.turn == 0 {
            (notes.turns, notes.turn) = (Vec::new(), 1);
        }
        notes.taken = true;
    }

    /// Calls `sink` for the forms and tails of all words that were noted, once for each word.
    #[cfg(feature = "index")]
    pub fn noted_forms(&mut self, sink: &mut dyn FnMut(&str)) {
        self.notes.taken = false;
        for &entry in &self.notes.entries {
            let terms = self.cache.terms(entry);
            if !terms.form.is_empty() {
                sink(terms.form);
            }
            if let Some(tail) = tail_entry(terms.exact, &self.language) {
                sink(&tail);
            }
        }
    }

    /// The key of a text as a whole, however its words are inflected, joined or divided; nothing if it has no words.
    pub fn key(&mut self, text: &str) -> Option<String> {
        let whole = crate::plan::phrase_terms(text, self).concat();
        let letters = char_start(&whole, KEY_LETTERS).unwrap_or(whole.len());
        let mut key = truncated(&whole, letters).to_owned();
        key.push(KEY);
        let mut rest = hash(whole.as_bytes());
        // Six bits a letter, from "0" upwards.
        for _ in 0..6 {
            key.push(char::from(b'0' + (rest & 63) as u8));
            rest >>= 6;
        }
        (!whole.is_empty()).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_they_were_written() {
        for (form, term) in [
            ("battery", "batteri"),
            ("charge", "charg"),
            ("kundigen", "kundig"),
            ("الفاتوره", "فاتور"),
            ("cafe", "café"),
            ("élève", "elev"),
            ("a", ""),
        ] {
            assert_eq!(read_entry(&form_entry(form, term)), (form, Cow::Borrowed(term)));
        }
        assert_eq!(read_entry("word"), ("word", Cow::Borrowed("word")));
        assert_eq!(read_entry("word\0"), ("word", Cow::Borrowed("")));
        assert_eq!(read_entry("wörd\0\u{2}x").1, "x");
        assert_eq!(read_tail(&tail_prefix("größe")), "größe");
    }

    #[test]
    fn a_key_does_not_depend_on_how_words_are_divided() {
        let mut analyzer = Analyzer::new(Language::new("en"));
        let mut key = |text: &str| analyzer.key(text);
        assert_eq!(key("log in"), key("Login"));
        assert_eq!(key("Log-in?"), key("login"));
        assert_eq!(key("16 GB"), key("16gb"));
        assert_eq!(key("can't log in"), key("Can’t log in"));
        assert_ne!(key("log in"), key("log out"));
        assert_eq!(key(" — "), None);
        assert!(key("Refunds").is_some_and(|key| key.starts_with("refu\u{1}") && key.len() == 11));
    }
}
