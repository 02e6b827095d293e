//! The body of an article as a tree: the parser's events, with the boxes in their places.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{
    Alignment, BrokenLink, BrokenLinkCallback, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd,
    TextMergeWithOffset,
};
use unicase::UniCase;

use super::attributes::Attributes;
use crate::blocks::{closes_fence, opens_fence};
use crate::containers::Container;
use crate::outline::{BoxText, Outline};

/// The deepest nesting of elements. Deeper elements become siblings: nobody writes that deep, and browsers nest no more
/// than a few hundred.
const MAX_DEPTH: usize = 100;

pub(crate) const SYNTAX: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_DEFINITION_LIST);

/// Ends the definitions of footnotes of other texts.
const END_STUBS: &str = "\n<!---->\n\n";

/// An element with its content.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) kind: Kind<'a>,
    /// Its place in the body, in bytes; for links and images, the place of the target.
    pub(super) range: Range<usize>,
    pub(super) children: Vec<Node<'a>>,
    pub(super) attributes: Option<Box<Attributes>>,
}

impl<'a> Node<'a> {
    pub(super) fn new(kind: Kind<'a>, range: Range<usize>) -> Self {
        Self {
            kind,
            range,
            children: Vec::new(),
            attributes: None,
        }
    }

    /// A part of a text.
    pub(super) fn part(&self, range: Range<usize>) -> Self {
        let text = self.kind.text().unwrap_or_default();
        // A text with escapes is longer in the file; all of its parts get its place.
        let place = if self.range.len() == text.len() {
            self.range.start + range.start..self.range.start + range.end
        } else {
            self.range.clone()
        };
        Self::new(Kind::Text(text[range].to_owned().into()), place)
    }

    /// An element that contains only another one.
    pub(super) fn around(kind: Kind<'a>, node: Self) -> Self {
        Self {
            range: node.range.clone(),
            children: vec![node],
            ..Self::new(kind, 0..0)
        }
    }
}

