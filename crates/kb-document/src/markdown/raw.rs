//! Raw HTML: its open elements, its visible text, and the messages about it.

use std::ops::Range;

use super::tables::RawTable;
use super::writer::Writer;
use super::{Code, Diagnostic, RawHtml};
use crate::raw_html::{RawHtmlPiece, RawHtmlPlace, RawOpen, RawText, read_raw_html};

/// The open elements of raw HTML.
#[derive(Debug, Default)]
pub(super) struct RawState {
    pub(super) open: RawOpen,
    /// Whether the end tag of a removed frame is still to come.
    in_frame: bool,
    /// The id and the text of the open heading.
    pub(super) heading: Option<(String, String)>,
    pub(super) table: Option<RawTable>,
    /// Number of open elements with invisible text, such as `script`.
    pub(super) hidden: usize,
}

/// The parts of raw HTML between comments.
fn outside_comments(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(html);
    std::iter::from_fn(move || {
        let text = rest?;
        let (shown, comment) = text.split_once("<!--").unwrap_or((text, ""));
        rest = comment.split_once("-->").map(|(_, behind)| behind);
        Some(shown)
    })
}

/// The words of raw HTML within text.
pub(super) fn words(html: &str) -> String {
    let piece = read_raw_html(html, &RawHtmlPlace::default());
    let lines = piece.text.iter().map(|text| match text {
        RawText::Lines(text) => text.as_str(),
        RawText::Heading(_) | RawText::HeadingEnd => "",
    });
    lines.collect()
}

/// Whether raw HTML within text begins or ends a link.
fn is_anchor(html: &str) -> bool {
    let tag = html.trim_start_matches(['<', '/']);
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next();
    name.is_some_and(|name| name.eq_ignore_ascii_case("a"))
}

/// Whether raw HTML consists only of comments.
pub(super) fn is_comment(html: &str) -> bool {
    outside_comments(html).all(|shown| shown.trim().is_empty())
}

impl Writer<'_> {
    pub(super) fn raw_html(&mut self, html: &str, range: &Range<usize>) {
        let place = self.place(range);
        if self.source.options.html == RawHtml::Escape {
            self.note_comments(html, &place);
            for shown in outside_comments(html) {
                self.begin_inline();
                self.text(shown);
                self.out.push_text(shown);
            }
            return;
        }
        let section = self
            .written
            .body
            .sections
            .last()
            .map_or("", |section| &*section.heading);
        let frame_title = [
            section,
            self.source.title.unwrap_or_default(),
            self.source.source.path.stem(),
        ]
        .into_iter()
        .find(|name| !name.is_empty());
        let piece = read_raw_html(
            html,
            &RawHtmlPlace {
                range: place.clone(),
                first_link: self.written.body.links.len(),
                inline: self.paragraph.is_some() || self.heading.is_some(),
                in_frame: self.raw.in_frame,
                known_players: self.source.options.html == RawHtml::Sanitize,
                frame_title: frame_title.unwrap_or_default(),
                open: self.raw.open,
            },
        );
        self.raw.in_frame = piece.in_frame;
        self.raw.open = piece.open;
        for number in &piece.images {
            self.note_image(*number);
        }
        for tag in &piece.unlabelled {
            self.report_alt(&self.place_in(html, &place, tag));
        }
        self.report_reserved(html, &place, &piece);
        self.note_comments(html, &place);
        // Elements that open on a click contain no links.
        let is_left_out = self.around.without_links && is_anchor(html);
        if !piece.html.is_empty() && !is_left_out {
            self.begin_inline();
            self.push_piece(&piece);
        }
        self.written.body.links.extend(piece.links);
        if let Some((player, title)) = piece.player {
            self.push_player(&player, &title, place);
        }
        for id in piece.ids {
            self.written.clashing |= !self.ids.reserve(&id);
            self.written.raw_ids.push(id.clone());
            self.written.body.anchors.push(id);
        }
        self.raw_text(piece.text);
        self.raw.hidden = (self.raw.hidden + piece.hides).saturating_sub(piece.shows);
    }

    /// Reports removed ids and names, and tags without an end.
    fn report_reserved(&mut self, html: &str, place: &Range<u32>, piece: &RawHtmlPiece) {
        for (part, id) in &piece.reserved {
            let free = id.trim_start_matches('_');
            let place = self.place_in(html, place, part);
            self.report(
                Diagnostic::new(Code::HtmlId, format!("the id or name `{id}` is left out")).with_hint(format!(
                    "ids and names that begin with `_` are reserved for the theme; choose another, such as `{}`",
                    if free.is_empty() { "part" } else { free }
                )),
                &place,
            );
        }
        if let Some(part) = &piece.unfinished {
            let place = self.place_in(html, place, part);
            self.report(
                Diagnostic::new(Code::HtmlUnfinished, "this tag has no end, so it is shown as text")
                    .with_hint("end it with `>`; HTML ends at a blank line, also within a tag"),
                &place,
            );
        }
    }

    /// The place in the file of a part of raw HTML, or of the whole if marks of other blocks are between its lines.
    fn place_in(&self, html: &str, place: &Range<u32>, part: &Range<usize>) -> Range<u32> {
        let written = self
            .source
            .source
            .file
            .text()
            .get(place.start as usize..)
            .unwrap_or_default();
        if !written.starts_with(html) {
            return place.clone();
        }
        let at = |offset: usize| place.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        at(part.start)..at(part.end)
    }

    pub(super) fn note_comments(&mut self, html: &str, place: &Range<u32>) {
        if !html.contains("<!--") {
            return;
        }
        let (start, end) = (place.start as usize, place.end as usize);
        let written = self.source.source.file.text().get(start..end).unwrap_or_default();
        let mut from = 0;
        while let Some(at) = written[from..].find("<!--") {
            let open = from + at;
            let close = written[open..].find("-->").map_or(written.len(), |at| open + at + 3);
            let place = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
            self.written.body.comments.push(place(open)..place(close));
            from = close;
        }
    }

    /// Adds the visible text of a piece of raw HTML. A heading with an id begins a section.
    pub(super) fn raw_text(&mut self, pieces: Vec<RawText>) {
        for piece in pieces {
            match piece {
                RawText::Lines(text) => self.put(&text),
                RawText::Heading(id) => {
                    self.end_raw_heading();
                    if self.raw.hidden == 0 && self.heading.is_none() {
                        self.raw.heading = Some((id, String::new()));
                    }
                }
                RawText::HeadingEnd => self.end_raw_heading(),
            }
        }
    }

    pub(super) fn end_raw_heading(&mut self) {
        if let Some((id, text)) = self.raw.heading.take() {
            self.begin_section(id, text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}
