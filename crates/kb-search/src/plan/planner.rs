//! The making of clauses: what a word of the query may mean to this index.

use super::frame::Part;
use super::units::Unit;
use super::{Alternative, Clause, Correction, MAX_CLAUSES, MatchKind, Plan, Vocabulary, Wanted, is_common};
use crate::analysis::{Analyzer, Mode, TokenKind};
use crate::bm25::idf;
use crate::collections::TermMap;
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
}

impl<V: Vocabulary> Planner<'_, V> {
    /// Adds the clause of a word to the plan.
    pub(super) fn clause(
        &mut self,
        unit: &Unit<'_>,
        ending: Ending,
        part: Part,
        synonyms: &[Vec<String>],
    ) -> Result<(), V::Error> {
        let typed = &self.query[unit.range.clone()];
        let mut alternatives = self.own_alternatives(unit)?;
        if ending == Ending::Open || (alternatives.is_empty() && unit.parts[0].kind == TokenKind::Unigram) {
            self.complete(unit, &mut alternatives)?;
        }
        let plain = unit.joined.is_none() && unit.parts[0].kind == TokenKind::Exact && ending != Ending::Quoted;
        let function_word = part != Part::Content;
        if alternatives.is_empty() && plain && !function_word {
            self.resemble(unit, typed, &mut alternatives)?;
        }
        if alternatives.is_empty() && ending == Ending::Perhaps && !function_word {
            self.complete(unit, &mut alternatives)?;
        }
        if plain && !function_word {
            let stem = &unit.parts[0].text;
            self.relatives(stem, &mut alternatives)?;
            if self.analyzer.language().compounds() && self.vocabulary.doc_freq(stem)? == 0 {
                self.ending(typed, &mut alternatives)?;
            }
        }
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
            let second = term.char_indices().nth(1).map_or(term.len(), |(at, _)| at);
            for character in [&term[..second], &term[second..]] {
                let known = self.plan.clauses.iter().any(|clause| clause.text == character);
                let alternatives: Vec<_> = (self
                    .with_prefix(character, Wanted::Common, MAX_COMPLETIONS)?
                    .into_iter())
                .map(|(term, _)| Alternative::one(term, SHORTENED, MatchKind::Prefix))
                .collect();
                if !known && !character.is_empty() && !alternatives.is_empty() {
                    let weight = self.weight(&alternatives)?;
                    let (text, position) = (character.to_owned(), unit.position);
                    self.plan.clauses.push(Clause {
                        text,
                        position,
                        words: 1,
                        weight,
                        fields: &Field::ALL,
                        alternatives,
                    });
                }
            }
        }
        Ok(())
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
        let mut add = |vocabulary: &V, terms: &[&str], weight, kind| -> Result<(), V::Error> {
            for term in terms {
                if vocabulary.doc_freq(term)? == 0 {
                    return Ok(());
                }
            }
            let terms = terms.iter().map(|&term| term.to_owned()).collect();
            alternatives.push(Alternative { terms, weight, kind });
            Ok(())
        };
        if let Some(joined) = unit.joined {
            add(self.vocabulary, &[&joined.text], 1.0, MatchKind::Joined)?;
            let parts: Vec<&str> = unit.parts.iter().map(|part| part.text.as_str()).collect();
            if parts.len() > 1 {
                add(self.vocabulary, &parts, 1.0, MatchKind::Parts)?;
            }
            let length: usize = parts.iter().map(|part| part.len()).sum();
            for part in &parts {
                let share = part.len() as f32 / length.max(1) as f32;
                add(self.vocabulary, &[part], PART * share.sqrt(), MatchKind::Parts)?;
            }
        } else {
            add(self.vocabulary, &[&unit.parts[0].text], 1.0, MatchKind::Exact)?;
            for folded in &unit.folded {
                add(self.vocabulary, &[&folded.text], FOLDED, MatchKind::Folded)?;
            }
        }
        Ok(alternatives)
    }

    /// Words that begin with what was typed so far.
    fn complete(&mut self, unit: &Unit<'_>, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let typed = &self.query[unit.range.clone()];
        let prefix = match unit.parts[0].kind {
            TokenKind::Exact if unit.joined.is_none() => self.analyzer.normalise_word(typed).to_owned(),
            _ => unit.term().to_owned(),
        };
        let known = !alternatives.is_empty();
        for (term, _) in self.with_prefix(&prefix, Wanted::Common, completions(&prefix))? {
            if !alternatives
                .iter()
                .any(|alternative| alternative.terms == [term.as_str()])
            {
                alternatives.push(Alternative::one(term, COMPLETION, MatchKind::Prefix));
            }
        }
        if !known && alternatives.is_empty() {
            self.shorten(&prefix, alternatives)?;
        }
        Ok(())
    }

    /// The commonest terms with a prefix.
    fn with_prefix(&self, prefix: &str, wanted: Wanted, limit: usize) -> Result<Vec<(String, u32)>, V::Error> {
        let mut found = TermMap::new();
        self.vocabulary
            .for_each_with_prefix(prefix, wanted, &mut |term, doc_freq| {
                let known = found.get_or_insert_with(term, || doc_freq);
                *known = doc_freq.max(*known);
            })?;
        let count = self.vocabulary.doc_count();
        let mut found: Vec<(&str, u32)> = (found.iter())
            .map(|(term, doc_freq)| (term, *doc_freq))
            .filter(|(_, doc_freq)| wanted == Wanted::All || is_common(*doc_freq, count))
            .collect();
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        found.truncate(limit);
        Ok(found
            .into_iter()
            .map(|(term, doc_freq)| (term.to_owned(), doc_freq))
            .collect())
    }

    /// A word that is being typed runs past its stem before it is complete: "deleti" to "delet".
    fn shorten(&self, word: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let ends: Vec<usize> = word.char_indices().skip(MIN_STEM_CHARS).map(|(at, _)| at).collect();
        for &end in ends.iter().rev().take(3) {
            if self.vocabulary.doc_freq(&word[..end])? > 0 {
                alternatives.push(Alternative::one(&word[..end], SHORTENED, MatchKind::Prefix));
                return Ok(());
            }
        }
        Ok(())
    }

    /// What an unknown word may mean: a known word few edits away, a longer word, a known stem.
    fn resemble(&mut self, unit: &Unit<'_>, typed: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let word = self.analyzer.normalise_word(typed).to_owned();
        let corrections = self.corrections(&unit.parts[0].text, &word)?;
        if let Some((best, ..)) = corrections.first() {
            self.plan.corrections.push(Correction {
                typed: typed.to_owned(),
                term: best.clone(),
                range: unit.range.clone(),
            });
        }
        for (term, distance, _) in corrections {
            let weight = if distance <= 1 { ONE_EDIT } else { TWO_EDITS };
            alternatives.push(Alternative::one(term, weight, MatchKind::Typo(distance as u8)));
        }
        if alternatives.is_empty() && word.chars().count() >= MIN_STEM_CHARS {
            for (term, _) in self.with_prefix(&unit.parts[0].text, Wanted::All, MAX_CORRECTIONS)? {
                alternatives.push(Alternative::one(term, SHORTENED, MatchKind::Prefix));
            }
            if alternatives.is_empty() {
                self.shorten(&word, alternatives)?;
            }
        }
        Ok(())
    }

    /// Known words near an unknown one: fewest edits first, then the commonest. The first letter is taken as right.
    fn corrections(&self, stem: &str, word: &str) -> Result<Vec<(String, usize, u32)>, V::Error> {
        let (stem, word): (Vec<char>, Vec<char>) = (stem.chars().collect(), word.chars().collect());
        let limit = allowed_edits(word.len());
        if limit == 0 || word.iter().any(char::is_ascii_digit) {
            return Ok(Vec::new());
        }
        let mut found: TermMap<(usize, u32)> = TermMap::new();
        let mut other = Vec::new();
        self.vocabulary
            .for_each_with_prefix(&word[0].to_string(), Wanted::Common, &mut |term, doc_freq| {
                if term.len() > word.len() * 4 + limit || term.bytes().any(|byte| byte.is_ascii_digit()) {
                    return;
                }
                other.clear();
                other.extend(term.chars());
                let near = |typed: &[char]| edit_distance(typed, &other, limit);
                if let Some(distance) = near(&stem).into_iter().chain(near(&word)).min() {
                    let known = found.get_or_insert_with(term, || (distance, doc_freq));
                    known.1 = doc_freq.max(known.1);
                }
            })?;
        let count = self.vocabulary.doc_count();
        let mut found: Vec<_> = (found.iter())
            .map(|(term, &(edits, freq))| (term.to_owned(), edits, freq))
            .filter(|found| is_common(found.2, count))
            .collect();
        found.sort_unstable_by(|a, b| a.1.cmp(&b.1).then(b.2.cmp(&a.2)).then_with(|| a.0.cmp(&b.0)));
        // Two edits only where one finds nothing.
        let fewest = found.first().map_or(0, |best| best.1);
        found.retain(|near| near.1 == fewest);
        found.truncate(MAX_CORRECTIONS);
        Ok(found)
    }

    /// Words of the same family: those that the stem begins ("test": "testlauf"), and the known word that begins it
    /// ("testlauf": "test"). This is what finds compounds, and inflections that the stemmer leaves apart.
    fn relatives(&self, stem: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        if !has_relatives(stem) {
            return Ok(());
        }
        let known = |alternatives: &[Alternative], term: &str| {
            alternatives.iter().any(|alternative| alternative.terms == [term])
        };
        for (term, _) in self.with_prefix(stem, Wanted::All, MAX_RELATIVES)? {
            if !known(alternatives, &term) {
                alternatives.push(Alternative::one(term, LONGER, MatchKind::Prefix));
            }
        }
        for head in heads(stem) {
            if self.vocabulary.doc_freq(head)? > 0 {
                if !known(alternatives, head) {
                    alternatives.push(Alternative::one(head, HEAD, MatchKind::Parts));
                }
                break;
            }
        }
        Ok(())
    }

    /// The longest known word that ends an unknown compound. It says what the thing is: a "Schnelltest" is a "Test".
    fn ending(&mut self, typed: &str, alternatives: &mut Vec<Alternative>) -> Result<(), V::Error> {
        let word = self.analyzer.normalise_word(typed).to_owned();
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
        let latest = starts.len().saturating_sub(MIN_STEM_CHARS);
        let mut longest = None;
        let mut outcome = Ok(());
        for &start in starts.get(MIN_STEM_CHARS..=latest).unwrap_or_default() {
            // A stemmer cuts a word and the compound that ends with it at different places.
            for token in self.analyzer.terms(&word[start..], Mode::Query) {
                match self.vocabulary.doc_freq(&token.text) {
                    Ok(0) => {}
                    Ok(_) if token.kind == TokenKind::Exact => longest = longest.or(Some(token.text)),
                    Ok(_) => {}
                    // An index that comes in parts is told at once all that is missing.
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
        }
        outcome?;
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

/// Whether longer words that begin with this stem are of its family.
pub(super) fn has_relatives(stem: &str) -> bool {
    stem.chars().nth(MIN_STEM_CHARS - 1).is_some() && !stem.bytes().any(|byte| byte.is_ascii_digit())
}

/// The beginnings of a stem that may be words of their own, longest first; one letter less is mostly an inflection.
pub(super) fn heads(stem: &str) -> impl Iterator<Item = &str> {
    let ends = stem.char_indices().map(|(at, _)| at);
    let longest = stem.chars().count().saturating_sub(2);
    (MIN_STEM_CHARS..=longest)
        .rev()
        .filter_map(move |chars| Some(&stem[..ends.clone().nth(chars)?]))
}

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
