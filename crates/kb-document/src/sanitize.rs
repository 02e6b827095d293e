//! Removes everything that runs from article HTML: `html = "sanitize"`.

use std::borrow::Cow;

use super::fragment::{Fragment, Patch, PatchKind};
use super::raw_html::RESERVED_ID;
use super::video;
use ammonia::Builder;

/// Removes scripts, styles and event handlers from a fragment, and keeps kb's own markup.
///
/// Meanwhile, open places are URLs with a private scheme, private-use characters, or an element that cannot be in an
/// attribute. Only players of known hosts are kept.
pub(crate) fn sanitize(fragment: &Fragment) -> Fragment {
    let open = encoded(fragment);
    // The cleaner requires a filter without borrows.
    let patches = fragment.patches().to_vec();
    let clean = Builder::default()
        .add_tags([
            "section",
            "figure",
            "figcaption",
            "video",
            "audio",
            "source",
            "track",
            "input",
            "label",
            "picture",
            "mark",
        ])
        .add_generic_attributes([
            "id",
            "class",
            "lang",
            "dir",
            "title",
            "role",
            "aria-label",
            "aria-hidden",
            "tabindex",
        ])
        .add_generic_attribute_prefixes(["data-"])
        .add_tag_attributes(
            "img",
            [
                "loading", "decoding", "srcset", "sizes", "width", "height", "alt", "src",
            ],
        )
        .add_tag_attributes("input", ["type", "checked", "disabled"])
        .add_tag_attributes("details", ["open"])
        .add_tag_attributes(
            "video",
            [
                "src",
                "poster",
                "controls",
                "muted",
                "loop",
                "width",
                "height",
                "preload",
                "playsinline",
            ],
        )
        .add_tag_attributes("a", ["rel", "name"])
        .add_tag_attributes("audio", ["src", "controls", "preload"])
        .add_tag_attributes("source", ["src", "type", "srcset", "sizes", "media", "width", "height"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label", "default"])
        .add_tag_attributes("ol", ["start", "type"])
        .add_url_schemes([SCHEME])
        .link_rel(None)
        .attribute_filter(move |_, name, value| attribute(name, value, &patches))
        .clean(&open)
        .to_string();
    decode(&clean, fragment.patches())
}

/// The value of an attribute after the cleaning. No article can write [`END`], so an attribute or URL with the private
/// scheme but without it comes from the article.
///
/// Attributes that kb's scripts and links rely on are kept only where kb wrote them: every `data-` attribute, and ids that
/// begin with `_`. So no article can imitate a part of the page.
fn attribute<'a>(name: &str, value: &'a str, patches: &[Patch]) -> Option<Cow<'a, str>> {
    let stays = match name {
        _ if name.starts_with(ATTRIBUTE) => value.contains(END),
        _ if name.starts_with("data-") => own_value(value, patches).is_some_and(|value| match name {
            "data-video" => video::is_player(value),
            // Permissions of other frames; no such frame is kept.
            "data-allow" | "data-sandbox" => false,
            _ => true,
        }),
        "id" | "name" => !value.starts_with(RESERVED_ID) || own_value(value, patches).is_some(),
        // Other values would change the order of the whole page.
        "tabindex" => matches!(value.trim(), "0" | "-1"),
        _ => !name.contains([BEGIN, END]) && (!value.trim_start().starts_with(URL) || value.contains(END)),
    };
    stays.then(|| without_elements(value, patches))
}

/// The value of an attribute that kb itself wrote, without its mark.
fn own_value<'a>(value: &'a str, patches: &[Patch]) -> Option<&'a str> {
    let (number, value) = value.strip_prefix(BEGIN)?.split_once(END)?;
    let patch = patches.get(number.parse::<usize>().ok()?)?;
    (patch.kind == PatchKind::Own).then_some(value)
}

