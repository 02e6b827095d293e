//! Who may see an article, in the words of people and of other tools; what is not understood hides it.

use super::*;

fn front(keys: &str) -> (FrontMatter, Vec<String>) {
    let document = parse(&format!("---\ntitle: x\n{keys}\n---\n\nText.\n"));
    let said = problems(&document);
    (document.front, said)
}

#[test]
fn search_engines_are_told_what_other_tools_tell_them() {
    let seen = |keys: &str| {
        let (front, said) = front(keys);
        assert!(!front.draft && !front.unlisted, "{keys}");
        (
            front.indexing != Indexing::None,
            front.indexing == Indexing::Full,
            said.len(),
        )
    };
    for keys in [
        "noindex: true",
        "noIndex: yes",
        "robots: noindex",
        "robots: [nofollow, NOINDEX]",
        "robotsNoIndex: true",
    ] {
        assert_eq!(seen(keys), (false, false, 0), "{keys}");
    }
    for keys in ["sitemap: false", "sitemap:\n  disable: true", "sitemap_exclude: true"] {
        assert_eq!(seen(keys), (true, false, 0), "{keys}");
    }
    for keys in [
        "noindex: false",
        "robots: index, follow",
        "robots:",
        "sitemap: true",
        "sitemap:\n  priority: 0.5\n  disable: false",
        "sitemap:",
    ] {
        assert_eq!(seen(keys), (true, true, 0), "{keys}");
    }
    assert_eq!(seen("noindex: maybe"), (false, false, 1));
    assert_eq!(seen("sitemap: sometimes"), (true, false, 1));
    assert_eq!(seen("robots: false"), (false, false, 1));
}

#[test]
fn words_of_people_are_understood() {
    for yes in [
        "true", "True", "TRUE", "yes", "Yes", "on", "y", "1", "\"true\"", "\"yes\"", "' On '", "\"1\"",
    ] {
        for key in [
            "draft",
            "Draft",
            "private",
            "unlisted",
            "hidden",
            "HIDDEN",
            "hide",
            "excludeSearch",
            "search_exclude",
        ] {
            let (front, said) = front(&format!("{key}: {yes}"));
            let hidden = front.draft || front.unlisted || !front.searchable;
            assert!(hidden && said.is_empty(), "{key}: {yes} {said:?}");
        }
    }
    for no in [
        "false",
        "False",
        "no",
        "NO",
        "off",
        "n",
        "0",
        "\"false\"",
        "\"no\"",
        "\"0\"",
    ] {
        for key in [
            "published",
            "Published",
            "publish",
            "search",
            "pagefind",
            "render",
            "llms",
        ] {
            let (front, said) = front(&format!("{key}: {no}"));
            let hidden = front.draft || !front.searchable || !front.llms;
            assert!(hidden && said.is_empty(), "{key}: {no} {said:?}");
        }
        let (front, said) = front(&format!("draft: {no}\nhidden: {no}\nhide: {no}\nprivate: {no}"));
        assert!(!front.draft && !front.unlisted && said.is_empty(), "{no} {said:?}");
    }
    for keys in [
        "status: draft",
        "status: Private",
        "status: draft (do not publish)",
        "status: WIP",
        "visibility: internal",
        "permalink: false",
        "published: false\ndraft: false",
        "is_draft: true",
        "unpublish: true",
        "do_not_publish: true",
        "doNotPublish: yes",
        "deleted: true",
        "active: false",
        "embargoed: true",
        "status: auto-draft",
        "status: inherit",
        "status: 0",
        "status: false",
        "status: Entwurf",
        "status: 下書き",
        "publish_status: draft",
        "workflowState: draft",
        "isDraft: yes",
        "public: false",
        "headless: true",
        "saveAsDraft: true",
        "archived: true",
        "state: draft",
        "status: drfat",
        "status: [draft]",
        "status: not published",
        "state: In review",
        "post_status: trash",
        "build: false",
        "live: no",
        "status: notpublished",
        "access: private",
        "_build: {render: never}",
        "build:\n  render: false",
        "defaults: &d {draft: true}\n<<: *d",
        "<<: [{draft: true}, {draft: false}]",
    ] {
        assert!(front(keys).0.draft, "{keys}");
    }
    for keys in [
        "visibility: hidden",
        "unlisted: false\nhidden: true",
        "status: unlisted",
        "build: {list: never}",
    ] {
        assert!(front(keys).0.unlisted, "{keys}");
    }
    for keys in [
        "status: new",
        "status:",
        "visibility: public",
        "published: true",
        "publish: yes",
        "expires:",
        "publish_date: ",
        "access: everyone",
        "status: 200",
        "status: [new, beta]",
        "visible: always",
        "published: 2024",
        "expires: never",
        "build: {render: always, list: local, publishResources: false}",
        "<<: {draft: true}\ndraft: false",
    ] {
        let (front, said) = front(keys);
        assert!(!front.draft && !front.unlisted && said.is_empty(), "{keys} {said:?}");
    }
    for key in [
        "publish-date",
        "PublishDate",
        "expiry_date",
        "expirationDate",
        "embargo",
    ] {
        let (front, said) = front(&format!("{key}: 2026-11-21"));
        let date = front.publish_date.or(front.expires);
        assert!(date.is_some() && said.is_empty(), "{key} {said:?}");
    }
    let (front, said) = front("published: 2026-11-21\npublish_date: 2026-11-25");
    assert_eq!(front.publish_date.map(Date::iso_day).as_deref(), Some("2026-11-25"));
    assert!(!front.draft && said.is_empty());
}

