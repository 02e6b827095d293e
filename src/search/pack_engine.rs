//! The browser's engine run natively, over the pack of a built site: what a customer's browser would answer.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kb_search::analysis::Unicode;
use kb_search::engine::{self, Engine, Needs, PageSection, Step, page_text};
use kb_search::plan::Vocabulary as _;

use super::pack::{boot_path, file_path, pack_folder};
use super::query::Searched as _;
use super::{Error, Hit, Options, Results, SearchIndex, index_path};
use crate::source::Bounds;

/// The most that a file of a pack inflates to.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// The pack of one language of a built site, open for queries.
#[derive(Debug)]
pub struct PackSearch {
    folder: PathBuf,
    engine: Engine,
    /// Whose document store has the text that a browser takes from the pages.
    texts: SearchIndex,
}

impl PackSearch {
    /// Opens the pack of a language.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::Version`] if another version of kb wrote it, or what reading it meets.
    pub fn open(site: &Path, language: &str) -> Result<Self, Error> {
        let boot = site.join(boot_path(language));
        let engine = match inflated(&boot) {
            Err(Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoIndex(boot));
            }
            bytes => Engine::new(&bytes?, Unicode::tables()).map_err(Error::Pack)?,
        };
        let texts = SearchIndex::open(&index_path(site, language))?;
        // The pack of another site would name articles that are not there.
        if engine.pack().doc_count() as usize != texts.len() {
            return Err(Error::Damaged(boot));
        }
        Ok(Self {
            folder: site.join(pack_folder(language)),
            engine,
            texts,
        })
    }

    /// Answers a query as the browser does.
    ///
    /// # Errors
    /// If a file of the pack is missing or damaged.
    pub fn search(&mut self, query: &str, options: &Options) -> Result<Results, Error> {
        let wanted = engine::Options {
            typing: options.typing,
            limit: options.limit,
            offset: options.offset,
            collection: options.collection.as_deref().unwrap_or_default(),
            tag: options.tag.as_deref().unwrap_or_default(),
            facets: options.facets,
        };
        let answer = loop {
            match self.engine.search(query, &wanted) {
                Step::Needs(needs) => self.fetch(&needs)?,
                Step::Done(answer) => break answer,
            }
        };
        let base = self.engine.pack().base().to_owned();
        let mut hits = Vec::new();
        for found in answer.hits {
            let text = self.text(found.doc)?;
            let mut sections = self
                .engine
                .sections(query, options.typing, &text, 1 + options.more_sections)
                .into_iter();
            hits.push(Hit {
                article: found.doc as usize,
                source: found.source,
                url: absolute(&base, &found.url),
                title: found.title.text,
                title_highlights: found.title.highlights,
                breadcrumb: found.breadcrumb,
                section: sections.next().unwrap_or_default(),
                more: sections.collect(),
                score: found.score,
                pinned: found.pinned,
                explanation: None,
            });
        }
        Ok(Results {
            hits,
            total: answer.total,
            relaxed: answer.relaxed,
            missing: answer.missing,
            suggestions: answer.suggestions,
            did_you_mean: answer.did_you_mean,
            collections: answer.collections,
            tags: answer.tags,
        })
    }

    fn fetch(&mut self, needs: &Needs) -> Result<(), Error> {
        let folder = self.engine.pack().folder().to_owned();
        for file in &needs.files {
            let path = self.folder.join(file_path(&folder, &file.name()));
            let bytes = inflated(&path)?;
            self.engine.put(&file.name(), bytes).map_err(|_| Error::Damaged(path))?;
        }
        for (doc, url) in &needs.pages {
            let text = self.text(*doc)?;
            self.engine.page(url, text);
        }
        Ok(())
    }

    /// The text of an article's page.
    fn text(&self, doc: u32) -> Result<String, Error> {
        let article = self.texts.article(doc)?;
        Ok(page_text(article.sections.iter().map(|section| PageSection {
            anchor: &section.anchor,
            heading: &section.heading,
            text: &section.text,
        })))
    }
}

/// The address of a page from that in a pack.
fn absolute(base: &str, url: &str) -> String {
    if url.contains("://") {
        url.to_owned()
    } else {
        format!("{base}{url}")
    }
}

fn inflated(path: &Path) -> Result<Vec<u8>, Error> {
    let file = Bounds::NONE.open(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    let mut bytes = Vec::new();
    GzDecoder::new(file)
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|_| Error::Damaged(path.to_owned()))?;
    Ok(bytes)
}
