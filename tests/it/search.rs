//! Searching a built site from the command line, with both engines, and sites that are opened from a folder.

use std::path::Path;

use serde_json::Value;

use crate::support::{Sandbox, shared, snapshot};

/// A help centre in four languages with the words that customers get wrong.
fn help_centre() -> Sandbox {
    let sandbox = Sandbox::project(&[
        (
            "account/password.md",
            "# Reset your password\n\nOpen the sign-in page and choose *Forgot password*.\n\n## On the phone\n\nOpen the app.\n",
        ),
        (
            "account/users.md",
            "# Manage users\n\nAn administrator can invite and remove users of the team.\n",
        ),
        (
            "billing/refund.md",
            "---\ntags: [money]\n---\n# Get a refund\n\nWe return your payment within 14 days.\n",
        ),
        (
            "billing/invoice.md",
            "---\ntags: [money]\n---\n# Download an invoice\n\nInvoices are on the billing page.\n",
        ),
        (
            "errors/e-4017.md",
            "# Error E-4017 while paying\n\nYour bank declined the card.\n",
        ),
        (
            "errors/programmer.md",
            "# Programmer is not responding\n\n`avrdude: stk500_recv(): programmer is not responding`\n",
        ),
        (
            "billing/refund.de.md",
            "# Rückerstattung erhalten\n\nWir erstatten innerhalb von 14 Tagen.\n",
        ),
        (
            "billing/refund.ru.md",
            "# Возврат денег\n\nМы возвращаем деньги за заказ.\n",
        ),
        ("billing/refund.zh.md", "# 如何申请退款\n\n付款后十四天内可以退款。\n"),
        ("billing/refund.he.md", "# קבלת החזר כספי\n\nנחזיר את התשלום.\n"),
    ]);
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\n[build]\ngit_dates = false\n[languages.en]\n[languages.de]\n[languages.ru]\n[languages.zh]\n[languages.he]\n",
    );
    let run = sandbox.build();
    assert_eq!(run.code, 0, "{}", run.stderr);
    sandbox
}

/// The answer of both engines, which must be one.
fn ask(sandbox: &Sandbox, site: &str, arguments: &[&str]) -> Value {
    let answer = |engine| {
        let mut all = vec!["search", "--site", site, "--json", "--engine", engine];
        all.extend(arguments);
        let run = sandbox.kb(&all);
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str::<Value>(&run.stdout).expect("JSON")
    };
    let pack = answer("pack");
    assert_eq!(pack, answer("tantivy"), "{arguments:?}");
    pack
}

fn sources(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().expect("a list");
    hits.iter()
        .map(|hit| hit["source"].as_str().expect("a source"))
        .collect()
}

#[test]
fn customers_find_it_in_their_own_words() {
    let help = help_centre();
    for (language, query, wanted) in [
        ("en", "passwrod reset", "account/password.md"),
        ("en", "how do i manage a user", "account/users.md"),
        ("en", "manage user", "account/users.md"),
        ("en", "stk500_recv()", "errors/programmer.md"),
        ("en", "E-4017", "errors/e-4017.md"),
        ("en", "e4017", "errors/e-4017.md"),
        ("en", "refund \u{1F4B8} please!!", "billing/refund.md"),
        ("en", "\"", ""),
        ("en", "\u{1F4B8}", ""),
        ("en", "", ""),
        ("en", "\"forgot password\"", "account/password.md"),
        ("en", "billing invoices -refund", "billing/invoice.md"),
        ("de", "Rückerstattung", "billing/refund.de.md"),
        ("de", "Ruckerstattung", "billing/refund.de.md"),
        ("de", "ruckerstatung", "billing/refund.de.md"),
        ("ru", "возврат денег", "billing/refund.ru.md"),
        ("ru", "возвраты деньгам", "billing/refund.ru.md"),
        ("zh", "退款", "billing/refund.zh.md"),
        ("zh", "款", "billing/refund.zh.md"),
        ("he", "החזר כספי", "billing/refund.he.md"),
    ] {
        let answer = ask(&help, "public", &["--lang", language, query]);
        assert_eq!(sources(&answer).first().copied().unwrap_or_default(), wanted, "{query}");
    }
    let typed = ask(&help, "public", &["--typing", "i"]);
    assert!(!sources(&typed).is_empty(), "one letter");
    let long = "refund ".repeat(800);
    assert_eq!(
        sources(&ask(&help, "public", &[&long])).first(),
        Some(&"billing/refund.md")
    );
}

