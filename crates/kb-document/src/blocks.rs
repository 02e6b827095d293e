//! The blocks around each line of Markdown, and the kind of the line in them.
//!
//! The block structure of `CommonMark`, read line by line as in <https://spec.commonmark.org/0.31.2/#phase-1-block-structure>,
//! with the boxes of other tools as further kinds of block. The parser cannot be extended with blocks, so this module
//! decides what is a box, and what only looks like one in code or raw HTML, before the parser reads the text in and around
//! the boxes. A test compares its decisions with the parser's.

mod cursor;
mod line;

use std::ops::Range;

use super::containers::{Opener, is_colons, opener};
use cursor::Cursor;
use line::{
    cell_count, delimiter_cells, find_html_end, footnote_label, html_end, interrupts, is_block_tag, is_reference,
    is_rule, is_underline, is_whole_tag, list_marker, rule_end, task_marker,
};

pub(super) use line::{closes_fence, has_capital_end, is_heading, is_list_item, opens_fence};

/// The deepest nesting of boxes; a line that opens another one is text. Nobody writes that deep, and the work grows.
const MAX_BOXES: usize = 64;

/// Columns of indentation that begin code.
const CODE_INDENT: usize = 4;

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A blank line outside of code and raw HTML.
    Blank,
    /// Code, or a fence of it.
    Code,
    /// Raw HTML whose content is not parsed: `<script>`, `<style>`, `<textarea>`.
    Verbatim,
    /// Anything else.
    Text,
}

/// Where the text of a box begins in a line: the offset in bytes, and the columns of a tab before it that belong to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct From {
    pub(super) at: usize,
    pub(super) blanks: usize,
}

/// The result for a line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// Where its text begins, after the marks of the blocks around it.
    pub(super) rest: usize,
    /// The box that it opens or closes.
    pub(super) mark: Option<BoxMark>,
    /// The place of the tag that ends raw HTML in it.
    pub(super) end_tag: Option<Range<usize>>,
}

/// A line that opens or closes boxes.
#[derive(Debug, PartialEq)]
pub(super) enum BoxMark {
    /// It opens one.
    Open {
        opener: Opener,
        /// Whether a block of raw HTML ends with it.
        ends_html: bool,
    },
    /// It closes the one with this number.
    Close(usize),
    /// It closes none, as none is open.
    Stray {
        /// Whether a block of raw HTML ends with it.
        ends_html: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Block {
    Quote,
    /// A list item, or a definition.
    Item {
        indent: usize,
        /// Whether it is still empty.
        is_empty: bool,
        is_definition: bool,
    },
    Footnote,
    Box(OpenBox),
}

/// A box that is open.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OpenBox {
    /// Boxes are numbered from 0 as they open.
    pub(super) number: usize,
    /// Where its text begins in the last line; `None` if the line continues its text without its marks.
    pub(super) from: Option<From>,
    kind: BoxKind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum BoxKind {
    /// Its lines begin with `>`.
    Quoted,
    /// It ends with a line of colons; the first line has `length` colons.
    Colons { length: usize, indent: usize },
    /// Its lines are indented by `indent` columns.
    Indented { indent: usize },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Leaf {
    None,
    /// A paragraph, and the number of cells that its last line would have as the head of a table.
    Paragraph {
        cells: usize,
    },
    Table,
    IndentedCode,
    Fence {
        character: u8,
        length: usize,
        indent: usize,
    },
    /// Raw HTML until a line with this text.
    HtmlUntil(&'static str),
    /// Raw HTML until a blank line.
    Html,
}

/// The content before a line in the innermost block.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    Paragraph,
    Definition,
    Other,
}

/// The open blocks at a line.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    open: Vec<Block>,
    leaf: Leaf,
    before: Before,
    boxes: usize,
    fences: FencesAhead,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            open: Vec::new(),
            leaf: Leaf::None,
            before: Before::Other,
            boxes: 0,
            fences: FencesAhead::default(),
        }
    }
}

impl Blocks {
    /// The open boxes, outermost first.
    pub(super) fn boxes(&self) -> impl DoubleEndedIterator<Item = &OpenBox> {
        self.open.iter().filter_map(|block| match block {
            Block::Box(open) => Some(open),
            _ => None,
        })
    }

