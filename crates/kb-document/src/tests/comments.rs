//! What stands in comments stays among writers: none of it leaves.

use super::*;

/// Everything of a document that leaves: its HTML, its texts, its Markdown without comments.
fn leaves(document: &Document) -> String {
    let mut all = vec![html(document), document.summary.clone()];
    all.extend(title(document).map(ToOwned::to_owned));
    all.extend(document.front.description.clone());
    all.extend(document.front.questions.iter().cloned());
    for section in &document.sections {
        all.extend([section.heading.clone(), section.text.clone(), section.anchor.clone()]);
    }
    all.extend(document.headings.iter().map(|heading| heading.title.clone()));
    all.extend(document.links.iter().map(|link| link.target.clone()));
    let mut from = document.body_start;
    for comment in &document.comments {
        if comment.start as usize >= from {
            all.push(document.file.text()[from..comment.start as usize].to_owned());
            from = comment.end as usize;
        }
    }
    all.push(document.file.text()[from..].to_owned());
    all.join("\n")
}

fn check(text: &str) {
    for policy in [RawHtml::Allow, RawHtml::Sanitize, RawHtml::Escape] {
        let document = parse_with(text, policy);
        let left = leaves(&document);
        assert!(!left.contains("Hidden"), "{policy:?} {text}\n---\n{left}");
        assert!(!left.contains("-->"), "{policy:?} {text}\n---\n{left}");
        assert!(left.contains("Shown"), "{policy:?} {text}\n---\n{left}");
    }
}

#[test]
fn no_syntax_ends_a_comment() {
    for inside in [
        "> [!NOTE]\n> Hidden A.\n\nHidden B.",
        ":::warning\nHidden\n:::",
        "!!! note\n    Hidden",
        "??? note \"Hidden\"\n\n    Hidden",
        "=== \"Hidden\"\n    Hidden",
        "```js\nHidden\n```\n\nHidden",
        "```\nHidden, never closed",
        "- Hidden\n\nHidden\n\n- Hidden",
        "| Hidden | b |\n|---|---|\n| Hidden | c |",
        "# Hidden\n\nHidden\n\n## Hidden {#Hidden}",
        "[Hidden](Hidden.md) ![Hidden](Hidden.png)",
        "<div>Hidden\n\n</div>\n\nHidden",
        "Hidden[^1]\n\n[^1]: Hidden",
        "    Hidden\n\n\tHidden",
        "Hidden `a` `` b Hidden",
        "<script>Hidden\n\n</script> Hidden",
    ] {
        for (before, after) in [
            ("Shown\n\n<!--\n", "\n-->\n\nShown\n"),
            ("<!-- ", " -->\nShown\n"),
            ("Shown <!-- ", " --> Shown\n"),
            ("- Shown\n\n  <!--\n", "\n-->\n\nShown\n"),
            ("- <!-- ", "\n\n  -->\n- Shown\n"),
            ("1. Shown\n   - <!-- ", " -->\n     Shown\n"),
            ("> <!-- ", "\n> -->\n> Shown\n"),
            ("> [!TIP]\n> Shown <!-- ", " -->\n"),
            (":::note Shown <!-- ", " -->\nShown\n:::\n"),
            ("!!! note\n\n    <!--\n    ", "\n    -->\n\n    Shown\n"),
            ("=== \"Shown\"\n    <!-- ", " --> Shown\n"),
            ("| Shown | b |\n|---|---|\n| <!-- ", " --> | c |\n"),
            ("## Shown <!-- ", " -->\n"),
            ("[Shown <!-- ", " -->](b.md)\n"),
            ("Shown[^1]\n\n[^1]: <!-- ", " --> Shown\n"),
            ("<div>Shown <!-- ", " --></div>\n"),
            ("Shown\n: <!-- ", " --> Shown\n"),
        ] {
            check(&format!("{before}{inside}{after}"));
        }
    }
}

#[test]
fn comments_end_where_their_writers_ended_them() {
    check("Shown\n\n<!--\nHidden\n<!-- Hidden -->\nHidden\n-->\n\nShown\n");
    check("Shown <!-- Hidden <!-- Hidden --> Hidden --> Shown\n");
    check("Shown\n\n<!--\n```mermaid\nA --> B\n```\nHidden\n-->\n");
    check("<!-->Shown\n\n<!--->Shown\n");
    let kept = |text: &str, parts: &[&str]| {
        let left = leaves(&parse(text));
        assert!(parts.iter().all(|part| left.contains(part)), "{text}\n{left}");
    };
    // An opener too many takes nothing that comes later.
    kept(
        "<!-- a <!-- b -->\n\nShown\n\n```\nA --> B\n```\n",
        &["Shown", "A --&gt; B"],
    );
    kept(
        "<!--\n```\nold\n-->\n\nShown\n\n```js\nmore\n```\n\n<!-- b -->\n\nEnd\n",
        &["Shown", "more", "End"],
    );
    kept("<!-- a <!-- b -->\n\nFrom A --> B.\n", &["From A"]);
}

