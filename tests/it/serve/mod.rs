//! `kb serve` as a writer runs it: the program is started, asked over HTTP while files change, and ended with Ctrl-C.

mod client;
mod soak;

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread::{self};
use std::time::Duration;

use crate::support::{Sandbox, snapshot};

use client::{ALL, BROWSER, Events, Kb, LIMIT, Site, wait};

/// Two categories with an article each, a draft, an article to come, and an image.
fn help_centre() -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("billing/_index.md", "---\ntitle: Billing\n---\n"),
        (
            "billing/refund.md",
            "# Refunds\n\nMoney comes back in ten days.\n\n![A card](card.svg)\n\n## Cards\n\nVisa.\n",
        ),
        ("billing/draft.md", "---\ndraft: true\n---\n# Unfinished\n\nNot yet.\n"),
        (
            "billing/future.md",
            "---\npublish_date: 2199-01-01\n---\n# Next century\n\nLater.\n",
        ),
        ("account/_index.md", "---\ntitle: Account\n---\n"),
        (
            "account/password.md",
            "# Passwords\n\nLonger is safer. See [cards](../billing/refund.md#cards).\n",
        ),
    ]);
    sandbox.write("content/billing/card.svg", image(1));
    sandbox
}

fn image(width: usize) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"1\"/>")
}

/// Writes a file as most editors do: another file, which then takes its place.
fn replace(sandbox: &Sandbox, path: &str, text: &str) {
    let other = format!("{path}.tmp~");
    sandbox.write(&other, text);
    fs::rename(sandbox.path(&other), sandbox.path(path)).expect("renamed");
}

/// Writes a file as vim does: it tries whether files can be made, moves the old one away and writes a new one.
fn save_as_vim(sandbox: &Sandbox, path: &str, text: &str) {
    let folder = Path::new(path).parent().expect("a folder").to_str().expect("UTF-8");
    let trial = format!("{folder}/4913");
    sandbox.write(&trial, "");
    fs::remove_file(sandbox.path(&trial)).expect("removed");
    let backup = format!("{path}~");
    fs::rename(sandbox.path(path), sandbox.path(&backup)).expect("renamed");
    sandbox.write(path, text);
    fs::remove_file(sandbox.path(&backup)).expect("removed");
}

#[test]
fn one_build_is_served_as_it_is() {
    let sandbox = help_centre();
    let site = Site::serve(&sandbox, &[]);
    let home = site.get("/");
    assert_eq!(home.status, 200);
    assert!(home.headers.contains("content-type: text/html; charset=utf-8"));
    assert!(home.text().contains("Billing"));
    assert!(
        site.get("/billing/refund/")
            .text()
            .contains("Money comes back in ten days")
    );
    let copy = site.get("/billing/refund/index.md");
    assert!(copy.headers.contains("content-type: text/markdown"), "{}", copy.headers);
    assert!(copy.text().contains("# Refunds"));
    let missing = site.get("/billing/nothing/");
    assert_eq!(missing.status, 404);
    let files = site.clean_build(&[]);
    assert_eq!(missing.body, files["404.html"]);
    assert!(site.get("/search/pack/en/boot.bin").body.len() > 100);
    assert_eq!(site.found("money"), ["billing/refund.md"]);
    assert!(files.keys().any(|path| path.starts_with("search/tantivy/en/")));
    assert_eq!(site.differences(&files), Vec::<String>::new());
    let page = site.get_as("/billing/refund/", BROWSER);
    assert_eq!(
        page.body, files["billing/refund/index.html"],
        "nothing is added for browsers"
    );

    assert_eq!(site.get("/billing/draft/").status, 404);
    assert_eq!(site.get("/billing/future/").status, 404);
    sandbox.write("content/billing/refund.md", "# Refunds\n\nEdited.\n");
    thread::sleep(Duration::from_secs(3));
    assert_eq!(
        site.differences(&files),
        Vec::<String>::new(),
        "without --watch it stays"
    );
    let said = site.end();
    assert!(said.contains("2 articles ready"), "{said}");
}