    /// Reads a line without its line break. `text` is the whole text, in which the next line begins at `next`.
    pub(super) fn line(&mut self, line: &str, text: &str, next: usize) -> Line {
        let mut cursor = Cursor::new(line);
        let mut matched = 0;
        let mut goes_on = true;
        for block in &mut self.open {
            goes_on = goes_on && block.goes_on(&mut cursor);
            matched += usize::from(goes_on);
            if let Block::Box(open) = block {
                open.from = goes_on.then(|| cursor.from());
            }
        }
        let mut reader = LineReader {
            blocks: self,
            cursor,
            matched,
            text,
            next,
            has_opened: false,
            no_rule_before: 0,
            mark: None,
            end_tag: None,
        };
        let kind = reader.read();
        let LineReader {
            cursor, mark, end_tag, ..
        } = reader;
        let rest = cursor.at;
        Line {
            kind,
            rest,
            mark,
            end_tag,
        }
    }

    fn close(&mut self, to: usize) {
        while self.open.len() > to {
            let is_definition = matches!(
                self.open.pop(),
                Some(Block::Item {
                    is_definition: true,
                    ..
                })
            );
            self.before = if is_definition {
                Before::Definition
            } else {
                Before::Other
            };
        }
    }

    fn push(&mut self, block: Block) {
        if let Some(Block::Item { is_empty, .. }) = self.open.last_mut() {
            *is_empty = false;
        }
        self.open.push(block);
        self.leaf = Leaf::None;
        self.before = Before::Other;
    }

    fn set_leaf(&mut self, leaf: Leaf, before: Before) {
        if let Some(Block::Item { is_empty, .. }) = self.open.last_mut() {
            *is_empty = false;
        }
        self.leaf = leaf;
        self.before = before;
    }

    /// The box that a line of `length` colons closes: the innermost one that was opened with as many, otherwise the
    /// innermost one. Returns its number, and its index among the open blocks.
    fn colons(&self, length: usize) -> Option<(usize, usize)> {
        let boxes = || {
            let open = self.open.iter().enumerate().rev();
            open.filter_map(|(at, block)| match block {
                Block::Box(OpenBox {
                    number,
                    kind: BoxKind::Colons { length, .. },
                    ..
                }) => Some((*number, at, *length)),
                _ => None,
            })
        };
        let same = boxes().find(|(.., opened)| *opened == length);
        same.or_else(|| boxes().next()).map(|(number, at, _)| (number, at))
    }
}

impl Block {
    /// Whether the line at the cursor continues the block. Moves the cursor past the marks of the block.
    fn goes_on(&self, cursor: &mut Cursor<'_>) -> bool {
        let indented = |cursor: &mut Cursor<'_>, columns: usize| {
            if cursor.is_blank() {
                cursor.take(columns);
                return true;
            }
            cursor.take_all(columns)
        };
        match self {
            Self::Quote => cursor.take_quote_mark(),
            Self::Item { indent, .. } => indented(cursor, *indent),
            Self::Footnote => indented(cursor, CODE_INDENT),
            Self::Box(open) => match open.kind {
                BoxKind::Quoted => cursor.take_quote_mark(),
                BoxKind::Indented { indent } => indented(cursor, indent),
                BoxKind::Colons { indent, .. } => {
                    cursor.take(indent);
                    true
                }
            },
        }
    }
}

struct LineReader<'a, 'b> {
    blocks: &'b mut Blocks,
    cursor: Cursor<'a>,
    /// Number of open blocks that the line continues.
    matched: usize,
    text: &'a str,
    next: usize,
    /// Whether a block began in the line.
    has_opened: bool,
    /// No thematic break begins before this offset in the line.
    no_rule_before: usize,
    mark: Option<BoxMark>,
    end_tag: Option<Range<usize>>,
}

impl LineReader<'_, '_> {
    fn goes_on_with_all(&self) -> bool {
        self.matched == self.blocks.open.len()
    }

    fn read(&mut self) -> Kind {
        let is_blank = self.cursor.is_blank();
        if self.goes_on_with_all() {
            if let Some(kind) = self.in_leaf(is_blank) {
                return kind;
            }
        } else if !matches!(self.blocks.leaf, Leaf::Paragraph { .. }) {
            self.blocks.leaf = Leaf::None;
        }
        if is_blank {
            self.blank();
            return Kind::Blank;
        }
        self.starts()
    }

