//! Term shards: a range of the terms with their postings, and the postings that were too long to be kept there.

use super::bytes::{Reader, SortedTexts, put_varint};
use super::{Damaged, FieldPostings};
use crate::execute::{Field, Posting};

/// Fields with positions and fields with their length at every posting; the body's lengths are in the boot file.
const POSITIONS: [Field; 2] = Field::WITH_POSITIONS;
/// Fields with their length at every posting. The body's are in the boot file; forms and keys have none.
const HAS_NORMS: [Field; 4] = [Field::Title, Field::Questions, Field::Keywords, Field::Headings];
/// Set in a term's field mask if its body postings are in a file of their own.
const FAR: u8 = 1 << Field::INDEXED.len();
/// Encoded body postings above this size get a file of their own.
const FAR_BYTES: usize = 3 << 10;

/// Terms with their postings as shards hold them, in the order they were added.
///
/// How a term is encoded depends on nothing but its postings, so an encoded term may be kept and written into any pack
/// whose articles have the same numbers.
#[derive(Clone, Debug, Default)]
pub struct EncodedTerms {
    terms: SortedTexts,
    masks: Vec<u8>,
    /// By term: the end of its fields in `fields`.
    field_ends: Vec<u32>,
    /// By field of a term that has postings: how many, and where their bytes end.
    fields: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

/// One of [`EncodedTerms`].
#[derive(Clone, Copy, Debug)]
pub struct EncodedTerm<'a> {
    pub(super) term: &'a str,
    /// The number of postings, by field.
    pub(super) counts: [u32; Field::INDEXED.len()],
    /// The bytes of the postings, by field.
    pub(super) postings: [&'a [u8]; Field::INDEXED.len()],
}

impl EncodedTerms {
    /// Adds a term with its postings, articles in ascending order.
    pub fn push(&mut self, term: &str, fields: &FieldPostings) {
        let mut mask = 0;
        for field in Field::INDEXED {
            let postings = &fields[field.index()];
            if !postings.is_empty() {
                mask |= 1 << field.index();
                write_postings(&mut self.bytes, field, postings);
                self.fields.push((postings.len() as u32, self.bytes.len() as u32));
            }
        }
        self.terms.push(term);
        self.masks.push(mask);
        self.field_ends.push(self.fields.len() as u32);
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.masks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.masks.is_empty()
    }

    /// The text of the term at `index`.
    pub fn term(&self, index: usize) -> &str {
        self.terms.get(index)
    }

    /// The place of a term among ascending terms, or where it would stand.
    ///
    /// # Errors
    /// Where it would stand, if it is not there.
    pub fn search(&self, term: &str) -> Result<usize, usize> {
        self.terms.search(term)
    }

    /// The term at `index`.
    pub fn get(&self, index: usize) -> EncodedTerm<'_> {
        let mut found = EncodedTerm {
            term: self.terms.get(index),
            counts: [0; Field::INDEXED.len()],
            postings: [&[]; Field::INDEXED.len()],
        };
        let mut at = if index == 0 { 0 } else { self.field_ends[index - 1] } as usize;
        let mut start = if at == 0 { 0 } else { self.fields[at - 1].1 } as usize;
        for field in 0..Field::INDEXED.len() {
            if self.masks[index] & 1 << field != 0 {
                let (count, end) = self.fields[at];
                found.counts[field] = count;
                found.postings[field] = &self.bytes[start..end as usize];
                (at, start) = (at + 1, end as usize);
            }
        }
        found
    }
}

impl<'a> EncodedTerm<'a> {
    /// Its text.
    pub fn term(&self) -> &'a str {
        self.term
    }

    /// Whether it has no postings.
    pub fn is_empty(&self) -> bool {
        self.counts == [0; Field::INDEXED.len()]
    }
}

/// A shard being written.
#[derive(Debug, Default)]
pub(super) struct TermShardWriter {
    terms: SortedTexts,
    masks: Vec<u8>,
    frequencies: Vec<u8>,
    postings: [Vec<u8>; Field::INDEXED.len()],
}

impl TermShardWriter {
    /// Adds a term, above all before; returns its body postings if they are too long to stay here.
    pub(super) fn push<'a>(&mut self, encoded: &EncodedTerm<'a>) -> Option<&'a [u8]> {
        let mut mask = 0;
        let mut far = None;
        for field in Field::INDEXED {
            let at = field.index();
            if encoded.counts[at] == 0 {
                continue;
            }
            mask |= 1 << at;
            put_varint(&mut self.frequencies, encoded.counts[at]);
            let bytes = encoded.postings[at];
            if field == Field::Body && bytes.len() > FAR_BYTES {
                mask |= FAR;
                far = Some(bytes);
            } else {
                self.postings[at].extend(bytes);
            }
        }
        self.terms.push(encoded.term);
        self.masks.push(mask);
        far
    }

    pub(super) fn size(&self) -> usize {
        self.frequencies.len() + self.masks.len() * 4 + self.postings.iter().map(Vec::len).sum::<usize>()
    }

    pub(super) fn first_term(&self) -> Option<&str> {
        (self.terms.len() > 0).then(|| self.terms.get(0))
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        self.terms.write(&mut out);
        out.extend(self.masks);
        out.extend(self.frequencies);
        out.extend(self.postings.iter().flatten());
        out
    }
}

