//! The text of articles as search has it: sections, each with its lines.

use super::*;

fn sections(document: &Document) -> Vec<(&str, &str, &str)> {
    let sections = document.sections.iter();
    sections
        .map(|section| (section.anchor.as_str(), section.heading.as_str(), section.text.as_str()))
        .collect()
}

fn text(markdown: &str) -> String {
    parse(markdown).sections[0].text.clone()
}

#[test]
fn each_block_row_and_item_has_lines_of_its_own() {
    for (markdown, expected) in [
        ("One\ntwo.\n\n*Th*ree  \nfour", "One two.\nThree\nfour"),
        ("- a\n- b\n\n  c\n    1. d\n", "a\nb\nc\n1. d"),
        ("9. a\n\n   b\n9. - c\n   - d\n\ne", "9. a\nb\n10. c\nd\ne"),
        ("| A | B |\n|---|---|\n| 1 | 2 |\n\nc", "A: B\n1: 2\nc"),
        ("| | B | C |\n|---|---|---|\n| 1 | | 3 |\n", ": B, C\n1: , 3"),
        (
            "<ol start=3><li>a<ol><li>b</ol><li><p>c</ol>\n\nd",
            "3. a\n1. b\n4. c\nd",
        ),
        ("<table><tr><th>A</th>\n<td><p>b</p></td><tr><td>c</table>", "A: b\nc"),
        ("```sh\na  b\n\n  c\n```\n\n    d\n", "a b\nc\nd"),
        ("> q\n\nTerm\n: Means\n\n---\nx", "q\nTerm\nMeans\nx"),
        ("x ![alt\ntext](a.png) y", "x alt text y"),
        ("![alt](a.png \"Caption\")\n\ny", "alt\nCaption\ny"),
        ("- [ ] a\n- [x] b\n", "a\nb"),
        ("H<sub>2</sub>O <b>a</b>b<br>c", "H2O ab\nc"),
        ("<div>\n<p>a\nb<p>c</div>\n\nd", "a b\nc\nd"),
        ("<pre>\na\nb\n</pre>", "a\nb"),
    ] {
        assert_eq!(crate::structure::plain(&text(markdown)), expected, "{markdown}");
    }
}

#[test]
fn what_the_theme_says_is_no_text() {
    for (markdown, expected) in [
        (":::note\nx\n:::\n\n:::tip Mine\ny\n:::\n", "x\nMine\ny"),
        (":::details\nx\n:::\n\n:::tab\ny\n:::\n", "x\ny"),
        (
            "![Film](https://youtu.be/abc)\n\n![](https://youtu.be/abc)\n\nx",
            "Film\nx",
        ),
        ("![](a.mp4)\n\n![Clip](a.mp4 \"Caption\")\n", "Clip\nCaption"),
        ("a[^1] b\n\n[^1]: note\n\n[^2]: never cited\n", "a b\nnote"),
    ] {
        assert_eq!(text(markdown), expected, "{markdown}");
    }
}

#[test]
fn a_footnote_belongs_to_the_section_that_refers_to_it() {
    let document = parse(
        "[^deep]: deep\n\nA[^a].\n\n## B[^head] {#b}\n\nB.[^b]\n\n## C {#c}\n\nC[^a].\n\n[^a]: of a, see[^deep]\n\n    ## No section\n\n[^b]: <h2 id=x>of b</h2>\n\n[^head]: of the heading\n",
    );
    assert_eq!(
        sections(&document),
        [
            ("", "", "A.\nof a, see\nNo section\ndeep"),
            ("b", "B", "B.\nof the heading\nof b"),
            ("c", "C", "C."),
        ]
    );
}

#[test]
fn headings_of_raw_html_begin_sections_if_they_can_be_linked_to() {
    let document = parse(
        "Lead.\n\n<h2 id=\"refunds\">Re<b>funds</b>\nnow</h2>\n<p>Money.</p>\n<h3>No id</h3>\n\nText.\n\n<div>\n\n<h3 id=more>\n\n*More*\n\n</h3>\n\nEnd <h4 id=in>inside</h4> line.\n\n</div>\n\n## Next\n\nx\n\n<template><h2 id=t>t</h2></template>\n",
    );
    assert_eq!(
        sections(&document),
        [
            ("", "", "Lead."),
            ("refunds", "Refunds now", "Money.\nNo id\nText."),
            ("more", "More", "End"),
            ("in", "inside", "line."),
            ("next", "Next", "x"),
        ]
    );
    let escaped = parse_with("<h2 id=\"x\">a</h2>\n", RawHtml::Escape);
    assert_eq!(sections(&escaped), [("", "", "<h2 id=\"x\">a</h2>")]);
    // What stays open ends with the next heading, and with the article.
    let open = parse("<h2 id=a>A\n\n## B\n\nb\n\n<h2 id=c>C");
    assert_eq!(
        sections(&open),
        [("", "", ""), ("a", "A", ""), ("b", "B", "b"), ("c", "C", "")]
    );
}

#[test]
fn each_question_is_a_section() {
    let document = parse(
        "---\ntemplate: faq\n---\nLead.\n\n## Group\n\n### May I?\n\nYes.[^1]\n\n#### Really\n\nTruly.\n\n### And I?\n\nNo.\n\n[^1]: Until May.\n",
    );
    assert_eq!(
        sections(&document),
        [
            ("", "", "Lead."),
            ("group", "Group", ""),
            ("may-i", "May I?", "Yes.\nUntil May."),
            ("really", "Really", "Truly."),
            ("and-i", "And I?", "No."),
        ]
    );
}
