//! Query to plan: which terms to look for, and what each is worth. Every executor runs the same plan.
//!
//! A plan is a list of optional clauses, one a word (or compound, or bigram). A clause holds alternatives: the word
//! itself, its synonyms, completions of a word still being typed, and, only where the index does not know the word,
//! corrections and parts. An article scores the best of a clause's alternatives, and the sum over the clauses.
//! A question of ten words is never empty because one of them is missing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::analysis::{Analyzer, Mode, OwnedToken, TokenKind};
use crate::bm25::idf;
use crate::distance::{allowed_edits, edit_distance};
use crate::stopwords;
use crate::tuning::Synonym;

/// Queries are cut at this many characters.
pub const MAX_QUERY_CHARS: usize = 5_000;
/// Of longer queries the rarest words count.
pub const MAX_CLAUSES: usize = 40;
/// Completions of a word that is being typed.
const MAX_COMPLETIONS: usize = 24;
/// Corrections of an unknown word.
const MAX_CORRECTIONS: usize = 4;

/// What the planner asks of an index.
pub trait Vocabulary {
    /// What may go wrong while reading the index.
    type Error;

    /// The number of articles.
    fn doc_count(&self) -> u32;

    /// In how many articles the term stands, taken from the field where it stands in most; 0 if it is unknown.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn doc_freq(&self, term: &str) -> Result<u32, Self::Error>;

    /// Calls `visit` with every term that begins with `prefix` and its number of articles, in any order, possibly once
    /// a field.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_with_prefix(&self, prefix: &str, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Self::Error>;
}

/// Why an alternative is in a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchKind {
    /// The word itself, stemmed.
    Exact,
    /// The word without its diacritics.
    Folded,
    /// A compound written as one word.
    Joined,
    /// The parts of a compound, or one of them.
    Parts,
    /// A word that begins with what was typed, or whose stem the typed word continues.
    Prefix,
    /// A known word this many edits away from an unknown one.
    Typo(u8),
    /// A synonym.
    Synonym,
}

impl MatchKind {
    /// A word for it, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Folded => "folded",
            Self::Joined => "joined",
            Self::Parts => "part",
            Self::Prefix => "prefix",
            Self::Typo(_) => "typo",
            Self::Synonym => "synonym",
        }
    }
}

/// One way to satisfy a clause: all `terms` in one article.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// The terms; mostly one.
    pub terms: Vec<String>,
    /// Share of a full match, 0 to 1.
    pub weight: f32,
    /// Why it is here.
    pub kind: MatchKind,
}

impl Alternative {
    fn one(term: impl Into<String>, weight: f32, kind: MatchKind) -> Self {
        Self {
            terms: vec![term.into()],
            weight,
            kind,
        }
    }
}

/// One word of the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// As it was typed.
    pub text: String,
    /// Its place in the query, in words.
    pub position: u32,
    /// How many words it spans.
    pub words: u32,
    /// How much the word says: its idf over the highest possible, 0 to 1. "the" is near 0.
    pub weight: f32,
    /// Ways to satisfy it, best first.
    pub alternatives: Vec<Alternative>,
}

/// A correction of a word the index does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// As typed.
    pub typed: String,
    /// The best term found for it (a stem).
    pub term: String,
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The words, in the order of the query.
    pub clauses: Vec<Clause>,
    /// Words nothing in the index resembles, as typed.
    pub missing: Vec<String>,
    /// Words that were corrected.
    pub corrections: Vec<Correction>,
    /// The exact terms of the query in order, which pins are compared with.
    pub terms: Vec<String>,
}

/// How a query is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Typing {
    /// The query is complete.
    #[default]
    Finished,
    /// Its last word may still grow.
    AsYouType,
}

/// The terms of a phrase, and those of the phrases it also finds.
type SynonymRule = (Vec<String>, Vec<Vec<String>>);

/// Synonyms after analysis, found by their first term.
#[derive(Clone, Debug, Default)]
pub struct SynonymTable {
    by_first: HashMap<String, Vec<SynonymRule>>,
}

impl SynonymTable {
    /// Analyses the synonyms of an index.
    pub fn new(synonyms: &[Synonym], analyzer: &mut Analyzer) -> Self {
        let mut table = Self::default();
        for synonym in synonyms {
            let phrases = |words: &[String], analyzer: &mut Analyzer| {
                words
                    .iter()
                    .map(|word| phrase_terms(word, analyzer))
                    .filter(|terms| !terms.is_empty())
                    .collect()
            };
            let from: Vec<Vec<String>> = phrases(&synonym.from, analyzer);
            let to: Vec<Vec<String>> = phrases(&synonym.to, analyzer);
            for phrase in from {
                let others: Vec<_> = to.iter().filter(|other| **other != phrase).cloned().collect();
                table
                    .by_first
                    .entry(phrase[0].clone())
                    .or_default()
                    .push((phrase, others));
            }
        }
        table
    }

