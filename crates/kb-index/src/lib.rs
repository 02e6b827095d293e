//! The native search: articles to a tantivy index, and queries answered from one.
//!
//! 1. [`write_index`] turns the articles of one language into the files of a one-segment tantivy index, for
//!    `search/tantivy/<lang>/` ([`index_folder`]), and of the pack, the same index in the form that browsers read, for
//!    `search/pack/<lang>/` ([`pack_folder`]). The caller writes the files.
//! 2. [`SearchIndex`] opens such a folder, also in a copied site, and answers queries: the plan, the scores and the
//!    choice of sections come from `kb_search`, tantivy supplies term dictionaries, postings, field norms and documents.
//!    [`PackSearch`] answers them from the pack instead, as a browser does.
//! 3. [`LiveIndex`] gives the same answers, and the same pack, while articles are edited; [`RelatedArticles`] finds the
//!    most similar articles of each article.
//! 4. [`json`] and [`Explanation`] show the answer to programs and to people.

mod browser;
mod error;
mod index;
pub mod json;
mod live;
mod live_pack;
mod live_postings;
mod pack;
mod pack_engine;
mod related;
mod schema;
mod seal;
mod segment;
mod settings;
mod tokenizer;
mod walk;
mod write;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use kb_document::Document;
use kb_search::Analyzer;
use kb_search::pack::Summary;
use kb_search::search::{Article, Rules};

pub use browser::{browser_files, engine_path, glue_path, offline_path};
pub use error::Error;
pub use index::SearchIndex;
pub use kb_search::explain::{ExplainedClause, ExplainedMatch, Explanation};
pub use kb_search::hits::SectionHit;
pub use kb_search::pack::Popular;
pub use kb_search::plan::Typing;
pub use kb_search::search::{Answer, Count, Hit, Options, Section};
pub use kb_search::sections::Excerpt;
pub use kb_search::spelling::Respelling;
pub use kb_search::suggester::{Evidence, SUGGESTIONS, SuggestOptions, Suggestion, THRESHOLD};
pub use kb_search::tuning::{Pin, Synonym, Tuning};
pub use kb_site::addresses::INDEX_ROOT;
pub use live::{LiveArticle, LiveIndex};
pub use live_pack::SharedFiles;
pub use pack::{PackOptions, boot_path, pack_folder};
pub use pack_engine::PackSearch;
pub use related::RelatedArticles;
pub use write::{write_index, write_tantivy};

/// An article as search sees it. Everything may be borrowed.
#[derive(Clone, Debug, Default)]
pub struct IndexedArticle<'a> {
    /// Path of the Markdown file below the content folder, with `/`.
    pub source: Cow<'a, str>,
    /// Address of its page: site path or absolute, without anchor.
    pub url: Cow<'a, str>,
    /// Title, as plain text.
    pub title: Cow<'a, str>,
    /// What it is about, in one sentence; the search box shows it until it has read the page.
    pub description: Cow<'a, str>,
    /// Titles of the categories above it, outermost first.
    pub breadcrumb: Vec<Cow<'a, str>>,
    /// The collection (category below the root) it is in; related articles prefer their own.
    pub collection: Option<Cow<'a, str>>,
    /// Tags; searched like keywords.
    pub tags: Vec<Cow<'a, str>>,
    /// Other phrasings of the question it answers; on a page of questions and answers also those.
    pub questions: Vec<Cow<'a, str>>,
    /// Words that should find it although they are not in the text.
    pub keywords: Vec<Cow<'a, str>>,
    /// Factor on its score; 1 is neutral. Not finite or not above 0 counts as 1.
    pub boost: f32,
    /// Its text in sections, in order; what precedes the first heading is a section without heading and anchor.
    pub sections: Vec<Section<'a>>,
}

impl<'a> IndexedArticle<'a> {
    /// What search sees of a document. `breadcrumb` are the titles of the categories above it, outermost first.
    pub fn new(document: &'a Document, title: &'a str, url: Cow<'a, str>, breadcrumb: Vec<Cow<'a, str>>) -> Self {
        let sections = (document.sections.iter())
            .filter(|section| !section.heading.is_empty() || !section.text.trim().is_empty())
            .map(|section| Section {
                anchor: Cow::Borrowed(section.anchor.as_str()),
                heading: Cow::Borrowed(section.heading.as_str()),
                text: Cow::Borrowed(section.text.as_str()),
            });
        Self {
            sections: sections.collect(),
            ..Self::front(document, title, url, breadcrumb)
        }
    }

