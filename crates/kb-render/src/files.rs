//! The files beside the pages: feed, sitemap, `robots.txt`, `llms.txt`, redirects and the manifest.

use std::fmt::Write as _;

use atom_syndication::{Entry, Feed, FixedDateTime, Generator, Link, Person, Text};
use kb_document::Date;
use kb_site::pages::{MadeFile, Page};
use kb_site::{Article, CategoryId, LanguageSite, Site, urls};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::json;

use super::pages::LanguageRenderer;
use super::{WrittenPage, i18n};

/// The largest number of entries in a feed.
const FEED_ENTRIES: usize = 50;

/// The Atom feed of a language.
pub(crate) fn feed(site: &Site, language: &LanguageSite) -> Option<String> {
    let mut articles: Vec<&Article> = language
        .articles
        .iter()
        .filter(|a| !a.unlisted && a.updated.is_some() && a.language == language.language)
        .collect();
    articles.sort_by_key(|article| (std::cmp::Reverse(article.updated), article.path.clone()));
    articles.truncate(FEED_ENTRIES);
    let moment = |unix: i64| FixedDateTime::parse_from_rfc3339(&Date { unix }.rfc3339()).ok();
    let home = site.absolute_url(&language.home)?;
    let own = site.absolute_url(&MadeFile::Feed.path(&site.config, &language.home))?;
    let entries: Vec<Entry> = articles
        .iter()
        .filter_map(|article| {
            let url = site.absolute_url(&article.path)?;
            let updated = moment(article.updated?.unix)?;
            Some(Entry {
                title: Text::plain(article.title.clone()),
                id: url.clone(),
                updated,
                links: vec![Link {
                    href: url,
                    rel: "alternate".to_owned(),
                    ..Link::default()
                }],
                summary: (!article.description.is_empty()).then(|| Text::plain(article.description.clone())),
                ..Entry::default()
            })
        })
        .collect();
    let feed = Feed {
        title: Text::plain(language.title.clone()),
        id: home.clone(),
        updated: entries
            .first()
            .map_or_else(|| moment(0).unwrap_or_default(), |entry| entry.updated),
        links: vec![
            Link {
                href: home,
                rel: "alternate".to_owned(),
                ..Link::default()
            },
            Link {
                href: own,
                rel: "self".to_owned(),
                ..Link::default()
            },
        ],
        generator: Some(Generator {
            value: "kb".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            ..Generator::default()
        }),
        authors: vec![Person {
            name: language.title.clone(),
            ..Person::default()
        }],
        lang: Some(language.language.to_string()),
        entries,
        ..Feed::default()
    };
    let bytes = feed.write_to(Vec::new()).ok()?;
    String::from_utf8(bytes).ok()
}

