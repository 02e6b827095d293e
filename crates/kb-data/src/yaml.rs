//! YAML from parser events, with source positions, an error for duplicate keys, and a limit for aliases.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use super::{Entry, MAX_DEPTH, Node, SyntaxError, Value};

/// The largest number of values in one text after its aliases are replaced.
const MAX_NODES: usize = 20_000;

/// Reads the first document of a YAML text.
///
/// An empty text is an empty table.
///
/// # Errors
/// If the text is not YAML, repeats a key, is nested too deeply, or becomes too large because of its aliases.
pub fn parse_yaml(text: &str) -> Result<Node, SyntaxError> {
    parse(text).or_else(|error| {
        // The closing bracket of a list at the start of a line, and indentation with tabs: other parsers accept both, the
        // standard does not.
        let joined = tabs_as_blanks(&join_brackets(text));
        if joined == text {
            Err(error)
        } else {
            parse(&joined).map_err(|_| error)
        }
    })
}

/// A text of the same length in which lines are indented by blanks.
fn tabs_as_blanks(text: &str) -> String {
    let mut is_indent = true;
    let blank = |c: char| {
        is_indent = c == '\n' || is_indent && matches!(c, ' ' | '\t');
        if c == '\t' && is_indent { ' ' } else { c }
    };
    text.chars().map(blank).collect()
}

/// A text of the same length in which lines that begin with a closing bracket are parts of the lines before them.
fn join_brackets(text: &str) -> String {
    text.replace("\n]", " ]").replace("\n}", " }")
}

fn parse(text: &str) -> Result<Node, SyntaxError> {
    let bytes = ByteOffsets::new(text);
    let mut builder = Builder {
        open: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
    };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = bytes.of(error.marker());
            SyntaxError {
                message: tidy(error.info()),
                range: at..at + 1,
                duplicate_key: false,
            }
        })?;
        let range = bytes.of(&span.start)..bytes.of(&span.end);
        match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    break;
                }
            }
            Event::StreamEnd | Event::DocumentEnd | Event::StreamStart | Event::Nothing => {}
            event => builder.event(event, range)?,
        }
    }
    Ok(builder.root.unwrap_or(Node {
        value: Value::Table(Vec::new()),
        range: 0..0,
    }))
}

/// YAML messages speak of "simple keys" and "block mappings"; the frequent ones are rephrased for writers.
fn tidy(message: &str) -> String {
    match message {
        m if m.contains("simple key expect") || m.contains("simple key expected") => {
            "this line is not `key: value`".to_owned()
        }
        m if m.contains("mapping values are not allowed") => "a `:` inside a value; put the value in quotes".to_owned(),
        m => m.trim_end_matches('.').to_owned(),
    }
}

/// Markers count characters; places are bytes.
struct ByteOffsets<'a> {
    text: &'a str,
    ascii: bool,
}

impl<'a> ByteOffsets<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            ascii: text.is_ascii(),
        }
    }

    fn of(&self, marker: &Marker) -> usize {
        if self.ascii {
            marker.index().min(self.text.len())
        } else {
            self.text
                .char_indices()
                .nth(marker.index())
                .map_or(self.text.len(), |(at, _)| at)
        }
    }
}

enum Open {
    List {
        anchor: usize,
        start: usize,
        items: Vec<Node>,
    },
    Table {
        anchor: usize,
        start: usize,
        entries: Vec<Entry>,
        key: Option<(String, Range<usize>)>,
    },
}

struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let forced_text = tag.as_ref().is_some_and(|tag| tag.suffix == "str");
                let value = if style == ScalarStyle::Plain && !forced_text {
                    plain(&text)
                } else {
                    Value::String(text.into_owned())
                };
                self.value(Node { value, range }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                self.deeper(&range)?;
                self.open.push(Open::List {
                    anchor,
                    start: range.start,
                    items: Vec::new(),
                });
                Ok(())
            }
            Event::MappingStart(anchor, _) => {
                self.deeper(&range)?;
                self.open.push(Open::Table {
                    anchor,
                    start: range.start,
                    entries: Vec::new(),
                    key: None,
                });
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { anchor, start, items }) => self.value(
                    Node {
                        value: Value::List(items),
                        range: start..range.end,
                    },
                    anchor,
                ),
                Some(Open::Table {
                    anchor, start, entries, ..
                }) => self.value(
                    Node {
                        value: Value::Table(merged(entries)),
                        range: start..range.end,
                    },
                    anchor,
                ),
                None => Ok(()),
            },
            Event::Alias(id) => match self.anchors.get(&id).cloned() {
                Some(node) => {
                    self.nodes += size(&node);
                    self.value(
                        Node {
                            value: node.value,
                            range,
                        },
                        0,
                    )
                }
                None => Err(error("this alias refers to itself", range)),
            },
            _ => Ok(()),
        }
    }

    fn deeper(&self, range: &Range<usize>) -> Result<(), SyntaxError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(error(
                &format!("nested more than {MAX_DEPTH} levels deep"),
                range.clone(),
            ));
        }
        Ok(())
    }

    fn value(&mut self, node: Node, anchor: usize) -> Result<(), SyntaxError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(error(&format!("more than {MAX_NODES} values"), node.range));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Table { entries, key, .. }) => match key.take() {
                None => *key = Some((key_text(&node), node.range)),
                Some((name, key_range)) => {
                    if entries.iter().any(|entry| entry.key == name) {
                        return Err(SyntaxError {
                            message: format!("the key `{name}` appears twice"),
                            range: key_range,
                            duplicate_key: true,
                        });
                    }
                    entries.push(Entry {
                        key: name,
                        key_range,
                        node,
                    });
                }
            },
        }
        Ok(())
    }
}

/// A table with the keys merged by `<<: *other`: its own keys take precedence, then those of the first merged table.
/// See <https://yaml.org/type/merge.html>.
fn merged(mut entries: Vec<Entry>) -> Vec<Entry> {
    let holds_tables = |node: &Node| match &node.value {
        Value::Table(_) => true,
        Value::List(items) => items.iter().all(|item| matches!(item.value, Value::Table(_))),
        _ => false,
    };
    let is_merge = |entry: &Entry| entry.key == "<<" && holds_tables(&entry.node);
    let Some(at) = entries.iter().position(is_merge) else {
        return entries;
    };
    let tables = match entries.remove(at).node {
        Node {
            value: Value::List(items),
            ..
        } => items,
        table => vec![table],
    };
    let mut known: HashSet<String> = entries.iter().map(|entry| entry.key.clone()).collect();
    for table in tables {
        if let Value::Table(more) = table.value {
            entries.extend(more.into_iter().filter(|entry| known.insert(entry.key.clone())));
        }
    }
    entries
}

fn error(message: &str, range: Range<usize>) -> SyntaxError {
    SyntaxError {
        message: message.to_owned(),
        range,
        duplicate_key: false,
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Table(entries) => entries.iter().map(|entry| size(&entry.node)).sum::<usize>() + 1,
        _ => 1,
    }
}

fn key_text(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.clone(),
        Value::Integer(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Null => "null".to_owned(),
        Value::List(_) | Value::Table(_) => String::new(),
    }
}

/// A plain scalar by the core schema of YAML 1.2.2, section 10.3.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(number) = text.parse() {
            return Value::Integer(number);
        }
    } else if digits.bytes().next().is_some_and(|b| b.is_ascii_digit())
        && digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.bytes().filter(|b| *b == b'.').count() == 1
        && let Ok(number) = text.parse()
    {
        return Value::Float(number);
    }
    Value::String(text.to_owned())
}
