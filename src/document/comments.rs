//! Comments are notes among writers: their text is taken out before anything else reads an article.
//!
//! What a comment is does not depend on what stands in it. `CommonMark` alone lets a list, a quote, a blank line within
//! a paragraph or the cell of a table end one early, and a mark of kb's own would; so comments go first, and
//! [`STAND_IN`] is left where one stood. Code stays as it is: fenced, indented, between backticks, in `<script>`.

use std::borrow::Cow;
use std::ops::Range;

use super::containers::{FencesAhead, closes_fence, columns, is_colons, opens_fence, opens_indented};

/// What stands in the text where a comment stood: one without words, which ends and begins the same blocks.
pub const STAND_IN: &str = "<!-- -->";

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// What browsers take for comments too: processing instructions, `CDATA`, declarations.
const OTHERS: [(&str, &str); 3] = [("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">")];

/// A text without what its comments say.
#[derive(Debug, Default)]
pub struct Hidden<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The comments, in bytes of the given text.
    pub comments: Vec<Range<usize>>,
    /// Whether the last comment has no end. It reaches to the end of the text.
    pub unclosed: bool,
}

impl Hidden<'_> {
    /// Pairs of (offset in the text, offset in the given text), ascending: behind each comment.
    pub fn places(&self) -> Vec<(usize, usize)> {
        let (mut at, mut from) = (0, 0);
        let places = self.comments.iter().map(|comment| {
            at += comment.start - from + STAND_IN.len();
            from = comment.end;
            (at, from)
        });
        places.collect()
    }
}

/// Takes the comments out of an article.
pub fn hide_comments(text: &str) -> Hidden<'_> {
    if !["<!", "<?", "]:"].iter().any(|part| text.contains(part)) {
        return Hidden {
            text: Cow::Borrowed(text),
            ..Hidden::default()
        };
    }
    let mut scanner = Scanner {
        text,
        ..Scanner::default()
    };
    let mut at = 0;
    while at < text.len() {
        at = scanner.line(at);
    }
    let comments = scanner.comments;
    if comments.is_empty() {
        return Hidden {
            text: Cow::Borrowed(text),
            ..Hidden::default()
        };
    }
    let mut hidden = String::with_capacity(text.len());
    let mut from = 0;
    for comment in &comments {
        hidden.push_str(&text[from..comment.start]);
        hidden.push_str(STAND_IN);
        from = comment.end;
    }
    hidden.push_str(&text[from..]);
    Hidden {
        text: Cow::Owned(hidden),
        comments,
        unclosed: scanner.unclosed,
    }
}

/// A short text, such as a title, without comments. One that has no end is text.
pub fn without_comments(text: &str) -> Cow<'_, str> {
    let hidden = hide_comments(text);
    let closed = hidden.comments.len() - usize::from(hidden.unclosed);
    let mut out = String::new();
    let mut from = 0;
    for comment in &hidden.comments[..closed] {
        out.push_str(text[from..comment.start].trim_end());
        from = comment.end;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    out.trim().to_owned().into()
}

struct Fence {
    character: u8,
    length: usize,
    is_quoted: bool,
    /// The column from which lines belong to what it stands in.
    from: usize,
}

#[derive(Default)]
struct Scanner<'a> {
    text: &'a str,
    comments: Vec<Range<usize>>,
    unclosed: bool,
    /// The code fence that is open.
    fence: Option<Fence>,
    fences: FencesAhead,
    /// How many containers of colons are open.
    colons: usize,
    /// The ends that [`OTHERS`] were found to lack.
    missing: Vec<&'static str>,
    /// A sign that closes titles, and up to where there is none in the paragraph.
    no_title: (char, usize),
    /// What ends the element that is open and holds no comments.
    raw: Option<&'static str>,
    /// Whether the line before was text, which goes on however far a line is indented.
    in_text: bool,
    /// Whether the line before was the row of a table, whose cells need no `|` at their ends.
    in_table: bool,
    /// The columns from which lines belong to the list items and indented containers that are open.
    items: Vec<usize>,
}

