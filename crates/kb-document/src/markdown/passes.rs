//! Changes to elements that depend on the elements beside and in them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::raw::{self, is_comment};
use super::tree::{HeadingMark, Kind, Label, Node, label};
use super::wiki;
use crate::containers::{Container, code_title};

/// The text of each footnote, and the place of its definition in the body.
pub(super) type Footnotes<'a> = HashMap<Label, (Vec<Node<'a>>, Range<usize>)>;

/// Removes placeholders for the contents of the page, which kb always shows.
pub(super) fn leave_out_contents(nodes: &mut Vec<Node<'_>>) {
    nodes.retain(|node| !is_contents(node));
    for node in nodes.iter_mut().filter(|node| node.kind.is_block()) {
        leave_out_contents(&mut node.children);
    }
}

/// Whether a list (`{:toc}`) or a paragraph (`[TOC]`, `[[_TOC_]]`) is a placeholder for the contents of the page.
pub(super) fn is_contents(node: &Node<'_>) -> bool {
    if let Kind::Paragraph = node.kind {
        let first = node.children.first().and_then(|first| first.kind.text());
        if !first.is_some_and(|text| text.starts_with('[')) {
            return false;
        }
        // `_TOC_` is emphasis.
        let said = words(&node.children);
        let inside = said.trim().strip_prefix('[').and_then(|said| said.strip_suffix(']'));
        return inside.is_some_and(|inside| wiki::is_contents(inside.trim_matches(['[', ']'])));
    }
    let is_list = matches!(node.kind, Kind::List(_));
    let marked = |node: &Node<'_>| {
        node.attributes
            .as_ref()
            .is_some_and(|attributes| attributes.get("toc").is_some())
    };
    let in_item = |item: &Node<'_>| item.children.iter().any(marked) || marked(item);
    is_list && (marked(node) || node.children.iter().any(in_item))
}

/// Moves footnotes from the text into `footnotes`. Of several with the same label, the first one counts; adds the places
/// and labels of the others to `repeated`.
pub(super) fn take_footnotes<'a>(
    nodes: &mut Vec<Node<'a>>,
    footnotes: &mut Footnotes<'a>,
    repeated: &mut Vec<(Range<usize>, String)>,
) {
    let mut kept = Vec::with_capacity(nodes.len());
    for mut node in nodes.drain(..) {
        if node.kind.is_block() {
            take_footnotes(&mut node.children, footnotes, repeated);
        }
        match &node.kind {
            Kind::Footnote(written) => match footnotes.entry(label(written)) {
                Entry::Vacant(entry) => {
                    entry.insert((node.children, node.range));
                }
                Entry::Occupied(_) => repeated.push((node.range, written.to_string())),
            },
            _ => kept.push(node),
        }
    }
    *nodes = kept;
}

/// Puts adjacent tabs into a group. Blocks of code in a group of tabs become tabs.
pub(super) fn group_tabs(nodes: &mut Vec<Node<'_>>, is_group: bool) {
    let mut grouped: Vec<Node<'_>> = Vec::with_capacity(nodes.len());
    for mut node in nodes.drain(..) {
        if node.kind.is_block() {
            let is_group = matches!(node.kind, Kind::Box(Container::Tabs));
            group_tabs(&mut node.children, is_group);
        }
        match &node.kind {
            Kind::Code(code) if is_group => {
                let Some(info) = &code.info else {
                    grouped.push(node);
                    continue;
                };
                let tab = Kind::Box(Container::Tab(code_title(info)));
                grouped.push(Node::around(tab, node));
            }
            Kind::Box(Container::Tab(_)) if !is_group => match grouped.last_mut() {
                Some(group) if matches!(group.kind, Kind::TabGroup) => group.children.push(node),
                _ => grouped.push(Node::around(Kind::TabGroup, node)),
            },
            _ => grouped.push(node),
        }
    }
    *nodes = grouped;
}

/// Moves the answers of a page of questions and answers (`template: faq`) into their questions.
///
/// A heading of the third level is a question. One of the second level is the name of a group if questions of the third
/// level follow, otherwise a question. Headings within other blocks are part of an answer.
pub(super) fn fold_questions(nodes: &mut Vec<Node<'_>>) {
    let level = |node: &Node<'_>| match &node.kind {
        Kind::Heading(HeadingMark {
            level: level @ 1..=3, ..
        }) if !words(&node.children).trim().is_empty() => Some((*level).max(2)),
        _ => None,
    };
    let levels: Vec<Option<u8>> = nodes.iter().map(level).collect();
    let mut folded: Vec<Node<'_>> = Vec::with_capacity(nodes.len());
    let mut is_answer = false;
    for (index, node) in nodes.drain(..).enumerate() {
        let Some(level) = levels[index] else {
            match folded.last_mut() {
                Some(question) if is_answer => question.children.push(node),
                _ => folded.push(node),
            }
            continue;
        };
        let next = levels[index + 1..].iter().flatten().next();
        is_answer = !(level == 2 && next == Some(&3));
        folded.push(match node.kind {
            Kind::Heading(mark) if is_answer => Node::new(Kind::Question(mark, node.children), node.range),
            kind => Node { kind, ..node },
        });
    }
    *nodes = folded;
}

/// Removes the heading that is the title of the page, which the page shows anyway: an H1 before everything else, if the
/// page has no title or the same. Returns its text and place.
pub(super) fn take_title(nodes: &mut Vec<Node<'_>>, known: Option<&str>) -> Option<(String, Range<usize>)> {
    let is_silent = |node: &Node<'_>| matches!(&node.kind, Kind::Html(html) if is_comment(html));
    let first = nodes.iter().position(|node| !is_silent(node))?;
    let Kind::Heading(HeadingMark { level: 1, .. }) = nodes[first].kind else {
        return None;
    };
    let title = words(&nodes[first].children);
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let names_the_page = !title.is_empty() && known.is_none_or(|known| known.eq_ignore_ascii_case(&title));
    names_the_page.then(|| {
        let heading = nodes.remove(first);
        (title, heading.range)
    })
}

/// The words of elements within text, as a reader sees them.
pub(super) fn words(nodes: &[Node<'_>]) -> String {
    let mut words = String::new();
    push_words(nodes, &mut words);
    words
}

fn push_words(nodes: &[Node<'_>], words: &mut String) {
    for node in nodes {
        match &node.kind {
            Kind::Text(text) | Kind::CodeSpan(text) => words.push_str(text),
            Kind::SoftBreak | Kind::HardBreak => words.push(' '),
            Kind::InlineHtml(html) => words.push_str(&raw::words(html)),
            Kind::Image { alt, .. } => words.extend([" ", alt, " "]),
            _ => push_words(&node.children, words),
        }
    }
}
