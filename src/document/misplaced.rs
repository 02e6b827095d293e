//! Keys of front matter in the text of an article: something stands before the first `---`, or there are two blocks.

use std::ops::Range;

use super::containers::{columns, opens_fence};
use super::front_matter::{CODES, is_blank};
use super::visibility;
use crate::data::{Node, Place, Reader, SyntaxError, Value, parse_toml, parse_yaml};
use crate::diagnostic::SourceText;

/// Lines with text at the start of a body in which keys are looked for.
const HEAD_LINES: usize = 20;

/// The line, among the first ones of a body, that would hide the article if it stood in front matter.
///
/// Keys stand between two bars such as `---`, or are all that the first paragraph has.
pub(super) fn hiding_line(body: &str) -> Option<Range<usize>> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut seen = 0;
    let mut in_comment = false;
    for line in body.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at += line.len();
        let said = line.trim_matches(is_blank);
        let begins_comment = said.starts_with("<!--");
        let was_in_comment = in_comment;
        in_comment = (in_comment || begins_comment) && !said.contains("-->");
        if was_in_comment || begins_comment {
            continue;
        }
        seen += usize::from(!said.is_empty());
        let begins_other = said.starts_with(['<', ':']) || said.starts_with("{{") || said.starts_with("{%");
        if seen > HEAD_LINES || begins_other || opens_fence(said).is_some() || columns(line) >= 4 && lines.is_empty() {
            break;
        }
        lines.push((range, said));
    }
    let between_bars = lines.iter().enumerate().filter_map(|(index, (_, said))| {
        let bar = bar(said)?;
        let rest = &lines[index + 1..];
        let end = rest
            .iter()
            .position(|(_, said)| said.starts_with(bar) && said.len() >= 3);
        let end = end.or_else(|| rest.iter().position(|(_, said)| said.is_empty()));
        Some((&rest[..end.unwrap_or(rest.len())], bar))
    });
    let first = lines.iter().position(|(_, said)| !said.is_empty())?;
    let ends = |(_, said): &(Range<usize>, &str)| said.is_empty() || bar(said).is_some();
    let length = lines[first..].iter().position(ends);
    let paragraph = &lines[first..length.map_or(lines.len(), |length| first + length)];
    // Prose begins with a capital letter.
    let is_key = |(_, said): &(Range<usize>, &str)| {
        let key = said.split([':', '=']).next().filter(|key| key.len() < said.len());
        key.is_some_and(|key| {
            let key = key.trim();
            key.starts_with(|c: char| c.is_ascii_lowercase())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        })
    };
    let is_object = paragraph.first().is_some_and(|(_, said)| said.starts_with('{'))
        && paragraph.iter().any(|(_, said)| said.ends_with('}'));
    let paragraph = Some((paragraph, ":")).filter(|(paragraph, _)| is_object || paragraph.iter().all(is_key));
    between_bars.chain(paragraph).find_map(|(lines, bar)| {
        let (first, last) = (lines.first()?, lines.last()?);
        let keys = &body[first.0.start..last.0.end];
        let as_a_whole = hides(keys, bar);
        if as_a_whole == Some(false) {
            return None;
        }
        // Where it cannot be read as a whole, each line counts.
        let line = lines.iter().find(|(_, said)| hides(said, bar) == Some(true));
        let line = line.or_else(|| as_a_whole.map(|_| first))?;
        Some(line.0.clone())
    })
}

/// What a line of bars is made of: `----`, `+++`, `;;;`, also with the name of a format.
fn bar(line: &str) -> Option<&'static str> {
    let bar = ["---", "+++", ";;;"].into_iter().find(|bar| line.starts_with(bar))?;
    let rest = line.trim_start_matches(&bar[..1]);
    rest.chars().all(|c| c.is_ascii_lowercase()).then_some(bar)
}

/// Whether keys hide an article, if they can be read.
fn hides(keys: &str, bar: &str) -> Option<bool> {
    let as_table = |node: Result<Node, SyntaxError>| {
        node.ok()
            .filter(|node| matches!(&node.value, Value::Table(entries) if !entries.is_empty()))
    };
    let node = match bar {
        "+++" => as_table(parse_toml(keys))?,
        _ => as_table(parse_yaml(keys))
            .or_else(|| as_table(parse_toml(keys)))
            // The inner lines of an object.
            .or_else(|| {
                as_table(parse_yaml(&format!(
                    "{{{}}}",
                    keys.trim_matches(['{', '}', ',', ' ', '\n'])
                )))
            })?,
    };
    let file = SourceText::new("", keys);
    let mut reader = Reader::new(&node, Place { file: &file, offset: 0 }, &CODES);
    Some(visibility::hides_article(&mut reader))
}
