//! Streams of events.

use std::sync::mpsc;

use kb_diagnostic::{Code, Diagnostic, Span};
use serde_json::json;

use super::client::PATIENCE;
use super::site::{Running, Site, options};
use crate::serve::file;

fn broken() -> Diagnostic {
    Diagnostic::new(Code::FrontMatterSyntax, "it <is> broken")
        .with_span(Span::at("content/a.md", 2, 5, "titel: x: y"))
        .with_hint("quote it")
}

#[test]
fn a_page_is_greeted_and_told_of_changes() {
    let server = Running::new(Site::new("/help/"));
    let mut stream = server.follow("/help/_kb/events?path=%2Fhelp%2Fa%2F");
    let (name, hello) = stream.next();
    assert_eq!(name, "hello");
    let page = file::hash(format!("<body>{}</body>", "article ".repeat(100)).as_bytes());
    let expected = json!({
        "version": 1, "page": page, "fallback": null, "assets": "assets/one", "source": "content/a.md",
        "linked": {}, "strict": false, "hold": [], "problems": { "errors": 0, "warnings": 0, "total": 0, "list": [] },
    });
    assert_eq!(hello, expected);
    // Of what does not concern the page only the number is told.
    server.change(|site| {
        site.put("index.html", "<body>other</body>");
    });
    assert_eq!(stream.next(), ("version".to_owned(), 2.into()));
    server.change(|site| {
        site.put("a/index.html", "<body>new</body>");
    });
    let (name, state) = stream.next();
    assert_eq!(name, "state");
    assert_eq!(
        (&state["version"], &state["page"]),
        (&3.into(), &file::hash(b"<body>new</body>").into())
    );
    server.change(|site| "assets/two".clone_into(&mut site.assets));
    assert_eq!(stream.next().1["assets"], "assets/two");
}

#[test]
fn files_that_a_page_loads_by_a_lasting_name_are_followed() {
    let mut site = Site::new("/help/");
    let page = r#"<link href="/help/custom.css"><link href="/help/assets/one/css/kb.css"><img src="/help/gone.png">
        <a href="/help/a/index.md">x</a><script src="https://example.com/x.js"></script>"#;
    site.put("a/index.html", page).put("custom.css", "one");
    let server = Running::new(site);
    let mut stream = server.follow("/help/_kb/events?path=/help/a/");
    let (_, hello) = stream.next();
    assert_eq!(hello["linked"], json!({ "/help/custom.css": file::hash(b"one") }));
    server.change(|site| {
        site.put("custom.css", "two");
    });
    let (_, state) = stream.next();
    assert_eq!(state["linked"], json!({ "/help/custom.css": file::hash(b"two") }));
    assert_eq!(state["page"], hello["page"]);
}

#[test]
fn problems_are_told_with_all_that_is_shown() {
    let server = Running::new(Site::new("/"));
    let mut stream = server.follow("/_kb/events?path=/a/");
    stream.next();
    let elsewhere = Diagnostic::new(Code::LinkMissing, "no b").with_span(Span::at("content/b.md", 1, 1, "x"));
    server.change(|site| site.problems = vec![elsewhere.clone(), broken()]);
    let (_, state) = stream.next();
    assert_eq!(state["hold"], json!(["front-matter-syntax content/a.md"]));
    assert_eq!(
        (&state["problems"]["errors"], &state["problems"]["total"]),
        (&2.into(), &2.into())
    );
    let first = json!({
        "severity": "error", "code": "front-matter-syntax", "message": "it <is> broken", "file": "content/a.md",
        "line": 2, "column": 5, "end_column": 6, "excerpt": "titel: x: y", "hints": ["quote it"],
        "new": true, "here": true,
    });
    assert_eq!(state["problems"]["list"][0], first);
    server.change(|site| site.problems = vec![elsewhere]);
    let (_, state) = stream.next();
    assert_eq!(state["hold"], json!([]));
    assert_eq!(state["problems"]["list"][0]["new"], false);
}

#[test]
fn a_page_that_is_gone_remembers_its_source() {
    let server = Running::new(Site::new("/"));
    let mut stream = server.follow("/_kb/events?path=/a/");
    stream.next();
    server.change(|site| {
        site.files.remove("a/index.html");
        site.problems = vec![Diagnostic::new(Code::UrlTaken, "x").with_span(Span::at("content/a.md", 1, 1, ""))];
    });
    let (_, state) = stream.next();
    assert!(state["page"].is_null());
    assert_eq!(state["fallback"], file::hash(b"<body>not here</body>").as_str());
    assert_eq!(state["source"], "content/a.md");
    assert_eq!(state["hold"], json!(["url-taken content/a.md"]));
}

#[test]
fn fifty_problems_are_listed_and_those_of_the_first_greeting_are_marked() {
    let mut site = Site::new("/");
    site.problems = vec![Diagnostic::new(Code::Shortcode, "x"); 120];
    site.problems.push(Diagnostic::new(Code::GitShallow, "x"));
    site.new_problems = vec![1];
    let mut options = options();
    options.strict = true;
    let server = Running::with(site, options);
    let (_, hello) = server.follow("/_kb/events?path=/").next();
    let problems = &hello["problems"];
    assert_eq!(problems["list"].as_array().map(Vec::len), Some(50));
    assert_eq!((&problems["warnings"], &problems["total"]), (&120.into(), &121.into()));
    assert_eq!(
        (&problems["list"][0]["new"], &problems["list"][1]["new"]),
        (&false.into(), &true.into())
    );
    assert_eq!(hello["strict"], true);
}

#[test]
fn odd_paths_have_no_page() {
    let server = Running::new(Site::new("/help/"));
    for path in [
        "/_kb/events",
        "/_kb/events?path=/a/",
        "/_kb/events?path=/help/../a/",
        "/_kb/events?path=%2500",
    ] {
        let (_, hello) = server.follow(&format!("/help{path}")).next();
        assert!(hello["page"].is_null(), "{path}: {hello}");
    }
}

#[test]
fn a_browser_may_leave_at_any_time() {
    let server = Running::new(Site::new("/"));
    let mut stream = server.follow("/_kb/events?path=/");
    stream.next();
    drop(stream);
    server.change(|site| {
        site.put("index.html", "x");
    });
    assert_eq!(server.get("/", "").text(), "x");
}

#[test]
fn open_streams_do_not_keep_the_server() {
    let server = Running::new(Site::new("/"));
    let mut streams: Vec<_> = (0..3).map(|_| server.follow("/_kb/events?path=/")).collect();
    for stream in &mut streams {
        stream.next();
    }
    // The streams stay open until the server has ended: one that waits for them never does.
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || {
        server.stop();
        let _ = ended.send(());
    });
    assert_eq!(end.recv_timeout(PATIENCE), Ok(()), "the server waits for streams");
    drop(streams);
}
