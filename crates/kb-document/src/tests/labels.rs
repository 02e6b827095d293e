//! Labels of links and footnotes: which definition counts, and which ones are the same.

use super::*;

/// The targets of the links, in order.
fn targets(text: &str) -> Vec<String> {
    let document = parse(text);
    assert_eq!(problems(&document), [""; 0], "{text}");
    document.links.into_iter().map(|link| link.target).collect()
}

#[test]
fn the_first_definition_in_the_article_counts_in_boxes_and_around_them() {
    let first_outside =
        "[a]: one.md\n\n[x][a]\n\n:::note\n[a]: two.md\n\n[y][a] [z][b]\n\n[b]: three.md\n:::\n\n[b]: four.md\n";
    assert_eq!(targets(first_outside), ["one.md", "one.md", "three.md"]);
    let first_inside =
        "[x][A]\n\n> [!TIP]\n> [a]: two.md\n> [y][a]\n\n!!! note\n    [a]: three.md\n\n    [z][a]\n\n[a]: one.md\n";
    assert_eq!(targets(first_inside), ["two.md", "two.md", "two.md"]);
}

#[test]
fn overridden_definitions_keep_their_lines_and_places() {
    let text = "[ä b]: one.md\n\n:::note\n- > [Ä\n  > b]: two.md\n\n[c][none]\n\n[x][ä b]\n:::\n";
    let document = parse(text);
    assert_eq!(
        problems(&document),
        ["7:1 warning[reference-missing] there is no definition of `[none]`, so this is text"]
    );
    assert_eq!(document.links[0].target, "one.md");
    let page = html(&document);
    assert!(!page.contains('\u{1}') && !page.contains("two.md"), "{page}");
}

#[test]
fn labels_are_the_same_by_case_folding_as_for_the_parser() {
    assert_eq!(targets("[x][SS]\n\n[ẞ]: one.md\n"), ["one.md"]);
    assert_eq!(
        targets(":::note\n[x][SS] [y][ΑΓΩΣ]\n:::\n\n[ẞ]: one.md\n[αγως]: two.md\n"),
        ["one.md", "two.md"]
    );
    let page = html(&parse("Text[^ẞ].\n\n:::note\nMore[^SS].\n:::\n\n[^ss]: Said.\n"));
    assert_eq!(
        (page.matches("_fn-1\"").count(), page.contains("Said.")),
        (3, true),
        "{page}"
    );
}

#[test]
fn footnotes_that_are_not_shown_are_reported() {
    let text = "One[^a].\n\n[^a]: Said.\n[^b]: Lost, with[^c].\n\n:::note\n[^c]: Lost too.\n[^A]: Second.\n:::\n";
    let document = parse(text);
    assert_eq!(
        problems(&document),
        [
            "4:1 warning[footnote-unused] nothing refers to the footnote `[^b]`, so its text is not on the page",
            "7:1 warning[footnote-unused] nothing refers to the footnote `[^c]`, so its text is not on the page",
            "8:1 warning[footnote-unused] there is another footnote `[^A]` before this one, so the text of this one is not \
             on the page",
        ]
    );
    let page = html(&document);
    assert!(
        page.contains("Said.") && !page.contains("Lost") && !page.contains("Second"),
        "{page}"
    );
    for fine in [
        "One[^a].\n\n[^a]: Said[^b].\n\n[^b]: Too.\n",
        "One[^a].\n\n[^a]: Said.\n\n:::note\n[^a]: Said.\n:::\n",
        "| A |\n|---|\n| x[^a] |\n\n[^a]: Said.\n",
        ":::note\nOne[^a].\n:::\n\n[^a]: Said.\n",
        "```\n[^a]: code\n```\n\n    [^b]: code\n\n`[^c]: x`\n",
    ] {
        assert_eq!(problems(&parse(fine)), [""; 0], "{fine}");
    }
}

#[test]
fn end_tags_in_capitals_end_raw_html() {
    let page = html(&parse(
        "<PRE>\n:::note\n</PRE>\n\n*after*\n\n<pre>\nx</Pre>\n\n:::tip\nhi\n:::\n",
    ));
    assert!(page.contains("<PRE>\n:::note\n</pre>\n<p><em>after</em></p>"), "{page}");
    assert!(page.contains("callout-tip"), "{page}");
    // Code is as it was written.
    let page = html(&parse("```\n</PRE>\n```\n\n<script>x</SCRIPT>\n\n*after* `</PRE>`\n"));
    assert!(
        page.contains("&lt;/PRE&gt;\n") && page.contains("<code>&lt;/PRE&gt;</code>"),
        "{page}"
    );
    assert!(page.contains("<em>after</em>"), "{page}");
}

#[test]
fn titles_in_brackets_may_have_brackets() {
    let title = |line: &str| {
        let page = html(&parse(&format!(":::{line}\ntext\n:::\n")));
        let (_, title) = page.split_once("callout-title\">").expect("a title");
        title.split("</p>").next().unwrap_or_default().to_owned()
    };
    assert_eq!(title("tip[My [link](x.md)]"), "My link");
    assert_eq!(title("tip[An array `a[0]`]"), "An array <code>a[0]</code>");
    assert_eq!(title("tip[A \\] bracket]"), "A ] bracket");
    assert_eq!(title("tip [a](b.md) and [c]"), "a and [c]");
}
