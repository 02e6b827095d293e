//! Tables: each is in a scrollable region with its own name.

use pulldown_cmark::Alignment;

use super::Fragment;
use super::raw::is_comment;
use super::tree::{Kind, Node};
use super::writer::Writer;
use crate::fragment::{Message, PatchKind};
use crate::raw_html::{RawHtmlPiece, TableTag};
use crate::structure::CELL;

/// An open table of raw HTML.
#[derive(Debug)]
pub(super) struct RawTable {
    /// Where it begins.
    start: usize,
    /// How many elements of Markdown were open there.
    elements: usize,
    /// Number of open tables of raw HTML in it, including itself.
    depth: usize,
    /// Its caption, or the heading above it.
    name: String,
}

impl Writer<'_> {
    pub(super) fn table(&mut self, alignments: &[Alignment], rows: &[Node<'_>]) {
        self.line();
        let is_region = self.raw.table.is_none();
        if is_region {
            let name = self.section_name();
            let region = self.region(&name);
            self.out.append(&region);
        }
        self.out.push("<table>\n");
        let outer = std::mem::replace(&mut self.around.in_table, true);
        self.inside(true, |writer| writer.rows(alignments, rows));
        self.around.in_table = outer;
        self.line();
        self.out.push("</tbody>\n</table>\n");
        if is_region {
            self.out.push("</section>\n");
        }
    }

    fn rows(&mut self, alignments: &[Alignment], rows: &[Node<'_>]) {
        let (head, body) = match rows.split_first() {
            Some((head, body)) if matches!(head.kind, Kind::TableHead) => (&*head.children, body),
            _ => (&[][..], rows),
        };
        // A head without any text is left out.
        if head.iter().any(|cell| !is_empty(&cell.children)) {
            self.out.push("<thead>\n");
            self.row(alignments, head, true);
            self.out.push("</thead>\n");
        }
        self.out.push("<tbody>\n");
        for row in body {
            self.row(alignments, &row.children, false);
        }
    }

    fn row(&mut self, alignments: &[Alignment], cells: &[Node<'_>], is_head: bool) {
        self.line();
        self.out.push("<tr>");
        for (column, cell) in cells.iter().enumerate() {
            let class = match alignments.get(column).unwrap_or(&Alignment::None) {
                Alignment::None => "",
                Alignment::Left => " class=\"align-left\"",
                Alignment::Center => " class=\"align-center\"",
                Alignment::Right => " class=\"align-right\"",
            };
            let children = &cell.children;
            if column > 0 {
                self.put(CELL.encode_utf8(&mut [0; 4]));
            }
            match is_head {
                // An empty cell of the head is not a header.
                true if is_empty(children) => self.cell("<td>", &[], "</td>"),
                true => self.cell(&format!("<th scope=\"col\"{class}>"), children, "</th>"),
                false => self.cell(&format!("<td{class}>"), children, "</td>"),
            }
        }
        self.line();
        self.out.push("</tr>\n");
    }

    fn cell(&mut self, open: &str, children: &[Node<'_>], close: &str) {
        self.out.push(open);
        self.inside(true, |writer| writer.nodes(children));
        self.out.push(close);
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
                    let table = self.raw.table.as_mut();
                    if let Some(table) = table.filter(|table| table.depth == 1 && !caption.is_empty()) {
                        table.name.clone_from(caption);
                    }
                }
                TableTag::End(at) => added += self.end_raw_table(offset + added + at),
            }
        }
    }

    fn start_raw_table(&mut self, start: usize) {
        if let Some(table) = &mut self.raw.table {
            table.depth += 1;
        } else if !self.around.in_table && self.holds_blocks() {
            self.raw.table = Some(RawTable {
                start,
                elements: self.around.elements,
                depth: 1,
                name: self.section_name(),
            });
        }
    }

    /// Puts the region around a table that ends at `end`. Returns how much longer the HTML has become.
    fn end_raw_table(&mut self, end: usize) -> usize {
        let Some(table) = &mut self.raw.table else { return 0 };
        table.depth -= 1;
        if table.depth > 0 {
            return 0;
        }
        let elements = self.around.elements;
        let Some(table) = self.raw.table.take().filter(|table| table.elements == elements) else {
            return 0;
        };
        let mut close = Fragment::default();
        close.push("\n</section>");
        self.out.insert(end, &close);
        let open = self.region(&table.name);
        self.out.insert(table.start, &open);
        open.len() + close.len()
    }

    /// Forgets tables of raw HTML that are still open at the end of the element around them: no region can enclose them.
    pub(super) fn leave_raw_table(&mut self) {
        let elements = self.around.elements;
        self.raw.table.take_if(|table| elements < table.elements);
    }

    fn section_name(&self) -> String {
        let section = self.written.body.sections.last();
        section.map_or_else(String::new, |section| section.heading.clone())
    }

    /// The start of a region. Regions with the same name are numbered, for readers who move between them.
    fn region(&mut self, name: &str) -> Fragment {
        let mut number = 1;
        let mut unique = name.to_owned();
        while !self.regions.used.insert(unique.clone()) {
            number = self.regions.numbers.get(name).copied().unwrap_or(number) + 1;
            self.regions.numbers.insert(name.to_owned(), number);
            unique = format!("{name} {number}");
        }
        let mut out = Fragment::default();
        out.push("<section class=\"table\" tabindex=\"0\" aria-label=\"");
        if name.is_empty() {
            out.push_patch(PatchKind::Message(Message::Table));
        }
        out.push_attribute(&unique);
        out.push("\">\n");
        out
    }
}

/// Whether a cell shows nothing.
fn is_empty(nodes: &[Node<'_>]) -> bool {
    nodes.iter().all(|node| match &node.kind {
        Kind::InlineHtml(html) => is_comment(html),
        _ => false,
    })
}
