//! Pages of questions and answers (`template: faq`): each heading opens its answer.
//!
//! A heading of the third level is a question, one of the second level is the name of a group of them where it has such
//! below it, else a question itself. Headings within other blocks are part of an answer.

use super::{Fragment, Range, Renderer};

/// A heading that is a question or the name of a group of questions.
pub(super) struct FaqHeading {
    /// Its level as written, at least 2.
    pub(super) written: u8,
    /// Its level as shown.
    pub(super) level: u8,
    /// Its id.
    pub(super) id: String,
    /// Its class names, as an attribute.
    pub(super) class: String,
    /// Where its element stands.
    pub(super) element: Range<usize>,
    /// Where its words stand.
    pub(super) words: Range<usize>,
    /// Where the link to it stands.
    pub(super) anchor: Range<usize>,
    /// The number of its section.
    pub(super) section: usize,
}

impl FaqHeading {
    /// Follows `by` bytes that were put in at `at`.
    pub(super) fn moved(&mut self, at: usize, by: usize) {
        for range in [&mut self.element, &mut self.words, &mut self.anchor] {
            if range.start >= at {
                *range = range.start + by..range.end + by;
            }
        }
    }
}

impl Renderer<'_> {
    /// Puts the answers into accordions, and notes which sections each question has.
    pub(super) fn fold_answers(&mut self) {
        let headings = std::mem::take(&mut self.faq);
        let mut folded = Fragment::default();
        let mut from = 0;
        let mut open: Option<&FaqHeading> = None;
        for (number, heading) in headings.iter().enumerate() {
            folded.append_range(&self.out, from..heading.element.start);
            from = heading.element.end;
            if let Some(question) = open.take() {
                self.end_answer(&mut folded, question);
            }
            if heading.written == 2 && headings.get(number + 1).is_some_and(|next| next.written == 3) {
                folded.append_range(&self.out, heading.element.clone());
                continue;
            }
            let (level, class) = (heading.level, &heading.class);
            folded.push("<details class=\"accordion faq-item\" id=\"");
            folded.push_attribute(&heading.id);
            folded.push(&format!("\"><summary><h{level}{class}>"));
            self.push_words(&mut folded, heading.words.clone());
            folded.push(&format!("</h{level}></summary><div class=\"accordion-body\">\n"));
            open = Some(heading);
            let end = headings
                .get(number + 1)
                .map_or(self.body.sections.len(), |next| next.section);
            self.body.questions.push(heading.section..end);
        }
        folded.append_range(&self.out, from..self.out.len());
        if let Some(question) = open {
            self.end_answer(&mut folded, question);
        }
        self.out = folded;
    }

    /// Writes the words of a question. A link among them becomes text: what opens on a click leads nowhere else.
    fn push_words(&self, folded: &mut Fragment, words: Range<usize>) {
        let html = &self.out.html()[..words.end];
        let is_link = |at: usize| {
            html[at..].starts_with("</a>")
                || html[at..]
                    .strip_prefix("<a")
                    .is_some_and(|rest| rest.starts_with([' ', '>']))
                || (html[at..].starts_with("<a") && self.out.has_patch(at + "<a".len()))
        };
        let mut from = words.start;
        let mut at = words.start;
        while let Some(found) = html[at..].find('<') {
            at += found;
            let end = html[at..].find('>').map_or(html.len(), |end| at + end + 1);
            if is_link(at) {
                folded.append_range(&self.out, from..at);
                from = end;
            }
            at = end;
        }
        folded.append_range(&self.out, from..words.end);
    }

    fn end_answer(&self, folded: &mut Fragment, question: &FaqHeading) {
        folded.append_range(&self.out, question.anchor.clone());
        folded.push("\n</div></details>\n");
    }
}
