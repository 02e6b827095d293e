//! What unknown words were taken for, in a spelling that people write: an index knows stems only.

use crate::analysis::{Analyzer, Mode};
use crate::plan::Plan;

/// A word of the query that the index does not know, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// As typed.
    pub typed: String,
    /// As written in the first of the texts that has it, else its stem.
    pub suggested: String,
}

/// The corrections of a plan, spelled as in `texts` (what is shown of the hits, best first).
pub fn suggestions(plan: &Plan, texts: &[&str], analyzer: &mut Analyzer) -> Vec<Suggestion> {
    let mut suggestions = Vec::new();
    for correction in &plan.corrections {
        let mut written = None;
        for text in texts {
            analyzer.tokenize(text, Mode::Query, &mut |token| {
                if written.is_none() && token.text == correction.term {
                    written = Some(&text[token.from..token.to]);
                }
            });
            if written.is_some() {
                break;
            }
        }
        let suggested = written.map_or(correction.term.as_str(), |written| analyzer.normalise_word(written));
        suggestions.push(Suggestion {
            typed: correction.typed.clone(),
            suggested: suggested.to_owned(),
        });
    }
    suggestions
}

/// The query with the suggestions in place of what was typed; nothing if there are none.
pub fn did_you_mean(query: &str, suggestions: &[Suggestion]) -> Option<String> {
    let mut text = query.to_owned();
    for suggestion in suggestions {
        text = text.replace(&suggestion.typed, &suggestion.suggested);
    }
    (!suggestions.is_empty()).then_some(text)
}
