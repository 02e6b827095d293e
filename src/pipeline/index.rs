//! Makes the inputs of the search index and of related articles from the site.

use std::collections::HashSet;
use std::sync::Arc;

use kb_config::SearchConfig;
use kb_document::Document;
use kb_index::{LiveArticle, PackOptions, Pin, Popular, RelatedArticles, Synonym, Tuning};
use kb_render::RelatedLookup;
use kb_site::{Article, ArticleId, CategoryId, LanguageSite, Site};
use rayon::prelude::*;

/// The number of related articles per article; a page shows fewer, because some may be unlisted.
const RELATED: usize = 8;

/// The number of articles that the search box offers before the customer types, without view counts.
const POPULAR: usize = 5;

/// Files of an index: path below the output and bytes.
pub(super) type SearchFiles = Vec<(String, Vec<u8>)>;

/// Writes the index of every language.
///
/// # Errors
/// The error of the search engine.
pub(super) fn write_indexes(site: &Site) -> Result<SearchFiles, kb_index::Error> {
    let indexes: Vec<Result<SearchFiles, kb_index::Error>> = (0..site.languages.len())
        .into_par_iter()
        .map(|number| write_index(site, number))
        .collect();
    let mut files = Vec::new();
    for index in indexes {
        files.extend(index?);
    }
    files.extend(kb_index::browser_files(
        site.languages.iter().map(|language| language.language.tag()),
    ));
    Ok(files)
}

/// Writes the index of a language.
///
/// # Errors
/// The error of the search engine.
fn write_index(site: &Site, number: usize) -> Result<SearchFiles, kb_index::Error> {
    let language = &site.languages[number];
    let tag = language.language.tag();
    let articles = searchable(site, language);
    let views = articles.iter().map(LiveArticle::view);
    let files = kb_index::write_index(tag, views, &tuning(site, number), &pack_options(site, language))?;
    Ok(below(kb_index::index_folder(tag), files.tantivy)
        .chain(below(kb_index::pack_folder(tag), files.pack))
        .collect())
}

/// Writes the index of a language for `kb search` alone.
///
/// # Errors
/// The error of the search engine.
pub(super) fn write_tantivy(site: &Site, number: usize) -> Result<SearchFiles, kb_index::Error> {
    let language = &site.languages[number];
    let tag = language.language.tag();
    let articles = searchable(site, language);
    let files = kb_index::write_tantivy(tag, articles.iter().map(LiveArticle::view), &tuning(site, number))?;
    Ok(below(kb_index::index_folder(tag), files).collect())
}

/// Files with their paths below the root of the site.
fn below(folder: String, files: kb_index::Files) -> impl Iterator<Item = (String, Vec<u8>)> {
    files
        .into_iter()
        .map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
}

/// The searchable documents of a language.
pub(super) fn searchable(site: &Site, language: &LanguageSite) -> Vec<LiveArticle> {
    let searchable = |document: &Document| document.front.searchable;
    let articles = (language.articles.iter())
        .filter(|article| !article.unlisted && searchable(&site.documents[article.document]))
        .map(|article| of_article(site, language, article));
    // The text of a category is an answer too; the home page's is not.
    let categories = CategoryId::numbered(&language.categories)
        .skip(1)
        .filter_map(|(id, category)| {
            let document = &site.documents[category.document?];
            let above = |trail: Vec<CategoryId>| trail[..trail.len() - 1].to_vec();
            (searchable(document) && document.words > 0).then(|| {
                let trail = above(language.trail(id));
                indexed(site, language, document, &category.title, &category.path, &trail)
            })
        });
    articles.chain(categories).collect()
}

/// All articles of a language in order, as input for related articles.
pub(super) fn comparable(site: &Site, language: &LanguageSite) -> Vec<LiveArticle> {
    let articles = language.articles.iter();
    articles.map(|article| of_article(site, language, article)).collect()
}

/// The inputs of the pack from the site.
pub(super) fn pack_options(site: &Site, language: &LanguageSite) -> PackOptions {
    PackOptions {
        base: site.base_path.clone(),
        popular: popular(site, language),
    }
}

/// The articles that the search box offers before the customer types: the most read ones, otherwise featured ones,
/// otherwise the first of each collection.
fn popular(site: &Site, language: &LanguageSite) -> Vec<Popular> {
    let listed = || language.articles.iter().filter(|article| !article.unlisted);
    let mut chosen: Vec<&Article> = language.popular.iter().map(|id| &language.articles[*id]).collect();
    if chosen.is_empty() {
        chosen = listed().filter(|article| article.featured).take(POPULAR).collect();
    }
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

/// The related articles of every article in every language.
pub(super) struct SiteRelated<'a> {
    site: &'a Site,
    languages: Vec<RelatedArticles>,
}

impl<'a> SiteRelated<'a> {
    /// Compares the articles of every language.
    pub(super) fn of(site: &'a Site) -> Self {
        let read = |language: &LanguageSite| {
            let related = RelatedArticles::new(language.language.tag(), &comparable(site, language), None);
            // The first call computes the data for all others; pages that are rendered in parallel must not wait for
            // it.
            if !language.articles.is_empty() {
                related.of(0, RELATED);
            }
            related
        };
        Self {
            site,
            languages: site.languages.par_iter().map(read).collect(),
        }
    }
}

impl RelatedLookup for SiteRelated<'_> {
    fn related(&self, language: usize, article: ArticleId) -> Vec<ArticleId> {
        related(&self.site.languages[language], &self.languages[language], article)
    }
}

/// The articles related to one, without unlisted ones.
pub(super) fn related(language: &LanguageSite, related: &RelatedArticles, article: ArticleId) -> Vec<ArticleId> {
    let articles = related.of(article.index(), RELATED).into_iter().map(ArticleId::new);
    articles.filter(|id| !language.articles[*id].unlisted).collect()
}

fn of_article(site: &Site, language: &LanguageSite, article: &Article) -> LiveArticle {
    let document = &site.documents[article.document];
    let trail = language.trail(article.category);
    indexed(site, language, document, &article.title, &article.path, &trail)
}

fn indexed(
    site: &Site,
    language: &LanguageSite,
    document: &Arc<Document>,
    title: &str,
    path: &str,
    trail: &[CategoryId],
) -> LiveArticle {
    let titles = trail.iter().map(|id| language.categories[*id].title.clone());
    LiveArticle {
        document: Arc::clone(document),
        title: title.to_owned(),
        url: site.url(path),
        breadcrumb: titles.collect(),
    }
}

/// Synonyms and pins of a language.
pub(super) fn tuning(site: &Site, number: usize) -> Tuning {
    let language = &site.languages[number].language;
    let SearchConfig { synonyms, pins } = &site.config.search;
    let here = |rule: &Option<kb_config::Language>| rule.as_ref().is_none_or(|only| only == language);
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
