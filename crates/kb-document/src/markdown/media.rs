//! Videos and other players that are written as images or frames.

use super::{Fragment, ImageState, LinkKind, Message, PatchKind, Range, Renderer};
use crate::video::{self, Clip, Player};

impl Renderer<'_> {
    /// Writes an image whose target is a video. Gives any other image back.
    pub(super) fn video(&mut self, image: ImageState) -> Option<ImageState> {
        let Some(clip) = video::clip(&image.target) else {
            return Some(image);
        };
        let title = if image.alt.trim().is_empty() {
            &image.title
        } else {
            &image.alt
        };
        match clip {
            Clip::Player(player) => self.push_player(&player, title, image.range),
            Clip::File if self.holds_blocks() => self.video_file(&image),
            Clip::File => {
                let in_link = self.in_link > 0 || self.raw_open.leads;
                if !in_link {
                    self.out.push("<a");
                    if title.is_empty() {
                        self.out.push(" class=\"generated\"");
                    }
                    self.push_link(image.target, LinkKind::Page, image.range);
                    self.out.push(">");
                }
                if title.is_empty() {
                    self.out.push_patch(PatchKind::Message(Message::VideoPlay));
                } else {
                    self.out.push_text(title);
                }
                if !in_link {
                    self.out.push("</a>");
                }
                self.mark_paragraph();
                let title = title.clone();
                self.media_text(&title);
            }
        }
        None
    }

    /// Writes what stands in for a player: a figure, or within text a link.
    pub(super) fn push_player(&mut self, player: &Player, title: &str, range: Range<u32>) {
        let number = u32::try_from(self.body.links.len()).unwrap_or(u32::MAX);
        let mut written = Fragment::default();
        if self.holds_blocks() {
            video::push_figure(&mut written, player, title, number);
            written.push("\n");
            self.leave_paragraph();
            self.out.append(&written);
            self.push_video_link(player, range);
            self.return_to_paragraph();
            self.line();
            self.media_text(title);
            return self.line();
        }
        if self.in_link > 0 || self.raw_open.leads {
            // The link around it leads somewhere already.
            self.mark_paragraph();
            self.out.push_text(title);
        } else {
            self.mark_paragraph();
            video::push_link(&mut written, title, number);
            self.out.append(&written);
            self.push_video_link(player, range);
        }
        self.media_text(title);
    }

    fn push_video_link(&mut self, player: &Player, range: Range<u32>) {
        self.body.links.push(crate::Link {
            target: player.page.clone(),
            kind: LinkKind::Page,
            range,
        });
    }

    fn video_file(&mut self, image: &ImageState) {
        let name = [&image.alt, &image.title]
            .into_iter()
            .find(|title| !title.trim().is_empty());
        self.leave_paragraph();
        self.out.push("<figure class=\"video\"><video");
        if name.is_none() {
            self.out.push(" class=\"generated\"");
        }
        self.out
            .push(" controls preload=\"metadata\" playsinline aria-label=\"");
        match name {
            Some(name) => self.out.push_attribute(name),
            None => self.out.push_patch(PatchKind::Message(Message::VideoPlay)),
        }
        self.out.push("\" src=\"");
        self.push_link(image.target.clone(), LinkKind::Media, image.range.clone());
        self.out.push("\"></video>");
        self.line();
        self.media_text(name.map_or("", String::as_str));
        self.line();
        if !image.title.is_empty() && !image.alt.trim().is_empty() {
            self.out.push("<figcaption>");
            self.out.push_text(&image.title);
            self.out.push("</figcaption>");
            self.media_text(&image.title);
            self.line();
        }
        self.out.push("</figure>\n");
        self.return_to_paragraph();
    }

    /// Adds the title of a medium to what can be found, but not to the summary.
    pub(super) fn media_text(&mut self, title: &str) {
        let paragraph = self.paragraph.as_mut();
        let summary = paragraph.map(|paragraph| std::mem::replace(&mut paragraph.summary, false));
        self.text(title);
        if let (Some(paragraph), Some(summary)) = (&mut self.paragraph, summary) {
            paragraph.summary = summary;
        }
    }

    /// Whether a block may stand here: not within a heading, a link or a phrase.
    pub(super) fn holds_blocks(&self) -> bool {
        let phrase = |close: &str| {
            matches!(
                close,
                "</em>" | "</strong>" | "</del>" | "</sup>" | "</sub>" | "</a>" | super::TASK_END
            )
        };
        let in_raw = self.raw_open.leads || self.raw_open.narrow;
        let in_phrase = self.frames.last().is_some_and(|frame| phrase(&frame.close));
        self.heading.is_none() && self.in_link == 0 && !in_raw && !in_phrase
    }

    /// Ends the paragraph before a block in it.
    fn leave_paragraph(&mut self) {
        let Some(paragraph) = &self.paragraph else { return };
        let start = paragraph.start;
        let written = self.out.html()[start..].trim_end().len();
        if written <= "<p>".len() {
            self.out.truncate(start);
        } else {
            self.out.truncate(start + written);
            self.out.push("</p>\n");
        }
    }

    /// Begins the paragraph again behind a block in it.
    fn return_to_paragraph(&mut self) {
        let start = self.out.len();
        if let Some(paragraph) = &mut self.paragraph {
            paragraph.start = start;
            paragraph.picture = None;
            paragraph.other = false;
            paragraph.again = true;
            self.out.push("<p>");
        }
    }

    /// Whether a paragraph has just begun again.
    pub(super) fn at_new_beginning(&self) -> bool {
        let again = self.paragraph.as_ref().filter(|paragraph| paragraph.again);
        again.is_some_and(|paragraph| self.out.len() == paragraph.start + "<p>".len())
    }
}
