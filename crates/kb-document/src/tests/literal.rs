//! What looks like a box and is text: nothing of it is lost; and what follows is still understood.

use super::*;
use crate::markdown::boxes;

/// The HTML without what kb adds to code and tables.
fn shown(text: &str) -> String {
    html(&parse(text))
}

#[test]
fn elements_that_hold_text_as_it_stands_keep_the_syntax_of_boxes() {
    let inside = ":::note Q1\nQ2\n:::\n!!! note \"Q3\"\n=== \"Q4\"\n> [!NOTE] Q5\n";
    for element in ["pre", "textarea", "script", "style"] {
        let text = format!("<{element}>\n{inside}</{element}>\n\n:::note After\nQ6\n:::\n");
        let page = shown(&text);
        assert!(page.contains(inside.trim_end()), "{element} {page}");
        assert!(
            page.contains("<p class=\"callout-title\">After</p>"),
            "{element} {page}"
        );
    }
    let document = parse(":::note\n<pre>\n:::\n</pre>\nQ0\n:::\nQ1\n");
    assert!(html(&document).contains("<pre>\n:::\n</pre>") && problems(&document).is_empty());
    for open in ["<div>", "<table><tr><td>", "<p class=\"a\">"] {
        let page = shown(&format!("{open}\n> [!NOTE] Q1\n> Q2\n"));
        assert!(page.contains("> [!NOTE] Q1\n> Q2"), "{open} {page}");
    }
    // A blank line ends a block of HTML.
    assert!(shown("<div>\n\n> [!NOTE] Q1\n> Q2\n\n</div>\n").contains("callout-note"));
}

#[test]
fn code_and_text_that_goes_on_keep_the_syntax_of_boxes() {
    for (text, kept) in [
        (
            "Text\n\n    > [!NOTE] Q1\n    > Q2\n",
            "<code>&gt; [!NOTE] Q1\n&gt; Q2\n",
        ),
        (
            "1. a\n\n       > [!NOTE] Q1\n       > Q2\n",
            "<code>&gt; [!NOTE] Q1\n&gt; Q2\n",
        ),
        ("Text\n    > [!NOTE] Q1\n", "<p>Text\n&gt; [!NOTE] Q1</p>"),
        (
            "Text\n    :::note Q1\n    Q2\n    :::\n",
            "<p>Text\n:::note Q1\nQ2\n:::</p>",
        ),
        (
            "Text\n    !!! note \"Q1\"\n        Q2\n",
            "<p>Text\n!!! note \"Q1\"\nQ2</p>",
        ),
        ("Text\n    === \"Q1\"\n        Q2\n", "<p>Text\n=== \"Q1\"\nQ2</p>"),
        ("> ```\n> > [!TIP] Q1\n> ```\n", "&gt; [!TIP] Q1"),
        ("> [!NOTE]\n> ```\n> > [!TIP]\n> > Q2\n> ```\n", "&gt; [!TIP]\n&gt; Q2"),
    ] {
        let page = shown(text);
        assert!(page.contains(kept), "{text}{page}");
    }
}

#[test]
fn boxes_behind_code_on_the_line_of_a_mark_are_boxes() {
    for before in [
        "[^f]: ```\n    code\n    ```",
        "Term\n: ```\n  code\n  ```",
        "* - ```\n    code\n    ```",
        "- ```\n  code\n  ```",
        "> ```\n> code\n> ```",
        "> ```\n> code that is never closed",
        "> [!NOTE]\n> ```\n> code that is never closed",
    ] {
        let page = shown(&format!(
            "Q[^f]\n\n{before}\n\n:::note T\n\nQ3\n:::\n\n!!! tip \"T2\"\n    Q4\n"
        ));
        for title in ["T", "T2"] {
            assert!(
                page.contains(&format!("<p class=\"callout-title\">{title}</p>")),
                "{before} {page}"
            );
        }
    }
}

