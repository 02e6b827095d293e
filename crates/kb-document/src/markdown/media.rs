//! Videos and other players that are written as images or frames.

use std::ops::Range;

use super::Link;
use super::writer::Writer;
use crate::LinkKind;
use crate::fragment::{Message, PatchKind};
use crate::video::{self, Clip, Player};

impl Writer<'_> {
    /// Writes an image whose target is a video.
    pub(super) fn video(
        &mut self,
        clip: Clip,
        (target, named): (&str, bool),
        title: &str,
        alt: &str,
        place: Range<u32>,
    ) {
        let name = if alt.trim().is_empty() { title } else { alt };
        match clip {
            Clip::Player(player) => self.push_player(&player, name, place),
            Clip::File if self.holds_blocks() => {
                let caption = if alt.trim().is_empty() { "" } else { title };
                self.video_file((target, named), name, caption, place);
            }
            Clip::File => {
                self.begin_inline();
                let in_link = self.leads_somewhere();
                if !in_link {
                    self.out.push("<a");
                    if name.is_empty() {
                        self.out.push(" class=\"generated\"");
                    }
                    self.push_link(target.to_owned(), LinkKind::Page, place, named);
                    self.out.push(">");
                }
                if name.is_empty() {
                    self.out.push_patch(PatchKind::Message(Message::VideoPlay));
                } else {
                    self.out.push_text(name);
                }
                if !in_link {
                    self.out.push("</a>");
                }
                self.media_text(name);
            }
        }
    }

    /// Writes the placeholder of a player: a figure, or within text a link.
    pub(super) fn push_player(&mut self, player: &Player, title: &str, place: Range<u32>) {
        let number = self.next_link();
        if self.holds_blocks() {
            self.leave_paragraph();
            video::push_figure(&mut self.out, player, title, number);
            self.out.push("\n");
            self.push_video_link(player, place);
            self.line();
            self.media_text(title);
            return self.line();
        }
        self.begin_inline();
        if self.leads_somewhere() {
            self.out.push_text(title);
        } else {
            video::push_link(&mut self.out, title, number);
            self.push_video_link(player, place);
        }
        self.media_text(title);
    }

    /// Whether a link with a target is open, or links are not allowed here.
    fn leads_somewhere(&self) -> bool {
        self.around.links > 0 || self.around.without_links || self.raw.open.leads
    }

    fn push_video_link(&mut self, player: &Player, range: Range<u32>) {
        self.written.body.links.push(Link {
            target: player.page.clone(),
            kind: LinkKind::Page,
            range,
            named: false,
        });
    }

    fn video_file(&mut self, (target, named): (&str, bool), name: &str, caption: &str, place: Range<u32>) {
        self.leave_paragraph();
        self.out.push("<figure class=\"video\"><video");
        let is_named = !name.trim().is_empty();
        if !is_named {
            self.out.push(" class=\"generated\"");
        }
        self.out
            .push(" controls preload=\"metadata\" playsinline aria-label=\"");
        if is_named {
            self.out.push_attribute(name);
        } else {
            self.out.push_patch(PatchKind::Message(Message::VideoPlay));
        }
        self.out.push("\" src=\"");
        self.push_link(target.to_owned(), LinkKind::Media, place, named);
        self.out.push("\"></video>");
        self.line();
        self.media_text(if is_named { name } else { "" });
        self.line();
        if !caption.is_empty() {
            self.out.push("<figcaption>");
            self.out.push_text(caption);
            self.out.push("</figcaption>");
            self.media_text(caption);
            self.line();
        }
        self.out.push("</figure>\n");
    }

    /// Adds the title of a medium to the searched text, but not to the summary.
    pub(super) fn media_text(&mut self, title: &str) {
        let paragraph = self.paragraph.as_mut();
        let summary = paragraph.map(|paragraph| std::mem::replace(&mut paragraph.is_summary, false));
        self.text(title);
        if let (Some(paragraph), Some(summary)) = (&mut self.paragraph, summary) {
            paragraph.is_summary = summary;
        }
    }

    /// Whether a block is allowed here: not within a heading, a link or a phrase.
    pub(super) fn holds_blocks(&self) -> bool {
        let in_raw = self.raw.open.leads || self.raw.open.narrow;
        self.heading.is_none() && self.around.links == 0 && self.around.phrases == 0 && !in_raw
    }
}
