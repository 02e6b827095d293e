//! Block syntaxes that `CommonMark` does not know, turned into marks that it passes through.
//!
//! `:::note`, `!!! note`, `??? note`, `=== "Tab"` and `> [!NOTE]` are replaced, line by line and before parsing, by HTML
//! comments that stand alone; the renderer recognises them by their offset. So one parse sees the whole text, and link
//! definitions and footnotes work across containers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::comments::{STAND_IN, contains_ignoring_case, hide_comments, is_heading, verbatim_end};
use super::fragment::Message;
use super::items::{Items, behind_mark, behind_note};
use pulldown_cmark::CowStr;

/// The kinds of callout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callout {
    /// Worth knowing.
    Note,
    /// Makes things easier.
    Tip,
    /// Must be known to succeed.
    Important,
    /// May go wrong.
    Warning,
    /// Does harm if ignored.
    Caution,
}

impl Callout {
    /// The kind that a word of any of the supported tools means, and whether the word is the kind's own name (else the
    /// word itself is a better title).
    fn parse(word: &str) -> Option<(Self, bool)> {
        Some(match word {
            "note" | "info" => (Self::Note, true),
            "tip" | "hint" => (Self::Tip, true),
            "important" => (Self::Important, true),
            "warning" | "attention" => (Self::Warning, true),
            "caution" | "danger" => (Self::Caution, true),
            "todo" | "abstract" | "summary" | "tldr" | "example" | "quote" | "cite" | "question" | "help" | "faq" => {
                (Self::Note, false)
            }
            "success" | "check" | "done" => (Self::Tip, false),
            "error" | "failure" | "fail" | "missing" | "bug" => (Self::Caution, false),
            _ => return None,
        })
    }

    /// The name in class names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }

    /// The theme's word for it.
    pub fn message(self) -> Message {
        match self {
            Self::Note => Message::Note,
            Self::Tip => Message::Tip,
            Self::Important => Message::Important,
            Self::Warning => Message::Warning,
            Self::Caution => Message::Caution,
        }
    }
}

/// Whether and how a block can be collapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapse {
    /// It cannot.
    Never,
    /// It is closed until opened.
    Closed,
    /// It is open until closed.
    Open,
}

/// A block that `CommonMark` does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    /// A callout.
    Callout(Callout, Option<String>, Collapse),
    /// Something that opens on demand, with its title.
    Accordion(Option<String>, Collapse),
    /// A numbered list of steps.
    Steps,
    /// A group of tabs.
    Tabs,
    /// One tab with its title.
    Tab(String),
    /// A box of a kind that is not known here.
    Plain,
}

/// What a mark stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A container begins.
    Open(Container),
    /// The innermost container ends.
    Close,
    /// The block quote that begins here is this container.
    Alert(Container),
}

/// Something that is wrong with a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerProblem {
    /// Where, in bytes of the given text.
    pub range: Range<usize>,
    /// What.
    pub kind: ContainerProblemKind,
}

/// The kinds of [`ContainerProblem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerProblemKind {
    /// It is never closed.
    Unclosed,
    /// There is nothing to close.
    Stray,
    /// Its kind is not known.
    Unknown(String),
    /// It is a comment without an end.
    Comment,
    /// A comment `[//]: # (` has no closing bracket.
    Note,
    /// It is a code block that its container ended.
    Fence,
}

/// Text without comments in which the containers are marks, and the way back to the places of the given text.
#[derive(Debug, Default)]
pub struct Marked<'a> {
    /// The text to parse.
    pub text: Cow<'a, str>,
    marks: HashMap<usize, Mark>,
    /// Pairs of (offset in `text`, offset in the given text), ascending.
    lines: Vec<(usize, usize)>,
    /// What is wrong.
    pub problems: Vec<ContainerProblem>,
    /// The comments that were taken out, in bytes of the given text.
    pub comments: Vec<Range<usize>>,
}

