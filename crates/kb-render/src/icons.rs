//! The icons of [Lucide](https://lucide.dev), by name.
//!
//! A page shows one with `<svg class="icon"><use href="…"/></svg>`. The icons that the templates of a theme name are in
//! one file beside the style sheet, which browsers cache. Any other (that of a category, of a video in an article) is
//! `#_i-NAME`, and so is every icon of a site without a server: `with_symbols` finds these references in the finished
//! HTML and adds their shapes to the page. The style sheet decides how icons are stroked.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use kb_diagnostic::{Code, Diagnostic, Span, did_you_mean};
use kb_site::Site;
use tera::{Kwargs, State, Tera};

/// The hint if no icon has a similar name.
const OTHER_ICONS: &str =
    "write the name of an icon from lucide.dev, an emoji, or the address of an image in `static/`";

/// What the ids of symbols begin with; ids of headings cannot begin with `_`.
const ID: &str = "_i-";

/// Every icon in a line: its name, a space, its shapes; sorted.
const LINES: &str = include_str!(concat!(env!("OUT_DIR"), "/icons.txt"));

/// Names and shapes, by name.
static ICONS: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| LINES.lines().filter_map(|line| line.split_once(' ')).collect());

/// How the `icon` of a category is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IconKind {
    /// It is the name of an icon.
    Symbol,
    /// It is an emoji or another character.
    Text,
    /// It is the address of an image.
    Image,
}

impl IconKind {
    /// What an icon is; `None` for a word that is no icon.
    pub fn of(icon: &str) -> Option<Self> {
        if shapes(icon).is_some() {
            Some(Self::Symbol)
        } else if icon.contains(['.', '/']) {
            Some(Self::Image)
        } else {
            let is_word = icon.is_ascii() && icon.len() > 1;
            (!is_word && !icon.trim().is_empty()).then_some(Self::Text)
        }
    }

    /// Its name in templates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Text => "text",
            Self::Image => "image",
        }
    }
}

/// The shapes of an icon.
fn shapes(name: &str) -> Option<&'static str> {
    let at = ICONS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(ICONS[at].1)
}

/// The icon with the most similar name to one that does not exist.
fn suggestion(name: &str) -> Option<String> {
    did_you_mean(name, ICONS.iter().map(|(name, _)| *name))
}

