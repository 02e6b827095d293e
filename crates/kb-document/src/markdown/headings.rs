//! Headings: ids, anchors, and the sections that begin with them.

use super::{
    Code, Cow, CowStr, Diagnostic, FaqHeading, Fragment, Frame, Heading, HeadingLevel, HeadingState, Message,
    PatchKind, Range, RawText, Renderer, Section, heading_id,
};

impl Renderer<'_> {
    pub(super) fn start_heading(
        &mut self,
        level: HeadingLevel,
        id: Option<CowStr<'_>>,
        classes: &[CowStr<'_>],
        range: Range<usize>,
    ) {
        self.end_raw_heading();
        let first = self.out.is_empty() && self.outer.is_empty() && self.body.links.is_empty();
        self.heading = Some(HeadingState {
            start: self.out.len(),
            level: level as u8,
            id: id.map(|id| id.to_string()),
            text: String::new(),
            range,
            first,
        });
        let mut attributes = String::new();
        if !classes.is_empty() {
            let _ = pulldown_cmark_escape::escape_html(&mut attributes, &classes.join(" "));
            attributes = format!(" class=\"{attributes}\"");
        }
        let transparent = self.frames.iter().all(|frame| frame.transparent);
        self.frames.push(Frame {
            close: Cow::Owned(attributes),
            container: false,
            transparent,
            tabs: false,
            ends_tabs: false,
        });
    }

    pub(super) fn end_heading(&mut self) {
        let (Some(heading), Some(frame)) = (self.heading.take(), self.frames.pop()) else {
            return;
        };
        let title = heading.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let h1 = heading.level == 1;
        let names_the_page = h1 && heading.first && self.title.is_none_or(|known| known.eq_ignore_ascii_case(&title));
        if h1 && self.body.first_h1.is_none() && !title.is_empty() {
            self.body.first_h1 = Some(title.clone());
            if names_the_page {
                // The page shows its title itself.
                self.out.truncate(heading.start);
                return;
            }
        }
        let level = self.shown_level(heading.level);
        let wanted = heading.id.clone().unwrap_or_else(|| heading_id(&title));
        let id = self.ids.take(&wanted);
        if heading.id.is_some() && id != wanted {
            let span = self.span(&heading.range);
            self.diagnostics.push(
                Diagnostic::new(
                    Code::HeadingId,
                    format!("the id `{wanted}` cannot be used again; it became `{id}`"),
                )
                .with_span(span)
                .with_hint("an id stands once in a page and does not begin with `_`"),
            );
        }
        let mut open = Fragment::default();
        // The link to a heading stands beside it: within, it would be read as a part of the heading.
        open.push(&format!("<div class=\"heading\"><h{level} id=\""));
        open.push_attribute(&id);
        open.push("\"");
        open.push(&frame.close);
        open.push(">");
        self.out.insert(heading.start, &open);
        let words = heading.start + open.len()..self.out.len();
        self.out.push(&format!("</h{level}>"));
        let anchor = self.out.len();
        self.out.push("<a class=\"anchor\" href=\"#");
        self.out.push_attribute(&id);
        self.out.push("\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::LinkToSection));
        self.out.push_attribute(&title);
        self.out.push_patch(PatchKind::Message(Message::LinkToSectionEnd));
        self.out.push("\"></a>");
        let anchor = anchor..self.out.len();
        self.out.push("</div>\n");
        if self.is_faq && heading.level <= 3 && !title.is_empty() && self.frames.is_empty() && self.outer.is_empty() {
            self.faq.push(FaqHeading {
                written: heading.level.max(2),
                level,
                id: id.clone(),
                class: frame.close.into_owned(),
                element: heading.start..self.out.len(),
                words,
                anchor,
                section: self.body.sections.len(),
            });
        }
        self.body.anchors.push(id.clone());
        if frame.transparent {
            self.body.headings.push(Heading {
                level,
                id: id.clone(),
                title: title.clone(),
            });
        }
        self.begin_section(id, title);
    }

    /// Begins a section. A heading within a footnote is part of its text.
    fn begin_section(&mut self, anchor: String, heading: String) {
        if self.footnotes.open.is_empty() {
            self.body.sections.push(Section {
                anchor,
                heading,
                text: String::new(),
            });
        } else {
            self.text(&heading);
            self.line();
        }
    }

    /// Adds what a reader sees of a piece of raw HTML. A heading in it that can be linked to begins a section.
    pub(super) fn raw_text(&mut self, pieces: Vec<RawText>) {
        for piece in pieces {
            match piece {
                RawText::Lines(text) => self.put(&text),
                RawText::Heading(id) => {
                    self.end_raw_heading();
                    if self.hidden == 0 && self.heading.is_none() {
                        self.raw_heading = Some((id, String::new()));
                    }
                }
                RawText::HeadingEnd => self.end_raw_heading(),
            }
        }
    }

    pub(super) fn end_raw_heading(&mut self) {
        if let Some((id, text)) = self.raw_heading.take() {
            self.begin_section(id, text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    /// The level that a heading is shown at: below the title, and at most one below the heading it belongs to.
    fn shown_level(&mut self, written: u8) -> u8 {
        let written = written.max(2);
        while self.levels.last().is_some_and(|(above, _)| *above >= written) {
            self.levels.pop();
        }
        let shown = self.levels.last().map_or(2, |(_, above)| above + 1);
        self.levels.push((written, shown));
        shown
    }
}
