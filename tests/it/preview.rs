//! The preview: after any sequence of changes it serves what a clean build would write, byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use kb::pipeline::{BuildOptions, Changed, Preview, PreviewOptions, Silent, build, open_project};
use kb_diagnostic::Diagnostic;
use kb_site::Publish;

use crate::support::{Random, Sandbox, png, snapshot};

/// 2026-11-20, before every publish date of the tests.
const NOW: i64 = 1_795_132_800;

fn now() -> i64 {
    NOW
}

fn options(sandbox: &Sandbox) -> BuildOptions {
    BuildOptions {
        publish: Publish {
            drafts: false,
            future: false,
            now: NOW,
        },
        offline: false,
        output: sandbox.path("clean"),
        output_given: true,
    }
}

fn start(sandbox: &Sandbox) -> Preview {
    let options = PreviewOptions {
        path: sandbox.path(""),
        base_url: None,
        build: options(sandbox),
        now,
    };
    Preview::start(options, Box::new(|_| {})).expect("a preview")
}

/// The files of a site by path.
type Files = BTreeMap<String, Vec<u8>>;

/// What a clean build says and writes; `None` where the settings are broken.
fn clean(sandbox: &Sandbox) -> Option<(Vec<Diagnostic>, Files)> {
    let project = open_project(&sandbox.path(""), None).ok()?;
    let output = sandbox.path("clean");
    let _ = fs::remove_dir_all(&output);
    let report = build(&project, &options(sandbox), &Silent).expect("a build");
    let mut files = snapshot(&output);
    files.remove(".kb-output");
    Some((report.diagnostics, files))
}

/// What the preview serves and what a clean build has must be the same.
fn assert_same(preview: &Preview, sandbox: &Sandbox, what: &dyn Fn() -> String) {
    let Some((mut diagnostics, files)) = clean(sandbox) else {
        assert!(
            !preview.current().problems.is_empty(),
            "broken settings are reported\n{}",
            what()
        );
        return;
    };
    let served = preview.current();
    for (path, bytes) in &files {
        let Some(body) = served.file(path) else {
            panic!("`{path}` is not served\n{}", what())
        };
        let body = body
            .read()
            .unwrap_or_else(|error| panic!("{path}: {error}\n{}", what()));
        assert!(
            *body == *bytes,
            "`{path}` differs\n{}\n--- clean\n{}\n--- served\n{}",
            what(),
            String::from_utf8_lossy(bytes),
            String::from_utf8_lossy(&body)
        );
    }
    let paths: Vec<String> = files.into_keys().collect();
    assert_eq!(served.paths(), paths, "{}", what());
    preview.settle();
    let served = preview.current();
    let mut problems = served.problems.clone();
    problems.sort();
    diagnostics.sort();
    diagnostics.dedup();
    assert_eq!(problems, diagnostics, "{}", what());
}