    /// The same without sections.
    fn front(document: &'a Document, title: &'a str, url: Cow<'a, str>, breadcrumb: Vec<Cow<'a, str>>) -> Self {
        let texts = |texts: &'a [String]| texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect();
        let put = (document.questions.iter())
            .filter_map(|range| document.sections.get(range.start))
            .map(|section| &section.heading);
        Self {
            source: Cow::Borrowed(document.path.as_str()),
            url,
            title: Cow::Borrowed(title),
            description: Cow::Borrowed(document.front.description.as_deref().unwrap_or_default()),
            collection: breadcrumb.first().cloned(),
            breadcrumb,
            tags: texts(&document.front.tags),
            questions: (document.front.questions.iter().chain(put))
                .map(|question| Cow::Borrowed(question.as_str()))
                .collect(),
            keywords: texts(&document.front.keywords),
            boost: document.front.boost as f32,
            sections: Vec::new(),
        }
    }

    /// The factor on its score.
    fn boost(&self) -> f32 {
        valid_boost(self.boost)
    }
}

/// What a hit shows of an article.
impl<'a> From<IndexedArticle<'a>> for Article<'a> {
    fn from(article: IndexedArticle<'a>) -> Self {
        Self {
            summary: Summary {
                source: article.source.into_owned(),
                url: article.url.into_owned(),
                title: article.title.into_owned(),
                breadcrumb: article.breadcrumb.into_iter().map(Cow::into_owned).collect(),
                excerpt: String::new(),
            },
            sections: article.sections,
        }
    }
}

/// Synonyms and pins, prepared for an index; `number` finds an article by its source.
fn rules(
    tuning: &Tuning,
    analyzer: &Analyzer,
    number: impl Fn(&str) -> Result<Option<u32>, Error>,
) -> Result<Rules, Error> {
    let mut pins = Vec::new();
    for pin in &tuning.pins {
        let mut articles = Vec::new();
        for source in &pin.articles {
            articles.extend(number(source)?);
        }
        pins.push((pin.query.as_str(), articles));
    }
    Ok(Rules::new(&tuning.synonyms, pins, &mut analyzer.clone()))
}

/// An invalid factor on the score counts as 1.
fn valid_boost(boost: f32) -> f32 {
    if boost.is_finite() && boost > 0.0 { boost } else { 1.0 }
}

/// Names and contents of files, sorted by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// The search files of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexFiles {
    /// tantivy's index, relative to [`index_folder`].
    pub tantivy: Files,
    /// The browser's form of it, relative to [`pack_folder`].
    pub pack: Files,
}

/// The folder of a language's index below the root of a site, with `/`. The tag is lower-cased.
pub fn index_folder(language: &str) -> String {
    format!("{INDEX_ROOT}/{}", language.to_lowercase())
}

/// The languages that a built site has an index for, sorted; empty if there is none.
///
/// # Errors
/// [`Error::Read`] if the folder exists but cannot be listed.
pub fn languages(site: &Path) -> Result<Vec<String>, Error> {
    let root = site.join(INDEX_ROOT);
    let entries = match std::fs::read_dir(&root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path: root, source }),
    };
    let mut languages = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|source| Error::Read {
                path: root.clone(),
                source,
            })?
            .path();
        if path.join(settings::FILE_NAME).is_file()
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            languages.push(name.to_owned());
        }
    }
    languages.sort();
    Ok(languages)
}

// Documents write what search reads; neither crate uses the other.
const _: () = {
    use kb_document::structure as written;
    use kb_search::structure as read;
    assert!(written::CELL == read::CELL && written::STEP_END == read::STEP_END);
    assert!(written::STEP_ZERO == *read::STEP_DIGITS.start());
};

/// The folder of a language's index in a built site.
pub fn index_path(site: &Path, language: &str) -> PathBuf {
    site.join(index_folder(language))
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod live_tests;
#[cfg(test)]
mod parity_tests;
#[cfg(test)]
mod tests;