/// The kinds of element.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Paragraph,
    Heading(HeadingMark<'a>),
    Quote,
    Code(Code<'a>),
    /// Raw HTML that is a block.
    Html(String),
    List(Option<u64>),
    Item,
    Footnote(CowStr<'a>),
    Definitions,
    Term,
    Definition,
    Table(Vec<Alignment>),
    TableHead,
    Row,
    Cell,
    Rule,
    Box(Container),
    /// Adjacent tabs.
    TabGroup,
    /// A question that contains its answer.
    Question(HeadingMark<'a>, Vec<Node<'a>>),
    Text(CowStr<'a>),
    CodeSpan(CowStr<'a>),
    /// Raw HTML within text.
    InlineHtml(CowStr<'a>),
    SoftBreak,
    HardBreak,
    FootnoteReference(CowStr<'a>),
    /// The box of a task, and whether it is done.
    Task(bool),
    Emphasis,
    Strong,
    Strikethrough,
    Link {
        target: String,
        title: CowStr<'a>,
        /// Whether the target is a name, which may be in any folder.
        named: bool,
    },
    Image {
        target: String,
        title: CowStr<'a>,
        alt: String,
        /// Whether the target is a name, which may be in any folder.
        named: bool,
    },
}

impl Kind<'_> {
    /// Its text, if it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a block.
    pub(super) fn is_block(&self) -> bool {
        !matches!(
            self,
            Self::Text(_)
                | Self::CodeSpan(_)
                | Self::InlineHtml(_)
                | Self::SoftBreak
                | Self::HardBreak
                | Self::FootnoteReference(_)
                | Self::Task(_)
                | Self::Emphasis
                | Self::Strong
                | Self::Strikethrough
                | Self::Link { .. }
                | Self::Image { .. }
        )
    }
}

/// A heading as it was written.
#[derive(Debug)]
pub(super) struct HeadingMark<'a> {
    pub(super) level: u8,
    pub(super) id: Option<CowStr<'a>>,
    pub(super) classes: Vec<CowStr<'a>>,
}

/// A block of code.
#[derive(Debug)]
pub(super) struct Code<'a> {
    /// The text after its fence; `None` if it is indented.
    pub(super) info: Option<CowStr<'a>>,
    pub(super) text: String,
}

/// A tree, and the problems found while it was made.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// References whose definition is missing: their places in the body and their labels.
    pub(super) undefined: Vec<(Range<usize>, String)>,
    /// Fenced code without a closing line: the place of its first line, and whether a box ends it.
    pub(super) unclosed_code: Vec<(Range<usize>, bool)>,
    /// Definitions without a target, whose titles are notes.
    pub(super) notes: Vec<Range<usize>>,
    /// Number of boxes that the parser saw.
    pub(super) boxes: usize,
}

/// A label of a link or footnote. Labels that Unicode's case folding makes equal are one, as for the parser.
pub(super) type Label = UniCase<String>;

/// A label as it is written.
pub(super) fn label(written: &str) -> Label {
    UniCase::unicode(written.to_owned())
}

type Definitions<'a> = HashMap<Label, (CowStr<'a>, CowStr<'a>)>;

/// A text as the parser gets it.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The text, if it differs from that of the outline.
    text: Option<String>,
    /// The length of what was put before it, in bytes.
    stub: usize,
}

/// The texts of an outline as the parser gets them: with the definitions of the footnotes that stand in other texts, and
/// without the link definitions that another text overrides.
pub(super) fn sources(outline: &Outline<'_>) -> Vec<Source> {
    if outline.boxes.is_empty() {
        return outline.texts.iter().map(|_| Source::default()).collect();
    }
    let stubs = footnote_stubs(outline);
    let overridden = overridden_labels(outline);
    let texts = outline.texts.iter().zip(stubs).zip(overridden);
    let sources = texts.map(|((text, stubs), labels)| {
        if stubs.is_empty() && labels.is_empty() {
            return Source::default();
        }
        let stub = stubs.len();
        let mut source = stubs.into_bytes();
        source.extend_from_slice(text.text.as_bytes());
        for byte in labels
            .into_iter()
            .flat_map(|range| range.start + stub..range.end + stub)
        {
            // A label that nothing can refer to.
            if !source[byte].is_ascii_whitespace() {
                source[byte] = 1;
            }
        }
        Source {
            text: String::from_utf8(source).ok(),
            stub,
        }
    });
    sources.collect()
}

/// For each text, the definitions of footnotes that it refers to and that stand in other texts.
fn footnote_stubs(outline: &Outline<'_>) -> Vec<String> {
    let texts = outline.texts.iter().map(|text| &*text.text);
    if !texts.clone().any(|text| text.contains("[^")) {
        return texts.map(|_| String::new()).collect();
    }
    let defined: Vec<HashSet<Label>> = texts
        .clone()
        .map(|text| {
            let events = Parser::new_ext(text, SYNTAX);
            let labels = events.filter_map(|event| match event {
                Event::Start(Tag::FootnoteDefinition(written)) => Some(label(&written)),
                _ => None,
            });
            labels.collect()
        })
        .collect();
    let all: HashSet<&Label> = defined.iter().flatten().collect();
    let stubs = texts.zip(&defined).map(|(text, own)| {
        let mut stubbed = HashSet::new();
        let mut stubs = String::new();
        for written in labels(text) {
            let known = label(written);
            if all.contains(&known) && !own.contains(&known) && stubbed.insert(known) {
                stubs.extend(["[^", written, "]:\n"]);
            }
        }
        if !stubs.is_empty() {
            stubs.push_str(END_STUBS);
        }
        stubs
    });
    stubs.collect()
}

/// For each text, the places of the labels of link definitions that do not count, because another text has the first one:
/// see <https://spec.commonmark.org/0.31.2/#matches>.
fn overridden_labels(outline: &Outline<'_>) -> Vec<Vec<Range<usize>>> {
    let mut labels = vec![Vec::new(); outline.texts.len()];
    if outline.texts.iter().filter(|text| text.text.contains("]:")).count() < 2 {
        return labels;
    }
    let mut all = Vec::new();
    for (number, text) in outline.texts.iter().enumerate() {
        let parser = Parser::new_ext(&text.text, SYNTAX);
        let definitions = parser.reference_definitions().iter();
        all.extend(
            definitions.map(|(written, to)| (text.source(to.span.start), number, label(written), to.span.clone())),
        );
    }
    all.sort_by_key(|(at, ..)| *at);
    let mut first: HashSet<Label> = HashSet::new();
    for (_, number, known, span) in all {
        // A text has each label once.
        if first.insert(known) {
            continue;
        }
        let text = &outline.texts[number].text[span.clone()];
        if let Some(inside) = text.strip_prefix('[').map(label_length) {
            labels[number].push(span.start + 1..span.start + 1 + inside);
        }
    }
    labels
}

/// The length of a label before the bracket that closes it, in its first line.
fn label_length(text: &str) -> usize {
    let mut is_escaped = false;
    let ends = |byte: u8| {
        let ends = byte == b'\n' || byte == b']' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    };
    text.bytes().position(ends).unwrap_or(text.len())
}

/// The labels of possible references to footnotes in a text.
fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.split("[^").skip(1).filter_map(|behind| {
        let end = behind.find([']', '[', '\n'])?;
        behind[end..].starts_with(']').then(|| &behind[..end])
    })
}

