use std::path::Path;

use kb_config::{RawHtml, parse_config};
use kb_document::{DocumentOptions, parse_document};
use kb_source::{IgnoreRules, MemoryFiles, SourceFolder, SourceMemo, read_sources};

use super::pages::Page;
use super::*;

const NOW: i64 = 1_795_000_000;

fn site_with(config: &str, files: &[(&str, &str)], publish: Publish) -> (Site, Vec<String>) {
    let mut memory = MemoryFiles::default();
    for (path, text) in files {
        memory = memory.with(format!("/c/{path}"), *text);
    }
    let (config, problems) = parse_config(config, "kb.toml");
    assert_eq!(problems, []);
    let (rules, _) = IgnoreRules::new([]);
    let sources = read_sources(
        &memory,
        SourceFolder {
            path: Path::new("/c"),
            display: "content",
            ignore: &rules,
            except: &[],
            marker: ".made",
        },
        &mut SourceMemo::default(),
    );
    let options = DocumentOptions {
        html: RawHtml::Allow,
        highlight: false,
    };
    let documents = sources
        .articles
        .iter()
        .map(|article| Arc::new(parse_document(article, options)))
        .collect();
    let assets = sources
        .assets
        .into_iter()
        .map(|source| Asset {
            output: source.path.to_string(),
            hash: 0,
            size: Some((4, 3)),
            variants: None,
            source,
        })
        .collect();
    let (site, mut diagnostics) = build_site(
        SiteInput {
            base_path: config.base_url.as_ref().map_or("/", |base| base.path()).to_owned(),
            offline: false,
            config: Arc::new(config),
            documents,
            assets,
            refused: HashMap::new(),
            static_files: vec!["logo.svg".to_owned()],
            git_dates: HashMap::new(),
            fallback_title: "Help".to_owned(),
            publish,
        },
        None,
    );
    diagnostics.extend(site.check_links(&mut LinkMemo::default()));
    let messages = diagnostics
        .iter()
        .map(|d| {
            let place = d.span.as_ref().map_or_else(String::new, |s| match s.line {
                0 => s.file.clone(),
                line => format!("{}:{line}:{}", s.file, s.column),
            });
            let hint = d.hints.first().map(|hint| format!(" ({hint})")).unwrap_or_default();
            format!("{place} {}[{}] {}{hint}", d.severity.word(), d.code, d.message)
        })
        .collect();
    (site, messages)
}

fn site(files: &[(&str, &str)]) -> (Site, Vec<String>) {
    site_with(
        "",
        files,
        Publish {
            drafts: false,
            future: false,
            now: NOW,
        },
    )
}

fn paths(language: &LanguageSite) -> Vec<&str> {
    language.articles.iter().map(|article| article.path.as_str()).collect()
}