    /// Continues code, raw HTML or a table; `None` if the line does not continue any.
    fn in_leaf(&mut self, is_blank: bool) -> Option<Kind> {
        match self.blocks.leaf {
            Leaf::Fence {
                character,
                length,
                indent,
            } => {
                self.cursor.take(indent);
                let rest = self.cursor.text();
                if self.cursor.indent() < CODE_INDENT - indent && closes_fence(rest, character, length) {
                    self.blocks.set_leaf(Leaf::None, Before::Other);
                } else if self.ends_unclosed_fence() {
                    self.blocks.leaf = Leaf::None;
                    return None;
                }
                Some(Kind::Code)
            }
            Leaf::HtmlUntil(end) => {
                if self.ends_html(end) {
                    self.blocks.leaf = Leaf::None;
                }
                self.cursor.skip();
                Some(if matches!(end, "</pre>" | "-->" | "?>" | "]]>" | ">") {
                    Kind::Text
                } else {
                    Kind::Verbatim
                })
            }
            Leaf::Html if !is_blank => {
                let is_start = self.opens_box(false);
                if !is_start {
                    self.cursor.skip();
                }
                Some(Kind::Text)
            }
            Leaf::IndentedCode if is_blank => Some(Kind::Blank),
            Leaf::IndentedCode if self.cursor.indent() >= CODE_INDENT => {
                self.cursor.take(CODE_INDENT);
                Some(Kind::Code)
            }
            Leaf::IndentedCode | Leaf::Html => {
                self.blocks.leaf = Leaf::None;
                None
            }
            Leaf::Table | Leaf::Paragraph { .. } | Leaf::None => None,
        }
    }

    /// Whether raw HTML until `end` ends in the rest of the line.
    fn ends_html(&mut self, end: &str) -> bool {
        let found = find_html_end(self.cursor.rest(), end);
        self.end_tag = found.map(|at| self.cursor.at + at..self.cursor.at + at + end.len());
        found.is_some()
    }

    /// Whether a line of colons ends a box in which code has no closing line.
    fn ends_unclosed_fence(&mut self) -> bool {
        let may_close = self.blocks.colons(0).is_some() && self.cursor.indent() < CODE_INDENT;
        may_close && is_colons(self.cursor.text()) && !self.blocks.fences.closes_next(self.text, self.next)
    }

    fn blank(&mut self) {
        self.blocks.close(self.matched);
        self.blocks.leaf = Leaf::None;
        // A list item can begin with at most one blank line.
        if let Some(Block::Item { is_empty: true, .. }) = self.blocks.open.last() {
            self.blocks.close(self.blocks.open.len() - 1);
            self.blocks.before = Before::Other;
        }
    }

    /// Ends the blocks that the line does not continue.
    fn leave(&mut self) {
        self.blocks.close(self.matched);
    }

    fn push(&mut self, block: Block) {
        self.leave();
        self.blocks.push(block);
        self.has_opened = true;
        self.matched = self.blocks.open.len();
    }

    fn start_leaf(&mut self, leaf: Leaf, before: Before) {
        self.leave();
        self.blocks.set_leaf(leaf, before);
    }

    /// Opens the blocks that begin in the line.
    fn starts(&mut self) -> Kind {
        loop {
            if self.ends_box_around_paragraph() || self.ends_paragraph_with_table() {
                self.leave();
                self.blocks.leaf = Leaf::None;
            }
            let in_paragraph = matches!(self.blocks.leaf, Leaf::Paragraph { .. });
            let indent = self.cursor.indent();
            // The row of a table may be indented; if the table ends, the line is code.
            if self.blocks.leaf == Leaf::Table && indent >= CODE_INDENT && interrupts(self.cursor.text()) {
                self.blocks.leaf = Leaf::None;
            }
            let in_table = self.blocks.leaf == Leaf::Table && self.goes_on_with_all();
            let indent = if in_table { 0 } else { indent };
            if indent >= CODE_INDENT {
                if in_paragraph {
                    return self.paragraph();
                }
                self.cursor.take(CODE_INDENT);
                self.start_leaf(Leaf::IndentedCode, Before::Other);
                return Kind::Code;
            }
            if let Leaf::Paragraph { cells } = self.blocks.leaf
                && self.goes_on_with_all()
                && delimiter_cells(self.cursor.text()) == Some(cells)
            {
                self.cursor.skip();
                self.blocks.set_leaf(Leaf::Table, Before::Other);
                return Kind::Text;
            }
            if self.opens_box(true) {
                return Kind::Text;
            }
            if !self.opens_container(in_paragraph, in_table) {
                return self.leaf(in_paragraph, in_table);
            }
            // The content after the box of a task is text.
            if self.cursor.is_blank() || self.blocks.leaf != Leaf::None {
                self.cursor.skip();
                return Kind::Text;
            }
        }
    }

    /// Whether the line leaves an indented box, whose text only indented lines continue.
    fn ends_box_around_paragraph(&self) -> bool {
        let is_indented = |block: &Block| {
            let kind = |open: &OpenBox| matches!(open.kind, BoxKind::Indented { .. });
            matches!(block, Block::Box(open) if kind(open))
        };
        self.blocks.open[self.matched..].iter().any(is_indented)
    }

