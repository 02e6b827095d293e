//! Blocks of their own kind: code, raw HTML, containers, table cells, tasks.

use super::{
    Code, Collapse, Container, ContainerProblemKind, Cow, Diagnostic, Frame, Mark, Message, PatchKind, Range, RawHtml,
    RawHtmlPiece, RawHtmlPlace, Renderer, TASK_END, highlight, read_raw_html,
};
use crate::containers::{closes_fence, opens_fence};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What ends a block of code.
const CLOSE_CODE: &str = "close it with a line of as many backticks or tildes";

/// What stands before a title while it is parsed, so that no sign at its start begins a block.
const BEFORE_TITLE: &str = "x ";

/// Reads the inline Markdown of a title.
fn title_events(title: &str, mut see: impl FnMut(Event<'_>)) {
    let text = format!("{BEFORE_TITLE}{title}");
    let mut before = BEFORE_TITLE.len();
    for (event, range) in Parser::new_ext(&text, Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        match event {
            Event::Text(text) if range.start < BEFORE_TITLE.len() => {
                let (_, title) = text.split_at(before.min(text.len()));
                before = before.saturating_sub(text.len());
                see(Event::Text(title.into()));
            }
            other => see(other),
        }
    }
}

/// A title as text.
fn plain_title(title: &str) -> String {
    let mut plain = String::new();
    title_events(title, |event| {
        if let Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) = event {
            plain.push_str(&text);
        }
    });
    plain
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

impl Renderer<'_> {
    pub(super) fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else {
            return;
        };
        self.out.push("<div class=\"code\"");
        if !language.is_empty() {
            self.out.begin_own_attribute("data-lang");
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
        self.line();
        self.put(&code);
        self.line();
    }

    pub(super) fn end_html_block(&mut self) {
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
                let html = self.marked.without_marks(html.into());
                self.raw_html(&html, &range);
            }
        }
    }

    pub(super) fn open_quote(&mut self) {
        self.quote_pending = false;
        self.open("<blockquote>\n", "</blockquote>\n", false);
    }

    pub(super) fn open_container(&mut self, container: &Container) {
        self.line();
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
                        self.out
                            .push(&format!("<div class=\"callout callout-{name}\" role=\"note\">"));
                        ("p", "</div>\n")
                    }
                    Collapse::Closed | Collapse::Open => {
                        let open = if *collapse == Collapse::Open { " open" } else { "" };
                        self.out
                            .push(&format!("<details class=\"callout callout-{name}\"{open}>"));
                        ("summary", "</details>\n")
                    }
                };
                let generated = if title.is_none() { " generated" } else { "" };
                self.out
                    .push(&format!("<{title_element} class=\"callout-title{generated}\">"));
                self.container_title(title.as_deref(), callout.message());
                self.out.push(&format!("</{title_element}>\n"));
                frame.close = Cow::Borrowed(close);
            }
            Container::Accordion(title, collapse) => {
                let open = if *collapse == Collapse::Open { " open" } else { "" };
                let generated = if title.is_none() { " class=\"generated\"" } else { "" };
                self.out
                    .push(&format!("<details class=\"accordion\"{open}><summary{generated}>"));
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
                self.out.push("<section class=\"tab\"");
                self.out.begin_own_attribute("data-title");
                if title.is_empty() {
                    self.out.push_patch(PatchKind::Message(Message::Details));
                }
                self.out.push_attribute(&plain_title(title));
                let generated = if title.is_empty() { " generated" } else { "" };
                self.out.push(&format!("\"><p class=\"tab-title{generated}\">"));
                self.container_title(Some(title.as_str()).filter(|title| !title.is_empty()), Message::Details);
                self.out.push("</p>\n");
                frame.close = Cow::Borrowed(if frame.ends_tabs {
                    "</section>\n</div>\n"
                } else {
                    "</section>\n"
                });
            }
            Container::Plain => {
                self.out.push("<div>\n");
                frame.transparent = true;
            }
        }
        self.frames.push(frame);
    }

    /// Writes a title, else a word of the theme; what search shows of the text leaves that out, by the class of its
    /// element.
    pub(super) fn container_title(&mut self, title: Option<&str>, message: Message) {
        match title {
            Some(title) => {
                self.inline_title(title);
                self.text(&plain_title(title));
                self.line();
            }
            None => self.out.push_patch(PatchKind::Message(message)),
        }
    }

    /// Writes a title with its emphasis and code. Links in it would be buttons in buttons, so they are text.
    fn inline_title(&mut self, title: &str) {
        title_events(title, |event| match event {
            Event::Text(text) | Event::InlineHtml(text) => self.out.push_text(&text),
            Event::Code(code) => self.push_code(&code),
            Event::Start(Tag::Emphasis) => self.out.push("<em>"),
            Event::End(TagEnd::Emphasis) => self.out.push("</em>"),
            Event::Start(Tag::Strong) => self.out.push("<strong>"),
            Event::End(TagEnd::Strong) => self.out.push("</strong>"),
            Event::Start(Tag::Strikethrough) => self.out.push("<del>"),
            Event::End(TagEnd::Strikethrough) => self.out.push("</del>"),
            _ => {}
        });
    }

    pub(super) fn raw_html(&mut self, html: &str, range: &Range<usize>) {
        let place = self.source_range(range);
        if self.options.html == RawHtml::Escape {
            self.note_comments(html, &place);
            for shown in outside_comments(html) {
                self.text(shown);
                self.out.push_text(shown);
            }
            return;
        }
        let section = self.body.sections.last().map_or("", |section| &*section.heading);
        let frame_title = [section, self.title.unwrap_or_default(), self.source.path.stem()]
            .into_iter()
            .find(|name| !name.is_empty());
        let piece = read_raw_html(
            html,
            &RawHtmlPlace {
                range: place.clone(),
                first_link: self.body.links.len(),
                inline: self.paragraph.is_some() || self.heading.is_some(),
                in_frame: self.in_frame,
                known_players: self.options.html == RawHtml::Sanitize,
                frame_title: frame_title.unwrap_or_default(),
                open: self.raw_open,
            },
        );
        self.in_frame = piece.in_frame;
        self.raw_open = piece.open;
        for number in &piece.images {
            self.note_image(*number);
        }
        for tag in &piece.unlabelled {
            self.report_alt(&self.place_in(html, &place, tag));
        }
        self.report_reserved(html, &place, &piece);
        self.note_comments(html, &place);
        self.push_piece(&piece);
        self.body.links.extend(piece.links);
        if let Some((player, title)) = piece.player {
            self.push_player(&player, &title, place);
        }
        for id in piece.ids {
            self.clashing |= !self.ids.reserve(&id);
            self.written.push(id.clone());
            self.body.anchors.push(id);
        }
        self.raw_text(piece.text);
        self.hidden = (self.hidden + piece.hides).saturating_sub(piece.shows);
    }

    /// Says which ids and names were left out, and what is no whole tag.
    fn report_reserved(&mut self, html: &str, place: &Range<u32>, piece: &RawHtmlPiece) {
        for (part, id) in &piece.reserved {
            let free = id.trim_start_matches('_');
            let span = self.file_span(&self.place_in(html, place, part));
            self.diagnostics.push(
                Diagnostic::new(Code::HtmlId, format!("the id or name `{id}` is left out"))
                    .with_span(span)
                    .with_hint(format!(
                        "those that begin with `_` belong to the theme; choose another, such as `{}`",
                        if free.is_empty() { "part" } else { free }
                    )),
            );
        }
        if let Some(part) = &piece.unfinished {
            let span = self.file_span(&self.place_in(html, place, part));
            self.diagnostics.push(
                Diagnostic::new(Code::HtmlUnfinished, "this tag has no end, so it is shown as text")
                    .with_span(span)
                    .with_hint("end it with `>`; HTML ends at a blank line, also within a tag"),
            );
        }
    }

    /// The place in the file of a part of raw HTML; of the whole where marks of other blocks stand between its lines.
    fn place_in(&self, html: &str, place: &Range<u32>, part: &Range<usize>) -> Range<u32> {
        let written = self.source.file.text().get(place.start as usize..).unwrap_or_default();
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
        let written = self.source.file.text().get(start..end).unwrap_or_default();
        let mut from = 0;
        while let Some(at) = written[from..].find("<!--") {
            let open = from + at;
            let close = written[open..].find("-->").map_or(written.len(), |at| open + at + 3);
            let place = |at: usize| u32::try_from(start + at).unwrap_or(u32::MAX);
            self.body.comments.push(place(open)..place(close));
            from = close;
        }
    }

    /// The box of a task, with its first line as the label.
    pub(super) fn task(&mut self, checked: bool) {
        let item = self.item_start;
        if self.out.html()[item..].starts_with("<li>") {
            self.out.replace(item..item + "<li>".len(), "<li class=\"task\">");
        }
        let html = if checked {
            "<label><input type=\"checkbox\" disabled checked> "
        } else {
            "<label><input type=\"checkbox\" disabled> "
        };
        self.open(html, TASK_END, false);
        if let Some(label) = self.frames.last_mut() {
            // It ends with the item or paragraph, or with the first block in it.
            label.container = true;
        }
    }

    /// Ends the label of a task where a block begins in its item.
    pub(super) fn end_task(&mut self) {
        if self.frames.last().is_some_and(|frame| frame.close == TASK_END) {
            self.close_frame();
        }
    }

    /// Warns of fenced code that lacks its closing line: what follows in the article is part of it.
    pub(super) fn note_unclosed_code(&mut self, range: &Range<usize>) {
        let code = self.marked.text[range.clone()].trim_end();
        let is_closed = opens_fence(code.lines().next().unwrap_or_default()).is_none_or(|(character, length)| {
            code.rsplit_once('\n')
                .is_some_and(|(_, last)| closes_fence(last, character, length))
        });
        if !is_closed {
            let first = code.find('\n').map_or(range.end, |length| range.start + length);
            let span = self.span(&(range.start..first));
            self.diagnostics.push(
                Diagnostic::new(
                    Code::CodeUnclosed,
                    "this code block is not closed, so what follows is part of it",
                )
                .with_span(span)
                .with_hint(CLOSE_CODE),
            );
        }
    }

    /// The box of a task without words says nothing.
    pub(super) fn name_task(&mut self) {
        let end = self.out.len();
        if self.out.html().ends_with("disabled> ") || self.out.html().ends_with("checked> ") {
            self.out.replace(end - "> ".len()..end, " aria-hidden=\"true\"> ");
        }
    }

    /// The first word of the line that opens a container, and the colons before it.
    fn marked_line(&self, range: &Range<usize>) -> String {
        let text = &self.source.file.text()[range.start + self.body_start..range.end + self.body_start];
        let (colons, rest) = text.split_at(text.len() - text.trim_start_matches(':').len());
        let name = rest.trim_start();
        let end = name
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
            .unwrap_or(name.len());
        format!("{colons}{}", &name[..end])
    }

    pub(super) fn report_containers(&mut self) {
        for problem in &self.marked.problems {
            let range = problem.range.start + self.body_start..problem.range.end + self.body_start;
            let span = self.source.file.span(range);
            let diagnostic = match &problem.kind {
                ContainerProblemKind::Unclosed => {
                    let opener = self.marked_line(&problem.range);
                    let colons = &opener[..opener.len() - opener.trim_start_matches(':').len()];
                    let message = format!("this `{opener}` box has no closing `{colons}`");
                    Diagnostic::new(Code::ContainerUnclosed, message)
                        .with_hint("it ends with the article, or with the container around it")
                }
                ContainerProblemKind::Stray => {
                    Diagnostic::new(Code::ContainerStray, "there is no container to close here")
                        .with_hint("remove the line, or open a container such as `:::note` above")
                }
                ContainerProblemKind::Fence => Diagnostic::new(
                    Code::CodeUnclosed,
                    "this code block is not closed, so it ends with the block around it",
                )
                .with_hint(CLOSE_CODE),
                ContainerProblemKind::Comment => Diagnostic::new(
                    Code::CommentUnclosed,
                    "this comment is not closed with `-->`, so the rest of the article is left out",
                )
                .with_hint("close it; if it is no comment, write it as code: `` `<!--` ``"),
                ContainerProblemKind::Note => Diagnostic::new(
                    Code::CommentUnclosed,
                    "this comment is not closed, so the rest of the paragraph is left out",
                )
                .with_hint("write its whole text in brackets: `[//]: # (a note)`"),
                ContainerProblemKind::Unknown(name) => {
                    let known = [
                        "note",
                        "tip",
                        "important",
                        "warning",
                        "caution",
                        "details",
                        "steps",
                        "tabs",
                        "tab",
                    ];
                    Diagnostic::new(Code::ContainerUnknown, format!("there is no container `{name}`"))
                        .with_hint_if(kb_diagnostic::did_you_mean(name, known))
                }
            };
            self.diagnostics.push(diagnostic.with_span(span));
        }
    }

    /// Shortcodes of other tools are text here; the writer should know.
    pub(super) fn note_shortcodes(&mut self, text: &str, range: &Range<usize>) {
        for opener in ["{{<", "{{%", "{{ ", "{% "] {
            let Some(at) = text.find(opener) else { continue };
            let name = text[at + opener.len()..].trim_start();
            let end = name
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
                .unwrap_or(name.len());
            let is_call = opener != "{{ " || name[end..].starts_with('(');
            if end == 0 || !is_call {
                continue;
            }
            let message = format!(
                "kb has no shortcodes, so `{}` stands in the article as text",
                &name[..end]
            );
            let span = self.span(range);
            self.diagnostics.push(
                Diagnostic::new(Code::Shortcode, message)
                    .with_span(span)
                    .with_hint("write Markdown or HTML in its place, or put it into code"),
            );
            return;
        }
    }

    /// `[text][label]` without a definition of the label.
    pub(super) fn report_undefined(&mut self, undefined: Vec<(Range<usize>, String)>) {
        for (range, label) in undefined {
            let span = self.span(&range);
            self.diagnostics.push(
                Diagnostic::new(
                    Code::ReferenceMissing,
                    format!("there is no definition of `[{label}]`, so this is text"),
                )
                .with_span(span)
                .with_hint(format!("add a line `[{label}]: https://...`")),
            );
        }
    }
}
