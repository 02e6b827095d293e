//! Inside a hit: which sections answer best, what to show of them, and which words to mark.
//!
//! Words are marked by analysing the text again and looking its terms up in the plan, so inflected, corrected and
//! synonymous words are marked as well. Results are byte ranges, never HTML.

use std::ops::Range;

use crate::analysis::{Analyzer, Mode};
use crate::collections::{TermMap, sort_short};
use crate::plan::Plan;
use crate::structure::{CELL, STEP_END, passages, step_digit};

/// Words that weigh less than this share of the query's weightiest word ("the", "how") are not marked.
const MARKED_SHARE: f32 = 0.3;

/// What is worth less than this share of a full match is not marked: the "e" of "E-4017", the "in" of "log-in".
const MARKED_QUALITY: f32 = 0.45;

/// What a word in a heading is worth, compared with one in the text.
const HEADING: f32 = 1.5;

/// Finds the words of a plan in texts.
#[derive(Debug)]
pub struct Highlighter<'a> {
    plan: &'a Plan,
    /// Term to clause and weight of the alternative.
    terms: TermMap<Vec<(usize, f32)>>,
    /// Alternatives of several words, which are found where these stand side by side.
    phrases: Vec<Words<'a>>,
    /// The terms of these alternatives.
    phrase_terms: TermMap<()>,
    heaviest: f32,
}

/// An alternative of several words.
#[derive(Debug)]
struct Words<'a> {
    terms: &'a [String],
    clause: usize,
    quality: f32,
}

/// A word of the text that may be part of an alternative of several.
#[derive(Debug)]
struct Word {
    term: String,
    /// The positions it spans, in words.
    span: Range<u32>,
    range: Range<usize>,
}

/// A matched word.
#[derive(Clone, Debug, PartialEq)]
struct Match {
    range: Range<usize>,
    clause: usize,
    quality: f32,
}

/// A piece of text with the matched words in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The text, on one line, with `…` where a sentence was cut.
    pub text: String,
    /// Byte ranges of the matched words, ascending, not overlapping.
    pub highlights: Vec<Range<usize>>,
}

/// A section's share in the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SectionScore {
    /// The section's number.
    pub section: usize,
    /// Comparable within one article and query only.
    pub score: f32,
}

impl<'a> Highlighter<'a> {
    /// Prepares a plan for looking its terms up.
    pub fn new(plan: &'a Plan) -> Self {
        let mut terms: TermMap<Vec<(usize, f32)>> = TermMap::new();
        let mut phrases = Vec::new();
        let mut phrase_terms = TermMap::new();
        for (clause, content) in plan.clauses.iter().enumerate() {
            for alternative in &content.alternatives {
                let quality = alternative.weight;
                if let [term] = alternative.terms.as_slice() {
                    terms.get_or_insert_with(term, Vec::new).push((clause, quality));
                    continue;
                }
                for term in &alternative.terms {
                    phrase_terms.insert(term, ());
                }
                phrases.push(Words {
                    terms: &alternative.terms,
                    clause,
                    quality,
                });
            }
        }
        let heaviest = plan.clauses.iter().map(|clause| clause.weight).fold(0.0, f32::max);
        Self {
            plan,
            terms,
            phrases,
            phrase_terms,
            heaviest,
        }
    }

    /// The byte ranges of matched words in `text`, ascending, not overlapping.
    pub fn ranges(&self, text: &str, analyzer: &mut Analyzer) -> Vec<Range<usize>> {
        self.marks(&self.matches(text, analyzer))
    }

