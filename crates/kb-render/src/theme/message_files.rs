//! The `i18n` files of all layers: gathered, and those that are not part of kb checked.

use std::collections::{BTreeMap, BTreeSet};

use kb_data::{Entry, Value, parse_toml};
use kb_diagnostic::{Code, Diagnostic, did_you_mean};

use super::layers::{LayerFiles, Layers, ThemeFile};
use crate::i18n::PLURAL_CATEGORIES;

/// Messages of earlier versions. They have no effect, and do no harm.
const FORMER: [&str; 2] = ["date", "months"];

/// The `i18n` files by name: each layer fills or replaces messages of the one before it.
pub(super) type MessageFiles = BTreeMap<String, Vec<ThemeFile>>;

/// Removes the messages from the merged files and returns them: all layers of a file count, not only the last.
pub(super) fn take(layers: &Layers, merged: &mut LayerFiles) -> MessageFiles {
    merged.retain(|path, _| !path.starts_with("i18n/"));
    let mut messages = MessageFiles::new();
    for (path, file) in layers.all() {
        if let Some(name) = path.strip_prefix("i18n/") {
            messages.entry(name.to_owned()).or_default().push(file.clone());
        }
    }
    messages
}

/// Checks the files of the project and of its theme folder. A message is known if kb's own English file has it, or if a
/// template of any layer names it.
pub(super) fn check(messages: &MessageFiles, layers: &Layers) -> Vec<Diagnostic> {
    let own = messages.values().flatten().filter(|file| !file.built_in);
    let mut own = own.peekable();
    if own.peek().is_none() {
        return Vec::new();
    }
    let english = messages.get("en.toml").into_iter().flatten();
    let english: Vec<Entry> = english
        .filter(|file| file.built_in)
        .flat_map(|file| entries(file).unwrap_or_default())
        .collect();
    let templates = layers.all().filter(|(path, _)| path.starts_with("templates/"));
    let templates: Vec<_> = templates
        .map(|(_, file)| String::from_utf8_lossy(&file.bytes))
        .collect();
    let named: BTreeSet<&str> = templates.iter().flat_map(|text| words(text)).collect();
    own.flat_map(|file| match entries(file) {
        Ok(entries) => entries
            .iter()
            .filter_map(|entry| problem(entry, file, &english, &named))
            .collect(),
        Err(diagnostic) => vec![*diagnostic],
    })
    .collect()
}

/// The messages of a file.
fn entries(file: &ThemeFile) -> Result<Vec<Entry>, Box<Diagnostic>> {
    let source = file.source_text();
    match parse_toml(source.text()) {
        Ok(node) => match node.value {
            Value::Table(entries) => Ok(entries),
            _ => Ok(Vec::new()),
        },
        Err(error) => {
            let diagnostic = Diagnostic::new(Code::I18nSyntax, error.message).with_span(source.span(error.range));
            Err(Box::new(diagnostic))
        }
    }
}

/// What is wrong with a message.
fn problem(entry: &Entry, file: &ThemeFile, english: &[Entry], named: &BTreeSet<&str>) -> Option<Diagnostic> {
    let id = entry.key.as_str();
    let value = &entry.node.value;
    let known = english
        .iter()
        .find(|known| known.key == id)
        .map(|known| &known.node.value);
    let (code, message, range, hint) = match (known, value) {
        (Some(Value::Table(_)), Value::Table(forms)) => {
            let categories = || PLURAL_CATEGORIES.iter().copied();
            if let Some(form) = forms
                .iter()
                .find(|form| !categories().any(|category| category == form.key))
            {
                let hint = did_you_mean(&form.key, categories());
                let hint = hint
                    .or_else(|| Some("the categories are `zero`, `one`, `two`, `few`, `many` and `other`".to_owned()));
                (
                    Code::I18nType,
                    format!("`{}` is not a plural category", form.key),
                    &form.key_range,
                    hint,
                )
            } else if let Some(form) = forms.iter().find(|form| !matches!(form.node.value, Value::String(_))) {
                let message = format!("`{id}.{}` must be a text, found {}", form.key, form.node.value.found());
                (Code::I18nType, message, &form.node.range, None)
            } else if forms.iter().all(|form| form.key != "other") {
                let message = format!("`{id}` has no text for `other`, which stands for all categories without one");
                (Code::I18nType, message, &entry.key_range, None)
            } else {
                return None;
            }
        }
        (Some(Value::Table(_)), other) => {
            let message = format!(
                "`{id}` must be a table with a text for each plural category, found {}",
                other.found()
            );
            let hint = format!("write `[{id}]`, and below it `other = \"{{n}} …\"`");
            (Code::I18nType, message, &entry.node.range, Some(hint))
        }
        (Some(_), Value::String(_)) => return None,
        (None, Value::String(_)) if named.contains(id) => return None,
        (None, _) if FORMER.contains(&id) => return None,
        (None, _) if !named.contains(id) => {
            let message = format!("nothing uses the message `{id}`");
            let hint = did_you_mean(id, english.iter().map(|known| known.key.as_str()));
            (Code::I18nUnknownId, message, &entry.key_range, hint)
        }
        (_, other) => {
            let message = format!("`{id}` must be a text, found {}", other.found());
            (Code::I18nType, message, &entry.node.range, None)
        }
    };
    let span = file.source_text().span(range.clone());
    Some(Diagnostic::new(code, message).with_span(span).with_hint_if(hint))
}

/// The words of a template that may be ids of messages.
pub(super) fn words(template: &str) -> impl Iterator<Item = &str> {
    template
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}
