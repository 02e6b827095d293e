//! Articles for the messages of customers, from the command line, with both engines.

use serde_json::Value;

use crate::support::Sandbox;

/// A shop with articles in three languages.
fn shop() -> Sandbox {
    let shop = Sandbox::project(&[
        (
            "orders/return.md",
            "# How do I return an order?\n\nEvery order can be returned.\n\n## Label\n\nPrint the return label and bring the parcel to a post office.\n",
        ),
        (
            "orders/track.md",
            "# Where is my parcel?\n\nThe tracking number shows where it is.\n",
        ),
        (
            "account/password.md",
            "# How do I reset my password?\n\nFollow the link in the e-mail.\n",
        ),
        (
            "account/close.md",
            "# How do I close my account?\n\nIn the settings, choose *Close account*.\n",
        ),
        (
            "app/light.md",
            "# The app does not find the light\n\nSwitch it off and on.\n",
        ),
        (
            "orders/return.de.md",
            "# Wie sende ich eine Bestellung zurück?\n\nDrucken Sie das Etikett.\n",
        ),
        (
            "orders/track.de.md",
            "# Wo ist mein Paket?\n\nDie Sendungsnummer zeigt es.\n",
        ),
        (
            "orders/return.ru.md",
            "# Как вернуть заказ?\n\nРаспечатайте этикетку.\n",
        ),
        (
            "orders/track.ru.md",
            "# Где моя посылка?\n\nНомер отправления покажет.\n",
        ),
    ]);
    shop.write(
        "kb.toml",
        "title = \"Shop\"\n[build]\ngit_dates = false\n[languages.en]\n[languages.de]\n[languages.ru]\n",
    );
    let run = shop.build();
    assert_eq!(run.code, 0, "{}", run.stderr);
    shop
}

/// What both engines suggest for a message, which must be the same.
fn suggested(shop: &Sandbox, message: &str, arguments: &[&str]) -> Vec<Value> {
    let answer = |engine| {
        let mut all = vec!["suggest", "--json", "--engine", engine];
        all.extend(arguments);
        let run = shop.kb_reading(&all, message.as_bytes());
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str::<Value>(&run.stdout).expect("JSON")
    };
    let pack = answer("pack");
    assert_eq!(pack, answer("tantivy"), "{message}");
    assert_eq!(pack["query"], message);
    pack["hits"].as_array().expect("a list").clone()
}

#[test]
fn a_letter_is_answered_in_its_language() {
    let shop = shop();
    for (language, message, wanted) in [
        (
            "en",
            "Dear team,\r\n\r\nI hope you are well. My neighbour brought it yesterday. How can I print the label and return the order? \
             We have two cats.\r\n\r\nKind regards,\r\nAda Lovelace\r\n+44 20 7946 0018\r\n\r\nOn Monday, the shop wrote:\r\n> Reset your password.\r\n",
            "orders/return.md",
        ),
        (
            "de",
            "Sehr geehrte Damen und Herren,\n\nich wollte fragen, ob Sie mir helfen können. Wo ist mein Paket?\n\nMit freundlichen Grüßen\nAda Lovelace",
            "orders/track.de.md",
        ),
        (
            "ru",
            "Здравствуйте!\nПодскажите, пожалуйста, как вернуть заказ.\nС уважением,\nАда",
            "orders/return.ru.md",
        ),
    ] {
        let hits = suggested(&shop, message, &["--lang", language]);
        assert_eq!(
            hits.first().map(|hit| &hit["source"]),
            Some(&Value::from(wanted)),
            "{message}"
        );
        for hit in &hits {
            let confidence = hit["confidence"].as_f64().expect("a number");
            assert!((0.3..=1.0).contains(&confidence), "{hit}");
            assert!(hit["evidence"].is_null());
        }
    }
    let hits = suggested(&shop, "How do I print the label for the return?", &["--explain"]);
    assert_eq!(
        (&hits[0]["section"], &hits[0]["anchor"]),
        (&"Label".into(), &"label".into())
    );
    assert!(
        hits[0]["evidence"]["coverage"]
            .as_f64()
            .is_some_and(|coverage| coverage > 0.5)
    );
}

