//! An open index: what `kb_search` needs to know of it, read from tantivy's segment.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::Path;

use kb_search::execute::{Field, Posting, Postings};
use kb_search::pack::{Facet, Summary};
use kb_search::plan::{PREFIXED, Vocabulary, Wanted};
use kb_search::rank::Articles;
use kb_search::search::{self, Article, Rules};
use kb_search::suggester::{SuggestOptions, Suggestion, suggest};
use kb_search::{Analyzer, Language};
use tantivy::columnar::Column;
use tantivy::directory::MmapDirectory;
#[cfg(test)]
use tantivy::directory::RamDirectory;
use tantivy::schema::{Field as Stored, IndexRecordOption, Value as _};
use tantivy::store::StoreReader;
use tantivy::{Directory, DocSet as _, Index, SegmentReader, TERMINATED, TantivyDocument, Term};

use super::schema::{BOOST, Fields, Keep};
use super::seal::{self, MANAGED};
use super::segment::Segment;
use super::settings::{FILE_NAME, Settings};
use super::{Answer, Error, Options, Section, rules};

/// Number of decompressed blocks of the document store that are cached.
const STORE_CACHE_BLOCKS: usize = 64;

/// The search index of one language, open for queries. It may be shared between threads.
pub struct SearchIndex {
    fields: Fields,
    /// Its cache stays empty: every query works on a copy.
    analyzer: Analyzer,
    rules: Rules,
    title_information: f32,
    store: StoreReader,
    boosts: Option<Column<f64>>,
    reader: SegmentReader,
    segment: Segment,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex")
            .field("language", self.language())
            .finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index in a folder, mapped into memory. Nothing is written there, not even a lock file.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::Version`] if another version of kb wrote it, or any error of reading.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let Some((_, mut file)) = seal::open_in(folder, FILE_NAME)? else {
            return Err(Error::NoIndex(folder.to_owned()));
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| Error::Read {
            path: folder.join(FILE_NAME),
            source,
        })?;
        let settings = Settings::parse(&bytes)?;
        // tantivy would block on a pipe.
        seal::open_in(folder, MANAGED)?;
        seal::check(|name| seal::open_in(folder, name)).map_err(|error| error.inside(folder))?;
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        Self::from_directory(directory, &settings)
    }

    /// Opens an index from the files that [`super::write_index`] returned.
    ///
    /// # Errors
    /// As for [`SearchIndex::open`].
    #[cfg(test)]
    pub(super) fn from_files(files: &[(String, Vec<u8>)]) -> Result<Self, Error> {
        let directory = RamDirectory::create();
        let mut settings = None;
        for (name, bytes) in files {
            if name == FILE_NAME {
                settings = Some(Settings::parse(bytes)?);
            } else {
                directory.atomic_write(Path::new(name), bytes)?;
            }
        }
        let settings = settings.ok_or_else(|| Error::NoIndex(FILE_NAME.into()))?;
        let named = |name: &str| files.iter().find(|file| file.0 == name);
        seal::check(|name| Ok(named(name).map(|(_, bytes)| (bytes.len() as u64, bytes.as_slice()))))
            .map_err(|error| error.inside(Path::new("the index")))?;
        Self::from_directory(directory, &settings)
    }

    fn from_directory(directory: impl Directory, settings: &Settings) -> Result<Self, Error> {
        let language = Language::new(&settings.language);
        let index = Index::open(directory)?;
        let fields = Fields::new(language.tag(), Keep::Texts);
        if index.schema() != fields.schema {
            return Err(Error::Settings("the fields are not those that kb writes".into()));
        }
        let segments = index.searchable_segments()?;
        let [segment] = segments.as_slice() else {
            return Err(Error::Settings(format!("{} segments, not one", segments.len())));
        };
        // Without an `IndexReader`: that would put a lock file into the folder.
        let reader = SegmentReader::open(segment)?;
        let mut index = Self {
            analyzer: Analyzer::new(language),
            rules: Rules::default(),
            title_information: settings.title_information,
            store: reader.get_store_reader(STORE_CACHE_BLOCKS)?,
            boosts: reader.fast_fields().f64(BOOST).ok(),
            segment: Segment::new(&reader, &fields)?,
            fields,
            reader,
        };
        index.rules = rules(&settings.tuning, &index.analyzer, |source| index.number(source))?;
        Ok(index)
    }

    /// The language of its articles.
    pub fn language(&self) -> &Language {
        self.analyzer.language()
    }

    /// Number of articles.
    pub fn len(&self) -> usize {
        self.segment.docs() as usize
    }

    /// Whether it has no articles.
    pub fn is_empty(&self) -> bool {
        self.segment.docs() == 0
    }

    /// Replaces the parameters of the ranking.
    #[cfg(test)]
    pub(super) fn set_ranking(&mut self, ranking: kb_search::score::Ranking) {
        self.rules.ranking = ranking;
    }

    /// Answers a query. Never fails on input; a query without words has no hits.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn search(&self, query: &str, options: &Options) -> Result<Answer, Error> {
        let mut analyzer = self.analyzer.clone();
        search::search(self, &self.rules, &mut analyzer, query, options).map(|(answer, _)| answer)
    }

    /// The articles that answer a message. Never fails on input.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn suggest(&self, message: &str, options: &SuggestOptions) -> Result<Vec<Suggestion>, Error> {
        let mut analyzer = self.analyzer.clone();
        suggest(self, &self.rules, &mut analyzer, message, options).map(|(suggestions, _)| suggestions)
    }

    /// The source of an article by its number.
    ///
    /// # Errors
    /// If there is no such article.
    pub fn source(&self, article: usize) -> Result<String, Error> {
        Ok(self.shown(article as u32)?.summary.source)
    }

    /// The address and the sections of an article by its number, as they were indexed.
    ///
    /// # Errors
    /// If there is no such article.
    pub fn sections(&self, article: usize) -> Result<(String, Vec<Section<'_>>), Error> {
        let article = self.shown(article as u32)?;
        Ok((article.summary.url, article.sections))
    }

    /// What is shown of an article, as it was indexed.
    pub(super) fn shown(&self, doc: u32) -> Result<Article<'_>, Error> {
        if doc >= self.segment.docs() {
            return Err(Error::Damaged(FILE_NAME.into()));
        }
        let document: TantivyDocument = self.store.get(doc)?;
        let texts = |field: Stored| -> Vec<Cow<'static, str>> {
            (document.get_all(field))
                .filter_map(|value| Some(Cow::Owned(value.as_str()?.to_owned())))
                .collect()
        };
        let text = |field: Stored| texts(field).pop().unwrap_or_default();
        // These three hold one value per section, in the same order; the titles above the article follow as headings.
        let anchors = texts(self.fields.anchors);
        let headings = texts(self.fields.searched(Field::Headings));
        let bodies = texts(self.fields.searched(Field::Body));
        Ok(Article {
            summary: Summary {
                source: text(self.fields.source).into_owned(),
                url: text(self.fields.url).into_owned(),
                title: text(self.fields.searched(Field::Title)).into_owned(),
                breadcrumb: texts(self.fields.breadcrumb).into_iter().map(Cow::into_owned).collect(),
                excerpt: String::new(),
            },
            sections: (anchors.into_iter().zip(headings).zip(bodies))
                .map(|((anchor, heading), text)| Section { anchor, heading, text })
                .collect(),
        })
    }

    /// The number of the article with this source.
    fn number(&self, source: &str) -> Result<Option<u32>, Error> {
        let term = Term::from_field_text(self.fields.source, source);
        let inverted = self.reader.inverted_index(self.fields.source)?;
        let postings = inverted.read_postings(&term, IndexRecordOption::Basic)?;
        Ok(postings.map(|postings| postings.doc()).filter(|&doc| doc != TERMINATED))
    }

    fn facet(&self, facet: Facet) -> Stored {
        match facet {
            Facet::Collection => self.fields.collection,
            Facet::Tag => self.fields.tag,
        }
    }
}

impl Vocabulary for SearchIndex {
    type Error = Error;

    fn doc_count(&self) -> u32 {
        self.segment.docs()
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Error> {
        let mut most = 0;
        for field in Field::ALL {
            most = self.segment.doc_freq(field, term)?.max(most);
        }
        Ok(most)
    }

    fn for_each_with_prefix(&self, prefix: &str, _: Wanted, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        for field in PREFIXED {
            self.segment.for_each_with_prefix(field, prefix, visit)?;
        }
        Ok(())
    }
}

impl Postings for SearchIndex {
    fn title_information(&self) -> Result<f32, Error> {
        Ok(self.title_information)
    }

    fn body_norm(&self, doc: u32) -> Result<u8, Error> {
        Ok(self.segment.norm(Field::Body, doc))
    }

    fn average_length(&self, field: Field) -> Result<f32, Error> {
        Ok(self.segment.tokens(field) as f32 / self.segment.docs().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Error> {
        self.segment.doc_freq(field, term)
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Error> {
        self.segment.for_each_posting(field, term, visit)
    }

    fn for_each_position(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting, &[u32])) -> Result<(), Error> {
        self.segment.for_each_position(field, term, visit)
    }
}

impl Articles for SearchIndex {
    fn boost(&self, doc: u32) -> f32 {
        self.boosts
            .as_ref()
            .and_then(|column| column.first(doc))
            .map_or(1.0, |boost| boost as f32)
    }
}

impl search::Index for SearchIndex {
    const HAS_TEXT: bool = true;

    fn article(&self, doc: u32) -> Result<Option<Article<'_>>, Error> {
        self.shown(doc).map(Some)
    }

    fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<bool, Error> {
        let field = self.facet(facet);
        let inverted = self.reader.inverted_index(field)?;
        let term = Term::from_field_text(field, name);
        if let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::Basic)? {
            while postings.doc() != TERMINATED {
                visit(postings.doc());
                postings.advance();
            }
        }
        Ok(true)
    }

    fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        let inverted = self.reader.inverted_index(self.facet(facet))?;
        let mut stream = inverted.terms().stream()?;
        while let Some((name, _)) = stream.next() {
            // Names are text.
            if let Ok(name) = std::str::from_utf8(name) {
                self.for_each_in_group(facet, name, &mut |doc| visit(name, doc))?;
            }
        }
        Ok(())
    }
}
