//! Measures the nesting of HTML with the parser of the sanitizer.
//!
//! Only a parser knows what an end tag closes: `</p>` in `<section></p>` closes nothing, and many other end tags close
//! several elements. So the same parser builds the tree, without attributes and text, and stops as soon as it is too
//! deep or too large: the time per tag grows with the number of open elements, and unclosed formatting elements are
//! reopened in each block.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, ParseOpts, QualName, local_name, ns, parse_fragment};

/// The largest nesting depth: the time of the sanitizer grows with its square.
pub(crate) const MAX_DEPTH: usize = 500;

/// The number of bytes between two checks of the depth.
const STEP: usize = 4096;

/// The largest average number of elements per tag, including implied and reopened ones.
const MADE_BY_TAG: usize = 4;

/// Whether HTML is nested too deeply for the sanitizer, or creates too many elements.
pub(crate) fn nests_too_deeply(html: &str) -> bool {
    let tags = html.bytes().filter(|byte| *byte == b'<').count();
    // Most articles have fewer elements than that.
    tags > MAX_DEPTH && !measure(html).fits
}

/// The measures of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measure {
    /// Its depth.
    depth: usize,
    /// The number of bytes read: all, unless the tree exceeds a limit.
    read: usize,
    /// Whether it is within the limits.
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
    /// The number of inserted elements, including removed ones.
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
        // A parse error is not a reason to stop.
        let slip = format!("<p><b>a</p>{}", "<p>x</p>".repeat(2_000));
        assert!(!nests_too_deeply(&slip));
    }
}
