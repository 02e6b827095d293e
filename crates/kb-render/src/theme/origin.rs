//! Copies of a theme's files: each begins with a comment that says which version of which theme it was copied from.
//!
//! The comment contains a hash of the original, so that a later version of kb can detect whether the original has
//! changed.

use kb_diagnostic::{Code, Diagnostic, Span};
use xxhash_rust::xxh3::xxh3_64;

use super::layers::Layers;

/// The origin of a copy, from its first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CopyOrigin {
    /// The theme it was copied from.
    pub(super) theme: String,
    /// Hash of the file it was copied from.
    pub(super) hash: u64,
}

/// The start and end of a comment in a kind of file. `None` if files of that kind have no comments.
fn comment(path: &str) -> Option<(&'static str, &'static str)> {
    match path.rsplit_once('.')?.1 {
        "html" | "xml" => Some(("{#- ", " -#}")),
        "css" => Some(("/* ", " */")),
        "js" => Some(("// ", "")),
        "toml" => Some(("# ", "")),
        _ => None,
    }
}

/// The first line of a copy, with the line break; empty for files without comments.
pub(super) fn line(path: &str, theme: &str, original: &[u8]) -> String {
    comment(path).map_or_else(String::new, |(begin, end)| {
        format!(
            "{begin}kb {}: ejected from theme `{theme}`, original {:016x}{end}\n",
            env!("CARGO_PKG_VERSION"),
            xxh3_64(original),
        )
    })
}

/// The origin of a file, if it is a copy.
pub(super) fn read(path: &str, bytes: &[u8]) -> Option<CopyOrigin> {
    let (begin, end) = comment(path)?;
    let first = bytes.split(|byte| *byte == b'\n').next()?;
    let first = std::str::from_utf8(first).ok()?.trim_end_matches('\r');
    let said = first.strip_prefix(begin)?.strip_suffix(end)?.strip_prefix("kb ")?;
    let (_version, said) = said.split_once(": ejected from theme `")?;
    let (theme, hash) = said.split_once("`, original ")?;
    Some(CopyOrigin {
        theme: theme.to_owned(),
        hash: u64::from_str_radix(hash, 16).ok()?,
    })
}

/// A copy without its first line about the origin.
pub(super) fn without_line<'a>(path: &str, text: &'a str) -> &'a str {
    match read(path, text.as_bytes()) {
        Some(_) => text.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    }
}

/// Reports copies whose original has changed.
pub(super) fn outdated(layers: &Layers) -> Vec<Diagnostic> {
    let copies = layers.project.iter().filter_map(|(path, file)| {
        let origin = read(path, &file.bytes)?;
        let (theme, original) = layers.original(path)?;
        let changed = theme == origin.theme && xxh3_64(&original.bytes) != origin.hash;
        let name = super::catalogue::name_of(path);
        changed.then(|| {
            Diagnostic::new(
                Code::TemplateOutdated,
                format!("`{name}` of the theme `{theme}` has changed since you ejected it"),
            )
            .with_span(Span::file(&*file.display))
            .with_hint(format!("compare with `kb theme eject {name} --diff`"))
        })
    });
    copies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_back() {
        for path in ["templates/home.html", "static/a.css", "static/a.js", "i18n/de.toml"] {
            let line = line(path, "default", b"x");
            assert_eq!(
                read(path, line.as_bytes()),
                Some(CopyOrigin {
                    theme: "default".to_owned(),
                    hash: xxh3_64(b"x")
                })
            );
            assert_eq!(without_line(path, &format!("{line}rest\n")), "rest\n");
            let windows = line.replace('\n', "\r\n");
            assert!(read(path, windows.as_bytes()).is_some());
        }
        assert_eq!(line("static/a.png", "default", b"x"), "");
        for other in [
            "",
            "{#- home.html -#}\n",
            "{#- kb 1: ejected from theme `a`, original z -#}",
        ] {
            assert_eq!(read("templates/home.html", other.as_bytes()), None, "{other}");
        }
    }
}
