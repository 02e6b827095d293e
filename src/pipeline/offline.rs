//! A site that is opened from a folder, without a server: every link is relative and names a file, and the search data
//! is in a script, because browsers refuse to fetch files from a page opened from disk.
//!
//! Pages are rendered with the base path [`BASE`], which nothing else contains; then each occurrence of this path is
//! replaced.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use kb_render::theme::Theme;
use kb_site::Site;

use super::index::SearchFiles;

/// The path that the site is rendered for.
pub(super) const BASE: &str = "/kb-offline-root/";
/// Addresses end before one of these.
const ENDS: [char; 12] = ['"', '\'', '<', '>', ' ', '\t', '\n', '\r', ')', '`', '#', '?'];
/// The folder of the search box's modules in the theme.
const MODULES: &str = "js/search/";
/// The ending of the address of a folder itself.
const FOLDER_ITSELF: &str = "./";

/// One script per language instead of the search files.
pub(super) fn scripts(site: &Site, theme: &Theme, index: &SearchFiles) -> SearchFiles {
    let modules = format!("{}/", theme.asset_folder);
    let modules: Vec<(&str, &[u8])> = (theme.outputs.iter())
        .filter_map(|(path, bytes)| Some((path.strip_prefix(&modules)?, bytes.as_ref())))
        .filter(|(name, _)| name.starts_with(MODULES))
        .collect();
    (site.languages.iter())
        .map(|language| {
            let tag = language.language.tag();
            let pack = format!("{}/", kb_index::pack_folder(tag));
            let engine = [kb_index::engine_path(tag), kb_index::glue_path()];
            let own = (index.iter())
                .filter(|(path, _)| path.starts_with(&pack) || engine.contains(path))
                .map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
            (kb_index::offline_path(tag), script(modules.iter().copied().chain(own)))
        })
        .collect()
}

/// The script: a map from the names of files to their contents, under a symbol that no id in an article can shadow.
fn script<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let encoded: BTreeMap<&str, String> = (files.into_iter())
        .map(|(name, bytes)| (name, BASE64.encode(bytes)))
        .collect();
    // Names and base64 are text, which always serializes.
    let map = serde_json::to_string(&encoded).unwrap_or_default();
    format!("self[Symbol.for(\"kb-offline\")]={map};\n").into_bytes()
}

/// A file of the output with its addresses made relative to its own path.
pub(super) fn relative(path: &str, bytes: Vec<u8>) -> Vec<u8> {
    match String::from_utf8(bytes) {
        Ok(text) if text.contains(BASE) => relative_text(path, &text).into_bytes(),
        Ok(text) => text.into_bytes(),
        Err(binary) => binary.into_bytes(),
    }
}

fn relative_text(path: &str, text: &str) -> String {
    let up = "../".repeat(path.matches('/').count());
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(BASE) {
        out.push_str(before);
        let end = from.find(ENDS).unwrap_or(from.len());
        let (target, after) = from.split_at(end);
        if target == FOLDER_ITSELF {
            out.push_str(if up.is_empty() { FOLDER_ITSELF } else { &up });
        } else {
            out.push_str(&up);
            out.push_str(target);
            if target.is_empty() || target.ends_with('/') {
                out.push_str("index.html");
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(path: &str, text: &str) -> String {
        String::from_utf8(relative(path, text.replace("ROOT/", BASE).into_bytes())).unwrap_or_default()
    }

    #[test]
    fn addresses_become_relative_files() {
        for (path, text, wanted) in [
            ("index.html", r#"<a href="ROOT/">"#, r#"<a href="index.html">"#),
            (
                "a/b/index.html",
                r#"<a href="ROOT/">"#,
                r#"<a href="../../index.html">"#,
            ),
            (
                "a/index.html",
                r#"<a href="ROOT/b/c/#x">"#,
                r#"<a href="../b/c/index.html#x">"#,
            ),
            ("a/index.html", r#"<img src="ROOT/i.png">"#, r#"<img src="../i.png">"#),
            ("a.md", "[x](ROOT/b/) ROOT/c/?q=1", "[x](b/index.html) c/index.html?q=1"),
            ("a/index.html", r#"<i data-root="ROOT/./">"#, r#"<i data-root="../">"#),
            ("index.html", r#"<i data-root="ROOT/./">"#, r#"<i data-root="./">"#),
            ("a/index.html", "nothing /here/", "nothing /here/"),
        ] {
            assert_eq!(made(path, text), wanted);
        }
    }

    #[test]
    fn what_is_not_text_stays() {
        assert_eq!(relative("a.png", vec![0xFF, 0xFE]), [0xFF, 0xFE]);
    }

    #[test]
    fn the_script_holds_files_by_name() {
        let script = String::from_utf8(script([("b", &b"1"[..]), ("a", &b"\"</script>"[..])])).unwrap_or_default();
        assert_eq!(
            script,
            "self[Symbol.for(\"kb-offline\")]={\"a\":\"Ijwvc2NyaXB0Pg==\",\"b\":\"MQ==\"};\n"
        );
    }
}
