//! Comments are notes for writers: they are removed before anything else reads an article.
//!
//! The content of a comment must not end it. In `CommonMark`, a list, a quote, a blank line within a paragraph or a
//! table cell can end a comment early, and so could kb's own syntax; so comments are removed first and replaced by
//! [`STAND_IN`]. Code is unchanged: fenced, indented, between backticks, in `<script>`.

use std::borrow::Cow;
use std::ops::Range;

use super::blocks::{Blocks, Kind, closes_fence, is_list_item, opens_fence};

/// Replaces a comment in the text: an empty comment, which ends and begins the same blocks.
pub(crate) const STAND_IN: &str = "<!-- -->";

const OPEN: &str = "<!--";
const CLOSE: &str = "-->";

/// Other syntax that is treated as a comment: processing instructions, `CDATA`, declarations, and the comments of MDX.
const OTHERS: [(&str, &str); 4] = [("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"), ("{/*", "*/}")];

/// A text without its comments.
#[derive(Debug, Default)]
pub(crate) struct Hidden<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The comments, in bytes of the given text.
    pub comments: Vec<Range<usize>>,
    /// Whether the last comment is not closed. It extends to the end of the text.
    pub unclosed: bool,
    /// The starts of comments `[//]: # (` without a closing bracket. Each extends to the end of its paragraph.
    pub open_notes: Vec<usize>,
}

impl Hidden<'_> {
    /// Pairs of (offset in the text, offset in the given text) after each comment, ascending.
    pub(crate) fn places(&self) -> Vec<(usize, usize)> {
        let (mut at, mut from) = (0, 0);
        let places = self.comments.iter().map(|comment| {
            at += comment.start - from + STAND_IN.len();
            from = comment.end;
            (at, from)
        });
        places.collect()
    }
}

/// Removes the comments of an article.
pub(crate) fn hide_comments(text: &str) -> Hidden<'_> {
    if !["<!", "<?", "[//]", "]:", "{/*"].iter().any(|part| text.contains(part)) {
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
        open_notes: scanner.open_notes,
    }
}

/// A short text, such as a title, without comments. A comment that is not closed is text.
pub(crate) fn without_comments(text: &str) -> Cow<'_, str> {
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

#[derive(Default)]
struct Scanner<'a> {
    text: &'a str,
    comments: Vec<Range<usize>>,
    unclosed: bool,
    open_notes: Vec<usize>,
    blocks: Blocks,
    /// The closing marks of [`OTHERS`] that are known to be missing.
    missing: Vec<&'static str>,
    /// Whether the previous line was the row of a table, whose outer `|` are optional.
    in_table: bool,
}

