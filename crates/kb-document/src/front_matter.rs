//! Front matter: YAML between `---` or TOML between `+++`, with the spellings of other tools.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil;
use kb_data::{Codes, Entry, Node, Place, Reader, Value, as_flag, parse_toml, parse_yaml};
use kb_diagnostic::{Code, Diagnostic, SourceText, Span};

use super::comments::without_comments;
use super::{Title, misplaced, visibility};

pub(super) const CODES: Codes = Codes {
    syntax: Code::FrontMatterSyntax,
    duplicate: Code::FrontMatterDuplicateKey,
    wrong_type: Code::FrontMatterType,
    unknown: Code::FrontMatterUnknownKey,
};

/// Keys of other tools that are ignored without a warning, so that content builds unchanged.
const FOREIGN: &[&str] = &[
    // Hugo, Jekyll
    "author",
    "authors",
    "layout",
    "type",
    "lang",
    "language",
    "locale",
    "menu",
    "params",
    "outputs",
    "cascade",
    "resources",
    "markup",
    "parent",
    "nav_order",
    "has_children",
    "image",
    "images",
    "toc",
    // Zola
    "page_template",
    "sort_by",
    "paginate_by",
    "paginate_path",
    "paginate_reversed",
    "insert_anchor_links",
    "transparent",
    "redirect_to",
    "generate_feeds",
    "generate_feed",
    "header",
    // Docusaurus
    "pagination_next",
    "pagination_prev",
    "custom_edit_url",
    "hide_title",
    "hide_table_of_contents",
    "last_update_author",
    "sidebar_class_name",
    "sidebar_custom_props",
    "displayed_sidebar",
    "toc_min_heading_level",
    "toc_max_heading_level",
    // VuePress, VitePress, Starlight, Material for MkDocs
    "sidebarDepth",
    "head",
    "hero",
    "editLink",
    "editUrl",
    "pageClass",
    "tableOfContents",
    "prev",
    "next",
    "banner",
    "outline",
    "aside",
    "footer",
    "sidebar",
    "navbar",
    "meta",
    "subtitle",
    "icon_pack",
];

/// Other unambiguous formats of a day. `11/12/2026` is ambiguous.
const DAYS: [&str; 8] = [
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%Y%m%d",
];

/// A day, with the time of day if it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix: i64,
}

impl Date {
    /// Reads `2026-11-21`, with or without a time and an offset. Without an offset the time is UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(timestamp) = text.parse::<Timestamp>() {
            return Some(Self {
                unix: timestamp.as_second(),
            });
        }
        let utc = |date_time: civil::DateTime| {
            date_time.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| Self {
                unix: zoned.timestamp().as_second(),
            })
        };
        // Jekyll's `2026-11-21 09:30:00 +0100`.
        for format in ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f %:z"] {
            if let Ok(timestamp) = Timestamp::strptime(format, text) {
                return Some(Self {
                    unix: timestamp.as_second(),
                });
            }
        }
        if let Ok(date_time) = text.parse::<civil::DateTime>() {
            return utc(date_time);
        }
        let day = |format: &str| civil::Date::strptime(format, text).ok();
        // Day or month may come first; often only one way gives a day.
        let found = DAYS
            .into_iter()
            .find_map(day)
            .or_else(|| match (day("%d/%m/%Y"), day("%m/%d/%Y")) {
                (Some(a), Some(b)) => Some(a).filter(|a| *a == b),
                (one, other) => one.or(other),
            });
        if let Some(date) = found {
            return utc(date.to_datetime(civil::Time::midnight()));
        }
        text.parse::<civil::Date>()
            .ok()
            .and_then(|date| utc(date.to_datetime(civil::Time::midnight())))
    }

    /// The calendar day in UTC.
    pub fn day(self) -> civil::Date {
        Timestamp::from_second(self.unix).map_or(civil::date(1970, 1, 1), |timestamp| {
            timestamp.to_zoned(jiff::tz::TimeZone::UTC).date()
        })
    }

    /// The day as `2026-11-21`.
    pub fn iso_day(self) -> String {
        self.day().to_string()
    }

    /// The moment in the form of RFC 3339.
    pub fn rfc3339(self) -> String {
        Timestamp::from_second(self.unix)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_string()
    }
}

/// What search engines may do with an article, from everything to nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Indexing {
    /// They may list it, and the sitemap has it.
    #[default]
    Full,
    /// They may list it, but the sitemap does not have it.
    NotInSitemap,
    /// They are asked not to list it.
    None,
}