impl Marked<'_> {
    /// The mark that the HTML block `html` at `offset` of the marked text is, if it is one.
    pub fn mark(&self, html: &str, offset: usize) -> Option<&Mark> {
        if self.marks.is_empty() || !html.trim_start().starts_with(MARK) {
            return None;
        }
        let lead = html.len() - html.trim_start().len();
        // The parser may count blanks before the mark to the block, but begin its range at the mark.
        self.marks.get(&(offset + lead)).or_else(|| self.marks.get(&offset))
    }

    /// A text of the parse without marks, which stand in it where something before them was never closed, such as
    /// `<script>`. It keeps its length. What a writer puts into comments is gone before marks are made.
    pub fn without_marks<'t>(&self, text: CowStr<'t>) -> CowStr<'t> {
        if self.marks.is_empty() || !text.contains(MARK) {
            return text;
        }
        text.replace(MARK, &" ".repeat(MARK.len())).into()
    }

    fn into_owned(self) -> Marked<'static> {
        Marked {
            text: Cow::Owned(self.text.into_owned()),
            marks: self.marks,
            lines: self.lines,
            problems: self.problems,
            comments: self.comments,
        }
    }

    /// Follows the text from which this was made back to the one without gaps: `places` are pairs of an offset in the one
    /// and in the other, ascending, between which both go on alike.
    fn shift(&mut self, places: &[(usize, usize)]) {
        if places.is_empty() {
            return;
        }
        let source = |offset: usize| {
            let before = places.partition_point(|(at, _)| *at <= offset).checked_sub(1);
            before.map_or(offset, |before| places[before].1 + offset - places[before].0)
        };
        if self.lines.is_empty() {
            self.lines.push((0, 0));
        }
        let lines = std::mem::take(&mut self.lines);
        for (number, (marked, at)) in lines.iter().copied().enumerate() {
            self.lines.push((marked, source(at)));
            let length = lines.get(number + 1).map_or(usize::MAX, |(next, _)| next - marked);
            let first = places.partition_point(|(place, _)| *place <= at);
            let inside = places[first..].iter().take_while(|(place, _)| place - at < length);
            self.lines
                .extend(inside.map(|(place, source)| (marked + place - at, *source)));
        }
        for problem in &mut self.problems {
            problem.range = source(problem.range.start)..source(problem.range.end);
        }
    }

    /// The offset in the given text of an offset in the marked text.
    pub fn source(&self, offset: usize) -> usize {
        if self.lines.is_empty() {
            return offset;
        }
        let index = self
            .lines
            .partition_point(|(marked, _)| *marked <= offset)
            .saturating_sub(1);
        let (marked, source) = self.lines[index];
        source + offset.saturating_sub(marked)
    }
}

/// Deepest nesting of containers; what opens one inside is text. Nobody writes that deep, and the work grows with it.
const MAX_DEPTH: usize = 64;

/// How a mark is written.
const MARK: &str = "<!--kb-->";

/// Takes the comments out of a text and replaces its containers by marks.
pub fn mark_containers(text: &str) -> Marked<'_> {
    let hidden = hide_comments(text);
    let places = hidden.places();
    let unclosed = hidden.comments.last().filter(|_| hidden.unclosed);
    let unclosed = unclosed.map(|range| ContainerProblem {
        range: range.start..range.start + "<!--".len(),
        kind: ContainerProblemKind::Comment,
    });
    let notes = hidden.open_notes.iter().map(|start| ContainerProblem {
        range: *start..start + "[//]:".len(),
        kind: ContainerProblemKind::Note,
    });
    let unclosed: Vec<ContainerProblem> = unclosed.into_iter().chain(notes).collect();
    let mut marked = match hidden.text {
        Cow::Borrowed(text) => mark_lines(text),
        Cow::Owned(text) => mark_lines(&text).into_owned(),
    };
    marked.shift(&places);
    marked.problems.extend(unclosed);
    marked.comments = hidden.comments;
    marked
}

