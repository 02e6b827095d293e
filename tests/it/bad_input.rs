//! Bad input: each kind gets its own message, the rest of the site is built, and nothing outside is touched.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::{Run, Sandbox, snapshot};

/// Builds, and compares exit code and diagnostics with `expected`.
fn expect(sandbox: &Sandbox, code: i32, expected: &str) -> Run {
    let run = sandbox.build();
    let expected = expected.trim_start_matches('\n');
    assert_eq!(
        run.stderr.trim_end(),
        expected.trim_end(),
        "\n--- got ---\n{}",
        run.stderr
    );
    assert_eq!(run.code, code);
    run
}

/// The good article beside the bad one is built.
fn rest_is_built(sandbox: &Sandbox) {
    assert!(sandbox.read("public/good/index.html").contains("Good text."));
}

const GOOD: (&str, &str) = ("good.md", "# Good\n\nGood text.\n");

#[test]
fn unclosed_front_matter() {
    let sandbox = Sandbox::project(&[GOOD, ("bad.md", "---\ntitle: Bad\n\nText.\n")]);
    expect(
        &sandbox,
        1,
        "
error[front-matter-unclosed]: the front matter has no closing `---`
 --> content/bad.md:1:1
  |
1 | ---
  | ^^^
  |
  = hint: add a line `---` after the last key
  = hint: until this is fixed, the article is treated as a draft
",
    );
    rest_is_built(&sandbox);
    // It may have said `draft: true`.
    assert!(!sandbox.path("public/bad").exists());
}

