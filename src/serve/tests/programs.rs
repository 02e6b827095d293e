//! Searches for programs.

use kb_diagnostic::{Code, Diagnostic, Span};
use kb_index::Typing;

use super::site::{Running, Site};

#[test]
fn a_search_answers_as_the_command_does() {
    let site = Site::new("/help/");
    let asked = site.asked.clone();
    let server = Running::new(site);
    let answer = server.get(
        "/help/api/search?q=my+refund%21&n=2&typing=1&collection=Billing&tag=x&lang=pt_br",
        "",
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let json = answer.json();
    assert_eq!(json["query"], "my refund!");
    assert_eq!(json["hits"].as_array().map(Vec::len), Some(2));
    assert_eq!(json["hits"][0]["source"], "a.md");
    assert_eq!(json["hits"][0]["score"], 1.5);
    assert_eq!(json["total"], 4);
    assert_eq!(json["relaxed"], false);
    assert!(json["did_you_mean"].is_null());
    assert_eq!(json["missing"][0], "xyzzy");
    let asked = asked.lock().expect("no panic").pop().expect("a search");
    assert_eq!((asked.0.as_str(), asked.1.as_str()), ("pt-BR", "my refund!"));
    assert_eq!((asked.2.limit, asked.2.typing), (2, Typing::AsYouType));
    assert_eq!(asked.2.collection.as_deref(), Some("Billing"));
    assert_eq!(asked.2.tag.as_deref(), Some("x"));
}

#[test]
fn without_wishes_the_defaults_hold() {
    let site = Site::new("/");
    let asked = site.asked.clone();
    let server = Running::new(site);
    assert_eq!(server.get("/api/search?q=x&collection=&lang=&typing=0", "").status, 200);
    let (language, _, options) = asked.lock().expect("no panic").pop().expect("a search");
    assert_eq!(
        (language.as_str(), options.limit, options.typing),
        ("en", 10, Typing::Finished)
    );
    assert_eq!((options.collection, options.tag), (None, None));
}

#[test]
fn suggestions_are_few_and_short() {
    let server = Running::new(Site::new("/"));
    let draft = "Where%20is%20my%20money%3F%0A".repeat(50);
    let json = server.get(&format!("/api/suggest?q={draft}"), "").json();
    assert_eq!(json["query"], "Where is my money?\n".repeat(50));
    assert_eq!(json["suggestions"].as_array().map(Vec::len), Some(3));
    let first = serde_json::json!({
        "title": "Article",
        "url": "/a/",
        "section": { "heading": "Part", "anchor": "part", "url": "/a/#part" },
        "excerpt": "What it <says>",
        "confidence": 0.75,
    });
    assert_eq!(json["suggestions"][0], first);
}

#[test]
fn wrong_questions_are_refused_with_a_hint() {
    let server = Running::new(Site::new("/"));
    let long = "ä".repeat(257);
    let longer = "a".repeat(5001);
    for (path, error, hint) in [
        ("/api/search", "`q` is missing", "add"),
        ("/api/suggest?n=3", "`q` is missing", "add"),
        (
            &format!("/api/search?q={long}"),
            "`q` has 257 characters",
            "at most 256",
        ),
        (
            &format!("/api/suggest?q={longer}"),
            "`q` has 5001 characters",
            "at most 5000",
        ),
        ("/api/search?q=x&n=0", "`n` is `0`", "1 to 50"),
        ("/api/search?q=x&n=51", "`n` is `51`", "1 to 50"),
        ("/api/suggest?q=x&n=-1", "`n` is `-1`", "1 to 50"),
        (
            "/api/search?q=x&lang=pt",
            "no language `pt`",
            "the languages are en, pt-BR",
        ),
    ] {
        let answer = server.get(path, "");
        assert_eq!(answer.status, 400, "{path}");
        let json = answer.json();
        assert!(
            json["error"].as_str().is_some_and(|text| text.contains(error)),
            "{json}"
        );
        assert!(json["hint"].as_str().is_some_and(|text| text.contains(hint)), "{json}");
    }
    assert_eq!(
        server.get(&format!("/api/search?q={}", "ä".repeat(256)), "").status,
        200
    );
    let failed = server.get("/api/search?q=damaged", "");
    assert_eq!(failed.status, 500);
    assert!(failed.json()["error"].is_string());
}

#[test]
fn a_file_of_the_site_comes_first() {
    let mut site = Site::new("/");
    site.put("api/search/index.html", "<body>About our search API</body>");
    let server = Running::new(site);
    assert_eq!(server.get("/api/search/", "").status, 200);
    assert_eq!(server.get("/api/search?q=x", "").status, 301);
    assert_eq!(server.get("/api/suggest?q=x", "").json()["query"], "x");
}

#[test]
fn who_asks_too_often_has_to_wait() {
    let server = Running::new(Site::new("/"));
    let refused = (0..400)
        .map(|_| server.get("/api/search?q=x", ""))
        .find(|answer| answer.status != 200)
        .expect("400 requests take less than the 20 seconds that they may take");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.json()["error"], "too many requests");
    assert_eq!(server.get("/", "").status, 200, "pages are not counted");
}

#[test]
fn all_problems_are_told() {
    let mut site = Site::new("/help/");
    site.problems = (0..60)
        .map(|n| {
            Diagnostic::new(Code::LinkMissing, format!("no article {n}")).with_span(Span::at("a.md", n + 1, 3, "x"))
        })
        .chain([Diagnostic::new(Code::NoArticles, "none")])
        .collect();
    site.new_problems = vec![60];
    let server = Running::new(site);
    let json = server.get("/help/_kb/problems", "").json();
    assert_eq!(
        (&json["errors"], &json["warnings"], &json["total"]),
        (&60.into(), &1.into(), &61.into())
    );
    let list = json["list"].as_array().expect("a list");
    assert_eq!(list.len(), 61);
    assert_eq!(
        (&list[1]["file"], &list[1]["line"], &list[1]["new"]),
        (&"a.md".into(), &2.into(), &false.into())
    );
    assert_eq!(
        (&list[60]["file"], &list[60]["new"]),
        (&serde_json::Value::Null, &true.into())
    );
}
