//! Tests of loading.

use super::layers::ThemeFile;
use super::*;
use crate::i18n::{Count, MessageId as _, Text};

#[test]
fn the_built_in_theme_loads_without_a_word() {
    let files = kb_source::MemoryFiles::default();
    let source = ThemeSource {
        project: None,
        display: "",
        offline: false,
    };
    let mut diagnostics = Vec::new();
    let theme = Theme::load(&files, &source, &Config::default(), "/", &mut diagnostics);
    assert_eq!(diagnostics, []);
    for kind in PageKind::ALL {
        assert!(theme.template(kind.template()).is_some(), "{kind:?}");
    }
}

/// The files of all built-in themes.
fn built_in_files() -> Vec<(String, ThemeFile)> {
    let themes = layers::built_in_names().filter_map(layers::built_in);
    themes.flat_map(|layer| layer.files).collect()
}

/// The ids of messages that a template names as `t.ID`, without its comments.
fn named_messages(template: &str) -> BTreeSet<String> {
    let parts = template.split("{#");
    let code: String = parts
        .map(|part| part.split_once("#}").map_or(part, |(_, code)| code))
        .collect();
    let follows_word = |at: usize| code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let starts = code.match_indices("t.").filter(|(at, _)| !follows_word(*at));
    let id = |at: usize| message_files::words(&code[at..]).nth(1).map(ToOwned::to_owned);
    starts.filter_map(|(at, _)| id(at)).collect()
}

#[test]
fn templates_and_kb_name_only_messages_that_exist_and_no_message_is_unused() {
    let files = built_in_files();
    let templates = files.iter().filter(|(path, _)| path.starts_with("templates/"));
    let texts: Vec<_> = templates
        .map(|(_, file)| String::from_utf8_lossy(&file.bytes))
        .collect();
    let named = texts.iter().flat_map(|text| named_messages(text));
    let of_documents = kb_document::Message::ALL.iter().map(|message| message.id());
    let plain = Text::ALL.iter().map(|message| message.id()).chain(of_documents);
    let used: BTreeSet<String> = named.chain(plain.map(ToOwned::to_owned)).collect();
    let counted: BTreeSet<&str> = Count::ALL.iter().map(|message| message.id()).collect();
    let (_, english) = files.iter().find(|(path, _)| path == "i18n/en.toml").expect("is there");
    let node = kb_data::parse_toml(&String::from_utf8_lossy(&english.bytes)).expect("valid");
    let kb_data::Value::Table(entries) = &node.value else {
        panic!("a table")
    };
    let (texts, tables): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|entry| matches!(entry.node.value, kb_data::Value::String(_)));
    let ids = |entries: Vec<&kb_data::Entry>| {
        entries
            .into_iter()
            .map(|entry| entry.key.clone())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(ids(texts), used);
    assert_eq!(ids(tables), counted.into_iter().map(ToOwned::to_owned).collect());
}

#[test]
fn every_language_of_the_theme_has_every_message() {
    let files = built_in_files();
    let read = |file: &ThemeFile, language: &Language| {
        let text = String::from_utf8(file.bytes.to_vec()).expect("UTF-8");
        kb_data::parse_toml(&text).expect("valid");
        Messages::read(language, [(text.into(), true)])
    };
    let (_, english) = files.iter().find(|(path, _)| path == "i18n/en.toml").expect("is there");
    let english = read(english, &Language::english());
    let languages = files
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix("i18n/")?, file)));
    for (path, file) in languages {
        let name = path.strip_suffix(".toml").expect("TOML");
        let language = Language::parse(name).expect("a language tag");
        assert_eq!(language.tag(), name, "the file is named by the tag in its usual case");
        let own = read(file, &language);
        for (id, message) in english.texts() {
            let translated = own.texts().get(id);
            assert!(translated.is_some(), "{name}: {id} is missing");
            let placeholders = |text: &str| {
                let parts = text.split('{').skip(1).filter_map(|part| part.split('}').next());
                let mut found: Vec<String> = parts.map(ToOwned::to_owned).collect();
                found.sort();
                found
            };
            assert_eq!(
                placeholders(message),
                placeholders(translated.expect("checked")),
                "{name}: {id}"
            );
        }
        assert_eq!(
            own.texts().len(),
            english.texts().len(),
            "{name}: messages that English does not have"
        );
        for count in Count::ALL {
            for number in [0, 1, 2, 3, 5, 11, 21, 100] {
                assert_ne!(own.count(*count, number), number.to_string(), "{name}: {count:?}");
            }
        }
    }
}

#[test]
fn messages_of_a_project_are_checked() {
    let english = "hero_titel = \"Hi\"\nhome = 3\nmine = \"x\"\ndate = \"{year}\"\narticles = \"{n}\"\n\
        [minutes]\none = \"1\"\nothr = \"{n}\"\n[more_articles]\none = \"1\"\n[mins]\nother = \"x\"\n";
    let files = kb_source::MemoryFiles::default()
        .with("p/i18n/en.toml", english)
        .with("p/i18n/de.toml", "home = \"a\"\nhome = \"b\"\n")
        .with("p/templates/tags.html", "{{ t.mine }}{{ t.hero_title }}");
    let source = ThemeSource {
        project: Some(Path::new("p")),
        display: "",
        offline: false,
    };
    let mut diagnostics = Vec::new();
    Theme::load(&files, &source, &Config::default(), "/", &mut diagnostics);
    let told = diagnostics.iter().map(|d| {
        let span = d.span.as_ref().expect("a place");
        let hint = d.hints.first().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{}:{} {} {}{hint}", span.file, span.line, d.code, d.message)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "i18n/de.toml:2 i18n-syntax duplicate key",
            "i18n/en.toml:1 i18n-unknown-id nothing uses the message `hero_titel` (did you mean `hero_title`?)",
            "i18n/en.toml:2 i18n-type `home` must be a text, found the number `3`",
            "i18n/en.toml:5 i18n-type `articles` must be a table with a text for each plural category, found the text \
             `{n}` (write `[articles]`, and below it `other = \"{n} …\"`)",
            "i18n/en.toml:8 i18n-type `othr` is not a plural category (did you mean `other`?)",
            "i18n/en.toml:9 i18n-type `more_articles` has no text for `other`, which stands for all categories without one",
            "i18n/en.toml:11 i18n-unknown-id nothing uses the message `mins`",
        ]
    );
}
