//! Article HTML without anything that runs: `html = "sanitize"`.

use ammonia::Builder;

use super::fragment::{Fragment, Message, Patch, PatchKind};

/// Takes scripts, styles and event handlers out of a fragment and keeps what kb itself writes.
///
/// Open places pass through as URLs of a scheme of our own and as private-use characters.
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
                "src", "poster", "controls", "muted", "loop", "width", "height", "preload",
            ],
        )
        .add_tag_attributes("audio", ["src", "controls", "preload"])
        .add_tag_attributes("source", ["src", "type", "srcset"])
        .add_tag_attributes("track", ["src", "kind", "srclang", "label"])
        .add_tag_attributes("ol", ["start", "type"])
        .add_url_schemes([SCHEME])
        .link_rel(None)
        .clean(&open)
        .to_string();
    decode(&clean)
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
        PatchKind::Message(message) => {
            let number = Message::ALL.iter().position(|known| *known == message).unwrap_or(0);
            format!("{BEGIN}{number}{END}")
        }
    }
}

fn decode(html: &str) -> Fragment {
    let mut out = String::with_capacity(html.len());
    let mut patches = Vec::new();
    let mut rest = html;
    let starts: [&str; 4] = [" href=\"kb-open:h", URL, " data-kb-size=\"", "\u{f8f0}"];
    while let Some((at, which)) = starts
        .iter()
        .enumerate()
        .filter_map(|(which, start)| rest.find(start).map(|at| (at, which)))
        .min()
    {
        out.push_str(&rest[..at]);
        rest = &rest[at + starts[which].len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest[..digits].parse().unwrap_or(u32::MAX);
        let after = &rest[digits..];
        let (kind, closer) = match which {
            0 => (Some(PatchKind::Href(number)), ".\u{f8f1}\""),
            1 => (Some(PatchKind::Url(number)), ".\u{f8f1}"),
            2 => (Some(PatchKind::Size(number)), "\""),
            _ => (
                Message::ALL
                    .get(number as usize)
                    .map(|message| PatchKind::Message(*message)),
                "\u{f8f1}",
            ),
        };
        if let (Some(kind), Some(after)) = (kind, after.strip_prefix(closer)) {
            patches.push(Patch {
                at: u32::try_from(out.len()).unwrap_or(u32::MAX),
                kind,
            });
            rest = after;
        }
    }
    out.push_str(rest);
    Fragment::from_parts(out, patches)
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
