//! Plan, execution, ranking and sections over a small index in memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use kb_search::analysis::Mode;
use kb_search::execute::{Field, Posting, Postings};
use kb_search::plan::{MatchKind, Plan, SynonymTable, Typing, Vocabulary, Wanted, plan};
use kb_search::rank::{Articles, Ranks, rank};
use kb_search::score::TitleInformation;
use kb_search::search::Rules;
use kb_search::sections::Highlighter;
use kb_search::tuning::Synonym;
use kb_search::{Analyzer, Language};

/// Term -> article -> positions, a field.
type Inverted = BTreeMap<String, BTreeMap<u32, Vec<u32>>>;

/// The simplest index that can answer a plan: titles and bodies.
struct Memory {
    analyzer: Analyzer,
    titles: Inverted,
    bodies: Inverted,
    forms: Inverted,
    keys: Inverted,
    lengths: [Vec<u32>; 2],
}

impl Memory {
    fn new(language: &str, articles: &[(&str, &str)]) -> Self {
        let mut analyzer = Analyzer::new(Language::new(language));
        let mut fields = [Inverted::new(), Inverted::new()];
        let mut lengths = [Vec::new(), Vec::new()];
        let (mut forms, mut keys) = (Inverted::new(), Inverted::new());
        for (doc, (title, body)) in articles.iter().enumerate() {
            let doc_number = doc as u32;
            if let Some(key) = analyzer.key(title) {
                keys.entry(key).or_default().insert(doc_number, vec![0]);
            }
            analyzer.note_words();
            for (field, text) in [title, body].into_iter().enumerate() {
                let mut length = 0;
                analyzer.tokenize(text, Mode::Index, &mut |token| {
                    let postings = fields[field].entry(token.text.to_owned()).or_default();
                    postings.entry(doc as u32).or_default().push(token.position);
                    length += 1;
                });
                lengths[field].push(length);
            }
            analyzer.noted_forms(&mut |form| {
                forms.entry(form.to_owned()).or_default().insert(doc_number, vec![0]);
            });
        }
        let [titles, bodies] = fields;
        Self {
            analyzer,
            titles,
            bodies,
            forms,
            keys,
            lengths,
        }
    }

    fn field(&self, field: Field) -> Option<(&Inverted, &Vec<u32>)> {
        match field {
            Field::Title => Some((&self.titles, &self.lengths[0])),
            Field::Body => Some((&self.bodies, &self.lengths[1])),
            Field::Keys => Some((&self.keys, &self.lengths[1])),
            _ => None,
        }
    }

    fn plan(&self, query: &str, typing: Typing, synonyms: &[Synonym]) -> Plan {
        let mut analyzer = self.analyzer.clone();
        let table = SynonymTable::new(synonyms, &mut analyzer);
        let Ok(plan) = plan(query, typing, &mut analyzer, self, &table);
        plan
    }

    /// Article numbers, best first.
    fn run(&self, plan: &Plan) -> Vec<u32> {
        let ranks = self.ranks(plan);
        ranks.ranked.iter().map(|ranked| ranked.candidate.doc).collect()
    }

    fn ranks(&self, plan: &Plan) -> Ranks {
        let Ok(ranks) = rank(plan, self, &Rules::default(), 10, None);
        ranks
    }

    fn search(&self, query: &str) -> Vec<u32> {
        self.run(&self.plan(query, Typing::Finished, &[]))
    }
}

impl Vocabulary for Memory {
    type Error = Infallible;