fn mark_lines(text: &str) -> Marked<'_> {
    let needed = text.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '>']);
        [":::", "!!!", "???", "===", "[!"]
            .iter()
            .any(|opener| line.starts_with(opener))
    });
    if !needed {
        return Marked {
            text: Cow::Borrowed(text),
            ..Marked::default()
        };
    }
    let mut marker = Marker {
        text,
        ..Marker::default()
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        marker.line(line, at);
        at += line.len();
    }
    marker.finish(text.len())
}

enum Open {
    /// Opened by colons: their number, the place of the opener, and whether it is a group of tabs.
    Colons(usize, Range<usize>, bool),
    /// A tab that is one block of code in a group of tabs, with what the code begins with.
    CodeTab(String),
    /// Opened by `!!!`, `???` or `===`: the column from which its lines are its own, and what its opener begins with.
    Indented(usize, String),
    /// Opened by a code fence.
    Fence(Fence),
}

/// A code block that is open.
struct Fence {
    character: u8,
    length: usize,
    /// What its closing line begins with.
    prefix: String,
    /// The place of its opening line.
    range: Range<usize>,
}

#[derive(Default)]
struct Marker<'a> {
    text: &'a str,
    out: String,
    marks: HashMap<usize, Mark>,
    lines: Vec<(usize, usize)>,
    problems: Vec<ContainerProblem>,
    open: Vec<Open>,
    /// Blank lines that are held back until it is known which block they belong to.
    blank: Vec<(usize, usize)>,
    /// Whether the last line was the first of an alert's block quote.
    quote: bool,
    /// The code fence that is open in a block quote.
    quoted_fence: Option<(u8, usize)>,
    /// What ends the element that is open and whose text is taken as it stands.
    verbatim: Option<&'static str>,
    /// Whether the line stands in a block of HTML, which ends with a blank line.
    html: bool,
    fences: FencesAhead,
    items: Items,
}

