//! What stands in the text of sections besides words: where a row of a table goes on with the next cell, and the numbers
//! of steps. Search shows them in excerpts.
//!
//! Both are noncharacters, which Unicode keeps for such use: no text has them, and they are part of no word.
//! `kb_search::structure` reads what is written here, and `js/search/host.js` writes the same from a finished page.

use std::borrow::Cow;

/// Between two cells of a row.
pub const CELL: char = '\u{FDDA}';

/// Behind the digits of the number of a step, with which its line begins.
pub const STEP_END: char = '\u{FDDB}';

/// The digit 0 of the number of a step; the others follow.
pub const STEP_ZERO: char = '\u{FDD0}';

/// The number of a step.
pub(crate) fn step(number: u64) -> String {
    let digit = |c: char| char::from_u32(u32::from(STEP_ZERO) + c.to_digit(10)?);
    number.to_string().chars().filter_map(digit).chain([STEP_END]).collect()
}

/// A text with its steps and rows as people write them: "1. Open the page", "Europe: 2 days, no costs".
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_named = false;
    for c in text.chars() {
        match c {
            CELL => out.push_str(if std::mem::replace(&mut is_named, true) {
                ", "
            } else {
                ": "
            }),
            STEP_END => out.push_str(". "),
            STEP_ZERO..CELL => out.extend(char::from_digit(u32::from(c) - u32::from(STEP_ZERO), 10)),
            c => {
                is_named &= c != '\n';
                out.push(c);
            }
        }
    }
    out
}

/// The text without white space around what parts cells and behind what ends the number of a step: a step begins where
/// its text does, however deep that lies.
pub(crate) fn joined(text: &str) -> Cow<'_, str> {
    if !text.contains([CELL, STEP_END]) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut is_open = false;
    for c in text.chars() {
        if is_open && c.is_whitespace() {
            continue;
        }
        is_open = c == CELL || c == STEP_END;
        if c == CELL {
            out.truncate(out.trim_end().len());
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// The open lists and tables of raw HTML, as far as they say which step or cell comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holders {
    open: [Holder; MOST],
    count: usize,
    /// How many are open beyond these.
    more: usize,
}

/// Deeper lists and tables have neither steps nor rows.
const MOST: usize = 12;

/// A list or a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Holder {
    /// A list without numbers.
    #[default]
    List,
    /// A list whose next item has this number.
    Steps(u64),
    /// A table, and whether its row has a cell already.
    Table(bool),
}

impl Holders {
    /// Notes the start of an element; `start` is the attribute of this name. Returns what stands before its text instead
    /// of an end of line alone.
    pub(crate) fn start(&mut self, element: &[u8], start: &str) -> String {
        match (element, self.top()) {
            (b"ol", _) => self.push(Holder::Steps(first_number(start))),
            (b"ul" | b"menu" | b"dir", _) => self.push(Holder::List),
            (b"table", _) => self.push(Holder::Table(false)),
            (b"tr", Some(Holder::Table(has_cell))) => *has_cell = false,
            (b"td" | b"th", Some(Holder::Table(has_cell))) => {
                let before = if std::mem::replace(has_cell, true) { CELL } else { '\n' };
                return before.to_string();
            }
            (b"li", Some(Holder::Steps(number))) => {
                let step = step(*number);
                *number += 1;
                return format!("\n{step}");
            }
            _ => {}
        }
        "\n".to_owned()
    }

    /// Notes the end of an element.
    pub(crate) fn end(&mut self, element: &[u8]) {
        let is_table = element == b"table";
        if !is_table && !matches!(element, b"ol" | b"ul" | b"menu" | b"dir") {
            return;
        }
        if self.more > 0 {
            self.more -= 1;
        } else if self
            .top()
            .is_some_and(|top| matches!(top, Holder::Table(_)) == is_table)
        {
            self.count -= 1;
        }
    }

    fn push(&mut self, holder: Holder) {
        if let Some(place) = self.open.get_mut(self.count) {
            *place = holder;
            self.count += 1;
        } else {
            self.more += 1;
        }
    }

    fn top(&mut self) -> Option<&mut Holder> {
        let last = self.count.checked_sub(1).filter(|_| self.more == 0)?;
        self.open.get_mut(last)
    }
}

/// The number that a list begins with, as browsers read it; none is below 0.
fn first_number(start: &str) -> u64 {
    let start = start.trim_ascii();
    let digits = start.strip_prefix('+').unwrap_or(start);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    match digits[..end].parse::<i32>() {
        Ok(number) => u64::from(number.unsigned_abs()),
        Err(_) if start.starts_with('-') && start[1..].starts_with(|c: char| c.is_ascii_digit()) => 0,
        Err(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_rows_are_shown_as_people_write_them() {
        let text = format!("{}Open\nTo{CELL}Takes{CELL}Costs\nA{CELL}B", step(12));
        assert_eq!(plain(&text), "12. Open\nTo: Takes, Costs\nA: B");
        assert_eq!(
            joined(&format!("a \n{CELL}\n b {}\n\n c", step(1))),
            format!("a{CELL}b {}c", step(1))
        );
    }

    #[test]
    fn lists_begin_with_the_numbers_that_browsers_show() {
        for (start, number) in [
            ("", 1),
            ("3", 3),
            (" +4 ", 4),
            ("5x", 5),
            ("-2", 0),
            ("x", 1),
            ("99999999999", 1),
        ] {
            assert_eq!(first_number(start), number, "{start:?}");
        }
    }

    #[test]
    fn more_lists_than_are_kept_open_are_closed_again() {
        let mut holders = Holders::default();
        holders.start(b"ol", "7");
        (0..20).for_each(|_| drop(holders.start(b"ul", "")));
        assert_eq!(holders.start(b"li", ""), "\n");
        (0..20).for_each(|_| holders.end(b"ul"));
        holders.end(b"table");
        assert_eq!(holders.start(b"li", ""), format!("\n{}", step(7)));
        holders.end(b"ol");
        assert_eq!(holders.count, 0);
    }
}
