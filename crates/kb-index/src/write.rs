//! Articles to the files of a tantivy index: one segment, the same bytes for the same articles.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kb_search::execute::Field;
use kb_search::{Analyzer, Language};
use tantivy::directory::RamDirectory;
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};
use tantivy::{Directory as _, Index, IndexSettings, SegmentReader, SingleSegmentIndexWriter, TantivyDocument};

use super::pack::{Shown, excerpt, write_pack};
use super::schema::{Fields, Keep, tokenizer_name};
use super::seal::{EXTENSIONS, MANAGED, META, Seal, hyphenated, segment_id};
use super::segment::Segment;
use super::settings::{FILE_NAME, Settings};
use super::tokenizer::{KbTokenizer, Reads, SharedAnalyzer};
use super::{Error, Files, IndexFiles, IndexedArticle, PackOptions, Tuning};

/// Sizes the term hash table only; memory grows with the articles.
const TABLE_BUDGET_BYTES: usize = 48 << 20;

/// The same for few articles: a large table takes longer to clear than they take to index.
const SMALL_TABLE_BUDGET_BYTES: usize = 1 << 20;
/// Few articles are less than this.
const FEW_ARTICLES: usize = 64;

/// Indexes the articles of one language.
///
/// The files depend on nothing but the arguments. Articles are numbered in the order given.
///
/// # Errors
/// [`Error::Tantivy`] if tantivy refuses, which no article causes.
pub fn write_index<'a>(
    language: &str,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
    tuning: &Tuning,
    options: &PackOptions,
) -> Result<IndexFiles, Error> {
    let language = Language::new(language);
    let mut shown = Shown::default();
    let mut boosts = Vec::new();
    let articles = articles.into_iter().inspect(|article| {
        boosts.push(article.boost());
        shown.push(article, excerpt(article), &options.base);
    });
    let (directory, segment) = index(&language, articles)?;
    let title_information = segment.title_information()?;
    let pack = write_pack(&segment, language.tag(), shown, &boosts, tuning, options)?;
    drop(segment);
    Ok(IndexFiles {
        tantivy: files(&directory, &language, title_information, tuning)?,
        pack,
    })
}

/// The same without the form for browsers: the files of tantivy's index alone.
///
/// # Errors
/// As [`write_index`].
pub fn write_tantivy<'a>(
    language: &str,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
    tuning: &Tuning,
) -> Result<Files, Error> {
    let language = Language::new(language);
    let (directory, segment) = index(&language, articles)?;
    files(&directory, &language, segment.title_information()?, tuning)
}

/// Indexes articles with all their texts.
fn index<'a>(
    language: &Language,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
) -> Result<(RamDirectory, Segment), Error> {
    let directory = RamDirectory::create();
    let fields = Fields::new(language.tag(), Keep::Texts);
    let analyzer = shared_analyzer(language);
    let index = fill(
        directory.clone(),
        &fields,
        language,
        &analyzer,
        articles,
        TABLE_BUDGET_BYTES,
    )?;
    let segment = open(&index, &fields)?;
    Ok((directory, segment))
}

/// The files of an index with its settings, sorted by name.
fn files(
    directory: &RamDirectory,
    language: &Language,
    title_information: f32,
    tuning: &Tuning,
) -> Result<Files, Error> {
    let mut files = finished_files(directory)?;
    let settings = Settings::new(language.tag(), title_information, tuning);
    files.push((FILE_NAME.to_owned(), settings.to_bytes()?));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

/// An analyzer that knows no words yet.
pub(super) fn shared_analyzer(language: &Language) -> SharedAnalyzer {
    Arc::new(Mutex::new(Analyzer::new(language.clone())))
}

/// Indexes articles for their postings alone, in memory.
pub(super) fn postings_of<'a>(
    language: &Language,
    analyzer: &SharedAnalyzer,
    articles: impl ExactSizeIterator<Item = IndexedArticle<'a>>,
) -> Result<Segment, Error> {
    let fields = Fields::new(language.tag(), Keep::Postings);
    let budget = if articles.len() < FEW_ARTICLES {
        SMALL_TABLE_BUDGET_BYTES
    } else {
        TABLE_BUDGET_BYTES
    };
    let index = fill(RamDirectory::create(), &fields, language, analyzer, articles, budget)?;
    open(&index, &fields)
}

/// Opens the one segment of an index.
fn open(index: &Index, fields: &Fields) -> Result<Segment, Error> {
    let segments = index.searchable_segments()?;
    let [segment] = segments.as_slice() else {
        return Err(Error::Settings(format!("{} segments, not one", segments.len())));
    };
    Segment::new(&SegmentReader::open(segment)?, fields)
}

