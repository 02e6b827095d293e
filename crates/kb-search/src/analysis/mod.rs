//! Text to terms: one analyzer for articles and queries, natively and in the browser, so that they cannot disagree.
//!
//! 1. Words are runs of letters, digits and combining marks. Scripts without spaces (Chinese, Japanese, Thai ...) and
//!    Hangul become overlapping bigrams whatever the language says.
//! 2. A word is brought to NFKC and lower case, ß to ss, without apostrophes.
//! 3. It is stemmed by Snowball if the language has a stemmer: [`TokenKind::Exact`]. Where the word has diacritics that
//!    the stem keeps, the stem of the word without them stands at the same position: [`TokenKind::Folded`]. A query with
//!    the right spelling matches both forms, one without diacritics only the second.
//! 4. Words held together by `_`, `-` or `.` are also indexed joined: `stk500_recv` gives `stk500`, `recv` and
//!    `stk500recv`; `e-mail` gives `e`, `mail` and `email`; `2.3.1` stays findable as such.
//!
//! 5. Parts of a word written as one are indexed with it ([`TokenKind::Piece`]): those of `maxRetryCount`, and the digits
//!    of codes such as `0x80070005`. Groups of digits that make a telephone number are also joined.
//! 6. What words look like as they are written, and titles as wholes, is kept too: [`forms`].
//!
//! No word is ever dropped: what "the" or "how" is worth is decided by how many articles have it.

mod cache;
mod characters;
pub mod forms;
mod language;
mod pieces;
mod unicode;

use std::ops::Range;

use cache::WordCache;
use characters::{Class, class, is_apostrophe, is_connector};
use language::Spelling;
pub use language::{ENGINE_GROUPS, Language};
pub use unicode::Unicode;

/// The version of the rules in this module. An index written by another version would disagree with queries, so it is
/// refused. Raise it with every change that alters a term.
pub const ANALYZER_VERSION: u32 = 2;

/// Terms are cut at this many bytes: what is longer is data, not a word.
pub const MAX_TERM_BYTES: usize = 64;

/// Compounds of more parts are not joined.
const MAX_PARTS: usize = 8;

/// How a token came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenKind {
    /// A word, stemmed.
    Exact,
    /// The same word without diacritics, stemmed; follows its exact form at the same position.
    Folded,
    /// A part of a word that is written as one: `failed` of `onPaymentFailed`, `80070005` of `0x80070005`. Follows the
    /// word at the same position.
    Piece,
    /// The parts of a compound written as one; follows them and spans them.
    Joined,
    /// Two characters of a script without spaces.
    Bigram,
    /// One such character that stands alone, or (in an index) the last of a run.
    Unigram,
}

/// One term in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The term.
    pub text: &'a str,
    /// The number of the word within the text, from 0. Folded and joined forms share that of the word they begin with.
    pub position: u32,
    /// How it came about.
    pub kind: TokenKind,
    /// First byte of the written form in the text.
    pub from: usize,
    /// First byte after it.
    pub to: usize,
}

/// What the terms are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For an index: the last character of a run of bigrams is indexed too, so that every character begins some term and
    /// a query of one character can be answered by prefix.
    Index,
    /// For a query, or to find a query's words in a text.
    Query,
}

/// Turns text of one language into terms.
///
/// It keeps a cache of the words it has seen (some 30 MB at most), hence `&mut`; a clone starts with the same cache.
#[derive(Clone)]
pub struct Analyzer {
    language: Language,
    unicode: Unicode,
    cache: WordCache,
    word: String,
    folded: String,
    joined: String,
    #[cfg(feature = "index")]
    notes: forms::Notes,
}