impl Scanner<'_> {
    /// Reads the line at `at` and what comments in it reach over. Gives where the next one begins.
    fn line(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let line = &self.text[at..end];
        let quoted = line.trim_start().starts_with('>');
        if let Some(fence) = &self.fence {
            if closes_fence(line, fence.character, fence.length) {
                self.fence = None;
                return end;
            }
            let is_outside = !line.trim().is_empty() && !quoted && (fence.is_quoted || columns(line) < fence.from);
            let mut ends_container = || self.colons > 0 && is_colons(line) && !self.fences.closes_next(self.text, at);
            if !(is_outside || ends_container()) {
                return end;
            }
            self.fence = None;
        }
        if let Some(close) = self.raw {
            self.raw = Some(close).filter(|close| !contains_ignoring_case(line, close));
            return end;
        }
        if line.trim().is_empty() {
            self.in_text = false;
            self.in_table = false;
            return end;
        }
        let inner = self.inner(line, quoted);
        if inner.is_empty() {
            return end;
        }
        if let Some((character, length)) = opens_fence(inner) {
            self.fence = Some(Fence {
                character,
                length,
                is_quoted: quoted,
                from: self.items.last().copied().filter(|_| !quoted).unwrap_or(0),
            });
            self.in_text = false;
            return end;
        }
        if inner.starts_with(":::") {
            self.colons = if is_colons(inner) {
                self.colons.saturating_sub(1)
            } else {
                self.colons + 1
            };
        }
        if let Some(close) = holds_no_comments(inner) {
            self.raw = Some(close).filter(|close| !contains_ignoring_case(line, close));
            self.in_text = false;
            return end;
        }
        let from = end - inner.len();
        if !self.in_text
            && let Some(length) = self.definition_length(from)
        {
            self.comments.push(from..from + length);
            return self.line_end(from + length);
        }
        self.in_text = true;
        let begins_table = || is_delimiter_row(&self.text[end..self.line_end(end)]);
        self.in_table = line.contains('|') && (self.in_table || begins_table());
        self.inline(at, end)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |length| at + length + 1)
    }

    /// The line behind the marks of quotes and list items; nothing where it is indented code.
    fn inner<'l>(&mut self, line: &'l str, quoted: bool) -> &'l str {
        let mut inner = if quoted {
            line.trim_start_matches([' ', '\t', '>'])
        } else {
            line
        };
        let mut column = columns(inner);
        inner = inner.trim_start();
        while self.items.last().is_some_and(|item| column < *item) && !(self.in_text && quoted) {
            self.items.pop();
        }
        let base = self.items.last().copied().unwrap_or(0);
        if !self.in_text && column >= base + 4 {
            return "";
        }
        while let Some(rest) = behind_item_mark(inner) {
            let mark = inner.len() - rest.len();
            let space = columns(rest);
            column += mark + if (1..=4).contains(&space) { space } else { 1 };
            self.items.push(column);
            inner = rest.trim_start();
            if space > 4 {
                return "";
            }
        }
        if opens_indented(inner) {
            self.items.push(column + 4);
        }
        inner
    }

    /// Reads text from `at` to the end of its line at `end`, or of the line that its last comment ends in.
    fn inline(&mut self, mut at: usize, mut end: usize) -> usize {
        let is_row = self.in_table || self.text[at..end].trim_start().starts_with('|');
        let mut missing = Vec::new();
        while at < end {
            let rest = &self.text[at..end];
            let Some(next) = rest.find(['\\', '`', '<']) else { break };
            at += next;
            let rest = &self.text[at..];
            if let Some(escaped) = rest.strip_prefix('\\') {
                at += 1 + escaped.chars().next().map_or(0, char::len_utf8);
            } else if rest.starts_with('`') {
                let length = rest.bytes().take_while(|byte| *byte == b'`').count();
                at += length;
                if !missing.contains(&length) {
                    match self.code_end(at, end, length, is_row) {
                        Some(behind) => at = behind,
                        // Other cells are looked through apart.
                        None if is_row => {}
                        None => missing.push(length),
                    }
                }
                if at > end {
                    end = self.line_end(at - 1);
                    missing.clear();
                }
            } else if rest.starts_with(OPEN) {
                let close = comment_end(self.text, at);
                self.unclosed = close.is_none();
                let close = close.unwrap_or(self.text.len());
                self.comments.push(at..close);
                if close > end {
                    end = self.line_end(close);
                    missing.clear();
                }
                at = close;
            } else if let Some(length) = self.other_length(rest) {
                self.comments.push(at..at + length);
                at += length;
                if at > end {
                    end = self.line_end(at);
                    missing.clear();
                }
            } else {
                at += 1;
            }
        }
        end
    }

    /// The length of one of [`OTHERS`] that a text begins with. One that has no end is text.
    fn other_length(&mut self, text: &str) -> Option<usize> {
        let (open, close) = OTHERS.into_iter().find(|(open, _)| text.starts_with(open))?;
        let is_one = open != "<!" || text[open.len()..].starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_one || self.missing.contains(&close) {
            return None;
        }
        let length = text.find(close);
        if length.is_none() {
            self.missing.push(close);
        }
        length.map(|length| length + close.len())
    }

    /// The length of a definition at `at` that is a comment: of a link to nowhere, with a title.
    fn definition_length(&mut self, at: usize) -> Option<usize> {
        let (before, close) = before_title(&self.text[at..])?;
        if (self.no_title.0 == close) && at < self.no_title.1 {
            return None;
        }
        let from = at + before + 1;
        let mut end = from;
        let mut is_escaped = false;
        for line in self.text[from..].split_inclusive('\n') {
            if line.trim().is_empty() {
                break;
            }
            for (index, c) in line.char_indices() {
                if c == close && !is_escaped {
                    let is_whole = line[index + 1..].trim().is_empty();
                    return is_whole.then_some(end + index + 1 - at);
                }
                is_escaped = c == '\\' && !is_escaped;
            }
            end += line.len();
        }
        self.no_title = (close, end);
        None
    }

    /// Where code ends that `length` backticks before `at` begin, in the line that ends at `end` or in those of the same
    /// paragraph.
    fn code_end(&self, mut at: usize, mut end: usize, length: usize, is_row: bool) -> Option<usize> {
        loop {
            let mut line = &self.text[at..end];
            if is_row {
                line = &line[..line.find('|').unwrap_or(line.len())];
            }
            let mut from = 0;
            while let Some(found) = line[from..].find('`') {
                from += found;
                let run = line[from..].bytes().take_while(|byte| *byte == b'`').count();
                from += run;
                if run == length {
                    return Some(at + from);
                }
            }
            let next = self.line_end(end);
            if is_row || next == end || begins_a_block(&self.text[end..next]) {
                return None;
            }
            (at, end) = (end, next);
        }
    }
}