/// The value of an attribute without open places for elements, which would end it.
fn without_elements<'a>(value: &'a str, patches: &[Patch]) -> Cow<'a, str> {
    if !value.contains(BEGIN) {
        return value.into();
    }
    let mut kept = String::with_capacity(value.len());
    for (index, part) in value.split(BEGIN).enumerate() {
        let place = part.split_once(END).filter(|_| index > 0);
        let kind = place.and_then(|(number, _)| Some(patches.get(number.parse::<usize>().ok()?)?.kind));
        match (place, kind) {
            (Some(_), Some(PatchKind::Message(_) | PatchKind::Hosted(..) | PatchKind::Own)) => {
                kept.push(BEGIN);
                kept.push_str(part);
            }
            (Some((_, rest)), _) => kept.push_str(rest),
            (None, _) => kept.push_str(part),
        }
    }
    kept.into()
}

/// The HTML of a fragment with its open places encoded. The article's own [`BEGIN`] and [`END`] are replaced.
fn encoded(fragment: &Fragment) -> String {
    let html = fragment.html();
    let mut out = String::with_capacity(html.len() + fragment.patches().len() * 16);
    let mut from = 0;
    for (number, patch) in fragment.patches().iter().enumerate() {
        let at = patch.at as usize;
        out.push_str(&without_marks(&html[from..at]));
        out.push_str(&encode(patch.kind, number));
        from = at;
    }
    out.push_str(&without_marks(&html[from..]));
    out
}

/// HTML without [`BEGIN`] and [`END`], neither as characters nor as character references.
fn without_marks(html: &str) -> Cow<'_, str> {
    let mut html = Cow::Borrowed(html);
    if html.contains([BEGIN, END]) {
        html = html.replace([BEGIN, END], REPLACEMENT).into();
    }
    let is_mark = |after: &str| {
        let (digits, radix) = match after.strip_prefix(['x', 'X']) {
            Some(digits) => (digits, 16),
            None => (after, 10),
        };
        let end = digits
            .find(|digit: char| !digit.is_digit(radix))
            .unwrap_or(digits.len());
        let number = digits[..end].trim_start_matches('0');
        let number = u32::from_str_radix(number, radix).ok().and_then(char::from_u32);
        number.is_some_and(|character| matches!(character, BEGIN | END))
    };
    let references = html.match_indices("&#");
    let marks: Vec<usize> = (references.filter(|(at, start)| is_mark(&html[at + start.len()..])))
        .map(|(at, _)| at)
        .collect();
    if marks.is_empty() {
        return html;
    }
    let mut out = String::with_capacity(html.len() + marks.len() * "amp;".len());
    let mut from = 0;
    for at in marks {
        out.push_str(&html[from..at]);
        out.push_str("&amp;");
        from = at + "&".len();
    }
    out.push_str(&html[from..]);
    out.into()
}

const SCHEME: &str = "kb-open";
const URL: &str = "kb-open:";
/// The prefix of attributes that represent open places.
const ATTRIBUTE: &str = "data-kb-open-";
const BEGIN: char = '\u{f8f0}';
const END: char = '\u{f8f1}';
/// Replaces [`BEGIN`] and [`END`] that the article itself contains.
const REPLACEMENT: &str = "\u{fffd}";

/// The possible positions of an open place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// In a tag, as an attribute with a link.
    Href,
    /// In the value of an attribute, as a URL.
    Url,
    /// In a tag, as attributes.
    Attribute,
    /// In text, or in the value of an attribute.
    Text,
    /// Nowhere: the cleaning removes forms, so their targets are not needed.
    Lost,
}

impl Position {
    fn of(kind: PatchKind) -> Self {
        match kind {
            PatchKind::Href(_) => Self::Href,
            PatchKind::Url(_) => Self::Url,
            PatchKind::Size(_) | PatchKind::Height { .. } | PatchKind::Loading(_) => Self::Attribute,
            PatchKind::ZoomStart(_)
            | PatchKind::ZoomEnd(_)
            | PatchKind::PictureStart { .. }
            | PatchKind::PictureEnd(_)
            | PatchKind::Message(_)
            | PatchKind::Hosted(..)
            | PatchKind::Icon(_)
            | PatchKind::Own => Self::Text,
            PatchKind::Action(_) => Self::Lost,
        }
    }
}

