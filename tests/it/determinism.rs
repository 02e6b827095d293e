//! Same input, same bytes: in any folder, with any number of threads.

use crate::support::{Sandbox, snapshot};

fn content() -> Vec<(String, String)> {
    let views = (0..120).map(|n| format!("c{}/q{n}.md,{}\n", n % 4, n % 5));
    let mut files = vec![
        (
            "search.toml".to_owned(),
            "[[synonyms]]\nwords = [\"a\", \"b\"]\n".to_owned(),
        ),
        (
            "views.csv".to_owned(),
            format!("path,views\n{}", views.collect::<String>()),
        ),
    ];
    for n in 0..120 {
        let text = format!(
            "---\ntitle: Question {n}\ntags: [t{}, x]\nupdated: 2026-01-{:02}\n---\nSee [other](q{}.md). Words {} {}.\n\n## Part {n}\n\n```rust\nlet x = {n};\n```\n",
            n % 7,
            n % 27 + 1,
            (n + 1) % 120 / 10 * 10,
            ["refund", "invoice", "password"][n % 3],
            "plan ".repeat(n % 5),
        );
        files.push((
            format!("c{}/q{n}.md", n % 4),
            text.replace("](q", "](../c0/q")
                .replace("c0/q", &format!("c{}/q", (n + 1) % 120 / 10 * 10 % 4)),
        ));
        if n % 3 == 0 {
            files.push((
                format!("c{}/q{n}.de.md", n % 4),
                format!("# Frage {n}\n\nWörter über Rückerstattung {n}.\n"),
            ));
        }
    }
    files
}

#[test]
fn two_folders_and_two_thread_counts_give_the_same_bytes() {
    let files = content();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let one = Sandbox::project(&files);
    let two = Sandbox::project(&files);
    for sandbox in [&one, &two] {
        sandbox.write(
            "kb.toml",
            "title = \"Help\"\nbase_url = \"https://help.example/sub/\"\n[build]\ngit_dates = false\n",
        );
    }
    let first = one.kb(&["build", "--quiet", "--threads", "1"]);
    let second = two.kb(&["build", "--quiet", "--threads", "4", "-o", "elsewhere"]);
    assert_eq!((first.code, second.code), (0, 0), "{}\n{}", first.stderr, second.stderr);
    let (first, second) = (snapshot(&one.path("public")), snapshot(&two.path("elsewhere")));
    let differing: Vec<&String> = first
        .keys()
        .chain(second.keys())
        .filter(|path| first.get(*path) != second.get(*path))
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert!(first.keys().any(|path| path.starts_with("search/tantivy/de/")));
}

#[test]
fn building_again_writes_nothing() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n"), ("b.md", "# B\n")]);
    assert_eq!(sandbox.build().code, 0);
    let before = snapshot(&sandbox.path("public"));
    let again = sandbox.kb(&["build"]);
    assert!(
        again.stderr.contains(": 0 new or changed, 0 removed)"),
        "{}",
        again.stderr
    );
    assert_eq!(snapshot(&sandbox.path("public")), before);
}

#[test]
fn stale_files_go() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n"), ("b.md", "# B\n")]);
    assert_eq!(sandbox.build().code, 0);
    assert!(sandbox.path("public/b/index.html").exists());
    std::fs::remove_file(sandbox.path("content/b.md")).expect("removed");
    assert_eq!(sandbox.build().code, 0);
    assert!(!sandbox.path("public/b").exists());
    assert!(sandbox.path("public/a/index.html").exists());
}
