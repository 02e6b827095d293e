use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::markdown::shorten;
use kb_diagnostic::Code;
use kb_source::ContentPath;

mod attributes;
mod blocks;
mod comments;
mod faq;
mod labels;
mod literal;
mod media;
mod nesting;
mod reserved;
mod sections;
mod tables;
mod visibility;

/// The same random cases each time: among a few hundred thousand lines there is one that only a parser reads right, such as a
/// table whose head ends with a backslash. `KB_CASES` tries as many others.
fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("KB_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(default),
        rng_seed: if cases.is_none() {
            RngSeed::Fixed(1)
        } else {
            RngSeed::Random
        },
        ..ProptestConfig::default()
    }
}

fn parse_with(text: &str, html: RawHtml) -> Document {
    let source = ArticleSource {
        path: ContentPath::new("a.md"),
        file: Arc::new(SourceText::new("content/a.md", text)),
    };
    parse_document(&source, DocumentOptions { html, highlight: false })
}

fn parse(text: &str) -> Document {
    parse_with(text, RawHtml::Allow)
}

fn title(document: &Document) -> Option<&str> {
    document.title.as_ref().map(|title| title.text.as_str())
}

/// The HTML with links as they were written and messages by their id.
fn html(document: &Document) -> String {
    document.html.fill(|kind, out| match kind {
        PatchKind::Href(number) => out.push_str(&format!(" href=\"{}\"", document.links[number as usize].target)),
        PatchKind::Url(number) => out.push_str(&document.links[number as usize].target),
        PatchKind::Message(message) => out.push_str(&format!("{{{}}}", message.id())),
        PatchKind::Hosted(message, number) => {
            let host = video::host_name(&document.links[number as usize].target);
            out.push_str(&format!("{{{} {host}}}", message.id()));
        }
        PatchKind::Icon(icon) => out.push_str(icon.html()),
        _ => {}
    })
}

fn problems(document: &Document) -> Vec<String> {
    document
        .diagnostics
        .iter()
        .map(|d| {
            let place = d
                .span
                .as_ref()
                .map(|s| format!("{}:{}", s.line, s.column))
                .unwrap_or_default();
            format!("{place} {}[{}] {}", d.severity.word(), d.code, d.message)
        })
        .collect()
}

#[test]
fn front_matter_wins_over_the_first_heading() {
    let document = parse("---\ntitle: From keys\n---\n# From text\n\nBody.\n");
    assert_eq!(title(&document), Some("From keys"));
    assert!(html(&document).starts_with("<div class=\"heading\"><h2 id=\"from-text\">"));
    let document = parse("# From text\n\nBody.\n");
    assert_eq!(title(&document), Some("From text"));
    assert_eq!(html(&document), "<p>Body.</p>\n");
    assert_eq!(document.summary, "Body.");
}

#[test]
fn a_title_has_its_place() {
    let place = |text: &str| {
        let span = parse(text).title_span();
        let marked: String = span.excerpt.chars().skip(span.column as usize - 1).collect();
        let marked: String = marked.chars().take((span.end_column - span.column) as usize).collect();
        format!("{}:{} {marked}", span.line, span.column)
    };
    assert_eq!(
        place("---\nweight: 1\ntitle: \"From keys\"\n---\n# Text\n"),
        "3:8 \"From keys\""
    );
    assert_eq!(place("+++\ntitle = 'From keys'\n+++\n"), "2:9 'From keys'");
    assert_eq!(
        place("---\nweight: 1\n---\n\n# From *text*\n\nBody.\n"),
        "5:1 # From *text*"
    );
    assert_eq!(
        place("Body.\n\n:::note\n\nFrom text\n=========\n:::\n"),
        "5:1 From text"
    );
    assert_eq!(place("Body.\n"), "1:1 B");
    assert_eq!(place(""), "1:1 ");
}

