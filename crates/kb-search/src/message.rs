//! A customer's message to the customer's own words: without what mail programs add, quote and sign it with.
//!
//! Only what a layout shows is taken away: quoted lines with the line that introduces them, forwarded headers, what
//! stands below a signature mark or below a line that only says goodbye, addresses of pages and people. What the
//! words mean is left to the plan: it drops polite frames, and the index knows which words say something.

use crate::analysis::Analyzer;
use crate::plan::words;

/// A signature has no more lines than this below the line that says goodbye.
const SIGNATURE_LINES: usize = 8;
/// A line of a signature (name, company, phone) has no more words than this.
const SIGNATURE_WORDS: usize = 8;
/// A rule of a mail program is at least so long; people underline a heading with less.
const RULE_CHARS: usize = 20;
/// Words between dashes have at least so many on each side.
const WORDS_BETWEEN: usize = 3;
/// A name has no more words than this.
const NAME_WORDS: usize = 4;

/// What the customer wrote, in lines. Works in time linear in the length of the message.
///
/// Words are taken to be separated by ASCII white space: what others separate counts as one here, and the plan parts it.
pub fn own_text(message: &str, analyzer: &mut Analyzer) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in message.split(['\n', '\r']) {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if is_quote(line) {
            // "On Monday, the team wrote:" goes with what it introduces.
            lines.pop_if(|line| line.ends_with(':'));
        } else if !lines.is_empty() && is_end(line) {
            break;
        } else {
            lines.push(line);
        }
    }
    lines.truncate(without_signature(&lines, analyzer));
    let mut own = String::new();
    for line in lines {
        for word in line.split_ascii_whitespace() {
            push_word(&mut own, word);
        }
        own.push('\n');
    }
    own
}

fn is_quote(line: &str) -> bool {
    line.starts_with('>') || line.starts_with("| ")
}

/// A signature mark, or a line that mail programs put above what they quote or forward: a long rule, or words between
/// dashes.
fn is_end(line: &str) -> bool {
    let is_dash = |byte: &u8| matches!(byte, b'-' | b'_');
    let dashes = |bytes: &mut dyn Iterator<Item = u8>| bytes.take_while(|byte| is_dash(byte)).count();
    let before = dashes(&mut line.bytes());
    if before == line.len() {
        return line == "--" || before >= RULE_CHARS;
    }
    before >= WORDS_BETWEEN && dashes(&mut line.bytes().rev()) >= WORDS_BETWEEN
}

/// The number of lines above the signature: what follows a line that says nothing but goodbye, if it is short.
fn without_signature(lines: &[&str], analyzer: &mut Analyzer) -> usize {
    for at in (1..lines.len()).rev().take(SIGNATURE_LINES + 1) {
        let line = lines[at];
        if line.split_ascii_whitespace().nth(SIGNATURE_WORDS).is_some() {
            break;
        }
        // What follows a greeting, perhaps below a subject, is a sentence. What follows a goodbye is a name.
        let is_followed = lines.get(at + 1).is_some_and(|below| !words(below, analyzer).grammar);
        if is_followed && says_nothing(line, analyzer) || is_signed(line, analyzer) {
            let is_below = lines[..at].iter().any(|line| words(line, analyzer).content);
            return if is_below { at } else { lines.len() };
        }
    }
    lines.len()
}

/// Whether a line has words, and none that carries matter: "Kind regards,".
fn says_nothing(line: &str, analyzer: &mut Analyzer) -> bool {
    let words = words(line, analyzer);
    !words.content && (words.frame || words.grammar)
}

/// Whether a line says goodbye, and after a comma who does: "Kind regards, Ada Lovelace".
fn is_signed(line: &str, analyzer: &mut Analyzer) -> bool {
    let Some(comma) = line.rfind(',') else {
        return false;
    };
    let name = line[comma + 1..].trim_ascii();
    !name.is_empty()
        && name.split_ascii_whitespace().nth(NAME_WORDS).is_none()
        && (name.split_ascii_whitespace())
            .all(|word| !word.starts_with(|first| analyzer.lowercase(word).starts_with(first)))
        && says_nothing(&line[..comma], analyzer)
}