const FOLDERS: [&str; 5] = ["", "billing", "billing/plans", "account", "de"];
const NAMES: [&str; 8] = [
    "refund",
    "invoice",
    "password",
    "index",
    "_index",
    "refund.de",
    "README",
    "contact",
];
const WORDS: [&str; 12] = [
    "refund",
    "invoice",
    "paid",
    "plan",
    "password",
    "reset",
    "Rückerstattung",
    "card",
    "the",
    "how",
    "退款",
    "email",
];
const KEYS: [&str; 27] = [
    "weight: 3",
    "weight: -1",
    "tags: [money, Card]",
    "tags: [money]",
    "aliases: [/old/, /billing/older/]",
    "draft: true",
    "unlisted: true",
    "featured: true",
    "slug: elsewhere",
    "path: /quite/elsewhere/",
    "publish_date: 2027-05-01",
    "expires: 2026-01-01",
    "category: account",
    "related: [billing/refund.md]",
    "nav_title: Short",
    "description: In a sentence.",
    "template: special.html",
    "search: false",
    "search: 2.5",
    "llms: false",
    "questions: [\"How do I get my money back?\"]",
    "keywords: [chargeback]",
    "updated: 2026-02-03",
    "icon: \"*\"",
    "icon: credit-card",
    "icon: credit-crad",
    "unknown_key: 1",
];
const CONFIGS: [&str; 12] = [
    "title = \"Help\"\n",
    "title = \"Other help\"\n[theme]\naccent = \"#aa2200\"\n[signals]\nbeacon = \"/signal.txt\"\n",
    "title = \"Help\"\nbase_url = \"https://help.example/sub/\"\n",
    "title = \"Help\"\n[contact]\nemail = \"help@example.com\"\nresponse_time = \"a day\"\n",
    "title = \"Help\"\nbase_url = \"https://help.example/\"\n[languages.de.contact]\nphone = \"1\"\n[languages.en]\n[feedback]\nemail = \"a@b.example\"\n",
    "title = \"Help\"\nignore = [\"account/\"]\n",
    "title = \"Help\"\n[languages.de]\ntitle = \"Hilfe\"\n[languages.en]\n",
    "title = \"Help\"\ndefault_language = \"de\"\n",
    "title = \"Help\"\n[theme]\nname = \"mine\"\n",
    "title = \"Help\"\n[theme]\nname = \"plain\"\n",
    "title = \n",
    "titel = \"Help\"\n",
];

fn article(random: &mut Random) -> String {
    let mut text = String::new();
    let keys = random.below(4);
    if keys > 0 || random.below(3) > 0 {
        text.push_str("---\n");
        if random.below(4) > 0 {
            text.push_str(&format!("title: {} {}\n", random.pick(&WORDS), random.below(6)));
        }
        let mut used = BTreeSet::new();
        for _ in 0..keys {
            let key = random.pick(&KEYS);
            if used.insert(key.split(':').next()) {
                text.push_str(&format!("{key}\n"));
            }
        }
        if random.below(12) == 0 {
            text.push_str("title: [broken\n");
        }
        text.push_str("---\n");
    }
    for _ in 0..random.below(4) {
        paragraph(random, &mut text);
    }
    text
}

fn paragraph(random: &mut Random, text: &mut String) {
    match random.below(8) {
        0 => text.push_str(&format!("## {} {}\n\n", random.pick(&WORDS), random.below(3))),
        1 => text.push_str(&format!("See [this]({}.md).\n\n", random.pick(&NAMES))),
        2 => text.push_str(&format!(
            "See [that](/{}/{}.md#{}-{}).\n\n",
            random.pick(&FOLDERS),
            random.pick(&NAMES),
            random.pick(&WORDS),
            random.below(3)
        )),
        3 => text.push_str("![An image](image.png)\n\n"),
        4 => text.push_str("```rust\nlet paid = true;\n```\n\n<!-- a note -->\n\n"),
        _ => {
            for _ in 0..random.below(31) {
                text.push_str(random.pick(&WORDS));
                text.push(' ');
            }
            text.push_str("\n\n");
        }
    }
}

/// A pixel in the colour `n`, as a PNG of the size `n` x 1 in its header.
fn image(n: usize) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0".to_vec();
    png[19] = n as u8 + 1;
    png
}

/// An image that is worth smaller variants, in the colour `n`.
fn large_image(n: usize) -> Vec<u8> {
    png(400, 30, |x, _| [n as u8 * 80, x as u8, 0, 255])
}