#[test]
fn titles_are_whole() {
    for (opener, title) in [
        ("!!! note \"Say \"Q1\" now\"\n    x", "Say \"Q1\" now"),
        ("!!! note \"a \\\"Q1\\\" b\"\n    x", "a \"Q1\" b"),
        ("!!! note 'Q1'\n    x", "Q1"),
        ("!!! note “Q1”\n    x", "Q1"),
        ("!!! note inline end \"Q1\"\n    x", "Q1"),
        (":::note [Q1](https://e.com) and Q2\nx\n:::", "Q1 and Q2"),
        (":::note[Q1]\nx\n:::", "Q1"),
        (":::note{.c} Q1\nx\n:::", "Q1"),
        (":::note{title=\"Q1\"}\nx\n:::", "Q1"),
        (":::note \"Q1\"\nx\n:::", "Q1"),
        (":::note \"Q1\" and \"Q2\"\nx\n:::", "\"Q1\" and \"Q2\""),
    ] {
        let page = shown(&format!("{opener}\n"));
        let expected = format!("<p class=\"callout-title\">{title}</p>");
        assert!(page.contains(&expected), "{opener}\n{page}");
    }
    // No title: text, as Python-Markdown has it.
    assert!(shown("!!! note \"T\" Q2\n    x\n").contains("!!! note \"T\" Q2"));
}

#[test]
fn boxes_stand_in_quotes_and_on_the_line_of_a_mark() {
    let tip = "<div class=\"callout callout-tip\" role=\"note\"><p class=\"callout-title\">T</p>\n<p>Q1</p>\n</div>\n";
    for (text, around) in [
        ("> :::tip T\n> Q1\n> :::\n", ("<blockquote>\n", "</blockquote>\n")),
        ("> !!! tip \"T\"\n>     Q1\n", ("<blockquote>\n", "</blockquote>\n")),
        ("- :::tip T\n  Q1\n  :::\n", ("<ul>\n<li>", "</li>\n</ul>\n")),
        ("- !!! tip \"T\"\n      Q1\n", ("<ul>\n<li>", "</li>\n</ul>\n")),
        ("- > [!TIP] T\n  > Q1\n", ("<ul>\n<li>", "</li>\n</ul>\n")),
        (
            "1. > :::tip T\n   > Q1\n   > :::\n",
            ("<ol>\n<li><blockquote>\n", "</blockquote>\n</li>\n</ol>\n"),
        ),
        (
            "x\n: :::tip T\n  Q1\n  :::\n",
            ("<dl>\n<dt>x</dt>\n<dd>", "</dd>\n</dl>\n"),
        ),
        (":::tip T\nQ1\n:::\n", ("", "")),
        ("   :::tip T\n   Q1\n   :::\n", ("", "")),
    ] {
        let document = parse(text);
        assert_eq!(html(&document), format!("{}{tip}{}", around.0, around.1), "{text}");
        assert!(problems(&document).is_empty(), "{text}");
    }
    // A list goes on behind a box in an item, as tightly as it was written, also where its end is not indented.
    for end in ["   :::", ":::"] {
        let page = shown(&format!("1. a\n   :::tip T\n   Q1\n{end}\n2. b\n"));
        assert_eq!(page, format!("<ol>\n<li>a{tip}</li>\n<li>b</li>\n</ol>\n"), "{end}");
    }
}

#[test]
fn definitions_and_footnotes_reach_into_boxes_and_out_of_them() {
    let page = shown(
        "[a] x[^1] y[^2]\n\n:::note\n[b] z[^2] [^3]\n\n[a]: a.md\n[^1]: Q1\n[^2]: Q2 [b]\n:::\n\n[b]: b.md 'T'\n[^3]: Q3\n",
    );
    for kept in [
        "<a href=\"a.md\">a</a> x<sup",
        "<a href=\"b.md\" title=\"T\">b</a> z<sup",
        "id=\"_fn-1\"><p>Q1 ",
        "id=\"_fn-2\"><p>Q2 <a href=\"b.md\" title=\"T\">b</a> ",
        "id=\"_fn-3\"><p>Q3 ",
    ] {
        assert!(page.contains(kept), "{kept}\n{page}");
    }
    assert_eq!(page.matches("class=\"footnote-ref\"").count(), 4, "{page}");
}

