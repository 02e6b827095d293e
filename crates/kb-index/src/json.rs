//! Answers as JSON, for `kb search` and `kb suggest` with `--json` or `--batch`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::{Answer, Count, Hit, Suggestion};

#[derive(Serialize)]
struct ResultsJson<'a> {
    query: &'a str,
    hits: Vec<HitJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    relaxed: bool,
    total: usize,
    #[serde(skip_serializing_if = "<[CountJson]>::is_empty")]
    collections: Vec<CountJson<'a>>,
    #[serde(skip_serializing_if = "<[CountJson]>::is_empty")]
    tags: Vec<CountJson<'a>>,
}

#[derive(Serialize)]
struct CountJson<'a> {
    name: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct HitJson<'a> {
    source: &'a str,
    url: &'a str,
    title: &'a str,
    section: &'a str,
    score: f32,
    anchor: &'a str,
    breadcrumb: &'a [String],
    excerpt: &'a str,
    /// Characters (Unicode scalar values) of `excerpt`, end exclusive.
    highlights: Vec<[usize; 2]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pinned: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<BTreeMap<&'static str, f32>>,
}

impl<'a> HitJson<'a> {
    fn new(hit: &'a Hit) -> Self {
        Self {
            source: &hit.source,
            url: &hit.url,
            title: &hit.title.text,
            section: &hit.section.heading,
            score: hit.score,
            anchor: &hit.section.anchor,
            breadcrumb: &hit.breadcrumb,
            excerpt: &hit.section.excerpt,
            highlights: characters(&hit.section.excerpt, &hit.section.highlights),
            pinned: hit.pinned,
            explanation: hit.explanation.as_ref().map(ToString::to_string),
            confidence: None,
            evidence: None,
        }
    }
}

/// One JSON object without line breaks:
/// `{"query":"...","hits":[{"source":...,"url":...,"title":...,"section":...,"score":...,...}],...}`.
pub fn results(query: &str, results: &Answer) -> String {
    let object = ResultsJson {
        query,
        hits: results.hits.iter().map(HitJson::new).collect(),
        did_you_mean: results.did_you_mean.as_deref(),
        relaxed: results.relaxed,
        total: results.total,
        collections: counts(&results.collections),
        tags: counts(&results.tags),
    };
    // Strings and finite numbers always serialize.
    serde_json::to_string(&object).unwrap_or_default()
}

#[derive(Serialize)]
struct SuggestionsJson<'a> {
    query: &'a str,
    hits: Vec<HitJson<'a>>,
}

/// The same for the suggestions for a message: hits with `confidence`, and with the `evidence` for it, if that is wanted.
pub fn suggestions(message: &str, suggestions: &[Suggestion], evidence: bool) -> String {
    let hits = suggestions.iter().map(|suggestion| HitJson {
        confidence: Some(suggestion.confidence),
        evidence: evidence.then(|| suggestion.evidence.named().collect()),
        ..HitJson::new(&suggestion.hit)
    });
    let object = SuggestionsJson {
        query: message,
        hits: hits.collect(),
    };
    serde_json::to_string(&object).unwrap_or_default()
}

fn counts(counts: &[Count]) -> Vec<CountJson<'_>> {
    (counts.iter())
        .map(|group| CountJson {
            name: &group.name,
            count: group.count,
        })
        .collect()
}

/// Byte ranges as ranges of characters.
fn characters(text: &str, ranges: &[Range<usize>]) -> Vec<[usize; 2]> {
    let count = |end: usize| text[..end].chars().count();
    ranges
        .iter()
        .map(|range| [count(range.start), count(range.end)])
        .collect()
}
