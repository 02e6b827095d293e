//! The visibility of an article: the keys of kb and of other tools, with the usual spellings of their values.
//!
//! A value that is not understood hides the article too: such a key is not written by accident, and a publication by
//! mistake cannot be undone.

use kb_data::{Entry, Node, Place, Reader, Value, as_flag as flag};
use kb_diagnostic::{Code, Diagnostic};

use super::front_matter::{CODES, Date, Indexing};

/// The visibility of an article.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub(super) struct Visibility {
    /// Whether it is left out.
    pub(super) draft: bool,
    /// Whether it is in no list.
    pub(super) unlisted: bool,
    /// The day before which it is left out.
    pub(super) publish_date: Option<Date>,
    /// The day from which it is left out.
    pub(super) expires: Option<Date>,
    /// Whether search finds it.
    pub(super) searchable: bool,
    /// Its boost in search.
    pub(super) boost: f64,
    /// Whether it is in `llms.txt` and has a Markdown copy.
    pub(super) llms: bool,
    /// What search engines may do with it.
    pub(super) indexing: Indexing,
}

impl Default for Visibility {
    fn default() -> Self {
        Self {
            draft: false,
            unlisted: false,
            publish_date: None,
            expires: None,
            searchable: true,
            boost: 1.0,
            llms: true,
            indexing: Indexing::Full,
        }
    }
}

/// The effect of a value that is not understood.
pub(super) const LEFT_OUT: &str = "until this is fixed, the article is treated as a draft";
const UNLISTED: &str = "until this is fixed, the article is treated as `unlisted`";
const NOT_FOUND: &str = "until this is fixed, search does not find the article";
const NOT_TOLD: &str = "until this is fixed, the article is not in `llms.txt`";
const NOT_INDEXED: &str = "until this is fixed, search engines are told not to list the article";
const NOT_IN_SITEMAP: &str = "until this is fixed, the article is not in the sitemap";

/// What a value decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Draft,
    Unlisted,
    Search,
    Llms,
    Index,
    Sitemap,
}

impl Part {
    /// The effect if the value is not understood.
    fn consequence(self) -> &'static str {
        match self {
            Self::Draft => LEFT_OUT,
            Self::Unlisted => UNLISTED,
            Self::Search => NOT_FOUND,
            Self::Llms => NOT_TOLD,
            Self::Index => NOT_INDEXED,
            Self::Sitemap => NOT_IN_SITEMAP,
        }
    }

    fn hide(self, seen: &mut Visibility) {
        match self {
            Self::Draft => seen.draft = true,
            Self::Unlisted => seen.unlisted = true,
            Self::Search => seen.searchable = false,
            Self::Llms => seen.llms = false,
            Self::Index => seen.indexing = Indexing::None,
            Self::Sitemap => seen.indexing = seen.indexing.max(Indexing::NotInSitemap),
        }
    }
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A flag that hides the article if it has this value.
    Flag(bool, Part),
    /// A word; words that are not a publication status are not understood.
    Status,
    /// A word for the audience.
    Access,
    /// The day before which the article is left out.
    From,
    /// The day from which the article is left out.
    Until,
}

