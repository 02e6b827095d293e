//! Files that a browser would run as a part of the site when their address is opened: pages, scripts, drawings with
//! scripts in them.
//!
//! If the authors of articles are not trusted (`html = "sanitize"` or `"escape"`), such a file is not published: on the
//! host of the help centre it could do everything that the site can do. SVG drawings are parsed, because drawings
//! without scripts are common. The type of other files follows from their name; without a known ending, browsers detect
//! it from the first bytes.

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

/// Endings of programs that some servers run, whatever their type.
const RUN_BY_SERVERS: [&str; 16] = [
    "php", "php3", "php4", "php5", "php7", "php8", "phtml", "phar", "asp", "aspx", "ashx", "asmx", "jsp", "jspx",
    "cgi", "shtml",
];

/// Endings of pages and scripts, including those missing in the table of types.
const RUN_BY_BROWSERS: [&str; 18] = [
    "atom", "cjs", "hta", "htc", "mathml", "mht", "mhtml", "mml", "rdf", "rss", "svgz", "swf", "wsdl", "xbl", "xht",
    "xsl", "xslt", "xul",
];

/// Why browsers or the server would run a file; `None` if they would not.
pub(super) fn active(name: &str, bytes: &[u8]) -> Option<String> {
    let ending = name
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    if ending == "svg" {
        return drawing(bytes).err();
    }
    if RUN_BY_SERVERS.contains(&ending.as_str()) {
        return Some("some servers would run it".to_owned());
    }
    let kind = mime_guess::from_path(name).first_raw().unwrap_or_default();
    let runs = RUN_BY_BROWSERS.contains(&ending.as_str())
        || ["html", "xml", "javascript", "ecmascript", "jscript", "vbscript"]
            .iter()
            .any(|word| kind.contains(word) && !kind.contains("openxml"));
    if runs {
        return Some("readers' browsers would run it as a part of this site".to_owned());
    }
    let is_known = ["image/", "audio/", "video/", "font/", "text/"]
        .iter()
        .any(|start| kind.starts_with(start))
        || matches!(kind, "application/pdf" | "application/json");
    (!is_known && looks_like_markup(bytes))
        .then(|| "its name does not say what it is, and browsers would take it for a page".to_owned())
}

/// Whether a browser may detect these bytes as a page if the server sends no type.
fn looks_like_markup(bytes: &[u8]) -> bool {
    let text = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .or_else(|| bytes.strip_prefix(b"\xff\xfe"))
        .or_else(|| bytes.strip_prefix(b"\xfe\xff"))
        .unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0) == Some(&b'<')
}

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// The allowed elements of a drawing.
const ELEMENTS: [&str; 65] = [
    "a",
    "animate",
    "animateMotion",
    "animateTransform",
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feImage",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "filter",
    "font",
    "font-face",
    "g",
    "glyph",
    "image",
    "line",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "missing-glyph",
    "mpath",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "set",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
    "view",
];

