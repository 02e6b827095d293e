use kb_diagnostic::{Code, Diagnostic, SourceText};

use super::*;

const CODES: Codes = Codes {
    syntax: Code::ConfigSyntax,
    duplicate: Code::ConfigDuplicateKey,
    wrong_type: Code::ConfigType,
    unknown: Code::ConfigUnknownKey,
};

fn read<T>(text: &str, node: &Node, f: impl FnOnce(&mut Reader<'_>) -> T) -> (T, Vec<Diagnostic>) {
    let file = SourceText::new("f", text);
    let place = Place { file: &file, offset: 0 };
    let mut reader = Reader::new(node, place, &CODES);
    let value = f(&mut reader);
    (value, reader.finish())
}

#[test]
fn yaml_and_toml_give_the_same_values() {
    let yaml = parse_yaml("title: \"A: b\"\nweight: 3\ntags: [x, y]\nextra:\n  deep: true\n").expect("valid");
    let toml =
        parse_toml("title = \"A: b\"\nweight = 3\ntags = [\"x\", \"y\"]\n[extra]\ndeep = true\n").expect("valid");
    assert_eq!(yaml.value.to_json(), toml.value.to_json());
}

#[test]
fn yaml_places_are_bytes() {
    let text = "ключ: да\nweight: x\n";
    let node = parse_yaml(text).expect("valid");
    let ((), problems) = read(text, &node, |reader| {
        reader.string(&["ключ"]);
        reader.thousandths(&["weight"]);
    });
    assert_eq!(problems.len(), 1);
    let span = problems[0].span.as_ref().expect("has a place");
    assert_eq!((span.line, span.column), (2, 9));
    assert_eq!(problems[0].message, "`weight` must be a number, found the text `x`");
}

#[test]
fn numbers_and_words_as_text_stay_as_they_are_written() {
    let text = "version: 1.10\nanswer: No\nids: [007, 1e3, true]\nempty: ~\n";
    let node = parse_yaml(text).expect("valid");
    let ((), problems) = read(text, &node, |reader| {
        assert_eq!(reader.string(&["version"]).as_deref(), Some("1.10"));
        assert_eq!(reader.string(&["answer"]).as_deref(), Some("No"));
        assert_eq!(reader.strings(&["ids"]), ["007", "1e3", "true"]);
        assert_eq!(reader.string(&["empty"]), None);
    });
    assert!(problems.is_empty());
}

#[test]
fn weights_have_fractions() {
    for (text, weight) in [
        ("2.5", Some(2500)),
        ("-1", Some(-1000)),
        ("'3'", Some(3000)),
        ("1e300", None),
        ("x", None),
    ] {
        let text = format!("weight: {text}\n");
        let node = parse_yaml(&text).expect("valid");
        let (found, problems) = read(&text, &node, |reader| reader.thousandths(&["weight"]));
        assert_eq!(found, weight, "{text}");
        assert_eq!(problems.len(), usize::from(weight.is_none()), "{text}");
    }
}

#[test]
fn lists_in_brackets_are_read_as_other_parsers_do() {
    for text in [
        "tags: [\n  a,\n  b\n]\nnext: 1\n",
        "tags: [\n\ta,\n\tb\n]\nnext: 1\n",
        "tags:\n\t- a\n\t- b\nnext: 1\n",
        "tags: [\n\ta,\n\t\tb,\n\t]\nnext: 1\n",
    ] {
        let node = parse_yaml(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(
            node.value.to_json(),
            serde_json::json!({"tags": ["a", "b"], "next": 1}),
            "{text}"
        );
    }
}

#[test]
fn hints_name_the_spelling_of_kb() {
    let text = "lastUpdatd: x\nautor: y\n";
    let node = parse_yaml(text).expect("valid");
    let ((), problems) = read(text, &node, |reader| {
        reader.string(&["updated", "lastmod", "lastUpdated"]);
        reader.ignore(&["author"]);
    });
    assert_eq!(problems[0].hints, ["did you mean `updated`?"]);
    assert!(problems[1].hints.is_empty(), "{:?}", problems[1].hints);
}

#[test]
fn duplicate_keys_are_found_in_both() {
    assert!(parse_yaml("a: 1\nb: 2\na: 3\n").expect_err("duplicate").duplicate_key);
    assert!(parse_toml("a = 1\na = 3\n").expect_err("duplicate").duplicate_key);
}

#[test]
fn unknown_keys_come_with_a_suggestion() {
    let text = "titel: x\n";
    let node = parse_yaml(text).expect("valid");
    let (_, problems) = read(text, &node, |reader| reader.string(&["title"]));
    assert_eq!(problems[0].message, "unknown key `titel`");
    assert_eq!(problems[0].hints, ["did you mean `title`?"]);
}

#[test]
fn alias_bombs_and_deep_nesting_are_refused() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for i in 1..9 {
        let list = vec![format!("*a{}", i - 1); 10].join(",");
        bomb.push_str(&format!("a{i}: &a{i} [{list}]\n"));
    }
    assert!(parse_yaml(&bomb).is_err());
    let deep = "[".repeat(5_000);
    assert!(parse_yaml(&deep).is_err());
    assert!(parse_toml(&format!("a = {deep}")).is_err());
}

#[test]
fn numbers_dates_and_words_are_told_apart() {
    let node = parse_yaml("a: 2024-06-12\nb: 1.5\nc: 007\nd: 1.2.3\ne: no\nf: 'true'\n").expect("valid");
    assert_eq!(
        node.value.to_json(),
        serde_json::json!({"a": "2024-06-12", "b": 1.5, "c": 7, "d": "1.2.3", "e": "no", "f": "true"})
    );
}

#[test]
fn merge_keys_bring_what_a_table_lacks() {
    let node = parse_yaml("d: &d {a: 1, b: 2}\ne: &e {b: 3, c: 4}\nx:\n  b: 0\n  <<: [*e, *d]\ny: {<<: *d, <: 1}\n")
        .expect("valid");
    let json = node.value.to_json();
    assert_eq!(json["x"], serde_json::json!({"b": 0, "c": 4, "a": 1}));
    assert_eq!(json["y"], serde_json::json!({"<": 1, "a": 1, "b": 2}));
    // A value that is not a table is read like any other key.
    let node = parse_yaml("<<: 3\n").expect("valid");
    assert_eq!(node.value.to_json(), serde_json::json!({"<<": 3}));
}

#[test]
fn brackets_may_close_below_their_key() {
    let node = parse_yaml("a: [\n  x,\n  y,\n]\nb: {\n  c: 1\n}\nd: z\n").expect("valid");
    assert_eq!(
        node.value.to_json(),
        serde_json::json!({"a": ["x", "y"], "b": {"c": 1}, "d": "z"})
    );
    let Value::Table(entries) = &node.value else {
        panic!("a table")
    };
    assert_eq!(entries[2].key_range, 31..32);
    assert!(parse_yaml("a: [\n  x\nb: y\n]\nc: d: e\n").is_err());
}