#[test]
fn drafts_and_articles_to_come_are_shown_if_asked_for() {
    let sandbox = help_centre();
    let site = Site::serve(&sandbox, &["--drafts"]);
    assert_eq!(site.get("/billing/draft/").status, 200);
    assert_eq!(site.get("/billing/future/").status, 404);
    site.equals_build(&["--drafts"]);
    site.end();
    let site = Site::serve(&sandbox, &["--future"]);
    assert_eq!(site.get("/billing/draft/").status, 404);
    assert_eq!(site.get("/billing/future/").status, 200);
    site.equals_build(&["--future"]);
    site.end();

    // Writers see everything, and what is not published is marked.
    let site = Site::watch(&sandbox);
    site.shows("/billing/draft/", "class=\"ribbon\"");
    site.shows("/billing/future/", "class=\"ribbon\"");
    site.hides("/billing/refund/", "class=\"ribbon\"");
    site.equals_build(&ALL);
    sandbox.write("content/billing/draft.md", "# Finished\n\nAt last.\n");
    site.shows("/billing/draft/", "At last");
    site.hides("/billing/draft/", "class=\"ribbon\"");
    site.end();

    let site = Site::serve(&sandbox, &["--watch", "--published"]);
    sandbox.write(
        "content/billing/draft.md",
        "---\ndraft: true\n---\n# Unfinished again\n",
    );
    site.lacks("/billing/draft/");
    assert_eq!(site.get("/billing/future/").status, 404);
    site.equals_build(&[]);
    site.end();
}

#[test]
fn saves_of_editors_are_shown() {
    let sandbox = help_centre();
    let site = Site::watch(&sandbox);
    let (path, url) = ("content/billing/refund.md", "/billing/refund/");
    let page = site.get_as(url, BROWSER).text();
    assert!(page.contains("/_kb/live.js"), "browsers listen for changes");
    assert!(!site.get(url).text().contains("_kb"));

    sandbox.write(path, "# Refunds\n\nWritten in place.\n");
    site.shows(url, "Written in place");
    replace(&sandbox, path, "# Refunds\n\nRenamed over.\n");
    site.shows(url, "Renamed over");
    save_as_vim(&sandbox, path, "# Refunds\n\nSaved by vim zebrafish.\n");
    site.shows(url, "Saved by vim");
    assert_eq!(site.found("zebrafish"), ["billing/refund.md"]);
    // Emacs keeps a lock (a link to nowhere) and saves automatically beside the file.
    let lock = sandbox.path("content/billing/.#refund.md");
    symlink("writer@machine.4711:1", &lock).expect("a link");
    sandbox.write("content/billing/#refund.md#", "# Refunds\n\nNot saved.\n");
    fs::rename(sandbox.path(path), sandbox.path(&format!("{path}~"))).expect("renamed");
    sandbox.write(path, "# Refunds\n\nSaved by emacs.\n");
    fs::remove_file(&lock).expect("removed");
    site.shows(url, "Saved by emacs");
    site.equals_build(&ALL);
    // Emptied, and written a while later.
    sandbox.write(path, "");
    thread::sleep(Duration::from_millis(200));
    sandbox.write(path, "# Refunds\n\nWritten in two steps.\n");
    site.shows(url, "Written in two steps");
    // Many saves one after the other.
    for n in 0..30 {
        sandbox.write(path, format!("# Refunds\n\nSave number {n}.\n"));
        thread::sleep(Duration::from_millis(15));
    }
    site.shows(url, "Save number 29");
    site.settles(&ALL);
    site.end();
}