#[test]
fn toml_front_matter_is_read_too() {
    let document = parse("+++\ntitle = \"T\"\nweight = 3\nlastmod = 2026-01-02\n+++\nx\n");
    assert_eq!(
        document.front.title.as_ref().map(|title| title.text.as_str()),
        Some("T")
    );
    assert_eq!(document.front.weight, Some(3000));
    assert_eq!(document.front.updated.map(Date::iso_day).as_deref(), Some("2026-01-02"));
    assert_eq!(document.body(), "x\n");
}

#[test]
fn broken_front_matter_is_reported_with_its_place() {
    for (text, expected) in [
        (
            "---\ntitle: x\nno end\n",
            "1:1 error[front-matter-unclosed] the front matter has no closing `---`",
        ),
        (
            "---\ntitle: a\ntitle: b\n---\n",
            "3:1 error[front-matter-duplicate-key] the key `title` appears twice",
        ),
        (
            "---\nweight: heavy\n---\n",
            "2:9 error[front-matter-type] `weight` must be a number, found the text `heavy`",
        ),
        (
            "---\ntags: {a: b}\n---\n",
            "2:7 error[front-matter-type] `tags` must be text or a list of texts, found a table",
        ),
        (
            "---\ntitel: x\n---\n",
            "2:1 warning[front-matter-unknown-key] unknown key `titel`",
        ),
        (
            "---\ndate: soon\n---\n",
            "2:7 error[front-matter-type] `date` must be a date such as `2026-11-21`, found the text `soon`",
        ),
    ] {
        assert_eq!(
            problems(&parse(text)).first().map(String::as_str),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn links_to_files_with_spaces_in_their_names_are_links() {
    for (text, expected, targets) in [
        (
            "See [the guide](Size guide.md).",
            "<p>See <a href=\"Size guide.md\">the guide</a>.</p>\n",
            vec!["Size guide.md"],
        ),
        (
            "a [**b** c](d e/f g.md#h \"T\") and [i](j k.pdf)",
            "<p>a <a href=\"d e/f g.md#h\" title=\"T\"><strong>b</strong> c</a> and <a href=\"j k.pdf\">i</a></p>\n",
            vec!["d e/f g.md#h", "j k.pdf"],
        ),
        (
            "![](Screenshot 2026-11-03 at 10.14.22.png)",
            "<p class=\"picture\"><img src=\"Screenshot 2026-11-03 at 10.14.22.png\" alt=\"\" decoding=\"async\"></p>\n",
            vec!["Screenshot 2026-11-03 at 10.14.22.png"],
        ),
        (
            "x ![a [b]](c (1).png){ width=3 }",
            "<p>x <img src=\"c (1).png\" alt=\"a [b]\" width=\"3\" decoding=\"async\"></p>\n",
            vec!["c (1).png"],
        ),
    ] {
        let document = parse(text);
        assert_eq!(html(&document), expected, "{text}");
        let found: Vec<_> = document.links.iter().map(|link| link.target.as_str()).collect();
        assert_eq!(found, targets, "{text}");
        for link in &document.links {
            assert_eq!(&text[link.range.start as usize..link.range.end as usize], link.target);
        }
    }
    for text in [
        "f[0](a b)",
        "[x](see the end.)",
        "[x](a b c. d)",
        "`[x](a b.md)`",
        "](a b.md)",
        "[x] (a b.md)",
    ] {
        assert!(parse(text).links.is_empty(), "{text}");
    }
}

#[test]
fn keys_are_read_as_other_tools_write_them() {
    let front = |text: &str| {
        let document = parse(&format!("---\n{text}\n---\n"));
        assert_eq!(problems(&document), [] as [String; 0], "{text}");
        document.front
    };
    for (text, path) in [
        ("slug: /", "/"),
        ("slug: /x", "/x"),
        ("slug: /start/here", "/start/here"),
    ] {
        let front = front(text);
        assert_eq!(front.path.map(|(path, _)| path).as_deref(), Some(path), "{text}");
        assert_eq!(front.slug, None, "{text}");
    }
    assert_eq!(front("slug: x").slug.map(|(slug, _)| slug).as_deref(), Some("x"));
    assert_eq!(front("sidebar_position: 2.5").weight, Some(2500));
    for text in [
        "tags: one, two",
        "tags: [one, two]",
        "tags:\n  - label: one\n    permalink: /one\n  - two",
        "tags: [{name: one}, {label: two, description: x}]",
    ] {
        assert_eq!(front(text).tags, ["one", "two"], "{text}");
    }
    assert_eq!(front("tags: [2024.10, 007]").tags, ["2024.10", "007"]);
    for (text, featured) in [
        ("featured: yes", true),
        ("pinned: 'on'", true),
        ("featured: no", false),
        ("featured: 0", false),
    ] {
        assert_eq!(front(text).featured, featured, "{text}");
    }
    for date in [
        "2026-11-03",
        "2026/11/03",
        "2026.11.03",
        "03.11.2026",
        "November 3, 2026",
        "Nov 3, 2026",
        "3 November 2026",
        "3 Nov 2026",
        "'20261103'",
        "2026-11-03 14:30",
        "2026-11-03T14:30:00Z",
        "2026-11-03 14:30:00 +0100",
        "2026-11-03T14:30:00+01:00",
        "2026-11-03 14:30:00.000000000 +01:00",
    ] {
        let day = front(&format!("date: {date}")).date.map(Date::iso_day);
        assert_eq!(day.as_deref(), Some("2026-11-03"), "{date}");
    }
    for (date, day) in [
        ("21/11/2026", "2026-11-21"),
        ("11/21/2026", "2026-11-21"),
        ("05/05/2026", "2026-05-05"),
    ] {
        assert_eq!(
            front(&format!("date: {date}")).date.map(Date::iso_day).as_deref(),
            Some(day),
            "{date}"
        );
    }
    // Two days, or none.
    for date in ["11/12/2026", "31/31/2026", "2026/13/01"] {
        assert_eq!(
            problems(&parse(&format!("---\ndate: {date}\n---\n"))).len(),
            1,
            "{date}"
        );
    }
}

#[test]
fn a_wrong_value_costs_its_key_alone() {
    let document =
        parse("---\ntitle: T\nweight: heavy\ntags: [a, [b]]\nkeywords: {x: y}\ndate: soon\naliases: [/a]\n---\n");
    let front = &document.front;
    assert_eq!(
        (
            front.title.as_ref().map(|title| title.text.as_str()),
            front.aliases.len()
        ),
        (Some("T"), 1)
    );
    assert_eq!(front.tags, ["a"]);
    assert_eq!(problems(&document).len(), 4);
}

#[test]
fn a_rule_at_the_top_is_not_front_matter() {
    let document = parse("---\n\nA letter.\n");
    assert_eq!(problems(&document), [] as [String; 0]);
    assert_eq!(html(&document), "<hr>\n<p>A letter.</p>\n");
}

#[test]
fn headings_get_unique_ids_and_sections() {
    let document = parse("Intro.\n\n## Same\n\none\n\n## Same\n\ntwo\n\n### _odd {#given}\n\nthree\n");
    let ids: Vec<_> = document.headings.iter().map(|h| (h.level, h.id.as_str())).collect();
    assert_eq!(ids, [(2, "same"), (2, "same-1"), (3, "given")]);
    let sections: Vec<_> = document
        .sections
        .iter()
        .map(|s| (s.anchor.as_str(), s.text.trim()))
        .collect();
    assert_eq!(
        sections,
        [("", "Intro."), ("same", "one"), ("same-1", "two"), ("given", "three")]
    );
}

#[test]
fn callouts_are_one_in_all_spellings() {
    let expected = "<div class=\"callout callout-warning\" role=\"note\"><p class=\"callout-title generated\">{warning}</p>\n<p>Body <em>here</em>.</p>\n</div>\n";
    for text in [
        "> [!WARNING]\n> Body *here*.\n",
        ":::warning\nBody *here*.\n:::\n",
        "::: warning\n\nBody *here*.\n\n:::\n",
        "!!! warning\n    Body *here*.\n",
        "!!! warning\n\n    Body *here*.\n",
    ] {
        let document = parse(text);
        assert_eq!(html(&document), expected, "{text}");
        assert_eq!(problems(&document), [] as [String; 0]);
    }
}

#[test]
fn callouts_have_titles_and_can_collapse() {
    for (text, expected) in [
        (
            "> [!NOTE] Mine\n> x\n",
            "<div class=\"callout callout-note\" role=\"note\"><p class=\"callout-title\">Mine</p>\n<p>x</p>\n</div>\n",
        ),
        (
            "> [!TIP]-\n> x\n",
            "<details class=\"callout callout-tip\"><summary class=\"callout-title generated\">{tip}</summary>\n<p>x</p>\n</details>\n",
        ),
        (
            "???+ note \"A & B\"\n    x\n",
            "<details class=\"callout callout-note\" open><summary class=\"callout-title\">A &amp; B</summary>\n<p>x</p>\n</details>\n",
        ),
        (
            ":::note[Mine]\nx\n:::\n",
            "<div class=\"callout callout-note\" role=\"note\"><p class=\"callout-title\">Mine</p>\n<p>x</p>\n</div>\n",
        ),
        (
            ":::details More\nx\n:::\n",
            "<details class=\"accordion\"><summary>More</summary><div class=\"accordion-body\">\n<p>x</p>\n</div></details>\n",
        ),
    ] {
        assert_eq!(html(&parse(text)), expected, "{text}");
    }
}

#[test]
fn tabs_group_in_both_spellings() {
    let expected = "<div class=\"tabs\">\n<section class=\"tab\" data-title=\"A\"><p class=\"tab-title\">A</p>\n<p>one</p>\n</section>\n<section class=\"tab\" data-title=\"B\"><p class=\"tab-title\">B</p>\n<p>two</p>\n</section>\n</div>\n<p>after</p>\n";
    for text in [
        "::::tabs\n:::tab A\none\n:::\n:::tab B\ntwo\n:::\n::::\n\nafter\n",
        "=== \"A\"\n    one\n\n=== \"B\"\n\n    two\n\nafter\n",
    ] {
        assert_eq!(html(&parse(text)), expected, "{text}");
    }
}

#[test]
fn code_is_never_a_container() {
    for text in [
        "```\n:::note\n!!! note\n> [!NOTE]\n```\n",
        "- x\n  ```md\n  :::note\n  ```\n\n:::tip\ny\n:::\n",
    ] {
        let document = parse(text);
        assert_eq!(problems(&document), [] as [String; 0], "{text}");
        assert!(html(&document).contains(":::note"), "{text}: {}", html(&document));
    }
}

#[test]
fn containers_that_do_not_match_are_reported_and_closed() {
    let document = parse("> [!NOTE]\n> x\n\n:::note\ny\n\n:::tpi\nz\n:::\n");
    assert_eq!(
        problems(&document),
        [
            "4:1 warning[container-unclosed] this `:::note` box has no closing `:::`",
            "7:1 warning[container-unknown] there is no container `tpi`"
        ]
    );
    assert_eq!(
        problems(&parse("a\n\n:::\n")),
        ["3:1 warning[container-stray] there is no container to close here"]
    );
}

#[test]
fn links_know_their_place_even_behind_containers() {
    let document = parse("# T\n\n!!! note\n    See [a](x.md).\n\n[b](y.md)\n");
    let spans: Vec<_> = document
        .links
        .iter()
        .map(|link| (link.target.as_str(), document.span(&link.range)))
        .map(|(target, span)| (target, span.line, span.column))
        .collect();
    assert_eq!(spans, [("x.md", 4, 13), ("y.md", 6, 5)]);
}

#[test]
fn undefined_references_and_shortcodes_are_noticed() {
    let document = parse("See [a][x], [b] and `[c][y]`.\n\n{{ buttons() }} and `{{ code() }}` and {{ title }}\n");
    assert_eq!(
        problems(&document),
        [
            "3:1 warning[shortcode] kb has no shortcodes, so `buttons` is shown as text",
            "1:5 warning[reference-missing] there is no definition of `[x]`, so this is text",
        ]
    );
}

#[test]
fn bare_urls_and_addresses_become_links() {
    let document = parse("See https://a.example/x_y_z?q=1, or mail help@a.example. `https://code.example`\n");
    assert_eq!(
        html(&document),
        "<p>See <a href=\"https://a.example/x_y_z?q=1\">https://a.example/x_y_z?q=1</a>, or mail <a href=\"mailto:help@a.example\">help@a.example</a>. <code>https://code.example</code></p>\n"
    );
}

#[test]
fn footnotes_stand_at_the_end_in_order_of_use() {
    let document = parse("A[^b] and B[^a] and again[^b].\n\n[^a]: first\n[^b]: second\n");
    let html = html(&document);
    assert!(
        html.contains("<li id=\"_fn-1\"><p>second <a class=\"footnote-back\" href=\"#_fnref-1\""),
        "{html}"
    );
    assert!(html.contains("href=\"#_fnref-1-2\""), "{html}");
    assert!(html.contains("<li id=\"_fn-2\"><p>first "), "{html}");
}

#[test]
fn figures_tables_and_tasks() {
    let document =
        parse("![alt \"q\"](a.png \"Caption\")\n\n| a | b |\n|--:|---|\n| 1 | 2 |\n\n- [x] done\n- [ ] not\n");
    let html = html(&document);
    assert!(html.starts_with("<figure><img src=\"a.png\" alt=\"alt &quot;q&quot;\" title=\"Caption\" decoding=\"async\"><figcaption>Caption</figcaption></figure>\n"), "{html}");
    assert!(
        html.contains("<th scope=\"col\" class=\"align-right\">a</th><th scope=\"col\">b</th>"),
        "{html}"
    );
    assert!(
        html.contains("<li class=\"task\"><label><input type=\"checkbox\" disabled checked> done</label></li>"),
        "{html}"
    );
}

/// The HTML with the open places of images by their names.
fn image_places(document: &Document) -> String {
    document.html.fill(|kind, out| match kind {
        PatchKind::ZoomStart(_) => out.push_str("[zoom]"),
        PatchKind::ZoomEnd(_) => out.push_str("[/zoom]"),
        PatchKind::PictureStart { .. } => out.push_str("[picture]"),
        PatchKind::PictureEnd(_) => out.push_str("[/picture]"),
        PatchKind::Size(_) => out.push_str("[size]"),
        PatchKind::Loading(_) => out.push_str("[loading]"),
        _ => {}
    })
}

#[test]
fn a_heading_holds_its_words_alone_and_its_link_stands_beside_it() {
    let link = |id: &str, title: &str| {
        format!("<a class=\"anchor\" href=\"#{id}\" aria-label=\"{{link_to_section}}{title}{{link_to_section}}\"></a>")
    };
    for (text, wanted) in [
        (
            "x\n\n## A *b* & `c`\n",
            format!(
                "<div class=\"heading\"><h2 id=\"a-b--c\">A <em>b</em> &amp; <code>c</code></h2>{}</div>\n",
                link("a-b--c", "A b &amp; c")
            ),
        ),
        (
            "x\n\n#### [Link](b.md) {#own .big}\n",
            format!(
                "<div class=\"heading\"><h2 id=\"own\" class=\"big\"><a href=\"b.md\">Link</a></h2>{}</div>\n",
                link("own", "Link")
            ),
        ),
    ] {
        assert_eq!(html(&parse(text)), format!("<p>x</p>\n{wanted}"), "{text}");
        assert_eq!(
            html(&parse_with(text, RawHtml::Sanitize)),
            format!("<p>x</p>\n{wanted}"),
            "{text}"
        );
    }
}

#[test]
fn words_of_code_are_not_broken_at_their_hyphens() {
    let long = format!("--{}", "a-b".repeat(12));
    for (code, wanted) in [
        ("--no-cache", "<span>--no-cache</span>"),
        ("-x", "<span>-x</span>"),
        ("docker build --no-cache .", "docker build <span>--no-cache</span> ."),
        (
            "apt-get  -y <a-b>",
            "<span>apt-get</span>  <span>-y</span> <span>&lt;a-b&gt;</span>",
        ),
        // Nothing to break, or too long to stay whole.
        ("- a b- --", "- a b- --"),
        ("plain text", "plain text"),
        (long.as_str(), long.as_str()),
    ] {
        let text = format!("| a |\n|---|\n| `{code}` |\n\nAnd `{code}`.\n");
        let html = html(&parse(&text));
        assert!(html.contains(&format!("<td><code>{wanted}</code></td>")), "{html}");
        assert!(html.contains(&format!("<p>And <code>{wanted}</code>.</p>")), "{html}");
    }
}

#[test]
fn only_an_image_that_stands_alone_is_a_block() {
    let is_block = |text: &str| {
        let html = html(&parse(text));
        html.contains("class=\"picture\"") || html.contains("<figure>")
    };
    for text in [
        "![a](b.png)\n",
        "![a](b.png \"c\")\n",
        "> ![a](b.png)\n",
        "- x\n\n  ![a](b.png)\n",
    ] {
        assert!(is_block(text), "{text}");
    }
    for text in [
        "Press ![a](b.png).\n",
        "![a](b.png) is green\n",
        "![a](b.png)![c](d.png)\n",
        "Press **![a](b.png)**\n",
        "1. Press ![a](b.png), then **Save**.\n2. Done: ![a](b.png)\n",
        "1. Press ![a](b.png), then\n\n2. wait ![a](b.png)\n",
        "![a](b.png) `x`\n",
        "![a](b.png) <b>x</b>\n",
        "[![a](b.png)](c.md)\n",
        "| a |\n|---|\n| ![a](b.png) |\n",
    ] {
        assert!(!is_block(text), "{text}");
    }
}

#[test]
fn images_can_be_enlarged_where_no_link_is_around_them() {
    let image = "[picture]<img src=\"\" alt=\"b\"[size][loading] decoding=\"async\">[/picture]";
    for (text, wanted) in [
        ("a ![b](c.png)\n", format!("<p>a [zoom]{image}[/zoom]</p>\n")),
        ("a [![b](c.png)](d.md)\n", format!("<p>a <a>{image}</a></p>\n")),
        (
            "a <a href=\"d.md\">![b](c.png)</a>\n",
            format!("<p>a <a>{image}</a></p>\n"),
        ),
        (
            "a <picture>![b](c.png)</picture>\n",
            "<p>a <picture>[zoom]<img src=\"\" alt=\"b\"[size][loading] decoding=\"async\">[/zoom]</picture></p>\n"
                .to_owned(),
        ),
    ] {
        assert_eq!(image_places(&parse(text)), wanted);
        // The cleaner keeps all of it.
        assert_eq!(image_places(&parse_with(text, RawHtml::Sanitize)), wanted);
    }
    let note = image_places(&parse("a[^1]\n\n[^1]: ![b](c.png)\n"));
    assert!(
        note.contains(&format!("[zoom]{image}[/zoom] <a class=\"footnote-back\"")),
        "{note}"
    );
}

#[test]
fn one_image_near_the_top_is_loaded_first() {
    let lead = |text: &str| parse(text).lead_image;
    let words = "word ".repeat(150);
    assert_eq!(lead("[a](a.md) ![b](b.png)\n"), Some(1));
    assert_eq!(lead("<img alt=\"b\" src=\"b.png\">\n"), Some(0));
    assert_eq!(lead("![a](a.png) ![b](b.png)\n"), None);
    assert_eq!(lead(&format!("![a](a.png) {words} ![b](b.png)\n")), Some(0));
    assert_eq!(lead(&format!("{words} ![b](b.png)\n")), None);
}

#[test]
fn images_without_words_are_reported_where_they_stand() {
    let text = "Text.\n\n![](a.png)\n\n<p>\n<img src=\"b.png\">\n<img alt src=\"c.png\">\n</p>\n\n> <img src=\"d.png\">\n\n![d](d.png)\n";
    let problem = "warning[image-alt] this image has no alternative text for readers who cannot see it";
    assert_eq!(
        problems(&parse(text)),
        [
            format!("3:5 {problem}"),
            format!("6:1 {problem}"),
            format!("10:3 {problem}")
        ]
    );
}

#[test]
fn raw_html_follows_the_policy() {
    let text = "<div onclick=\"x()\"><a href=\"b.md\">b</a></div>\n\n<script>evil()</script>\n";
    assert!(html(&parse_with(text, RawHtml::Allow)).contains("onclick"));
    let clean = html(&parse_with(text, RawHtml::Sanitize));
    assert!(
        !clean.contains("onclick") && !clean.contains("evil") && clean.contains("<a href=\"b.md\">"),
        "{clean}"
    );
    let shown = html(&parse_with(text, RawHtml::Escape));
    assert!(
        shown.contains("&lt;script&gt;") && !shown.contains("<script>"),
        "{shown}"
    );
}

#[test]
fn comments_and_scripts_stay_among_writers() {
    let document = parse("Text <script>alert(1)</script><!-- inline --> more.\n\n<!-- note\nto self -->\n\nEnd.\n");
    assert_eq!(document.summary, "Text more.");
    assert_eq!(
        document.sections[0].text.split_whitespace().collect::<Vec<_>>(),
        ["Text", "more.", "End."]
    );
    let comments: Vec<&str> = document
        .comments
        .iter()
        .map(|range| &document.file.text()[range.start as usize..range.end as usize])
        .collect();
    assert_eq!(comments, ["<!-- inline -->", "<!-- note\nto self -->"]);
}

#[test]
fn summaries_are_cut_at_words() {
    assert_eq!(shorten("one two three", 8), "one two\u{2026}");
    assert_eq!(shorten("短い文", 10), "短い文");
    assert_eq!(shorten("一二三四五六", 4), "一二三\u{2026}");
}

#[test]
fn deep_and_long_texts_are_read() {
    let nested = parse(&":::note\n".repeat(20_000));
    assert!(nested.diagnostics.iter().all(|d| d.code == Code::ContainerUnclosed));
    let headings = parse(&"# x\n".repeat(20_000));
    assert_eq!(headings.headings.last().map(|h| h.id.as_str()), Some("x-19998"));
    let deep = parse(&format!("{} x\n", ">".repeat(50_000)));
    assert!(html(&deep).contains('x'));
    for raw in ["<b>".repeat(50_000), "<div>\n\n".repeat(20_000)] {
        let clean = parse_with(&raw, RawHtml::Sanitize);
        assert_eq!(clean.diagnostics.first().map(|d| d.code), Some(Code::HtmlTooDeep));
    }
    let clean = parse_with(&"# x\n".repeat(20_000), RawHtml::Sanitize);
    assert_eq!(clean.headings.len(), 19_999);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|\n|:::|> \\[!NOTE\\]|    |---\n|```|<a href=\"|\\[x\\]\\(|!!! note\n|=== \"a\"\n|\\[\\^1\\]|<table>|</table>\n\n|<iframe src=//a.b>|</iframe>|<p id=x>|## x\n|### y\n|- \\[ \\] |!\\[v\\]\\(//youtu.be/x\\)|\\| \\|\n\\|-\\|-\\|\n){0,60}") {
        for policy in [RawHtml::Allow, RawHtml::Sanitize, RawHtml::Escape] {
            let document = parse_with(&format!("---\ntemplate: faq\n---\n{text}"), policy);
            let _ = html(&document);
            let _ = html(&parse_with(&text, policy));
            for range in &document.questions {
                prop_assert!(document.sections.get(range.clone()).is_some());
            }
            for link in &document.links {
                let _ = document.span(&link.range);
            }
        }
    }
}

#[test]
fn containers_in_list_items_at_four_columns_stay_in_them() {
    let text = "1. First\n\n    !!! warning \"Mind the gap\"\n        Text of the box.\n\n2. Second\n\n    === \"Windows\"\n\n        Press A.\n\n    === \"macOS\"\n\n        Press B.\n\n3. Third\n\n    :::caution Careful\n    Third box.\n    :::\n\n- Bullet\n\n    ??? note \"More\"\n        Folded text.\n";
    let document = parse(text);
    let html = html(&document);
    assert_eq!(
        (html.matches("<ol").count(), html.matches("<ul").count()),
        (1, 1),
        "{html}"
    );
    assert_eq!(html.matches("class=\"callout ").count(), 3, "{html}");
    for part in [
        "Mind the gap",
        "Windows",
        "macOS",
        "<p>Press A.</p>",
        "<p>Press B.</p>",
        "Careful",
        "More",
        "Folded text.",
    ] {
        assert!(html.contains(part), "{part} {html}");
    }
    assert!(!html.contains("kb-->") && !html.contains("kb--&gt;"), "{html}");
    assert!(document.diagnostics.is_empty(), "{:?}", document.diagnostics);
}

#[test]
fn openers_in_indented_code_are_code() {
    for text in [
        "Text\n\n    !!! note\n        x\n",
        "- a\n\n      :::note\n      x\n      :::\n",
        "# A\n    === \"T\"\n",
    ] {
        let document = parse(text);
        let html = html(&document);
        assert!(html.contains("<pre") && !html.contains("kb-"), "{text} {html}");
        assert!(document.diagnostics.is_empty(), "{text} {:?}", document.diagnostics);
    }
}

#[test]
fn boxes_need_no_kind_and_code_groups_have_titles() {
    let html_of = |text: &str| html(&parse(text));
    let details = html_of(
        "??? \"Raw commands\"\n    ```sql\n    SELECT 1;\n    SELECT 2;\n    ```\n\n!!! \"Only a title\"\n    Text.\n",
    );
    assert!(
        details.contains("Raw commands") && details.contains("data-lang=\"sql\"") && details.contains("<p>Text.</p>"),
        "{details}"
    );
    assert!(
        details.contains("Only a title") && details.contains("<details"),
        "{details}"
    );
    let text = "::: code-group\n\n```sh [npm]\nnpm install x\n```\n\n```js title=\"a.js\"\ny\n```\n```py\nz\n```\n\n:::\n\nAfter\n";
    let tabs = html_of(text);
    for title in ["npm", "a.js", "py"] {
        assert!(tabs.contains(&format!(">{title}<")), "{title} {tabs}");
    }
    assert_eq!(tabs.matches("class=\"code\"").count(), 3, "{tabs}");
    assert!(tabs.ends_with("<p>After</p>\n"), "{tabs}");
    // An unclosed block ends with the group.
    let tabs = html_of("::: code-group\n```sh [npm]\nnpm install x\n:::\n\nAfter\n");
    assert!(tabs.contains(">npm<") && tabs.ends_with("<p>After</p>\n"), "{tabs}");
}

#[test]
fn titles_of_containers_are_inline_markdown() {
    let document = parse(
        "> [!NOTE] Use `kb --no-cache` *now* & [here](a.md)\n> x\n\n??? tip \"1. **Bold** <b>\"\n    x\n\n=== \"`npm` 3 * 4\"\n    x\n\n:::details ~~Old~~ # x\nx\n:::\n",
    );
    let html = html(&document);
    for part in [
        "<p class=\"callout-title\">Use <code>kb <span>--no-cache</span></code> <em>now</em> &amp; here</p>",
        "<summary class=\"callout-title\">1. <strong>Bold</strong> &lt;b&gt;</summary>",
        "data-title=\"npm 3 * 4\"",
        "<p class=\"tab-title\"><code>npm</code> 3 * 4</p>",
        "<summary><del>Old</del> # x</summary>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    let text = &document.sections[0].text;
    assert!(
        text.contains("Use kb --no-cache now & here") && text.contains("1. Bold <b>"),
        "{text}"
    );
}
