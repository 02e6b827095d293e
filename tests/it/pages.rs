//! The content of pages and of the files beside them.

use crate::support::Sandbox;

fn site() -> Sandbox {
    let sandbox = Sandbox::project(&[
        (
            "billing/_index.md",
            "---\ntitle: \"Billing & <plans>\"\ndescription: Money.\n---\n",
        ),
        (
            "billing/refund.md",
            "---\ntitle: \"Refunds </script><script>alert(1)</script>\"\ndescription: 'Get \"it\" back <now>'\ntags: [Money]\nupdated: 2026-03-04\nfeatured: true\naliases: [/old-refund]\n---\nText & [plans](plans.md#yearly).\n\n## One\n\n![Shot](shot.png)\n\n## Two\n\nB.\n",
        ),
        ("billing/plans.md", "# Plans\n\n## Yearly\n\nx\n"),
        ("billing/plans.de.md", "# Tarife\n\n## Yearly\n\nx\n"),
        ("billing/hidden.md", "---\nunlisted: true\n---\n# Hidden\n"),
    ]);
    sandbox.write("content/billing/shot.png", png());
    sandbox.write(
        "kb.toml",
        "title = \"Acme Help\"\ndescription = \"All answers.\"\nbase_url = \"https://help.example/s/\"\n[build]\ngit_dates = false\n[contact]\nemail = \"help@acme.example\"\nphone = \"+1 (555) 0100\"\nresponse_time = \"within 4 hours\"\n[links]\nedit = \"https://git.example/edit/{path}\"\n",
    );
    sandbox.write("static/robots-extra.txt", "x");
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    sandbox
}

/// A PNG header with a size of 3 by 2 pixels, which is all that is read of it.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([0, 0, 0, 3, 0, 0, 0, 2, 8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