/// Most steps that are made to find the end of a comment in which others stand.
const MAX_STEPS: usize = 512;

/// Where the comment that begins at `open` ends; `None` if it does not.
///
/// It ends where HTML says, at the first `-->`; but a comment around others, or around a block of code with arrows in it,
/// ends where its writer ended it.
fn comment_end(text: &str, open: usize) -> Option<usize> {
    let inside = open + OPEN.len();
    for short in [">", "->"] {
        if text[inside..].starts_with(short) {
            return Some(inside + short.len());
        }
    }
    let first = inside + text[inside..].find(CLOSE)? + CLOSE.len();
    let said = &text[inside..first];
    // Backticks in the line in which it ends are text.
    let opens_code = |line: &str| said.contains('\n') && opens_fence(line.trim_start()).is_some();
    let is_plain = !said.contains(OPEN) && !said.lines().any(opens_code);
    Some(if is_plain {
        first
    } else {
        whole_comment_end(text, inside, first).unwrap_or(first)
    })
}

/// Where a comment ends that begins before `inside` and holds others or code.
fn whole_comment_end(text: &str, inside: usize, first: usize) -> Option<usize> {
    let mut depth = 1_usize;
    let mut fence = None;
    let mut passed = false;
    let mut at = inside;
    let mut steps = 0;
    for (number, line) in text[inside..].split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        steps += 1;
        if let Some((character, length)) = fence {
            passed |= start < first && first <= at;
            // The comment may end behind the fence that closes its code.
            let closes = line.trim_end().strip_suffix(CLOSE).unwrap_or(line);
            if !closes_fence(closes, character, length) {
                continue;
            }
            fence = None;
            passed &= !line.contains(CLOSE);
        } else {
            fence = opens_fence(line.trim_start()).filter(|_| number > 0 || at < first);
            if fence.is_some() {
                continue;
            }
        }
        let mut from = 0;
        while let Some(found) = line[from..].find(['<', '-']) {
            from += found;
            if line[from..].starts_with(OPEN) {
                // Code that was never ended, and then another comment.
                if passed {
                    return None;
                }
                depth += 1;
                steps += 1;
                from += OPEN.len();
            } else if line[from..].starts_with(CLOSE) {
                from += CLOSE.len();
                depth -= 1;
                steps += 1;
                let end = start + from;
                if depth == 0 {
                    // An arrow in the text of a later line ends nothing.
                    let ends = end == first || start < first || line[from..].trim().is_empty();
                    return ends.then_some(end);
                }
            } else {
                from += 1;
            }
            if steps > MAX_STEPS {
                return None;
            }
        }
        if steps > MAX_STEPS {
            return None;
        }
    }
    None
}