/// All pages with their translations, as <https://www.sitemaps.org/protocol.html> and Google's `xhtml:link` extension.
pub(crate) fn sitemap(site: &Site) -> Option<Vec<u8>> {
    site.config.base_url.as_ref()?;
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    let write = |writer: &mut Writer<Vec<u8>>, event: Event<'_>| writer.write_event(event).is_ok();
    write(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    let mut root = BytesStart::new("urlset");
    root.push_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"));
    root.push_attribute(("xmlns:xhtml", "http://www.w3.org/1999/xhtml"));
    write(&mut writer, Event::Start(root));
    for language in &*site.languages {
        for page in Page::all(language).filter(|page| page.is_in_sitemap(language)) {
            let updated = match page {
                Page::Article(id) => language.articles[id].updated.map(Date::iso_day),
                _ => None,
            };
            let url = site.absolute_url(&page.path(language))?;
            let translations = page.translations(site, language);
            let translations = translations
                .into_iter()
                .filter_map(|(language, path)| Some((language.language.to_string(), site.absolute_url(&path)?)));
            let translations: Vec<_> = translations.collect();
            listed(&mut writer, &url, updated.as_deref(), &translations);
        }
    }
    write(&mut writer, Event::End(BytesEnd::new("urlset")));
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    Some(bytes)
}

/// A page of the sitemap.
fn listed(writer: &mut Writer<Vec<u8>>, url: &str, updated: Option<&str>, translations: &[(String, String)]) {
    // Writing to memory cannot fail.
    let _ = writer.write_event(Event::Start(BytesStart::new("url")));
    element(writer, "loc", url);
    if let Some(updated) = updated {
        element(writer, "lastmod", updated);
    }
    if translations.len() > 1 {
        for (tag, url) in translations {
            let mut link = BytesStart::new("xhtml:link");
            link.push_attribute(("rel", "alternate"));
            link.push_attribute(("hreflang", tag.as_str()));
            link.push_attribute(("href", url.as_str()));
            let _ = writer.write_event(Event::Empty(link));
        }
    }
    let _ = writer.write_event(Event::End(BytesEnd::new("url")));
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, text: &str) {
    // Writing to memory cannot fail.
    let _ = writer.write_event(Event::Start(BytesStart::new(name)));
    let _ = writer.write_event(Event::Text(BytesText::new(text)));
    let _ = writer.write_event(Event::End(BytesEnd::new(name)));
}

/// `robots.txt`, by RFC 9309.
pub(crate) fn robots(site: &Site) -> String {
    let mut text = "User-agent: *\nAllow: /\n".to_owned();
    if let Some(url) = site.absolute_url(&MadeFile::Sitemap.path(&site.config, "/")) {
        let _ = write!(text, "\nSitemap: {url}\n");
    }
    text
}

/// The articles as a list for language models, by <https://llmstxt.org>.
pub(crate) fn llms(renderer: &LanguageRenderer<'_>) -> String {
    let site = renderer.site;
    let language = renderer.language();
    let mut text = format!("# {}\n", language.title);
    if !language.description.is_empty() {
        let _ = write!(text, "\n> {}\n", one_line(&language.description));
    }
    for (id, category) in CategoryId::numbered(&language.categories) {
        let mut lines = String::new();
        for article in category.articles.iter().map(|id| &language.articles[*id]) {
            if !site.documents[article.document].front.llms {
                continue;
            }
            let path = format!("/{}", urls::markdown_file(&article.path));
            let url = site.absolute_url(&path).unwrap_or_else(|| site.url(&path));
            let _ = write!(lines, "- [{}]({url})", one_line(&article.title).replace(['[', ']'], ""));
            if !article.description.is_empty() {
                let _ = write!(lines, ": {}", one_line(&article.description));
            }
            lines.push('\n');
        }
        if lines.is_empty() {
            continue;
        }
        let trail: Vec<&str> = language
            .trail(id)
            .iter()
            .map(|id| language.categories[*id].title.as_str())
            .collect();
        let heading = if trail.is_empty() {
            renderer.messages.text(i18n::Text::AllArticles).to_owned()
        } else {
            trail.join(" \u{203a} ")
        };
        let _ = write!(text, "\n## {}\n\n{lines}", one_line(&heading));
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The manifest: pages with their sources, for tools that compare two builds.
pub(crate) fn manifest(site: &Site, written: &[WrittenPage]) -> String {
    let pages: Vec<_> = written
        .iter()
        .map(|page| json!({ "url": page.url, "language": page.language, "source": page.source, "hash": page.hash }))
        .collect();
    let redirects: Vec<_> = site
        .redirects
        .iter()
        .map(|(from, to)| json!({ "from": site.url(from), "to": site.url(to) }))
        .collect();
    let languages: Vec<_> = site.languages.iter().map(|language| language.language.tag()).collect();
    let manifest = json!({
        "generator": concat!("kb ", env!("CARGO_PKG_VERSION")),
        "default_language": site.default_site().language.tag(),
        "languages": languages,
        "pages": pages,
        "redirects": redirects,
    });
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    text
}

/// The file that pages request to leave a line in the access log.
pub(crate) const SIGNAL: &str = "Pages of this help centre request this file to report how they are used.\n";

/// Redirects for hosts that read them from a file: old path, new path, status.
pub(crate) fn redirects(site: &Site) -> String {
    let mut lines = String::new();
    for (from, to) in &*site.redirects {
        let _ = writeln!(lines, "{} {} 301", site.url(from), site.url(to));
    }
    lines
}
