//! The references in the files of a site.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};

use super::ReferenceKind;

/// The references and properties of a file.
#[derive(Debug, Default)]
pub(super) struct CrawledPage {
    pub(super) references: Vec<Reference>,
    /// Its ids and anchors, in order, with repetitions.
    pub(super) ids: Vec<String>,
    pub(super) canonical: Option<String>,
    /// The `href` of `<base>`.
    pub(super) base: Option<String>,
    /// Whether it is marked as an article.
    pub(super) is_article: bool,
    /// Whether it need not be reachable: it redirects, or asks not to be indexed.
    pub(super) is_hidden: bool,
}

/// One reference, as it is written.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reference {
    pub(super) url: String,
    pub(super) kind: ReferenceKind,
    /// Whether a reader can follow it to get to a page.
    pub(super) followed: bool,
}

/// A kind of file that refers to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    Html,
    Css,
    Xml,
    Llms,
    Redirects,
    Robots,
}

/// The kind of a file by its name, if it may refer to others.
pub(super) fn kind(file: &str) -> Option<FileKind> {
    let name = file.rsplit('/').next().unwrap_or(file);
    match name {
        "llms.txt" => return Some(FileKind::Llms),
        "_redirects" => return Some(FileKind::Redirects),
        "robots.txt" => return Some(FileKind::Robots),
        _ => {}
    }
    match name.rsplit_once('.')? {
        (_, "html" | "htm" | "svg") => Some(FileKind::Html),
        (_, "css") => Some(FileKind::Css),
        (stem, "xml") if stem.starts_with("sitemap") || ["feed", "atom", "rss", "index"].contains(&stem) => {
            Some(FileKind::Xml)
        }
        _ => None,
    }
}

/// Whether a reader can look at the file as a page.
pub(super) fn is_html(file: &str) -> bool {
    matches!(file.rsplit_once('.'), Some((_, "html" | "htm")))
}

/// Whether fragments of the file's URL name ids in it.
pub(super) fn has_anchors(file: &str) -> bool {
    kind(file) == Some(FileKind::Html)
}

impl FileKind {
    pub(super) fn read(self, text: &str) -> CrawledPage {
        match self {
            Self::Html => read_html(text),
            Self::Css => with_references(css_urls(text), ReferenceKind::Asset),
            Self::Xml => with_references(xml_urls(text), ReferenceKind::Link),
            Self::Llms => with_references(markdown_urls(text), ReferenceKind::Link),
            Self::Redirects => with_references(redirect_targets(text), ReferenceKind::Link),
            Self::Robots => with_references(robots_sitemaps(text), ReferenceKind::Link),
        }
    }
}

fn with_references(urls: Vec<String>, kind: ReferenceKind) -> CrawledPage {
    let references = urls
        .into_iter()
        .map(|url| Reference {
            url,
            kind,
            followed: false,
        })
        .collect();
    CrawledPage {
        references,
        ..CrawledPage::default()
    }
}

/// A start tag's attributes; html5gum has decoded the character references in them.
type Attributes = BTreeMap<String, String>;

/// Reads a page, or an image in SVG, which has the same elements where it matters here.
pub(super) fn read_html(text: &str) -> CrawledPage {
    let mut page = CrawledPage::default();
    let mut emitter = DefaultEmitter::default();
    // Otherwise the contents of scripts and styles would be read as markup.
    emitter.naively_switch_states(true);
    let mut in_style = false;
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                in_style = name == "style";
                let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let attributes = tag
                    .attributes
                    .iter()
                    .map(|(name, value)| (lossy(name), lossy(value)))
                    .collect();
                page.element(&name, &attributes);
            }
            Token::String(text) if in_style => {
                page.add_all(css_urls(&String::from_utf8_lossy(&text)), ReferenceKind::Asset);
            }
            Token::EndTag(_) => in_style = false,
            _ => {}
        }
    }
    page
}