#[test]
fn duplicate_key() {
    let sandbox = Sandbox::project(&[GOOD, ("bad.md", "---\ntitle: A\ntags: [x]\ntitle: B\n---\n")]);
    expect(
        &sandbox,
        1,
        "
error[front-matter-duplicate-key]: the key `title` appears twice
 --> content/bad.md:4:1
  |
4 | title: B
  | ^^^^^
  |
  = hint: remove one of them
  = hint: until this is fixed, the article is treated as a draft
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn wrong_type_and_unknown_key() {
    let sandbox = Sandbox::project(&[GOOD, ("bad.md", "+++\nweight = \"heavy\"\nalias = [\"/x/\"]\n+++\n")]);
    expect(
        &sandbox,
        1,
        "
warning[front-matter-unknown-key]: unknown key `alias`
 --> content/bad.md:3:1
  |
3 | alias = [\"/x/\"]
  | ^^^^^
  |
  = hint: did you mean `aliases`?

error[front-matter-type]: `weight` must be a number, found the text `heavy`
 --> content/bad.md:2:10
  |
2 | weight = \"heavy\"
  |          ^^^^^^^
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn invalid_utf8_and_nul() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("content/latin.md", b"# Caf\xe9\n");
    sandbox.write("content/zero.md", b"a\0b\n");
    expect(
        &sandbox,
        1,
        "
error[not-utf8]: not valid UTF-8 (byte 0xe9); this article is left out
 --> content/latin.md:1:6
  |
1 | # Caf
  |      ^
  |
  = hint: save it as UTF-8

error[nul-byte]: a NUL character; it is shown as `\u{fffd}`
 --> content/zero.md:1:2
  |
1 | a\u{2400}b
  |  ^
  |
  = hint: remove it; the file may be damaged
",
    );
    rest_is_built(&sandbox);
    assert!(!sandbox.path("public/latin").exists());
}

#[test]
fn a_file_of_50_mb() {
    let sandbox = Sandbox::project(&[GOOD]);
    let file = fs::File::create(sandbox.path("content/log.md")).expect("a file");
    file.set_len(50 * 1024 * 1024).expect("a sparse file");
    expect(
        &sandbox,
        1,
        "
error[file-too-large]: 50 MB of Markdown; an article may have at most 8 MB; this one is left out
--> content/log.md
 = hint: split it, or put its name into `.kbignore`
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn a_folder_named_like_an_article() {
    let sandbox = Sandbox::project(&[GOOD, ("x.md/inner.md", "# Inner\n")]);
    expect(
        &sandbox,
        0,
        "
warning[folder-named-like-article]: `x.md` is a folder, not an article
--> content/x.md
 = hint: rename the folder; it is treated as a category
",
    );
    assert!(sandbox.path("public/x-md/inner/index.html").exists());
}

#[test]
fn two_articles_with_one_url() {
    let sandbox = Sandbox::project(&[
        GOOD,
        ("a.md", "---\nslug: same\n---\n"),
        ("b.md", "---\nslug: same\n---\n"),
    ]);
    expect(
        &sandbox,
        1,
        "
error[url-taken]: the URL `/same/` is taken by `a.md`; this article is left out
 --> content/b.md:2:7
  |
2 | slug: same
  |       ^^^^
  |
  = hint: give one of them another `slug`
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn a_slug_that_climbs_out() {
    let sandbox = Sandbox::project(&[GOOD, ("bad.md", "---\nslug: ../../etc\naliases: /../x\n---\n# Bad\n")]);
    expect(
        &sandbox,
        1,
        "
error[slug-invalid]: the slug `../../etc` must be one part of a URL, without `/` and `..`
 --> content/bad.md:2:7
  |
2 | slug: ../../etc
  |       ^^^^^^^^^

error[alias-invalid]: `/../x` must not have a part `.` or `..`
 --> content/bad.md:3:10
  |
3 | aliases: /../x
  |          ^^^^^
  |
  = hint: write an address below the root of the help centre, such as `/old/page/`
",
    );
    rest_is_built(&sandbox);
    assert!(sandbox.path("public/bad/index.html").exists());
}

#[test]
fn symbolic_links_out_and_in_a_circle() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("secret.md", "# Secret\n");
    symlink(sandbox.path("secret.md"), sandbox.path("content/out.md")).expect("a link");
    symlink(sandbox.path("content"), sandbox.path("content/circle")).expect("a link");
    symlink("nowhere.md", sandbox.path("content/broken.md")).expect("a link");
    symlink("good.md", sandbox.path("content/twin.md")).expect("a link");
    expect(
        &sandbox,
        1,
        "
error[link-broken]: the target of this symbolic link does not exist; it is left out
--> content/broken.md
 = hint: remove the link or restore what it points to

error[link-circle]: this symbolic link leads in a circle; it is left out
--> content/circle
 = hint: remove the link

error[link-outside]: this symbolic link leads out of the content folder; it is left out
--> content/out.md
 = hint: copy the file into the content folder, or name the folder that it may lead to in `kb.toml`: `follow_links_to` in `[build]`
",
    );
    rest_is_built(&sandbox);
    assert!(sandbox.path("public/twin/index.html").exists());
    assert!(!sandbox.path("public/out").exists());
}

#[test]
fn data_files_that_lead_out() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("synonyms.toml", "secret = [");
    symlink(sandbox.path("synonyms.toml"), sandbox.path("content/search.toml")).expect("a link");
    symlink("/dev/zero", sandbox.path("content/views.csv")).expect("a link");
    let search = "
error[link-outside]: this symbolic link leads out of the content folder; it is left out
--> content/search.toml
 = hint: copy the file into the content folder, or name the folder that it may lead to in `kb.toml`: `follow_links_to` in `[build]`
";
    let views = search.replace("search.toml", "views.csv");
    expect(&sandbox, 1, &format!("{search}{views}"));
    rest_is_built(&sandbox);
    // The walk does not look at what is ignored.
    sandbox.write(".kbignore", "search.toml\n");
    expect(&sandbox, 1, &format!("{search}{views}"));

    // Within the content folder a link is as good as a file.
    fs::remove_file(sandbox.path("content/search.toml")).expect("removed");
    fs::remove_file(sandbox.path("content/views.csv")).expect("removed");
    sandbox.write("content/data/all.csv", "path,views\n/good/,many\n");
    symlink("data/all.csv", sandbox.path("content/views.csv")).expect("a link");
    let run = sandbox.build();
    assert!(run.stderr.contains("--> content/views.csv:2:"), "{}", run.stderr);
}

#[test]
fn data_files_that_are_no_files() {
    let sandbox = Sandbox::project(&[GOOD]);
    fs::create_dir(sandbox.path("content/views.csv")).expect("a folder");
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.path("content/search.toml"))
        .status();
    assert!(made.expect("mkfifo").success());
    expect(
        &sandbox,
        1,
        "
error[file-unreadable]: this is not a regular file; it is left out
--> content/search.toml
 = hint: remove it, or put a file in its place

error[file-unreadable]: this is not a regular file; it is left out
--> content/views.csv
 = hint: remove it, or put a file in its place
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn a_data_file_that_is_too_large() {
    let sandbox = Sandbox::project(&[GOOD]);
    let file = fs::File::create(sandbox.path("content/views.csv")).expect("a file");
    file.set_len(64 * 1024 * 1024 + 1).expect("a length");
    // It is left out, and not published either.
    sandbox.write(".kbignore", "views.csv\n");
    expect(
        &sandbox,
        1,
        "
error[file-too-large]: 65 MB; this file may have at most 64 MB; it is left out
--> content/views.csv
 = hint: keep only the lines and columns in it that are needed
",
    );
    rest_is_built(&sandbox);
}

#[test]
fn an_unreadable_file() {
    let sandbox = Sandbox::project(&[GOOD, ("locked.md", "x")]);
    fs::set_permissions(sandbox.path("content/locked.md"), fs::Permissions::from_mode(0o000)).expect("a mode");
    // Root reads every file, so root builds as somebody else.
    let run = sandbox.build_without_rights().unwrap_or_else(|| sandbox.build());
    let expected = "error[file-unreadable]: cannot be read: Permission denied (os error 13); it is left out\n--> content/locked.md\n = hint: check the permissions";
    assert_eq!(run.stderr.trim_end(), expected);
    assert_eq!(run.code, 1);
    rest_is_built(&sandbox);
}

#[test]
fn a_template_that_does_not_parse() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write(
        "templates/article.html",
        "{% extends \"base.html\" %}\n{% block main %}\n{{ page.title \n{% endblock %}\n",
    );
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("error[template-error]: "), "{}", run.stderr);
    assert!(
        run.stderr.contains(" --> templates/article.html:4:1\n"),
        "{}",
        run.stderr
    );
    // The page is there, with the built-in template.
    rest_is_built(&sandbox);
}

#[test]
fn a_template_that_fails_while_rendering() {
    let sandbox = Sandbox::project(&[GOOD, ("other.md", "# Other\n")]);
    sandbox.write(
        "templates/article.html",
        "{% extends \"base.html\" %}\n{% block main %}{{ page.content }}{{ page.nonesuch.deep }}{% endblock %}\n",
    );
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    assert_eq!(run.stderr.matches("error[template-error]").count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains(" --> templates/article.html:2:"), "{}", run.stderr);
    assert!(
        run.stderr.contains(
            "= hint: this happened while rendering `content/good.md` and one other page; the built-in template was used instead"
        ),
        "{}",
        run.stderr
    );
    rest_is_built(&sandbox);
}

#[test]
fn an_output_folder_inside_the_content() {
    let sandbox = Sandbox::project(&[GOOD]);
    let before = snapshot(&sandbox.path("content"));
    let run = sandbox.kb(&["build", "-o", "content/site"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error[output-overlaps]: "), "{}", run.stderr);
    assert_eq!(snapshot(&sandbox.path("content")), before);
}

#[test]
fn an_output_folder_that_is_not_ours() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("public/thesis.txt", "ten years of work");
    let run = sandbox.build();
    assert_eq!(run.code, 2);
    assert!(run.stderr.starts_with("error[output-not-ours]: "), "{}", run.stderr);
    assert_eq!(sandbox.read("public/thesis.txt"), "ten years of work");
}

#[test]
fn settings_with_mistakes_build_nothing() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("kb.toml", "titel = \"Help\"\n[theme]\naccent = \"blu\"\n");
    expect(
        &sandbox,
        2,
        "
error[config-unknown-key]: unknown key `titel`
 --> kb.toml:1:1
  |
1 | titel = \"Help\"
  | ^^^^^
  |
  = hint: did you mean `title`?

error[config-value]: `blu` is not a colour such as `#0b5cd6`
 --> kb.toml:3:10
  |
3 | accent = \"blu\"
  |          ^^^^^
  |
  = hint: write it as in CSS: `#0b5cd6`, `teal`, `rgb(11 92 214)`, `oklch(0.51 0.2 260)`
",
    );
    assert!(!sandbox.path("public").exists());
}

#[test]
fn a_folder_that_is_not_there() {
    let sandbox = Sandbox::new();
    let run = sandbox.kb(&["build", "nowhere"]);
    assert_eq!(run.code, 2);
    assert_eq!(
        run.stderr.trim_end(),
        "error[project-missing]: there is no folder `nowhere`\n |\n = hint: give a folder with `kb.toml`, or a folder of Markdown files"
    );
}

#[test]
fn synonyms_and_pins_with_mistakes() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write(
        "content/search.toml",
        "[[synonyms]]\nwords = [\"alone\"]\n[[pins]]\nquery = \"x\"\narticles = [\"goood.md\"]\n",
    );
    expect(
        &sandbox,
        1,
        "
error[search-config-value]: a synonym needs `words` with at least two entries, or both `from` and `to`
 --> content/search.toml:2:1
  |
2 | words = [\"alone\"]
  | ^^^^^

error[pin-missing]: there is no article `goood.md`
 --> content/search.toml:5:13
  |
5 | articles = [\"goood.md\"]
  |             ^^^^^^^^^^
  |
  = hint: did you mean `good.md`?
",
    );
}

#[test]
fn a_pin_of_a_draft() {
    let draft = ("draft.md", "---\ntitle: Draft\ndraft: true\n---\nx\n");
    let sandbox = Sandbox::project(&[GOOD, draft]);
    sandbox.write(
        "content/search.toml",
        "[[pins]]\nquery = \"x\"\narticles = [\"draft.md\", \"good.md\"]\n",
    );
    expect(
        &sandbox,
        1,
        "
error[link-unpublished]: `draft.md` is a draft, so search does not find it
 --> content/search.toml:3:13
  |
3 | articles = [\"draft.md\", \"good.md\"]
  |             ^^^^^^^^^^
  |
  = hint: publish it, or remove the pin
",
    );
}

#[test]
fn a_full_disk_leaves_the_old_site() {
    let sandbox = Sandbox::project(&[GOOD]);
    let mount = sandbox.path("disk");
    fs::create_dir_all(&mount).expect("a folder");
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
        .arg(&mount)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        eprintln!("skipped: mounting a small disk needs root");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        let first = sandbox.kb(&["build", "--quiet", "-o", "disk/site"]);
        assert_eq!(first.code, 0, "{}", first.stderr);
        let before = snapshot(&sandbox.path("disk/site"));
        for n in 0..40 {
            let text = format!("# Article {n}\n\n{}\n", "Many words fill the disk. ".repeat(8_000));
            sandbox.write(&format!("content/big-{n}.md"), text);
        }
        let second = sandbox.kb(&["build", "--quiet", "-o", "disk/site"]);
        assert_eq!(second.code, 2);
        assert!(second.stderr.starts_with("error[disk-full]: "), "{}", second.stderr);
        assert_eq!(snapshot(&sandbox.path("disk/site")), before);
    });
    let _ = std::process::Command::new("umount").arg(&mount).output();
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn an_accent_that_is_too_light() {
    let sandbox = Sandbox::project(&[GOOD]);
    sandbox.write("kb.toml", "[theme]\naccent = \"gold\"\n[build]\ngit_dates = false\n");
    expect(
        &sandbox,
        0,
        "
info[accent-adjusted]: `#ffd700` is too light to be read on white, so light pages use links #7d6800 (5.5:1) and buttons #a78c00 with dark text (5.8:1), and dark pages links #ffd700 (13.2:1) and buttons #ffd700 with dark text (13.7:1)
 --> kb.toml:2:10
  |
2 | accent = \"gold\"
  |          ^^^^^^
  |
  = hint: no change needed; to get exactly your colour, choose a darker one
",
    );
    assert_eq!(sandbox.kb(&["build", "--strict"]).code, 0);
    rest_is_built(&sandbox);
}

#[test]
fn a_folder_around_a_project_is_not_built_as_another_site() {
    let sandbox = Sandbox::new();
    sandbox.write("site/help/kb.toml", "title = \"Help\"\n");
    sandbox.write("site/help/content/a.md", "# A\n");
    sandbox.write("site/README.md", "# Read me\n");
    let run = sandbox.kb(&["build", "site", "-o", "out"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("`kb build site/help`"), "{}", run.stderr);
    assert!(!sandbox.path("out").exists());
    // A folder of settings alone is no project, and a hidden one is none of ours.
    sandbox.write("bare/notes/kb.toml", "title = \"Example\"\n");
    sandbox.write("bare/.cache/help/kb.toml", "title = \"Help\"\n");
    sandbox.write("bare/.cache/help/content/a.md", "# A\n");
    sandbox.write("bare/a.md", "# A\n");
    assert_eq!(sandbox.kb(&["build", "bare", "-o", "out"]).code, 0);
    // Nor does an example keep a folder of articles from being built.
    sandbox.write("bare/example/kb.toml", "title = \"Example\"\n");
    sandbox.write("bare/example/content/a.md", "# A\n");
    assert_eq!(sandbox.kb(&["build", "bare", "-o", "out"]).code, 0);
}
