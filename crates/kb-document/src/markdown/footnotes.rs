//! Footnotes. Their ids begin with `_`, as those of the theme do, so that nothing an article carries can have the same.

use std::collections::HashMap;

use super::state::{Cited, Place};
use super::{Message, PatchKind, Renderer};

impl Renderer<'_> {
    pub(super) fn footnote_reference(&mut self, label: &str) {
        let next = self.footnotes.cited.len() + 1;
        let first = match self.footnotes.open.last() {
            Some(footnote) => Place::Footnote(footnote.label.clone()),
            // A heading begins the next section.
            None if self.heading.is_some() || self.raw_heading.is_some() => Place::Section(self.body.sections.len()),
            None => Place::Section(self.body.sections.len() - 1),
        };
        let cited = self.footnotes.cited.entry(label.to_owned()).or_insert(Cited {
            number: next,
            references: 0,
            first,
        });
        cited.references += 1;
        let number = cited.number;
        let id = reference_id(number, cited.references);
        let link = format!("{id}\"><a href=\"#_fn-{number}\">{number}</a></sup>");
        self.out.push("<sup class=\"footnote-ref\"");
        self.out.begin_own_attribute("id");
        self.out.push(&link);
    }

    pub(super) fn push_footnotes(&mut self) {
        let mut cited: Vec<_> = std::mem::take(&mut self.footnotes.cited).into_iter().collect();
        cited.sort_by_key(|(_, cited)| cited.number);
        if cited.is_empty() {
            return;
        }
        let last = self.body.sections.len() - 1;
        let mut sections: HashMap<String, usize> = HashMap::new();
        self.out.push("<section class=\"footnotes\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::Footnotes));
        self.out.push("\">\n<ol>\n");
        for (label, cited) in cited {
            let number = cited.number;
            self.out.push("<li");
            self.out.begin_own_attribute("id");
            self.out.push(&format!("_fn-{number}\">"));
            let definition = self.footnotes.definitions.remove(&label).unwrap_or_default();
            // What a footnote says belongs to what refers to it.
            let section = match cited.first {
                Place::Section(number) => number.min(last),
                Place::Footnote(label) => sections.get(&label).copied().unwrap_or(last),
            };
            let text = &mut self.body.sections[section].text;
            text.push('\n');
            text.push_str(&definition.text);
            sections.insert(label, section);
            let inside = definition.html.html().strip_suffix("</p>\n").map(str::len);
            let start = self.out.len();
            self.out.append(&definition.html);
            if let Some(inside) = inside {
                self.out.truncate(start + inside);
            }
            for nth in 1..=cited.references {
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
