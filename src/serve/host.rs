//! Checks the host name in requests.
//!
//! Any web site can point its own name to this machine (DNS rebinding), and its scripts could then read the preview.
//! But they cannot change the `Host` header of the browser, which is the name of that site.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};

/// Why a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stranger {
    /// It has no host name.
    Nameless,
    /// Its host name is not allowed.
    Named(String),
}

impl Stranger {
    /// A message for the user of the browser.
    pub(super) fn sentence(&self) -> String {
        match self {
            Self::Nameless => "This request does not name a host, so the preview does not answer it.\n".to_owned(),
            Self::Named(name) => format!(
                "This preview does not answer to the name \"{name}\", because any web site could use such a name to \
                 read it: if the name is yours, start kb with --allow-host {name}\n"
            ),
        }
    }
}

/// Whether the host names of a request (in its address and its `Host`) are allowed.
pub(super) fn check(request: &Parts, allowed: &[String]) -> Result<(), Stranger> {
    let in_address = request.uri.host();
    let in_header = request.headers.get(header::HOST).map(HeaderValue::as_bytes);
    if in_address.is_none() && in_header.is_none() {
        return Err(Stranger::Nameless);
    }
    let in_header = in_header.map(String::from_utf8_lossy);
    for host in in_address.into_iter().chain(in_header.as_deref()) {
        let name = without_port(host);
        if !is_allowed(name, allowed) {
            return Err(Stranger::Named(printable(name)));
        }
    }
    Ok(())
}

/// The host of `host:port`; for an IPv6 address, the part between the brackets.
fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.split(':').next().unwrap_or(host)
}

fn is_allowed(name: &str, allowed: &[String]) -> bool {
    let name = name.trim_end_matches('.');
    let is_local = name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    let is_address = name.parse::<IpAddr>().is_ok() || name.parse::<Ipv6Addr>().is_ok();
    is_local || is_address || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
}

/// A name, safe for a plain text message.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_left_out() {
        for (host, name) in [
            ("localhost", "localhost"),
            ("localhost:4000", "localhost"),
            ("[::1]:4000", "::1"),
            ("192.168.1.2:80", "192.168.1.2"),
        ] {
            assert_eq!(without_port(host), name);
        }
    }

    #[test]
    fn only_local_names_addresses_and_listed_names_pass() {
        let listed = ["my-laptop.local".to_owned()];
        for name in [
            "localhost",
            "LocalHost",
            "docs.localhost",
            "localhost.",
            "127.0.0.1",
            "10.0.0.7",
            "::1",
            "fe80::1",
            "My-Laptop.local",
        ] {
            assert!(is_allowed(name, &listed), "{name}");
        }
        for name in [
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.nip.io",
            "",
            "2130706433x",
        ] {
            assert!(!is_allowed(name, &listed), "{name}");
        }
    }
}
