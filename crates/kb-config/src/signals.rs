//! `[signals]`: whether pages send signals, and where to.

use kb_data::Reader;
use kb_diagnostic::{Code, Diagnostic};

use super::address::{Problem, path_of_site, problem, receiver_url};
use super::read::checked;

/// An example of each form, for hints.
const EXAMPLES: &str = "write a path on the site such as `/signal.txt`, or the URL of a collector such as \
                        `https://collector.example.com/signals`";

/// Whether pages send signals, and where to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignalsConfig {
    /// Where they go; `None` to send nothing.
    pub beacon: Option<BeaconTarget>,
    /// Whether they contain the words of queries.
    pub queries: bool,
}

impl SignalsConfig {
    /// The path of the file that pages request to leave a line in the access log of the host, if signals go there.
    pub fn file(&self) -> Option<&str> {
        match &self.beacon {
            Some(BeaconTarget::File(path)) => Some(path),
            Some(BeaconTarget::Collector(_)) | None => None,
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let entry = reader.entry(&["queries"]);
        let mut config = Self {
            beacon: None,
            queries: reader.bool(&["queries"]).unwrap_or(false),
        };
        config.beacon = checked(reader, "beacon", BeaconTarget::parse);
        if let Some(entry) = entry.filter(|_| config.queries && reader.entry(&["beacon"]).is_none()) {
            let span = reader.place().span(&entry.key_range);
            reader.report(
                Diagnostic::new(
                    Code::SignalsNowhere,
                    "pages send no signals, because `beacon` is not set",
                )
                .with_span(span)
                .with_hint(EXAMPLES),
            );
        }
        config
    }
}

/// Where signals go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeaconTarget {
    /// Into the access log of the host: pages request this file of the site. A path with a leading `/`.
    File(String),
    /// To a program that receives them with POST: its URL.
    Collector(String),
}

impl BeaconTarget {
    /// Reads a path of the site or the URL of a collector.
    ///
    /// # Errors
    /// What is wrong, and a hint.
    fn parse(text: &str) -> Result<Self, Problem> {
        let Some(path) = path_of_site(text, EXAMPLES)? else {
            return receiver_url(text, EXAMPLES).map(|url| Self::Collector(url.into()));
        };
        let problem = |message: &str, hint: &str| Err(problem(text, message, hint));
        if path.contains(['?', '#']) {
            return problem(
                "must be a path without `?` and `#`",
                "kb appends the signals behind `?`",
            );
        }
        if path.is_empty() || path.ends_with('/') || is_page(path) {
            return problem(
                "is the address of a page",
                "name a file of its own, such as `/signal.txt`",
            );
        }
        if !path.split('/').all(is_plain_name) {
            let hint = "use letters a-z, digits, `-`, `_` and `.`, and begin each part with a letter or a digit, \
                        as in `/signal.txt`";
            return problem("has a part that is not a plain file name", hint);
        }
        Ok(Self::File(text.to_owned()))
    }
}

fn is_page(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.ends_with(".html") || lower.ends_with(".htm")
}

/// Whether a part of a path means nothing to hosts, which act on names such as `.htaccess` and `_headers`, and is the
/// same in addresses and on disk.
fn is_plain_name(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphanumeric())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_config;

    fn read(settings: &str) -> (SignalsConfig, Vec<Diagnostic>) {
        let (config, problems) = parse_config(&format!("[signals]\n{settings}\n"), "kb.toml");
        (config.signals, problems)
    }

    #[test]
    fn nothing_is_sent_unless_a_beacon_is_set() {
        for settings in ["", "queries = false"] {
            assert_eq!(read(settings), (SignalsConfig::default(), vec![]), "{settings}");
        }
        let (config, problems) = read("queries = true");
        assert_eq!(config.beacon, None);
        let said: Vec<_> = problems
            .iter()
            .map(|problem| (problem.code.name(), problem.span.as_ref().map(|span| span.line)))
            .collect();
        assert_eq!(said, [("signals-nowhere", Some(2))]);
    }

    #[test]
    fn beacons_are_files_of_the_site_or_collectors() {
        let file = |path: &str| BeaconTarget::File(path.to_owned());
        let collector = |url: &str| BeaconTarget::Collector(url.to_owned());
        for (text, target) in [
            ("/signal.txt", file("/signal.txt")),
            ("/signal", file("/signal")),
            ("/a/b-1_c.TXT", file("/a/b-1_c.TXT")),
            ("https://c.example", collector("https://c.example/")),
            ("https://c.example/s?site=a", collector("https://c.example/s?site=a")),
            ("http://localhost:8080/s", collector("http://localhost:8080/s")),
            ("http://127.0.0.1/s", collector("http://127.0.0.1/s")),
            ("http://[::1]/s", collector("http://[::1]/s")),
        ] {
            let (config, problems) = read(&format!("beacon = \"{text}\"\nqueries = true"));
            assert_eq!(problems, [], "{text}");
            assert_eq!(config.beacon, Some(target));
            assert!(config.queries);
        }
    }

    #[test]
    fn other_beacons_are_refused_with_a_hint() {
        for (text, message) in [
            ("", "`` is neither a path that begins with `/` nor an absolute URL"),
            (
                "signal.txt",
                "`signal.txt` is neither a path that begins with `/` nor an absolute URL",
            ),
            ("//c.example/s", "`//c.example/s` leads to another site"),
            ("/", "`/` is the address of a page"),
            ("/signal/", "`/signal/` is the address of a page"),
            ("/Signal.HTML", "`/Signal.HTML` is the address of a page"),
            ("/s?a=1", "`/s?a=1` must be a path without `?` and `#`"),
            ("/../s", "`/../s` has a part that is not a plain file name"),
            ("/a//s", "`/a//s` has a part that is not a plain file name"),
            ("/.htaccess", "`/.htaccess` has a part that is not a plain file name"),
            ("/_headers", "`/_headers` has a part that is not a plain file name"),
            ("/ä", "`/ä` has a part that is not a plain file name"),
            ("http://c.example/s", "`http://c.example/s` must begin with `https://`"),
            (
                "http://localhost.example/",
                "`http://localhost.example/` must begin with `https://`",
            ),
            ("data:text/plain,x", "`data:text/plain,x` must begin with `https://`"),
            (
                "https://a:b@c.example/",
                "`https://a:b@c.example/` contains a user name or a password",
            ),
            ("https://c.example/#a", "`https://c.example/#a` has a fragment"),
        ] {
            let (config, problems) = read(&format!("beacon = \"{text}\"\nqueries = true"));
            assert_eq!(config.beacon, None);
            let [problem] = problems.as_slice() else {
                panic!("{text}: {problems:?}")
            };
            assert_eq!((problem.code, problem.message.as_str()), (Code::ConfigValue, message));
            assert_eq!(problem.span.as_ref().map(|span| span.line), Some(2));
            assert_eq!(problem.hints.len(), 1, "{text}");
        }
    }
}
