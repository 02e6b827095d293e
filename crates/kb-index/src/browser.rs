//! What a browser loads to search: the engine for its language, compiled from `kb-search`, and the script that binds it.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use kb_search::Language;
use kb_site::addresses::ENGINE_ROOT;
use xxhash_rust::xxh3::xxh3_64;

use super::Files;
pub use kb_site::addresses::offline_script as offline_path;

/// The engines as `cargo xtask wasm` built them.
static ENGINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../kb-search-wasm/dist");
/// The script that binds every engine.
const GLUE: &str = "engine.js";

/// Path of the engine for a language, below the root of a site. It changes with the engine's contents.
pub fn engine_path(language: &str) -> String {
    let group = Language::new(language).engine_group();
    path(group, "bin", contents(&format!("{group}.bin")))
}

/// Path of the script that binds the engines, below the root of a site.
pub fn glue_path() -> String {
    path("engine", "js", contents(GLUE))
}

/// The files that the browsers of these languages load, sorted by path below the root of the site.
pub fn browser_files<'a>(languages: impl IntoIterator<Item = &'a str>) -> Files {
    let mut files = BTreeMap::from([(glue_path(), contents(GLUE).to_vec())]);
    for language in languages {
        let group = Language::new(language).engine_group();
        files
            .entry(engine_path(language))
            .or_insert_with(|| contents(&format!("{group}.bin")).to_vec());
    }
    files.into_iter().collect()
}

fn path(name: &str, extension: &str, contents: &[u8]) -> String {
    format!("{ENGINE_ROOT}/{name}-{:08x}.{extension}", xxh3_64(contents) as u32)
}

/// A file that is compiled in; a test sees that every language has one.
fn contents(name: &str) -> &'static [u8] {
    ENGINES.get_file(name).map_or(&[], |file| file.contents())
}

#[cfg(test)]
mod tests {
    use kb_search::analysis::ENGINE_GROUPS;

    use super::*;

    #[test]
    fn every_group_of_languages_has_its_engine() {
        assert!(contents(GLUE).len() > 1_000);
        for (group, _) in ENGINE_GROUPS {
            assert!(contents(&format!("{group}.bin")).starts_with(&[0x1F, 0x8B]), "{group}");
        }
    }

    #[test]
    fn languages_of_a_group_share_the_engine() {
        assert_eq!(engine_path("en"), engine_path("en-GB"));
        assert_ne!(engine_path("en"), engine_path("de"));
        assert_eq!(browser_files(["en", "en-GB", "de"]).len(), 3);
    }
}