/// The length of what stands before the title of a definition of a link to nowhere that a text begins with, and what
/// closes the title.
///
/// `[//]: # (a note)`, `[comment]: <> "a note"`; see <https://spec.commonmark.org/0.31.2/#link-reference-definitions>.
fn before_title(text: &str) -> Option<(usize, char)> {
    let line = text.split('\n').next()?;
    let label = line.strip_prefix('[')?.find("]:")?;
    let target = text[label + 3..].trim_start_matches([' ', '\t']);
    let title = target.strip_prefix('#').or_else(|| target.strip_prefix("<>"))?;
    let title = title.strip_prefix([' ', '\t', '\r', '\n'])?.trim_start();
    let close = match title.as_bytes().first()? {
        b'(' => ')',
        b'"' => '"',
        b'\'' => '\'',
        _ => return None,
    };
    Some((text.len() - title.len(), close))
}

/// What is behind the mark of a list item that a line begins with.
fn behind_item_mark(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        1..=9 => line[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then_some(rest)
}

/// What ends the element that a line begins with, if no comment can stand in it.
fn holds_no_comments(line: &str) -> Option<&'static str> {
    [
        ("<script", "</script"),
        ("<style", "</style"),
        ("<textarea", "</textarea"),
    ]
    .into_iter()
    .find(|(open, _)| {
        line.get(..open.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(open))
            && line[open.len()..].starts_with(['>', ' ', '\t', '\n', '\r'])
    })
    .map(|(_, close)| close)
}

/// Whether a line parts the head of a table from its body.
fn is_delimiter_row(line: &str) -> bool {
    let line = line.trim_matches(['>', ' ', '\t', '\r', '\n']);
    line.contains('-') && line.chars().all(|c| matches!(c, '-' | ':' | '|' | ' ' | '\t')) && line.contains('|')
}

/// Whether a line is no more text of the paragraph before it.
fn begins_a_block(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty()
        || behind_item_mark(line).is_some()
        || ["#", ">", "|", "<", "```", "~~~", ":::", "!!!", "???", "==="]
            .iter()
            .any(|start| line.starts_with(start))
}

fn contains_ignoring_case(line: &str, part: &str) -> bool {
    line.as_bytes()
        .windows(part.len())
        .any(|bytes| bytes.eq_ignore_ascii_case(part.as_bytes()))
}