impl CrawledPage {
    fn add(&mut self, url: Option<&String>, kind: ReferenceKind) {
        self.add_all(url.cloned(), kind);
    }

    fn add_all(&mut self, urls: impl IntoIterator<Item = String>, kind: ReferenceKind) {
        self.references.extend(urls.into_iter().map(|url| Reference {
            url,
            kind,
            followed: false,
        }));
    }

    fn add_followed(&mut self, url: Option<&String>) {
        self.references.extend(url.map(|url| Reference {
            url: url.clone(),
            kind: ReferenceKind::Link,
            followed: true,
        }));
    }

    fn element(&mut self, name: &str, attributes: &Attributes) {
        let get = |attribute: &str| attributes.get(attribute);
        self.ids.extend(get("id").filter(|id| !id.is_empty()).cloned());
        self.add_all(
            get("style").map(|style| css_urls(style)).unwrap_or_default(),
            ReferenceKind::Asset,
        );
        match name {
            "a" | "area" => {
                // Old pages name places so; often beside an `id` of the same name, which is no repetition.
                self.ids
                    .extend(get("name").filter(|name| Some(*name) != get("id")).cloned());
                self.add_followed(get("href").or(get("xlink:href")));
            }
            "base" => self.base = self.base.take().or_else(|| get("href").cloned()),
            "link" => self.link(get("rel").map_or("", String::as_str), get("href")),
            "meta" => self.meta(attributes),
            "form" => self.add(get("action"), ReferenceKind::Link),
            "script" | "iframe" | "embed" => self.add(get("src"), ReferenceKind::Asset),
            "object" => self.add(get("data"), ReferenceKind::Asset),
            "img" | "source" | "audio" | "video" | "track" | "input" => {
                self.add(get("src"), ReferenceKind::Media);
                self.add(get("poster"), ReferenceKind::Media);
                self.add_all(
                    get("srcset").map(|set| srcset_urls(set)).unwrap_or_default(),
                    ReferenceKind::Media,
                );
            }
            "use" | "image" => self.add(get("href").or(get("xlink:href")), ReferenceKind::Media),
            _ => {}
        }
    }

    fn link(&mut self, rel: &str, href: Option<&String>) {
        let is = |wanted: &str| {
            rel.split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case(wanted))
        };
        if is("canonical") {
            self.canonical = href.cloned();
        }
        if is("preconnect") || is("dns-prefetch") {
            return;
        }
        let is_page = [
            "canonical",
            "alternate",
            "next",
            "prev",
            "search",
            "help",
            "author",
            "license",
        ]
        .into_iter()
        .any(is);
        self.add(
            href,
            if is_page {
                ReferenceKind::Link
            } else {
                ReferenceKind::Asset
            },
        );
    }

    fn meta(&mut self, attributes: &Attributes) {
        let get = |attribute: &str| attributes.get(attribute);
        let Some(content) = get("content") else { return };
        let key = get("property")
            .or(get("name"))
            .or(get("http-equiv"))
            .map(|key| key.to_ascii_lowercase());
        match key.as_deref() {
            Some("refresh") => {
                let target = content
                    .split_once(['='])
                    .map(|(_, url)| url.trim().trim_matches(['"', '\'']).to_owned());
                self.add_followed(target.as_ref());
                self.is_hidden = true;
            }
            Some("og:image" | "og:video" | "og:audio" | "twitter:image") => {
                self.add(Some(content), ReferenceKind::Media);
            }
            Some("og:url") => self.add(Some(content), ReferenceKind::Link),
            Some("og:type") => self.is_article = content == "article",
            Some("robots") => self.is_hidden |= content.contains("noindex"),
            _ => {}
        }
    }
}

