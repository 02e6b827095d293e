//! The boxes of an article as a tree: the content of each is a separate text, which the parser reads by itself.

use std::borrow::Cow;
use std::ops::Range;

use super::blocks::{Blocks, BoxMark, From, Line, has_capital_end};
use super::comments::{Hidden, hide_comments};
use super::containers::{Container, Opener};

/// Replaces a box in the text around it. The parser reads it as raw HTML, which ends the block before it and begins none.
/// Boxes are recognised by their offset, not by this text.
const PLACE: &str = "<!---->";

/// An article, cut at its boxes.
#[derive(Debug, Default)]
pub(crate) struct Outline<'a> {
    /// The texts: first that of the article itself, then those of its boxes in the order in which they open.
    pub texts: Vec<BoxText<'a>>,
    /// The boxes. The text of box `n` is text `n + 1`.
    pub boxes: Vec<OpenedBox>,
    /// The problems found.
    pub problems: Vec<Problem>,
    /// The places of the removed comments, in bytes of the article.
    pub comments: Vec<Range<usize>>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenedBox {
    /// What it is.
    pub container: Container,
    /// The place of the line that opens it, in bytes of the article.
    pub range: Range<usize>,
}

/// A text of the article without the marks of the box around it, and a map from its offsets to those of the article.
#[derive(Debug, Default)]
pub(crate) struct BoxText<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The boxes in it, ascending by offset: offset and number.
    boxes: Vec<(usize, usize)>,
    /// Pairs of (offset in `text`, offset in the article), ascending. Between two pairs, both advance equally.
    places: Vec<(usize, usize)>,
}

impl BoxText<'_> {
    /// The number of the box at an offset.
    pub(crate) fn box_at(&self, offset: usize) -> Option<usize> {
        let index = self.boxes.binary_search_by_key(&offset, |(at, _)| *at).ok()?;
        Some(self.boxes[index].1)
    }

    /// The offset in the article of an offset in the text.
    pub(crate) fn source(&self, offset: usize) -> usize {
        let index = self.places.partition_point(|(at, _)| *at <= offset);
        match index.checked_sub(1) {
            Some(index) => {
                let (at, source) = self.places[index];
                source + offset - at
            }
            None => offset,
        }
    }
}

/// A problem with the boxes or comments of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Its place, in bytes of the article.
    pub range: Range<usize>,
    /// Its kind.
    pub kind: ProblemKind,
}

/// The kinds of [`Problem`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// A box is never closed.
    Unclosed,
    /// There is nothing to close.
    Stray,
    /// The kind of a box is not known.
    Unknown(String),
    /// A comment has no end.
    Comment,
    /// A comment `[//]: # (` has no closing bracket.
    Note,
}

/// Cuts an article at its boxes, without its comments.
pub(crate) fn outline(text: &str) -> Outline<'_> {
    let hidden = hide_comments(text);
    let places = hidden.places();
    let mut problems = comment_problems(&hidden);
    let mut outline = match hidden.text {
        Cow::Borrowed(text) => cut(text),
        Cow::Owned(text) => cut(&text).into_owned(),
    };
    outline.shift(&places);
    outline.problems.append(&mut problems);
    outline.problems.sort_by_key(|problem| problem.range.start);
    outline.comments = hidden.comments;
    outline
}

fn comment_problems(hidden: &Hidden<'_>) -> Vec<Problem> {
    let unclosed = hidden.comments.last().filter(|_| hidden.unclosed);
    let unclosed = unclosed.map(|range| Problem {
        range: range.start..range.start + "<!--".len(),
        kind: ProblemKind::Comment,
    });
    let notes = hidden.open_notes.iter().map(|start| Problem {
        range: *start..start + "[//]:".len(),
        kind: ProblemKind::Note,
    });
    unclosed.into_iter().chain(notes).collect()
}

