//! Which paths a site may have, and which cannot stand side by side.

use proptest::prelude::*;

use super::super::*;
use super::Outcome;

#[test]
fn ordinary_paths_are_taken() -> Outcome {
    let long = format!("{}/index.html", "a".repeat(255));
    for path in [
        "index.html",
        "a/b/c.html",
        "помощь/вход/index.html",
        ".well-known/x",
        "a b.txt",
        "con-tact/x",
        &long,
    ] {
        assert_eq!(OutputPath::new(path)?.as_str(), path);
    }
    Ok(())
}

#[test]
fn each_bad_path_has_its_message() {
    let long = "é".repeat(128);
    let cases = [
        ("", "it is empty"),
        ("/etc/passwd", "it must be relative to the output folder"),
        ("a//b", "it has two slashes in a row"),
        ("a/", "it has two slashes in a row"),
        ("a/../b", "it has a part that is \".\" or \"..\""),
        ("./a", "it has a part that is \".\" or \"..\""),
        (&long, "one of its names has 256 bytes; file systems store at most 255"),
        (
            "a\\b",
            "the character '\\\\' is not allowed in file names on every system",
        ),
        (
            "a\0b",
            "the character '\\0' is not allowed in file names on every system",
        ),
        (
            "a\nb",
            "the character '\\n' is not allowed in file names on every system",
        ),
        ("c:/a", "the character ':' is not allowed in file names on every system"),
        ("a./b", "one of its names ends with a dot or a space"),
        ("a /b", "one of its names ends with a dot or a space"),
        ("a/NUL", "\"NUL\" is the name of a device on Windows"),
        ("a/aux.md", "\"aux\" is the name of a device on Windows"),
        (".kb-output", "\".kb-output\" is a reserved name"),
        (".Git/config", "\".Git\" is a reserved name"),
    ];
    for (path, problem) in cases {
        let message = OutputPath::new(path).map_err(|error| error.to_string());
        assert_eq!(message, Err(format!("cannot write \"{path}\": {problem}")));
    }
}

proptest! {
    #[test]
    fn no_path_leads_out(path in "[./\\\\a-c:\u{0}é-]{0,12}") {
        if let Ok(path) = OutputPath::new(path) {
            let below = path.below(std::path::Path::new("root"));
            let mut parts = below.components();
            prop_assert_eq!(parts.next().map(|part| part.as_os_str().to_owned()), Some("root".into()));
            prop_assert!(parts.all(|part| matches!(part, std::path::Component::Normal(_))));
        }
    }
}

/// The message of the collision when `second` follows `first`.
fn collision(first: &str, second: &str) -> Result<Option<String>, OutputError> {
    let mut output = Output::<Body>::default();
    output.insert(OutputPath::new(first)?, "".into())?;
    Ok(output
        .insert(OutputPath::new(second)?, "".into())
        .err()
        .map(|error| error.to_string()))
}

#[test]
fn colliding_paths_are_refused() -> Outcome {
    let cases = [
        (
            "a/index.html",
            "a/index.html",
            "two pages or files are written to \"a/index.html\"",
        ),
        (
            "a/Logo.svg",
            "a/logo.svg",
            "\"a/logo.svg\" collides with \"a/Logo.svg\"",
        ),
        ("CAFÉ", "cafe\u{301}", "\"cafe\u{301}\" collides with \"CAFÉ\""),
        ("a", "a/b", "\"a/b\" collides with \"a\""),
        ("A", "a/b/c", "\"a/b/c\" collides with \"A\""),
        ("a/b/c", "a/b", "the file \"a/b\" collides with the folder \"a/b\""),
    ];
    for (first, second, message) in cases {
        assert_eq!(collision(first, second)?.as_deref(), Some(message));
    }
    Ok(())
}

#[test]
fn folders_may_differ_in_case() -> Outcome {
    assert_eq!(collision("A/x", "a/y")?, None);
    assert_eq!(collision("a/b/c", "a/b/d")?, None);
    Ok(())
}

#[test]
fn an_output_is_sorted_and_counts() -> Outcome {
    let output = super::output(&[("b", "12"), ("a/c", "345")])?;
    assert_eq!(
        output.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(),
        ["a/c", "b"]
    );
    assert_eq!(output.iter().count(), 2);
    assert_eq!(output.get("b").map(Body::len), Some(2));
    Ok(())
}
