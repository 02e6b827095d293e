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

/// The contact form of `settings`, and each problem with its line.
fn contact(settings: &str) -> (Config, Vec<String>) {
    let (config, problems) = parse_config(settings, "kb.toml");
    let told = problems.iter().map(|problem| {
        let line = problem.span.as_ref().map_or(0, |span| span.line);
        let told = format!("{line} {}: {}", problem.code, problem.message);
        match problem.hints.first() {
            Some(hint) => format!("{told} ({hint})"),
            None => told,
        }
    });
    let told = told.collect();
    (config, told)
}

const FORM: &str = "[contact]
endpoint = \"/messages\"
files = true
email = \"help@acme.example\"
hours = \"9-17\"
[[contact.topics]]
id = \"orders\"
title = \"Orders\"
phone = \"123\"
endpoint = \"https://orders.example/\"
articles = [\"orders/return.md\"]
[[contact.topics]]
id = \"other\"
title = \"Other\"
[[contact.fields]]
name = \"order-number\"
label = \"Order number\"
required = true
topics = [\"orders\"]
[[contact.fields]]
name = \"action\"
label = \"What now?\"
type = \"select\"
options = [\"Refund\", \"Repair\"]
hint = \"One of them.\"
";

#[test]
fn a_contact_form_has_topics_and_fields_in_every_language() {
    let (config, told) = contact(&format!(
        "{FORM}[languages.de.contact]
hours = \"9 bis 17 Uhr\"
[[languages.de.contact.topics]]
id = \"orders\"
title = \"Bestellungen\"
response_time = \"ein Tag\"
[[languages.de.contact.fields]]
name = \"action\"
options = [\"Geld zurück\", \"Reparatur\"]
"
    ));
    assert_eq!(told, [""; 0]);
    let german = config.contact_in(&Language::parse("de").expect("a tag"));
    assert!(german.files);
    assert_eq!(german.channels.hours.as_deref(), Some("9 bis 17 Uhr"));
    assert_eq!(german.channels.receiver(), Some(Receiver::Endpoint("/messages")));
    let [orders, other] = german.topics.as_slice() else {
        panic!("{:?}", german.topics);
    };
    assert_eq!((orders.title.as_str(), other.title.as_str()), ("Bestellungen", "Other"));
    assert_eq!(orders.channels.phone.as_deref(), Some("123"));
    assert_eq!(orders.channels.response_time.as_deref(), Some("ein Tag"));
    assert_eq!(orders.articles[0].0, "orders/return.md");
    let [number, action] = german.fields.as_slice() else {
        panic!("{:?}", german.fields);
    };
    assert_eq!((number.kind, number.required), (FieldKind::Text, true));
    assert_eq!(number.topics, ["orders"]);
    // What is sent is the same in all languages.
    let options: Vec<_> = action
        .options
        .iter()
        .map(|o| (o.value.as_str(), o.label.as_str()))
        .collect();
    assert_eq!(options, [("Refund", "Geld zurück"), ("Repair", "Reparatur")]);
    assert_eq!(action.hint.as_deref(), Some("One of them."));
}

#[test]
fn mistakes_in_the_contact_form_have_their_place() {
    for (settings, wanted) in [
        (
            "[contact]\nfiles = true\nemail = \"a@b.example\"\n",
            &[
                "2 config-value: files can be attached only if an `endpoint` receives them (set `endpoint`, or remove `files`)",
            ][..],
        ),
        (
            "[[contact.topics]]\ntitle = \"A\"\n[[contact.topics]]\nid = \"b\"\n[[contact.topics]]\nid = \"C d\"\ntitle = \"C\"\n",
            &[
                "2 config-value: a topic needs `id`",
                "4 config-value: a topic needs a `title`, which customers see",
                "6 config-value: `C d` cannot be the `id` of a topic (use lower-case letters from a to z, digits, `-` and `_`, and begin with a letter)",
            ],
        ),
        (
            "[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\nendpoint = \"/a\"\n[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\n",
            &[
                "4 config-value: a topic can have an `endpoint` only if `[contact]` has one (without JavaScript, the messages of all topics go to the endpoint of `[contact]`)",
                "6 config-value: there are two topics `a`",
            ],
        ),
        (
            "[[contact.fields]]\nname = \"message\"\nlabel = \"M\"\n[[contact.fields]]\nname = \"x\"\n[[contact.fields]]\nlabel = \"Y\"\n",
            &[
                "2 config-value: the form has a field `message` of its own (call it `my-message`, for example)",
                "5 config-value: a field needs a `label`, which customers see",
                "7 config-value: a field needs `name`",
            ],
        ),
        (
            "[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\ntype = \"selct\"\n[languages.de.contact]\nemail = \"a@b.example\"\n",
            &[
                "4 config-type: `contact.fields.type` must be `text`, `email`, `tel`, `number`, `date`, `url`, `textarea`, `select` or `checkbox`, found `selct` (did you mean `select`?)",
            ],
        ),
        (
            "[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\ntype = \"select\"\n[[contact.fields]]\nname = \"y\"\nlabel = \"Y\"\noptions = [\"a\"]\n[languages.de.contact]\nemail = \"a@b.example\"\n",
            &[
                "4 config-value: a field of the type `select` needs `options` (such as `options = [\"Web\", \"Phone\"]`)",
                "8 config-value: a field of the type `text` has no options (to offer a choice, write `type = \"select\"`)",
            ],
        ),
        (
            "[[contact.topics]]\nid = \"refund\"\ntitle = \"Refunds\"\n[[contact.fields]]\nname = \"x\"\nlabel = \" \"\ntopics = [\"refnd\"]\n[languages.de.contact]\nemail = \"a@b.example\"\n",
            &[
                "5 config-value: a field needs a `label`, which customers see",
                "6 config-value: `label` is empty",
                "7 config-value: there is no topic with the id `refnd` (did you mean `refund`?)",
            ],
        ),
        (
            "[contact]\nendpoint = \"http://acme.example/m\"\nemail = \"a@b.example\"\n[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\nendpoint = \"https://u:p@acme.example/\"\n",
            &[
                "2 config-value: `http://acme.example/m` must begin with `https://` (what pages send to another host is sent encrypted; `http://` is allowed for `localhost` only)",
                "7 config-value: `https://u:p@acme.example/` contains a user name or a password (everybody could read it in the pages; remove it)",
            ],
        ),
        (
            "[feedback]\nendpoint = \"/f#a\"\n",
            &["2 config-value: `/f#a` has a fragment (remove `#` and what follows)"],
        ),
        (
            "[contact]\nemail = \"a@b.example\"\n[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\ntype = \"select\"\noptions = [\"a\",\n\" \",\n\"a \"]\n[[languages.de.contact.fields]]\nname = \"x\"\noptions = [\"\"]\n",
            &[
                "12 config-value: an option is empty (remove it; customers can leave a field without an option unless it is `required`)",
                "8 config-value: an option is empty (remove it; customers can leave a field without an option unless it is `required`)",
                "9 config-value: there are two options `a` (remove one of them)",
            ],
        ),
        (
            "[contact]\nphone = \"1\"\n[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\n[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\n",
            &[
                "6 contact-nowhere: no page shows these fields, because nothing receives messages (set `endpoint` or `email` in `[contact]`)",
            ],
        ),
        (
            "[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\n",
            &[
                "1 contact-nowhere: no page shows these topics, because nothing receives messages (set `endpoint` or `email` in `[contact]`)",
            ],
        ),
        (
            "[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\n[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\n[languages.de.contact]\nemail = \"a@b.example\"\n",
            &[],
        ),
        (
            "[contact]\nendpiont = \"/x\"\n[[contact.fields]]\nname = \"x\"\nlabel = \"X\"\nrequird = true\n",
            &[
                "2 config-unknown-key: unknown key `contact.endpiont` (did you mean `endpoint`?)",
                "3 contact-nowhere: no page shows these fields, because nothing receives messages (set `endpoint` or `email` in `[contact]`)",
                "6 config-unknown-key: unknown key `contact.fields.requird` (did you mean `required`?)",
            ],
        ),
    ] {
        let (_, mut told) = contact(settings);
        told.sort();
        assert_eq!(told, wanted, "{settings}");
    }
}

#[test]
fn a_language_changes_only_topics_and_fields_that_there_are() {
    let (_, mut told) = contact(&format!(
        "{FORM}[[languages.de.contact.topics]]
id = \"order\"
[[languages.de.contact.fields]]
name = \"action\"
options = [\"A\"]
[[languages.de.contact.fields]]
name = \"colour\"
label = \"Farbe\"
"
    ));
    told.sort();
    assert_eq!(
        told,
        [
            "27 config-value: `[contact]` has no topic `order` (did you mean `orders`?)",
            "30 config-value: `action` has 2 options in `[contact]` and 1 here (list a text for each option, in the same order; what is sent stays the same in all languages)",
            "32 config-value: `[contact]` has no field `colour` (add the field to `[contact]`; a language can only change its texts and channels)",
        ]
    );
}
