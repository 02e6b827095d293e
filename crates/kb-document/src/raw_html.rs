//! Raw HTML in articles: its links are resolved, its ids are link targets, and its text is searched.

use std::borrow::Cow;
use std::ops::Range;

use html5gum::{DefaultEmitter, EndTag, StartTag, Token, Tokenizer};

use super::fragment::{Fragment, PatchKind};
use super::structure::Holders;
use super::video::{self, Player};
use super::{Link, LinkKind};

/// The position of a piece of raw HTML.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawHtmlPlace<'a> {
    /// Its place in the file, in bytes.
    pub range: Range<u32>,
    /// The number of the first link in it.
    pub first_link: usize,
    /// Whether it is within text, where a figure is not allowed.
    pub inline: bool,
    /// Whether the end tag of a removed frame is still to come.
    pub in_frame: bool,
    /// Whether only frames of known hosts are replaced by players.
    pub known_players: bool,
    /// The name for a frame without one.
    pub frame_title: &'a str,
    /// The open elements before it.
    pub open: RawOpen,
}

/// What a piece of raw HTML contains.
#[derive(Debug, Default)]
pub(crate) struct RawHtmlPiece {
    /// The HTML, with open places for its links.
    pub html: Fragment,
    /// Its links, numbered from the number that was given.
    pub links: Vec<Link>,
    /// The ids it defines.
    pub ids: Vec<String>,
    /// Its visible text.
    pub text: Vec<RawText>,
    /// The number of invisible elements that it opens and does not close.
    pub hides: usize,
    /// How many such elements it closes and does not open.
    pub shows: usize,
    /// Tables that begin and end in it, in order.
    pub tables: Vec<TableTag>,
    /// The player of a frame within text, with its title. It is not part of `html`.
    pub player: Option<(Player, String)>,
    /// Whether the end tag of a removed frame is still to come.
    pub in_frame: bool,
    /// The link numbers of its images.
    pub images: Vec<u32>,
    /// The places of images without `alt` in it.
    pub unlabelled: Vec<Range<usize>>,
    /// The open elements at its end.
    pub open: RawOpen,
    /// Removed ids and names, which begin with [`RESERVED_ID`], and their tags.
    pub reserved: Vec<(Range<usize>, String)>,
    /// A tag without an end. It is text in `html`, because a browser would read the following HTML as its attributes.
    pub unfinished: Option<Range<usize>>,
}

/// A part of the visible text of raw HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawText {
    /// Text, with a line break wherever a block begins or ends, and what [`structure`](crate::structure) has.
    Lines(String),
    /// A heading with this id begins, of any level below the page's title.
    Heading(String),
    /// A heading ends.
    HeadingEnd,
}

/// Elements that begin and end a line of text. `js/shared/text.js` has the same list for finished pages.
const BLOCKS: &[&[u8]] = &[
    b"address",
    b"article",
    b"aside",
    b"blockquote",
    b"br",
    b"caption",
    b"center",
    b"dd",
    b"details",
    b"dialog",
    b"dir",
    b"div",
    b"dl",
    b"dt",
    b"fieldset",
    b"figcaption",
    b"figure",
    b"footer",
    b"form",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"header",
    b"hgroup",
    b"hr",
    b"legend",
    b"li",
    b"main",
    b"menu",
    b"nav",
    b"ol",
    b"option",
    b"p",
    b"pre",
    b"search",
    b"section",
    b"summary",
    b"table",
    b"td",
    b"th",
    b"tr",
    b"ul",
];
/// The prefix of ids and names of the theme's own elements. Articles must not use it in any mode, because kb's scripts,
/// links and menus would find their elements instead of the theme's.
pub(crate) const RESERVED_ID: char = '_';

/// The beginning, the caption or the end of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TableTag {
    /// It begins at this offset of the piece.
    Start(usize),
    /// Its caption.
    Caption(String),
    /// It ends at this offset of the piece.
    End(usize),
}