/// The keys that control the visibility of an article, in any spelling. `published`, `build`, `search`, `hide`,
/// `robots` and `sitemap` have their own rules.
const KEYS: &[(Kind, &[&str])] = &[
    (
        Kind::Flag(true, Part::Draft),
        &[
            "draft",
            "private",
            "unpublished",
            "unpublish",
            "not_published",
            "no_publish",
            "do_not_publish",
            "dont_publish",
            "internal",
            "internal_only",
            "archived",
            "disabled",
            "deleted",
            "trashed",
            "expired",
            "embargoed",
            "confidential",
            "restricted",
            "secret",
            "headless",
            "wip",
            "unfinished",
            "save_as_draft",
        ],
    ),
    (
        Kind::Flag(false, Part::Draft),
        &[
            "publish", "render", "public", "visible", "live", "enabled", "enable", "active", "online", "released",
        ],
    ),
    (Kind::Flag(true, Part::Unlisted), &["unlisted", "unlist", "hidden"]),
    (Kind::Flag(false, Part::Unlisted), &["listed"]),
    (Kind::Flag(false, Part::Search), &["in_search_index", "pagefind"]),
    (
        Kind::Flag(true, Part::Search),
        &["excluded_in_search", "exclude_search", "search_exclude"],
    ),
    (Kind::Flag(false, Part::Llms), &["llms"]),
    (Kind::Flag(true, Part::Index), &["noindex", "robots_no_index"]),
    (
        Kind::Flag(true, Part::Sitemap),
        &["sitemap_exclude", "exclude_from_sitemap"],
    ),
    (
        Kind::Status,
        &[
            "status",
            "state",
            "stage",
            "workflow",
            "post_status",
            "page_status",
            "article_status",
            "content_status",
            "publish_status",
            "publication_status",
            "publishing_status",
            "workflow_state",
            "workflow_status",
        ],
    ),
    (Kind::Access, &["visibility", "access"]),
    (
        Kind::From,
        &[
            "publish_date",
            "pub_date",
            "publication_date",
            "publish_on",
            "publish_at",
            "publish_from",
            "publish_after",
            "published_at",
            "published_on",
            "embargo",
            "embargo_until",
            "draft_until",
            "hidden_until",
            "scheduled",
            "scheduled_for",
            "scheduled_at",
            "go_live",
            "live_from",
            "visible_from",
            "valid_from",
        ],
    ),
    (
        Kind::Until,
        &[
            "expires",
            "expire",
            "expires_at",
            "expires_on",
            "expires_after",
            "expiry",
            "expiry_date",
            "expiration",
            "expiration_date",
            "unpublish_date",
            "unpublish_at",
            "unpublish_on",
            "unpublish_after",
            "publish_until",
            "published_until",
            "live_until",
            "visible_until",
            "valid_until",
        ],
    ),
];
/// The words of a status that leave an article out, in several languages.
const HIDING_WORDS: &[&str] = &[
    "draft",
    "auto draft",
    "private",
    "pending",
    "unpublished",
    "notpublished",
    "unpublish",
    "internal",
    "archived",
    "deleted",
    "removed",
    "wip",
    "inactive",
    "disabled",
    "inherit",
    "off",
    "offline",
    "trash",
    "trashed",
    "future",
    "planned",
    "scheduled",
    "review",
    "in review",
    "in progress",
    "not ready",
    "not published",
    "todo",
    "to do",
    "unfinished",
    "secret",
    "confidential",
    "restricted",
    "members",
    "staff",
    "entwurf",
    "brouillon",
    "borrador",
    "bozza",
    "rascunho",
    "concept",
    "utkast",
    "kladde",
    "luonnos",
    "szkic",
    "taslak",
    "черновик",
    "чернетка",
    "草稿",
    "下書き",
    "초안",
];
const PUBLIC_WORDS: &[&str] = &[
    "public",
    "published",
    "publish",
    "visible",
    "listed",
    "open",
    "everyone",
    "anyone",
    "all",
];
/// Keys that are also recognised with a typing error.
const OFTEN_MEANT: &[&str] = &[
    "draft",
    "private",
    "unpublished",
    "unlisted",
    "hidden",
    "publish",
    "published",
    "status",
    "visibility",
    "publish_date",
    "expires",
    "expiry_date",
    "search",
    "llms",
];
/// Similar words that are not typing errors of these keys.
const OWN_MEANING: &[&str] = &["drift", "publisher", "publishers"];

/// What a key that is looked for behind typing errors holds.
fn kind(name: &str) -> Option<Kind> {
    match name {
        "published" => Some(Kind::Flag(false, Part::Draft)),
        "search" => Some(Kind::Flag(false, Part::Search)),
        _ => KEYS
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map(|(kind, _)| *kind),
    }
}

/// Reads the keys.
pub(super) fn read(r: &mut Reader<'_>) -> Visibility {
    let mut seen = Visibility::default();
    for (kind, names) in KEYS {
        for name in *names {
            for entry in r.entries_in_any_spelling(name) {
                match kind {
                    Kind::Flag(when, part) => {
                        if hides_by(r, entry, *when, part.consequence()) {
                            part.hide(&mut seen);
                        }
                    }
                    Kind::Status => status(r, entry, &mut seen),
                    Kind::Access => access(r, entry, &mut seen),
                    Kind::From | Kind::Until => date(r, entry, name, *kind, &mut seen),
                }
            }
        }
    }
    build(r, &mut seen);
    published(r, &mut seen);
    search(r, &mut seen);
    robots(r, &mut seen);
    sitemap(r, &mut seen);
    seen
}