#[test]
fn what_no_article_answers_has_no_suggestions() {
    let shop = shop();
    let long = format!("{}Where is my parcel?", "> a line that is quoted\n".repeat(20_000));
    assert_eq!(suggested(&shop, &long, &[])[0]["source"], "orders/track.md");
    for message in [
        String::new(),
        "\n \n".to_owned(),
        "Kind regards,\nAda Lovelace".to_owned(),
        "🙂 👍".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "Do you sponsor football tournaments in Portugal?".to_owned(),
        "Ich hätte gern einen Termin zur Besichtigung Ihrer Fabrik.".to_owned(),
        "xyzzy ".repeat(200_000),
    ] {
        assert!(
            suggested(&shop, &message, &[]).is_empty(),
            "{}",
            &message[..message.len().min(80)]
        );
    }
    let run = shop.kb_reading(&["suggest"], b"Do you sponsor football?");
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "No article answers this with enough confidence.\n")
    );
    // Bytes that are no text are read as far as they are.
    let run = shop.kb_reading(&["suggest"], b"\xef\xbb\xbfWhere is my parcel? \xc3");
    assert!(
        run.code == 0 && run.stdout.contains("Where is my parcel?"),
        "{}",
        run.stdout
    );
}

#[test]
fn fewer_suggestions_are_surer() {
    let shop = shop();
    let message = "I want to return my order. The parcel came to another account.";
    let all = suggested(&shop, message, &["--threshold", "0", "-n", "100"]);
    let confidence = |hit: &Value| hit["confidence"].as_f64().unwrap_or_default();
    assert!(all.len() > 2);
    for threshold in ["0.1", "0.5", "0.9"] {
        let hits = suggested(&shop, message, &["--threshold", threshold, "-n", "100"]);
        let least: f64 = threshold.parse().expect("a number");
        let wanted: Vec<_> = all.iter().filter(|hit| confidence(hit) >= least).cloned().collect();
        assert_eq!(hits, wanted);
    }
    assert_eq!(suggested(&shop, message, &["--threshold", "0", "-n", "1"]).len(), 1);
}

#[test]
fn many_messages_are_answered_line_by_line() {
    let shop = shop();
    let lines = "\u{FEFF}\"Where is\\nmy parcel?\"\n\n\"\"\r\n\"How do I reset my password?\"";
    let run = shop.kb_reading(&["suggest", "--batch"], lines.as_bytes());
    let answers: Vec<Value> = (run.stdout.lines())
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!((run.code, answers.len()), (0, 3), "{}", run.stderr);
    assert_eq!(answers[0]["query"], "Where is\nmy parcel?");
    assert_eq!(answers[0]["hits"][0]["source"], "orders/track.md");
    assert!(answers[1]["hits"].as_array().is_some_and(Vec::is_empty));
    assert_eq!(answers[2]["hits"][0]["source"], "account/password.md");
    let run = shop.kb_reading(
        &["suggest", "--batch"],
        b"\"Where is my parcel?\"\nnot JSON\n\"never read\"\n",
    );
    assert_eq!((run.code, run.stdout.lines().count()), (2, 1));
    assert!(run.stderr.contains("line 2 is not a JSON string"), "{}", run.stderr);
    assert!(
        run.stderr.contains("hint: write each message in one line"),
        "{}",
        run.stderr
    );
}

#[test]
fn wrong_use_is_told() {
    let shop = shop();
    let run = shop.kb_reading(&["suggest"], b"\xff\xfeW\0h\0y\0?\0");
    assert!(run.code == 2 && run.stderr.contains("UTF-16"), "{}", run.stderr);
    for (arguments, said) in [
        (&["suggest", "--threshold", "1.5"][..], "not from 0 to 1"),
        (&["suggest", "--threshold", "NaN"], "not from 0 to 1"),
        (&["suggest", "--threshold", "much"], "not a number"),
        (&["suggest", "-n", "0"], "0 is not in 1..=100"),
        (&["suggest", "--lang", "fr"], "no index for the language `fr`"),
        (&["suggest", "--site", "content"], "is not a site that kb built"),
    ] {
        let run = shop.kb_reading(arguments, b"Where is my parcel?");
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}
