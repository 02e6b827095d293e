//! What keeps an article from readers: the keys of kb and of other tools, as people write their values.
//!
//! A value that is not understood keeps the article from readers too: nobody writes such a key by chance, and what was
//! published by mistake cannot be taken back.

use super::front_matter::Date;
use crate::data::{Entry, Reader, Value};
use crate::diagnostic::Code;

/// Who may see an article, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub(super) struct Visibility {
    /// Whether it is left out.
    pub(super) draft: bool,
    /// Whether no list has it.
    pub(super) unlisted: bool,
    /// The day before which it is left out.
    pub(super) publish_date: Option<Date>,
    /// The day from which it is left out.
    pub(super) expires: Option<Date>,
    /// Whether search finds it.
    pub(super) searchable: bool,
    /// How much search raises it.
    pub(super) boost: f64,
    /// Whether programs are told of it.
    pub(super) llms: bool,
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
        }
    }
}

/// What becomes of an article because of a value that is not understood.
pub(super) const LEFT_OUT: &str = "until this is clear, the article is left out, as a draft is";
const UNLISTED: &str = "until this is clear, no list has the article, as if it were `unlisted`";
const NOT_FOUND: &str = "until this is clear, search does not find the article";
const NOT_TOLD: &str = "until this is clear, `llms.txt` does not have the article";

/// Keys that leave an article out where they are true.
const HIDING: &[&str] = &[
    "draft",
    "private",
    "unpublished",
    "internal",
    "archived",
    "disabled",
    "expired",
    "headless",
    "wip",
    "save_as_draft",
];
/// Keys that leave an article out where they are false.
const SHOWING: &[&str] = &["publish", "render", "public", "visible", "live", "enabled", "online"];
/// Keys that leave an article out by a word.
const BY_WORD: &[&str] = &["status", "state", "post_status", "workflow", "visibility", "access"];
/// The words by which they do so.
const HIDING_WORDS: &[&str] = &[
    "draft",
    "private",
    "pending",
    "unpublished",
    "notpublished",
    "internal",
    "archived",
    "wip",
    "inactive",
    "disabled",
    "trash",
    "future",
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
/// Keys that leave an article out before, and from, a day.
const FROM: &[&str] = &[
    "publish_date",
    "publish_on",
    "publish_at",
    "published_at",
    "embargo",
    "embargo_until",
    "go_live",
];
const UNTIL: &[&str] = &[
    "expires",
    "expire",
    "expires_at",
    "expires_on",
    "expiry",
    "expiry_date",
    "expiration_date",
    "unpublish_date",
    "unpublish_at",
    "valid_until",
];
/// Keys that are looked for behind typing errors, each with the value that hides an article, where it is a flag.
const OFTEN_MEANT: &[(&str, Option<bool>)] = &[
    ("draft", Some(true)),
    ("private", Some(true)),
    ("unpublished", Some(true)),
    ("unlisted", Some(true)),
    ("hidden", Some(true)),
    ("publish", Some(false)),
    ("published", Some(false)),
    ("status", None),
    ("visibility", None),
    ("publish_date", None),
    ("expires", None),
    ("expiry_date", None),
];
/// Those of them that have dates.
const DATES: &[&str] = &["publish_date", "expires", "expiry_date"];
/// Words that are near to these and mean what they say.
const OWN_MEANING: &[&str] = &["drift", "publisher", "publishers"];

/// Reads the keys.
pub(super) fn read(r: &mut Reader<'_>) -> Visibility {
    let mut seen = Visibility::default();
    seen.draft |= hides(r, HIDING, true, LEFT_OUT);
    seen.draft |= hides(r, SHOWING, false, LEFT_OUT);
    seen.unlisted |= hides(r, &["unlisted", "hidden"], true, UNLISTED);
    build(r, &mut seen);
    seen.llms &= !hides(r, &["llms"], false, NOT_TOLD);
    published(r, &mut seen);
    status(r, &mut seen);
    dates(r, &mut seen);
    search(r, &mut seen);
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

/// `true` and `false` as people write them.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" | "1" | "always" => Some(true),
            "false" | "no" | "n" | "off" | "0" | "never" => Some(false),
            _ => None,
        },
        _ => None,
    }
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