#[test]
fn folders_become_categories_with_slugs() {
    let (site, problems) = site(&[
        ("Billing & Plans/_index.md", "---\ntitle: Money\nweight: 2\n---\n"),
        ("Billing & Plans/Get a refund.md", "x"),
        ("Erste Schritte/Übersicht.md", "x"),
        ("top.md", "# Top\n"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    let home = site.default_site();
    assert_eq!(
        paths(home),
        ["/top/", "/billing-plans/get-a-refund/", "/erste-schritte/übersicht/"]
    );
    let titles: Vec<_> = home.categories[0]
        .categories
        .iter()
        .map(|id| home.categories[*id].title.as_str())
        .collect();
    assert_eq!(titles, ["Money", "Erste Schritte"]);
    assert_eq!(home.categories[0].count, 3);
    assert_eq!(home.articles[1].title, "Get a refund");
}

#[test]
fn bundles_and_section_pages_are_told_apart() {
    let (site, problems) = site(&[
        ("donate/index.md", "# Donate\n\n![x](a.png)\n"),
        ("donate/a.png", ""),
        ("guide/index.md", "# Guide\n"),
        ("guide/one.md", "x"),
        ("news/index.md", "# News\n"),
        ("news/may/index.md", "# May\n"),
        ("jobs/index.md", "# Jobs\n"),
        ("jobs/engineer/_index.md", "# Engineer\n"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    let home = site.default_site();
    assert_eq!(paths(home), ["/donate/", "/guide/one/", "/news/may/"]);
    assert!(
        home.categories
            .iter()
            .any(|category| category.path == "/jobs/" && category.title == "Jobs")
    );
}

#[test]
fn links_are_resolved_in_every_spelling() {
    let text = "[a](sub/b.md) [b](sub/b.html#deep) [c](./sub/b) [d](/sub/b) [e](/sub/b/) [f](@/sub/b.md) [g](sub) \
                [h](#here) [i](https://x.example) [j](mailto:a@b.example) [k](/logo.svg) [l](sub/%62.md?q=1#deep)\n\n## Here\n";
    let (site, problems) = site(&[("a.md", text), ("sub/b.md", "## Deep\n")]);
    assert_eq!(problems, [] as [String; 0]);
    let document = &site.documents[0];
    let urls: Vec<_> = (0..document.links.len())
        .map(|link| site.resolve(document, link, 0, "/a/").url)
        .collect();
    let urls: Vec<_> = urls.iter().map(|url| url.as_deref().unwrap_or("-")).collect();
    assert_eq!(
        urls,
        [
            "/sub/b/",
            "/sub/b/#deep",
            "/sub/b/",
            "/sub/b/",
            "/sub/b/",
            "/sub/b/",
            "/sub/",
            "#here",
            "https://x.example",
            "mailto:a@b.example",
            "/logo.svg",
            "/sub/b/?q=1#deep"
        ]
    );
}

#[test]
fn broken_links_are_all_listed_with_place_and_suggestion() {
    let (_, problems) = site(&[
        (
            "billing/index.md",
            "See [refunds](refund.md), [plans](../plan.md#prices),\nand [x](../../../etc/passwd).\n\n![s](shot.png)\n",
        ),
        ("billing/refunds.md", "x"),
        ("plan.md", "## Price\n"),
    ]);
    assert_eq!(
        problems,
        [
            "content/billing/index.md:1:15 error[link-missing] there is no article or file `refund.md` (did you mean `refunds.md`?)",
            "content/billing/index.md:1:35 error[anchor-missing] `/plan/` has no heading or id `prices` (did you mean `#price`?)",
            "content/billing/index.md:2:9 error[link-missing] there is no article or file `../../../etc/passwd` (write the path of a Markdown file: relative to this article or, with a leading `/`, to the content folder)",
            "content/billing/index.md:4:6 error[image-missing] there is no file `shot.png` (put it next to the article or into `static/`)",
        ]
    );
}

#[test]
fn drafts_and_dates_hold_articles_back_and_links_say_so() {
    let files = [
        ("a.md", "[d](d.md) [f](f.md) [e](e.md)\n"),
        ("d.md", "---\ndraft: true\n---\n"),
        ("f.md", "---\npublish_date: 2999-01-01\n---\n"),
        ("e.md", "---\nexpires: 2001-01-01\n---\n"),
    ];
    let (held, problems) = site(&files);
    assert_eq!(
        (held.held_back, paths(held.default_site())),
        (
            HeldBackCounts {
                drafts: 1,
                scheduled: 1,
                expired: 1
            },
            vec!["/a/"]
        )
    );
    assert!(
        problems[0].contains("error[link-unpublished] `d.md` is a draft"),
        "{problems:?}"
    );
    assert!(problems[1].contains("`f.md` is not published yet") && problems[2].contains("`e.md` is expired"));
    let (all, _) = site_with(
        "",
        &files,
        Publish {
            drafts: true,
            future: true,
            now: NOW,
        },
    );
    assert_eq!(paths(all.default_site()), ["/a/", "/d/", "/f/"]);
}

#[test]
fn a_link_to_the_address_of_a_draft_says_that_it_is_one() {
    let links = [
        "/c/short/",
        "/c/short",
        "/whole/way/",
        "/old/",
        "/de/c/e/",
        "c/d.html",
        "c/d/index.html",
    ];
    let text: String = links.map(|link| format!("[x]({link})\n")).concat();
    let (_, problems) = site(&[
        ("a.md", text.as_str()),
        ("b.md", "---\nrelated: [c/d.md, c/nothing.md]\n---\n"),
        ("c/d.md", "---\ndraft: true\nslug: short\naliases: [/old/]\n---\n"),
        ("c/w.md", "---\ndraft: true\npath: /whole/way/\n---\n"),
        ("c/e.md", "x"),
        ("c/e.de.md", "---\ndraft: true\n---\n"),
    ]);
    let (links_of_a, of_b) = problems.split_at(links.len());
    assert!(
        of_b[0].contains("`c/d.md` is a draft") && of_b[1].contains("no article `c/nothing.md`"),
        "{of_b:?}"
    );
    for (problem, link) in links_of_a.iter().zip(links) {
        assert!(
            problem.contains(&format!("error[link-unpublished] `{link}` is a draft")),
            "{problem}"
        );
    }
}

#[test]
fn two_articles_with_one_url_are_reported_and_one_stays() {
    let (site, problems) = site(&[
        ("a.md", "---\nslug: same\n---\n"),
        ("b.md", "---\nslug: Same\n---\n"),
        ("tags.md", "x"),
        ("c/x.md", "---\nslug: ../up\n---\n"),
        ("c/y.md", "---\npath: ../../etc\n---\n"),
    ]);
    assert_eq!(
        problems,
        [
            "content/b.md:2:7 error[url-taken] the URL `/same/` is taken by `a.md`; this article is left out (give one of them another `slug`)",
            "content/c/x.md:2:7 error[slug-invalid] the slug `../up` must be one part of a URL, without `/` and `..`",
            "content/c/y.md:2:7 error[path-invalid] `../../etc` must not have a part `.` or `..`",
            "content/tags.md error[url-taken] the URL `/tags/` is taken by the list of tags; this article is left out (give one of them another `slug`)",
        ]
    );
    assert_eq!(paths(site.default_site()), ["/same/", "/c/x/", "/c/y/"]);
}

#[test]
fn translations_keep_the_article_and_gaps_fall_back() {
    let (site, problems) = site(&[
        ("a.md", "# A\n\n[b](b.md)\n"),
        ("a.de.md", "# A auf Deutsch\n\n[b](b.md) [en](b.en.md)\n"),
        ("b.md", "# B\n"),
        ("x.fa.md", "# X\n"),
        ("x.md", "# X\n"),
    ]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let tags: Vec<_> = site.languages.iter().map(|language| language.language.tag()).collect();
    assert_eq!(tags, ["en", "de", "fa"]);
    assert_eq!(site.languages[2].direction, Direction::Rtl);
    let german = &site.languages[1];
    assert_eq!(paths(german), ["/de/a/", "/de/b/", "/de/x/"]);
    assert_eq!(
        (german.articles[0].language.tag(), german.articles[1].language.tag()),
        ("de", "en")
    );
    let document = &site.documents[german.articles[0].document];
    assert_eq!(site.resolve(document, 0, 1, "/de/a/").url.as_deref(), Some("/de/b/"));
}

#[test]
fn translations_stand_where_the_original_stands() {
    let (site, _) = site(&[
        ("a.md", "---\nweight: 2\n---\n# A\n"),
        ("z.md", "---\nweight: 1\nfeatured: true\n---\n# Z\n"),
        ("a.de.md", "# A\n"),
        ("z.de.md", "# Z\n"),
    ]);
    assert_eq!(paths(&site.languages[1]), ["/de/z/", "/de/a/"]);
    assert!(site.languages[1].articles[0].featured);
}

#[test]
fn an_article_beside_its_folder_describes_it() {
    let files = [
        ("guide.md", "---\nweight: 1.5\n---\n# The guide\n\nWords.\n"),
        ("guide/part.md", "# Part\n\n[up](../guide.md) [up](../guide)\n"),
        ("first.md", "---\nweight: 1\n---\n# First\n"),
        ("guide.de.md", "# Der Leitfaden\n"),
        ("guide/part.de.md", "# Teil\n"),
    ];
    let (site, problems) = site(&files);
    assert_eq!(problems, [] as [String; 0]);
    assert_eq!(paths(&site.languages[0]), ["/first/", "/guide/part/"]);
    let titles: Vec<_> = site
        .languages
        .iter()
        .map(|language| language.categories[1].title.as_str())
        .collect();
    assert_eq!(titles, ["The guide", "Der Leitfaden"]);
    let category = &site.languages[0].categories[1];
    assert_eq!((category.path.as_str(), category.weight), ("/guide/", Some(1500)));
    let part = site
        .documents
        .iter()
        .find(|document| document.path.as_str() == "guide/part.md")
        .expect("it is there");
    for link in 0..2 {
        assert_eq!(
            site.resolve(part, link, 0, "/guide/part/").url.as_deref(),
            Some("/guide/")
        );
    }
}

#[test]
fn a_page_of_a_folder_leaves_the_article_beside_it_its_name() {
    let (site, problems) = site(&[
        ("guide.md", "# One\n"),
        ("guide/_index.md", "# Two\n"),
        ("guide/part.md", "# Part\n"),
    ]);
    assert_eq!(site.languages[0].categories[1].title, "Two");
    assert!(
        problems
            .iter()
            .any(|problem| problem.contains("url-taken") && problem.contains("guide.md")),
        "{problems:?}"
    );
}

#[test]
fn an_article_at_the_root_is_the_home_page() {
    let (site, problems) = site(&[
        ("a.md", "---\nslug: /\n---\n# Welcome\n"),
        ("b.md", "# B\n\n[home](a.md)\n"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    assert_eq!(paths(&site.languages[0]), ["/b/"]);
    let home = &site.languages[0].categories[0];
    assert_eq!(home.document.map(|id| site.documents[id].path.as_str()), Some("a.md"));
    let b = site
        .documents
        .iter()
        .find(|document| document.path.as_str() == "b.md")
        .expect("it is there");
    assert_eq!(site.resolve(b, 0, 0, "/b/").url.as_deref(), Some("/"));
}

#[test]
fn names_are_found_wherever_their_files_are() {
    let (site, problems) = site(&[
        (
            "a/start.md",
            "# S\n\n[[Other note]] [[How to pay#By card]] [[deep/x]] [[same]] [[Gone]]\n",
        ),
        ("b/Other note.md", "# O\n"),
        ("b/pay.md", "# How to pay\n\n## By card\n"),
        ("c/deep/x.md", "# X\n"),
        ("a/same.md", "# One\n"),
        ("c/same.md", "# Two\n"),
    ]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("there is no article or file `Gone`"),
        "{problems:?}"
    );
    let start = site
        .documents
        .iter()
        .find(|document| document.path.as_str() == "a/start.md")
        .expect("it is there");
    let urls: Vec<_> = (0..4)
        .filter_map(|link| site.resolve(start, link, 0, "/a/start/").url)
        .collect();
    assert_eq!(urls, ["/b/other-note/", "/b/pay/#by-card", "/c/deep/x/", "/a/same/"]);
}

#[test]
fn names_in_both_forms_of_unicode_are_the_same() {
    let apart = |name: &str| name.replace('ö', "o\u{308}").replace('ü', "u\u{308}");
    for (file, link) in [
        ("Größe.md", apart("Größe.md")),
        (&*apart("Größe.md"), "Größe.md".to_owned()),
    ] {
        let text = format!(
            "# S\n\n[a]({link}) [b](/{link}) [[{}]] [c](#{})\n\n## Größe\n",
            &link[..link.len() - 3],
            apart("größe")
        );
        let (site, problems) = site(&[("start.md", &text), (file, "# G\n")]);
        assert_eq!(problems, [] as [String; 0], "{file}");
        let start = site
            .documents
            .iter()
            .find(|document| document.path.as_str() == "start.md")
            .expect("it is there");
        for link in 0..3 {
            assert_eq!(
                site.resolve(start, link, 0, "/start/").url.as_deref(),
                Some("/gr%C3%B6%C3%9Fe/"),
                "{file}"
            );
        }
    }
}

#[test]
fn the_folder_that_is_translated_is_a_language_however_little_of_it_is() {
    let (site, problems) = site(&[
        ("en/a.md", "# A\n\n[b](/b/)\n"),
        ("en/b.md", "# B\n"),
        ("en/c.md", "# C\n"),
        ("en/d.md", "# D\n"),
        ("de/a.md", "# A\n"),
        ("it/setup.md", "# Set up IT\n"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    let tags: Vec<_> = site.languages.iter().map(|language| language.language.tag()).collect();
    assert_eq!(tags, ["en", "de"]);
    assert_eq!(paths(&site.languages[0]), ["/a/", "/b/", "/c/", "/d/", "/it/setup/"]);
}

#[test]
fn language_folders_mirror_each_other() {
    let (site, problems) = site(&[
        ("en/README.md", "# Home\n"),
        ("en/audio/no.md", "# No audio\n\n[x](/audio/other)\n"),
        ("en/audio/other.md", "# Other\n"),
        ("de/README.md", "# Start\n"),
        (
            "de/audio/no.md",
            "# Kein Ton\n\n[x](/audio/other) [y](../../en/audio/no.md)\n",
        ),
        ("de/audio/other.md", "# Anderes\n"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    assert_eq!(paths(&site.languages[0]), ["/audio/no/", "/audio/other/"]);
    assert_eq!(site.languages[1].title, "Start");
    let german = &site.languages[1];
    let PageRef::Article(no) = german.by_key["audio/no"] else {
        panic!("an article")
    };
    let document = &site.documents[german.articles[no].document];
    let urls: Vec<_> = (0..2)
        .filter_map(|link| site.resolve(document, link, 1, "/de/audio/no/").url)
        .collect();
    assert_eq!(urls, ["/de/audio/other/", "/audio/no/"]);
}

#[test]
fn aliases_redirect_and_never_hide_a_page() {
    let (site, problems) = site(&[
        ("a.md", "---\naliases: [/old/a, old.html, /b/]\n---\n"),
        ("b.md", "---\nredirect_from: /old/a/\n---\n"),
    ]);
    assert_eq!(
        problems,
        [
            "content/a.md:2:29 error[alias-taken] `/b/` is taken by `b.md`; the alias is left out (remove the alias, or write another address)",
            "content/b.md:2:16 error[alias-taken] `/old/a/` is taken by the alias `/old/a/` of `/a/`; the alias is left out (remove the alias, or write another address)"
        ]
    );
    let redirects: Vec<_> = site.redirects.iter().map(|(from, to)| format!("{from} {to}")).collect();
    assert_eq!(redirects, ["/old.html /a/", "/old/a/ /a/"]);
}

#[test]
fn links_of_a_zendesk_export_lead_to_the_articles() {
    let (site, problems) = site(&[
        (
            "a.md",
            "[x](https://help.example/hc/en-us/articles/360016724040-Create-an-account#h_1)\n[y](https://help.example/hc/en-us/articles/999999999)\n",
        ),
        ("b.md", "---\nid: 360016724040\n---\n"),
    ]);
    let document = &site.documents[0];
    let urls: Vec<_> = (0..2)
        .filter_map(|link| site.resolve(document, link, 0, "/a/").url)
        .collect();
    assert_eq!(urls, ["/b/", "https://help.example/hc/en-us/articles/999999999"]);
    assert!(
        problems.len() == 1 && problems[0].contains("warning[anchor-missing]"),
        "{problems:?}"
    );
}

#[test]
fn articles_from_elsewhere_keep_their_links() {
    let (site, problems) = site(&[
        (
            "a.md",
            "---\nurl: https://old.example/faq/a.html\n---\n[x](/b.html) [y](c.md) [z](d)\n",
        ),
        ("c.md", "x"),
    ]);
    assert_eq!(problems, [] as [String; 0]);
    let urls: Vec<_> = (0..3)
        .filter_map(|link| site.resolve(&site.documents[0], link, 0, "/a/").url)
        .collect();
    assert_eq!(urls, ["https://old.example/b.html", "/c/", "https://old.example/faq/d"]);
}

#[test]
fn the_base_path_is_in_front_of_everything() {
    let publish = Publish {
        drafts: false,
        future: false,
        now: NOW,
    };
    let (site, _) = site_with(
        "base_url = \"https://acme.example/help\"",
        &[("a.md", "[b](b.md)"), ("b.md", "x")],
        publish,
    );
    assert_eq!(
        site.resolve(&site.documents[0], 0, 0, "/a/").url.as_deref(),
        Some("/help/b/")
    );
    assert_eq!(
        site.absolute_url("/a/").as_deref(),
        Some("https://acme.example/help/a/")
    );
}

#[test]
fn links_have_schemes_that_belong_into_articles() {
    let links = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x09;script:alert(1)",
        "&#1;javascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "data:image/png;base64,AAAA",
        "view-source:https://a.example",
        "feed:https://a.example",
        "blob:https://a.example/x",
        "filesystem:https://a.example/x",
        "file:///etc/passwd",
        "myapp://settings",
        "other:x",
        "https://a.example",
        "HTTPS://a.example",
        "mailto:a@a.example",
        "tel:+15550100",
        "slack://open",
    ];
    let both = |link: &&str| format!("[x]({link})\n\n<a href=\"{link}\">x</a>\n\n");
    let text = links.iter().map(both).collect::<Vec<_>>().concat();
    let images = "![x](data:image/png;base64,AAAA)\n\n![x](data:text/html,x)\n\n![x](tel:1)\n";
    let config = "[build]\nlink_schemes = [\"MyApp://\", \"javascript\"]\n";
    let publish = Publish {
        drafts: false,
        future: false,
        now: NOW,
    };
    let (site, problems) = site_with(config, &[("a.md", &text), ("b.md", images)], publish);
    let urls = |number: usize| -> Vec<_> {
        let document = &site.documents[number];
        let links = 0..document.links.len();
        links
            .filter_map(|link| site.resolve(document, link, 0, "/a/").url)
            .collect()
    };
    let twice: Vec<&str> = ["myapp://settings"]
        .iter()
        .chain(&links[14..])
        .flat_map(|link| [*link, *link])
        .collect();
    assert_eq!(urls(0), twice);
    assert_eq!(urls(1), ["data:image/png;base64,AAAA"]);
    let count = |code: &str| problems.iter().filter(|problem| problem.contains(code)).count();
    assert_eq!(
        (count("error[link-script]"), count("error[link-scheme]"), problems.len()),
        (10, 18, 28),
        "{problems:#?}"
    );
    assert!(
        problems.iter().any(|problem| problem.ends_with(
            "error[link-scheme] links with `other:` are not allowed in articles; this one is left out (if readers have a program for such links, add it to kb.toml: `link_schemes = [\"other\"]` under `[build]`)"
        )),
        "{problems:#?}"
    );
}

#[test]
fn an_article_dated_ahead_is_published_and_reported() {
    // NOW is in November 2026.
    let files = [
        ("a.md", "---\ntitle: A\ndate: 2027-02-01\n---\nx"),
        ("b.md", "---\ndate: 2027-02-01\npublish_date: 2026-01-01\n---\nx"),
        ("c.md", "+++\ndate = 2026-11-18T20:00:00Z\n+++\nx"),
        ("d.md", "---\nupdated: 2027-02-01\n---\nx"),
    ];
    let (site, problems) = site(&files);
    assert_eq!(site.languages[0].articles.len(), 4);
    assert_eq!(
        problems,
        [
            "content/a.md:3:7 warning[date-future] `date` is in the future, but the article is published now (to publish it \
             on that day, write `publish_date: 2027-02-01`)"
        ]
    );
}

#[test]
fn pages_that_search_engines_shall_not_list() {
    let files = [
        ("a.md", "---\nnoindex: true\n---\nx"),
        ("b.md", "---\nsitemap: false\n---\nx"),
        ("c.md", "---\nsitemap:\n  priority: 0.5\nrobots: index, follow\n---\nx"),
        ("d/_index.md", "---\nrobots: [noindex, nofollow]\n---\nx"),
        ("d/e.md", "x"),
        ("f.md", "---\nunlisted: true\n---\nx"),
    ];
    let (site, problems) = site(&files);
    assert_eq!(problems, [""; 0]);
    let language = &site.languages[0];
    let told = |is: fn(Page, &LanguageSite) -> bool| {
        let pages = Page::all(language).filter(|page| matches!(page, Page::Article(_) | Page::Category(_)));
        let mut paths: Vec<SitePath> = pages
            .filter(|page| is(*page, language))
            .map(|page| page.path(language))
            .collect();
        paths.sort();
        paths
    };
    assert_eq!(told(Page::is_indexed), ["/", "/b/", "/c/", "/d/e/"]);
    assert_eq!(told(Page::is_in_sitemap), ["/", "/c/", "/d/e/"]);
}

#[test]
fn translations_are_those_that_search_engines_may_list() {
    let files = [
        ("a.md", "x"),
        ("a.de.md", "x"),
        ("a.ru.md", "---\nnoindex: true\n---\nx"),
        ("b.md", "x"),
        ("b.de.md", "---\ndraft: true\n---\nx"),
    ];
    let (site, _) = site(&files);
    let language = |tag: &str| {
        site.languages
            .iter()
            .find(|site| site.language.tag() == tag)
            .expect("there")
    };
    let page = |tag: &str, path: &str| {
        let language = language(tag);
        Page::all(language)
            .find(|page| page.path(language) == path)
            .expect("there")
    };
    let paths = |tag: &str, path: &str| {
        let translations = page(tag, path).translations(&site, language(tag)).into_iter();
        translations.map(|(_, path)| path).collect::<Vec<_>>()
    };
    assert_eq!(paths("en", "/a/"), ["/a/", "/de/a/"]);
    assert_eq!(paths("ru", "/ru/a/"), ["/a/", "/de/a/"]);
    assert_eq!(paths("de", "/de/b/"), ["/b/"]);
    assert_eq!(page("de", "/de/b/").original_path(&site, language("de")), "/b/");
    assert_eq!(page("de", "/de/a/").original_path(&site, language("de")), "/de/a/");
    assert_eq!(page("de", "/de/b/").path_in(language("de"), language("ru")), "/ru/b/");
}