fn write_postings(out: &mut Vec<u8>, field: Field, postings: &[(Posting, Vec<u32>)]) {
    let mut before = 0;
    if field == Field::Forms {
        return;
    }
    for (posting, positions) in postings {
        let often = posting.term_freq > 1;
        put_varint(out, (posting.doc - before) << 1 | u32::from(often));
        before = posting.doc;
        if often {
            put_varint(out, posting.term_freq - 2);
        }
        if HAS_NORMS.contains(&field) {
            out.push(posting.norm);
        }
        if POSITIONS.contains(&field) {
            let mut before = 0;
            for position in positions {
                put_varint(out, position - before);
                before = *position;
            }
        }
    }
}

/// Calls `visit` for `count` postings.
fn read_postings(
    reader: &mut Reader<'_>,
    field: Field,
    count: u32,
    norms: &[u8],
    visit: &mut dyn FnMut(Posting, &[u32]),
) {
    let mut doc = 0_u32;
    let mut positions = Vec::new();
    let count = if field == Field::Forms { 0 } else { count };
    for index in 0..count {
        let code = reader.varint();
        let delta = code >> 1;
        reader.require(index == 0 || delta > 0);
        // No article has the number that a sum is held at.
        doc = doc.saturating_add(delta);
        let body_norm = norms.get(doc as usize).copied();
        reader.require(body_norm.is_some());
        let mut term_freq = 1;
        if code & 1 != 0 {
            term_freq = reader.varint().saturating_add(2);
        }
        let mut norm = body_norm.unwrap_or_default();
        if HAS_NORMS.contains(&field) {
            norm = reader.byte();
        }
        positions.clear();
        if POSITIONS.contains(&field) {
            let mut position = 0_u32;
            for _ in 0..term_freq {
                let next = position.checked_add(reader.varint());
                reader.require(next.is_some());
                position = next.unwrap_or_default();
                positions.push(position);
                if reader.is_damaged() {
                    return;
                }
            }
        }
        if reader.is_damaged() {
            return;
        }
        visit(Posting { doc, term_freq, norm }, &positions);
    }
}

/// A shard in memory. Everything in it was read once when it came, so that later reads cannot fail.
#[derive(Debug)]
pub(crate) struct TermShard {
    bytes: Vec<u8>,
    pub(super) terms: SortedTexts,
    entries: Vec<Entry>,
}

/// Where a term's postings begin in the shard, and in how many articles it stands, by field.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    frequencies: [u32; Field::INDEXED.len()],
    starts: [u32; Field::INDEXED.len()],
    far: bool,
}

impl TermShard {
    pub(super) fn read(bytes: Vec<u8>, norms: &[u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(&bytes);
        let terms = SortedTexts::read(&mut reader);
        let masks = reader.take(terms.len());
        let mut entries = vec![Entry::default(); terms.len()];
        for (entry, mask) in entries.iter_mut().zip(masks) {
            entry.far = mask & FAR != 0;
            for field in Field::INDEXED.iter().filter(|field| mask & 1 << field.index() != 0) {
                entry.frequencies[field.index()] = reader.varint();
            }
        }
        for field in Field::INDEXED {
            for entry in &mut entries {
                let count = entry.frequencies[field.index()];
                if !(entry.far && field == Field::Body) {
                    entry.starts[field.index()] = reader.position(&bytes);
                    read_postings(&mut reader, field, count, norms, &mut |_, _| {});
                }
            }
        }
        reader.end()?;
        Ok(Self { bytes, terms, entries })
    }

    /// In how many articles each field has the term; nothing if it is not here.
    pub(super) fn frequencies(&self, term: &str) -> Option<&[u32; Field::INDEXED.len()]> {
        let index = self.terms.search(term).ok()?;
        Some(&self.entries[index].frequencies)
    }

    /// Whether the body postings of a term are in a file of their own.
    pub(super) fn is_far(&self, term: &str) -> bool {
        self.terms.search(term).is_ok_and(|index| self.entries[index].far)
    }

    /// The most articles that one field of the term at `index` has.
    pub(super) fn doc_freq(&self, index: usize) -> u32 {
        self.entries[index]
            .frequencies
            .iter()
            .copied()
            .max()
            .unwrap_or_default()
    }

    pub(super) fn for_each(&self, field: Field, term: &str, norms: &[u8], visit: &mut dyn FnMut(Posting, &[u32])) {
        if let Ok(index) = self.terms.search(term) {
            let entry = &self.entries[index];
            let mut reader = Reader::new(&self.bytes[entry.starts[field.index()] as usize..]);
            let count = entry.frequencies[field.index()];
            // Whatever could go wrong would have gone wrong in `read`.
            read_postings(&mut reader, field, count, norms, visit);
        }
    }
}

/// Body postings in a file of their own, in memory.
#[derive(Debug)]
pub(crate) struct FarPostings {
    bytes: Vec<u8>,
    count: u32,
}

impl FarPostings {
    /// The file: the number of postings and the postings.
    pub(super) fn write(count: u32, postings: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(postings.len() + 5);
        put_varint(&mut out, count);
        out.extend(postings);
        out
    }

    pub(super) fn read(bytes: Vec<u8>, norms: &[u8]) -> Result<Self, Damaged> {
        let mut reader = Reader::new(&bytes);
        let count = reader.varint();
        read_postings(&mut reader, Field::Body, count, norms, &mut |_, _| {});
        reader.end()?;
        Ok(Self { bytes, count })
    }

    pub(super) fn for_each(&self, norms: &[u8], visit: &mut dyn FnMut(Posting, &[u32])) {
        let mut reader = Reader::new(&self.bytes);
        // The count, and then as in `TermShard::for_each`.
        reader.varint();
        read_postings(&mut reader, Field::Body, self.count, norms, visit);
    }
}
