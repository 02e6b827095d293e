use super::*;

#[test]
fn an_empty_file_is_the_default() {
    let (config, problems) = parse_config("", "kb.toml");
    assert_eq!(config, Config::default());
    assert_eq!(problems, []);
}

#[test]
fn every_problem_is_reported_at_once() {
    let text = "titel = \"x\"\nbase_url = \"help\"\n[theme]\naccent = \"blu\"\n[build]\nhtml = \"alow\"\nfeed = 3\n[languages.docs]\n";
    let (_, problems) = parse_config(text, "kb.toml");
    let mut seen: Vec<String> = problems
        .iter()
        .map(|p| format!("{}:{} {}", p.span.as_ref().map_or(0, |s| s.line), p.code, p.message))
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            "1:config-unknown-key unknown key `titel`",
            "2:config-value `help` is not an absolute URL such as `https://help.example.com/`",
            "4:config-value `blu` is not a colour such as `#0b5cd6`",
            "6:config-type `build.html` must be `allow`, `sanitize` or `escape`, found `alow`",
            "7:config-type `build.feed` must be true or false, found the number `3`",
            "8:config-value `docs` is not a language tag such as `en`, `de` or `pt-BR`",
        ]
    );
}

#[test]
fn words_for_true_and_false_have_the_right_one_as_hint() {
    let hints = |value: &str| {
        let (_, problems) = parse_config(&format!("[build]\nfeed = {value}\n"), "kb.toml");
        problems
            .into_iter()
            .flat_map(|problem| problem.hints)
            .collect::<Vec<_>>()
    };
    assert_eq!(hints("\"yes\""), ["write `true`, without quotes"]);
    assert_eq!(hints("0"), ["write `false`, without quotes"]);
    assert_eq!(hints("\"maybe\""), [""; 0]);
}

#[test]
fn base_urls_have_an_origin_and_a_path() {
    let base = BaseUrl::parse("https://acme.com/help").expect("valid");
    assert_eq!((base.origin(), base.path()), ("https://acme.com", "/help/"));
    let root = BaseUrl::parse("http://localhost:8080").expect("valid");
    assert_eq!((root.origin(), root.path()), ("http://localhost:8080", "/"));
    for wrong in ["", "acme.com", "ftp://acme.com", "https://", "https://a.com/?q"] {
        assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn synonyms_need_both_sides() {
    let (config, problems) = parse_search_config(
        "[[synonyms]]\nwords = [\"a\", \"b\"]\n[[synonyms]]\nfrom = [\"x\"]\n[[pins]]\nquery = \"q\"\narticles = [\"a.md\"]\n",
        "search.toml",
    );
    assert_eq!((config.synonyms.len(), config.pins.len()), (1, 1));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].span.as_ref().map(|s| s.line), Some(4));
}

#[test]
fn an_accent_that_is_no_colour_is_told_with_a_way_out() {
    let told = |accent: &str| {
        let (config, problems) = parse_config(&format!("[theme]\naccent = \"{accent}\"\n"), "kb.toml");
        assert_eq!(config.theme, Config::default().theme);
        let problem = problems.into_iter().next().expect("a problem");
        (problem.message, problem.hints)
    };
    let forms = "write it as in CSS: `#0b5cd6`, `teal`, `rgb(11 92 214)`, `oklch(0.51 0.2 260)`";
    for (accent, message, hint) in [
        ("blu", "`blu` is not a colour such as `#0b5cd6`", forms),
        ("06c", "`06c` is not a colour such as `#0b5cd6`", "did you mean `#06c`?"),
        (
            "rgb(0 102 204 / 50%)",
            "`rgb(0 102 204 / 50%)` is transparent; an accent colour must be opaque",
            "the same colour without transparency is `#0066cc`",
        ),
        (
            "transparent",
            "`transparent` is transparent; an accent colour must be opaque",
            "write a colour without transparency",
        ),
    ] {
        assert_eq!(told(accent), (message.to_owned(), vec![hint.to_owned()]));
    }
}

