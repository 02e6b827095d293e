//! What unknown words were taken for, in a spelling that people write: an index knows stems only.
//!
//! The spelling is taken from the titles that are shown, or, where these have none near what was typed, from an article
//! that has the word. So it stands on the site, and both executors find the same.

use std::cmp::Reverse;
use std::ops::Range;

use crate::analysis::{Analyzer, Mode};
use crate::collections::sort_unique;
use crate::distance::{allowed_edits, edit_distance};
use crate::execute::{Field, Postings};
use crate::plan::{Correction, Plan};
use crate::rank::Ranked;

/// A word of the query that the index does not know, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respelling {
    /// As typed.
    pub typed: String,
    /// As written on the site.
    pub written: String,
    /// Where it was typed, in bytes of the query.
    pub range: Range<usize>,
}

/// The corrections of a plan as the site writes them, in the order of the query; none for a word that no title or text
/// has. `titles` are those shown, and `read` gives what can be read of an article: title, headings and text.
///
/// # Errors
/// If the index cannot be read, or what `read` says.
pub fn respellings<P: Postings>(
    plan: &Plan,
    titles: &[&str],
    ranked: &[Ranked],
    index: &P,
    analyzer: &mut Analyzer,
    mut read: impl FnMut(u32) -> Result<Vec<String>, P::Error>,
) -> Result<Vec<Respelling>, P::Error> {
    let mut respellings = Vec::new();
    for correction in &plan.corrections {
        let mut spellings = Spellings::new(correction, analyzer);
        for title in titles {
            spellings.note(title, analyzer);
        }
        if spellings.best().is_none_or(|(edits, _)| edits.is_none())
            && let Some(doc) = holder(&correction.term, ranked, index)?
        {
            for text in read(doc)? {
                spellings.note(&text, analyzer);
            }
        }
        if let Some((_, written)) = spellings.best() {
            respellings.push(Respelling {
                typed: correction.typed.clone(),
                written: written.to_owned(),
                range: correction.range.clone(),
            });
        }
    }
    Ok(respellings)
}

/// The query with the respellings in place of what was typed, and all else as it was; nothing if there are none.
pub fn did_you_mean(query: &str, respellings: &[Respelling]) -> Option<String> {
    let mut text = String::new();
    let mut from = 0;
    for respelling in respellings {
        text.push_str(query.get(from..respelling.range.start)?);
        text.push_str(&respelling.written);
        from = respelling.range.end;
    }
    text.push_str(query.get(from..)?);
    (!respellings.is_empty()).then_some(text)
}

/// The best article that has the term where it can be read.
fn holder<P: Postings>(term: &str, ranked: &[Ranked], index: &P) -> Result<Option<u32>, P::Error> {
    let mut docs = Vec::new();
    for field in [Field::Title, Field::Headings, Field::Body] {
        index.for_each_posting(field, term, &mut |posting| docs.push(u64::from(posting.doc)))?;
    }
    sort_unique(&mut docs);
    let mut best = ranked.iter().map(|ranked| ranked.candidate.doc);
    let shown = best.find(|doc| docs.binary_search(&u64::from(*doc)).is_ok());
    Ok(shown.or_else(|| docs.first().map(|doc| *doc as u32)))
}

/// The ways in which a term is written.
struct Spellings<'a> {
    term: &'a str,
    typed: Vec<char>,
    /// Whether the site's capitals are taken over.
    capitals: bool,
    found: Vec<Spelling>,
}

struct Spelling {
    written: String,
    lowercase: String,
    /// Edits between it and what was typed, if they are few.
    edits: Option<usize>,
    count: usize,
}

impl<'a> Spellings<'a> {
    fn new(correction: &'a Correction, analyzer: &Analyzer) -> Self {
        let lowercase = analyzer.lowercase(&correction.typed);
        Self {
            term: &correction.term,
            capitals: !correction.typed.starts_with(|first| lowercase.starts_with(first)),
            typed: lowercase.chars().collect(),
            found: Vec::new(),
        }
    }

    /// Counts the spellings in a text.
    fn note(&mut self, text: &str, analyzer: &mut Analyzer) {
        let mut places = Vec::new();
        analyzer.tokenize(text, Mode::Query, &mut |token| {
            if token.text == self.term {
                places.push(token.from..token.to);
            }
        });
        for place in places {
            let written = &text[place];
            let lowercase = analyzer.lowercase(written);
            let written = if self.capitals { written } else { &lowercase };
            if let Some(known) = self.found.iter_mut().find(|known| known.written == written) {
                known.count += 1;
                continue;
            }
            let chars: Vec<char> = lowercase.chars().collect();
            self.found.push(Spelling {
                written: written.to_owned(),
                edits: edit_distance(&self.typed, &chars, allowed_edits(self.typed.len())),
                lowercase,
                count: 1,
            });
        }
    }

    /// The spelling nearest to what was typed, of several the most frequent, with the edits between the two.
    fn best(&self) -> Option<(Option<usize>, &str)> {
        let frequency = |spelling: &Spelling| -> usize {
            let same = self.found.iter().filter(|other| other.lowercase == spelling.lowercase);
            same.map(|other| other.count).sum()
        };
        let order = |spelling: &&Spelling| {
            let edits = spelling.edits.unwrap_or(usize::MAX);
            (edits, Reverse(frequency(spelling)), Reverse(spelling.count))
        };
        let best = self.found.iter().min_by_key(order)?;
        Some((best.edits, &best.written))
    }
}
