//! The signals that pages send: the only list of their kinds, and the form in which they are sent.
//!
//! The theme's `js/signals.js` writes what [`Beacon::from_query`] reads. A browser test holds the script to this list,
//! and another test the manual's table.
//!
//! A beacon is one request with the signals of one page. Its text is `application/x-www-form-urlencoded`: the query
//! string of a GET, or the body of a POST. The keys `v` (version), `p` (page) and `l` (language) come first and hold for
//! all signals; then each `k` (kind) begins a signal, whose fields follow.

mod values;

use std::fmt;

use url::form_urlencoded::{Serializer, parse};

pub use values::{Language, Occurs, Percent, Reason, SearchEnd, SitePath, Text};
use values::{Pairs, Value};

/// The version of the form. A reader ignores keys that it does not know, so that later versions of kb may add some; any
/// other change needs a new version.
pub const VERSION: &str = "1";

/// The largest number of bytes in the text of a beacon. With the address before it, a request stays below 2,000
/// characters, which servers, proxies and logs take whole.
pub const MAX_LENGTH: usize = 1_400;

/// A kind of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its name in beacons.
    pub name: &'static str,
    /// The event on the page that it comes from; `None` if it comes from the page itself.
    pub event: Option<&'static str>,
    /// When it is sent.
    pub when: &'static str,
    /// Its fields, in the order in which they are sent.
    pub fields: &'static [Field],
}

/// A field of a kind of signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its key in beacons.
    pub key: &'static str,
    /// The form of a value.
    pub form: &'static str,
    /// How many values there are.
    pub occurs: Occurs,
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! signals {
    ($($when:literal $kind:ident $name:literal from $event:expr => {
        $($meaning:literal $field:ident: $type:ty = $key:literal,)*
    })+) => {
        /// A signal.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Signal {
            $(#[doc = $when] $kind { $(#[doc = $meaning] $field: $type,)* },)+
        }

        impl Signal {
            /// All kinds.
            pub const KINDS: &[Kind] = &[$(Kind {
                name: $name,
                event: $event,
                when: $when,
                fields: &[$(Field {
                    key: $key,
                    form: <$type as Value>::FORM,
                    occurs: <$type as Value>::OCCURS,
                    meaning: $meaning,
                },)*],
            },)+];

            /// The name of its kind.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$kind { .. } => $name,)+ }
            }

            fn write(&self, out: &mut Serializer<'_, String>) {
                out.append_pair("k", self.kind());
                match self { $(Self::$kind { $($field,)* } => { $($field.write($key, out);)* })+ }
            }

            fn read(kind: &str, fields: &Pairs<'_>) -> Result<Self, Problem> {
                match kind {
                    $($name => Ok(Self::$kind { $($field: Value::read($key, fields)?,)* }),)+
                    other => Err(Problem::Kind(other.chars().take(values::MAX_TEXT).collect())),
                }
            }
        }
    };
}

