//! Links, bare URLs, images and figures.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind as FoundKind};

use super::attributes::Attributes;
use super::tree::{Kind, Node};
use super::writer::{Writer, is_video};
use super::{Code, Diagnostic, Link};
use crate::LinkKind;
use crate::fragment::PatchKind;
use crate::video;

/// The length of text that a reader sees without scrolling, in characters.
const TOP_CHARS: usize = 600;

impl Writer<'_> {
    /// Writes text, its bare URLs and mail addresses as links.
    pub(super) fn linked_text(&mut self, text: &str, range: &Range<usize>) {
        if self.around.links > 0 || !(text.contains("://") || text.contains('@')) {
            self.out.push_text(text);
            return;
        }
        let mut from = 0;
        for link in LinkFinder::new().links(text) {
            let target = match link.kind() {
                FoundKind::Url if link.as_str().starts_with("http") => link.as_str().to_owned(),
                FoundKind::Email => format!("mailto:{}", link.as_str()),
                _ => continue,
            };
            self.out.push_text(&text[from..link.start()]);
            from = link.end();
            let place = self.place(range);
            self.open_link(target, place, false);
            if !self.around.without_links {
                self.out.push(">");
            }
            self.out.push_text(link.as_str());
            if !self.around.without_links {
                self.out.push("</a>");
            }
        }
        self.out.push_text(&text[from..]);
    }

    /// Begins the start tag of a link. Where links are not allowed, only records its target, which is checked anyway.
    fn open_link(&mut self, target: String, place: Range<u32>, named: bool) {
        if self.around.without_links {
            self.written.body.links.push(Link {
                target,
                kind: LinkKind::Page,
                range: place,
                named,
            });
        } else {
            self.out.push("<a");
            self.push_link(target, LinkKind::Page, place, named);
        }
    }

    pub(super) fn push_link(&mut self, target: String, kind: LinkKind, range: Range<u32>, named: bool) {
        let number = self.next_link();
        self.out.push_patch(match kind {
            LinkKind::Page => PatchKind::Href(number),
            LinkKind::Media => PatchKind::Url(number),
        });
        self.written.body.links.push(Link {
            target,
            kind,
            range,
            named,
        });
    }

    pub(super) fn link(&mut self, target: &str, title: &str, named: bool, node: &Node<'_>) {
        self.begin_inline();
        let children = &node.children;
        let place = self.place(&node.range);
        self.open_link(target.to_owned(), place, named);
        if self.around.without_links {
            return self.nodes(children);
        }
        self.around.links += 1;
        if !title.is_empty() {
            self.out.push(" title=\"");
            self.out.push_attribute(title);
            self.out.push("\"");
        }
        if let Some(attributes) = &node.attributes {
            self.push_attributes(attributes, &node.range);
        }
        self.phrase(">", children, "</a>");
        self.around.links -= 1;
    }

    pub(super) fn image(&mut self, target: &str, title: &str, alt: &str, named: bool, node: &Node<'_>) {
        let place = self.place(&node.range);
        if let Some(clip) = video::clip(target) {
            return self.video(clip, (target, named), title, alt, place);
        }
        self.begin_inline();
        let number = self.next_link();
        let says_nothing = alt.trim().is_empty();
        if says_nothing {
            self.report_alt(&place);
        }
        // A link needs text, and links cannot be nested.
        let zooms = !says_nothing && self.around.links == 0 && !self.raw.open.link && self.heading.is_none();
        if zooms {
            self.out.push_patch(PatchKind::ZoomStart(number));
        }
        let given = node.attributes.as_ref().and_then(|attributes| attributes.get("width"));
        let width = given.and_then(|width| width.trim().trim_end_matches("px").parse().ok());
        let width = width.filter(|width| *width > 0);
        if !self.raw.open.picture {
            self.out.push_patch(PatchKind::PictureStart { link: number, width });
        }
        self.note_image(number);
        self.out.push("<img src=\"");
        self.push_link(target.to_owned(), LinkKind::Media, place, named);
        self.out.push("\" alt=\"");
        self.out.push_attribute(alt);
        if !title.is_empty() {
            self.out.push("\" title=\"");
            self.out.push_attribute(title);
        }
        self.out.push("\"");
        if let Some(attributes) = &node.attributes {
            self.push_attributes(attributes, &node.range);
        }
        match (given, width) {
            (None, _) => self.out.push_patch(PatchKind::Size(number)),
            (Some(_), Some(width)) => self.out.push_patch(PatchKind::Height { link: number, width }),
            (Some(_), None) => {}
        }
        self.out.push_patch(PatchKind::Loading(number));
        self.out.push(" decoding=\"async\">");
        if !self.raw.open.picture {
            self.out.push_patch(PatchKind::PictureEnd(number));
        }
        if zooms {
            self.out.push_patch(PatchKind::ZoomEnd(number));
        }
        self.media_text(" ");
        self.media_text(alt);
        self.media_text(" ");
    }

    /// Writes the attribute list of an image or link: id, classes, and the width of an image. The theme decides in which
    /// window a link opens, and when an image loads.
    fn push_attributes(&mut self, attributes: &Attributes, range: &Range<usize>) {
        if let Some(id) = &attributes.id {
            let place = self.place(range);
            self.own_id(id, &place);
        }
        if !attributes.classes.is_empty() {
            self.out.push(" class=\"");
            self.out.push_attribute(&attributes.classes.join(" "));
            self.out.push("\"");
        }
        if let Some(width) = attributes.get("width") {
            self.out.push(" width=\"");
            self.out.push_attribute(width.trim().trim_end_matches("px"));
            self.out.push("\"");
        }
    }

    /// Writes the id that an article gives to an element.
    fn own_id(&mut self, wanted: &str, place: &Range<u32>) {
        let id = self.ids.take(wanted);
        if id != wanted {
            self.report_id(wanted, &id, place);
        }
        self.out.push(" id=\"");
        self.out.push_attribute(&id);
        self.out.push("\"");
        self.written.body.anchors.push(id);
    }

    /// The number of the next link.
    pub(super) fn next_link(&self) -> u32 {
        u32::try_from(self.written.body.links.len()).unwrap_or(u32::MAX)
    }

    /// Records an image that a reader sees without scrolling.
    pub(super) fn note_image(&mut self, number: u32) {
        if self.chars < TOP_CHARS {
            self.top_images.push(number);
        }
    }

    /// Reports that an image has no alternative text.
    pub(super) fn report_alt(&mut self, place: &Range<u32>) {
        self.report(
            Diagnostic::new(
                Code::ImageAlt,
                "this image has no alternative text for readers who cannot see it",
            )
            .with_hint("describe the image: `![text](file)`; for pure decoration write `<img alt=\"\" src=\"file\">`"),
            place,
        );
    }
}

/// The title of the image if it is the only content of a paragraph.
pub(super) fn only_image<'n>(children: &'n [Node<'_>]) -> Option<&'n str> {
    let mut only = None;
    for child in children {
        match &child.kind {
            Kind::SoftBreak | Kind::HardBreak | Kind::FootnoteReference(_) => {}
            Kind::Image { title, .. } if only.is_none() && !is_video(child) => {
                only = Some(&**title);
            }
            _ => return None,
        }
    }
    only
}
