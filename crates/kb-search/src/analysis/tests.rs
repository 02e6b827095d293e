use super::*;

fn terms(language: &str, text: &str) -> Vec<String> {
    let mut analyzer = Analyzer::new(Language::new(language));
    analyzer
        .terms(text, Mode::Query)
        .into_iter()
        .map(|token| token.text)
        .collect()
}

/// Whether some term of the query is a term of the text.
fn finds(language: &str, query: &str, text: &str) -> bool {
    let mut analyzer = Analyzer::new(Language::new(language));
    let indexed: Vec<String> = analyzer
        .terms(text, Mode::Index)
        .into_iter()
        .map(|token| token.text)
        .collect();
    let asked = analyzer.terms(query, Mode::Query);
    !asked.is_empty() && asked.iter().any(|token| indexed.contains(&token.text))
}

#[test]
fn language_tags_choose_stemmers() {
    let stemmer = |tag| Language::new(tag).stemmer_name();
    assert_eq!(stemmer("en"), "english");
    assert_eq!(stemmer("pt-BR"), "portuguese");
    assert_eq!(stemmer("DE_at"), "german");
    assert_eq!(stemmer("nb"), "norwegian");
    assert_eq!(stemmer("hr"), "serbian");
    assert_eq!(stemmer("zh-Hant"), "none");
    assert_eq!(stemmer("lovins"), "none");
    assert_eq!(stemmer(""), "none");
    assert_eq!(Language::new("zh-Hant").tag(), "zh-hant");
}

#[test]
fn every_stemmer_is_in_one_engine() {
    for algorithm in frostem::Algorithm::all() {
        let engines = ENGINE_GROUPS
            .iter()
            .filter(|(_, stemmers)| stemmers.contains(&algorithm.name()));
        assert_eq!(engines.count(), 1, "{}", algorithm.name());
    }
    let group = |tag| Language::new(tag).engine_group();
    assert_eq!(
        ["en-GB", "nb", "hr", "ja", "xx", ""].map(group),
        ["en", "nordic", "sr", "none", "none", "none"]
    );
}

#[test]
fn english_words_are_stemmed_and_lose_clitics() {
    assert_eq!(terms("en", "Cancelling subscriptions"), ["cancel", "subscript"]);
    assert_eq!(
        terms("en", "the user's users’ don't DON’T we're"),
        ["the", "user", "user", "dont", "dont", "we"]
    );
    assert_eq!(terms("en", "'quoted' O'Reilly"), ["quot", "oreilli"]);
}

#[test]
fn elided_articles_are_words_of_their_own() {
    assert_eq!(terms("fr", "l'abonnement")[..2], ["l", "abon"]);
    assert!(finds("fr", "abonnement", "l’abonnement"));
    assert!(finds("it", "acqua", "dell'acqua"));
    assert_eq!(terms("uk", "п'ять"), terms("uk", "пять"));
}

#[test]
fn umlauts_are_found_however_they_are_typed() {
    for query in [
        "Rückerstattung",
        "Ruckerstattung",
        "Rueckerstattung",
        "RÜCKERSTATTUNGEN",
        "ru\u{308}ckerstattung",
    ] {
        for text in ["Rückerstattung", "Rueckerstattung", "Ruckerstattung"] {
            assert!(finds("de", query, text), "{query} does not find {text}");
        }
    }
    assert_eq!(terms("de", "Straße"), terms("de", "STRASSE"));
}

#[test]
fn the_exact_form_stands_beside_the_one_without_diacritics() {
    let mut analyzer = Analyzer::new(Language::new("en"));
    let tokens = analyzer.terms("résumé plain", Mode::Index);
    let kinds: Vec<_> = tokens
        .iter()
        .map(|token| (token.text.as_str(), token.kind, token.position))
        .collect();
    let expected = [
        ("résumé", TokenKind::Exact, 0),
        ("resum", TokenKind::Folded, 0),
        ("plain", TokenKind::Exact, 1),
    ];
    assert_eq!(kinds, expected);
    assert!(finds("en", "resume", "résumé"));
    assert!(finds("fr", "eleve", "élève"));
    assert!(finds("pl", "lodz", "Łódź"));
    assert!(finds("vi", "tai khoan", "tài khoản"));
    assert!(finds("el", "λογαριασμος", "ΛΟΓΑΡΙΑΣΜΌΣ"));
}

#[test]
fn cyrillic_letters_keep_their_marks() {
    assert_eq!(terms("ru", "мой"), ["мо"]);
    assert!(!finds("ru", "мои", "майка"));
    assert!(finds("ru", "елка", "ёлка"));
    for form in ["возврата", "возвраты", "возвратом", "ВОЗВРАТ"] {
        assert!(finds("ru", form, "возврат"), "{form}");
    }
}

#[test]
fn turkish_dots_are_handled() {
    assert_eq!(terms("tr", "IŞIK")[0], terms("tr", "ışık")[0]);
    assert_eq!(terms("tr", "İstanbul"), terms("tr", "istanbul"));
    assert!(finds("tr", "wifi", "WIFI"));
    assert_eq!(terms("en", "İstanbul"), terms("en", "istanbul"));
}

