//! Tables, tasks, ids and levels: what readers who do not see the page need.

use super::*;

fn regions(text: &str) -> Vec<String> {
    let html = html(&parse(text));
    assert_eq!(
        html.matches("<section class=\"table\"").count(),
        html.matches("</section>").count(),
        "{html}"
    );
    let named = html
        .split("<section class=\"table\" tabindex=\"0\" aria-label=\"")
        .skip(1);
    named
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
        .collect()
}

const TABLE: &str = "| a | b |\n|---|---|\n| 1 | 2 |\n\n";

#[test]
fn regions_have_names_of_their_own() {
    let text = format!("{TABLE}{TABLE}## Plans \"A\"\n\n{TABLE}{TABLE}## Plans \"A\" 2\n\n{TABLE}");
    assert_eq!(
        regions(&text),
        [
            "{table}",
            "{table} 2",
            "Plans &quot;A&quot;",
            "Plans &quot;A&quot; 2",
            "Plans &quot;A&quot; 2 2"
        ]
    );
}

#[test]
fn raw_tables_are_regions_too() {
    let text = "## Raw\n\n<table class=x><caption>Of <b>plans</b></caption><tr><td><a href=\"a.md\">1</a></td></tr>\n\n<tr><td>\n\n- [ ] md\n\n</td><td><table><tr><td>in</td></tr></table></td></tr></table>\n\n<p>x</p><table></table><table></table>\n";
    assert_eq!(regions(text), ["Of plans", "Raw", "Raw 2"]);
    let html = html(&parse(text));
    assert!(
        html.contains("<section class=\"table\" tabindex=\"0\" aria-label=\"Of plans\">\n<table class=x><caption>"),
        "{html}"
    );
    assert!(html.contains("<a href=\"a.md\">1</a>"), "{html}");
    assert!(html.contains("</table></td></tr></table>\n</section>"), "{html}");
}

#[test]
fn raw_tables_that_do_not_end_where_they_begin_are_left_alone() {
    for text in [
        "<table><tr><td>x\n\nAfter.\n",
        "</table>\n\nx\n",
        "- <table><tr><td>\n- x</td></tr></table>\n\n</table>\n",
        "a <b>**<table>**</b> </table>\n",
        "> <table>\n\n</table>\n",
        "<!-- <table> --></table>\n",
        "<script>let t = '<table></table>';</script>\n",
    ] {
        assert_eq!(regions(text), [] as [String; 0], "{text}");
    }
    let items = html(&parse("- <table></table>\n- y\n"));
    assert!(items.contains("<li><section class=\"table\""), "{items}");
}

#[test]
fn a_head_names_columns_or_is_none() {
    let html_of = |text: &str| html(&parse(text));
    let corner = html_of("| | b |\n|--:|---|\n| x | 2 |\n");
    assert!(
        corner.contains("<tr><td></td><th scope=\"col\">b</th></tr>\n</thead>\n<tbody>"),
        "{corner}"
    );
    let headless = html_of("| | |\n|--|---|\n| x | 2 |\n");
    assert!(headless.contains("\">\n<table>\n<tbody>\n<tr><td>x</td>"), "{headless}");
}

#[test]
fn the_box_of_a_task_has_a_label() {
    let tasks = html(&parse("- [ ] a **b**\n  - [x] c\n- d\n"));
    assert!(
        tasks.contains("<li class=\"task\"><label><input type=\"checkbox\" disabled> a <strong>b</strong></label><ul>\n<li class=\"task\"><label><input type=\"checkbox\" disabled checked> c</label></li>\n</ul>\n</li>\n<li>d</li>"),
        "{tasks}"
    );
    let loose = html(&parse("- [ ] a\n\n  :::note\n  b\n  :::\n"));
    assert!(
        loose.contains("<p><label><input type=\"checkbox\" disabled> a</label></p>\n<div class=\"callout"),
        "{loose}"
    );
}

#[test]
fn boxes_and_tabs_without_words_are_told_apart_too() {
    let task = html(&parse("- [ ] \n- [x] b\n"));
    assert!(
        task.contains(
            "<li class=\"task\"><label><input type=\"checkbox\" disabled aria-hidden=\"true\"> </label></li>"
        ),
        "{task}"
    );
    let tab = html(&parse(":::tab\nx\n:::\n"));
    assert!(
        tab.contains("data-title=\"{details}\"><p class=\"tab-title generated\">{details}</p>"),
        "{tab}"
    );
    let clean = html(&parse_with("- [x] b\n", RawHtml::Sanitize));
    assert!(clean.contains("<label><input") && clean.contains("</label>"), "{clean}");
}

#[test]
fn no_level_is_skipped() {
    let document = parse("### a\n\n##### b\n\n#### c\n\n## d\n\n#### e\n\n# f\n\n### g\n\n### h\n");
    let levels: Vec<_> = document
        .headings
        .iter()
        .map(|heading| (heading.level, heading.id.as_str()))
        .collect();
    assert_eq!(
        levels,
        [
            (2, "a"),
            (3, "b"),
            (3, "c"),
            (2, "d"),
            (3, "e"),
            (2, "f"),
            (3, "g"),
            (3, "h")
        ]
    );
    assert!(html(&document).contains("<h3 id=\"b\">"));
}

#[test]
fn ids_of_the_text_stand_and_those_of_kb_give_way() {
    let document = parse(
        "## Setup\n\n## Setup\n\n<p id=\"setup\">a</p><a name=\"setup-1\" id=\"setup-1\"></a>\n\nx[^n]\n\n[^n]: y\n",
    );
    let ids: Vec<_> = document.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["setup-2", "setup-3"]);
    let html = html(&document);
    let mut found: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    found.sort_unstable();
    let count = found.len();
    found.dedup();
    assert_eq!(found.len(), count, "{html}");
    assert_eq!(problems(&document), [] as [String; 0]);
}
