//! The making of clauses: what a word of the query may mean to this index.

use std::borrow::Cow;

use super::frame::Part;
use super::units::Unit;
use super::{Alternative, Clause, Correction, MAX_CLAUSES, MatchKind, Plan, Sentence, Vocabulary, Wanted, is_common};
use crate::analysis::forms::{read_entry, read_tail, tail_prefix};
use crate::analysis::{Analyzer, Mode, TokenKind};
use crate::bm25::idf;
use crate::collections::{TermMap, char_start, keep_best};
use crate::distance::{allowed_edits, edit_distance};
use crate::execute::Field;

/// Whether a word may be the beginning of a longer one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Others follow it.
    Closed,
    /// It is the last; if the index does not know it, it may be unfinished.
    Perhaps,
    /// It is being typed.
    Open,
    /// It stands in quotation marks: only the word itself is meant.
    Quoted,
}

/// Makes the clauses of one query.
pub(super) struct Planner<'a, V> {
    pub(super) query: &'a str,
    pub(super) analyzer: &'a mut Analyzer,
    pub(super) vocabulary: &'a V,
    pub(super) plan: Plan,
    /// What the vocabulary was waiting for when the clause in hand was begun.
    pub(super) waiting: usize,
}

impl<V: Vocabulary> Planner<'_, V> {
    /// Adds the clause of a word to the plan.
    pub(super) fn clause(
        &mut self,
        unit: &Unit<'_>,
        ending: Ending,
        part: Part,
        added: &Added,
    ) -> Result<(), V::Error> {
        self.waiting = self.vocabulary.waiting();
        let typed = &self.query[unit.range.clone()];
        let mut alternatives = self.own_alternatives(unit)?;
        if ending != Ending::Quoted {
            for term in &added.joined {
                alternatives.extend(self.known(&[term], JOINED, MatchKind::Joined)?);
            }
        }
        if ending == Ending::Open || (self.none(&alternatives) && unit.parts[0].kind == TokenKind::Unigram) {
            self.complete(unit, &mut alternatives)?;
        }
        let plain = unit.joined.is_none() && unit.parts[0].kind == TokenKind::Exact && ending != Ending::Quoted;
        let function_word = part != Part::Content;
        if plain && !function_word {
            let divided = self.divided(unit, typed)?;
            let is_sure = divided.as_ref().is_some_and(|divided| divided.weight >= DIVIDED);
            if self.none(&alternatives) && !is_sure {
                self.resemble(unit, typed, &mut alternatives)?;
            }
            alternatives.extend(divided);
        }
        if self.none(&alternatives) && ending == Ending::Perhaps && !function_word {
            self.complete(unit, &mut alternatives)?;
        }
        if plain && !function_word {
            let stem = &unit.parts[0].text;
            self.relatives(stem, &mut alternatives)?;
            if self.analyzer.language().compounds() {
                let doc_freq = self.vocabulary.doc_freq(stem)?;
                if self.is_rare(doc_freq) {
                    self.tails(stem, &mut alternatives)?;
                }
                if doc_freq == 0 {
                    self.ending(typed, &mut alternatives)?;
                }
            }
        }
        let synonyms = &added.synonyms;
        for terms in synonyms.iter().filter(|_| ending != Ending::Quoted) {
            if self.knows(terms)? {
                alternatives.push(Alternative {
                    terms: terms.clone(),
                    weight: SYNONYM,
                    kind: MatchKind::Synonym,
                });
            }
        }
        let mut weight = self.weight(&alternatives)?;
        if function_word {
            weight = weight.min(FUNCTION_WORD);
        }
        if alternatives.is_empty() {
            // A bigram across two words is often missing and never missed.
            if !function_word && unit.parts[0].kind == TokenKind::Exact {
                self.plan.missing.push(typed.to_owned());
            }
            return Ok(());
        }
        // They show how a question is put, which titles share; in texts they are everywhere.
        let fields: &[Field] = if function_word && synonyms.is_empty() {
            &Field::WITH_POSITIONS
        } else {
            &Field::ALL
        };
        self.plan.clauses.push(Clause {
            text: typed.to_owned(),
            position: unit.position,
            words: unit.parts.len() as u32,
            sentence: Sentence::default(),
            weight,
            fields,
            alternatives,
        });
        Ok(())
    }

    /// Where the index knows none of the bigrams: their characters, each by the terms it begins.
    pub(super) fn characters(&mut self, units: &[Unit<'_>]) -> Result<(), V::Error> {
        for unit in units
            .iter()
            .filter(|unit| unit.parts[0].kind == TokenKind::Bigram)
            .take(MAX_CLAUSES / 2)
        {
            let term = unit.term();
            let second = char_start(term, 1).unwrap_or(term.len());
            for character in [&term[..second], &term[second..]] {
                let known = self.plan.clauses.iter().any(|clause| clause.text == character);
                let alternatives: Vec<_> = (self
                    .with_prefix(character, Wanted::Common, MAX_COMPLETIONS)?
                    .into_iter())
                .map(|found| Alternative::one(found.term, SHORTENED, MatchKind::Prefix))
                .collect();
                if !known && !character.is_empty() && !alternatives.is_empty() {
                    let weight = self.weight(&alternatives)?;
                    let (text, position) = (character.to_owned(), unit.position);
                    self.plan.clauses.push(Clause {
                        text,
                        position,
                        words: 1,
                        sentence: Sentence::default(),
                        weight,
                        fields: &Field::ALL,
                        alternatives,
                    });
                }
            }
        }
        Ok(())
    }

    /// Whether nothing was found, and not because something must be fetched first.
    fn none<T>(&self, found: &[T]) -> bool {
        found.is_empty() && self.vocabulary.waiting() == self.waiting
    }

    fn knows<T: AsRef<str>>(&self, terms: &[T]) -> Result<bool, V::Error> {
        for term in terms {
            if self.vocabulary.doc_freq(term.as_ref())? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The forms of the word itself that the index knows.
    fn own_alternatives(&mut self, unit: &Unit<'_>) -> Result<Vec<Alternative>, V::Error> {
        let mut alternatives = Vec::new();
        if let Some(joined) = unit.joined {
            alternatives.extend(self.known(&[&joined.text], 1.0, MatchKind::Joined)?);
            let parts: Vec<&str> = unit.parts.iter().map(|part| part.text.as_str()).collect();
            if parts.len() > 1 {
                alternatives.extend(self.known(&parts, 1.0, MatchKind::Parts)?);
            }
            let length: usize = parts.iter().map(|part| part.len()).sum();
            for part in &parts {
                let share = part.len() as f32 / length.max(1) as f32;
                alternatives.extend(self.known(&[part], PART * share.sqrt(), MatchKind::Parts)?);
            }
        } else {
            alternatives.extend(self.known(&[&unit.parts[0].text], 1.0, MatchKind::Exact)?);
            for folded in &unit.folded {
                alternatives.extend(self.known(&[&folded.text], FOLDED, MatchKind::Folded)?);
            }
        }
        // The parts of a word mean less than the word: they count where it is unknown.
        if alternatives.is_empty() {
            for piece in &unit.pieces {
                let weight = if unit.pieces.len() > 1 { PART } else { FOLDED };
                alternatives.extend(self.known(&[&piece.text], weight, MatchKind::Parts)?);
            }
        }
        Ok(alternatives)
    }

    /// An alternative, if the index knows all of its terms.
    fn known(&self, terms: &[&str], weight: f32, kind: MatchKind) -> Result<Option<Alternative>, V::Error> {
        Ok(self.knows(terms)?.then(|| Alternative {
            terms: terms.iter().map(|&term| term.to_owned()).collect(),
            weight,
            kind,
        }))
    }

    /// Words that begin with what was typed so far.
    fn complete(&mut self, unit: &Unit<'_>, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let typed = &self.query[unit.range.clone()];
        let prefix = match unit.parts[0].kind {
            TokenKind::Exact if unit.joined.is_none() => self.analyzer.fold_word(typed).to_owned(),
            _ => unit.term().to_owned(),
        };
        let known = !alternatives.is_empty();
        let mut found = self.with_beginning(&prefix, Wanted::Common)?;
        if self.none(&found) && !known {
            found = self.with_beginning(&prefix, Wanted::All)?;
        }
        if self.none(&found)
            && !known
            && let Some(bare) = self.analyzer.without_proclitics(&prefix).map(str::to_owned)
        {
            found = self.with_beginning(&bare, Wanted::All)?;
        }
        for Found { term, .. } in found {
            if !has(alternatives, &term) {
                alternatives.push(Alternative::one(term, COMPLETION, MatchKind::Prefix));
            }
        }
        if !known && self.none(alternatives) {
            self.shorten(&prefix, alternatives)?;
        }
        Ok(())
    }

    /// The commonest terms of the words whose written form begins like this.
    fn with_beginning(&self, beginning: &str, wanted: Wanted) -> Result<Vec<Found>, V::Error> {
        let mut found = TermMap::new();
        self.vocabulary
            .for_each_with_prefix(beginning, wanted, &mut |entry, doc_freq| {
                let (_, term) = read_entry(entry);
                note(&mut found, &term, 0, doc_freq);
            })?;
        Ok(self.best(&found, wanted, completions(beginning)))
    }

    /// The commonest terms with a prefix.
    fn with_prefix(&self, prefix: &str, wanted: Wanted, limit: usize) -> Result<Vec<Found>, V::Error> {
        let mut found = TermMap::new();
        self.vocabulary
            .for_each_with_prefix(prefix, wanted, &mut |entry, doc_freq| {
                // Not forms: these are words of this beginning whose stem may have another.
                if let (term, Cow::Borrowed(_)) = read_entry(entry) {
                    note(&mut found, term, 0, doc_freq);
                }
            })?;
        Ok(self.best(&found, wanted, limit))
    }

    /// The terms that were typed with the fewest edits, of these the commonest.
    fn best(&self, found: &TermMap<(usize, u32)>, wanted: Wanted, limit: usize) -> Vec<Found> {
        let count = self.vocabulary.doc_count();
        let mut best: Vec<(&str, usize, u32)> = Vec::new();
        for (term, &(edits, doc_freq)) in found.iter() {
            if wanted == Wanted::All || is_common(doc_freq, count) {
                keep_best(&mut best, (term, edits, doc_freq), limit, |a, b| {
                    (a.1, b.2, a.0) < (b.1, a.2, b.0)
                });
            }
        }
        (best.into_iter())
            .map(|(term, edits, _)| Found {
                term: term.to_owned(),
                edits,
            })
            .collect()
    }

    /// A word that is being typed runs past its stem before it is complete: "deleti" to "delet".
    fn shorten(&self, word: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let chars = word.chars().count();
        for shorter in (MIN_STEM_CHARS..chars).rev().take(3) {
            let stem = &word[..char_start(word, shorter).unwrap_or(word.len())];
            if self.vocabulary.doc_freq(stem)? > 0 {
                alternatives.push(Alternative::one(stem.to_owned(), SHORTENED, MatchKind::Prefix));
                return Ok(());
            }
        }
        Ok(())
    }

    /// What an unknown word may mean: a known word few edits away, a longer word, a known stem.
    fn resemble(&mut self, unit: &Unit<'_>, typed: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let word = self.analyzer.fold_word(typed).to_owned();
        let mut corrections = self.corrections(&word)?;
        if self.none(&corrections) && word != unit.parts[0].text {
            // A form that no article has, of a word that is mistyped.
            corrections = self.corrections(&unit.parts[0].text)?;
        }
        if let Some(best) = corrections.first() {
            self.plan.corrections.push(Correction {
                typed: typed.to_owned(),
                term: best.term.clone(),
                range: unit.range.clone(),
            });
        }
        for Found { term, edits } in corrections {
            let weight = if edits <= 1 { ONE_EDIT } else { TWO_EDITS };
            alternatives.push(Alternative::one(term, weight, MatchKind::Typo(edits as u8)));
        }
        if self.none(alternatives) && word.chars().count() >= MIN_STEM_CHARS {
            for found in self.with_prefix(&unit.parts[0].text, Wanted::All, MAX_CORRECTIONS)? {
                alternatives.push(Alternative::one(found.term, SHORTENED, MatchKind::Prefix));
            }
            if self.none(alternatives) {
                self.shorten(&word, alternatives)?;
            }
        }
        Ok(())
    }

    /// Known words near an unknown one, both as they are written: fewest edits first, then the commonest. The first
    /// letter is taken as right.
    fn corrections(&self, word: &str) -> Result<Vec<Found>, V::Error> {
        let word: Vec<char> = word.chars().collect();
        let limit = allowed_edits(word.len());
        if limit == 0 || word.iter().any(char::is_ascii_digit) {
            return Ok(Vec::new());
        }
        let mut found = TermMap::new();
        let mut other = Vec::new();
        self.vocabulary
            .for_each_with_prefix(&word[0].to_string(), Wanted::Common, &mut |entry, doc_freq| {
                let form = entry.split('\0').next().unwrap_or_default();
                if form.len() > word.len() * 4 + limit || form.bytes().any(|byte| byte.is_ascii_digit()) {
                    return;
                }
                other.clear();
                other.extend(form.chars());
                if let Some(distance) = edit_distance(&word, &other, limit) {
                    let (_, term) = read_entry(entry);
                    note(&mut found, &term, distance, doc_freq);
                }
            })?;
        let mut best = self.best(&found, Wanted::Common, MAX_CORRECTIONS);
        // Two edits only where one finds nothing.
        let fewest = best.first().map_or(0, |best| best.edits);
        best.retain(|near| near.edits == fewest);
        Ok(best)
    }

    /// Words of the same family: those that the stem begins ("test": "testlauf"), and the known word that begins it
    /// ("testlauf": "test"). This is what finds compounds, and inflections that the stemmer leaves apart.
    fn relatives(&self, stem: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        if !has_relatives(stem) {
            return Ok(());
        }
        for Found { term, .. } in self.with_prefix(stem, Wanted::All, MAX_RELATIVES)? {
            if !has(alternatives, &term) {
                alternatives.push(Alternative::one(term, LONGER, MatchKind::Prefix));
            }
        }
        for head in heads(stem) {
            if self.vocabulary.doc_freq(head)? > 0 {
                if !has(alternatives, head) {
                    alternatives.push(Alternative::one(head.to_owned(), HEAD, MatchKind::Parts));
                }
                break;
            }
        }
        Ok(())
    }

    /// The compounds that end with a rare word: a "Kreditkarte" is a "Karte".
    fn tails(&self, stem: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        if !has_relatives(stem) {
            return Ok(());
        }
        let chars = stem.chars().count();
        for found in self.with_prefix(&tail_prefix(stem), Wanted::All, MAX_RELATIVES)? {
            let term = read_tail(&found.term);
            if term.chars().count() >= chars + MIN_HEAD_CHARS {
                alternatives.push(Alternative::one(term, ENDING, MatchKind::Parts));
            }
        }
        Ok(())
    }

    /// What an unknown or rare word is made of, if that is known: "16gb" of "16" and "gb", "login" of "log" and "in".
    fn divided(&mut self, unit: &Unit<'_>, typed: &str) -> Result<Option<Alternative>, V::Error> {
        if !self.is_rare(self.vocabulary.doc_freq(&unit.parts[0].text)?) || typed.len() > MAX_DIVIDED_BYTES {
            return Ok(None);
        }
        let word = self.analyzer.normalise_word(typed).to_owned();
        let mut best: Option<(f32, u32, Vec<String>)> = None;
        for (at, _) in word.char_indices() {
            let (first, second) = word.split_at(at);
            if first.is_empty() {
                continue;
            }
            let Some(weight) = self.division(first, second) else {
                continue;
            };
            let mut terms = Vec::new();
            let mut fewest = u32::MAX;
            for part in [first, second] {
                if fewest == 0 {
                    break;
                }
                let token = self.analyzer.terms(part, Mode::Query).into_iter().next();
                terms.extend(token.map(|token| token.text));
                fewest = fewest.min(terms.last().map_or(Ok(0), |term| self.vocabulary.doc_freq(term))?);
            }
            if fewest > 0 && (best.as_ref()).is_none_or(|best| (weight, fewest) > (best.0, best.1)) {
                best = Some((weight, fewest, terms));
            }
        }
        Ok(best.map(|(weight, _, terms)| Alternative {
            terms,
            weight,
            kind: MatchKind::Parts,
        }))
    }

    /// How far a word may be taken for these two.
    fn division(&self, first: &str, second: &str) -> Option<f32> {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let long = |part: &str, least: usize| char_start(part, least - 1).is_some();
        match (digit(first.chars().next_back()), digit(second.chars().next())) {
            (true, true) => None,
            (false, false) if self.analyzer.language().tag().starts_with("en") && PARTICLES.contains(&second) => {
                long(first, 3).then_some(DIVIDED)
            }
            (false, false) => (long(first, 2) && long(second, 2)).then_some(PERHAPS_DIVIDED),
            _ => Some(DIVIDED),
        }
    }

    /// Whether so few articles have a word that it may be written in another way elsewhere.
    fn is_rare(&self, doc_freq: u32) -> bool {
        doc_freq <= (self.vocabulary.doc_count() / RARE_SHARE).max(RARE_ARTICLES)
    }

    /// The longest known word that ends an unknown compound. It says what the thing is: a "Schnelltest" is a "Test".
    fn ending(&mut self, typed: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let word = self.analyzer.normalise_word(typed).to_owned();
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let latest = starts.len().saturating_sub(MIN_STEM_CHARS);
        let mut longest = None;
        for &start in starts.get(MIN_STEM_CHARS..=latest).unwrap_or_default() {
            // A stemmer cuts a word and the compound that ends with it at different places.
            for token in self.analyzer.terms(&word[start..], Mode::Query) {
                if self.vocabulary.doc_freq(&token.text)? > 0 && token.kind == TokenKind::Exact {
                    longest = longest.or(Some(token.text));
                }
            }
        }
        alternatives.extend(longest.map(|term| Alternative::one(term, ENDING, MatchKind::Parts)));
        Ok(())
    }

    fn weight(&self, alternatives: &[Alternative]) -> Result<f32, V::Error> {
        let count = self.vocabulary.doc_count();
        let mut most = 0;
        for alternative in alternatives
            .iter()
            .filter(|alternative| alternative.weight >= ONE_EDIT.min(TWO_EDITS))
        {
            // A phrase stands in no more articles than its rarest word.
            let mut fewest = u32::MAX;
            for term in &alternative.terms {
                fewest = fewest.min(self.vocabulary.doc_freq(term)?);
            }
            most = most.max(fewest);
        }
        Ok(idf(most, count) / idf(0, count))
    }
}

/// A term of the index that a word may mean.
struct Found {
    term: String,
    /// How many edits lie between the word and a form of the term.
    edits: usize,
}

/// Notes that a form of a term is so many edits away and stands in so many articles.
fn note(found: &mut TermMap<(usize, u32)>, term: &str, edits: usize, doc_freq: u32) {
    let known = found.get_or_insert_with(term, || (edits, doc_freq));
    *known = (edits.min(known.0), doc_freq.max(known.1));
}

/// Whether one of the alternatives is this term.
fn has(alternatives: &[Alternative], term: &str) -> bool {
    alternatives.iter().any(|alternative| alternative.terms == [term])
}

/// Whether longer words that begin with this stem are of its family.
pub(super) fn has_relatives(stem: &str) -> bool {
    char_start(stem, MIN_STEM_CHARS - 1).is_some() && !stem.bytes().any(|byte| byte.is_ascii_digit())
}

/// The beginnings of a stem that may be words of their own, longest first; one letter less is mostly an inflection.
pub(super) fn heads(stem: &str) -> impl Iterator<Item = &str> {
    let longest = stem.chars().count().saturating_sub(2);
    (MIN_STEM_CHARS..=longest)
        .rev()
        .filter_map(move |chars| Some(&stem[..char_start(stem, chars)?]))
}

/// What other words of the query, or rules, add to a word.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// Synonyms, each of one or several terms.
    pub(super) synonyms: Vec<Vec<String>>,
    /// What it is together with its neighbour, written as one.
    pub(super) joined: Vec<String>,
}

/// Two words of the query written as one.
const JOINED: f32 = 0.9;
/// One word of the query written as two: a number and its unit, a verb and its particle.
const DIVIDED: f32 = 0.8;
/// Any other word that two known ones make, which may be chance.
const PERHAPS_DIVIDED: f32 = 0.7;
/// What English verbs are written with apart, and the nouns made of them as one: "log in", "login".
const PARTICLES: [&str; 7] = ["in", "out", "up", "on", "off", "down", "over"];
/// Longer words are not divided.
const MAX_DIVIDED_BYTES: usize = 24;
/// A word is rare that no more articles have than this ...
const RARE_ARTICLES: u32 = 2;
/// ... or than one of so many.
const RARE_SHARE: u32 = 100;
/// What stands before the last word of a compound has so many letters at least.
const MIN_HEAD_CHARS: usize = 3;
/// Completions of the word being typed.
const COMPLETION: f32 = 0.8;
/// Without diacritics.
const FOLDED: f32 = 0.9;
/// One part of a compound alone, times the root of its share of the letters.
const PART: f32 = 0.7;
/// Synonyms.
const SYNONYM: f32 = 0.8;
/// Longer words that begin with the word.
const LONGER: f32 = 0.6;
/// The known word that a longer one begins with.
const HEAD: f32 = 0.5;
/// The known word that an unknown compound ends with.
const ENDING: f32 = 0.5;
/// Longer words tried.
const MAX_RELATIVES: usize = 20;
/// The most that a function word weighs.
const FUNCTION_WORD: f32 = 0.02;
/// One edit away.
const ONE_EDIT: f32 = 0.7;
/// Two edits away.
const TWO_EDITS: f32 = 0.5;
/// A longer word, or a shorter stem, for an unknown word.
const SHORTENED: f32 = 0.5;
/// Shorter beginnings say too little.
const MIN_STEM_CHARS: usize = 4;
/// Completions of a word that is being typed.
const MAX_COMPLETIONS: usize = 24;

/// How many completions are worth trying: two letters begin hundreds of words, and the next letter is on its way.
fn completions(prefix: &str) -> usize {
    match prefix.chars().count() {
        _ if !prefix.is_ascii() => MAX_COMPLETIONS,
        0 | 1 => 4,
        2 => 8,
        _ => MAX_COMPLETIONS,
    }
}
/// Corrections of an unknown word.
const MAX_CORRECTIONS: usize = 4;
