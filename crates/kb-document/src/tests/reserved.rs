//! What belongs to the page around an article, and what no article can have: ids, names, hooks of scripts.

use super::*;

/// The values of an attribute in HTML, in order.
fn values<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let parts = html.split(start.as_str()).skip(1);
    parts.filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn ids_and_names_of_the_theme_are_left_out_in_every_mode() {
    let text = "<div id=\"_search-kit\" class=\"x\">a</div>\n\n<a name=_main href=\"b.md\">b</a> <details name='_nav'><summary id=\"ok\">c</summary></details>\n\n## d {#_related}\n";
    for policy in [RawHtml::Allow, RawHtml::Sanitize] {
        let document = parse_with(text, policy);
        let html = html(&document);
        assert_eq!(values(&html, "id"), ["ok", "s_related"], "{html}");
        assert_eq!(values(&html, "name"), [] as [&str; 0], "{html}");
        assert!(
            html.contains("<div class=\"x\">a</div>") && html.contains("href=\"b.md\""),
            "{html}"
        );
        assert_eq!(document.anchors, ["ok", "s_related"]);
        assert_eq!(
            problems(&document),
            [
                "1:1 warning[html-id] the id or name `_search-kit` is left out",
                "3:1 warning[html-id] the id or name `_main` is left out",
                "3:33 warning[html-id] the id or name `_nav` is left out",
                "5:1 warning[heading-id] the id `_related` cannot be used again; it became `s_related`",
            ]
        );
    }
    let shown = html(&parse_with(text, RawHtml::Escape));
    assert!(
        shown.contains("&lt;div id=\"_search-kit\"") && shown.contains("<h2 id=\"s_related\">"),
        "{shown}"
    );
}

#[test]
fn a_clean_article_has_the_hooks_of_kb_and_no_others() {
    let text = "=== \"One\"\n    a\n\n=== \"Two\"\n    b\n\n```rust\nx\n```\n\n![v](https://youtu.be/x)\n\nNote[^1].\n\n[^1]: y\n\n\
        <section class=tab data-title=\"Mine\" DATA-KB-RELOAD data-video=\"https://www.youtube-nocookie.com/embed/x\">c</section>\n\n\
        <svg><style><b id=_x data-glue=y></style></svg>\n\n<p tabindex=5 data-k=v>d</p><p tabindex=0>e</p>\n";
    let clean = html(&parse_with(text, RawHtml::Sanitize));
    assert_eq!(values(&clean, "data-title"), ["One", "Two"], "{clean}");
    assert_eq!(values(&clean, "data-lang"), ["rust"]);
    assert_eq!(
        values(&clean, "data-video"),
        ["https://www.youtube-nocookie.com/embed/x"]
    );
    assert_eq!(values(&clean, "data-host"), ["YouTube"]);
    assert_eq!(values(&clean, "id"), ["_fnref-1", "_fn-1"]);
    assert_eq!(values(&clean, "tabindex"), ["0", "0"], "{clean}");
    let hooks = clean.matches(" data-").count();
    assert_eq!(hooks, 5, "{clean}");
    // With HTML allowed, an article has what it says.
    let allowed = html(&parse(text));
    assert_eq!(values(&allowed, "data-title"), ["One", "Two", "Mine"], "{allowed}");
    assert_eq!(values(&allowed, "data-video").len(), 2);
}

#[test]
fn a_tag_without_an_end_takes_nothing_that_comes_later() {
    for text in [
        "<div title=\"\n\n\" id=\"_main\" data-glue=x>\n\n\" id=_main <b>c</b>\n",
        "<div title='\n\n=== \"a' id='_main' b\"\n    c\n",
        "<div\n\n## x' id=_main {#_main}\n",
        "- <img alt=\"\n\n\" id=_main data-glue=x>\n",
        "x <b title='<b title=\"\n\n' id=_main>\"\n",
    ] {
        for policy in [RawHtml::Allow, RawHtml::Sanitize] {
            let document = parse_with(text, policy);
            let html = html(&document);
            // As a browser reads it.
            let found = html5gum::Tokenizer::new(&html).any(|token| {
                let Ok(token) = token;
                let html5gum::Token::StartTag(tag) = token else {
                    return false;
                };
                let id = tag.attributes.get(&b"id"[..]);
                id.is_some_and(|id| id.value.starts_with(b"_")) || tag.attributes.contains_key(&b"data-glue"[..])
            });
            assert!(!found, "{policy:?} {text}\n{html}");
        }
    }
    let document = parse("<div class=\"a\"\n\nb>\n");
    assert_eq!(html(&document), "&lt;div class=\"a\"\n<p>b&gt;</p>\n");
    assert_eq!(
        problems(&document),
        ["1:1 warning[html-unfinished] this tag has no end, so it is shown as text"]
    );
}
