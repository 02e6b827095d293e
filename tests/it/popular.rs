//! The most read articles, by `content/views.csv`.

use std::io::Read as _;

use flate2::read::GzDecoder;
use kb_search::pack::Pack;

use crate::support::{Sandbox, snapshot};

/// Ten articles, of which two are translated, and templates that list the most read.
fn site(views: &str) -> Sandbox {
    let mut files: Vec<(String, String)> = (0..10)
        .map(|n| {
            (
                format!("billing/q{n}.md"),
                format!("---\nweight: {n}\n---\n# Question {n}\n"),
            )
        })
        .collect();
    for n in [1, 2] {
        files.push((format!("billing/q{n}.de.md"), format!("# Frage {n}\n")));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let sandbox = Sandbox::project(&files);
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\nbase_url = \"https://help.example/s/\"\n[build]\ngit_dates = false\n[contact]\nemail = \"a@b.example\"\n[languages.en]\n[languages.de]\n",
    );
    for template in ["home.html", "404.html", "contact.html"] {
        sandbox.write(
            &format!("templates/{template}"),
            "{% for a in page.popular %}{{ a.title }}\n{% endfor %}",
        );
    }
    sandbox.write("content/views.csv", views);
    sandbox
}

fn popular(sandbox: &Sandbox, path: &str) -> Vec<String> {
    let page = sandbox.read(&format!("public/{path}"));
    page.lines().map(ToOwned::to_owned).collect()
}

/// What the search box offers before anything was typed.
fn offered(sandbox: &Sandbox, language: &str) -> Vec<(String, String)> {
    let boot = std::fs::read(sandbox.path(&format!("public/search/pack/{language}/boot.bin"))).expect("a pack");
    let mut bytes = Vec::new();
    GzDecoder::new(boot.as_slice()).read_to_end(&mut bytes).expect("gzip");
    let pack = Pack::open(&bytes).expect("a pack");
    let offered = pack.popular().iter();
    offered
        .map(|article| (article.title.clone(), article.url.clone()))
        .collect()
}

#[test]
fn the_search_box_offers_the_same_articles() {
    let sandbox = site("path,views\nbilling/q3.md,9\nbilling/q1.md,10\nbilling/q2.de.md,1\n");
    sandbox.write("content/billing/q5.md", "---\nfeatured: true\n---\n# Question 5\n");
    let pair = |title: &str, url: &str| (title.to_owned(), url.to_owned());
    assert_eq!(sandbox.build().code, 0);
    let english = [pair("Question 1", "billing/q1/"), pair("Question 3", "billing/q3/")];
    assert_eq!(offered(&sandbox, "en"), english);
    assert_eq!(offered(&sandbox, "de"), [pair("Frage 2", "de/billing/q2/")]);
    std::fs::remove_file(sandbox.path("content/views.csv")).expect("removed");
    assert_eq!(sandbox.build().code, 0);
    assert_eq!(offered(&sandbox, "en"), [pair("Question 5", "billing/q5/")]);
}

#[test]
fn the_most_read_articles_are_listed() {
    let sandbox = site(
        "Page path,Views,Users\n/s/billing/q3/,\"1,200\",7\nhttps://help.example/s/billing/q4/?ref=mail,500,7\nbilling/q5.md,400,7\n/s/billing/q4/index.html,900,7\n/s/billing/q1/,3,7\n/s/billing/q0/,2,7\n/s/billing/q9/,2,7\n/s/billing/q8/,1,7\n/s/,99999,7\n/s/tags/,5,7\n/s/de/billing/q2/,4,7\n/s/de/billing/q7/,6,7\n",
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let expected = [
        "Question 4",
        "Question 3",
        "Question 5",
        "Question 1",
        "Question 0",
        "Question 9",
    ];
    for path in ["index.html", "404.html", "contact/index.html"] {
        assert_eq!(popular(&sandbox, path), expected, "{path}");
    }
    assert_eq!(popular(&sandbox, "de/index.html"), ["Question 7", "Frage 2"]);
    assert!(
        !snapshot(&sandbox.path("public"))
            .keys()
            .any(|path| path.contains("views"))
    );
}

#[test]
fn a_language_that_nobody_reads_yet_takes_the_sums_of_all() {
    let sandbox = site("path,views\nbilling/q2.md,9\nbilling/q6.md,10\n");
    assert_eq!(sandbox.build().code, 0);
    assert_eq!(popular(&sandbox, "index.html"), ["Question 6", "Question 2"]);
    assert_eq!(popular(&sandbox, "de/index.html"), ["Question 6", "Frage 2"]);
}

#[test]
fn hidden_articles_and_unread_ones_are_left_out() {
    let sandbox = site("path,views\nbilling/q2.md,9\nbilling/q3.md,8\nbilling/q4.md,7\nbilling/q5.md,0\n/old/,6\n");
    sandbox.write("content/billing/q2.md", "---\nunlisted: true\n---\n# Hidden\n");
    sandbox.write("content/billing/q2.de.md", "---\nunlisted: true\n---\n# Hidden\n");
    sandbox.write("content/billing/q3.md", "---\ndraft: true\n---\n# Draft\n");
    sandbox.write("content/billing/q6.md", "---\naliases: [/old/]\n---\n# Moved\n");
    let run = sandbox.build();
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            0,
            "info[views-unknown-page]: 1 row names no page of this site, such as `billing/q3.md`
 --> content/views.csv:3:1
  |
3 | billing/q3.md
  | ^
  |
  = hint: if an article has moved, add its old address to `aliases`; otherwise no change is needed

"
        )
    );
    assert_eq!(popular(&sandbox, "index.html"), ["Question 4", "Moved"]);
}

#[test]
fn without_the_file_nothing_is_popular() {
    let sandbox = site("");
    std::fs::remove_file(sandbox.path("content/views.csv")).expect("removed");
    assert_eq!(sandbox.build().code, 0);
    assert_eq!(popular(&sandbox, "index.html"), [""; 0]);
}

#[test]
fn what_is_wrong_with_the_file_is_a_warning() {
    let sandbox = site("path,views\nbilling/q2.md,lots\nbilling/q3.md,2\n");
    let run = sandbox.build();
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            0,
            "warning[views-number]: `lots` is not a number of views; this row is skipped
 --> content/views.csv:2:1
  |
2 | billing/q2.md,lots
  | ^^^^^^^^^^^^^^^^^^

"
        )
    );
    sandbox.write("content/views.csv", "a,b\n1,2\n");
    let run = sandbox.build();
    assert!(
        run.stderr.contains("warning[views-columns]: ") && run.stderr.contains(" --> content/views.csv:1:1"),
        "{}",
        run.stderr
    );
}