/// Changes something; returns a description and the paths.
fn change(random: &mut Random, sandbox: &Sandbox) -> (String, Vec<PathBuf>) {
    let folder = random.pick(&FOLDERS);
    let name = random.pick(&NAMES);
    let path = format!("content/{folder}/{name}.md").replace("//", "/");
    let write = |path: &str, bytes: &[u8]| {
        sandbox.write(path, bytes);
        (
            format!(
                "write {path}: {:?}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)])
            ),
            vec![sandbox.path(path)],
        )
    };
    let remove = |path: &str| {
        let _ = fs::remove_file(sandbox.path(path)).or_else(|_| fs::remove_dir_all(sandbox.path(path)));
        (format!("remove {path}"), vec![sandbox.path(path)])
    };
    match random.below(30) {
        0..=7 => {
            let Ok(mut text) = fs::read_to_string(sandbox.path(&path)) else {
                return write(&path, article(random).as_bytes());
            };
            paragraph(random, &mut text);
            write(&path, text.as_bytes())
        }
        8..=13 => write(&path, article(random).as_bytes()),
        14..=16 => remove(&path),
        17 => {
            let to = format!("content/{}/{}.md", random.pick(&FOLDERS), random.pick(&NAMES)).replace("//", "/");
            let parent = sandbox.path(&to);
            let _ = fs::create_dir_all(parent.parent().expect("a parent"));
            let _ = fs::rename(sandbox.path(&path), sandbox.path(&to));
            (
                format!("rename {path} to {to}"),
                vec![sandbox.path(&path), sandbox.path(&to)],
            )
        }
        18 => {
            let (from, to) = ("content/billing/plans", "content/prices");
            let (from, to) = if sandbox.path(to).exists() {
                (to, from)
            } else {
                (from, to)
            };
            let _ = fs::create_dir_all(sandbox.path("content/billing"));
            let _ = fs::rename(sandbox.path(from), sandbox.path(to));
            (
                format!("rename {from} to {to}"),
                vec![sandbox.path(from), sandbox.path(to)],
            )
        }
        19 => write(&path, [b"# Not text \xff\n", &b"a NUL \0\n"[..]][random.below(2)]),
        20 => match random.below(5) {
            0 => remove(&format!("content/{folder}/image.png")),
            n @ 1..=2 => write(&format!("content/{folder}/image.png"), &large_image(n)),
            n => write(&format!("content/{folder}/image.png"), &image(random.below(3) + n)),
        },
        21 | 22 => write(
            "kb.toml",
            format!(
                "{}[build]\ngit_dates = false\nimages = {}\n",
                random.pick(&CONFIGS),
                random.below(4) > 0
            )
            .as_bytes(),
        ),
        23 => {
            let template = random.pick(&[
                "article.html",
                "special.html",
                "base.html",
                "partials/footer.html",
                "partials/head.html",
            ]);
            let path = format!("templates/{template}");
            match random.below(4) {
                0 | 1 => remove(&path),
                2 => write(&path, b"<p>{{ page.title }} {{ page.content }} {% if page.title %}"),
                _ => write(
                    &path,
                    b"<!doctype html>\n<title>{{ page.title }}</title>\n<p>{{ page.updated.text }}</p>\n",
                ),
            }
        }
        24 => match random.below(3) {
            0 => remove("i18n/en.toml"),
            n => write("i18n/en.toml", format!("search_button = \"Find {n}\"\n").as_bytes()),
        },
        25 => {
            let file = random.pick(&[
                "css/search.css",
                "css/tokens.css",
                "custom.css",
                "robots.txt",
                "_redirects",
                "extra.txt",
                "billing/index.html",
            ]);
            let path = format!("static/{file}");
            match random.below(3) {
                0 => remove(&path),
                n => write(&path, format!("/a{n} /b{n} 301\n").as_bytes()),
            }
        }
        26 => match random.below(3) {
            0 => remove("content/search.toml"),
            1 => write(
                "content/search.toml",
                b"[[synonyms]]\nwords = [\"refund\", \"money back\"]\n",
            ),
            _ => write(
                "content/search.toml",
                b"[[pins]]\nquery = \"refund\"\narticles = [\"billing/refund.md\"]\n",
            ),
        },
        27 => match random.below(4) {
            0 => remove("themes/mine"),
            1 => write("themes/mine/theme.toml", b"name = \"mine\"\n"),
            2 => write("themes/mine/theme.toml", b"extends = \"plain\"\n"),
            _ => write("themes/mine/templates/tag.html", b"{{ page.title }}"),
        },
        28 => match random.below(3) {
            0 => remove("content/views.csv"),
            1 => write("content/views.csv", b"page,views\n/gone/,1\n/billing/,many\n"),
            _ => {
                let mut rows = String::new();
                for n in 0..12 {
                    let (folder, name) = (random.pick(&FOLDERS), random.pick(&NAMES));
                    rows.push_str(&format!("{folder}/{name}.md,{}\n", n % 7 + random.below(3)));
                }
                write("content/views.csv", format!("path,views\n{rows}").as_bytes())
            }
        },
        29 => match random.below(2) {
            0 => remove(".kbignore"),
            _ => write(".kbignore", b"account/password.md\n"),
        },
        _ => remove(&format!("content/{folder}")),
    }
}