/// The values of the front matter; see the manual for the meaning of each key.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct FrontMatter {
    /// `title`
    pub title: Option<Title>,
    /// `description` (`summary`, `excerpt`)
    pub description: Option<String>,
    /// `slug`
    pub slug: Option<(String, Span)>,
    /// `path` (`url`, `permalink`)
    pub path: Option<(String, Span)>,
    /// `url`, if it is a whole URL: the address the article was taken from
    pub origin: Option<String>,
    /// `aliases` (`redirect_from`)
    pub aliases: Vec<(String, Span)>,
    /// `weight` (`order`, `position`, `sidebar_position`), in thousandths, so that one fits between two others
    pub weight: Option<i64>,
    /// `nav_title` (`linkTitle`, `sidebar_label`)
    pub nav_title: Option<String>,
    /// `tags`
    pub tags: Vec<String>,
    /// `category`
    pub category: Option<String>,
    /// `keywords`
    pub keywords: Vec<String>,
    /// `questions`
    pub questions: Vec<String>,
    /// `related`
    pub related: Vec<(String, Span)>,
    /// `featured` (`pinned`, `promoted`)
    pub featured: bool,
    /// `draft`
    pub draft: bool,
    /// `unlisted`
    pub unlisted: bool,
    /// `date`
    pub date: Option<Date>,
    /// The place of `date` in the file, in bytes; empty without one
    pub date_range: Range<u32>,
    /// `updated` (`lastmod`, `last_update`, `lastUpdated`)
    pub updated: Option<Date>,
    /// `publish_date` (`publishDate`)
    pub publish_date: Option<Date>,
    /// `expires` (`expiryDate`)
    pub expires: Option<Date>,
    /// Whether search finds it: `search: false`
    pub searchable: bool,
    /// `search: {boost: 2}`
    pub boost: f64,
    /// `llms`
    pub llms: bool,
    /// `noindex`, `sitemap`
    pub indexing: Indexing,
    /// `hide`
    pub hide: Vec<String>,
    /// `id`
    pub id: Option<String>,
    /// `icon`, for categories
    pub icon: Option<(String, Span)>,
    /// `template`
    pub template: Option<(String, Span)>,
    /// `extra`
    pub extra: serde_json::Value,
}

impl FrontMatter {
    /// Whether the article is a page of questions and answers.
    pub fn is_faq(&self) -> bool {
        let template = self.template.as_ref();
        template.is_some_and(|(name, _)| matches!(name.as_str(), "faq" | "faq.html"))
    }
}

/// The hint for front matter that cannot be read, which may contain `draft: true`.
const LEFT_OUT: &str = "until this is fixed, the article is treated as a draft";

/// Splits the text of a file into front matter and body. Returns where the body begins.
///
/// If the body begins with keys that hide the article, the article is a draft.
pub(crate) fn split(file: &SourceText, diagnostics: &mut Vec<Diagnostic>) -> (FrontMatter, usize) {
    let (mut front, body_start) = split_off(file, diagnostics);
    if let Some(line) = misplaced::hiding_line(&file.text()[body_start..]).filter(|_| !front.draft) {
        let span = file.span(body_start + line.start..body_start + line.end);
        diagnostics.push(
            Diagnostic::new(
                Code::FrontMatterMisplaced,
                "this key is in the text of the article, not in its front matter",
            )
            .with_span(span)
            .with_hint(
                "start the front matter on the first line of the file, between two `---` lines; to show an example, write it as code",
            )
            .with_hint(visibility::LEFT_OUT),
        );
        front.draft = true;
    }
    (front, body_start)
}

