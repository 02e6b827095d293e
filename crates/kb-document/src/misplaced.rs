//! Keys of front matter in the text of an article: there is text before the first `---`, or a second block.

use std::ops::Range;

use super::blocks::{closes_fence, columns, is_heading, opens_fence};
use super::front_matter::{CODES, is_blank};
use super::visibility;
use kb_data::{Node, Place, Reader, SyntaxError, Value, parse_toml, parse_yaml};
use kb_diagnostic::SourceText;

/// The number of lines at the start of a body that are searched for keys.
const HEAD_LINES: usize = 20;

/// The number of lines of an object that are examined.
const OBJECT_LINES: usize = 40;

/// The largest number of words in a value that controls visibility: `draft (do not publish)`.
const VALUE_WORDS: usize = 4;

/// A line that may be a key: its place in the body, and its text without blanks.
type Line<'a> = (Range<usize>, &'a str);

/// The line, among the first ones of a body, that would hide the article if it were in front matter.
///
/// Keys are between two bars such as `---`, in braces, or fill a paragraph: the first one, or the first below a heading.
pub(super) fn hiding_line(body: &str) -> Option<Range<usize>> {
    let lines = head(body);
    let between_bars = lines.iter().enumerate().filter_map(|(index, (_, said))| {
        let bar = bar(said)?;
        let rest = &lines[index + 1..];
        let end = rest
            .iter()
            .position(|(_, said)| said.starts_with(bar) && said.chars().count() >= 3);
        let end = end.or_else(|| rest.iter().position(|(_, said)| said.is_empty()));
        Some((&rest[..end.unwrap_or(rest.len())], bar))
    });
    let paragraphs = paragraphs(&lines).map(|paragraph| (paragraph, ":"));
    let found = between_bars.chain(paragraphs).find_map(|(lines, bar)| {
        let (first, last) = (lines.first()?, lines.last()?);
        let keys = &body[first.0.start..last.0.end];
        let as_a_whole = hides(keys, bar);
        if as_a_whole == Some(false) {
            return None;
        }
        // If it cannot be read as a whole, each line counts.
        let line = lines.iter().find(|(_, said)| hides(said, bar) == Some(true));
        let line = match line {
            Some((_, said)) if is_sentence(said) => None,
            Some(line) => Some(line),
            None => as_a_whole.map(|_| first),
        };
        Some(line?.0.clone())
    });
    found.or_else(|| hiding_pair(body))
}

/// The first lines of a body. Comments, code and HTML count as lines without text.
fn head(body: &str) -> Vec<Line<'_>> {
    enum Skipping {
        Comment,
        Code(u8, usize),
        Html,
    }
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut at = 0;
    let mut seen = 0;
    let mut skipping = None;
    for line in body.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        let nothing = at..at;
        at += line.len();
        let said = line.trim_matches(is_blank);
        match skipping {
            Some(Skipping::Comment) => {
                if said.contains("-->") {
                    skipping = None;
                }
                continue;
            }
            Some(Skipping::Code(character, length)) => {
                if closes_fence(line, character, length) {
                    skipping = None;
                }
                continue;
            }
            Some(Skipping::Html) => {
                if said.is_empty() {
                    skipping = None;
                }
                continue;
            }
            None => {}
        }
        seen += usize::from(!said.is_empty());
        if seen > HEAD_LINES {
            break;
        }
        let is_code = columns(line) >= 4 && lines.last().is_none_or(|(_, before)| before.is_empty());
        if said.starts_with("<!--") {
            skipping = (!said.contains("-->")).then_some(Skipping::Comment);
            continue;
        } else if let Some((character, length)) = opens_fence(said) {
            skipping = Some(Skipping::Code(character, length));
        } else if said.starts_with('<') {
            let is_whole = said.ends_with('>')
                && (said.contains("</") || said.starts_with(['!', '?']) || said.ends_with("/>"))
                || said.starts_with("<!")
                || said.starts_with("<?");
            skipping = (!is_whole).then_some(Skipping::Html);
        } else if said.starts_with("{{") || said.starts_with("{%") {
            // The content of such a tag may be code.
            let encloses = ["highlight", "code", "raw", "verbatim", "comment"]
                .iter()
                .any(|word| said.contains(word));
            if encloses || !said.ends_with('}') {
                break;
            }
        } else if !(said.starts_with(':') || is_code) {
            lines.push((range, said));
            continue;
        }
        lines.push((nothing, ""));
    }
    lines
}

