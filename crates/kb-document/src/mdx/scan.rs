//! Where the parts of MDX begin and end.

use std::collections::BTreeMap;

use crate::blocks::is_list_item;

/// The value of an expression or attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text or a number that stands there as such.
    Text(String),
    /// Anything that must be computed.
    Code(String),
}

/// A tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Its name; empty for a fragment, `<>`.
    pub(super) name: &'a str,
    /// Whether it is `</name>`.
    pub(super) closes: bool,
    /// Whether it is `<name />`.
    pub(super) closes_itself: bool,
    /// Its attributes; those without a value have none.
    pub(super) attributes: BTreeMap<&'a str, Option<Value>>,
    /// Whether it is HTML as it stands.
    pub(super) is_plain: bool,
    /// Where it ends, in bytes of the text.
    pub(super) end: usize,
}

impl Tag<'_> {
    /// The first of the attributes that is a text.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| match self.attributes.get(*name)? {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text.trim()),
            _ => None,
        })
    }

    /// The tag of an HTML element, with the attributes that HTML has.
    /// `source` is the file of its attribute `src`.
    pub(super) fn as_html(&self, source: Option<&str>) -> String {
        let mut html = format!("<{}{}", if self.closes { "/" } else { "" }, self.name);
        for (name, value) in &self.attributes {
            let name = match *name {
                "className" => "class",
                "htmlFor" => "for",
                name => name,
            };
            match value {
                None => html.push_str(&format!(" {name}")),
                Some(Value::Code(_)) if name == "src" && source.is_some() => {
                    html.push_str(&format!(
                        " src=\"{}\"",
                        source.unwrap_or_default().replace('"', "&quot;")
                    ));
                }
                Some(Value::Text(value)) => {
                    let value = value.replace('"', "&quot;");
                    html.push_str(&format!(" {name}=\"{value}\""));
                }
                Some(Value::Code(_)) => {}
            }
        }
        html.push_str(if self.closes_itself { " />" } else { ">" });
        html
    }
}

/// Whether a tag of this name is a component, and no element of HTML.
pub(super) fn is_component(name: &str) -> bool {
    name.is_empty() || name.starts_with(|c: char| c.is_uppercase()) || name.contains('.')
}

/// Whether an element of HTML is a block that holds others.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "section"
            | "article"
            | "aside"
            | "center"
            | "figure"
            | "details"
            | "main"
            | "header"
            | "footer"
            | "nav"
    )
}

/// Whether a line begins an import or an export.
pub(super) fn is_module_code(line: &str) -> bool {
    let rest = line.strip_prefix("import").or_else(|| line.strip_prefix("export"));
    let Some(rest) = rest else { return false };
    let words = rest.trim_start();
    let is_apart = words.len() < rest.len() || words.starts_with(['{', '*', '"', '\'']);
    let is_import = line.starts_with("import")
        && (words.starts_with(['{', '*', '"', '\''])
            || line.contains(" from '")
            || line.contains(" from \"")
            || line.trim_end().ends_with('{'));
    let is_export = [
        "const ",
        "let ",
        "var ",
        "function ",
        "async ",
        "class ",
        "default ",
        "type ",
        "interface ",
    ]
    .iter()
    .any(|word| words.starts_with(word))
        || words.starts_with(['{', '*']);
    is_apart && (is_import || line.starts_with("export") && is_export)
}

/// Where module code ends that begins at `at`, and whether its brackets do: at a blank line, or where Markdown begins
/// behind its last bracket.
pub(super) fn module_code_end(text: &str, at: usize) -> (usize, bool) {
    let mut depth = 0_i32;
    let mut end = at;
    let mut template = false;
    let mut is_behind_blank = false;
    for line in text[at..].split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        let is_first = end == at;
        let is_code = is_module_code(line) || goes_on(line);
        if depth <= 0 && !template && !is_first && (is_blank || !is_code) {
            break;
        }
        // A bracket without an end must not take the article with it.
        if is_behind_blank && !is_blank && !template && begins_markdown(line) {
            break;
        }
        is_behind_blank = is_blank;
        depth += brackets(line, &mut template);
        end += line.len();
    }
    (end, depth <= 0 && !template)
}

/// Whether a line behind a blank one is Markdown rather than code in brackets, which is indented or ends them.
fn begins_markdown(line: &str) -> bool {
    !line.starts_with([' ', '\t', '}', ')', ']', '<', '/', ';', ',', '.', '`'])
}

