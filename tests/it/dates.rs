//! Dates of changes and of publication.

use std::path::Path;
use std::process::Command;

use crate::support::Sandbox;

fn git(folder: &Path, date: &str, args: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.invalid",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .env("GIT_AUTHOR_DATE", date)
        .env("GIT_COMMITTER_DATE", date)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(
        status.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&status.stderr)
    );
}

fn repository() -> Sandbox {
    let sandbox = Sandbox::project(&[("a.md", "# A\n"), ("b.md", "---\nupdated: 2020-01-02\n---\n# B\n")]);
    sandbox.write("kb.toml", "title = \"Help\"\n");
    let folder = sandbox.path("");
    git(&folder, "2024-05-06T07:08:09Z", &["init", "--quiet"]);
    git(&folder, "2024-05-06T07:08:09Z", &["add", "."]);
    git(&folder, "2024-05-06T07:08:09Z", &["commit", "--quiet", "-m", "first"]);
    sandbox.write("content/c d.md", "# C\n");
    git(&folder, "2025-01-01T00:00:00Z", &["add", "."]);
    git(&folder, "2025-01-01T00:00:00Z", &["commit", "--quiet", "-m", "second"]);
    sandbox
}

#[test]
fn git_says_when_an_article_was_changed_unless_it_says_so_itself() {
    let sandbox = repository();
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for (path, day) in [("a", "2024-05-06"), ("b", "2020-01-02"), ("c-d", "2025-01-01")] {
        let page = sandbox.read(&format!("public/{path}/index.html"));
        assert!(page.contains(&format!("datetime=\"{day}\"")), "{path}: {page}");
    }
}

#[test]
fn a_shallow_clone_gives_no_dates_and_says_so() {
    let origin = repository();
    let clone = Sandbox::new();
    let url = format!("file://{}", origin.path("").display());
    git(
        &clone.path(""),
        "2025-01-01T00:00:00Z",
        &["clone", "--quiet", "--depth", "1", &url, "clone"],
    );
    let run = clone.kb(&["build", "clone", "--quiet", "--strict"]);
    assert_eq!(run.code, 0);
    assert!(
        run.stderr.starts_with("info[git-shallow]: this is a shallow clone"),
        "{}",
        run.stderr
    );
    assert!(!clone.read("clone/public/a/index.html").contains("<time"));
    assert!(
        clone
            .read("clone/public/b/index.html")
            .contains("datetime=\"2020-01-02\"")
    );
}

#[test]
fn publish_dates_follow_the_clock_that_is_given() {
    let sandbox = Sandbox::project(&[("a.md", "---\npublish_date: 2030-01-01\nexpires: 2031-01-01\n---\n# A\n")]);
    let built_at = |seconds: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_kb"))
            .args(["build", "--quiet"])
            .current_dir(sandbox.path(""))
            .env("SOURCE_DATE_EPOCH", seconds)
            .output()
            .expect("kb runs");
        assert!(output.status.success());
        sandbox.path("public/a").exists()
    };
    // 2029, 2030 and 2031, each in June.
    assert_eq!(
        [built_at("1876953600"), built_at("1908489600"), built_at("1940025600")],
        [false, true, false]
    );
}

#[test]
fn questions_become_faq_data_when_asked_for() {
    let sandbox = Sandbox::project(&[(
        "a.md",
        "# A\n\n## Is it <b>free</b>?\n\nYes, <i>always</i>.\n\n## More\n\nx\n",
    )]);
    assert_eq!(sandbox.build().code, 0);
    assert!(!sandbox.read("public/a/index.html").contains("FAQPage"));
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[build]\ngit_dates = false\nfaq_json_ld = true\n",
    );
    assert_eq!(sandbox.build().code, 0);
    let page = sandbox.read("public/a/index.html");
    assert_eq!(page.matches("\"Question\"").count(), 1, "{page}");
    assert!(page.contains("\"@type\":\"FAQPage\""), "{page}");
}