    /// Sections with a match, best first; equal ones in their order. `sections` are headings with their texts.
    pub fn rank<'t>(
        &self,
        sections: impl IntoIterator<Item = (&'t str, &'t str)>,
        analyzer: &mut Analyzer,
    ) -> Vec<SectionScore> {
        let mut ranked = Vec::new();
        for (section, (heading, text)) in sections.into_iter().enumerate() {
            let mut best = vec![0.0_f32; self.plan.clauses.len()];
            let mut often = vec![0.0_f32; self.plan.clauses.len()];
            for found in self.matches(heading, analyzer) {
                best[found.clause] = best[found.clause].max(found.quality * HEADING);
            }
            for found in self.matches(text, analyzer) {
                best[found.clause] = best[found.clause].max(found.quality);
                often[found.clause] += 1.0;
            }
            let score = (self.plan.clauses.iter().zip(best).zip(often))
                // Repetition saturates, as in BM25.
                .map(|((clause, best), often)| clause.weight * best * (1.0 + 0.3 * often / (often + 2.0)))
                .sum();
            if score > 0.0 {
                ranked.push(SectionScore { section, score });
            }
        }
        sort_short(&mut ranked, |a, b| a.score > b.score);
        ranked
    }

    /// The part of `text` that shows most of the query, at most about `max_chars` characters long: whole sentences, steps
    /// and rows, where one is not longer by itself.
    pub fn excerpt(&self, text: &str, max_chars: usize, analyzer: &mut Analyzer) -> Excerpt {
        let matches = self.matches(text, analyzer);
        let (window, is_cut) = self.window(text, &matches, max_chars);
        let inside: Vec<Match> = matches
            .into_iter()
            .filter(|found| found.range.start >= window.start && found.range.end <= window.end)
            .collect();
        on_one_line(text, window, is_cut, self.marks(&inside))
    }

    fn matches(&self, text: &str, analyzer: &mut Analyzer) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        // Where the word ends that was read last; a joined form follows its parts.
        let mut end = 0;
        analyzer.tokenize(text, Mode::Query, &mut |token| {
            end = end.max(token.position + 1);
            for &(clause, quality) in self.terms.get(token.text).into_iter().flatten() {
                matches.push(Match {
                    range: token.from..token.to,
                    clause,
                    quality,
                });
            }
            if self.phrase_terms.get(token.text).is_some() {
                words.push(Word {
                    term: token.text.to_owned(),
                    span: token.position..end,
                    range: token.from..token.to,
                });
            }
        });
        if !words.is_empty() {
            sort_short(&mut words, |a, b| a.span.start < b.span.start);
            for phrase in &self.phrases {
                phrase.find(&words, &mut matches);
            }
            sort_short(&mut matches, |a, b| a.range.start < b.range.start);
        }
        matches
    }

    fn marks(&self, matches: &[Match]) -> Vec<Range<usize>> {
        let weighs = |found: &&Match| {
            self.plan.clauses[found.clause].weight >= self.heaviest * MARKED_SHARE && found.quality >= MARKED_QUALITY
        };
        let mut ranges: Vec<_> = matches.iter().filter(weighs).map(|found| found.range.clone()).collect();
        sort_short(&mut ranges, |a, b| (a.start, a.end) < (b.start, b.end));
        let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        merged
    }

    /// The byte range to show: of the passages that go together the first with the greatest weight of different words, and
    /// those before them that there is room for. Says whether it begins and ends within a passage.
    fn window(&self, text: &str, matches: &[Match], max_chars: usize) -> (Range<usize>, [bool; 2]) {
        let chars = text.chars().count().max(1);
        let limit = max_chars * text.len() / chars;
        let passages = passages(text);
        let inside = |range: &Range<usize>| {
            let from = matches.partition_point(|found| found.range.start < range.start);
            let to = matches.partition_point(|found| found.range.start < range.end);
            &matches[from..to]
        };
        let mut best = (f32::MIN, 0, 0..0);
        let mut end = 0;
        for (first, passage) in passages.iter().enumerate() {
            if !matches.is_empty() && inside(passage).is_empty() {
                continue;
            }
            end = end.max(first + 1);
            while passages.get(end).is_some_and(|next| next.end <= passage.start + limit) {
                end += 1;
            }
            let window = passage.start..passages[end - 1].end;
            let value = self.value(inside(&window));
            if value > best.0 + f32::EPSILON {
                best = (value, first, window);
            }
        }
        let (_, first, mut window) = best;
        if window.len() > limit {
            return self.part(text, &window, inside(&window), limit);
        }
        for before in passages[..first].iter().rev() {
            if window.end > before.start + limit {
                break;
            }
            window.start = before.start;
        }
        (window, [false; 2])
    }

    /// The same within a passage that is too long: opened and closed at words.
    fn part(&self, text: &str, passage: &Range<usize>, matches: &[Match], limit: usize) -> (Range<usize>, [bool; 2]) {
        let mut best = (f32::MIN, passage.start..passage.start);
        let mut end = 0;
        for start in 0..matches.len() {
            end = end.max(start + 1);
            while end < matches.len() && matches[end].range.end <= matches[start].range.start + limit {
                end += 1;
            }
            let value = self.value(&matches[start..end]);
            if value > best.0 + f32::EPSILON {
                best = (value, matches[start].range.start..matches[end - 1].range.end);
            }
        }
        let found = best.1;
        let slack = limit.saturating_sub(found.len());
        let start = opening(text, found.start, slack * 2 / 3, passage.start);
        let end = text
            .floor_char_boundary((start + limit).max(found.end))
            .min(passage.end);
        let end = closing(text, end, found.end.max(start));
        (start..end, [start > passage.start, end < passage.end])
    }

    fn value(&self, matches: &[Match]) -> f32 {
        let mut best = vec![0.0_f32; self.plan.clauses.len()];
        for found in matches {
            best[found.clause] = best[found.clause].max(found.quality);
        }
        self.plan
            .clauses
            .iter()
            .zip(best)
            .map(|(clause, best)| clause.weight * best)
            .sum()
    }
}

