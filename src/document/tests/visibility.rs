//! Who may see an article, in the words of people and of other tools; what is not understood hides it.

use super::*;

fn front(keys: &str) -> (FrontMatter, Vec<String>) {
    let document = parse(&format!("---\ntitle: x\n{keys}\n---\n\nText.\n"));
    let said = problems(&document);
    (document.front, said)
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
    ] {
        assert!(front(keys).0.draft, "{keys}");
    }
    for keys in [
        "visibility: hidden",
        "unlisted: false\nhidden: true",
        "status: unlisted",
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
    ] {
        let (front, said) = front(keys);
        assert!(!front.draft && !front.unlisted && said.is_empty(), "{keys} {said:?}");
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
        "publishDate: 20261121",
        "PublishDate: 21.11.2026",
        "expires: never again",
        "expiryDate: true",
        "visibility: members",
        "status: [draft]",
        "status: {state: draft}",
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
    assert_eq!(hints, ["until this is clear, the article is left out, as a draft is"]);
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
