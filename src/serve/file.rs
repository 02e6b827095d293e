//! Responses with files of the site: headers, conditions, ranges.

use std::io;
use std::sync::Arc;

use axum::body::{Body as ResponseBody, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_range_header::{EndPosition, StartPosition, parse_range_header};
use kb_output::Body;
use kb_source::BoundFile;
use xxhash_rust::xxh3::xxh3_64;

use super::disk::{self, Hashes};
use super::{content_type, live};

/// The Content-Security-Policy: that of the manual for hosts, but with images, sounds, videos and frames from
/// everywhere. A host allows the sites that its articles use; the preview has no such list.
pub(super) const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src * data:; media-src *; frame-src *; form-action 'self'; base-uri 'self'";

/// A file to send to a client.
pub(super) struct Sent {
    content: FileContent,
    content_type: String,
    /// The tag without its quotes.
    tag: String,
    /// Whether the response depends on `Accept`, apart from compression.
    negotiated: bool,
}

enum FileContent {
    Bytes(Bytes),
    Disk(BoundFile, u64),
}

impl FileContent {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Disk(_, len) => *len,
        }
    }
}

/// The bytes of a page, shared with the site.
struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The hash of a file for tags and events.
pub(super) fn hash(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

impl Sent {
    /// The file of the site at `path` of the output. Pages get the script `live` if there is one.
    pub(super) fn new(path: &str, body: &Body, live: Option<live::Script<'_>>, hashes: &Hashes) -> io::Result<Self> {
        let content_type = content_type::of(path);
        let is_page = content_type::is_html(&content_type);
        if let Body::File { file, len } = body
            && *len >= disk::LARGE
            && !is_page
        {
            let (len, hash) = hashes.of(file)?;
            return Ok(Self {
                content: FileContent::Disk(file.clone(), len),
                content_type,
                tag: format!("{hash:016x}"),
                negotiated: false,
            });
        }
        let bytes = body.read()?;
        let mut tag = hash(&bytes);
        let bytes = match live.filter(|_| is_page) {
            Some(script) => {
                let with_script = script.put_into(&bytes, &tag);
                tag.push_str("-live");
                with_script.into()
            }
            None => Bytes::from_owner(SharedBytes(bytes)),
        };
        Ok(Self {
            content: FileContent::Bytes(bytes),
            content_type,
            tag,
            negotiated: is_page,
        })
    }

    /// A file of the preview itself.
    pub(super) fn own(path: &str, bytes: &'static [u8]) -> Self {
        Self {
            content: FileContent::Bytes(Bytes::from_static(bytes)),
            content_type: content_type::of(path),
            tag: hash(bytes),
            negotiated: false,
        }
    }

    /// The response to a request for this file.
    pub(super) fn answer(self, request: &Parts) -> io::Result<Response<ResponseBody>> {
        let tag = format!("\"{}\"", self.tag);
        if let Some(known) = text(&request.headers, &header::IF_NONE_MATCH)
            && names(known, &tag)
        {
            let mut answer = self.with_headers(ResponseBody::empty());
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer.headers_mut().remove(header::CONTENT_TYPE);
            answer.headers_mut().remove(header::ACCEPT_RANGES);
            return Ok(answer);
        }
        let len = self.content.len();
        // A range of an older version is useless: then the whole file is sent.
        let range_is_of_this = text(&request.headers, &header::IF_RANGE).is_none_or(|known| known == tag);
        let range = text(&request.headers, &header::RANGE).filter(|_| range_is_of_this);
        match range.map_or(RangeRequest::Whole, |range| wanted(range, len)) {
            RangeRequest::Whole => self.part(0, len),
            RangeRequest::Part { start, len: part } => {
                let mut answer = self.part(start, part)?;
                *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
                let shown = format!("bytes {start}-{}/{len}", start + part - 1);
                set(answer.headers_mut(), header::CONTENT_RANGE, &shown);
                Ok(answer)
            }
            RangeRequest::Impossible => {
                let mut answer = self.with_headers(ResponseBody::empty());
                *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                answer.headers_mut().remove(header::CONTENT_TYPE);
                set(answer.headers_mut(), header::CONTENT_RANGE, &format!("bytes */{len}"));
                Ok(answer)
            }
        }
    }

    /// The 404 response with this page, without conditions.
    pub(super) fn not_found(self) -> io::Result<Response<ResponseBody>> {
        let len = self.content.len();
        let mut answer = self.part(0, len)?;
        *answer.status_mut() = StatusCode::NOT_FOUND;
        answer.headers_mut().remove(header::ACCEPT_RANGES);
        Ok(answer)
    }

    fn part(self, start: u64, len: u64) -> io::Result<Response<ResponseBody>> {
        let body = match &self.content {
            // Within the bytes: `wanted` has compared with their length.
            FileContent::Bytes(bytes) => bytes.slice(start as usize..(start + len) as usize).into(),
            FileContent::Disk(file, _) => disk::body(file, start, len)?,
        };
        let mut answer = self.with_headers(body);
        set(answer.headers_mut(), header::CONTENT_LENGTH, &len.to_string());
        Ok(answer)
    }

    fn with_headers(&self, body: ResponseBody) -> Response<ResponseBody> {
        let mut answer = Response::new(body);
        let headers = answer.headers_mut();
        set(headers, header::CONTENT_TYPE, &self.content_type);
        set(headers, header::ETAG, &format!("\"{}\"", self.tag));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if self.negotiated {
            headers.append(header::VARY, HeaderValue::from_static("Accept"));
        }
        if content_type::is_compressible(&self.content_type) {
            headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if content_type::is_html(&self.content_type) {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        }
        answer
    }
}

/// Sets a header with a value of visible ASCII characters.
pub(super) fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The value of a header if it is ASCII text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a list of tags has this one; weak ones count.
fn names(list: &str, tag: &str) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// The part of a file in a `Range` header.
#[derive(Debug, PartialEq, Eq)]
enum RangeRequest {
    /// The whole file: also for several ranges and for invalid ones.
    Whole,
    Part {
        start: u64,
        len: u64,
    },
    Impossible,
}

fn wanted(range: &str, len: u64) -> RangeRequest {
    let Ok(parsed) = parse_range_header(range) else {
        return RangeRequest::Whole;
    };
    let [range] = parsed.ranges.as_slice() else {
        return RangeRequest::Whole;
    };
    let start = match range.start {
        StartPosition::Index(start) if start >= len => return RangeRequest::Impossible,
        StartPosition::Index(start) => start,
        StartPosition::FromLast(_) if len == 0 => return RangeRequest::Impossible,
        StartPosition::FromLast(last) => len.saturating_sub(last),
    };
    let end = match range.end {
        EndPosition::Index(end) if end < start => return RangeRequest::Whole,
        EndPosition::Index(end) => end.saturating_add(1).min(len),
        EndPosition::LastByte => len,
    };
    RangeRequest::Part {
        start,
        len: end - start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_stay_within_the_file() {
        let part = |start, len| RangeRequest::Part { start, len };
        for (range, found) in [
            ("bytes=0-9", part(0, 10)),
            ("bytes=90-", part(90, 10)),
            ("bytes=90-1000", part(90, 10)),
            ("bytes=-5", part(95, 5)),
            ("bytes=-500", part(0, 100)),
            ("bytes=100-", RangeRequest::Impossible),
            ("bytes=5-4", RangeRequest::Whole),
            ("bytes=0-1,5-6", RangeRequest::Whole),
            ("lines=0-1", RangeRequest::Whole),
            ("bytes=x", RangeRequest::Whole),
        ] {
            assert_eq!(wanted(range, 100), found, "{range}");
        }
        assert_eq!(wanted("bytes=0-", 0), RangeRequest::Impossible);
        assert_eq!(wanted("bytes=-1", 0), RangeRequest::Impossible);
        assert_eq!(wanted("bytes=0-18446744073709551615", 7), part(0, 7));
    }

    #[test]
    fn tags_are_compared_weakly() {
        for list in ["\"a\"", "W/\"a\"", "\"x\", W/\"a\"", "*"] {
            assert!(names(list, "\"a\""), "{list}");
        }
        assert!(!names("\"b\", a", "\"a\""));
    }
}
