//! URLs of pages: checked site paths from file paths and front matter.

use kb_document::slug::slugify;
use kb_output::{OutputError, OutputPath};
use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization as _;

/// A path on the site, with a leading `/`, such as `/billing/refund/` or `/old.html`. Without the base path.
pub type SitePath = String;

/// Checks the path of a page or an alias from the front matter. Percent escapes (`%C3%BC`) are decoded.
///
/// # Errors
/// A sentence that says what is wrong.
pub(crate) fn site_path(written: &str) -> Result<SitePath, String> {
    let decoded = percent_decode_str(written.trim()).decode_utf8();
    let decoded = decoded.map_err(|_| format!("`{written}` has a `%` escape that is not valid UTF-8"))?;
    let trimmed: String = decoded.nfc().collect();
    if trimmed.contains("://") || trimmed.starts_with("//") {
        return Err(format!("`{written}` is not a path on this site"));
    }
    if trimmed
        .chars()
        .any(|c| c.is_control() || matches!(c, '\\' | '?' | '#' | '"' | '<' | '>' | '|' | ':' | '*'))
    {
        return Err(format!("`{written}` has a character that a path cannot have"));
    }
    let parts: Vec<&str> = trimmed.split('/').filter(|part| !part.is_empty()).collect();
    if parts.iter().any(|part| matches!(*part, "." | "..")) {
        return Err(format!("`{written}` must not have a part `.` or `..`"));
    }
    if parts.iter().any(|part| part.to_lowercase().starts_with(".kb-")) {
        return Err(format!(
            "`{written}` begins with `.kb-`, which kb reserves for its own files"
        ));
    }
    if let Some(part) = parts.iter().find(|part| means_something_to_servers(part)) {
        return Err(format!(
            "`{written}` has the part `{part}`, a name that web servers act on"
        ));
    }
    if parts.is_empty() {
        return Err(format!("`{written}` is the home page"));
    }
    let is_file = parts
        .last()
        .is_some_and(|last| last.ends_with(".html") || last.ends_with(".htm"));
    let joined = parts.join("/");
    let path = if is_file {
        format!("/{joined}")
    } else {
        format!("/{joined}/")
    };
    match OutputPath::new(output_file(&path)) {
        Err(OutputError::Path { problem, .. }) => Err(format!("`{written}` cannot be a file: {problem}")),
        _ => Ok(path),
    }
}

/// Whether a file or folder of this name changes what a web server or host does: settings of Apache and IIS, and of the
/// hosts that read `_headers` and `_worker.js`. Only a project's `static/` holds such files.
fn means_something_to_servers(part: &str) -> bool {
    let name = part.to_lowercase();
    (name.starts_with('.') && name != ".well-known")
        || matches!(name.as_str(), "_headers" | "_worker.js" | "_routes.json" | "web.config")
}

/// Checks a slug from the front matter.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn slug(written: &str) -> Result<String, String> {
    if written.contains("..") || written.contains(['/', '\\']) {
        return Err(format!(
            "the slug `{written}` must be one part of a URL, without `/` and `..`"
        ));
    }
    let slug = slugify(written);
    if slug.is_empty() {
        Err(format!("the slug `{written}` has no letter or digit"))
    } else {
        Ok(not_a_device(slug))
    }
}

/// Windows reserves device names, which cannot be files, so they get a number.
pub(super) fn not_a_device(slug: String) -> String {
    let numbered = |name: &str| {
        slug.strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let device = matches!(slug.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    if device { format!("{slug}-1") } else { slug }
}

/// The slug of a file or folder name; a name without letters and digits becomes its code points.
pub fn name_slug(name: &str) -> String {
    let slug = slugify(name);
    if !slug.is_empty() {
        return not_a_device(slug);
    }
    name.chars()
        .map(|c| format!("{:x}", u32::from(c)))
        .collect::<Vec<_>>()
        .join("-")
}

/// A file or folder name as a title: `getting-started` -> `Getting started`.
pub fn humanize(name: &str) -> String {
    let spaced = if name.contains(' ') {
        name.to_owned()
    } else {
        name.replace(['-', '_'], " ")
    };
    let spaced = spaced.trim();
    let mut letters = spaced.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// The file in the output that a site path is served from.
pub fn output_file(path: &str) -> String {
    let path = path.trim_start_matches('/');
    if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    }
}

/// The Markdown copy beside a page.
pub fn markdown_file(path: &str) -> String {
    let file = output_file(path);
    file.strip_suffix(".html")
        .map_or_else(|| format!("{file}.md"), |stem| format!("{stem}.md"))
}

/// A site path for an attribute: non-ASCII letters are kept, characters that would end a URL are escaped.
pub fn encode(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const SET: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'`')
        .add(b'#')
        .add(b'?')
        .add(b'{')
        .add(b'}')
        .add(b'%');
    utf8_percent_encode(path, SET).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_checked() {
        assert_eq!(site_path("billing/refund").as_deref(), Ok("/billing/refund/"));
        assert_eq!(site_path("/old/page.html").as_deref(), Ok("/old/page.html"));
        assert_eq!(site_path("/%C3%BCber%20uns/").as_deref(), Ok("/über uns/"));
        assert_eq!(site_path("/cafe\u{301}//x").as_deref(), Ok("/café/x/"));
        assert_eq!(site_path("/100%/").as_deref(), Ok("/100%/"));
        let long = format!("/{}/", "a".repeat(256));
        for wrong in [
            "../x",
            "/a/../b",
            "https://x.com/",
            "a?b",
            "",
            "/",
            "a\\b",
            "/%2e%2e/x",
            "/a%3Fb",
            "/a%00",
            "/%ff/",
            "/./x",
            "//x/",
            "/%2f/",
            "/.kb-output",
            "/.KB-x/",
            "/con/",
            "/a /b/",
            "/a./",
            "/.git/x",
            &long,
        ] {
            assert!(site_path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn slugs_are_checked() {
        assert_eq!(slug("Get a refund").as_deref(), Ok("get-a-refund"));
        for wrong in ["..", "a/b", "../../etc", "!!"] {
            assert!(slug(wrong).is_err(), "{wrong}");
        }
        assert_eq!(name_slug("---"), "2d-2d-2d");
        assert_eq!(
            (
                name_slug("AUX").as_str(),
                name_slug("com7").as_str(),
                name_slug("common").as_str()
            ),
            ("aux-1", "com7-1", "common")
        );
    }

    #[test]
    fn files_follow_from_paths() {
        assert_eq!(output_file("/"), "index.html");
        assert_eq!(output_file("/a/b/"), "a/b/index.html");
        assert_eq!(markdown_file("/a/b/"), "a/b/index.md");
        assert_eq!(markdown_file("/old.html"), "old.md");
    }
}
