//! Decodes the path of a request and finds the file of the site.

use kb_output::Body;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::Version;

/// The position of a path relative to the site.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum UrlPlace<'a> {
    /// Below the base path: the rest of the path.
    Site(&'a str),
    /// The base path without its trailing `/`.
    SiteWithoutSlash,
    /// The root of the host, outside of the site.
    Root,
    /// Somewhere else on the host.
    Outside,
}

/// The decoded path of a request; `None` if it cannot be the path of a file.
pub(super) fn decoded(path: &str) -> Option<String> {
    let path = percent_decode_str(path).decode_utf8().ok()?.into_owned();
    let is_odd = |c: char| c == '\\' || c.is_control();
    (!path.contains(is_odd)).then_some(path)
}

/// Compares a decoded path with the base path of the site.
pub(super) fn place<'a>(path: &'a str, base_path: &str) -> UrlPlace<'a> {
    // The path of a site comes from a URL and may be encoded itself.
    let base = percent_decode_str(base_path).decode_utf8_lossy();
    if let Some(rest) = path.strip_prefix(&*base) {
        UrlPlace::Site(rest)
    } else if path == base.trim_end_matches('/') {
        UrlPlace::SiteWithoutSlash
    } else if path == "/" {
        UrlPlace::Root
    } else {
        UrlPlace::Outside
    }
}

/// A path encoded for headers and attributes. Existing escapes are kept.
pub(super) fn encoded(path: &str) -> String {
    const ODD: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'`')
        .add(b'&')
        .add(b'\'');
    utf8_percent_encode(path, ODD).to_string()
}

/// The entry of a static host at a path.
pub(super) enum HostedFile {
    /// A file, with its path in the output.
    File(String, Body),
    /// A folder with an `index.html`, requested without its trailing `/`.
    Folder,
    /// Nothing.
    Nothing,
}

/// Looks up a decoded path below the root of the site.
pub(super) fn find(version: &dyn Version, path: &str) -> HostedFile {
    let parts = path.strip_suffix('/').unwrap_or(path);
    if !path.is_empty() && parts.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return HostedFile::Nothing;
    }
    if path.is_empty() || path.ends_with('/') {
        let index = format!("{path}index.html");
        return match version.file(&index) {
            Some(body) => HostedFile::File(index, body),
            None => HostedFile::Nothing,
        };
    }
    if let Some(body) = version.file(path) {
        return HostedFile::File(path.to_owned(), body);
    }
    if version.file(&format!("{path}/index.html")).is_some() {
        return HostedFile::Folder;
    }
    HostedFile::Nothing
}

/// The page for missing pages: the `404.html` of the language or of the site.
pub(super) fn find_not_found(version: &dyn Version, path: &str) -> Option<(String, Body)> {
    let (home, _) = path.split_once('/').unwrap_or_default();
    let of_language = (!home.is_empty()).then(|| format!("{home}/404.html"));
    of_language
        .into_iter()
        .chain(["404.html".to_owned()])
        .find_map(|page| version.file(&page).map(|body| (page, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_or_refused() {
        assert_eq!(decoded("/a%20b/%C3%A4/").as_deref(), Some("/a b/ä/"));
        for odd in ["/a%00b", "/a%5Cb", "/a\\b", "/%ff", "/a%0d%0ab"] {
            assert_eq!(decoded(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_path_of_the_site_is_taken_off() {
        assert_eq!(place("/a/", "/"), UrlPlace::Site("a/"));
        assert_eq!(place("/", "/"), UrlPlace::Site(""));
        assert_eq!(place("/help/a/", "/help/"), UrlPlace::Site("a/"));
        assert_eq!(place("/help", "/help/"), UrlPlace::SiteWithoutSlash);
        assert_eq!(place("/hilfe ü/a", "/hilfe%20%C3%BC/"), UrlPlace::Site("a"));
        assert_eq!(place("/", "/help/"), UrlPlace::Root);
        assert_eq!(place("/helper/a/", "/help/"), UrlPlace::Outside);
    }

    #[test]
    fn encoded_paths_are_left_as_they_are() {
        assert_eq!(encoded("/h%20x/ü \"/"), "/h%20x/%C3%BC%20%22/");
    }
}
