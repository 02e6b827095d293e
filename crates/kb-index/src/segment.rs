//! The searched fields of one tantivy segment: term dictionaries, postings, field norms, through tantivy's public API.

use std::sync::Arc;

use kb_search::execute::{Field, Posting};
use kb_search::score::TitleInformation;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{BlockSegmentPostings, Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::termdict::TermStreamer;
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use super::Error;
use super::schema::Fields;

/// A segment, open for reading. It may be shared between threads.
pub(super) struct Segment {
    docs: u32,
    /// In the order of [`Field::INDEXED`].
    fields: Vec<SearchedField>,
}

struct SearchedField {
    inverted: Arc<InvertedIndexReader>,
    norms: Option<FieldNormReader>,
}

/// A posting with the positions of its term, which are empty if the field stores none.
pub(super) type FullPosting = (Posting, Vec<u32>);

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment")
            .field("docs", &self.docs)
            .finish_non_exhaustive()
    }
}

impl Segment {
    pub(super) fn new(reader: &SegmentReader, fields: &Fields) -> Result<Self, Error> {
        let mut searched = Vec::new();
        for field in fields.searched {
            searched.push(SearchedField {
                inverted: reader.inverted_index(field)?,
                norms: reader.fieldnorms_readers().get_field(field)?,
            });
        }
        Ok(Self {
            docs: reader.max_doc(),
            fields: searched,
        })
    }

    /// The number of its articles.
    pub(super) fn docs(&self) -> u32 {
        self.docs
    }

    /// The number of all terms in a field.
    pub(super) fn tokens(&self, field: Field) -> u64 {
        self.fields[field.index()].inverted.total_num_tokens()
    }

    /// The length byte of an article's field.
    pub(super) fn norm(&self, field: Field, doc: u32) -> u8 {
        self.fields[field.index()].norm(doc)
    }

    /// How informative its titles are.
    pub(super) fn title_information(&self) -> Result<f32, Error> {
        let mut information = TitleInformation::default();
        let mut stream = self.terms(Field::Title)?;
        let bodies = self.fields[Field::Body.index()].inverted.terms();
        while let Some((term, info)) = stream.next() {
            let in_bodies = bodies.get(term)?.map_or(0, |info| info.doc_freq);
            information.add(info.doc_freq, in_bodies, self.docs);
        }
        Ok(information.value(self.docs))
    }

    pub(super) fn doc_freq(&self, field: Field, term: &str) -> Result<u32, Error> {
        Ok(self.info(field, term)?.map_or(0, |info| info.doc_freq))
    }

    /// Calls `visit` with every term that begins with `prefix` and its number of articles, in ascending order.
    pub(super) fn for_each_with_prefix(
        &self,
        field: Field,
        prefix: &str,
        visit: &mut dyn FnMut(&str, u32),
    ) -> Result<(), Error> {
        let terms = self.fields[field.index()].inverted.terms();
        let mut stream = terms.range().ge(prefix).into_stream()?;
        while let Some((term, info)) = stream.next() {
            let Ok(term) = std::str::from_utf8(term) else { continue };
            if !term.starts_with(prefix) {
                break;
            }
            visit(term, info.doc_freq);
        }
        Ok(())
    }

    pub(super) fn for_each_posting(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting),
    ) -> Result<(), Error> {
        match self.info(field, term)? {
            Some(info) => self.fields[field.index()].for_each_posting(&info, visit),
            None => Ok(()),
        }
    }

    pub(super) fn for_each_position(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting, &[u32]),
    ) -> Result<(), Error> {
        match self.info(field, term)? {
            Some(info) => self.fields[field.index()].for_each_position(&info, visit),
            None => Ok(()),
        }
    }

    /// Appends the postings of a term, with positions if the field stores them.
    pub(super) fn read(&self, field: Field, info: &TermInfo, list: &mut Vec<FullPosting>) -> Result<(), Error> {
        let searched = &self.fields[field.index()];
        if Field::WITH_POSITIONS.contains(&field) {
            searched.for_each_position(info, &mut |posting, positions| list.push((posting, positions.to_vec())))
        } else {
            searched.for_each_posting(info, &mut |posting| list.push((posting, Vec::new())))
        }
    }

    /// Where the postings of a term are, if the field has it.
    pub(super) fn info(&self, field: Field, term: &str) -> Result<Option<TermInfo>, Error> {
        Ok(self.fields[field.index()].inverted.terms().get(term.as_bytes())?)
    }

    /// All terms of a field, in ascending order.
    pub(super) fn terms(&self, field: Field) -> Result<TermStreamer<'_>, Error> {
        Ok(self.fields[field.index()].inverted.terms().stream()?)
    }
}

impl SearchedField {
    fn norm(&self, doc: u32) -> u8 {
        self.norms.as_ref().map_or(0, |norms| norms.fieldnorm_id(doc))
    }

    fn for_each_posting(&self, info: &TermInfo, visit: &mut dyn FnMut(Posting)) -> Result<(), Error> {
        let option = IndexRecordOption::WithFreqs;
        let mut block: BlockSegmentPostings = self.inverted.read_block_postings_from_terminfo(info, option)?;
        while block.block_len() > 0 {
            // Fields that do not count for the ranking have no frequencies.
            let frequencies = block.freqs().iter().copied().chain(std::iter::repeat(1));
            for (&doc, term_freq) in block.docs().iter().zip(frequencies) {
                let norm = self.norm(doc);
                visit(Posting { doc, term_freq, norm });
            }
            block.advance();
        }
        Ok(())
    }

    fn for_each_position(&self, info: &TermInfo, visit: &mut dyn FnMut(Posting, &[u32])) -> Result<(), Error> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        let mut postings: SegmentPostings = self.inverted.read_postings_from_terminfo(info, option)?;
        let mut positions = Vec::new();
        while postings.doc() != TERMINATED {
            let (doc, term_freq) = (postings.doc(), postings.term_freq());
            postings.positions(&mut positions);
            let norm = self.norm(doc);
            visit(Posting { doc, term_freq, norm }, &positions);
            postings.advance();
        }
        Ok(())
    }
}
