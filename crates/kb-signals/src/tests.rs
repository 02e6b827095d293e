use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// A part of a combined log line as nginx and Caddy's `transform` write it; the target of the request is quoted.
fn logged(target: &str) -> String {
    format!(
        "192.0.2.1 - - [27/Nov/2026:10:00:00 +0000] \"GET {target} HTTP/2.0\" 200 80 \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\""
    )
}

/// The query of the request in a log line.
fn query_of(line: &str) -> Option<&str> {
    let request = line.split('"').nth(1)?;
    Some(request.split(' ').nth(1)?.split_once('?')?.1)
}

fn text() -> impl Strategy<Value = Text> {
    "\\PC{0,100}".prop_filter_map("a text", |text| Text::new(&text))
}

fn path() -> impl Strategy<Value = SitePath> {
    "/([a-z0-9._~%&=+,;:@'()*!$-]{0,12}/){0,3}".prop_filter_map("a path", |path| SitePath::new(&path))
}

fn percent() -> impl Strategy<Value = Option<Percent>> {
    option::of((0..=100_u32).prop_filter_map("a percentage", Percent::new))
}

fn suggestion(make: fn(SitePath, u32) -> Signal) -> impl Strategy<Value = Signal> {
    (path(), any::<u32>()).prop_map(move |(url, position)| make(url, position))
}

fn signal() -> impl Strategy<Value = Signal> {
    let query = || option::of(text());
    prop_oneof![
        Just(Signal::View {}),
        (query(), any::<u32>(), any::<bool>(), select(SearchEnd::ALL)).prop_map(|(query, total, relaxed, end)| {
            Signal::Search {
                query,
                total,
                relaxed,
                end,
            }
        }),
        (query(), path(), any::<u32>()).prop_map(|(query, url, position)| Signal::SearchClick { query, url, position }),
        query().prop_map(|query| Signal::SearchFailed { query }),
        (any::<bool>(), option::of(select(Reason::ALL)))
            .prop_map(|(helpful, reason)| Signal::Feedback { helpful, reason }),
        (vec(path(), 0..=5), percent()).prop_map(|(urls, confidence)| Signal::Suggest { urls, confidence }),
        (path(), any::<u32>(), percent()).prop_map(|(url, position, confidence)| Signal::SuggestOpen {
            url,
            position,
            confidence
        }),
        suggestion(|url, position| Signal::SuggestSolved { url, position }),
        suggestion(|url, position| Signal::SuggestRejected { url, position }),
        suggestion(|url, position| Signal::SuggestAssumed { url, position }),
        (option::of(text()), option::of(text()), any::<u32>(), vec(path(), 0..=5)).prop_map(
            |(topic, channel, shown, opened)| Signal::ContactSent {
                topic,
                channel,
                shown,
                opened
            }
        ),
        Just(Signal::ContactFailed {}),
    ]
}

fn beacon() -> impl Strategy<Value = Beacon> {
    let language = select(vec!["en", "de", "pt-BR", "zh-Hant-TW"]).prop_filter_map("a tag", Language::new);
    (path(), language, vec(signal(), 1..=3)).prop_map(|(page, language, signals)| Beacon {
        page,
        language,
        signals,
    })
}

proptest! {
    #[test]
    fn a_beacon_survives_a_log(beacon in beacon()) {
        let line = logged(&format!("/signal.txt?{}", beacon.to_query()));
        let query = query_of(&line).expect("a query");
        let wanted = if query.len() > MAX_LENGTH { Err(Problem::TooLong) } else { Ok(beacon) };
        prop_assert_eq!(Beacon::from_query(query), wanted);
    }

    #[test]
    fn no_text_is_too_odd(query in "(v=1&p=/&l=en&k=)?\\PC{0,80}") {
        if let Ok(beacon) = Beacon::from_query(&query) {
            prop_assert_eq!(Beacon::from_query(&beacon.to_query()), Ok(beacon));
        }
    }
}

