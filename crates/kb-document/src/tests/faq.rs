//! Pages of questions and answers.

use super::*;

fn faq(body: &str) -> Document {
    parse(&format!("---\ntitle: Q\ntemplate: faq\n---\n{body}"))
}

fn questions(document: &Document) -> Vec<Vec<&str>> {
    let parts = document.questions.iter().map(|range| &document.sections[range.clone()]);
    parts
        .map(|parts| parts.iter().map(|part| part.heading.as_str()).collect())
        .collect()
}

#[test]
fn a_heading_opens_its_answer() {
    let document = faq("Lead.\n\n## Why *now*? {#why .big}\n\nBecause.\n\n## How?\n\nSo.\n");
    let anchor = |id: &str, title: &str| {
        format!("<a class=\"anchor\" href=\"#{id}\" aria-label=\"{{link_to_section}}{title}{{link_to_section}}\"></a>")
    };
    assert_eq!(
        html(&document),
        format!(
            "<p>Lead.</p>\n<details class=\"accordion faq-item\" id=\"why\"><summary><h2 class=\"big\">Why <em>now</em>?</h2></summary><div class=\"accordion-body\">\n<p>Because.</p>\n{}\n</div></details>\n<details class=\"accordion faq-item\" id=\"how\"><summary><h2>How?</h2></summary><div class=\"accordion-body\">\n<p>So.</p>\n{}\n</div></details>\n",
            anchor("why", "Why now?"),
            anchor("how", "How?")
        )
    );
    assert_eq!(questions(&document), [["Why now?"], ["How?"]]);
    let ids: Vec<_> = document.headings.iter().map(|heading| heading.id.as_str()).collect();
    assert_eq!(ids, ["why", "how"]);
    assert_eq!(document.anchors, ["why", "how"]);
}

#[test]
fn a_heading_with_questions_below_it_names_a_group() {
    let document = faq(
        "## Money\n\nOf money.\n\n### Refund?\n\nYes.\n\n#### When\n\nSoon.\n\n:::note\n### Inside\nx\n:::\n\n## Other?\n\n#### Deep\n\nNo.[^1]\n\n[^1]: note\n",
    );
    let html = html(&document);
    assert!(
        html.starts_with("<div class=\"heading\"><h2 id=\"money\">Money</h2><a "),
        "{html}"
    );
    assert_eq!(html.matches("<details").count(), 2, "{html}");
    assert_eq!(html.matches("</details>").count(), 2, "{html}");
    assert!(html.contains("<summary><h3>Refund?</h3></summary>"), "{html}");
    assert!(html.contains("<summary><h2>Other?</h2></summary>"), "{html}");
    assert!(
        html.contains("<h4 id=\"when\">") && html.contains("<h3 id=\"deep\">"),
        "{html}"
    );
    assert!(
        html.find("</details>\n<section class=\"footnotes\"").is_some(),
        "{html}"
    );
    assert_eq!(
        questions(&document),
        [vec!["Refund?", "When", "Inside"], vec!["Other?", "Deep"]]
    );
}

#[test]
fn questions_stay_whole_with_tables_tabs_and_policies() {
    let body = "<table><tr><td>\n\n## In a table\n\n</td></tr></table>\n\n## One?\n\n=== \"A\"\n    x\n\n## Two?\n\n```\n## code\n```\n";
    for policy in [RawHtml::Allow, RawHtml::Sanitize, RawHtml::Escape] {
        let document = parse_with(&format!("---\ntemplate: faq.html\n---\n{body}"), policy);
        let html = html(&document);
        assert_eq!(
            html.matches("<details class=\"accordion faq-item\"").count(),
            3,
            "{html}"
        );
        assert_eq!(html.matches("</details>").count(), 3, "{html}");
        assert!(html.contains("<summary><h2>Two?</h2></summary>"), "{html}");
    }
    assert!(parse(body).questions.is_empty());
    assert!(faq("No heading.\n\n##\n\nNor this.\n").questions.is_empty());
}

#[test]
fn a_link_in_a_question_is_text() {
    let document = faq("## See [*this* <b>b</b>](a.md \"> t\") and <abbr>x</abbr> https://a.example\n\nA.\n");
    let html = html(&document);
    assert!(
        html.contains("<summary><h2>See <em>this</em> <b>b</b> and <abbr>x</abbr> https://a.example</h2></summary>"),
        "{html}"
    );
    assert_eq!(document.links.len(), 2);
}
