//! TOML with source positions, from the document type of the `toml` crate.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, MAX_DEPTH, Node, SyntaxError, Value};

/// Reads a TOML text.
///
/// # Errors
/// If the text is not TOML or repeats a key.
pub fn parse_toml(text: &str) -> Result<Node, SyntaxError> {
    let table = DeTable::parse(text).map_err(|error| {
        let message = error
            .message()
            .lines()
            .next()
            .unwrap_or("not valid TOML")
            .trim_end_matches('.')
            .to_owned();
        SyntaxError {
            duplicate_key: message.contains("duplicate key"),
            range: error.span().unwrap_or(0..0),
            message,
        }
    })?;
    let range = table.span();
    table_node(table.get_ref(), range, 0)
}

fn table_node(table: &DeTable<'_>, range: Range<usize>, depth: usize) -> Result<Node, SyntaxError> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let node = value_node(value, depth + 1)?;
        entries.push(Entry {
            key: key.get_ref().to_string(),
            key_range: key.span(),
            node,
        });
    }
    entries.sort_by_key(|entry| entry.key_range.start);
    Ok(Node {
        value: Value::Table(entries),
        range,
    })
}

fn value_node(spanned: &Spanned<DeValue<'_>>, depth: usize) -> Result<Node, SyntaxError> {
    let range = spanned.span();
    if depth > MAX_DEPTH {
        return Err(SyntaxError {
            message: format!("nested more than {MAX_DEPTH} levels deep"),
            range,
            duplicate_key: false,
        });
    }
    let value = match spanned.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::String(number.as_str().to_owned()),
        },
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::Float),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => {
            let mut list = Vec::with_capacity(items.len());
            for item in items {
                list.push(value_node(item, depth + 1)?);
            }
            Value::List(list)
        }
        DeValue::Table(table) => return table_node(table, range, depth),
    };
    Ok(Node { value, range })
}