impl Words<'_> {
    /// Adds the places where all words stand side by side. `words` are sorted by position.
    fn find(&self, words: &[Word], matches: &mut Vec<Match>) {
        let Some((first, rest)) = self.terms.split_first() else {
            return;
        };
        for start in words.iter().filter(|word| word.term == *first) {
            let follows = |before: &Word, term: &String| {
                let at = before.span.end;
                let from = words.partition_point(|word| word.span.start < at);
                let mut there = words[from..].iter().take_while(|word| word.span.start == at);
                there.find(|word| word.term == *term)
            };
            let last = rest.iter().try_fold(start, follows);
            if let Some(last) = last {
                matches.push(Match {
                    range: start.range.start..last.range.end.max(start.range.end),
                    clause: self.clause,
                    quality: self.quality,
                });
            }
        }
    }
}

/// The window's text with runs of white space as one space, with a dot between lines that end without a sign, cells and
/// steps as people write them, and the marked ranges where they are then. It begins or ends with `…` where it is cut.
fn on_one_line(text: &str, window: Range<usize>, is_cut: [bool; 2], mut marks: Vec<Range<usize>>) -> Excerpt {
    let mut line = String::with_capacity(window.len() + 6);
    if is_cut[0] {
        line.push('…');
    }
    let first = line.len();
    let mut ends = marks
        .iter_mut()
        .flat_map(|range| [&mut range.start, &mut range.end])
        .peekable();
    let mut gap = "";
    // Where the row began that is being read, and whether its first cell is behind.
    let mut row = first;
    let mut is_named = false;
    for (offset, c) in text[window.clone()].char_indices() {
        let is_space = c.is_whitespace() || c.is_control() || c == CELL || c == STEP_END;
        if c == '\n' {
            gap = BETWEEN_LINES;
            (row, is_named) = (line.len(), false);
        } else if c == CELL && line.len() > row {
            gap = if is_named && gap != ": " { ", " } else { ": " };
            is_named = true;
        } else if c == STEP_END {
            gap = ". ";
        } else if is_space && gap.is_empty() {
            gap = " ";
        } else if !is_space && line.len() > first {
            line.push_str(if gap.len() > 1 && gap != ". " && ends_with_sign(&line) {
                " "
            } else {
                gap
            });
        }
        while let Some(end) = ends.next_if(|end| **end <= window.start + offset) {
            *end = line.len();
        }
        if !is_space {
            line.push(step_digit(c).unwrap_or(c));
            gap = "";
        }
    }
    for end in ends {
        *end = line.len();
    }
    line.truncate(line.trim_end().len());
    if is_cut[1] {
        line.push('…');
    }
    Excerpt {
        text: line,
        highlights: marks,
    }
}

/// A text on one line, with a dot between lines that end without a sign.
pub fn one_line(text: &str) -> String {
    on_one_line(text, 0..text.len(), [false; 2], Vec::new()).text
}

/// What stands between lines that are put on one.
const BETWEEN_LINES: &str = " · ";

/// Whether a sign of punctuation ends the text, or stands before the quotation mark or bracket that does.
fn ends_with_sign(text: &str) -> bool {
    let is_closing = |c: &char| matches!(c, '"' | '\'' | '”' | '“' | '’' | '»' | ')' | ']' | '」' | '）');
    let last = text.chars().rev().find(|c| !is_closing(c)).unwrap_or_default();
    matches!(
        last,
        '.' | '!'
            | '?'
            | ':'
            | ';'
            | ','
            | '…'
            | '。'
            | '！'
            | '？'
            | '：'
            | '；'
            | '，'
            | '、'
            | '؟'
            | '؛'
            | '،'
            | '।'
    )
}

/// Where to begin so that `at` is shown with something before it: at a word, not before `least`.
fn opening(text: &str, at: usize, slack: usize, least: usize) -> usize {
    let lowest = text.ceil_char_boundary(at.saturating_sub(slack));
    if lowest <= least {
        return least.min(at);
    }
    let word = text[lowest..at].find(char::is_whitespace);
    word.map_or(lowest, |offset| at - text[lowest + offset..at].trim_start().len())
}

/// The last end of a word before `end`, but not before `least`.
fn closing(text: &str, end: usize, least: usize) -> usize {
    if end >= text.len() || text[end..].starts_with(char::is_whitespace) {
        return end;
    }
    text[least..end]
        .rfind(char::is_whitespace)
        .map_or(end, |offset| least + offset)
}