fn split_off(file: &SourceText, diagnostics: &mut Vec<Diagnostic>) -> (FrontMatter, usize) {
    let text = file.text();
    let none = FrontMatter {
        searchable: true,
        boost: 1.0,
        llms: true,
        ..FrontMatter::default()
    };
    // Blank lines before front matter must not disable it: its keys would be published as text, including `draft: true`.
    let lead = text.len() - text.trim_start_matches(is_blank).len();
    if let Some(length) = json_length(&text[lead..]) {
        let (front, problems) = read(file, lead..lead + length, "{");
        diagnostics.extend(problems);
        return (front.unwrap_or(FrontMatter { draft: true, ..none }), lead + length);
    }
    let Some(fence) = ["---", "+++"].into_iter().find(|fence| opens(&text[lead..], fence)) else {
        return (none, 0);
    };
    let start = text[lead..].find('\n').map_or(text.len(), |at| lead + at + 1);
    let is_indented = lead > 0 && !text[..lead].ends_with('\n');
    let closed = close(text, start, fence, is_indented);
    let is_rule = |(end, _)| (lead > 0 && !looks_like_keys(&text[start..], fence)) || is_sentence(&text[start..end]);
    if closed.map_or(lead > 0, is_rule) {
        return (none, 0);
    }
    let Some((end, body_start)) = closed else {
        if looks_like_keys(&text[start..], fence) {
            let span = file.span(lead..lead + fence.len());
            diagnostics.push(
                Diagnostic::new(
                    Code::FrontMatterUnclosed,
                    format!("the front matter has no closing `{fence}`"),
                )
                .with_span(span)
                .with_hint(format!("add a line `{fence}` after the last key"))
                .with_hint(LEFT_OUT),
            );
            // The valid keys are still read, so that the title and links from other articles work.
            let end = start + text[start..].find("\n\n").map_or(text.len() - start, |at| at + 1);
            let (front, _) = read(file, start..end, fence);
            return (
                FrontMatter {
                    draft: true,
                    ..front.unwrap_or(none)
                },
                end,
            );
        }
        return (none, 0);
    };
    let (front, problems) = read(file, start..end, fence);
    diagnostics.extend(problems);
    let unreadable = FrontMatter { draft: true, ..none };
    (front.unwrap_or(unreadable), body_start)
}

/// Invisible characters: white space, and characters without a width.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// The length of the front matter of an article that begins with it in JSON.
fn json_length(text: &str) -> Option<usize> {
    if !text.strip_prefix('{')?.trim_start().starts_with('"') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    values.next()?.ok()?;
    let length = values.byte_offset();
    // A text may begin with an object.
    let rest = text[length..].lines().next().unwrap_or_default();
    rest.trim_matches(is_blank).is_empty().then_some(length)
}

/// Whether the lines between two rules are text: a blank line, then no keys, and nothing that hides the article.
fn is_sentence(text: &str) -> bool {
    let is_key = |line: &str| looks_like_keys(line, "---") || line.trim_start().starts_with(['-', '#', '{', '[']);
    let hides = ["draft", "publish", "private", "hidden", "unlisted"];
    text.lines().next().is_some_and(|line| line.trim().is_empty())
        && !text
            .lines()
            .any(|line| is_key(line) || hides.iter().any(|word| line.to_lowercase().contains(word)))
}

fn is_format(word: &str) -> bool {
    matches!(word, "yaml" | "yml" | "toml" | "json")
}

fn opens(text: &str, fence: &str) -> bool {
    text.strip_prefix(fence).is_some_and(|rest| {
        let line = rest.split('\n').next().unwrap_or_default();
        let said = line.trim();
        // YAML allows a comment after the bar, and some editors add the name of the format.
        let is_bar = said.is_empty() || line.starts_with([' ', '\t']) && (said.starts_with('#') || is_format(said));
        is_bar && rest.contains('\n')
    })
}

/// The end of the keys and the start of the body.
fn close(text: &str, start: usize, fence: &str, is_indented: bool) -> Option<(usize, usize)> {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let content = if is_indented { line.trim() } else { line.trim_end() };
        if content == fence || (fence == "---" && content == "...") {
            return Some((at, at + line.len()));
        }
        at += line.len();
    }
    None
}

fn looks_like_keys(text: &str, fence: &str) -> bool {
    let separator = if fence == "+++" { '=' } else { ':' };
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| {
        line.split_once(separator).is_some_and(|(key, _)| {
            let key = key.trim().trim_matches(['"', '\'']);
            !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        })
    })
}

fn read(file: &SourceText, range: std::ops::Range<usize>, fence: &str) -> (Option<FrontMatter>, Vec<Diagnostic>) {
    let text = file.text();
    let place = Place {
        file,
        offset: range.start,
    };
    let parsed = if fence == "+++" {
        parse_toml(&text[range])
    } else {
        parse_yaml(&text[range])
    };
    match parsed {
        Ok(node) => {
            let (front, problems) = read_keys(&node, place);
            let has_keys = matches!(node.value, Value::Table(_) | Value::Null);
            (has_keys.then_some(front), problems)
        }
        Err(error) => {
            let hint = match fence {
                _ if error.duplicate_key => "remove one of them",
                "{" => "look at this line and the one above for a missing comma or quote",
                "+++" => "text stands in quotes, and lists in brackets",
                _ => "look at this line and the one above: text with `: `, `#`, `[` or `{` needs quotes",
            };
            let problem = place.syntax(&CODES, &error).with_hint(hint).with_hint(LEFT_OUT);
            (None, vec![problem])
        }
    }
}

