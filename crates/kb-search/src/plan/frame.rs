//! Which words of a query carry matter, which grammar, and which only frame the question.

use super::Sentence;
use super::units::{Unit, units};
use crate::analysis::{Analyzer, Mode, TokenKind};
use crate::stopwords::{Role, role};

/// A function word farther than this from a word that carries matter belongs to a frame: "I was wondering whether you
/// could tell me" does not make another question of "how do I reset it".
const NEAR_WORDS: usize = 5;

/// Of so many words in a row that are function words or words of frames none says what the question is about. Measured:
/// shorter runs stand in questions ("how can I find out").
const LONG_RUN: usize = 7;

/// What ends a sentence, or leads to the next.
const SENTENCE_ENDS: &[char] = &['.', '!', '?', ':', ';', '\n', '。', '！', '？', '؟', '।'];

/// What ends a question.
const QUESTION_MARKS: &[char] = &['?', '？', '؟'];

/// What a word does in its query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// It says what the question is about.
    Content,
    /// It says how the question is put.
    Grammar,
    /// It is part of a polite frame and says nothing.
    Frame,
}

/// What each word does.
pub(super) fn parts(units: &[Unit<'_>], query: &str, analyzer: &mut Analyzer) -> Vec<Part> {
    let words: Vec<(Role, u32)> = roles(units, query, analyzer).collect();
    let carries = decided(&words);
    if !carries.contains(&true) {
        // There is nothing else to go by.
        return (words.iter())
            .map(|(role, _)| {
                if *role == Role::Function {
                    Part::Grammar
                } else {
                    Part::Content
                }
            })
            .collect();
    }
    let is_near = |at: usize| {
        let from = at.saturating_sub(NEAR_WORDS);
        let to = (at + NEAR_WORDS + 1).min(words.len());
        (from..to).any(|other| carries[other] && words[other].1 == words[at].1)
    };
    (0..words.len())
        .map(|at| match carries[at] {
            true => Part::Content,
            false if is_near(at) => Part::Grammar,
            false => Part::Frame,
        })
        .collect()
}

/// The sentence of each word.
pub(super) fn sentences(units: &[Unit<'_>], query: &str) -> Vec<Sentence> {
    let mut sentences = Vec::with_capacity(units.len());
    let mut number = 0;
    for (at, unit) in units.iter().enumerate() {
        let next = units.get(at + 1).map_or(query.len(), |next| next.range.start);
        let gap = query.get(unit.range.end..next).unwrap_or_default();
        if at + 1 == units.len() || gap.contains(SENTENCE_ENDS) {
            let asks = gap.contains(QUESTION_MARKS);
            sentences.resize(at + 1, Sentence { number, asks });
            number += 1;
        }
    }
    sentences
}

/// The role of each word, and the number of its sentence.
fn roles(units: &[Unit<'_>], query: &str, analyzer: &mut Analyzer) -> impl Iterator<Item = (Role, u32)> {
    let language = analyzer.language().clone();
    // "US" and "IT" are no function words, unless everything is in capitals.
    let shouts = !query.bytes().any(|byte| byte.is_ascii_lowercase());
    (units.iter().zip(sentences(units, query))).map(move |(unit, sentence)| {
        let word = &query[unit.range.clone()];
        let is_name = !shouts && word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
        let role = if unit.joined.is_some() || unit.parts[0].kind != TokenKind::Exact || is_name {
            Role::Content
        } else {
            role(language.tag(), analyzer.normalise_word(word))
        };
        (role, sentence.number)
    })
}

/// How many words of a text carry matter.
pub fn content_words(text: &str, analyzer: &mut Analyzer) -> usize {
    let tokens = analyzer.terms(text, Mode::Query);
    let units = units(&tokens);
    roles(&units, text, analyzer)
        .filter(|word| word.0 == Role::Content)
        .count()
}

/// Whether each word, given its role and the number of its sentence, carries matter. A word of frames does not in a
/// long run of function words, nor in a sentence without any other.
fn decided(words: &[(Role, u32)]) -> Vec<bool> {
    let mut decided = Vec::with_capacity(words.len());
    for sentence in words.chunk_by(|a, b| a.1 == b.1) {
        let has_content = sentence.iter().any(|word| word.0 == Role::Content);
        for run in sentence.chunk_by(|a, b| (a.0 == Role::Content) == (b.0 == Role::Content)) {
            let frames = !has_content || (run.len() >= LONG_RUN && run.iter().any(|word| word.0 == Role::Function));
            decided.extend(run.iter().map(|word| match word.0 {
                Role::Content => true,
                Role::Frame => !frames,
                Role::Function => false,
            }));
        }
    }
    decided
}
