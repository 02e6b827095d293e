//! The browser's engine run natively, over the pack of a built site: what a customer's browser would answer.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kb_search::analysis::Unicode;
use kb_search::engine::{Engine, Needs, Step};
use kb_search::pack::page_text;
use kb_search::plan::Vocabulary as _;
use kb_source::Bounds;

use super::pack::{boot_path, file_path, pack_folder};
use super::{Answer, Error, Options, SearchIndex, SuggestOptions, Suggestion, Typing, index_path};

/// Largest inflated size of a file of a pack, in bytes.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// The pack of one language of a built site, open for queries.
#[derive(Debug)]
pub struct PackSearch {
    folder: PathBuf,
    engine: Engine,
    /// The index of the same articles: its document store has the text that a browser takes from the pages.
    texts: SearchIndex,
}

impl PackSearch {
    /// Opens the pack of a language.
    ///
    /// # Errors
    /// [`Error::NoIndex`], [`Error::Version`] if another version of kb wrote it, or any error of reading.
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
    pub fn search(&mut self, query: &str, options: &Options) -> Result<Answer, Error> {
        let mut answer = loop {
            match self.engine.search(query, options) {
                Step::Needs(needs) => self.fetch(&needs)?,
                Step::Done(answer) => break answer,
            }
        };
        for hit in &mut answer.hits {
            let text = self.text(hit.doc)?;
            hit.set_sections(
                self.engine
                    .sections(query, options.typing, &text, 1 + options.more_sections),
            );
            hit.url = absolute(self.engine.pack().base(), &hit.url);
        }
        Ok(answer)
    }

    /// Suggests articles for a message as the browser does.
    ///
    /// # Errors
    /// If a file of the pack is missing or damaged.
    pub fn suggest(&mut self, message: &str, options: &SuggestOptions) -> Result<Vec<Suggestion>, Error> {
        let mut suggestions = loop {
            match self.engine.suggest(message, options) {
                Step::Needs(needs) => self.fetch(&needs)?,
                Step::Done(suggestions) => break suggestions,
            }
        };
        for hit in suggestions.iter_mut().map(|suggestion| &mut suggestion.hit) {
            let text = self.text(hit.doc)?;
            hit.set_sections(self.engine.sections(message, Typing::Message, &text, 1));
            hit.url = absolute(self.engine.pack().base(), &hit.url);
        }
        Ok(suggestions)
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
        Ok(page_text(&self.texts.shown(doc)?.sections))
    }
}

/// The address of a page, from the address in a pack.
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