#[test]
fn browsers_are_told_of_what_their_page_shows() {
    let sandbox = help_centre();
    let site = Site::watch(&sandbox);
    let mut refund = Events::of(site.address, "/billing/refund/");
    let mut list = Events::of(site.address, "/all/");
    let page = |data: &str| -> serde_json::Value {
        let state: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert_eq!(state["problems"]["total"], 0, "{data}");
        state["page"].clone()
    };
    let first = page(&refund.next("hello").expect("an event"));
    assert!(first.is_string(), "{first}");
    list.next("hello").expect("an event");
    sandbox.write("content/billing/refund.md", "# Refunds\n\nTold.\n\n## Cards\n");
    let second = page(&refund.next("state").expect("an event"));
    assert!(second.is_string() && first != second, "{first} {second}");
    site.shows("/billing/refund/", "Told.");
    list.next("version")
        .expect("another version, in which nothing of the list has changed");
    let told = list.next_within("state", Duration::from_secs(3));
    assert!(told.is_err(), "nothing has changed for it: {told:?}");
    let mut password = Events::of(site.address, "/account/password/");
    password.next("hello").expect("an event");
    fs::remove_file(sandbox.path("content/account/password.md")).expect("removed");
    assert!(page(&password.next("state").expect("an event")).is_null());
    assert!(page(&list.next("state").expect("an event")).is_string());
    site.end();
}

#[test]
fn articles_and_folders_come_go_and_move() {
    let sandbox = help_centre();
    let site = Site::watch(&sandbox);
    site.equals_build(&ALL);
    sandbox.write("content/billing/invoice.md", "# Invoices\n\nDownload them.\n");
    site.shows("/billing/invoice/", "Download them");
    site.shows("/billing/", "Invoices");
    sandbox.write("content/devices/phones/camera.md", "# Camera\n\nClean the lens.\n");
    site.shows("/devices/phones/camera/", "Clean the lens");
    sandbox.write("content/devices/phones/camera.md", "# Camera\n\nWipe the lens.\n");
    site.shows("/devices/phones/camera/", "Wipe the lens");
    site.equals_build(&ALL);

    fs::remove_file(sandbox.path("content/billing/invoice.md")).expect("removed");
    site.lacks("/billing/invoice/");
    site.hides("/billing/", "Invoices");
    fs::rename(sandbox.path("content/devices"), sandbox.path("content/hardware")).expect("renamed");
    site.shows("/hardware/phones/camera/", "Wipe the lens");
    site.lacks("/devices/phones/camera/");
    site.equals_build(&ALL);
    // What is in the folder is followed at its new place.
    sandbox.write("content/hardware/phones/camera.md", "# Camera\n\nPolish the lens.\n");
    site.shows("/hardware/phones/camera/", "Polish the lens");
    // A folder that was prepared elsewhere comes with everything in it; one goes with everything.
    let elsewhere = Sandbox::new();
    elsewhere.write("travel/trains/ticket.md", "# Tickets\n\nShow the code.\n");
    fs::rename(elsewhere.path("travel"), sandbox.path("content/travel")).expect("renamed");
    site.shows("/travel/trains/ticket/", "Show the code");
    fs::remove_dir_all(sandbox.path("content/hardware")).expect("removed");
    site.lacks("/hardware/phones/camera/");
    fs::rename(
        sandbox.path("content/account/password.md"),
        sandbox.path("content/billing/pin.md"),
    )
    .expect("renamed");
    site.shows("/billing/pin/", "Longer is safer");
    site.lacks("/account/password/");
    site.settles(&ALL);
    site.end();
}