#[test]
fn what_is_not_indented_is_behind_an_indented_box() {
    let tip = "<div class=\"callout callout-tip\" role=\"note\"><p class=\"callout-title generated\">{tip}</p>\n";
    for (text, expected) in [
        (
            "!!! tip\n    x\nafter\n",
            format!("{tip}<p>x</p>\n</div>\n<p>after</p>\n"),
        ),
        (
            "!!! tip\n    > q\nafter\n",
            format!("{tip}<blockquote>\n<p>q</p>\n</blockquote>\n</div>\n<p>after</p>\n"),
        ),
        (
            "!!! tip\n    !!! tip\n        x\n    y\nz\n",
            format!("{tip}{tip}<p>x</p>\n</div>\n<p>y</p>\n</div>\n<p>z</p>\n"),
        ),
        (
            "- a\n\n    !!! tip\n        x\n    after\n\n- b\n",
            format!("<ul>\n<li><p>a</p>\n{tip}<p>x</p>\n</div>\n<p>after</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"),
        ),
        // A quote goes on without its mark, and no mark becomes text.
        (
            "> > [!TIP]\n> > x\n> lazy\n",
            format!("<blockquote>\n{tip}<p>x\nlazy</p>\n</div>\n</blockquote>\n"),
        ),
        (
            "> !!! tip\n>     x\n> after\n",
            format!("<blockquote>\n{tip}<p>x</p>\n</div>\n<p>after</p>\n</blockquote>\n"),
        ),
        (
            "> > [!TIP]\n> > - x\n> lazy\n",
            format!("<blockquote>\n{tip}<ul>\n<li>x\nlazy</li>\n</ul>\n</div>\n</blockquote>\n"),
        ),
    ] {
        assert_eq!(html(&parse(text)), expected, "{text}");
    }
}

#[test]
fn a_line_of_colons_too_many_ends_what_it_stands_behind() {
    for text in [
        "- a\n:::\n    {/* secret */}\n\nb\n",
        "Term\n: def\n:::\n    {/* secret */}\n\nb\n",
        "[^1]\n\n[^1]: a\n:::\n    {/* secret */}\n\nb\n",
        "1. a\n\n    :::note\n    x\n    :::\n:::\n\nText {/* secret */}\n\n2. b\n",
    ] {
        let document = parse(text);
        let outside_code = html(&document).replace("<code>{/* secret */}", "");
        assert!(!outside_code.contains("secret"), "{text}\n{outside_code}");
        assert_eq!(boxes(text).0, boxes(text).1);
    }
    let page = shown("- a\n\n  ```\n  code\n:::\n  :::note\n  x\n  :::\n\n:::tip Other\ny\n:::\n");
    assert!(page.contains("callout-note") && page.contains("callout-tip"), "{page}");
    let page = shown("- [ ]\n\n    !!! note\n        x\n\n:::tip T\ny\n:::\n");
    assert!(page.contains("callout-tip"), "{page}");
}

#[test]
fn a_comment_may_stand_behind_the_colons_that_close_a_box() {
    for end in ["::: <!-- end note -->", ":::{/* end */}", ":::   "] {
        let document = parse(&format!(":::note\nx\n{end}\n\nafter\n"));
        assert!(problems(&document).is_empty(), "{end} {:?}", problems(&document));
        assert!(html(&document).ends_with("<p>x</p>\n</div>\n<p>after</p>\n"), "{end}");
    }
}

#[test]
fn code_in_boxes_is_as_it_was_written() {
    for (text, code) in [
        (
            "!!! note\n    ```\n    a\n    \n      \n    b\n    ```\n",
            "<code>a\n\n  \nb\n</code>",
        ),
        ("!!! note\n\n        a\n        \n        b\n", "<code>a\n\nb\n</code>"),
        (
            "- a\n\n    :::note\n    ```\n    a\n\n     b\n    ```\n    :::\n",
            "<code>a\n\n b\n</code>",
        ),
        ("> [!NOTE]\n> ```\n> a\n>\n>  b\n> ```\n", "<code>a\n\n b\n</code>"),
        ("!!! note\n\t```\n\ta\n\t\tb\n\t```\n", "<code>a\n\tb\n</code>"),
    ] {
        let page = shown(text);
        assert!(page.contains(code), "{text}\n{page}");
    }
}

#[test]
fn a_footnote_is_found_by_its_label_in_capitals_too() {
    let page = shown(":::note\na[^A]\n:::\n\n[^a]: Q1\n");
    assert!(page.contains("footnote-ref") && page.contains("<p>Q1 "), "{page}");
}
