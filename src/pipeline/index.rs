//! The site -> what the search index and the related articles are made from.

use std::borrow::Cow;
use std::collections::HashSet;

use rayon::prelude::*;

use crate::config::SearchConfig;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::document::Document;
use crate::render::Nearest;
use crate::search::{self, IndexedArticle, IndexedSection, PackOptions, Pin, Popular, Synonym, Tuning};
use crate::site::{Article, ArticleId, CategoryId, LanguageSite, Site};

/// Related articles that are found for each; a page shows fewer, as some may be unlisted.
const RELATED: usize = 8;

/// Articles that the search box offers before anything was typed.
const POPULAR: usize = 5;

/// Files of an index: path below the output and bytes.
pub(super) type IndexFiles = Vec<(String, Vec<u8>)>;

/// Writes the index of every language.
///
/// # Errors
/// Returns what went wrong inside the search engine.
pub(super) fn write_indexes(site: &Site) -> Result<IndexFiles, search::Error> {
    let indexes: Vec<Result<IndexFiles, search::Error>> = (0..site.languages.len())
        .into_par_iter()
        .map(|number| write_index(site, number))
        .collect();
    let mut files = Vec::new();
    for index in indexes {
        files.extend(index?);
    }
    files.extend(search::browser_files(
        site.languages.iter().map(|language| language.language.tag()),
    ));
    Ok(files)
}

fn write_index(site: &Site, number: usize) -> Result<IndexFiles, search::Error> {
    let language = &site.languages[number];
    let tag = language.language.tag();
    let searchable = |document: &Document| document.front.searchable;
    let articles = language
        .articles
        .iter()
        .filter(|a| !a.unlisted && searchable(&site.documents[a.document]))
        .map(|article| article_view(site, language, article));
    // The text of a category is an answer too; the home page's is not.
    let categories = language
        .categories
        .iter()
        .enumerate()
        .skip(1)
        .filter_map(|(id, category)| {
            let document = &site.documents[category.document?];
            let trail = language.trail(id);
            (searchable(document) && document.words > 0).then(|| {
                view(
                    site,
                    language,
                    document,
                    &category.title,
                    &category.path,
                    &trail[..trail.len() - 1],
                )
            })
        });
    let tuning = tuning(site, number);
    let folder = search::index_folder(tag);
    let options = PackOptions {
        base: site.base_path.clone(),
        popular: popular(site, language),
    };
    let files = search::write_index(tag, articles.chain(categories), &tuning, &options)?;
    let pack = search::pack_folder(tag);
    let within = |folder: String| move |(name, bytes)| (format!("{folder}/{name}"), bytes);
    Ok((files.tantivy.into_iter().map(within(folder)))
        .chain(files.pack.into_iter().map(within(pack)))
        .collect())
}

/// What the search box offers before anything was typed: featured articles, else the first of each collection.
fn popular(site: &Site, language: &LanguageSite) -> Vec<Popular> {
    let listed = || language.articles.iter().filter(|article| !article.unlisted);
    let mut chosen: Vec<&Article> = listed().filter(|article| article.featured).take(POPULAR).collect();
    if chosen.is_empty() {
        let mut collections = HashSet::new();
        let first = |article: &&Article| collections.insert(language.trail(article.category).first().copied());
        chosen = listed().filter(first).take(POPULAR).collect();
    }
    (chosen.into_iter())
        .map(|article| Popular {
            title: article.title.clone(),
            url: site.url(&article.path).trim_start_matches(&site.base_path).to_owned(),
        })
        .collect()
}

/// For every article of every language those that are about the same.
pub(super) struct Alike(Vec<Vec<Vec<ArticleId>>>);

impl Alike {
    /// Looks for them in all languages.
    pub(super) fn of(site: &Site) -> Self {
        let related = site.languages.par_iter().map(|language| {
            let articles = language
                .articles
                .iter()
                .map(|article| article_view(site, language, article));
            let mut related = search::related(language.language.tag(), articles, RELATED);
            for list in &mut related {
                list.retain(|id| !language.articles[*id].unlisted);
            }
            related
        });
        Self(related.collect())
    }
}

impl Nearest for Alike {
    fn near(&self, language: usize, article: ArticleId) -> Vec<ArticleId> {
        self.0[language][article].clone()
    }
}

/// What the index needs of an article.
fn article_view<'a>(site: &'a Site, language: &'a LanguageSite, article: &'a Article) -> IndexedArticle<'a> {
    let document = &site.documents[article.document];
    view(
        site,
        language,
        document,
        &article.title,
        &article.path,
        &language.trail(article.category),
    )
}

/// What the index needs of a document.
fn view<'a>(
    site: &'a Site,
    language: &'a LanguageSite,
    document: &'a Document,
    title: &'a str,
    path: &str,
    trail: &[CategoryId],
) -> IndexedArticle<'a> {
    let titles = |texts: &'a [String]| texts.iter().map(|text| Cow::Borrowed(text.as_str())).collect();
    let breadcrumb: Vec<Cow<'a, str>> = trail
        .iter()
        .map(|id| Cow::Borrowed(language.categories[*id].title.as_str()))
        .collect();
    IndexedArticle {
        source: Cow::Borrowed(document.path.as_str()),
        url: Cow::Owned(site.url(path)),
        title: Cow::Borrowed(title),
        description: Cow::Borrowed(document.front.description.as_deref().unwrap_or_default()),
        collection: breadcrumb.first().cloned(),
        breadcrumb,
        tags: titles(&document.front.tags),
        questions: titles(&document.front.questions),
        keywords: titles(&document.front.keywords),
        boost: document.front.boost as f32,
        sections: document
            .sections
            .iter()
            .filter(|section| !section.heading.is_empty() || !section.text.trim().is_empty())
            .map(|section| IndexedSection {
                anchor: Cow::Borrowed(section.anchor.as_str()),
                heading: Cow::Borrowed(section.heading.as_str()),
                text: Cow::Borrowed(section.text.as_str()),
            })
            .collect(),
    }
}

fn tuning(site: &Site, number: usize) -> Tuning {
    let language = &site.languages[number].language;
    let SearchConfig { synonyms, pins } = &site.config.search;
    let here = |rule: &Option<crate::config::Language>| rule.as_ref().is_none_or(|only| only == language);
    Tuning {
        synonyms: synonyms
            .iter()
            .filter(|rule| here(&rule.language))
            .map(|rule| Synonym {
                from: rule.from.clone(),
                to: rule.to.clone(),
            })
            .collect(),
        pins: pins
            .iter()
            .filter(|pin| here(&pin.language))
            .map(|pin| Pin {
                query: pin.query.clone(),
                articles: pin
                    .articles
                    .iter()
                    .filter_map(|(target, _)| {
                        let page = site.resolve_target(None, target, number)?;
                        Some(site.document(number, page)?.path.to_string())
                    })
                    .collect(),
            })
            .collect(),
    }
}

/// Checks that every pin names an article.
pub(super) fn check_pins(site: &Site) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for pin in &site.config.search.pins {
        for (target, span) in &pin.articles {
            let known = (0..site.languages.len()).any(|number| site.resolve_target(None, target, number).is_some());
            if !known {
                let hint = did_you_mean(target, site.documents.iter().map(|document| document.path.as_str()));
                diagnostics.push(
                    Diagnostic::error("pin-missing", format!("there is no article `{target}`"))
                        .with_span(span.clone())
                        .with_hint_if(hint),
                );
            }
        }
    }
    diagnostics
}
