//! Content types, and which of them are worth compressing.

/// The `Content-Type` of a file, by the ending of its name.
pub(super) fn of(path: &str) -> String {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        // Types that the common table lacks, or that differ between its versions.
        "md" => "text/markdown; charset=utf-8".to_owned(),
        "bin" => "application/octet-stream".to_owned(),
        "webmanifest" => "application/manifest+json".to_owned(),
        _ => {
            let found = mime_guess::from_path(path).first_or_octet_stream();
            if found.type_() == mime_guess::mime::TEXT {
                format!("{found}; charset=utf-8")
            } else {
                found.to_string()
            }
        }
    }
}

/// Whether a type is HTML.
pub(super) fn is_html(content_type: &str) -> bool {
    content_type.starts_with("text/html")
}

/// Whether compression is useful: for texts, and images that are text. Events are sent without delay.
pub(super) fn is_compressible(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    match essence.split_once('/') {
        Some(("text", kind)) => kind != "event-stream",
        Some(("application", kind)) => {
            matches!(kind, "json" | "javascript" | "xml" | "wasm") || kind.ends_with("+json") || kind.ends_with("+xml")
        }
        Some(("image", kind)) => kind == "svg+xml",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_a_static_host() {
        for (path, content_type) in [
            ("index.html", "text/html; charset=utf-8"),
            ("a/b.css", "text/css; charset=utf-8"),
            ("a/b.js", "text/javascript; charset=utf-8"),
            ("a.md", "text/markdown; charset=utf-8"),
            ("llms.txt", "text/plain; charset=utf-8"),
            ("feed.xml", "text/xml; charset=utf-8"),
            ("search/pack/en/boot.bin", "application/octet-stream"),
            ("app.webmanifest", "application/manifest+json"),
            ("x.svg", "image/svg+xml"),
            ("x.json", "application/json"),
            ("_redirects", "application/octet-stream"),
        ] {
            assert_eq!(of(path), content_type, "{path}");
        }
    }

    #[test]
    fn what_is_compressed_already_is_not_compressed_again() {
        for path in [
            "a.html",
            "a.css",
            "a.js",
            "a.svg",
            "a.json",
            "a.md",
            "a.xml",
            "a.webmanifest",
        ] {
            assert!(is_compressible(&of(path)), "{path}");
        }
        for path in ["a.bin", "a.png", "a.woff2", "a.jpg", "a.mp4", "a.zip"] {
            assert!(!is_compressible(&of(path)), "{path}");
        }
        assert!(!is_compressible("text/event-stream"));
    }
}