impl std::fmt::Debug for Analyzer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyzer")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Analyzer {
    /// An analyzer for texts of `language`.
    #[cfg(feature = "unicode")]
    pub fn new(language: Language) -> Self {
        Self::with_unicode(language, Unicode::tables())
    }

    /// An analyzer that leaves to its host what needs Unicode's large tables.
    pub fn with_unicode(language: Language, unicode: Unicode) -> Self {
        Self {
            language,
            unicode,
            cache: WordCache::default(),
            word: String::new(),
            folded: String::new(),
            joined: String::new(),
            #[cfg(feature = "index")]
            notes: forms::Notes::default(),
        }
    }

    /// The language it was made for.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// Calls `sink` for every term of `text`, in order.
    pub fn tokenize(&mut self, text: &str, mode: Mode, sink: &mut dyn FnMut(Token<'_>)) {
        self.renew_cache();
        let bytes = text.as_bytes();
        let mut position = 0;
        let mut at = 0;
        let mut number = pieces::Number::default();
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() {
                    if byte.is_ascii_digit() {
                        number.look(text, at, position);
                    }
                    at = self.compound(text, at, &mut position, sink);
                    number.emit(at, sink);
                } else {
                    at += 1;
                }
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            at = match class(c) {
                Class::Word => self.compound(text, at, &mut position, sink),
                Class::Bigram => self.bigrams(text, at, mode, &mut position, sink),
                Class::Ignorable | Class::Separator => at + c.len_utf8(),
            };
        }
    }

    /// The terms of `text` as owned strings, for short texts.
    pub fn terms(&mut self, text: &str, mode: Mode) -> Vec<OwnedToken> {
        let mut tokens = Vec::new();
        self.tokenize(text, mode, &mut |token| tokens.push(OwnedToken::from(token)));
        tokens
    }

    /// The word in the form that precedes stemming: NFKC, lower case, without apostrophes.
    pub fn normalise_word(&mut self, word: &str) -> &str {
        self.prepare(word);
        &self.word
    }

    /// The same without diacritics: the word as forms have it.
    pub fn fold_word(&mut self, word: &str) -> &str {
        self.prepare(word);
        if characters::fold(&self.word, self.unicode, &mut self.folded) {
            &self.folded
        } else {
            &self.word
        }
    }

    /// The word without the letters that are written before it in Arabic and Hebrew ("and", "in", "the"); nothing where
    /// there are none.
    pub fn without_proclitics<'w>(&self, word: &'w str) -> Option<&'w str> {
        self.language.without_proclitics(word)
    }

    /// A text in lower case.
    pub fn lowercase(&self, text: &str) -> String {
        (self.unicode.lowercase)(text)
    }

    /// Reads one word, or several held together by connectors, starting at `start`; returns where it ends.
    fn compound(&mut self, text: &str, start: usize, position: &mut u32, sink: &mut dyn FnMut(Token<'_>)) -> usize {
        let elision = self.language.spelling() == Spelling::Elision;
        let mut parts = [(0, 0); MAX_PARTS];
        let mut count = 0;
        let mut at = start;
        let end = loop {
            let end = part_end(text, at, elision);
            parts[count] = (at, end);
            count += 1;
            match connected(text, end) {
                Some(next) if count < MAX_PARTS => at = next,
                _ => break end,
            }
        };
        let parts = &parts[..count];
        for (offset, &(from, to)) in parts.iter().enumerate() {
            self.word(&text[from..to], *position + offset as u32, from..to, sink);
        }
        if count > 1 {
            self.join(text, parts, *position, sink);
        } else if let Some(end) = suffixed_end(text, start, end) {
            self.joined.clear();
            self.joined
                .extend(text[start..end].chars().map(|c| c.to_ascii_lowercase()));
            let kind = TokenKind::Joined;
            sink(Token {
                text: &self.joined,
                position: *position,
                kind,
                from: start,
                to: end,
            });
        }
        *position += count as u32;
        end
    }

    /// Emits the terms of one written word.
    fn word(&mut self, raw: &str, position: u32, range: Range<usize>, sink: &mut dyn FnMut(Token<'_>)) {
        let Range { start: from, end: to } = range;
        let index = self.noted(raw);
        let terms = self.cache.terms(index);
        if !terms.exact.is_empty() {
            sink(Token {
                text: terms.exact,
                position,
                kind: TokenKind::Exact,
                from,
                to,
            });
        }
        if let Some(text) = terms.folded {
            sink(Token {
                text,
                position,
                kind: TokenKind::Folded,
                from,
                to,
            });
        }
        for piece in pieces::pieces(raw) {
            let index = self.noted(&raw[piece.clone()]);
            let text = self.cache.terms(index).exact;
            sink(Token {
                text,
                position,
                kind: TokenKind::Piece,
                from: from + piece.start,
                to: from + piece.end,
            });
        }
    }

    /// Empties the cache if it is full and nobody counts on the numbers of its entries.
    fn renew_cache(&mut self) {
        #[cfg(feature = "index")]
        if self.notes.taken() {
            return;
        }
        self.cache.renew();
    }

    /// The cache entry of a word that is read, noted where that is asked for.
    fn noted(&mut self, raw: &str) -> usize {
        let index = self.look_up(raw);
        #[cfg(feature = "index")]
        self.notes.add(index);
        index
    }

    /// The cache entry of a written word, made if need be.
    fn look_up(&mut self, raw: &str) -> usize {
        let raw = truncated(raw, cache::MAX_CACHED_BYTES);
        match self.cache.find(raw) {
            Ok(index) => index,
            Err(hash) => {
                self.prepare(raw);
                let word = std::mem::take(&mut self.word);
                let exact = self.stem_normalised(&word);
                let folds = characters::fold(&word, self.unicode, &mut self.folded);
                let other = if folds {
                    Some(self.stem_normalised(&self.folded))
                } else {
                    let bare = self.language.without_proclitics(&word);
                    bare.map(|bare| self.stem_normalised(bare))
                };
                let written = if folds { &self.folded } else { &word };
                let form = if cfg!(feature = "index") && *written != exact {
                    forms::form_entry(written, &exact)
                } else {
                    String::new()
                };
                let terms = cache::Terms {
                    exact: &exact,
                    folded: other.as_deref().filter(|other| *other != exact),
                    form: &form,
                };
                let index = self.cache.insert(hash, raw, terms);
                self.word = word;
                index
            }
        }
    }

    /// Fills `self.word` with the normalised form of `raw`.
    fn prepare(&mut self, raw: &str) {
        let spelling = self.language.spelling();
        characters::normalise(raw, spelling, self.unicode, &mut self.word);
        if self.word.contains(is_apostrophe) {
            strip_apostrophes(&mut self.word, spelling);
        }
        let length = truncated(&self.word, MAX_TERM_BYTES).len();
        self.word.truncate(length);
    }

    fn stem_normalised(&self, word: &str) -> String {
        match self.language.stemmer() {
            // Names with digits ("stk500") are not inflected.
            Some(stemmer) if !word.bytes().any(|byte| byte.is_ascii_digit()) => {
                let stem = stemmer.stem(word);
                if stem.is_empty() {
                    word.to_owned()
                } else {
                    truncated(&stem, MAX_TERM_BYTES).to_owned()
                }
            }
            _ => word.to_owned(),
        }
    }

    /// Emits the parts of a compound written as one.
    fn join(&mut self, text: &str, parts: &[(usize, usize)], position: u32, sink: &mut dyn FnMut(Token<'_>)) {
        let (from, to) = (parts[0].0, parts[parts.len() - 1].1);
        if to - from > MAX_TERM_BYTES {
            return;
        }
        let whole = &text[from..to];
        let mut joined = std::mem::take(&mut self.joined);
        joined.clear();
        let kind = TokenKind::Joined;
        if whole.bytes().all(|byte| !byte.is_ascii_alphabetic() && byte.is_ascii()) {
            // Versions and dates keep their signs, 1,000 is 1000.
            joined.extend(whole.chars().filter(|&c| c != ','));
            sink(Token {
                text: &joined,
                position,
                kind,
                from,
                to,
            });
        } else {
            for &(from, to) in parts {
                joined.push_str(&text[from..to]);
            }
            let index = self.look_up(&joined);
            let text = self.cache.terms(index).exact;
            if !text.is_empty() {
                sink(Token {
                    text,
                    position,
                    kind,
                    from,
                    to,
                });
            }
        }
        self.joined = joined;
    }

    /// Emits the bigrams of a run of characters without spaces; returns where it ends.
    fn bigrams(
        &mut self,
        text: &str,
        start: usize,
        mode: Mode,
        position: &mut u32,
        sink: &mut dyn FnMut(Token<'_>),
    ) -> usize {
        let end = text[start..]
            .char_indices()
            .find(|&(_, c)| !matches!(class(c), Class::Bigram | Class::Ignorable) && !characters::is_mark(c))
            .map_or(text.len(), |(offset, _)| start + offset);
        let raw = &text[start..end];
        let mut run = std::mem::take(&mut self.word);
        characters::normalise(raw, Spelling::Plain, self.unicode, &mut run);
        let same = run == raw;
        let place = |from: usize, to: usize| if same { (start + from, start + to) } else { (start, end) };

        // Start of the cluster before, and of the one in hand; a cluster is a letter with its marks.
        let mut previous: Option<usize> = None;
        let mut current: Option<usize> = None;
        let clusters = run
            .char_indices()
            .filter(|&(_, c)| !characters::is_mark(c))
            .map(|(at, _)| at);
        for next in clusters.chain([run.len()]) {
            if let (Some(before), Some(_)) = (previous, current) {
                let (from, to) = place(before, next);
                let kind = TokenKind::Bigram;
                sink(Token {
                    text: &run[before..next],
                    position: *position,
                    kind,
                    from,
                    to,
                });
                *position += 1;
            }
            (previous, current) = (current, Some(next));
        }
        if let Some(last) = previous {
            let alone = run.char_indices().filter(|&(_, c)| !characters::is_mark(c)).count() == 1;
            if alone || mode == Mode::Index {
                let (from, to) = place(last, run.len());
                sink(Token {
                    text: &run[last..],
                    position: *position,
                    kind: TokenKind::Unigram,
                    from,
                    to,
                });
            }
            *position += 1;
        }
        self.word = run;
        end
    }
}

/// A [`Token`] that owns its term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedToken {
    /// The term.
    pub text: String,
    /// The number of the word within the text.
    pub position: u32,
    /// How it came about.
    pub kind: TokenKind,
    /// The bytes of its written form.
    pub range: Range<usize>,
}

impl From<Token<'_>> for OwnedToken {
    fn from(token: Token<'_>) -> Self {
        Self {
            text: token.text.to_owned(),
            position: token.position,
            kind: token.kind,
            range: token.from..token.to,
        }
    }
}

/// Where the word part that begins at `start` ends.
fn part_end(text: &str, start: usize, elision: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        if byte.is_ascii() && byte != b'\'' {
            break;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let next = at + c.len_utf8();
        if is_apostrophe(c) {
            if elision || !begins_word(text, next) {
                break;
            }
        } else if !matches!(class(c), Class::Word | Class::Ignorable) {
            break;
        }
        at = next;
    }
    at
}

fn begins_word(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_some_and(|c| class(c) == Class::Word)
}

/// If a connector at `at` leads on to another part: where that begins.
fn connected(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let &byte = bytes.get(at)?;
    if matches!(byte, b' ' | b'\n' | b'(' | b')' | b':') {
        return None;
    }
    let c = text[at..].chars().next()?;
    let next = at + c.len_utf8();
    let connects = is_connector(c) && begins_word(text, next) && {
        let digits = || bytes[at - 1].is_ascii_digit() && bytes[next].is_ascii_digit();
        c != ',' || digits()
    };
    connects.then_some(next)
}

/// The end of names such as `C++` and `C#`: at most two letters, followed by those signs.
fn suffixed_end(text: &str, start: usize, end: usize) -> Option<usize> {
    if end - start > 2 {
        return None;
    }
    let rest = &text[end..];
    let length = if rest.starts_with("++") {
        2
    } else {
        usize::from(rest.starts_with('#'))
    };
    (length > 0 && !begins_word(text, end + length)).then_some(end + length)
}

fn strip_apostrophes(word: &mut String, spelling: Spelling) {
    if spelling == Spelling::English
        && let Some((at, sign)) = word.char_indices().rfind(|&(_, c)| is_apostrophe(c))
        && matches!(&word[at + sign.len_utf8()..], "s" | "re" | "ve" | "ll" | "d" | "m")
    {
        word.truncate(at);
    }
    word.retain(|c| !is_apostrophe(c));
}

/// The longest beginning of `text` that fits into `bytes`.
fn truncated(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests;