/// Whether a line goes on with module code although no bracket is open.
fn goes_on(line: &str) -> bool {
    line.starts_with([' ', '\t', '}', ')', ']', ';']) || line.trim_end().ends_with([';', ','])
}

/// How many more brackets a line opens than it closes, outside of texts and comments. A text between backticks reaches over
/// lines: `template` says whether one is open.
fn brackets(line: &str, template: &mut bool) -> i32 {
    let mut depth = 0;
    let mut quote = template.then_some('`');
    let mut before = ' ';
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '`') => quote = Some(c),
            // An apostrophe in text between tags is none.
            (None, '\'') if !before.is_alphanumeric() => quote = Some(c),
            (None, '/') if chars.peek() == Some(&'/') && before != ':' => break,
            (None, '{' | '(' | '[') => depth += 1,
            (None, '}' | ')' | ']') => depth -= 1,
            _ => {}
        }
        before = c;
    }
    *template = quote == Some('`');
    depth
}

/// The names that module code imports, with the files that they come from.
pub(super) fn imports(code: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for statement in code.split("import ").skip(1) {
        let Some((names, from)) = statement.split_once(" from ") else {
            continue;
        };
        let from = from.trim_start();
        let Some(quote) = from.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            continue;
        };
        let Some(file) = from[1..].split(quote).next() else {
            continue;
        };
        let names = names.trim();
        if names.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            found.push((names.to_owned(), file.to_owned()));
        }
    }
    found
}

/// Where code between backticks ends that begins at `at`; behind the backticks where it does not end in its paragraph,
/// list item or row of a table.
pub(super) fn code_end(text: &str, at: usize) -> usize {
    let length = text[at..].bytes().take_while(|byte| *byte == b'`').count();
    let mut next = at + length;
    let end = paragraph_end(text, at);
    while let Some(found) = text[next..end.max(next)].find('`') {
        let run = text[next + found..end].bytes().take_while(|byte| *byte == b'`').count();
        next += found + run;
        if run == length {
            return next;
        }
    }
    at + length
}

/// Where the paragraph ends that `at` stands in.
fn paragraph_end(text: &str, at: usize) -> usize {
    let reach = text.floor_char_boundary((at + MAX_PARAGRAPH_BYTES).min(text.len()));
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let is_row = text[start..].trim_start().starts_with('|');
    let mut end = at;
    for (number, line) in text[at..reach].split_inclusive('\n').enumerate() {
        let said = line.trim_start();
        if number > 0 && (is_row || said.is_empty() || said.starts_with(['#', '|']) || is_list_item(said)) {
            break;
        }
        end += line.len();
    }
    end
}

/// Longer paragraphs are not searched to their ends.
const MAX_PARAGRAPH_BYTES: usize = 16 * 1024;

/// Where the formula ends that begins at `at` with one or two signs, if it is one.
pub(super) fn formula_end(text: &str, at: usize) -> Option<usize> {
    if text[at..].starts_with("$$") {
        let end = text.floor_char_boundary((at + MAX_PARAGRAPH_BYTES).min(text.len()));
        return text[at + 2..end].find("$$").map(|length| at + length + 4);
    }
    let reach = text.floor_char_boundary((at + MAX_FORMULA_BYTES).min(text.len()));
    let line = text[at + 1..reach.max(at + 1)].lines().next()?;
    let length = line.find('$')?;
    let inside = &line[..length];
    let is_formula = !inside.starts_with(char::is_whitespace)
        && !inside.ends_with(char::is_whitespace)
        && inside.contains(['\\', '{', '^', '_'])
        && !line[length + 1..].starts_with(|c: char| c.is_ascii_digit());
    is_formula.then_some(at + length + 2)
}

/// Longer formulas in a line are none.
const MAX_FORMULA_BYTES: usize = 1024;

/// A text as Markdown that shows it, whatever signs it has.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '~' | '#' | '&' | '{' | '}' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    if out.starts_with(":::") {
        out.insert(0, '\\');
    }
    out
}

/// Longer tags and expressions are none.
const MAX_BYTES: usize = 64 * 1024;