/// The open elements of raw HTML that affect images and players.
#[expect(clippy::struct_excessive_bools, reason = "the elements are independent")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RawOpen {
    /// Whether a `picture` is open.
    pub picture: bool,
    /// Whether a link or an anchor is open.
    pub link: bool,
    /// Whether a link with a target is open.
    pub leads: bool,
    /// Whether an element is open that cannot contain a figure: a heading, or content for scripts or without them.
    pub narrow: bool,
    /// Whether preformatted text is open.
    pub preformatted: bool,
    /// The lists and tables.
    pub holders: Holders,
}

impl RawOpen {
    fn note(&mut self, element: &[u8], opens: bool, leads: bool) {
        match element {
            b"picture" => self.picture = opens,
            b"a" => (self.link, self.leads) = (opens, opens && leads),
            b"pre" => self.preformatted = opens,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"template" | b"noscript" => self.narrow = opens,
            _ => {}
        }
    }
}

/// Attributes with a URL, and the kind of its target.
fn link_kind(element: &[u8], attribute: &[u8]) -> Option<LinkKind> {
    match (element, attribute) {
        (b"a" | b"area", b"href") | (b"form", b"action") => Some(LinkKind::Page),
        (b"img" | b"video" | b"audio" | b"source" | b"track" | b"embed", b"src")
        | (b"img" | b"source", b"srcset")
        | (b"video", b"poster")
        | (b"object", b"data") => Some(LinkKind::Media),
        _ => None,
    }
}

/// Reads a piece of raw HTML. Comments are left out: they are notes for writers.
pub(crate) fn read_raw_html(html: &str, place: &RawHtmlPlace<'_>) -> RawHtmlPiece {
    let mut reader = PieceReader {
        source: html,
        place,
        piece: RawHtmlPiece {
            in_frame: place.in_frame,
            open: place.open,
            ..RawHtmlPiece::default()
        },
        copied: 0,
        skipping: false,
        paragraph: None,
        caption: None,
        read: 0,
        in_tag: false,
    };
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        reader.token(&token);
    }
    reader.finish()
}

struct PieceReader<'a> {
    source: &'a str,
    place: &'a RawHtmlPlace<'a>,
    piece: RawHtmlPiece,
    /// The length of the source that is already in the piece.
    copied: usize,
    /// Whether the content of a frame is being left out.
    skipping: bool,
    /// The start tag of the paragraph around a figure, until it is known whether more content follows.
    paragraph: Option<String>,
    /// The text of the open caption.
    caption: Option<String>,
    /// Where the last token ends.
    read: usize,
    /// Whether the source ends within a tag.
    in_tag: bool,
}

