//! YAML and TOML as one kind of value with source positions, and typed access to it.
//!
//! Front matter, `kb.toml` and the small data files are all parsed here, so that all of them report syntax errors,
//! duplicate keys, wrong types and misspelt keys in the same way.

mod reader;
mod toml;
mod yaml;

use std::ops::Range;

pub use self::toml::parse_toml;
pub use reader::{Codes, Place, Reader, as_flag};
pub use yaml::parse_yaml;

/// A value and its byte range in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its place, in bytes of the parsed text.
    pub range: Range<usize>,
}

/// A value of YAML or TOML.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// YAML's `null` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text; TOML's dates too.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// A key of a table and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The place of the key, in bytes of the parsed text.
    pub key_range: Range<usize>,
    /// The value.
    pub node: Node,
}

impl Value {
    /// The name of this kind of value in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// A description of the found value for messages, including the value itself if it is short.
    pub fn found(&self) -> String {
        match self {
            Self::Bool(flag) => format!("`{flag}`"),
            Self::Integer(number) => format!("the number `{number}`"),
            Self::Float(number) => format!("the number `{number}`"),
            Self::String(text) if text.chars().count() <= SHORT_CHARS && !text.contains('\n') => {
                format!("the text `{text}`")
            }
            _ => self.kind().to_owned(),
        }
    }

    /// The value as JSON, for templates.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Integer(n) => Json::from(*n),
            Self::Float(n) => Json::from(*n),
            Self::String(s) => Json::String(s.clone()),
            Self::List(items) => Json::Array(items.iter().map(|n| n.value.to_json()).collect()),
            Self::Table(entries) => Json::Object(
                entries
                    .iter()
                    .map(|e| (e.key.clone(), e.node.value.to_json()))
                    .collect(),
            ),
        }
    }
}

/// The longest text that messages quote, in characters.
const SHORT_CHARS: usize = 60;

/// Why a text is not valid YAML or TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, without a full stop.
    pub message: String,
    /// Where, in bytes of the parsed text.
    pub range: Range<usize>,
    /// Whether the problem is a duplicate key.
    pub duplicate_key: bool,
}

/// The deepest accepted nesting; deeper data is a mistake or an attack.
const MAX_DEPTH: usize = 64;

#[cfg(test)]
mod tests;
