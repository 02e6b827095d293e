//! A client that hides nothing: what is written is sent, what is sent is seen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take before a test fails.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

pub(super) struct Answer {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// All values of a header, with commas between them; empty if there is none.
    pub(super) fn header(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(super) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// Sends a request, which must ask for the connection to be closed.
pub(super) fn ask(addr: SocketAddr, request: &str) -> Answer {
    let is_head = request.starts_with("HEAD");
    let mut connection = connect(addr, request);
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).expect("an answer");
    let end = find(&bytes, b"\r\n\r\n").expect("headers end");
    let (status, headers) = head(std::str::from_utf8(&bytes[..end]).expect("UTF-8"));
    let body = &bytes[end + 4..];
    let mut answer = Answer {
        status,
        headers,
        body: body.to_vec(),
    };
    if answer.header("transfer-encoding") == "chunked" && !is_head {
        answer.body = unchunked(body);
    }
    answer
}

pub(super) fn connect(addr: SocketAddr, request: &str) -> TcpStream {
    let mut connection = TcpStream::connect(addr).expect("the server listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a time limit");
    connection.write_all(request.as_bytes()).expect("a request");
    connection
}

fn head(text: &str) -> (u16, Vec<(String, String)>) {
    let mut lines = text.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    (status.parse().expect("a number"), headers)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = find(bytes, b"\r\n").expect("a length");
        let length = std::str::from_utf8(&bytes[..end]).expect("ASCII");
        let length = usize::from_str_radix(length, 16).expect("a number");
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
}

/// An open stream of events.
pub(super) struct Stream(BufReader<TcpStream>);

impl Stream {
    pub(super) fn open(addr: SocketAddr, path: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
        let mut stream = Self(BufReader::new(connect(addr, &request)));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.0.read_line(&mut head).expect("headers"), 0);
        }
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
        assert!(!head.contains("content-encoding"), "{head}");
        stream
    }

    /// The name and the data of the next event.
    pub(super) fn next(&mut self) -> (String, Value) {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                self.0.read_line(&mut line).expect("an event in time"),
                0,
                "the stream ended"
            );
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                return (name, serde_json::from_str(data).expect("JSON"));
            }
        }
    }
}
