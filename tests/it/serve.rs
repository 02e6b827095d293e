//! `kb serve` as a writer runs it: the program is started, asked over HTTP while files change, and ended with Ctrl-C.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::{Random, Sandbox, snapshot};

/// How long a change may take until it is served. It takes milliseconds; the rest is for busy machines.
const LIMIT: Duration = Duration::from_secs(20);

/// How long the end may take, with browsers connected.
const END: Duration = Duration::from_secs(2);

/// What browsers send when somebody opens a page.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The flags with which a build publishes what `--watch` shows.
const ALL: [&str; 2] = ["--drafts", "--future"];

/// A running `kb`.
struct Kb {
    child: Child,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

/// How a run of `kb serve` ended.
struct Ended {
    code: i32,
    said: String,
    /// From the signal to the end.
    took: Duration,
}

impl Kb {
    fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kb"))
            .args(args)
            .current_dir(sandbox.path(""))
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kb runs");
        let mut stderr = child.stderr.take().expect("its standard error");
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let listener = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                heard.lock().expect("no panic").push_str(&text);
            }
        });
        Self {
            child,
            said,
            listener: Some(listener),
        }
    }

    /// What it has said so far.
    fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Sends a signal such as `INT` and waits for the end.
    fn end(&mut self, signal: &str) -> Ended {
        let since = Instant::now();
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "no process to end");
        let code = self.exit_code(LIMIT);
        Ended {
            code,
            said: self.all_said(),
            took: since.elapsed(),
        }
    }

    fn exit_code(&mut self, limit: Duration) -> i32 {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            assert!(since.elapsed() < limit, "it does not end\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn all_said(&mut self) -> String {
        if let Some(listener) = self.listener.take() {
            listener.join().expect("no panic");
        }
        self.said()
    }
}

impl Drop for Kb {
    fn drop(&mut self) {
        // It has ended already, or the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was answered.
struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Asks for a path that is percent-encoded.
fn get(address: SocketAddr, path: &str, accept: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(LIMIT))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let incomplete = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let end = bytes
        .windows(4)
        .position(|part| part == b"\r\n\r\n")
        .ok_or_else(incomplete)?;
    let headers = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = headers.get(9..12).and_then(|status| status.parse().ok());
    let body = bytes.split_off(end + 4);
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
    if length.is_some_and(|length| length.parse() != Ok(body.len())) {
        return Err(incomplete());
    }
    assert!(!headers.contains("transfer-encoding"), "files have a length: {headers}");
    Ok(Answer {
        status: status.ok_or_else(incomplete)?,
        headers,
        body,
    })
}

/// The events that a browser with a page listens to.
struct Events {
    stream: TcpStream,
    /// What came and was not looked at yet.
    text: String,
}

impl Events {
    fn of(address: SocketAddr, page: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "GET /_kb/events?path={page}&page=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        )
        .expect("asked");
        let text = String::new();
        Self { stream, text }
    }

    /// The data of the next event, which must have this name.
    fn next(&mut self, name: &str) -> io::Result<String> {
        self.next_within(name, LIMIT)
    }

    fn next_within(&mut self, name: &str, limit: Duration) -> io::Result<String> {
        self.stream.set_read_timeout(Some(limit))?;
        loop {
            if let Some(event) = self.take() {
                let named = format!("event: {name}\n");
                assert!(event.contains(&named), "{event}");
                let data = event.split("data: ").nth(1).unwrap_or_default();
                return Ok(data.lines().next().unwrap_or_default().to_owned());
            }
            let mut bytes = [0; 4096];
            match self.stream.read(&mut bytes)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.text.push_str(&String::from_utf8_lossy(&bytes[..count])),
            }
        }
    }

    /// A whole event of what came.
    fn take(&mut self) -> Option<String> {
        let begin = self.text.find("event: ")?;
        let end = begin + self.text[begin..].find("\n\n")?;
        let event = self.text[begin..end].to_owned();
        self.text.drain(..end);
        Some(event)
    }
}

