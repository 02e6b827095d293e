//! Parts of words that are written as one: of names in programs, of codes, and numbers in groups.

use std::ops::Range;

use super::{Token, TokenKind};

/// A name in programs has at most so many parts; more are not looked at.
const MAX_PARTS: usize = 6;
/// Fewer digits after letters are a version, not a code.
const MIN_CODE_DIGITS: usize = 4;
/// The letters before the digits of a code.
const MAX_CODE_LETTERS: usize = 4;

/// The pieces of a word, as bytes of it: for `maxRetryCount` its parts and `RetryCount`; for a code its digits.
pub(super) fn pieces(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    let mut pieces = Vec::new();
    if let Some(start) = code_start(bytes) {
        pieces.push(start..bytes.len());
        return pieces;
    }
    // Most words have no parts.
    let begins_part = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    if !bytes.windows(2).any(begins_part) {
        return pieces;
    }
    let mut starts = vec![0];
    for at in 1..bytes.len() {
        if bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase() && starts.len() < MAX_PARTS {
            starts.push(at);
        }
    }
    // Names of products have two parts ("GitHub", "iPhone"), and the parts mean something else.
    let is_program = bytes.first().is_some_and(u8::is_ascii_lowercase) && starts.get(1).is_some_and(|start| *start > 1);
    if starts.len() < 2 || !(is_program || starts.len() > 2) {
        return pieces;
    }
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(bytes.len());
        pieces.push(start..end);
        if number > 0 && end < bytes.len() {
            pieces.push(start..bytes.len());
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

/// Where the digits of a code begin: behind `0x`, or behind a few letters if many digits follow to the end.
fn code_start(bytes: &[u8]) -> Option<usize> {
    if let [b'0', b'x' | b'X', digits @ ..] = bytes {
        let is_code = digits.len() >= MIN_CODE_DIGITS && digits.iter().all(u8::is_ascii_hexdigit);
        return is_code.then_some(2);
    }
    if !bytes.last().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &bytes[letters..];
    let is_code = (1..=MAX_CODE_LETTERS).contains(&letters)
        && digits.len() >= MIN_CODE_DIGITS
        && digits.iter().all(u8::is_ascii_digit);
    is_code.then_some(letters)
}

/// Digits of a telephone number: fewer may be anything, more are something else.
const NUMBER_DIGITS: Range<usize> = 7..20;
/// So many digits are a number whatever they begin with.
const LONG_NUMBER: usize = 9;

/// A number that is written in groups, such as `0800 123 4567`, on its way to be joined.
#[derive(Default)]
pub(super) struct Number {
    range: Range<usize>,
    digits: String,
    position: u32,
}

impl Number {
    /// Looks for a number that begins at `at`, the first digit of a word.
    pub(super) fn look(&mut self, text: &str, at: usize, position: u32) {
        if at < self.range.end {
            return;
        }
        let bytes = text.as_bytes();
        let mut end = at;
        let mut next = at;
        let mut groups = 0;
        self.digits.clear();
        while bytes.get(next).is_some_and(u8::is_ascii_digit) {
            end = next;
            while bytes.get(end).is_some_and(u8::is_ascii_digit) {
                self.digits.push(char::from(bytes[end]));
                end += 1;
            }
            groups += 1;
            let signs = bytes[end..].iter().take(2);
            next = end + signs.take_while(|sign| b" -/.()".contains(sign)).count();
        }
        let follows_letter = bytes
            .get(end)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
        let begins = bytes[at] == b'0' || (at > 0 && matches!(bytes[at - 1], b'+' | b'('));
        let count = self.digits.len();
        if groups > 1 && !follows_letter && NUMBER_DIGITS.contains(&count) && (begins || count >= LONG_NUMBER) {
            self.range = at..end;
            self.position = position;
        } else {
            self.digits.clear();
        }
    }

    /// Once its last group was read: the number as one.
    pub(super) fn emit(&mut self, at: usize, sink: &mut dyn FnMut(Token<'_>)) {
        if !self.digits.is_empty() && at >= self.range.end {
            sink(Token {
                text: &self.digits,
                position: self.position,
                kind: TokenKind::Joined,
                from: self.range.start,
                to: self.range.end,
            });
            self.digits.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::analysis::{Analyzer, Language, Mode};

    fn terms(text: &str) -> Vec<String> {
        let mut analyzer = Analyzer::new(Language::new("none"));
        let tokens = analyzer.terms(text, Mode::Index);
        tokens.into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn names_of_programs_have_parts_and_names_of_products_do_not() {
        assert_eq!(
            terms("maxRetryCount"),
            ["maxretrycount", "max", "retry", "retrycount", "count"]
        );
        assert_eq!(terms("PaymentFailedEvent").len(), 5);
        for whole in ["GitHub", "iPhone", "JavaScript", "PDFs", "OAuth2", "eBay"] {
            assert_eq!(terms(whole), [whole.to_lowercase()], "{whole}");
        }
    }

    #[test]
    fn codes_have_digits() {
        assert_eq!(terms("0x80070005"), ["0x80070005", "80070005"]);
        assert_eq!(terms("ERR1234 E4017"), ["err1234", "1234", "e4017", "4017"]);
        assert_eq!(terms("usb3 stk500 covid19x"), ["usb3", "stk500", "covid19x"]);
    }

    #[test]
    fn numbers_in_groups_are_joined() {
        for number in ["0800 123 4567", "0800-1234567", "(0800) 1234567", "0800/123.4567"] {
            assert!(terms(number).contains(&"08001234567".to_owned()), "{number}");
        }
        assert!(terms("+49 30 1234567.").contains(&"49301234567".to_owned()));
        assert!(terms("555-123-4567").contains(&"5551234567".to_owned()));
        assert_eq!(terms("2019 2020"), ["2019", "2020"]);
        assert_eq!(terms("AT&T"), ["at", "t", "att"]);
        assert_eq!(terms("a & b"), ["a", "b"]);
    }
}