impl Scanner<'_> {
    /// Reads the line at `at` and the lines that its comments cover. Returns the start of the next one.
    fn line(&mut self, at: usize) -> usize {
        let end = self.line_end(at);
        let line = &self.text[at..end];
        // Only these begin comments, or code that extends over several lines.
        let before = line.contains(['<', '{', '[', '`']).then(|| self.blocks.clone());
        let read = self.blocks.line(line.trim_end_matches(['\n', '\r']), self.text, end);
        match read.kind {
            Kind::Code | Kind::Verbatim => return end,
            Kind::Blank => {
                self.in_table = false;
                return end;
            }
            Kind::Text => {}
        }
        let found = self.comments.len();
        let behind = self.text(at, end, at + read.rest);
        if let Some(before) = before.filter(|_| self.comments.len() > found || behind > end) {
            // The blocks are those of the text without its comments.
            self.blocks = before;
            let mut shown = String::new();
            let mut from = at;
            for comment in &self.comments[found..] {
                shown.push_str(&self.text[from..comment.start]);
                shown.push_str(STAND_IN);
                from = comment.end;
            }
            shown.push_str(&self.text[from..behind.max(from)]);
            for line in shown.lines() {
                self.blocks.line(line, self.text, behind);
            }
        }
        behind
    }

    /// Reads the line from `at` to `end`; its text begins at `from`.
    fn text(&mut self, at: usize, end: usize, from: usize) -> usize {
        let line = &self.text[at..end];
        let quoted = line.trim_start().starts_with('>');
        let said = self.text[from..end].trim_start_matches(['>', ' ', '\t']);
        let from = end - said.len();
        if let Some((close, is_closed)) = self.label_comment_end(from, end) {
            if !is_closed {
                self.open_notes.push(from);
            }
            let said = self.text[from..close].trim_end();
            self.comments.push(from..from + said.len());
            return close;
        }
        if other_close(said).is_some() && self.other_end(from, quoted).is_none() {
            self.comments.push(from..self.text.len());
            self.unclosed = true;
            return self.text.len();
        }
        let begins_table = || is_delimiter_row(&self.text[end..self.line_end(end)]);
        self.in_table = line.contains('|') && (self.in_table || begins_table());
        self.inline(at, end, quoted)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |length| at + length + 1)
    }

    /// Reads text from `at` to the end of its line at `end`, or of the line in which its last comment ends.
    fn inline(&mut self, mut at: usize, mut end: usize, quoted: bool) -> usize {
        let is_row = self.in_table || self.text[at..end].trim_start().starts_with('|');
        let mut missing = Vec::new();
        while at < end {
            let rest = &self.text[at..end];
            let Some(next) = rest.find(['\\', '`', '<', '{']) else {
                break;
            };
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
                        // Each cell is searched separately.
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
            } else if let Some(length) = attributes_length(&self.text[at..end]) {
                at += length;
            } else if let Some(close) = self.other_end(at, quoted) {
                self.comments.push(at..close);
                at = close;
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

    /// The end of one of [`OTHERS`] that begins at `at`. If it is not closed, it is text.
    fn other_end(&mut self, at: usize, quoted: bool) -> Option<usize> {
        let text = &self.text[at..];
        let close = other_close(text).filter(|close| !self.missing.contains(close))?;
        // The marks of quotes do not close it.
        let is_mark = |found: usize| {
            let line = text[..found].rsplit_once('\n').map(|(_, line)| line);
            quoted && line.is_some_and(|line| line.trim_matches(['>', ' ', '\t']).is_empty())
        };
        let found = text
            .match_indices(close)
            .map(|(found, _)| found)
            .find(|found| !is_mark(*found));
        if found.is_none() {
            self.missing.push(close);
        }
        found.map(|found| at + found + close.len())
    }

    /// The end of the comment `[//]: # (...)` in the line from `at` to `end`, and whether it is closed. Otherwise its text
    /// ends with the line or, after an opening bracket or quote, with the paragraph. The text may begin in the next line.
    fn label_comment_end(&self, at: usize, mut end: usize) -> Option<(usize, bool)> {
        let said = behind_note_label(&self.text[at..end])?;
        let title = said.trim_start();
        let title = title
            .strip_prefix('#')
            .or_else(|| title.strip_prefix("<>"))
            .unwrap_or(title);
        let mut title = title.trim_start();
        if title.is_empty() {
            let next = self.line_end(end);
            let below = self.text[end..next].trim_start_matches(['>', ' ', '\t']);
            if is_title(below) {
                (title, end) = (below, next);
            }
        }
        let (open, close) = match title.as_bytes().first() {
            Some(b'(') => ('(', ')'),
            Some(b'"') => ('"', '"'),
            Some(b'\'') => ('\'', '\''),
            _ => return Some((end, true)),
        };
        let (mut line, mut at) = (title, end);
        let (mut opened, mut closed) = (0, 0);
        loop {
            opened += line.matches(open).count();
            closed += line.matches(close).count();
            let is_closed = if open == close { opened > 1 } else { closed >= opened };
            if is_closed || at == self.text.len() {
                return Some((at, is_closed));
            }
            let next = self.line_end(at);
            line = &self.text[at..next];
            if line.trim_matches(['>', ' ', '\t', '\r', '\n']).is_empty() {
                return Some((at, false));
            }
            at = next;
        }
    }

    /// The end of code that `length` backticks before `at` begin, in the line that ends at `end` or later in the same
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

/// The largest number of steps to find the end of a comment that contains others.
const MAX_STEPS: usize = 512;

/// The end of the comment that begins at `open`; `None` if it is not closed.
///
/// As in HTML, it ends at the first `-->`; but a comment around other comments, or around a block of code with arrows, ends
/// where its writer intended.
fn comment_end(text: &str, open: usize) -> Option<usize> {
    let inside = open + OPEN.len();
    for short in [">", "->"] {
        if text[inside..].starts_with(short) {
            return Some(inside + short.len());
        }
    }
    let first = inside + text[inside..].find(CLOSE)? + CLOSE.len();
    let said = &text[inside..first];
    // Backticks in the line of its end are text.
    let opens_code = |line: &str| said.contains('\n') && opens_fence(line.trim_start()).is_some();
    let is_plain = !said.contains(OPEN) && !said.lines().any(opens_code);
    Some(if is_plain {
        first
    } else {
        whole_comment_end(text, inside, first).unwrap_or(first)
    })
}

/// The end of a comment that begins before `inside` and contains other comments or code.
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
            // Code that ends in another comment is not in this one.
            if passed && line.trim_start().starts_with(OPEN) {
                return None;
            }
            // The comment may end after the fence that closes its code.
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
                // Code without an end, and then another comment.
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
                    // An arrow in the text of a later line does not end the comment.
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

/// The closing mark of the one of [`OTHERS`] at the beginning of a text.
fn other_close(text: &str) -> Option<&'static str> {
    let (open, close) = OTHERS.into_iter().find(|(open, _)| text.starts_with(open))?;
    let is_one = open != "<!" || text[open.len()..].starts_with(|c: char| c.is_ascii_alphabetic());
    is_one.then_some(close)
}

/// The length of a tag with attributes at the beginning of a line, if their values contain something like a comment.
fn attributes_length(line: &str) -> Option<usize> {
    let is_tag = line.strip_prefix('<')?.starts_with(|c: char| c.is_ascii_alphabetic());
    if !is_tag || !line.contains("<!") {
        return None;
    }
    let mut quote = None;
    for (index, c) in line.char_indices() {
        match (quote, c) {
            (None, '>') => return line[..index].contains("<!").then_some(index + 1),
            (None, '"' | '\'') => quote = Some(c),
            (None, '<') if index > 0 => return None,
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// Whether a line is the title of a definition and nothing else.
fn is_title(line: &str) -> bool {
    let line = line.trim_end();
    [('(', ')'), ('"', '"'), ('\'', '\'')]
        .into_iter()
        .any(|(open, close)| line.len() > 1 && line.starts_with(open) && line.ends_with(close))
}

/// The text after the label of a definition that is conventionally a comment: `//`, and `comment` without a target.
///
/// `[//]: # (a note)`; see <https://spec.commonmark.org/0.31.2/#link-reference-definitions>.
fn behind_note_label(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("[//]") {
        return rest.trim_start().strip_prefix(':');
    }
    let rest = line.get("[comment]:".len()..)?;
    let is_note = line[..line.len() - rest.len()].eq_ignore_ascii_case("[comment]:");
    (is_note && rest.trim_start().starts_with(['#', '<'])).then_some(rest)
}

/// Whether a line separates the head of a table from its body.
fn is_delimiter_row(line: &str) -> bool {
    let line = line.trim_matches(['>', ' ', '\t', '\r', '\n']);
    line.contains('-') && line.chars().all(|c| matches!(c, '-' | ':' | '|' | ' ' | '\t')) && line.contains('|')
}

/// Whether a line does not continue the paragraph before it.
fn begins_a_block(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty()
        || is_list_item(line)
        || line.starts_with(": ")
        || ["#", ">", "|", "<", "```", "~~~", ":::", "!!!", "???", "==="]
            .iter()
            .any(|start| line.starts_with(start))
}