/// A path with everything encoded that may mean something in an address.
fn encoded(path: &str) -> String {
    let mut text = String::from("/");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Waits until it is so; `what` says what was waited for.
fn wait(what: &dyn Fn() -> String, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < LIMIT, "{}", what());
        thread::sleep(Duration::from_millis(10));
    }
}

/// A project and `kb serve` on it.
struct Site<'a> {
    sandbox: &'a Sandbox,
    kb: Kb,
    address: SocketAddr,
    /// Where clean builds go.
    clean: Sandbox,
    /// Files that were there once.
    known: RefCell<BTreeSet<String>>,
}

impl<'a> Site<'a> {
    /// Runs `kb serve` on any port.
    fn serve(sandbox: &'a Sandbox, args: &[&str]) -> Self {
        let mut all = vec!["serve"];
        if !args.contains(&"--port") {
            all.extend(["--port", "0"]);
        }
        all.extend(args);
        let kb = Kb::start(sandbox, &all);
        let since = Instant::now();
        while !kb.said().contains("Ctrl-C ends") {
            assert!(since.elapsed() < LIMIT, "it does not begin\n{}", kb.said());
            thread::sleep(Duration::from_millis(5));
        }
        let said = kb.said();
        let port = said.split("http://localhost:").nth(1).expect("an address");
        let port = port.split('/').next().expect("a port").parse().expect("a number");
        Self {
            sandbox,
            kb,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            clean: Sandbox::new(),
            known: RefCell::default(),
        }
    }

    fn watch(sandbox: &'a Sandbox) -> Self {
        Self::serve(sandbox, &["--watch"])
    }

    fn get(&self, path: &str) -> Answer {
        self.get_as(path, "*/*")
    }

