//! The body of an article: parser events -> HTML with open places, sections, headings and links.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use linkify::{LinkFinder, LinkKind as FoundKind};
use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset,
};

use super::containers::{Collapse, Container, ContainerProblemKind, Mark, Marked, mark_containers};
use super::fragment::{Fragment, Message, PatchKind};
use super::raw_html::read_raw_html;
use super::slug::{Ids, heading_id};
use super::{DocumentOptions, Heading, Link, LinkKind, Section, highlight, sanitize};
use crate::config::RawHtml;
use crate::diagnostic::{Diagnostic, Span};
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
    /// See [`super::Document::summary`].
    pub summary: String,
    /// See [`super::Document::words`].
    pub words: usize,
    /// The text of the first H1.
    pub first_h1: Option<String>,
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
        body: Body { sections: vec![Section::default()], ..Body::default() },
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
        diagnostics: Vec::new(),
    };
    let events = Parser::new_ext(&marked.text, syntax).into_offset_iter();
    for (event, range) in TextMergeWithOffset::new(events) {
        renderer.event(event, range);
    }
    let (body, problems) = renderer.finish();
    diagnostics.extend(problems);
    body
}

/// An element or container that is open.
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
                self.paragraph =
                    Some(ParagraphState { start: self.out.len(), figure: None, other: false, summary });
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
                self.table = TableState { alignments, column: 0, head: false };
                self.out.push("<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"");
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
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(link_type, &dest_url, &title, &range),
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

    // Text and its places.

    /// Adds text to whatever is being read: the section, the heading, the summary.
    fn text(&mut self, text: &str) {
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

    /// Writes text, its bare URLs and mail addresses as links.
    fn linked_text(&mut self, text: &str, range: &Range<usize>) {
        if self.in_link > 0 || !(text.contains("://") || text.contains('@')) {
            self.out.push_text(text);
            return;
        }
        let mut from = 0;
        for link in LinkFinder::new().links(text) {
            let target = match link.kind() {
                FoundKind::Url if link.as_str().starts_with("http") => link.as_str().to_owned(),
                FoundKind::Email => format!("mailto:{}", link.as_str()),
                _ => continue,
            };
            self.out.push_text(&text[from..link.start()]);
            from = link.end();
            self.out.push("<a");
            let range = self.source_range(range);
            self.push_link(target, LinkKind::Page, range);
            self.out.push(">");
            self.out.push_text(link.as_str());
            self.out.push("</a>");
        }
        self.out.push_text(&text[from..]);
    }

    /// A range of the marked text as a range of the file.
    fn source_range(&self, range: &Range<usize>) -> Range<u32> {
        let place = |at: usize| u32::try_from(self.body_start + self.marked.source(at)).unwrap_or(u32::MAX);
        place(range.start)..place(range.end)
    }

    /// The place of a link's target in the file.
    fn target_range(&self, range: &Range<usize>, target: &str) -> Range<u32> {
        let written = self.marked.text.get(range.clone()).unwrap_or_default();
        match written.rfind(target).filter(|_| !target.is_empty()) {
            Some(at) => self.source_range(&(range.start + at..range.start + at + target.len())),
            None => self.source_range(range),
        }
    }

    fn span(&self, range: &Range<usize>) -> Span {
        let range = self.source_range(range);
        Span::new(&*self.source.display, &self.source.text, range.start as usize..range.end as usize)
    }

    fn push_link(&mut self, target: String, kind: LinkKind, range: Range<u32>) {
        let number = u32::try_from(self.body.links.len()).unwrap_or(u32::MAX);
        self.out.push_patch(match kind {
            LinkKind::Page => PatchKind::Href(number),
            LinkKind::Media => PatchKind::Url(number),
        });
        self.body.links.push(Link { target, kind, range });
    }

    // Headings.

    fn start_heading(
        &mut self,
        level: HeadingLevel,
        id: Option<CowStr<'_>>,
        classes: &[CowStr<'_>],
        range: Range<usize>,
    ) {
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

    fn end_heading(&mut self) {
        let (Some(heading), Some(frame)) = (self.heading.take(), self.frames.pop()) else { return };
        let title = heading.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let h1 = heading.level == 1;
        let names_the_page =
            h1 && heading.first && self.title.is_none_or(|known| known.eq_ignore_ascii_case(&title));
        if h1 && self.body.first_h1.is_none() && !title.is_empty() {
            self.body.first_h1 = Some(title.clone());
            if names_the_page {
                // The page shows its title itself.
                self.out.truncate(heading.start);
                return;
            }
        }
        let level = heading.level.max(2);
        let wanted = heading.id.clone().unwrap_or_else(|| heading_id(&title));
        let id = self.ids.take(&wanted);
        if heading.id.is_some() && id != wanted {
            let span = self.span(&heading.range);
            self.diagnostics.push(
                Diagnostic::warning("heading-id", format!("the id `{wanted}` cannot be used again; it became `{id}`"))
                    .with_span(span)
                    .with_hint("an id stands once in a page and does not begin with `_`"),
            );
        }
        let mut open = Fragment::default();
        open.push(&format!("<h{level} id=\""));
        open.push_attribute(&id);
        open.push("\"");
        open.push(&frame.close);
        open.push(">");
        self.out.insert(heading.start, &open);
        self.out.push(" <a class=\"anchor\" href=\"#");
        self.out.push_attribute(&id);
        self.out.push("\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::LinkToSection));
        self.out.push_attribute(&title);
        self.out.push_patch(PatchKind::Message(Message::LinkToSectionEnd));
        self.out.push(&format!("\"></a></h{level}>\n"));
        self.body.anchors.push(id.clone());
        if frame.transparent {
            self.body.headings.push(Heading { level, id: id.clone(), title: title.clone() });
        }
        self.body.sections.push(Section { anchor: id, heading: title, text: String::new() });
    }

    // Links and images.

    fn start_link(&mut self, link_type: LinkType, target: &str, title: &str, range: &Range<usize>) {
        self.mark_paragraph();
        self.in_link += 1;
        let target = match link_type {
            LinkType::Email => Cow::Owned(format!("mailto:{target}")),
            _ => Cow::Borrowed(target),
        };
        self.out.push("<a");
        let range = self.target_range(range, &target);
        self.push_link(target.into_owned(), LinkKind::Page, range);
        if !title.is_empty() {
            self.out.push(" title=\"");
            self.out.push_attribute(title);
            self.out.push("\"");
        }
        self.open(">", "</a>", false);
    }

    fn end_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        let alone = self.in_link == 0 && !image.title.is_empty();
        if let Some(paragraph) = &mut self.paragraph {
            if alone && !paragraph.other && paragraph.figure.is_none() {
                paragraph.figure = Some(image.title.clone());
            } else {
                paragraph.other = true;
            }
        }
        self.out.push("<img src=\"");
        let number = u32::try_from(self.body.links.len()).unwrap_or(u32::MAX);
        self.push_link(image.target, LinkKind::Media, image.range);
        self.out.push("\" alt=\"");
        self.out.push_attribute(&image.alt);
        if !image.title.is_empty() {
            self.out.push("\" title=\"");
            self.out.push_attribute(&image.title);
        }
        self.out.push("\"");
        self.out.push_patch(PatchKind::Size(number));
        self.out.push(" loading=\"lazy\" decoding=\"async\">");
        let summary = self.paragraph.as_mut().map(|paragraph| std::mem::replace(&mut paragraph.summary, false));
        self.text(&image.alt);
        if let (Some(paragraph), Some(summary)) = (&mut self.paragraph, summary) {
            paragraph.summary = summary;
        }
    }

    fn mark_paragraph(&mut self) {
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.other = true;
        }
    }

    /// An image with a title that stands alone is a figure with a caption.
    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraph.take() else { return };
        if let (Some(caption), false) = (&paragraph.figure, paragraph.other) {
            let end = self.out.len();
            self.out.replace(end - "</p>\n".len()..end, "<figcaption>");
            self.out.push_text(caption);
            self.out.push("</figcaption></figure>\n");
            self.out.replace(paragraph.start..paragraph.start + "<p>".len(), "<figure>");
        }
    }

    // Blocks of their own kind.

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else { return };
        self.out.push("<div class=\"code\"");
        if !language.is_empty() {
            self.out.push(" data-lang=\"");
            self.out.push_attribute(&language);
            self.out.push("\"");
        }
        self.out.push("><pre tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push(" class=\"language-");
            self.out.push_attribute(&language);
            self.out.push("\"");
        }
        self.out.push(">");
        if self.options.highlight {
            highlight::push_highlighted(&mut self.out, &code, &language);
        } else {
            self.out.push_text(&code);
        }
        self.out.push("</code></pre></div>\n");
        self.text(&code);
        self.text("\n");
    }

    fn end_html_block(&mut self) {
        let Some((html, range)) = self.raw.take() else { return };
        let mark = self.marked.mark(&html, range.start).cloned();
        if self.quote_pending {
            if let Some(Mark::Alert(container)) = mark {
                self.quote_pending = false;
                self.open_container(&container);
                if let Some(frame) = self.frames.last_mut() {
                    // The parser ends it, with the block quote.
                    frame.container = false;
                }
                return;
            }
            self.open_quote();
        }
        match mark {
            Some(Mark::Open(container)) => self.open_container(&container),
            Some(Mark::Close) => {
                if self.frames.last().is_some_and(|frame| frame.container) {
                    self.close_frame();
                }
            }
            Some(Mark::Alert(_)) => {}
            None => {
                self.raw_html(&html, &range);
                self.text(" ");
            }
        }
    }

    fn open_quote(&mut self) {
        self.quote_pending = false;
        self.open("<blockquote>\n", "</blockquote>\n", false);
    }

    fn open_container(&mut self, container: &Container) {
        let continues_tabs = self.tabs_end == Some(self.out.len());
        let mut frame = Frame {
            close: Cow::Borrowed("</div>\n"),
            container: true,
            transparent: false,
            tabs: false,
            ends_tabs: false,
        };
        match container {
            Container::Callout(callout, title, collapse) => {
                let name = callout.name();
                let (title_element, close) = match collapse {
                    Collapse::Never => {
                        self.out.push(&format!("<div class=\"callout callout-{name}\" role=\"note\">"));
                        ("p", "</div>\n")
                    }
                    Collapse::Closed | Collapse::Open => {
                        let open = if *collapse == Collapse::Open { " open" } else { "" };
                        self.out.push(&format!("<details class=\"callout callout-{name}\"{open}>"));
                        ("summary", "</details>\n")
                    }
                };
                self.out.push(&format!("<{title_element} class=\"callout-title\">"));
                self.container_title(title.as_deref(), callout.message());
                self.out.push(&format!("</{title_element}>\n"));
                frame.close = Cow::Borrowed(close);
            }
            Container::Accordion(title, collapse) => {
                let open = if *collapse == Collapse::Open { " open" } else { "" };
                self.out.push(&format!("<details class=\"accordion\"{open}><summary>"));
                self.container_title(title.as_deref(), Message::Details);
                self.out.push("</summary><div class=\"accordion-body\">\n");
                frame.close = Cow::Borrowed("</div></details>\n");
            }
            Container::Steps => {
                self.out.push("<div class=\"steps\">\n");
                frame.transparent = true;
            }
            Container::Tabs => {
                self.out.push("<div class=\"tabs\">\n");
                frame.tabs = true;
            }
            Container::Tab(title) => {
                if !self.frames.last().is_some_and(|frame| frame.tabs) {
                    if continues_tabs {
                        self.out.truncate(self.out.len() - "</div>\n".len());
                    } else {
                        self.out.push("<div class=\"tabs\">\n");
                    }
                    frame.ends_tabs = true;
                }
                self.out.push("<section class=\"tab\" data-title=\"");
                self.out.push_attribute(title);
                self.out.push("\"><p class=\"tab-title\">");
                self.out.push_text(title);
                self.out.push("</p>\n");
                self.text(title);
                self.text("\n");
                frame.close = Cow::Borrowed(if frame.ends_tabs { "</section>\n</div>\n" } else { "</section>\n" });
            }
            Container::Plain => {
                self.out.push("<div>\n");
                frame.transparent = true;
            }
        }
        self.frames.push(frame);
    }

    fn container_title(&mut self, title: Option<&str>, message: Message) {
        match title {
            Some(title) => {
                self.out.push_text(title);
                self.text(title);
                self.text("\n");
            }
            None => self.out.push_patch(PatchKind::Message(message)),
        }
    }

    fn raw_html(&mut self, html: &str, range: &Range<usize>) {
        if self.options.html == RawHtml::Escape {
            self.text(html);
            self.out.push_text(html);
            return;
        }
        let piece = read_raw_html(html, self.body.links.len(), &self.source_range(range));
        self.out.append(&piece.html);
        self.body.links.extend(piece.links);
        for id in piece.ids {
            self.ids.reserve(&id);
            self.body.anchors.push(id);
        }
        if !piece.text.is_empty() {
            self.text(&piece.text);
        }
    }

    fn start_cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.column).copied().unwrap_or(Alignment::None);
        self.table.column += 1;
        let (element, close) = if self.table.head { ("th", "</th>") } else { ("td", "</td>") };
        let class = match alignment {
            Alignment::None => "",
            Alignment::Left => " class=\"align-left\"",
            Alignment::Center => " class=\"align-center\"",
            Alignment::Right => " class=\"align-right\"",
        };
        self.open(&format!("<{element}{class}>"), close, false);
    }

    fn task(&mut self, checked: bool) {
        let item = self.item_start;
        if self.out.html()[item..].starts_with("<li>") {
            self.out.replace(item..item + "<li>".len(), "<li class=\"task\">");
        }
        self.out.push(if checked {
            "<input type=\"checkbox\" disabled checked> "
        } else {
            "<input type=\"checkbox\" disabled> "
        });
    }

    // Footnotes. Their ids begin with `_`, as the theme's own do, so that no heading can have the same.

    fn footnote_reference(&mut self, label: &str) {
        let next = self.footnotes.numbers.len() + 1;
        let (number, count) = self.footnotes.numbers.entry(label.to_owned()).or_insert((next, 0));
        *count += 1;
        let id = reference_id(*number, *count);
        let html =
            format!("<sup class=\"footnote-ref\" id=\"{id}\"><a href=\"#_fn-{number}\">{number}</a></sup>");
        self.out.push(&html);
    }

    fn push_footnotes(&mut self) {
        let mut cited: Vec<_> = std::mem::take(&mut self.footnotes.numbers).into_iter().collect();
        cited.sort_by_key(|(_, (number, _))| *number);
        if cited.is_empty() {
            return;
        }
        self.out.push("<section class=\"footnotes\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::Footnotes));
        self.out.push("\">\n<ol>\n");
        for (label, (number, count)) in cited {
            self.out.push(&format!("<li id=\"_fn-{number}\">"));
            let definition = self.footnotes.definitions.remove(&label).unwrap_or_default();
            let inside = definition.html().strip_suffix("</p>\n").map(str::len);
            let start = self.out.len();
            self.out.append(&definition);
            if let Some(inside) = inside {
                self.out.truncate(start + inside);
            }
            for nth in 1..=count {
                self.out.push(&format!(
                    " <a class=\"footnote-back\" href=\"#{}\" aria-label=\"",
                    reference_id(number, nth)
                ));
                self.out.push_patch(PatchKind::Message(Message::BackToContent));
                self.out.push(&format!(" {number}{}\">\u{21a9}</a>", if nth > 1 { format!("-{nth}") } else { String::new() }));
            }
            self.out.push(if inside.is_some() { "</p>\n</li>\n" } else { "</li>\n" });
        }
        self.out.push("</ol>\n</section>\n");
    }

    // The end.

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

    fn report_containers(&mut self) {
        for problem in &self.marked.problems {
            let range = problem.range.start + self.body_start..problem.range.end + self.body_start;
            let span = Span::new(&*self.source.display, &self.source.text, range);
            let diagnostic = match &problem.kind {
                ContainerProblemKind::Unclosed => {
                    Diagnostic::warning("container-unclosed", "this container is not closed with `:::`")
                        .with_hint("it ends with the article, or with the container around it")
                }
                ContainerProblemKind::Stray => {
                    Diagnostic::warning("container-stray", "there is no container to close here")
                        .with_hint("remove the line, or open a container such as `:::note` above")
                }
                ContainerProblemKind::Unknown(name) => {
                    let known = ["note", "tip", "important", "warning", "caution", "details", "steps", "tabs", "tab"];
                    Diagnostic::warning("container-unknown", format!("there is no container `{name}`"))
                        .with_hint_if(crate::diagnostic::did_you_mean(name, known))
                }
            };
            self.diagnostics.push(diagnostic.with_span(span));
        }
    }
}

fn reference_id(number: usize, nth: usize) -> String {
    if nth == 1 { format!("_fnref-{number}") } else { format!("_fnref-{number}-{nth}") }
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
        text.chars().filter(|c| matches!(*c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')).count()
    };
    text.split_whitespace().count() + dense / 2
}
