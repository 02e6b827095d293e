//! Suggestions: the articles that answer a customer's message, with how sure that is.
//!
//! 1. [`crate::message::own_text`] leaves of the message what the customer wrote.
//! 2. Its salient words become a plan, which is run and ranked like that of a query ([`crate::plan`], [`crate::rank`]).
//! 3. [`Confidence`] turns what the ranking shows of an article into the probability that it answers; what is less likely
//!    than the caller's threshold is not suggested.

use std::borrow::Cow;

use crate::analysis::Analyzer;
use crate::bm25::{K1, idf};
use crate::collections::sort_short;
use crate::message::own_text;
use crate::plan::{Plan, Typing};
use crate::rank::Ranked;
use crate::search::{EXCERPT_CHARS, Hit, Index, Options, Rules, hits, ranked};

/// How many suggestions people look through while they write.
pub const SUGGESTIONS: usize = 3;

/// The article whose score tells how far the best stand out, besides their nearest rival.
const BACKGROUND: usize = 3;

/// How to suggest.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestOptions {
    /// The largest number of suggestions.
    pub limit: usize,
    /// The least confidence of a suggestion, 0 to 1.
    pub threshold: f32,
    /// About how long an excerpt may be, in characters.
    pub excerpt_chars: usize,
}

impl Default for SuggestOptions {
    fn default() -> Self {
        Self {
            limit: SUGGESTIONS,
            threshold: THRESHOLD,
            excerpt_chars: EXCERPT_CHARS,
        }
    }
}

/// The least confidence of what is suggested where nothing else is said.
pub const THRESHOLD: f32 = 0.3;

/// An article shown to somebody who writes.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The article.
    pub hit: Hit,
    /// The probability that it answers the message, 0 to 1.
    pub confidence: f32,
    /// What that is computed from.
    pub evidence: Evidence,
}

/// What the ranking of a message shows of one of its articles.
///
/// Chosen from twenty such values on six sets of questions, each left out once: they predict best together, also for
/// messages that are mostly about something else, or that no article answers. How well single passages of the text match
/// adds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// By how much its score exceeds that of its best rival: natural logarithm of the ratio, both with the score of one
    /// rare word added; below 0 if the rival leads.
    pub margin: f32,
    /// The same for the fourth article.
    pub lead: f32,
    /// The share of what the message says that the article has, 0 to 1. Words that no article has count.
    pub coverage: f32,
    /// The share of its title's words (or of its questions') that the message has, 0 to 1.
    pub title: f32,
    /// 1 for the first article, otherwise 0.
    pub first: f32,
    /// How much of what the message says the article has: natural logarithm of the sum of the words' weights.
    pub matched: f32,
}

impl Evidence {
    /// The names of the values.
    pub const NAMES: [&'static str; 6] = ["margin", "lead", "coverage", "title", "first", "matched"];

    /// The values, in the order of [`Evidence::NAMES`].
    pub fn values(&self) -> [f32; Self::NAMES.len()] {
        [
            self.margin,
            self.lead,
            self.coverage,
            self.title,
            self.first,
            self.matched,
        ]
    }

    /// The values with their names.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, f32)> {
        Self::NAMES.into_iter().zip(self.values())
    }

    fn new(plan: &Plan, ranked: &[Ranked], at: usize, docs: u32) -> Self {
        let score = |at: usize| ranked.get(at).map_or(0.0, |ranked| ranked.score.total);
        let own = score(at);
        // On a small site a single ordinary word may leave no rival at all: one rare word is no evidence yet.
        let chance = (1.0 + K1) * idf(1, docs);
        let ratio = |other: f32| ((own + chance) / (other + chance)).ln();
        let said: f32 = (plan.clauses.iter().filter(|clause| clause.is_everywhere()))
            .map(|clause| clause.weight)
            .sum();
        let unknown = plan.missing.len() as f32;
        Self {
            margin: ratio(score(usize::from(at == 0))),
            lead: ratio(score(BACKGROUND)),
            title: ranked[at].candidate.title.explained,
            coverage: ranked[at].candidate.coverage * said / (said + unknown).max(f32::MIN_POSITIVE),
            first: f32::from(u8::from(at == 0)),
            matched: (ranked[at].candidate.coverage * said).max(LEAST_MATCHED).ln(),
        }
    }
}

/// Less than this is taken for this.
const LEAST_MATCHED: f32 = 0.1;

/// The probability that an article answers, by its evidence: logistic regression.
///
/// `cargo xtask calibrate` fits it to real questions with known answers, each set counting alike, and holds it against
/// sets that were left out. It must be fitted anew whenever the ranking changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    /// The log-odds without any evidence.
    pub bias: f32,
    /// What one unit of each value adds to the log-odds.
    pub weights: [f32; Evidence::NAMES.len()],
}

impl Confidence {
    /// What was fitted.
    pub const FITTED: Self = Self {
        bias: -2.61,
        weights: [2.30, 1.38, 0.74, 1.45, 0.59, 0.62],
    };

    /// The probability, 0 to 1.
    pub fn of(&self, evidence: &Evidence) -> f32 {
        let weighted = evidence.values().into_iter().zip(self.weights);
        let odds: f32 = self.bias + weighted.map(|(value, weight)| value * weight).sum::<f32>();
        1.0 / (1.0 + (-odds).exp())
    }
}

/// What is planned of a text: of a message the customer's own words.
pub(crate) fn read<'t>(text: &'t str, typing: Typing, analyzer: &mut Analyzer) -> Cow<'t, str> {
    if typing == Typing::Message {
        Cow::Owned(own_text(text, analyzer))
    } else {
        Cow::Borrowed(text)
    }
}

/// The articles that answer a message, most likely first; the plan by which they were found comes too. Never fails on
/// input. While the index is [waiting](crate::plan::Vocabulary::waiting) the suggestions are worth nothing.
///
/// # Errors
/// If the index cannot be read.
pub fn suggest<I: Index>(
    index: &I,
    rules: &Rules,
    analyzer: &mut Analyzer,
    message: &str,
    options: &SuggestOptions,
) -> Result<(Vec<Suggestion>, Plan), I::Error> {
    let text = read(message, Typing::Message, analyzer);
    let shown = Options {
        typing: Typing::Message,
        limit: options.limit,
        excerpt_chars: options.excerpt_chars,
        more_sections: 0,
        ..Options::default()
    };
    let compared = options.limit.max(BACKGROUND + 1);
    let (plan, ranks) = ranked(index, rules, analyzer, &text, &shown, compared)?;
    let ranks = ranks.unwrap_or_default().ranked;
    let mut likely = Vec::new();
    let mut best = Vec::new();
    for (at, article) in ranks.iter().take(options.limit).enumerate() {
        let evidence = Evidence::new(&plan, &ranks, at, index.doc_count());
        let confidence = Confidence::FITTED.of(&evidence);
        if confidence >= options.threshold {
            likely.push((article.candidate.doc, evidence, confidence));
            best.push(article.clone());
        }
    }
    let hits = hits(index, rules, analyzer, &plan, &best, &shown)?.unwrap_or_default();
    let mut suggestions: Vec<Suggestion> = (hits.into_iter())
        .filter_map(|hit| {
            let &(_, evidence, confidence) = likely.iter().find(|likely| likely.0 == hit.doc)?;
            Some(Suggestion {
                hit,
                confidence,
                evidence,
            })
        })
        .collect();
    sort_short(&mut suggestions, |a, b| a.confidence > b.confidence);
    Ok((suggestions, plan))
}
