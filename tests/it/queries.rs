//! Short queries as people type them: each finds what a person would want, on the way to its end and with an error in
//! it, with both engines alike.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use kb_search::analysis::{Analyzer, Language, Mode, TokenKind};
use serde_json::Value;

use crate::support::{Random, Sandbox, shared};

/// How queries are asked.
#[derive(Clone, Copy)]
struct Asking<'a> {
    site: &'a Path,
    language: &'a str,
    typing: bool,
    limit: usize,
}

/// An engine's answers, in the order of the queries.
fn ask(asking: Asking<'_>, engine: &str, queries: &[String]) -> Vec<Value> {
    let limit = asking.limit.to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kb"));
    command
        .args(["search", "--batch", "--engine", engine, "-n", &limit])
        .args(["--lang", asking.language, "--site"])
        .arg(asking.site)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if asking.typing {
        command.arg("--typing");
    }
    let mut child = command.spawn().expect("kb runs");
    let mut input = child.stdin.take().expect("an input");
    let text = queries.join("\n") + "\n";
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("an output");
    writer.join().expect("a writer").expect("all is read");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), queries.len());
    answers
}

/// The same of both engines, which must be one.
fn ask_both(asking: Asking<'_>, queries: &[String]) -> Vec<Value> {
    let answers = ask(asking, "tantivy", queries);
    for (found, wanted) in ask(asking, "pack", queries).iter().zip(&answers) {
        assert_eq!(found, wanted);
    }
    answers
}

fn sources(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().expect("a list");
    hits.iter().filter_map(|hit| hit["source"].as_str()).collect()
}

/// A built site of articles without folders: file, title and text.
fn site(language: &str, articles: &[(&str, &str, &str)]) -> Sandbox {
    let files: Vec<(String, String)> = (articles.iter())
        .map(|(file, title, text)| {
            let text = format!("---\ntitle: \"{title}\"\n{text}\n");
            (format!("{file}.md"), text.replacen("\n\n", "\n---\n\n", 1))
        })
        .collect();
    let files: Vec<(&str, &str)> = (files.iter())
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let sandbox = Sandbox::project(&files);
    let config = format!("title = \"Help\"\ndefault_language = \"{language}\"\n[build]\ngit_dates = false\n");
    sandbox.write("kb.toml", config);
    let run = sandbox.build();
    assert!(run.code <= 1, "{}", run.stderr);
    sandbox
}

/// Each query, with `…` where it is still being typed, has this article first.
fn expect(language: &str, articles: &[(&str, &str, &str)], expected: &[(&str, &str)]) {
    let sandbox = site(language, articles);
    for typing in [false, true] {
        let of_kind = expected.iter().filter(|(query, _)| query.ends_with('…') == typing);
        let (queries, wanted): (Vec<String>, Vec<&str>) = of_kind
            .map(|(query, wanted)| (query.trim_end_matches('…').to_owned(), *wanted))
            .unzip();
        let asking = Asking {
            site: &sandbox.path("public"),
            language,
            typing,
            limit: 10,
        };
        if queries.is_empty() {
            continue;
        }
        for ((query, wanted), answer) in queries.iter().zip(wanted).zip(ask_both(asking, &queries)) {
            let first = sources(&answer)
                .first()
                .map(|source| source.trim_end_matches(".md").to_owned());
            assert_eq!(first.as_deref(), Some(wanted), "{language}: {query:?} {answer}");
        }
    }
}

const ENGLISH: &[(&str, &str, &str)] = &[
    (
        "password",
        "I forgot my password",
        "keywords: [login, \"can't log in\", password reset]\n\nClick the link in the mail.",
    ),
    (
        "stock",
        "When is it back in stock?",
        "\nClick the bell. We mail you once.",
    ),
    (
        "return",
        "What can't I return?",
        "\nOpened mattresses, gift cards, sale items.",
    ),
    (
        "showroom",
        "Can I see it in a shop?",
        "\nOpen from Tuesday to Saturday.",
    ),
    ("logout", "Log out everywhere", "\nEnds all sessions."),
    ("scanner", "Set up the scanner", "\nPut it on a table."),
    ("printer", "Setup of the printer", "\nPlug it in and wait."),
    ("hook", "Add a web hook", "\nIt calls your address."),
    ("signature", "Webhook signatures", "\nEach has a secret."),
    (
        "requirements",
        "Requirements",
        "\nYou need 16 GB of memory, 12 V and USB 3.",
    ),
    ("fair", "Fair use", "\nEach seat has 500MB, IPv6 and a 5GHz radio."),
    (
        "settings",
        "Settings",
        "\n`maxRetryCount` limits tries. The event is `onPaymentFailed`.",
    ),
    ("battery", "Charge the battery", "\nCharging takes two hours."),
    ("codes", "Error 0x80070005", "\nCall 0800 123 4567 and name code E4017."),
    ("phone", "AT&T and other operators", "\nWe use TCP/IP."),
];

