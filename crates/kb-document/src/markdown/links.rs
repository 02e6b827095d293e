//! Links, bare URLs, images and figures.

use super::{Code, Cow, Diagnostic, FoundKind, Link, LinkFinder, LinkKind, LinkType, PatchKind, Range, Renderer};

/// What a reader sees without scrolling, in characters.
const TOP_CHARS: usize = 600;

impl Renderer<'_> {
    /// Writes text, its bare URLs and mail addresses as links.
    pub(super) fn linked_text(&mut self, text: &str, range: &Range<usize>) {
        if self.in_link > 0 || !(text.contains("://") || text.contains('@')) {
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
            self.out.push("<a");
            let range = self.source_range(range);
            self.push_link(target, LinkKind::Page, range);
            self.out.push(">");
            self.out.push_text(link.as_str());
            self.out.push("</a>");
        }
        self.out.push_text(&text[from..]);
    }

    /// The place of a link's target in the file.
    pub(super) fn target_range(&self, range: &Range<usize>, target: &str) -> Range<u32> {
        let written = self.marked.text.get(range.clone()).unwrap_or_default();
        match written.rfind(target).filter(|_| !target.is_empty()) {
            Some(at) => self.source_range(&(range.start + at..range.start + at + target.len())),
            None => self.source_range(range),
        }
    }

    pub(super) fn push_link(&mut self, target: String, kind: LinkKind, range: Range<u32>) {
        let number = u32::try_from(self.body.links.len()).unwrap_or(u32::MAX);
        self.out.push_patch(match kind {
            LinkKind::Page => PatchKind::Href(number),
            LinkKind::Media => PatchKind::Url(number),
        });
        self.body.links.push(Link { target, kind, range });
    }

    pub(super) fn start_link(&mut self, link_type: LinkType, target: &str, title: &str, range: &Range<usize>) {
        self.mark_paragraph();
        self.in_link += 1;
        let target = match link_type {
            LinkType::Email => Cow::Owned(format!("mailto:{target}")),
            _ => Cow::Borrowed(target),
        };
        self.out.push("<a");
        let range = self.target_range(range, &target);
        self.push_link(target.into_owned(), LinkKind::Page, range);
        if !title.is_empty() {
            self.out.push(" title=\"");
            self.out.push_attribute(title);
            self.out.push("\"");
        }
        self.open(">", "</a>", false);
    }

    pub(super) fn end_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        let Some(image) = self.video(image) else { return };
        if let Some(paragraph) = &mut self.paragraph {
            if self.in_link == 0 && !paragraph.other && paragraph.picture.is_none() {
                paragraph.picture = Some(image.title.clone());
            } else {
                paragraph.other = true;
            }
        }
        let number = u32::try_from(self.body.links.len()).unwrap_or(u32::MAX);
        let says_nothing = image.alt.trim().is_empty();
        if says_nothing {
            self.report_alt(&image.range);
        }
        // A link needs words, and none may stand in another.
        let zooms = !says_nothing && self.in_link == 0 && !self.raw_open.link && self.heading.is_none();
        if zooms {
            self.out.push_patch(PatchKind::ZoomStart(number));
        }
        if !self.raw_open.picture {
            self.out.push_patch(PatchKind::PictureStart {
                link: number,
                width: None,
            });
        }
        self.note_image(number);
        self.out.push("<img src=\"");
        self.push_link(image.target, LinkKind::Media, image.range);
        self.out.push("\" alt=\"");
        self.out.push_attribute(&image.alt);
        if !image.title.is_empty() {
            self.out.push("\" title=\"");
            self.out.push_attribute(&image.title);
        }
        self.out.push("\"");
        self.out.push_patch(PatchKind::Size(number));
        self.out.push_patch(PatchKind::Loading(number));
        self.out.push(" decoding=\"async\">");
        if !self.raw_open.picture {
            self.out.push_patch(PatchKind::PictureEnd(number));
        }
        if zooms {
            self.out.push_patch(PatchKind::ZoomEnd(number));
        }
        self.media_text(" ");
        self.media_text(&image.alt);
        self.media_text(" ");
    }

    /// Notes an image that a reader sees without scrolling.
    pub(super) fn note_image(&mut self, number: u32) {
        if self.chars < TOP_CHARS {
            self.top_images.push(number);
        }
    }

    /// Says that an image has no text that stands for it.
    pub(super) fn report_alt(&mut self, range: &Range<u32>) {
        let span = self.file_span(range);
        self.diagnostics.push(
            Diagnostic::new(Code::ImageAlt, "this picture has no text for those who cannot see it")
                .with_span(span)
                .with_hint(
                    "say what it shows: `![text](file)`; for pure decoration write `<img alt=\"\" src=\"file\">`",
                ),
        );
    }

    /// An image that stands alone is a block; with a title, a figure with a caption.
    pub(super) fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraph.take() else { return };
        if paragraph.again && self.out.html()[paragraph.start..].trim_end() == "<p></p>" {
            self.out.truncate(paragraph.start);
            return;
        }
        let (Some(caption), false) = (&paragraph.picture, paragraph.other) else {
            return;
        };
        let start = paragraph.start..paragraph.start + "<p>".len();
        if caption.is_empty() {
            self.out.replace(start, "<p class=\"picture\">");
        } else {
            let end = self.out.len();
            self.out.replace(end - "</p>\n".len()..end, "<figcaption>");
            self.out.push_text(caption);
            self.out.push("</figcaption></figure>\n");
            self.out.replace(start, "<figure>");
            self.text(caption);
            self.line();
        }
    }
}