    /// Whether a table begins here in other blocks than the paragraph before it.
    fn ends_paragraph_with_table(&self) -> bool {
        let text = self.cursor.text();
        let is_apart = matches!(self.blocks.leaf, Leaf::Paragraph { .. }) && !self.goes_on_with_all();
        if !is_apart || !text.starts_with('|') || self.cursor.indent() >= CODE_INDENT {
            return false;
        }
        let next = self.text[self.next.min(self.text.len())..]
            .lines()
            .next()
            .unwrap_or_default();
        let next = Cursor::new(next);
        next.indent() < CODE_INDENT && delimiter_cells(next.text()) == Some(cell_count(text))
    }

    /// A line that opens or closes a box.
    fn opens_box(&mut self, quotes: bool) -> bool {
        let text = self.cursor.text();
        let indent = self.cursor.indent();
        let ends_html = self.blocks.leaf == Leaf::Html;
        if indent >= CODE_INDENT {
            return false;
        }
        // After the mark of a list item that begins here, there is nothing to close.
        if is_colons(text) && !self.has_opened {
            let length = text.bytes().take_while(|byte| *byte == b':').count();
            self.cursor.skip();
            if let Some((number, at)) = self.blocks.colons(length) {
                self.blocks.close(at);
                self.blocks.leaf = Leaf::None;
                self.mark = Some(BoxMark::Close(number));
            } else {
                self.start_leaf(Leaf::None, Before::Other);
                self.mark = Some(BoxMark::Stray { ends_html });
            }
            return true;
        }
        let Some(opener) = opener(text) else { return false };
        if self.blocks.boxes().count() >= MAX_BOXES {
            return false;
        }
        let kind = match &opener {
            Opener::Alert(_) if !quotes => return false,
            Opener::Alert(_) => BoxKind::Quoted,
            Opener::Colons { length, .. } => BoxKind::Colons {
                length: *length,
                indent,
            },
            Opener::Indented(_) => BoxKind::Indented {
                indent: indent + CODE_INDENT,
            },
        };
        self.cursor.skip();
        let number = self.blocks.boxes;
        self.blocks.boxes += 1;
        self.push(Block::Box(OpenBox {
            number,
            from: None,
            kind,
        }));
        self.mark = Some(BoxMark::Open { opener, ends_html });
        true
    }

    /// Opens a footnote, list item, definition or quote.
    fn opens_container(&mut self, in_paragraph: bool, in_table: bool) -> bool {
        let indent = self.cursor.indent();
        let text = self.cursor.text();
        if let Some(length) = footnote_label(text) {
            if let Some(Block::Footnote) = self.blocks.open.get(..self.matched).and_then(<[Block]>::last) {
                self.matched -= 1;
            }
            self.push(Block::Footnote);
            self.cursor.skip();
            self.cursor.advance(length);
            self.cursor.restart();
            return true;
        }
        let at = self.cursor.line.len() - text.len();
        // With several marks in a line, the marks before it cannot be part of a thematic break.
        let is_rule = at >= self.no_rule_before && {
            let found = rule_end(text);
            self.no_rule_before = at + found.unwrap_or_else(|end| end);
            found.is_ok()
        };
        if let Some(marker) = list_marker(text).filter(|_| !is_rule) {
            let behind = &text[marker.length..];
            let is_empty = behind.trim().is_empty();
            let interrupts = !self.goes_on_with_all() || in_table || marker.may_interrupt && !is_empty;
            if (!in_paragraph && !in_table) || interrupts {
                self.push_item(indent, marker.length, is_empty, false);
                // Like the parser, counts a tab as the three columns that are allowed before the box.
                let mut ahead = self.cursor;
                ahead.take(CODE_INDENT - 1);
                if let Some(length) = task_marker(ahead.rest()) {
                    self.cursor = ahead;
                    self.cursor.advance(length);
                    if !self.cursor.is_blank() {
                        self.blocks.set_leaf(Leaf::Paragraph { cells: 0 }, Before::Paragraph);
                    } else if let Some(Block::Item { is_empty, .. }) = self.blocks.open.last_mut() {
                        *is_empty = true;
                    }
                }
                return true;
            }
        } else if text.starts_with(':') && self.may_define(in_table) {
            let is_empty = text[1..].trim().is_empty();
            self.push_item(indent, 1, is_empty, true);
            return true;
        } else if text.starts_with('>') {
            self.cursor.take_quote_mark();
            self.push(Block::Quote);
            return true;
        }
        false
    }

