//! Whether a quoted phrase really stands in an article.
//!
//! An index keeps positions for titles and questions only, so these are looked up, and the rest is read: the caller
//! fetches the text of the best articles, natively from the document store, in the browser from their pages.

use crate::analysis::{Analyzer, Mode};
use crate::collections::{pair, sort_unique, unpair};
use crate::execute::{Field, Postings};
use crate::plan::{Phrase, Plan};
use crate::rank::Ranks;

/// Of the ranked articles so many are read for a phrase.
pub(crate) const READ_ARTICLES: usize = 30;

/// Whether the titles or questions of one article have all phrases of the plan.
///
/// # Errors
/// If the index cannot be read.
fn in_titles<P: Postings>(plan: &Plan, index: &P, doc: u32) -> Result<bool, P::Error> {
    for phrase in &plan.phrases {
        let mut found = false;
        for field in Field::WITH_POSITIONS {
            let mut starts = Starts::default();
            for (number, (terms, offset)) in phrase.words.iter().enumerate() {
                for term in terms {
                    index.for_each_position(field, term, &mut |posting, positions| {
                        if posting.doc == doc {
                            for at in positions {
                                starts.add(number, *at, *offset);
                            }
                        }
                    })?;
                }
            }
            found |= starts.hold(phrase);
        }
        if !found {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether each phrase of the plan stands in one of the texts.
pub fn in_texts(plan: &Plan, texts: &[&str], analyzer: &mut Analyzer) -> bool {
    let mut stands = |phrase| texts.iter().any(|text| in_text(phrase, text, analyzer));
    plan.phrases.iter().all(&mut stands)
}

fn in_text(phrase: &Phrase, text: &str, analyzer: &mut Analyzer) -> bool {
    let mut starts = Starts::default();
    analyzer.tokenize(text, Mode::Query, &mut |token| {
        for (number, (terms, offset)) in phrase.words.iter().enumerate() {
            if terms.iter().any(|term| term == token.text) {
                starts.add(number, token.position, *offset);
            }
        }
    });
    starts.hold(phrase)
}

/// Where the phrase would begin for each of its words that was found: [pairs](pair) of position and number of the word.
#[derive(Default)]
struct Starts {
    found: Vec<u64>,
}

impl Starts {
    fn add(&mut self, word: usize, position: u32, offset: u32) {
        if let Some(start) = position.checked_sub(offset) {
            self.found.push(pair(start, word as u32));
        }
    }

    /// Whether all words agree on a beginning.
    fn hold(mut self, phrase: &Phrase) -> bool {
        sort_unique(&mut self.found);
        self.found
            .chunk_by(|a, b| unpair(*a).0 == unpair(*b).0)
            .any(|agreeing| agreeing.len() == phrase.words.len())
    }
}

/// Keeps of the ranked articles those that have the phrases of the plan, at most `wanted`.
///
/// `reads` tells whether the text of an article has them. If no article has, all stay and the ranks count as relaxed.
///
/// # Errors
/// If the index cannot be read, or what `reads` says.
pub fn verify<P: Postings>(
    plan: &Plan,
    index: &P,
    ranks: &mut Ranks,
    wanted: usize,
    mut reads: impl FnMut(u32) -> Result<bool, P::Error>,
) -> Result<(), P::Error> {
    if plan.phrases.is_empty() {
        return Ok(());
    }
    let mut kept = Vec::new();
    for ranked in ranks.ranked.iter().take(READ_ARTICLES) {
        if kept.len() == wanted {
            break;
        }
        let doc = ranked.candidate.doc;
        if ranked.score.pin.is_some() || in_titles(plan, index, doc)? || reads(doc)? {
            kept.push(ranked.clone());
        }
    }
    if kept.is_empty() {
        ranks.relaxed = true;
    } else {
        ranks.answering = kept.iter().map(|ranked| ranked.candidate.doc).collect();
        ranks.ranked = kept;
    }
    Ok(())
}
