//! A customer's message to the customer's own words: without what mail programs add, quote and sign it with.
//!
//! Only what a layout shows is taken away: quoted lines with the line that introduces them, forwarded headers, what
//! stands below a signature mark or below a line that only says goodbye, addresses of pages and people. What the
//! words mean is left to the plan: it drops polite frames, and the index knows which words say something.

use crate::analysis::Analyzer;
use crate::plan::says_nothing;

/// A signature has no more lines than this below the line that says goodbye.
const SIGNATURE_LINES: usize = 8;
/// A line of a signature (name, company, phone) has no more words than this.
const SIGNATURE_WORDS: usize = 8;
/// A rule of a mail program is at least so long; people underline a heading with less.
const RULE_CHARS: usize = 20;
/// The greeting is one of the first lines.
const GREETING_LINES: usize = 3;
/// A name has no more words than this.
const NAME_WORDS: usize = 4;

/// What the customer wrote, in lines. Works in time linear in the length of the message.
pub fn own_text(message: &str, analyzer: &mut Analyzer) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in message.lines().map(str::trim).filter(|line| !line.is_empty()) {
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
        for word in line.split_whitespace() {
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
    let rule = |c: char| matches!(c, '-' | '_' | '—');
    let words = line.trim_matches(rule);
    let dashes = line.len() - words.len();
    line == "--"
        || if words.is_empty() {
            line.len() >= RULE_CHARS
        } else {
            line.starts_with("---") && dashes >= 2 * 3
        }
}

/// The number of lines above the signature: what follows a line that says nothing but goodbye, if it is short.
fn without_signature(lines: &[&str], analyzer: &mut Analyzer) -> usize {
    // A greeting, perhaps below a subject, says as little as a goodbye.
    let greeting = (lines.iter().take(GREETING_LINES)).position(|line| says_nothing(line, analyzer));
    let first = greeting.map_or(1, |at| at + 2);
    for (at, line) in lines.iter().enumerate().skip(first).rev().take(SIGNATURE_LINES + 1) {
        if line.split_whitespace().nth(SIGNATURE_WORDS).is_some() {
            break;
        }
        let is_goodbye = at + 1 < lines.len() && says_nothing(line, analyzer);
        if is_goodbye || is_signed(line, analyzer) {
            return at;
        }
    }
    lines.len()
}

/// Whether a line says goodbye, and after a comma who does: "Kind regards, Ada Lovelace".
fn is_signed(line: &str, analyzer: &mut Analyzer) -> bool {
    let Some((goodbye, name)) = line.rsplit_once(',') else {
        return false;
    };
    let mut names = name.split_whitespace();
    names.clone().next().is_some()
        && names.clone().nth(NAME_WORDS).is_none()
        && names.all(|word| word.starts_with(char::is_uppercase))
        && says_nothing(goodbye, analyzer)
}

/// Adds a word, and what is left of one that is an address: nothing of a person's, the path of a page's.
fn push_word(own: &mut String, word: &str) {
    let mut word = word;
    if let Some(at) = word.find("://") {
        own.push_str(word[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric()));
        own.push(' ');
        let rest = &word[at + 3..];
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
