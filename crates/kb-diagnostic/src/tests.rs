use super::*;

fn sample() -> Diagnostic {
    let text = "# Refunds\nSee [this](refnd.md) first.\n";
    let at = text.find("refnd.md").unwrap_or_default();
    Diagnostic::new(Code::LinkMissing, "no article \"refnd.md\"")
        .with_span(SourceText::new("content/billing.md", text).span(at..at + 8))
        .with_hint("did you mean `refund.md`?")
}

#[test]
fn span_counts_characters_from_one() {
    let span = SourceText::new("a.md", "ä\nöü [x]").span(8..11);
    assert_eq!((span.line, span.column, span.end_column), (2, 4, 7));
    assert_eq!(span.excerpt, "öü [x]");
}

#[test]
fn span_survives_any_range() {
    for (start, end) in [(0, 0), (3, 1), (900, 950), (1, 2)] {
        let span = SourceText::new("a.md", "ä\r\nb").span(start..end);
        assert!(span.line >= 1 && span.column >= 1 && span.end_column > span.column);
    }
}

#[test]
fn terminal_shows_the_line_the_mark_and_the_hint() {
    let text = render_terminal(
        &[sample()],
        TerminalOptions {
            color: false,
            detailed: 5,
        },
    );
    assert!(text.contains("error[link-missing]: no article \"refnd.md\""), "{text}");
    assert!(text.contains("--> content/billing.md:2:12"), "{text}");
    assert!(text.contains("See [this](refnd.md) first."), "{text}");
    assert!(text.contains("^^^^^^^^"), "{text}");
    assert!(text.contains("hint: did you mean `refund.md`?"), "{text}");
}

#[test]
fn terminal_shortens_the_first_ones_of_many() {
    let many = vec![sample(); 3];
    let text = render_terminal(
        &many,
        TerminalOptions {
            color: false,
            detailed: 1,
        },
    );
    assert_eq!(text.matches("content/billing.md:2:12: error[link-missing]").count(), 2);
    assert_eq!(text.matches("^^^^^^^^").count(), 1);
}

#[test]
fn terminal_shows_what_is_found_in_many_places_once() {
    let at = |line: usize| sample().with_span(Span::at("content/a.md", line, 1, "x"));
    let options = TerminalOptions {
        color: false,
        detailed: 5,
    };
    let text = render_terminal(&(1..=12).map(at).collect::<Vec<_>>(), options);
    assert_eq!(text.matches("error[link-missing]").count(), 1, "{text}");
    assert!(
        text.contains("the same in 11 more places: content/a.md:2:1, content/a.md:3:1,"),
        "{text}"
    );
    assert!(
        text.contains("content/a.md:9:1, …; `--format json` lists all"),
        "{text}"
    );
    let text = render_terminal(&(1..=3).map(at).collect::<Vec<_>>(), options);
    assert_eq!(text.matches("error[link-missing]").count(), 3, "{text}");
    // Others stand where they stood.
    let mut mixed: Vec<_> = (1..=5).map(at).collect();
    mixed.insert(1, Diagnostic::new(Code::NoArticles, "none"));
    let text = render_terminal(&mixed, TerminalOptions { detailed: 0, ..options });
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn github_escapes_what_would_end_the_command() {
    let mut diagnostic = sample();
    diagnostic.message = "a\nb: 100%".to_owned();
    let text = render_github(&[diagnostic]);
    assert_eq!(
        text,
        "::error file=content/billing.md,line=2,col=12,endColumn=20,title=link-missing::a%0Ab: 100%25%0Ahint: did you mean `refund.md`?\n"
    );
}

#[test]
fn sarif_and_json_are_valid_json() {
    for text in [render_sarif(&[sample()]), render_json(&[sample()])] {
        let value: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
        assert!(value.is_object() || value.is_array());
    }
}

#[test]
fn closest_needs_similarity() {
    assert_eq!(closest("titel", ["title", "weight"]), Some("title"));
    assert_eq!(closest("zzz", ["title", "weight"]), None);
}

#[test]
fn the_manual_lists_every_code_with_its_level() {
    let manual = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../content/reference/error-codes.md"
    ));
    let manual = manual.expect("the manual is there");
    let rows = manual.lines().filter(|line| line.starts_with("| `"));
    let mut listed = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let codes = cells[0].trim_start_matches("| ").split(", ");
        listed.extend(codes.map(|code| format!("{} {}", code.trim_matches('`'), cells[1])));
    }
    let known: Vec<String> = (Code::ALL.iter())
        .map(|code| format!("{code} {}", code.level().word()))
        .collect();
    assert_eq!(listed, known);
    let sentences = Code::ALL.iter().map(|code| code.meaning());
    assert!(sentences.into_iter().all(|meaning| meaning.ends_with('.')));
}
