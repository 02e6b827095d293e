//! The index of a built site that a command asks, by the engine that was chosen.

use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use kb_config::Language;
use kb_diagnostic::did_you_mean;
use kb_index::{Answer, Options, PackSearch, SearchIndex, SuggestOptions, Suggestion};
use kb_source::Bounds;

use super::{IndexArgs, SearchEngine};

/// The engine that answers.
pub(super) enum Searcher {
    Tantivy(Box<SearchIndex>),
    Pack(Box<PackSearch>),
}

impl Searcher {
    /// The index of the requested language, or of the site's default language.
    pub(super) fn open(args: &IndexArgs) -> Result<Self, String> {
        let languages = kb_index::languages(&args.site).map_err(|error| error.to_string())?;
        if languages.is_empty() {
            let shown = args.site.display();
            return Err(format!(
                "`{shown}` is not a site that kb built\nhint: build the site first, or give its folder with `--site`"
            ));
        }
        let wanted = match &args.lang {
            Some(tag) => Language::parse(tag).map_or_else(|| tag.to_lowercase(), |language| language.slug()),
            None => default_language(&args.site).unwrap_or_else(|| languages.first().cloned().unwrap_or_default()),
        };
        let Some(language) = languages.iter().find(|language| language.eq_ignore_ascii_case(&wanted)) else {
            let known = languages.iter().map(String::as_str);
            let hint = did_you_mean(&wanted, known)
                .map(|hint| format!("; {hint}"))
                .unwrap_or_default();
            return Err(format!(
                "`{}` has no index for the language `{wanted}`, only for {}{hint}",
                args.site.display(),
                languages.join(", ")
            ));
        };
        guarded(|| Self::open_language(args.engine, &args.site, language)).map_err(|error| error.to_string())
    }

    fn open_language(engine: SearchEngine, site: &Path, language: &str) -> Result<Self, kb_index::Error> {
        Ok(match engine {
            SearchEngine::Tantivy => {
                let index = SearchIndex::open(&kb_index::index_path(site, language))?;
                Self::Tantivy(Box::new(index))
            }
            SearchEngine::Pack => Self::Pack(Box::new(PackSearch::open(site, language)?)),
        })
    }

    /// Answers a query.
    pub(super) fn search(&mut self, query: &str, options: &Options) -> Result<Answer, kb_index::Error> {
        guarded(|| match self {
            Self::Tantivy(index) => index.search(query, options),
            Self::Pack(pack) => pack.search(query, options),
        })
    }

    /// Suggests articles that answer a message.
    pub(super) fn suggest(
        &mut self,
        message: &str,
        options: &SuggestOptions,
    ) -> Result<Vec<Suggestion>, kb_index::Error> {
        guarded(|| match self {
            Self::Tantivy(index) => index.suggest(message, options),
            Self::Pack(pack) => pack.suggest(message, options),
        })
    }
}

/// Runs `read`, and turns a panic into an error. tantivy panics on bytes that it could not have written. Damaged
/// indexes are detected before, but not all manipulated ones.
fn guarded<T>(read: impl FnOnce() -> Result<T, kb_index::Error>) -> Result<T, kb_index::Error> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    // The index is not used again: the command ends with the error.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    panic::set_hook(hook);
    result.unwrap_or(Err(kb_index::Error::Unreadable))
}

/// The default language in the manifest of the site.
fn default_language(site: &Path) -> Option<String> {
    let text = Bounds::NONE.read(&site.join("manifest.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
    Some(Language::parse(manifest["default_language"].as_str()?)?.slug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_of_the_index() {
        let failed = guarded::<()>(|| panic!("as tantivy does"));
        assert!(matches!(failed, Err(kb_index::Error::Unreadable)));
        assert!(matches!(guarded(|| Ok(1)), Ok(1)));
    }
}