    fn starting_with(&self, term: &str) -> &[SynonymRule] {
        self.by_first.get(term).map_or(&[], Vec::as_slice)
    }
}

/// The terms that stand for a phrase: a compound by its joined form, a word by its stem.
pub fn phrase_terms(phrase: &str, analyzer: &mut Analyzer) -> Vec<String> {
    let tokens = analyzer.terms(phrase, Mode::Query);
    units(&tokens).iter().map(|unit| unit.term().to_owned()).collect()
}

/// Makes the plan of a query.
///
/// # Errors
/// If the vocabulary cannot be read.
pub fn plan<V: Vocabulary>(
    query: &str,
    typing: Typing,
    analyzer: &mut Analyzer,
    vocabulary: &V,
    synonyms: &SynonymTable,
) -> Result<Plan, V::Error> {
    let query = match query.char_indices().nth(MAX_QUERY_CHARS) {
        Some((end, _)) => &query[..end],
        None => query,
    };
    let tokens = analyzer.terms(query, Mode::Query);
    let units = units(&tokens);
    let terms: Vec<String> = units.iter().map(|unit| unit.term().to_owned()).collect();
    let synonymous = synonym_alternatives(&terms, synonyms);
    let mut planner = Planner {
        query,
        analyzer,
        vocabulary,
        plan: Plan::default(),
    };
    let mut seen = HashSet::new();
    for (index, unit) in units.iter().enumerate() {
        // The same word again adds nothing.
        if !seen.insert(unit.term()) {
            continue;
        }
        let last = index + 1 == units.len();
        let ending = match typing {
            // A word is being typed while nothing follows it.
            Typing::AsYouType if last && unit.range.end == query.len() => Ending::Open,
            _ if last => Ending::Perhaps,
            _ => Ending::Closed,
        };
        planner.clause(unit, ending, &synonymous[index])?;
    }
    let mut plan = planner.plan;
    plan.terms = terms;
    keep_rarest(&mut plan.clauses);
    Ok(plan)
}

fn keep_rarest(clauses: &mut Vec<Clause>) {
    if clauses.len() > MAX_CLAUSES {
        clauses.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.position.cmp(&b.position)));
        clauses.truncate(MAX_CLAUSES);
        clauses.sort_by_key(|clause| clause.position);
    }
}

/// For each word of the query: what its synonyms, alone or as part of a phrase, add.
fn synonym_alternatives(terms: &[String], synonyms: &SynonymTable) -> Vec<Vec<Vec<String>>> {
    let mut found = vec![Vec::new(); terms.len()];
    for (start, term) in terms.iter().enumerate() {
        for (phrase, others) in synonyms.starting_with(term) {
            if terms[start..].starts_with(phrase) {
                // Every word of the phrase is answered by the synonym, so that it counts for all of them.
                for added in &mut found[start..start + phrase.len()] {
                    added.extend(others.iter().cloned());
                }
            }
        }
    }
    found
}

/// The tokens of one word, bigram or compound.
#[derive(Debug)]
struct Unit<'a> {
    parts: Vec<&'a OwnedToken>,
    folded: Vec<&'a OwnedToken>,
    joined: Option<&'a OwnedToken>,
    range: Range<usize>,
    position: u32,
}

impl Unit<'_> {
    fn term(&self) -> &str {
        self.joined.map_or(&self.parts[0].text, |joined| &joined.text)
    }
}

/// Groups tokens: a joined token takes in the parts it spans.
fn units(tokens: &[OwnedToken]) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Folded => {
                if let Some(unit) = units.last_mut() {
                    unit.folded.push(token);
                }
            }
            TokenKind::Joined => {
                let first = units.iter().rposition(|unit| unit.range.start <= token.range.start);
                let members = units.split_off(first.unwrap_or(units.len()));
                if members.is_empty() {
                    continue;
                }
                let mut all = Unit {
                    parts: Vec::new(),
                    folded: Vec::new(),
                    joined: Some(token),
                    range: token.range.clone(),
                    position: token.position,
                };
                for member in members {
                    all.parts.extend(member.parts);
                    all.folded.extend(member.folded);
                }
                units.push(all);
            }
            TokenKind::Exact | TokenKind::Bigram | TokenKind::Unigram => units.push(Unit {
                parts: vec![token],
                folded: Vec::new(),
                joined: None,
                range: token.range.clone(),
                position: token.position,
            }),
        }
    }
    units
}

/// Whether a word may be the beginning of a longer one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Others follow it.
    Closed,
    /// It is the last; if the index does not know it, it may be unfinished.
    Perhaps,
    /// It is being typed.
    Open,
}

