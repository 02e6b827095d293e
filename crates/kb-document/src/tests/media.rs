//! Videos and frames.

use super::*;

const NOTICE: &str = "</span></a><figcaption>{video_notice YouTube}</figcaption></figure>\n";

fn figure(frame: &str, page: &str, title: &str) -> String {
    format!(
        "<figure class=\"video\" data-video=\"https://www.youtube-nocookie.com/embed/{frame}\" data-host=\"YouTube\"><a class=\"video-open\" href=\"https://www.youtube.com/watch?v={page}\" rel=\"noopener\"><svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\"><use href=\"#_i-circle-play\"/></svg><span class=\"video-title\">{title}{NOTICE}"
    )
}

#[test]
fn a_video_is_a_figure_that_asks_first() {
    let document = parse("![How & why](https://youtu.be/abc?t=5)\n\nText.\n");
    assert_eq!(
        html(&document),
        figure("abc?start=5", "abc&t=5s", "How &amp; why") + "<p>Text.</p>\n"
    );
    assert_eq!(document.links[0].kind, LinkKind::Page);
    assert_eq!(document.span(&document.links[0].range).column, 14);
    assert_eq!(document.summary, "Text.");
    assert!(document.sections[0].text.contains("How & why"));
    assert_eq!(
        html(&parse("![](https://youtu.be/abc)\n")),
        figure("abc", "abc", "{video_open YouTube}").replace("\"video-title\"", "\"video-title generated\"")
    );
}

#[test]
fn a_video_never_stands_within_a_paragraph() {
    let video = figure("abc", "abc", "V");
    for (text, expected) in [
        (
            "Look:\n![V](https://youtu.be/abc)\nand on.\n",
            format!("<p>Look:</p>\n{video}<p>and on.</p>\n"),
        ),
        (
            "![V](https://youtu.be/abc)\n![V](https://youtu.be/abc)\n",
            format!("{video}{video}"),
        ),
        (
            "- ![V](https://youtu.be/abc)\n",
            format!("<ul>\n<li>{video}</li>\n</ul>\n"),
        ),
        (
            "Look <iframe src='https://youtu.be/abc' title=V></iframe>\n",
            format!("<p>Look</p>\n{video}"),
        ),
        (
            "*![V](https://youtu.be/abc)*\n",
            "<p><em><a href=\"https://www.youtube.com/watch?v=abc\" rel=\"noopener\">V</a></em></p>\n".to_owned(),
        ),
        (
            "[![V](https://youtu.be/abc)](a.md)\n",
            "<p><a href=\"a.md\">V</a></p>\n".to_owned(),
        ),
        (
            "![V](https://youtu.be/abc)\n![i](a.png \"Caption\")\n",
            format!(
                "{video}<figure><img src=\"a.png\" alt=\"i\" title=\"Caption\" decoding=\"async\"><figcaption>Caption</figcaption></figure>\n"
            ),
        ),
    ] {
        assert_eq!(html(&parse(text)), expected, "{text}");
    }
}

#[test]
fn video_files_play_in_place() {
    let document = parse("![Clip](media/clip.MP4 \"Caption\")\n\n![](b.webm)\n");
    assert_eq!(
        html(&document),
        "<figure class=\"video\"><video controls preload=\"metadata\" playsinline aria-label=\"Clip\" src=\"media/clip.MP4\"></video><figcaption>Caption</figcaption></figure>\n<figure class=\"video\"><video class=\"generated\" controls preload=\"metadata\" playsinline aria-label=\"{video_play}\" src=\"b.webm\"></video></figure>\n"
    );
    assert_eq!(document.links[0].kind, LinkKind::Media);
}

#[test]
fn frames_of_other_hosts_ask_first() {
    let text = "<div>\n<iframe src=\"https://www.youtube.com/embed/abc?si=x\" title='A \"b\"'>old <b>browser</b></iframe>\n<p><IFRAME src=//maps.example/x></IFRAME></p><p class=k>\n<iframe src=\"https://vimeo.com/1\"></iframe> after</p></div>\n";
    let document = parse(text);
    let html_text = html(&document);
    assert!(
        html_text.contains(figure("abc", "abc", "A \"b\"").trim_end()),
        "{html_text}"
    );
    assert!(
        html_text.contains("</figure>\n<figure class=\"video\" data-video=\"https://maps.example/x\" data-host=\"maps.example\"><a class=\"video-open\" href=\"//maps.example/x\""),
        "{html_text}"
    );
    assert!(html_text.contains("{video_open maps.example}"), "{html_text}");
    assert!(
        html_text.contains("</figure><p class=k> after</p></div>"),
        "{html_text}"
    );
    assert!(
        !html_text.to_lowercase().contains("iframe") && !html_text.contains("browser"),
        "{html_text}"
    );
    let targets: Vec<_> = document.links.iter().map(|link| link.target.as_str()).collect();
    assert_eq!(
        targets,
        [
            "https://www.youtube.com/watch?v=abc",
            "//maps.example/x",
            "https://vimeo.com/1"
        ]
    );
}

