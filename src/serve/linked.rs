//! The files with fixed names that a page loads: those of the project's `static/`.
//!
//! All other files that a page loads have a hash in their name, so the page changes with them.

use std::collections::BTreeMap;

use kb_output::Body;

use super::address::{self, UrlPlace};
use super::disk::Hashes;
use super::{Version, content_type, file};

/// The largest number of files per page.
const MOST: usize = 200;

/// The hash of each style sheet, script and image of the site in a page, by its address in the page.
pub(super) fn hashes(page: &[u8], version: &dyn Version, known: &Hashes) -> BTreeMap<String, String> {
    let page = String::from_utf8_lossy(page);
    let mut found = BTreeMap::new();
    for url in addresses(&page) {
        if found.len() < MOST
            && !found.contains_key(url)
            && let Some(hash) = hash(url, version, known)
        {
            found.insert(url.to_owned(), hash);
        }
    }
    found
}

/// The values of `href` and `src`, as kb and its themes write them: in double quotes.
fn addresses(page: &str) -> impl Iterator<Item = &str> {
    page.split("=\"")
        .zip(page.split("=\"").skip(1))
        .filter_map(|(before, after)| {
            let is_address = before.ends_with(" href") || before.ends_with(" src");
            is_address.then(|| after.split('"').next().unwrap_or_default())
        })
}

fn hash(url: &str, version: &dyn Version, known: &Hashes) -> Option<String> {
    let name = url.split(['?', '#']).next().unwrap_or_default();
    // Most addresses are pages.
    if name.ends_with('/') || !name.starts_with('/') || !is_loaded(name) {
        return None;
    }
    let path = address::decoded(name)?;
    let UrlPlace::Site(path) = address::place(&path, version.base_path()) else {
        return None;
    };
    if path
        .strip_prefix(version.asset_folder())
        .is_some_and(|rest| rest.starts_with('/'))
    {
        return None;
    }
    match version.file(path)? {
        Body::Bytes(bytes) => Some(file::hash(&bytes)),
        Body::File { file, .. } => known.of(&file).ok().map(|(_, hash)| format!("{hash:016x}")),
    }
}

fn is_loaded(name: &str) -> bool {
    let content_type = content_type::of(name);
    ["text/css", "text/javascript", "image/"]
        .iter()
        .any(|kind| content_type.starts_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_their_attributes_only() {
        let page =
            r#"<a href="/a/">x</a><img alt="src" src="/b.png"><p data-href="/c">="/d"</p><link rel="x" href="/e.css">"#;
        assert_eq!(addresses(page).collect::<Vec<_>>(), ["/a/", "/b.png", "/e.css"]);
        assert_eq!(addresses("=\" href=\"").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn only_what_is_loaded_with_a_page_counts() {
        for name in ["/a.css", "/a.js", "/logo.svg", "/a/b.png"] {
            assert!(is_loaded(name), "{name}");
        }
        for name in ["/a.html", "/a.md", "/a", "/feed.xml", "/a.pdf"] {
            assert!(!is_loaded(name), "{name}");
        }
    }
}
