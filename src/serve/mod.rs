//! The preview server: shows the newest version of a site as a static host would, and tells browsers when it changes.
//!
//! 1. [`bind`] binds a port, [`Bound::run`] serves until it is stopped.
//! 2. A request passes the check of its host name (`host`), is led to a file of the site (`address`, `file`), to the
//!    interface for searches (`api`) or to what belongs to the preview itself (`live`, `events`, `problems`).
//! 3. A browser that opens a page gets one `<script>` more than the site has. It listens to the events and changes the
//!    page in place; other clients get exactly the bytes that a build writes.
//!
//! The server uses the site only through the traits [`Served`] and [`Version`].

mod address;
mod api;
mod bind;
mod connection;
mod content_type;
mod disk;
mod events;
mod file;
mod host;
mod linked;
mod live;
mod problems;
mod server;
mod stream;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kb_diagnostic::Diagnostic;
use kb_output::Body;

pub(crate) use bind::{Bound, bind};

/// Gives access to the newest version of a site.
pub(crate) trait Served: Send + Sync + 'static {
    /// The newest version.
    fn current(&self) -> Arc<dyn Version>;
}

/// One state of a site.
///
/// Every call may compute (render a page, build an index), so the server makes these calls on threads that may block.
pub(crate) trait Version: Send + Sync {
    /// Its number; later versions have higher ones.
    fn number(&self) -> u64;

    /// The path that the site lives under, with `/` at both ends: `/` or `/help/`.
    fn base_path(&self) -> &str;

    /// The file at a path below the root of the output, such as `billing/refund/index.html`, percent-decoded.
    fn file(&self, path: &str) -> Option<Body>;

    /// The Markdown source of the page at a path of the output, by its name in messages.
    fn source(&self, path: &str) -> Option<String>;

    /// All problems, worst first.
    fn problems(&self) -> &[Diagnostic];

    /// The indexes in [`problems`](Self::problems) of those that the previous version did not have.
    fn new_problems(&self) -> &[usize];

    /// The folder of the theme's files, such as `assets/1a2b3c4d`, whose name changes when one of them changes.
    fn asset_folder(&self) -> &str;

    /// The tags of the site's languages, the default one first.
    fn languages(&self) -> Vec<String>;

    /// Answers a query from the index of a language, which is one of [`languages`](Self::languages).
    ///
    /// # Errors
    /// If the index cannot be built or read.
    fn search(
        &self,
        language: &str,
        query: &str,
        options: &kb_index::Options,
    ) -> Result<kb_index::Answer, kb_index::Error>;

    /// Suggests articles for a message from the index of a language, which is one of [`languages`](Self::languages).
    ///
    /// # Errors
    /// If the index cannot be built or read.
    fn suggest(
        &self,
        language: &str,
        message: &str,
        options: &kb_index::SuggestOptions,
    ) -> Result<Vec<kb_index::Suggestion>, kb_index::Error>;
}

/// How to serve.
#[derive(Debug, Clone)]
pub(crate) struct ServerOptions {
    /// The address to listen on; a loopback address is only reachable from this machine.
    pub host: IpAddr,
    /// The port; without one [`DEFAULT_PORT`]. A port that is taken is replaced by the next free one.
    pub port: Option<u16>,
    /// Allowed host names besides `localhost`, its subdomains and IP addresses. If `host` was given as a name, it must
    /// be included.
    pub allowed_hosts: Vec<String>,
    /// The time limit for the head of a request, and for an idle connection between two requests.
    pub patience: Duration,
    /// Whether pages listen for changes.
    pub reload: bool,
    /// Whether warnings count as much as errors.
    pub strict: bool,
}

/// The default of [`ServerOptions::patience`]: longer than browsers take, and longer than the usual pause between two
/// clicks.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The default port: 4000, as in other previews of static sites.
pub(crate) const DEFAULT_PORT: u16 = 4000;
