//! Handles requests: host name, method, address, response.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body as ResponseBody;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, Response, StatusCode, Version as Protocol, header};
use axum::middleware::map_response;
use kb_render::theme::SIGNALS_SCRIPT;
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::address::{self, HostedFile, UrlPlace};
use super::disk::Hashes;
use super::file::{self, Sent};
use super::live::{self, Script};
use super::{Served, ServerOptions, Version, api, content_type, events, host, problems};

/// The number of remembered former names of the theme folder.
const FORMER_FOLDERS: usize = 50;

/// What all requests share.
pub(super) struct Server {
    pub(super) served: Arc<dyn Served>,
    pub(super) changed: watch::Receiver<u64>,
    pub(super) options: ServerOptions,
    api_limit: api::Limit,
    pub(super) hashes: Hashes,
    /// The names of the theme folder in earlier responses, the newest last.
    asset_folders: Mutex<Vec<String>>,
}

/// The target of a request.
enum Reply {
    Answer(Response<ResponseBody>),
    /// The event stream of the page at this URL path.
    Events(String),
}

impl Server {
    pub(super) fn new(served: Arc<dyn Served>, changed: watch::Receiver<u64>, options: ServerOptions) -> Self {
        Self {
            served,
            changed,
            options,
            api_limit: api::Limit::default(),
            hashes: Hashes::default(),
            asset_folders: Mutex::default(),
        }
    }

    /// The service that answers requests.
    pub(super) fn into_app(self) -> Router {
        let worthwhile = |_: StatusCode, _: Protocol, headers: &HeaderMap, _: &Extensions| {
            file::text(headers, &header::CONTENT_TYPE).is_some_and(content_type::is_compressible)
        };
        // Browser and server are on the same network: speed matters more than size.
        let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
        Router::new()
            .fallback(answer)
            .layer(compression.compress_when(worthwhile))
            .layer(map_response(finish))
            .with_state(Arc::new(self))
    }

    fn reply(&self, request: &Parts, client: IpAddr) -> io::Result<Reply> {
        let version = self.served.current();
        let version = version.as_ref();
        self.remember_assets(version.asset_folder());
        let base_path = version.base_path();
        let Some(path) = address::decoded(request.uri.path()) else {
            return self.not_found(version, "", request);
        };
        let path = match address::place(&path, base_path) {
            UrlPlace::Site(path) => path,
            UrlPlace::SiteWithoutSlash => return Ok(with_slash(request)),
            UrlPlace::Root => return Ok(redirect(StatusCode::FOUND, &address::encoded(base_path))),
            UrlPlace::Outside => {
                let sentence = format!("There is nothing here: the site begins at {base_path}\n");
                return Ok(Reply::Answer(plain(StatusCode::NOT_FOUND, sentence)));
            }
        };
        if let Some(own) = path.strip_prefix("_kb/") {
            return Self::own(version, own, request);
        }
        // Nobody should be counted in a preview. The pages are those of a build, but this script is empty.
        if self.is_signals_script(version, path) {
            return Sent::own(path, b"").answer(request).map(Reply::Answer);
        }
        match address::find(version, path) {
            HostedFile::File(path, body) => {
                let sent = Sent::new(&path, &body, self.script(version, request, false), &self.hashes)?;
                sent.answer(request).map(Reply::Answer)
            }
            HostedFile::Folder => Ok(with_slash(request)),
            HostedFile::Nothing => match path {
                "api/search" => Ok(self.api(version, request, client, api::search)),
                "api/suggest" => Ok(self.api(version, request, client, api::suggest)),
                _ => match self.former_asset(version, path, request)? {
                    Some(answer) => Ok(Reply::Answer(answer)),
                    None => self.not_found(version, path, request),
                },
            },
        }
    }