impl Outline<'_> {
    /// The same article with all boxes as plain text; `text` is its source.
    pub(super) fn without_boxes(&self, text: &str) -> Outline<'static> {
        let hidden = hide_comments(text);
        let mut outline = Outline {
            texts: vec![BoxText {
                text: Cow::Owned(hidden.text.to_string()),
                ..BoxText::default()
            }],
            problems: comment_problems(&hidden),
            comments: self.comments.clone(),
            ..Outline::default()
        };
        outline.shift(&hidden.places());
        outline
    }

    fn into_owned(self) -> Outline<'static> {
        let texts = self.texts.into_iter().map(|text| BoxText {
            text: Cow::Owned(text.text.into_owned()),
            boxes: text.boxes,
            places: text.places,
        });
        Outline {
            texts: texts.collect(),
            boxes: self.boxes,
            problems: self.problems,
            comments: self.comments,
        }
    }

    /// Changes offsets of the text without comments to offsets of the article. `places` are pairs of these offsets,
    /// ascending; between two pairs, both advance equally.
    fn shift(&mut self, places: &[(usize, usize)]) {
        if places.is_empty() {
            return;
        }
        let source = |offset: usize| {
            let before = places.partition_point(|(at, _)| *at <= offset).checked_sub(1);
            before.map_or(offset, |before| places[before].1 + offset - places[before].0)
        };
        for text in &mut self.texts {
            if text.places.is_empty() {
                text.places.push((0, 0));
            }
            let lines = std::mem::take(&mut text.places);
            for (number, (at, from)) in lines.iter().copied().enumerate() {
                text.places.push((at, source(from)));
                let length = lines.get(number + 1).map_or(usize::MAX, |(next, _)| next - at);
                let first = places.partition_point(|(place, _)| *place <= from);
                let inside = places[first..].iter().take_while(|(place, _)| place - from < length);
                text.places
                    .extend(inside.map(|(place, source)| (at + place - from, *source)));
            }
        }
        let ranges = self.problems.iter_mut().map(|problem| &mut problem.range);
        for range in ranges.chain(self.boxes.iter_mut().map(|open| &mut open.range)) {
            *range = source(range.start)..source(range.end);
        }
    }
}

/// The beginnings of the lines that open boxes.
const OPENERS: [&str; 5] = [":::", "!!!", "???", "===", "[!"];

/// Whether a box may open somewhere: only marks of quotes, items, definitions and footnotes may come before it.
fn may_open(text: &str) -> bool {
    let is_mark = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | ':' | '.' | ')');
    let begins = |at: usize| {
        let before = text[..at].rsplit('\n').next().unwrap_or_default();
        let before = before.trim_start_matches(is_mark);
        before.is_empty() || before.starts_with("[^")
    };
    OPENERS
        .iter()
        .any(|opener| text.match_indices(opener).any(|(at, _)| begins(at)))
}

fn cut(text: &str) -> Outline<'_> {
    if !may_open(text) && !has_capital_end(text) {
        return Outline {
            texts: vec![BoxText {
                text: Cow::Borrowed(text),
                ..BoxText::default()
            }],
            ..Outline::default()
        };
    }
    let mut cutter = Cutter {
        blocks: Blocks::default(),
        texts: vec![BoxText::default()],
        boxes: Vec::new(),
        problems: Vec::new(),
        open: Vec::new(),
        blank: None,
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let said = line.trim_end_matches(['\n', '\r']);
        let read = cutter.blocks.line(said, text, next);
        // The parser recognises end tags only in lower case.
        let capitals = read
            .end_tag
            .clone()
            .filter(|tag| said[tag.clone()].contains(|c: char| c.is_ascii_uppercase()));
        match capitals {
            Some(tag) => {
                let mut line = said.to_owned();
                line[tag].make_ascii_lowercase();
                cutter.line(&line, at, &read, text);
            }
            None => cutter.line(said, at, &read, text),
        }
        at = next;
    }
    cutter.leave(0, None);
    Outline {
        texts: cutter.texts,
        boxes: cutter.boxes,
        problems: cutter.problems,
        comments: Vec::new(),
    }
}

struct Cutter<'a> {
    blocks: Blocks,
    texts: Vec<BoxText<'a>>,
    boxes: Vec<OpenedBox>,
    problems: Vec<Problem>,
    /// The boxes that are open: their numbers, and whether colons must close each.
    open: Vec<(usize, bool)>,
    blank: Option<BlankLine>,
}

/// A blank line, which belongs to the text around a box if the box ends there.
struct BlankLine {
    place: Range<usize>,
    /// Where it begins in the text of the article, and in those of the open boxes.
    from: Vec<From>,
}

