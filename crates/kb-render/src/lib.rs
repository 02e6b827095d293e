//! `Site` + theme -> pages, feeds, sitemap, `llms.txt` and everything else that is served.
//!
//! 1. [`theme`] loads templates, messages and static files in layers.
//! 2. [`pages`] makes the typed context of every page, and the page of it.
//! 3. `files` makes what is not a page.
//! 4. [`icons`] puts the icons that a page uses into it.
//! 5. [`script`] writes what scripts share into each of them.
//! 6. [`routes`] lists the files; [`SiteRenderer`] makes any of them.

mod context;
mod files;
mod i18n;
pub mod icons;
mod json_ld;
pub mod pages;
mod palette;
mod routes;
pub mod script;
pub mod theme;

use std::collections::BTreeMap;

use kb_diagnostic::Diagnostic;
use kb_site::{ArticleId, Site};

use theme::Theme;

pub use i18n::Messages;
pub use routes::{Route, SiteRenderer, routes};

/// Knows which articles are about the same.
pub trait RelatedLookup: Sync {
    /// The related articles of an article of language number `language`, best first, without unlisted ones.
    fn related(&self, language: usize, article: ArticleId) -> Vec<ArticleId>;
}

/// A page that was written, for the manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WrittenPage {
    /// Its URL.
    pub url: String,
    /// Language of its frame.
    pub language: String,
    /// The file it was made from, relative to the content folder.
    pub source: Option<String>,
    /// Hash of its HTML.
    pub hash: String,
}

/// The messages of the theme for every language of the site.
pub fn messages(site: &Site, theme: &Theme) -> Vec<Messages> {
    site.languages
        .iter()
        .map(|language| theme.messages(&language.language))
        .collect()
}

/// Failures of templates, each once, with all pages that it affects.
#[derive(Debug, Default)]
pub struct Failures {
    by_diagnostic: BTreeMap<Diagnostic, Vec<String>>,
}

impl Failures {
    /// Adds the failure of a page; `page` is its name in messages.
    pub fn add(&mut self, diagnostic: Diagnostic, page: String) {
        self.by_diagnostic.entry(diagnostic).or_default().push(page);
    }

    /// The failures, each with the pages that it affects.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.by_diagnostic
            .into_iter()
            .map(|(diagnostic, mut pages)| {
                pages.sort();
                let others = match pages.len() {
                    1 => String::new(),
                    2 => " and one other page".to_owned(),
                    n => format!(" and {} other pages", n - 1),
                };
                diagnostic.with_hint(format!(
                    "this happened while rendering {}{others}; the built-in template was used instead",
                    pages[0]
                ))
            })
            .collect()
    }
}