/// Reads the texts of an outline. `sources` is what [`sources`] makes of it.
pub(super) fn read<'a>(outline: &'a Outline<'_>, sources: &'a [Source]) -> Tree<'a> {
    let definitions: RefCell<Definitions<'a>> = RefCell::default();
    let undefined: RefCell<Vec<(usize, Range<usize>, String)>> = RefCell::default();
    let mut tree = Tree::default();
    let mut parsers = Vec::new();
    for (number, (text, Source { text: source, stub })) in outline.texts.iter().zip(sources).enumerate() {
        let (definitions, undefined) = (&definitions, &undefined);
        let resolve = move |link: BrokenLink<'a>| {
            let found = definitions.borrow().get(&label(&link.reference)).cloned();
            // `[x]` alone is usually text, not a link without a definition.
            if found.is_none() && link.link_type == LinkType::Reference {
                let place = (number, link.span.clone(), link.reference.to_string());
                undefined.borrow_mut().push(place);
            }
            found
        };
        let source = source.as_deref().unwrap_or(&text.text);
        let parser = Parser::new_with_broken_link_callback(source, SYNTAX, Some(resolve));
        let own = parser.reference_definitions().iter();
        for (written, to) in own {
            // A definition without a target is a note, written as its title.
            if matches!(&*to.dest, "" | "#") && to.title.is_some() {
                tree.notes.push(place(text, *stub, &to.span));
            }
            if outline.texts.len() > 1 {
                let (target, title) = (to.dest.to_string(), to.title.as_deref().unwrap_or_default().to_owned());
                let mut all = definitions.borrow_mut();
                all.entry(label(written)).or_insert((target.into(), title.into()));
            }
        }
        parsers.push(Some((parser, source, *stub)));
    }
    let mut builder = Builder {
        outline,
        parsers,
        tree,
        depth: 0,
    };
    let nodes = builder.text(0);
    let mut tree = builder.tree;
    tree.nodes = nodes;
    let undefined = undefined.take().into_iter();
    tree.undefined = undefined
        .map(|(number, range, label)| (place(&outline.texts[number], sources[number].stub, &range), label))
        .collect();
    tree.undefined.sort_by_key(|(range, _)| range.start);
    tree
}

fn place(text: &BoxText<'_>, stub: usize, range: &Range<usize>) -> Range<usize> {
    let at = |offset: usize| text.source(offset.saturating_sub(stub));
    at(range.start)..at(range.end)
}

struct Builder<'a, 'o, F: BrokenLinkCallback<'a>> {
    outline: &'o Outline<'o>,
    /// The parser of each text, its input, and the length of the stubs before the text.
    parsers: Vec<Option<(Parser<'a, F>, &'a str, usize)>>,
    tree: Tree<'a>,
    /// How many elements are open.
    depth: usize,
}

/// The open elements of a text.
struct Open<'a> {
    /// The elements, outermost first; the first one represents the text.
    elements: Vec<Node<'a>>,
    /// For each open element of the parser, whether it is one of these.
    kept: Vec<bool>,
    /// The open block of code or raw HTML, or image.
    leaf: Option<Leaf<'a>>,
}