impl<'a> Marker<'a> {
    fn line(&mut self, line: &str, at: usize) {
        let content = line.trim_end_matches(['\n', '\r']);
        if content.trim().is_empty() {
            self.items.in_text = false;
            self.quote = false;
            self.quoted_fence = None;
            self.html = false;
            self.blank.push((at, line.len()));
            if matches!(self.open.last(), Some(Open::Fence(..))) {
                self.flush_blank();
            }
            return;
        }
        let indent = columns(content);
        self.close_indented(indent);
        self.flush_blank();
        let stripped = self.strip(content);
        let start = at + (content.len() - stripped.len());
        if let Some(Open::Fence(fence)) = self.open.last() {
            let is_open = !closes_fence(stripped, fence.character, fence.length);
            if !(is_open && self.ends_unclosed_fence(stripped, at)) {
                self.copy(stripped, start);
                if !is_open {
                    self.open.pop();
                    self.end_code_tab();
                }
                return;
            }
            self.close_innermost();
        }
        if let Some(end) = self.verbatim {
            self.verbatim = Some(end).filter(|end| !contains_ignoring_case(content, end));
            self.copy(stripped, start);
            return;
        }
        let in_text = self.items.in_text;
        let is_quoted = content.trim_start().starts_with('>');
        // Text goes on however far a line is indented; a quote is code there.
        let is_far = indent >= self.items.column_at(indent) + 4;
        if is_far && (is_quoted || in_text && behind_mark(content.trim_start()).is_none()) {
            self.copy(stripped, start);
            return;
        }
        let inner = self.items.inner(content, is_quoted);
        if let Some(end) = verbatim_end(inner) {
            self.verbatim = Some(end).filter(|end| !contains_ignoring_case(content, end));
            self.items.in_text = false;
            self.quote = false;
            self.copy(stripped, start);
            return;
        }
        let is_tag = |line: &str| {
            line.strip_prefix('<')
                .is_some_and(|rest| rest.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic()))
        };
        self.html |= !in_text && is_tag(inner);
        if inner.is_empty() {
            // Indented code.
            self.quote = false;
            self.copy(stripped, start);
            return;
        }
        let body = stripped.trim_start();
        if self.open.len() >= MAX_DEPTH {
            self.deep(stripped, body, start);
            return;
        }
        let prefix = &stripped[..stripped.len() - body.len()];
        if body.starts_with(STAND_IN) {
            self.quote = false;
            self.copy(stripped, start);
            return;
        }
        let shown = &*without_stand_ins(body);
        // Code in a quote ends with the quote.
        let opens_behind_marks = || opens_fence(behind_note(inner)).filter(|_| !is_quoted);
        if let Some((character, length)) = opens_fence(body).or_else(opens_behind_marks) {
            if let Some(Open::Colons(.., true)) = self.open.last() {
                self.mark(prefix, Mark::Open(Container::Tab(code_title(&body[length..]))));
                self.open.push(Open::CodeTab(prefix.to_owned()));
            }
            let mark = body.find(char::from(character)).unwrap_or(0);
            let from = start + prefix.len() + mark;
            self.open.push(Open::Fence(Fence {
                character,
                length,
                prefix: format!("{prefix}{:mark$}", ""),
                range: from..start + stripped.len(),
            }));
            self.copy(stripped, start);
            self.items.in_text = false;
        } else if body.starts_with(":::") {
            let from = start + prefix.len();
            self.colons(prefix, shown, from..from + body.len());
        } else if let Some(container) = admonition(shown) {
            self.mark(prefix, Mark::Open(container));
            self.open.push(Open::Indented(indent + 4, prefix.to_owned()));
        } else if let Some(title) = tab_title(shown) {
            self.mark(prefix, Mark::Open(Container::Tab(title)));
            self.open.push(Open::Indented(indent + 4, prefix.to_owned()));
        } else if body.starts_with('>') {
            self.quoted(stripped, start);
        } else {
            self.quote = false;
            self.quoted_fence = None;
            self.items.in_text = !is_heading(inner);
            self.copy(stripped, start);
        }
    }

    /// A line at the deepest level: it may end a container, but opens none.
    fn deep(&mut self, line: &str, body: &str, at: usize) {
        let shown = &*without_stand_ins(body);
        if is_colons(shown) {
            let prefix = line.len() - body.len();
            self.colons(&line[..prefix], shown, at + prefix..at + line.len());
        } else {
            self.copy(line, at);
        }
    }

    /// Ends the blocks that a line with this indentation is no longer part of.
    fn close_indented(&mut self, indent: usize) {
        while let Some(index) = self
            .open
            .iter()
            .position(|open| matches!(open, Open::Indented(from, _) if indent < *from))
        {
            while self.open.len() > index {
                self.close_innermost();
            }
        }
    }

    /// Ends the innermost block where its own end is missing.
    fn close_innermost(&mut self) {
        match self.open.pop() {
            Some(Open::Fence(fence)) => self.end_fence(fence),
            Some(Open::Indented(_, prefix) | Open::CodeTab(prefix)) => self.mark(&prefix, Mark::Close),
            Some(Open::Colons(..)) => self.mark("", Mark::Close),
            None => {}
        }
    }

    /// Whether a line in code ends the container of the code, whose own end is missing.
    fn ends_unclosed_fence(&mut self, line: &str, at: usize) -> bool {
        let in_colons = self.open.iter().any(|open| matches!(open, Open::Colons(..)));
        in_colons && is_colons(line) && !self.fences.closes_next(self.text, at)
    }

    /// Ends a code block with its container.
    fn end_fence(&mut self, fence: Fence) {
        self.out.push_str(&fence.prefix);
        self.out
            .extend(std::iter::repeat_n(char::from(fence.character), fence.length));
        self.out.push('\n');
        self.problems.push(ContainerProblem {
            range: fence.range,
            kind: ContainerProblemKind::Fence,
        });
        self.end_code_tab();
    }

    fn end_code_tab(&mut self) {
        if matches!(self.open.last(), Some(Open::CodeTab(_))) {
            self.close_innermost();
        }
    }

    /// The line without the indentation of the blocks it stands in.
    fn strip<'l>(&self, content: &'l str) -> &'l str {
        let levels = self
            .open
            .iter()
            .filter(|open| matches!(open, Open::Indented(..)))
            .count();
        let mut rest = content;
        for _ in 0..levels {
            rest = rest
                .strip_prefix("    ")
                .or_else(|| rest.strip_prefix('\t'))
                .unwrap_or_else(|| rest.trim_start_matches(' '));
        }
        rest
    }

    fn colons(&mut self, prefix: &str, body: &str, range: Range<usize>) {
        let length = body.bytes().take_while(|b| *b == b':').count();
        let rest = body[length..].trim();
        if rest.is_empty() {
            self.close_colons(prefix, length, range);
            return;
        }
        let container = self.named(rest, range.clone());
        let is_tabs = container == Container::Tabs;
        self.mark(prefix, Mark::Open(container));
        self.open.push(Open::Colons(length, range, is_tabs));
    }

    /// A line of colons alone ends the innermost container opened with as many, else the innermost one.
    fn close_colons(&mut self, prefix: &str, length: usize, range: Range<usize>) {
        let same_length = |open: &Open| matches!(open, Open::Colons(opened, ..) if *opened == length);
        let index = self
            .open
            .iter()
            .rposition(same_length)
            .or_else(|| self.open.iter().rposition(|open| matches!(open, Open::Colons(..))));
        let Some(index) = index else {
            self.problems.push(ContainerProblem {
                range,
                kind: ContainerProblemKind::Stray,
            });
            return;
        };
        for open in self.open.split_off(index + 1) {
            if let Open::Colons(_, range, _) = open {
                self.problems.push(ContainerProblem {
                    range,
                    kind: ContainerProblemKind::Unclosed,
                });
            }
            self.mark(prefix, Mark::Close);
        }
        self.open.pop();
        self.mark(prefix, Mark::Close);
    }

    /// The container that the words after the colons name: `note Title`, `note[Title]`, `tab{title="Title"}`.
    fn named(&mut self, rest: &str, range: Range<usize>) -> Container {
        let name_end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(rest.len());
        let name = rest[..name_end].to_lowercase();
        let title = title(rest[name_end..].trim());
        match name.as_str() {
            "details" | "accordion" | "collapse" | "spoiler" => Container::Accordion(title, Collapse::Closed),
            "steps" => Container::Steps,
            "tabs" | "code-group" => Container::Tabs,
            "tab" | "tabitem" => Container::Tab(title.unwrap_or_default()),
            _ => {
                if let Some((callout, own)) = Callout::parse(&name) {
                    let title = title.or_else(|| default_title(&name, own));
                    return Container::Callout(callout, title, Collapse::Never);
                }
                self.problems.push(ContainerProblem {
                    range,
                    kind: ContainerProblemKind::Unknown(name),
                });
                Container::Plain
            }
        }
    }

    /// A line of a block quote; `> [!NOTE]` as its first one makes it a callout.
    fn quoted(&mut self, line: &str, at: usize) {
        let inner = line.trim_start_matches([' ', '>']);
        let prefix = &line[..line.len() - inner.len()];
        let nested = prefix.matches('>').count();
        let first = !self.quote || nested > 1;
        self.quote = true;
        let in_code = self.quoted_fence.is_some();
        self.quoted_fence = match self.quoted_fence {
            Some((character, length)) => Some((character, length)).filter(|_| !closes_fence(inner, character, length)),
            None => opens_fence(inner),
        };
        if first
            && !in_code
            && !self.html
            && let Some(container) = alert(&without_stand_ins(inner))
        {
            self.lines.push((self.out.len(), at));
            self.out.push_str(prefix);
            self.marks.insert(self.out.len(), Mark::Alert(container));
            self.out.push_str(MARK);
            self.out.push('\n');
            // A line of the quote's own ends the HTML block and keeps the quote open.
            self.out.push_str(prefix.trim_end());
            self.out.push('\n');
        } else {
            self.copy(line, at);
        }
    }

    /// Writes a mark with blank lines around it, so that it ends a paragraph and begins a block.
    fn mark(&mut self, prefix: &str, mark: Mark) {
        self.quote = false;
        self.out.push('\n');
        self.out.push_str(prefix);
        self.marks.insert(self.out.len(), mark);
        self.out.push_str(MARK);
        self.out.push_str("\n\n");
    }

    fn copy(&mut self, line: &str, at: usize) {
        self.lines.push((self.out.len(), at));
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn flush_blank(&mut self) {
        for (at, _) in std::mem::take(&mut self.blank) {
            self.lines.push((self.out.len(), at));
            self.out.push('\n');
        }
    }

    fn finish(mut self, len: usize) -> Marked<'a> {
        while let Some(open) = self.open.pop() {
            match open {
                Open::Fence(..) => {}
                Open::Indented(_, prefix) | Open::CodeTab(prefix) => self.mark(&prefix, Mark::Close),
                Open::Colons(_, range, _) => {
                    self.problems.push(ContainerProblem {
                        range,
                        kind: ContainerProblemKind::Unclosed,
                    });
                    self.mark("", Mark::Close);
                }
            }
        }
        self.lines.push((self.out.len(), len));
        self.problems.sort_by_key(|problem| problem.range.start);
        Marked {
            text: Cow::Owned(self.out),
            marks: self.marks,
            lines: self.lines,
            problems: self.problems,
            comments: Vec::new(),
        }
    }
}