    /// The script for a page in the response to this request.
    fn script<'a>(&self, version: &'a dyn Version, request: &Parts, not_found: bool) -> Option<Script<'a>> {
        let wanted = self.options.reload && live::opens_a_page(file::text(&request.headers, &header::ACCEPT));
        wanted.then(|| Script {
            base_path: version.base_path(),
            not_found,
        })
    }

    fn not_found(&self, version: &dyn Version, path: &str, request: &Parts) -> io::Result<Reply> {
        let Some((page, body)) = address::find_not_found(version, path) else {
            return Ok(Reply::Answer(plain(
                StatusCode::NOT_FOUND,
                "There is no such page.\n".to_owned(),
            )));
        };
        let sent = Sent::new(&page, &body, self.script(version, request, true), &self.hashes)?;
        sent.not_found().map(Reply::Answer)
    }

    /// The files of the preview itself.
    fn own(version: &dyn Version, path: &str, request: &Parts) -> io::Result<Reply> {
        Ok(match path {
            "live.js" => Reply::Answer(Sent::own(path, live::SOURCE.as_bytes()).answer(request)?),
            "events" => Reply::Events(api::parameter(request.uri.query(), "path").unwrap_or_default()),
            "problems" => Reply::Answer(json(StatusCode::OK, &problems::all(version))),
            _ => Reply::Answer(plain(
                StatusCode::NOT_FOUND,
                "The preview has nothing here.\n".to_owned(),
            )),
        })
    }

    fn api(&self, version: &dyn Version, request: &Parts, client: IpAddr, answer: api::Endpoint) -> Reply {
        let result = self
            .api_limit
            .check(client)
            .and_then(|()| answer(version, request.uri.query()));
        Reply::Answer(match result {
            Ok(value) => json(StatusCode::OK, &value),
            Err(refusal) => {
                let mut answer = json(refusal.status, &refusal);
                if let Some(seconds) = refusal.retry_after {
                    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
                }
                answer
            }
        })
    }

    /// Whether the script that sends signals is at this path, by the name of the theme folder now or formerly.
    fn is_signals_script(&self, version: &dyn Version, path: &str) -> bool {
        let folder = path
            .strip_suffix(SIGNALS_SCRIPT)
            .and_then(|folder| folder.strip_suffix('/'));
        folder.is_some_and(|folder| {
            let known = self.asset_folders.lock().unwrap_or_else(PoisonError::into_inner);
            let now = version.asset_folder();
            known.iter().any(|name| name == folder) && version.file(&format!("{now}/{SIGNALS_SCRIPT}")).is_some()
        })
    }

    fn remember_assets(&self, folder: &str) {
        let mut folders = self.asset_folders.lock().unwrap_or_else(PoisonError::into_inner);
        if folders.last().is_some_and(|last| last == folder) {
            return;
        }
        folders.retain(|known| known != folder);
        folders.push(folder.to_owned());
        let too_many = folders.len().saturating_sub(FORMER_FOLDERS);
        folders.drain(..too_many);
    }

    /// The current version of a theme file that is requested by a former folder name.
    ///
    /// A page that was opened before the theme changed loads parts of its scripts later with the old name.
    /// `Content-Location` says that it is another file.
    fn former_asset(
        &self,
        version: &dyn Version,
        path: &str,
        request: &Parts,
    ) -> io::Result<Option<Response<ResponseBody>>> {
        let now = version.asset_folder();
        let folders = self
            .asset_folders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let former = folders.iter().filter(|folder| *folder != now && !folder.is_empty());
        let found = former
            .filter_map(|folder| path.strip_prefix(folder.as_str())?.strip_prefix('/'))
            .find_map(|name| match address::find(version, &format!("{now}/{name}")) {
                HostedFile::File(path, body) => Some((path, body)),
                HostedFile::Folder | HostedFile::Nothing => None,
            });
        let Some((path, body)) = found else { return Ok(None) };
        let mut answer = Sent::new(&path, &body, None, &self.hashes)?.answer(request)?;
        let place = address::encoded(&format!("{}{path}", version.base_path()));
        file::set(answer.headers_mut(), header::CONTENT_LOCATION, &place);
        Ok(Some(answer))
    }
}

async fn answer(
    State(server): State<Arc<Server>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<ResponseBody> {
    let (request, _) = request.into_parts();
    if let Err(stranger) = host::check(&request, &server.options.allowed_hosts) {
        return plain(StatusCode::FORBIDDEN, stranger.sentence());
    }
    if request.method != Method::GET && request.method != Method::HEAD {
        let mut answer = plain(
            StatusCode::METHOD_NOT_ALLOWED,
            "The preview answers GET and HEAD only.\n".to_owned(),
        );
        file::set(answer.headers_mut(), header::ALLOW, "GET, HEAD");
        return answer;
    }
    let worker = Arc::clone(&server);
    let reply = spawn_blocking(move || worker.reply(&request, client.ip().to_canonical())).await;
    match reply {
        Ok(Ok(Reply::Answer(answer))) => answer,
        Ok(Ok(Reply::Events(path))) => events::stream(server, path),
        Ok(Err(error)) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("This file cannot be read: {error}.\n"),
        ),
        Err(_) => plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "kb failed while it made this page. This is a fault in kb: please report it.\n".to_owned(),
        ),
    }
}

/// Adds the headers of every response.
async fn finish(mut answer: Response<ResponseBody>) -> Response<ResponseBody> {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The tag is that of the bytes before they were compressed.
    if headers.contains_key(header::CONTENT_ENCODING)
        && let Some(tag) = file::text(headers, &header::ETAG)
    {
        let weak = format!("W/{tag}");
        file::set(headers, header::ETAG, &weak);
    }
    answer
}

/// Redirects to the same address with a trailing `/`.
fn with_slash(request: &Parts) -> Reply {
    let path = request.uri.path();
    let target = match request.uri.query() {
        Some(query) => format!("{path}/?{query}"),
        None => format!("{path}/"),
    };
    // It is a valid URL; only non-ASCII letters are not allowed in a header.
    let target = utf8_percent_encode(&target, CONTROLS).to_string();
    redirect(StatusCode::MOVED_PERMANENTLY, &target)
}

fn redirect(status: StatusCode, target: &str) -> Reply {
    let mut answer = plain(status, format!("It is at {target}\n"));
    file::set(answer.headers_mut(), header::LOCATION, target);
    Reply::Answer(answer)
}

fn plain(status: StatusCode, sentence: String) -> Response<ResponseBody> {
    let mut answer = Response::new(sentence.into());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<ResponseBody> {
    // Strings, numbers, lists and objects with text keys always serialize.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut answer = Response::new(text.into());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
