//! The changes of a page, as a stream of events for the browser that shows it.
//!
//! The first event is called `hello`, the later ones `state`; each carries the whole [`VersionState`]. One is sent when
//! the browser connects and whenever something in it changes, even if several versions of the site were skipped. If a
//! version changes nothing else, its number in `version` changes, because the search index of the page may have
//! changed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use axum::response::IntoResponse as _;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use super::address::{self, HostedFile, UrlPlace};
use super::problems::{self, KnownProblems, LISTED, Listed};
use super::server::Server;
use super::stream::{Received, first_of};
use super::{Version, file, linked};

/// How long a browser waits before it connects again after the connection was lost.
const RETRY: Duration = Duration::from_millis(500);

/// The data of the newest version for a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct VersionState {
    version: u64,
    /// The hash of the page's bytes; none if there is no such page.
    page: Option<String>,
    /// The hash of the page that is shown instead.
    fallback: Option<String>,
    /// The folder of the theme's files.
    assets: String,
    /// The hashes of files that the page loads by fixed names; see [`linked`].
    linked: BTreeMap<String, String>,
    /// The Markdown source of the page; if the page was removed, its last source.
    source: Option<String>,
    /// Whether warnings count as much as errors.
    strict: bool,
    /// Errors that keep the last good page; see [`problems::holding`].
    hold: Vec<String>,
    problems: Listed,
}

impl VersionState {
    /// Whether a browser with the state `before` is up to date.
    fn says_the_same_as(&self, before: &Self) -> bool {
        let essence = |state: &Self| {
            let mut state = state.clone();
            state.version = 0;
            state.problems.list.iter_mut().for_each(|entry| entry.new = false);
            state
        };
        essence(self) == essence(before)
    }
}

/// One page that a browser shows.
struct Follower {
    /// The path of its URL.
    path: String,
    source: Option<String>,
    known: KnownProblems,
    last: Option<VersionState>,
}

impl Follower {
    /// The event for a version, if any.
    fn look(&mut self, version: &dyn Version, server: &Server) -> Option<Event> {
        let state = self.state(version, server);
        let event = Event::default();
        let event = match &self.last {
            None => event.event("hello").data(to_json(&state)).retry(RETRY),
            Some(last) if state.version == last.version => return None,
            Some(last) if state.says_the_same_as(last) => event.event("version").data(state.version.to_string()),
            Some(_) => event.event("state").data(to_json(&state)),
        };
        self.last = Some(state);
        Some(event)
    }

    fn state(&mut self, version: &dyn Version, server: &Server) -> VersionState {
        let (bytes, is_there) = match self.page(version) {
            Some((bytes, is_there)) => (Some(bytes), is_there),
            None => (None, false),
        };
        let hash = bytes.as_ref().map(|bytes| file::hash(bytes));
        let (page, fallback) = if is_there { (hash, None) } else { (None, hash) };
        let problems = version.problems();
        let mut new = self.known.replace(problems);
        if self.last.is_none() {
            new = version.new_problems().iter().copied().collect();
        }
        let source = self.source.as_deref();
        VersionState {
            version: version.number(),
            assets: version.asset_folder().to_owned(),
            linked: bytes.map_or_else(BTreeMap::new, |page| linked::hashes(&page, version, &server.hashes)),
            strict: server.options.strict,
            hold: problems::holding(problems, source, page.is_none()),
            problems: problems::listed(problems, |index| new.contains(&index), source, LISTED),
            page,
            fallback,
            source: self.source.clone(),
        }
    }

    /// The bytes of the page or of its replacement, and whether it exists. Records the source.
    fn page(&mut self, version: &dyn Version) -> Option<(Arc<Vec<u8>>, bool)> {
        let path = address::decoded(&self.path)?;
        let UrlPlace::Site(path) = address::place(&path, version.base_path()) else {
            return None;
        };
        let (body, is_there) = match address::find(version, path) {
            HostedFile::File(path, body) => {
                self.source = version.source(&path);
                (body, true)
            }
            HostedFile::Folder | HostedFile::Nothing => (address::find_not_found(version, path)?.1, false),
        };
        // A page without readable bytes counts as missing.
        Some((body.read().ok()?, is_there))
    }
}

fn to_json(state: &VersionState) -> String {
    // Strings, numbers and lists always serialize.
    serde_json::to_string(state).unwrap_or_default()
}

/// The events for the page at `path`, until the client disconnects.
pub(super) fn stream(server: Arc<Server>, path: String) -> Response<Body> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(follow(server, path, sender));
    Sse::new(Received(receiver))
        .keep_alive(KeepAlive::default())
        .into_response()
}

async fn follow(server: Arc<Server>, path: String, to: mpsc::Sender<Result<Event, Infallible>>) {
    let mut changed = server.changed.clone();
    let mut follower = Follower {
        path,
        source: None,
        known: KnownProblems::default(),
        last: None,
    };
    loop {
        // Later changes are handled in the next iteration.
        changed.borrow_and_update();
        let worker = Arc::clone(&server);
        let looked = spawn_blocking(move || {
            let version = worker.served.current();
            let event = follower.look(version.as_ref(), &worker);
            (follower, event)
        });
        let Ok((back, event)) = looked.await else { return };
        follower = back;
        if let Some(event) = event
            && to.send(Ok(event)).await.is_err()
        {
            return;
        }
        if !next_change(&mut changed, &to).await {
            return;
        }
    }
}

/// Waits for a change; false if the client disconnects first.
async fn next_change<T>(changed: &mut watch::Receiver<u64>, to: &mpsc::Sender<T>) -> bool {
    let change = async { Some(changed.changed().await) };
    let gone = async {
        to.closed().await;
        None
    };
    match first_of(gone, change).await {
        Some(Ok(())) => true,
        // There will be no more changes; the browser stays connected to know that the preview is running.
        Some(Err(_)) => {
            to.closed().await;
            false
        }
        None => false,
    }
}