#[test]
fn english_words_are_one_or_two() {
    expect(
        "en",
        ENGLISH,
        &[
            ("log in", "password"),
            ("login", "password"),
            ("log-in", "password"),
            ("can't log in", "password"),
            ("logout", "logout"),
            ("setup scanner", "scanner"),
            ("set up printer", "printer"),
            ("web hook signature", "signature"),
            ("webhook address", "hook"),
            ("16GB", "requirements"),
            ("12V", "requirements"),
            ("usb3", "requirements"),
            ("500 mb", "fair"),
            ("5 ghz", "fair"),
            ("ip v6", "fair"),
            ("RetryCount", "settings"),
            ("payment failed", "settings"),
            ("retryc…", "settings"),
            ("settin…", "settings"),
            ("80070005", "codes"),
            ("08001234567", "codes"),
            ("0800-1234567", "codes"),
            ("4017", "codes"),
            ("att", "phone"),
            ("tcpip", "phone"),
            ("chrage", "battery"),
            ("battrey", "battery"),
            ("charg…", "battery"),
            ("what cant i return", "return"),
            ("IT stock", "stock"),
        ],
    );
}

#[test]
fn everyday_queries_in_other_languages_find_what_a_person_wants() {
    expect(
        "de",
        &[
            ("kuendigen", "Vertrag kündigen", "\nZum Monatsende."),
            ("gaeste", "Was können Gäste sehen?", "\nNur öffentliche Seiten."),
            ("karte", "Kreditkarte sperren", "\nRufen Sie uns an."),
            ("datenschutz", "Datenschutzerklärung", "\nWas wir speichern."),
            ("etikett", "Rücksendeetikett drucken", "\nIm Konto."),
        ],
        &[
            ("kün…", "kuendigen"),
            ("Gäs…", "gaeste"),
            ("kön…", "gaeste"),
            ("Karte", "karte"),
            ("Erklärung", "datenschutz"),
            ("Etikett", "etikett"),
            ("Kreditkartensperrung", "karte"),
            ("wie kann ich kündigen", "kuendigen"),
            ("kreditkrate", "karte"),
        ],
    );
    expect(
        "nl",
        &[
            ("kaart", "Creditcard of klantenkaart blokkeren", "\nBel ons."),
            ("retour", "Retourzending volgen", "\nIn uw account."),
            ("factuur", "Waar vind ik mijn factuur?", "\nIn de mail."),
        ],
        &[("kaart", "kaart"), ("fact…", "factuur"), ("mijn factuur", "factuur")],
    );
    expect(
        "fr",
        &[
            ("eleve", "Élèves et enseignants", "\nIls paient moins."),
            ("facture", "Où trouver ma facture ?", "\nDans le courriel."),
            ("remise", "Obtenir une remise", "\nSur demande."),
        ],
        &[
            ("élè…", "eleve"),
            ("ele…", "eleve"),
            ("ma facture", "facture"),
            ("factrue", "facture"),
            ("l'élève", "eleve"),
        ],
    );
    expect(
        "es",
        &[
            ("donde", "¿Dónde está mi pedido?", "\nMira el correo."),
            ("contrasena", "Cambiar la contraseña", "\nEn la cuenta."),
            ("envio", "Gastos de envío", "\nDesde 3 euros."),
        ],
        &[
            ("Dón…", "donde"),
            ("contrasena", "contrasena"),
            ("contraseñ…", "contrasena"),
            ("envi…", "envio"),
            ("mi pedido", "donde"),
        ],
    );
    expect(
        "it",
        &[
            ("rimborso", "Come chiedere un rimborso", "\nScrivici."),
            ("citta", "Consegna in città", "\nIn due giorni."),
        ],
        &[
            ("rimbor…", "rimborso"),
            ("citt…", "citta"),
            ("citta", "citta"),
            ("rimbroso", "rimborso"),
        ],
    );
    expect(
        "ru",
        &[
            ("vozvrat", "Возврат денег", "\nЗа заказ."),
            (
                "parol",
                "Не могу войти",
                "keywords: [пароль, вход]\n\nНажмите на ссылку.",
            ),
            ("dostavka", "Сколько стоит доставка?", "\nОт 300 рублей."),
        ],
        &[
            ("возвр…", "vozvrat"),
            ("пароль", "parol"),
            ("вход", "parol"),
            ("доставки", "dostavka"),
            ("достваки", "dostavka"),
            ("де…", "vozvrat"),
        ],
    );
    expect(
        "pl",
        &[
            ("zwrot", "Zwrot pieniędzy", "\nW 14 dni."),
            ("haslo", "Zmiana hasła", "\nNa koncie."),
        ],
        &[
            ("pieniędz…", "zwrot"),
            ("pieniedz…", "zwrot"),
            ("hasł…", "haslo"),
            ("zwrto", "zwrot"),
        ],
    );
    expect(
        "ar",
        &[
            ("fatura", "الفاتورة", "\nترسل الفاتورة بالبريد."),
            ("murur", "كلمة المرور", "\nافتح الإعدادات."),
        ],
        &[
            ("الف…", "fatura"),
            ("الفات…", "fatura"),
            ("المر…", "murur"),
            ("والفاتورة", "fatura"),
            ("مرور", "murur"),
            ("بالفاتورة", "fatura"),
        ],
    );
    expect(
        "he",
        &[
            ("heshbon", "החשבון שלי", "\nכאן רואים הכול."),
            ("hehzer", "קבלת החזר כספי", "\nנחזיר את התשלום."),
        ],
        &[
            ("חשבון", "heshbon"),
            ("לחשבון", "heshbon"),
            ("הח…", "heshbon"),
            ("חש…", "heshbon"),
            ("בהחזר", "hehzer"),
        ],
    );
    expect(
        "hi",
        &[
            ("bhugtan", "ज़रूरी भुगतान", "\nकार्ड से।"),
            ("sadak", "सड़क पर मदद", "\nहमें बुलाएँ।"),
        ],
        &[
            ("जरूरी", "bhugtan"),
            ("ज़रू…", "bhugtan"),
            ("सडक", "sadak"),
            ("भुग…", "bhugtan"),
        ],
    );
    expect(
        "fa",
        &[
            ("ketab", "کتاب‌های من", "\nاینجا هستند."),
            ("pay", "پرداخت می‌شود", "\nبا کارت."),
        ],
        &[
            ("کتاب…", "ketab"),
            ("کتاب های", "ketab"),
            ("می شود", "pay"),
            ("میش…", "pay"),
            ("پردا…", "pay"),
        ],
    );
    expect(
        "ja",
        &[
            ("henkin", "返金を申請する", "\n14日以内です。"),
            ("denchi", "電池を充電する", "\n2時間です。"),
        ],
        &[("返金", "henkin"), ("充電…", "denchi"), ("電…", "denchi")],
    );
}