#[test]
fn random_changes_match_a_clean_build() {
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.map_or(default, |text| text.parse().expect("a number"))
    };
    let steps = number("KB_PREVIEW_STEPS", 200);
    let seed = number("KB_PREVIEW_SEED", 20_261_122);
    let mut random = Random(seed);
    let sandbox = Sandbox::project(&[]);
    for _ in 0..12 {
        change(&mut random, &sandbox);
    }
    sandbox.write("kb.toml", "title = \"Help\"\n[build]\ngit_dates = false\n");
    let preview = start(&sandbox);
    let mut log = Vec::new();
    for step in 0..steps {
        let mut changed = BTreeSet::new();
        for _ in 0..=random.below(3) {
            fs::create_dir_all(sandbox.path("content")).expect("a folder");
            let (what, paths) = change(&mut random, &sandbox);
            log.push(format!("{step}: {what}"));
            changed.extend(paths);
        }
        fs::create_dir_all(sandbox.path("content")).expect("a folder");
        // Nobody need say what has changed.
        if random.below(3) == 0 {
            changed.clear();
        }
        preview.refresh(if changed.is_empty() {
            Changed::Anything
        } else {
            Changed::Only(&changed)
        });
        let what = || format!("seed {seed}, after\n{}", log[log.len().saturating_sub(12)..].join("\n"));
        assert_same(&preview, &sandbox, &what);
    }
}

#[test]
fn smaller_variants_of_images_are_served_as_a_build_writes_them() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\n![Colours](image.png)\n")]);
    sandbox.write("content/image.png", large_image(1));
    // The clean build, and so what it leaves, is there first.
    clean(&sandbox);
    let preview = start(&sandbox);
    let forms = || {
        let paths = preview.current().paths();
        let forms = paths.into_iter().filter(|path| path.ends_with(".webp"));
        forms.collect::<Vec<_>>()
    };
    let first = forms();
    assert_eq!(first.len(), 1);
    fs::remove_dir_all(sandbox.path("clean")).expect("removed");
    let body = preview.current().file(&first[0]).expect("a file");
    assert!(body.read().is_ok(), "what the build left is not needed any more");
    assert_same(&preview, &sandbox, &String::new);

    let steps: [(&str, &dyn Fn()); 6] = [
        ("text", &|| {
            sandbox.write("content/a.md", "# A\n\nNew. ![Colours](image.png)\n");
        }),
        ("image", &|| sandbox.write("content/image.png", large_image(2))),
        ("no image", &|| {
            sandbox.write("content/image.png", vec![b'x'; 20_000]);
        }),
        ("off", &|| {
            sandbox.write("kb.toml", "[build]\nimages = false\ngit_dates = false\n");
        }),
        ("back", &|| sandbox.write("content/image.png", large_image(1))),
        ("on", &|| sandbox.write("kb.toml", "[build]\ngit_dates = false\n")),
    ];
    for (what, step) in steps {
        step();
        preview.refresh(Changed::Anything);
        assert_same(&preview, &sandbox, &|| what.to_owned());
    }
    assert_eq!(forms(), first);
}

