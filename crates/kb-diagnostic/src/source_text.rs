//! A text file that diagnostics point into: its name, its text, and the starts of its lines.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::Span;

/// Longest line that is kept as an excerpt, in characters; the terminal shows the part around the marked place.
const EXCERPT_CHARS: usize = 1_000;

/// A text file with its name.
///
/// The first span computes the line starts of the whole text; each further one takes a binary search. So the total cost
/// is linear in the length of the file, even with thousands of problems or a single long line.
#[derive(Debug)]
pub struct SourceText {
    name: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<Lines>,
    origin: Option<Origin>,
}

/// The file as it was before it was written in another way.
#[derive(Debug)]
struct Origin {
    file: Arc<SourceText>,
    /// Pairs of an offset in the text and one in the original, ascending, between which both go on alike.
    places: Vec<(usize, usize)>,
}

impl Origin {
    /// The offset in the original.
    fn offset(&self, offset: usize) -> usize {
        let next = self.places.partition_point(|(at, _)| *at <= offset);
        let end = self.places.get(next).map_or(self.file.text.len(), |(_, from)| *from);
        match next.checked_sub(1) {
            Some(before) => {
                let (at, from) = self.places[before];
                (from + offset - at).min(end.max(from))
            }
            None => offset,
        }
    }
}

impl SourceText {
    /// The file called `name`: its path as shown to the user, with `/` between its parts.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
            origin: None,
        }
    }

    /// A file, written in another way: `places` are pairs of an offset in `text` and one in the file, ascending, between
    /// which both go on alike. Before the first pair both are the same. Spans are those of the file.
    pub fn rewritten(file: &Arc<Self>, text: impl Into<Arc<str>>, places: Vec<(usize, usize)>) -> Self {
        Self {
            origin: Some(Origin {
                file: Arc::clone(file),
                places,
            }),
            ..Self::new(Arc::clone(&file.name), text)
        }
    }

    /// The file as it is on disk.
    pub fn original(self: &Arc<Self>) -> &Arc<Self> {
        self.origin.as_ref().map_or(self, |origin| &origin.file)
    }

    /// The path of the file as shown to the user.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The span of the byte range `range`. Ranges that extend past the end of the line or of the text are cut.
    pub fn span(&self, range: Range<usize>) -> Span {
        if let Some(origin) = &self.origin {
            let start = origin.offset(range.start);
            return origin.file.span(start..origin.offset(range.end).max(start));
        }
        let (text, lines) = (&*self.text, self.lines.get_or_init(|| Lines::of(&self.text)));
        let start = text.floor_char_boundary(range.start);
        let end = text.floor_char_boundary(range.end.max(range.start));
        let line = lines.number(start);
        let within = lines.range(line, text);
        let count = |range: Range<usize>| lines.characters(text, range);
        let column = count(within.start..start) + 1;
        let marked = count(start..end.clamp(start, within.end.max(start)));
        let excerpt = if count(within.clone()) <= EXCERPT_CHARS {
            text[within].to_owned()
        } else {
            String::new()
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Span {
            file: self.name.to_string(),
            line: number(line + 1),
            column: number(column),
            end_column: number(column + marked.max(1)),
            excerpt,
        }
    }
}

/// Two files are equal if their names and texts are; the lines are derived from the text.
impl PartialEq for SourceText {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.text == other.text
    }
}

impl Eq for SourceText {}

/// Block size in bytes: the character count is stored once per block.
const BLOCK: usize = 256;

/// Where the lines and characters of a text are.
#[derive(Debug)]
struct Lines {
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
    /// Number of characters that begin before each block of [`BLOCK`] bytes; empty where each byte is a character.
    characters: Vec<usize>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(newlines.map(|(at, _)| at + 1)).collect();
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            for block in text.as_bytes().chunks(BLOCK) {
                characters.push(before);
                before += count(block);
            }
            characters.push(before);
        }
        Self { starts, characters }
    }

    /// The number of the line with the byte `at`, counted from 0.
    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The bytes of a line, without the line ending.
    fn range(&self, line: usize, text: &str) -> Range<usize> {
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(text.len(), |next| next - 1);
        start..start + text[start..end].trim_end_matches('\r').len()
    }

    /// Number of characters in a range of bytes.
    fn characters(&self, text: &str, range: Range<usize>) -> usize {
        if self.characters.is_empty() {
            return range.len();
        }
        let before = |at: usize| {
            let block = at / BLOCK;
            self.characters[block] + count(&text.as_bytes()[block * BLOCK..at])
        };
        before(range.end) - before(range.start)
    }
}

/// Number of characters that begin in these bytes of UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The place as it is defined, found from the start of the text.
    fn by_definition(text: &str, range: &Range<usize>) -> Span {
        let start = text.floor_char_boundary(range.start);
        let end = text.floor_char_boundary(range.end.max(range.start));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].split('\n').next().unwrap_or_default();
        let line = line.trim_end_matches('\r');
        let column = text[line_start..start].chars().count() + 1;
        let marked = text[start..end.clamp(start, (line_start + line.len()).max(start))]
            .chars()
            .count();
        Span {
            file: "a.md".to_owned(),
            line: text[..line_start].matches('\n').count() as u32 + 1,
            column: column as u32,
            end_column: (column + marked.max(1)) as u32,
            excerpt: if line.chars().count() <= EXCERPT_CHARS {
                line.to_owned()
            } else {
                String::new()
            },
        }
    }

    proptest! {
        #[test]
        fn a_place_is_what_counting_from_the_start_finds(
            text in "([a\u{e4}\u{8a9e}\u{1f600}\r\n]|ab{600}|\u{e4}{300}){0,8}",
            start in 0_usize..3_000,
            length in 0_usize..900,
        ) {
            let range = start..start + length;
            let file = SourceText::new("a.md", text.as_str());
            prop_assert_eq!(file.span(range.clone()), by_definition(&text, &range));
        }
    }

    #[test]
    fn many_places_of_a_long_text_take_no_second_look_at_it() {
        // One line of two million characters: a place is found from its block, not from the start of the line.
        let text = "\u{e4}x".repeat(1_000_000);
        let file = SourceText::new("a.md", text);
        let places: Vec<u32> = (0..100_000).map(|n| file.span(n * 30..n * 30 + 3).column).collect();
        assert_eq!((places[0], places[99_999]), (1, 1_999_981));
    }
}
