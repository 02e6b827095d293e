//! No address is used twice: kb's own files are kept, whatever aliases, paths and `static/` contain.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

use crate::support::{Sandbox, snapshot};

const SITE: &[(&str, &str)] = &[
    ("_index.md", "# Home\n"),
    ("_index.de.md", "# Start\n"),
    ("billing/_index.md", "# Billing\n"),
    (
        "billing/refund.md",
        "---\ntags: [Money, Überweisung]\n---\n# Refund\n\n![Form](form.png)\n",
    ),
    ("billing/refund.de.md", "# Erstattung\n"),
    ("café.md", "# Café\n"),
];

const SETTINGS: &str = "title = \"Help\"\nbase_url = \"https://example.com/\"\n[contact]\nemail = \"a@example.com\"\n";

fn sandbox(article: &str) -> Sandbox {
    let sandbox = Sandbox::project(SITE);
    sandbox.write("kb.toml", SETTINGS);
    sandbox.write(
        "content/billing/form.png",
        crate::support::png(400, 300, |x, y| [x as u8, y as u8, 0, 255]),
    );
    sandbox.write("static/terms.pdf", "%PDF");
    sandbox.write("content/moved.md", article);
    sandbox
}

/// What a site holds, but for the contact page, whose place may be taken.
fn files(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    snapshot(&sandbox.path("public"))
}

/// Other ways to write the address of a file.
fn spellings(file: &str) -> BTreeSet<String> {
    let plain = format!("/{file}");
    let mut all = BTreeSet::from([
        plain.clone(),
        file.to_owned(),
        format!("{plain}/"),
        plain.to_uppercase(),
    ]);
    all.insert(plain.replace('/', "//").replacen("//", "/", 1));
    all.insert(plain.nfd().collect());
    all.insert(plain.bytes().fold(String::new(), |mut text, byte| {
        let _ = if byte == b'/' {
            text.write_char('/')
        } else {
            write!(text, "%{byte:02X}")
        };
        text
    }));
    all.insert(format!("{plain}/index.html"));
    if let Some(folder) = plain.strip_suffix("index.html") {
        all.extend([
            folder.to_owned(),
            folder.trim_end_matches('/').to_owned(),
            folder.to_uppercase(),
        ]);
    }
    all.remove("");
    all
}

#[test]
fn aliases_take_nothing_that_is_there() {
    let plain = sandbox("# Moved\n");
    assert_eq!(plain.build().code, 0);
    let wanted = files(&plain);
    // The page that has the aliases may name its own address.
    let others = wanted.keys().filter(|file| !file.starts_with("moved/"));
    // An alias may take the place of the contact page.
    let others = others.filter(|file| !file.contains("contact/"));
    let aliases: BTreeSet<String> = others.flat_map(|file| spellings(file)).collect();
    assert!(aliases.len() > 300, "{}", aliases.len());

    let list: Vec<String> = aliases
        .iter()
        .map(|alias| format!("  - {}\n", serde_json::Value::from(alias.as_str())))
        .collect();
    let mangled = sandbox(&format!("---\naliases:\n{}---\n# Moved\n", list.concat()));
    let run = mangled.build();
    assert_eq!(run.code, 1);
    let told = run.stderr.matches("error[alias-taken]").count() + run.stderr.matches("error[alias-invalid]").count();
    // `/` is the home page, and is written in one more way.
    assert_eq!(told, aliases.len(), "{}", run.stderr);
    let found = files(&mangled);
    for (file, bytes) in &wanted {
        assert!(found.get(file) == Some(bytes), "{file} has changed");
    }
    assert_eq!(found.len(), wanted.len());
}

