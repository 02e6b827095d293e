//! Videos and other players: the page of a player, its embedded address, and the figure that is shown until the reader
//! agrees.

use url::Url;

use super::fragment::{Fragment, Icon, Message, PatchKind};

/// A player of another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// The URL of its frame; always `https`.
    pub frame: String,
    /// The page with the same content, without a frame.
    pub page: String,
    /// Other attributes of the frame in the article, which [`push_figure`] keeps.
    pub kept: Vec<(&'static str, String)>,
}

/// The target of an image link that is not an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clip {
    /// A player of another host.
    Player(Player),
    /// A video file of this site.
    File,
}

/// Endings of video files that browsers play.
const ENDINGS: [&str; 5] = ["mp4", "webm", "mov", "m4v", "ogv"];

/// Parameters of the player of `YouTube` that change the content; the others identify the viewer.
const YOUTUBE_PARAMETERS: [&str; 6] = ["end", "list", "cc_load_policy", "cc_lang_pref", "hl", "rel"];

const YOUTUBE_FRAME: &str = "https://www.youtube-nocookie.com/embed/";
const VIMEO_FRAME: &str = "https://player.vimeo.com/video/";

/// The video that is the target of an image link, if it is one.
pub fn clip(target: &str) -> Option<Clip> {
    let target = target.trim();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let is_file = path
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)));
    match foreign(target) {
        Some(url) => known(&url)
            .or_else(|| is_file.then(|| other(&url, target)))
            .map(Clip::Player),
        None => (is_file && Url::parse(target).is_err()).then_some(Clip::File),
    }
}

/// The player in a frame, if it comes from another host.
pub fn player(source: &str) -> Option<Player> {
    let url = foreign(source)?;
    Some(known(&url).unwrap_or_else(|| other(&url, source)))
}

/// Whether this is the frame of a player of a known host, as [`player`] writes it.
pub fn is_player(frame: &str) -> bool {
    frame.starts_with(YOUTUBE_FRAME) || frame.starts_with(VIMEO_FRAME)
}

/// The name of the host of a player's page.
pub fn host_name(page: &str) -> String {
    let Some(url) = foreign(page) else {
        return String::new();
    };
    let host = url.host_str().unwrap_or_default();
    if is_host(host, &["youtube.com", "youtu.be", "youtube-nocookie.com"]) {
        "YouTube".to_owned()
    } else if is_host(host, &["vimeo.com"]) {
        "Vimeo".to_owned()
    } else {
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    }
}

/// Writes the figure for a player whose page is link number `link`.
pub fn push_figure(out: &mut Fragment, player: &Player, title: &str, link: u32) {
    out.push("<figure class=\"video\"");
    let host = host_name(&player.page);
    let kept = player.kept.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in [("data-video", player.frame.as_str()), ("data-host", &host)]
        .into_iter()
        .chain(kept)
    {
        out.begin_own_attribute(name);
        out.push_attribute(value);
        out.push("\"");
    }
    out.push("><a class=\"video-open\"");
    out.push_patch(PatchKind::Href(link));
    out.push(" rel=\"noopener\">");
    out.push_patch(PatchKind::Icon(Icon::Play));
    out.push("<span class=\"video-title");
    if title.trim().is_empty() {
        // Excerpts in search leave out text that no writer wrote.
        out.push(" generated");
    }
    out.push("\">");
    push_title(out, title, link);
    out.push("</span></a><figcaption>");
    out.push_patch(PatchKind::Hosted(Message::VideoNotice, link));
    out.push("</figcaption></figure>");
}

/// Writes a link to the page of a player, link number `link`, where a figure is not allowed.
pub fn push_link(out: &mut Fragment, title: &str, link: u32) {
    out.push("<a");
    if title.trim().is_empty() {
        out.push(" class=\"generated\"");
    }
    out.push_patch(PatchKind::Href(link));
    out.push(" rel=\"noopener\">");
    push_title(out, title, link);
    out.push("</a>");
}

/// Writes the title of a player, or an invitation to its host if it has none.
pub fn push_title(out: &mut Fragment, title: &str, link: u32) {
    if title.trim().is_empty() {
        out.push_patch(PatchKind::Hosted(Message::VideoOpen, link));
    } else {
        out.push_text(title.trim());
    }
}

