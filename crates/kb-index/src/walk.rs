//! The terms of several segments, merged, with the numbers that articles have in the whole index.

use kb_search::execute::Field;
use kb_search::pack::{EncodedTerms, FieldPostings};
use tantivy::postings::TermInfo;
use tantivy::termdict::TermStreamer;

use super::Error;
use super::segment::{FullPosting, Segment};

/// The number of an article that does not count, or no longer.
pub(super) const GONE: u32 = u32::MAX;

/// A segment as part of an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'a> {
    pub(super) segment: &'a Segment,
    /// By article of the segment: its number in the index, or [`GONE`].
    pub(super) numbers: &'a [u32],
}

impl<'a> Part<'a> {
    pub(super) fn new(segment: &'a Segment, numbers: &'a [u32]) -> Self {
        Self { segment, numbers }
    }

    /// Number of its articles that count.
    pub(super) fn living(&self) -> usize {
        self.numbers.iter().filter(|number| **number != GONE).count()
    }

    /// Calls `visit` with the number and the length byte of each article's field.
    pub(super) fn for_each_norm(&self, field: Field, visit: &mut dyn FnMut(u32, u8)) {
        for (doc, &number) in self.numbers.iter().enumerate() {
            if number != GONE {
                visit(number, self.segment.norm(field, doc as u32));
            }
        }
    }

    /// Appends the postings of a term.
    fn read(&self, field: Field, info: &TermInfo, list: &mut Vec<FullPosting>) -> Result<(), Error> {
        let start = list.len();
        self.segment.read(field, info, list)?;
        for (posting, _) in &mut list[start..] {
            posting.doc = self.numbers[posting.doc as usize];
        }
        list.retain(|(posting, _)| posting.doc != GONE);
        Ok(())
    }
}

/// The postings of a term in all parts.
pub(super) fn gather(parts: &[Part<'_>], term: &str) -> Result<FieldPostings, Error> {
    let mut postings = FieldPostings::default();
    for field in Field::INDEXED {
        let list = &mut postings[field.index()];
        for part in parts {
            if let Some(info) = part.segment.info(field, term)? {
                part.read(field, &info, list)?;
            }
        }
        order(list);
    }
    Ok(postings)
}

/// Sorts postings by article. The sort is quick for few ascending runs, the usual case.
pub(super) fn order(list: &mut [FullPosting]) {
    if !list.is_sorted_by_key(|(posting, _)| posting.doc) {
        list.sort_by_key(|(posting, _)| posting.doc);
    }
}

/// Encodes the postings of all terms of a part.
pub(super) fn encode(part: Part<'_>) -> Result<EncodedTerms, Error> {
    let mut walk = Walk::new(part)?;
    let mut encoded = EncodedTerms::default();
    let mut postings = FieldPostings::default();
    let mut bytes = Vec::new();
    while let Some(term) = walk.term() {
        bytes.clear();
        bytes.extend(term);
        postings.iter_mut().for_each(Vec::clear);
        walk.take(&bytes, &mut postings)?;
        for list in &mut postings {
            order(list);
        }
        if let Some(term) = text(&bytes).filter(|_| has_any(&postings)) {
            encoded.push(term, &postings);
        }
    }
    Ok(encoded)
}

/// The terms with different postings in the two lists of parts, ascending.
pub(super) fn different(these: &[Part<'_>], those: &[Part<'_>]) -> Result<Vec<String>, Error> {
    let mut sides = [walks(these)?, walks(those)?];
    let mut postings = [FieldPostings::default(), FieldPostings::default()];
    let mut found = Vec::new();
    loop {
        let terms = sides.iter().flatten().filter_map(Walk::term);
        let Some(term) = terms.min().map(<[u8]>::to_vec) else {
            return Ok(found);
        };
        for (walks, postings) in sides.iter_mut().zip(&mut postings) {
            postings.iter_mut().for_each(Vec::clear);
            for walk in walks {
                walk.take(&term, postings)?;
            }
            for list in postings {
                order(list);
            }
        }
        if let Some(term) = text(&term).filter(|_| !same(&postings[0], &postings[1])) {
            found.push(term.to_owned());
        }
    }
}

fn walks<'a>(parts: &[Part<'a>]) -> Result<Vec<Walk<'a>>, Error> {
    parts.iter().map(|part| Walk::new(*part)).collect()
}

/// Whether a pack has the same bytes for both: it stores the lengths of bodies elsewhere.
fn same(one: &FieldPostings, other: &FieldPostings) -> bool {
    let body = Field::Body.index();
    let counted = |list: &[FullPosting]| -> Vec<(u32, u32)> {
        let postings = list.iter();
        postings.map(|(posting, _)| (posting.doc, posting.term_freq)).collect()
    };
    (0..Field::INDEXED.len()).all(|field| field == body || one[field] == other[field])
        && counted(&one[body]) == counted(&other[body])
}

fn has_any(postings: &FieldPostings) -> bool {
    postings.iter().any(|list| !list.is_empty())
}

/// Terms are always text.
fn text(term: &[u8]) -> Option<&str> {
    std::str::from_utf8(term).ok()
}

/// The term dictionaries of all fields of a part, read in parallel.
struct Walk<'a> {
    part: Part<'a>,
    fields: Vec<FieldWalk<'a>>,
}

/// A field's term dictionary, at one of its terms.
struct FieldWalk<'a> {
    stream: TermStreamer<'a>,
    term: Vec<u8>,
    info: Option<TermInfo>,
}

impl<'a> Walk<'a> {
    fn new(part: Part<'a>) -> Result<Self, Error> {
        let mut fields = Vec::new();
        for field in Field::INDEXED {
            let mut walk = FieldWalk {
                stream: part.segment.terms(field)?,
                term: Vec::new(),
                info: None,
            };
            walk.advance();
            fields.push(walk);
        }
        Ok(Self { part, fields })
    }

    /// The next term; `None` at the end.
    fn term(&self) -> Option<&[u8]> {
        let terms = self.fields.iter().filter(|field| field.info.is_some());
        terms.map(|field| field.term.as_slice()).min()
    }

    /// Appends the postings of a term if it is the next one, and moves on.
    fn take(&mut self, term: &[u8], postings: &mut FieldPostings) -> Result<(), Error> {
        for (field, walk) in Field::INDEXED.into_iter().zip(&mut self.fields) {
            if walk.term == term
                && let Some(info) = &walk.info
            {
                self.part.read(field, info, &mut postings[field.index()])?;
                walk.advance();
            }
        }
        Ok(())
    }
}

impl FieldWalk<'_> {
    fn advance(&mut self) {
        self.term.clear();
        self.info = self.stream.next().map(|(term, info)| {
            self.term.extend(term);
            info.clone()
        });
    }
}
