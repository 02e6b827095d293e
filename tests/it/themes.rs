//! Themes: those built into kb, those of a project, and what a project changes of one without copying it.

use crate::support::{Run, Sandbox, snapshot};

/// A project that has every kind of page, with a theme.
fn site(theme: &str) -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("billing/_index.md", "---\ntitle: Billing\n---\nAbout money.\n"),
        (
            "billing/refund.md",
            "---\ntags: [money]\nfeatured: true\naliases: [/old]\n---\n# Refund\n\n## One\n\nx\n\n## Two\n\ny\n",
        ),
        ("billing/refund.de.md", "# Erstattung\n"),
        ("other.md", "# Other\n"),
    ]);
    sandbox.write(
        "kb.toml",
        format!(
            "title = \"Help\"\nbase_url = \"https://help.example/\"\n[languages.en]\n[languages.de]\n[theme]\nname = \"{theme}\"\n[build]\ngit_dates = false\n[contact]\nemail = \"help@example.com\"\n"
        ),
    );
    sandbox
}

fn build(sandbox: &Sandbox) {
    let run = sandbox.kb(&["build", "--quiet", "--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// The theme's files of a built site, by their paths in the theme.
fn assets(sandbox: &Sandbox) -> Vec<String> {
    let files = snapshot(&sandbox.path("public/assets"));
    files
        .keys()
        .filter_map(|path| Some(path.split_once('/')?.1.to_owned()))
        .collect()
}

fn style(sandbox: &Sandbox) -> String {
    let files = snapshot(&sandbox.path("public/assets"));
    let (_, css) = files
        .into_iter()
        .find(|(path, _)| path.ends_with("/kb.css"))
        .expect("kb.css");
    String::from_utf8(css).expect("UTF-8")
}

fn eject(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.kb(&[&["theme", "eject"], args].concat())
}

#[test]
fn the_plain_theme_renders_every_page_and_ships_nothing_unused() {
    let sandbox = site("plain");
    build(&sandbox);
    for path in [
        "index.html",
        "billing/index.html",
        "billing/refund/index.html",
        "de/billing/refund/index.html",
        "de/other/index.html",
        "tags/index.html",
        "tags/money/index.html",
        "all/index.html",
        "search/index.html",
        "404.html",
        "old/index.html",
    ] {
        let page = sandbox.read(&format!("public/{path}"));
        assert!(page.contains("/kb.css\"") && page.contains("</html>"), "{path}");
        assert!(
            path.starts_with("old") || page.contains("_search-kit"),
            "{path} can search"
        );
    }
    assert!(
        !sandbox.read("public/index.html").contains("class=\"card"),
        "its own home page"
    );
    let assets = assets(&sandbox);
    assert!(assets.contains(&"js/search/box.js".to_owned()), "{assets:?}");
    assert!(assets.contains(&"img/favicon.svg".to_owned()), "{assets:?}");
    let css: Vec<_> = assets.iter().filter(|path| path.ends_with(".css")).collect();
    assert_eq!(css, ["css/contact.css", "css/search.css", "kb.css"]);
    assert!(style(&sandbox).contains("--kb-accent-text:"));
}

#[test]
fn a_theme_can_be_one_style_sheet() {
    let sandbox = site("acme");
    sandbox.write("themes/acme/theme.toml", "styles = [\"acme.css\"]\n");
    sandbox.write("themes/acme/static/acme.css", "body { color: red }\n");
    sandbox.write("static/css/tokens.css", "not of this theme");
    build(&sandbox);
    let css = style(&sandbox);
    assert!(css.starts_with("body{color: red}"), "{css}");
    assert!(!css.contains(".site-header"), "{css}");
    // What it leaves out stays: scripts, templates, words.
    let page = sandbox.read("public/billing/refund/index.html");
    assert!(page.contains("/js/kb.js\""), "{page}");
    let assets = assets(&sandbox);
    let css: Vec<_> = assets.iter().filter(|path| path.ends_with(".css")).collect();
    assert_eq!(css, ["css/contact.css", "css/search.css", "kb.css"]);
    // A file that the theme makes no use of is replaced by nothing: it is served by its own name.
    assert_eq!(sandbox.read("public/css/tokens.css"), "not of this theme");
    sandbox.write("themes/acme/theme.toml", "styles = []\nscripts = []\n");
    build(&sandbox);
    let page = sandbox.read("public/billing/refund/index.html");
    assert!(!page.contains("kb.js"), "{page}");
    // Those that templates load themselves are their own affair.
    assert!(
        !snapshot(&sandbox.path("public/assets"))
            .keys()
            .any(|path| path.contains("js/search/"))
    );
}

#[test]
fn a_folder_is_laid_over_the_built_in_theme_of_its_name_or_the_one_it_extends() {
    let header = "<header>Ours</header>\n";
    for theme in ["plain", "acme"] {
        let sandbox = site(theme);
        let toml = if theme == "acme" { "extends = \"plain\"\n" } else { "" };
        sandbox.write(&format!("themes/{theme}/theme.toml"), toml);
        sandbox.write(&format!("themes/{theme}/templates/partials/header.html"), header);
        build(&sandbox);
        let page = sandbox.read("public/index.html");
        assert!(
            page.contains(header.trim()) && !page.contains("class=\"card"),
            "{theme}"
        );
        assert!(style(&sandbox).contains("@layer plain"), "{theme}");
    }
    let sandbox = site("acme");
    sandbox.write("themes/acme/theme.toml", "extends = \"plane\"\n");
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    for part in [
        "error[theme-missing]: there is no built-in theme `plane` to extend",
        "themes/acme/theme.toml:1:11",
        "did you mean `plain`?",
    ] {
        assert!(run.stderr.contains(part), "{part}\n{}", run.stderr);
    }
    let run = site("plian").build();
    assert!(run.stderr.contains("did you mean `plain`?"), "{}", run.stderr);
}

#[test]
fn themes_are_listed() {
    let sandbox = site("acme");
    sandbox.write(
        "themes/acme/theme.toml",
        "name = \"Acme\"\ndescription = \"Our look\"\n",
    );
    sandbox.write("themes/plain/templates/tag.html", "");
    let run = sandbox.kb(&["theme", "list"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout
            .starts_with("acme  `themes/acme/`, in use\n    Our look\ndefault  built in\n"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("plain  built in, changed by `themes/plain/`\n"),
        "{}",
        run.stdout
    );
    let run = sandbox.kb(&["theme", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(list[0]["title"], "Acme");
    assert_eq!(list[0]["in_use"], true);
    assert_eq!(list[2]["name"], "plain");
    assert_eq!(list[2]["built_in"], true);
    assert_eq!(list[2]["folder"], "themes/plain/");
    let bare = Sandbox::new();
    bare.write("notes/a.md", "# A\n");
    let run = bare.kb(&["theme", "list", "notes"]);
    assert!(run.stdout.contains("default  built in, in use\n"), "{}", run.stdout);
    assert_eq!(bare.kb(&["theme", "eject", "article.html", "notes"]).code, 2);
    assert_eq!(bare.kb(&["theme", "list", "nowhere"]).code, 2);
}

#[test]
fn a_copy_is_made_once_and_says_where_it_comes_from() {
    let sandbox = site("plain");
    let run = eject(&sandbox, &["article.html"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "Copied article.html of the theme `default` to ./templates/article.html\n"
    );
    let copy = sandbox.read("templates/article.html");
    let line = copy.lines().next().unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        line.starts_with(&format!("{{#- kb {version}: ejected from theme `default`, original ")),
        "{line}"
    );

    let again = eject(&sandbox, &["article.html"]);
    assert_eq!(again.code, 2);
    assert!(
        again.stderr.contains("already exists; nothing was changed"),
        "{}",
        again.stderr
    );
    sandbox.write("templates/article.html", "mine");
    assert_eq!(eject(&sandbox, &["templates/article.html", "--force"]).code, 0);
    assert_eq!(sandbox.read("templates/article.html"), copy);

    for (wrong, meant) in [
        ("artcle.html", "article.html"),
        ("footer.html", "partials/footer.html"),
        ("footer", "partials/footer.html"),
        ("css/plane.css", "css/plain.css"),
    ] {
        let run = eject(&sandbox, &[wrong]);
        assert_eq!(run.code, 2);
        assert!(
            run.stderr.contains(&format!("did you mean `{meant}`?")),
            "{}",
            run.stderr
        );
    }
    let run = eject(&sandbox, &["theme.toml"]);
    assert_eq!(
        run.stderr,
        "error: `theme.toml` cannot be copied: it describes a theme, and a project is not a theme\nhint: to make your own theme, create a folder `themes/NAME/` with a `theme.toml`\n"
    );
    // What the theme makes no use of is not its file; nothing leads out of it.
    for wrong in [
        "css/layout.css",
        "theme.toml",
        "../kb.toml",
        "partials/../article.html",
        "",
    ] {
        assert_eq!(eject(&sandbox, &[wrong]).code, 2, "{wrong}");
    }
    let list = eject(&sandbox, &[]);
    assert_eq!(list.code, 0);
    assert!(list.stdout.contains("  article.html "), "{}", list.stdout);
    assert!(list.stdout.contains("an article (copied)\n"), "{}", list.stdout);
    let list = eject(&sandbox, &["--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    let home = (list.as_array().into_iter().flatten()).find(|part| part["name"] == "home.html");
    assert_eq!(
        home.map(|part| (&part["theme"], &part["target"])),
        Some((&"plain".into(), &"templates/home.html".into()))
    );
}

#[cfg(unix)]
#[test]
fn a_copy_never_leaves_the_project() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = site("plain");
    let elsewhere = Sandbox::new();
    elsewhere.write("file", "theirs");
    elsewhere.write("folder/file", "theirs");
    let before = snapshot(&elsewhere.path("."));

    // Folders that lead out, one of them to nothing.
    symlink(elsewhere.path("folder"), sandbox.path("templates")).expect("a link");
    symlink(elsewhere.path("nothing"), sandbox.path("static")).expect("a link");
    for name in ["article.html", "partials/footer.html", "css/plain.css"] {
        for args in [&[name][..], &[name, "--force"]] {
            let run = eject(&sandbox, args);
            assert_eq!(run.code, 2, "{args:?}");
            assert!(
                run.stderr.contains("would be written outside of the project"),
                "{}",
                run.stderr
            );
        }
    }
    assert_eq!(snapshot(&elsewhere.path(".")), before);
    std::fs::remove_file(sandbox.path("templates")).expect("removed");
    std::fs::remove_file(sandbox.path("static")).expect("removed");

    // Files that are links: `--force` replaces the link, not what it leads to.
    assert_eq!(eject(&sandbox, &["article.html"]).code, 0);
    let copy = sandbox.read("templates/article.html");
    let copied = sandbox.path("templates/article.html");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("a file").permissions().mode();
    assert_eq!(mode(&copied), mode(&sandbox.path("kb.toml")));
    std::fs::set_permissions(&copied, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    assert_eq!(eject(&sandbox, &["article.html", "--force"]).code, 0);
    assert_eq!(mode(&copied) & 0o777, 0o600);
    sandbox.write("templates/mine.html", "mine");
    std::fs::remove_file(&copied).expect("removed");
    symlink("mine.html", &copied).expect("a link");
    assert_eq!(eject(&sandbox, &["article.html"]).code, 2);
    assert_eq!(eject(&sandbox, &["article.html", "--force"]).code, 0);
    assert!(!copied.is_symlink());
    assert_eq!(mode(&copied), mode(&sandbox.path("kb.toml")));
    assert_eq!(sandbox.read("templates/article.html"), copy);
    assert_eq!(sandbox.read("templates/mine.html"), "mine");
    for target in ["file", "nothing"] {
        std::fs::remove_file(&copied).expect("removed");
        symlink(elsewhere.path(target), &copied).expect("a link");
        eject(&sandbox, &["article.html"]);
        eject(&sandbox, &["article.html", "--force"]);
    }
    assert_eq!(snapshot(&elsewhere.path(".")), before);
}

#[test]
fn copies_change_nothing_until_they_are_changed() {
    for theme in ["default", "plain"] {
        let sandbox = site(theme);
        build(&sandbox);
        let before = snapshot(&sandbox.path("public"));
        let list = eject(&sandbox, &["--format", "json"]);
        let list: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
        for part in list.as_array().into_iter().flatten() {
            let name = part["name"].as_str().expect("a name");
            // Scripts that are part of kb are served without their comments, copies as they are.
            if !name.ends_with(".js") {
                assert_eq!(eject(&sandbox, &[name]).code, 0, "{name}");
                let diff = eject(&sandbox, &[name, "--diff"]);
                assert_eq!((diff.code, diff.stdout.as_str()), (0, ""), "{name}");
            }
        }
        build(&sandbox);
        let after = snapshot(&sandbox.path("public"));
        let differing: Vec<&String> = before
            .keys()
            .chain(after.keys())
            .filter(|path| before.get(*path) != after.get(*path))
            .collect();
        assert!(differing.is_empty(), "{theme}: {differing:?}");
    }
}

#[test]
fn what_scripts_share_is_written_into_each_of_them_and_into_copies() {
    let sandbox = site("default");
    let script = |name: &str| {
        let files = snapshot(&sandbox.path("public/assets"));
        let found = files.iter().find(|(path, _)| path.ends_with(&format!("/js/{name}")));
        String::from_utf8(found.expect("a script").1.clone()).expect("UTF-8")
    };
    let alone =
        |script: &str| !script.lines().any(|line| line.starts_with("import ")) && script.contains("const make =");
    build(&sandbox);
    assert!(alone(&script("kb.js")) && alone(&script("article.js")) && alone(&script("search/view.js")));
    assert!(!assets(&sandbox).iter().any(|path| path.contains("shared")));
    // A copy of one of them, and of what they share.
    assert_eq!(eject(&sandbox, &["js/article.js"]).code, 0);
    build(&sandbox);
    let copy = script("article.js");
    assert!(alone(&copy) && copy.contains("ejected from theme"), "{copy}");
    sandbox.write("static/js/article.js", "import { mine } from \"./mine.js\";\nmine();\n");
    sandbox.write("static/js/shared/mine.js", "export const mine = 1;\n");
    assert_eq!(eject(&sandbox, &["js/shared/lib.js"]).code, 0);
    let lib = sandbox.read("static/js/shared/lib.js");
    let changed = lib.replace("document.createElement(tag)", "document.createElement(`${tag}`)");
    sandbox.write("static/js/shared/lib.js", &changed);
    build(&sandbox);
    assert!(script("kb.js").contains("createElement(`${tag}`)"));
    // What is the project's own is left as it is.
    assert_eq!(script("article.js"), sandbox.read("static/js/article.js"));
    assert!(sandbox.path("public/js/shared/mine.js").is_file());
    assert!(!sandbox.path("public/js/shared/lib.js").exists());
}

#[test]
fn a_copy_of_an_older_file_is_told() {
    let sandbox = site("default");
    let missing = eject(&sandbox, &["tag.html", "--diff"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert_eq!(eject(&sandbox, &["tag.html"]).code, 0);
    assert_eq!(eject(&sandbox, &["css/print.css"]).code, 0);
    let old = |path: &str| {
        let copy = sandbox.read(path);
        let (line, rest) = copy.split_once('\n').expect("a first line");
        let (before, after) = line.split_once("original ").expect("a hash");
        sandbox.write(
            path,
            format!("{before}original 0123456789abcdef{}\n{rest}", &after[16..]),
        );
    };
    old("templates/tag.html");
    old("static/css/print.css");
    let run = sandbox.kb(&["build", "--quiet", "--strict"]);
    assert_eq!(run.code, 0, "a note fails nothing: {}", run.stderr);
    for (name, path) in [
        ("tag.html", "templates/tag.html"),
        ("css/print.css", "static/css/print.css"),
    ] {
        let message =
            format!("info[template-outdated]: `{name}` of the theme `default` has changed since you ejected it");
        assert!(run.stderr.contains(&message), "{}", run.stderr);
        assert!(run.stderr.contains(path), "{}", run.stderr);
        assert!(
            run.stderr.contains(&format!("`kb theme eject {name} --diff`")),
            "{}",
            run.stderr
        );
    }
    let copy = sandbox.read("templates/tag.html");
    sandbox.write("templates/tag.html", format!("{copy}<p>Ours</p>\n"));
    let diff = eject(&sandbox, &["tag.html", "--diff"]);
    assert!(
        diff.stdout
            .starts_with("--- tag.html of the theme default\n+++ ./templates/tag.html\n@@ "),
        "{}",
        diff.stdout
    );
    assert!(diff.stdout.ends_with("+<p>Ours</p>\n"), "{}", diff.stdout);
    assert!(!diff.stdout.contains("ejected from"), "{}", diff.stdout);
    // Under another theme the copy is simply the project's own.
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[theme]\nname = \"acme\"\n[build]\ngit_dates = false\n",
    );
    sandbox.write("themes/acme/templates/tag.html", "{% extends \"base.html\" %}");
    let run = sandbox.kb(&["build", "--quiet"]);
    assert!(!run.stderr.contains("`tag.html`"), "{}", run.stderr);
}

#[test]
fn head_and_styles_are_added_without_copying_anything() {
    for theme in ["default", "plain"] {
        let sandbox = site(theme);
        sandbox.write("static/custom.css", "a { color: red }\n");
        sandbox.write(
            "templates/partials/head.html",
            "<meta name=\"ours\" content=\"{{ page.kind }}\">\n",
        );
        build(&sandbox);
        let address = |sandbox: &Sandbox| {
            let page = sandbox.read("public/billing/refund/index.html");
            let (head, _) = page.split_once("</head>").expect("a head");
            assert!(head.contains("<meta name=\"ours\" content=\"article\">"), "{head}");
            let (before, after) = head.split_once("href=\"/custom.css?v=").expect("the style sheet");
            assert!(before.contains("/kb.css\""), "it comes after that of the theme");
            after.split('"').next().unwrap_or_default().to_owned()
        };
        let first = address(&sandbox);
        assert_eq!(sandbox.read("public/custom.css"), "a { color: red }\n");
        sandbox.write("static/custom.css", "a { color: green }\n");
        build(&sandbox);
        assert_ne!(address(&sandbox), first);
        std::fs::remove_file(sandbox.path("static/custom.css")).expect("removed");
        build(&sandbox);
        assert!(!sandbox.read("public/index.html").contains("custom.css"));
    }
}

#[test]
fn a_page_can_have_its_own_layout() {
    // As the manual shows it.
    let manual = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("content/design/override-a-template.md");
    let manual = std::fs::read_to_string(manual).expect("the manual");
    let (_, section) = manual.split_once("{#own-page}").expect("the section");
    let block = |language: &str| {
        let (_, from) = section.split_once(&format!("```{language}\n")).expect("a block");
        from.split("\n```").next().unwrap_or_default().to_owned()
    };
    let sandbox = site("default");
    sandbox.write("content/download.md", block("markdown"));
    sandbox.write("templates/download.html", block("jinja"));
    sandbox.write("static/files/acme.exe", "x");
    build(&sandbox);
    let page = sandbox.read("public/download/index.html");
    for part in [
        "<h1>Download the app</h1>",
        "<p>For Windows, macOS and Linux.</p>",
        "<a href=\"/files/acme.exe\">Windows</a>",
        "<p>You need 200 MB of free space.</p>",
        "_search-kit",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(!page.contains("id=\"_contact\""), "{page}");
    assert!(!sandbox.read("public/all/index.html").contains("/download/"));
}

#[test]
fn an_error_in_a_template_names_its_place_and_nothing_else_is_missing_for_it() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n"), ("b.md", "---\ntemplate: own\n---\n# B\n")]);
    sandbox.write("templates/partials/header.html", "<b>my header</b>\n");
    sandbox.write("templates/partials/footer.html", "one\n  {{ now() }} {{ 1 | oups }}\n");
    sandbox.write("templates/own.html", "{% include \"partials/mine.html\" %}{% if %}\n");
    sandbox.write("templates/partials/mine.html", "{{ now() }}\n");
    let run = sandbox.kb(&["build", "--format", "json"]);
    let problems: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let mut told: Vec<String> = (problems.as_array().expect("a list").iter())
        .map(|problem| {
            let span = &problem["span"];
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            format!(
                "{}:{}:{} {} {}",
                text(&span["file"]),
                span["line"],
                span["column"],
                text(&problem["code"]),
                text(&problem["message"])
            )
        })
        .collect();
    told.sort();
    assert_eq!(told.len(), 4, "{told:#?}");
    assert!(
        told[0].starts_with("templates/own.html:1:") && told[0].contains("template-error"),
        "{told:#?}"
    );
    assert_eq!(
        told[1..],
        [
            "templates/partials/footer.html:2:22 template-error Unknown filter `oups`",
            "templates/partials/footer.html:2:6 template-error Unknown function `now`",
            "templates/partials/mine.html:1:4 template-error Unknown function `now`",
        ]
    );
    let page = sandbox.read("public/b/index.html");
    assert!(page.contains("my header") && page.contains("<h1"), "{page}");
}