#[test]
fn pages_take_nothing_that_kb_writes() {
    for path in [
        "/search/",
        "/index.html",
        "/404.html",
        "/all/index.html",
        "/_redirects",
        "/robots.txt",
        "/sitemap.xml",
        "/feed.xml",
        "/llms.txt",
        "/manifest.json",
        "/de/",
        "/de/all/",
        "/search/pack/en/boot.bin",
        "/search/engine/x.html",
        "/tags/money/",
        "/billing/refund/index.md",
        "/SEARCH/",
        "/%73earch/",
    ] {
        let plain = sandbox("---\ndraft: true\n---\n# Moved\n");
        assert_eq!(plain.build().code, 0);
        let moved = sandbox(&format!("---\npath: {path}\n---\n# Moved\n"));
        let run = moved.build();
        assert!(run.stderr.contains("error[url-taken]"), "{path}: {}", run.stderr);
        assert!(
            run.stderr.contains(" --> content/moved.md:2:7"),
            "{path}: {}",
            run.stderr
        );
        // Which article wins between two is another matter; here it is left out.
        let (wanted, found) = (files(&plain), files(&moved));
        // In German the address begins with `/de/`, where nothing is in its way.
        let is_german = |file: &&String| file.contains("de/");
        let names = |files: &BTreeMap<String, Vec<u8>>| {
            files
                .keys()
                .filter(|file| !is_german(file))
                .cloned()
                .collect::<BTreeSet<_>>()
        };
        let (wanted, found) = (names(&wanted), names(&found));
        let differ: Vec<&String> = wanted.symmetric_difference(&found).collect();
        assert!(differ.is_empty(), "{path}: {differ:?}");
    }
}

#[test]
fn a_category_with_a_taken_name_moves_with_its_articles() {
    let sandbox = Sandbox::project(&[
        ("search/_index.md", "# Searching\n"),
        ("search/how.md", "# How to search\n"),
        ("all/x.md", "---\ncategory: tags\n---\n# X\n"),
        ("a.md", "---\ntags: [t]\n---\n# A\n"),
    ]);
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    for told in [
        "`/search/` is taken by the search page; this category is at `/search-2/`\n--> content/search/_index.md",
        "`/tags/` is taken by the list of tags; this category is at `/tags-2/`\n--> content/tags",
    ] {
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("output-collision"), "{}", run.stderr);
    assert!(sandbox.read("public/search/index.html").contains("kb-search"));
    assert!(sandbox.read("public/search-2/index.html").contains("Searching"));
    assert!(sandbox.path("public/search-2/how/index.html").is_file());
    assert!(sandbox.path("public/tags-2/x/index.html").is_file());
}

#[test]
fn static_files_take_what_the_manual_says_and_nothing_else() {
    let sandbox = sandbox("---\naliases: /old/\n---\n# Moved\n");
    let plain = {
        assert_eq!(sandbox.build().code, 0);
        files(&sandbox)
    };
    let own = ["robots.txt", "llms.txt", "sitemap.xml", "feed.xml", "de/feed.xml"];
    for file in own {
        sandbox.write(&format!("static/{file}"), "own");
    }
    sandbox.write("static/_redirects", "/own /a/ 301\n");
    sandbox.write("static/contact/index.html", "own");
    assert_eq!(sandbox.build().code, 0);
    for file in own.iter().chain(&["contact/index.html"]) {
        assert_eq!(sandbox.read(&format!("public/{file}")), "own", "{file}");
    }
    assert_eq!(sandbox.read("public/_redirects"), "/old/ /moved/ 301\n/own /a/ 301\n");

    let refused = [
        (
            "manifest.json",
            "`static/manifest.json` and kb's own `manifest.json` would both be written to `manifest.json`",
        ),
        (
            "404.html",
            "`static/404.html` and kb's own `404.html` would both be written to `404.html`",
        ),
        (
            "billing/refund/index.html",
            "`static/billing/refund/index.html` and `content/billing/refund.md` would both be",
        ),
        (
            "billing/refund/index.md",
            "`static/billing/refund/index.md` and the Markdown copy of `content/billing/refund.md`",
        ),
        (
            "Search/index.html",
            "`static/Search/index.html` would be written to `Search/index.html`, and kb's own `search/index.html` is",
        ),
        (
            "all",
            "`static/all` would be the file `all`, and kb's own `all/index.html` needs a folder of that name",
        ),
        ("terms.pdf/x", "`static/terms.pdf/x` needs a folder `terms.pdf`"),
        (
            "search/pack/en/boot.bin",
            "`static/search/pack/en/boot.bin` would be written to `search/pack/en/boot.bin`, a path that kb uses",
        ),
        (
            "search/offline-de.js",
            "`static/search/offline-de.js` would be written to `search/offline-de.js`, a path that kb",
        ),
        (
            "search/tantivy",
            "`static/search/tantivy` would be written to `search/tantivy`, a path that kb",
        ),
        (".kb-output", "\".kb-output\" is a reserved name\n--> static/.kb-output"),
        (
            ".kb-images.json",
            "which kb reserves for its own files; it is left out\n--> static/.kb-images.json",
        ),
    ];
    for (file, message) in refused {
        // A folder on disk cannot have the name of a file beside it.
        if file == "terms.pdf/x" {
            continue;
        }
        let sandbox = self::sandbox("---\naliases: /old/\n---\n# Moved\n");
        sandbox.write(&format!("static/{file}"), "own");
        let run = sandbox.build();
        assert_eq!(run.code, 1, "{file}");
        assert!(run.stderr.contains(message), "{file}: {}", run.stderr);
        assert!(files(&sandbox) == plain, "{file} has changed the site");
    }
}

