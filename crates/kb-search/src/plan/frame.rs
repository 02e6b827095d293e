//! Which words of a query carry matter, which grammar, and which only frame the question.

use super::units::Unit;
use crate::analysis::{Analyzer, TokenKind};
use crate::stopwords::{Role, role};

/// A function word farther than this from a word that carries matter belongs to a frame: "I was wondering whether you
/// could tell me" does not make another question of "how do I reset it".
const NEAR_WORDS: usize = 5;

/// Of so many words in a row that are function words or words of frames none says what the question is about. Measured:
/// shorter runs stand in questions ("how can I find out").
const LONG_RUN: usize = 7;

/// What ends a sentence, or leads to the next.
const SENTENCE_ENDS: &[u8] = b".!?:;\n";

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
    let language = analyzer.language().clone();
    // "US" and "IT" are no function words, unless everything is in capitals.
    let shouts = !query.bytes().any(|byte| byte.is_ascii_lowercase());
    let mut sentence = 0;
    let mut end = 0;
    let words: Vec<(Role, usize)> = (units.iter())
        .map(|unit| {
            let gap = query.get(end..unit.range.start).unwrap_or_default();
            sentence += usize::from(gap.bytes().any(|byte| SENTENCE_ENDS.contains(&byte)));
            end = unit.range.end;
            let word = &query[unit.range.clone()];
            let is_name = !shouts && word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
            let role = if unit.joined.is_some() || unit.parts[0].kind != TokenKind::Exact || is_name {
                Role::Content
            } else {
                role(language.tag(), analyzer.normalise_word(word))
            };
            (role, sentence)
        })
        .collect();
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

/// Whether each word, given its role and the number of its sentence, carries matter. A word of frames does not in a
/// long run of function words, nor in a sentence without any other.
fn decided(words: &[(Role, usize)]) -> Vec<bool> {
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
