//! Footnotes. Their ids begin with `_`, as those of the theme do, so that no heading can have the same.

use super::{Message, PatchKind, Renderer};

/// How the ids of footnotes begin.
pub(super) const FOOTNOTE: &str = "_fn";

/// A beginning for the ids of footnotes that none of these has.
pub(super) fn free_prefix(ids: &[String]) -> String {
    let mut prefix = FOOTNOTE.to_owned();
    while ids.iter().any(|id| id.starts_with(&prefix)) {
        prefix.push('_');
    }
    prefix
}

impl Renderer<'_> {
    pub(super) fn footnote_reference(&mut self, label: &str) {
        let next = self.footnotes.numbers.len() + 1;
        let (number, count) = self.footnotes.numbers.entry(label.to_owned()).or_insert((next, 0));
        *count += 1;
        let prefix = &self.footnotes.prefix;
        let id = reference_id(prefix, *number, *count);
        let html = format!("<sup class=\"footnote-ref\" id=\"{id}\"><a href=\"#{prefix}-{number}\">{number}</a></sup>");
        self.out.push(&html);
    }

    pub(super) fn push_footnotes(&mut self) {
        let mut cited: Vec<_> = std::mem::take(&mut self.footnotes.numbers).into_iter().collect();
        cited.sort_by_key(|(_, (number, _))| *number);
        if cited.is_empty() {
            return;
        }
        self.out.push("<section class=\"footnotes\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::Footnotes));
        self.out.push("\">\n<ol>\n");
        for (label, (number, count)) in cited {
            self.out
                .push(&format!("<li id=\"{}-{number}\">", self.footnotes.prefix));
            let definition = self.footnotes.definitions.remove(&label).unwrap_or_default();
            let inside = definition.html().strip_suffix("</p>\n").map(str::len);
            let start = self.out.len();
            self.out.append(&definition);
            if let Some(inside) = inside {
                self.out.truncate(start + inside);
            }
            for nth in 1..=count {
                self.out.push(&format!(
                    " <a class=\"footnote-back\" href=\"#{}\" aria-label=\"",
                    reference_id(&self.footnotes.prefix, number, nth)
                ));
                self.out.push_patch(PatchKind::Message(Message::BackToContent));
                self.out.push(&format!(
                    " {number}{}\">\u{21a9}</a>",
                    if nth > 1 { format!("-{nth}") } else { String::new() }
                ));
            }
            self.out
                .push(if inside.is_some() { "</p>\n</li>\n" } else { "</li>\n" });
        }
        self.out.push("</ol>\n</section>\n");
    }
}

fn reference_id(prefix: &str, number: usize, nth: usize) -> String {
    if nth == 1 {
        format!("{prefix}ref-{number}")
    } else {
        format!("{prefix}ref-{number}-{nth}")
    }
}
