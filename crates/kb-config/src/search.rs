//! Synonyms and pins, from `[search]` in `kb.toml` or from `content/search.toml`.

use kb_data::{Codes, Place, Reader, parse_toml};
use kb_diagnostic::{Code, Diagnostic, SourceText, Span};

use super::Language;

const CODES: Codes = Codes {
    syntax: Code::SearchConfigSyntax,
    duplicate: Code::SearchConfigDuplicateKey,
    wrong_type: Code::SearchConfigType,
    unknown: Code::SearchConfigUnknownKey,
};

/// Synonyms and pins of a support team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchConfig {
    /// Words that mean the same.
    pub synonyms: Vec<SynonymEntry>,
    /// Articles that certain queries show first.
    pub pins: Vec<PinEntry>,
}

/// A rule that adds words to a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynonymEntry {
    /// What customers type.
    pub from: Vec<String>,
    /// The words that are searched too.
    pub to: Vec<String>,
    /// The only language the rule is for.
    pub language: Option<Language>,
}

/// A query and the articles that it shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinEntry {
    /// The query.
    pub query: String,
    /// Articles, as paths relative to the content folder, with their places in the file.
    pub articles: Vec<(String, Span)>,
    /// The only language the pin is for.
    pub language: Option<Language>,
}

/// Reads the text of a `search.toml`. `file` is its name in messages.
pub fn parse_search_config(text: &str, file: &str) -> (SearchConfig, Vec<Diagnostic>) {
    let source = SourceText::new(file, text);
    let place = Place {
        file: &source,
        offset: 0,
    };
    let node = match parse_toml(text) {
        Ok(node) => node,
        Err(error) => return (SearchConfig::default(), vec![place.syntax(&CODES, &error)]),
    };
    let mut reader = Reader::new(&node, place, &CODES);
    let config = read_search(&mut reader);
    (config, reader.finish())
}

pub(super) fn read_search(reader: &mut Reader<'_>) -> SearchConfig {
    let synonyms = reader.tables(&["synonyms"], |reader| {
        let words = reader.strings(&["words"]);
        let from = reader.strings(&["from"]);
        let to = reader.strings(&["to"]);
        let language = language(reader);
        if words.len() >= 2 && from.is_empty() && to.is_empty() {
            return Some(SynonymEntry {
                from: words.clone(),
                to: words,
                language,
            });
        }
        if words.is_empty() && !from.is_empty() && !to.is_empty() {
            return Some(SynonymEntry { from, to, language });
        }
        incomplete(
            reader,
            "a synonym needs `words` with at least two entries, or both `from` and `to`",
        );
        None
    });
    let pins = reader.tables(&["pins"], |reader| {
        let query = reader.string(&["query"]).filter(|query| !query.trim().is_empty());
        let articles = reader.spanned_strings(&["articles"]);
        let language = language(reader);
        match query {
            Some(query) if !articles.is_empty() => Some(PinEntry {
                query,
                articles,
                language,
            }),
            _ => {
                incomplete(reader, "a pin needs a `query` and at least one path in `articles`");
                None
            }
        }
    });
    SearchConfig {
        synonyms: synonyms.into_iter().flatten().collect(),
        pins: pins.into_iter().flatten().collect(),
    }
}

fn incomplete(reader: &mut Reader<'_>, message: &str) {
    let mut diagnostic = Diagnostic::new(Code::SearchConfigValue, message);
    if let Some(entry) = reader.entries().first() {
        diagnostic = diagnostic.with_span(reader.place().span(&entry.key_range));
    }
    reader.report(diagnostic);
}

fn language(reader: &mut Reader<'_>) -> Option<Language> {
    let (tag, span) = reader.spanned_string(&["lang"])?;
    let language = Language::parse(&tag);
    if language.is_none() {
        let message = format!("`{tag}` is not a language tag such as `en`, `de` or `pt-BR`");
        reader.report(Diagnostic::new(Code::SearchConfigValue, message).with_span(span));
    }
    language
}