/// Adds a word, and what is left of one that is an address: nothing of a person's, the path of a page's.
fn push_word(own: &mut String, word: &str) {
    let mut word = word;
    if let Some(colon) = word.find(':')
        && let Some(rest) = word[colon..].strip_prefix("://")
    {
        own.push_str(word[..colon].trim_end_matches(|c: char| c.is_ascii_alphanumeric()));
        own.push(' ');
        let path = rest.find('/').map_or("", |slash| &rest[slash + 1..]);
        word = &path[..path.find(['?', '#']).unwrap_or(path.len())];
    } else if let Some(at) = word.find('@')
        && at > 0
        && word[at..].contains('.')
    {
        return;
    }
    own.push_str(word);
    own.push(' ');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;
    use proptest::prelude::*;

    fn own(message: &str, language: &str) -> String {
        let mut analyzer = Analyzer::new(Language::new(language));
        let text = own_text(message, &mut analyzer);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_mail_programs_add_is_left_out() {
        for (message, left) in [
            (
                "How do I get a refund?\n\nOn Mon, 3 Nov 2026, Support wrote:\n> Thank you\n> for your order",
                "How do I get a refund?",
            ),
            (
                "> You asked: where is it?\n\nIt is still not here.",
                "It is still not here.",
            ),
            (
                "The card is declined.\n-- \nAda Lovelace\nEngines Ltd.",
                "The card is declined.",
            ),
            (
                "See below.\n-----Original Message-----\nFrom: Support\nYour parcel",
                "See below.",
            ),
            (
                "See below.\n________________________________\nFrom: Support",
                "See below.",
            ),
            (
                "I need an invoice.\nKind regards,\nAda Lovelace\n+44 20 7946 0018",
                "I need an invoice.",
            ),
            ("I need an invoice.\r\nThanks, Ada Lovelace\r\n", "I need an invoice."),
            (
                "It fails at https://example.com/app/export?session=12#top, ask ada@example.com",
                "It fails at app/export ask",
            ),
            ("Смотрите правилаhttps://example.com/rules", "Смотрите правила rules"),
        ] {
            assert_eq!(own(message, "en"), left, "{message}");
        }
        assert_eq!(
            own("Die Karte geht nicht.\nMit freundlichen Grüßen\nAda Lovelace", "de"),
            "Die Karte geht nicht."
        );
    }

    #[test]
    fn what_the_customer_wrote_stays() {
        for message in [
            // A greeting is no goodbye, also below a subject.
            "Hello, how do I get a refund?",
            "Refund Hello, how do I get one?",
            // One line is never a signature.
            "Thanks, Ada",
            // A heading, a list, a sum, a comparison.
            "Steps ----- I open the app",
            "- I open the app - it closes",
            "1 < 2 and 3 > 2",
            "<b>bold</b> is shown as text",
            "--",
        ] {
            let lines = message.replacen(' ', "\n", 1);
            let kept = own(&lines, "en");
            assert_eq!(kept, message, "{lines:?}");
        }
    }

    #[test]
    fn long_messages_are_read_in_time() {
        let mut analyzer = Analyzer::new(Language::new("en"));
        let quotes = "> line of a quote:\n".repeat(50_000);
        assert_eq!(
            own_text(&format!("{quotes}Where is it?\n{quotes}"), &mut analyzer).trim(),
            "Where is it?"
        );
        for part in ["\n", "thanks,\n", "hello:\n> a\n", ",", "-", "https://", "@.", "<"] {
            own_text(&part.repeat(200_000), &mut analyzer);
        }
    }

    proptest! {
        #[test]
        fn any_message_is_read(message in "[\\PC\n]{0,400}") {
            for language in ["en", "de", "ja"] {
                let mut analyzer = Analyzer::new(Language::new(language));
                let text = own_text(&message, &mut analyzer);
                prop_assert!(text.len() <= message.len() * 2 + 2);
            }
        }
    }
}
