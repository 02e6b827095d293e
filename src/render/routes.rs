//! What is rendered: every file with its path, and how each is made.

use super::files;
use super::i18n::Messages;
use super::pages::{Job, LanguageRenderer};
use super::theme::Theme;
use super::{Nearest, WrittenPage};
use crate::site::{Site, SitePath, urls};

/// How a file is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A page, in a language by its number.
    Page(usize, Job),
    /// The Markdown copy of a page.
    Copy(usize, Job),
    /// A page at an old path that leads to the new one.
    Redirect(SitePath, SitePath),
    /// The Atom feed of a language.
    Feed(usize),
    /// The list of articles for language models, of a language.
    Llms(usize),
    /// The list of pages for search engines.
    Sitemap,
    /// What crawlers may read.
    Robots,
    /// The redirects for hosts that read them from a file.
    Redirects,
    /// What was built from what; the pages must be made before it.
    Manifest,
    /// A file of the theme, by its path.
    Theme,
}

/// Path of the redirects for hosts that read them from a file.
pub const REDIRECTS: &str = "_redirects";

/// All files that are rendered, by path.
pub fn routes(site: &Site, theme: &Theme) -> Vec<(String, Route)> {
    let mut routes = Vec::new();
    for (number, language) in site.languages.iter().enumerate() {
        for job in Job::all(language) {
            let path = job.path(language);
            routes.push((urls::output_file(&path), Route::Page(number, job)));
            if job.has_copy(site, number) {
                routes.push((urls::markdown_file(&path), Route::Copy(number, job)));
            }
        }
        let home = language.home.trim_start_matches('/');
        if files::has_feed(site) {
            routes.push((format!("{home}feed.xml"), Route::Feed(number)));
        }
        if site.config.build.llms {
            routes.push((format!("{home}llms.txt"), Route::Llms(number)));
        }
    }
    routes.extend(theme.outputs.keys().map(|path| (path.clone(), Route::Theme)));
    if site.config.base_url.is_some() {
        routes.push(("sitemap.xml".to_owned(), Route::Sitemap));
    }
    routes.push(("robots.txt".to_owned(), Route::Robots));
    for (from, to) in &*site.redirects {
        routes.push((urls::output_file(from), Route::Redirect(from.clone(), to.clone())));
    }
    if !site.redirects.is_empty() {
        routes.push((REDIRECTS.to_owned(), Route::Redirects));
    }
    routes.push(("manifest.json".to_owned(), Route::Manifest));
    routes
}

/// Makes the files of a site.
pub struct SiteRenderer<'a> {
    site: &'a Site,
    theme: &'a Theme,
    languages: Vec<LanguageRenderer<'a>>,
}

impl<'a> SiteRenderer<'a> {
    /// A renderer with the theme's words for every language.
    pub fn new(site: &'a Site, theme: &'a Theme, words: &'a [Messages], nearest: &'a dyn Nearest) -> Self {
        let renderer = |(number, words)| LanguageRenderer::new(site, theme, words, number, nearest);
        Self {
            site,
            theme,
            languages: words.iter().enumerate().map(renderer).collect(),
        }
    }

    /// The renderer of a language by its number.
    pub fn language(&self, number: usize) -> &LanguageRenderer<'a> {
        &self.languages[number]
    }

    /// Makes a file that is neither a page nor the manifest; nothing for those.
    pub fn file(&self, path: &str, route: &Route) -> Vec<u8> {
        match route {
            Route::Page(..) | Route::Manifest => Vec::new(),
            Route::Copy(language, job) => self.languages[*language].copy(*job).unwrap_or_default(),
            Route::Redirect(from, to) => self.language_of(to).redirect(from, to),
            Route::Feed(language) => {
                let feed = files::feed(self.site, &self.site.languages[*language]);
                feed.unwrap_or_default().into_bytes()
            }
            Route::Llms(language) => files::llms(&self.languages[*language]).into_bytes(),
            Route::Sitemap => files::sitemap(self.site).unwrap_or_default(),
            Route::Robots => files::robots(self.site).into_bytes(),
            Route::Redirects => files::redirects(self.site).into_bytes(),
            Route::Theme => self
                .theme
                .outputs
                .get(path)
                .map(|bytes| bytes.to_vec())
                .unwrap_or_default(),
        }
    }

    /// The manifest of these pages.
    pub fn manifest(&self, mut written: Vec<WrittenPage>) -> Vec<u8> {
        written.sort();
        files::manifest(self.site, &written).into_bytes()
    }

    /// The language whose home a path is under; the default one's is `/`.
    fn language_of(&self, path: &str) -> &LanguageRenderer<'a> {
        let under = |renderer: &&LanguageRenderer<'_>| path.starts_with(&renderer.language().home);
        self.languages.iter().rev().find(under).unwrap_or(&self.languages[0])
    }
}