#[test]
fn what_is_in_the_way_of_an_alias_is_named() {
    let sandbox = sandbox(concat!(
        "---\naliases: [/terms.pdf, /Billing/refund/, /old.html, /old.html/x/, /OLD.html, /caf%C3%A9, /tags/money/]\n",
        "---\n# Moved\n",
    ));
    let run = sandbox.build();
    for told in [
        "`/terms.pdf` is taken by `static/terms.pdf`;",
        "`/Billing/refund/` is taken by `billing/refund.md`;",
        "`/old.html/x/` is taken by the alias `/old.html` of `/moved/`;",
        "`/OLD.html` is taken by the alias `/old.html` of `/moved/`;",
        "`/caf%C3%A9` is taken by `café.md`;",
        "`/tags/money/` is taken by the page of the tag `Money`;",
    ] {
        assert!(run.stderr.contains(told), "{told}\n{}", run.stderr);
    }
    assert_eq!(run.stderr.matches("error[").count(), 6, "{}", run.stderr);
    assert_eq!(sandbox.read("public/_redirects"), "/old.html /moved/ 301\n");
}

#[test]
fn files_of_static_stay_whatever_path_an_article_has() {
    for (file, path) in [
        ("downloads", "/downloads/"),
        ("logo2.svg", "/logo2.svg"),
        ("terms.html", "/terms.html"),
        ("files/list.txt", "/files/list.txt/"),
    ] {
        let sandbox = sandbox(&format!("---\npath: {path}\n---\n# Moved\n"));
        sandbox.write(&format!("static/{file}"), "own");
        let run = sandbox.build();
        assert_eq!(run.code, 1, "{file}");
        let told = format!("is taken by `static/{file}`");
        assert!(
            run.stderr.contains("error[url-taken]") && run.stderr.contains(&told),
            "{}",
            run.stderr
        );
        assert_eq!(sandbox.read(&format!("public/{file}")), "own");
    }
}

#[test]
fn names_that_servers_act_on_are_no_addresses() {
    let sandbox = sandbox(concat!(
        "---\naliases: [/.htaccess, /a/.htaccess/x, /.user.ini, /Web.config, /_worker.js/index.js, /_headers]\n",
        "path: /.well-known/support/\n---\n# Moved\n",
    ));
    let run = sandbox.build();
    assert_eq!(run.stderr.matches("error[alias-invalid]").count(), 6, "{}", run.stderr);
    assert!(run.stderr.contains("a name that web servers act on"), "{}", run.stderr);
    assert!(sandbox.path("public/.well-known/support/index.html").is_file());
}
