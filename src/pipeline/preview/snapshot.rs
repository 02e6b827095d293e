//! One state of the site, with all of its files on request.

use std::fmt;
use std::sync::{Arc, OnceLock};

use kb_diagnostic::Diagnostic;
use kb_index::{Answer, Options, SuggestOptions, Suggestion};
use kb_output::{Body, OutputError, OutputPath, SyncOptions};
use kb_render::pages::LanguageRenderer;
use kb_render::{Failures, RelatedLookup, Route, SiteRenderer, WrittenPage};
use kb_site::pages::Page;
use kb_site::{ArticleId, LanguageSite, urls};
use rayon::prelude::*;

use super::pages::{PageBytes, PageId, PageMemo};
use super::search::Search;
use crate::pipeline::assemble::Assembled;
use crate::pipeline::files::{self, Collector, Rendering};
use crate::pipeline::listing::File;

/// The folder of the search files.
const SEARCH: &str = "search/";

/// One state of the site. Its files are made on request. Together they are exactly the site that a build writes, and
/// pages that are not opened cost nothing.
pub struct Snapshot {
    /// Ascending number.
    pub number: u64,
    /// Its problems, worst first.
    pub problems: Vec<Diagnostic>,
    /// The indexes of the problems that the previous state did not have.
    pub new_problems: Vec<usize>,
    /// The number of the first snapshot of the same site: later ones differ only in their problems.
    pub(super) state: u64,
    pub(super) assembled: Arc<Assembled>,
    pub(super) pages: Arc<PageMemo>,
    pub(super) search: Arc<Search>,
    pub(super) manifest: Arc<OnceLock<Arc<Vec<u8>>>>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl RelatedLookup for Snapshot {
    fn related(&self, language: usize, article: ArticleId) -> Vec<ArticleId> {
        self.search.related(language, article)
    }
}

impl Snapshot {
    /// The base path of the site, with `/` at both ends.
    pub fn base_path(&self) -> &str {
        &self.assembled.site.base_path
    }

    /// The folder of the theme's files, named after a hash of their contents.
    pub fn asset_folder(&self) -> &str {
        &self.assembled.theme.asset_folder
    }

    /// The site in its languages, the default first.
    pub fn languages(&self) -> &[LanguageSite] {
        &self.assembled.site.languages
    }

    /// The restrictions on the output folder.
    pub(in crate::pipeline) fn clear_of(&self) -> &SyncOptions {
        &self.assembled.clear_of
    }

    /// The file at a path below the root of the output.
    pub fn file(&self, path: &str) -> Option<Body> {
        match self.assembled.listing.entry(path) {
            Some((path, file)) => Some(match files::make(&self.assembled, self, path, file) {
                Ok(body) => body,
                // Reading it returns the error.
                Err(OutputError::Source { path, .. }) => Body::on_disk(self.assembled.disk.file(&path)),
                Err(_) => return None,
            }),
            None if path.starts_with(SEARCH) => self.search.file(path),
            None => None,
        }
    }

    /// Writes every file to the output. Must not be called on a thread of the pool, see [`Search`].
    pub(in crate::pipeline) fn write(&self, output: &Collector<'_>) {
        self.search.prepare_pages();
        files::write(&self.assembled, self, output);
        for path in self.search.paths() {
            if let Some(body) = self.search.file(&path) {
                output.put(OutputPath::new(path).map(|path| (path, body)));
            }
        }
    }

