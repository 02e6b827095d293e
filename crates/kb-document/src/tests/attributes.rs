//! Attribute lists of Python-Markdown and kramdown, and links by name.

use super::*;

#[test]
fn images_and_links_take_what_stands_behind_them() {
    let image = |attributes: &str| format!("<img src=\"a.png\" alt=\"A\"{attributes} decoding=\"async\">");
    for (text, expected) in [
        (
            "![A](a.png){ width=\"300\" }",
            format!("<p class=\"picture\">{}</p>\n", image(" width=\"300\"")),
        ),
        (
            "![A](a.png){width=300px}",
            format!("<p class=\"picture\">{}</p>\n", image(" width=\"300\"")),
        ),
        (
            "![A](a.png){: .wide #pic width=50% loading=lazy}",
            format!(
                "<p class=\"picture\">{}</p>\n",
                image(" id=\"pic\" class=\"wide\" width=\"50%\"")
            ),
        ),
        (
            "x ![A](a.png){.i}, y",
            format!("<p>x {}, y</p>\n", image(" class=\"i\"")),
        ),
        (
            "[b](c.md){ .md-button .x }",
            "<p><a href=\"c.md\" class=\"md-button x\">b</a></p>\n".to_owned(),
        ),
        (
            "[b](c.md){:target=\"_blank\" rel='noopener'} d",
            "<p><a href=\"c.md\">b</a> d</p>\n".to_owned(),
        ),
        (
            "[b](c.md){:target=“_blank”}",
            "<p><a href=\"c.md\">b</a></p>\n".to_owned(),
        ),
        (
            "`x`{ .yaml } and *y*{: #z }",
            "<p><code>x</code> and <em>y</em></p>\n".to_owned(),
        ),
    ] {
        let document = parse(text);
        assert_eq!(html(&document), expected, "{text}");
        assert!(problems(&document).is_empty(), "{text}");
        assert!(!document.sections[0].text.contains('{'), "{text}");
    }
}

#[test]
fn blocks_take_what_stands_in_a_line_of_its_own() {
    let note = "<div class=\"callout callout-note\" role=\"note\"><p class=\"callout-title generated\">{note}</p>\n<p>A</p>\n</div>\n";
    for (text, expected) in [
        ("{: .note }\nA\n", note),
        ("A\n{: .note }\n", note),
        ("{: .note }\n> A\n", note),
        ("{: .note }\n\nA\n", note),
        ("A\n{: .fs-6 .fw-300 }\n", "<p>A</p>\n"),
        ("* TOC\n{:toc}\n\nA\n", "<p>A</p>\n"),
        ("1. TOC\n{:toc}\n{: .no_toc }\n\nA\n", "<p>A</p>\n"),
        ("- A\n{: .x }\n", "<ul>\n<li>A</li>\n</ul>\n"),
    ] {
        assert_eq!(html(&parse(text)), expected, "{text}");
    }
    assert_eq!(html(&parse("B\n\n{: .note }\nA\n")), format!("<p>B</p>\n{note}"));
    assert_eq!(html(&parse("B\n\n{: .note }\n> A\n")), format!("<p>B</p>\n{note}"));
    assert_eq!(
        html(&parse("> B\n\n{: .note }\n\nA\n")),
        format!("<blockquote>\n<p>B</p>\n</blockquote>\n{note}")
    );
    let document = parse("## One {: #first .c }\n\n## Two\n{: .no_toc #second }\n\n## Three {#third}\n");
    let ids: Vec<_> = document.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["first", "third"]);
    assert_eq!(document.anchors, ["first", "second", "third"]);
    assert_eq!(document.headings[0].title, "One");
}

#[test]
fn braces_that_are_no_list_are_text() {
    for text in [
        "[b](c.md) {x}",
        "[b](c.md){x}",
        "[b](c.md){}",
        "[b](c.md){ .x",
        "[b](c.md){ width= }",
        "`x`{{ y }}",
        "x{: .y }",
        "Write {: .note } here",
        "`{: .note }`",
        "`![A](a.png){ width=3 }`",
        "{ .note }\nA",
    ] {
        let braces = text.find('{').map(|at| text[at..].trim_end_matches('`'));
        let page = html(&parse(text));
        assert!(page.contains(braces.unwrap_or_default()), "{text}\n{page}");
    }
    assert!(html(&parse("```\n{: .note }\nA\n```\n")).contains("{: .note }"));
}

#[test]
fn links_by_name_say_what_they_name() {
    for (text, expected) in [
        (
            "See [[Other note]].",
            "<p>See <a href=\"Other note\">Other note</a>.</p>\n",
        ),
        (
            "[[a/Other|the other]] x",
            "<p><a href=\"a/Other\">the other</a> x</p>\n",
        ),
        (
            "[[Other#Two words]]",
            "<p><a href=\"Other#two-words\">Other: Two words</a></p>\n",
        ),
        (
            "[[#Two words|here]] [[Other#^abc]]",
            "<p><a href=\"#two-words\">here</a> <a href=\"Other\">Other: ^abc</a></p>\n",
        ),
        ("![[Other]]", "<p><a href=\"Other\">Other</a></p>\n"),
        (
            "![[my shot.png|300]]",
            "<p class=\"picture\"><img src=\"my shot.png\" alt=\"\" width=\"300\" decoding=\"async\"></p>\n",
        ),
        (
            "x ![[b.png|A b]]",
            "<p>x <img src=\"b.png\" alt=\"A b\" decoding=\"async\"></p>\n",
        ),
        (
            "x ![A b|30x20](b.png)",
            "<p>x <img src=\"b.png\" alt=\"A b\" width=\"30\" decoding=\"async\"></p>\n",
        ),
        ("| a |\n|---|\n| [[b\\|c]] |\n", "<a href=\"b\">c</a>"),
    ] {
        let document = parse(text);
        let page = html(&document);
        assert!(page.contains(expected), "{text}\n{page}");
        let is_width = text.contains("](");
        assert!(document.links.iter().all(|link| link.named != is_width), "{text}");
    }
    for text in [
        "`[[x]]`",
        "```\n[[x]]\n```",
        "if [[ -f x ]]; then",
        "[[1]](a.md)",
        "[[]]",
        "[[a",
        "a]]",
        "x [[a\nb]]",
    ] {
        let document = parse(text);
        assert!(document.links.iter().all(|link| !link.named), "{text}");
        assert!(
            text.starts_with("[[1]]") || html(&document).contains("[[") || text == "a]]",
            "{text}"
        );
    }
    for text in ["[TOC]\n\nA", "[[toc]]\n\nA", "[[_TOC_]]\n\nA"] {
        assert_eq!(html(&parse(text)), "<p>A</p>\n", "{text}");
    }
}
