//! The script for pages in a browser, and its insertion.

use std::sync::LazyLock;

use kb_render::script;

use super::address;

/// The parts of the script by their path in the repository; the first imports the others.
const PARTS: [(&str, &str); 10] = [
    ("src/serve/live/main.js", include_str!("live/main.js")),
    ("src/serve/live/broken.js", include_str!("live/broken.js")),
    ("src/serve/live/browser.js", include_str!("live/browser.js")),
    ("src/serve/live/compare.js", include_str!("live/compare.js")),
    ("src/serve/live/connection.js", include_str!("live/connection.js")),
    ("src/serve/live/files.js", include_str!("live/files.js")),
    ("src/serve/live/overlay.js", include_str!("live/overlay.js")),
    ("src/serve/live/overlay-style.js", include_str!("live/overlay-style.js")),
    ("src/serve/live/page.js", include_str!("live/page.js")),
    ("src/serve/live/remember.js", include_str!("live/remember.js")),
];
/// Shared code of the theme's scripts, which this script imports too.
const LIB: (&str, &str) = (
    "themes/default/static/js/shared/lib.js",
    include_str!("../../themes/default/static/js/shared/lib.js"),
);

/// The script, joined.
pub(super) static SOURCE: LazyLock<String> = LazyLock::new(|| {
    let [(path, main), ..] = PARTS;
    let all = PARTS.iter().chain([&LIB]);
    let module = |path: &str| all.clone().find_map(|(name, text)| (*name == path).then_some(*text));
    script::without_comments(&script::joined(path, main, &module))
});

/// The attributes of the script element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Script<'a> {
    /// The path that the site lives under.
    pub(super) base_path: &'a str,
    /// Whether the page is a replacement for a missing one.
    pub(super) not_found: bool,
}

impl Script<'_> {
    /// The page with the script at the end of its body. `hash` is that of the page without the script.
    pub(super) fn put_into(self, page: &[u8], hash: &str) -> Vec<u8> {
        let base_path = address::encoded(self.base_path);
        let status = if self.not_found { " data-status=\"404\"" } else { "" };
        let element =
            format!("<script type=\"module\" src=\"{base_path}_kb/live.js\" data-page=\"{hash}\"{status}></script>\n");
        let (before, after) = page.split_at(end_of_body(page));
        [before, element.as_bytes(), after].concat()
    }
}

/// The position of the last `</body>`, or the end.
fn end_of_body(page: &[u8]) -> usize {
    const END: &[u8] = b"</body>";
    (page.windows(END.len()))
        .rposition(|window| window.eq_ignore_ascii_case(END))
        .unwrap_or(page.len())
}

/// Whether a client is a browser that opens a page: it accepts HTML explicitly.
pub(super) fn opens_a_page(accept: Option<&str>) -> bool {
    accept.is_some_and(|accept| accept.to_ascii_lowercase().contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_at_the_end_of_the_body() {
        let script = Script {
            base_path: "/help/",
            not_found: false,
        };
        let put = |page: &str| String::from_utf8(script.put_into(page.as_bytes(), "ab")).expect("UTF-8");
        let element = "<script type=\"module\" src=\"/help/_kb/live.js\" data-page=\"ab\"></script>\n";
        assert_eq!(put("<body>x</body></html>"), format!("<body>x{element}</body></html>"));
        assert_eq!(
            put("<pre></body></pre>x</BODY>"),
            format!("<pre></body></pre>x{element}</BODY>")
        );
        assert_eq!(put("no body"), format!("no body{element}"));
    }
}
