//! Query to plan: which terms to look for, and what each is worth. Every executor runs the same plan.
//!
//! A plan is a list of optional clauses, one a word (or compound, or bigram). A clause holds alternatives: the word
//! itself, its synonyms, completions of a word still being typed, and, only where the index does not know the word,
//! corrections and parts. An article scores the best of a clause's alternatives, and the sum over the clauses.
//! A question of ten words is never empty because one of them is missing.

mod frame;
mod planner;
mod syntax;
mod units;

use std::ops::Range;

pub use frame::content_words;
use frame::{Part, parts, sentences};
use planner::{Added, Ending, Planner};
use syntax::Syntax;
use units::{Unit, units};

use crate::analysis::{Analyzer, Mode, TokenKind};
use crate::collections::{TermMap, char_start, sort_short};
use crate::execute::Field;
use crate::tuning::Synonym;

/// Queries are cut at this many characters.
pub const MAX_QUERY_CHARS: usize = 5_000;
/// Of longer queries the rarest words count.
pub const MAX_CLAUSES: usize = 40;

/// What the planner asks of an index.
pub trait Vocabulary {
    /// What may go wrong while reading the index.
    type Error;

    /// How much was looked for that must be fetched first. An index made of files answers as if those that are not here
    /// held nothing. Where this number grows, what was found is incomplete, and nothing is to be concluded from it.
    fn waiting(&self) -> usize {
        0
    }

    /// The number of articles.
    fn doc_count(&self) -> u32;

    /// In how many articles the term stands, taken from the field where it stands in most; 0 if it is unknown.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn doc_freq(&self, term: &str) -> Result<u32, Self::Error>;

    /// Calls `visit` with every term that begins with `prefix` and its number of articles, in any order, possibly once
    /// a field. If only common terms are wanted, others ([`is_common`]) may be left out.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_with_prefix(
        &self,
        prefix: &str,
        wanted: Wanted,
        visit: &mut dyn FnMut(&str, u32),
    ) -> Result<(), Self::Error>;
}

/// The fields whose terms [`Vocabulary::for_each_with_prefix`] visits. Those of [`Field::Forms`] are entries that the
/// planner reads.
pub const PREFIXED: [Field; 6] = [
    Field::Title,
    Field::Questions,
    Field::Keywords,
    Field::Headings,
    Field::Body,
    Field::Forms,
];

/// Which terms a planner wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those that typing errors and beginnings of words are compared with.
    Common,
}

/// Whether a term is common enough to complete or correct what was typed to it: in a large index a word of a single
/// article is as likely an error of its own.
pub fn is_common(doc_freq: u32, doc_count: u32) -> bool {
    doc_freq > 1 || doc_count < LARGE_INDEX
}

/// Articles of a large index.
const LARGE_INDEX: u32 = 1_000;

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
    fn one(term: String, weight: f32, kind: MatchKind) -> Self {
        Self {
            terms: vec![term],
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
    /// Its sentence, in a message.
    pub sentence: Sentence,
    /// How much the word says: its idf over the highest possible, 0 to 1. "the" is near 0.
    pub weight: f32,
    /// Where it is looked for.
    pub fields: &'static [Field],
    /// Ways to satisfy it, best first.
    pub alternatives: Vec<Alternative>,
}

impl Clause {
    /// Whether it is looked for in every field, and so counts in what an article covers.
    pub fn is_everywhere(&self) -> bool {
        self.fields.len() == Field::ALL.len()
    }
}

/// A sentence of a message. A query counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    /// Its number, from 0.
    pub number: u32,
    /// Whether it is a question.
    pub asks: bool,
}

/// A correction of a word the index does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// As typed.
    pub typed: String,
    /// The best term found for it (a stem).
    pub term: String,
    /// Where it was typed, in bytes of the query.
    pub range: Range<usize>,
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The words, in the order of the query.
    pub clauses: Vec<Clause>,
    /// Words nothing in the index resembles, as typed.
    pub missing: Vec<String>,
    /// Words that were corrected, in the order of the query.
    pub corrections: Vec<Correction>,
    /// The exact terms of the query in order, which pins are compared with.
    pub terms: Vec<String>,
    /// The query as a whole ([`Analyzer::key`]): articles with this title, question or keyword come first.
    pub key: Option<String>,
    /// What stood in quotation marks.
    pub phrases: Vec<Phrase>,
    /// Terms of the words with a minus before them.
    pub excluded: Vec<String>,
}

/// Words that must stand side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// For each word the terms that may stand for it, and its distance from the first.
    pub words: Vec<(Vec<String>, u32)>,
}

