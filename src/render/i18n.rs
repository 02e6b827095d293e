//! The words of the theme in one language: messages, counts and dates.

use std::collections::HashMap;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;

use crate::config::Language;
use crate::data::{Node, Value, parse_toml};
use crate::diagnostic::{Diagnostic, Span};
use crate::document::Date;

/// The words of the theme in one language; what is missing is English.
pub struct Messages {
    texts: HashMap<String, String>,
    plurals: HashMap<String, Plural>,
    months: Vec<String>,
    rules: Option<PluralRules>,
    english_rules: Option<PluralRules>,
}

/// A message with a number in it.
struct Plural {
    /// One form for each plural category.
    forms: HashMap<String, String>,
    /// Whether it is in the language itself (else in English, with English rules).
    own: bool,
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Messages")
            .field("texts", &self.texts.len())
            .finish_non_exhaustive()
    }
}

/// One `i18n` file: the name it has in messages, and its text.
pub struct MessageFile<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Whether it is written in the language itself (else it is the English that fills its gaps).
    pub own: bool,
}

impl Messages {
    /// Reads the words of `language` from files, the most general first.
    pub fn read(language: &Language, files: &[MessageFile<'_>], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut messages = Self {
            texts: HashMap::new(),
            plurals: HashMap::new(),
            months: Vec::new(),
            rules: plural_rules(language.tag()).or_else(|| plural_rules(language.base())),
            english_rules: plural_rules("en"),
        };
        for file in files {
            match parse_toml(file.text) {
                Ok(node) => messages.add(&node, file.own),
                Err(error) => diagnostics.push(Diagnostic::error("i18n-syntax", error.message).with_span(Span::new(
                    file.file,
                    file.text,
                    error.range,
                ))),
            }
        }
        messages
    }

    fn add(&mut self, node: &Node, own: bool) {
        let Value::Table(entries) = &node.value else { return };
        for entry in entries {
            match &entry.node.value {
                Value::String(text) => {
                    self.texts.insert(entry.key.clone(), text.clone());
                }
                Value::List(items) if entry.key == "months" && items.len() == 12 => {
                    self.months = items.iter().map(|item| text_of(&item.value)).collect();
                }
                Value::Table(forms) => {
                    let forms = forms
                        .iter()
                        .map(|form| (form.key.clone(), text_of(&form.node.value)))
                        .collect();
                    self.plurals.insert(entry.key.clone(), Plural { forms, own });
                }
                _ => {}
            }
        }
    }

    /// All plain messages, for templates.
    pub fn texts(&self) -> &HashMap<String, String> {
        &self.texts
    }

    /// A plain message; its id where there is none.
    pub fn text<'a>(&'a self, id: &'a str) -> &'a str {
        self.texts.get(id).map_or(id, String::as_str)
    }

    /// A message with a number in it.
    pub fn count(&self, id: &str, number: usize) -> String {
        let Some(Plural { forms, own }) = self.plurals.get(id) else {
            return number.to_string();
        };
        let rules = if *own { &self.rules } else { &self.english_rules };
        let category = rules
            .as_ref()
            .and_then(|rules| rules.select(number).ok())
            .unwrap_or(PluralCategory::OTHER);
        let name = match category {
            PluralCategory::ZERO => "zero",
            PluralCategory::ONE => "one",
            PluralCategory::TWO => "two",
            PluralCategory::FEW => "few",
            PluralCategory::MANY => "many",
            PluralCategory::OTHER => "other",
        };
        let form = forms
            .get(name)
            .or_else(|| forms.get("other"))
            .map_or("{n}", String::as_str);
        form.replace("{n}", &number.to_string())
    }

    /// A day in words.
    pub fn date(&self, date: Date) -> String {
        let day = date.day();
        let month = self
            .months
            .get(day.month() as usize - 1)
            .cloned()
            .unwrap_or_else(|| day.month().to_string());
        self.texts.get("date").map_or_else(
            || date.iso_day(),
            |pattern| {
                pattern
                    .replace("{day}", &day.day().to_string())
                    .replace("{month}", &month)
                    .replace("{month_number}", &day.month().to_string())
                    .replace("{year}", &day.year().to_string())
            },
        )
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}

fn plural_rules(tag: &str) -> Option<PluralRules> {
    let tag: LanguageIdentifier = tag.parse().ok()?;
    PluralRules::create(tag, PluralRuleType::CARDINAL).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(tag: &str, own: &str) -> Messages {
        let english = "hello = \"Hello\"\ndate = \"{month} {day}, {year}\"\n[articles]\none = \"{n} article\"\nother = \"{n} articles\"\n";
        let language = Language::parse(tag).expect("known");
        let files = [
            MessageFile {
                file: "en.toml",
                text: english,
                own: tag == "en",
            },
            MessageFile {
                file: "own.toml",
                text: own,
                own: true,
            },
        ];
        let mut diagnostics = Vec::new();
        let messages = Messages::read(&language, &files, &mut diagnostics);
        assert_eq!(diagnostics, []);
        messages
    }

    #[test]
    fn counts_follow_the_rules_of_the_language() {
        let russian = messages(
            "ru",
            "[articles]\none = \"{n} статья\"\nfew = \"{n} статьи\"\nmany = \"{n} статей\"\nother = \"{n} статьи\"\n",
        );
        assert_eq!(russian.count("articles", 1), "1 статья");
        assert_eq!(russian.count("articles", 3), "3 статьи");
        assert_eq!(russian.count("articles", 12), "12 статей");
        assert_eq!(russian.count("articles", 21), "21 статья");
    }

    #[test]
    fn gaps_are_english_with_english_rules() {
        let russian = messages("ru", "");
        assert_eq!(russian.text("hello"), "Hello");
        assert_eq!(russian.count("articles", 21), "21 articles");
    }

    #[test]
    fn dates_use_the_pattern() {
        let german = messages(
            "de",
            "date = \"{day}. {month} {year}\"\nmonths = [\"Januar\",\"Februar\",\"März\",\"April\",\"Mai\",\"Juni\",\"Juli\",\"August\",\"September\",\"Oktober\",\"November\",\"Dezember\"]\n",
        );
        assert_eq!(
            german.date(Date::parse("2026-11-21").expect("valid")),
            "21. November 2026"
        );
    }
}
