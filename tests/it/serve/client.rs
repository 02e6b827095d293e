//! `kb serve` as a child process, with the requests of browsers and programs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::support::{Sandbox, snapshot};

/// How long a change may take until it is served. It takes milliseconds; the rest is for busy machines.
pub(super) const LIMIT: Duration = Duration::from_mins(2);

/// What browsers send when somebody opens a page.
pub(super) const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// The flags with which a build publishes what `--watch` shows.
pub(super) const ALL: [&str; 2] = ["--drafts", "--future"];

/// A running `kb`.
pub(super) struct Kb {
    pub(super) child: Child,
    pub(super) said: Arc<Mutex<String>>,
    pub(super) listener: Option<JoinHandle<()>>,
}

/// How a run of `kb serve` ended.
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) said: String,
}

impl Kb {
    pub(super) fn start(sandbox: &Sandbox, args: &[&str]) -> Self {
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
    pub(super) fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// Sends a signal such as `INT` and waits for the end.
    pub(super) fn end(&mut self, signal: &str) -> Ended {
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "no process to end");
        let code = self.exit_code(LIMIT);
        Ended {
            code,
            said: self.all_said(),
        }
    }

    pub(super) fn exit_code(&mut self, limit: Duration) -> i32 {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            assert!(since.elapsed() < limit, "it does not end\n{}", self.said());
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn all_said(&mut self) -> String {
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
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Asks for a path that is percent-encoded.
pub(super) fn get(address: SocketAddr, path: &str, accept: &str) -> io::Result<Answer> {
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
pub(super) struct Events {
    pub(super) stream: TcpStream,
    /// What came and was not looked at yet.
    pub(super) text: String,
}

impl Events {
    pub(super) fn of(address: SocketAddr, page: &str) -> Self {
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "GET /_kb/events?path={page}&page=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        )
        .expect("asked");
        let text = String::new();
        Self { stream, text }
    }

    /// The data of the next event, which must have this name. Versions that change nothing of the page are passed over,
    /// unless it is they that are waited for.
    pub(super) fn next(&mut self, name: &str) -> io::Result<String> {
        self.next_within(name, LIMIT)
    }

    pub(super) fn next_within(&mut self, name: &str, limit: Duration) -> io::Result<String> {
        self.stream.set_read_timeout(Some(limit))?;
        loop {
            if let Some(event) = self.take() {
                let named = format!("event: {name}\n");
                if name != "version" && event.contains("event: version\n") {
                    continue;
                }
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
    pub(super) fn take(&mut self) -> Option<String> {
        let begin = self.text.find("event: ")?;
        let end = begin + self.text[begin..].find("\n\n")?;
        let event = self.text[begin..end].to_owned();
        self.text.drain(..end);
        Some(event)
    }
}

/// A path with everything encoded that may mean something in an address.
pub(super) fn encoded(path: &str) -> String {
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
pub(super) fn wait(what: &dyn Fn() -> String, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < LIMIT, "{}", what());
        thread::sleep(Duration::from_millis(10));
    }
}

/// A project and `kb serve` on it.
pub(super) struct Site<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) kb: Kb,
    pub(super) address: SocketAddr,
    /// Where clean builds go.
    pub(super) clean: Sandbox,
    /// Files that were there once.
    pub(super) known: RefCell<BTreeSet<String>>,
}

impl<'a> Site<'a> {
    /// Runs `kb serve` on any port.
    pub(super) fn serve(sandbox: &'a Sandbox, args: &[&str]) -> Self {
        let mut all = vec!["serve"];
        if !args.contains(&"--port") {
            all.extend(["--port", "0"]);
        }
        all.extend(args);
        let kb = Kb::start(sandbox, &all);
        let since = Instant::now();
        while !kb.said().contains("Ctrl-C to stop") {
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

    pub(super) fn watch(sandbox: &'a Sandbox) -> Self {
        Self::serve(sandbox, &["--watch"])
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.get_as(path, "*/*")
    }

    pub(super) fn get_as(&self, path: &str, accept: &str) -> Answer {
        get(self.address, path, accept).unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.kb.said()))
    }

    /// Waits until a page has a text.
    pub(super) fn shows(&self, path: &str, text: &str) {
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
    pub(super) fn hides(&self, path: &str, text: &str) {
        let what = || format!("`{text}` is in {path}\n{}", self.kb.said());
        wait(&what, || {
            let answer = self.get(path);
            answer.status == 200 && !answer.text().contains(text)
        });
    }

    /// Waits until there is no such page.
    pub(super) fn lacks(&self, path: &str) {
        let what = || format!("{path} is still there\n{}", self.kb.said());
        wait(&what, || self.get(path).status == 404);
    }

    /// Waits until the terminal says this.
    pub(super) fn says(&self, text: &str) {
        let what = || format!("not said: {text}\n{}", self.kb.said());
        wait(&what, || self.kb.said().contains(text));
    }

    /// How many problems there are, as browsers are told.
    pub(super) fn problems(&self) -> usize {
        let answer: serde_json::Value = serde_json::from_slice(&self.get("/_kb/problems").body).expect("JSON");
        let total = answer["total"].as_u64().expect("a number");
        usize::try_from(total).expect("a small number")
    }

    /// The articles that a search finds.
    pub(super) fn found(&self, query: &str) -> Vec<String> {
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
    pub(super) fn clean_build(&self, flags: &[&str]) -> BTreeMap<String, Vec<u8>> {
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
    pub(super) fn differences(&self, files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
        let mut differences = Vec::new();
        for (path, bytes) in files {
            let answer = self.get(&encoded(path));
            if answer.status != 200 || answer.body != *bytes {
                differences.push(format!("{path} ({})", answer.status));
            }
        }
        let mut known = self.known.borrow_mut();
        known.extend(files.keys().cloned());
        // Pages that are open may still load the theme's files by their former names.
        let gone = known
            .iter()
            .filter(|path| !files.contains_key(*path) && !path.starts_with("assets/"));
        differences.extend(
            gone.filter(|path| self.get(&encoded(path)).status != 404)
                .map(|path| format!("{path} (still there)")),
        );
        differences
    }

    /// Waits until everything is served as a clean build with these flags writes it, and nothing that was there before.
    pub(super) fn equals_build(&self, flags: &[&str]) {
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
    pub(super) fn settles(&self, flags: &[&str]) {
        self.equals_build(flags);
        thread::sleep(Duration::from_secs(3));
        assert_eq!(self.differences(&self.clean_build(flags)), Vec::<String>::new());
    }

    /// Ends it with Ctrl-C.
    pub(super) fn end(mut self) -> String {
        let ended = self.kb.end("INT");
        assert_eq!(ended.code, 0, "{}", ended.said);
        assert!(!ended.said.contains("panicked"), "{}", ended.said);
        ended.said
    }
}