    /// The paths of all files, sorted. This creates the search files.
    pub fn paths(&self) -> Vec<String> {
        let listed = self.assembled.listing.iter().map(|(path, _)| path.as_str().to_owned());
        let mut paths: Vec<String> = listed.chain(self.search.paths()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// The Markdown source of the page at a path, by its name in messages.
    pub fn source(&self, path: &str) -> Option<String> {
        match self.assembled.listing.get(path)? {
            File::Made(Route::Page(language, job) | Route::Copy(language, job)) => {
                let document = job.document(&self.assembled.site, *language)?;
                Some(document.file.name().to_string())
            }
            _ => None,
        }
    }

    /// Answers a query in a language by its number.
    ///
    /// # Errors
    /// If the index cannot be made or read.
    pub fn search(&self, language: usize, query: &str, options: &Options) -> Result<Answer, kb_index::Error> {
        self.search.search(language, query, options)
    }

    /// Suggests articles for a message in a language by its number.
    ///
    /// # Errors
    /// If the index cannot be made or read.
    pub fn suggest(
        &self,
        language: usize,
        message: &str,
        options: &SuggestOptions,
    ) -> Result<Vec<Suggestion>, kb_index::Error> {
        self.search.suggest(language, message, options)
    }

    /// Renders every changed page, and returns the errors; `None` if `stop` returned true.
    pub(super) fn check_pages(&self, stop: &(dyn Fn() -> bool + Sync)) -> Option<Vec<Diagnostic>> {
        let looked = self.look_at_pages(stop, |path, renderer, id| {
            self.pages.look(path, id, renderer, |page| page.problem.clone())
        })?;
        self.pages.retain(|path| self.assembled.listing.get(path).is_some());
        let mut failures = Failures::default();
        for (problem, page) in looked.into_iter().flatten() {
            failures.add(problem, page);
        }
        Some(failures.into_diagnostics())
    }

    fn look_at_pages<T: Send>(
        &self,
        stop: &(dyn Fn() -> bool + Sync),
        look: impl Fn(&OutputPath, &LanguageRenderer<'_>, PageId) -> T + Sync,
    ) -> Option<Vec<T>> {
        self.search.prepare_pages();
        let renderer = self.renderer();
        let pages: Vec<(&OutputPath, usize, Page)> = (self.assembled.listing.iter())
            .filter_map(|(path, file)| match file {
                File::Made(Route::Page(language, job)) => Some((path, *language, *job)),
                _ => None,
            })
            .collect();
        let looked = pages.par_iter().map(|(path, language, job)| {
            (!stop()).then(|| look(path, renderer.language(*language), self.id(*language, *job)))
        });
        looked.collect()
    }

    fn renderer(&self) -> SiteRenderer<'_> {
        let Assembled {
            site, theme, messages, ..
        } = &*self.assembled;
        SiteRenderer::new(site, theme, messages, self)
    }

    fn page_bytes(&self, path: &OutputPath, language: usize, job: Page) -> PageBytes {
        let Assembled {
            site, theme, messages, ..
        } = &*self.assembled;
        let renderer = || LanguageRenderer::new(site, theme, &messages[language], language, self);
        self.pages.bytes(path, self.id(language, job), renderer)
    }

    fn id(&self, language: usize, job: Page) -> PageId {
        PageId {
            state: self.state,
            language,
            job,
        }
    }
}

impl Rendering for Snapshot {
    fn page(&self, path: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>> {
        self.page_bytes(path, language, page).html
    }

    fn copy(&self, path: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>> {
        let html = urls::output_file(&page.path(&self.assembled.site.languages[language]));
        // The memo has both under the path of the page.
        let html = OutputPath::new(html).unwrap_or_else(|_| path.clone());
        self.page_bytes(&html, language, page).copy.unwrap_or_default()
    }

    fn manifest(&self) -> Arc<Vec<u8>> {
        let made = self.manifest.get_or_init(|| {
            let written = self.look_at_pages(&|| false, |path, renderer, id| {
                self.pages.look(path, id, renderer, |page| page.written.clone())
            });
            let written: Vec<WrittenPage> = written.unwrap_or_default();
            Arc::new(self.renderer().manifest(written))
        });
        Arc::clone(made)
    }

    fn file(&self, path: &OutputPath, route: &Route) -> Vec<u8> {
        self.renderer().file(path.as_str(), route)
    }
}