#[test]
fn what_is_not_understood_hides_the_article_and_says_so() {
    for keys in [
        "draft: maybe",
        "draft: \"\"",
        "draft:",
        "draft: [x]",
        "draft: 2",
        "draft: {a: b}",
        "published: soon",
        "publish: null",
        "publish_date: tomorrow",
        "publish_date: never",
        "embargo: false",
        "publishDate: 20261121",
        "expire: 01/02/2001",
        "PublishDate: 31.31.2026",
        "expires: sometime",
        "expiryDate: true",
        "visibility: vips",
        "status: {state: draft}",
        "build: {render: nver}",
        "private: ja",
    ] {
        let (front, said) = front(keys);
        assert!(front.draft, "{keys}");
        assert_eq!(said.len(), 1, "{keys} {said:?}");
        assert!(
            said[0].contains("error[front-matter-type]") && said[0].starts_with("3:"),
            "{said:?}"
        );
    }
    for keys in ["unlisted: maybe", "hidden:", "hide: 7", "hide: {a: b}"] {
        let (front, said) = front(keys);
        assert!(front.unlisted && said.len() == 1, "{keys} {said:?}");
    }
    for keys in [
        "search: maybe",
        "search:",
        "search: 3",
        "search: {exclude: x}",
        "pagefind: x",
        "search: [a]",
    ] {
        let (front, said) = front(keys);
        assert!(!front.searchable && said.len() == 1, "{keys} {said:?}");
    }
    let document = parse("---\ndraft: maybe\n---\n");
    let hints: Vec<_> = document.diagnostics[0].hints.iter().map(String::as_str).collect();
    assert_eq!(hints, ["until this is fixed, the article is treated as a draft"]);
}

#[test]
fn front_matter_that_cannot_be_read_publishes_nothing() {
    for text in [
        "---\ntitle: a: b\ndraft: true\n---\nText\n",
        "---\ndraft: true\ndraft: false\n---\nText\n",
        "---\ntitle: x\n\ndraft: true\n\nText\n",
        "---\n\"draft\": true\n# Text\n",
        "---\n- draft\n---\nText\n",
        "---\ndraft true\n---\nText\n",
        "+++\ndraft = yes\n+++\nText\n",
        "+++\ndraft = true\n\nText\n",
    ] {
        let document = parse(text);
        assert!(document.front.draft, "{text}");
        assert!(
            document.diagnostics.iter().any(|d| d.severity.word() == "error"),
            "{text}"
        );
    }
    for text in [
        "\n\n---\ndraft: true\n---\nText\n",
        "\r\n \n+++\ndraft = true\n+++\nText\n",
    ] {
        let document = parse(text);
        assert!(document.front.draft && html(&document) == "<p>Text</p>\n", "{text}");
    }
    for text in [
        "\n---\n\nText: yes\n",
        "---\n\n## Intro\n\nNote: x\n",
        "Text\n\n---\n\nNote: x\n",
    ] {
        let document = parse(text);
        assert!(!document.front.draft && document.diagnostics.is_empty(), "{text}");
    }
}

#[test]
fn keys_with_a_typing_error_hide_the_article() {
    for keys in [
        "drafts: true",
        "darft: true",
        "meta: {draft: true}",
        "cascade: {draft: true}",
        "cascade: [{build: {render: never}}]",
        "taxonomies: {tags: [a], draft: true}",
        "draft:true:",
        "Dratf: yes",
        "drafft: maybe",
        "publishd: false",
        "publihsed: nope",
        "privat: true",
        "hiden: true",
        "publsh_date: 2999-01-01",
        "publish_dtae: 01.01.2099",
        "build: {rendr: never}",
        "expirs: 2020",
        "visiblity: private",
    ] {
        let (front, said) = front(keys);
        assert!(front.draft && said.len() == 1, "{keys} {said:?}");
        assert!(
            said[0].starts_with("3:") && said[0].contains("error[front-matter-unclear-key]"),
            "{said:?}"
        );
    }
    for keys in [
        "drafts: false",
        "publihs: true",
        "publisher: x",
        "shipper: x",
        "drift: 3",
        "craft: true",
        "raft: true",
        "archive: true",
        "stats: 3",
        "stat: new",
    ] {
        let (front, said) = front(keys);
        assert!(
            !front.draft && said.len() == 1 && said[0].contains("warning"),
            "{keys} {said:?}"
        );
    }
}