/// How a query is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Typing {
    /// The query is complete.
    #[default]
    Finished,
    /// Its last word may still grow.
    AsYouType,
    /// It is a message: sentences without operators, of which the words count that say most.
    Message,
}

/// The terms of a phrase, and those of the phrases it also finds.
type SynonymRule = (Vec<String>, Vec<Vec<String>>);

/// Synonyms after analysis, found by their first term.
#[derive(Clone, Debug, Default)]
pub struct SynonymTable {
    by_first: TermMap<Vec<SynonymRule>>,
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
                let first = phrase[0].clone();
                let rules = table.by_first.get_or_insert_with(&first, Vec::new);
                rules.push((phrase, others));
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
    let query = shortened(query);
    let syntax = Syntax::parse(query, typing);
    let tokens = analyzer.terms(&syntax.text, Mode::Query);
    let units = units(&tokens);
    let terms: Vec<String> = units.iter().map(|unit| unit.term().to_owned()).collect();
    let parts = parts(&units, query, analyzer);
    let mut added: Vec<Added> = units.iter().map(|_| Added::default()).collect();
    add_synonyms(&terms, synonyms, &mut added);
    neighbours(&units, &parts, query, &syntax, analyzer, &mut |at, term| {
        added[at].joined.push(term.to_owned());
    });
    let mut planner = Planner {
        query,
        analyzer,
        vocabulary,
        plan: Plan::default(),
        waiting: 0,
    };
    let mut seen = TermMap::new();
    let mut repeated = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        if parts[index] == Part::Frame && !syntax.is_quoted(&unit.range) {
            continue;
        }
        // The same word again adds nothing.
        if !seen.insert(unit.term(), index) {
            repeated.push(unit);
            continue;
        }
        let ending = if syntax.is_quoted(&unit.range) {
            Ending::Quoted
        } else {
            ending(unit, typing, index + 1 == units.len(), query)
        };
        planner.clause(unit, ending, parts[index], &added[index])?;
    }
    if planner.plan.clauses.is_empty() && vocabulary.waiting() == 0 {
        planner.characters(&units)?;
    }
    let mut plan = planner.plan;
    for unit in repeated.into_iter().filter(|unit| !syntax.is_quoted(&unit.range)) {
        let first = seen.get(unit.term()).map(|index| &units[*index].range);
        if let Some(known) = plan.corrections.iter().find(|known| Some(&known.range) == first) {
            let again = Correction {
                typed: query[unit.range.clone()].to_owned(),
                term: known.term.clone(),
                range: unit.range.clone(),
            };
            plan.corrections.push(again);
        }
    }
    sort_short(&mut plan.corrections, |a, b| a.range.start < b.range.start);
    plan.terms = terms;
    plan.key = analyzer.key(query);
    plan.phrases = (syntax.phrases.iter())
        .map(|range| phrase(units.iter().filter(|unit| range.contains(&unit.range.start))))
        .filter(|phrase| phrase.words.len() > 1)
        .collect();
    for word in &syntax.excluded {
        plan.excluded.extend(phrase_terms(word, analyzer));
    }
    if typing == Typing::Message {
        let sentences = sentences(&units, query);
        for clause in &mut plan.clauses {
            let at = units.partition_point(|unit| unit.position < clause.position);
            clause.sentence = sentences.get(at).copied().unwrap_or_default();
        }
    }
    keep_rarest(&mut plan.clauses);
    widen_if_all_narrow(&mut plan.clauses);
    Ok(plan)
}

