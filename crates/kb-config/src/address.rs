//! Addresses that pages send something to: with the request of a browser, so that they are public.

use url::{Host, Url};

/// What is wrong with an address, and a hint.
pub(super) type Problem = (String, String);

/// A problem with `text`, which the message begins with.
pub(super) fn problem(text: &str, message: &str, hint: &str) -> Problem {
    (format!("`{text}` {message}"), hint.to_owned())
}

/// Whether `text` is a path on the site; `Ok(None)` if it must be a URL.
///
/// # Errors
/// It begins like a path, but browsers read it as the address of another host.
pub(super) fn path_of_site<'a>(text: &'a str, examples: &str) -> Result<Option<&'a str>, Problem> {
    // Browsers read `\` as `/`.
    if text.starts_with("//") || text.starts_with("/\\") {
        return Err(problem(text, "leads to another site", examples));
    }
    Ok(text.strip_prefix('/'))
}

/// The URL of a program on another host that receives what pages send.
///
/// # Errors
/// It is no URL, is not encrypted, has credentials, or has a fragment, which browsers do not send.
pub(super) fn receiver_url(text: &str, examples: &str) -> Result<Url, Problem> {
    // The parser mends these, and browsers do the same: `https:///m` is the host `m`.
    let mended = text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    let has_host = text
        .split_once("://")
        .is_some_and(|(_, rest)| !rest.starts_with(['/', '?', '#']));
    let url = match Url::parse(text) {
        Ok(url) if !mended && (has_host || !matches!(url.scheme(), "http" | "https")) => url,
        _ => {
            let message = "is neither a path that begins with `/` nor an absolute URL";
            return Err(problem(text, message, examples));
        }
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
        let hint = "what pages send to another host is sent encrypted; `http://` is allowed for `localhost` only";
        return Err(problem(text, "must begin with `https://`", hint));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let hint = "everybody could read it in the pages; remove it";
        return Err(problem(text, "contains a user name or a password", hint));
    }
    if url.fragment().is_some() {
        return Err(problem(text, "has a fragment", "remove `#` and what follows"));
    }
    Ok(url)
}

/// Where pages post what customers write: a path on the site, with a query if wanted, or a URL.
///
/// # Errors
/// What is wrong, and a hint.
pub(super) fn endpoint(text: &str) -> Result<String, Problem> {
    const EXAMPLES: &str =
        "write a path on the site such as `/messages`, or a URL such as `https://example.com/messages`";
    let Some(path) = path_of_site(text, EXAMPLES)? else {
        return receiver_url(text, EXAMPLES).map(|_| text.to_owned());
    };
    if path.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let hint = "write a space in an address as `%20`";
        return Err(problem(text, "contains white space", hint));
    }
    if path.contains('#') {
        return Err(problem(text, "has a fragment", "remove `#` and what follows"));
    }
    Ok(text.to_owned())
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_paths_or_encrypted_urls() {
        for text in [
            "/messages",
            "/",
            "/m.php?key=a%20b&x",
            "/ä",
            "https://example.com",
            "https://example.com/m?key=1",
            "https://example.com:8443/m",
            "http://localhost:8080/m",
            "http://app.localhost/m",
            "http://127.0.0.1/m",
            "http://[::1]:9/m",
        ] {
            assert_eq!(endpoint(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_would_lose_or_betray_a_message_is_refused_with_a_hint() {
        for (text, message) in [
            ("", "is neither a path that begins with `/` nor an absolute URL"),
            ("messages", "is neither a path that begins with `/` nor an absolute URL"),
            (
                "https:///m",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            ("https:m", "is neither a path that begins with `/` nor an absolute URL"),
            ("https:/m", "is neither a path that begins with `/` nor an absolute URL"),
            (
                "https://?m",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            (
                "https:\\\\m",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            (
                " https://example.com/m",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            (
                "https://example.com/m ",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            (
                "https://exa\tmple.com/m",
                "is neither a path that begins with `/` nor an absolute URL",
            ),
            ("/a b", "contains white space"),
            ("/a\n", "contains white space"),
            ("/m#a", "has a fragment"),
            ("https://example.com/m#a", "has a fragment"),
            ("//example.com/m", "leads to another site"),
            ("/\\example.com/m", "leads to another site"),
            ("http://example.com/m", "must begin with `https://`"),
            ("http://127.0.0.1.example/m", "must begin with `https://`"),
            ("mailto:help@example.com", "must begin with `https://`"),
            ("javascript:alert(1)", "must begin with `https://`"),
            (
                "https://user:password@example.com/m",
                "contains a user name or a password",
            ),
            ("https://user@example.com/m", "contains a user name or a password"),
        ] {
            let (said, hint) = endpoint(text).expect_err(text);
            assert_eq!(said, format!("`{text}` {message}"));
            assert!(!hint.is_empty());
        }
    }
}