/// A greeting, a polite beginning and thanks around a query, three times its length, in every language with a list of
/// function words.
const FRAMES: [(&str, &str, &str, &str); 13] = [
    (
        "en",
        "Hello, I was wondering whether you could tell me",
        "Thank you very much in advance, kind regards",
        "refund invoice",
    ),
    (
        "de",
        "Guten Tag, ich wollte fragen, ob Sie mir vielleicht sagen können",
        "Vielen Dank im Voraus und freundliche Grüße",
        "Rückerstattung Rechnung",
    ),
    (
        "fr",
        "Bonjour, je voulais savoir si vous pourriez me dire",
        "Merci beaucoup par avance, bien cordialement",
        "remboursement facture",
    ),
    (
        "es",
        "Buenos días, quería saber si me podrían decir",
        "Muchas gracias de antemano, un cordial saludo",
        "reembolso factura",
    ),
    (
        "it",
        "Buongiorno, volevo sapere se potreste dirmi",
        "Grazie mille in anticipo, cordiali saluti",
        "rimborso fattura",
    ),
    (
        "pt",
        "Bom dia, gostaria de saber se me poderiam dizer",
        "Muito obrigado desde já, com os melhores cumprimentos",
        "reembolso fatura",
    ),
    (
        "nl",
        "Goedendag, ik vroeg me af of u mij zou kunnen vertellen",
        "Alvast hartelijk bedankt, met vriendelijke groet",
        "terugbetaling factuur",
    ),
    (
        "pl",
        "Dzień dobry, chciałbym zapytać, czy mogliby mi państwo powiedzieć",
        "Z góry bardzo dziękuję i serdecznie pozdrawiam",
        "zwrot faktura",
    ),
    (
        "ru",
        "Здравствуйте, я хотел бы узнать, не могли бы вы подсказать мне",
        "Заранее большое спасибо, с уважением",
        "возврат счёт",
    ),
    (
        "uk",
        "Добрий день, я хотів би дізнатися, чи не могли б ви підказати мені",
        "Заздалегідь дуже дякую, з повагою",
        "повернення рахунок",
    ),
    (
        "sv",
        "Hej, jag undrar om ni skulle kunna säga mig",
        "Tack så mycket på förhand, med vänliga hälsningar",
        "återbetalning faktura",
    ),
    (
        "da",
        "Hej, jeg ville høre om I måske kunne fortælle mig",
        "Mange tak på forhånd, med venlig hilsen",
        "tilbagebetaling faktura",
    ),
    (
        "no",
        "Hei, jeg lurte på om dere kunne fortelle meg",
        "Tusen takk på forhånd, med vennlig hilsen",
        "tilbakebetaling faktura",
    ),
];

