//! An open index: what `kb_search` needs to know of it, read from tantivy's segment.

use std::path::Path;
use std::sync::Arc;

use kb_search::analysis::Analyzer;
use kb_search::execute::{Field, Posting, Postings};
use kb_search::plan::{SynonymTable, Vocabulary, Wanted, phrase_terms};
use kb_search::rank::Articles;
use kb_search::{Language, score::Ranking};
use tantivy::columnar::Column;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::Postings as _;
use tantivy::schema::{Field as Stored, IndexRecordOption};
use tantivy::store::StoreReader;
use tantivy::{Directory, DocSet as _, Index, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::Error;
use super::schema::{BOOST, Fields};
use super::settings::{FILE_NAME, Settings};

/// Decompressed blocks of the document store that are kept.
const STORE_CACHE_BLOCKS: usize = 64;

/// The search index of one language, open for queries. It may be shared between threads.
pub struct SearchIndex {
    pub(super) language: Language,
    pub(super) fields: Fields,
    /// With an empty cache; every query works on a copy.
    pub(super) analyzer: Analyzer,
    pub(super) synonyms: SynonymTable,
    /// Terms of the query, numbers of the articles.
    pub(super) pins: Vec<(Vec<String>, Vec<u32>)>,
    pub(super) ranking: Ranking,
    pub(super) store: StoreReader,
    boosts: Option<Column<f64>>,
    segment: SegmentReader,
    searched: Vec<SearchedField>,
}

struct SearchedField {
    inverted: Arc<InvertedIndexReader>,
    norms: Option<FieldNormReader>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex")
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index in a folder, mapped into memory. Nothing is written there, not even a lock file.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::Version`] if another version of kb wrote it, or what reading it meets.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE_NAME);
        let settings = match std::fs::read(&path) {
            Ok(bytes) => Settings::parse(&bytes)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoIndex(folder.to_owned()));
            }
            Err(source) => return Err(Error::Read { path, source }),
        };
        for entry in std::fs::read_dir(folder)?.flatten() {
            let length = entry.metadata().map_or(0, |metadata| metadata.len());
            refuse_stub(&entry.file_name().to_string_lossy(), length)?;
        }
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        Self::from_directory(directory, &settings)
    }

    /// Opens an index from the files that [`super::write_index`] returned.
    ///
    /// # Errors
    /// As for [`SearchIndex::open`].
    pub fn from_files(files: &[(String, Vec<u8>)]) -> Result<Self, Error> {
        let directory = RamDirectory::create();
        let mut settings = None;
        for (name, bytes) in files {
            if name == FILE_NAME {
                settings = Some(Settings::parse(bytes)?);
            } else {
                refuse_stub(name, bytes.len() as u64)?;
                directory.atomic_write(Path::new(name), bytes)?;
            }
        }
        let settings = settings.ok_or_else(|| Error::NoIndex(FILE_NAME.into()))?;
        Self::from_directory(directory, &settings)
    }

    fn from_directory(directory: impl Directory, settings: &Settings) -> Result<Self, Error> {
        let language = Language::new(&settings.language);
        let index = Index::open(directory)?;
        let fields = Fields::new(language.tag());
        if index.schema() != fields.schema {
            return Err(Error::Settings("the fields are not those kb writes".into()));
        }
        // A folder that was copied in part would make tantivy panic; 26 MB are checked in 3 ms.
        if let Some(damaged) = index.validate_checksum()?.into_iter().min() {
            return Err(Error::Damaged(damaged));
        }
        let segments = index.searchable_segments()?;
        let [segment] = segments.as_slice() else {
            return Err(Error::Settings(format!("{} segments, not one", segments.len())));
        };
        // Without an `IndexReader`: that would put a lock file into the folder.
        let segment = SegmentReader::open(segment)?;
        let mut searched = Vec::new();
        for field in fields.searched {
            searched.push(SearchedField {
                inverted: segment.inverted_index(field)?,
                norms: segment.fieldnorms_readers().get_field(field)?,
            });
        }
        let mut analyzer = Analyzer::new(language.clone());
        let tuning = settings.tuning();
        let mut index = Self {
            synonyms: SynonymTable::new(&tuning.synonyms, &mut analyzer),
            analyzer: Analyzer::new(language.clone()),
            language,
            pins: Vec::new(),
            ranking: Ranking::default(),
            store: segment.get_store_reader(STORE_CACHE_BLOCKS)?,
            boosts: segment.fast_fields().f64(BOOST).ok(),
            fields,
            segment,
            searched,
        };
        for pin in &tuning.pins {
            let mut articles = Vec::new();
            for source in &pin.articles {
                articles.extend(index.article(source)?);
            }
            index.pins.push((phrase_terms(&pin.query, &mut analyzer), articles));
        }
        Ok(index)
    }

    /// The language of its articles.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// The number of articles.
    pub fn len(&self) -> usize {
        self.segment.max_doc() as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.segment.max_doc() == 0
    }

    /// The numbers that steer the ranking.
    pub fn ranking(&self) -> &Ranking {
        &self.ranking
    }

    /// Replaces the numbers that steer the ranking, to try others.
    pub fn set_ranking(&mut self, ranking: Ranking) {
        self.ranking = ranking;
    }

    /// The number of the article with this source.
    fn article(&self, source: &str) -> Result<Option<u32>, Error> {
        let term = Term::from_field_text(self.fields.source, source);
        let inverted = self.segment.inverted_index(self.fields.source)?;
        let postings = inverted.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(postings.map(|postings| postings.doc()).filter(|&doc| doc != TERMINATED))
    }

    /// Calls `visit` for every article that has this value in an untokenised field.
    pub(super) fn for_each_with(&self, field: Stored, value: &str, visit: &mut dyn FnMut(u32)) -> Result<(), Error> {
        let term = Term::from_field_text(field, value);
        let inverted = self.segment.inverted_index(field)?;
        if let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? {
            while postings.doc() != TERMINATED {
                visit(postings.doc());
                postings.advance();
            }
        }
        Ok(())
    }

    /// All values of an untokenised field, sorted.
    pub(super) fn values(&self, field: Stored) -> Result<Vec<String>, Error> {
        let inverted = self.segment.inverted_index(field)?;
        let mut stream = inverted.terms().stream()?;
        let mut values = Vec::new();
        while let Some((value, _)) = stream.next() {
            values.extend(String::from_utf8(value.to_vec()));
        }
        Ok(values)
    }

    fn term(&self, field: Field, text: &str) -> Term {
        Term::from_field_text(self.fields.searched(field), text)
    }
}

/// tantivy 0.27 panics on segment files shorter than the end of their footer.
fn refuse_stub(name: &str, length: u64) -> Result<(), Error> {
    const FOOTER_END_BYTES: u64 = 8;
    let of_segment = !name.contains("json") && name.contains('.');
    if of_segment && length < FOOTER_END_BYTES {
        return Err(Error::Damaged(name.into()));
    }
    Ok(())
}

impl Vocabulary for SearchIndex {
    type Error = Error;

    fn doc_count(&self) -> u32 {
        self.segment.max_doc()
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Error> {
        let mut most = 0;
        for field in Field::ALL {
            most = self.field_doc_freq(field, term)?.max(most);
        }
        Ok(most)
    }

    fn for_each_with_prefix(&self, prefix: &str, _: Wanted, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        for field in &self.searched {
            let mut stream = field.inverted.terms().range().ge(prefix).into_stream()?;
            while let Some((term, info)) = stream.next() {
                let Ok(term) = std::str::from_utf8(term) else { continue };
                if !term.starts_with(prefix) {
                    break;
                }
                visit(term, info.doc_freq);
            }
        }
        Ok(())
    }
}

impl Postings for SearchIndex {
    fn average_length(&self, field: Field) -> Result<f32, Error> {
        let tokens = self.searched[field.index()].inverted.total_num_tokens();
        Ok(tokens as f32 / self.segment.max_doc().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Error> {
        let found = self.searched[field.index()].inverted.terms().get(term.as_bytes())?;
        Ok(found.map_or(0, |info| info.doc_freq))
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Error> {
        let SearchedField { inverted, norms } = &self.searched[field.index()];
        let term = self.term(field, term);
        let Some(mut block) = inverted.read_block_postings(&term, IndexRecordOption::WithFreqs)? else {
            return Ok(());
        };
        while block.block_len() > 0 {
            for (&doc, &term_freq) in block.docs().iter().zip(block.freqs()) {
                let norm = norms.as_ref().map_or(0, |norms| norms.fieldnorm_id(doc));
                visit(Posting { doc, term_freq, norm });
            }
            block.advance();
        }
        Ok(())
    }

    fn for_each_position(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting, &[u32])) -> Result<(), Error> {
        let SearchedField { inverted, norms } = &self.searched[field.index()];
        let term = self.term(field, term);
        let option = IndexRecordOption::WithFreqsAndPositions;
        let Some(mut postings) = inverted.read_postings(&term, option)? else {
            return Ok(());
        };
        let mut positions = Vec::new();
        while postings.doc() != TERMINATED {
            let doc = postings.doc();
            postings.positions(&mut positions);
            let norm = norms.as_ref().map_or(0, |norms| norms.fieldnorm_id(doc));
            visit(
                Posting {
                    doc,
                    term_freq: postings.term_freq(),
                    norm,
                },
                &positions,
            );
            postings.advance();
        }
        Ok(())
    }
}

impl Articles for SearchIndex {
    fn boost(&self, doc: u32) -> f32 {
        self.boosts
            .as_ref()
            .and_then(|column| column.first(doc))
            .map_or(1.0, |boost| boost as f32)
    }

    fn pinned(&self, terms: &[String]) -> &[u32] {
        self.pins.iter().find(|pin| pin.0 == terms).map_or(&[], |pin| &pin.1)
    }
}