/// Whether one of these keys hides the article, because it is `when` or because it is not understood.
fn hides(r: &mut Reader<'_>, names: &[&'static str], when: bool, consequence: &str) -> bool {
    let mut hidden = false;
    for name in names {
        for entry in r.entries_in_any_spelling(name) {
            hidden |= hides_by(r, entry, when, consequence);
        }
    }
    hidden
}

fn hides_by(r: &mut Reader<'_>, entry: &Entry, when: bool, consequence: &str) -> bool {
    let flag = flag(&entry.node.value);
    if flag.is_none() {
        r.unclear(entry, "true or false", consequence);
    }
    flag.is_none_or(|flag| flag == when)
}

/// Hugo's table `build`, earlier `_build`: whether a page is written, and whether lists have it.
fn build(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries_in_any_spelling("build") {
        if !matches!(entry.node.value, Value::Table(_) | Value::Null) {
            seen.draft |= hides_by(r, entry, false, LEFT_OUT);
            continue;
        }
        r.sub_table(entry, |r| {
            for (name, shown) in [("render", &["always"][..]), ("list", &["always", "local"])] {
                for entry in r.entries_in_any_spelling(name) {
                    let is =
                        |words: &[&str]| matches!(&entry.node.value, Value::String(word) if words.contains(&&**word));
                    match flag(&entry.node.value) {
                        Some(true) => continue,
                        None if is(shown) => continue,
                        Some(false) => {}
                        None if is(&["link"]) => {}
                        None => r.unclear(entry, "`always` or `never`", LEFT_OUT),
                    }
                    if name == "render" {
                        seen.draft = true;
                    } else {
                        seen.unlisted = true;
                    }
                }
            }
            r.entry(&["publish_resources", "publishResources"]);
            if let Some((entry, meant)) = r.misspelt(&["render", "list"]).first() {
                r.unclear_key(Code::FrontMatterUnclearKey, entry, meant, LEFT_OUT);
                seen.draft = true;
            }
        });
    }
}

/// Reports unknown keys that differ by one typing error from a key that leaves an article out: `darft: true`.
///
/// Must be called after all known keys have been read.
pub(super) fn misspelt(r: &mut Reader<'_>, seen: &mut Visibility) {
    let mut reported = "";
    for (entry, meant) in r.misspelt(OFTEN_MEANT) {
        // Typing errors are rare in the first letter, and `craft` is a word of its own.
        let begins_alike = entry.key.chars().next().map(|c| c.to_ascii_lowercase()) == meant.chars().next();
        let own_meaning = !begins_alike || OWN_MEANING.iter().any(|word| word.eq_ignore_ascii_case(&entry.key));
        let value = &entry.node.value;
        let part = match kind(meant) {
            Some(Kind::Flag(when, Part::Draft | Part::Unlisted)) if flag(value) != Some(!when) => Part::Draft,
            // These are words of their own more often.
            Some(Kind::Flag(when, part)) if flag(value) == Some(when) => part,
            Some(Kind::Status | Kind::Access) if matches!(value, Value::String(text) if hiding_word(text)) => {
                Part::Draft
            }
            Some(Kind::From | Kind::Until) if !matches!(value, Value::Table(_)) => Part::Draft,
            _ => continue,
        };
        // Else it is an unknown key as any other.
        if !own_meaning && entry.key != reported {
            reported = &entry.key;
            r.unclear_key(Code::FrontMatterUnclearKey, entry, meant, part.consequence());
            part.hide(seen);
        }
    }
}

/// Tables that other tools read, in which a key hides nothing although its writer may think so: `draft` that stands below
/// `[taxonomies]` in TOML, or in Hugo's `cascade`.
pub(super) fn in_tables(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries() {
        if matches!(
            entry.key.as_str(),
            "build" | "_build" | "search" | "extra" | "status" | "state"
        ) {
            continue;
        }
        // `{title:X,draft:true}`, where YAML wants a blank behind the colon.
        if let (Value::Null, Some((key, value))) = (&entry.node.value, entry.key.split_once(':'))
            && hides_alone(&glued(entry, key, value), r.place())
        {
            r.unclear_key(Code::FrontMatterUnclearKey, entry, &format!("{key}: {value}"), LEFT_OUT);
            seen.draft = true;
        }
        let nodes = match &entry.node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(&entry.node),
        };
        for node in nodes {
            if let Some(key) = hiding_key(node, r.place()) {
                let message = format!("`{}` has no effect in the table `{}`", key.key, entry.key);
                let span = r.place().span(&key.key_range);
                r.report(
                    Diagnostic::new(Code::FrontMatterUnclearKey, message)
                        .with_span(span)
                        .with_hint(format!("write it outside of `{}`, in each article", entry.key))
                        .with_hint(LEFT_OUT),
                );
                seen.draft = true;
            }
        }
    }
}

