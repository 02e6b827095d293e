//! Where the parts of MDX begin and end.

use std::collections::BTreeMap;

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
    pub(super) fn as_html(&self) -> String {
        let mut html = format!("<{}{}", if self.closes { "/" } else { "" }, self.name);
        for (name, value) in &self.attributes {
            let name = match *name {
                "className" => "class",
                "htmlFor" => "for",
                name => name,
            };
            match value {
                None => html.push_str(&format!(" {name}")),
                Some(Value::Text(value)) => {
                    let value = value.replace('&', "&amp;").replace('"', "&quot;");
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

/// Where module code ends that begins at `at`: at a blank line, or where Markdown begins behind its last bracket.
pub(super) fn module_code_end(text: &str, at: usize) -> usize {
    let mut depth = 0_i32;
    let mut end = at;
    for line in text[at..].split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        let is_first = end == at;
        if depth <= 0 && !is_first && (is_blank || !is_module_code(line) && !goes_on(line)) {
            break;
        }
        depth += brackets(line);
        end += line.len();
    }
    if depth > 0 {
        // A bracket without an end must not take the article with it.
        return text[at..].find("\n\n").map_or(text.len(), |blank| at + blank + 1);
    }
    end
}

/// Whether a line goes on with module code although no bracket is open.
fn goes_on(line: &str) -> bool {
    line.starts_with([' ', '\t', '}', ')', ']', ';']) || line.trim_end().ends_with([';', ','])
}

/// How many more brackets a line opens than it closes, outside of texts and comments.
fn brackets(line: &str) -> i32 {
    let mut depth = 0;
    let mut quote = None;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '/') if chars.peek() == Some(&'/') => break,
            (None, '{' | '(' | '[') => depth += 1,
            (None, '}' | ')' | ']') => depth -= 1,
            _ => {}
        }
    }
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

/// Where code between backticks ends that begins at `at`; behind the backticks where it does not end.
pub(super) fn code_end(text: &str, at: usize) -> usize {
    let length = text[at..].bytes().take_while(|byte| *byte == b'`').count();
    let mut next = at + length;
    // A paragraph ends at a blank line.
    let end = text[next..].find("\n\n").map_or(text.len(), |blank| next + blank);
    while let Some(found) = text[next..end].find('`') {
        let run = text[next + found..end].bytes().take_while(|byte| *byte == b'`').count();
        next += found + run;
        if run == length {
            return next;
        }
    }
    at + length
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
