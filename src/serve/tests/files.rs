//! Files as a static host serves them.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use kb_output::Body;
use kb_source::{BoundFile, Bounds};

use flate2::read::GzDecoder;

use super::site::{Running, Site, options};
use crate::serve::bind;

#[test]
fn folders_show_their_index() {
    let server = Running::new(Site::new("/"));
    let home = server.get("/", "");
    assert_eq!((home.status, home.text()), (200, "<body>home</body>"));
    assert_eq!(home.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(home.header("x-content-type-options"), "nosniff");
    assert_eq!(home.header("cache-control"), "no-cache");
    assert!(
        home.header("content-security-policy")
            .contains("script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'")
    );
    assert_eq!(server.get("/index.html", "").status, 200);
    assert_eq!(server.get("/%C3%A4%20b/", "").text(), "<body>odd name</body>");
    assert_eq!(
        server.get("/a/index.md", "").header("content-type"),
        "text/markdown; charset=utf-8"
    );
}

#[test]
fn a_missing_slash_is_added() {
    let server = Running::new(Site::new("/"));
    let moved = server.get("/a?x=1&y", "");
    assert_eq!((moved.status, moved.header("location").as_str()), (301, "/a/?x=1&y"));
    assert_eq!(server.get("/%C3%A4%20b", "").header("location"), "/%C3%A4%20b/");
    assert_eq!(server.get("/nothing", "").status, 404);
    assert_eq!(server.get("//a", "").status, 404, "no way to another host");
}

#[test]
fn the_nearest_page_says_that_nothing_is_there() {
    let server = Running::new(Site::new("/"));
    for (path, text) in [("/x/y", "not here"), ("/de/x/", "nicht hier"), ("/fr/x", "not here")] {
        let answer = server.get(path, "");
        assert_eq!(answer.status, 404);
        assert_eq!(answer.text(), format!("<body>{text}</body>"));
        let again = server.get(path, &format!("If-None-Match: {}\r\n", answer.header("etag")));
        assert_eq!(again.status, 404);
    }
    server.change(|site| site.files.retain(|path, _| !path.ends_with("404.html")));
    let bare = server.get("/x", "");
    assert_eq!((bare.status, bare.text()), (404, "There is no such page.\n"));
}

#[test]
fn the_base_path_is_honoured() {
    let server = Running::new(Site::new("/help/"));
    assert_eq!(server.get("/help/", "").text(), "<body>home</body>");
    let root = server.get("/", "");
    assert_eq!((root.status, root.header("location").as_str()), (302, "/help/"));
    assert_eq!(server.get("/help", "").header("location"), "/help/");
    assert_eq!(server.get("/help/a", "").header("location"), "/help/a/");
    let outside = server.get("/a/", "");
    assert_eq!(
        (outside.status, outside.text()),
        (404, "There is nothing here: the site begins at /help/\n")
    );
    assert_eq!(server.get("/help/x", "").text(), "<body>not here</body>");
}

#[test]
fn no_path_leads_out_of_the_site() {
    let server = Running::new(Site::new("/"));
    for path in [
        "/../etc/passwd",
        "/a/../index.html",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%2e%2e%2fetc/passwd",
        "/..%5cindex.html",
        "/a\\..\\index.html",
        "/a/index.html%00.png",
        "/./index.html",
        "/a//index.html",
        "//etc/passwd",
        "/%2Fetc/passwd",
        "/%ff",
    ] {
        assert_eq!(server.get(path, "").status, 404, "{path}");
    }
}

#[test]
fn only_reading_is_answered() {
    let server = Running::new(Site::new("/"));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = server.request(method, "/", "Content-Length: 0\r\n");
        assert_eq!(
            (answer.status, answer.header("allow").as_str()),
            (405, "GET, HEAD"),
            "{method}"
        );
    }
    let head = server.request("HEAD", "/a/", "");
    let get = server.get("/a/", "");
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    for name in ["content-length", "content-type", "etag"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
        assert_ne!(head.header(name), "", "{name}");
    }
    assert_eq!(server.request("HEAD", "/x", "").status, 404);
}