impl PieceReader<'_> {
    fn token(&mut self, token: &Token<usize>) {
        match token {
            Token::StartTag(tag) => {
                self.read = tag.span.end;
                self.reopen_paragraph(tag.span.start);
                self.start_tag(tag);
            }
            Token::EndTag(tag) => {
                self.read = tag.span.end;
                self.end_tag(tag);
            }
            Token::String(text) if self.piece.hides > 0 || self.skipping => self.read = text.span.end,
            Token::String(text) => {
                self.read = text.span.end;
                let string = String::from_utf8_lossy(&text.value);
                if !string.trim().is_empty() {
                    self.reopen_paragraph(text.span.start);
                }
                if self.piece.open.preformatted {
                    self.lines(&string);
                } else {
                    self.lines(&string.replace(['\n', '\r'], " "));
                }
                if let Some(caption) = &mut self.caption {
                    caption.push_str(&string);
                }
            }
            Token::Comment(comment) => {
                self.read = comment.span.end;
                self.replace(&clamp(self.source, comment.span.start, comment.span.end));
            }
            Token::Doctype(doctype) => self.read = doctype.span.end,
            Token::Error(error) => self.in_tag |= error.value == html5gum::Error::EofInTag,
        }
    }

    /// Copies the source before `span`, and skips the span. Returns whether the span was not copied yet.
    fn replace(&mut self, span: &Range<usize>) -> bool {
        let fresh = span.start >= self.copied;
        if fresh {
            self.piece.html.push(&self.source[self.copied..span.start]);
            self.copied = span.end;
        }
        fresh
    }

    fn start_tag(&mut self, tag: &StartTag<usize>) {
        let name = tag.name.to_ascii_lowercase();
        if BLOCKS.contains(&name.as_slice()) {
            let start = attribute(tag, b"start");
            let before = self.piece.open.holders.start(&name, &start);
            self.lines(&before);
        }
        if is_hidden(&name) && !tag.self_closing {
            self.piece.hides += 1;
        }
        if let [b'h', b'2'..=b'6'] = name.as_slice()
            && self.piece.hides == 0
        {
            let id = attribute(tag, b"id");
            let is_anchor = !id.is_empty() && !id.starts_with(RESERVED_ID);
            self.piece.text.push(if is_anchor {
                RawText::Heading(id)
            } else {
                RawText::HeadingEnd
            });
        }
        let span = clamp(self.source, tag.span.start, tag.span.end);
        let mut kept = Cow::Borrowed(tag);
        for key in [&b"id"[..], &b"name"[..]] {
            let id = attribute(tag, key);
            if id.starts_with(RESERVED_ID) {
                kept.to_mut().attributes.remove(key);
                self.piece.reserved.push((span.clone(), id));
            } else if (key == b"id" || name == b"a") && !id.is_empty() {
                self.piece.ids.push(id);
            }
        }
        let changed = matches!(kept, Cow::Owned(_));
        let tag = &*kept;
        if name == b"img" {
            match tag.attributes.get(&b"alt"[..]) {
                Some(alt) => {
                    let alt = String::from_utf8_lossy(&alt.value).replace(['\n', '\r'], " ");
                    self.lines(&format!(" {alt} "));
                }
                None => self.piece.unlabelled.push(span.clone()),
            }
        }
        if name == b"video" {
            self.lines(&attribute(tag, b"aria-label").replace(['\n', '\r'], " "));
        }
        let leads = tag.attributes.contains_key(&b"href"[..]);
        self.piece.open.note(&name, !tag.self_closing, leads);
        match name.as_slice() {
            b"iframe" => self.frame(tag, &span),
            b"table" => {
                if let Some(at) = self.offset(span.start) {
                    self.piece.tables.push(TableTag::Start(at));
                }
            }
            b"caption" => self.caption = Some(String::new()),
            b"img" if tag.attributes.contains_key(&b"src"[..]) && self.replace(&span) => self.image(tag),
            _ => {}
        }
        let has_link = || tag.attributes.keys().any(|key| link_kind(&name, key).is_some());
        if (changed || has_link()) && self.replace(&span) {
            self.push_tag(tag, &[], |_| {});
        }
    }

    fn end_tag(&mut self, tag: &EndTag<usize>) {
        let span = clamp(self.source, tag.span.start, tag.span.end);
        self.piece.open.note(&tag.name.to_ascii_lowercase(), false, false);
        match tag.name.as_slice() {
            name if is_hidden(name) => match self.piece.hides.checked_sub(1) {
                Some(open) => self.piece.hides = open,
                None => self.piece.shows += 1,
            },
            b"iframe" if self.piece.in_frame => {
                if self.skipping {
                    // The content is for browsers without frames.
                    self.copied = self.copied.max(span.start);
                    self.skipping = false;
                }
                self.replace(&span);
                self.piece.in_frame = false;
            }
            b"p" if self.paragraph.is_some() => {
                self.paragraph = None;
                self.replace(&span);
            }
            b"table" => {
                if let Some(at) = self.offset(span.end) {
                    self.piece.tables.push(TableTag::End(at));
                }
            }
            b"caption" => {
                if let Some(caption) = self.caption.take() {
                    let words = caption.split_whitespace().collect::<Vec<_>>().join(" ");
                    self.piece.tables.push(TableTag::Caption(words));
                }
            }
            _ => self.reopen_paragraph(span.start),
        }
        if let [b'h', b'1'..=b'6'] = tag.name.as_slice() {
            self.piece.text.push(RawText::HeadingEnd);
        }
        let name = tag.name.as_slice();
        self.piece.open.holders.end(name);
        // The end of a row ends its last cell.
        if BLOCKS.contains(&name) && !matches!(name, b"td" | b"th") {
            self.lines("\n");
        }
    }

    /// Adds visible text.
    fn lines(&mut self, text: &str) {
        if self.piece.hides > 0 {
            return;
        }
        match self.piece.text.last_mut() {
            Some(RawText::Lines(lines)) => lines.push_str(text),
            _ => self.piece.text.push(RawText::Lines(text.to_owned())),
        }
    }

    /// The offset in the piece of an offset in the source.
    fn offset(&mut self, at: usize) -> Option<usize> {
        (at >= self.copied).then(|| {
            self.piece.html.push(&self.source[self.copied..at]);
            self.copied = at;
            self.piece.html.len()
        })
    }

    /// A frame of another host becomes a figure that asks first; one of this site gets missing attributes.
    fn frame(&mut self, tag: &StartTag<usize>, span: &Range<usize>) {
        let source = attribute(tag, b"src");
        let mut title = attribute(tag, b"title");
        let player = video::player(&source)
            .filter(|player| !self.place.known_players || video::is_player(&player.frame))
            .filter(|_| span.start >= self.copied);
        let Some(mut player) = player else {
            let mut missing = Vec::new();
            if title.trim().is_empty() {
                missing.push(("title", self.place.frame_title));
            }
            if !tag.attributes.contains_key(&b"loading"[..]) {
                missing.push(("loading", "lazy"));
            }
            if !missing.is_empty() && self.replace(span) {
                self.push_tag(tag, &missing, |_| {});
            }
            return;
        };
        self.replace(span);
        self.piece.in_frame = !tag.self_closing;
        let rest = &self.source.as_bytes()[span.end..];
        self.skipping = !tag.self_closing && rest.windows(8).any(|bytes| bytes.eq_ignore_ascii_case(b"</iframe"));
        if !video::is_player(&player.frame) {
            player.kept = kept(tag);
        }
        if self.piece.open.leads && title.trim().is_empty() {
            // A link needs only a name.
            self.place.frame_title.clone_into(&mut title);
        }
        if self.place.inline {
            self.piece.player = Some((player, title));
            return;
        }
        let is_figure = !self.piece.open.leads && !self.piece.open.narrow;
        let text = title.replace(['\n', '\r'], " ");
        self.lines(&if is_figure { format!("\n{text}\n") } else { text });
        let number = self.number();
        if self.piece.open.leads {
            // The link around it already has a target.
            self.piece.html.push_text(title.trim());
            return;
        }
        if self.piece.open.narrow {
            video::push_link(&mut self.piece.html, &title, number);
        } else {
            self.leave_paragraph();
            video::push_figure(&mut self.piece.html, &player, &title, number);
        }
        self.piece.links.push(Link {
            target: player.page,
            kind: LinkKind::Page,
            range: self.place.range.clone(),
            named: false,
        });
    }

    /// A paragraph cannot contain a figure: removes the start tag of one that begins here.
    fn leave_paragraph(&mut self) {
        let html = self.piece.html.html();
        let Some(at) = html.rfind('<') else { return };
        let tag = html[at..].trim_end();
        let is_paragraph = tag.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("<p"))
            && tag[2..].starts_with(['>', ' ', '\n'])
            && tag.find('>') == Some(tag.len() - 1);
        if is_paragraph {
            self.paragraph = Some(tag.to_owned());
            self.piece.html.truncate(at);
        }
    }

    /// Writes the start tag of a paragraph again if it continues after a figure.
    fn reopen_paragraph(&mut self, at: usize) {
        if let Some(tag) = self.paragraph.take() {
            let at = clamp(self.source, at, at).start;
            self.replace(&(at..at));
            self.piece.html.push(&tag);
        }
    }

    fn number(&self) -> u32 {
        u32::try_from(self.place.first_link + self.piece.links.len()).unwrap_or(u32::MAX)
    }

    /// Writes an image again, with open places for values of its file that the article does not set.
    fn image(&mut self, tag: &StartTag<usize>) {
        let link = self.number();
        self.piece.images.push(link);
        let attribute = |name: &str| {
            let value = tag.attributes.get(name.as_bytes())?;
            Some(String::from_utf8_lossy(&value.value).trim().to_ascii_lowercase())
        };
        let styled = attribute("style").is_some_and(|style| style.contains("width") || style.contains("height"));
        let given = attribute("width");
        let width = given
            .as_deref()
            .and_then(|width| width.trim_end_matches("px").parse().ok());
        let width = width.filter(|width| *width > 0);
        // An author who writes `srcset` has made variants, and `picture` elements cannot be nested.
        let wraps = attribute("srcset").is_none() && !self.piece.open.picture;
        if wraps {
            self.piece.html.push_patch(PatchKind::PictureStart { link, width });
        }
        self.push_tag(tag, &[], |html| {
            if !styled && attribute("height").is_none() {
                match (&given, width) {
                    (None, _) => html.push_patch(PatchKind::Size(link)),
                    (Some(_), Some(width)) => html.push_patch(PatchKind::Height { link, width }),
                    (Some(_), None) => {}
                }
            }
            if attribute("loading").is_none() && attribute("fetchpriority").is_none() {
                html.push_patch(PatchKind::Loading(link));
            }
            if attribute("decoding").is_none() {
                html.push(" decoding=\"async\"");
            }
        });
        if wraps {
            self.piece.html.push_patch(PatchKind::PictureEnd(link));
        }
    }

    /// Writes a start tag again, with open places for its links, missing attributes, and what `more` adds.
    fn push_tag(&mut self, tag: &StartTag<usize>, missing: &[(&str, &str)], more: impl FnOnce(&mut Fragment)) {
        let name = tag.name.to_ascii_lowercase();
        self.piece.html.push("<");
        self.piece.html.push(&String::from_utf8_lossy(&tag.name));
        for (key, value) in &tag.attributes {
            if missing.iter().any(|(name, _)| name.as_bytes() == key.as_slice()) {
                continue;
            }
            let value = String::from_utf8_lossy(&value.value).into_owned();
            let kind = link_kind(&name, key);
            if key.as_slice() == b"srcset" && kind.is_some() {
                self.source_set(&value);
                continue;
            }
            let number = self.number();
            if kind == Some(LinkKind::Page) {
                let is_form = name == b"form";
                self.piece.html.push_patch(if is_form {
                    PatchKind::Action(number)
                } else {
                    PatchKind::Href(number)
                });
            } else {
                self.piece.html.push(" ");
                self.piece.html.push(&String::from_utf8_lossy(key));
                self.piece.html.push("=\"");
                match kind {
                    Some(_) => self.piece.html.push_patch(PatchKind::Url(number)),
                    None => self.piece.html.push_attribute(&value),
                }
                self.piece.html.push("\"");
            }
            if let Some(kind) = kind {
                self.piece.links.push(Link {
                    target: value,
                    kind,
                    range: self.place.range.clone(),
                    named: false,
                });
            }
        }
        for (key, value) in missing {
            self.piece.html.push(&format!(" {key}=\""));
            self.piece.html.push_attribute(value);
            self.piece.html.push("\"");
        }
        more(&mut self.piece.html);
        self.piece.html.push(if tag.self_closing { " />" } else { ">" });
    }

    /// Writes the attribute `srcset` with the address of each image open.
    fn source_set(&mut self, value: &str) {
        self.piece.html.push(" srcset=\"");
        for (at, (url, descriptor)) in source_set(value).into_iter().enumerate() {
            if at > 0 {
                self.piece.html.push(", ");
            }
            let number = self.number();
            self.piece.html.push_patch(PatchKind::Url(number));
            self.piece.links.push(Link {
                target: url.to_owned(),
                kind: LinkKind::Media,
                range: self.place.range.clone(),
                named: false,
            });
            if !descriptor.is_empty() {
                self.piece.html.push(" ");
                self.piece.html.push_attribute(descriptor);
            }
        }
        self.piece.html.push("\"");
    }

    fn finish(mut self) -> RawHtmlPiece {
        self.paragraph = None;
        let read = clamp(self.source, self.read, self.source.len());
        if self.in_tag && !read.is_empty() && self.replace(&read) {
            let source = self.source;
            self.piece.html.push_text(&source[read.clone()]);
            self.lines(&source[read.clone()]);
            self.piece.unfinished = Some(read);
        }
        self.piece.html.push(&self.source[self.copied.min(self.source.len())..]);
        self.piece
    }
}

