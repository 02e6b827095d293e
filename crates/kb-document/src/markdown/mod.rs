//! The body of an article: parser events -> tree of elements -> passes over it -> HTML with open places, sections,
//! headings and links.

mod attributes;
mod boxes;
mod footnotes;
mod headings;
mod links;
mod media;
mod passes;
mod raw;
mod spaces;
mod tables;
mod text;
mod tree;
mod wiki;
mod writer;

use std::ops::Range;

use crate::fragment::Fragment;
use crate::outline::{Outline, Problem, ProblemKind, outline};
use crate::{DocumentOptions, Heading, Link, Section, Title, depth, sanitize};
use boxes::{told, unclosed_code, undefined};
use kb_config::RawHtml;
use kb_diagnostic::{Code, Diagnostic};
use kb_source::ArticleSource;
use passes::Footnotes;
use tree::{Node, Tree};
use writer::Writer;
#[cfg(test)]
pub(super) use {text::shorten, tree::SYNTAX};

/// Longest summary taken from the first paragraph, in characters; search engines show about 160.
const SUMMARY_CHARS: usize = 160;

/// What the body of an article holds.
#[derive(Debug, Default)]
pub(crate) struct Body {
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
    /// The first H1.
    pub first_h1: Option<Title>,
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
pub(crate) struct BodySource<'a> {
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
pub(crate) fn parse_body(source: BodySource<'_>, diagnostics: &mut Vec<Diagnostic>) -> Body {
    let text = &source.source.file.text()[source.start..];
    let outline = outline(text);
    let sources = tree::sources(&outline);
    let tree = tree::read(&outline, &sources);
    if tree.boxes == outline.boxes.len() {
        return write(source, &outline, tree, diagnostics);
    }
    // The parser sees other blocks than the outline: nothing is lost if no box is one.
    if let Some(first) = outline.boxes.first() {
        let range = source.start + first.range.start..source.start + first.range.end;
        diagnostics.push(
            Diagnostic::new(
                Code::ContainerUnknown,
                "kb cannot distinguish the boxes of this article from the lists and code around them, so they are shown as text",
            )
            .with_span(source.source.file.span(range))
            .with_hint("put a blank line before and after each box, and indent it like the text around it"),
        );
    }
    let outline = outline.without_boxes(text);
    let sources = tree::sources(&outline);
    write(source, &outline, tree::read(&outline, &sources), diagnostics)
}

/// How many boxes of a text the parser finds in their places, and how many there are.
#[cfg(test)]
pub(super) fn boxes(text: &str) -> (usize, usize) {
    let outline = outline(text);
    let sources = tree::sources(&outline);
    (tree::read(&outline, &sources).boxes, outline.boxes.len())
}

/// Writes a tree.
fn write(source: BodySource<'_>, outline: &Outline<'_>, mut tree: Tree<'_>, diagnostics: &mut Vec<Diagnostic>) -> Body {
    let (mut footnotes, mut repeated) = (Footnotes::default(), Vec::new());
    let article = text(source);
    // Each pass moves every element, and most articles have nothing for it.
    if wiki::may_be_in(article) {
        wiki::link(&mut tree.nodes);
    }
    if spaces::may_be_in(article) {
        spaces::link(&mut tree.nodes);
    }
    if attributes::may_be_in(article) {
        attributes::apply(&mut tree.nodes, article);
    } else {
        passes::leave_out_contents(&mut tree.nodes);
    }
    if article.contains("[^") {
        passes::take_footnotes(&mut tree.nodes, &mut footnotes, &mut repeated);
    }
    if !outline.boxes.is_empty() {
        let notes = footnotes.values_mut().map(|(nodes, _)| nodes);
        for nodes in notes.chain([&mut tree.nodes]) {
            passes::group_tabs(nodes, false);
        }
    }
    let first_h1 = passes::take_title(&mut tree.nodes, source.title);
    if source.is_faq {
        passes::fold_questions(&mut tree.nodes);
    }
    let (mut body, problems) = write_nodes(source, &tree.nodes, &footnotes);
    let place = |at: usize| u32::try_from(source.start + at).unwrap_or(u32::MAX);
    if let Some((text, range)) = first_h1 {
        let range = place(range.start)..place(range.end);
        body.first_h1 = Some(Title { text, range });
    }
    diagnostics.extend(problems);
    let comments = outline.comments.iter().chain(&tree.notes);
    body.comments
        .extend(comments.map(|range| place(range.start)..place(range.end)));
    // The longest of those that begin together comes first.
    body.comments
        .sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    body.comments.dedup_by_key(|range| range.start);
    let span = |range: &Range<usize>| {
        let range = source.start + range.start..source.start + range.end;
        source.source.file.span(range)
    };
    // The same text twice is not lost. Places in boxes may end one byte past the article.
    let written = |range: &Range<usize>| article.get(range.start..range.end.min(article.len())).map(str::trim);
    let first = |label: &str| footnotes.get(&tree::label(label)).and_then(|(_, first)| written(first));
    let differs = |range: &Range<usize>, label: &str| first(label) != written(range);
    let repeated = repeated.into_iter().filter(|(range, label)| differs(range, label));
    let repeated = repeated.map(|(range, label)| (range, footnotes::repeated_footnote(&label)));
    let found = undefined(&tree).chain(unclosed_code(&tree)).chain(repeated);
    let found = found.chain(outline.problems.iter().map(|problem| told(problem, text(source))));
    diagnostics.extend(found.map(|(range, diagnostic)| diagnostic.with_span(span(&range))));
    body
}

fn text(source: BodySource<'_>) -> &str {
    &source.source.file.text()[source.start..]
}

/// Writes the elements of an article, again where ids clash or the HTML is too deep.
fn write_nodes(source: BodySource<'_>, nodes: &[Node<'_>], footnotes: &Footnotes<'_>) -> (Body, Vec<Diagnostic>) {
    let mut written = Writer::new(source, footnotes, &[]).write(nodes);
    if written.clashing {
        // The ids of the text stand; those of kb's making give way. Which ones these are is known only now.
        written = Writer::new(source, footnotes, &written.raw_ids).write(nodes);
    }
    if source.options.html == RawHtml::Sanitize && depth::nests_too_deeply(written.body.html.html()) {
        let escaped = BodySource {
            options: DocumentOptions {
                html: RawHtml::Escape,
                ..source.options
            },
            ..source
        };
        let (body, mut diagnostics) = write_nodes(escaped, nodes, footnotes);
        diagnostics.push(
            Diagnostic::new(
                Code::HtmlTooDeep,
                "the HTML of this article is nested too deeply; it is shown as text",
            )
            .with_span(source.source.file.span(source.start..source.start))
            .with_hint("close the elements that are open"),
        );
        return (body, diagnostics);
    }
    let mut body = written.body;
    if source.options.html == RawHtml::Sanitize {
        body.html = sanitize::sanitize(&body.html);
    }
    (body, written.diagnostics)
}
