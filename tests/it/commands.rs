//! The commands as a user meets them.

use crate::support::Sandbox;

#[test]
fn init_new_build_search() {
    let sandbox = Sandbox::new();
    let init = sandbox.kb(&["init", "help centre"]);
    assert_eq!(init.code, 0, "{}", init.stderr);
    assert!(init.stderr.contains("cd 'help centre'"), "{}", init.stderr);
    let again = sandbox.kb(&["init", "help centre"]);
    assert_eq!(again.code, 2);
    assert!(
        again.stderr.contains("already exists; nothing was changed"),
        "{}",
        again.stderr
    );
    let build = sandbox.kb(&["build", "help centre", "--strict"]);
    assert_eq!(build.code, 0, "{}", build.stderr);
    assert!(build.stderr.starts_with("Built 5 articles in en: "), "{}", build.stderr);

    let new = sandbox.kb(&[
        "new",
        "Can I pay \"by invoice\"?",
        "--in",
        "billing",
        "--project",
        "help centre",
    ]);
    assert_eq!(new.code, 0, "{}", new.stderr);
    let text = sandbox.read("help centre/content/billing/can-i-pay-by-invoice.md");
    assert!(
        text.starts_with("---\ntitle: \"Can I pay \\\"by invoice\\\"?\"\n"),
        "{text}"
    );
    let twice = sandbox.kb(&[
        "new",
        "Can I pay by invoice?",
        "--in",
        "billing",
        "--project",
        "help centre",
    ]);
    assert_eq!(twice.code, 2);
    let out = sandbox.kb(&["new", "X", "--in", "../..", "--project", "help centre"]);
    assert_eq!(out.code, 2);

    let drafts = sandbox.kb(&["build", "help centre", "--drafts", "--strict"]);
    assert!(
        drafts.code == 0 && drafts.stderr.starts_with("Built 6 articles"),
        "{}",
        drafts.stderr
    );
    let search = sandbox.kb(&["search", "money back", "--site", "help centre/public", "--json"]);
    assert_eq!(search.code, 0, "{}", search.stderr);
    let answer: serde_json::Value = serde_json::from_str(&search.stdout).expect("JSON");
    assert_eq!(answer["hits"][0]["source"], "billing/get-a-refund.md");
    assert_eq!(answer["hits"][0]["url"], "/billing/get-a-refund/");
    let pinned = sandbox.kb(&["search", "cancel", "--site", "help centre/public", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&pinned.stdout).expect("JSON");
    assert_eq!(answer["hits"][0]["source"], "billing/cancel-your-subscription.md");
}

#[test]
fn a_moved_site_still_answers() {
    let sandbox = Sandbox::project(&[
        ("refund.md", "# Refunds\n\nYou get your money back.\n"),
        ("other.md", "# Other\n"),
    ]);
    assert_eq!(sandbox.build().code, 0);
    std::fs::rename(sandbox.path("public"), sandbox.path("moved")).expect("moved");
    let run = sandbox.kb(&["search", "refund", "--site", "moved"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("1. Refunds") && run.stdout.contains("/refund/"),
        "{}",
        run.stdout
    );
    let missing = sandbox.kb(&["search", "refund", "--site", "public"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing.stderr.contains("`public` is not a site that kb built"),
        "{}",
        missing.stderr
    );
}

#[test]
fn batch_answers_every_line() {
    let sandbox = Sandbox::project(&[("refund.md", "# Refunds\n\nMoney.\n")]);
    assert_eq!(sandbox.build().code, 0);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kb"))
        .args(["search", "--batch"])
        .current_dir(sandbox.path(""))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("kb runs");
    let input = "refund\n\nzzzz\n\"\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("input"), input.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ends");
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let queries: Vec<&str> = lines.iter().filter_map(|line| line["query"].as_str()).collect();
    assert_eq!(queries, ["refund", "", "zzzz", "\""]);
    assert_eq!(lines[0]["hits"][0]["source"], "refund.md");
    assert_eq!(lines[1]["hits"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_bare_folder_builds_into_the_current_one() {
    let sandbox = Sandbox::new();
    sandbox.write("notes/a.md", "# A\n");
    let run = sandbox.kb(&["build", "notes"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(sandbox.read("public/index.html").contains("Notes"));
    // Also when the current folder is the one that is built: its own output is not content.
    let inside = Sandbox::new();
    inside.write("a.md", "# A\n");
    for _ in 0..2 {
        let run = inside.kb(&["build"]);
        assert!(
            run.code == 0 && run.stderr.starts_with("Built 1 article in en"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn formats_for_programs() {
    let sandbox = Sandbox::project(&[("a.md", "[x](y.md)\n")]);
    let github = sandbox.kb(&["build", "--format", "github"]);
    assert_eq!(github.code, 1);
    assert_eq!(
        github.stdout,
        "::error file=content/a.md,line=1,col=5,endColumn=9,title=link-missing::there is no article or file `y.md`%0Ahint: write the path of a Markdown file: relative to this article or, with a leading `/`, to the content folder\n"
    );
    assert_eq!(github.stderr, "");
    let json = sandbox.kb(&["build", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        (list[0]["code"].as_str(), list[0]["span"]["line"].as_u64()),
        (Some("link-missing"), Some(1))
    );
    let sarif = sandbox.kb(&["build", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_str(&sarif.stdout).expect("JSON");
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "link-missing");
}

#[test]
fn strict_makes_warnings_fail() {
    let sandbox = Sandbox::project(&[("a.md", "---\ntitel: x\n---\n")]);
    assert_eq!(sandbox.build().code, 0);
    assert_eq!(sandbox.kb(&["build", "--quiet", "--strict"]).code, 1);
}

#[test]
fn usage_is_code_2_and_help_is_code_0() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.kb(&["build", "--nonsense"]).code, 2);
    assert_eq!(sandbox.kb(&["search"]).code, 2);
    let help = sandbox.kb(&["--help"]);
    assert!(help.code == 0 && help.stdout.contains("Exit codes"), "{}", help.stdout);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.kb(&["completions", shell]);
        assert!(script.code == 0 && script.stdout.contains("completions"), "{shell}");
    }
    let man = sandbox.kb(&["man"]);
    assert!(man.code == 0 && man.stdout.contains(".TH kb 1"), "{}", man.stdout);
    assert_eq!(sandbox.kb(&["man", "man"]).code, 0);
    assert!(sandbox.path("man/kb-build.1").exists());
}
