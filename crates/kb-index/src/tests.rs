#![allow(clippy::unwrap_used, clippy::case_sensitive_file_extension_comparisons)]

use std::path::Path;

use kb_search::bm25::{self, FieldScorer};
use kb_search::execute::{Field, Postings as _};
use kb_search::plan::{Vocabulary as _, Wanted};
use kb_search::score::Ranking;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::Bm25Weight;

use super::*;

fn section<'a>(heading: &'a str, text: &'a str) -> Section<'a> {
    Section {
        anchor: heading.to_lowercase().replace(' ', "-").into(),
        heading: heading.into(),
        text: text.into(),
    }
}

fn article<'a>(source: &'a str, title: &'a str, sections: Vec<Section<'a>>) -> IndexedArticle<'a> {
    let url = format!("/{}/", source.trim_end_matches(".md"));
    let collection = source.split('/').next().unwrap_or_default();
    IndexedArticle {
        source: source.into(),
        url: url.into(),
        title: title.into(),
        breadcrumb: vec![collection.into()],
        collection: Some(collection.into()),
        boost: 1.0,
        sections,
        ..IndexedArticle::default()
    }
}

fn help() -> Vec<IndexedArticle<'static>> {
    let mut cancel = article(
        "billing/cancel.md",
        "Cancel your plan",
        vec![section("", "Open the billing page.")],
    );
    cancel.questions = vec!["How do I stop paying?".into(), "I want out".into()];
    cancel.keywords = vec!["unsubscribe".into()];
    cancel.tags = vec!["account closure".into()];
    vec![
        article(
            "account/password.md",
            "Reset your password",
            vec![
                section("", "Everyone forgets a password now and then."),
                section("On the web", "Open the sign-in page and choose Forgot password."),
                section("On the phone", "Open the app, then Settings & <b>Security</b>."),
            ],
        ),
        cancel,
        article(
            "billing/refund.md",
            "Get a refund",
            vec![section("", "We return your payment within 14 days.")],
        ),
        article(
            "billing/invoice.md",
            "Download an invoice",
            vec![section("", "Invoices are on the billing page.")],
        ),
        article(
            "errors/e-4017.md",
            "Error E-4017 while paying",
            vec![section("", "Your bank declined the card.")],
        ),
    ]
}

fn index_of(language: &str, articles: Vec<IndexedArticle<'_>>, tuning: &Tuning) -> SearchIndex {
    SearchIndex::from_files(&files_of(language, articles, tuning)).unwrap()
}

fn files_of<'a>(language: &str, articles: impl IntoIterator<Item = IndexedArticle<'a>>, tuning: &Tuning) -> Files {
    write_index(language, articles, tuning, &PackOptions::default())
        .unwrap()
        .tantivy
}

fn sources(results: &Answer) -> Vec<&str> {
    results.hits.iter().map(|hit| hit.source.as_str()).collect()
}

fn write_files(folder: &Path, files: &[(String, Vec<u8>)]) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn same_articles_same_files() {
    let first = files_of("en", help(), &Tuning::default());
    let second = std::thread::spawn(|| files_of("en", help(), &Tuning::default()))
        .join()
        .unwrap();
    assert!(first == second);
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.is_sorted());
    assert!(names.contains(&"meta.json") && names.contains(&".managed.json") && names.contains(&settings::FILE_NAME));
    let other = files_of("en", help().into_iter().take(3), &Tuning::default());
    assert!(
        other
            .iter()
            .all(|(name, _)| !name.ends_with(".idx") || !names.contains(&name.as_str()))
    );
}

#[test]
fn plain_tantivy_opens_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let files = files_of("en", help(), &Tuning::default());
    write_files(folder.path(), &files);
    let index = tantivy::Index::open_in_dir(folder.path()).unwrap();
    assert!(index.validate_checksum().unwrap().is_empty());
    let searcher = index.reader().unwrap().searcher();
    assert_eq!((searcher.num_docs(), searcher.segment_readers().len()), (5, 1));
    let title = index.schema().get_field("title").unwrap();
    let terms = searcher.segment_reader(0).inverted_index(title).unwrap();
    assert!(terms.terms().term_ord("refund").unwrap().is_some());
    let managed: Vec<String> =
        serde_json::from_slice(&std::fs::read(folder.path().join(".managed.json")).unwrap()).unwrap();
    assert!(managed.is_sorted() && managed.iter().all(|name| folder.path().join(name).is_file()));
}