/// The URLs of a `srcset`: each candidate is a URL, then perhaps a width or density, then a comma.
fn srcset_urls(set: &str) -> Vec<String> {
    let mut urls = Vec::new();
    let mut rest = set.trim_start_matches([',', ' ', '\n', '\t']);
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        urls.push(url.trim_end_matches(',').to_owned());
        // A comma at the end of the URL ends the candidate; otherwise the next comma does.
        rest = if url.ends_with(',') {
            after
        } else {
            after.split_once(',').map_or("", |(_, next)| next)
        };
        rest = rest.trim_start_matches([',', ' ', '\n', '\t']);
    }
    urls
}

/// The references of a style sheet: `url(...)` and `@import "..."`.
fn css_urls(css: &str) -> Vec<String> {
    let css = without_comments(css);
    let unquoted = |value: &str| {
        let value = value.trim_start();
        let end = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => return value[1..].split(quote).next().unwrap_or_default().to_owned(),
            _ => value.find(')').unwrap_or(value.len()),
        };
        value[..end].trim().to_owned()
    };
    let functions = css.split("url(").skip(1).map(unquoted);
    let imports = css
        .split("@import")
        .skip(1)
        .filter(|rest| rest.trim_start().starts_with(['"', '\'']))
        .map(unquoted);
    // A fragment alone is about the page that uses the style, an SVG filter for example.
    functions
        .chain(imports)
        .filter(|url| !url.is_empty() && !url.starts_with('#'))
        .collect()
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}

/// The URLs of a sitemap or a feed: `<loc>`, `<link>`, and every `href`.
fn xml_urls(xml: &str) -> Vec<String> {
    let mut urls = Vec::new();
    let mut text: Option<String> = None;
    for Ok(token) in Tokenizer::new(xml) {
        match token {
            Token::StartTag(tag) => {
                let href = tag.attributes.get(b"href".as_slice());
                urls.extend(href.map(|href| String::from_utf8_lossy(href).into_owned()));
                let is_url = tag.name.ends_with(b"loc") || tag.name.as_slice() == b"link";
                text = (is_url && !tag.self_closing && href.is_none()).then(String::new);
            }
            Token::String(part) => {
                if let Some(text) = &mut text {
                    text.push_str(&String::from_utf8_lossy(&part));
                }
            }
            Token::EndTag(_) => urls.extend(text.take()),
            _ => {}
        }
    }
    urls
}

/// The targets of a Markdown file's inline links.
fn markdown_urls(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| {
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth < 0
        })?;
        rest[..end].split_whitespace().next()
    });
    targets
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// The targets of a `_redirects` file: the second field. A placeholder has no page of its own.
fn redirect_targets(text: &str) -> Vec<String> {
    let rules = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let targets = rules.filter_map(|rule| rule.split_whitespace().nth(1));
    targets
        .filter(|target| !target.contains(":splat"))
        .map(str::to_owned)
        .collect()
}

fn robots_sitemaps(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(key, _)| key.trim().eq_ignore_ascii_case("sitemap"))
        .map(|(_, url)| url.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srcset_candidates() {
        assert_eq!(
            srcset_urls("a.png, b,c.png 2x,d.png 300w"),
            ["a.png", "b,c.png", "d.png"]
        );
        assert_eq!(srcset_urls(""), Vec::<String>::new());
    }

    #[test]
    fn style_sheets() {
        let css = "@import 'x.css'; a{b:url( \"c d.png\" )} /* url(no) */ e{f:url(g.woff2) , url(#h)}";
        assert_eq!(css_urls(css), ["c d.png", "g.woff2", "x.css"]);
    }

    #[test]
    fn markdown_links() {
        assert_eq!(markdown_urls("- [A (b)](/a_(b)/ \"t\"): x [c](<d>)"), ["/a_(b)/", "d"]);
    }

    #[test]
    fn sitemaps_and_feeds() {
        let xml = "<loc>http://a/?b&amp;c</loc><xhtml:link hreflang='de' href=\"d\"/><link>e</link>";
        assert_eq!(xml_urls(xml), ["http://a/?b&c", "d", "e"]);
    }
}