/// The attributes of a frame of another host, for the script that inserts it when the reader agrees.
fn kept(tag: &StartTag<usize>) -> Vec<(&'static str, String)> {
    let written = |name: &[u8]| tag.attributes.contains_key(name).then(|| attribute(tag, name));
    let height = written(b"height").and_then(|height| height.trim().trim_end_matches("px").parse::<u32>().ok());
    [
        // An empty value is the strictest.
        ("data-sandbox", written(b"sandbox")),
        ("data-allow", written(b"allow").filter(|allow| !allow.trim().is_empty())),
        (
            "data-height",
            height.filter(|height| *height > 0).map(|height| height.to_string()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// The addresses in the attribute `srcset` with their descriptors, such as `2x`; see
/// <https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute>.
fn source_set(value: &str) -> Vec<(&str, &str)> {
    let mut candidates = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return candidates;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let url = rest[..end].trim_end_matches(',');
        rest = &rest[end..];
        let mut descriptor = "";
        if url.len() == end {
            // Commas in brackets do not end a descriptor.
            let mut depth = 0_usize;
            let ends = |c: char| {
                match c {
                    '(' => depth += 1,
                    ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                c == ',' && depth == 0
            };
            let end = rest.find(ends).unwrap_or(rest.len());
            descriptor = rest[..end].trim();
            rest = &rest[end..];
        }
        candidates.push((url, descriptor));
    }
}

/// Whether the content of an element is invisible.
fn is_hidden(element: &[u8]) -> bool {
    matches!(element, b"script" | b"style" | b"svg" | b"template")
}

fn attribute(tag: &StartTag<usize>, name: &[u8]) -> String {
    let value = tag.attributes.get(name);
    value.map_or_else(String::new, |value| String::from_utf8_lossy(&value.value).into_owned())
}

fn clamp(html: &str, start: usize, end: usize) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(html.len());
        while !html.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    floor(start)..floor(end.max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_split_text_at_the_same_elements() {
        let script = include_str!("../../../themes/default/static/js/shared/text.js");
        let list = BLOCKS.iter().map(|name| String::from_utf8_lossy(name));
        let list = list.collect::<Vec<_>>().join(",");
        assert!(
            script.contains(&format!("export const BLOCKS = \"{list}\";\n")),
            "{list}"
        );
    }

    fn place() -> RawHtmlPlace<'static> {
        RawHtmlPlace {
            range: 0..1,
            first_link: 7,
            inline: false,
            in_frame: false,
            known_players: false,
            frame_title: "Here",
            open: RawOpen::default(),
        }
    }

    fn text(piece: &RawHtmlPiece) -> String {
        let lines = piece.text.iter().map(|part| match part {
            RawText::Lines(text) => text.as_str(),
            RawText::Heading(_) | RawText::HeadingEnd => "",
        });
        lines.collect()
    }

    fn read(html: &str) -> RawHtmlPiece {
        read_raw_html(html, &place())
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
        assert_eq!(text(&piece), "\nSee b & c\n\n");
    }

    #[test]
    fn images_leave_open_what_the_article_does_not_say() {
        let places = |html: &str| read(html).html.fill(|kind, out| out.push_str(&format!("[{kind:?}]")));
        let wrapped =
            |inside: &str, width: &str| format!("[PictureStart {{ link: 7, width: {width} }}]{inside}[PictureEnd(7)]");
        for (html, wanted) in [
            (
                "<img src=x alt=y>",
                wrapped(
                    "<img alt=\"y\" src=\"[Url(7)]\"[Size(7)][Loading(7)] decoding=\"async\">",
                    "None",
                ),
            ),
            (
                "<img src=x alt width=300 loading=eager decoding=sync>",
                wrapped(
                    "<img alt=\"\" decoding=\"sync\" loading=\"eager\" src=\"[Url(7)]\" width=\"300\"[Height { link: 7, width: 300 }]>",
                    "Some(300)",
                ),
            ),
            (
                "<img src=x alt width=50% loading=lazy>",
                wrapped(
                    "<img alt=\"\" loading=\"lazy\" src=\"[Url(7)]\" width=\"50%\" decoding=\"async\">",
                    "None",
                ),
            ),
            (
                "<img src=x alt style='max-width: 9em' loading=lazy>",
                wrapped(
                    "<img alt=\"\" loading=\"lazy\" src=\"[Url(7)]\" style=\"max-width: 9em\" decoding=\"async\">",
                    "None",
                ),
            ),
            (
                "<picture><img src=x alt></picture>",
                "<picture><img alt=\"\" src=\"[Url(7)]\"[Size(7)][Loading(7)] decoding=\"async\"></picture>".to_owned(),
            ),
            (
                "<img src=x alt srcset='x 1x' height=3 fetchpriority=low>",
                "<img alt=\"\" fetchpriority=\"low\" height=\"3\" src=\"[Url(7)]\" srcset=\"[Url(8)] 1x\" decoding=\"async\">"
                    .to_owned(),
            ),
        ] {
            assert_eq!(places(html), wanted);
        }
        assert_eq!(read("<p><img src=x><img alt src=y>").unlabelled.first(), Some(&(3..14)));
        let open = |html: &str| (read(html).open.link, read(html).open.picture);
        assert_eq!(open("<a href=x><picture>"), (true, true));
        assert_eq!(open("<a href=x><picture></picture></a>"), (false, false));
    }

    #[test]
    fn every_image_of_a_source_set_is_a_link() {
        for (value, wanted) in [
            ("a.png 1x, b.png 2x", &[("a.png", "1x"), ("b.png", "2x")][..]),
            ("a.png", &[("a.png", "")]),
            (" a.png,\n b.png 480w ,", &[("a.png", ""), ("b.png", "480w")]),
            ("a,b.png 1x", &[("a,b.png", "1x")]),
            ("data:image/png;base64,aGk= 2x", &[("data:image/png;base64,aGk=", "2x")]),
            (
                "a.png calc(1px, 2px), b.png",
                &[("a.png", "calc(1px, 2px)"), ("b.png", "")],
            ),
            ("", &[]),
            (" , ", &[]),
        ] {
            assert_eq!(source_set(value), wanted, "{value}");
        }
        let piece = read("<picture><source media=(x) srcset='d.png, e.png 2x'><img alt src=l.png></picture>");
        let targets: Vec<_> = piece.links.iter().map(|link| &*link.target).collect();
        assert_eq!(targets, ["d.png", "e.png", "l.png"]);
        assert!(piece.links.iter().all(|link| link.kind == LinkKind::Media));
    }

    #[test]
    fn comments_and_scripts_are_not_text() {
        let piece = read("a<!-- note to self --><script>let x = '<b>';</script>c");
        assert_eq!(piece.html.html(), "a<script>let x = '<b>';</script>c");
        assert_eq!(text(&piece), "ac");
        assert_eq!(text(&read("<svg><title>x</title><style>y</style></svg>z")), "z");
    }

    #[test]
    fn text_has_lines_as_on_the_page_and_headings() {
        for (html, expected) in [
            ("H<sub>2</sub>O, <b>bold</b>ly", "H2O, boldly"),
            ("<ul><li>one<li>two\nthree</ul>", "\n\none\ntwo three\n"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "\n\n\na\u{FDDA}b\n\n"),
            ("x<br>y<img src=z alt='a\nb'>c", "x\ny a b c"),
            ("<pre>a\nb</pre>c\nd", "\na\nb\nc d"),
        ] {
            assert_eq!(text(&read(html)), expected, "{html}");
        }
        let lines = |text: &str| RawText::Lines(text.to_owned());
        assert_eq!(
            read("a<h2 id=x>Big <i>x</i></h2>b<h3>y</h3><h1 id=z>z</h1><template><h2 id=t>t</h2></template>").text,
            [
                lines("a\n"),
                RawText::Heading("x".into()),
                lines("Big x"),
                RawText::HeadingEnd,
                lines("\nb\n"),
                RawText::HeadingEnd,
                lines("y"),
                RawText::HeadingEnd,
                lines("\n\nz"),
                RawText::HeadingEnd,
                lines("\n"),
                RawText::HeadingEnd,
            ]
        );
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