/// A range of a file as documents keep it.
fn file_range(range: &Range<usize>) -> Range<u32> {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    place(range.start)..place(range.end)
}

/// The title, without comments.
fn title(r: &mut Reader<'_>) -> Option<Title> {
    let (text, range) = r.ranged_string(&["title"])?;
    let text = shown(&text).trim().to_owned();
    let range = file_range(&range);
    (!text.is_empty()).then_some(Title { text, range })
}

fn read_keys(node: &Node, place: Place<'_>) -> (FrontMatter, Vec<Diagnostic>) {
    let mut r = Reader::new(node, place, &CODES);
    let mut visibility = visibility::read(&mut r);
    let hide = visibility::hidden_parts(&mut r, &mut visibility);
    let mut front = FrontMatter {
        title: title(&mut r),
        description: r
            .string(&["description", "summary", "excerpt"])
            .map(|text| shown(&text))
            .filter(|text| !text.trim().is_empty()),
        slug: r.spanned_string(&["slug"]),
        path: r.spanned_string(&["path", "url", "permalink"]),
        origin: None,
        aliases: r.spanned_strings(&["aliases", "redirect_from"]),
        weight: r.thousandths(&["weight", "order", "position", "sidebar_position"]),
        nav_title: r
            .string(&["nav_title", "linkTitle", "sidebar_label"])
            .map(|title| shown(&title)),
        tags: tags(&mut r),
        category: r.string(&["category"]).map(|category| shown(&category)),
        keywords: all_shown(&keywords(&mut r)),
        questions: all_shown(&r.strings(&["questions"])),
        related: r.spanned_strings(&["related"]),
        featured: featured(&mut r),
        draft: visibility.draft,
        unlisted: visibility.unlisted,
        date: None,
        date_range: 0..0,
        updated: None,
        publish_date: visibility.publish_date,
        expires: visibility.expires,
        searchable: visibility.searchable,
        boost: visibility.boost,
        llms: visibility.llms,
        indexing: visibility.indexing,
        hide,
        id: r.string(&["id"]),
        icon: r.spanned_string(&["icon"]),
        template: r.spanned_string(&["template"]),
        extra: r
            .entry(&["extra"])
            .map_or(serde_json::Value::Null, |entry| entry.node.value.to_json()),
    };
    front.date = date(&mut r, &["date"], &["created"]);
    if let Some(entry) = r.entry(&["date"]) {
        front.date_range = file_range(&r.place().range(&entry.node.range));
    }
    front.updated = date(&mut r, &["updated", "lastmod", "last_update", "lastUpdated"], &["date"]).or_else(|| {
        // The date in a table of dates, or the only one.
        let is_table = matches!(r.entry(&["date"])?.node.value, Value::Table(_));
        if is_table {
            date(&mut r, &["date"], &["updated"])
        } else {
            front.date
        }
    });
    review(&mut r);
    taxonomies(&mut r, &mut front);
    front.tags = all_shown(&front.tags);
    // With `permalink: false`, other tools write no page.
    let no_page = |(path, _): &(String, Span)| path == "false";
    front.draft |= front.path.take_if(|path| no_page(path)).is_some();
    if front
        .path
        .as_ref()
        .is_some_and(|(path, _)| path.starts_with("https://") || path.starts_with("http://"))
    {
        front.origin = front.path.take().map(|(url, _)| url);
    }
    r.ignore(FOREIGN);
    // Docusaurus' `slug: /start/here` is an address.
    if let Some(slug) = front.slug.take_if(|(slug, _)| slug.starts_with('/')) {
        front.path.get_or_insert(slug);
    }
    visibility::misspelt(&mut r, &mut visibility);
    visibility::in_tables(&mut r, &mut visibility);
    front.draft |= visibility.draft;
    front.unlisted |= visibility.unlisted;
    front.searchable &= visibility.searchable;
    front.llms &= visibility.llms;
    front.indexing = front.indexing.max(visibility.indexing);
    (front, r.finish())
}

