//! Typed access to a table, with a diagnostic for every value of the wrong kind.

use std::ops::Range;

use kb_diagnostic::{Code, Diagnostic, SourceText, Span, closest, did_you_mean};

use super::{Entry, Node, SyntaxError, Value};

/// The file that contains a table, for spans.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a SourceText,
    /// The start of the parsed part in the file, in bytes.
    pub offset: usize,
}

impl Place<'_> {
    /// The place in the file of a range of the parsed part, in bytes.
    pub fn range(&self, range: &Range<usize>) -> Range<usize> {
        range.start + self.offset..range.end + self.offset
    }

    /// The span of a range of the parsed part.
    pub fn span(&self, range: &Range<usize>) -> Span {
        self.file.span(self.range(range))
    }

    /// A syntax error as a diagnostic.
    pub fn syntax(&self, codes: &Codes, error: &SyntaxError) -> Diagnostic {
        let code = if error.duplicate_key {
            codes.duplicate
        } else {
            codes.syntax
        };
        Diagnostic::new(code, error.message.clone()).with_span(self.span(&error.range))
    }
}

/// The diagnostic codes of one kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Codes {
    /// Not valid YAML or TOML.
    pub syntax: Code,
    /// A duplicate key.
    pub duplicate: Code,
    /// A value of the wrong type.
    pub wrong_type: Code,
    /// An unknown key.
    pub unknown: Code,
}

