//! Writes a tree as HTML with open places, and collects its text, sections, headings and links.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::footnotes::Cited;
use super::links::only_image;
use super::passes::Footnotes;
use super::raw::RawState;
use super::text::{count_words, lines, shorten};
use super::tree::{Code, Kind, Node};
use super::{Body, BodySource, SUMMARY_CHARS};
use crate::fragment::Fragment;
use crate::slug::Ids;
use crate::structure::step;
use crate::{Section, highlight, video};
use kb_diagnostic::{Diagnostic, Span};

/// Words of code within text up to this length are not broken, in characters.
const WHOLE_CHARS: usize = 24;

/// A written body.
pub(super) struct Written {
    pub(super) body: Body,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The ids in raw HTML.
    pub(super) raw_ids: Vec<String>,
    /// Whether raw HTML has an id that kb had given before.
    pub(super) clashing: bool,
}

/// The surroundings of the element that is being written.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// Number of open elements.
    pub(super) elements: usize,
    /// Number of them that keep headings out of the contents of the page.
    pub(super) opaque: usize,
    /// Number of them that are part of a text, such as emphasis.
    pub(super) phrases: usize,
    /// Number of them that are links.
    pub(super) links: usize,
    pub(super) in_table: bool,
    /// Whether links are left out, as in elements that open on a click.
    pub(super) without_links: bool,
}

/// The paragraph that is being written.
#[derive(Debug)]
pub(super) struct Paragraph {
    /// Whether its start tag is written: before its first content, and again after a block that splits it.
    is_open: bool,
    /// The line break before its next content.
    line_break: Option<&'static str>,
    /// Whether its text is the summary of the article.
    pub(super) is_summary: bool,
}

/// Names of the regions around tables.
#[derive(Debug, Default)]
pub(super) struct Regions {
    pub(super) used: HashSet<String>,
    /// The number of the last region with a name.
    pub(super) numbers: HashMap<String, usize>,
}

pub(super) struct Writer<'a> {
    pub(super) source: BodySource<'a>,
    pub(super) footnotes: &'a Footnotes<'a>,
    pub(super) written: Written,
    pub(super) out: Fragment,
    pub(super) ids: Ids,
    pub(super) around: Around,
    pub(super) paragraph: Option<Paragraph>,
    /// The text of the heading that is being written.
    pub(super) heading: Option<String>,
    /// The levels of the headings above the next one, as written and as shown.
    pub(super) levels: Vec<(u8, u8)>,
    pub(super) raw: RawState,
    pub(super) regions: Regions,
    pub(super) cited: Cited,
    /// Characters of text so far.
    pub(super) chars: usize,
    /// Link numbers of the images near the top.
    pub(super) top_images: Vec<u32>,
}

impl<'a> Writer<'a> {
    /// A writer that does not use the ids in `taken`.
    pub(super) fn new(source: BodySource<'a>, footnotes: &'a Footnotes<'a>, taken: &[String]) -> Self {
        let mut ids = Ids::default();
        for id in taken {
            ids.reserve(id);
        }
        Self {
            source,
            footnotes,
            written: Written {
                body: Body {
                    sections: vec![Section::default()],
                    ..Body::default()
                },
                diagnostics: Vec::new(),
                raw_ids: Vec::new(),
                clashing: false,
            },
            out: Fragment::default(),
            ids,
            around: Around::default(),
            paragraph: None,
            heading: None,
            levels: Vec::new(),
            raw: RawState::default(),
            regions: Regions::default(),
            cited: Cited::default(),
            chars: 0,
            top_images: Vec::new(),
        }
    }

