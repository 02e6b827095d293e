//! Raw HTML in articles: its links are resolved like all others, its ids can be linked to, its words can be found.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::fragment::{Fragment, PatchKind};
use super::{Link, LinkKind};

/// What a piece of raw HTML contains.
#[derive(Debug, Default)]
pub struct RawHtmlPiece {
    /// The HTML, its links open.
    pub html: Fragment,
    /// Its links, numbered from the number that was given.
    pub links: Vec<Link>,
    /// The ids it defines.
    pub ids: Vec<String>,
    /// Its visible text.
    pub text: String,
    /// How many elements it opens, and does not close, whose content nobody sees.
    pub hides: usize,
    /// How many such elements it closes and does not open.
    pub shows: usize,
}

/// Attributes that hold a URL, and what it leads to.
fn link_kind(element: &[u8], attribute: &[u8]) -> Option<LinkKind> {
    match (element, attribute) {
        (b"a" | b"area", b"href") | (b"form", b"action") => Some(LinkKind::Page),
        (b"img" | b"video" | b"audio" | b"source" | b"track" | b"embed", b"src")
        | (b"video", b"poster")
        | (b"object", b"data") => Some(LinkKind::Media),
        _ => None,
    }
}

/// Reads a piece of raw HTML. Comments are left out: they are notes among writers. `range` is its place in the file.
pub fn read_raw_html(html: &str, first_link: usize, range: &std::ops::Range<u32>) -> RawHtmlPiece {
    let mut piece = RawHtmlPiece::default();
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut copied = 0;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = tag.name.to_ascii_lowercase();
                if matches!(name.as_slice(), b"br" | b"p" | b"div" | b"li" | b"tr" | b"td" | b"th") {
                    piece.text.push(' ');
                }
                if matches!(name.as_slice(), b"script" | b"style" | b"template") && !tag.self_closing {
                    piece.hides += 1;
                }
                for attribute in [&b"id"[..], &b"name"[..]] {
                    if let Some(id) = tag.attributes.get(attribute)
                        && (attribute == b"id" || name == b"a")
                        && !id.value.is_empty()
                    {
                        piece.ids.push(String::from_utf8_lossy(&id.value).into_owned());
                    }
                }
                if name == b"img"
                    && let Some(alt) = tag.attributes.get(&b"alt"[..])
                {
                    piece.text.push_str(&String::from_utf8_lossy(&alt.value));
                }
                let has_link = tag.attributes.keys().any(|key| link_kind(&name, key).is_some());
                let span = clamp(html, tag.span.start, tag.span.end);
                if has_link && span.start >= copied {
                    piece.html.push(&html[copied..span.start]);
                    copied = span.end;
                    push_tag(&mut piece, &tag, first_link, range);
                }
            }
            Token::EndTag(tag) => {
                if matches!(tag.name.as_slice(), b"script" | b"style" | b"template") {
                    match piece.hides.checked_sub(1) {
                        Some(open) => piece.hides = open,
                        None => piece.shows += 1,
                    }
                }
                piece.text.push(' ');
            }
            Token::String(text) if piece.hides == 0 => piece.text.push_str(&String::from_utf8_lossy(&text.value)),
            Token::Comment(comment) => {
                let span = clamp(html, comment.span.start, comment.span.end);
                if span.start >= copied && html[span.clone()].starts_with("<!--") {
                    piece.html.push(&html[copied..span.start]);
                    copied = span.end;
                }
            }
            Token::String(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    piece.html.push(&html[copied.min(html.len())..]);
    piece
}

fn clamp(html: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(html.len());
        while !html.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    floor(start)..floor(end.max(start))
}

/// Writes a start tag again with its links open.
fn push_tag(piece: &mut RawHtmlPiece, tag: &StartTag<usize>, first_link: usize, range: &std::ops::Range<u32>) {
    let name = tag.name.to_ascii_lowercase();
    piece.html.push("<");
    piece.html.push(&String::from_utf8_lossy(&tag.name));
    for (key, value) in &tag.attributes {
        let value = String::from_utf8_lossy(&value.value).into_owned();
        let kind = link_kind(&name, key);
        let number = u32::try_from(first_link + piece.links.len()).unwrap_or(u32::MAX);
        if kind == Some(LinkKind::Page) {
            let is_form = name == b"form";
            piece.html.push_patch(if is_form {
                PatchKind::Action(number)
            } else {
                PatchKind::Href(number)
            });
        } else {
            piece.html.push(" ");
            piece.html.push(&String::from_utf8_lossy(key));
            piece.html.push("=\"");
            match kind {
                Some(_) => piece.html.push_patch(PatchKind::Url(number)),
                None => piece.html.push_attribute(&value),
            }
            piece.html.push("\"");
        }
        if let Some(kind) = kind {
            piece.links.push(Link {
                target: value,
                kind,
                range: range.clone(),
            });
        }
    }
    piece.html.push(if tag.self_closing { " />" } else { ">" });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(html: &str) -> RawHtmlPiece {
        read_raw_html(html, 7, &(0..1))
    }

    #[test]
    fn links_and_ids_are_found_and_the_rest_is_kept() {
        let piece = read("<p class=x>See <a id='k' href=\"../b.md\">b &amp; c</a><br></p>");
        assert_eq!(
            piece.html.fill(|kind, out| out.push_str(&format!("{kind:?}"))),
            "<p class=x>See <aHref(7) id=\"k\">b &amp; c</a><br></p>"
        );
        assert_eq!(piece.links[0].target, "../b.md");
        assert_eq!(piece.ids, ["k"]);
        assert_eq!(piece.text.trim(), "See b & c");
    }

    #[test]
    fn comments_and_scripts_are_not_text() {
        let piece = read("a<!-- note to self --><script>let x = '<b>';</script>c");
        assert_eq!(piece.html.html(), "a<script>let x = '<b>';</script>c");
        assert_eq!(piece.text.replace(' ', ""), "ac");
    }

    #[test]
    fn anything_goes_through_without_a_panic() {
        for html in [
            "<",
            "<a href",
            "<a href='",
            "<!--",
            "</",
            "<é",
            "<a href=é>ü",
            "<!-->x-->",
            "<img src=x",
            "&#x110000;",
        ] {
            let _ = read(html);
        }
    }
}
