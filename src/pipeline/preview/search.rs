//! The search of one state of the site: made when it is first needed, from that of the state before.

use std::sync::{Arc, OnceLock};

use crate::output::Body;
use crate::pipeline::index::{self, Alike, IndexFiles};
use crate::render::Nearest as _;
use crate::search::{self, Options, Results, SearchIndex};
use crate::site::{ArticleId, Site};

pub(super) struct Search {
    site: Site,
    alike: OnceLock<Alike>,
    files: OnceLock<Arc<IndexFiles>>,
}

impl Search {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            site: site.clone(),
            alike: OnceLock::new(),
            files: OnceLock::new(),
        }
    }

    fn files(&self) -> &IndexFiles {
        self.files
            .get_or_init(|| Arc::new(index::write_indexes(&self.site).unwrap_or_default()))
    }

    pub(super) fn near(&self, language: usize, article: ArticleId) -> Vec<ArticleId> {
        self.alike.get_or_init(|| Alike::of(&self.site)).near(language, article)
    }

    pub(super) fn search(&self, language: usize, query: &str, options: &Options) -> Result<Results, search::Error> {
        let folder = format!(
            "{}/",
            search::index_folder(self.site.languages[language].language.tag())
        );
        let files: Vec<_> = self
            .files()
            .iter()
            .filter_map(|(path, bytes)| Some((path.strip_prefix(&folder)?.to_owned(), bytes.clone())))
            .collect();
        SearchIndex::from_files(&files)?.search(query, options)
    }

    pub(super) fn file(&self, path: &str) -> Option<Body> {
        let (_, bytes) = self.files().iter().find(|(own, _)| own == path)?;
        Some(Body::from(bytes.as_slice()))
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.files().iter().map(|(path, _)| path.clone()).collect()
    }

    pub(super) fn next(&self, site: &Site) -> Self {
        Self::new(site)
    }

    pub(super) fn tidy(&self) {}

    pub(super) fn warm(&self) {
        self.files();
    }
}