/// A text without its comments.
fn shown(text: &str) -> String {
    without_comments(text).into_owned()
}

fn all_shown(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| shown(text)).collect()
}

/// `keywords` is a list, or one text with commas.
fn keywords(r: &mut Reader<'_>) -> Vec<String> {
    split_at_commas(r.strings(&["keywords"]))
}

/// `tags` is a list, or one text with commas. A tag is a text, or a table with its `label`, as Docusaurus has it.
fn tags(r: &mut Reader<'_>) -> Vec<String> {
    let Some(entry) = r.entry(&["tags"]) else {
        return Vec::new();
    };
    let Value::List(items) = &entry.node.value else {
        return split_at_commas(r.strings(&["tags"]));
    };
    let mut tags = Vec::with_capacity(items.len());
    for item in items {
        let label = match &item.value {
            Value::Table(entries) => {
                let is_label = |entry: &&Entry| matches!(&*entry.key, "label" | "name" | "title");
                entries.iter().find(is_label).and_then(|entry| r.text(&entry.node))
            }
            _ => r.text(item),
        };
        match label {
            Some(label) => tags.push(label),
            None if item.value == Value::Null => {}
            None => r.wrong_type_at(entry, item, "a text"),
        }
    }
    tags
}

fn split_at_commas(texts: Vec<String>) -> Vec<String> {
    match texts.as_slice() {
        [one] if one.contains(',') => {
            let words = one.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(ToOwned::to_owned).collect()
        }
        _ => texts,
    }
}

/// Whether the home page shows the article.
fn featured(r: &mut Reader<'_>) -> bool {
    let Some(entry) = r.entry(&["featured", "pinned", "promoted"]) else {
        return false;
    };
    let flag = as_flag(&entry.node.value);
    if flag.is_none() {
        r.wrong_type(entry, "true or false");
    }
    flag.unwrap_or(false)
}

/// A date, or the one of `inner` in a table of dates, as Docusaurus and `MkDocs` write it.
fn date(r: &mut Reader<'_>, names: &[&'static str], inner: &[&str]) -> Option<Date> {
    let entry = r.entry(names)?;
    let Value::Table(entries) = &entry.node.value else {
        return date_of(r, entry);
    };
    let entry = inner
        .iter()
        .find_map(|name| entries.iter().find(|entry| entry.key == *name))?;
    date_of(r, entry)
}

/// Checks `owner` and `review_every`, which have no further effect yet.
fn review(r: &mut Reader<'_>) {
    r.string(&["owner"]);
    let Some(entry) = r.entry(&["review_every"]) else {
        return;
    };
    let span = match &entry.node.value {
        Value::String(text) => text.trim().parse::<jiff::Span>().ok(),
        _ => None,
    };
    // Calendar units, as `90d`, `6 months` or `P1Y`.
    let is_period = span.is_some_and(|span| span.is_positive() && span.get_hours() == 0 && span.get_minutes() == 0);
    if !is_period {
        r.wrong_type(entry, "a period such as `90d`, `6 months` or `1 year`");
    }
}

fn date_of(r: &mut Reader<'_>, entry: &Entry) -> Option<Date> {
    let date = match &entry.node.value {
        Value::String(text) => Date::parse(text),
        // `VitePress` and Starlight may write `lastUpdated: false`.
        Value::Bool(_) if entry.key == "lastUpdated" => return None,
        _ => None,
    };
    if date.is_none() {
        r.wrong_type(entry, "a date such as `2026-11-21`");
    }
    date
}

/// Zola's `taxonomies` and the `categories` of Hugo and Jekyll are tags here.
fn taxonomies(r: &mut Reader<'_>, front: &mut FrontMatter) {
    front.tags.extend(r.strings(&["categories"]));
    if let Some(entry) = r.entry(&["taxonomies"]) {
        match &entry.node.value {
            Value::Table(entries) => {
                for taxonomy in entries {
                    if let Value::List(items) = &taxonomy.node.value {
                        front.tags.extend(items.iter().filter_map(|item| match &item.value {
                            Value::String(text) => Some(text.clone()),
                            _ => None,
                        }));
                    }
                }
            }
            _ => r.wrong_type(entry, "a table of lists"),
        }
    }
    let mut seen = std::collections::HashSet::new();
    front
        .tags
        .retain(|tag| !tag.trim().is_empty() && seen.insert(super::slug::slugify(tag)));
}