/// Calls `sink` with the number of a word and what it makes, written as one, with the word before or after it: "log in"
/// may be "login".
fn neighbours(
    units: &[Unit<'_>],
    parts: &[Part],
    query: &str,
    syntax: &Syntax,
    analyzer: &mut Analyzer,
    sink: &mut dyn FnMut(usize, &str),
) {
    let plain = |at: usize| {
        let unit = &units[at];
        unit.joined.is_none() && unit.parts[0].kind == TokenKind::Exact && !syntax.is_quoted(&unit.range)
    };
    for at in 1..units.len() {
        let (before, after) = (&units[at - 1].range, &units[at].range);
        if !(plain(at - 1) && plain(at)) || query.get(before.end..after.start) != Some(" ") {
            continue;
        }
        let mut word = query[before.clone()].to_owned();
        word.push_str(&query[after.clone()]);
        let tokens = analyzer.terms(&word, Mode::Query);
        for place in [at - 1, at] {
            if parts[place] == Part::Content
                && let Some(token) = tokens.first()
            {
                sink(place, &token.text);
            }
        }
    }
}

/// A query of function words alone is looked for everywhere: there is nothing else to go by.
fn widen_if_all_narrow(clauses: &mut [Clause]) {
    if !clauses.iter().any(Clause::is_everywhere) {
        for clause in clauses {
            clause.fields = &Field::ALL;
        }
    }
}

fn ending(unit: &Unit<'_>, typing: Typing, last: bool, query: &str) -> Ending {
    match typing {
        Typing::Message => Ending::Closed,
        // A word is being typed while nothing follows it.
        Typing::AsYouType if last && unit.range.end == query.len() => Ending::Open,
        _ if last => Ending::Perhaps,
        _ => Ending::Closed,
    }
}

fn phrase<'u>(units: impl Iterator<Item = &'u Unit<'u>>) -> Phrase {
    let mut first = None;
    let words = units
        .map(|unit| {
            let first = *first.get_or_insert(unit.position);
            let mut terms = vec![unit.term().to_owned()];
            terms.extend(unit.folded.iter().map(|folded| folded.text.clone()));
            (terms, unit.position - first)
        })
        .collect();
    Phrase { words }
}

/// What must be looked up for a query whatever the index holds; lets a host fetch it all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// A term.
    pub term: String,
    /// Which words that begin with it are wanted too.
    pub prefix: Option<Wanted>,
    /// Whether its postings will be read, if it is there.
    pub postings: bool,
}

/// The probes of a query.
pub fn probes(query: &str, typing: Typing, analyzer: &mut Analyzer) -> Vec<Probe> {
    let query = shortened(query);
    let syntax = Syntax::parse(query, typing);
    let tokens = analyzer.terms(&syntax.text, Mode::Query);
    let units = units(&tokens);
    let parts = parts(&units, query, analyzer);
    let mut narrow: Vec<bool> = (parts.iter()).map(|part| *part != Part::Content).collect();
    if narrow.iter().all(|narrow| *narrow) {
        narrow.fill(false);
    }
    let mut probes = Vec::new();
    let read = |term: String| Probe {
        term,
        prefix: None,
        postings: true,
    };
    neighbours(&units, &parts, query, &syntax, analyzer, &mut |_, term| {
        probes.push(read(term.to_owned()));
    });
    if let Some(key) = analyzer.key(query) {
        probes.push(read(key));
    }
    for (index, unit) in units.iter().enumerate().take(MAX_CLAUSES) {
        let open = ending(unit, typing, index + 1 == units.len(), query) == Ending::Open;
        for token in unit.joined.iter().chain(&unit.parts).chain(&unit.folded) {
            probes.push(Probe {
                term: token.text.clone(),
                prefix: (unit.joined.is_none() && !narrow[index] && planner::has_relatives(&token.text))
                    .then_some(Wanted::All),
                postings: !narrow[index],
            });
        }
        if open {
            probes.push(Probe {
                term: analyzer.fold_word(&query[unit.range.clone()]).to_owned(),
                prefix: Some(Wanted::Common),
                postings: false,
            });
        }
        if unit.joined.is_none() && !narrow[index] {
            probes.extend(planner::heads(&unit.parts[0].text).map(|head| Probe {
                term: head.to_owned(),
                prefix: None,
                postings: false,
            }));
        }
    }
    let excluded = syntax.excluded.iter().flat_map(|word| phrase_terms(word, analyzer));
    probes.extend(excluded.map(read));
    probes
}

fn shortened(query: &str) -> &str {
    &query[..char_start(query, MAX_QUERY_CHARS).unwrap_or(query.len())]
}

fn keep_rarest(clauses: &mut Vec<Clause>) {
    if clauses.len() > MAX_CLAUSES {
        sort_short(clauses, |a, b| a.weight > b.weight);
        clauses.truncate(MAX_CLAUSES);
        sort_short(clauses, |a, b| a.position < b.position);
    }
}

/// For each word of the query: what its synonyms, alone or as part of a phrase, add.
fn add_synonyms(terms: &[String], synonyms: &SynonymTable, added: &mut [Added]) {
    for (start, term) in terms.iter().enumerate() {
        for (phrase, others) in synonyms.starting_with(term) {
            if terms[start..].starts_with(phrase) {
                // Every word of the phrase is answered by the synonym, so that it counts for all of them.
                for added in &mut added[start..start + phrase.len()] {
                    added.synonyms.extend(others.iter().cloned());
                }
            }
        }
    }
}
