//! Tables: a region that scrolls by itself around each, with a name of its own.

use super::{Alignment, Fragment, Message, PatchKind, Renderer};
use crate::raw_html::{RawHtmlPiece, TableTag};

/// A table of raw HTML that is open.
pub(super) struct RawTable {
    /// Where it begins.
    start: usize,
    /// How many elements of Markdown were open there.
    frames: usize,
    /// How many tables of raw HTML are open in it, with it.
    depth: usize,
    /// Its caption, else the heading above it.
    name: String,
}

impl RawTable {
    /// Whether it began in an element of Markdown that is open no more when `frames` are.
    pub(super) fn outlives(&self, frames: usize) -> bool {
        frames < self.frames
    }
}

impl Renderer<'_> {
    pub(super) fn start_table(&mut self, alignments: Vec<Alignment>) {
        self.table.alignments = alignments;
        self.table.open = true;
        if self.raw_table.is_some() {
            self.open("<table>\n", "</tbody>\n</table>\n", false);
            return;
        }
        let name = self.section_name();
        let mut region = Fragment::default();
        self.push_region(&mut region, &name);
        self.out.append(&region);
        self.open("<table>\n", "</tbody>\n</table>\n</section>\n", false);
    }

    pub(super) fn start_table_head(&mut self) {
        self.table.column = 0;
        self.table.head = true;
        self.table.head_start = self.out.len();
        self.table.named = false;
        self.open("<thead>\n<tr>", "</tr>\n</thead>\n<tbody>\n", false);
    }

    /// A head that names no column is none.
    pub(super) fn end_table_head(&mut self) {
        self.table.head = false;
        if !self.table.named {
            self.out.truncate(self.table.head_start);
            self.out.push("<tbody>\n");
        }
    }

    pub(super) fn start_cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.column).copied();
        self.table.column += 1;
        self.table.cell_start = self.out.len();
        let class = match alignment.unwrap_or(Alignment::None) {
            Alignment::None => "",
            Alignment::Left => " class=\"align-left\"",
            Alignment::Center => " class=\"align-center\"",
            Alignment::Right => " class=\"align-right\"",
        };
        let (open, close) = if self.table.head {
            (format!("<th scope=\"col\"{class}>"), "</th>")
        } else {
            (format!("<td{class}>"), "</td>")
        };
        self.table.cell_open = open.len();
        self.open(&open, close, false);
    }

    /// A cell of the head that is empty names nothing.
    pub(super) fn end_cell(&mut self) {
        if !self.table.head {
            return;
        }
        let start = self.table.cell_start;
        if self.out.len() > start + self.table.cell_open {
            self.table.named = true;
            return;
        }
        self.out.truncate(start);
        if let Some(cell) = self.frames.last_mut() {
            cell.close = "<td></td>".into();
        }
    }

    /// Appends a piece of raw HTML, and puts regions around its tables.
    pub(super) fn push_piece(&mut self, piece: &RawHtmlPiece) {
        let offset = self.out.len();
        self.out.append(&piece.html);
        let mut added = 0;
        for tag in &piece.tables {
            match tag {
                TableTag::Start(at) => self.start_raw_table(offset + added + at),
                TableTag::Caption(caption) => {
                    if let Some(table) = self
                        .raw_table
                        .as_mut()
                        .filter(|table| table.depth == 1 && !caption.is_empty())
                    {
                        table.name.clone_from(caption);
                    }
                }
                TableTag::End(at) => added += self.end_raw_table(offset + added + at),
            }
        }
    }

    fn start_raw_table(&mut self, start: usize) {
        if let Some(table) = &mut self.raw_table {
            table.depth += 1;
        } else if !self.table.open && self.holds_blocks() {
            self.raw_table = Some(RawTable {
                start,
                frames: self.frames.len(),
                depth: 1,
                name: self.section_name(),
            });
        }
    }

    /// Puts the region around a table that ends at `end`. Returns how much longer the HTML has become.
    fn end_raw_table(&mut self, end: usize) -> usize {
        let Some(table) = &mut self.raw_table else { return 0 };
        table.depth -= 1;
        if table.depth > 0 {
            return 0;
        }
        let Some(table) = self.raw_table.take().filter(|table| table.frames == self.frames.len()) else {
            return 0;
        };
        let mut close = Fragment::default();
        close.push("\n</section>");
        self.out.insert(end, &close);
        let mut open = Fragment::default();
        self.push_region(&mut open, &table.name);
        self.out.insert(table.start, &open);
        // What begins behind the table has moved.
        self.tabs_end = None;
        for heading in &mut self.faq {
            heading.moved(table.start, open.len());
        }
        open.len() + close.len()
    }

    fn section_name(&self) -> String {
        let section = self.body.sections.last();
        section.map_or_else(String::new, |section| section.heading.clone())
    }

    /// Writes the start of a region. Regions of the same name are numbered, for readers who go from one to the next.
    fn push_region(&mut self, out: &mut Fragment, name: &str) {
        let mut number = 1;
        let mut unique = name.to_owned();
        while !self.regions.insert(unique.clone()) {
            number = self.region_numbers.get(name).copied().unwrap_or(number) + 1;
            self.region_numbers.insert(name.to_owned(), number);
            unique = format!("{name} {number}");
        }
        out.push("<section class=\"table\" tabindex=\"0\" aria-label=\"");
        if name.is_empty() {
            out.push_patch(PatchKind::Message(Message::Table));
        }
        out.push_attribute(&unique);
        out.push("\">\n");
    }
}
