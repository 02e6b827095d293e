//! Clients that keep a connection without asking.

use std::io::{ErrorKind, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use super::client::connect;
use super::site::{Running, Site, options};
use crate::serve::ServerOptions;

fn impatient() -> Running {
    Running::with(
        Site::new("/"),
        ServerOptions {
            patience: Duration::from_millis(100),
            ..options()
        },
    )
}

/// Everything that is sent until the server closes the connection.
fn until_closed(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match connection.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}"),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn half_a_request_is_not_waited_for() {
    let server = impatient();
    for (begun, status) in [
        ("", ""),
        ("GET / HTTP/1.1\r\nHost: loc", ""),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n", ""),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 405 ",
        ),
        (
            "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf",
            "HTTP/1.1 200 ",
        ),
        (
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
            "HTTP/1.1 405 ",
        ),
    ] {
        let answer = until_closed(&mut connect(server.addr, begun));
        assert!(answer.starts_with(status), "{begun:?}: {answer}");
    }
    assert_eq!(server.get("/", "").status, 200);
}

#[test]
fn a_connection_without_requests_is_closed() {
    let server = impatient();
    let mut connection = connect(server.addr, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = until_closed(&mut connection);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // It was kept open for another request until then.
    assert!(!answer.to_lowercase().contains("connection: close"), "{answer}");
}

#[test]
fn streams_of_events_are_kept() {
    let server = impatient();
    let mut stream = server.follow("/_kb/events?path=%2F");
    assert_eq!(stream.next().0, "hello");
    // When this is closed, the stream is older than a client may be silent.
    until_closed(&mut connect(server.addr, ""));
    server.change(|_| {});
    assert_eq!(stream.next(), ("version".to_owned(), 2.into()));
}
