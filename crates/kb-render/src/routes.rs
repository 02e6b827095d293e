//! The rendered files: their paths, and how each is made.

use kb_site::pages::{MadeFile, Page};
use kb_site::{Site, SitePath, urls};

use super::files;
use super::i18n::Messages;
use super::pages::LanguageRenderer;
use super::theme::Theme;
use super::{RelatedLookup, WrittenPage};

/// How a file is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A page, in a language by its number.
    Page(usize, Page),
    /// The Markdown copy of a page.
    Copy(usize, Page),
    /// A page at an old path that leads to the new one.
    Redirect(SitePath, SitePath),
    /// A file beside the pages, of a language by its number.
    File(usize, MadeFile),
    /// A file of the theme, by its path.
    Theme,
}

/// All files that are rendered, by path.
pub fn routes(site: &Site, theme: &Theme) -> Vec<(String, Route)> {
    let mut routes = Vec::new();
    for (number, language) in site.languages.iter().enumerate() {
        for page in Page::all(language) {
            let path = page.path(language);
            routes.push((urls::output_file(&path), Route::Page(number, page)));
            if page.has_copy(site, number) {
                routes.push((urls::markdown_file(&path), Route::Copy(number, page)));
            }
        }
        let is_here = |file: &MadeFile| file.is_of_language() || number == 0;
        for file in MadeFile::ALL.iter().copied().filter(is_here) {
            if file.is_made(&site.config) && is_needed(site, file) {
                let path = file.path(&site.config, &language.home);
                routes.push((path.trim_start_matches('/').to_owned(), Route::File(number, file)));
            }
        }
    }
    routes.extend(theme.outputs.keys().map(|path| (path.clone(), Route::Theme)));
    for (from, to) in &*site.redirects {
        routes.push((urls::output_file(from), Route::Redirect(from.clone(), to.clone())));
    }
    routes
}

/// Whether a file has content.
fn is_needed(site: &Site, file: MadeFile) -> bool {
    match file {
        MadeFile::Redirects => !site.redirects.is_empty(),
        // The pipeline makes it, with the images.
        MadeFile::Images => false,
        // Pages opened from a folder send nothing.
        MadeFile::Signal => !site.offline,
        MadeFile::Feed | MadeFile::Llms | MadeFile::Sitemap | MadeFile::Robots | MadeFile::Manifest => true,
    }
}

/// Makes the files of a site.
pub struct SiteRenderer<'a> {
    site: &'a Site,
    theme: &'a Theme,
    languages: Vec<LanguageRenderer<'a>>,
}

impl<'a> SiteRenderer<'a> {
    /// A renderer with the theme's messages for every language.
    pub fn new(site: &'a Site, theme: &'a Theme, messages: &'a [Messages], related: &'a dyn RelatedLookup) -> Self {
        let renderer = |(number, messages)| LanguageRenderer::new(site, theme, messages, number, related);
        Self {
            site,
            theme,
            languages: messages.iter().enumerate().map(renderer).collect(),
        }
    }

    /// The renderer of a language by its number.
    pub fn language(&self, number: usize) -> &LanguageRenderer<'a> {
        &self.languages[number]
    }

    /// Makes a file that is neither a page nor the manifest; `None` for those.
    pub fn file(&self, path: &str, route: &Route) -> Vec<u8> {
        match route {
            Route::Page(..) => Vec::new(),
            Route::Copy(language, page) => self.languages[*language].copy(*page).unwrap_or_default(),
            Route::Redirect(from, to) => self.language_of(to).redirect(from, to),
            Route::File(language, file) => match file {
                MadeFile::Feed => {
                    let feed = files::feed(self.site, &self.site.languages[*language]);
                    feed.unwrap_or_default().into_bytes()
                }
                MadeFile::Llms => files::llms(&self.languages[*language]).into_bytes(),
                MadeFile::Sitemap => files::sitemap(self.site).unwrap_or_default(),
                MadeFile::Robots => files::robots(self.site).into_bytes(),
                MadeFile::Signal => files::SIGNAL.into(),
                MadeFile::Redirects => files::redirects(self.site).into_bytes(),
                MadeFile::Manifest | MadeFile::Images => Vec::new(),
            },
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

    /// The language of a path, by the home page above it; that of the default language is `/`.
    fn language_of(&self, path: &str) -> &LanguageRenderer<'a> {
        let under = |renderer: &&LanguageRenderer<'_>| path.starts_with(&renderer.language().home);
        self.languages.iter().rev().find(under).unwrap_or(&self.languages[0])
    }
}