struct Planner<'a, V> {
    query: &'a str,
    analyzer: &'a mut Analyzer,
    vocabulary: &'a V,
    plan: Plan,
}

impl<V: Vocabulary> Planner<'_, V> {
    fn clause(&mut self, unit: &Unit<'_>, ending: Ending, synonyms: &[Vec<String>]) -> Result<(), V::Error> {
        let typed = &self.query[unit.range.clone()];
        let mut alternatives = self.own_alternatives(unit)?;
        if ending == Ending::Open || (alternatives.is_empty() && unit.parts[0].kind == TokenKind::Unigram) {
            self.complete(unit, &mut alternatives)?;
        }
        if alternatives.is_empty() && unit.joined.is_none() && unit.parts[0].kind == TokenKind::Exact {
            self.resemble(unit, typed, &mut alternatives)?;
        }
        if alternatives.is_empty() && ending == Ending::Perhaps {
            self.complete(unit, &mut alternatives)?;
        }
        let function_word = unit.joined.is_none() && self.is_function_word(typed);
        if unit.joined.is_none() && unit.parts[0].kind == TokenKind::Exact && !function_word {
            self.relatives(&unit.parts[0].text, &mut alternatives)?;
        }
        for terms in synonyms {
            alternatives.push(Alternative {
                terms: terms.clone(),
                weight: SYNONYM,
                kind: MatchKind::Synonym,
            });
        }
        let mut weight = self.weight(&alternatives)?;
        if function_word {
            weight = weight.min(FUNCTION_WORD);
        }
        if alternatives.is_empty() {
            if !function_word {
                self.plan.missing.push(typed.to_owned());
            }
            return Ok(());
        }
        self.plan.clauses.push(Clause {
            text: typed.to_owned(),
            position: unit.position,
            words: unit.parts.len() as u32,
            weight,
            alternatives,
        });
        Ok(())
    }

    fn is_function_word(&mut self, typed: &str) -> bool {
        let language = self.analyzer.language().clone();
        stopwords::is_function_word(language.tag(), self.analyzer.normalise_word(typed))
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
        for (term, _) in self.with_prefix(&prefix, MAX_COMPLETIONS)? {
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
    fn with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<(String, u32)>, V::Error> {
        let mut found: HashMap<String, u32> = HashMap::new();
        self.vocabulary.for_each_with_prefix(prefix, &mut |term, doc_freq| {
            if let Some(known) = found.get_mut(term) {
                *known = doc_freq.max(*known);
            } else {
                found.insert(term.to_owned(), doc_freq);
            }
        })?;
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found.truncate(limit);
        Ok(found)
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
            });
        }
        for (term, distance, _) in corrections {
            let weight = if distance <= 1 { ONE_EDIT } else { TWO_EDITS };
            alternatives.push(Alternative::one(term, weight, MatchKind::Typo(distance as u8)));
        }
        if alternatives.is_empty() && word.chars().count() >= MIN_STEM_CHARS {
            for (term, _) in self.with_prefix(&unit.parts[0].text, MAX_CORRECTIONS)? {
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
        let mut found: HashMap<String, (usize, u32)> = HashMap::new();
        let mut other = Vec::new();
        self.vocabulary
            .for_each_with_prefix(&word[0].to_string(), &mut |term, doc_freq| {
                if term.len() > word.len() * 4 + limit || term.bytes().any(|byte| byte.is_ascii_digit()) {
                    return;
                }
                other.clear();
                other.extend(term.chars());
                let near = |typed: &[char]| edit_distance(typed, &other, limit);
                if let Some(distance) = near(&stem).into_iter().chain(near(&word)).min() {
                    let known = found.entry(term.to_owned()).or_insert((distance, doc_freq));
                    known.1 = doc_freq.max(known.1);
                }
            })?;
        let mut found: Vec<_> = found
            .into_iter()
            .map(|(term, (edits, freq))| (term, edits, freq))
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
        if stem.chars().nth(MIN_STEM_CHARS - 1).is_none() || stem.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(());
        }
        let known = |alternatives: &[Alternative], term: &str| {
            alternatives.iter().any(|alternative| alternative.terms == [term])
        };
        for (term, _) in self.with_prefix(stem, MAX_RELATIVES)? {
            if !known(alternatives, &term) {
                alternatives.push(Alternative::one(term, LONGER, MatchKind::Prefix));
            }
        }
        let ends: Vec<usize> = stem.char_indices().map(|(at, _)| at).skip(MIN_STEM_CHARS).collect();
        for &end in ends.iter().rev().skip(1) {
            let head = &stem[..end];
            if self.vocabulary.doc_freq(head)? > 0 {
                if !known(alternatives, head) {
                    alternatives.push(Alternative::one(head, HEAD, MatchKind::Parts));
                }
                break;
            }
        }
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