    fn doc_count(&self) -> u32 {
        self.lengths[0].len() as u32
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Infallible> {
        let frequency = |field: &Inverted| field.get(term).map_or(0, |postings| postings.len() as u32);
        Ok(frequency(&self.titles).max(frequency(&self.bodies)))
    }

    fn for_each_with_prefix(
        &self,
        prefix: &str,
        _: Wanted,
        visit: &mut dyn FnMut(&str, u32),
    ) -> Result<(), Infallible> {
        for field in [&self.titles, &self.bodies, &self.forms] {
            let from = field.range(prefix.to_owned()..);
            for (term, postings) in from.take_while(|(term, _)| term.starts_with(prefix)) {
                visit(term, postings.len() as u32);
            }
        }
        Ok(())
    }
}

impl Postings for Memory {
    fn title_information(&self) -> Result<f32, Infallible> {
        let mut information = TitleInformation::default();
        for (term, titles) in &self.titles {
            let bodies = self.bodies.get(term).map_or(0, BTreeMap::len);
            information.add(titles.len() as u32, bodies as u32, self.doc_count());
        }
        Ok(information.value(self.doc_count()))
    }

    fn body_norm(&self, doc: u32) -> Result<u8, Infallible> {
        Ok(self.lengths[1][doc as usize] as u8)
    }

