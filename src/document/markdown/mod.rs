//! The body of an article: parser events -> HTML with open places, sections, headings and links.

mod blocks;
mod footnotes;
mod headings;
mod links;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind as FoundKind};
use pulldown_cmark::{
    Alignment, BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset,
};

use crate::config::RawHtml;
use crate::diagnostic::{Diagnostic, Span};
use crate::document::containers::{Collapse, Container, ContainerProblemKind, Mark, Marked, mark_containers};
use crate::document::fragment::{Fragment, Message, PatchKind};
use crate::document::raw_html::read_raw_html;
use crate::document::slug::{Ids, heading_id};
use crate::document::{DocumentOptions, Heading, Link, LinkKind, Section, highlight, sanitize};
use crate::source::ArticleSource;

/// Longest summary taken from the first paragraph, in characters; search engines show about 160.
const SUMMARY_CHARS: usize = 200;

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
    /// See [`super::Document::comments`].
    pub comments: Vec<Range<u32>>,
    /// See [`super::Document::summary`].
    pub summary: String,
    /// See [`super::Document::words`].
    pub words: usize,
    /// The text of the first H1.
    pub first_h1: Option<String>,
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

/// Reads the body of an article, which begins at `body_start` of its text.
pub fn parse_body(
    source: &ArticleSource,
    body_start: usize,
    title: Option<&str>,
    options: DocumentOptions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Body {
    let marked = mark_containers(&source.text[body_start..]);
    let syntax = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST;
    let mut renderer = Renderer {
        source,
        body_start,
        marked: &marked,
        title,
        options,
        body: Body {
            sections: vec![Section::default()],
            ..Body::default()
        },
        out: Fragment::default(),
        outer: Vec::new(),
        frames: Vec::new(),
        ids: Ids::default(),
        heading: None,
        image: None,
        code: None,
        raw: None,
        paragraph: None,
        item_start: 0,
        table: TableState::default(),
        footnotes: Footnotes::default(),
        in_link: 0,
        quote_pending: false,
        tabs_end: None,
        hidden: 0,
        diagnostics: Vec::new(),
    };
    let mut undefined = Vec::new();
    let note_undefined = |link: BrokenLink<'_>| {
        // `[x]` alone is text more often than a link that lacks its definition.
        if link.link_type == LinkType::Reference {
            undefined.push((link.span, link.reference.to_string()));
        }
        None
    };
    let parser = Parser::new_with_broken_link_callback(&marked.text, syntax, Some(note_undefined));
    for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        renderer.event(event, range);
    }
    renderer.report_undefined(undefined);
    if options.html == RawHtml::Sanitize && sanitize::nests_too_deeply(renderer.out.html()) {
        let span = Span::new(&*source.display, &source.text, body_start..body_start);
        diagnostics.push(
            Diagnostic::warning(
                "html-too-deep",
                "the HTML of this article is nested too deeply; it is shown as text",
            )
            .with_span(span)
            .with_hint("close the elements that are open"),
        );
        let escaped = DocumentOptions {
            html: RawHtml::Escape,
            ..options
        };
        return parse_body(source, body_start, title, escaped, diagnostics);
    }
    let (body, problems) = renderer.finish();
    diagnostics.extend(problems);
    body
}

/// An element or container that is open.
#[expect(clippy::struct_excessive_bools, reason = "the properties are independent")]
struct Frame {
    /// What closes it.
    close: Cow<'static, str>,
    /// Whether a mark opened it (else the parser did).
    container: bool,
    /// Whether headings in it belong to the contents of the page.
    transparent: bool,
    /// Whether it is a group of tabs.
    tabs: bool,
    /// Whether a group of tabs of kb's own making ends with it.
    ends_tabs: bool,
}

struct HeadingState {
    start: usize,
    level: u8,
    id: Option<String>,
    text: String,
    range: Range<usize>,
    first: bool,
}

struct ImageState {
    depth: usize,
    target: String,
    title: String,
    alt: String,
    range: Range<u32>,
}

struct ParagraphState {
    start: usize,
    /// The title of the only image in it so far.
    figure: Option<String>,
    other: bool,
    summary: bool,
}

