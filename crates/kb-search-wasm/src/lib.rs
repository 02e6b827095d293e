//! The search engine of a built site, for browsers: [`kb_search::engine`] with the types of JavaScript.
//!
//! There is no logic here. `cargo xtask wasm` builds this crate once for each group of languages
//! ([`kb_search::analysis::ENGINE_GROUPS`]) into `dist/`, together with `engine.js`, which all of them share:
//!
//! ```js
//! import init, { Engine } from "./engine.js";
//! await init({ module_or_path: await WebAssembly.compile(inflated) });
//! const engine = new Engine(boot);
//! ```
//!
//! Answers are JSON texts. A module that traps, which no input should bring about, is to be thrown away.

use kb_search::analysis::Unicode;
use kb_search::engine::{self, json};
use kb_search::pack::Error;
use kb_search::plan::Typing;
use kb_search::search::Options;
use kb_search::suggester::SuggestOptions;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["String", "prototype", "normalize"], js_name = "call")]
    fn normalize(text: &str, form: &str) -> String;

    #[wasm_bindgen(js_namespace = ["String", "prototype", "toLowerCase"], js_name = "call")]
    fn to_lower_case(text: &str) -> String;
}

/// The browser's Unicode.
fn unicode() -> Unicode {
    Unicode {
        nfkc: |text| normalize(text, "NFKC"),
        nfd: |text| normalize(text, "NFD"),
        lowercase: to_lower_case,
    }
}

fn typing(still: bool) -> Typing {
    if still { Typing::AsYouType } else { Typing::Finished }
}

/// A search engine over one pack; see [`engine::Engine`].
#[wasm_bindgen]
pub struct Engine(engine::Engine);

#[wasm_bindgen]
impl Engine {
    /// An engine for the pack with this boot file (inflated).
    ///
    /// # Errors
    /// If the bytes are damaged or of another version of kb.
    #[wasm_bindgen(constructor)]
    pub fn new(boot: &[u8]) -> Result<Self, JsError> {
        Ok(Self(engine::Engine::new(boot, unicode())?))
    }

    /// What the pack says of itself.
    pub fn info(&self) -> String {
        self.0.info_json()
    }

    /// Hands in a file that was needed, inflated.
    ///
    /// # Errors
    /// If the bytes are not that file; then try again or call `fail`.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), JsError> {
        Ok(self.0.put(name, bytes).map_err(Error::from)?)
    }

    /// A file that was needed cannot be had.
    pub fn fail(&mut self, name: &str) {
        self.0.fail(name);
    }

    /// Answers a query, or says what must be fetched first.
    #[expect(clippy::too_many_arguments, reason = "an object would need glue of its own")]
    pub fn search(
        &mut self,
        query: &str,
        still_typing: bool,
        limit: usize,
        offset: usize,
        collection: &str,
        tag: &str,
        facets: bool,
    ) -> String {
        let named = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        let options = Options {
            typing: typing(still_typing),
            limit,
            offset,
            collection: named(collection),
            tag: named(tag),
            facets,
            ..Options::default()
        };
        self.0.search(query, &options).to_json()
    }

    /// Suggests articles for a message, at most `limit`, or says what must be fetched first.
    pub fn suggest(&mut self, message: &str, limit: usize) -> String {
        let options = SuggestOptions {
            limit,
            ..SuggestOptions::default()
        };
        self.0.suggest(message, &options).to_json()
    }

    /// The section of a page, given as text, that answers a message best.
    pub fn passage(&mut self, message: &str, text: &str) -> String {
        json::sections(&self.0.sections(message, Typing::Message, text, 1))
    }

    /// Hands in the text of a page that was needed; empty if it cannot be had.
    pub fn page(&mut self, url: &str, text: String) {
        self.0.page(url, text);
    }

    /// The best section of a page, given as text, and at most `more` others.
    pub fn sections(&mut self, query: &str, still_typing: bool, text: &str, more: usize) -> String {
        let sections = self
            .0
            .sections(query, typing(still_typing), text, more.saturating_add(1));
        json::sections(&sections)
    }

    /// A text with the words of a query marked.
    pub fn mark(&mut self, query: &str, text: &str) -> String {
        json::pieces(&self.0.mark(query, text))
    }
}
