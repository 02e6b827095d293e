//! The search of one state of the site, created on first use from that of an earlier state.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use kb_index::{Answer, Error, LiveIndex, Options, RelatedArticles, SuggestOptions, Suggestion};
use kb_output::Body;
use kb_site::{ArticleId, LanguageSite, Site};

use crate::pipeline::index;

/// The search of one state. The results of earlier states only speed it up: index, pack and related articles depend on
/// the articles alone.
///
/// They are computed with the threads of the pool, so never *on* a thread of the pool: that thread could steal other
/// work while it waits, and then wait for itself. The data for pages is computed before they are rendered in parallel
/// ([`Search::prepare_pages`]).
pub(super) struct Search {
    site: Site,
    known: Arc<KnownLanguages>,
    languages: Vec<LanguageSearch>,
    /// The files that browsers load besides the packs.
    engines: OnceLock<FilesByPath>,
}

/// Files by path below the root of the site.
type FilesByPath = HashMap<String, Body>;

/// The results for a language, each created on first use.
#[derive(Default)]
struct LanguageSearch {
    index: OnceLock<Result<Arc<LiveIndex>, Arc<Error>>>,
    related: OnceLock<Arc<RelatedArticles>>,
    /// The files of tantivy's index as a build writes them; created only if they are requested.
    tantivy: OnceLock<Result<FilesByPath, String>>,
    pack: OnceLock<Result<FilesByPath, String>>,
}

/// The last results for each language, by its tag.
#[derive(Default)]
struct KnownLanguages(Mutex<HashMap<String, Arc<Mutex<KnownLanguage>>>>);

#[derive(Default)]
struct KnownLanguage {
    index: Option<Arc<LiveIndex>>,
    related: Option<Arc<RelatedArticles>>,
}

impl Search {
    /// The search of the first state.
    pub(super) fn new(site: &Site) -> Self {
        Self::of(site, Arc::default())
    }

    /// The search of a later state.
    pub(super) fn next(&self, site: &Site) -> Self {
        Self::of(site, Arc::clone(&self.known))
    }

    fn of(site: &Site, known: Arc<KnownLanguages>) -> Self {
        Self {
            site: site.clone(),
            known,
            languages: site.languages.iter().map(|_| LanguageSearch::default()).collect(),
            engines: OnceLock::new(),
        }
    }

    /// Creates the data for rendering pages.
    pub(super) fn prepare_pages(&self) {
        for (number, language) in self.site.languages.iter().enumerate() {
            if let Some(first) = ArticleId::all(&language.articles).next() {
                self.related(number, first);
            }
        }
    }

    /// The articles related to one.
    pub(super) fn related(&self, language: usize, article: ArticleId) -> Vec<ArticleId> {
        let site = &self.site.languages[language];
        let related = self.languages[language].related.get_or_init(|| {
            let known = self.known.language(site);
            let mut known = lock(&known);
            let articles = index::comparable(&self.site, site);
            let related = RelatedArticles::new(site.language.tag(), &articles, known.related.as_deref());
            Arc::clone(known.related.insert(Arc::new(related)))
        });
        index::related(site, related, article)
    }

    /// Answers a query in a language by its number.
    pub(super) fn search(&self, language: usize, query: &str, options: &Options) -> Result<Answer, Error> {
        self.index(language)?.search(query, options)
    }

    /// Suggests articles for a message in a language by its number.
    pub(super) fn suggest(
        &self,
        language: usize,
        message: &str,
        options: &SuggestOptions,
    ) -> Result<Vec<Suggestion>, Error> {
        self.index(language)?.suggest(message, options)
    }