enum Leaf<'a> {
    Code(Range<usize>, Code<'a>),
    Html(Range<usize>, String),
    /// With how many images are open in it.
    Image(Node<'a>, String, usize),
    /// The placeholder of a box.
    Place,
}

impl<'a> Open<'a> {
    fn add(&mut self, node: Node<'a>) {
        if let Some(parent) = self.elements.last_mut() {
            parent.children.push(node);
        }
    }

    /// Continues a block of code or raw HTML, or an image.
    fn in_leaf(&mut self, leaf: Leaf<'a>, event: Event<'a>) {
        self.leaf = match (leaf, event) {
            (Leaf::Code(range, code), Event::End(TagEnd::CodeBlock)) => {
                self.add(Node::new(Kind::Code(code), range));
                None
            }
            (Leaf::Code(range, mut code), event) => {
                if let Event::Text(text) = event {
                    code.text.push_str(&text);
                }
                Some(Leaf::Code(range, code))
            }
            (Leaf::Html(range, html), Event::End(TagEnd::HtmlBlock)) => {
                self.add(Node::new(Kind::Html(html), range));
                None
            }
            (Leaf::Html(range, mut html), event) => {
                if let Event::Html(text) | Event::Text(text) = event {
                    html.push_str(&text);
                }
                Some(Leaf::Html(range, html))
            }
            (Leaf::Image(mut node, said, 0), Event::End(TagEnd::Image)) => {
                if let Kind::Image { alt, .. } = &mut node.kind {
                    *alt = said;
                }
                self.add(node);
                None
            }
            (Leaf::Image(node, mut said, mut depth), event) => {
                match event {
                    Event::Start(Tag::Image { .. }) => depth += 1,
                    Event::End(TagEnd::Image) => depth -= 1,
                    Event::Text(text) | Event::Code(text) => said.push_str(&text),
                    Event::SoftBreak | Event::HardBreak => said.push(' '),
                    _ => {}
                }
                Some(Leaf::Image(node, said, depth))
            }
            (Leaf::Place, Event::End(TagEnd::HtmlBlock)) => None,
            (Leaf::Place, _) => Some(Leaf::Place),
        };
    }
}

impl<'a, F: BrokenLinkCallback<'a>> Builder<'a, '_, F> {
    /// The elements of the text with this number.
    fn text(&mut self, number: usize) -> Vec<Node<'a>> {
        let Some((parser, source, stub)) = self.parsers[number].take() else {
            return Vec::new();
        };
        let depth = self.depth;
        let text = &self.outline.texts[number];
        let mut open = Open {
            elements: vec![Node::new(Kind::Paragraph, 0..0)],
            kept: Vec::new(),
            leaf: None,
        };
        for (event, range) in TextMergeWithOffset::new(parser.into_offset_iter()) {
            if range.start < stub {
                continue;
            }
            if let Some(leaf) = open.leaf.take() {
                open.in_leaf(leaf, event);
                continue;
            }
            let source_range = place(text, stub, &range);
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    open.leaf = Some(match text.box_at(range.start - stub) {
                        Some(number) => {
                            let node = self.boxed(number, depth + open.kept.len());
                            open.add(node);
                            Leaf::Place
                        }
                        None => Leaf::Html(source_range, String::new()),
                    });
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => {
                            let ends = number > 0 || range.end < source.trim_end().len();
                            self.note_unclosed(&source[range.clone()], &source_range, ends);
                            Some(info)
                        }
                        CodeBlockKind::Indented => None,
                    };
                    let code = Code {
                        info,
                        text: String::new(),
                    };
                    open.leaf = Some(Leaf::Code(source_range, code));
                }
                Event::Start(tag) => {
                    let target = match &tag {
                        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => &**dest_url,
                        _ => "",
                    };
                    // The place of a link is that of its target.
                    let written = if target.is_empty() {
                        None
                    } else {
                        source[range.clone()].rfind(target)
                    };
                    let source_range = match written.map(|at| range.start + at) {
                        Some(at) => place(text, stub, &(at..at + target.len())),
                        None => source_range,
                    };
                    let node = Node::new(kind(tag), source_range);
                    if matches!(node.kind, Kind::Image { .. }) {
                        open.leaf = Some(Leaf::Image(node, String::new(), 0));
                        continue;
                    }
                    let is_kept = depth + open.kept.len() < MAX_DEPTH;
                    open.kept.push(is_kept);
                    if is_kept {
                        open.elements.push(node);
                    }
                }
                Event::End(_) => {
                    if open.kept.pop() == Some(true)
                        && let Some(node) = open.elements.pop()
                    {
                        open.add(node);
                    }
                }
                Event::Text(said) => open.add(Node::new(Kind::Text(said), source_range)),
                Event::Code(code) => open.add(Node::new(Kind::CodeSpan(code), source_range)),
                Event::InlineHtml(html) | Event::Html(html) => {
                    open.add(Node::new(Kind::InlineHtml(html), source_range));
                }
                Event::SoftBreak => open.add(Node::new(Kind::SoftBreak, source_range)),
                Event::HardBreak => open.add(Node::new(Kind::HardBreak, source_range)),
                Event::Rule => open.add(Node::new(Kind::Rule, source_range)),
                Event::FootnoteReference(label) => {
                    open.add(Node::new(Kind::FootnoteReference(label), source_range));
                }
                Event::TaskListMarker(checked) => open.add(Node::new(Kind::Task(checked), source_range)),
                Event::InlineMath(said) | Event::DisplayMath(said) => {
                    open.add(Node::new(Kind::Text(said), source_range));
                }
            }
        }
        open.elements.pop().map(|text| text.children).unwrap_or_default()
    }

    fn boxed(&mut self, number: usize, depth: usize) -> Node<'a> {
        self.tree.boxes += 1;
        let opened = &self.outline.boxes[number];
        let outer = std::mem::replace(&mut self.depth, depth + 1);
        let children = self.text(number + 1);
        self.depth = outer;
        Node {
            children,
            ..Node::new(Kind::Box(opened.container.clone()), opened.range.clone())
        }
    }

    /// Records fenced code without a closing line.
    fn note_unclosed(&mut self, code: &str, place: &Range<usize>, ends_with_block: bool) {
        let code = code.trim_end();
        let first = code.lines().next().unwrap_or_default();
        let is_closed = opens_fence(first).is_none_or(|(character, length)| {
            code.rsplit_once('\n')
                .is_some_and(|(_, last)| closes_fence(last.trim_start_matches(['>', ' ', '\t']), character, length))
        });
        if !is_closed {
            let line = place.start..place.start + first.len();
            self.tree.unclosed_code.push((line, ends_with_block));
        }
    }
}