/// Two categories with three articles each, nothing of which is about the same.
fn two_categories() -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("billing/_index.md", "---\ntitle: Billing\n---\n"),
        (
            "billing/a.md",
            "# Refunds\n\nMoney comes back in ten days.\n\n## Cards\n\nVisa.\n",
        ),
        ("billing/b.md", "# Invoices\n\nDownload each as a file.\n"),
        ("billing/c.md", "# Taxes\n\nRates differ by country.\n"),
        ("account/_index.md", "---\ntitle: Account\n---\n"),
        (
            "account/d.md",
            "# Passwords\n\nLonger is safer.\n\nSee [cards](../billing/a.md#cards).\n",
        ),
        ("account/e.md", "# Avatars\n\nUpload any square image.\n"),
        ("account/f.md", "# Languages\n\nPick yours in the menu.\n"),
    ]);
    sandbox.write("templates/tag.html", "{% extends \"base.html\" %}");
    sandbox
}

/// How many pages and copies a change lets the preview render.
fn rendered_after(sandbox: &Sandbox, preview: &Preview, change: impl FnOnce()) -> (usize, usize) {
    preview.settle();
    let before = preview.rendered();
    change();
    preview.refresh(Changed::Anything);
    preview.settle();
    let after = preview.rendered();
    assert_same(preview, sandbox, &String::new);
    assert_eq!(preview.rendered(), after, "all that had to be rendered was");
    (after.pages - before.pages, after.copies - before.copies)
}

#[test]
fn a_change_renders_the_pages_that_show_it_and_no_others() {
    let sandbox = two_categories();
    let preview = start(&sandbox);
    preview.settle();
    // Home, two categories, six articles, A-Z, search, 404.
    assert_eq!((preview.rendered().pages, preview.rendered().copies), (12, 9));

    assert_eq!(rendered_after(&sandbox, &preview, || {}), (0, 0), "nothing has changed");
    let body = || {
        sandbox.write(
            "content/billing/b.md",
            "# Invoices\n\nDownload each as a file.\n\nZebrafish.\n",
        );
    };
    assert_eq!(
        rendered_after(&sandbox, &preview, body),
        (1, 1),
        "the article and its copy"
    );
    let heading = || {
        let text = "# Refunds\n\nMoney comes back in ten days.\n\n## Plastic\n\nVisa.\n";
        sandbox.write("content/billing/a.md", text);
    };
    assert_eq!(
        rendered_after(&sandbox, &preview, heading),
        (2, 2),
        "the article and the one with a link into it"
    );
    let title = || {
        sandbox.write(
            "content/billing/b.md",
            "# Bills\n\nDownload each as a file.\n\nZebrafish.\n",
        );
    };
    // The article, its two neighbours, its category, home, A-Z.
    assert_eq!(
        rendered_after(&sandbox, &preview, title),
        (6, 5),
        "what shows the title"
    );
    let draft = || sandbox.write("content/account/f.md", "---\ndraft: true\n---\n# Languages\n");
    // All pages know the collections and how many articles each has.
    assert_eq!(rendered_after(&sandbox, &preview, draft).0, 11, "every page");
    let template = || sandbox.write("templates/tag.html", "{% extends \"base.html\" %} ");
    assert_eq!(rendered_after(&sandbox, &preview, template).0, 11, "every page");
}

#[test]
fn a_template_that_fails_is_reported_and_mended() {
    let sandbox = two_categories();
    let preview = start(&sandbox);
    let codes = |preview: &Preview| -> Vec<&'static str> {
        preview.settle();
        preview
            .current()
            .problems
            .iter()
            .map(|problem| problem.code.name())
            .collect()
    };
    assert_eq!(codes(&preview), Vec::<&str>::new());
    sandbox.write("templates/article.html", "{{ page.title | nothing }}");
    preview.refresh(Changed::Anything);
    assert_eq!(codes(&preview), ["template-error"]);
    sandbox.write("templates/article.html", "{{ page.title / 3 }}");
    preview.refresh(Changed::Anything);
    // Only rendering finds this one.
    assert_eq!(codes(&preview), ["template-error"]);
    fs::remove_file(sandbox.path("templates/article.html")).expect("removed");
    preview.refresh(Changed::Anything);
    assert_eq!(codes(&preview), Vec::<&str>::new());
    assert_same(&preview, &sandbox, &String::new);
}

