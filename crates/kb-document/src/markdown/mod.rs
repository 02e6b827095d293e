//! The body of an article: parser events -> HTML with open places, sections, headings and links.

mod blocks;
mod faq;
mod footnotes;
mod headings;
mod links;
mod media;
mod state;
mod tables;
mod text;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use kb_config::RawHtml;
use kb_diagnostic::{Code, Diagnostic, Span};
use kb_source::ArticleSource;
use linkify::{LinkFinder, LinkKind as FoundKind};
use pulldown_cmark::{
    Alignment, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset,
};

use crate::containers::{Collapse, Container, ContainerProblemKind, Mark, Marked, mark_containers};
use crate::fragment::{Fragment, Message, PatchKind};
use crate::raw_html::{RawHtmlPiece, RawHtmlPlace, RawText, read_raw_html};
use crate::slug::{Ids, heading_id};
use crate::{DocumentOptions, Heading, Link, LinkKind, Section, depth, highlight, sanitize};
use faq::FaqHeading;
use state::{Definition, Frame, HeadingState, ImageState, OpenFootnote, ParagraphState, Renderer};
use tables::RawTable;
use text::{count_words, lines};

pub use text::shorten;

/// Longest summary taken from the first paragraph, in characters; search engines show about 160.
const SUMMARY_CHARS: usize = 200;

/// Words of code within text that are no longer than this are not broken.
const WHOLE_CHARS: usize = 24;
/// What ends the label of a task.
const TASK_END: &str = "</label>";

/// What the body of an article holds.
#[derive(Debug, Default)]
pub struct Body {
    /// See [`super::Document::html`].
    pub html: Fragment,
    /// See [`super::Document::links`].
    pub links: Vec<Link>,
    /// See [`super::Document::headings`].
    pub headings: Vec<Heading>,
    /// See [`super::Document::sections`].
    pub sections: Vec<Section>,
    /// See [`super::Document::anchors`].
    pub anchors: Vec<String>,
    /// See [`super::Document::questions`].
    pub questions: Vec<Range<usize>>,
    /// See [`super::Document::comments`].
    pub comments: Vec<Range<u32>>,
    /// See [`super::Document::summary`].
    pub summary: String,
    /// See [`super::Document::words`].
    pub words: usize,
    /// The text of the first H1.
    pub first_h1: Option<String>,
    /// See [`super::Document::lead_image`].
    pub lead_image: Option<u32>,
}

impl Body {
    /// Gives back the room that was left for more: documents are kept while the preview runs.
    pub(super) fn shrink(&mut self) {
        self.html.shrink();
        self.links.shrink_to_fit();
        self.headings.shrink_to_fit();
        self.anchors.shrink_to_fit();
        self.sections.shrink_to_fit();
        for section in &mut self.sections {
            section.text.shrink_to_fit();
        }
    }
}

/// A body to read, and how.
#[derive(Debug, Clone, Copy)]
pub struct BodySource<'a> {
    /// The file it is part of.
    pub source: &'a ArticleSource,
    /// Where it begins in the file.
    pub start: usize,
    /// The title that the front matter gives.
    pub title: Option<&'a str>,
    /// Whether it is a page of questions and answers.
    pub is_faq: bool,
    /// How documents are read.
    pub options: DocumentOptions,
}

/// Reads the body of an article.
pub fn parse_body(body: BodySource<'_>, diagnostics: &mut Vec<Diagnostic>) -> Body {
    let marked = mark_containers(&body.source.file.text()[body.start..]);
    read_body(body, &marked, None, diagnostics)
}