#[test]
fn compounds_are_found_by_part_and_as_a_whole() {
    assert_eq!(terms("en", "stk500_recv()"), ["stk500", "recv", "stk500recv"]);
    assert_eq!(terms("en", "E-4017"), ["e", "4017", "e4017"]);
    assert_eq!(terms("en", "e-mail"), ["e", "mail", "email"]);
    assert!(finds("en", "emails", "e-mail"));
    assert_eq!(terms("en", "2.3.1"), ["2", "3", "1", "2.3.1"]);
    assert_eq!(terms("en", "node.js, ok. Next"), ["node", "js", "nodej", "ok", "next"]);
    assert_eq!(terms("en", "1,000 a,b"), ["1", "000", "1000", "a", "b"]);
    assert_eq!(terms("en", "C++ c# C + d"), ["c", "c++", "c", "c#", "c", "d"]);
    assert_eq!(terms("en", "-x- _y_ ..z.."), ["x", "y", "z"]);
}

#[test]
fn scripts_without_spaces_become_bigrams_in_any_language() {
    assert_eq!(terms("en", "退款"), ["退款"]);
    assert_eq!(terms("zh-Hant", "如何退款？"), ["如何", "何退", "退款"]);
    assert!(finds("zh-Hant", "退款", "我要如何申請退款呢"));
    assert_eq!(terms("ja", "パスワードを").len(), 5);
    assert_eq!(terms("ja", "ﾊﾟｽ"), terms("ja", "パス"));
    assert!(finds("ko", "환불", "환불을 받는 방법"));
    assert!(finds("th", "คืนเงิน", "วิธีขอคืนเงิน"));
    assert_eq!(terms("zh", "用PDF檔"), ["用", "pdf", "檔"]);
}

#[test]
fn every_character_begins_a_term_of_the_index() {
    let mut analyzer = Analyzer::new(Language::new("zh"));
    let tokens = analyzer.terms("申請退款", Mode::Index);
    let found: Vec<_> = tokens
        .iter()
        .map(|token| (token.text.as_str(), token.position))
        .collect();
    assert_eq!(found, [("申請", 0), ("請退", 1), ("退款", 2), ("款", 3)]);
}

#[test]
fn arabic_spellings_meet() {
    assert!(finds("ar", "الاشتراك", "الإشتراك"));
    assert!(finds("ar", "حساب", "حِسَاب"));
    assert!(finds("fa", "کتاب", "كتاب"));
    assert_eq!(terms("ar", "٤٠٧"), ["407"]);
    assert!(finds("he", "שלום", "שָׁלוֹם"));
}

#[test]
fn compatibility_forms_are_normalised() {
    assert_eq!(terms("en", "ＡＢＣ１２３"), ["abc123"]);
    assert_eq!(terms("en", "ﬁle"), ["file"]);
    assert_eq!(terms("en", "co\u{AD}operate"), terms("en", "cooperate"));
}

#[test]
fn what_is_not_a_word_gives_no_terms() {
    for text in [
        "",
        " ",
        "'",
        "\"",
        "🙂🙃",
        "...",
        "\u{0}\u{7}",
        "\u{301}\u{200D}",
        "—",
        "\u{FEFF}",
        "''''",
        "-_-",
    ] {
        let found = terms("en", text);
        assert!(
            found.iter().all(|term| !term.is_empty() && term.trim() == term),
            "{text:?} gives {found:?}"
        );
    }
    assert_eq!(terms("en", "🙂 refund 🙃"), ["refund"]);
    assert!(terms("en", "🙂🙃").is_empty());
}

#[test]
fn long_words_are_cut_alike() {
    let long = "x".repeat(5_000);
    assert_eq!(terms("en", &long), ["x".repeat(MAX_TERM_BYTES)]);
    let wide = "ж".repeat(500);
    assert!(terms("ru", &wide).iter().all(|term| term.len() <= MAX_TERM_BYTES));
    let compound = vec!["part"; 100].join("_");
    assert_eq!(
        terms("en", &compound).iter().filter(|term| *term == "part").count(),
        100
    );
}

#[test]
fn ranges_are_those_of_the_written_words() {
    let text = "Übung: l’École, 退款 E-4017!";
    let mut analyzer = Analyzer::new(Language::new("fr"));
    let written: Vec<&str> = analyzer
        .terms(text, Mode::Query)
        .into_iter()
        .map(|token| &text[token.range])
        .collect();
    assert_eq!(
        written,
        ["Übung", "Übung", "l", "École", "École", "退款", "E", "4017", "E-4017"]
    );
}

#[test]
fn a_full_cache_starts_over() {
    let mut analyzer = Analyzer::new(Language::new("en"));
    let words = (0..400_000)
        .map(|number: u32| format!("w{number}"))
        .collect::<Vec<_>>()
        .join(" ");
    let mut count = 0;
    analyzer.tokenize(&words, Mode::Index, &mut |_| count += 1);
    // Each word, and from w1000 on its digits.
    assert_eq!(count, 400_000 + 399_000);
    assert_eq!(analyzer.terms("running", Mode::Query)[0].text, "run");
}

#[test]
fn letters_that_are_written_before_words_are_left_out_too() {
    for (language, word, bare) in [
        ("ar", "والفاتوره", Some("فاتوره")),
        ("ar", "بالفاتوره", Some("فاتوره")),
        ("ar", "الفاتوره", Some("فاتوره")),
        ("ar", "للفاتوره", Some("فاتوره")),
        ("ar", "فاتوره", None),
        ("ar", "كتاب", None),
        ("he", "החשבון", Some("חשבון")),
        ("he", "והחשבון", Some("חשבון")),
        ("he", "לחשבון", Some("חשבון")),
        ("he", "בית", None),
        ("en", "the", None),
    ] {
        let analyzer = Analyzer::new(Language::new(language));
        assert_eq!(analyzer.without_proclitics(word), bare, "{word}");
    }
}