#[test]
fn what_pages_send_is_read() {
    let query = "v=1&p=%2Fhelp%2Fbilling%2F&l=de&k=search&q=geld+zur%C3%BCck&n=0&r=0&e=left";
    let read = Beacon::from_query(query).expect("a beacon");
    assert_eq!((read.page.as_str(), read.language.as_str()), ("/help/billing/", "de"));
    let [signal] = read.signals.as_slice() else {
        panic!("{read:?}")
    };
    let wanted = Signal::Search {
        query: Text::new("geld zurück"),
        total: 0,
        relaxed: false,
        end: SearchEnd::Left,
    };
    assert_eq!(*signal, wanted);
    assert_eq!(read.to_query(), query);
}

#[test]
fn keys_of_later_versions_are_ignored() {
    let read = Beacon::from_query("v=1&p=/&l=en&new=1&k=feedback&h=1&more=2&more=3");
    assert_eq!(
        read.map(|beacon| beacon.signals),
        Ok(vec![Signal::Feedback {
            helpful: true,
            reason: None
        }])
    );
}

#[test]
fn what_is_wrong_is_said() {
    let long = format!("v=1&p=/{}&l=en&k=view", "a".repeat(MAX_LENGTH));
    let text = format!("v=1&p=/&l=en&k=search-failed&q={}", "a".repeat(101));
    for (query, said) in [
        ("", "not a beacon of version 1"),
        ("v=2&p=/&l=en&k=view", "not a beacon of version 1"),
        ("v=1&v=1&p=/&l=en&k=view", "`v` is there twice"),
        ("v=1&l=en&k=view", "`p` is missing"),
        ("v=1&p=/&k=view", "`l` is missing"),
        ("v=1&p=/&l=en", "no signal"),
        ("v=1&p=/&l=en&k=wiew", "unknown kind \"wiew\""),
        ("v=1&p=/&l=en&k=a%1b%5b2J", "unknown kind \"a\\u{1b}[2J\""),
        (
            "v=1&p=https://a.example/&l=en&k=view",
            "invalid value of `p`; expected: path",
        ),
        ("v=1&p=/a?b&l=en&k=view", "invalid value of `p`; expected: path"),
        ("v=1&p=/&l=%0a&k=view", "invalid value of `l`; expected: language"),
        ("v=1&p=/&l=en&k=feedback", "`h` is missing"),
        ("v=1&p=/&l=en&k=feedback&h=1&h=0", "`h` is there twice"),
        (
            "v=1&p=/&l=en&k=feedback&h=yes",
            "invalid value of `h`; expected: `1` or `0`",
        ),
        (
            "v=1&p=/&l=en&k=feedback&h=0&w=no",
            "invalid value of `w`; expected: `missing`, `unclear`, `wrong`, `outdated` or `other`",
        ),
        (
            "v=1&p=/&l=en&k=suggest-solved&u=/a/&i=-1",
            "invalid value of `i`; expected: number",
        ),
        (
            "v=1&p=/&l=en&k=suggest-solved&u=/a/&i=%2B1",
            "invalid value of `i`; expected: number",
        ),
        (
            "v=1&p=/&l=en&k=suggest&c=101",
            "invalid value of `c`; expected: percent",
        ),
        (
            "v=1&p=/&l=en&k=search-failed&q=%1b[2J",
            "invalid value of `q`; expected: text",
        ),
        (&text, "invalid value of `q`; expected: text"),
        (&long, "longer than 1400 bytes"),
    ] {
        let problem = Beacon::from_query(query).expect_err(query);
        assert_eq!(problem.to_string(), said, "{query}");
    }
}

#[test]
fn keys_are_unambiguous() {
    for kind in Signal::KINDS {
        let mut keys: Vec<_> = kind.fields.iter().map(|field| field.key).collect();
        keys.extend(["v", "p", "l", "k"]);
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "{}", kind.name);
    }
}