#[test]
fn an_article_has_all_its_parts() {
    let sandbox = site();
    let page = sandbox.read("public/billing/refund/index.html");
    for part in [
        "<link rel=\"canonical\" href=\"https://help.example/s/billing/refund/\">",
        "<link rel=\"alternate\" type=\"text/markdown\" href=\"/s/billing/refund/index.md\">",
        "<meta property=\"og:type\" content=\"article\">",
        "href=\"/s/billing/plans/#yearly\"",
        "<div class=\"heading\"><h2 id=\"one\">One</h2>",
        "alt=\"Shot\" width=\"3\" height=\"2\"",
        "datetime=\"2026-03-04\"",
        "https://git.example/edit/billing/refund.md",
        "href=\"mailto:help@acme.example\"",
        "href=\"tel:+15550100\"",
        "within 4 hours",
        "\"@type\":\"BreadcrumbList\"",
        "\"dateModified\":\"2026-03-04\"",
        "/s/tags/money/",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn text_never_becomes_markup() {
    let sandbox = site();
    for path in [
        "public/billing/refund/index.html",
        "public/billing/index.html",
        "public/index.html",
        "public/all/index.html",
    ] {
        let page = sandbox.read(path);
        assert!(!page.contains("<script>alert"), "{path}");
        assert!(!page.contains("<plans>") && !page.contains("<now>"), "{path}");
    }
    for path in ["public/feed.xml", "public/sitemap.xml"] {
        assert!(!sandbox.read(path).contains("<script>"), "{path}");
    }
}

#[test]
fn no_page_has_inline_scripts_styles_or_handlers() {
    let sandbox = site();
    for path in ["", "billing/", "billing/refund/", "all/", "tags/", "tags/money/", "de/"] {
        let page = sandbox.read(&format!("public/{path}index.html"));
        let scripts = page.matches("<script").count();
        let allowed = page.matches("<script type=\"application/ld+json\">").count()
            + page.matches("<script src=").count()
            + page.matches("<script type=\"module\" src=").count();
        assert_eq!(scripts, allowed, "{path}");
        assert!(
            !page.contains("<style") && !page.contains(" style=") && !page.contains(" onclick="),
            "{path}"
        );
    }
}

#[test]
fn a_missing_translation_says_so_and_keeps_its_language() {
    let sandbox = site();
    let page = sandbox.read("public/de/billing/refund/index.html");
    assert!(page.contains("<html lang=\"de\" dir=\"ltr\">"), "{page}");
    assert!(page.contains("<article class=\"article\" lang=\"en\""), "{page}");
    assert!(
        page.contains("<link rel=\"canonical\" href=\"https://help.example/s/billing/refund/\">"),
        "{page}"
    );
    let translated = sandbox.read("public/de/billing/plans/index.html");
    assert!(
        translated.contains("hreflang=\"x-default\" href=\"https://help.example/s/billing/plans/\""),
        "{translated}"
    );
    assert!(
        translated.contains("hreflang=\"de\" href=\"https://help.example/s/de/billing/plans/\""),
        "{translated}"
    );
}

#[test]
fn the_files_beside_the_pages_are_there() {
    let sandbox = site();
    let sitemap = sandbox.read("public/sitemap.xml");
    assert!(
        sitemap.contains("<loc>https://help.example/s/billing/plans/</loc>"),
        "{sitemap}"
    );
    assert!(
        sitemap.contains("hreflang=\"de\"") && !sitemap.contains("hidden"),
        "{sitemap}"
    );
    assert_eq!(
        sandbox.read("public/robots.txt"),
        "User-agent: *\nAllow: /\n\nSitemap: https://help.example/s/sitemap.xml\n"
    );
    assert_eq!(
        sandbox.read("public/_redirects"),
        "/s/old-refund/ /s/billing/refund/ 301\n"
    );
    assert!(
        sandbox
            .read("public/old-refund/index.html")
            .contains("url=/s/billing/refund/")
    );
    let feed = sandbox.read("public/feed.xml");
    assert!(
        feed.contains("<id>https://help.example/s/billing/refund/</id>") && feed.contains("2026-03-04T00:00:00"),
        "{feed}"
    );
    let llms = sandbox.read("public/llms.txt");
    assert!(
        llms.starts_with("# Acme Help\n\n> All answers.\n\n## Billing & <plans>\n"),
        "{llms}"
    );
    assert!(
        llms.contains("(https://help.example/s/billing/plans/index.md)") && !llms.contains("Hidden"),
        "{llms}"
    );
    let copy = sandbox.read("public/billing/refund/index.md");
    assert!(
        copy.contains("Text & [plans](https://help.example/s/billing/plans/#yearly)."),
        "{copy}"
    );
    let manifest: serde_json::Value = serde_json::from_str(&sandbox.read("public/manifest.json")).expect("JSON");
    let pages = manifest["pages"].as_array().expect("pages");
    let refund = pages
        .iter()
        .find(|page| page["url"] == "/s/billing/refund/")
        .expect("the article");
    assert_eq!(refund["source"], "billing/refund.md");
    assert_eq!(refund["hash"].as_str().map(str::len), Some(32));
    assert_eq!(sandbox.read("public/robots-extra.txt"), "x");
    assert!(sandbox.read("public/404.html").contains("noindex"));
}

#[test]
fn a_template_of_the_project_replaces_the_built_in_one() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\nText.\n")]);
    sandbox.write(
        "templates/article.html",
        "<title>{{ page.title }}</title>{{ page.content }}{{ asset(path=\"img/x.svg\") }}",
    );
    sandbox.write("themes/mine/static/img/x.svg", "<svg/>");
    sandbox.write("themes/mine/i18n/en.toml", "home = \"Start\"\n");
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[theme]\nname = \"mine\"\n[build]\ngit_dates = false\n",
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let page = sandbox.read("public/a/index.html");
    assert!(
        page.starts_with("<title>A</title><p>Text.</p>\n/assets/") && page.ends_with("/img/x.svg"),
        "{page}"
    );
}

#[test]
fn static_files_win_over_generated_ones_and_redirects_join() {
    let sandbox = Sandbox::project(&[("a.md", "---\naliases: /b\n---\n# A\n\n<!-- secret -->\n\nText.\n")]);
    sandbox.write("static/robots.txt", "User-agent: none\n");
    sandbox.write("static/_redirects", "/x /a/ 302\n");
    sandbox.write("static/css/print.css", "@media print { .mine { color: red } }\n");
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(sandbox.read("public/robots.txt"), "User-agent: none\n");
    assert_eq!(sandbox.read("public/_redirects"), "/b/ /a/ 301\n/x /a/ 302\n");
    assert_eq!(sandbox.read("public/a/index.md"), "# A\n\nText.\n");
    assert!(!sandbox.path("public/css").exists());
    let assets = std::fs::read_dir(sandbox.path("public/assets"))
        .expect("assets")
        .next()
        .expect("a folder")
        .expect("a folder");
    let css = std::fs::read_to_string(assets.path().join("kb.css")).expect("the style sheet");
    assert!(css.contains(".mine{color: red}"), "{css}");
}

#[test]
fn words_of_a_project_join_those_of_the_theme() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\nText.\n")]);
    sandbox.write("i18n/en.toml", "hero_title = \"What is wrong?\"\n");
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[build]\ngit_dates = false\n[contact]\nemail = \"a@b.example\"\nhours = \"9 to 5\"\n[languages.en.contact]\nhours = \"all day\"\n",
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let home = sandbox.read("public/index.html");
    assert!(
        home.contains("What is wrong?") && home.contains("Search for answers"),
        "{home}"
    );
    assert!(
        home.contains("all day") && !home.contains("9 to 5") && home.contains("a@b.example"),
        "{home}"
    );
}

