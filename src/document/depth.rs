//! How deeply HTML nests, as the parser that cleans it sees it.
//!
//! What an end tag closes only a parser knows: `</p>` in `<section></p>` closes nothing, and many others close more than
//! they name. So the same parser builds the tree, of elements without anything in them, and stops as soon as it is too
//! deep: the work of each tag grows with what is open.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};

/// Most elements that may stand in one another: the cleaner's work grows with the square of it.
pub const MAX_DEPTH: usize = 500;

/// How much is read between two looks at the depth, in bytes.
const STEP: usize = 4096;

/// Whether elements stand in one another more deeply than the cleaner can take.
pub fn nests_too_deeply(html: &str) -> bool {
    // Most articles have fewer elements than that.
    html.bytes().filter(|byte| *byte == b'<').nth(MAX_DEPTH).is_some() && deepest(html).0 > MAX_DEPTH
}

/// The depth of the HTML, and how much of it was read to say so: all, unless it is too deep.
fn deepest(html: &str) -> (usize, usize) {
    let deepest = Rc::new(Cell::new(0));
    let tree = Tree {
        document: Rc::new(Node::new(name())),
        deepest: Rc::clone(&deepest),
    };
    let mut parser = parse_fragment(tree, ParseOpts::default(), name(), Vec::new(), false);
    let mut read = 0;
    while read < html.len() && deepest.get() <= MAX_DEPTH {
        let end = html.ceil_char_boundary(read + STEP);
        parser.process(StrTendril::from_slice(&html[read..end]));
        read = end;
    }
    (deepest.get(), read)
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
        let mut depth = 0;
        let mut above = self.parent.borrow().clone();
        while let Some(node) = above {
            depth += 1;
            above = node.parent.borrow().clone();
        }
        depth
    }
}

struct Tree {
    document: Rc<Node>,
    deepest: Rc<Cell<usize>>,
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
            let (_, read) = deepest(&html);
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
            let (depth, read) = deepest(&html);
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
            assert_eq!(deepest(html).0, depth, "{html}");
        }
    }
}
