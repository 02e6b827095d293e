//! Plain text: its beginning and its number of words.

use crate::structure::{CELL, joined};

/// The beginning of a text, cut at a word, on one line.
pub(crate) fn shorten(text: &str, chars: usize) -> String {
    let mut short = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if count + length + 1 > chars {
            if count == 0 {
                // One long run, as in Chinese.
                short.extend(word.chars().take(chars.saturating_sub(1)));
            }
            short.push('\u{2026}');
            break;
        }
        if count > 0 {
            short.push(' ');
            count += 1;
        }
        short.push_str(word);
        count += length;
    }
    short
}

/// The lines of a text that are not empty, each with single spaces between its words.
pub(super) fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in joined(text).split('\n') {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(first);
        for word in words {
            out.push(' ');
            out.push_str(word);
        }
    }
    out
}

/// The number of words for the reading time; in scripts without spaces, two characters count as one word.
pub(super) fn count_words(text: &str) -> usize {
    let dense = if text.is_ascii() {
        0
    } else {
        text.chars()
            .filter(|c| matches!(*c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}'))
            .count()
    };
    let words = text.split(|c: char| c.is_whitespace() || c == CELL);
    words.filter(|word| !word.is_empty()).count() + dense / 2
}