#[test]
fn templates_settings_ignored_files_and_images_are_followed() {
    let sandbox = help_centre();
    let site = Site::watch(&sandbox);
    let url = "/billing/refund/";
    sandbox.write("templates/article.html", "<title>{{ page.title }}</title>First.");
    site.shows(url, "First.");
    sandbox.write("templates/article.html", "<title>{{ page.title }}</title>Second.");
    site.shows(url, "Second.");
    site.equals_build(&ALL);
    fs::remove_dir_all(sandbox.path("templates")).expect("removed");
    site.shows(url, "Money comes back");

    let settings = |text: &str| sandbox.write("kb.toml", format!("{text}\n[build]\ngit_dates = false\n"));
    settings("title = \"Answers\"");
    site.shows(url, "Answers");
    site.equals_build(&ALL);
    settings("title = ");
    site.says("kb.toml:1:");
    site.shows(url, "Answers");
    assert_eq!(site.problems(), 1);
    settings("title = \"More answers\"");
    site.shows(url, "More answers");
    assert_eq!(site.problems(), 0);

    sandbox.write(".kbignore", "account/password.md\n");
    site.lacks("/account/password/");
    site.equals_build(&ALL);
    fs::remove_file(sandbox.path(".kbignore")).expect("removed");
    site.shows("/account/password/", "Longer is safer");

    sandbox.write("content/billing/card.svg", image(7));
    let what = || "the old image".to_owned();
    wait(&what, || {
        let page = site.get(url).text();
        // Its name carries the hash of what it shows.
        let name = page
            .split("/billing/card.")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = name.unwrap_or_else(|| panic!("no image in {page}"));
        site.get(&format!("/billing/card.{name}")).body == image(7).into_bytes()
    });
    sandbox.write("static/extra.txt", "Extra.\n");
    site.shows("/extra.txt", "Extra.");
    sandbox.write("i18n/en.toml", "search_button = \"Find it\"\n");
    site.shows(url, "Find it");
    site.settles(&ALL);
    site.end();
}

#[test]
fn a_linked_content_folder_is_followed() {
    let (elsewhere, another, sandbox) = (help_centre(), Sandbox::new(), Sandbox::new());
    let linked = [elsewhere.path(""), another.path("")];
    sandbox.write(
        "kb.toml",
        format!("title = \"Help\"\n[build]\ngit_dates = false\nfollow_links_to = {linked:?}\n"),
    );
    symlink(elsewhere.path("content"), sandbox.path("content")).expect("a link");
    let site = Site::watch(&sandbox);
    elsewhere.write("content/billing/refund.md", "# Refunds\n\nEdited elsewhere.\n");
    site.shows("/billing/refund/", "Edited elsewhere");
    elsewhere.write("content/new/article.md", "# New\n\nMade elsewhere.\n");
    site.shows("/new/article/", "Made elsewhere");
    replace(
        &elsewhere,
        "content/billing/refund.md",
        "# Refunds\n\nReplaced elsewhere.\n",
    );
    site.shows("/billing/refund/", "Replaced elsewhere");
    site.equals_build(&ALL);
    // The link leads to another folder.
    another.write("content/billing/refund.md", "# Refunds\n\nAnother folder.\n");
    symlink(another.path("content"), sandbox.path("link")).expect("a link");
    fs::rename(sandbox.path("link"), sandbox.path("content")).expect("renamed");
    site.shows("/billing/refund/", "Another folder");
    another.write("content/billing/refund.md", "# Refunds\n\nEdited there.\n");
    site.shows("/billing/refund/", "Edited there");
    site.settles(&ALL);
    site.end();
}

#[test]
fn what_becomes_a_link_out_is_not_shown() {
    let (elsewhere, sandbox) = (Sandbox::new(), help_centre());
    elsewhere.write("secret", "# Refunds\n\nTOPSECRET\n");
    let site = Site::watch(&sandbox);
    sandbox.write("static/terms.txt", "Our terms.");
    site.shows("/terms.txt", "Our terms.");
    for (path, address) in [
        ("content/billing/refund.md", "/billing/refund/"),
        ("static/terms.txt", "/terms.txt"),
    ] {
        symlink(elsewhere.path("secret"), sandbox.path("link")).expect("a link");
        fs::rename(sandbox.path("link"), sandbox.path(path)).expect("renamed");
        site.lacks(address);
        site.says(path);
    }
    // New ones, and a folder.
    symlink(elsewhere.path("secret"), sandbox.path("content/new.md")).expect("a link");
    site.says("content/new.md");
    symlink(elsewhere.path(""), sandbox.path("static/folder")).expect("a link");
    site.says("static/folder");
    site.lacks("/new/");
    site.settles(&ALL);
    let files = site.clean_build(&ALL);
    assert!(
        files
            .values()
            .all(|bytes| !String::from_utf8_lossy(bytes).contains("TOPSECRET"))
    );
    site.end();
}

