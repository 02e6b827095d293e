//! What articles of people whom the site does not trust may publish, and what stays hidden in every article.

use crate::support::{Sandbox, snapshot};

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>";

/// The names of all files of the site, and all of their text.
fn everything(sandbox: &Sandbox) -> (Vec<String>, String) {
    let files = snapshot(&sandbox.path("public"));
    let text = files.values().map(|bytes| String::from_utf8_lossy(bytes)).collect();
    (files.keys().cloned().collect(), text)
}

#[test]
fn files_that_browsers_run_are_refused_where_html_is() {
    for (mode, published) in [("allow", true), ("sanitize", false), ("escape", false)] {
        let sandbox = Sandbox::project(&[
            (
                "att/p.md",
                "# P\n\n[page](evil.html) ![pic](e.svg)\n[s](/att/e.svg) [t](evil.js) [z](f.zip) ![good](g.svg)\n",
            ),
            ("att/evil.html", "<script>alert(1)</script>"),
            (
                "att/e.svg",
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(30)</script></svg>",
            ),
            ("att/evil.js", "alert(1)"),
            ("att/f.zip", "PK"),
            ("att/g.svg", DRAWING),
        ]);
        sandbox.write(
            "kb.toml",
            format!("title = \"x\"\n[build]\ngit_dates = false\nhtml = \"{mode}\"\n"),
        );
        let run = sandbox.build();
        let (names, text) = everything(&sandbox);
        let has = |start: &str| names.iter().any(|name| name.starts_with(start));
        for name in ["att/evil.", "att/e."] {
            assert_eq!(has(name), published, "{mode} {name} {names:?}");
        }
        assert!(has("att/f.") && has("att/g."), "{names:?}");
        assert_eq!(text.contains("alert(30)"), published);
        assert_eq!(run.code, i32::from(!published), "{}", run.stderr);
        if published {
            continue;
        }
        let page = sandbox.read("public/att/p/index.html");
        assert_eq!(page.matches(" data-broken-link").count(), 3, "{page}");
        for part in [
            "error[file-active]: `evil.html` is not published: readers' browsers would run it as a part of this site\n --> content/att/p.md:3:8",
            "error[file-active]: `e.svg` is not published: its line 1 has `<script>`\n --> content/att/p.md:3:26",
            "error[file-active]: `/att/e.svg` is not published",
        ] {
            assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
        }
    }
}

#[test]
fn comments_leave_in_no_file() {
    let note = "<!--\n> [!NOTE]\n> Hidden A.\n\n:::warning\nHidden B\n:::\n\n!!! note\n    Hidden C\n-->";
    let text = format!(
        "---\ntitle: Billing <!-- Hidden D -->\ndescription: Shown. <!-- Hidden E -->\n---\n\nShown.\n\n{note}\n\n- a\n\n  {note}\n\n> <!-- Hidden\n\nHidden -->\n\n| a | b |\n|---|---|\n| <!-- Hidden | c --> | d |\n\nEnd.\n"
    );
    for mode in ["allow", "sanitize", "escape"] {
        let sandbox = Sandbox::project(&[("billing.md", &text)]);
        sandbox.write(
            "kb.toml",
            format!(
                "title = \"x\"\nbase_url = \"https://a.example/\"\n[build]\ngit_dates = false\nhtml = \"{mode}\"\n"
            ),
        );
        let run = sandbox.build();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{mode}");
        let (names, text) = everything(&sandbox);
        for name in ["billing/index.html", "billing/index.md", "feed.xml", "llms.txt"] {
            assert!(names.iter().any(|known| known == name), "{names:?}");
        }
        assert!(!text.contains("Hidden") && text.contains("Shown"), "{mode}");
        let page = sandbox.read("public/billing/index.html");
        assert!(
            !page.contains("--&gt;") && !page.contains("-->") && page.contains("End."),
            "{page}"
        );
        let found = sandbox.kb(&["search", "hidden", "--site", "public"]);
        assert!(!found.stdout.contains("Hidden"), "{}", found.stdout);
    }
}

#[test]
fn what_is_not_understood_is_not_published() {
    let article = |key: &str| format!("---\ntitle: x\n{key}\n---\n\nSecret.\n");
    let keys = [
        "draft: yes",
        "draft: \"true\"",
        "draft: 1",
        "draft: maybe",
        "published: no",
        "published: \"false\"",
        "publish: false",
        "private: on",
        "publish_date: soon",
        "expires: tomorrow",
        "title: y",
        "a: b: c",
    ];
    let sandbox = Sandbox::project(&[]);
    for (n, key) in keys.iter().enumerate() {
        sandbox.write(&format!("content/a{n}.md"), article(key));
    }
    sandbox.write(
        "content/hidden.md",
        "---\ntitle: Under the rug\nhidden: yes\n---\n\nText.\n",
    );
    sandbox.write(
        "content/open.md",
        "---\ntitle: Open\ndraft: no\nhidden: \"false\"\n---\n\nText.\n",
    );
    let run = sandbox.build();
    assert_eq!(run.code, 1, "{}", run.stderr);
    let (names, text) = everything(&sandbox);
    assert!(!text.contains("Secret"));
    assert!(names.iter().any(|name| name == "hidden/index.html") && names.iter().any(|name| name == "open/index.html"));
    for list in ["index.html", "all/index.html", "sitemap.xml", "llms.txt"] {
        if names.iter().any(|name| name == list) {
            assert!(
                !sandbox.read(&format!("public/{list}")).contains("Under the rug"),
                "{list}"
            );
        }
    }
    assert_eq!(run.stderr.matches("error[").count(), 5, "{}", run.stderr);
    assert!(
        run.stderr
            .contains("`draft` must be true or false, found the text `maybe`\n --> content/a3.md:3:8")
            && run
                .stderr
                .contains("until this is fixed, the article is treated as a draft"),
        "{}",
        run.stderr
    );
}