/// Reads a body whose raw HTML has the ids `written`, as far as they are known.
fn read_body(
    body: BodySource<'_>,
    marked: &Marked<'_>,
    written: Option<&[String]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Body {
    let syntax = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    let mut renderer = Renderer::new(body, marked, written.unwrap_or_default());
    let mut undefined = Vec::new();
    let note_undefined = |link: BrokenLink<'_>| {
        // `[x]` alone is text more often than a link that lacks its definition.
        if link.link_type == LinkType::Reference {
            undefined.push((link.span, link.reference.to_string()));
        }
        None
    };
    let parser = Parser::new_with_broken_link_callback(&marked.text, syntax, Some(note_undefined));
    // Nobody follows a link to nowhere: the title of its definition is a note.
    let definitions = parser.reference_definitions().iter();
    let notes = definitions.filter(|(_, to)| matches!(&*to.dest, "" | "#") && to.title.is_some());
    for (_, note) in notes {
        let range = renderer.source_range(&note.span);
        renderer.body.comments.push(range);
    }
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        renderer.event(event, range);
    }
    renderer.report_undefined(undefined);
    if written.is_none() && renderer.clashing {
        // The ids of the text stand; those of kb's making give way. Which ones these are is known only now.
        let written = std::mem::take(&mut renderer.written);
        return read_body(body, marked, Some(&written), diagnostics);
    }
    if body.options.html == RawHtml::Sanitize && depth::nests_too_deeply(renderer.out.html()) {
        let source = body.source;
        let span = source.file.span(body.start..body.start);
        diagnostics.push(
            Diagnostic::new(
                Code::HtmlTooDeep,
                "the HTML of this article is nested too deeply; it is shown as text",
            )
            .with_span(span)
            .with_hint("close the elements that are open"),
        );
        let escaped = DocumentOptions {
            html: RawHtml::Escape,
            ..body.options
        };
        let body = BodySource {
            options: escaped,
            ..body
        };
        return read_body(body, marked, None, diagnostics);
    }
    let (body, problems) = renderer.finish();
    diagnostics.extend(problems);
    body
}

