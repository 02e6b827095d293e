//! Attribute lists of Python-Markdown and kramdown: `{ width="300" .wide }` after an image or link, `{: .note }` at a
//! paragraph.

use super::passes::is_contents;
use super::tree::{Kind, Node};
use crate::containers::{Callout, Collapse, Container};

/// The content of an attribute list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    pub(super) id: Option<String>,
    pub(super) classes: Vec<String>,
    /// The other attributes, in order, with names in lower case.
    pub(super) others: Vec<(String, String)>,
}

impl Attributes {
    /// The value of an attribute that is neither `id` nor `class`.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.others.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The width of an image.
    pub(super) fn of_width(width: &str) -> Self {
        Self {
            others: vec![("width".to_owned(), width.to_owned())],
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.id = more.id.or(self.id.take());
        self.classes.extend(more.classes);
        self.others.extend(more.others);
    }

    /// The kind of callout that a class means, as in the theme Just the Docs.
    fn callout(&self) -> Option<Callout> {
        self.classes.iter().find_map(|class| Callout::of_class(class))
    }
}

/// Reads the attribute list at the beginning of a text. Returns it and the text after it.
///
/// With a colon it may have any content, such as kramdown's `{:toc}`; without one, each item must be a class, an id or an
/// attribute, because braces are text in many articles.
fn read(text: &str) -> Option<(Attributes, &str)> {
    let list = text.strip_prefix('{')?;
    let (list, has_colon) = list.strip_prefix(':').map_or((list, false), |list| (list, true));
    let mut attributes = Attributes::default();
    let mut rest = list.trim_start_matches([' ', '\t']);
    let mut items = 0;
    loop {
        if let Some(behind) = rest.strip_prefix('}') {
            return (items > 0).then_some((attributes, behind));
        }
        let name_end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        rest = match rest.chars().next()? {
            sign @ ('.' | '#') => {
                let name = &rest[1..];
                let end = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
                if end == 0 {
                    return None;
                }
                let (name, behind) = name.split_at(end);
                if sign == '.' {
                    attributes.classes.push(name.to_owned());
                } else {
                    attributes.id = Some(name.to_owned());
                }
                behind
            }
            _ if name_end == 0 => return None,
            _ => {
                let (name, behind) = rest.split_at(name_end);
                let Some(value) = behind.strip_prefix('=') else {
                    if !has_colon {
                        return None;
                    }
                    attributes.others.push((name.to_lowercase(), String::new()));
                    items += 1;
                    rest = behind.trim_start_matches([' ', '\t']);
                    continue;
                };
                let (value, behind) = match value.chars().next()? {
                    quote @ ('"' | '\'' | '\u{201c}' | '\u{2018}') => {
                        let close = match quote {
                            '\u{201c}' => '\u{201d}',
                            '\u{2018}' => '\u{2019}',
                            quote => quote,
                        };
                        value[quote.len_utf8()..].split_once(close)?
                    }
                    _ => match value.find([' ', '\t', '}', '"', '\''])? {
                        0 => return None,
                        end => value.split_at(end),
                    },
                };
                if value.contains(['{', '}', '\n']) {
                    return None;
                }
                match &*name.to_lowercase() {
                    "class" => {
                        let classes = value.split_whitespace().map(ToOwned::to_owned);
                        attributes.classes.extend(classes);
                    }
                    "id" => attributes.id = Some(value.to_owned()),
                    name => attributes.others.push((name.to_owned(), value.to_owned())),
                }
                behind
            }
        };
        items += 1;
        let inner = rest.trim_start_matches([' ', '\t']);
        if inner.len() == rest.len() && !rest.starts_with('}') {
            return None;
        }
        rest = inner;
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | ':')
}

/// Reads a text that is only an attribute list with a colon, which belongs to a block.
fn read_line(text: &str) -> Option<Attributes> {
    let text = text.trim();
    let (attributes, behind) = read(text).filter(|_| text.starts_with("{:"))?;
    behind.is_empty().then_some(attributes)
}

/// Whether an article may have attribute lists.
pub(super) fn may_be_in(article: &str) -> bool {
    article.contains('{')
}

/// Applies attribute lists to their elements, and removes them from the text, with placeholders for the contents of the
/// page. `article` is the text that places refer to.
pub(super) fn apply(nodes: &mut Vec<Node<'_>>, article: &str) {
    let mut applied: Vec<Node<'_>> = Vec::with_capacity(nodes.len());
    // The attributes of the next block.
    let mut pending: Option<Attributes> = None;
    for mut node in nodes.drain(..) {
        apply(&mut node.children, article);
        if let Kind::Text(text) = &node.kind {
            let element = applied.last_mut().filter(|last| takes_list(&last.kind));
            if let Some(element) = element
                && let Some((attributes, behind)) = read(text)
            {
                let length = text.len() - behind.len();
                element.attributes.get_or_insert_default().add(attributes);
                if length < text.len() {
                    let range = node.range.start + length..node.range.end;
                    applied.push(Node::new(Kind::Text(behind.to_owned().into()), range));
                }
                continue;
            }
        }
        if matches!(node.kind, Kind::Paragraph | Kind::Heading(_) | Kind::Item) {
            let mut own = take_lines(&mut node.children);
            if matches!(node.kind, Kind::Heading(_)) {
                own.add(take_end(&mut node.children));
            }
            if node.children.is_empty() && matches!(node.kind, Kind::Paragraph) {
                // A separate list belongs to the block directly before it, otherwise to the one after it.
                let before = applied.last_mut();
                match before.filter(|before| !is_apart(article, before.range.end, node.range.start)) {
                    Some(before) => give(before, own),
                    None => pending.get_or_insert_default().add(own),
                }
                continue;
            }
            give(&mut node, own);
        }
        if node.kind.is_block()
            && let Some(attributes) = pending.take()
        {
            give(&mut node, attributes);
        }
        applied.push(node);
    }
    applied.retain(|node| !is_contents(node));
    for node in &mut applied {
        name_heading(node);
    }
    *nodes = applied.into_iter().map(boxed).collect();
}

/// Whether there is a blank line between two places.
fn is_apart(article: &str, end: usize, start: usize) -> bool {
    let between = article.get(end.saturating_sub(1)..start).unwrap_or_default();
    between.matches('\n').count() > 1
}

/// Whether an attribute list directly after an element belongs to it.
fn takes_list(kind: &Kind<'_>) -> bool {
    matches!(
        kind,
        Kind::Image { .. }
            | Kind::Link { .. }
            | Kind::CodeSpan(_)
            | Kind::Emphasis
            | Kind::Strong
            | Kind::Strikethrough
    )
}

fn give(node: &mut Node<'_>, attributes: Attributes) {
    if attributes != Attributes::default() {
        node.attributes.get_or_insert_default().add(attributes);
    }
}

/// Removes the attribute lists in the first and last lines of a paragraph, and returns them.
fn take_lines(children: &mut Vec<Node<'_>>) -> Attributes {
    let mut attributes = Attributes::default();
    let list = |node: Option<&Node<'_>>| match node.map(|node| &node.kind) {
        Some(Kind::Text(text)) => read_line(text),
        _ => None,
    };
    let is_break = |node: Option<&Node<'_>>| {
        matches!(
            node.map(|node| &node.kind),
            None | Some(Kind::SoftBreak | Kind::HardBreak)
        )
    };
    while let Some(found) = list(children.first()).filter(|_| is_break(children.get(1))) {
        attributes.add(found);
        children.drain(..children.len().min(2));
    }
    while let Some(found) = list(children.last()) {
        let before = children.len().checked_sub(2).and_then(|at| children.get(at));
        if !is_break(before) {
            break;
        }
        attributes.add(found);
        children.truncate(children.len().saturating_sub(2));
    }
    attributes
}