/// Keys that nobody knows and that one typing error parts from one that leaves an article out: `darft: true`.
///
/// To be called when all known keys have been read.
pub(super) fn misspelt(r: &mut Reader<'_>, seen: &mut Visibility) {
    let names: Vec<_> = OFTEN_MEANT.iter().map(|(name, _)| *name).collect();
    let mut reported = "";
    for (entry, meant) in r.misspelt(&names) {
        // A typing error is seldom in the first letter, and `craft` is a word of its own.
        let begins_alike = entry.key.chars().next().map(|c| c.to_ascii_lowercase()) == meant.chars().next();
        let own_meaning = !begins_alike || OWN_MEANING.iter().any(|word| word.eq_ignore_ascii_case(&entry.key));
        let when = OFTEN_MEANT
            .iter()
            .find(|(name, _)| *name == meant)
            .and_then(|(_, when)| *when);
        let hides = match (&entry.node.value, when) {
            (value, Some(when)) => flag(value) != Some(!when),
            (Value::String(text), None) if !DATES.contains(&meant) => hiding_word(text),
            (value, None) => DATES.contains(&meant) && !matches!(value, Value::Table(_)),
        };
        // Else it is an unknown key as any other.
        if hides && !own_meaning && entry.key != reported {
            reported = &entry.key;
            r.unclear_key(Code::FrontMatterUnclearKey, entry, meant, LEFT_OUT);
            seen.draft = true;
        }
    }
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

/// `status` and `visibility` of other tools, where they say that not everyone may read an article.
fn status(r: &mut Reader<'_>, seen: &mut Visibility) {
    for name in BY_WORD {
        // A status may be anything, such as `new` or 200.
        let is_status = !matches!(*name, "visibility" | "access");
        for entry in r.entries_in_any_spelling(name) {
            let words: Vec<&str> = match &entry.node.value {
                Value::String(text) => vec![text],
                Value::List(items) => (items.iter())
                    .filter_map(|item| match &item.value {
                        Value::String(text) => Some(text.as_str()),
                        _ => None,
                    })
                    .collect(),
                Value::Table(_) if is_status => {
                    r.unclear(entry, "a word such as `published` or `draft`", LEFT_OUT);
                    seen.draft = true;
                    continue;
                }
                _ => Vec::new(),
            };
            let is_one_of = |known: &[&str]| words.iter().any(|word| known.contains(&&*plain_words(word)));
            if words.iter().any(|word| hiding_word(word)) {
                seen.draft = true;
            } else if is_one_of(&["unlisted", "hidden"]) {
                seen.unlisted = true;
            } else if !is_status && !is_one_of(PUBLIC_WORDS) {
                r.unclear(entry, "`public`, `unlisted` or `private`", LEFT_OUT);
                seen.draft = true;
            }
        }
    }
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

fn dates(r: &mut Reader<'_>, seen: &mut Visibility) {
    let mut date = |r: &mut Reader<'_>, names: &[&'static str]| {
        let mut last = None;
        for name in names {
            for entry in r.entries_in_any_spelling(name) {
                let read = match &entry.node.value {
                    Value::Null => continue,
                    // An article may expire never; one that is published never is left out.
                    value if names == UNTIL && flag(value) == Some(false) => continue,
                    Value::String(text) => Date::parse(text),
                    _ => None,
                };
                if read.is_none() {
                    r.unclear(entry, "a date such as `2026-11-21`", LEFT_OUT);
                    seen.draft = true;
                }
                last = last.max(read);
            }
        }
        last
    };
    let publish_date = date(r, FROM);
    let expires = date(r, UNTIL);
    seen.publish_date = seen.publish_date.max(publish_date);
    seen.expires = expires;
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
    seen.searchable &= !hides(r, &["in_search_index", "pagefind"], false, NOT_FOUND);
    let excluding = ["excluded_in_search", "excludeSearch", "search_exclude"];
    seen.searchable &= !hides(r, &excluding, true, NOT_FOUND);
}

/// Whether keys hide an article, or may be meant to.
pub(super) fn hides_article(r: &mut Reader<'_>) -> bool {
    let mut seen = read(r);
    hidden_parts(r, &mut seen);
    misspelt(r, &mut seen);
    let plain = Visibility {
        boost: seen.boost,
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