impl Cutter<'_> {
    fn line(&mut self, line: &str, at: usize, read: &Line, article: &str) {
        let opens = matches!(read.mark, Some(BoxMark::Open { .. }));
        let still_open = self.blocks.boxes().count() - usize::from(opens);
        let closes = match read.mark {
            Some(BoxMark::Close(number)) => Some(number),
            _ => None,
        };
        let left = self.leave(still_open, closes);
        if let Some(blank) = self.blank.take()
            && left
            && closes.is_none()
        {
            let from = blank.from.get(still_open).copied().unwrap_or_default();
            self.push(&article[blank.place.clone()], blank.place.start, Some(from), 0);
        }
        match &read.mark {
            Some(BoxMark::Close(_)) => {}
            Some(BoxMark::Stray { ends_html }) => {
                self.problems.push(Problem {
                    range: at + read.rest..at + line.len(),
                    kind: ProblemKind::Stray,
                });
                // The line ends the blocks before it.
                let from = self.from(still_open);
                if *ends_html {
                    self.push(&line[..read.rest], at, from, read.rest);
                }
                self.push(&format!("{}{PLACE}", &line[..read.rest]), at, from, read.rest);
            }
            Some(BoxMark::Open { opener, ends_html }) => self.open(line, at, read, opener, *ends_html),
            None => {
                let from = self.from(still_open);
                self.push(line, at, from, read.rest);
            }
        }
        if line.trim_matches([' ', '\t', '>']).is_empty() && !self.open.is_empty() {
            self.blank = Some(BlankLine {
                place: at..at + line.len(),
                from: (0..=self.open.len())
                    .map(|depth| self.from(depth).unwrap_or_default())
                    .collect(),
            });
        }
    }

    /// Ends boxes until `still_open` are open. Returns whether there were more.
    fn leave(&mut self, still_open: usize, closes: Option<usize>) -> bool {
        let left = self.open.split_off(still_open.min(self.open.len()));
        for (number, must_close) in &left {
            if *must_close && closes != Some(*number) {
                self.problems.push(Problem {
                    range: self.boxes[*number].range.clone(),
                    kind: ProblemKind::Unclosed,
                });
            }
        }
        !left.is_empty()
    }

    /// Where the text of the innermost of `depth` boxes begins in the line.
    fn from(&self, depth: usize) -> Option<From> {
        match depth.checked_sub(1) {
            Some(index) => self.blocks.boxes().nth(index)?.from,
            None => Some(From::default()),
        }
    }

    /// Adds a line to the text of the innermost box; the part before `rest` consists of marks. A line without the marks of
    /// that box continues a paragraph in it.
    fn push(&mut self, line: &str, at: usize, from: Option<From>, rest: usize) {
        let number = self.open.last().map_or(0, |(number, _)| number + 1);
        let text = &mut self.texts[number];
        let out = text.text.to_mut();
        let mut start = if let Some(from) = from {
            out.extend(std::iter::repeat_n(' ', from.blanks));
            from.at.min(line.len())
        } else {
            // It is text at any indentation; without it, a mark at its start would begin a block.
            out.push_str("    ");
            rest
        };
        // A tab keeps the width that it has in the article, where other marks come before it.
        let marks = &line[start..rest.max(start)];
        if number > 0 && marks.contains('\t') {
            let mut column = columns_of(&line[..start], 0);
            for c in marks.chars() {
                let width = columns_of(c.encode_utf8(&mut [0; 4]), column) - column;
                if c == '\t' {
                    out.extend(std::iter::repeat_n(' ', width));
                } else {
                    out.push(c);
                }
                column += width;
            }
            start = rest.max(start);
        }
        text.places.push((out.len(), at + start));
        out.push_str(&line[start..]);
        out.push('\n');
    }

    fn open(&mut self, line: &str, at: usize, read: &Line, opener: &Opener, ends_html: bool) {
        let from = self.from(self.open.len());
        let marks = &line[..read.rest];
        if ends_html {
            self.push(marks, at, from, read.rest);
        }
        self.push(marks, at, from, read.rest);
        let parent = self.open.last().map_or(0, |(number, _)| number + 1);
        let number = self.boxes.len();
        let text = &mut self.texts[parent];
        let out = text.text.to_mut();
        // The box takes the place of its line, after the marks.
        out.pop();
        text.boxes.push((out.len(), number));
        text.places.push((out.len(), at + read.rest));
        out.push_str(PLACE);
        out.push('\n');
        let range = at + read.rest..at + line.len();
        if let Opener::Colons {
            unknown: Some(name), ..
        } = opener
        {
            self.problems.push(Problem {
                range: range.clone(),
                kind: ProblemKind::Unknown(name.clone()),
            });
        }
        self.boxes.push(OpenedBox {
            container: opener.container().clone(),
            range,
        });
        self.texts.push(BoxText::default());
        self.open.push((number, matches!(opener, Opener::Colons { .. })));
    }
}

/// The column after a text that begins in column `from`.
fn columns_of(text: &str, from: usize) -> usize {
    let width = |column: usize, byte: u8| {
        if byte == b'\t' {
            column + 4 - column % 4
        } else {
            column + 1
        }
    };
    text.bytes().fold(from, width)
}