    pub(super) fn write(mut self, nodes: &[Node<'_>]) -> Written {
        self.nodes(nodes);
        self.end_raw_heading();
        self.push_footnotes();
        let body = &mut self.written.body;
        for section in &mut body.sections {
            section.text = lines(&section.text);
        }
        body.lead_image = match self.top_images.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        body.summary = shorten(&body.summary, SUMMARY_CHARS);
        body.words = body.sections.iter().map(|section| count_words(&section.text)).sum();
        body.html = self.out;
        self.written
    }

    pub(super) fn nodes(&mut self, nodes: &[Node<'_>]) {
        let mut from = 0;
        while let Some(node) = nodes.get(from) {
            from += 1;
            if let Kind::Task(is_done) = node.kind {
                let rest = &nodes[from..];
                let length = rest.iter().position(|node| node.kind.is_block()).unwrap_or(rest.len());
                self.task(is_done, &rest[..length]);
                from += length;
            } else {
                self.node(node);
            }
        }
    }

    fn node(&mut self, node: &Node<'_>) {
        let children = &node.children;
        match &node.kind {
            Kind::Paragraph => self.paragraph(children),
            Kind::Heading(mark) => self.heading(mark, children, node),
            Kind::Question(mark, words) => self.question(mark, words, children, node),
            Kind::Quote => self.block("<blockquote>\n", children, "</blockquote>\n"),
            Kind::Code(code) => self.code(code),
            Kind::Html(html) => self.raw_html(html, &node.range),
            Kind::List(None) => self.block("<ul>\n", children, "</ul>\n"),
            Kind::List(Some(1)) => self.steps("<ol>\n", 1, children),
            Kind::List(Some(first)) => self.steps(&format!("<ol start=\"{first}\">\n"), *first, children),
            Kind::Item if is_task(children) => self.block("<li class=\"task\">", children, "</li>\n"),
            Kind::Item => self.block("<li>", children, "</li>\n"),
            Kind::Definitions => self.block("<dl>\n", children, "</dl>\n"),
            Kind::Term => self.block("<dt>", children, "</dt>\n"),
            Kind::Definition => self.block("<dd>", children, "</dd>\n"),
            Kind::Table(alignments) => self.table(alignments, children),
            // A table writes its rows.
            Kind::TableHead | Kind::Row | Kind::Cell => self.nodes(children),
            Kind::Rule => {
                self.line();
                self.out.push("<hr>\n");
            }
            Kind::Box(container) => self.container(container, children),
            Kind::TabGroup => self.tab_group(children),
            Kind::Text(text) => {
                self.begin_inline();
                self.text(text);
                self.note_shortcodes(text, &node.range);
                self.linked_text(text, &node.range);
            }
            Kind::CodeSpan(code) => {
                self.begin_inline();
                self.text(code);
                self.push_code(code);
            }
            Kind::InlineHtml(html) => self.raw_html(html, &node.range),
            Kind::SoftBreak => {
                self.text(" ");
                self.line_break("\n");
            }
            Kind::HardBreak => {
                self.line();
                self.line_break("<br>\n");
            }
            Kind::FootnoteReference(label) => self.footnote_reference(label),
            // The one stands at the end, the other is written with its text.
            Kind::Footnote(_) | Kind::Task(_) => {}
            Kind::Emphasis => self.phrase("<em>", children, "</em>"),
            Kind::Strong => self.phrase("<strong>", children, "</strong>"),
            Kind::Strikethrough => self.phrase("<del>", children, "</del>"),
            Kind::Link { target, title, named } => self.link(target, title, *named, node),
            Kind::Image {
                target,
                title,
                alt,
                named,
            } => self.image(target, title, alt, *named, node),
        }
    }

    /// Writes a block whose headings are not in the contents of the page.
    pub(super) fn block(&mut self, open: &str, children: &[Node<'_>], close: &str) {
        self.line();
        self.out.push(open);
        self.inside(true, |writer| writer.nodes(children));
        self.line();
        self.out.push(close);
    }

    /// Writes a numbered list.
    fn steps(&mut self, open: &str, first: u64, items: &[Node<'_>]) {
        self.line();
        self.out.push(open);
        self.inside(true, |writer| {
            for (number, item) in (first..).zip(items) {
                writer.line();
                writer.put(&step(number));
                writer.node(item);
            }
        });
        self.line();
        self.out.push("</ol>\n");
    }

    /// Writes the content of an element.
    pub(super) fn inside(&mut self, is_opaque: bool, write: impl FnOnce(&mut Self)) {
        let paragraph = self.paragraph.take();
        self.around.elements += 1;
        self.around.opaque += usize::from(is_opaque);
        let phrases = std::mem::take(&mut self.around.phrases);
        write(self);
        self.around.phrases = phrases;
        self.around.opaque -= usize::from(is_opaque);
        self.around.elements -= 1;
        self.paragraph = paragraph;
        self.leave_raw_table();
    }

    pub(super) fn phrase(&mut self, open: &str, children: &[Node<'_>], close: &str) {
        self.begin_inline();
        self.out.push(open);
        self.around.elements += 1;
        self.around.phrases += 1;
        self.nodes(children);
        self.around.phrases -= 1;
        self.around.elements -= 1;
        self.end_line();
        self.out.push(close);
        self.leave_raw_table();
    }

    /// Writes a paragraph. One that is only an image is a block of its own; with a title, a figure with a caption.
    fn paragraph(&mut self, children: &[Node<'_>]) {
        // The elements that raw HTML opens are known only when it is written.
        let is_plain = |node: &Node<'_>| !matches!(node.kind, Kind::InlineHtml(_));
        if !self.holds_blocks() || !children.iter().all(is_plain) {
            return self.whole_paragraph(children);
        }
        // A video is a block, which splits the paragraph.
        for part in children.chunk_by(|before, node| !is_video(before) && !is_video(node)) {
            match part {
                [video] if is_video(video) => self.node(video),
                text => self.whole_paragraph(text),
            }
        }
    }

    fn whole_paragraph(&mut self, children: &[Node<'_>]) {
        let is_break = |node: &Node<'_>| matches!(node.kind, Kind::SoftBreak | Kind::HardBreak);
        let first = children.iter().position(|node| !is_break(node));
        let children = &children[first.unwrap_or(children.len())..];
        match only_image(children) {
            None => {
                if self.in_paragraph(children, false) {
                    self.out.push("</p>\n");
                }
            }
            Some("") => {
                self.out.push("<p class=\"picture\">");
                self.in_paragraph(children, true);
                self.out.push("</p>\n");
            }
            Some(caption) => {
                self.out.push("<figure>");
                self.in_paragraph(children, true);
                self.out.push("<figcaption>");
                self.out.push_text(caption);
                self.out.push("</figcaption></figure>\n");
                self.text(caption);
                self.line();
            }
        }
        self.leave_raw_table();
    }

    /// Writes a paragraph without its end.
    pub(super) fn open_paragraph(&mut self, children: &[Node<'_>]) {
        if !self.in_paragraph(children, false) {
            self.out.push("<p>");
        }
    }

    /// Writes the content of a paragraph. Returns whether its start tag is written at the end.
    fn in_paragraph(&mut self, children: &[Node<'_>], is_open: bool) -> bool {
        self.line();
        let is_summary = self.begins_summary();
        let outer = self.paragraph.replace(Paragraph {
            is_open,
            line_break: None,
            is_summary,
        });
        self.around.elements += 1;
        self.around.opaque += 1;
        self.nodes(children);
        self.around.opaque -= 1;
        self.around.elements -= 1;
        self.line();
        let written = std::mem::replace(&mut self.paragraph, outer);
        written.is_some_and(|paragraph| paragraph.is_open)
    }

    /// Continues the paragraph: writes its start tag, or the line break before its next content.
    pub(super) fn begin_inline(&mut self) {
        let Some(paragraph) = &mut self.paragraph else { return };
        let line_break = paragraph.line_break.take();
        if !paragraph.is_open {
            paragraph.is_open = true;
            self.out.push("<p>");
        } else if let Some(line_break) = line_break {
            self.out.push(line_break);
        }
    }

    /// Writes the pending line break, before the end of a phrase.
    fn end_line(&mut self) {
        let line_break = self
            .paragraph
            .as_mut()
            .and_then(|paragraph| paragraph.line_break.take());
        self.out.push(line_break.unwrap_or_default());
    }

    fn line_break(&mut self, html: &'static str) {
        match &mut self.paragraph {
            Some(paragraph) => paragraph.line_break = Some(html),
            None => self.out.push(html),
        }
    }

    /// Ends the paragraph before a block in it. It begins again with its next content.
    pub(super) fn leave_paragraph(&mut self) {
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.line_break = None;
            if std::mem::take(&mut paragraph.is_open) {
                self.out.trim_end();
                self.out.push("</p>\n");
            }
        }
    }

    /// Whether the paragraph that begins is the summary: the first one at the top level with text.
    fn begins_summary(&mut self) -> bool {
        let summary = &mut self.written.body.summary;
        if self.around.elements > 0 || !summary.trim().is_empty() {
            return false;
        }
        // Paragraphs of blanks are not searched again for each one.
        summary.clear();
        true
    }

    /// The box of a task, with its first line as the label.
    fn task(&mut self, is_done: bool, label: &[Node<'_>]) {
        self.begin_inline();
        let checked = if is_done { " checked" } else { "" };
        // The box of a task without text has no label.
        let hidden = if label.is_empty() { " aria-hidden=\"true\"" } else { "" };
        let open = format!("<label><input type=\"checkbox\" disabled{checked}{hidden}> ");
        self.phrase(&open, label, "</label>");
        self.line();
    }

    fn code(&mut self, code: &Code<'_>) {
        self.line();
        let info = code.info.as_deref().unwrap_or_default();
        let language = info
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':'))
            .next()
            .unwrap_or_default()
            .trim_start_matches('.');
        self.out.push("<div class=\"code\"");
        if !language.is_empty() {
            self.out.begin_own_attribute("data-lang");
            self.out.push_attribute(language);
            self.out.push("\"");
        }
        self.out.push("><pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push(" class=\"language-");
            self.out.push_attribute(language);
            self.out.push("\"");
        }
        self.out.push(">");
        if self.source.options.highlight {
            highlight::push_highlighted(&mut self.out, &code.text, language);
        } else {
            self.out.push_text(&code.text);
        }
        self.out.push("</code></pre></div>\n");
        self.line();
        self.put(&code.text);
        self.line();
    }

    /// Writes code within text. Lines may break between its words, not at the hyphens of a flag or a name.
    pub(super) fn push_code(&mut self, code: &str) {
        self.out.push("<code>");
        for part in code.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            let breaks = word
                .split('-')
                .skip(1)
                .any(|rest| rest.starts_with(char::is_alphanumeric));
            // Longer words must break in narrow columns.
            if breaks && word.chars().count() <= WHOLE_CHARS {
                self.out.push("<span>");
                self.out.push_text(word);
                self.out.push("</span>");
                self.out.push_text(&part[word.len()..]);
            } else {
                self.out.push_text(part);
            }
        }
        self.out.push("</code>");
    }

    /// Adds text to the heading, footnote, section or summary. A line break in it is a space, as on the page.
    pub(super) fn text(&mut self, text: &str) {
        if text.contains(['\n', '\r']) {
            self.put(&text.replace(['\n', '\r'], " "));
        } else {
            self.put(text);
        }
    }

    /// Ends a line of text: the text of each block, row or item is on its own line.
    pub(super) fn line(&mut self) {
        self.put("\n");
    }

    /// Adds lines of text to the heading, footnote, section or summary.
    pub(super) fn put(&mut self, text: &str) {
        if self.raw.hidden > 0 {
            return;
        }
        self.chars += text.chars().count();
        let heading = self.raw.heading.as_mut().map(|(_, heading)| heading);
        if let Some(heading) = self.heading.as_mut().or(heading) {
            heading.push_str(text);
            return;
        }
        if let Some(footnote) = &mut self.cited.text {
            footnote.push_str(text);
            return;
        }
        let body = &mut self.written.body;
        if let Some(section) = body.sections.last_mut() {
            section.text.push_str(text);
        }
        if self.paragraph.as_ref().is_some_and(|paragraph| paragraph.is_summary) {
            body.summary.push_str(text);
        }
    }

    /// A range of the body as a range of the file.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<u32> {
        let place = |at: usize| u32::try_from(self.source.start + at).unwrap_or(u32::MAX);
        place(range.start)..place(range.end)
    }

    /// The place of a range of the file.
    pub(super) fn file_span(&self, range: &Range<u32>) -> Span {
        let file = &self.source.source.file;
        file.span(range.start as usize..range.end as usize)
    }

    /// Reports a problem at a place of the file.
    pub(super) fn report(&mut self, diagnostic: Diagnostic, range: &Range<u32>) {
        let span = self.file_span(range);
        self.written.diagnostics.push(diagnostic.with_span(span));
    }
}

/// Whether an element within text is a video.
pub(super) fn is_video(node: &Node<'_>) -> bool {
    matches!(&node.kind, Kind::Image { target, .. } if video::clip(target).is_some())
}

/// Whether a list item is a task.
fn is_task(children: &[Node<'_>]) -> bool {
    children.first().is_some_and(|first| match first.kind {
        Kind::Task(_) => true,
        Kind::Paragraph => is_task(&first.children),
        _ => false,
    })
}
