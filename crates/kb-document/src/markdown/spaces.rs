//! Links to files with spaces in their names: `[guide](Size guide.md)`, `![shot](Screenshot 1.png)`. `CommonMark` takes them
//! for text; the tools that people write such names in do not.

use std::ops::Range;

use super::passes::words;
use super::tree::{Kind, Node};

/// Longest target with spaces, in characters.
const TARGET_CHARS: usize = 1000;

/// Most elements in the text of a link.
const TEXT_NODES: usize = 200;

/// Whether an article may have links to files with spaces in their names.
pub(super) fn may_be_in(article: &str) -> bool {
    find(article, 0).is_some()
}

/// Turns text that is written as a link into one, if its target is a file with spaces in its name.
pub(super) fn link(nodes: &mut Vec<Node<'_>>) {
    for node in nodes.iter_mut() {
        link(&mut node.children);
    }
    let has_target = |node: &Node<'_>| matches!(&node.kind, Kind::Text(text) if text.contains("]("));
    if !nodes.iter().any(has_target) {
        return;
    }
    let mut linked: Vec<Node<'_>> = Vec::with_capacity(nodes.len());
    for node in nodes.drain(..) {
        let Kind::Text(text) = &node.kind else {
            linked.push(node);
            continue;
        };
        let mut from = 0;
        while let Some(found) = find(text, from)
            && let Some((number, open)) = opening(&linked, &text[from..found.close])
        {
            // The content of the brackets; the text with the opening bracket is split.
            let mut inside;
            let is_image;
            if let Some(number) = number {
                let mut between = linked.split_off(number).into_iter();
                let Some(first) = between.next() else { break };
                let said = first.kind.text().unwrap_or_default();
                is_image = said[..open].ends_with('!');
                push(&mut linked, first.part(0..open - usize::from(is_image)));
                inside = Vec::new();
                push(&mut inside, first.part(open + 1..said.len()));
                inside.extend(between);
                push(&mut inside, node.part(from..found.close));
            } else {
                let open = from + open;
                is_image = text[from..open].ends_with('!');
                push(&mut linked, node.part(from..open - usize::from(is_image)));
                inside = Vec::new();
                push(&mut inside, node.part(open + 1..found.close));
            }
            let place = node.part(found.target.clone()).range;
            let target = text[found.target].to_owned();
            let title = text[found.title].to_owned().into();
            let kind = if is_image {
                let alt = words(&std::mem::take(&mut inside));
                Kind::Image {
                    target,
                    title,
                    alt,
                    named: false,
                }
            } else {
                Kind::Link {
                    target,
                    title,
                    named: false,
                }
            };
            linked.push(Node {
                children: inside,
                ..Node::new(kind, place)
            });
            from = found.behind;
        }
        if from == 0 {
            linked.push(node);
        } else {
            let rest = node.part(from..text.len());
            push(&mut linked, rest);
        }
    }
    *nodes = linked;
}

/// Adds a text, if there is any.
fn push<'a>(nodes: &mut Vec<Node<'a>>, text: Node<'a>) {
    if text.kind.text() != Some("") {
        nodes.push(text);
    }
}

/// The places of a target with spaces in a text.
struct Found {
    /// Where the text of the link ends.
    close: usize,
    target: Range<usize>,
    title: Range<usize>,
    behind: usize,
}

/// The first target in a text, from an offset on, that is a file with spaces in its name.
fn find(text: &str, from: usize) -> Option<Found> {
    text[from..].match_indices("](").find_map(|(close, mark)| {
        let close = from + close;
        let start = close + mark.len();
        let end = start + closing(&text[start..])?;
        let inside = &text[start..end];
        let (target, title) = match inside
            .trim_end()
            .strip_suffix('"')
            .and_then(|inside| inside.rsplit_once(" \""))
        {
            Some((target, title)) => (target, title),
            None => (inside, ""),
        };
        let target = target.trim();
        if !target.contains(' ') || !is_file(target) {
            return None;
        }
        let place = |part: &str| {
            let at = part.as_ptr() as usize - text.as_ptr() as usize;
            at..at + part.len()
        };
        Some(Found {
            close,
            target: place(target),
            title: if title.is_empty() { 0..0 } else { place(title) },
            behind: end + 1,
        })
    })
}

/// Where a bracket closes that was opened before a text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices().take(TARGET_CHARS) {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            '\n' | '<' | '>' | '[' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a target is a file, by its extension.
fn is_file(target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let is_ending =
        |ending: &str| (1..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let named = path.rsplit_once('.').filter(|(name, _)| !name.ends_with([' ', '/']));
    named.is_some_and(|(_, ending)| is_ending(ending)) && !target.contains("://")
}

/// Where the bracket opens that closes at the end of `text`, which follows `before`: the number of the node, none for the
/// text itself, and the offset in its text.
fn opening(before: &[Node<'_>], text: &str) -> Option<(Option<usize>, usize)> {
    let mut depth = 0_usize;
    let before = before.iter().enumerate().rev().take(TEXT_NODES);
    let before = before.map(|(number, node)| (Some(number), node.kind.text().unwrap_or_default()));
    for (number, text) in std::iter::once((None, text)).chain(before) {
        for (at, c) in text.char_indices().rev() {
            match c {
                '[' if depth == 0 => return Some((number, at)),
                '[' => depth -= 1,
                ']' => depth += 1,
                _ => {}
            }
        }
    }
    None
}
