//! A site that tests change at will, and a server in front of it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use kb_diagnostic::Diagnostic;
use kb_index::{Evidence, Excerpt, Hit, Options, SectionHit, SuggestOptions, Suggestion};
use kb_output::Body;
use tokio::sync::{oneshot, watch};

use super::client::{Answer, Stream, ask};
use crate::serve::{PATIENCE, Served, ServerOptions, Version, bind};

/// A version of a site, spelt out.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) number: u64,
    pub(super) base_path: String,
    pub(super) files: BTreeMap<String, Body>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) new_problems: Vec<usize>,
    pub(super) assets: String,
    pub(super) asked: Arc<Mutex<Vec<(String, String, Options)>>>,
}

impl Site {
    pub(super) fn new(base_path: &str) -> Self {
        let mut site = Self {
            number: 1,
            base_path: base_path.to_owned(),
            files: BTreeMap::new(),
            problems: Vec::new(),
            new_problems: Vec::new(),
            assets: "assets/one".to_owned(),
            asked: Arc::default(),
        };
        site.put("index.html", "<body>home</body>")
            .put("a/index.html", &format!("<body>{}</body>", "article ".repeat(100)))
            .put("a/index.md", "# Article")
            .put("ä b/index.html", "<body>odd name</body>")
            .put("404.html", "<body>not here</body>")
            .put("de/404.html", "<body>nicht hier</body>")
            .put("assets/one/css/kb.css", &"body { color: red }\n".repeat(50))
            .put("search/pack/en/boot.bin", &"0123456789".repeat(20));
        site
    }

    pub(super) fn put(&mut self, path: &str, text: &str) -> &mut Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }
}

impl Version for Site {
    fn number(&self) -> u64 {
        self.number
    }

    fn base_path(&self) -> &str {
        &self.base_path
    }

    fn file(&self, path: &str) -> Option<Body> {
        assert_ne!(path, "fault.html", "a fault, for a test");
        self.files.get(path).cloned()
    }

    fn source(&self, path: &str) -> Option<String> {
        let folder = path.strip_suffix("/index.html")?;
        Some(format!("content/{folder}.md"))
    }

    fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    fn new_problems(&self) -> &[usize] {
        &self.new_problems
    }

    fn asset_folder(&self) -> &str {
        &self.assets
    }

    fn languages(&self) -> Vec<String> {
        vec!["en".to_owned(), "pt-BR".to_owned()]
    }

    fn search(&self, language: &str, query: &str, options: &Options) -> Result<kb_index::Answer, kb_index::Error> {
        let mut asked = self.asked.lock().expect("no test panics with the lock");
        asked.push((language.to_owned(), query.to_owned(), options.clone()));
        if query == "damaged" {
            return Err(kb_index::Error::Damaged("search/x".into()));
        }
        Ok(kb_index::Answer {
            hits: vec![hit(); options.limit.min(4)],
            total: 4,
            missing: vec!["xyzzy".to_owned()],
            ..kb_index::Answer::default()
        })
    }

    fn suggest(&self, _: &str, _: &str, options: &SuggestOptions) -> Result<Vec<Suggestion>, kb_index::Error> {
        let suggestion = Suggestion {
            hit: hit(),
            confidence: 0.75,
            evidence: Evidence::default(),
        };
        Ok(vec![suggestion; options.limit.min(4)])
    }
}

fn hit() -> Hit {
    Hit {
        doc: 0,
        source: "a.md".to_owned(),
        url: "/a/".to_owned(),
        title: Excerpt {
            text: "Article".to_owned(),
            highlights: Vec::new(),
        },
        excerpt: Excerpt::default(),
        breadcrumb: vec!["Home".to_owned()],
        section: SectionHit {
            heading: "Part".to_owned(),
            anchor: "part".to_owned(),
            excerpt: "What it <says>".to_owned(),
            highlights: std::iter::once(0..4).collect(),
        },
        more: Vec::new(),
        score: 1.5,
        pinned: false,
        explanation: None,
    }
}

struct Newest(Mutex<Arc<Site>>);

impl Served for Newest {
    fn current(&self) -> Arc<dyn Version> {
        Arc::clone(&*self.0.lock().expect("no test panics with the lock")) as Arc<dyn Version>
    }
}

/// A server that runs until the test is over.
pub(super) struct Running {
    pub(super) addr: SocketAddr,
    newest: Arc<Newest>,
    changed: watch::Sender<u64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

pub(super) fn options() -> ServerOptions {
    ServerOptions {
        host: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: Some(0),
        allowed_hosts: vec!["laptop.local".to_owned()],
        patience: PATIENCE,
        reload: true,
        strict: false,
    }
}

impl Running {
    pub(super) fn new(site: Site) -> Self {
        Self::with(site, options())
    }

    pub(super) fn with(site: Site, options: ServerOptions) -> Self {
        let bound = bind(options).expect("a free port");
        let addr = bound.addr;
        let newest = Arc::new(Newest(Mutex::new(Arc::new(site))));
        let (changed, receiver) = watch::channel(1);
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&newest);
        let thread = std::thread::spawn(move || {
            bound.run(served, receiver, async {
                let _ = stopped.await;
            })
        });
        Self {
            addr,
            newest,
            changed,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Makes the next version out of the newest one.
    pub(super) fn change(&self, change: impl FnOnce(&mut Site)) {
        let mut newest = self.newest.0.lock().expect("no test panics with the lock");
        let mut site = Site::clone(&newest);
        site.number += 1;
        change(&mut site);
        let number = site.number;
        *newest = Arc::new(site);
        drop(newest);
        let _ = self.changed.send(number);
    }

    /// Asks for a path with further headers, each ended by a line break.
    pub(super) fn get(&self, path: &str, headers: &str) -> Answer {
        self.request("GET", path, headers)
    }

    pub(super) fn request(&self, method: &str, path: &str, headers: &str) -> Answer {
        ask(
            self.addr,
            &format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"),
        )
    }

    pub(super) fn raw(&self, request: &str) -> Answer {
        ask(self.addr, request)
    }

    pub(super) fn follow(&self, path: &str) -> Stream {
        Stream::open(self.addr, path)
    }

    /// Stops the server and waits for its end.
    pub(super) fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let result = thread.join().expect("the server does not panic");
            result.expect("the server ends well");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}
