//! Both engines must give the same answers: tantivy's index, and the pack that browsers read.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use proptest::prelude::*;

use super::*;

/// An article with one section.
pub(super) fn article<'a>(source: &'a str, title: &'a str, text: &'a str) -> IndexedArticle<'a> {
    IndexedArticle {
        source: source.into(),
        url: format!("/help/{}/", source.trim_end_matches(".md")).into(),
        title: title.into(),
        collection: source.split_once('/').map(|(collection, _)| collection.into()),
        boost: 1.0,
        sections: vec![Section {
            text: text.into(),
            ..Section::default()
        }],
        ..IndexedArticle::default()
    }
}

/// Writes the search files of a site that lives under `/help/`.
pub(super) fn write_site(
    site: &Path,
    language: &str,
    articles: Vec<IndexedArticle<'_>>,
    tuning: &Tuning,
) -> IndexFiles {
    let options = PackOptions {
        base: "/help/".to_owned(),
        popular: Vec::new(),
    };
    let files = write_index(language, articles, tuning, &options).unwrap();
    for (folder, files) in [
        (index_folder(language), &files.tantivy),
        (pack_folder(language), &files.pack),
    ] {
        for (name, bytes) in files {
            let path = site.join(&folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
    files
}

/// Asks both engines and compares everything but the texts shown.
fn same(tantivy: &SearchIndex, pack: &mut PackSearch, query: &str, options: &Options) -> Answer {
    let wanted = tantivy.search(query, options).unwrap();
    let found = pack.search(query, options).unwrap();
    let shown = |results: &Answer| -> Vec<_> {
        let hits = results.hits.iter();
        hits.map(|hit| (hit.source.clone(), hit.url.clone(), hit.title.clone(), hit.pinned))
            .collect()
    };
    assert_eq!(shown(&found), shown(&wanted), "{query:?}");
    for (a, b) in found.hits.iter().zip(&wanted.hits) {
        assert!((a.score - b.score).abs() < 1e-4, "{query:?}: {} {}", a.score, b.score);
        assert_eq!((&a.section, &a.more), (&b.section, &b.more), "{query:?}");
    }
    assert_eq!(
        (
            found.total,
            found.relaxed,
            &found.missing,
            &found.did_you_mean,
            &found.collections,
            &found.tags
        ),
        (
            wanted.total,
            wanted.relaxed,
            &wanted.missing,
            &wanted.did_you_mean,
            &wanted.collections,
            &wanted.tags
        ),
        "{query:?}"
    );
    found
}

fn sources(results: &Answer) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.source.as_str()).collect()
}

/// Enough articles for a pack of several files, in a few collections, with tags and boosts.
pub(super) fn many(count: usize) -> Vec<(String, String, String)> {
    const WORDS: [&str; 24] = [
        "password",
        "reset",
        "refund",
        "invoice",
        "card",
        "user",
        "manage",
        "the",
        "how",
        "to",
        "billing",
        "export",
        "import",
        "error",
        "E-4017",
        "stk500_recv()",
        "Rückerstattung",
        "café",
        "naïve",
        "upload",
        "download",
        "sync",
        "backup",
        "restore",
    ];
    let word = |seed: usize| WORDS[(seed * seed + seed / 3 + 7) % WORDS.len()];
    (0..count)
        .map(|n| {
            let title = format!("{} {} {}", word(n), word(n + 5), n);
            let text = (0..60 + n % 90)
                .map(|k| {
                    format!(
                        "{}{}",
                        word(n * 31 + k * k),
                        if k % 7 == 0 {
                            format!(" rare{}", n * k % 977)
                        } else {
                            String::new()
                        }
                    )
                })
                .collect::<Vec<_>>()
                .join(" ");
            (
                format!("{}/a{n}.md", ["billing", "account", "errors"][n % 3]),
                title,
                text,
            )
        })
        .collect()
}

#[test]
fn both_engines_agree_in_every_option() {
    let site = tempfile::tempdir().unwrap();
    let texts = many(600);
    let articles = texts
        .iter()
        .enumerate()
        .map(|(n, (source, title, text))| IndexedArticle {
            tags: if n % 4 == 0 { vec!["money".into()] } else { Vec::new() },
            questions: if n % 9 == 0 {
                vec![format!("where is my {}", title.to_lowercase()).into()]
            } else {
                Vec::new()
            },
            boost: if n % 50 == 0 { 1.5 } else { 1.0 },
            ..article(source, title, text)
        });
    let tuning = Tuning {
        synonyms: vec![Synonym::mutual(vec![
            "bill".into(),
            "invoice".into(),
            "money request".into(),
        ])],
        pins: vec![Pin {
            query: "get a refund".into(),
            articles: vec!["errors/a2.md".into(), "billing/a0.md".into()],
        }],
    };
    let files = write_site(site.path(), "en", articles.collect(), &tuning);
    assert!(files.pack.len() > 30, "{} files", files.pack.len());
    let tantivy = SearchIndex::open(&index_path(site.path(), "en")).unwrap();
    let mut pack = PackSearch::open(site.path(), "en").unwrap();
    let queries = [
        "password",
        "reset password",
        "how to reset the password",
        "passwrod reset",
        "get a refund",
        "bill",
        "re",
        "r",
        "the",
        "how to",
        "E-4017",
        "stk500_recv()",
        "Ruckerstattung",
        "cafe naive",
        "rare12",
        "rare1",
        "zzzz",
        "",
        "\"reset the\"",
        "\"no such words\"",
        "invoice -card",
        "\"",
        "money request export",
        "backup restor",
        "🙂",
    ];
    let options = [
        Options::default(),
        Options {
            typing: Typing::AsYouType,
            ..Options::default()
        },
        Options {
            limit: 7,
            offset: 14,
            facets: true,
            ..Options::default()
        },
        Options {
            collection: Some("billing".into()),
            facets: true,
            ..Options::default()
        },
        Options {
            collection: Some("account".into()),
            tag: Some("money".into()),
            ..Options::default()
        },
        Options {
            tag: Some("nobody has it".into()),
            ..Options::default()
        },
    ];
    for query in queries {
        for options in &options {
            same(&tantivy, &mut pack, query, options);
        }
    }
    let pinned = pack.search("get a refund", &Options::default()).unwrap();
    assert_eq!(sources(&pinned)[..2], ["errors/a2.md", "billing/a0.md"]);
    let counted = pack.search("password", &options[2]).unwrap();
    let count: usize = counted.collections.iter().map(|collection| collection.count).sum();
    assert_eq!(count, counted.total, "every article is in one collection");
    let filtered = pack.search("password", &options[3]).unwrap();
    assert!(sources(&filtered).iter().all(|source| source.starts_with("billing/")));
}

#[test]
fn large_indexes_leave_rare_words_out_of_corrections_in_both() {
    let site = tempfile::tempdir().unwrap();
    let texts = many(1_100);
    write_site(
        site.path(),
        "en",
        texts
            .iter()
            .map(|(source, title, text)| article(source, title, text))
            .collect(),
        &Tuning::default(),
    );
    let tantivy = SearchIndex::open(&index_path(site.path(), "en")).unwrap();
    let mut pack = PackSearch::open(site.path(), "en").unwrap();
    for query in ["passwrod", "ra", "b", "rarex", "restoer backpu"] {
        for typing in [Typing::Finished, Typing::AsYouType] {
            same(
                &tantivy,
                &mut pack,
                query,
                &Options {
                    typing,
                    ..Options::default()
                },
            );
        }
    }
}

#[test]
fn a_small_pack_is_one_file_and_a_phrase_is_read_for() {
    let site = tempfile::tempdir().unwrap();
    let articles = vec![
        article("a.md", "One", "The file was not found on the disk."),
        article("b.md", "Two", "Not a file, found it was."),
        article("c.md", "File not found", "What to do."),
        article("退.md", "退款", "如何申请退款"),
    ];
    let files = write_site(site.path(), "en", articles, &Tuning::default());
    assert_eq!(
        files.pack.iter().map(|file| file.0.as_str()).collect::<Vec<_>>(),
        ["boot.bin"]
    );
    let tantivy = SearchIndex::open(&index_path(site.path(), "en")).unwrap();
    let mut pack = PackSearch::open(site.path(), "en").unwrap();
    let mut ask = |query: &str| same(&tantivy, &mut pack, query, &Options::default());
    assert_eq!(sources(&ask("\"file not found\"")), ["c.md"]);
    assert_eq!(sources(&ask("\"not found\"")), ["c.md", "a.md"]);
    assert!(ask("\"found file\"").relaxed);
    assert_eq!(sources(&ask("退款")), ["退.md"]);
}

#[test]
fn a_damaged_or_missing_file_is_named() {
    let site = tempfile::tempdir().unwrap();
    let texts = many(300);
    let articles = texts
        .iter()
        .map(|(source, title, text)| article(source, title, text))
        .collect();
    let files = write_site(site.path(), "en", articles, &Tuning::default());
    let (name, bytes) = files.pack.iter().find(|file| file.0.contains("/t0.")).unwrap();
    let path = site.path().join(pack_folder("en")).join(name);
    let ask = || {
        let mut pack = PackSearch::open(site.path(), "en")?;
        pack.search("4 12 account backup card", &Options::default())
    };
    ask().unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert!(matches!(ask().unwrap_err(), Error::Damaged(_)));
    std::fs::remove_file(&path).unwrap();
    assert!(ask().unwrap_err().to_string().contains("t0.bin"));
    std::fs::write(site.path().join(boot_path("en")), b"nothing").unwrap();
    assert!(PackSearch::open(site.path(), "en").is_err());
    assert!(matches!(
        PackSearch::open(site.path(), "de").unwrap_err(),
        Error::NoIndex(_)
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn both_engines_agree_on_any_text(
        texts in proptest::collection::vec("[a-d ]{1,5}[a-zA-Zäßéπя退款ก0-9_.,'\" -]{0,60}", 1..12),
        query in "[a-d]{0,3}[a-zA-Zäßéπя退款ก0-9_.'\" -]{0,30}",
        language in prop_oneof![Just("en"), Just("de"), Just("ru"), Just("zh"), Just("xx")],
        typing in any::<bool>(),
    ) {
        let site = tempfile::tempdir().unwrap();
        let sources: Vec<String> = (0..texts.len()).map(|n| format!("{n}.md")).collect();
        let articles = (texts.iter().zip(&sources))
            .map(|(text, source)| article(source, text.get(..6).unwrap_or(text), text))
            .collect();
        write_site(site.path(), language, articles, &Tuning::default());
        let tantivy = SearchIndex::open(&index_path(site.path(), language)).unwrap();
        let mut pack = PackSearch::open(site.path(), language).unwrap();
        let typing = if typing { Typing::AsYouType } else { Typing::Finished };
        same(&tantivy, &mut pack, &query, &Options { typing, ..Options::default() });
    }
}

/// Suggests by both engines, and compares.
fn same_suggestions(tantivy: &SearchIndex, pack: &mut PackSearch, message: &str) -> Vec<Suggestion> {
    let options = SuggestOptions {
        threshold: 0.0,
        ..SuggestOptions::default()
    };
    let wanted = tantivy.suggest(message, &options).unwrap();
    let found = pack.suggest(message, &options).unwrap();
    let shown = |suggestions: &[Suggestion]| -> Vec<_> {
        (suggestions.iter())
            .map(|suggestion| (suggestion.hit.url.clone(), suggestion.hit.section.clone()))
            .collect()
    };
    assert_eq!(shown(&found), shown(&wanted), "{message:?}");
    for (found, wanted) in found.iter().zip(&wanted) {
        assert!((found.confidence - wanted.confidence).abs() < 1e-4, "{message:?}");
    }
    wanted
}

/// A small help centre, asked by both engines.
fn small_shop() -> (tempfile::TempDir, SearchIndex, PackSearch) {
    let site = tempfile::tempdir().unwrap();
    let articles = vec![
        article(
            "orders/return.md",
            "How do I return an order?",
            "Print the return label and bring the parcel to a post office within 30 days. We refund the price.",
        ),
        article(
            "orders/track.md",
            "Where is my parcel?",
            "The tracking number in the confirmation shows where the parcel is. It takes three days.",
        ),
        article(
            "account/password.md",
            "How do I reset my password?",
            "Choose Forgot password on the sign-in page, and follow the link in the e-mail.",
        ),
        article(
            "account/close.md",
            "How do I close my account?",
            "In the settings, choose Close account. All orders are deleted.",
        ),
        article(
            "app/light.md",
            "The app does not find the light",
            "Switch the light off and on.",
        ),
    ];
    write_site(site.path(), "en", articles, &Tuning::default());
    let tantivy = SearchIndex::open(&index_path(site.path(), "en")).unwrap();
    let pack = PackSearch::open(site.path(), "en").unwrap();
    (site, tantivy, pack)
}

#[test]
fn a_message_finds_its_article_whatever_stands_around_the_question() {
    let (_site, tantivy, mut pack) = small_shop();
    let question = "How can I send my order back and return it?";
    let alone = same_suggestions(&tantivy, &mut pack, question);
    assert_eq!(alone[0].hit.source, "orders/return.md");
    let letter = format!(
        "Dear team,\n\nI hope you are well. Yesterday evening I sat in the kitchen with my neighbour. {question} We have two cats.\n\n\
        Thank you very much in advance,\nAda Lovelace\nEngines Ltd.\n\nOn Monday, the shop wrote:\n> Reset your password in the app."
    );
    let within = same_suggestions(&tantivy, &mut pack, &letter);
    assert_eq!(within[0].hit.source, "orders/return.md");
    // It is less sure, but sure enough to be shown.
    assert!(within[0].confidence <= alone[0].confidence && within[0].confidence > THRESHOLD);
    let shown = tantivy.suggest(&letter, &SuggestOptions::default()).unwrap();
    assert!(!shown.is_empty() && shown.iter().all(|suggestion| suggestion.confidence >= THRESHOLD));
}

#[test]
fn a_message_without_an_answer_has_no_suggestions() {
    let (_site, tantivy, mut pack) = small_shop();
    for message in [
        "",
        "\n\n",
        "Hello,\n\nKind regards,\nAda",
        "🙂🙂🙂",
        "Do you sponsor football tournaments of universities in Portugal next summer?",
        "Wie kann ich meine Rechnung bezahlen?",
    ] {
        same_suggestions(&tantivy, &mut pack, message);
        let shown = tantivy.suggest(message, &SuggestOptions::default()).unwrap();
        assert!(shown.is_empty(), "{message:?}: {shown:?}");
    }
}

#[test]
fn the_question_of_a_message_says_what_it_is_about() {
    let (_site, tantivy, mut pack) = small_shop();
    let message = "I closed my account. I reset the password. The parcel came. Can the app find the light?";
    let found = same_suggestions(&tantivy, &mut pack, message);
    assert_eq!(found[0].hit.source, "app/light.md");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_message_has_the_same_suggestions_in_both(
        words in proptest::collection::vec(
            "(return|parcel|password|account|light|app|order|my|how|the|xyzzy|E-42|retrun|[.?!\n>,]|\\PC{1,6})",
            0..40,
        ),
    ) {
        let (_site, tantivy, mut pack) = small_shop();
        for suggestion in same_suggestions(&tantivy, &mut pack, &words.join(" ")) {
            prop_assert!((0.0..=1.0).contains(&suggestion.confidence));
        }
    }
}