    fn get_as(&self, path: &str, accept: &str) -> Answer {
        get(self.address, path, accept).unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.kb.said()))
    }

    /// Waits until a page has a text.
    fn shows(&self, path: &str, text: &str) {
        let what = || {
            let answer = self.get(path);
            format!(
                "`{text}` is not in {path}: {}\n{}\n{}",
                answer.headers,
                answer.text(),
                self.kb.said()
            )
        };
        wait(&what, || {
            let answer = self.get(path);
            answer.status == 200 && answer.text().contains(text)
        });
    }

    /// Waits until a page no longer has a text.
    fn hides(&self, path: &str, text: &str) {
        let what = || format!("`{text}` is in {path}\n{}", self.kb.said());
        wait(&what, || {
            let answer = self.get(path);
            answer.status == 200 && !answer.text().contains(text)
        });
    }

    /// Waits until there is no such page.
    fn lacks(&self, path: &str) {
        let what = || format!("{path} is still there\n{}", self.kb.said());
        wait(&what, || self.get(path).status == 404);
    }

    /// Waits until the terminal says this.
    fn says(&self, text: &str) {
        let what = || format!("not said: {text}\n{}", self.kb.said());
        wait(&what, || self.kb.said().contains(text));
    }

    /// How many problems there are, as browsers are told.
    fn problems(&self) -> usize {
        let answer: serde_json::Value = serde_json::from_slice(&self.get("/_kb/problems").body).expect("JSON");
        let total = answer["total"].as_u64().expect("a number");
        usize::try_from(total).expect("a small number")
    }

    /// The articles that a search finds.
    fn found(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/search?q={query}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let hits = answer["hits"].as_array().expect("hits");
        let sources = hits
            .iter()
            .map(|hit| hit["source"].as_str().expect("a path").to_owned());
        sources.collect()
    }

    /// What a build with these flags writes now.
    fn clean_build(&self, flags: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let output = self.clean.path("clean");
        let _ = fs::remove_dir_all(&output);
        let mut args = vec!["build", "--quiet", "-o", output.to_str().expect("UTF-8")];
        args.extend(flags);
        let run = self.sandbox.kb(&args);
        assert!(run.code == 0 || run.code == 1, "{}", run.stderr);
        let mut files = snapshot(&output);
        files.remove(".kb-output").expect("kb's own mark");
        files
    }

    /// What is served in another way than a build would write it.
    fn differences(&self, files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
        let mut differences = Vec::new();
        for (path, bytes) in files {
            let answer = self.get(&encoded(path));
            if answer.status != 200 || answer.body != *bytes {
                differences.push(format!("{path} ({})", answer.status));
            }
        }
        let mut known = self.known.borrow_mut();
        known.extend(files.keys().cloned());
        let gone = known.iter().filter(|path| !files.contains_key(*path));
        differences.extend(
            gone.filter(|path| self.get(&encoded(path)).status != 404)
                .map(|path| format!("{path} (still there)")),
        );
        differences
    }

    /// Waits until everything is served as a clean build with these flags writes it, and nothing that was there before.
    fn equals_build(&self, flags: &[&str]) {
        let files = self.clean_build(flags);
        assert!(files.len() > 20, "a whole site: {:?}", files.keys());
        let since = Instant::now();
        loop {
            let differences = self.differences(&files);
            if differences.is_empty() {
                return;
            }
            assert!(
                since.elapsed() < LIMIT,
                "not as a clean build: {differences:?}\n{}",
                self.kb.said()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// The same, and so it stays while nothing changes: nothing that was seen late makes it another site.
    fn settles(&self, flags: &[&str]) {
        self.equals_build(flags);
        thread::sleep(Duration::from_secs(3));
        assert_eq!(self.differences(&self.clean_build(flags)), Vec::<String>::new());
    }

    /// Ends it with Ctrl-C, which must be quick and fine.
    fn end(mut self) -> String {
        let ended = self.kb.end("INT");
        assert_eq!(ended.code, 0, "{}", ended.said);
        assert!(ended.took < END, "it took {:?} to end", ended.took);
        assert!(!ended.said.contains("panicked"), "{}", ended.said);
        ended.said
    }
}

/// Two categories with an article each, a draft, an article to come, and a picture.
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
    sandbox.write("content/billing/card.svg", picture(1));
    sandbox
}

fn picture(width: usize) -> String {
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
fn templates_settings_ignored_files_and_pictures_are_followed() {
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

    sandbox.write("content/billing/card.svg", picture(7));
    let what = || "the old picture".to_owned();
    wait(&what, || {
        let page = site.get(url).text();
        // Its name carries the hash of what it shows.
        let name = page
            .split("/billing/card.")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let name = name.unwrap_or_else(|| panic!("no picture in {page}"));
        site.get(&format!("/billing/card.{name}")).body == picture(7).into_bytes()
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
    let (elsewhere, sandbox) = (help_centre(), Sandbox::new());
    sandbox.write("kb.toml", "title = \"Help\"\n[build]\ngit_dates = false\n");
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
    let another = Sandbox::new();
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
    site.says("mended 1 problem; 1 error");
    sandbox.write("content/billing/new.md", "# New\n\nSee [this](refund.md).\n");
    site.says("nothing is wrong any more");
    assert_eq!(site.problems(), 0);
    assert_eq!(times("error["), 2, "{}", site.kb.said());
    site.settles(&ALL);
    let said = site.end();
    assert_eq!(said.matches("mended").count(), 2, "{said}");
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
    assert!(
        said.contains(&format!("port {port} is taken, so this is port")),
        "{said}"
    );
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
        assert!(ended.took < END, "it took {:?} to end after {signal}", ended.took);
        drop(idle);
    }
}

/// An article of the soak.
#[derive(Clone)]
struct Article {
    /// Its path below `content/`, without the ending.
    path: String,
    /// A word that only its newest text has.
    word: String,
    broken: bool,
}

/// A writer who saves at random, and looks at the page after each save.
struct Soak<'a> {
    site: Site<'a>,
    random: Random,
    articles: Vec<Article>,
    gone: Vec<String>,
    serial: usize,
    searched: Instant,
    searches: usize,
    /// The pages that browsers have open.
    browsers: VecDeque<Events>,
}

impl Soak<'_> {
    const BROWSERS: usize = 4;
    const FOLDERS: usize = 9;
    const ARTICLES: usize = 150;

    fn word(&mut self) -> String {
        self.serial += 1;
        let letter = |place: u32| char::from(b'a' + (self.serial / 26_usize.pow(place) % 26) as u8);
        format!("zq{}{}{}{}x", letter(3), letter(2), letter(1), letter(0))
    }

    fn text(&mut self, article: &Article) -> String {
        let mut text = String::new();
        if article.broken {
            text.push_str("---\ntitle: [broken\n---\n\n");
        }
        let _ = write!(text, "# About {}\n\nNow {} is here.\n", article.path, article.word);
        for part in 0..self.random.below(6) {
            let _ = write!(text, "\n## Part {part}\n\n");
            for _ in 0..self.random.below(60) {
                let words = [
                    "money", "refund", "card", "invoice", "password", "reset", "menu", "settings",
                ];
                let _ = write!(text, "{} ", self.random.pick(&words));
            }
            text.push('\n');
        }
        text
    }

    fn save(&mut self, article: &Article) {
        let text = self.text(article);
        let path = format!("content/{}.md", article.path);
        match self.random.below(3) {
            1 => replace(self.site.sandbox, &path, &text),
            2 if self.site.sandbox.path(&path).exists() => save_as_vim(self.site.sandbox, &path, &text),
            _ => self.site.sandbox.write(&path, text),
        }
    }

    fn seen(&mut self, article: &Article) {
        let url = format!("/{}/", article.path);
        self.site.shows(&url, &article.word);
        if !article.broken && self.searched.elapsed() > Duration::from_millis(900) {
            self.searched = Instant::now();
            self.searches += 1;
            let found = self.site.found(&article.word);
            assert_eq!(found, [format!("{}.md", article.path)], "search finds {}", article.word);
        }
    }

    fn add(&mut self) {
        let (word, folder) = (self.word(), self.random.below(Self::FOLDERS));
        let path = format!("topic-{folder}/article-{}", self.serial);
        let article = Article {
            path,
            word,
            broken: false,
        };
        self.save(&article);
        self.articles.push(article);
    }

    /// Saves something and waits until it is shown.
    fn step(&mut self) {
        let at = self.random.below(self.articles.len());
        match self.random.below(20) {
            0 | 1 if self.articles.len() < Self::ARTICLES + 20 => {
                self.add();
                self.seen(&self.articles[self.articles.len() - 1].clone());
            }
            2 | 3 if self.articles.len() > Self::ARTICLES - 20 => {
                let article = self.articles.swap_remove(at);
                let path = format!("content/{}.md", article.path);
                fs::remove_file(self.site.sandbox.path(&path)).expect("removed");
                self.site.lacks(&format!("/{}/", article.path));
                self.gone.push(article.path);
            }
            4 => {
                let mut article = self.articles.swap_remove(at);
                let old = article.path.clone();
                self.serial += 1;
                article.path = format!("topic-{}/renamed-{}", self.random.below(Self::FOLDERS), self.serial);
                let path = |name: &str| self.site.sandbox.path(&format!("content/{name}.md"));
                fs::create_dir_all(path(&article.path).parent().expect("a folder")).expect("a folder");
                fs::rename(path(&old), path(&article.path)).expect("renamed");
                self.site.lacks(&format!("/{old}/"));
                self.seen(&article);
                self.articles.push(article);
                self.gone.push(old);
            }
            5 => {
                let word = self.word();
                let folder = self.random.below(Self::FOLDERS);
                let index = format!("content/topic-{folder}/_index.md");
                self.site
                    .sandbox
                    .write(&index, format!("---\ntitle: Topic {word}\n---\n"));
                self.site.shows("/", &word);
            }
            6 => {
                let word = self.word();
                let settings = format!("title = \"Help {word}\"\n[build]\ngit_dates = false\n");
                self.site.sandbox.write("kb.toml", settings);
                self.site.shows("/", &word);
            }
            7 => {
                let word = self.word();
                let text = format!("{{% extends \"base.html\" %}}{{% block main %}}{word}{{% endblock main %}}");
                self.site.sandbox.write("templates/404.html", text);
                self.site.shows("/404.html", &word);
            }
            _ => {
                let word = self.word();
                let broken = self.random.below(4) == 0;
                self.articles[at] = Article {
                    word,
                    broken,
                    ..self.articles[at].clone()
                };
                let article = self.articles[at].clone();
                self.save(&article);
                self.seen(&article);
            }
        }
        let other = self.articles[self.random.below(self.articles.len())].clone();
        let url = format!("/{}/", other.path);
        let page = self.site.get_as(&url, BROWSER);
        if self.random.below(5) == 0 {
            let mut events = Events::of(self.site.address, &url);
            events.next("hello").expect("an event");
            self.browsers.push_back(events);
            if self.browsers.len() > Self::BROWSERS {
                self.browsers.pop_front();
            }
        }
        assert!(page.text().contains(&other.word), "{} is as it was saved", other.path);
        if !self.gone.is_empty() {
            let gone = &self.gone[self.random.below(self.gone.len())];
            assert_eq!(self.site.get(&format!("/{gone}/")).status, 404, "{gone}");
        }
    }
}

/// Memory of a process that is in use, in KB; `None` where the system does not say.
fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

fn median(part: &[u64]) -> u64 {
    let mut sorted = part.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[test]
fn random_saving_leaks_nothing_and_misses_nothing() {
    /// What the memory of a quarter may differ by for no reason, in KB.
    const ROOM: u64 = 30_000;
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.map_or(default, |text| text.parse().expect("a number"))
    };
    let length = Duration::from_secs(number("KB_SOAK_SECONDS", 15));
    let sandbox = Sandbox::project(&[]);
    for folder in 0..Soak::FOLDERS {
        let index = format!("content/topic-{folder}/_index.md");
        sandbox.write(&index, format!("---\ntitle: Topic {folder}\n---\n"));
    }
    let mut soak = Soak {
        site: Site::watch(&sandbox),
        random: Random(number("KB_SOAK_SEED", 20_261_122)),
        articles: Vec::new(),
        gone: Vec::new(),
        serial: 0,
        searched: Instant::now(),
        searches: 0,
        browsers: VecDeque::new(),
    };
    for _ in 0..Soak::ARTICLES {
        soak.add();
    }
    for article in soak.articles.clone() {
        soak.site.shows(&format!("/{}/", article.path), &article.word);
    }
    let pid = soak.site.kb.child.id();
    let (since, mut steps, mut minute, mut memory) = (Instant::now(), 0, 0, Vec::new());
    while since.elapsed() < length {
        soak.step();
        steps += 1;
        memory.extend(resident(pid));
        if since.elapsed().as_secs() / 60 >= minute {
            eprintln!(
                "minute {minute}: {} KB after {steps} saves",
                memory.last().unwrap_or(&0)
            );
            minute += 1;
        }
    }
    eprintln!(
        "{steps} saves, {} searches, {} articles",
        soak.searches,
        soak.articles.len()
    );
    soak.site.settles(&ALL);
    let broken = soak.articles.iter().filter(|article| article.broken).count();
    assert_eq!(soak.site.problems() > 0, broken > 0, "{broken} articles are broken");
    soak.site.end();
    let quarter = memory.len() / 4;
    if quarter > 0 {
        let (second, last) = (median(&memory[quarter..2 * quarter]), median(&memory[3 * quarter..]));
        eprintln!("median of the second quarter {second} KB, of the last {last} KB");
        assert!(
            last <= second + second / 4 + ROOM,
            "memory grows: {second} KB, then {last} KB"
        );
    }
}