/// The entry that is meant by a key with its value glued to it.
fn glued(entry: &Entry, key: &str, value: &str) -> Entry {
    let node = Node {
        value: Value::String(value.trim().to_owned()),
        range: entry.node.range.clone(),
    };
    Entry {
        key: key.trim().to_owned(),
        key_range: entry.key_range.clone(),
        node,
    }
}

/// The first key of a table, or of the tables in it, that would hide an article outside of it.
fn hiding_key<'a>(node: &'a Node, place: Place<'_>) -> Option<&'a Entry> {
    let Value::Table(entries) = &node.value else {
        return None;
    };
    let inside = |entry: &'a Entry| {
        if hides_alone(entry, place) {
            Some(entry)
        } else {
            hiding_key(&entry.node, place)
        }
    };
    entries.iter().find_map(inside)
}

/// Whether a key and its value would hide an article.
fn hides_alone(entry: &Entry, place: Place<'_>) -> bool {
    let value = &entry.node.value;
    (flag(value).is_some() || matches!(value, Value::String(_) | Value::Table(_)))
        && read(&mut Reader::of(std::slice::from_ref(entry), place, &CODES)).draft
}

/// `published` says whether, or since when.
fn published(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries_in_any_spelling("published") {
        let since = match &entry.node.value {
            Value::String(text) => Date::parse(text),
            // A year.
            Value::Integer(year @ 1900..=9999) => Date::parse(&format!("{year}-01-01")),
            _ => None,
        };
        match since {
            Some(date) => seen.publish_date = seen.publish_date.max(Some(date)),
            None => seen.draft |= hides_by(r, entry, false, LEFT_OUT),
        }
    }
}

