//! A preview server as a process: starts it, sends requests, measures and stops it.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde_json::Value;

use crate::Failure;

/// Ticks of Linux's clock a second, as programs see it (`USER_HZ`), on every architecture.
const TICKS: f64 = 100.0;

/// The kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Tool {
    Kb,
    Hugo,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kb => "kb",
            Self::Hugo => "hugo",
        })
    }
}

/// The program itself, which the Python package only starts.
pub(super) fn hugo(work: &Path) -> Option<PathBuf> {
    let mut pythons = fs::read_dir(work.join("venv/lib")).ok()?;
    pythons.find_map(|python| {
        let program = python.ok()?.path().join("site-packages/hugo/binaries/hugo");
        program.is_file().then_some(program)
    })
}

/// A server that runs until it is dropped.
pub(super) struct Server {
    pub(super) tool: Tool,
    /// How long it took from the start to the first page.
    pub(super) first: Duration,
    child: Child,
    port: u16,
}

impl Server {
    /// Starts a server of the folder and waits for a page. Its messages go to a file beside the folder.
    pub(super) fn start(
        tool: Tool,
        program: &Path,
        folder: &Path,
        page: &str,
        limit: Duration,
    ) -> Result<Self, Failure> {
        let fail = |error: io::Error| Failure::new(format!("cannot start {tool}: {error}"));
        // A port that is free now.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(fail)?;
        let port = listener.local_addr().map_err(fail)?.port();
        drop(listener);
        let log = folder.with_extension("log");
        let mut command = Command::new(program);
        match tool {
            Tool::Kb => command.arg("serve").arg(folder).arg("--watch"),
            Tool::Hugo => command.args(["server", "--bind", "127.0.0.1"]).current_dir(folder),
        };
        command
            .args(["--port", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).map_err(fail)?);
        let since = Instant::now();
        let child = command.spawn().map_err(fail)?;
        let mut server = Self {
            tool,
            first: limit,
            child,
            port,
        };
        while since.elapsed() < limit {
            if server.get(page).is_some() {
                server.first = since.elapsed();
                return Ok(server);
            }
            if server.child.try_wait().map_err(fail)?.is_some() {
                break;
            }
            sleep(Duration::from_millis(2));
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        let last: Vec<&str> = said.lines().rev().take(5).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Err(Failure::new(format!(
            "{tool} shows no page {page}:\n{}",
            last.join("\n")
        )))
    }

    /// The response at the path; `None` if it is not found.
    pub(super) fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.ask(path).ok().flatten()
    }

    /// Whether the page contains the word.
    pub(super) fn shows(&self, page: &str, word: &str) -> bool {
        let text = self.get(page).unwrap_or_default();
        text.windows(word.len()).any(|part| part == word.as_bytes())
    }

    /// Whether kb's search finds the page by the word.
    pub(super) fn finds(&self, page: &str, word: &str) -> bool {
        let answer = self.get(&format!("/api/search?q={word}"));
        answer.is_some_and(|answer| is_hit(&answer, page))
    }

    /// One request, one connection. Of version 1.0, so that the body comes in one piece.
    fn ask(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\nAccept: */*\r\n\r\n",
            self.port
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(body(&answer).map(<[u8]>::to_vec))
    }

    /// Processor time that it has used, in seconds; `None` except on Linux.
    pub(super) fn processor_time(&self) -> Option<f64> {
        processor_time(&fs::read_to_string(self.proc("stat")).ok()?)
    }

    /// A line of the process's memory such as `VmRSS`, in MB.
    pub(super) fn memory(&self, line: &str) -> Option<f64> {
        memory(&fs::read_to_string(self.proc("status")).ok()?, line)
    }

    fn proc(&self, file: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{file}", self.child.id()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The body of a good answer.
fn body(answer: &[u8]) -> Option<&[u8]> {
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n")?;
    let is_good = answer.get(..end)?.split(|byte| *byte == b' ').nth(1)? == b"200";
    is_good.then(|| &answer[end + 4..])
}

/// Whether the page is among the hits of an answer of kb's search.
fn is_hit(answer: &[u8], page: &str) -> bool {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let hits = answer["hits"].as_array();
    hits.is_some_and(|hits| hits.iter().any(|hit| hit["url"] == page))
}

/// Fields 14 and 15 of `/proc/PID/stat`, counted after the name, which may contain anything.
fn processor_time(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS)
}

fn memory(status: &str, line: &str) -> Option<f64> {
    let rest = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(':'))?;
    let kilobytes: f64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_good_answers_are_taken() {
        assert_eq!(body(b"HTTP/1.0 200 OK\r\nA: b\r\n\r\nhello"), Some(&b"hello"[..]));
        assert_eq!(body(b"HTTP/1.0 404 Not Found\r\n\r\nhello"), None);
        assert_eq!(body(b"HTTP/1.0 200 OK\r\nA"), None);
    }

    #[test]
    fn hits_are_told_by_their_page() {
        let answer = br#"{"query":"/a/b/","hits":[{"url":"/a/c/"},{"url":"/a/b/"}],"total":2}"#;
        assert!(is_hit(answer, "/a/b/"));
        assert!(!is_hit(answer, "/a/"));
        assert!(!is_hit(br#"{"query":"/a/b/","hits":[]}"#, "/a/b/"));
        assert!(!is_hit(b"429", "/a/b/"));
    }

    #[test]
    fn the_system_files_are_read() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 5 6 20 0 8 0 1 2 3";
        assert_eq!(processor_time(stat), Some(3.0));
        let status = "Name:\tkb\nVmHWM:\t    2000 kB\nVmRSS:\t    1000 kB\n";
        assert_eq!(memory(status, "VmRSS"), Some(1.024));
        assert_eq!(memory(status, "VmSwap"), None);
    }
}