    fn average_length(&self, field: Field) -> Result<f32, Infallible> {
        let lengths = self.field(field).map_or(&[][..], |(_, lengths)| lengths);
        Ok(lengths.iter().sum::<u32>() as f32 / lengths.len().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Infallible> {
        let postings = self.field(field).and_then(|(terms, _)| terms.get(term));
        Ok(postings.map_or(0, |postings| postings.len() as u32))
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Infallible> {
        self.for_each_position(field, term, &mut |posting, _| visit(posting))
    }

    fn for_each_position(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting, &[u32]),
    ) -> Result<(), Infallible> {
        let Some((terms, lengths)) = self.field(field) else {
            return Ok(());
        };
        for (&doc, positions) in terms.get(term).into_iter().flatten() {
            let norm = lengths[doc as usize] as u8;
            visit(
                Posting {
                    doc,
                    term_freq: positions.len() as u32,
                    norm,
                },
                positions,
            );
        }
        Ok(())
    }
}

impl Articles for Memory {
    fn boost(&self, _: u32) -> f32 {
        1.0
    }
}

fn help() -> Memory {
    Memory::new(
        "en",
        &[
            (
                "Reset your password",
                "Open the sign-in page and choose Forgot password. We mail you a link.",
            ),
            (
                "Manage users",
                "An administrator can invite, remove and manage users of the team.",
            ),
            (
                "Get a refund",
                "We return your payment within 14 days. Write to billing.",
            ),
            (
                "Error E-4017 while paying",
                "Your bank declined the card. Try another card.",
            ),
            (
                "avrdude: stk500_recv(): programmer is not responding",
                "Check the cable and the board.",
            ),
            ("Invoices and receipts", "Download an invoice from the billing page."),
        ],
    )
}

#[test]
fn questions_and_keywords_find_the_same() {
    let help = help();
    for query in [
        "manage user",
        "how do i manage a user",
        "How do I manage a user?",
        "user management",
        "MANAGE USERS",
    ] {
        assert_eq!(help.search(query).first(), Some(&1), "{query}");
    }
}

#[test]
fn a_missing_word_empties_nothing() {
    let help = help();
    let plan = help.plan("xylophone refund zzzzqqqq", Typing::Finished, &[]);
    assert_eq!(plan.missing, ["xylophone", "zzzzqqqq"]);
    assert_eq!(help.run(&plan).first(), Some(&2));
    assert!(help.search("xylophone zzzzqqqq").is_empty());
}

#[test]
fn typos_are_corrected_only_in_unknown_words() {
    let help = help();
    let plan = help.plan("passwrod reset", Typing::Finished, &[]);
    assert_eq!(plan.corrections[0].term, "password");
    assert_eq!(plan.clauses[0].alternatives[0].kind, MatchKind::Typo(1));
    assert_eq!(help.run(&plan).first(), Some(&0));
    // "card" is known, so "cart" alone is unknown and "card" stays exact.
    let plan = help.plan("card", Typing::Finished, &[]);
    assert_eq!(plan.clauses[0].alternatives[0].kind, MatchKind::Exact);
    assert!(plan.corrections.is_empty());
    // Short words and numbers are not corrected.
    assert!(help.plan("cat 4018", Typing::Finished, &[]).corrections.is_empty());
}

#[test]
fn compounds_are_found_however_they_are_written() {
    let help = help();
    for query in ["E-4017", "e4017", "E4017 error", "error e 4017", "(E‑4017)"] {
        assert_eq!(help.search(query).first(), Some(&3), "{query}");
    }
    for query in ["stk500_recv()", "stk500recv", "stk500 recv", "STK500_RECV"] {
        assert_eq!(help.search(query).first(), Some(&4), "{query}");
    }
}

#[test]
fn the_word_being_typed_is_completed() {
    let help = help();
    let typing = |query| help.run(&help.plan(query, Typing::AsYouType, &[]));
    assert_eq!(typing("passw").first(), Some(&0));
    assert_eq!(typing("reset pa").first(), Some(&0));
    assert_eq!(typing("i").first(), Some(&5));
    // A following space ends the word.
    let finished = help.plan("refun ", Typing::AsYouType, &[]);
    assert!(
        finished.clauses[0]
            .alternatives
            .iter()
            .all(|alternative| alternative.kind != MatchKind::Prefix)
    );
    // An unknown last word is taken for a beginning even in a finished query.
    assert_eq!(help.search("ref").first(), Some(&2));
    // "managin" runs past the stem "manag".
    assert_eq!(typing("managin").first(), Some(&1));
}

#[test]
fn synonyms_of_one_word_or_several_are_found() {
    let help = help();
    let words = ["refund", "money back", "reimbursement"].map(str::to_owned).to_vec();
    let synonyms = [Synonym::mutual(words)];
    for query in ["reimbursement", "money back", "I want my money back"] {
        let plan = help.plan(query, Typing::Finished, &synonyms);
        assert_eq!(help.run(&plan).first(), Some(&2), "{query}");
    }
    assert!(help.search("reimbursement").is_empty());
    let one_way = [Synonym {
        from: vec!["bill".into()],
        to: vec!["invoice".into()],
    }];
    assert_eq!(
        help.run(&help.plan("bill", Typing::Finished, &one_way)).first(),
        Some(&5)
    );
}

#[test]
fn german_compounds_meet_their_parts() {
    let articles = [
        ("Rückerstattung beantragen", "So geht es."),
        ("Testzentrum finden", "Orte."),
        ("Rechnung", "Text."),
    ];
    let index = Memory::new("de", &articles);
    for query in ["Rückerstattung", "Ruckerstattung", "Rueckerstattung", "Rückerstatung"] {
        assert_eq!(index.search(query).first(), Some(&0), "{query}");
    }
    assert_eq!(index.search("Test").first(), Some(&1));
    assert_eq!(index.search("Rechnungsadresse").first(), Some(&2));
    assert_eq!(index.search("Stromrechnung").first(), Some(&2));
}

#[test]
fn russian_inflections_meet() {
    let index = Memory::new(
        "ru",
        &[
            ("Возврат денег", "Как вернуть деньги."),
            ("Загрузка видео", "Форматы видео."),
        ],
    );
    assert_eq!(index.search("возврата").first(), Some(&0));
    assert_eq!(index.search("деньгам").first(), Some(&0));
    assert_eq!(index.search("не могу загрузить видео").first(), Some(&1));
}

#[test]
fn two_chinese_characters_are_a_word() {
    let index = Memory::new(
        "zh-Hant",
        &[("如何申請退款", "請聯絡客服。"), ("重設密碼", "點選忘記密碼。")],
    );
    assert_eq!(index.search("退款"), [0]);
    assert_eq!(index.search("密碼"), [1]);
    // One character is found wherever it stands.
    assert_eq!(index.search("碼"), [1]);
    assert_eq!(index.search("退"), [0]);
    // Where no pair of characters is known, the characters count.
    assert_eq!(index.search("款退"), [0]);
    let plan = index.plan("請問如何退款呢", Typing::Finished, &[]);
    assert!(plan.missing.is_empty());
}

#[test]
fn odd_queries_are_answered() {
    let help = help();
    let long = "how do I reset the password of a user ".repeat(200);
    for query in [
        "",
        " ",
        "'",
        "\"",
        "\"reset password\"",
        "-password",
        "🙂",
        "a",
        "?",
        "\u{0}",
        "%00",
        "مرحبا",
        "\u{202E}password",
    ] {
        let _ = help.search(query);
    }
    assert_eq!(help.search("🙂 refund 🙂").first(), Some(&2));
    assert_eq!(help.search("\u{202E}password").first(), Some(&0));
    let plan = help.plan(&long, Typing::Finished, &[]);
    assert!(plan.clauses.len() <= kb_search::plan::MAX_CLAUSES);
    assert_eq!(help.run(&plan).first(), Some(&0));
}

#[test]
fn words_that_say_nothing_weigh_little() {
    let plan = help().plan("how do i manage the invoice", Typing::Finished, &[]);
    let weight = |text: &str| {
        plan.clauses
            .iter()
            .find(|clause| clause.text == text)
            .map(|clause| clause.weight)
    };
    assert!(weight("the") < Some(0.1));
    assert!(weight("invoice") > Some(0.5));
}

#[test]
fn matched_words_are_marked_in_the_best_section() {
    let help = help();
    let mut analyzer = Analyzer::new(Language::new("en"));
    let plan = help.plan("how do i reset the pasword", Typing::Finished, &[]);
    let highlighter = Highlighter::new(&plan);
    let sections = [
        ("", "About accounts in general."),
        ("Resetting passwords", "Choose Forgot password."),
        ("More", "Cards."),
    ];
    let ranked = highlighter.rank(sections, &mut analyzer);
    assert_eq!(ranked[0].section, 1);
    let marked = |text: &str, analyzer: &mut Analyzer| -> Vec<String> {
        highlighter
            .ranges(text, analyzer)
            .into_iter()
            .map(|range| text[range].to_owned())
            .collect()
    };
    assert_eq!(
        marked("Do the passwords need a reset? I think so.", &mut analyzer),
        ["passwords", "reset"]
    );
    assert!(marked("<b>nothing</b>", &mut analyzer).is_empty());
}

/// The marked words of a text.
fn marked(help: &Memory, query: &str, synonyms: &[Synonym], text: &str) -> Vec<String> {
    let mut analyzer = help.analyzer.clone();
    let plan = help.plan(query, Typing::Finished, synonyms);
    let ranges = Highlighter::new(&plan).ranges(text, &mut analyzer);
    ranges.into_iter().map(|range| text[range].to_owned()).collect()
}

#[test]
fn of_several_words_only_the_whole_is_marked() {
    let help = Memory::new(
        "en",
        &[
            (
                "Power up",
                "Power up, log in to the e-mail address: the power is up, C++ works.",
            ),
            ("Boot", "Boot."),
        ],
    );
    let words = |words: &[&str]| [Synonym::mutual(words.iter().map(|word| (*word).to_owned()).collect())];
    let power = words(&["boot", "power up"]);
    for (text, expected) in [
        ("Boot it, or power up.", vec!["Boot", "power up"]),
        ("Powering  up the light", vec!["Powering  up"]),
        ("The power is up. Up goes the power.", vec![]),
        ("Power power up up", vec!["power up"]),
        ("up to power", vec![]),
    ] {
        assert_eq!(marked(&help, "boot", &power, text), expected, "{text}");
    }
    assert_eq!(
        marked(&help, "power address", &power, "Address, power!"),
        ["Address", "power"],
        "asked one by one"
    );
    let mail = words(&["boot", "e-mail address"]);
    for (text, expected) in [
        (
            "Your email address, your e-mail address",
            vec!["email address", "e-mail address"],
        ),
        ("an e-mail to this address", vec![]),
    ] {
        assert_eq!(marked(&help, "boot", &mail, text), expected, "{text}");
    }
    let plus = words(&["boot", "C++ works"]);
    assert_eq!(marked(&help, "boot", &plus, "C++ works, C works"), ["C++ works"]);
}

#[test]
fn of_a_compound_no_small_part_is_marked_alone() {
    let help = help();
    let text = "E-4017 is no error e, but e-4017 and 4017 are.";
    assert_eq!(marked(&help, "E-4017", &[], text), ["E-4017", "e-4017", "4017"]);
    let text = "stk500_recv(): stk500 says: recv";
    assert_eq!(marked(&help, "stk500_recv()", &[], text), ["stk500_recv", "stk500"]);
}

#[test]
fn synonyms_of_two_chinese_words_are_marked_together() {
    let index = Memory::new("zh", &[("如何申請退款", "請聯絡客服。"), ("退貨", "退款")]);
    let synonym = [Synonym::mutual(vec!["退貨".into(), "申請退款".into()])];
    assert_eq!(
        marked(&index, "退貨", &synonym, "先申請，才退款。如何申請退款？"),
        ["申請退款"]
    );
}

#[test]
fn lines_are_told_apart_on_one() {
    let help = help();
    let mut analyzer = Analyzer::new(Language::new("en"));
    let plan = help.plan("refund", Typing::Finished, &[]);
    let highlighter = Highlighter::new(&plan);
    for (text, expected) in [
        ("Card\nFee\nVisa\n2 %\n", "Card · Fee · Visa · 2 %"),
        (
            "One sentence.\nAnother (done!)\n\n Third:\na\tb",
            "One sentence. Another (done!) Third: a b",
        ),
        ("文。\n次", "文。 次"),
    ] {
        let excerpt = highlighter.excerpt(text, 100, &mut analyzer);
        assert_eq!(excerpt.text, expected);
        assert_eq!(kb_search::sections::one_line(text), expected);
    }
    let excerpt = highlighter.excerpt("Get\na refund\nrefund\n\nnow", 100, &mut analyzer);
    assert_eq!(excerpt.text, "Get · a refund · refund · now");
    let found: Vec<_> = excerpt
        .highlights
        .iter()
        .map(|range| &excerpt.text[range.clone()])
        .collect();
    assert_eq!(found, ["refund", "refund"]);
}

#[test]
fn corrections_know_where_they_were_typed() {
    let help = help();
    let places = |query: &str| -> Vec<(String, String)> {
        let plan = help.plan(query, Typing::Finished, &[]);
        let corrections = plan.corrections.into_iter();
        corrections
            .map(|known| (query[known.range].to_owned(), known.term))
            .collect()
    };
    let pair = |typed: &str| (typed.to_owned(), "password".to_owned());
    assert_eq!(
        places("(Passwrod) passwords, passwrod!"),
        [pair("Passwrod"), pair("passwrod")]
    );
    assert_eq!(places("reset \"passwrod\""), []);
}

#[test]
fn excerpts_show_the_densest_part() {
    let help = help();
    let mut analyzer = Analyzer::new(Language::new("en"));
    let plan = help.plan("refund payment", Typing::Finished, &[]);
    let highlighter = Highlighter::new(&plan);
    let filler = "Nothing of interest stands here, only words. ".repeat(20);
    let text = format!("{filler}A payment is made.\n{filler}Ask for a refund and we return your payment.\n{filler}");
    let excerpt = highlighter.excerpt(&text, 100, &mut analyzer);
    assert!(
        excerpt.text.contains("Ask for a refund and we return your payment."),
        "{}",
        excerpt.text
    );
    assert!(excerpt.text.starts_with("Ask for a refund") && excerpt.text.ends_with("only words."));
    assert!(excerpt.text.chars().count() <= 110);
    let marked: Vec<&str> = excerpt
        .highlights
        .iter()
        .map(|range| &excerpt.text[range.clone()])
        .collect();
    assert_eq!(marked, ["refund", "payment"]);
    let short = highlighter.excerpt("  A refund.\n", 100, &mut analyzer);
    assert_eq!(short.text.trim(), "A refund.");
    assert_eq!(&short.text[short.highlights[0].clone()], "refund");
    assert_eq!(highlighter.excerpt("", 100, &mut analyzer).text, "");
}

#[test]
fn excerpts_keep_steps_and_rows_and_cut_long_sentences_at_words() {
    let help = help();
    let mut analyzer = Analyzer::new(Language::new("en"));
    let plan = help.plan("refund payment", Typing::Finished, &[]);
    let highlighter = Highlighter::new(&plan);
    let mut shown = |text: &str, chars| {
        let excerpt = highlighter.excerpt(text, chars, &mut analyzer);
        let mut shown = excerpt.text.clone();
        for range in excerpt.highlights.iter().rev() {
            shown.insert(range.end, ']');
            shown.insert(range.start, '[');
        }
        shown
    };
    let steps = "Do this\n\u{FDD9}\u{FDDB}Open the page. Wait.\n\u{FDD1}\u{FDD0}\u{FDDB}Press Refund\n\u{FDD1}\u{FDD1}\u{FDDB}Done";
    assert_eq!(
        shown(steps, 200),
        "Do this · 9. Open the page. Wait. 10. Press [Refund] · 11. Done"
    );
    assert_eq!(shown(steps, 40), "10. Press [Refund] · 11. Done");
    let rows = "Way\u{FDDA}Takes\u{FDDA}Costs\nPayment by card\u{FDDA}\u{FDDA}2 days\u{FDDA}nothing\n\u{FDDA}any\nTo:\u{FDDA}x";
    assert_eq!(
        shown(rows, 200),
        "Way: Takes, Costs · [Payment] by card: 2 days, nothing · any · To: x"
    );
    let long = format!("{0}a refund of a payment {0}", "words without an end ".repeat(9));
    let cut = shown(&long, 60);
    assert!(
        cut.starts_with('…') && cut.ends_with('…') && cut.contains("a [refund] of a [payment]"),
        "{cut}"
    );
    assert!(cut.chars().count() <= 70, "{cut}");
    // What is long is cut; what stands beside it is whole.
    let beside = format!("{long}. A payment? None.");
    assert_eq!(shown(&beside, 20), "…[refund] of a [payment]…");
}

#[test]
fn function_words_are_looked_for_in_titles_unless_they_stand_alone() {
    let help = help();
    let everywhere = |query, synonyms: &[Synonym]| -> Vec<bool> {
        let plan = help.plan(query, Typing::Finished, synonyms);
        plan.clauses.iter().map(|clause| clause.fields == Field::ALL).collect()
    };
    assert_eq!(everywhere("the invoice", &[]), [false, true]);
    assert_eq!(everywhere("to the", &[]), [true, true]);
    let meant = Synonym::mutual(vec!["it".to_owned(), "card".to_owned()]);
    assert_eq!(everywhere("it invoice", &[meant]), [true, true]);
    // What is not looked for is not missed either.
    let ranks = help.ranks(&help.plan("the invoice", Typing::Finished, &[]));
    assert!(ranks.ranked.iter().any(|ranked| ranked.candidate.coverage > 0.999) && !ranks.relaxed);
}

#[test]
fn a_minus_leaves_articles_out_and_a_phrase_needs_its_words() {
    let help = help();
    assert_eq!(help.search("billing"), [5, 2]);
    assert_eq!(help.search("billing -invoice"), [2]);
    assert_eq!(help.search("billing \"billing page\""), [5]);
    let plan = help.plan("\"billing page\"", Typing::Finished, &[]);
    let words: Vec<_> = plan.phrases[0]
        .words
        .iter()
        .map(|word| (word.0[0].as_str(), word.1))
        .collect();
    assert_eq!(words, [("bill", 0), ("page", 1)]);
    let unmet = help.ranks(&help.plan("\"password receipts\"", Typing::Finished, &[]));
    assert!(
        unmet.relaxed && !unmet.ranked.is_empty(),
        "no article has both: the closest are shown"
    );
}