    fn index(&self, language: usize) -> Result<&Arc<LiveIndex>, Error> {
        let index = self.languages[language].index.get_or_init(|| {
            let site = &self.site.languages[language];
            let known = self.known.language(site);
            let mut known = lock(&known);
            let articles = index::searchable(&self.site, site);
            let tuning = index::tuning(&self.site, language);
            let options = index::pack_options(&self.site, site);
            let next = match &known.index {
                Some(before) => before.next(articles, &tuning, &options),
                None => LiveIndex::new(site.language.tag(), articles, &tuning, &options),
            };
            let next = Arc::new(next.map_err(Arc::new)?);
            Ok(Arc::clone(known.index.insert(next)))
        });
        index.as_ref().map_err(|error| Error::Shared(Arc::clone(error)))
    }

    /// The file at a path below the root of the site.
    pub(super) fn file(&self, path: &str) -> Option<Body> {
        if let Some(engine) = self.engines().get(path) {
            return Some(engine.clone());
        }
        let under = |folder: String| path.strip_prefix(&folder).is_some_and(|rest| rest.starts_with('/'));
        (self.site.languages.iter().enumerate()).find_map(|(number, language)| {
            let tag = language.language.tag();
            let files = if under(kb_index::pack_folder(tag)) {
                self.pack(number)
            } else if under(kb_index::index_folder(tag)) {
                self.tantivy(number)
            } else {
                return None;
            };
            files.as_ref().ok()?.get(path).cloned()
        })
    }

    /// The paths of all files.
    pub(super) fn paths(&self) -> Vec<String> {
        let languages = (0..self.languages.len()).flat_map(|number| [self.pack(number), self.tantivy(number)]);
        let files = languages
            .filter_map(|files| files.as_ref().ok())
            .chain([self.engines()]);
        files.flat_map(HashMap::keys).cloned().collect()
    }

    /// Creates the data for searches.
    pub(super) fn warm(&self) {
        for number in 0..self.languages.len() {
            // Errors are reported by the first search.
            let _ = self.pack(number);
        }
    }

    /// Prepares the next state, if many articles have changed.
    pub(super) fn tidy(&self) {
        for (number, language) in self.site.languages.iter().enumerate() {
            if let Ok(index) = self.index(number)
                && index.wants_compaction()
                && let Ok(compact) = index.compact()
            {
                let known = self.known.language(language);
                let mut known = lock(&known);
                // Unless another state was created meanwhile.
                if known.index.as_ref().is_some_and(|known| Arc::ptr_eq(known, index)) {
                    known.index = Some(Arc::new(compact));
                }
            }
        }
    }

    fn engines(&self) -> &FilesByPath {
        self.engines.get_or_init(|| {
            let tags = self.site.languages.iter().map(|language| language.language.tag());
            let files = kb_index::browser_files(tags).into_iter();
            files.map(|(path, bytes)| (path, Body::from(bytes))).collect()
        })
    }

    fn pack(&self, number: usize) -> &Result<FilesByPath, String> {
        self.languages[number].pack.get_or_init(|| {
            let pack = self
                .index(number)
                .and_then(|index| index.pack())
                .map_err(|error| error.to_string())?;
            let folder = kb_index::pack_folder(self.site.languages[number].language.tag());
            let file = |(name, bytes): &(String, Arc<[u8]>)| (format!("{folder}/{name}"), Body::from(&**bytes));
            Ok(pack.iter().map(file).collect())
        })
    }

    fn tantivy(&self, number: usize) -> &Result<FilesByPath, String> {
        self.languages[number].tantivy.get_or_init(|| {
            let files = index::write_tantivy(&self.site, number).map_err(|error| error.to_string())?;
            Ok(files
                .into_iter()
                .map(|(path, bytes)| (path, Body::from(bytes)))
                .collect())
        })
    }
}

impl KnownLanguages {
    fn language(&self, site: &LanguageSite) -> Arc<Mutex<KnownLanguage>> {
        let mut languages = lock(&self.0);
        Arc::clone(languages.entry(site.language.tag().to_owned()).or_default())
    }
}

/// The results are replaced as a whole, so a panic elsewhere leaves them consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
