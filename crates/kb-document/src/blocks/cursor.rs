//! The columns of a line.

use super::{CODE_INDENT, From};

/// A position in a line, with the columns of the tab before it that are not taken yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) line: &'a str,
    pub(super) at: usize,
    column: usize,
    /// The column from which tab stops count.
    start: usize,
    left: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self {
            line,
            at: 0,
            column: 0,
            start: 0,
            left: 0,
        }
    }

    pub(super) fn from(&self) -> From {
        From {
            at: self.at,
            blanks: self.left,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    /// The rest without leading blanks.
    pub(super) fn text(&self) -> &'a str {
        self.rest().trim_start_matches([' ', '\t'])
    }

    pub(super) fn is_blank(&self) -> bool {
        self.rest()
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'\t' | 0x0b | 0x0c | b'\r'))
    }

    /// Takes at most `columns` columns of blanks. Returns the number taken.
    pub(super) fn take(&mut self, columns: usize) -> usize {
        let mut taken = self.left.min(columns);
        self.left -= taken;
        while taken < columns {
            match self.line.as_bytes().get(self.at) {
                Some(b' ') => {
                    self.column += 1;
                    taken += 1;
                }
                Some(b'\t') => {
                    let width = 4 - (self.column - self.start) % 4;
                    self.column += width;
                    let used = width.min(columns - taken);
                    taken += used;
                    self.left = width - used;
                }
                _ => break,
            }
            self.at += 1;
        }
        taken
    }

    /// Takes `columns` columns of blanks, or none if there are fewer.
    pub(super) fn take_all(&mut self, columns: usize) -> bool {
        let mut ahead = *self;
        let is_there = ahead.take(columns) == columns;
        if is_there {
            *self = ahead;
        }
        is_there
    }

    /// The columns of the blanks ahead.
    pub(super) fn indent(&self) -> usize {
        let mut ahead = *self;
        ahead.take(usize::MAX)
    }

    /// Moves to the text.
    pub(super) fn skip(&mut self) {
        self.take(usize::MAX);
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.column += bytes;
        self.left = 0;
    }

    /// Counts columns from here, after blanks.
    pub(super) fn restart(&mut self) {
        self.skip();
        self.start = self.column;
    }

    /// Takes the mark of a quote.
    pub(super) fn take_quote_mark(&mut self) -> bool {
        let mut ahead = *self;
        // Like the parser, counts a tab as the three columns that are allowed before the mark.
        ahead.take(CODE_INDENT - 1);
        if !ahead.rest().starts_with('>') {
            return false;
        }
        ahead.advance(1);
        ahead.take(1);
        *self = ahead;
        true
    }
}
