//! What is shown of a hit: its best sections.

use std::ops::Range;

use crate::analysis::Analyzer;
use crate::sections::Highlighter;

/// A section of a hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionHit {
    /// The heading; empty for the article's beginning.
    pub heading: String,
    /// The heading's id in the page; empty for the article's beginning.
    pub anchor: String,
    /// The part of its text that shows most of the query.
    pub excerpt: String,
    /// Byte ranges of the matched words in the excerpt.
    pub highlights: Vec<Range<usize>>,
}

/// The best of an article's sections (heading and text), best first, at most `limit`, with their numbers; the first if
/// none has a word of the query. Anchors are left to the caller.
pub fn best_sections(
    highlighter: &Highlighter<'_>,
    sections: &[(&str, &str)],
    limit: usize,
    excerpt_chars: usize,
    analyzer: &mut Analyzer,
) -> Vec<(usize, SectionHit)> {
    let mut best: Vec<usize> = (highlighter.rank(sections.iter().copied(), analyzer).iter())
        .map(|section| section.section)
        .collect();
    if best.is_empty() && !sections.is_empty() {
        best.push(0);
    }
    best.truncate(limit);
    let mut show = |number: usize| {
        let (heading, text) = sections[number];
        let excerpt = highlighter.excerpt(text, excerpt_chars, analyzer);
        SectionHit {
            heading: heading.to_owned(),
            excerpt: excerpt.text,
            highlights: excerpt.highlights,
            ..SectionHit::default()
        }
    };
    best.into_iter().map(|number| (number, show(number))).collect()
}