#[test]
fn a_comment_without_an_end_hides_the_rest_and_says_so() {
    for (text, place) in [
        ("Shown\n\n<!-- Hidden\n\n:::note\nHidden\n", "3:1"),
        ("Shown <!-- Hidden\n\nHidden\n", "1:7"),
        ("- Shown\n- <!-- Hidden\n\nHidden\n", "2:3"),
    ] {
        check(text);
        let first = problems(&parse(text)).into_iter().next();
        let message = "this comment is not closed with `-->`, so the rest of the article is left out";
        assert_eq!(
            first,
            Some(format!("{place} error[comment-unclosed] {message}")),
            "{text}"
        );
    }
}

#[test]
fn comments_in_code_are_code() {
    for (text, shown) in [
        ("```html\n<!-- a\n\nb -->\n```\n", "&lt;!-- a\n\nb --&gt;"),
        ("> ```\n> <!-- a -->\n> ```\n", "&lt;!-- a --&gt;"),
        ("- x\n\n  ```\n  <!-- a\n  b -->\n  ```\n", "&lt;!-- a\nb --&gt;"),
        (
            "!!! note\n    ~~~\n    <!-- a\n    b -->\n    ~~~\n",
            "&lt;!-- a\nb --&gt;",
        ),
        ("Text:\n\n    <!-- a\n    b -->\n", "&lt;!-- a\nb --&gt;"),
        (
            "Write `<!-- a -->` and `` <!-- ` --> ``.\n",
            "<code>&lt;!-- a --&gt;</code>",
        ),
        ("Write `<!--`, then words, then `-->`.\n", "<code>&lt;!--</code>, then"),
        ("<!-- ``` -->\n\n```\n<!-- a -->\n```\n", "&lt;!-- a --&gt;"),
        ("Write `a|\nb <!-- c -->` here.\n", "b &lt;!-- c --&gt;"),
        ("Write `a\nb <!-- c -->` here.\n", "b &lt;!-- c --&gt;"),
        ("Write \\<!-- a --> here.\n", "&lt;!-- a --&gt;"),
        (
            "<script>\n<!--\nlet a = 1;\n//-->\n</script>\n",
            "<!--\nlet a = 1;\n//-->",
        ),
    ] {
        let document = parse(text);
        assert!(html(&document).contains(shown), "{text}\n{}", html(&document));
        assert_eq!(problems(&document), [] as [String; 0], "{text}");
    }
    // Code ends with its list, quote or cell.
    for text in [
        "> ```\n> Shown\n\n<!--\n:::note\nHidden\n-->\n",
        "| Shown ` | ` <!-- Hidden --> |\n|---|---|\n",
        "a | b\n-|-\nShown ` sign <!-- Hidden | Hidden --> sign\n",
        "> a | b\n> :-|-:\n> x | y\n> Shown ` | ` <!-- Hidden -->\n",
        "<!-- ```\nHidden --> Hidden\n``` -->\n\nShown\n",
        "Shown `\n\n<!--\n:::note\nHidden `\n-->\n",
        "Shown `\n- <!-- Hidden\n\n` Hidden -->\n",
        "- Shown\n\n    <!-- Hidden\n\n    !!! note\n    -->\n",
    ] {
        check(text);
    }
}

#[test]
fn texts_of_the_front_matter_have_no_comments() {
    let text = "---\ntitle: Shown <!-- Hidden -->\ndescription: <!-- Hidden --> Shown\nquestions: [\"What <!-- Hidden --> now?\"]\n---\n\nShown.\n";
    let document = parse(text);
    assert_eq!(title(&document), Some("Shown"));
    assert_eq!(document.front.description.as_deref(), Some("Shown"));
    assert_eq!(document.front.questions, ["What now?"]);
    let document = parse("---\ntitle: \"What do `<!-- -->` and <!-- mean?\"\n---\n");
    assert_eq!(title(&document), Some("What do `<!-- -->` and <!-- mean?"));
}