#[test]
fn a_copied_folder_answers_and_stays_untouched() {
    let site = tempfile::tempdir().unwrap();
    let pins = vec![Pin {
        query: "stop".into(),
        articles: vec!["billing/refund.md".into()],
    }];
    let tuning = Tuning {
        synonyms: vec![Synonym::mutual(vec!["refund".into(), "money back".into()])],
        pins,
    };
    for language in ["en", "zh-Hant"] {
        write_files(
            &site.path().join(index_folder(language)),
            &files_of(language, help(), &tuning),
        );
    }
    assert_eq!(languages(site.path()).unwrap(), ["en", "zh-hant"]);
    let folder = index_path(site.path(), "en");
    let listing = || {
        let mut names: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = listing();
    let index = SearchIndex::open(&folder).unwrap();
    assert_eq!((index.len(), index.language().tag()), (5, "en"));
    let results = index.search("money back", &Options::default()).unwrap();
    assert_eq!(results.hits[0].source, "billing/refund.md");
    let results = index.search("Stop!", &Options::default()).unwrap();
    assert!(results.hits[0].pinned && results.hits[0].source == "billing/refund.md");
    assert_eq!(listing(), before);
}

#[test]
fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let message = |folder: &Path| SearchIndex::open(folder).unwrap_err().to_string();
    assert_eq!(
        message(folder.path()),
        format!("there is no search index in `{}`", folder.path().display())
    );
    assert!(languages(folder.path()).unwrap().is_empty());
    let file = folder.path().join(settings::FILE_NAME);
    std::fs::write(&file, r#"{"analyzer":999,"language":"en"}"#).unwrap();
    assert_eq!(
        message(folder.path()),
        "the search index was written by another version of kb (analyzer 999, this one has 2): build the site again"
    );
    std::fs::write(&file, "{").unwrap();
    assert!(message(folder.path()).starts_with("the settings of the search index are damaged: "));
}

#[test]
fn damaged_files_are_refused_not_panicked_over() {
    let whole = files_of("en", help(), &Tuning::default());
    let mut gone = whole.clone();
    gone.retain(|(name, _)| !name.ends_with(".term"));
    assert!(matches!(SearchIndex::from_files(&gone).unwrap_err(), Error::Damaged(_)));
    for (number, (name, bytes)) in whole.iter().enumerate() {
        if [settings::FILE_NAME, seal::MANAGED].contains(&name.as_str()) {
            continue;
        }
        for length in [0, 4, bytes.len() / 2, bytes.len() - 1] {
            let mut files = whole.clone();
            files[number].1.truncate(length);
            assert!(SearchIndex::from_files(&files).is_err(), "{name} cut to {length} bytes");
        }
        let mut files = whole.clone();
        files[number].1[0] ^= 0x55;
        let message = SearchIndex::from_files(&files).unwrap_err().to_string();
        assert!(message.starts_with("the search index is damaged"), "{name}: {message}");
    }
}

#[test]
fn bm25_is_that_of_tantivy() {
    for (doc_freq, docs, average) in [(1, 10, 3.5), (40, 414, 120.25), (9_999, 10_000, 800.0)] {
        let theirs = Bm25Weight::for_one_term(doc_freq, docs, average);
        let ours = FieldScorer::new(average);
        let idf = bm25::idf(doc_freq as u32, docs as u32);
        for norm in 0..=u8::MAX {
            assert_eq!(bm25::field_length(norm), FieldNormReader::id_to_fieldnorm(norm));
            for term_freq in [1, 2, 7, 300] {
                let (theirs, ours) = (theirs.score(norm, term_freq), ours.score(idf, term_freq as f32, norm));
                assert!((theirs - ours).abs() < 1e-4, "{theirs} is not {ours}");
            }
        }
    }
}

#[test]
fn postings_agree_with_the_dictionary() {
    let index = index_of("en", help(), &Tuning::default());
    index
        .for_each_with_prefix("", Wanted::All, &mut |term, _| {
            let is_form = term.contains('\0');
            assert!(is_form || index.doc_freq(term).unwrap() > 0);
        })
        .unwrap();
    let mut found = Vec::new();
    index
        .for_each_position(Field::Title, "refund", &mut |posting, at| {
            found.push((posting.doc, at.to_vec()));
        })
        .unwrap();
    assert_eq!(found, [(2, vec![2])]);
    let mut bodies = 0;
    index
        .for_each_posting(Field::Body, "bill", &mut |_| bodies += 1)
        .unwrap();
    assert_eq!(bodies, index.field_doc_freq(Field::Body, "bill").unwrap());
    assert_eq!(index.doc_freq("nosuchterm").unwrap(), 0);
}

#[test]
fn a_hit_shows_the_best_section() {
    let index = index_of("en", help(), &Tuning::default());
    let results = index
        .search("forgot my password on the web", &Options::default())
        .unwrap();
    let hit = &results.hits[0];
    assert_eq!(
        (hit.source.as_str(), hit.url.as_str()),
        ("account/password.md", "/account/password/")
    );
    assert_eq!(
        (hit.section.heading.as_str(), hit.section.anchor.as_str()),
        ("On the web", "on-the-web")
    );
    assert_eq!(hit.breadcrumb, ["account"]);
    let marked: Vec<&str> = hit
        .section
        .highlights
        .iter()
        .map(|range| &hit.section.excerpt[range.clone()])
        .collect();
    assert_eq!(marked, ["Forgot", "password"]);
    assert_eq!(
        hit.title
            .highlights
            .iter()
            .map(|range| &hit.title.text[range.clone()])
            .collect::<Vec<_>>(),
        ["password"]
    );
    assert!(hit.more.len() <= 2 && hit.more.iter().all(|more| more.heading != "On the web"));
}

#[test]
fn questions_keywords_and_tags_are_searched() {
    let index = index_of("en", help(), &Tuning::default());
    for query in [
        "how do i stop paying",
        "unsubscribe",
        "closure of my account",
        "want out",
    ] {
        assert_eq!(
            index.search(query, &Options::default()).unwrap().hits[0].source,
            "billing/cancel.md",
            "{query}"
        );
    }
}

#[test]
fn each_question_of_a_page_counts_as_a_question() {
    let page = super::live_tests::document(
        "faq.md",
        "---\ntitle: Before you buy\ntemplate: faq\n---\n## Light\n\n### Do I need the app?\n\nNo, a button will do.\n\n\
         ### Can I change my mind?\n\nYes, for 60 days.\n",
    );
    let mut articles = help();
    let wordy = "I need the app to change my mind about the app. ".repeat(9);
    articles.push(article("app.md", "I need the app", vec![section("My mind", &wordy)]));
    articles.push(IndexedArticle::new(&page, "Before you buy", "/faq/".into(), Vec::new()));
    let index = index_of("en", articles, &Tuning::default());
    for (query, anchor) in [
        ("Do I need the app?", "do-i-need-the-app"),
        ("can i change my mind", "can-i-change-my-mind"),
    ] {
        let hit = &index.search(query, &Options::default()).unwrap().hits[0];
        assert_eq!((&*hit.source, &*hit.section.anchor), ("faq.md", anchor), "{query}");
    }
}

#[test]
fn the_titles_above_an_article_are_searched() {
    let mut articles = help();
    articles[0].breadcrumb = vec!["Safety".into(), "Signing in".into()];
    let index = index_of("en", articles, &Tuning::default());
    let hits = index.search("safety password", &Options::default()).unwrap().hits;
    assert_eq!(hits[0].source, "account/password.md");
    let hits = index.search("safety", &Options::default()).unwrap().hits;
    assert_eq!(hits.len(), 1);
    // They are no section.
    assert_eq!(hits[0].section.heading, "");
}

#[test]
fn an_exact_title_or_question_comes_first() {
    let wordy = "stop paying refund invoice download password reset cancel your plan ".repeat(5);
    let mut articles = help();
    articles.push(article(
        "misc/words.md",
        "Stop paying: cancel your plan, reset, refund, invoice",
        vec![section("", &wordy)],
    ));
    let expected: Vec<(String, String)> = articles
        .iter()
        .map(|article| (article.title.to_string(), article.source.to_string()))
        .collect();
    let index = index_of("en", articles, &Tuning::default());
    for (title, source) in expected {
        let hits = index
            .search(
                &title,
                &Options {
                    explain: true,
                    ..Options::default()
                },
            )
            .unwrap()
            .hits;
        assert_eq!(hits[0].source, source);
        assert!(hits[0].explanation.as_ref().unwrap().title.exact, "{title}");
    }
    let hits = index.search("How do I stop paying", &Options::default()).unwrap().hits;
    assert_eq!(hits[0].source, "billing/cancel.md");
}

#[test]
fn typos_are_reported_in_the_articles_spelling() {
    let index = index_of("en", help(), &Tuning::default());
    let results = index.search("Dowload invioce", &Options::default()).unwrap();
    assert_eq!(results.hits[0].source, "billing/invoice.md");
    assert_eq!(results.did_you_mean.as_deref(), Some("Download invoice"));
    assert!(
        index
            .search("invoice", &Options::default())
            .unwrap()
            .did_you_mean
            .is_none()
    );
    let results = index.search("refund for xylophones", &Options::default()).unwrap();
    assert!(results.relaxed && results.missing == ["xylophones"]);
    assert!(!index.search("get refund", &Options::default()).unwrap().relaxed);
}

#[test]
fn a_suggestion_replaces_its_word_alone_and_stands_on_the_site() {
    let texts = |title: &'static str, text: &'static str| article("a.md", title, vec![section("", text)]);
    let index = |articles| index_of("en", articles, &Tuning::default());
    let suggested = |index: &SearchIndex, query: &str| index.search(query, &Options::default()).unwrap().did_you_mean;
    let login = index(vec![texts("Sign in", "The login takes a lognormal time.")]);
    assert_eq!(suggested(&login, "logn lognormal").as_deref(), Some("login lognormal"));
    assert_eq!(
        suggested(&login, "(Logn), LOGN? logn!").as_deref(),
        Some("(login), login? login!")
    );
    // The stem of "receipts" is "receipt", that of "batteries" is "batteri", which nobody writes.
    let battery = index(vec![
        texts("Batteries", "Batteries: new batteries for old batteries."),
        texts(
            "Bring it back",
            "With the battery. And your PayPal receipts, receipts of PayPal.",
        ),
    ]);
    assert_eq!(suggested(&battery, "old baterries").as_deref(), Some("old batteries"));
    assert_eq!(suggested(&battery, "bring batery").as_deref(), Some("bring battery"));
    assert_eq!(suggested(&battery, "receits").as_deref(), Some("receipts"));
    assert_eq!(
        suggested(&battery, "Paypol for paypol").as_deref(),
        Some("PayPal for paypal")
    );
    // A keyword stands in no text: it finds, and is not suggested.
    let mut cancel = texts("Cancel", "Stop.");
    cancel.keywords = vec!["unsubscribe".into()];
    let results = index(vec![cancel]).search("unsubscrieb", &Options::default()).unwrap();
    assert_eq!((results.hits.len(), results.did_you_mean), (1, None));
}

#[test]
fn boosts_and_pages_of_results_work() {
    let mut articles = help();
    articles[3].boost = 50.0;
    articles[4].boost = f32::NAN;
    let index = index_of("en", articles, &Tuning::default());
    let all = index
        .search("billing page payment refund", &Options::default())
        .unwrap();
    assert_eq!(all.hits[0].source, "billing/invoice.md");
    let second = Options {
        limit: 1,
        offset: 1,
        ..Options::default()
    };
    let page = index.search("billing page payment refund", &second).unwrap();
    assert_eq!(sources(&page), [all.hits[1].source.as_str()]);
    let none = Options {
        limit: 0,
        offset: usize::MAX,
        ..Options::default()
    };
    assert!(index.search("refund", &none).unwrap().hits.is_empty());
    assert!(
        index.search("E4017", &Options::default()).unwrap().hits[0]
            .score
            .is_finite()
    );
}

#[test]
fn explanations_add_up() {
    let mut index = index_of("en", help(), &Tuning::default());
    // With plain sums the parts can be added by hand.
    index.set_ranking(Ranking {
        tie: 1.0,
        ..Ranking::default()
    });
    let options = Options {
        explain: true,
        ..Options::default()
    };
    let results = index.search("refund paymnet", &options).unwrap();
    let explanation = results.hits[0].explanation.as_ref().unwrap();
    let score = explanation.score;
    assert!((score.total - score.bm25 * score.coverage * score.title * score.boost).abs() < 1e-4);
    let sum: f32 = (explanation.clauses.iter())
        .map(|clause| {
            clause.boost
                * clause
                    .matches
                    .iter()
                    .map(|found| found.weight * found.weighted)
                    .sum::<f32>()
        })
        .sum();
    assert!((sum - score.bm25).abs() < 1e-3, "{sum} is not {}", score.bm25);
    let text = explanation.to_string();
    for part in [
        "score ",
        "title ",
        "body ",
        "exact \"refund\"",
        "typo(1) \"payment\"",
        "weight",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn json_is_one_line_with_the_agreed_keys() {
    let index = index_of("en", help(), &Tuning::default());
    let query = "settings \"security\"\n<b>";
    let results = index.search(query, &Options::default()).unwrap();
    let line = json::results(query, &results);
    assert!(!line.contains('\n'));
    let value: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(value["query"], query);
    let hit = &value["hits"][0];
    for key in [
        "source",
        "url",
        "title",
        "section",
        "score",
        "anchor",
        "excerpt",
        "highlights",
    ] {
        assert!(!hit[key].is_null(), "{key}");
    }
    assert_eq!(hit["section"], "On the phone");
    assert_eq!(
        json::results("", &Answer::default()),
        r#"{"query":"","hits":[],"total":0}"#
    );
}

#[test]
fn odd_indexes_and_queries_are_fine() {
    let empty = index_of("en", Vec::new(), &Tuning::default());
    assert!(empty.is_empty() && empty.search("refund", &Options::default()).unwrap().hits.is_empty());
    let bare = index_of("de", vec![IndexedArticle::default()], &Tuning::default());
    assert!(
        bare.search(
            "a",
            &Options {
                explain: true,
                ..Options::default()
            }
        )
        .unwrap()
        .hits
        .is_empty()
    );
    let index = index_of("en", help(), &Tuning::default());
    let long = "refund my payment please ".repeat(300);
    for query in [
        "",
        " ",
        "'",
        "\"",
        "a",
        "🙂",
        "\u{0}",
        "-",
        "退",
        "مرحبا \u{202E}refund",
        long.as_str(),
    ] {
        for typing in [Typing::Finished, Typing::AsYouType] {
            index
                .search(
                    query,
                    &Options {
                        typing,
                        explain: true,
                        ..Options::default()
                    },
                )
                .unwrap();
        }
    }
    let pinned = Tuning {
        pins: vec![Pin {
            query: String::new(),
            articles: vec!["no.md".into()],
        }],
        ..Tuning::default()
    };
    assert!(
        index_of("en", help(), &pinned)
            .search("", &Options::default())
            .unwrap()
            .hits
            .is_empty()
    );
}

#[test]
fn chinese_is_found_by_two_characters() {
    let articles = vec![
        article(
            "a.md",
            "如何申請退款",
            vec![section("", "請聯絡客服，我們會退回款項。")],
        ),
        article("b.md", "重設密碼", vec![section("", "點選忘記密碼。")]),
    ];
    let index = index_of("zh-Hant", articles, &Tuning::default());
    let results = index.search("退款", &Options::default()).unwrap();
    assert_eq!(sources(&results), ["a.md"]);
    assert_eq!(
        &results.hits[0].title.text[results.hits[0].title.highlights[0].clone()],
        "退款"
    );
    assert_eq!(sources(&index.search("密碼", &Options::default()).unwrap()), ["b.md"]);
}

#[test]
fn related_articles_share_what_is_rare() {
    let texts = [
        ("billing/refund.md", "Get a refund for an annual plan"),
        ("billing/annual.md", "Switch to an annual plan"),
        ("account/avatar.md", "Change your avatar picture"),
        ("account/picture.md", "Upload a picture as avatar"),
        ("misc/lonely.md", "Zebra"),
    ];
    let articles = || texts.iter().map(|(source, title)| article(source, title, Vec::new()));
    let found = super::related::related("en", articles(), 5);
    assert_eq!(found.len(), 5);
    assert_eq!(found[0].first(), Some(&1));
    assert_eq!((found[2].as_slice(), found[3].as_slice()), (&[3][..], &[2][..]));
    assert!(found[4].is_empty());
    assert!(
        found
            .iter()
            .enumerate()
            .all(|(article, related)| !related.contains(&article))
    );
    assert_eq!(found, super::related::related("en", articles(), 5));
    assert!(super::related::related("en", articles(), 0).iter().all(Vec::is_empty));
    assert!(super::related::related("en", [], 5).is_empty());
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn all_but_the_corrected_words_stays(
            words in prop::collection::vec(("[ ,.!?()'-]{1,3}", 0..12_usize, 0..8_usize, any::<bool>()), 1..6),
            end in "[ .?]{0,2}",
        ) {
            const KNOWN: [&str; 12] = [
                "password", "forgets", "sign-in", "security", "return", "payment", "Invoices", "billing", "declined", "card",
                "the", "E-4017",
            ];
            let articles = help();
            let index = index_of("en", articles.clone(), &Tuning::default());
            let mut query = String::new();
            for (gap, word, at, wrong) in words {
                query.push_str(&gap);
                let mut letters: Vec<char> = KNOWN[word].chars().collect();
                if wrong {
                    let at = at % (letters.len() - 1);
                    letters.swap(at, at + 1);
                }
                query.extend(letters);
            }
            query.push_str(&end);
            let results = index.search(&query, &Options::default()).unwrap();
            let Some(corrected) = results.did_you_mean else {
                prop_assert!(results.respellings.is_empty());
                return Ok(());
            };
            let written: String = articles
                .iter()
                .flat_map(|article| {
                    let sections = article.sections.iter();
                    let texts = sections.flat_map(|section| [section.heading.as_ref(), section.text.as_ref()]);
                    std::iter::once(article.title.as_ref()).chain(texts)
                })
                .flat_map(|text| [text, "\n"])
                .collect();
            let (mut rest, mut from) = (corrected.as_str(), 0);
            for respelling in &results.respellings {
                prop_assert_eq!(&query[respelling.range.clone()], &respelling.typed);
                let kept = &query[from..respelling.range.start];
                prop_assert!(rest.starts_with(kept), "{:?} {:?}", query, corrected);
                rest = &rest[kept.len()..];
                prop_assert!(rest.starts_with(&respelling.written), "{:?} {:?}", query, corrected);
                rest = &rest[respelling.written.len()..];
                from = respelling.range.end;
                let lowercase = respelling.written.to_lowercase();
                let mut words = written.split(|c: char| !c.is_alphanumeric() && c != '-');
                prop_assert!(words.any(|word| word.to_lowercase() == lowercase), "{:?}", respelling);
            }
            prop_assert_eq!(rest, &query[from..]);
        }

        #[test]
        fn any_text_is_indexed_and_any_query_answered(
            title in ".{0,60}", text in ".{0,400}", query in ".{0,80}",
            language in prop::sample::select(vec!["en", "de", "ru", "tr", "fr", "ar", "hi", "el", "zh", "sr", "xx"]),
        ) {
            let index = index_of(language, vec![article("a.md", &title, vec![section(&query, &text)])], &Tuning::default());
            let options = Options { explain: true, excerpt_chars: 40, ..Options::default() };
            for query in [&query, &title, &text] {
                let results = index.search(query, &options).unwrap();
                for hit in &results.hits {
                    prop_assert!(hit.score.is_finite() && hit.score >= 0.0);
                    for range in &hit.title.highlights {
                        prop_assert!(hit.title.text.get(range.clone()).is_some_and(|word| !word.is_empty()));
                    }
                    for range in &hit.section.highlights {
                        prop_assert!(hit.section.excerpt.get(range.clone()).is_some_and(|word| !word.is_empty()));
                    }
                }
                let _ = json::results(query, &results);
            }
        }

        #[test]
        fn an_article_is_found_by_its_own_title(title in "[a-zA-Zа-яА-Яäöüß]{1,12}( [a-zA-Z0-9_][a-zA-Z0-9_-]{0,9}){0,5}") {
            for language in ["en", "de", "ru", "fr", "tr"] {
                let index = index_of(language, vec![article("a.md", &title, Vec::new())], &Tuning::default());
                prop_assert_eq!(index.search(&title, &Options::default()).unwrap().hits.len(), 1);
            }
        }
    }
}