#[test]
fn front_matter_that_stands_elsewhere_hides_the_article() {
    for (text, line) in [
        ("----\ntitle: x\ndraft: true\n----\nText\n", 3),
        ("<!-- licence -->\n---\ntitle: x\nDraft: yes\n---\nText\n", 4),
        ("<!-- c -->\n---\ntitle: x\nstatus: draft\n---\n\nText\n", 4),
        ("Intro\n\n---\npublish_date: 2099-01-01\n---\nText\n", 4),
        ("---yaml\nhide: true\n---\nText\n", 2),
        ("# A comment\n\n---\npublished: false\n---\nText\n", 4),
        ("# A\n\n---\nbuild: {render: never}\n---\nText\n", 4),
        (";;;\n\"draft\": true,\n;;;\nText\n", 2),
        ("---\n\nA sentence\n---\nhidden: true\n", 5),
        ("{\n  \"draft\": true\n  \"title\": 1\n}\nText\n", 2),
        ("{ title: t, draft: true }\nText\n", 1),
        ("draft = true\n\nText\n", 1),
        ("publish_date: 2099-01-01\n\nText\n", 1),
        ("---\ntitle: x\n---\n---\ndraft: true\n---\nText\n", 5),
        ("---\n---\ndraft: true\n---\nText\n", 3),
        ("---\ntitle: t\n---\n\ndarft: true\n\nText\n", 5),
        ("<a id=\"top\"></a>\n\n---\ntitle: x\ndraft: true\n---\nText\n", 5),
        ("<div>\nx\n</div>\n\n---\ndraft: true\n---\nText\n", 6),
        ("<?xml version=\"1.0\"?>\n---\ndraft: true\n---\nText\n", 3),
        ("```\ncode\n```\n\n---\ndraft: true\n---\nText\n", 6),
        (":::note\nx\n:::\n\n---\ndraft: true\n---\nText\n", 6),
        ("title: x\ndraft: true\n# Heading\n", 2),
        ("title: x\ntags:\n  - a\ndraft: true\n---\nText\n", 4),
        ("# Heading\n\ntitle: x\ndraft: true\n\nText\n", 4),
        ("---\ntitle: x\n---\n\t\n---\ntags:\n  - a\ndraft: true\n---\nText\n", 8),
        ("Title: x\nStatus: draft\nDate: 2026-01-01\n\nText\n", 2),
        ("***\ndraft: true\n***\nText\n", 2),
        (
            "\u{2013}\u{2013}\u{2013}\ndraft: true\n\u{2013}\u{2013}\u{2013}\nText\n",
            2,
        ),
        ("{title:\"X\",draft:true}\nText\n", 1),
        ("{\n  \"title\": \"X\",\n  // c\n  \"draft\": true\n}\nText\n", 4),
        ("{/*c*/\"draft\":true}\nText\n", 1),
        ("{\n\"title\": \"X\",\n\n\"draft\": true,\n}\nText\n", 4),
        ("{\n\"draft\": true,\n\nText\n", 2),
    ] {
        let document = parse(text);
        assert!(document.front.draft, "{text}");
        let said = problems(&document);
        let told = said.iter().find(|said| said.contains("error[front-matter-misplaced]"));
        assert!(
            told.is_some_and(|told| told.starts_with(&format!("{line}:"))),
            "{text} {said:?}"
        );
    }
    for text in [
        "Text\n\n    draft: true\n",
        "```yaml\ndraft: true\n```\n",
        "Set `draft: true` to hide it.\n",
        "    ---\n    draft: true\n",
        "Orders\n---\nstatus: draft means that nothing was sent\n---\n",
        "private: yes, when you wish\n",
        "{draft}\n",
        "{\"draft\": \"A text\"} is what the API returns.\n",
        "<pre>\n---\ndraft: true\n---\n</pre>\n",
        "{{< hint >}}\nText\n",
        "draft: false\n",
        "Set\ndraft: true\nin the file.\n",
        "Hidden: yes\n\nText\n",
        "Access: administrators\n\nText\n",
        "# x\n\n{% highlight yaml %}\n---\ndraft: true\n---\n{% endhighlight %}\n",
        "<pre>\n---\ndraft: true\n---\n</pre>\n",
        "# x\n\n<!--\nan example:\n---\ndraft: true\n---\n-->\n\nText\n",
        "# x\n\n> [!NOTE]\n> draft: true\n",
        "---\n\nA sentence\n\n---\n\nMore\n",
        "---\n\nNothing here - or there\n---\nMore\n",
    ] {
        let said = parse(text);
        assert!(!said.front.draft, "{text} {:?}", said.diagnostics);
    }
    for text in [
        "\u{feff}\u{feff}---\ndraft: true\n---\nText\n",
        "\u{200b}---\ndraft: true\n---\nText\n",
        " ---\ndraft: true\n ---\nText\n",
        "{\"title\": \"x\", \"draft\": true}\nText\n",
        "\n{\n\t\"draft\": true,\n\t\"tags\": [\"a\"]\n}\n\nText\n",
    ] {
        let document = parse(text);
        assert!(document.front.draft, "{text:?} {:?}", document.diagnostics);
        assert!(document.diagnostics.is_empty(), "{text:?} {:?}", document.diagnostics);
        assert_eq!(html(&document), "<p>Text</p>\n", "{text:?}");
    }
}