#[test]
fn places_behind_comments_are_those_of_the_file() {
    let text = "<!-- a\n\nb --> x\n\n:::note <!-- c\nd -->\n[e](e.md) <!-- f --> [g](g.md)\n:::\n\n<!-->[h](h.md)\n\n::: odd\n";
    let document = parse(text);
    for link in &document.links {
        let written = &text[link.range.start as usize..link.range.end as usize];
        assert_eq!(written, link.target, "{text}");
    }
    assert_eq!(document.links.len(), 2);
    assert_eq!(
        problems(&document),
        [
            "12:1 warning[container-unknown] there is no container `odd`",
            "12:1 warning[container-unclosed] this `:::odd` box has no closing `:::`"
        ]
    );
}

/// Blocks with a secret and blocks without, around and in comments.
fn pieces() -> impl Strategy<Value = String> {
    let block = prop::sample::select(vec![
        "Hidden text",
        "> [!NOTE]\n> Hidden",
        "> Hidden\n> - Hidden",
        ":::warning\nHidden\n:::",
        ":::tabs",
        ":::",
        "!!! note \"Hidden\"\n    Hidden",
        "=== \"Hidden\"\n\n    Hidden",
        "```\nHidden\n```",
        "~~~ Hidden\nHidden\n~~~",
        "- Hidden\n  - Hidden",
        "1. Hidden\n\n   Hidden",
        "    Hidden",
        "# Hidden",
        "| Hidden | b |\n|---|---|\n| c | Hidden |",
        "<div>Hidden",
        "</div>",
        "Hidden `code`",
        "`",
        "[^1]: Hidden",
        "Hidden\n: Hidden",
        "\\",
        "***Hidden",
        "",
    ]);
    prop::collection::vec(block, 1..5).prop_map(|blocks| blocks.join("\n\n"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_leaves_a_comment(
        parts in prop::collection::vec(
            (
                prop::sample::select(vec![
                    "", "- ", "> ", "> - ", "1. ", "  ", "words ", "## ", ":::note\n", "!!! note\n    ", "=== \"t\"\n    ",
                    "- a\n\n  ", "> [!TIP]\n> ", "| a | ", "**b** ", "<b>", "<div>\n", "[a](b) ", "``` x ``` ", "[^1]: ", ": ",
                ]),
                pieces(),
                prop::sample::select(vec!["\n", "\n\n", " words\n\n", " |\n", "\n:::\n\n", "\n> more\n\n", "</b>\n\n"]),
            ),
            1..6,
        ),
    ) {
        // Text before a comment without a secret; in it, with one. Code that is open before it would make it code.
        let texts: Vec<String> =
            parts.iter().map(|(before, inside, after)| format!("{before}<!-- {inside} -->{after}")).collect();
        let text = texts.concat();
        for policy in [RawHtml::Allow, RawHtml::Sanitize, RawHtml::Escape] {
            let document = parse_with(&text, policy);
            let left = leaves(&document);
            prop_assert!(!left.contains("Hidden"), "{:?} {}\n---\n{}", policy, text, left);
        }
    }
}

#[test]
fn other_notations_of_comments_are_comments() {
    let definitions = [
        "[//]: # (Hidden)",
        "[//]: #\n  (Hidden)",
        "{/* Hidden */}",
        "[//]: # \"Hidden\"",
        "[//]: # 'it's Hidden'",
        "[//]: <> (Hidden)",
        "[//]: # (a (b) Hidden :) Hidden)",
        "[//]: # Hidden",
        "[//]: #(Hidden)",
        "[//] : # (Hidden) Hidden",
        "[//]: https://Hidden.example (Hidden)",
        "[comment]: # (Hidden)",
        "[Comment]: <> (Hidden)",
    ];
    for definition in definitions {
        for (before, after) in [
            ("", "\n\nShown\n"),
            ("Shown\n\n", "\n"),
            ("Shown\n", "\nShown\n"),
            ("# Shown\n", "\n\nShown\n"),
            ("Shown\n===\n", "\n"),
            ("Shown\n\n---\n", "\n"),
            (":::note\n", "\nShown\n:::\n"),
            ("!!! note\n    ", "\n\nShown\n"),
            ("> Shown\n>\n> ", "\n"),
            ("> [!NOTE]\n> ", "\n> Shown\n"),
            ("- Shown\n\n  ", "\n\n  Shown\n"),
            ("- > ", "\n\nShown\n"),
            ("-\tShown\n\n\t", "\n"),
            ("Shown[^1]\n\n[^1]: a\n\n    ", "\n"),
            ("Shown\n: d\n\n    ", "\n"),
            ("| Shown |\n|-|\n| b |\n", "\n"),
        ] {
            check(&format!("{before}{definition}{after}"));
        }
    }
    for text in [
        "[//]: # (Hidden\n   Hidden)\nShown\n",
        "[x]: # \"Hidden\"\n\nShown\n",
        "<?Hidden ?>\n\nShown\n",
        "Shown <? Hidden\nHidden ?> Shown\n",
        "<![CDATA[ Hidden > Hidden ]]>\n\nShown\n",
        "Shown <!Hidden> Shown\n",
        "> <!x\n> Hidden\n> a>\n\nShown\n",
        "> [!NOTE]\n> <!DOCTYPE x\n> Hidden>\n\nShown\n",
        "-\tShown\n\n\t<? 1>0 Hidden ?>\n",
        "1.\tShown\n\n\t<!x Hidden>\n",
        "Shown[^1]\n\n[^1]: a\n\n    <? 1>0 Hidden ?>\n",
        "Shown\n: d\n\n    <![CDATA[ > Hidden ]]>\n",
        "-\tShown\n\n\t<!--\n\t!!! note\n\t    Hidden\n\t-->\n",
        "Shown[^1]\n\n[^1]: b\n\n    <!--\n    !!! note\n        Hidden\n    -->\n",
        "Shown\n:   d\n\n    <!--\n\n    !!! note\n        Hidden\n    -->\n",
        "Shown\n\n<? Hidden\n\nHidden\n",
        "Shown\n\n<!Hidden\n\nHidden\n",
    ] {
        check(text);
    }
    for (text, shown) in [
        ("[top]: # \"Up\"x\n\n[a][top]\n", "Up"),
        ("[top]: #\n\n[a][top]\n", "href=\"#\""),
        ("See [//] and [comment]: all\n", "[comment]: all"),
        ("> [!NOTE] Title [//]: # (c)\n> W\n", "Title"),
        ("`<?php Shown ?>`\n", "Shown"),
        ("```\n[//]: # (Shown)\n<!Shown>\n```\n", "Shown)"),
        ("    [//]: # (Shown)\n", "Shown)"),
        ("<!> Shown > <?\n", "Shown"),
        ("a <! Shown > b <? x\n", "Shown"),
        ("<a href=\"<!--\">Shown</a> -->\n", "Shown"),
        ("A <a title=\"a <!-- b\">x</a>\n\nShown\n", "Shown"),
    ] {
        let left = leaves(&parse_with(text, RawHtml::Allow));
        assert!(left.contains(shown), "{text}\n---\n{left}");
    }
    for text in ["Shown\n\n<? Hidden\n", "<![CDATA[ x\n"] {
        let said = problems(&parse_with(text, RawHtml::Allow));
        assert!(
            said.len() == 1 && said[0].contains("error[comment-unclosed]"),
            "{text} {said:?}"
        );
    }
}

#[test]
fn code_that_is_not_closed_ends_with_its_container() {
    for (text, place) in [
        ("=== \"Tab\"\n\n    ```sh\n    run\n\nShown <!-- Hidden -->\n", "3:5"),
        (
            "!!! note\n    - a\n\n      ~~~~\n      run\n\nShown\n\n[//]: # (Hidden)\n",
            "4:7",
        ),
        (
            ":::details\n```\nrun\n:::\n\nShown <!-- Hidden -->\n\n```sh\nrun\n```\n",
            "2:1",
        ),
        (
            "=== \"Tab\"\n\n    1. ```sh\n       run\n\nShown <!-- Hidden -->\n",
            "3:8",
        ),
    ] {
        check(text);
        let document = parse_with(text, RawHtml::Allow);
        assert!(!leaves(&document).contains("kb-->"), "{text}");
        let said = problems(&document);
        let expected = format!("{place} warning[code-unclosed]");
        assert!(said.len() == 1 && said[0].starts_with(&expected), "{text} {said:?}");
    }
    for text in [
        ":::note\n```\n:::\n```\nShown\n:::\n",
        ":::note\n```\n:::x\n:::\n```\nShown\n:::\n",
        "```\nShown\n```\n",
        "> ~~~\n> Shown\n> ~~~\n",
        "````\nShown `\n```\n````\n",
    ] {
        let said = problems(&parse_with(text, RawHtml::Allow));
        assert!(said.is_empty(), "{text} {said:?}");
    }
    let said = problems(&parse_with("Text\n\n```sh\nrun\n", RawHtml::Allow));
    assert!(
        said.len() == 1 && said[0].starts_with("3:1 warning[code-unclosed]"),
        "{said:?}"
    );
}

#[test]
fn two_comments_around_the_fences_of_code_hide_no_more_than_these() {
    let document = parse("one\n\n<!--\n```js\n-->\n\nkept\n\n<!--\n```\n-->\n\nend\n");
    assert_eq!(document.sections[0].text, "one\nkept\nend");
}