#[test]
fn links_name_their_host_and_phone_numbers_have_digits() {
    let told = |settings: &str| -> Vec<(String, String)> {
        let (_, problems) = parse_config(settings, "kb.toml");
        let told = |problem: kb_diagnostic::Diagnostic| (problem.code.to_string(), problem.message);
        problems.into_iter().map(told).collect()
    };
    for (settings, message) in [
        (
            "[contact]\nform = \"//other.example/x\"\n",
            "`//other.example/x` leads to another site; begin it with `https://`",
        ),
        (
            "[links]\nhome = '/\\other.example'\n",
            "`/\\other.example` leads to another site; begin it with `https://`",
        ),
        (
            "[contact]\nphone = \"abc\"\n",
            "`abc` is not a phone number such as `+1 555 0100`",
        ),
        (
            "[languages.de.contact]\nphone = \"+\"\n",
            "`+` is not a phone number such as `+1 555 0100`",
        ),
    ] {
        assert_eq!(told(settings), [("config-value".to_owned(), message.to_owned())]);
    }
    let fine = "[contact]\nphone = \"(0800) 55\"\nform = \"/form?a=//b\"\nchat = \"https://chat.example/\"\n";
    assert_eq!(told(fine), []);
}

#[test]
fn an_accent_knows_its_place() {
    let (config, problems) = parse_config("[theme]\naccent = \"oklch(0.6 0.15 150)\"\n", "kb.toml");
    assert_eq!(problems, []);
    let span = config.theme.accent_span.expect("a place");
    assert_eq!((span.line, span.column), (2, 10));
    assert_ne!(config.theme.accent, Config::default().theme.accent);
}

#[test]
fn who_wants_answers_names_what_receives_them() {
    for (settings, asks, warned) in [
        ("", false, false),
        ("email = \"a@b.example\"", true, false),
        ("endpoint = \"/f\"", true, false),
        ("script = true", true, false),
        ("enabled = true\nscript = true", true, false),
        ("enabled = false\nscript = true", false, false),
        ("enabled = false", false, false),
        ("enabled = true", false, true),
        ("enabled = true\nscript = false", false, true),
    ] {
        let (config, problems) = parse_config(&format!("[feedback]\n{settings}\n"), "kb.toml");
        assert_eq!(config.feedback.asks(), asks, "{settings}");
        let seen: Vec<_> = problems
            .iter()
            .map(|p| (p.code.name(), p.span.as_ref().map(|s| s.line)))
            .collect();
        let wanted: &[_] = if warned { &[("feedback-nowhere", Some(2))] } else { &[] };
        assert_eq!(seen, wanted, "{settings}");
    }
}

#[test]
fn checks_set_levels_of_problems_that_spoil_no_page() {
    use kb_diagnostic::{Code, Diagnostic, Severity};

    let text =
        "[checks]\nimage-alt = \"off\"\nlink-missing = \"warning\"\ngit-shallow = \"error\"\nshortcode = \"info\"\n";
    let (config, problems) = parse_config(text, "kb.toml");
    assert!(problems.is_empty(), "{problems:?}");
    let all = [
        Code::ImageAlt,
        Code::LinkMissing,
        Code::GitShallow,
        Code::Shortcode,
        Code::ImageMissing,
    ];
    let told = config.checks.apply(all.map(|code| Diagnostic::new(code, "x")).to_vec());
    let told: Vec<_> = told.iter().map(|problem| (problem.code, problem.severity)).collect();
    assert_eq!(
        told,
        [
            (Code::LinkMissing, Severity::Warning),
            (Code::GitShallow, Severity::Error),
            (Code::Shortcode, Severity::Info),
            (Code::ImageMissing, Severity::Error),
        ]
    );
    for (line, message) in [
        (
            "image-alt = \"none\"",
            "`checks.image-alt` must be `off`, `info`, `warning` or `error`, found `none`",
        ),
        ("image-alts = \"off\"", "unknown key `checks.image-alts`"),
        (
            "front-matter-syntax = \"off\"",
            "the level of `front-matter-syntax` cannot be changed",
        ),
        (
            "config-value = \"info\"",
            "the level of `config-value` cannot be changed",
        ),
    ] {
        let (config, problems) = parse_config(&format!("[checks]\n{line}\n"), "kb.toml");
        let said: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(said, [message]);
        assert_eq!(config.checks, Checks::default());
    }
}