#[test]
fn dates_of_other_tools_are_read() {
    for text in [
        "2015-11-17 16:16:01 -0600",
        "2015-11-17 22:16:01 +00:00",
        "2015-11-17 22:16:01",
    ] {
        assert_eq!(Date::parse(text).map(|date| date.unix), Some(1_447_798_561), "{text}");
    }
    let (front, said) = front("date:\n  created: 2024-01-02\n  updated: 2024-03-04");
    assert!(said.is_empty(), "{said:?}");
    assert_eq!(front.date.map(Date::iso_day).as_deref(), Some("2024-01-02"));
    assert_eq!(front.updated.map(Date::iso_day).as_deref(), Some("2024-03-04"));
}

#[test]
fn periods_are_checked() {
    for good in ["90d", "6 months", "1 year", "1y 6mo", "P90D", "12 weeks"] {
        assert_eq!(
            front(&format!("review_every: {good}")).1,
            Vec::<String>::new(),
            "{good}"
        );
    }
    for bad in ["banana", "90", "-3d", "5h", "[90d]", "0d"] {
        let (front, said) = front(&format!("review_every: {bad}"));
        assert!(
            !front.draft && said.len() == 1 && said[0].contains("error[front-matter-type]"),
            "{bad} {said:?}"
        );
    }
}

#[test]
fn of_several_days_the_strictest_counts() {
    for (keys, publish, expires) in [
        ("expires: 2020-01-01\nexpiryDate: 2099-01-01", None, Some("2020-01-01")),
        (
            "expires: 2099-01-01\nunpublish_date: 2020-01-01",
            None,
            Some("2020-01-01"),
        ),
        (
            "publish_date: 2020-01-01\npubDate: 2099-01-01",
            Some("2099-01-01"),
            None,
        ),
        ("scheduled: 2099-01-01", Some("2099-01-01"), None),
        ("scheduled: false", None, None),
    ] {
        let (front, said) = front(keys);
        let day = |date: Option<Date>| date.map(Date::iso_day);
        assert_eq!(
            (day(front.publish_date), day(front.expires)),
            (publish.map(ToOwned::to_owned), expires.map(ToOwned::to_owned)),
            "{keys}"
        );
        assert!(said.is_empty(), "{keys} {said:?}");
    }
    assert!(front("embargo:").0.draft);
    let (front, said) = front("serach: false\nlms: false");
    assert!(!front.searchable && !front.llms && said.len() == 2, "{said:?}");
}

#[test]
fn a_mark_that_is_not_seen_or_a_comment_opens_front_matter_too() {
    for lead in ["\u{200e}---", "\u{2060}---", "\u{ad}---", "--- yaml", "--- # c"] {
        let document = parse(&format!("{lead}\ntitle: X\ndraft: true\n---\nText\n"));
        assert!(
            document.front.draft && document.front.title.as_ref().map(|title| title.text.as_str()) == Some("X"),
            "{lead:?}"
        );
    }
}

#[test]
fn parts_and_drafts_of_other_tools_are_drafts_by_their_names() {
    for (path, draft) in [
        ("_drafts/a.md", true),
        ("a/_partials/b/c.md", true),
        // Collections of Jekyll.
        ("_posts/2026-11-27-a.md", false),
        ("_docs/a/b.md", false),
        ("a/_part.md", true),
        ("_index.md", false),
        ("a/_index.de.md", false),
        ("a/b_c.md", false),
    ] {
        let source = ArticleSource {
            path: ContentPath::new(path),
            file: Arc::new(SourceText::new(path, "# A\n")),
        };
        let options = DocumentOptions {
            html: RawHtml::Allow,
            highlight: false,
        };
        assert_eq!(parse_document(&source, options).front.draft, draft, "{path}");
    }
}