/// The text that represents open place number `number` while the HTML is cleaned.
fn encode(kind: PatchKind, number: usize) -> String {
    match Position::of(kind) {
        Position::Href => format!(" href=\"{URL}h{number}.{END}\""),
        Position::Url => format!("{URL}{number}.{END}"),
        // Between attributes only an attribute is kept, and of two with the same name only the first.
        Position::Attribute => format!(" {ATTRIBUTE}{number}=\"{END}\""),
        Position::Text => format!("{BEGIN}{number}{END}"),
        Position::Lost => String::new(),
    }
}

/// The first and the last character of encoded places.
const MARKS: [(Position, &str, &str); 4] = [
    (Position::Href, " href=\"kb-open:h", ".\u{f8f1}\""),
    (Position::Url, URL, ".\u{f8f1}"),
    (Position::Attribute, " data-kb-open-", "=\"\u{f8f1}\""),
    (Position::Text, "\u{f8f0}", "\u{f8f1}"),
];

fn decode(html: &str, patches: &[Patch]) -> Fragment {
    let mut out = String::with_capacity(html.len());
    let mut found = Vec::new();
    let mut from = 0;
    let mut next = MARKS.map(|(_, start, _)| html.find(start));
    while let Some((at, which)) = (0..MARKS.len()).filter_map(|which| Some((next[which]?, which))).min() {
        let mut resume = at + MARKS[which].1.len();
        if let Some((kind, end)) = decode_place(html, which, resume, patches) {
            out.push_str(&html[from..at]);
            let at = u32::try_from(out.len()).unwrap_or(u32::MAX);
            found.push(Patch { at, kind });
            from = end;
            resume = end;
        }
        for ((_, start, _), found) in MARKS.iter().zip(&mut next) {
            if found.is_some_and(|at| at < resume) {
                *found = html[resume..].find(start).map(|at| at + resume);
            }
        }
    }
    out.push_str(&html[from..]);
    Fragment::from_parts(out, found)
}

/// The place whose number begins at `at`, and where it ends. Similar text of an article does not count.
fn decode_place(html: &str, which: usize, at: usize, patches: &[Patch]) -> Option<(PatchKind, usize)> {
    let (position, _, closer) = MARKS[which];
    let digits = html[at..].bytes().take_while(u8::is_ascii_digit).count();
    let number: usize = html[at..at + digits].parse().ok()?;
    let kind = patches.get(number)?.kind;
    let is_place = Position::of(kind) == position && html[at + digits..].starts_with(closer);
    is_place.then_some((kind, at + digits + closer.len()))
}

#[cfg(test)]
mod tests {
    use super::super::fragment::{Icon, Message};
    use super::*;

    #[test]
    fn what_runs_is_gone_and_open_places_stay() {
        let mut fragment = Fragment::default();
        fragment.push("<p onclick=\"x()\">");
        fragment.push_patch(PatchKind::Message(Message::Note));
        fragment.push("<a");
        fragment.push_patch(PatchKind::Href(3));
        fragment.push(">b</a><script>evil()</script>");
        fragment.push_patch(PatchKind::PictureStart { link: 4, width: None });
        fragment.push("<img alt=\"\" src=\"");
        fragment.push_patch(PatchKind::Url(4));
        fragment.push("\"");
        fragment.push_patch(PatchKind::Size(4));
        fragment.push_patch(PatchKind::Loading(4));
        fragment.push(" decoding=\"async\">");
        fragment.push_patch(PatchKind::PictureEnd(4));
        fragment.push("</p>");
        let clean = sanitize(&fragment).fill(|kind, out| out.push_str(&format!("[{kind:?}]")));
        assert!(!clean.contains("evil") && !clean.contains("onclick"), "{clean}");
        assert!(clean.contains("[Message(Note)]<a[Href(3)]>b</a>"), "{clean}");
        assert!(
            clean.contains("src=\"[Url(4)]\"")
                && clean.contains("[Size(4)][Loading(4)] decoding=\"async\">[PictureEnd(4)]"),
            "{clean}"
        );
        assert!(
            clean.contains("</a>[PictureStart { link: 4, width: None }]<img"),
            "{clean}"
        );
    }