#[test]
fn polite_frames_weigh_nothing() {
    for (language, before, after, query) in FRAMES {
        let (first, second) = query.split_once(' ').expect("two words");
        // Articles that are full of what frames are made of, and two that are about something.
        let polite = format!("\n{before} {after} {before}");
        let articles = [
            ("polite", before, polite.as_str()),
            ("thanks", after, polite.as_str()),
            ("one", first, "\n1"),
            ("two", second, "\n2"),
        ];
        let framed = |query: &str| format!("{before}: {query}? {after}");
        expect(
            language,
            &articles,
            &[(&framed(first), "one"), (&framed(second), "two")],
        );
    }
}

/// The words of a text as they are written.
fn words(text: &str, language: &str) -> Vec<String> {
    let mut analyzer = Analyzer::new(Language::new(language));
    let tokens = analyzer.terms(text, Mode::Query);
    (tokens.into_iter())
        .filter(|token| matches!(token.kind, TokenKind::Exact | TokenKind::Bigram))
        .map(|token| text[token.range].to_owned())
        .collect()
}

/// The showcase, built, with language, source and title of all articles.
fn showcase() -> (Sandbox, Vec<(String, String, String)>) {
    let sandbox = Sandbox::new();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/showcase");
    let run = sandbox.kb(&["build", &project.to_string_lossy(), "-o", "public", "--quiet"]);
    assert!(run.code <= 1, "{}", run.stderr);
    let mut titles = Vec::new();
    for language in ["en", "de", "ar", "ja"] {
        let asking = Asking {
            site: &sandbox.path("public"),
            language,
            typing: true,
            limit: 1_000,
        };
        // Every article has one of these letters.
        let letters: Vec<String> = "a e i o u ا و ل の を す".split(' ').map(ToOwned::to_owned).collect();
        let mut seen = BTreeSet::new();
        for answer in ask(asking, "tantivy", &letters) {
            for hit in answer["hits"].as_array().expect("a list") {
                let (source, title) = (hit["source"].as_str(), hit["title"].as_str());
                let source = source.expect("a source").to_owned();
                if seen.insert(source.clone()) {
                    titles.push((language.to_owned(), source, title.expect("a title").to_owned()));
                }
            }
        }
    }
    assert!(titles.len() > 50, "{} titles", titles.len());
    (sandbox, titles)
}

#[test]
fn every_beginning_of_a_title_word_finds_it_while_it_is_typed() {
    let (sandbox, titles) = showcase();
    for language in ["en", "de", "ar", "ja"] {
        let mut wanted: Vec<(String, &str)> = Vec::new();
        for (_, source, title) in titles.iter().filter(|title| title.0 == language) {
            for word in words(title, language) {
                for (at, c) in word.char_indices().skip(1) {
                    wanted.push((word[..at + c.len_utf8()].to_owned(), source));
                }
            }
        }
        let queries: Vec<String> = wanted.iter().map(|(query, _)| query.clone()).collect();
        let asking = Asking {
            site: &sandbox.path("public"),
            language,
            typing: true,
            limit: 1_000,
        };
        for ((query, source), answer) in wanted.iter().zip(ask_both(asking, &queries)) {
            let found = sources(&answer);
            // Two letters begin more words than are looked for.
            let found_it = found.contains(source) || (query.chars().count() == 2 && !found.is_empty());
            assert!(found_it, "{language}: {query:?} does not find {source}");
        }
    }
}