impl Renderer<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let event = match event {
            Event::Text(text) => Event::Text(self.marked.without_marks(text)),
            Event::Code(text) => Event::Code(self.marked.without_marks(text)),
            Event::InlineHtml(text) => Event::InlineHtml(self.marked.without_marks(text)),
            other => other,
        };
        if let Some(image) = &mut self.image {
            match event {
                Event::Start(Tag::Image { .. }) => image.depth += 1,
                Event::End(TagEnd::Image) if image.depth > 0 => image.depth -= 1,
                Event::End(TagEnd::Image) => self.end_image(),
                Event::Text(text) | Event::Code(text) => image.alt.push_str(&text),
                Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
                _ => {}
            }
            return;
        }
        if let Some((_, code)) = &mut self.code {
            match event {
                Event::Text(text) => code.push_str(&text),
                Event::End(TagEnd::CodeBlock) => self.end_code(),
                _ => {}
            }
            return;
        }
        if let Some((html, _)) = &mut self.raw {
            match event {
                Event::Html(text) | Event::Text(text) => html.push_str(&text),
                Event::End(TagEnd::HtmlBlock) => self.end_html_block(),
                _ => {}
            }
            return;
        }
        if self.quote_pending && !matches!(event, Event::Start(Tag::HtmlBlock)) {
            self.open_quote();
        }
        match event {
            Event::SoftBreak | Event::HardBreak if self.at_new_beginning() => {}
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                self.mark_paragraph();
                self.text(&text);
                self.note_shortcodes(&text, &range);
                self.linked_text(&text, &range);
            }
            Event::Code(code) => {
                self.mark_paragraph();
                self.text(&code);
                self.push_code(&code);
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                self.mark_paragraph();
                self.raw_html(&html, &range);
            }
            Event::SoftBreak => {
                self.text(" ");
                self.out.push("\n");
            }
            Event::HardBreak => {
                self.line();
                self.out.push("<br>\n");
            }
            Event::Rule => {
                self.end_task();
                self.line();
                self.out.push("<hr>\n");
            }
            Event::FootnoteReference(label) => self.footnote_reference(&label),
            Event::TaskListMarker(checked) => self.task(checked),
            Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.text(&text);
                self.out.push_text(&text);
            }
        }
    }

    fn open(&mut self, html: &str, close: &'static str, transparent: bool) {
        self.out.push(html);
        self.frames.push(Frame {
            close: Cow::Borrowed(close),
            container: false,
            transparent,
            tabs: false,
            ends_tabs: false,
        });
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        if is_block(tag.to_end()) {
            self.end_task();
            self.line();
        }
        match tag {
            Tag::Paragraph => {
                let summary = self.begins_summary();
                self.paragraph = Some(ParagraphState {
                    start: self.out.len(),
                    picture: None,
                    other: false,
                    summary,
                    again: false,
                });
                self.open("<p>", "</p>\n", false);
            }
            Tag::Heading { level, id, classes, .. } => self.start_heading(level, id, &classes, range),
            Tag::BlockQuote(_) => self.quote_pending = true,
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        self.note_unclosed_code(&range);
                        info.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':'))
                            .next()
                            .unwrap_or_default()
                            .trim_start_matches('.')
                            .to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, String::new()));
            }
            Tag::HtmlBlock => self.raw = Some((String::new(), range)),
            Tag::List(None) => self.open("<ul>\n", "</ul>\n", false),
            Tag::List(Some(1)) => self.open("<ol>\n", "</ol>\n", false),
            Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">\n"), "</ol>\n", false),
            Tag::Item => {
                self.item_start = self.out.len();
                self.open("<li>", "</li>\n", false);
            }
            Tag::FootnoteDefinition(label) => {
                self.footnotes.open.push(OpenFootnote {
                    label: label.to_string(),
                    text: String::new(),
                });
                self.outer.push(std::mem::take(&mut self.out));
                self.open("", "", false);
            }
            Tag::DefinitionList => self.open("<dl>\n", "</dl>\n", false),
            Tag::DefinitionListTitle => self.open("<dt>", "</dt>\n", false),
            Tag::DefinitionListDefinition => self.open("<dd>", "</dd>\n", false),
            Tag::Table(alignments) => self.start_table(alignments),
            Tag::TableHead => self.start_table_head(),
            Tag::TableRow => {
                self.table.column = 0;
                self.open("<tr>", "</tr>\n", false);
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.open("<em>", "</em>", false),
            Tag::Strong => self.open("<strong>", "</strong>", false),
            Tag::Strikethrough => self.open("<del>", "</del>", false),
            Tag::Superscript => self.open("<sup>", "</sup>", false),
            Tag::Subscript => self.open("<sub>", "</sub>", false),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.start_link(link_type, &dest_url, &title, &range),
            Tag::Image { dest_url, title, .. } => {
                let range = self.target_range(&range, &dest_url);
                self.image = Some(ImageState {
                    depth: 0,
                    target: dest_url.to_string(),
                    title: title.to_string(),
                    alt: String::new(),
                    range,
                });
            }
            Tag::MetadataBlock(_) => self.open("", "", false),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => return self.end_heading(),
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::Image => return,
            TagEnd::Link => self.in_link = self.in_link.saturating_sub(1),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Table => self.table.open = false,
            _ => {}
        }
        if is_block(tag) {
            self.line();
        }
        // Containers that were opened in this element and not closed end with it.
        while self.frames.last().is_some_and(|frame| frame.container) {
            self.close_frame();
        }
        self.close_frame();
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::TableHead => self.end_table_head(),
            TagEnd::FootnoteDefinition => {
                if let (Some(OpenFootnote { label, text }), Some(outer)) = (self.footnotes.open.pop(), self.outer.pop())
                {
                    let html = std::mem::replace(&mut self.out, outer);
                    let definition = Definition { html, text };
                    self.footnotes.definitions.entry(label).or_insert(definition);
                }
            }
            _ => {}
        }
    }

    fn close_frame(&mut self) {
        if let Some(frame) = self.frames.pop() {
            if frame.close == TASK_END {
                self.name_task();
            }
            self.out.push(&frame.close);
            if frame.container {
                self.line();
            }
            if frame.ends_tabs {
                self.tabs_end = Some(self.out.len());
            }
            // A table of raw HTML that outlives what it began in is none that a region can stand around.
            self.raw_table.take_if(|table| table.outlives(self.frames.len()));
        }
    }

    /// Adds text to whatever is being read. A line break in it is a space, as on the page.
    fn text(&mut self, text: &str) {
        if text.contains(['\n', '\r']) {
            self.put(&text.replace(['\n', '\r'], " "));
        } else {
            self.put(text);
        }
    }

    /// Ends a line of text: what stands in another block, cell or item stands in another line.
    fn line(&mut self) {
        self.put("\n");
    }

    /// Adds lines of text to whatever is being read: the heading, the footnote, the section, the summary.
    fn put(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        self.chars += text.chars().count();
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
            return;
        }
        if let Some((_, heading)) = &mut self.raw_heading {
            heading.push_str(text);
            return;
        }
        if let Some(footnote) = self.footnotes.open.last_mut() {
            footnote.text.push_str(text);
            return;
        }
        if let Some(section) = self.body.sections.last_mut() {
            section.text.push_str(text);
        }
        if self.paragraph.as_ref().is_some_and(|paragraph| paragraph.summary) {
            self.body.summary.push_str(text);
        }
    }

    /// A range of the marked text as a range of the file.
    fn source_range(&self, range: &Range<usize>) -> Range<u32> {
        let place = |at: usize| u32::try_from(self.body_start + self.marked.source(at)).unwrap_or(u32::MAX);
        place(range.start)..place(range.end)
    }

    /// Whether the paragraph that begins is the summary: the first one at the top level that says something.
    fn begins_summary(&mut self) -> bool {
        if !self.frames.is_empty() || !self.outer.is_empty() || !self.body.summary.trim().is_empty() {
            return false;
        }
        // Blanks of many paragraphs that say nothing are not looked through again for each.
        self.body.summary.clear();
        true
    }

    fn span(&self, range: &Range<usize>) -> Span {
        self.file_span(&self.source_range(range))
    }

    /// The place of a range of the file.
    fn file_span(&self, range: &Range<u32>) -> Span {
        self.source.file.span(range.start as usize..range.end as usize)
    }

    /// Writes code within text. Lines may break between its words, not at the hyphens of a flag or a name.
    fn push_code(&mut self, code: &str) {
        self.out.push("<code>");
        for part in code.split_inclusive(char::is_whitespace) {
            let word = part.trim_end();
            let breaks = word
                .split('-')
                .skip(1)
                .any(|rest| rest.starts_with(char::is_alphanumeric));
            // What is wider than a narrow column has to break somewhere.
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

    fn mark_paragraph(&mut self) {
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.other = true;
        }
    }

    fn finish(mut self) -> (Body, Vec<Diagnostic>) {
        while !self.frames.is_empty() {
            self.close_frame();
        }
        self.end_raw_heading();
        if self.is_faq {
            self.fold_answers();
        }
        self.push_footnotes();
        self.report_containers();
        let mut body = self.body;
        for section in &mut body.sections {
            section.text = lines(&section.text);
        }
        body.lead_image = match self.top_images.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        body.html = match self.options.html {
            RawHtml::Sanitize => sanitize::sanitize(&self.out),
            RawHtml::Allow | RawHtml::Escape => self.out,
        };
        let start = self.body_start;
        let place = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
        let hidden = self.marked.comments.iter();
        body.comments
            .extend(hidden.map(|range| place(range.start)..place(range.end)));
        // The longest of those that begin together comes first.
        body.comments
            .sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        body.comments.dedup_by_key(|range| range.start);
        body.summary = shorten(&body.summary, SUMMARY_CHARS);
        body.words = body.sections.iter().map(|section| count_words(&section.text)).sum();
        (body, self.diagnostics)
    }
}

/// Whether an element is a block.
fn is_block(tag: TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::HtmlBlock
    )
}
