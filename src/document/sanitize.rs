//! Article HTML without anything that runs: `html = "sanitize"`.

use ammonia::Builder;
use html5gum::{Token, Tokenizer};

use super::fragment::{Fragment, Icon, Message, Patch, PatchKind};
use super::video;

/// Takes scripts, styles and event handlers out of a fragment and keeps what kb itself writes.
///
/// Open places pass through as URLs of a scheme of our own, as private-use characters, and as an element that can stand
/// in no attribute. Of players only those of known hosts stay, whoever wrote them.
pub fn sanitize(fragment: &Fragment) -> Fragment {
    let open = fragment.fill(|kind, out| out.push_str(&encode(kind)));
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
        .add_tag_attributes("source", ["src", "type", "srcset"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label"])
        .add_tag_attributes("ol", ["start", "type"])
        .add_url_schemes([SCHEME])
        .link_rel(None)
        .attribute_filter(|_, name, value| (name != "data-video" || video::is_player(value)).then_some(value.into()))
        .clean(&open)
        .to_string();
    decode(&clean)
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

fn encode(kind: PatchKind) -> String {
    match kind {
        PatchKind::Href(number) => format!(" href=\"{URL}h{number}.{END}\""),
        // Forms do not survive the cleaning; what they lead to need not either.
        PatchKind::Action(_) => String::new(),
        PatchKind::Url(number) => format!("{URL}{number}.{END}"),
        // Sizes stand between attributes, where only an attribute survives.
        PatchKind::Size(number) => format!(" data-kb-size=\"{number}\""),
        PatchKind::Message(message) | PatchKind::Hosted(message, _) => {
            let number = Message::ALL.iter().position(|known| *known == message).unwrap_or(0);
            match kind {
                PatchKind::Hosted(_, link) => format!("{BEGIN}{number}.{link}{END}"),
                _ => format!("{BEGIN}{number}{END}"),
            }
        }
        PatchKind::Icon(Icon::Play) => "<i data-kb-icon=\"0\"></i>".to_owned(),
    }
}

/// What the encoded places begin with: links, URLs, sizes, icons, messages.
const STARTS: [&str; 5] = [
    " href=\"kb-open:h",
    URL,
    " data-kb-size=\"",
    "<i data-kb-icon=\"",
    "\u{f8f0}",
];

fn decode(html: &str) -> Fragment {
    let mut out = String::with_capacity(html.len());
    let mut patches = Vec::new();
    let mut from = 0;
    let mut next = STARTS.map(|start| html.find(start));
    while let Some((at, which)) = (0..STARTS.len()).filter_map(|which| Some((next[which]?, which))).min() {
        let mut resume = at + STARTS[which].len();
        if let Some((kind, end)) = decode_place(html, which, resume) {
            out.push_str(&html[from..at]);
            let at = u32::try_from(out.len()).unwrap_or(u32::MAX);
            patches.push(Patch { at, kind });
            from = end;
            resume = end;
        }
        for (start, found) in STARTS.iter().zip(&mut next) {
            if found.is_some_and(|at| at < resume) {
                *found = html[resume..].find(start).map(|at| at + resume);
            }
        }
    }
    out.push_str(&html[from..]);
    Fragment::from_parts(out, patches)
}

/// The place whose number begins at `at`, and where it ends.
fn decode_place(html: &str, which: usize, at: usize) -> Option<(PatchKind, usize)> {
    let (number, mut end) = read_number(html, at)?;
    let (kind, closer) = match which {
        0 => (PatchKind::Href(number), ".\u{f8f1}\""),
        1 => (PatchKind::Url(number), ".\u{f8f1}"),
        2 => (PatchKind::Size(number), "\""),
        3 => (PatchKind::Icon(Icon::Play), "\"></i>"),
        _ => {
            let message = *Message::ALL.get(number as usize)?;
            let link = html[end..].strip_prefix('.').and_then(|_| read_number(html, end + 1));
            match link {
                Some((link, after)) => {
                    end = after;
                    (PatchKind::Hosted(message, link), "\u{f8f1}")
                }
                None => (PatchKind::Message(message), "\u{f8f1}"),
            }
        }
    };
    html[end..].starts_with(closer).then_some((kind, end + closer.len()))
}

/// The number that stands at `at`, and where it ends.
fn read_number(html: &str, at: usize) -> Option<(u32, usize)> {
    let digits = html[at..].bytes().take_while(u8::is_ascii_digit).count();
    Some((html[at..at + digits].parse().ok()?, at + digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_gone_and_open_places_stay() {
        let mut fragment = Fragment::default();
        fragment.push("<p onclick=\"x()\">");
        fragment.push_patch(PatchKind::Message(Message::Note));
        fragment.push("<a");
        fragment.push_patch(PatchKind::Href(3));
        fragment.push(">b</a><script>evil()</script><img alt=\"\" src=\"");
        fragment.push_patch(PatchKind::Url(4));
        fragment.push("\"");
        fragment.push_patch(PatchKind::Size(4));
        fragment.push("></p>");
        let clean = sanitize(&fragment).fill(|kind, out| out.push_str(&format!("[{kind:?}]")));
        assert!(!clean.contains("evil") && !clean.contains("onclick"), "{clean}");
        assert!(clean.contains("[Message(Note)]<a[Href(3)]>b</a>"), "{clean}");
        assert!(
            clean.contains("src=\"[Url(4)]\"") && clean.contains("[Size(4)]"),
            "{clean}"
        );
    }
}