#[test]
fn a_bare_folder_is_followed_under_the_path_of_its_address() {
    let sandbox = Sandbox::new();
    sandbox.write("articles/trips/ticket.md", "# Tickets\n\nShow the code.\n");
    let site = Site::serve(&sandbox, &["articles", "--watch", "-u", "https://shop.example/help/"]);
    assert!(site.kb.said().contains(&format!(":{}/help/\n", site.address.port())));
    let outside = site.get("/");
    assert!((300..400).contains(&outside.status), "{}", outside.headers);
    assert!(outside.headers.contains("location: /help/"), "{}", outside.headers);
    assert_eq!(site.get("/trips/ticket/").status, 404);
    site.shows("/help/trips/ticket/", "Show the code");
    sandbox.write("articles/trips/ticket.md", "# Tickets\n\nShow the ticket.\n");
    site.shows("/help/trips/ticket/", "Show the ticket");
    // With settings it becomes a project, whose articles are in `content/`.
    sandbox.write("articles/content/first.md", "# First\n\nOf the project.\n");
    site.shows("/help/content/first/", "Of the project");
    sandbox.write("articles/kb.toml", "title = \"Project\"\n");
    site.shows("/help/first/", "Of the project");
    site.lacks("/help/trips/ticket/");
    sandbox.write("articles/content/first.md", "# First\n\nFollowed as well.\n");
    site.shows("/help/first/", "Followed as well");
    site.end();
}

#[test]
fn another_branch_is_shown_as_a_whole() {
    const ARTICLES: usize = 300;
    let sandbox = Sandbox::new();
    sandbox.write("kb.toml", "title = \"Help\"\n");
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=Writer", "-c", "user.email=writer@example.com"])
            .args(["-c", "commit.gpgsign=false"])
            .args(args)
            .current_dir(sandbox.path(""))
            .output()
            .expect("git");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let write = |branch: &str| {
        for n in 0..ARTICLES {
            let text = format!("# Question {n}\n\nAnswer {n} of {branch}.\n");
            sandbox.write(&format!("content/topic-{}/question-{n}.md", n % 12), text);
        }
        let own = format!("content/{branch}-topic/own.md");
        sandbox.write(&own, format!("# Own\n\nOnly in {branch}.\n"));
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", branch]);
    };
    git(&["init", "--quiet", "--initial-branch", "first"]);
    write("first");
    git(&["checkout", "--quiet", "-b", "second"]);
    git(&["rm", "--quiet", "-r", "content/first-topic"]);
    write("second");
    git(&["checkout", "--quiet", "first"]);

    let site = Site::watch(&sandbox);
    site.shows("/topic-0/question-0/", "Answer 0 of first");
    for branch in ["second", "first", "second"] {
        git(&["checkout", "--quiet", branch]);
        let last = ARTICLES - 1;
        let url = format!("/topic-{}/question-{last}/", last % 12);
        site.shows(&url, &format!("Answer {last} of {branch}"));
        site.shows(&format!("/{branch}-topic/own/"), &format!("Only in {branch}"));
    }
    site.lacks("/first-topic/own/");
    site.settles(&ALL);
    site.end();
}

