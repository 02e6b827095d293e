//! Signals: what a build writes for them, and that script, manual and reader agree on the list.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kb_signals::{Occurs, Signal};

use crate::support::Sandbox;

const SCRIPT: &str = "js/signals.js";

/// A site in a folder of its host.
fn site(settings: &str) -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("billing/refund.md", "# Refund\n"),
        ("billing/refund.de.md", "# Erstattung\n"),
    ]);
    let base = "title = \"Help\"\nbase_url = \"https://help.example/s/\"\n[build]\ngit_dates = false\n";
    sandbox.write("kb.toml", format!("{base}{settings}"));
    sandbox
}

/// The element that loads the script in a page, and the files of signals in the output.
fn found(sandbox: &Sandbox, folder: &str) -> (Option<String>, Vec<String>) {
    let page = sandbox.read(&format!("{folder}/billing/refund/index.html"));
    let element = page.split("<script ").find(|element| element.contains("data-beacon"));
    let element = element.and_then(|element| Some(element.split_once(SCRIPT)?.1.split_once('>')?.0.to_owned()));
    let files = crate::support::snapshot(&sandbox.path(folder)).into_keys();
    let files = files
        .filter(|file| file.contains("signal"))
        .map(|file| match file.split_once("/js/") {
            Some((_, script)) => format!("js/{script}"),
            None => file,
        });
    (element, files.collect())
}

fn built(settings: &str) -> (Option<String>, Vec<String>) {
    let sandbox = site(settings);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{settings}");
    found(&sandbox, "public")
}

#[test]
fn a_site_without_a_beacon_has_nothing_of_signals() {
    assert_eq!(built(""), (None, vec![]));
    assert_eq!(built("[signals]\nqueries = false\n"), (None, vec![]));
}

#[test]
fn every_page_knows_the_beacon() {
    let files = |more: &[&str]| -> Vec<String> {
        let scripts = ["js/signals.js", "js/signals/report.js"];
        scripts.iter().chain(more).map(|file| (*file).to_owned()).collect()
    };
    let (element, made) = built("[signals]\nbeacon = \"/signal.txt\"\n");
    assert_eq!(element.as_deref(), Some("\" data-beacon=\"/s/signal.txt\""));
    assert_eq!(made, files(&["signal.txt"]));
    let (element, made) = built("[signals]\nbeacon = \"/log/visit\"\nqueries = true\n");
    assert_eq!(element.as_deref(), Some("\" data-beacon=\"/s/log/visit\" data-queries"));
    assert_eq!(made, files(&[]));
    let (element, made) = built("[signals]\nbeacon = \"https://c.example/s?a=1&b=2\"\n");
    assert_eq!(
        element.as_deref(),
        Some("\" data-beacon=\"https://c.example/s?a=1&amp;b=2\"")
    );
    assert_eq!(made, files(&[]));
}

#[test]
fn the_file_is_at_the_address_of_the_beacon_and_may_be_replaced() {
    let sandbox = site("[signals]\nbeacon = \"/log/visit\"\n");
    assert_eq!(sandbox.build().code, 0);
    let made = sandbox.read("public/log/visit");
    assert!(made.len() < 100 && made.ends_with('\n'), "{made}");
    sandbox.write("static/log/visit", "own\n");
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(sandbox.read("public/log/visit"), "own\n");
}

#[test]
fn a_beacon_takes_no_address_of_something_else() {
    for (beacon, file) in [
        ("/robots.txt", "robots.txt"),
        ("/manifest.json", "manifest.json"),
        ("/search/pack/x", "search/pack/x"),
    ] {
        let run = site(&format!("[signals]\nbeacon = \"{beacon}\"\n")).build();
        assert_eq!(run.code, 1, "{beacon}: {}", run.stderr);
        assert!(
            run.stderr.contains("[output-collision]") && run.stderr.contains(file),
            "{}",
            run.stderr
        );
    }
    let run = site("[signals]\nbeacon = \"/billing\"\n").build();
    assert_eq!(run.code, 1, "{}", run.stderr);
    let told = "error[url-taken]: the URL `/billing/` is taken by the file that signals request";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn a_site_in_a_folder_sends_nothing() {
    let sandbox = site("[signals]\nbeacon = \"/signal.txt\"\nqueries = true\n");
    let run = sandbox.kb(&["build", "--offline", "--quiet"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let (element, files) = found(&sandbox, "public-offline");
    assert_eq!(element, None);
    assert!(!files.iter().any(|file| file == "signal.txt"), "{files:?}");
}

#[test]
fn queries_without_a_beacon_are_reported_with_their_line() {
    let run = site("[signals]\nqueries = true\n").build();
    assert_eq!(run.code, 0);
    assert!(
        run.stderr
            .contains("warning[signals-nowhere]: pages send no signals, because `beacon` is not set")
            && run.stderr.contains("kb.toml:6:1"),
        "{}",
        run.stderr
    );
}

/// A file of the repository.
fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file of the repository")
}

#[test]
fn the_script_listens_to_the_events_of_the_list() {
    let script = file("themes/default/static/js/signals.js");
    let list = script
        .split("const EVENTS = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next());
    let listened: BTreeSet<String> = list
        .into_iter()
        .flat_map(|list| list.split('"').skip(1).step_by(2))
        .map(|name| format!("kb:{name}"))
        .collect();
    let mut wanted: BTreeSet<String> = Signal::KINDS
        .iter()
        .filter_map(|kind| kind.event)
        .map(ToOwned::to_owned)
        .collect();
    // The manual says so.
    for kind in Signal::KINDS {
        assert!(
            kind.event.is_none_or(|event| event == format!("kb:{}", kind.name)),
            "{kind:?}"
        );
    }
    // It ends a search on one page, which goes on on another.
    wanted.insert("kb:search-all".to_owned());
    assert_eq!(listened, wanted);
}

/// The rows of the table of signals as the manual should have them.
fn table() -> String {
    let mut rows = String::new();
    for kind in Signal::KINDS {
        let fields: Vec<String> = (kind.fields.iter())
            .map(|field| {
                let occurs = match field.occurs {
                    Occurs::Once => "",
                    Occurs::Optional => ", optional",
                    Occurs::List => ", repeated",
                };
                format!("`{}` ({}{occurs}): {}", field.key, field.form, field.meaning)
            })
            .collect();
        let fields = if fields.is_empty() {
            "none".to_owned()
        } else {
            fields.join("<br>")
        };
        let _ = writeln!(rows, "| `{}` | {} | {fields} |", kind.name, kind.when);
    }
    rows
}

#[test]
fn the_manual_lists_the_signals() {
    let manual = file("content/reference/signals.md");
    let head = "| Kind | Sent when | Fields |\n|---|---|---|\n";
    let rows = manual.split(head).nth(1).unwrap_or_default();
    let rows: String = rows
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(
        rows == table(),
        "content/reference/signals.md should contain:\n{head}{}",
        table()
    );
}
