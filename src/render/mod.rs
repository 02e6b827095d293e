//! `Site` + theme -> pages, feeds, sitemap, `llms.txt` and everything else that is served.
//!
//! 1. [`theme`] loads templates, words and static files in layers.
//! 2. [`pages`] makes the typed context of every page, and the page of it.
//! 3. [`files`] makes what is not a page.

pub mod accent;
pub mod context;
pub mod files;
pub mod i18n;
pub mod json_ld;
pub mod pages;
pub mod theme;

use std::collections::BTreeMap;
use std::sync::Mutex;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::site::{ArticleId, Site};
use i18n::Messages;
use pages::{Job, LanguageRenderer};
use theme::Theme;

/// Takes a finished file: its path in the output and its bytes. Called from several threads.
pub type Emit<'a> = dyn Fn(String, Vec<u8>) + Sync + 'a;

/// Articles about the same, by language and article.
pub type Related = Vec<Vec<Vec<ArticleId>>>;

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

/// What rendering leaves behind.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Number of HTML pages.
    pub pages: usize,
    /// What went wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// The theme's words for every language of the site.
pub fn messages(site: &Site, theme: &Theme, diagnostics: &mut Vec<Diagnostic>) -> Vec<Messages> {
    site.languages
        .iter()
        .map(|language| theme.messages(&language.language, diagnostics))
        .collect()
}

/// Renders everything.
pub fn render_site(site: &Site, theme: &Theme, related: &Related, emit: &Emit<'_>) -> Rendered {
    let mut diagnostics = Vec::new();
    let messages = messages(site, theme, &mut diagnostics);
    let failures = Mutex::new(Failures::default());
    let mut written: Vec<WrittenPage> = Vec::new();
    for (number, words) in messages.iter().enumerate() {
        let renderer = LanguageRenderer::new(site, theme, words, number, related);
        let jobs: Vec<Job> = renderer.jobs();
        let pages: Vec<Option<WrittenPage>> = jobs
            .par_iter()
            .map(|job| {
                let (page, failure) = renderer.render(*job, emit);
                if let Some(failure) = failure
                    && let Ok(mut failures) = failures.lock()
                {
                    failures.add(failure, renderer.describe(*job));
                }
                page
            })
            .collect();
        written.extend(pages.into_iter().flatten());
        files::language_files(&renderer, emit);
    }
    written.sort();
    for (path, bytes) in &theme.outputs {
        emit(path.clone(), bytes.to_vec());
    }
    let redirects = files::site_files(site, theme, &messages, &written, emit);
    diagnostics.extend(failures.into_inner().unwrap_or_default().into_diagnostics());
    Rendered {
        pages: written.len() + redirects,
        diagnostics,
    }
}

/// Failures of templates, each once however many pages it struck.
#[derive(Debug, Default)]
struct Failures {
    by_diagnostic: BTreeMap<Diagnostic, Vec<String>>,
}

impl Failures {
    fn add(&mut self, diagnostic: Diagnostic, page: String) {
        self.by_diagnostic.entry(diagnostic).or_default().push(page);
    }

    fn into_diagnostics(self) -> Vec<Diagnostic> {
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