#[test]
fn problems_are_said_once_and_so_is_their_end() {
    let sandbox = help_centre();
    let site = Site::watch(&sandbox);
    assert!(!site.kb.said().contains("error"), "{}", site.kb.said());
    let path = "content/account/password.md";
    let good = sandbox.read(path);
    sandbox.write(path, "---\ntitle: [broken\n---\n\nLonger is safer.\n");
    let place = "content/account/password.md:";
    site.says(place);
    sandbox.write(
        "content/billing/refund.md",
        "# Refunds\n\nSaved after it.\n\n## Cards\n",
    );
    site.shows("/billing/refund/", "Saved after it");
    sandbox.write("content/billing/new.md", "# New\n\nMade after it.\n");
    site.shows("/billing/new/", "Made after it");
    // Long enough for everything that is done when nothing else is.
    thread::sleep(Duration::from_secs(3));
    let times = |text: &str| site.kb.said().matches(text).count();
    let lines = times(place);
    assert_eq!(times("error["), 1, "{}", site.kb.said());
    assert_eq!(site.problems(), 1);
    // Another one: this one is said, that one is not said again.
    sandbox.write("content/billing/new.md", "# New\n\nSee [this](missing.md).\n");
    site.says("missing.md");
    assert_eq!((times("error["), times(place)), (2, lines), "{}", site.kb.said());
    site.equals_build(&ALL);
    sandbox.write(path, &good);
    site.says("fixed 1 problem; 1 error");
    sandbox.write("content/billing/new.md", "# New\n\nSee [this](refund.md).\n");
    site.says("no problems left");
    assert_eq!(site.problems(), 0);
    assert_eq!(times("error["), 2, "{}", site.kb.said());
    site.settles(&ALL);
    let said = site.end();
    assert_eq!(said.matches("fixed ").count(), 2, "{said}");
}

#[test]
fn a_port_that_is_taken_is_replaced_by_the_next() {
    let sandbox = help_centre();
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let site = Site::serve(&sandbox, &["--port", &port.to_string()]);
    assert_ne!(site.address.port(), port);
    assert_eq!(site.get("/").status, 200);
    let said = site.end();
    assert!(said.contains(&format!("port {port} is taken; using port")), "{said}");
}

/// Runs `kb serve` where it must not serve; gives the exit code and what it says.
fn refused(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let mut all = vec!["serve", "--port", "0"];
    all.extend(args);
    let mut kb = Kb::start(sandbox, &all);
    let code = kb.exit_code(LIMIT);
    (code, kb.all_said())
}

#[test]
fn what_cannot_be_served_is_refused_with_a_reason() {
    let sandbox = help_centre();
    // An address for documentation, which no machine has.
    let (code, said) = refused(&sandbox, &["--host", "203.0.113.7"]);
    assert_eq!(code, 2);
    assert!(said.starts_with("error: cannot listen on 203.0.113.7: "), "{said}");
    let (code, said) = refused(&sandbox, &["--host", "no such name"]);
    assert_eq!(code, 2);
    assert!(said.starts_with("error: `--host no such name`: "), "{said}");
    let (code, said) = refused(&sandbox, &["missing"]);
    assert_eq!(code, 2);
    assert!(said.contains("missing"), "{said}");
    let (code, said) = refused(&sandbox, &["--published", "--drafts"]);
    assert_eq!(code, 2, "{said}");
    let (code, said) = refused(&sandbox, &["--poll"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--watch"), "{said}");
    sandbox.write("kb.toml", "title = \"Help\"\ntitel = \"Help\"\n");
    for args in [&[][..], &["--watch"]] {
        let (code, said) = refused(&sandbox, args);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("kb.toml:2:1") && said.contains("titel"), "{said}");
    }
}

#[test]
fn strict_ends_with_1_if_a_warning_is_left() {
    let sandbox = help_centre();
    let (path, url) = ("content/billing/refund.md", "/billing/refund/");
    let (good, warned) = (
        "# Refunds\n\nGood.\n\n## Cards\n",
        "---\nunknown_key: 1\n---\n# Refunds\n\nWarned.\n\n## Cards\n",
    );
    let code_after = |args: &[&str], texts: &[&str]| {
        sandbox.write(path, texts[0]);
        let mut site = Site::serve(&sandbox, args);
        for text in &texts[1..] {
            sandbox.write(path, text);
            site.shows(url, text.split("\n\n").nth(1).expect("a paragraph").trim());
        }
        site.kb.end("INT").code
    };
    assert_eq!(code_after(&["--watch", "--strict"], &[good, warned]), 1);
    assert_eq!(code_after(&["--watch", "--strict"], &[warned, good]), 0);
    assert_eq!(code_after(&["--watch"], &[good, warned]), 0);
    assert_eq!(code_after(&["--strict"], &[warned]), 1);
    assert_eq!(code_after(&[], &[warned]), 0);
}

/// The files of a folder that may be replaced meanwhile.
fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
}

