//! Footnotes. Their ids begin with `_`, as those of the theme do, so that nothing an article carries can have the same.

use super::{Message, PatchKind, Renderer};

impl Renderer<'_> {
    pub(super) fn footnote_reference(&mut self, label: &str) {
        let next = self.footnotes.numbers.len() + 1;
        let (number, count) = self.footnotes.numbers.entry(label.to_owned()).or_insert((next, 0));
        *count += 1;
        let id = reference_id(*number, *count);
        let link = format!("{id}\"><a href=\"#_fn-{number}\">{number}</a></sup>");
        self.out.push("<sup class=\"footnote-ref\"");
        self.out.begin_own_attribute("id");
        self.out.push(&link);
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
            self.out.push("<li");
            self.out.begin_own_attribute("id");
            self.out.push(&format!("_fn-{number}\">"));
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
                    reference_id(number, nth)
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

fn reference_id(number: usize, nth: usize) -> String {
    if nth == 1 {
        format!("_fnref-{number}")
    } else {
        format!("_fnref-{number}-{nth}")
    }
}