#[test]
fn what_is_known_is_not_sent_again() {
    let server = Running::new(Site::new("/"));
    let tag = server.get("/a/", "").header("etag");
    assert!(tag.starts_with('"') && tag.len() == 18, "{tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let again = server.get("/a/", &format!("If-None-Match: {known}\r\n"));
        assert_eq!(again.status, 304, "{known}");
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
    }
    server.change(|site| {
        site.put("a/index.html", "<body>new</body>");
    });
    let changed = server.get("/a/", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((changed.status, changed.text()), (200, "<body>new</body>"));
    assert_ne!(changed.header("etag"), tag);
}

#[test]
fn ranges_are_sent_alone() {
    let server = Running::new(Site::new("/"));
    let path = "/search/pack/en/boot.bin";
    let whole = server.get(path, "");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let part = server.get(path, "Range: bytes=3-6\r\nAccept-Encoding: gzip\r\n");
    assert_eq!((part.status, part.text()), (206, "3456"));
    assert_eq!(part.header("content-range"), "bytes 3-6/200");
    assert_eq!(part.header("content-length"), "4");
    assert_eq!(server.get(path, "Range: bytes=-2\r\n").text(), "89");
    let beyond = server.get(path, "Range: bytes=200-\r\n");
    assert_eq!(
        (beyond.status, beyond.header("content-range").as_str()),
        (416, "bytes */200")
    );
    let tag = whole.header("etag");
    assert_eq!(
        server
            .get(path, &format!("Range: bytes=0-1\r\nIf-Range: {tag}\r\n"))
            .status,
        206
    );
    for other in ["\"old\"", &format!("W/{tag}")] {
        let answer = server.get(path, &format!("Range: bytes=0-1\r\nIf-Range: {other}\r\n"));
        assert_eq!((answer.status, answer.body.len()), (200, 200), "{other}");
    }
}

#[test]
fn texts_are_compressed_where_that_is_wanted() {
    let server = Running::new(Site::new("/"));
    let plain = server.get("/assets/one/css/kb.css", "");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "Accept-Encoding");
    let packed = server.get("/assets/one/css/kb.css", "Accept-Encoding: br, gzip\r\n");
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("vary"), "Accept-Encoding");
    assert_eq!(packed.header("etag"), format!("W/{}", plain.header("etag")));
    assert!(packed.body.len() < plain.body.len());
    let mut text = Vec::new();
    GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut text)
        .expect("gzip");
    assert_eq!(text, plain.body);
    let binary = server.get("/search/pack/en/boot.bin", "Accept-Encoding: gzip\r\n");
    assert_eq!(
        (binary.header("content-encoding"), binary.header("vary")),
        (String::new(), String::new())
    );
    assert_eq!(binary.body.len(), 200);
}

#[test]
fn files_on_disk_are_sent_as_they_are_now() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(|n| (n % 251).to_le_bytes()).collect();
    let mut site = Site::new("/");
    for (name, bytes) in [("large.mp4", bytes.as_slice()), ("small.png", &bytes[..1000])] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let file = BoundFile::new(&path, &Bounds::NONE);
        site.files.insert(name.to_owned(), Body::on_disk(file));
    }
    let server = Running::new(site);
    let large = server.get("/large.mp4", "");
    assert!(large.status == 200 && large.body == bytes);
    assert_eq!(large.header("content-type"), "video/mp4");
    assert_eq!(server.get("/small.png", "").body, bytes[..1000]);
    let part = server.get("/large.mp4", "Range: bytes=8000000-8000009\r\n");
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[8_000_000..8_000_010]));
    let tag = large.header("etag");
    assert_eq!(
        server.get("/large.mp4", &format!("If-None-Match: {tag}\r\n")).status,
        304
    );
    // Other bytes of the same length and with the same time, as `cp -p` and `touch -r` leave them.
    let path = folder.path().join("large.mp4");
    let before = std::fs::metadata(&path)
        .and_then(|metadata| metadata.modified())
        .expect("a time");
    let mut others = bytes.clone();
    others[5] ^= 1;
    std::fs::write(&path, &others).expect("a file");
    let file = std::fs::File::options().write(true).open(&path).expect("it is there");
    file.set_modified(before).expect("a time");
    let same_looking = server.get("/large.mp4", &format!("If-None-Match: {tag}\r\n"));
    assert!(same_looking.status == 200 && same_looking.body == others);
    std::fs::write(&path, &bytes[..2_000_000]).expect("a file");
    let changed = server.get("/large.mp4", &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((changed.status, changed.body.len()), (200, 2_000_000));
    std::fs::remove_file(folder.path().join("large.mp4")).expect("it is there");
    assert_eq!(server.get("/large.mp4", "").status, 500);
}