#[test]
fn answers_are_filtered_by_collection_and_tag() {
    let help = help_centre();
    let all = ask(&help, "public", &["page refund password"]);
    assert!(sources(&all).len() >= 3);
    let billing = ask(&help, "public", &["page refund password", "--collection", "Billing"]);
    assert!(!sources(&billing).is_empty());
    assert!(sources(&billing).iter().all(|source| source.starts_with("billing/")));
    let money = ask(&help, "public", &["page", "--tag", "money"]);
    assert_eq!(sources(&money), ["billing/invoice.md"]);
    assert!(sources(&ask(&help, "public", &["page", "--tag", "none"])).is_empty());
}

#[test]
fn explanations_come_from_one_engine_and_the_other_says_so() {
    let help = help_centre();
    let run = help.kb(&["search", "--engine", "pack", "--explain", "refund"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("--explain") && run.stderr.contains("hint"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_damaged_pack_is_an_error_with_its_file() {
    let help = help_centre();
    help.write("public/search/pack/en/boot.bin", b"\x1f\x8bnothing");
    let run = help.kb(&["search", "--engine", "pack", "refund"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("boot.bin"), "{}", run.stderr);
}

#[test]
fn each_language_loads_its_own_pack_and_engine() {
    let help = help_centre();
    let files = snapshot(&help.path("public"));
    for language in ["en", "de", "ru", "zh", "he"] {
        assert!(
            files.contains_key(&format!("search/pack/{language}/boot.bin")),
            "{language}"
        );
    }
    let engines: Vec<_> = files.keys().filter(|path| path.starts_with("search/engine/")).collect();
    // English, German, Russian, one for languages that are not stemmed, and the script that binds them.
    assert_eq!(engines.len(), 5, "{engines:?}");
    let page = |path: &str| help.read(&format!("public/{path}"));
    assert!(page("index.html").contains("/search/pack/en/boot.bin") && !page("index.html").contains("pack/de"));
    assert!(page("de/index.html").contains("/search/pack/de/boot.bin"));
    assert!(!page("search/index.html").contains("noindex"));
}

#[test]
fn a_site_for_a_folder_has_relative_links_to_files_and_one_script_to_search() {
    let help = help_centre();
    let run = help.kb(&["build", "--offline"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("index.html"), "{}", run.stderr);
    let folder = help.path("public-offline");
    let files = snapshot(&folder);
    assert!(
        !files
            .keys()
            .any(|path| path.contains("tantivy") || path.ends_with(".bin"))
    );
    for language in ["en", "de", "ru", "zh", "he"] {
        let script = String::from_utf8_lossy(&files[&format!("search/offline-{language}.js")]).into_owned();
        for name in [
            "js/search/host.js",
            &format!("search/pack/{language}/boot.bin"),
            "search/engine/engine-",
        ] {
            assert!(script.contains(name), "{language}: {name}");
        }
    }
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".html")) {
        let page = String::from_utf8_lossy(bytes);
        assert!(
            !page.contains("kb-offline-root") && !page.contains("type=\"module\""),
            "{path}"
        );
        for (attribute, from) in [("href=\"", 6), ("src=\"", 5), ("action=\"", 8)] {
            for at in page.match_indices(attribute).map(|found| found.0 + from) {
                let target = page[at..].split(['"', '#', '?']).next().unwrap_or_default();
                if target.is_empty() || target.contains(':') {
                    continue;
                }
                assert!(!target.starts_with('/'), "{path}: {target}");
                let file = Path::new(path).parent().expect("a folder").join(target);
                assert!(folder.join(&file).is_file(), "{path}: {target}");
            }
        }
    }
    // A bare folder: neither site is content of the other.
    let bare = Sandbox::new();
    bare.write("a.md", "# A\n");
    for arguments in [&["build", "--offline"][..], &["build"], &["build", "--offline"]] {
        let run = bare.kb(arguments);
        assert!(run.stderr.contains("Built 1 article "), "{}", run.stderr);
    }
    let refused = help.kb(&["build", "--offline", "-u", "https://example.com/"]);
    assert_eq!(refused.code, 2, "an address makes no sense there");
}

#[test]
fn both_engines_agree_on_real_questions() {
    let Some(shared) = shared() else { return };
    let sandbox = Sandbox::new();
    let set = shared.join("relevance/stackfaq-en");
    let site = sandbox.path("site").to_string_lossy().into_owned();
    let articles = set.join("articles").to_string_lossy().into_owned();
    sandbox.kb(&["build", &articles, "-o", &site, "--quiet"]);
    let queries = std::fs::read_to_string(set.join("queries.tsv")).expect("queries");
    for line in queries.lines().step_by(97) {
        let query = line.split('\t').nth(1).unwrap_or_default();
        ask(&sandbox, &site, &[query]);
    }
}