#[test]
fn broken_settings_leave_the_last_site_and_are_reported_once() {
    let sandbox = two_categories();
    let preview = start(&sandbox);
    let home = || {
        preview
            .current()
            .file("index.html")
            .expect("a home page")
            .read()
            .expect("bytes")
    };
    let before = home();
    sandbox.write("kb.toml", "title = \n");
    let broken = preview.refresh(Changed::Anything).expect("another state");
    assert_eq!((broken.problems.len(), broken.new_problems.as_slice()), (1, &[0][..]));
    assert_eq!(broken.problems[0].span.as_ref().map(|span| span.line), Some(1));
    assert_eq!(home(), before);
    assert!(preview.refresh(Changed::Anything).is_none(), "nothing new");
    sandbox.write("kb.toml", "title = \"New\"\n[build]\ngit_dates = false\n");
    let mended = preview.refresh(Changed::Anything).expect("another state");
    assert_eq!(mended.problems, []);
    assert!(String::from_utf8_lossy(&home()).contains("New"));
}

#[test]
fn what_nobody_told_of_is_found_later() {
    let sandbox = two_categories();
    let preview = start(&sandbox);
    preview.settle();
    sandbox.write("content/billing/b.md", "# Invoices\n\nNobody told of this.\n");
    let told = sandbox.path("content/billing/c.md");
    fs::write(&told, "# Taxes\n\nSomebody told of this.\n").expect("written");
    preview.refresh(Changed::Only(&BTreeSet::from([told])));
    let has = |path: &str, text: &str| {
        let page = preview.current().file(path).expect("a page").read().expect("bytes");
        String::from_utf8_lossy(&page).contains(text)
    };
    assert!(has("billing/c/index.html", "Somebody told"));
    let since = std::time::Instant::now();
    while !has("billing/b/index.html", "Nobody told") {
        assert!(since.elapsed().as_secs() < 120, "the change was missed");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn git_dates_follow_commits() {
    let sandbox = two_categories();
    sandbox.write("kb.toml", "title = \"Help\"\n");
    let git = |args: &[&str], date: &str| {
        let output = std::process::Command::new("git")
            .args([
                "-c",
                "user.name=Writer",
                "-c",
                "user.email=writer@example.com",
                "-c",
                "commit.gpgsign=false",
            ])
            .args(args)
            .current_dir(sandbox.path(""))
            .envs([("GIT_COMMITTER_DATE", date), ("GIT_AUTHOR_DATE", date)])
            .output()
            .expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "--quiet"], "2026-01-01T00:00:00Z");
    git(&["add", "content"], "2026-01-01T00:00:00Z");
    git(&["commit", "--quiet", "-m", "First"], "2026-01-01T00:00:00Z");
    let preview = start(&sandbox);
    let updated = || {
        let page = preview
            .current()
            .file("billing/b/index.html")
            .expect("a page")
            .read()
            .expect("bytes");
        let page = String::from_utf8_lossy(&page).into_owned();
        page.split("<time datetime=\"").nth(1).map(|rest| rest[..10].to_owned())
    };
    assert_eq!(updated().as_deref(), Some("2026-01-01"));
    assert!(
        preview.folders().iter().any(|folder| folder.ends_with(".git/logs")),
        "commits wake the watcher"
    );
    sandbox.write("content/billing/b.md", "# Invoices\n\nChanged.\n");
    git(&["commit", "--quiet", "-am", "Second"], "2026-02-02T00:00:00Z");
    preview.refresh(Changed::Anything);
    assert_eq!(updated().as_deref(), Some("2026-02-02"));
    assert_same(&preview, &sandbox, &String::new);
}