/// Fails with the reason why a drawing is not safe.
fn drawing(bytes: &[u8]) -> Result<(), String> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err("it is not UTF-8, so it cannot be checked for scripts".to_owned());
    };
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut in_style = false;
    loop {
        let before = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let at = |what: &str| {
            let line = text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1;
            format!("its line {line} has {what}")
        };
        let (namespace, event) = (reader.read_resolved_event())
            .map_err(|error| format!("it cannot be read as XML, so it cannot be checked for scripts: {error}"))?;
        match event {
            Event::Start(element) | Event::Empty(element) if namespace == ResolveResult::Bound(Namespace(XHTML)) => {
                return Err(at(&format!("`<{}>`", name(element.name().as_ref()))));
            }
            Event::Start(ref element) | Event::Empty(ref element) => {
                let own =
                    matches!(namespace, ResolveResult::Unbound) || namespace == ResolveResult::Bound(Namespace(SVG));
                let local = name(element.local_name().as_ref());
                if own && !ELEMENTS.contains(&&*local) {
                    return Err(at(&format!("`<{local}>`")));
                }
                attributes(element, &local).map_err(|what| at(&what))?;
                in_style = own && local == "style" && matches!(event, Event::Start(_));
            }
            Event::End(_) => in_style = false,
            Event::Text(ref words) if in_style => style(&name(words.as_ref())).map_err(|what| at(&what))?,
            Event::CData(ref words) if in_style => style(&name(words.as_ref())).map_err(|what| at(&what))?,
            Event::PI(_) => return Err(at("a processing instruction")),
            Event::DocType(ref kind) if name(kind.as_ref()).contains(['[', '<']) => return Err(at("own entities")),
            Event::GeneralRef(_) if in_style => return Err(at("a style that is spelt in entities")),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn name(text: impl AsRef<str>) -> String {
    text.as_ref().to_owned()
}

fn attributes(element: &BytesStart<'_>, local: &str) -> Result<(), String> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = name(attribute.key.local_name().as_ref());
        let value = (attribute.normalized_value(XmlVersion::default())).map_err(|error| error.to_string())?;
        let value = value.trim();
        let odd = match key.as_str() {
            "base" => true,
            "href" | "src" => !is_harmless_link(local, value),
            "attributeName" => {
                let changed = value.rsplit(':').next().unwrap_or(value);
                changed.eq_ignore_ascii_case("href") || starts_ignoring_case(changed, "on")
            }
            _ if is_declaration(&attribute) => false,
            _ if starts_ignoring_case(&key, "on") => true,
            _ => style(value).is_err(),
        };
        if odd {
            return Err(format!("`{key}=\"{}\"`", value.chars().take(60).collect::<String>()));
        }
    }
    Ok(())
}

fn is_declaration(attribute: &Attribute<'_>) -> bool {
    attribute.key.as_namespace_binding().is_some()
}

fn starts_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// Whether the target of an attribute is in the drawing itself, an embedded image, or a page that opens only with a
/// click.
fn is_harmless_link(element: &str, value: &str) -> bool {
    let starts = |starts: &[&str]| starts.iter().any(|start| starts_ignoring_case(value, start));
    value.is_empty()
        || value.starts_with('#')
        || match element {
            "a" => starts(&["https://", "http://", "mailto:"]),
            "image" | "feImage" => starts(&[
                "data:image/png",
                "data:image/jpeg",
                "data:image/jpg",
                "data:image/gif",
                "data:image/webp",
            ]),
            _ => false,
        }
}

/// Fails if a style loads something, or may hide that it does.
fn style(css: &str) -> Result<(), String> {
    let css = css.to_ascii_lowercase();
    let inner = |rest: &str| {
        let target = rest.trim_start_matches([' ', '"', '\'', '\t', '\n', '\r']);
        target.starts_with('#')
            || target.starts_with("data:image/")
            || target.starts_with("data:font/")
            || target.starts_with("data:application/")
    };
    let loads = css.split("url(").skip(1).any(|rest| !inner(rest));
    let hides = css.contains('\\') && css.contains('(');
    let odd = ["@import", "image-set(", "expression(", "javascript:", "-moz-binding"];
    if loads || hides || odd.iter().any(|part| css.contains(part)) {
        return Err("a style that loads something".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_known_by_its_name() {
        for name in [
            "a.html", "A.HTM", "a.xhtml", "a.xht", "a.shtml", "a.xml", "a.xsl", "a.xslt", "a.js", "a.mjs", "a.cjs",
            "a.mht", "a.mhtml", "a.swf", "a.htc", "a.hta", "a.svgz", "a.rss", "a.atom", "a.rdf", "a.wsdl", "a.mathml",
            "a.php", "a.phtml", "a.jsp", "a.b.html",
        ] {
            assert!(active(name, b"x").is_some(), "{name}");
        }
        for name in [
            "a.png", "a.jpg", "a.pdf", "a.txt", "a.csv", "a.json", "a.zip", "a.docx", "a.xlsx", "a.odt", "a.mp4",
            "a.mp3", "a.vtt", "a.exe", "a.dmg", "a.bin", "a.step", "a", "a.woff2", "a.css", "a.yaml", "a.log",
            "a.conf",
        ] {
            assert_eq!(active(name, b"x"), None, "{name}");
        }
    }

    #[test]
    fn what_may_be_taken_for_a_page_is_none_that_is_published() {
        for bytes in [
            &b"<script>alert(1)</script>"[..],
            b" \n\t<!doctype html>",
            b"\xef\xbb\xbf<html>",
            b"\xff\xfe<\0h\0",
            b"\xfe\xff\0<\0h",
        ] {
            for name in ["a", "a.unknown", "a.bin"] {
                assert!(active(name, bytes).is_some(), "{name}");
            }
            assert_eq!(active("a.png", bytes), None);
            assert_eq!(active("a.txt", bytes), None);
        }
    }

    #[test]
    fn drawings_that_only_draw_are_published() {
        for inside in [
            "<rect width=\"1\" height=\"1\" fill=\"url(#a)\" style=\"fill:#fff\"/>",
            "<style>.st0{fill:#FFF;filter:url('#f')}</style><use xlink:href=\"#b\"/><use href=\"#b\"/>",
            "<a href=\"https://a.example/\"><text>a &amp; b</text></a>",
            "<image href=\"data:image/png;base64,AAAA\"/><title>onload=</title>",
            "<metadata><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:li rdf:resource=\"x\"/></rdf:RDF></metadata>",
            "<animate attributeName=\"opacity\" from=\"0\" to=\"1\"/><g><path d=\"M0 0\"/></g>",
        ] {
            let svg = format!(
                "<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 1 1\">{inside}</svg>\n"
            );
            assert_eq!(active("a.svg", svg.as_bytes()), None, "{inside}");
        }
    }

    #[test]
    fn drawings_that_do_more_are_none() {
        for inside in [
            "<script>alert(1)</script>",
            "<script href=\"x.js\"/>",
            "<s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script>",
            "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>",
            "<g xmlns:q=\"u\"><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"x\"/></g>",
            "<foreignObject><p>x</p></foreignObject>",
            "<rect onclick=\"x()\"/>",
            "<rect ONLOAD=\"x()\"/>",
            "<a href=\"javascript:x()\"/>",
            "<a xlink:href=\" java&#10;script:x()\"/>",
            "<a href=\"data:text/html,x\"/>",
            "<use href=\"b.svg#x\"/>",
            "<use href=\"data:image/svg+xml,x\"/>",
            "<image href=\"https://a.example/x.png\"/>",
            "<image href=\"data:image/svg+xml,x\"/>",
            "<a><set attributeName=\"href\" to=\"javascript:x()\"/></a>",
            "<a><animate attributeName=\"xlink:href\" values=\"javascript:x()\"/></a>",
            "<set attributeName=\"onclick\" to=\"x()\"/>",
            "<style>@import 'https://a.example';</style>",
            "<style>a{fill:url(https://a.example)}</style>",
            "<style><![CDATA[a{fill:u\\72l(https://a.example)}]]></style>",
            "<rect fill=\"url(//a.example/x)\"/>",
            "<g xml:base=\"https://a.example/\"/>",
            "<handler>x</handler>",
            "<unclosed>",
        ] {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inside}</svg>"
            );
            assert!(active("a.svg", svg.as_bytes()).is_some(), "{inside}");
        }
        for svg in [
            "<?xml-stylesheet href=\"x.xsl\" type=\"text/xsl\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<!DOCTYPE svg [<!ENTITY x \"<script>alert(1)</script>\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&x;</svg>",
            "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>",
            "<html><script>alert(1)</script></html>",
            "<svg",
        ] {
            assert!(active("a.svg", svg.as_bytes()).is_some(), "{svg}");
        }
        let reason = active(
            "e.svg",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\">\n<g>\n<script/></g></svg>",
        );
        assert_eq!(reason.as_deref(), Some("its line 3 has `<script>`"));
    }
}