#[test]
fn days_and_names_stand_as_the_language_of_the_page_writes_them() {
    let sandbox = Sandbox::project(&[
        ("a.md", "---\ntitle: A\nupdated: 2026-11-21\n---\nText.\n"),
        ("b.de.md", "# B\n\nText.\n"),
        ("b.fa.md", "# B\n\nText.\n"),
    ]);
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[languages.en]\n[languages.de]\n[languages.fa]\n[build]\ngit_dates = false\n",
    );
    assert_eq!(sandbox.build().code, 0);
    let german = sandbox.read("public/de/a/index.html");
    assert!(
        german.contains("datetime=\"2026-11-21\"") && german.contains("21. November 2026"),
        "{german}"
    );
    let persian = sandbox.read("public/fa/a/index.html");
    assert!(
        persian.contains("datetime=\"2026-11-21\"") && persian.contains("۳۰ آبان ۱۴۰۵"),
        "{persian}"
    );
    // Names of languages run in their own direction: marked where that may be another one than the page's.
    assert!(persian.contains("\u{2068}English\u{2069}"), "{persian}");
    assert!(!german.contains('\u{2068}'), "{german}");
}

#[test]
fn links_find_the_pages_and_files_that_kb_makes_and_no_others() {
    let article = "# A\n\n[s](/search/?q=x) [s](/search/) [a](/all/) [f](/feed.xml) [m](/sitemap.xml) [l](/llms.txt) [t](/tags/) [r](/robots.txt)\n\n<form action=\"/search/\"><input name=\"q\"></form>\n";
    let sandbox = Sandbox::project(&[("a.md", article)]);
    let run = sandbox.kb(&["build"]);
    let missing: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("[link-missing]"))
        .collect();
    assert_eq!(
        missing,
        [
            "error[link-missing]: there is no article or file `/feed.xml`",
            "error[link-missing]: there is no article or file `/sitemap.xml`",
            "error[link-missing]: there is no article or file `/tags/`",
        ],
        "{}",
        run.stderr
    );
    let html = sandbox.read("public/a/index.html");
    assert!(html.contains("<form action=\"/search/\">"), "{html}");
    assert!(html.contains("<a href=\"/search/?q=x\">s</a>"), "{html}");

    sandbox.write("content/b.md", "---\ntags: [x]\n---\n# B\n");
    let run = sandbox.kb(&["build", "-u", "https://help.example/"]);
    assert_eq!(
        (run.code, run.stderr.contains("link-missing")),
        (0, false),
        "{}",
        run.stderr
    );
}

#[test]
fn links_to_what_is_held_back_say_so_however_they_are_written() {
    let links = [
        "b.md",
        "b",
        "b.html",
        "/b.html",
        "@/b.md",
        "c/",
        "c",
        "c/index.html",
        "/c/",
        "d",
        "d/README.md",
        "/d/",
    ];
    let text = links.map(|link| format!("[x]({link})\n\n")).concat();
    let sandbox = Sandbox::project(&[
        ("a.md", &text),
        ("b.md", "---\ndraft: true\n---\n"),
        ("c/index.md", "---\ndraft: true\n---\n"),
        ("d/README.md", "---\npublish_date: 2999-01-01\n---\n"),
    ]);
    let run = sandbox.kb(&["build"]);
    let found = run.stderr.matches("error[link-unpublished]").count();
    assert_eq!(
        (found, run.stderr.contains("link-missing")),
        (links.len(), false),
        "{}",
        run.stderr
    );
}
