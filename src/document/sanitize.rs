//! Article HTML without anything that runs: `html = "sanitize"`.

use ammonia::Builder;
use html5gum::{Token, Tokenizer};

use super::fragment::{Fragment, Patch, PatchKind};
use super::video;

/// Takes scripts, styles and event handlers out of a fragment and keeps what kb itself writes.
///
/// Open places pass through as URLs of a scheme of our own, as private-use characters, and as an element that can stand
/// in no attribute. Of players only those of known hosts stay, whoever wrote them.
pub fn sanitize(fragment: &Fragment) -> Fragment {
    let mut number = 0;
    let open = fragment.fill(|kind, out| {
        out.push_str(&encode(kind, number));
        number += 1;
    });
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
        .add_tag_attributes("a", ["rel"])
        .add_tag_attributes("audio", ["src", "controls", "preload"])
        .add_tag_attributes("source", ["src", "type", "srcset", "sizes", "media", "width", "height"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label"])
        .add_tag_attributes("ol", ["start", "type"])
        .add_url_schemes([SCHEME])
        .link_rel(None)
        .attribute_filter(|_, name, value| (name != "data-video" || video::is_player(value)).then_some(value.into()))
        .clean(&open)
        .to_string();
    decode(&clean, fragment.patches())
}

/// Most elements that may be open at once: the cleaner's work grows with the square of it.
const MAX_OPEN: usize = 500;

/// Whether more elements are open at once than the cleaner can take.
pub fn nests_too_deeply(html: &str) -> bool {
    const VOID: [&[u8]; 9] = [
        b"br", b"hr", b"img", b"input", b"source", b"track", b"wbr", b"embed", b"area",
    ];
    let mut open = 0_usize;
    Tokenizer::new(html).any(|token| {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) if !tag.self_closing && !VOID.contains(&tag.name.as_slice()) => open += 1,
            Token::EndTag(_) => open = open.saturating_sub(1),
            _ => {}
        }
        open > MAX_OPEN
    })
}

const SCHEME: &str = "kb-open";
const URL: &str = "kb-open:";
const BEGIN: char = '\u{f8f0}';
const END: char = '\u{f8f1}';

/// Where an open place can stand.
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
    /// Nowhere: forms do not survive the cleaning, and what they lead to need not either.
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
            | PatchKind::Icon(_) => Self::Text,
            PatchKind::Action(_) => Self::Lost,
        }
    }
}

/// What stands in for open place number `number` while the HTML is cleaned.
fn encode(kind: PatchKind, number: usize) -> String {
    match Position::of(kind) {
        Position::Href => format!(" href=\"{URL}h{number}.{END}\""),
        Position::Url => format!("{URL}{number}.{END}"),
        // Between attributes only an attribute survives, and of two with one name only the first.
        Position::Attribute => format!(" data-kb-open-{number}=\"\""),
        Position::Text => format!("{BEGIN}{number}{END}"),
        Position::Lost => String::new(),
    }
}

/// What the encoded places begin and end with.
const MARKS: [(Position, &str, &str); 4] = [
    (Position::Href, " href=\"kb-open:h", ".\u{f8f1}\""),
    (Position::Url, URL, ".\u{f8f1}"),
    (Position::Attribute, " data-kb-open-", "=\"\""),
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

/// The place whose number begins at `at`, and where it ends. What an article writes that looks like one is none.
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
    use super::super::fragment::Message;
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
}
