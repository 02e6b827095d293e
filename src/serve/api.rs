//! The search API: `api/search`, and `api/suggest` for contact forms.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::StatusCode;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kb_config::Language;
use kb_diagnostic::did_you_mean;
use kb_index::{Answer, Options, SUGGESTIONS, SuggestOptions, Suggestion, Typing};
use serde::Serialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Version;

/// The longest query of a search, in characters. Customers type less than a hundred.
const QUERY_CHARS: usize = 256;

/// The longest message, in characters: as much as the suggester reads.
const MESSAGE_CHARS: usize = 5_000;

/// The largest number of hits in a request.
const MOST_HITS: usize = 50;

/// The default number of hits, as in `kb search`.
const SEARCH_HITS: usize = 10;

/// The sustained number of requests per second of one client. A search box sends a request per key, at most ten per
/// second.
const RATE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// The number of requests of one client in a burst.
const BURST: NonZeroU32 = NonZeroU32::new(40).unwrap();

/// From this number of clients, idle ones are removed.
const MANY_CLIENTS: usize = 1_000;

/// An endpoint: a function from version and query string to the answer.
pub(super) type Endpoint = fn(&dyn Version, Option<&str>) -> Result<Value, ApiError>;

/// Why there is no answer; as JSON `{"error": ..., "hint": ...}`.
#[derive(Debug, Serialize)]
pub(super) struct ApiError {
    #[serde(skip)]
    pub(super) status: StatusCode,
    /// Seconds to wait before the next request.
    #[serde(skip)]
    pub(super) retry_after: Option<u64>,
    error: String,
    hint: String,
}

impl ApiError {
    fn new(status: StatusCode, error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            status,
            retry_after: None,
            error: error.into(),
            hint: hint.into(),
        }
    }

    fn bad(error: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, hint)
    }
}

/// The rate limit per client.
pub(super) struct Limit {
    clients: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            clients: RateLimiter::keyed(Quota::per_second(RATE).allow_burst(BURST)),
            clock: DefaultClock::default(),
        }
    }
}

impl Limit {
    /// Counts a request.
    pub(super) fn check(&self, client: IpAddr) -> Result<(), ApiError> {
        if self.clients.len() > MANY_CLIENTS {
            self.clients.retain_recent();
        }
        self.clients.check_key(&client).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            let mut refusal = ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too many requests",
                format!("send at most {RATE} requests per second"),
            );
            refusal.retry_after = Some(wait.as_secs().saturating_add(1));
            refusal
        })
    }
}

/// The first value of a parameter.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// Answers `api/search`: what `kb search --json` prints, with `relaxed`, `did_you_mean` and `missing` in any case.
pub(super) fn search(version: &dyn Version, query: Option<&str>) -> Result<Value, ApiError> {
    let text = text(query, QUERY_CHARS)?;
    let typing = parameter(query, "typing").is_some_and(|value| !matches!(value.as_str(), "0" | "false"));
    let options = Options {
        limit: number(query, SEARCH_HITS)?,
        typing: if typing { Typing::AsYouType } else { Typing::Finished },
        collection: parameter(query, "collection").filter(|title| !title.is_empty()),
        tag: parameter(query, "tag").filter(|tag| !tag.is_empty()),
        ..Options::default()
    };
    let results = results(version, query, &text, &options)?;
    let mut answer: Value = serde_json::from_str(&kb_index::json::results(&text, &results)).unwrap_or_default();
    answer["relaxed"] = results.relaxed.into();
    answer["did_you_mean"] = results.did_you_mean.into();
    answer["missing"] = results.missing.into();
    Ok(answer)
}

/// Answers `api/suggest`: the articles that answer an inquiry before it is sent.
pub(super) fn suggest(version: &dyn Version, query: Option<&str>) -> Result<Value, ApiError> {
    let text = text(query, MESSAGE_CHARS)?;
    let options = SuggestOptions {
        limit: number(query, SUGGESTIONS)?,
        ..SuggestOptions::default()
    };
    let language = language(version, parameter(query, "lang").as_deref())?;
    let suggestions = version
        .suggest(&language, &text, &options)
        .map_err(|error| unreadable(&error))?;
    let suggestions: Vec<Value> = suggestions.iter().map(suggestion).collect();
    Ok(json!({ "query": text, "suggestions": suggestions }))
}

fn suggestion(suggestion: &Suggestion) -> Value {
    let Suggestion { hit, confidence, .. } = suggestion;
    let section = &hit.section;
    let url = if section.anchor.is_empty() {
        hit.url.clone()
    } else {
        format!("{}#{}", hit.url, section.anchor)
    };
    json!({
        "title": hit.title.text,
        "url": hit.url,
        "section": { "heading": section.heading, "anchor": section.anchor, "url": url },
        "excerpt": section.excerpt,
        "confidence": confidence,
    })
}

fn text(query: Option<&str>, most: usize) -> Result<String, ApiError> {
    let text = parameter(query, "q")
        .ok_or_else(|| ApiError::bad("`q` is missing", "add `?q=` and the words to search for"))?;
    let length = text.chars().count();
    if length > most {
        return Err(ApiError::bad(
            format!("`q` has {length} characters"),
            format!("send at most {most}"),
        ));
    }
    Ok(text)
}

fn number(query: Option<&str>, default: usize) -> Result<usize, ApiError> {
    let Some(number) = parameter(query, "n") else {
        return Ok(default);
    };
    number
        .parse()
        .ok()
        .filter(|n| (1..=MOST_HITS).contains(n))
        .ok_or_else(|| {
            ApiError::bad(
                format!("`n` is `{}`", shortened(&number)),
                format!("ask for 1 to {MOST_HITS} hits"),
            )
        })
}

fn results(version: &dyn Version, query: Option<&str>, text: &str, options: &Options) -> Result<Answer, ApiError> {
    let language = language(version, parameter(query, "lang").as_deref())?;
    version
        .search(&language, text, options)
        .map_err(|error| unreadable(&error))
}

fn unreadable(error: &kb_index::Error) -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        error.to_string(),
        "save an article, or restart the preview",
    )
}

/// The requested language in the site's spelling, or the default one.
fn language(version: &dyn Version, wanted: Option<&str>) -> Result<String, ApiError> {
    let known = version.languages();
    let wanted = match wanted {
        Some(wanted) if !wanted.is_empty() => wanted,
        _ => known.first().map_or("", String::as_str),
    };
    let normal = Language::parse(wanted).map_or_else(|| wanted.to_owned(), |language| language.tag().to_owned());
    if let Some(found) = known.iter().find(|tag| tag.eq_ignore_ascii_case(&normal)) {
        return Ok(found.clone());
    }
    let near = did_you_mean(&normal, known.iter().map(String::as_str))
        .map(|hint| format!("; {hint}"))
        .unwrap_or_default();
    Err(ApiError::bad(
        format!("there is no language `{}`", shortened(wanted)),
        format!("the languages are {}{near}", known.join(", ")),
    ))
}

/// The received value, shortened for a message.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
