//! Pages that listen to changes.

use super::site::{Running, Site, options};
use crate::serve::file;

/// What Chromium sends when it opens a page.
const BROWSER: &str = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r\n";

#[test]
fn only_browsers_that_open_a_page_get_the_script() {
    let server = Running::new(Site::new("/help/"));
    let clean = server.get("/help/", "Accept: */*\r\n");
    assert_eq!(clean.text(), "<body>home</body>");
    assert_eq!(server.get("/help/", "").text(), clean.text());
    let opened = server.get("/help/", BROWSER);
    let hash = file::hash(b"<body>home</body>");
    assert_eq!(
        opened.text(),
        format!("<body>home<script type=\"module\" src=\"/help/_kb/live.js\" data-page=\"{hash}\"></script>\n</body>")
    );
    assert_eq!(clean.header("etag"), format!("\"{hash}\""));
    assert_eq!(opened.header("etag"), format!("\"{hash}-live\""));
    for answer in [&clean, &opened] {
        assert_eq!(answer.header("vary"), "Accept, Accept-Encoding");
    }
    let again = server.get("/help/", &format!("{BROWSER}If-None-Match: \"{hash}\"\r\n"));
    assert_eq!(again.status, 200, "the page without the script is another one");
    let again = server.get("/help/", &format!("{BROWSER}If-None-Match: \"{hash}-live\"\r\n"));
    assert_eq!(again.status, 304);
}

#[test]
fn pages_that_are_not_there_listen_too() {
    let server = Running::new(Site::new("/"));
    let missing = server.get("/x/", BROWSER);
    let hash = file::hash(b"<body>not here</body>");
    assert_eq!(missing.status, 404);
    assert!(
        missing
            .text()
            .contains(&format!("data-page=\"{hash}\" data-status=\"404\"></script>")),
        "{}",
        missing.text()
    );
}

#[test]
fn files_that_are_no_pages_stay_as_they_are() {
    let server = Running::new(Site::new("/"));
    assert_eq!(server.get("/a/index.md", BROWSER).text(), "# Article");
    let style = server.get("/assets/one/css/kb.css", BROWSER);
    assert!(!style.text().contains("script"));
}

#[test]
fn without_watching_no_page_listens() {
    let mut options = options();
    options.reload = false;
    let server = Running::with(Site::new("/"), options);
    assert_eq!(server.get("/", BROWSER).text(), "<body>home</body>");
    assert_eq!(server.get("/x", BROWSER).text(), "<body>not here</body>");
}

#[test]
fn the_script_is_served() {
    let server = Running::new(Site::new("/help/"));
    let script = server.get("/help/_kb/live.js", "");
    assert_eq!(script.status, 200);
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    // It is joined of several.
    let text = script.text();
    assert!(text.contains("EventSource") && text.contains("importNode"), "{text}");
    assert!(
        !text
            .lines()
            .any(|line| line.starts_with("import ") || line.starts_with("export ")),
        "{text}"
    );
    assert_eq!(server.get("/help/_kb/other", "").status, 404);
}

#[test]
fn a_former_name_of_the_theme_leads_to_its_present_files() {
    let server = Running::new(Site::new("/"));
    assert_eq!(server.get("/assets/one/css/kb.css", "").header("content-location"), "");
    server.change(|site| {
        site.files.remove("assets/one/css/kb.css");
        site.put("assets/two/css/kb.css", "new");
        "assets/two".clone_into(&mut site.assets);
    });
    let former = server.get("/assets/one/css/kb.css", "");
    assert_eq!((former.status, former.text()), (200, "new"));
    assert_eq!(former.header("content-location"), "/assets/two/css/kb.css");
    assert_eq!(server.get("/assets/one/css/gone.css", "").status, 404);
    assert_eq!(server.get("/assets/never/css/kb.css", "").status, 404);
}
