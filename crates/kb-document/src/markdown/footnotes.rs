//! Footnotes. Their ids begin with `_` like those of the theme, which is reserved, so no element of an article has them.

use std::collections::HashMap;

use super::tree::{Kind, Label, label};
use super::writer::Writer;
use super::{Code, Diagnostic, Fragment};
use crate::fragment::{Message, PatchKind};

/// The footnotes that the text refers to.
#[derive(Debug, Default)]
pub(super) struct Cited {
    /// The labels, in the order of their numbers, which begin at 1.
    labels: Vec<Label>,
    /// By label.
    notes: HashMap<Label, CitedNote>,
    /// The label of the footnote that is being written.
    current: Option<Label>,
    /// Its text.
    pub(super) text: Option<String>,
}

#[derive(Debug)]
struct CitedNote {
    number: usize,
    /// Number of references to it.
    references: usize,
    /// The place of the first reference.
    first: Place,
}

/// The place of a reference to a footnote.
#[derive(Debug)]
enum Place {
    /// In the section with this number.
    Section(usize),
    /// In the footnote with this label.
    Footnote(Label),
}

impl Writer<'_> {
    pub(super) fn footnote_reference(&mut self, written: &str) {
        self.begin_inline();
        let label = label(written);
        let sections = self.written.body.sections.len();
        let first = match &self.cited.current {
            Some(current) => Place::Footnote(current.clone()),
            // A heading begins the next section.
            None if self.heading.is_some() || self.raw.heading.is_some() => Place::Section(sections),
            None => Place::Section(sections - 1),
        };
        let labels = &mut self.cited.labels;
        let note = self.cited.notes.entry(label).or_insert_with_key(|label| {
            labels.push(label.clone());
            CitedNote {
                number: labels.len(),
                references: 0,
                first,
            }
        });
        note.references += 1;
        let number = note.number;
        let id = reference_id(number, note.references);
        let link = if self.around.without_links {
            format!("{id}\">{number}</sup>")
        } else {
            format!("{id}\"><a href=\"#_fn-{number}\">{number}</a></sup>")
        };
        self.out.push("<sup class=\"footnote-ref\"");
        self.out.begin_own_attribute("id");
        self.out.push(&link);
    }

    /// Writes the footnotes that the text refers to.
    pub(super) fn push_footnotes(&mut self) {
        let notes = self.read_footnotes();
        self.report_unused();
        if notes.is_empty() {
            return;
        }
        let cited = std::mem::take(&mut self.cited);
        let last = self.written.body.sections.len() - 1;
        let mut sections: HashMap<&Label, usize> = HashMap::new();
        self.out.push("<section class=\"footnotes\" aria-label=\"");
        self.out.push_patch(PatchKind::Message(Message::Footnotes));
        self.out.push("\">\n<ol>\n");
        for (label, note) in cited.labels.iter().zip(notes) {
            let CitedNote {
                number,
                references,
                first,
            } = &cited.notes[label];
            // The text of a footnote belongs to the section that refers to it.
            let section = match first {
                Place::Section(number) => *number.min(&last),
                Place::Footnote(label) => sections.get(label).copied().unwrap_or(last),
            };
            let text = &mut self.written.body.sections[section].text;
            text.push('\n');
            text.push_str(&note.text);
            sections.insert(label, section);
            self.out.push("<li");
            self.out.begin_own_attribute("id");
            self.out.push(&format!("_fn-{number}\">"));
            self.out.append(&note.html);
            for nth in 1..=*references {
                self.out.push(&format!(
                    " <a class=\"footnote-back\" href=\"#{}\" aria-label=\"",
                    reference_id(*number, nth)
                ));
                self.out.push_patch(PatchKind::Message(Message::BackToContent));
                self.out.push(&format!(
                    " {number}{}\">\u{21a9}</a>",
                    if nth > 1 { format!("-{nth}") } else { String::new() }
                ));
            }
            self.out.push(if note.is_open { "</p>\n</li>\n" } else { "</li>\n" });
        }
        self.out.push("</ol>\n</section>\n");
    }

    /// Reports the footnotes that nothing refers to: as on GitHub, the page does not show them.
    fn report_unused(&mut self) {
        let footnotes = self.footnotes;
        let unused = footnotes
            .iter()
            .filter(|(label, _)| !self.cited.notes.contains_key(*label));
        let mut unused: Vec<_> = unused.map(|(label, (_, range))| (self.place(range), label)).collect();
        unused.sort_by_key(|(place, _)| place.start);
        for (place, label) in unused {
            self.report(unused_footnote(label), &place);
        }
    }

    /// Reads the footnotes that the text refers to, and those that they refer to, in the order of their numbers.
    fn read_footnotes(&mut self) -> Vec<Note> {
        let footnotes = self.footnotes;
        let mut notes = Vec::new();
        while let Some(label) = self.cited.labels.get(notes.len()).cloned() {
            let nodes = footnotes
                .get(&label)
                .map(|(nodes, _)| nodes.as_slice())
                .unwrap_or_default();
            self.cited.current = Some(label);
            self.cited.text = Some(String::new());
            let outer = std::mem::take(&mut self.out);
            // If it ends with a paragraph, the links back are in it.
            let is_open = matches!(nodes.last().map(|last| &last.kind), Some(Kind::Paragraph));
            self.inside(true, |writer| {
                let (before, last) = nodes.split_at(nodes.len() - usize::from(is_open));
                writer.nodes(before);
                for last in last {
                    writer.open_paragraph(&last.children);
                }
            });
            notes.push(Note {
                html: std::mem::replace(&mut self.out, outer),
                is_open,
                text: self.cited.text.take().unwrap_or_default(),
            });
        }
        notes
    }
}

/// The message about a footnote that nothing refers to.
fn unused_footnote(label: &str) -> Diagnostic {
    Diagnostic::new(
        Code::FootnoteUnused,
        format!("nothing refers to the footnote `[^{label}]`, so its text is not on the page"),
    )
    .with_hint(format!("write `[^{label}]` where the footnote belongs, or remove it"))
}

/// The message about a footnote whose label another one has.
pub(super) fn repeated_footnote(label: &str) -> Diagnostic {
    Diagnostic::new(
        Code::FootnoteUnused,
        format!("there is another footnote `[^{label}]` before this one, so the text of this one is not on the page"),
    )
    .with_hint("give it another label")
}

/// The text of a footnote.
struct Note {
    html: Fragment,
    /// Whether it ends in an open paragraph.
    is_open: bool,
    text: String,
}

fn reference_id(number: usize, nth: usize) -> String {
    if nth == 1 {
        format!("_fnref-{number}")
    } else {
        format!("_fnref-{number}-{nth}")
    }
}