#[derive(Default)]
struct TableState {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

#[derive(Default)]
struct Footnotes {
    /// Number and count of references by label.
    numbers: HashMap<String, (usize, usize)>,
    definitions: HashMap<String, Fragment>,
    open: Vec<String>,
}

struct Renderer<'a> {
    source: &'a ArticleSource,
    body_start: usize,
    marked: &'a Marked<'a>,
    title: Option<&'a str>,
    options: DocumentOptions,
    body: Body,
    out: Fragment,
    outer: Vec<Fragment>,
    frames: Vec<Frame>,
    ids: Ids,
    heading: Option<HeadingState>,
    image: Option<ImageState>,
    code: Option<(String, String)>,
    raw: Option<(String, Range<usize>)>,
    paragraph: Option<ParagraphState>,
    item_start: usize,
    table: TableState,
    footnotes: Footnotes,
    in_link: usize,
    quote_pending: bool,
    tabs_end: Option<usize>,
    /// How many elements are open whose text nobody sees, such as `script`.
    hidden: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Renderer<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
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
                self.out.push("<code>");
                self.out.push_text(&code);
                self.out.push("</code>");
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
                self.text(" ");
                self.out.push("<br>\n");
            }
            Event::Rule => self.out.push("<hr>\n"),
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
        match tag {
            Tag::Paragraph => {
                let summary = self.body.summary.is_empty() && self.frames.is_empty() && self.outer.is_empty();
                self.paragraph = Some(ParagraphState {
                    start: self.out.len(),
                    figure: None,
                    other: false,
                    summary,
                });
                self.open("<p>", "</p>\n", false);
            }
            Tag::Heading { level, id, classes, .. } => self.start_heading(level, id, &classes, range),
            Tag::BlockQuote(_) => self.quote_pending = true,
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info
                        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':'))
                        .next()
                        .unwrap_or_default()
                        .trim_start_matches('.')
                        .to_owned(),
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
                self.footnotes.open.push(label.to_string());
                self.outer.push(std::mem::take(&mut self.out));
                self.open("", "", false);
            }
            Tag::DefinitionList => self.open("<dl>\n", "</dl>\n", false),
            Tag::DefinitionListTitle => self.open("<dt>", "</dt>\n", false),
            Tag::DefinitionListDefinition => self.open("<dd>", "</dd>\n", false),
            Tag::Table(alignments) => {
                self.table = TableState {
                    alignments,
                    column: 0,
                    head: false,
                };
                self.out
                    .push("<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"");
                self.out.push_patch(PatchKind::Message(Message::Table));
                self.open("\">\n<table>\n", "</tbody>\n</table>\n</div>\n", false);
            }
            Tag::TableHead => {
                self.table.column = 0;
                self.table.head = true;
                self.open("<thead>\n<tr>", "</tr>\n</thead>\n<tbody>\n", false);
            }
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
            TagEnd::Table | TagEnd::TableRow | TagEnd::Item | TagEnd::TableCell | TagEnd::DefinitionListTitle => {
                self.text(" ");
            }
            TagEnd::Paragraph | TagEnd::DefinitionListDefinition => self.text("\n"),
            TagEnd::TableHead => self.table.head = false,
            _ => {}
        }
        // Containers that were opened in this element and not closed end with it.
        while self.frames.last().is_some_and(|frame| frame.container) {
            self.close_frame();
        }
        self.close_frame();
        match tag {
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::FootnoteDefinition => {
                if let (Some(label), Some(outer)) = (self.footnotes.open.pop(), self.outer.pop()) {
                    let definition = std::mem::replace(&mut self.out, outer);
                    self.footnotes.definitions.entry(label).or_insert(definition);
                }
            }
            _ => {}
        }
    }

    fn close_frame(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.out.push(&frame.close);
            if frame.ends_tabs {
                self.tabs_end = Some(self.out.len());
            }
        }
    }

    /// Adds text to whatever is being read: the section, the heading, the summary.
    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
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

    fn span(&self, range: &Range<usize>) -> Span {
        let range = self.source_range(range);
        Span::new(
            &*self.source.display,
            &self.source.text,
            range.start as usize..range.end as usize,
        )
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
        self.push_footnotes();
        self.report_containers();
        let mut body = self.body;
        body.html = match self.options.html {
            RawHtml::Sanitize => sanitize::sanitize(&self.out),
            RawHtml::Allow | RawHtml::Escape => self.out,
        };
        body.summary = shorten(&body.summary, SUMMARY_CHARS);
        body.words = body.sections.iter().map(|section| count_words(&section.text)).sum();
        (body, self.diagnostics)
    }
}

/// The beginning of a text, cut at a word, on one line.
pub fn shorten(text: &str, chars: usize) -> String {
    let mut short = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if count + length + 1 > chars {
            if count == 0 {
                // One long run, as in Chinese.
                short.extend(word.chars().take(chars.saturating_sub(1)));
            }
            short.push('\u{2026}');
            break;
        }
        if count > 0 {
            short.push(' ');
            count += 1;
        }
        short.push_str(word);
        count += length;
    }
    short
}

/// Words as a reader meets them; in scripts without spaces two characters count as one word.
fn count_words(text: &str) -> usize {
    let dense = if text.is_ascii() {
        0
    } else {
        text.chars()
            .filter(|c| matches!(*c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
            .count()
    };
    text.split_whitespace().count() + dense / 2
}
