//! The crawler must see each fault that a site can have, and must not see others.

use std::error::Error;
use std::fs;
use std::path::Path;

use crawl::{CrawlOptions, Report, crawl};

fn site(files: &[(&str, &str)]) -> Result<Report, Box<dyn Error>> {
    site_with(files, &CrawlOptions::default())
}

fn site_with(files: &[(&str, &str)], options: &CrawlOptions) -> Result<Report, Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, text)?;
    }
    Ok(crawl(dir.path(), options)?)
}

fn problems(report: &Report) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_site_has_no_problems() -> Result<(), Box<dyn Error>> {
    let report = site(&[
        (
            "index.html",
            r##"<!doctype html><link rel=stylesheet href=/assets/kb.css><a href="a/">A</a> <a href="#top">up</a>
               <a href="mailto:x@y.z">m</a> <a href="https://example.com/gone">x</a> <img src="data:,x">
               <a href="/%C3%A9%20t%C3%A9/#caf%C3%A9">é</a> <script>"<a href='/no/'>"</script> <a href="a?x=1&amp;y=2">q</a>"##,
        ),
        (
            "a/index.html",
            r#"<a href="../a/#here" id=here>A</a><meta property="og:type" content="article">"#,
        ),
        (
            "é té/index.html",
            r#"<h2 id="café">É</h2><img src="i.png" srcset="i.png, i.png 2x">"#,
        ),
        ("é té/i.png", ""),
        ("assets/kb.css", "a{b:url('i.svg#x')}"),
        ("assets/i.svg", r##"<svg><g id="x"/><use href="#x"/></svg>"##),
        ("404.html", r#"<a href="/a/">A</a>"#),
        ("old/index.html", r#"<meta http-equiv=refresh content="0; url=/a/">"#),
        ("sitemap.xml", "<loc>/a/</loc>"),
        ("llms.txt", "[A](/a/index.html)"),
        ("_redirects", "# from to\n/old /a/ 301\n/o/* /a/:splat\n"),
    ])?;
    assert_eq!(problems(&report), Vec::<String>::new());
    assert_eq!(
        (report.pages, report.unreachable.len(), report.duplicate_ids.len()),
        (5, 0, 0)
    );
    assert_eq!(report.articles_by_clicks().into_iter().collect::<Vec<_>>(), [(1, 1)]);
    Ok(())
}

#[test]
fn each_fault_is_seen() -> Result<(), Box<dyn Error>> {
    let report = site(&[
        (
            "index.html",
            r##"<a href="/gone/">x</a><a href="#gone">x</a><a href="a/#gone">x</a><img src=gone.png srcset="/gone2.png 2x">
               <link rel=stylesheet href=gone.css><link rel=alternate href=/gone.xml><script src=/gone.js></script>
               <p style="background:url(/gone3.png)"><style>a{b:url(/gone4.png)}</style><a href="A/">case</a><a href="http://[">bad</a>"##,
        ),
        ("a/index.html", r"<a href='..//b'>x</a><i id=x></i><i id=x></i>"),
        ("b.css", "@import '/gone.css'; a{b:url(../gone.woff2)}"),
        ("sitemap.xml", "<loc>/gone/</loc><xhtml:link href='/gone-de/'/>"),
        ("feed.xml", "<entry><link href='/gone/'/></entry>"),
        ("llms.txt", "[A](/gone.md)"),
        ("_redirects", "/old /gone/ 301"),
        ("robots.txt", "Sitemap: /gone.xml"),
        ("alone/index.html", ""),
    ])?;
    let expected = [
        "_redirects: broken link: /gone/",
        "a/index.html: broken link: ..//b",
        "feed.xml: broken link: /gone/",
        "index.html: broken link: /gone.xml",
        "index.html: broken link: /gone/",
        "index.html: broken link: A/",
        "index.html: broken link: http://[",
        "llms.txt: broken link: /gone.md",
        "robots.txt: broken link: /gone.xml",
        "sitemap.xml: broken link: /gone-de/",
        "sitemap.xml: broken link: /gone/",
        "index.html: broken anchor: #gone",
        "index.html: broken anchor: a/#gone",
        "index.html: broken media: /gone2.png",
        "index.html: broken media: gone.png",
        "b.css: broken asset: ../gone.woff2",
        "b.css: broken asset: /gone.css",
        "index.html: broken asset: /gone.js",
        "index.html: broken asset: /gone3.png",
        "index.html: broken asset: /gone4.png",
        "index.html: broken asset: gone.css",
    ];
    assert_eq!(problems(&report), expected);
    assert_eq!(report.unreachable, ["alone/index.html"]);
    assert_eq!(report.duplicate_ids, [("a/index.html".to_owned(), "x".to_owned())]);
    Ok(())
}

#[test]
fn clicks_are_counted_with_and_without_the_list_of_everything() -> Result<(), Box<dyn Error>> {
    let article = r#"<meta property="og:type" content="article">"#;
    let files = [
        ("index.html", r#"<a href="all/">all</a><a href="a/">a</a>"#),
        ("all/index.html", r#"<a href="/a/b/c/">c</a>"#),
        ("a/index.html", r#"<a href="b/">b</a>"#),
        ("a/b/index.html", r#"<a href="c/">c</a>"#),
        ("a/b/c/index.html", article),
    ];
    assert_eq!(site(&files)?.clicks.get("a/b/c/index.html"), Some(&2));
    let options = CrawlOptions {
        no_shortcut: vec!["all/index.html".to_owned()],
        ..CrawlOptions::default()
    };
    assert_eq!(
        site_with(&files, &options)?
            .articles_by_clicks()
            .into_iter()
            .collect::<Vec<_>>(),
        [(3, 1)]
    );
    Ok(())
}

#[test]
fn a_site_below_the_root_of_its_host() -> Result<(), Box<dyn Error>> {
    let report = site(&[
        (
            "index.html",
            r#"<link rel=canonical href="https://acme.com/help/"><a href="/help/a/">a</a><a href="/a/">outside</a>
               <a href="https://acme.com/help/gone/">gone</a><a href="https://acme.com/help/a/">a</a>"#,
        ),
        ("a/index.html", ""),
    ])?;
    assert_eq!(
        problems(&report),
        [
            "index.html: broken link: /a/",
            "index.html: broken link: https://acme.com/help/gone/"
        ]
    );
    Ok(())
}
