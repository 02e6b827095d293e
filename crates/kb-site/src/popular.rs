//! The most read articles of each language, by `content/views.csv`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kb_config::{Config, ViewRow, Views};
use kb_diagnostic::{Code, Diagnostic, Span};
use kb_document::Document;
use percent_encoding::percent_decode_str;

use super::pages;
use super::{ArticleId, LanguageSite, SitePath};

/// The largest number of articles in a list.
const POPULAR: usize = 6;
/// The number of rows with unknown pages that are listed.
const EXAMPLES: usize = 3;
/// The page that a row of the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PopularPage {
    /// An article of a language, both by their numbers.
    Article(usize, ArticleId),
    /// A page that is not an article.
    Other,
}

/// Finds the most read articles of every language. Each language counts its own pages; a language without views uses
/// the sums of all languages.
pub(super) fn find(
    config: &Config,
    base_path: &str,
    documents: &[Arc<Document>],
    redirects: &BTreeMap<SitePath, SitePath>,
    languages: &mut [LanguageSite],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let views = &config.views;
    if views.rows.is_empty() {
        return;
    }
    let pages = pages(config, documents, redirects, languages);
    let base = base_path.trim_matches('/').to_lowercase();
    let mut counts: Vec<Vec<u64>> = languages.iter().map(|site| vec![0; site.articles.len()]).collect();
    let mut sums: HashMap<&str, u64> = HashMap::new();
    let mut unknown = Vec::new();
    for row in &views.rows {
        match look_up(&pages, &base, &row.page) {
            Some(PopularPage::Article(language, article)) => {
                let count = &mut counts[language][article.index()];
                *count = count.saturating_add(row.views);
                let sum = sums.entry(&languages[language].articles[article].key).or_default();
                *sum = sum.saturating_add(row.views);
            }
            Some(PopularPage::Other) => {}
            None => unknown.push(row),
        }
    }
    let most_read = |(site, own): (&LanguageSite, Vec<u64>)| {
        let sum = |key: &str| sums.get(key).copied().unwrap_or_default();
        let counts: Vec<u64> = if own.iter().any(|count| *count > 0) {
            own
        } else {
            site.articles.iter().map(|article| sum(&article.key)).collect()
        };
        let mut read: Vec<ArticleId> = ArticleId::all(&site.articles)
            .filter(|id| counts[id.index()] > 0 && !site.articles[*id].unlisted)
            .collect();
        read.sort_by_key(|id| (Reverse(counts[id.index()]), *id));
        read.truncate(POPULAR);
        read
    };
    let popular: Vec<Vec<ArticleId>> = languages.iter().zip(counts).map(most_read).collect();
    for (site, popular) in languages.iter_mut().zip(popular) {
        site.popular = popular;
    }
    diagnostics.extend(unknown_pages(views, &unknown));
}

/// All pages by their paths, in lower case and without slashes at the ends, and articles by their files too.
fn pages(
    config: &Config,
    documents: &[Arc<Document>],
    redirects: &BTreeMap<SitePath, SitePath>,
    languages: &[LanguageSite],
) -> HashMap<String, PopularPage> {
    let mut pages = HashMap::new();
    for (number, site) in languages.iter().enumerate() {
        let tags = site.tags.iter().map(|tag| plain(&tag.path));
        let others = pages::paths_of_kb(config, &site.home).map(|path| plain(&path));
        pages.extend(tags.chain(others).map(|path| (path, PopularPage::Other)));
        let categories = site.categories.iter().map(|category| plain(&category.path));
        pages.extend(categories.map(|path| (path, PopularPage::Other)));
        for (id, article) in ArticleId::numbered(&site.articles) {
            pages.insert(plain(&article.path), PopularPage::Article(number, id));
            if article.language == site.language {
                let file = documents[article.document].path.as_str();
                pages.insert(file.to_lowercase(), PopularPage::Article(number, id));
            }
        }
    }
    for (from, to) in redirects {
        if let Some(page) = pages.get(&plain(to)).copied() {
            pages.entry(plain(from)).or_insert(page);
        }
    }
    pages
}