    /// Whether a colon begins a definition here.
    fn may_define(&self, in_table: bool) -> bool {
        if in_table {
            return false;
        }
        let first_left = self.blocks.open.get(self.matched);
        match first_left {
            None => self.blocks.before != Before::Other,
            Some(Block::Item { is_definition, .. }) => *is_definition,
            Some(_) => false,
        }
    }

    fn push_item(&mut self, indent: usize, length: usize, is_empty: bool, is_definition: bool) {
        self.cursor.skip();
        self.cursor.advance(length);
        let blanks = self.cursor.indent();
        // A definition needs no blank after its colon.
        let inner = if blanks > CODE_INDENT || is_empty && !is_definition {
            1
        } else {
            blanks
        };
        self.cursor.take(inner);
        self.push(Block::Item {
            indent: indent + length + inner,
            is_empty,
            is_definition,
        });
    }

    fn leaf(&mut self, in_paragraph: bool, in_table: bool) -> Kind {
        let text = self.cursor.text();
        let indent = self.cursor.indent();
        let may_be_row = in_paragraph || in_table;
        let has_text = in_paragraph && self.blocks.before == Before::Paragraph;
        if has_text && self.goes_on_with_all() && is_underline(text) {
            self.cursor.skip();
            self.start_leaf(Leaf::None, Before::Other);
            return Kind::Text;
        }
        if let Some(end) = html_end(text) {
            let is_verbatim = matches!(end, "</script>" | "</style>" | "</textarea>");
            let is_open = !self.ends_html(end);
            self.cursor.skip();
            let leaf = if is_open { Leaf::HtmlUntil(end) } else { Leaf::None };
            self.start_leaf(leaf, Before::Other);
            return if is_verbatim { Kind::Verbatim } else { Kind::Text };
        }
        if is_block_tag(text) || !may_be_row && is_whole_tag(text) {
            self.cursor.skip();
            self.start_leaf(Leaf::Html, Before::Other);
            return Kind::Text;
        }
        if is_rule(text) || is_heading(text) {
            self.cursor.skip();
            self.start_leaf(Leaf::None, Before::Other);
            return Kind::Text;
        }
        if let Some((character, length)) = opens_fence(text) {
            self.cursor.skip();
            let leaf = Leaf::Fence {
                character,
                length,
                indent,
            };
            self.start_leaf(leaf, Before::Other);
            return Kind::Code;
        }
        self.paragraph()
    }

    /// Text: of the open paragraph or table, or of a new paragraph.
    fn paragraph(&mut self) -> Kind {
        let text = self.cursor.text();
        self.cursor.skip();
        match self.blocks.leaf {
            Leaf::Paragraph { .. } => {
                // A table in a paragraph begins with a bar. Link definitions are not paragraphs.
                let begins = text.starts_with('|') || self.blocks.before == Before::Other;
                let is_head = self.goes_on_with_all() && begins;
                self.blocks.leaf = Leaf::Paragraph {
                    cells: if is_head { cell_count(text) } else { 0 },
                };
                if !is_reference(text) {
                    self.blocks.before = Before::Paragraph;
                }
            }
            Leaf::Table if self.goes_on_with_all() => {}
            _ => {
                let leaf = Leaf::Paragraph {
                    cells: cell_count(text),
                };
                // A link definition is not text.
                let before = if is_reference(text) {
                    Before::Other
                } else {
                    Before::Paragraph
                };
                self.start_leaf(leaf, before);
            }
        }
        Kind::Text
    }
}

/// The known fences of a text.
#[derive(Debug, Clone, Default)]
struct FencesAhead {
    /// A range without fences, and whether the fence at its end may close code.
    known: Option<(Range<usize>, bool)>,
}

impl FencesAhead {
    /// Whether the next fence after `at` may close code; a fence with a language opens code.
    fn closes_next(&mut self, text: &str, at: usize) -> bool {
        if let Some((range, closes)) = &self.known
            && range.contains(&at)
        {
            return *closes;
        }
        let mut end = at;
        let next = text[at..].split_inclusive('\n').find_map(|line| {
            end += line.len();
            let line = line.trim_start_matches([' ', '\t', '>']);
            opens_fence(line).map(|(character, length)| closes_fence(line, character, length))
        });
        let closes = next.unwrap_or(false);
        self.known = Some((at..end, closes));
        closes
    }
}

/// The indentation of a line in columns; a tab reaches to the next multiple of four.
pub(super) fn columns(line: &str) -> usize {
    Cursor::new(line).indent()
}
