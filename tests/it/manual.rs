//! kb's own help centre builds without a message, and every link in it works.

use std::path::Path;

use crawl::{CrawlOptions, crawl};

use crate::support::Sandbox;

#[test]
fn the_manual_builds_strictly_and_every_link_works() {
    let sandbox = Sandbox::new();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).to_string_lossy().into_owned();
    let run = sandbox.kb(&[
        "build",
        &project,
        "-o",
        "site",
        "--strict",
        "--quiet",
        "-u",
        "https://kb.example/manual/",
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let options = CrawlOptions {
        base: Some("https://kb.example/manual/".to_owned()),
        no_shortcut: vec!["all/index.html".to_owned()],
    };
    let report = crawl(&sandbox.path("site"), &options).expect("a site");
    assert_eq!(report.problems, []);
    assert_eq!(report.duplicate_ids, []);
    assert!(
        report.articles.len() >= 75,
        "{} articles in three languages",
        report.articles.len()
    );
    assert!(
        report.articles_by_clicks().keys().all(|clicks| *clicks <= 3),
        "{:?}",
        report.articles_by_clicks()
    );
}

#[test]
fn the_manual_answers_in_three_languages() {
    let sandbox = Sandbox::new();
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).to_string_lossy().into_owned();
    assert_eq!(sandbox.kb(&["build", &project, "-o", "site", "--quiet"]).code, 0);
    for (lang, query) in [
        ("en", "how do I get started"),
        ("de", "Schnellstart"),
        ("ru", "быстрый старт"),
    ] {
        let run = sandbox.kb(&["search", query, "--site", "site", "--lang", lang, "--json", "-n", "3"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("quick-start"), "{lang}: {}", run.stdout);
    }
}
