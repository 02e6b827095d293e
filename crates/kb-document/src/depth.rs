//! How deeply HTML nests, as the parser that cleans it sees it.
//!
//! What an end tag closes only a parser knows: `</p>` in `<section></p>` closes nothing, and many others close more than
//! they name. So the same parser builds the tree, of elements without anything in them, and stops as soon as it is too
//! deep, or grows beyond what is written: the work of each tag grows with what is open, and formatting that is never
//! closed begins anew in each block.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};

/// Most elements that may stand in one another: the cleaner's work grows with the square of it.
pub(crate) const MAX_DEPTH: usize = 500;

/// How much is read between two looks at the depth, in bytes.
const STEP: usize = 4096;

/// Most elements that a tag may make, on average: those that are implied, and those that begin anew.
const MADE_BY_TAG: usize = 4;

/// Whether elements stand in one another more deeply than the cleaner can take, or become more than it can.
pub(crate) fn nests_too_deeply(html: &str) -> bool {
    let tags = html.bytes().filter(|byte| *byte == b'<').count();
    // Most articles have fewer elements than that.
    tags > MAX_DEPTH && !measure(html).fits
}

/// What a tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measure {
    /// Its depth.
    depth: usize,
    /// How much of the HTML was read: all, unless the tree does not fit.
    read: usize,
    /// Whether the cleaner can take it.
    fits: bool,
}

fn measure(html: &str) -> Measure {
    let deepest = Rc::new(Cell::new(0));
    let made = Rc::new(Cell::new(0));
    let tree = Tree {
        document: Rc::new(Node::new(name())),
        deepest: Rc::clone(&deepest),
        made: Rc::clone(&made),
    };
    let mut parser = parse_fragment(tree, ParseOpts::default(), name(), Vec::new(), false);
    let mut read = 0;
    let mut tags = MAX_DEPTH;
    let mut fits = true;
    while read < html.len() && fits {
        let part = &html[read..html.ceil_char_boundary(read + STEP)];
        parser.process(StrTendril::from_slice(part));
        read += part.len();
        tags += part.bytes().filter(|byte| *byte == b'<').count();
        fits = deepest.get() <= MAX_DEPTH && made.get() <= MADE_BY_TAG * tags;
    }
    Measure {
        depth: deepest.get(),
        read,
        fits,
    }
}

fn name() -> QualName {
    QualName::new(None, ns!(html), local_name!("div"))
}

struct Node {
    name: QualName,
    parent: RefCell<Option<Rc<Node>>>,
    /// The elements that were put into it, some of which may since have left.
    children: RefCell<Vec<Weak<Node>>>,
}

impl Node {
    fn new(name: QualName) -> Self {
        Self {
            name,
            parent: RefCell::default(),
            children: RefCell::default(),
        }
    }

    fn depth(&self) -> usize {
        let above = |node: &Rc<Node>| node.parent.borrow().clone();
        std::iter::successors(self.parent.borrow().clone(), above).count()
    }
}

struct Tree {
    document: Rc<Node>,
    deepest: Rc<Cell<usize>>,
    made: Rc<Cell<usize>>,
}

impl Tree {
    fn put(&self, parent: &Rc<Node>, child: &Rc<Node>) {
        *child.parent.borrow_mut() = Some(Rc::clone(parent));
        parent.children.borrow_mut().push(Rc::downgrade(child));
        self.deepest.set(self.deepest.get().max(child.depth()));
    }
}

impl TreeSink for Tree {
    type Handle = Rc<Node>;
    type Output = ();
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) {}

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Rc<Node> {
        Rc::clone(&self.document)
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Node>) -> ExpandedName<'a> {
        target.name.expanded()
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> Rc<Node> {
        self.made.set(self.made.get() + 1);
        Rc::new(Node::new(name))
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Node> {
        Rc::new(Node::new(name()))
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Node> {
        Rc::new(Node::new(name()))
    }

    fn append(&self, parent: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        if let NodeOrText::AppendNode(child) = child {
            self.put(parent, &child);
        }
    }

    fn append_based_on_parent_node(&self, element: &Rc<Node>, before: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        if element.parent.borrow().is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Rc<Node>) -> Rc<Node> {
        Rc::clone(target)
    }

    fn same_node(&self, a: &Rc<Node>, b: &Rc<Node>) -> bool {
        Rc::ptr_eq(a, b)
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Rc<Node>, child: NodeOrText<Rc<Node>>) {
        let parent = sibling.parent.borrow().clone();
        if let Some(parent) = parent {
            self.append(&parent, child);
        }
    }

    fn add_attrs_if_missing(&self, _: &Rc<Node>, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Rc<Node>) {
        *target.parent.borrow_mut() = None;
    }

    fn reparent_children(&self, node: &Rc<Node>, new_parent: &Rc<Node>) {
        let children = std::mem::take(&mut *node.children.borrow_mut());
        for child in children.iter().filter_map(Weak::upgrade) {
            let is_here = child
                .parent
                .borrow()
                .as_ref()
                .is_some_and(|parent| Rc::ptr_eq(parent, node));
            if is_here {
                self.put(new_parent, &child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn end_tags_close_what_the_parser_closes() {
        for nested in [
            "<section></p>",
            "<section></x>",
            "<b>",
            "<b a=\"{n}\">",
            "<div><b a=\"{n}\"></div>",
            "<section><object></section>",
            "<a><div></a>",
            "<table><tr><td></tr-></section>",
            "<span></div>",
            "<ul><li>",
            "<div></br>",
            "<font></section></font-x>",
            "<svg><g></p-></svg-x>",
            "<i></b></i-x>",
        ] {
            let html: String = (0..50_000).map(|n| nested.replace("{n}", &n.to_string())).collect();
            assert!(nests_too_deeply(&html), "{nested}");
            let read = measure(&html).read;
            assert!(read <= 200_000, "{nested}: {read}");
        }
        for flat in [
            "<p>a",
            "<li>a",
            "<br>",
            "<img src=x>",
            "<b><i>a</b></i>",
            "<dt>a<dd>b",
            "<section></section>",
            "<section></p></section>",
            "<table><tr><td>a<td>b<tr><td>c</table>",
            "<option>a",
            "<p><b>a</p></b>",
            "<!-- <b><b><b> -->",
            "<script><b><b><b></script>",
        ] {
            let html = flat.repeat(2_000);
            let Measure { depth, read, .. } = measure(&html);
            assert!(depth < 20, "{flat}: {depth}");
            assert_eq!(read, html.len());
            assert!(!nests_too_deeply(&html), "{flat}");
        }
    }

    #[test]
    fn depth_is_what_the_tree_has() {
        for (html, depth) in [
            ("", 1),
            ("a", 1),
            ("<p>a", 2),
            ("<section></p>", 3),
            ("<section></p><section></p>", 4),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>", 5),
            ("<table><td>a", 5),
            ("<b><div></b>x", 3),
        ] {
            assert_eq!(measure(html).depth, depth, "{html}");
        }
    }

    #[test]
    fn formatting_that_is_never_closed_does_not_begin_anew_without_end() {
        let open: Vec<String> = (0..400).map(|n| format!("<b a=\"{n}\">")).collect();
        let open = open.concat();
        let html = format!("<p>{open}</p>{}", "<p>x".repeat(100_000));
        assert!(nests_too_deeply(&html));
        assert!(measure(&html).read < 50_000);
        // A slip is none.
        let slip = format!("<p><b>a</p>{}", "<p>x</p>".repeat(2_000));
        assert!(!nests_too_deeply(&slip));
    }
}