/// A word with one letter more, less or other, or two exchanged; its first letter stays.
fn mistyped(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len() - 2);
    match random.below(4) {
        0 => letters.swap(at, at + 1),
        1 => _ = letters.remove(at),
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = letters[at - 1],
    }
    letters.into_iter().collect()
}

#[test]
fn a_mistyped_title_word_still_finds_it_and_engines_agree_on_any_damage() {
    let (sandbox, titles) = showcase();
    let mut random = Random(13);
    for language in ["en", "de"] {
        let asking = |typing| Asking {
            site: Box::leak(Box::new(sandbox.path("public"))),
            language,
            typing,
            limit: 1_000,
        };
        let mut mistakes = Vec::new();
        let mut damaged = Vec::new();
        for (_, source, title) in titles.iter().filter(|title| title.0 == language) {
            let words = words(title, language);
            for word in words.iter().filter(|word| word.chars().count() > 4) {
                if word.chars().all(char::is_alphabetic) {
                    mistakes.push((mistyped(word, &mut random), word.clone(), source));
                }
            }
            let mut others = words.clone();
            others.reverse();
            let half = title.chars().count() / 2;
            damaged.extend([
                title.to_uppercase(),
                others.join(" "),
                title.chars().take(half).collect(),
                words.concat(),
                format!("Hello, could you please tell me: {title} Thanks a lot"),
                words
                    .iter()
                    .map(|word| {
                        if word.chars().count() > 4 {
                            mistyped(word, &mut random)
                        } else {
                            word.clone()
                        }
                    })
                    .collect::<Vec<_>>()
                    .join(" "),
            ]);
        }
        let queries: Vec<String> = mistakes.iter().map(|mistake| mistake.0.clone()).collect();
        for ((query, word, source), answer) in mistakes.iter().zip(ask_both(asking(false), &queries)) {
            // A mistake may make another word of the site; then there is nothing to correct.
            let corrected = answer["did_you_mean"].as_str().is_some();
            assert!(
                sources(&answer).contains(&source.as_str()) || !corrected,
                "{language}: {query:?} for {word:?} does not find {source}: {answer}"
            );
            assert!(!sources(&answer).is_empty(), "{language}: {query:?} for {word:?}");
        }
        for typing in [false, true] {
            ask_both(asking(typing), &damaged);
        }
    }
}

/// The title of a Markdown file, from its front matter.
fn title(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix("title:"))?;
    Some(line.trim().trim_matches('"'))
}

#[test]
fn no_beginning_of_a_title_word_of_a_corpus_comes_back_empty() {
    let Some(shared) = shared() else { return };
    for (articles, language) in [
        ("relevance/stackfaq-en/articles", "en"),
        ("relevance/covidqa-de/articles", "de"),
        ("relevance/rutube-ru/articles", "ru"),
        ("corpora/arduino/content", "en"),
    ] {
        let folder = shared.join(articles);
        if !folder.is_dir() {
            continue;
        }
        let sandbox = Sandbox::new();
        sandbox.write("kb.toml", format!("title = \"T\"\ndefault_language = \"{language}\"\n"));
        let mut beginnings = BTreeSet::new();
        for entry in walkdir(&folder) {
            let text = fs::read_to_string(&entry).expect("an article");
            let name = entry
                .strip_prefix(&folder)
                .expect("inside")
                .to_string_lossy()
                .into_owned();
            for word in title(&text).map(|title| words(title, language)).unwrap_or_default() {
                let ends = word.char_indices().skip(1).map(|(at, c)| at + c.len_utf8());
                beginnings.extend(ends.map(|end| word[..end].to_owned()));
            }
            sandbox.write(&format!("content/{name}"), text);
        }
        let run = sandbox.kb(&["build", "--quiet", "--drafts", "--future"]);
        assert!(run.code <= 1, "{}", run.stderr);
        let queries: Vec<String> = beginnings.into_iter().collect();
        let asking = Asking {
            site: &sandbox.path("public"),
            language,
            typing: true,
            limit: 1,
        };
        for (query, answer) in queries.iter().zip(ask(asking, "tantivy", &queries)) {
            assert!(!sources(&answer).is_empty(), "{articles}: {query:?}");
        }
    }
}

/// The Markdown files below a folder, sorted.
fn walkdir(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(walkdir(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