/// The icons that the text of a template names, as `name="search"` or `icon="search"`.
pub(super) fn named(template: &str) -> impl Iterator<Item = &str> {
    let values = ["name=", "icon="]
        .into_iter()
        .flat_map(|key| template.split(key).skip(1));
    values.filter_map(|value| {
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`'))?;
        let (name, _) = value[1..].split_once(quote)?;
        shapes(name).map(|_| name)
    })
}

/// The file that holds these icons, each under its name.
pub(super) fn sheet(names: &BTreeSet<&str>) -> String {
    let mut sheet = "<svg xmlns=\"http://www.w3.org/2000/svg\">".to_owned();
    for name in names {
        sheet.extend(symbol("", name));
    }
    sheet.push_str("</svg>\n");
    sheet
}

/// The shapes of an icon as an element that `use` can refer to by `prefix` and name.
fn symbol(prefix: &str, name: &str) -> Option<String> {
    let shapes = shapes(name)?;
    Some(format!(
        "<symbol id=\"{prefix}{name}\" viewBox=\"0 0 24 24\">{shapes}</symbol>"
    ))
}

/// Adds a function to the templates: `icon_href(name="search")` is the address of an icon for `use`. `sheet` has the
/// address of the file with icons and the names of those in it.
pub(super) fn register(tera: &mut Tera, sheet: Option<(String, BTreeSet<String>)>) {
    tera.register_function(
        "icon_href",
        move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
            let name: String = kwargs.must_get("name")?;
            if let Some((address, names)) = &sheet
                && names.contains(&name)
            {
                return Ok(format!("{address}#{name}"));
            }
            if shapes(&name).is_some() {
                return Ok(format!("#{ID}{name}"));
            }
            let hint = suggestion(&name).map(|hint| format!("; {}", hint.trim_end_matches('?')));
            let hint = hint.unwrap_or_default();
            Err(tera::Error::message(format!("there is no icon `{name}`{hint}")))
        },
    );
}

/// Says which categories name an icon that is none.
pub fn check(site: &Site) -> Vec<Diagnostic> {
    let categories = site
        .languages
        .iter()
        .flat_map(|language| language.categories.iter().map(move |category| (language, category)));
    let written = categories.filter(|(language, category)| category.language == language.language);
    let icons = written.filter_map(|(_, category)| site.documents[category.document?].front.icon.as_ref());
    let problem = |(icon, span): &(String, Span)| {
        let (message, hint) = match IconKind::of(icon) {
            Some(IconKind::Image) if is_missing(site, icon) => (
                format!("there is no image `{icon}` in `static/`"),
                "put it there, or write the name of an icon from lucide.dev".to_owned(),
            ),
            Some(_) => return None,
            None => (
                format!("there is no icon `{icon}`"),
                suggestion(icon).unwrap_or_else(|| OTHER_ICONS.to_owned()),
            ),
        };
        let problem = Diagnostic::new(Code::IconUnknown, message);
        Some(problem.with_span(span.clone()).with_hint(hint))
    };
    icons.filter_map(problem).collect()
}

fn is_missing(site: &Site, image: &str) -> bool {
    !image.contains("//") && !site.has_static_file(image)
}

/// A page with the shapes of the icons that it uses.
pub(crate) fn with_symbols(mut html: String) -> String {
    let symbols: String = used(&html).into_iter().filter_map(|name| symbol(ID, name)).collect();
    if !symbols.is_empty() {
        // `hidden` means nothing to an `svg` element, only to those of HTML.
        html.insert_str(place(&html), &format!("\n<div hidden><svg>{symbols}</svg></div>"));
    }
    html
}

/// The names that a page refers to.
fn used(html: &str) -> BTreeSet<&str> {
    // Looking for one letter is several times as fast as for more, and every page is searched.
    let mut tag = None;
    let mut looked_at = 0;
    let references = html.match_indices('#').filter_map(|(at, _)| {
        let (before, after) = (&html[..at], html[at + 1..].strip_prefix(ID)?);
        // In text, the same letters mean nothing; a `<` there is escaped.
        let quoted = before.ends_with("href=\"") || before.ends_with("href='");
        if !quoted {
            return None;
        }
        // Each part of the page is searched only once, however many icons it names.
        tag = before[looked_at..].rfind('<').map(|tag| looked_at + tag).or(tag);
        looked_at = at;
        let in_use = tag.is_some_and(|tag| before[tag..].starts_with("<use "));
        in_use.then(|| after.split(['"', '\'']).next())?
    });
    references.collect()
}

/// The beginning of the body, so that no icon comes later than its place; without one, the end.
fn place(html: &str) -> usize {
    let head = html.find("</head>").unwrap_or(0);
    let tags = html[head..]
        .match_indices("<body")
        .map(|(at, tag)| head + at + tag.len());
    let mut ends = tags.filter(|end| html[*end..].starts_with(|next: char| next == '>' || next.is_whitespace()));
    ends.next()
        .and_then(|attributes| Some(attributes + end_of_tag(&html[attributes..])?))
        .unwrap_or(html.len())
}

/// Where a tag ends whose attributes these are.
fn end_of_tag(attributes: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in attributes.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return Some(at + 1),
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icons_are_found_by_name() {
        assert!(ICONS.len() > 1500, "{}", ICONS.len());
        assert!(ICONS.is_sorted());
        for (name, shapes) in ICONS.iter() {
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            // Symbols become part of a page: nothing in them may end an element or run.
            let plain = shapes.starts_with('<') && shapes.ends_with("/>") && !shapes.contains("script");
            assert!(
                plain && !shapes.contains("style=") && !shapes.contains(" id="),
                "{name}: {shapes}"
            );
        }
        assert_eq!(shapes("chevron-right"), Some("<path d=\"m9 18 6-6-6-6\"/>"));
        assert_eq!(shapes("chevron"), None);
    }

    #[test]
    fn templates_name_icons_in_quotes() {
        let template = r#"{{ <icon name="search" /> }}{{ <icon name='x' class="y" /> }}{{ <page_head icon="tag" /> }}
            {{ icon_href(name=`check`) }}{{ <icon name={item.icon} /> }}<input name="no-such-icon" name=menu name="#;
        assert_eq!(named(template).collect::<Vec<_>>(), ["search", "x", "check", "tag"]);
        assert_eq!(
            sheet(&BTreeSet::from(["x", "check"])),
            "<svg xmlns=\"http://www.w3.org/2000/svg\">\
            <symbol id=\"check\" viewBox=\"0 0 24 24\"><path d=\"M20 6 9 17l-5-5\"/></symbol>\
            <symbol id=\"x\" viewBox=\"0 0 24 24\"><path d=\"M18 6 6 18\"/><path d=\"m6 6 12 12\"/></symbol></svg>\n"
        );
    }

    #[test]
    fn an_icon_is_a_name_a_character_or_an_image() {
        for (icon, kind) in [
            ("credit-card", Some(IconKind::Symbol)),
            ("x", Some(IconKind::Symbol)),
            ("💳", Some(IconKind::Text)),
            ("§", Some(IconKind::Text)),
            ("?", Some(IconKind::Text)),
            ("支付", Some(IconKind::Text)),
            ("/icons/billing.svg", Some(IconKind::Image)),
            ("billing.svg", Some(IconKind::Image)),
            ("https://cdn.example/a", Some(IconKind::Image)),
            ("Credit-Card", None),
            ("credit_card", None),
            (":tada:", None),
            ("", None),
            (" ", None),
        ] {
            assert_eq!(IconKind::of(icon), kind, "{icon:?}");
        }
    }

    #[test]
    fn a_page_gets_the_symbols_it_uses_once_and_sorted() {
        let uses = "<use href=\"#_i-x\"/><use href='#_i-check'/><use href=\"#_i-x\"/>";
        let symbols = "\n<div hidden><svg>\
            <symbol id=\"_i-check\" viewBox=\"0 0 24 24\"><path d=\"M20 6 9 17l-5-5\"/></symbol>\
            <symbol id=\"_i-x\" viewBox=\"0 0 24 24\"><path d=\"M18 6 6 18\"/><path d=\"m6 6 12 12\"/></symbol>\
            </svg></div>";
        for (before, after) in [
            ("<html><body>", ""),
            ("<body\nclass=\"a>b\" data-x='\">'>", "</body>"),
            ("<head><!-- <body> --></head><body>", ""),
            ("<bodyguard></bodyguard><body>", ""),
        ] {
            let made = with_symbols(format!("{before}{uses}{after}"));
            assert_eq!(made, format!("{before}{symbols}{uses}{after}"));
        }
        assert_eq!(with_symbols(uses.to_owned()), format!("{uses}{symbols}"));
        assert_eq!(
            with_symbols(format!("{uses}<body \"")),
            format!("{uses}<body \"{symbols}")
        );
    }

    #[test]
    fn a_page_that_is_full_of_names_takes_no_longer_than_another_of_its_length() {
        // Looked through from every name, these would be 100 thousand times the length of the page.
        for (begin, finds) in [("<p>", false), ("<use ", true)] {
            let html = format!("{begin}{}", "href=\"#_i-x\" ".repeat(400_000));
            assert_eq!(used(&html).contains("x"), finds, "{begin}");
        }
        let mixed = "<p>href=\"#_i-a\" <use href=\"#_i-b\"/> href=\"#_i-c\" <use class=\"y\" href='#_i-d'/></p>";
        assert_eq!(used(mixed), BTreeSet::from(["b", "c", "d"]));
    }

    #[test]
    fn a_page_without_icons_stays_as_it_is() {
        for html in [
            "<body>#_i-x</body>",
            "<body><use href=\"#_i-no-such-icon\"/></body>",
            "<body><code>&lt;use href=\"#_i-x\"/&gt;</code></body>",
            "<body><b>href=\"#_i-x\"</b></body>",
            "<body><a href=\"#_i-x\">x</a></body>",
            "<body><use href=\"#_i-",
            "",
        ] {
            assert_eq!(with_symbols(html.to_owned()), html);
        }
    }
}
