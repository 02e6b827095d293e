//! Headings: ids, anchors, and the sections that begin with them.

use std::ops::Range;

use super::attributes::leaves_contents;
use super::tree::{HeadingMark, Node};
use super::writer::Writer;
use super::{Code, Diagnostic, Fragment, Heading, Section, Title};
use crate::fragment::{Message, PatchKind};
use crate::slug::heading_id;

/// A heading that is ready to be written.
struct Ready {
    level: u8,
    id: String,
    title: String,
    /// Its class names, as an attribute.
    classes: String,
    /// Its words.
    words: Fragment,
}

impl Writer<'_> {
    pub(super) fn heading(&mut self, mark: &HeadingMark<'_>, words: &[Node<'_>], node: &Node<'_>) {
        let ready = self.read_heading(mark, words, node);
        let Ready { level, classes, .. } = &ready;
        // The link to a heading is beside it: inside, screen readers would read it as a part of the heading.
        self.out.push(&format!("<div class=\"heading\"><h{level} id=\""));
        self.out.push_attribute(&ready.id);
        self.out.push(&format!("\"{classes}>"));
        self.out.append(&ready.words);
        self.out.push(&format!("</h{level}>"));
        self.push_anchor(&ready);
        self.out.push("</div>\n");
        self.begin_section(ready.id, ready.title);
    }

    /// Writes a question, whose answer opens on a click.
    pub(super) fn question(
        &mut self,
        mark: &HeadingMark<'_>,
        words: &[Node<'_>],
        answer: &[Node<'_>],
        node: &Node<'_>,
    ) {
        self.around.without_links = true;
        let ready = self.read_heading(mark, words, node);
        let Ready { level, classes, .. } = &ready;
        self.around.without_links = false;
        self.out.push("<details class=\"accordion faq-item\" id=\"");
        self.out.push_attribute(&ready.id);
        self.out.push(&format!("\"><summary><h{level}{classes}>"));
        self.out.append(&ready.words);
        self.out
            .push(&format!("</h{level}></summary><div class=\"accordion-body\">\n"));
        let first = self.written.body.sections.len();
        self.begin_section(ready.id.clone(), ready.title.clone());
        // Headings of an answer belong to the contents of the page, as the question does.
        self.nodes(answer);
        self.end_raw_heading();
        self.push_anchor(&ready);
        self.out.push("\n</div></details>\n");
        let end = self.written.body.sections.len();
        self.written.body.questions.push(first..end);
    }

    fn push_anchor(&mut self, heading: &Ready) {
        self.out.push("<a class=\"anchor\" href=\"#");
        self.out.push_attribute(&heading.id);
        self.out.push("\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::LinkToSection));
        self.out.push_attribute(&heading.title);
        self.out.push_patch(PatchKind::Message(Message::LinkToSectionEnd));
        self.out.push("\"></a>");
    }

    /// Reads the words of a heading and gives it an id.
    fn read_heading(&mut self, mark: &HeadingMark<'_>, words: &[Node<'_>], node: &Node<'_>) -> Ready {
        self.line();
        self.end_raw_heading();
        let outer = std::mem::take(&mut self.out);
        self.heading = Some(String::new());
        self.around.elements += 1;
        self.nodes(words);
        self.around.elements -= 1;
        let words = std::mem::replace(&mut self.out, outer);
        let title = self.heading.take().unwrap_or_default();
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if mark.level == 1 && self.written.body.first_h1.is_none() && !title.is_empty() {
            let (text, range) = (title.clone(), self.place(&node.range));
            self.written.body.first_h1 = Some(Title { text, range });
        }
        let level = self.shown_level(mark.level);
        let wanted = mark.id.as_deref().map_or_else(|| heading_id(&title), ToOwned::to_owned);
        let id = self.ids.take(&wanted);
        if mark.id.is_some() && id != wanted {
            let place = self.place(&node.range);
            self.report_id(&wanted, &id, &place);
        }
        let mut classes = String::new();
        if !mark.classes.is_empty() {
            // Writing to a string cannot fail.
            let _ = pulldown_cmark_escape::escape_html(&mut classes, &mark.classes.join(" "));
            classes = format!(" class=\"{classes}\"");
        }
        let body = &mut self.written.body;
        body.anchors.push(id.clone());
        if self.around.opaque == 0 && !leaves_contents(node) {
            body.headings.push(Heading {
                level,
                id: id.clone(),
                title: title.clone(),
            });
        }
        Ready {
            level,
            id,
            title,
            classes,
            words,
        }
    }

    /// Reports that an id was changed.
    pub(super) fn report_id(&mut self, wanted: &str, id: &str, place: &Range<u32>) {
        self.report(
            Diagnostic::new(
                Code::HeadingId,
                format!("the id `{wanted}` cannot be used again; it became `{id}`"),
            )
            .with_hint("each id is unique on a page and does not begin with `_`"),
            place,
        );
    }

    /// Begins a section. A heading within a footnote is part of its text.
    pub(super) fn begin_section(&mut self, anchor: String, heading: String) {
        if self.cited.text.is_none() {
            self.written.body.sections.push(Section {
                anchor,
                heading,
                text: String::new(),
            });
        } else {
            self.text(&heading);
            self.line();
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