#[test]
fn the_site_is_also_written_to_a_folder() {
    let sandbox = help_centre();
    let (site, output) = (Site::serve(&sandbox, &["--watch", "-o", "out"]), sandbox.path("out"));
    let equals_build = || {
        site.clean_build(&ALL);
        let clean = snapshot(&site.clean.path("clean"));
        let differences = || {
            let same = |path: &String| fs::read(output.join(path)).is_ok_and(|bytes| bytes == clean[path]);
            let mut differences: Vec<String> = clean.keys().filter(|path| !same(path)).cloned().collect();
            let mut names = Vec::new();
            list(&output, "", &mut names);
            differences.extend(names.into_iter().filter(|name| !clean.contains_key(name)));
            differences
        };
        let what = || format!("not as a clean build: {:?}\n{}", differences(), site.kb.said());
        wait(&what, || differences().is_empty());
    };
    equals_build();
    sandbox.write("content/billing/refund.md", "# Refunds\n\nWritten there too.\n");
    equals_build();
    assert!(
        sandbox
            .read("out/billing/refund/index.html")
            .contains("Written there too")
    );
    fs::remove_dir_all(sandbox.path("content/account")).expect("removed");
    equals_build();
    assert!(!output.join("account").exists());
    site.equals_build(&ALL);
    sandbox.write("templates/article.html", "<title>{{ page.title }}</title>Written last.");
    equals_build();
    // What it writes itself is no change.
    thread::sleep(Duration::from_secs(3));
    let said = site.end();
    let changes = said.matches("changed ").count();
    assert!(changes < 10, "{said}");
}

#[test]
fn a_folder_that_no_build_wrote_is_not_touched() {
    let sandbox = help_centre();
    sandbox.write("letters/private.txt", "Dear reader");
    let (code, said) = refused(&sandbox, &["--watch", "-o", "letters"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("output-not-ours") && said.contains("letters"), "{said}");
    let left = snapshot(&sandbox.path("letters"));
    assert_eq!(left.keys().collect::<Vec<_>>(), ["private.txt"]);
    let (code, said) = refused(&sandbox, &["-o", "content"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("output-"), "{said}");
}

#[test]
fn files_are_compared_if_the_system_does_not_tell() {
    let sandbox = help_centre();
    let site = Site::serve(&sandbox, &["--watch", "--poll"]);
    sandbox.write("content/billing/refund.md", "# Refunds\n\nFound by comparing.\n");
    site.shows("/billing/refund/", "Found by comparing");
    sandbox.write("content/new/article.md", "# New\n\nFound too.\n");
    site.shows("/new/article/", "Found too");
    site.equals_build(&ALL);
    site.end();
}

#[test]
fn the_end_does_not_wait_for_browsers() {
    let sandbox = help_centre();
    for signal in ["INT", "TERM"] {
        let mut site = Site::watch(&sandbox);
        let mut events = Events::of(site.address, "/");
        let idle = TcpStream::connect(site.address).expect("a connection that asks nothing");
        events.next("hello").expect("an event");
        let ended = site.kb.end(signal);
        assert_eq!(ended.code, 0, "{}", ended.said);
        // Both are open until it has ended.
        drop((events, idle));
    }
}