/// The fences of a text, as far as they were looked for.
#[derive(Default)]
pub(super) struct FencesAhead {
    /// From where to where none is, and whether the one there closes code.
    known: Option<(Range<usize>, bool)>,
}

impl FencesAhead {
    /// Whether the next fence behind `at` may close code; one that names a language opens some.
    pub(super) fn closes_next(&mut self, text: &str, at: usize) -> bool {
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

/// Whether a line is only colons, which end a container.
pub(super) fn is_colons(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|byte| byte == b':')
}

/// The line that opens a container, without what stands in it for comments.
fn without_stand_ins(line: &str) -> Cow<'_, str> {
    if line.contains(STAND_IN) {
        line.replace(STAND_IN, "").into()
    } else {
        line.into()
    }
}

/// The indentation of a line in columns; a tab reaches to the next multiple of four.
pub(super) fn columns(line: &str) -> usize {
    columns_from(0, line)
}

/// The columns of the blanks that a text begins with, which itself begins in column `from`.
pub(super) fn columns_from(from: usize, text: &str) -> usize {
    let mut columns = from;
    for byte in text.bytes() {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 4 - columns % 4,
            _ => break,
        }
    }
    columns - from
}

/// The fence that a line opens, also behind the marker of a list item.
pub(super) fn opens_fence(body: &str) -> Option<(u8, usize)> {
    let item = body.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = item
        .strip_prefix(['-', '*', '+', '.', ')'])
        .and_then(|rest| rest.strip_prefix(' '))
        .map(str::trim_start);
    [Some(body), item].into_iter().flatten().find_map(|line| {
        let character = line.bytes().next().filter(|b| matches!(b, b'`' | b'~'))?;
        let length = line.bytes().take_while(|b| *b == character).count();
        let info = &line[length..];
        (length >= 3 && !(character == b'`' && info.contains('`'))).then_some((character, length))
    })
}

