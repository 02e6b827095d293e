//! Articles as pages: videos with consent, collapsible questions.

use crate::support::Sandbox;

const FAQ: &str = "---\ntitle: Payment\ntemplate: faq\n---\nLead.\n\n## Which cards?\n\nVisa.\n\n#### Abroad\n\nToo.\n\n## Invoices\n\n### When do I get it\n\nSoon. [Cards](#which-cards)\n\n### Empty?\n";

fn site(faq: &str) -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("pay/faq.md", faq),
        (
            "pay/pair.md",
            "# Pair\n\n![Pair <it>](https://youtu.be/abc?t=5)\n\n![Own](clip.mp4)\n\nSee [cards](faq.md#which-cards).\n",
        ),
    ]);
    sandbox.write("content/pay/clip.mp4", b"x");
    sandbox.write(
        "kb.toml",
        "title = \"Acme\"\n[build]\ngit_dates = false\nfaq_json_ld = true\n",
    );
    sandbox.write("i18n/en.toml", "video_notice = \"On {host} & <{host}>.\"\n");
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    sandbox
}

#[test]
fn a_video_says_where_it_is_and_loads_nothing() {
    let sandbox = site(FAQ);
    let page = sandbox.read("public/pay/pair/index.html");
    for part in [
        "<figure class=\"video\" data-video=\"https://www.youtube-nocookie.com/embed/abc?start=5\" data-host=\"YouTube\">",
        "<a class=\"video-open\" href=\"https://www.youtube.com/watch?v=abc&amp;t=5s\" rel=\"noopener\">",
        "<figcaption>On YouTube &amp; &lt;YouTube&gt;.</figcaption>",
        "<video controls preload=\"metadata\" playsinline aria-label=\"Own\" src=\"/pay/clip.",
        "href=\"/pay/faq/#which-cards\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("<iframe"), "{page}");
    let copy = sandbox.read("public/pay/pair/index.md");
    assert!(copy.contains("(https://youtu.be/abc?t=5)"), "{copy}");
}

#[test]
fn questions_are_data_search_and_contents() {
    for template in ["faq", "faq.html"] {
        let sandbox = site(&FAQ.replace("template: faq", &format!("template: {template}")));
        let page = sandbox.read("public/pay/faq/index.html");
        for part in [
            "<details class=\"accordion faq-item\" id=\"which-cards\"><summary><h2>Which cards?</h2></summary>",
            "<summary><h3>When do I get it</h3></summary>",
            "<a href=\"#when-do-i-get-it\">When do I get it</a>",
            "{\"@type\":\"Answer\",\"text\":\"Visa. Abroad Too.\"},\"name\":\"Which cards?\"}",
            "\"name\":\"When do I get it\"}",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
        assert_eq!(page.matches("\"@type\":\"Question\"").count(), 2, "{page}");
        assert!(!page.contains("\"name\":\"Invoices\""), "{page}");
    }
}

#[test]
fn a_template_is_named_with_or_without_its_ending() {
    let sandbox = site(FAQ);
    sandbox.write(
        "templates/mine.html",
        "{% extends \"article.html\" %}{% block before_content %}MINE{% endblock %}",
    );
    sandbox.write("content/pay/a.md", "---\ntemplate: mine\n---\n# A\n");
    sandbox.write("content/pay/b.md", "---\ntemplate: mine.html\n---\n# B\n");
    sandbox.write("content/pay/c.md", "---\ntemplate: mien\n---\n# C\n");
    let run = sandbox.build();
    for name in ["a", "b"] {
        assert!(
            sandbox.read(&format!("public/pay/{name}/index.html")).contains("MINE"),
            "{name}"
        );
    }
    assert!(
        run.stderr.contains("the theme has no template `mien`"),
        "{}",
        run.stderr
    );
}
