//! Boxes: callouts, accordions, tabs, steps; and the messages about faulty ones.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::tree::{Node, Tree};
use super::writer::Writer;
use super::{Code, Diagnostic, Problem, ProblemKind};
use crate::containers::{Collapse, Container};
use crate::fragment::{Message, PatchKind};
use kb_diagnostic::did_you_mean;

/// The hint for code without an end.
const CLOSE_CODE: &str = "close it with a line of as many backticks or tildes";

/// Precedes a title while it is parsed, so that no character at its start begins a block.
const BEFORE_TITLE: &str = "x ";

/// The names of boxes that are suggested for unknown ones.
const NAMES: [&str; 9] = [
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

impl Writer<'_> {
    pub(super) fn container(&mut self, container: &Container, children: &[Node<'_>]) {
        self.line();
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
                        let open = open_attribute(*collapse);
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
                self.contents(true, children, close);
            }
            Container::Accordion(title, collapse) => {
                let open = open_attribute(*collapse);
                let generated = if title.is_none() { " class=\"generated\"" } else { "" };
                self.out
                    .push(&format!("<details class=\"accordion\"{open}><summary{generated}>"));
                self.container_title(title.as_deref(), Message::Details);
                self.out.push("</summary><div class=\"accordion-body\">\n");
                self.contents(true, children, "</div></details>\n");
            }
            Container::Steps => {
                self.out.push("<div class=\"steps\">\n");
                self.contents(false, children, "</div>\n");
            }
            Container::Tabs => self.tab_group(children),
            Container::Tab(title) => self.tab(title, children),
            Container::Plain => {
                self.out.push("<div>\n");
                self.contents(false, children, "</div>\n");
            }
        }
    }

    pub(super) fn tab_group(&mut self, children: &[Node<'_>]) {
        self.out.push("<div class=\"tabs\">\n");
        self.contents(true, children, "</div>\n");
    }

    fn tab(&mut self, title: &str, children: &[Node<'_>]) {
        self.out.push("<section class=\"tab\"");
        self.out.begin_own_attribute("data-title");
        if title.is_empty() {
            self.out.push_patch(PatchKind::Message(Message::Details));
        }
        self.out.push_attribute(&plain_title(title));
        let generated = if title.is_empty() { " generated" } else { "" };
        self.out.push(&format!("\"><p class=\"tab-title{generated}\">"));
        self.container_title(Some(title).filter(|title| !title.is_empty()), Message::Details);
        self.out.push("</p>\n");
        self.contents(true, children, "</section>\n");
    }

    /// Writes the content of a box, and its end.
    fn contents(&mut self, is_opaque: bool, children: &[Node<'_>], close: &str) {
        self.inside(is_opaque, |writer| writer.nodes(children));
        self.out.push(close);
        self.line();
    }

    /// Writes a title, or a message of the theme. Excerpts in search leave out the message, by the class of its element.
    fn container_title(&mut self, title: Option<&str>, message: Message) {
        match title {
            Some(title) => {
                self.inline_title(title);
                self.text(&plain_title(title));
                self.line();
            }
            None => self.out.push_patch(PatchKind::Message(message)),
        }
    }

    /// Writes a title with its emphasis and code. Links would be interactive elements within one, so they become text.
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

    /// Reports shortcodes of other tools, which are text here.
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
            let message = format!("kb has no shortcodes, so `{}` is shown as text", &name[..end]);
            let place = self.place(range);
            self.report(
                Diagnostic::new(Code::Shortcode, message)
                    .with_hint("write Markdown or HTML instead, or put it into code"),
                &place,
            );
            return;
        }
    }
}

fn open_attribute(collapse: Collapse) -> &'static str {
    if collapse == Collapse::Open { " open" } else { "" }
}

/// The first word of the line that opens a container, and the colons before it.
fn first_word(line: &str) -> String {
    let (colons, rest) = line.split_at(line.len() - line.trim_start_matches(':').len());
    let name = rest.trim_start();
    let end = name
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_')))
        .unwrap_or(name.len());
    format!("{colons}{}", &name[..end])
}

/// The message about a problem. `body` is the text that its place refers to.
pub(super) fn told(problem: &Problem, body: &str) -> (Range<usize>, Diagnostic) {
    let diagnostic = match &problem.kind {
        ProblemKind::Unclosed => {
            let opener = first_word(&body[problem.range.clone()]);
            let colons = &opener[..opener.len() - opener.trim_start_matches(':').len()];
            let message = format!("this `{opener}` box has no closing `{colons}`");
            Diagnostic::new(Code::ContainerUnclosed, message)
                .with_hint("it ends with the article, or with the container around it")
        }
        ProblemKind::Stray => Diagnostic::new(Code::ContainerStray, "there is no container to close here")
            .with_hint("remove the line, or open a container such as `:::note` above"),
        ProblemKind::Comment => Diagnostic::new(
            Code::CommentUnclosed,
            "this comment is not closed with `-->`, so the rest of the article is left out",
        )
        .with_hint("close it; if it is not a comment, write it as code: `` `<!--` ``"),
        ProblemKind::Note => Diagnostic::new(
            Code::CommentUnclosed,
            "this comment is not closed, so the rest of the paragraph is left out",
        )
        .with_hint("write its whole text in brackets: `[//]: # (a note)`"),
        ProblemKind::Unknown(name) => {
            Diagnostic::new(Code::ContainerUnknown, format!("there is no container `{name}`"))
                .with_hint_if(did_you_mean(name, NAMES))
        }
    };
    (problem.range.clone(), diagnostic)
}

/// The message about fenced code without an end.
pub(super) fn unclosed_code(tree: &Tree<'_>) -> impl Iterator<Item = (Range<usize>, Diagnostic)> {
    tree.unclosed_code.iter().map(|(range, ends_with_block)| {
        let message = if *ends_with_block {
            "this code block is not closed, so it ends with the block around it"
        } else {
            "this code block is not closed, so what follows is part of it"
        };
        let diagnostic = Diagnostic::new(Code::CodeUnclosed, message).with_hint(CLOSE_CODE);
        (range.clone(), diagnostic)
    })
}

/// The message about `[text][label]` without a definition of the label.
pub(super) fn undefined(tree: &Tree<'_>) -> impl Iterator<Item = (Range<usize>, Diagnostic)> {
    tree.undefined.iter().map(|(range, label)| {
        let diagnostic = Diagnostic::new(
            Code::ReferenceMissing,
            format!("there is no definition of `[{label}]`, so this is text"),
        )
        .with_hint(format!("add a line `[{label}]: https://...`"));
        (range.clone(), diagnostic)
    })
}