    #[test]
    fn what_looks_like_an_open_place_is_none() {
        let mut fragment = Fragment::default();
        fragment.push("<p title=\"kb-open:7.\u{f8f1}\">\u{f8f0}99\u{f8f1} <b data-kb-open-0=\"\">x</b></p>");
        fragment.push_patch(PatchKind::Message(Message::Note));
        let clean = sanitize(&fragment);
        assert_eq!(clean.patches().len(), 1, "{clean:?}");
    }

    #[test]
    fn an_article_opens_no_places() {
        let mut fragment = Fragment::default();
        fragment.push_patch(PatchKind::Icon(Icon::Play));
        fragment.push("<img alt=\"\"");
        fragment.push_patch(PatchKind::Size(1));
        fragment.push(">");
        for forged in [
            "\u{f8f0}0\u{f8f1}",
            "&#xf8f0;0&#xF8F1;",
            "&#X000f8f0 0&#63729",
            "&#63728;0&#063729;",
            "&#xf8\u{f8f0}f0;0&#xf8f1;",
        ] {
            fragment.push(&format!("<b title=\"{forged} onclick=x\">{forged}</b>"));
        }
        fragment.push("<b DATA-KB-OPEN-1>x</b><b data-kb-open-1=\"&#xf8f1;\">x</b>");
        fragment.push("<a href=\"kb-open:0.&#xf8f1;\">x</a><img alt=\"\" src=\"kb-open:1\">");
        fragment.push("<b title=\"&#xf8f00;&#xf8f2;\">other</b>");
        let clean = sanitize(&fragment);
        let kinds: Vec<_> = clean.patches().iter().map(|patch| patch.kind).collect();
        assert_eq!(
            kinds,
            [PatchKind::Icon(Icon::Play), PatchKind::Size(1)],
            "{}",
            clean.html()
        );
        assert!(
            !clean.html().contains("kb-open") && !clean.html().contains([BEGIN, END]),
            "{}",
            clean.html()
        );
        assert!(clean.html().contains("\u{f8f00}\u{f8f2}"), "{}", clean.html());
    }

    #[test]
    fn no_element_stands_in_an_attribute() {
        // The quotation mark that is missing stands behind places of kb's own.
        let mut fragment = Fragment::default();
        fragment.push("<div title='");
        fragment.push_patch(PatchKind::Icon(Icon::Play));
        fragment.push("a");
        fragment.push_patch(PatchKind::Message(Message::Note));
        fragment.push("<i onclick=x>'>");
        fragment.push_patch(PatchKind::PictureEnd(0));
        let clean = sanitize(&fragment).fill(|kind, out| out.push_str(&format!("[{kind:?}]")));
        assert!(clean.contains("title=\"a[Message(Note)]"), "{clean}");
        assert!(clean.contains("[PictureEnd(0)]") && !clean.contains("[Icon"), "{clean}");
    }

    #[test]
    fn anchors_of_old_pages_stay() {
        let mut fragment = Fragment::default();
        fragment.push("<a name=\"top\"></a><a name=\"_top\"></a><img alt=\"\" name=\"top\">");
        let clean = sanitize(&fragment);
        assert_eq!(clean.html(), "<a name=\"top\"></a><a></a><img alt=\"\">");
    }

    #[test]
    fn a_track_stays_the_default_one() {
        let mut fragment = Fragment::default();
        fragment.push("<video controls><track default kind=\"captions\" src=\"a.vtt\"></video>");
        let clean = sanitize(&fragment);
        assert!(clean.html().contains("default"), "{}", clean.html());
    }
}