fn kind(tag: Tag<'_>) -> Kind<'_> {
    match tag {
        Tag::Heading { level, id, classes, .. } => Kind::Heading(HeadingMark {
            level: level as u8,
            id,
            classes,
        }),
        Tag::BlockQuote(_) => Kind::Quote,
        Tag::List(first) => Kind::List(first),
        Tag::Item => Kind::Item,
        Tag::FootnoteDefinition(label) => Kind::Footnote(label),
        Tag::DefinitionList => Kind::Definitions,
        Tag::DefinitionListTitle => Kind::Term,
        Tag::DefinitionListDefinition => Kind::Definition,
        Tag::Table(alignments) => Kind::Table(alignments),
        Tag::TableHead => Kind::TableHead,
        Tag::TableRow => Kind::Row,
        Tag::TableCell => Kind::Cell,
        Tag::Emphasis => Kind::Emphasis,
        Tag::Strong => Kind::Strong,
        Tag::Strikethrough => Kind::Strikethrough,
        Tag::Link {
            link_type,
            dest_url,
            title,
            ..
        } => Kind::Link {
            target: match link_type {
                LinkType::Email => format!("mailto:{dest_url}"),
                _ => dest_url.to_string(),
            },
            title,
            named: false,
        },
        Tag::Image { dest_url, title, .. } => Kind::Image {
            target: dest_url.to_string(),
            title,
            alt: String::new(),
            named: false,
        },
        // Code and raw HTML are handled before; the other syntax is not enabled.
        Tag::Paragraph
        | Tag::CodeBlock(_)
        | Tag::HtmlBlock
        | Tag::Superscript
        | Tag::Subscript
        | Tag::MetadataBlock(_) => Kind::Paragraph,
    }
}