/// Removes the attribute list at the end of a heading, and returns it.
fn take_end(children: &mut Vec<Node<'_>>) -> Attributes {
    let Some(last) = children.last_mut() else {
        return Attributes::default();
    };
    if let Kind::Text(text) = &last.kind
        && let Some(at) = text.rfind("{:")
        && let Some(attributes) = read_line(&text[at..])
    {
        let before = text[..at].trim_end().to_owned();
        last.range.end = last.range.start + before.len();
        last.kind = Kind::Text(before.into());
        return attributes;
    }
    Attributes::default()
}

/// Gives a heading the id and the classes of its attribute list.
fn name_heading(node: &mut Node<'_>) {
    if let (Kind::Heading(mark), Some(attributes)) = (&mut node.kind, &mut node.attributes) {
        let id = attributes.id.take().map(Into::into);
        mark.id = mark.id.take().or(id);
        let classes = attributes.classes.iter().filter(|class| !is_no_toc(class));
        mark.classes.extend(classes.map(|class| class.clone().into()));
    }
}

/// Turns a paragraph, quote or list with the class of a callout into a callout.
fn boxed(mut node: Node<'_>) -> Node<'_> {
    let callout = node.attributes.as_ref().and_then(|attributes| attributes.callout());
    let (Some(callout), Kind::Paragraph | Kind::Quote | Kind::List(_)) = (callout, &node.kind) else {
        return node;
    };
    let attributes = node.attributes.take().unwrap_or_default();
    let title = attributes.get("title").map(ToOwned::to_owned);
    let kind = Kind::Box(Container::Callout(callout, title, Collapse::Never));
    match node.kind {
        Kind::Quote => Node { kind, ..node },
        _ => Node::around(kind, node),
    }
}

fn is_no_toc(class: &str) -> bool {
    matches!(class, "no_toc" | "no-toc")
}

/// Whether a heading is left out of the contents of the page.
pub(super) fn leaves_contents(node: &Node<'_>) -> bool {
    let attributes = node.attributes.as_ref();
    attributes.is_some_and(|attributes| attributes.classes.iter().any(|class| is_no_toc(class)))
}
