//! Tests of loading.

use super::*;

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
    for name in TEMPLATES {
        assert!(theme.template(name).is_some(), "{name}");
    }
}

#[test]
fn every_language_of_the_theme_reads_and_has_all_counted_messages() {
    let files = kb_source::MemoryFiles::default();
    let source = ThemeSource {
        project: None,
        display: "",
        offline: false,
    };
    let mut diagnostics = Vec::new();
    let theme = Theme::load(&files, &source, &Config::default(), "/", &mut diagnostics);
    let english = theme.messages(&Language::english(), &mut diagnostics);
    for (path, layers) in &theme.messages {
        let (Some(name), [file]) = (path.strip_suffix(".toml"), layers.as_slice()) else {
            panic!("{path}")
        };
        let language = Language::parse(name).expect("a language tag");
        assert_eq!(language.tag(), name, "the file is named by the tag in its usual case");
        let text = String::from_utf8_lossy(&file.bytes);
        let only = [MessageFile {
            file: &file.display,
            text: &text,
            own: true,
        }];
        let own = Messages::read(&language, &only, &mut diagnostics);
        for (id, message) in english.texts() {
            let translated = own.texts().get(id);
            assert!(translated.is_some(), "{name}: {id} is missing");
            let placeholders = |text: &str| {
                let mut found: Vec<String> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|part| part.split('}').next())
                    .map(ToOwned::to_owned)
                    .collect();
                found.sort();
                found
            };
            if id != "date" {
                assert_eq!(
                    placeholders(message),
                    placeholders(translated.expect("checked")),
                    "{name}: {id}"
                );
            }
        }
        for id in ["articles", "minutes", "categories", "more_articles"] {
            for number in [0, 1, 2, 3, 5, 11, 21, 100] {
                assert_ne!(own.count(id, number), number.to_string(), "{name}: {id}");
            }
        }
    }
    assert_eq!(diagnostics, []);
}