/// Whether a line ends a fence of this character and length.
pub(super) fn closes_fence(line: &str, character: u8, length: usize) -> bool {
    let line = line.trim().trim_start_matches(['>', ' ']);
    line.len() >= length && line.bytes().all(|b| b == character)
}

/// Whether a line opens a container whose lines are indented.
pub(super) fn opens_indented(body: &str) -> bool {
    admonition(body).is_some() || tab_title(body).is_some()
}

/// `!!! note "Title"`, `??? note`, `???+ note`.
fn admonition(body: &str) -> Option<Container> {
    let (collapse, rest) = if let Some(rest) = body.strip_prefix("!!!") {
        (Collapse::Never, rest)
    } else if let Some(rest) = body.strip_prefix("???+") {
        (Collapse::Open, rest)
    } else {
        (Collapse::Closed, body.strip_prefix("???")?)
    };
    let rest = rest.strip_prefix(' ')?.trim();
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(rest.len());
    let name = rest[..end].to_lowercase();
    let after = rest[end..].trim_start();
    // Further words are class names of MkDocs, such as `inline end`. A title in quotes is the last.
    let title = match quotes(after) {
        Some((at, open, close)) => {
            let quoted = after[at + open.len_utf8()..].strip_suffix(close)?;
            Some(quoted.trim().to_owned()).filter(|title| !title.is_empty())
        }
        None => None,
    };
    if name.is_empty() {
        // A title alone.
        return title
            .filter(|_| quotes(rest).is_some_and(|(at, ..)| at == 0))
            .map(|title| Container::Callout(Callout::Note, Some(title), collapse));
    }
    if title.is_none() && after.contains(['!', '?', '.', ',']) {
        return None;
    }
    let (callout, own) = Callout::parse(&name).unwrap_or((Callout::Note, false));
    Some(Container::Callout(
        callout,
        title.or_else(|| default_title(&name, own)),
        collapse,
    ))
}