/// The tokenizers an index of this language needs.
fn tokenizers(language: &Language, analyzer: &SharedAnalyzer) -> TokenizerManager {
    let manager = TokenizerManager::default();
    for reads in [Reads::Words, Reads::Forms] {
        let tokenizer = KbTokenizer {
            analyzer: Arc::clone(analyzer),
            reads,
        };
        manager.register(
            &tokenizer_name(language.tag(), reads),
            TextAnalyzer::builder(tokenizer).build(),
        );
    }
    manager
}

/// Writes a one-segment index into `directory`.
fn fill<'a>(
    directory: RamDirectory,
    fields: &Fields,
    language: &Language,
    analyzer: &SharedAnalyzer,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
    budget: usize,
) -> Result<Index, Error> {
    // A thread of its own for the document store is worth it where there is one.
    let settings = IndexSettings {
        docstore_compress_dedicated_thread: fields.keep == Keep::Texts,
        ..IndexSettings::default()
    };
    let mut writer: SingleSegmentIndexWriter = Index::builder()
        .schema(fields.schema.clone())
        .tokenizers(tokenizers(language, analyzer))
        .settings(settings)
        .single_segment_index_writer(directory, budget)?;
    for article in articles {
        let mut analyzer = analyzer.lock().unwrap_or_else(PoisonError::into_inner);
        let document = document(fields, &article, &mut analyzer);
        analyzer.note_words();
        drop(analyzer);
        writer.add_document(document)?;
    }
    Ok(writer.finalize()?)
}

fn document(fields: &Fields, article: &IndexedArticle<'_>, analyzer: &mut Analyzer) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.source, &article.source);
    document.add_text(fields.url, &article.url);
    document.add_text(fields.searched(Field::Title), &article.title);
    for category in &article.breadcrumb {
        document.add_text(fields.breadcrumb, category);
    }
    for question in &article.questions {
        document.add_text(fields.searched(Field::Questions), question);
    }
    for keyword in article.keywords.iter().chain(&article.tags) {
        document.add_text(fields.searched(Field::Keywords), keyword);
    }
    let wholes = article.questions.iter().chain(&article.keywords);
    for whole in std::iter::once(&article.title).chain(wholes) {
        if let Some(key) = analyzer.key(whole) {
            document.add_text(fields.searched(Field::Keys), key);
        }
    }
    // Its tokenizer gives the forms of all words that were read of the fields before it.
    document.add_text(fields.searched(Field::Forms), "");
    for section in &article.sections {
        document.add_text(fields.searched(Field::Headings), &section.heading);
        document.add_text(fields.anchors, &section.anchor);
        document.add_text(fields.searched(Field::Body), &section.text);
    }
    // Measured: as text the titles above an article cost more ranks than they win, as headings they win.
    for category in &article.breadcrumb {
        document.add_text(fields.searched(Field::Headings), category);
    }
    if let Some(collection) = &article.collection {
        document.add_text(fields.collection, collection);
    }
    for tag in &article.tags {
        document.add_text(fields.tag, tag);
    }
    document.add_f64(fields.boost, f64::from(article.boost()));
    document
}

/// Takes the files out of `directory`, with tantivy's random segment id replaced by a hash of the index's contents.
///
/// The id stands in file names and `meta.json` alone; tantivy opens the result like any other index.
fn finished_files(directory: &RamDirectory) -> Result<Files, Error> {
    let read = |path: &Path| directory.atomic_read(path).map_err(tantivy::TantivyError::from);
    let meta = String::from_utf8_lossy(&read(Path::new(META))?).into_owned();
    let id = segment_id(&meta).ok_or_else(|| Error::Settings("meta.json names no segment".into()))?;
    let old_name = id.replace('-', "");

    let mut files = Vec::new();
    let mut seal = Seal::new(&meta, &id);
    for extension in EXTENSIONS {
        let path = PathBuf::from(format!("{old_name}.{extension}"));
        if !directory.exists(&path).map_err(tantivy::TantivyError::from)? {
            continue;
        }
        let bytes = read(&path)?;
        // One copy in memory is enough.
        directory
            .delete(&path)
            .map_err(|error| std::io::Error::other(error.to_string()))?;
        seal.add(extension, bytes.len() as u64, bytes.as_slice())?;
        files.push((extension, bytes));
    }
    let new_name = seal.name();
    let new_id = hyphenated(&new_name);
    let mut files: Vec<_> = files
        .into_iter()
        .map(|(extension, bytes)| (format!("{new_name}.{extension}"), bytes))
        .collect();
    let mut managed: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).chain([META]).collect();
    managed.sort_unstable();
    let managed = serde_json::to_vec(&managed).map_err(|error| Error::Settings(error.to_string()))?;
    files.push((MANAGED.to_owned(), managed));
    files.push((META.to_owned(), meta.replace(&id, &new_id).into_bytes()));
    Ok(files)
}
