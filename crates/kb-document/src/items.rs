//! Which list items and indented containers a line of Markdown stands in, and whether it is indented code.

use super::containers::{columns, columns_from, opens_indented};

/// What is open at a line.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// The columns from which lines belong to what is open.
    columns: Vec<usize>,
    /// Whether the line before was text, which goes on however far a line is indented.
    pub(super) in_text: bool,
}

impl Items {
    /// The line behind the marks of quotes and list items; nothing where it is indented code.
    pub(super) fn inner<'l>(&mut self, line: &'l str, quoted: bool) -> &'l str {
        let mut inner = if quoted {
            line.trim_start_matches([' ', '\t', '>'])
        } else {
            line
        };
        let mut column = columns(inner);
        inner = inner.trim_start();
        while self.columns.last().is_some_and(|item| column < *item) && !(self.in_text && quoted) {
            self.columns.pop();
        }
        if !self.in_text && column >= self.column() + 4 {
            return "";
        }
        while let Some(rest) = behind_mark(inner) {
            let mark = inner.len() - rest.len();
            let space = columns_from(column + mark, rest);
            column += mark + if (1..=4).contains(&space) { space } else { 1 };
            self.columns.push(column);
            inner = rest.trim_start();
            if space > 4 {
                return "";
            }
        }
        // Lines of a note are indented by four columns, whatever the length of its label.
        if opens_indented(inner) || begins_note(inner) {
            self.columns.push(column + 4);
        }
        inner
    }

    /// The column from which lines belong to what a line with this indentation stands in.
    pub(super) fn column_at(&self, indent: usize) -> usize {
        let columns = self.columns.iter().rev();
        columns.copied().find(|column| *column <= indent).unwrap_or(0)
    }

    /// The column from which lines belong to what the last line stood in.
    pub(super) fn column(&self) -> usize {
        self.columns.last().copied().unwrap_or(0)
    }
}

/// Whether a line begins the text of a footnote.
fn begins_note(line: &str) -> bool {
    line.starts_with("[^") && line.contains("]:")
}

/// What is behind the label of a footnote that a line begins with, else the line.
pub(super) fn behind_note(line: &str) -> &str {
    match line.split_once("]:") {
        Some((label, rest)) if label.starts_with("[^") => rest.trim_start(),
        _ => line,
    }
}

/// What is behind the mark of a list item or definition that a line begins with.
pub(super) fn behind_mark(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+', ':'])?,
        1..=9 => line[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then_some(rest)
}