/// The URL of another host.
fn foreign(target: &str) -> Option<Url> {
    let target = target.trim();
    let url = match target.strip_prefix("//") {
        Some(rest) => Url::parse(&format!("https://{rest}")),
        None => Url::parse(target),
    };
    url.ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_host(host: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        host.strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

fn known(url: &Url) -> Option<Player> {
    let host = url.host_str()?;
    if is_host(host, &["youtube.com", "youtube-nocookie.com"]) {
        youtube(url, false)
    } else if is_host(host, &["youtu.be"]) {
        youtube(url, true)
    } else if is_host(host, &["vimeo.com"]) {
        vimeo(url)
    } else {
        None
    }
}

fn other(url: &Url, written: &str) -> Player {
    let mut frame = url.clone();
    // A page of https shows no frame of http.
    let _ = frame.set_scheme("https");
    Player {
        frame: frame.into(),
        page: written.trim().to_owned(),
        kept: Vec::new(),
    }
}

fn youtube(url: &Url, short: bool) -> Option<Player> {
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let mut parts = url.path_segments()?;
    let first = parts.next().unwrap_or_default();
    let (id, list) = match first {
        _ if short => (first.to_owned(), None),
        "watch" => (parameter("v")?, None),
        "playlist" => (String::new(), parameter("list")),
        "embed" | "shorts" | "live" | "v" => match parts.next()? {
            "videoseries" => (String::new(), parameter("list")),
            id => (id.to_owned(), None),
        },
        _ => return None,
    };
    let is_id = |id: &str| !id.is_empty() && id.len() <= 64 && id.bytes().all(is_id_byte);
    if let Some(list) = list {
        return is_id(&list).then(|| Player {
            frame: format!("{YOUTUBE_FRAME}videoseries?list={list}"),
            page: format!("https://www.youtube.com/playlist?list={list}"),
            kept: Vec::new(),
        });
    }
    if !is_id(&id) {
        return None;
    }
    let start = ["t", "start", "time_continue"].iter().find_map(|name| parameter(name));
    let start = start
        .or_else(|| url.fragment()?.strip_prefix("t=").map(ToOwned::to_owned))
        .and_then(|time| seconds(&time));
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(start) = start {
        query.append_pair("start", &start.to_string());
    }
    for name in YOUTUBE_PARAMETERS {
        if let Some(value) = parameter(name) {
            query.append_pair(name, &value);
        }
    }
    let query = query.finish();
    Some(Player {
        frame: format!("{YOUTUBE_FRAME}{id}{}{query}", if query.is_empty() { "" } else { "?" }),
        page: format!(
            "https://www.youtube.com/watch?v={id}{}",
            start.map_or_else(String::new, |start| format!("&t={start}s"))
        ),
        kept: Vec::new(),
    })
}

fn vimeo(url: &Url) -> Option<Player> {
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
    let at = parts.iter().position(is_number)?;
    // Showcases and events have players of their own.
    if at > 0 && !matches!(parts[at - 1], "video" | "channels") && parts[0] != "channels" && parts[0] != "groups" {
        return None;
    }
    let id = parts[at];
    let is_hash = |hash: &str| !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let hash = url
        .query_pairs()
        .find(|(key, _)| key == "h")
        .map(|(_, hash)| hash.into_owned())
        .or_else(|| parts.get(at + 1).map(|&hash| hash.to_owned()))
        .filter(|hash| is_hash(hash));
    let start = url
        .fragment()
        .and_then(|fragment| fragment.strip_prefix("t="))
        .and_then(seconds)
        .map_or_else(String::new, |start| format!("#t={start}s"));
    let (in_query, in_path) = hash.map_or_else(Default::default, |hash| (format!("h={hash}&"), format!("/{hash}")));
    Some(Player {
        frame: format!("{VIMEO_FRAME}{id}?{in_query}dnt=1{start}"),
        page: format!("https://vimeo.com/{id}{in_path}{start}"),
        kept: Vec::new(),
    })
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Seconds in `90`, `90s`, `1m30s`, `1h2m3s`; none for the beginning.
fn seconds(time: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut digits = String::new();
    for c in time.trim().chars() {
        let factor = match c {
            '0'..='9' => {
                digits.push(c);
                continue;
            }
            'h' => 3600,
            'm' => 60,
            's' => 1,
            // A fraction of a second.
            '.' => break,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(factor)?)?;
        digits.clear();
    }
    if !digits.is_empty() {
        total = total.checked_add(digits.parse().ok()?)?;
    }
    (total > 0).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(target: &str) -> Option<(String, String)> {
        match clip(target)? {
            Clip::Player(player) => Some((player.frame, player.page)),
            Clip::File => Some((String::new(), String::new())),
        }
    }

    #[test]
    fn addresses_of_players_are_understood() {
        let youtube = "https://www.youtube-nocookie.com/embed/aB3-_xyz012";
        let page = "https://www.youtube.com/watch?v=aB3-_xyz012";
        for (target, frame, at) in [
            ("https://youtu.be/aB3-_xyz012", "", ""),
            ("https://youtu.be/aB3-_xyz012?si=tracking", "", ""),
            (
                "http://www.youtube.com/watch?v=aB3-_xyz012&t=1m30s",
                "?start=90",
                "&t=90s",
            ),
            (
                "https://m.youtube.com/watch?feature=share&v=aB3-_xyz012#t=30",
                "?start=30",
                "&t=30s",
            ),
            ("https://youtube.com/shorts/aB3-_xyz012", "", ""),
            ("//www.youtube.com/live/aB3-_xyz012?t=0", "", ""),
            (
                "https://www.youtube.com/embed/aB3-_xyz012?autoplay=1&start=5&cc_lang_pref=d%22e",
                "?start=5&cc_lang_pref=d%22e",
                "&t=5s",
            ),
        ] {
            let expected = (format!("{youtube}{frame}"), format!("{page}{at}"));
            assert_eq!(both(target), Some(expected), "{target}");
        }
        for (target, frame, page) in [
            ("https://vimeo.com/123", "123?dnt=1", "123"),
            (
                "https://vimeo.com/123/abc9#t=1m",
                "123?h=abc9&dnt=1#t=60s",
                "123/abc9#t=60s",
            ),
            (
                "https://player.vimeo.com/video/123?h=abc9&autoplay=1",
                "123?h=abc9&dnt=1",
                "123/abc9",
            ),
            ("https://vimeo.com/channels/staffpicks/123", "123?dnt=1", "123"),
        ] {
            let expected = (
                format!("https://player.vimeo.com/video/{frame}"),
                format!("https://vimeo.com/{page}"),
            );
            assert_eq!(both(target), Some(expected), "{target}");
        }
        assert_eq!(
            both("https://www.youtube.com/playlist?list=PL1")
                .map(|both| both.0)
                .as_deref(),
            Some("https://www.youtube-nocookie.com/embed/videoseries?list=PL1")
        );
    }

    #[test]
    fn other_images_stay_images() {
        for target in [
            "a.png",
            "https://youtube.com.example/watch?v=a.png",
            "https://www.youtube.com/@channel",
            "https://youtu.be/",
            "https://youtu.be/a%22b",
            "https://vimeo.com/showcase/123",
            "mp4",
            "mailto:a@b.mp4",
            "data:video/mp4;base64,xx",
        ] {
            assert_eq!(clip(target), None, "{target}");
        }
        assert_eq!(clip("media/Clip.MP4#t=3"), Some(Clip::File));
    }

    #[test]
    fn frames_of_other_hosts_are_https_and_those_of_this_site_stay() {
        let frame = |source| player(source).map(|player| player.frame);
        assert_eq!(
            frame("http://a.example/x?y=\"1\"").as_deref(),
            Some("https://a.example/x?y=%221%22")
        );
        assert_eq!(frame("//a.example/x").as_deref(), Some("https://a.example/x"));
        for source in [
            "/demo/",
            "demo.html",
            "javascript:alert(1)",
            "data:text/html,x",
            "about:blank",
            "",
        ] {
            assert_eq!(frame(source), None, "{source}");
        }
        assert_eq!(host_name("http://www.maps.example/x"), "maps.example");
        assert_eq!(host_name("https://notyoutube.com/x"), "notyoutube.com");
    }

    #[test]
    fn start_times_are_read() {
        for (time, expected) in [
            ("30", Some(30)),
            ("1h2m3s", Some(3723)),
            ("1m5", Some(65)),
            ("12.5", Some(12)),
            ("0", None),
            ("x", None),
            ("99999999999999999999h", None),
        ] {
            assert_eq!(seconds(time), expected, "{time}");
        }
    }
}