#[test]
fn strangers_are_told_why() {
    let server = Running::new(Site::new("/"));
    let ask = |host: &str| server.raw(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    for host in [
        "localhost:4000",
        "127.0.0.1:4000",
        "[::1]:4000",
        "docs.localhost",
        "laptop.local:4000",
        "10.1.2.3",
    ] {
        assert_eq!(ask(host).status, 200, "{host}");
    }
    let refused = ask("evil.example:4000");
    assert_eq!(refused.status, 403);
    assert!(
        refused.text().contains("--allow-host evil.example"),
        "{}",
        refused.text()
    );
    assert_eq!(ask("").status, 403);
    let no_host = server.raw("GET / HTTP/1.0\r\n\r\n");
    assert_eq!(no_host.status, 403);
    let two = server.raw("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(two.status, 403);
    let own = server.raw("GET /_kb/problems HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert_eq!(own.status, 403);
}

#[test]
fn a_fault_of_the_site_is_one_bad_answer() {
    let server = Running::new(Site::new("/"));
    assert_eq!(server.get("/fault.html", "").status, 500);
    assert_eq!(server.get("/", "").status, 200);
}

#[test]
fn a_port_that_is_taken_is_replaced_by_the_next_free_one() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let mut options = options();
    options.port = Some(port);
    let bound = bind(options.clone()).expect("a port nearby");
    assert_eq!(bound.asked_for, Some(port));
    assert!(bound.addr.port() > port);
    assert_eq!(
        bound.url("/help/"),
        format!("http://localhost:{}/help/", bound.addr.port())
    );
    assert_eq!(bound.lan_urls("/"), Vec::<String>::new());
    drop(taken);
    drop(bound);
    let bound = bind(options).expect("it is free again");
    assert_eq!((bound.asked_for, bound.addr.port()), (None, port));
}

#[test]
fn many_requests_may_come_over_one_connection() {
    let server = Running::new(Site::new("/"));
    let mut connection = std::net::TcpStream::connect(server.addr).expect("the server listens");
    let once = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /a/index.md HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection
        .write_all(format!("{once}{once}{last}").as_bytes())
        .expect("requests");
    let mut text = String::new();
    connection.read_to_string(&mut text).expect("answers");
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 3);
    assert!(text.ends_with("# Article"));
}

#[test]
fn previews_send_no_signals() {
    let mut site = Site::new("/help/");
    site.put("assets/one/js/signals.js", "report()")
        .put("js/signals.js", "other");
    let server = Running::new(site);
    let script = server.get("/help/assets/one/js/signals.js", "");
    assert_eq!((script.status, script.text()), (200, ""));
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(server.get("/help/js/signals.js", "").text(), "other");
    server.change(|site| {
        site.assets = "assets/two".to_owned();
        site.files.remove("assets/one/js/signals.js");
        site.put("assets/two/js/signals.js", "report()");
    });
    for folder in ["two", "one"] {
        let script = server.get(&format!("/help/assets/{folder}/js/signals.js"), "");
        assert_eq!((script.status, script.text()), (200, ""), "{folder}");
    }
    server.change(|site| site.files.retain(|path, _| !path.ends_with("signals.js")));
    assert_eq!(server.get("/help/assets/two/js/signals.js", "").status, 404);
}