/// Reads the keys of one table and records which ones were requested.
#[derive(Debug)]
pub struct Reader<'a> {
    place: Place<'a>,
    codes: &'a Codes,
    path: String,
    entries: &'a [Entry],
    /// The keys that were asked for, each with kb's own name for it; `None` for ignored keys of other tools.
    known: Vec<(&'static str, Option<&'static str>)>,
    /// The keys that were read, as they are written in the file.
    taken: Vec<&'a str>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// A reader of the table `node`. If `node` is not a table, this is reported and the reader is empty.
    pub fn new(node: &'a Node, place: Place<'a>, codes: &'a Codes) -> Self {
        let mut diagnostics = Vec::new();
        let entries = match &node.value {
            Value::Table(entries) => entries.as_slice(),
            Value::Null => &[],
            other => {
                diagnostics.push(
                    Diagnostic::new(
                        codes.wrong_type,
                        format!("expected `key: value` lines, found {}", other.kind()),
                    )
                    .with_span(place.span(&node.range)),
                );
                &[]
            }
        };
        Self {
            diagnostics,
            ..Self::of(entries, place, codes)
        }
    }

    /// A reader of these entries of a table.
    pub fn of(entries: &'a [Entry], place: Place<'a>, codes: &'a Codes) -> Self {
        Self {
            place,
            codes,
            path: String::new(),
            entries,
            known: Vec::new(),
            taken: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The file this reader points into.
    pub fn place(&self) -> Place<'a> {
        self.place
    }

    /// The entry of the first of `names` that the table contains. The first name is kb's own spelling.
    pub fn entry(&mut self, names: &[&'static str]) -> Option<&'a Entry> {
        let own = names.first().copied();
        self.known.extend(names.iter().map(|name| (*name, own)));
        let entries = self.entries;
        names
            .iter()
            .find_map(|name| entries.iter().find(|entry| entry.key == *name))
            .filter(|entry| entry.node.value != Value::Null)
    }

    /// Passes over keys that mean nothing here.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names.iter().map(|name| (*name, None)));
    }

    /// All entries of a key, also those without a value, however its words are joined: `is_draft`, `publishDate`,
    /// `Publish-Date`.
    pub fn entries_in_any_spelling(&mut self, name: &'static str) -> Vec<&'a Entry> {
        self.known.push((name, Some(name)));
        let is_same =
            |key: &str| plain_key(key).eq(plain_key(name)) || plain_key(key).eq("is".chars().chain(plain_key(name)));
        let found: Vec<&Entry> = self.entries.iter().filter(|entry| is_same(&entry.key)).collect();
        self.taken.extend(found.iter().map(|entry| &*entry.key));
        found
    }

    /// The entries not requested so far whose keys differ from some of `names` by one typing error, with each such
    /// name.
    pub fn misspelt(&self, names: &[&'static str]) -> Vec<(&'a Entry, &'static str)> {
        let mut found = Vec::new();
        for entry in self.entries.iter().filter(|entry| !self.is_known(entry)) {
            let key: String = plain_key(&entry.key).collect();
            let near = |name: &&&str| strsim::damerau_levenshtein(&key, &plain_key(name).collect::<String>()) <= 1;
            found.extend(names.iter().filter(near).map(|name| (entry, *name)));
        }
        found
    }

    fn is_known(&self, entry: &Entry) -> bool {
        self.known.iter().any(|(name, _)| *name == entry.key) || self.taken.contains(&entry.key.as_str())
    }

    /// Adds a problem of this table.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports that `entry` must hold `expected`.
    pub fn wrong_type(&mut self, entry: &Entry, expected: &str) {
        let diagnostic = self.expected(entry, expected);
        self.diagnostics.push(diagnostic);
    }

    /// Reports that an item of the list that `entry` holds must be `expected`.
    pub fn wrong_type_at(&mut self, entry: &Entry, item: &Node, expected: &str) {
        let message = format!(
            "each of `{}{}` must be {expected}, found {}",
            self.path,
            entry.key,
            item.value.found()
        );
        let span = self.place.span(&item.range);
        self.diagnostics
            .push(Diagnostic::new(self.codes.wrong_type, message).with_span(span));
    }

    /// Reports that `entry` must hold `expected`, and the consequence until it does.
    pub fn unclear(&mut self, entry: &Entry, expected: &str, consequence: &str) {
        let diagnostic = self.expected(entry, expected).with_hint(consequence);
        self.diagnostics.push(diagnostic);
    }

    /// Reports, with `code`, an unknown key, suggests `meant`, and adds the consequence as a hint.
    pub fn unclear_key(&mut self, code: Code, entry: &'a Entry, meant: &str, consequence: &str) {
        let problem = self.unknown(entry, code);
        let problem = problem
            .with_hint(format!("did you mean `{meant}`?"))
            .with_hint(consequence);
        self.taken.push(&entry.key);
        self.diagnostics.push(problem);
    }

    fn unknown(&self, entry: &Entry, code: Code) -> Diagnostic {
        let message = format!("unknown key `{}{}`", self.path, entry.key);
        Diagnostic::new(code, message).with_span(self.place.span(&entry.key_range))
    }

    fn expected(&self, entry: &Entry, expected: &str) -> Diagnostic {
        let message = format!(
            "`{}{}` must be {expected}, found {}",
            self.path,
            entry.key,
            entry.node.value.found()
        );
        let span = self.place.span(&entry.node.range);
        Diagnostic::new(self.codes.wrong_type, message).with_span(span)
    }

    /// Text; numbers are taken as they are written.
    pub fn string(&mut self, names: &[&'static str]) -> Option<String> {
        self.spanned_string(names).map(|(text, _)| text)
    }

    /// Text and its span.
    pub fn spanned_string(&mut self, names: &[&'static str]) -> Option<(String, Span)> {
        let (text, range) = self.ranged_string(names)?;
        Some((text, self.place.file.span(range)))
    }

    /// Text and its place in the file, in bytes.
    pub fn ranged_string(&mut self, names: &[&'static str]) -> Option<(String, Range<usize>)> {
        let entry = self.entry(names)?;
        let Some(text) = self.text(&entry.node) else {
            self.wrong_type(entry, "text");
            return None;
        };
        Some((text, self.place.range(&entry.node.range)))
    }

    /// What a value is as text: numbers and words such as `true` as they are written.
    pub fn text(&self, node: &Node) -> Option<String> {
        let text = as_text(&node.value)?;
        if matches!(node.value, Value::String(_)) {
            return Some(text);
        }
        let written = self.place.file.text().get(self.place.range(&node.range)).map(str::trim);
        Some(
            written
                .filter(|written| !written.is_empty())
                .map_or(text, ToOwned::to_owned),
        )
    }

    /// `true` or `false`.
    pub fn bool(&mut self, names: &[&'static str]) -> Option<bool> {
        let entry = self.entry(names)?;
        let Value::Bool(flag) = entry.node.value else {
            let hint = as_flag(&entry.node.value).map(|flag| format!("write `{flag}`, without quotes"));
            let diagnostic = self.expected(entry, "true or false").with_hint_if(hint);
            self.diagnostics.push(diagnostic);
            return None;
        };
        Some(flag)
    }

    /// A number in thousandths.
    pub fn thousandths(&mut self, names: &[&'static str]) -> Option<i64> {
        const MOST: f64 = 1e12;
        let entry = self.entry(names)?;
        let number = match &entry.node.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::String(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let Some(number) = number.filter(|number| number.abs() <= MOST) else {
            self.wrong_type(entry, "a number");
            return None;
        };
        Some((number * 1000.0).round() as i64)
    }

    /// Any number.
    pub fn number(&mut self, names: &[&'static str]) -> Option<f64> {
        let entry = self.entry(names)?;
        match entry.node.value {
            Value::Integer(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => {
                self.wrong_type(entry, "a number");
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn strings(&mut self, names: &[&'static str]) -> Vec<String> {
        self.spanned_strings(names).into_iter().map(|(text, _)| text).collect()
    }

    /// A list of texts with their spans; a single text is a list of one.
    pub fn spanned_strings(&mut self, names: &[&'static str]) -> Vec<(String, Span)> {
        let Some(entry) = self.entry(names) else {
            return Vec::new();
        };
        let nodes: &[Node] = match &entry.node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(&entry.node),
        };
        let mut texts = Vec::with_capacity(nodes.len());
        for node in nodes {
            match self.text(node) {
                Some(text) => texts.push((text, self.place.span(&node.range))),
                None if node.value == Value::Null => {}
                None => {
                    self.wrong_type(entry, "text or a list of texts");
                    return Vec::new();
                }
            }
        }
        texts
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, names: &[&'static str], choices: &[(&str, T)]) -> Option<T> {
        let entry = self.entry(names)?;
        let text = as_text(&entry.node.value).unwrap_or_default();
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        let words = match words.split_last() {
            Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
            _ => words.concat(),
        };
        let message = format!("`{}{}` must be {words}, found `{text}`", self.path, entry.key);
        let hint = did_you_mean(&text, choices.iter().map(|(word, _)| *word));
        let span = self.place.span(&entry.node.range);
        self.diagnostics.push(
            Diagnostic::new(self.codes.wrong_type, message)
                .with_span(span)
                .with_hint_if(hint),
        );
        None
    }

    /// A table inside this one, read by `read`; its problems are added to this reader's.
    pub fn table<T>(&mut self, names: &[&'static str], read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
        let entry = self.entry(names)?;
        self.sub_table(entry, read)
    }

    /// The table that `entry` holds, read by `read`.
    pub fn sub_table<T>(&mut self, entry: &'a Entry, read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
        if !matches!(entry.node.value, Value::Table(_)) {
            self.wrong_type(entry, "a table");
            return None;
        }
        Some(self.nested(&entry.node, format!("{}{}.", self.path, entry.key), read))
    }

    /// Every table of a list of tables, read by `read`.
    pub fn tables<T>(&mut self, names: &[&'static str], mut read: impl FnMut(&mut Reader<'a>) -> T) -> Vec<T> {
        let Some(entry) = self.entry(names) else {
            return Vec::new();
        };
        let Value::List(items) = &entry.node.value else {
            self.wrong_type(entry, "a list of tables");
            return Vec::new();
        };
        let path = format!("{}{}.", self.path, entry.key);
        items
            .iter()
            .map(|node| self.nested(node, path.clone(), &mut read))
            .collect()
    }

    /// All entries, for tables with free keys.
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    fn nested<T>(&mut self, node: &'a Node, path: String, read: impl FnOnce(&mut Reader<'a>) -> T) -> T {
        let mut inner = Reader::new(node, self.place, self.codes);
        inner.path = path;
        let value = read(&mut inner);
        self.diagnostics.extend(inner.finish());
        value
    }

    /// Marks every key as requested, for tables with free keys.
    pub fn accept_all(&mut self) {
        self.entries = &[];
    }

    /// Reports the keys that were not requested, and returns all problems of the table.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for entry in self.entries {
            if !self.is_known(entry) {
                let named = || self.known.iter().filter(|(_, own)| own.is_some());
                let near = closest(&entry.key, named().map(|(name, _)| *name));
                // The spelling of another tool is near; kb's own is the one to write.
                let own = near.and_then(|near| named().find(|(name, _)| *name == near)?.1);
                let hint = own.map(|own| format!("did you mean `{own}`?"));
                let problem = self.unknown(entry, self.codes.unknown).with_hint_if(hint);
                self.diagnostics.push(problem);
            }
        }
        self.diagnostics
    }
}

/// What `yes`, `"true"`, `0` and the like mean.
pub fn as_flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "on" | "1" | "always" => Some(true),
            "false" | "no" | "n" | "off" | "0" | "never" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A key without separators and case: `publishDate`, `publish_date` and `Publish-Date` are the same.
fn plain_key(key: &str) -> impl Iterator<Item = char> {
    key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::List(_) | Value::Table(_) => None,
    }
}