/// The words of a value.
fn words(value: &Value) -> Vec<&str> {
    fn text(value: &Value) -> Option<&str> {
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
    match value {
        Value::List(items) => items.iter().filter_map(|item| text(&item.value)).collect(),
        value => text(value).into_iter().collect(),
    }
}

/// The status of an article in other tools, where it says that not everyone may read it.
fn status(r: &mut Reader<'_>, entry: &Entry, seen: &mut Visibility) {
    let words = words(&entry.node.value);
    if matches!(entry.node.value, Value::Table(_)) {
        r.unclear(entry, "a word such as `published` or `draft`", LEFT_OUT);
        seen.draft = true;
    } else if words.iter().any(|word| hiding_word(word)) || flag(&entry.node.value) == Some(false) {
        seen.draft = true;
    } else if words.iter().any(|word| is_unlisted(word)) {
        seen.unlisted = true;
    }
}

/// The audience of an article, in the terms of other tools.
fn access(r: &mut Reader<'_>, entry: &Entry, seen: &mut Visibility) {
    let words = words(&entry.node.value);
    if words.iter().any(|word| hiding_word(word)) {
        seen.draft = true;
    } else if words.iter().any(|word| is_unlisted(word)) {
        seen.unlisted = true;
    } else if !words.iter().any(|word| PUBLIC_WORDS.contains(&&*plain_words(word))) {
        r.unclear(entry, "`public`, `unlisted` or `private`", LEFT_OUT);
        seen.draft = true;
    }
}

fn is_unlisted(word: &str) -> bool {
    ["unlisted", "hidden"].contains(&&*plain_words(word))
}

/// Whether a word keeps an article from readers: `draft (until May)`, also with a typing error.
fn hiding_word(text: &str) -> bool {
    let text = plain_words(text);
    let is_one = |word: &&str| match text.strip_prefix(word) {
        Some(rest) => !rest.starts_with(char::is_alphanumeric),
        None => false,
    };
    let first = text.split(' ').next().unwrap_or_default();
    HIDING_WORDS.iter().any(is_one) || strsim::damerau_levenshtein(first, "draft") == 1 && first != "drift"
}

/// The words of a text, in small letters with one blank between them.
fn plain_words(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// A day that the article is left out before, or from. Of several, the strictest applies.
fn date(r: &mut Reader<'_>, entry: &Entry, name: &str, kind: Kind, seen: &mut Visibility) {
    let read = match &entry.node.value {
        // Forms leave them empty; an embargo is written by hand.
        Value::Null if !name.starts_with("embargo") => return,
        // An article may expire never; one that is published never is left out.
        value if kind == Kind::Until && flag(value) == Some(false) => return,
        Value::Bool(false) if name == "scheduled" => return,
        Value::String(text) => Date::parse(text),
        _ => None,
    };
    if read.is_none() {
        r.unclear(entry, "a date such as `2026-11-21`", LEFT_OUT);
        seen.draft = true;
    } else if kind == Kind::From {
        seen.publish_date = seen.publish_date.max(read);
    } else {
        seen.expires = seen.expires.into_iter().chain(read).min();
    }
}

/// `search: false` or `search: {boost: 2, exclude: true}`, and the keys of other tools that keep an article out.
fn search(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries_in_any_spelling("search") {
        if let Value::Table(_) = &entry.node.value {
            r.sub_table(entry, |r| {
                seen.searchable &= !hides(r, &["exclude"], true, NOT_FOUND);
                seen.boost = r.number(&["boost"]).unwrap_or(1.0);
            });
        } else {
            let flag = flag(&entry.node.value);
            if flag.is_none() {
                r.unclear(entry, "true, false or a table with `boost` or `exclude`", NOT_FOUND);
            }
            seen.searchable &= flag == Some(true);
        }
        if !(seen.boost > 0.0 && seen.boost <= 100.0) {
            r.wrong_type(entry, "a table whose `boost` is above 0 and at most 100");
            seen.boost = 1.0;
        }
    }
}

/// `robots: noindex, nofollow`, as in the meta element of this name.
fn robots(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries_in_any_spelling("robots") {
        let words = words(&entry.node.value);
        let mut words = words.iter().flat_map(|text| text.split(',')).map(str::trim).peekable();
        if words.peek().is_none() && entry.node.value != Value::Null {
            r.unclear(entry, "words such as `noindex`", NOT_INDEXED);
            Part::Index.hide(seen);
        }
        if words.any(|word| matches!(&*word.to_ascii_lowercase(), "noindex" | "none")) {
            Part::Index.hide(seen);
        }
    }
}

/// `sitemap: false`, as Jekyll has it, or Hugo's table with `disable: true`, whose other keys are for its own sitemap.
fn sitemap(r: &mut Reader<'_>, seen: &mut Visibility) {
    for entry in r.entries_in_any_spelling("sitemap") {
        let disables =
            |entry: &Entry| matches!(&*entry.key, "disable" | "exclude") && flag(&entry.node.value) != Some(false);
        let is_hidden = match &entry.node.value {
            Value::Null => false,
            Value::Table(entries) => entries.iter().any(disables),
            _ => hides_by(r, entry, false, NOT_IN_SITEMAP),
        };
        if is_hidden {
            Part::Sitemap.hide(seen);
        }
    }
}

/// Whether keys hide an article, or may be meant to.
pub(super) fn hides_article(r: &mut Reader<'_>) -> bool {
    let mut seen = read(r);
    hidden_parts(r, &mut seen);
    misspelt(r, &mut seen);
    in_tables(r, &mut seen);
    let plain = Visibility {
        boost: seen.boost,
        indexing: seen.indexing,
        ..Visibility::default()
    };
    seen != plain
}

/// `hide` names parts of the page. Where it names none, it is the article that is to be hidden.
pub(super) fn hidden_parts(r: &mut Reader<'_>, seen: &mut Visibility) -> Vec<String> {
    let mut parts = Vec::new();
    for entry in r.entries_in_any_spelling("hide") {
        match (&entry.node.value, flag(&entry.node.value)) {
            (Value::Null, _) | (_, Some(false)) => {}
            (_, Some(true)) => seen.unlisted = true,
            (Value::String(part), _) => parts.push(part.clone()),
            (Value::List(items), _) => {
                let texts = items.iter().filter_map(|item| match &item.value {
                    Value::String(text) => Some(text.clone()),
                    _ => None,
                });
                parts.extend(texts);
                if items
                    .iter()
                    .any(|item| !matches!(item.value, Value::String(_) | Value::Null))
                {
                    r.wrong_type(entry, "text or a list of texts");
                }
            }
            _ => {
                r.unclear(entry, "text or a list of texts", UNLISTED);
                seen.unlisted = true;
            }
        }
    }
    parts
}