/// Where the first word begins that stands in quotes, with these.
fn quotes(text: &str) -> Option<(usize, char, char)> {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('«', '»')];
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    text.char_indices().find_map(|(at, c)| {
        let (open, close) = PAIRS.into_iter().find(|(open, _)| *open == c)?;
        begins(at).then_some((at, open, close))
    })
}

/// The title of a tab of code, from what stands behind the fence: `sh [npm]`, `js title="a.js"`, or the language alone.
fn code_title(info: &str) -> String {
    let between = |open: &str, close: char| {
        let (_, rest) = info.split_once(open)?;
        rest.split(close)
            .next()
            .map(str::trim)
            .filter(|title| !title.is_empty())
    };
    let language = || info.split_whitespace().next().unwrap_or("\u{2026}");
    between("[", ']')
        .or_else(|| between("title=\"", '"'))
        .unwrap_or_else(language)
        .to_owned()
}

/// `=== "Title"`
fn tab_title(body: &str) -> Option<String> {
    let quoted = body
        .strip_prefix("===")?
        .trim_start_matches(['!', '+'])
        .strip_prefix(' ')?
        .trim();
    let title = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (!title.is_empty()).then(|| title.to_owned())
}

/// `[!NOTE]`, `[!NOTE]-`, `[!NOTE]+`, each with an optional title.
fn alert(inner: &str) -> Option<Container> {
    let rest = inner.strip_prefix("[!")?;
    let (name, rest) = rest.split_once(']')?;
    let name = name.trim().to_lowercase();
    let (callout, own) = Callout::parse(&name)?;
    let (collapse, rest) = match rest.as_bytes().first() {
        Some(b'-') => (Collapse::Closed, &rest[1..]),
        Some(b'+') => (Collapse::Open, &rest[1..]),
        _ => (Collapse::Never, rest),
    };
    let title = Some(rest.trim())
        .filter(|title| !title.is_empty())
        .map(ToOwned::to_owned);
    Some(Container::Callout(
        callout,
        title.or_else(|| default_title(&name, own)),
        collapse,
    ))
}

/// The title in `Title`, `"Title"`, `[Title]` or `{title="Title"}`.
fn title(text: &str) -> Option<String> {
    let between = |open: char, close: char| {
        let inside = text.strip_prefix(open)?.strip_suffix(close)?;
        // `[a](b) and [c]` is Markdown, `"a" and "b"` a text.
        (!inside.contains(close)).then_some(inside)
    };
    let text = if let Some((attributes, rest)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let named = attributes.split_once("title=\"");
        named.and_then(|(_, title)| title.split('"').next()).unwrap_or(rest)
    } else {
        between('[', ']').or_else(|| between('"', '"')).unwrap_or(text)
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The word itself as a title, where the kind's own word would say less.
fn default_title(name: &str, own: bool) -> Option<String> {
    if own {
        return None;
    }
    let mut letters = name.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}