signals! {
    "an article was opened; sent to a collector only, because an access log has a line for every page"
    View "view" from None => {}

    "a search has ended: a result was opened, the customer searched for something else, or left the page"
    Search "search" from Some("kb:search") => {
        "the query, masked; only with `queries = true`" query: Option<Text> = "q",
        "number of articles that match; 0 if the search found nothing" total: u32 = "n",
        "whether no article has all words" relaxed: bool = "r",
        "how it ended" end: SearchEnd = "e",
    }

    "a result was opened"
    SearchClick "search-click" from Some("kb:search-click") => {
        "the query, masked; only with `queries = true`" query: Option<Text> = "q",
        "the article" url: SitePath = "u",
        "place in the list; 1 is the first" position: u32 = "i",
    }

    "a query could not be answered"
    SearchFailed "search-failed" from Some("kb:search-failed") => {
        "the query, masked; only with `queries = true`" query: Option<Text> = "q",
    }

    "a reader said whether the article helped"
    Feedback "feedback" from Some("kb:feedback") => {
        "whether it helped" helpful: bool = "h",
        "why not" reason: Option<Reason> = "w",
    }

    "articles were suggested to somebody who writes to you"
    Suggest "suggest" from Some("kb:suggest") => {
        "the articles, best first" urls: Vec<SitePath> = "u",
        "confidence in the first one" confidence: Option<Percent> = "c",
    }

    "a suggestion was opened"
    SuggestOpen "suggest-open" from Some("kb:suggest-open") => {
        "the article" url: SitePath = "u",
        "place in the list; 1 is the first" position: u32 = "i",
        "confidence in it" confidence: Option<Percent> = "c",
    }

    "the customer said that a suggestion solved the problem"
    SuggestSolved "suggest-solved" from Some("kb:suggest-solved") => {
        "the article" url: SitePath = "u",
        "place in the list; 1 is the first" position: u32 = "i",
    }

    "the customer said that a suggestion did not help"
    SuggestRejected "suggest-rejected" from Some("kb:suggest-rejected") => {
        "the article" url: SitePath = "u",
        "place in the list; 1 is the first" position: u32 = "i",
    }

    "the customer left after reading a suggestion, without writing on or saying whether it helped"
    SuggestAssumed "suggest-assumed" from Some("kb:suggest-assumed") => {
        "the article" url: SitePath = "u",
        "place in the list; 1 is the first" position: u32 = "i",
    }

    "the customer wrote all the same"
    ContactSent "contact-sent" from Some("kb:contact-sent") => {
        "the topic, masked" topic: Option<Text> = "t",
        "the channel, masked" channel: Option<Text> = "a",
        "number of suggestions shown before" shown: u32 = "n",
        "those that were opened" opened: Vec<SitePath> = "u",
    }

    "the message could not be sent"
    ContactFailed "contact-failed" from Some("kb:contact-failed") => {}
}

/// One request: signals of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beacon {
    /// The page. Pages shown instead of a missing one are all `/404.html`, because missing addresses may contain
    /// anything.
    pub page: SitePath,
    /// The language of the page.
    pub language: Language,
    /// The signals, at least one.
    pub signals: Vec<Signal>,
}

impl Beacon {
    /// The text of the request.
    pub fn to_query(&self) -> String {
        let mut out = Serializer::new(String::new());
        out.append_pair("v", VERSION);
        self.page.write("p", &mut out);
        self.language.write("l", &mut out);
        for signal in &self.signals {
            signal.write(&mut out);
        }
        out.finish()
    }

    /// Reads the text of a request: the part of a logged address behind `?`, or the body of a POST.
    ///
    /// # Errors
    /// What is wrong with it. Anybody can send anything.
    pub fn from_query(query: &str) -> Result<Self, Problem> {
        if query.len() > MAX_LENGTH {
            return Err(Problem::TooLong);
        }
        let pairs: Vec<_> = parse(query.as_bytes()).collect();
        let mut parts = pairs.chunk_by(|_, (next, _)| next != "k");
        let shared = Pairs::new(parts.next().unwrap_or_default());
        let version: Option<String> = shared.only("v")?.map(ToOwned::to_owned);
        if version.as_deref() != Some(VERSION) {
            return Err(Problem::Version);
        }
        let signals = parts.map(|part| match part {
            [(_, kind), fields @ ..] => Signal::read(kind, &Pairs::new(fields)),
            [] => Err(Problem::Nothing),
        });
        let beacon = Self {
            page: Value::read("p", &shared)?,
            language: Value::read("l", &shared)?,
            signals: signals.collect::<Result<_, _>>()?,
        };
        if beacon.signals.is_empty() {
            return Err(Problem::Nothing);
        }
        Ok(beacon)
    }
}

/// Why a text is not a beacon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It is longer than [`MAX_LENGTH`].
    TooLong,
    /// It has no version, or another one.
    Version,
    /// It has no signal.
    Nothing,
    /// It names a kind that does not exist.
    Kind(String),
    /// A field that each signal of the kind has is missing.
    Missing(&'static str),
    /// A field is there twice.
    Twice(&'static str),
    /// The value of a field does not have this form.
    Value {
        /// The key of the field.
        key: &'static str,
        /// The form it should have.
        form: &'static str,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {MAX_LENGTH} bytes"),
            Self::Version => write!(f, "not a beacon of version {VERSION}"),
            Self::Nothing => write!(f, "no signal"),
            Self::Kind(kind) => write!(f, "unknown kind {kind:?}"),
            Self::Missing(key) => write!(f, "`{key}` is missing"),
            Self::Twice(key) => write!(f, "`{key}` is there twice"),
            Self::Value { key, form } => write!(f, "invalid value of `{key}`; expected: {form}"),
        }
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests;