/// The expression in braces that begins at `at`, and where it ends; nothing where its brace is never closed.
pub(super) fn expression(text: &str, at: usize) -> Option<(Value, usize)> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let reach = text.floor_char_boundary((at + MAX_BYTES).min(text.len()));
    let mut chars = text[at..reach].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        // A brace in a text must not pair with one in another paragraph.
        if c == '\n' && quote != Some('`') {
            let rest = &text[at + offset + 1..reach];
            let line = rest.lines().next().unwrap_or_default();
            if line.trim().is_empty()
                && rest[line.len()..]
                    .trim_start_matches(['\r', '\n'])
                    .lines()
                    .next()
                    .is_some_and(begins_markdown)
            {
                return None;
            }
        }
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            (Some('"' | '\''), '\n') => quote = None,
            (None, '/') if chars.peek().is_some_and(|(_, next)| *next == '*') => {
                let behind = text[at + offset..reach].find("*/")? + offset + 2;
                while chars.peek().is_some_and(|(next, _)| *next < behind) {
                    chars.next();
                }
            }
            (None, '"' | '`') => quote = Some(c),
            // An apostrophe in text between tags is none.
            (None, '\'') if !text[at..at + offset].ends_with(char::is_alphanumeric) => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => {
                depth -= 1;
                if depth == 0 {
                    let inside = text[at + 1..at + offset].trim();
                    return Some((value(inside), at + offset + 1));
                }
            }
            _ => {}
        }
    }
    None
}

/// What an expression is, if it is a text or a number.
fn value(code: &str) -> Value {
    let quoted = || {
        let quote = code.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let inside = code[1..].strip_suffix(quote)?;
        let is_computed = quote == '`' && inside.contains("${");
        let is_text = !is_computed && !inside.contains([quote, '\\']);
        is_text.then(|| inside.to_owned())
    };
    if let Some(text) = quoted() {
        return Value::Text(text);
    }
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number {
        Value::Text(code.to_owned())
    } else {
        Value::Code(code.to_owned())
    }
}

/// The tag that begins at `at`, if one does.
pub(super) fn tag(text: &str, at: usize) -> Option<Tag<'_>> {
    let text = &text[..text.floor_char_boundary((at + MAX_BYTES).min(text.len()))];
    let mut next = at + 1;
    let closes = text[next..].starts_with('/');
    next += usize::from(closes);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let length = text[next..].find(|c: char| !is_name(c)).unwrap_or(text.len() - next);
    let name = &text[next..next + length];
    let behind = text[next + length..].chars().next()?;
    let is_tag = if name.is_empty() {
        behind == '>'
    } else {
        name.starts_with(|c: char| c.is_alphabetic()) && (behind.is_whitespace() || matches!(behind, '>' | '/'))
    };
    if !is_tag {
        return None;
    }
    next += length;
    let mut attributes = BTreeMap::new();
    let mut is_plain = true;
    let blank = |at: usize| {
        let rest = &text[at..];
        at + rest.len() - rest.trim_start().len()
    };
    loop {
        next = blank(next);
        let rest = &text[next..];
        if rest.starts_with('>') {
            return Some(Tag {
                name,
                closes,
                closes_itself: false,
                attributes,
                is_plain,
                end: next + 1,
            });
        }
        if rest.starts_with("/>") {
            return Some(Tag {
                name,
                closes,
                closes_itself: true,
                attributes,
                is_plain,
                end: next + 2,
            });
        }
        if rest.starts_with('{') {
            // `{...more}`
            next = expression(text, next)?.1;
            is_plain = false;
            continue;
        }
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '{' | '"' | '\'' | '<'))?;
        let key = &rest[..length];
        if key.is_empty() {
            return None;
        }
        is_plain &= !matches!(key, "className" | "htmlFor");
        next = blank(next + length);
        if !text[next..].starts_with('=') {
            attributes.insert(key, None);
            continue;
        }
        next = blank(next + 1);
        let (value, end) = match text[next..].chars().next()? {
            '{' => {
                is_plain = false;
                expression(text, next)?
            }
            quote @ ('"' | '\'') => {
                let length = text[next + 1..].find(quote)?;
                let inside = &text[next + 1..next + 1 + length];
                (Value::Text(inside.to_owned()), next + length + 2)
            }
            _ => {
                let rest = &text[next..];
                let length = rest.find(|c: char| c.is_whitespace() || c == '>')?;
                (Value::Text(rest[..length].to_owned()), next + length)
            }
        };
        attributes.insert(key, Some(value));
        next = end;
    }
}