#[test]
fn no_figure_stands_in_raw_links_and_headings() {
    let frame = "<iframe src=\"https://youtu.be/q\" title=\"V\"></iframe>";
    let link = "<a href=\"https://www.youtube.com/watch?v=q\" rel=\"noopener\">V</a>";
    let around = |before: &str, after: &str| format!("{before}{frame}{after}\n\nText.\n");
    for (text, expected) in [
        (
            around("<div><a href=\"https://x.example\">", "</a></div>"),
            "<div><a href=\"https://x.example\">V</a></div>".to_owned(),
        ),
        (
            around("See <a href=\"https://x.example\">", "</a>"),
            "<p>See <a href=\"https://x.example\">V</a></p>".to_owned(),
        ),
        (
            "<a href=\"https://x.example\">![V](https://youtu.be/q) ![W](w.mp4)</a>\n".to_owned(),
            "<p><a href=\"https://x.example\">V W</a></p>".to_owned(),
        ),
        (around("<h2>", "</h2>"), format!("<h2>{link}</h2>")),
        (
            around("<noscript>", "</noscript>"),
            format!("<noscript>{link}</noscript>"),
        ),
        (
            around("<template>", "</template>"),
            format!("<template>{link}</template>"),
        ),
        (
            "<h2>A</h2>\n\n<a href=\"https://x.example\">b</a>\n\n<a id=\"here\">\n\n![V](https://youtu.be/q)\n"
                .to_owned(),
            figure("q", "q", "V"),
        ),
        (
            "<div><a href=\"https://x.example\"><iframe src=\"https://youtu.be/q\"></iframe></a></div>\n".to_owned(),
            "<div><a href=\"https://x.example\">a</a></div>".to_owned(),
        ),
        (
            "See <a href=\"https://x.example\"><iframe src=\"https://youtu.be/q\"></iframe></a>\n".to_owned(),
            "<p>See <a href=\"https://x.example\">a</a></p>".to_owned(),
        ),
    ] {
        let html = html(&parse(&text));
        assert!(html.contains(&expected), "{expected}\n{html}");
        assert_eq!(html.contains("<figure"), expected.contains("<figure"), "{html}");
    }
}

#[test]
fn frames_of_other_hosts_keep_what_they_are_told() {
    for (written, kept) in [
        (
            "sandbox=\"allow-scripts\" allow='camera \"x\"' height=450 width=\"100%\"",
            " data-sandbox=\"allow-scripts\" data-allow=\"camera &quot;x&quot;\" data-height=\"450\"",
        ),
        (
            "sandbox height=\"300px\" allow",
            " data-sandbox=\"\" data-height=\"300\"",
        ),
        ("height=\"50%\"", ""),
        ("height=0", ""),
    ] {
        for before in ["", "Form: "] {
            let html_text = html(&parse(&format!(
                "{before}<iframe src=\"https://a.example/\" {written}></iframe>\n"
            )));
            let expected = format!("data-host=\"a.example\"{kept}><a ");
            assert!(html_text.contains(&expected), "{expected}\n{html_text}");
        }
    }
    let known = html(&parse(
        "<iframe src=\"https://youtu.be/q\" height=3 allow=x></iframe>\n",
    ));
    assert!(known.contains("data-host=\"YouTube\"><a"), "{known}");
}

#[test]
fn frames_of_this_site_stay_with_a_name() {
    let text = "## Demo\n\n<iframe src=\"/demo/\" title=\"\"></iframe>\n\n<iframe src=\"x.html\" title=\"Own\" loading=\"eager\"></iframe>\n\n<iframe src=\"javascript:x()\"></iframe>\n";
    let html = html(&parse(text));
    for expected in [
        "<iframe src=\"/demo/\" title=\"Demo\" loading=\"lazy\"></iframe>",
        "<iframe src=\"x.html\" title=\"Own\" loading=\"eager\"></iframe>",
        "<iframe src=\"javascript:x()\" title=\"Demo\" loading=\"lazy\"></iframe>",
    ] {
        assert!(html.contains(expected), "{html}");
    }
}

#[test]
fn a_frame_may_end_in_a_later_piece() {
    let html = html(&parse(
        "<iframe src=\"https://a.example/\">\n\nText.\n\n</iframe>\n\n<p>Rest.</p>\n",
    ));
    assert!(
        html.contains("<p>Text.</p>") && html.ends_with("<p>Rest.</p>\n"),
        "{html}"
    );
    assert!(!html.contains("iframe"), "{html}");
}

#[test]
fn cleaning_keeps_what_kb_writes_and_no_other_player() {
    let text = "![V](https://youtu.be/abc)\n\n<iframe src=\"https://youtu.be/abc\" title=\"V\"></iframe>\n\n<iframe src=\"https://evil.example/\"></iframe>\n\n<figure class=\"video\" data-video=\"javascript:x()\" data-host=\"YouTube\">own</figure>\n\n![C](c.mp4)\n\n\u{f8f0}11.0\u{f8f1} <b title=\"<i data-kb-icon=&quot;0&quot;></i>\">x</b>\n";
    let document = parse_with(text, RawHtml::Sanitize);
    let clean = html(&document);
    let expected = figure("abc", "abc", "V");
    assert_eq!(clean.matches(expected.trim_end()).count(), 2, "{expected}\n{clean}");
    assert_eq!(clean.matches("data-video").count(), 2, "{clean}");
    assert_eq!(clean.matches("<svg").count(), 2, "{clean}");
    assert!(
        clean.contains("playsinline") && clean.contains("src=\"c.mp4\""),
        "{clean}"
    );
    assert!(!clean.contains("evil") && !clean.contains("javascript"), "{clean}");
    let shown = html(&parse_with(text, RawHtml::Escape));
    assert_eq!(
        shown.matches("<figure class=\"video\" data-video").count(),
        1,
        "{shown}"
    );
    assert!(shown.contains("&lt;iframe"), "{shown}");
}