/// A path in the form used for lookup.
fn plain(path: &str) -> String {
    let path = path.strip_suffix("index.html").unwrap_or(path);
    let path = path.strip_suffix(".html").unwrap_or(path);
    path.trim_matches('/').to_lowercase()
}

/// The page that a row names: by the path of its file, its path on the site or its URL, with or without a scheme.
fn look_up(pages: &HashMap<String, PopularPage>, base: &str, written: &str) -> Option<PopularPage> {
    let path = written.split(['?', '#']).next().unwrap_or_default().trim();
    let path = percent_decode_str(path).decode_utf8_lossy();
    let after_host = |rest: &str| rest.split_once('/').map_or("", |(_, path)| path).to_owned();
    let (path, hosted) = match path.split_once("://") {
        Some((_, rest)) => (after_host(rest), None),
        None if path.starts_with('/') => (path.to_string(), None),
        None => (path.to_string(), Some(after_host(&path))),
    };
    // Only if no content folder has the name of the host.
    let hosted = hosted.filter(|_| path.split('/').next().is_some_and(|host| host.contains(['.', ':'])));
    [Some(path), hosted].into_iter().flatten().find_map(|path| {
        let path = plain(&path);
        let inside = match path.strip_prefix(base) {
            Some(rest) if rest.is_empty() || base.is_empty() || rest.starts_with('/') => Some(rest.trim_matches('/')),
            _ => None,
        };
        let found = inside.and_then(|inside| pages.get(inside));
        found.or_else(|| pages.get(&path)).copied()
    })
}

/// One note for all rows with unknown pages: exports contain pages that no longer exist.
fn unknown_pages(views: &Views, unknown: &[&ViewRow]) -> Option<Diagnostic> {
    let first = unknown.first()?;
    let mut examples: Vec<String> = Vec::new();
    for row in unknown {
        let example = format!("`{}`", row.page);
        if examples.len() < EXAMPLES && !examples.contains(&example) {
            examples.push(example);
        }
    }
    let names = match unknown.len() {
        1 => "1 row names".to_owned(),
        count => format!("{count} rows name"),
    };
    let message = format!("{names} no page of this site, such as {}", examples.join(", "));
    Some(
        Diagnostic::new(Code::ViewsUnknownPage, message)
            .with_span(Span::at(views.file.clone(), first.line, 1, &first.page))
            .with_hint("if an article has moved, add its old address to `aliases`; otherwise no change is needed"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_file_path_and_url() {
        let article = PopularPage::Article(0, ArticleId::new(7));
        let pages: HashMap<String, PopularPage> = [
            (plain("/billing/refund/"), article),
            ("billing/refund.md".to_owned(), article),
            (plain("/old.html"), article),
            (plain("/fragen/größe/"), article),
            (plain("/"), PopularPage::Other),
        ]
        .into();
        for (base, written) in [
            ("", "billing/refund.md"),
            ("", "Billing/Refund.md"),
            ("", "/billing/refund/"),
            ("", "/billing/refund"),
            ("", "/billing/refund/index.html?utm_source=mail#top"),
            ("", "https://help.example/billing/refund/"),
            ("", "//billing/refund/"),
            ("", "help.example:8080/billing/refund/"),
            ("", "/old.html"),
            ("", "/fragen/gr%C3%B6%C3%9Fe/"),
            ("s", "/s/billing/refund/"),
            ("s", "https://help.example/s/billing/refund"),
            ("s", "help.example/s/billing/refund"),
            ("s", "/billing/refund/"),
        ] {
            assert_eq!(look_up(&pages, base, written), Some(article), "{written}");
        }
        for (base, written) in [("", "/"), ("", "https://help.example"), ("s", "/s/"), ("s", "/s")] {
            assert_eq!(look_up(&pages, base, written), Some(PopularPage::Other), "{written}");
        }
        for (base, written) in [
            ("", "/refund/"),
            ("", "(not set)"),
            ("", "x/billing/refund.md"),
            ("", "/%FF%00/"),
            ("s", "/sbilling/refund/"),
        ] {
            assert_eq!(look_up(&pages, base, written), None, "{written}");
        }
    }
}