/// The paragraphs that consist of keys: the first one, and the first below the first heading.
fn paragraphs<'a, 'b>(lines: &'b [Line<'a>]) -> impl Iterator<Item = &'b [Line<'a>]> {
    let ends = |(_, said): &Line<'_>| said.is_empty() || bar(said).is_some() || is_heading(said);
    let from = |start: usize| {
        let start = start + lines[start..].iter().position(|(_, said)| !said.is_empty())?;
        let length = lines[start..].iter().position(ends).unwrap_or(lines.len() - start);
        Some(&lines[start..start + length])
    };
    let heading = lines.iter().position(|(_, said)| is_heading(said));
    let below = heading
        .and_then(|heading| from(heading + 1))
        .filter(|lines| are_keys(lines, false));
    from(0).filter(|lines| are_keys(lines, true)).into_iter().chain(below)
}

/// Whether lines are keys, with the items of their lists. Prose begins with a capital letter; in the first paragraph of a
/// file, keys with the names of document properties may do so too.
fn are_keys(lines: &[Line<'_>], may_have_capitals: bool) -> bool {
    const OF_DOCUMENTS: [&str; 7] = ["title", "date", "author", "slug", "category", "tags", "status"];
    let key = |(_, said): &Line<'_>| {
        let (key, _) = said.split_once([':', '='])?;
        let key = key.trim();
        let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
        is_word.then(|| key.to_owned())
    };
    let keys: Vec<String> = lines.iter().filter_map(key).collect();
    let is_item = |line: &Line<'_>| line.1.starts_with("- ") && key(line).is_none();
    let only_keys =
        lines.first().and_then(key).is_some() && lines.iter().all(|line| key(line).is_some() || is_item(line));
    let is_small = |key: &String| key.starts_with(|c: char| c.is_ascii_lowercase());
    let of_document = keys.len() > 1 && OF_DOCUMENTS.iter().any(|name| name.eq_ignore_ascii_case(&keys[0]));
    only_keys && (keys.iter().all(is_small) || may_have_capitals && of_document)
}

/// Whether the value of a key is a sentence, in a text about keys.
fn is_sentence(line: &str) -> bool {
    let Some((_, value)) = line.split_once([':', '=']) else {
        return false;
    };
    let value = value.trim();
    let is_list = value.starts_with(['[', '{']);
    !is_list
        && (value.split_whitespace().count() > VALUE_WORDS || value.contains(", ") || value.ends_with(['.', '!', '?']))
}

/// The key and value that would hide the article, if a body begins with an object that is not quite JSON.
fn hiding_pair(body: &str) -> Option<Range<usize>> {
    let lead = body.len() - body.trim_start_matches(is_blank).len();
    let inside = body[lead..].strip_prefix('{')?;
    let first = inside.trim_start_matches([' ', '\t', '\r']).chars().next()?;
    if !(matches!(first, '"' | '\'' | '\n' | '/') || first.is_alphabetic()) {
        return None;
    }
    let start = lead + 1;
    let end = inside
        .split_inclusive('\n')
        .take(OBJECT_LINES)
        .map(str::len)
        .sum::<usize>();
    let mut object = &inside[..end];
    if let Some(close) = object.rfind('}') {
        // If the body is text that begins with an object, this line has more.
        let rest = object[close + 1..].lines().next().unwrap_or_default();
        if !rest.trim_matches(is_blank).is_empty() {
            return None;
        }
        object = &object[..close];
    }
    let mut at = start;
    for piece in object.split_inclusive([',', '\n', '{', '}']) {
        let range = at..at + piece.len();
        at += piece.len();
        // A comment may precede a key.
        let said = piece.trim_end_matches([',', '\n', '\r', '{', '}', ' ']);
        let said = said.rsplit("*/").next().unwrap_or(said).trim();
        let Some((key, value)) = said.split_once(':').filter(|_| !said.starts_with("//")) else {
            continue;
        };
        let key = key.trim().trim_matches(['"', '\'']);
        let is_word = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if is_word && hides(&format!("{key}: {value}"), ":") == Some(true) && !is_sentence(said) {
            let from = range.start + piece.find(said).unwrap_or(0);
            return Some(from..from + said.len());
        }
    }
    None
}

/// The character of a line of bars: `----`, `+++`, `;;;`, also with the name of a format.
fn bar(line: &str) -> Option<&'static str> {
    let bars = [
        "---",
        "+++",
        ";;;",
        "***",
        "___",
        "===",
        "\u{2013}\u{2013}\u{2013}",
        "\u{2014}\u{2014}\u{2014}",
    ];
    let bar = bars.into_iter().find(|bar| line.starts_with(bar))?;
    let rest = line.trim_start_matches(bar.chars().next()?).trim_start();
    (rest.starts_with('#') || rest.chars().all(|c| c.is_ascii_lowercase())).then_some(bar)
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
