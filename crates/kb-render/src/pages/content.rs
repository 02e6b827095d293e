//! The text of an article with its open places filled, as HTML and as Markdown.

use kb_document::video;
use kb_site::Resolved;

use super::{Document, LanguageRenderer, Message, PatchKind, images};

impl LanguageRenderer<'_> {
    /// The HTML of a document on the page at `path`.
    pub(super) fn content(&self, document: &Document, path: &str) -> String {
        let section_label = self.messages.text(Message::LinkToSection);
        let (label_before, label_after) = section_label.split_once("{title}").unwrap_or((section_label, ""));
        // An image has several open places, one after the other.
        let mut last: Option<(u32, Resolved)> = None;
        let mut image = |link: u32| match &last {
            Some((known, resolved)) if *known == link => resolved.clone(),
            _ => {
                let resolved = self.site.resolve(document, link as usize, self.number, path);
                last = Some((link, resolved.clone()));
                resolved
            }
        };
        document.html.fill(|kind, out| match kind {
            PatchKind::Href(link) => {
                let resolved = self.site.resolve(document, link as usize, self.number, path);
                match resolved.url {
                    Some(url) => {
                        out.push_str(" href=\"");
                        let _ = pulldown_cmark_escape::escape_href(&mut *out, &url);
                        out.push('"');
                    }
                    None => out.push_str(" data-broken-link"),
                }
            }
            PatchKind::Action(link) => {
                if let Some(url) = self.site.resolve(document, link as usize, self.number, path).url {
                    out.push_str(" action=\"");
                    let _ = pulldown_cmark_escape::escape_href(&mut *out, &url);
                    out.push('"');
                }
            }
            PatchKind::Url(link) => {
                let url = image(link)
                    .url
                    .unwrap_or_else(|| self.site.url(&self.theme.missing_image_path()));
                let _ = pulldown_cmark_escape::escape_href(&mut *out, &url);
            }
            PatchKind::Message(message) => {
                let text = match message {
                    Message::LinkToSection => label_before,
                    Message::LinkToSectionEnd => label_after,
                    other => self.messages.text(other),
                };
                let _ = pulldown_cmark_escape::escape_html(&mut *out, text);
            }
            PatchKind::Hosted(message, link) => {
                let target = document.links.get(link as usize).map_or("", |link| &link.target);
                let text = self.messages.text(message).replace("{host}", &video::host_name(target));
                let _ = pulldown_cmark_escape::escape_html(&mut *out, &text);
            }
            PatchKind::Icon(icon) => out.push_str(icon.html()),
            PatchKind::Own => {}
            PatchKind::Size(link)
            | PatchKind::Height { link, .. }
            | PatchKind::Loading(link)
            | PatchKind::ZoomStart(link)
            | PatchKind::ZoomEnd(link)
            | PatchKind::PictureStart { link, .. }
            | PatchKind::PictureEnd(link) => {
                images::fill(self.site, document, kind, link, &image(link), out);
            }
        })
    }

    /// A document as Markdown for programs: title, then the text with links that lead somewhere and without comments.
    pub(super) fn markdown_copy(&self, document: &Document, title: &str, path: &str) -> String {
        let body = document.body();
        let offset = document.body_start;
        let inside = |range: &std::ops::Range<u32>| {
            (range.start as usize)
                .checked_sub(offset)
                .map(|start| start..range.end as usize - offset)
        };
        let mut changes: Vec<(std::ops::Range<usize>, String)> = document
            .comments
            .iter()
            .filter_map(|range| Some((inside(range)?, String::new())))
            .collect();
        for (number, link) in document.links.iter().enumerate() {
            let Some(range) = inside(&link.range).filter(|range| body.get(range.clone()) == Some(link.target.as_str()))
            else {
                continue;
            };
            if let Some(url) = self.site.resolve(document, number, self.number, path).url {
                let ours = url.starts_with('/') && !url.starts_with("//");
                let origin = self
                    .site
                    .config
                    .base_url
                    .as_ref()
                    .filter(|_| ours)
                    .map_or("", |base| base.origin());
                changes.push((range, format!("{origin}{url}")));
            }
        }
        changes.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(body.len());
        let mut from = 0;
        for (range, new) in changes {
            if range.start >= from {
                text.push_str(&body[from..range.start]);
                text.push_str(&new);
                from = range.end;
            }
        }
        text.push_str(&body[from..]);
        // The copy begins with the title, so a heading that repeats it is left out.
        let text = text.trim();
        let text = match text.strip_prefix("# ").and_then(|rest| rest.split_once('\n')) {
            Some((heading, rest)) if heading.trim() == title => rest.trim_start(),
            _ => text,
        };
        format!("# {title}\n\n{text}\n")
    }
}
