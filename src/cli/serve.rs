//! `kb serve`: the site in a browser, with every change shown as soon as it is saved.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kb_diagnostic::{Diagnostic, count};
use kb_output::Body;
use kb_site::Publish;
use tokio::sync::{oneshot, watch as channel};

use super::build::{now, output_folder};
use super::report::{counted, grouped, outcome, report};
use super::{CommandOutcome, Format, ServeArgs, eprint};
use crate::pipeline::{
    BuildOptions, Changed, Preview, PreviewOptions, Snapshot, check_output, open_project, write_snapshot,
};
use crate::serve::{PATIENCE, Served, ServerOptions, Version, bind};
use crate::watch::{Changes, Notice, WatchOptions, Watcher};

pub(super) fn run(args: &ServeArgs) -> io::Result<CommandOutcome> {
    let since = Instant::now();
    let bound = match bind(server_options(args)?) {
        Ok(bound) => bound,
        Err(error) => {
            return Err(io::Error::new(
                error.kind(),
                format!("cannot listen on {}: {error}", args.host),
            ));
        }
    };
    let (changed, listen) = channel::channel(1);
    let (write, written) = mpsc::channel();
    let reporter = Reporter::new(args);
    let listener = {
        let reporter = Arc::clone(&reporter);
        move |snapshot: &Arc<Snapshot>| {
            reporter.tell(snapshot);
            changed.send_replace(snapshot.number);
            // Without an output folder, the channel has no receiver.
            let _ = write.send(());
        }
    };
    let preview = match start(args, Box::new(listener)) {
        Ok(preview) => Arc::new(preview),
        Err(problems) => {
            report(&problems, Format::Human)?;
            return Ok(CommandOutcome::Failed);
        }
    };
    let snapshot = preview.current();
    let interrupted = interruption()?;
    reporter.begin(&snapshot)?;
    reporter.say(&greeting(args, &bound, &snapshot, since.elapsed()));
    if let Some(output) = &args.output {
        write_on_change(output, &preview, written);
    }
    if args.watch {
        follow(args, &preview, &reporter);
    }
    if args.open {
        // A machine without a browser can still serve.
        if let Err(error) = open::that_detached(bound.url(snapshot.base_path())) {
            reporter.say(&format!("cannot open a browser: {error}\n"));
        }
    }
    drop(snapshot);
    let served = Arc::new(Latest(Arc::clone(&preview)));
    bound.run(served, listen, interrupted)?;
    let problems = &preview.current().problems;
    Ok(if args.strict {
        outcome(problems, true)
    } else {
        CommandOutcome::Fine
    })
}

fn server_options(args: &ServeArgs) -> io::Result<ServerOptions> {
    let mut allowed_hosts = args.allow_host.clone();
    let host = if let Ok(address) = args.host.parse::<IpAddr>() {
        address
    } else {
        allowed_hosts.push(args.host.clone());
        address_of(&args.host)?
    };
    Ok(ServerOptions {
        host,
        port: args.port,
        allowed_hosts,
        patience: PATIENCE,
        reload: args.watch,
        strict: args.strict,
    })
}

/// The address of a name, such as `localhost`: that of IPv4, if it has one.
fn address_of(name: &str) -> io::Result<IpAddr> {
    use std::net::ToSocketAddrs as _;
    let wrong = |reason: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("`--host {name}`: {reason}"));
    let found = (name, 0).to_socket_addrs().map_err(|error| wrong(&error.to_string()))?;
    let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses
        .first()
        .copied()
        .ok_or_else(|| wrong("this name has no address"))
}

fn start(args: &ServeArgs, listener: Box<crate::pipeline::Listener>) -> Result<Preview, Vec<Diagnostic>> {
    let project = open_project(&args.path, args.base_url.as_deref())?;
    if let Some(output) = &args.output {
        check_output(&project, output).map_err(|problem| vec![problem])?;
    }
    let output = args.output.clone().unwrap_or_else(|| output_folder(&project, false));
    let all = args.watch && !args.published;
    Preview::start(
        PreviewOptions {
            path: args.path.clone(),
            base_url: args.base_url.clone(),
            build: BuildOptions {
                publish: Publish {
                    drafts: args.drafts || all,
                    future: args.future || all,
                    now: now(),
                },
                offline: false,
                output,
                output_given: args.output.is_some(),
            },
            now,
        },
        listener,
    )
}

/// The message when the server is ready.
fn greeting(args: &ServeArgs, bound: &crate::serve::Bound, snapshot: &Snapshot, took: Duration) -> String {
    let base = snapshot.base_path();
    let languages = snapshot.languages();
    let articles = languages.first().map_or(0, |language| language.articles.len());
    let mut text = format!(
        "{} ready in {:.2} s\n",
        counted(articles, "article"),
        took.as_secs_f64()
    );
    if let Some(port) = bound.asked_for {
        let _ = writeln!(text, "  port {port} is taken; using port {} instead", bound.addr.port());
    }
    let _ = writeln!(text, "  {}", bound.url(base));
    let others = bound.lan_urls(base);
    for url in &others {
        let _ = writeln!(text, "  {url}  (on your network)");
    }
    if !others.is_empty() {
        text.push_str("  anyone on your network can read this preview\n");
    }
    text.push_str(if args.watch {
        "Watching for changes; press Ctrl-C to stop.\n"
    } else {
        "Press Ctrl-C to stop. With `--watch`, changes show as you save.\n"
    });
    text
}

/// Starts to listen for Ctrl-C and the signal to terminate. The future is ready when one arrives.
///
/// The handlers are in place when this function returns: a signal that arrives right after the greeting ends the
/// preview in order, with its exit code.
fn interruption() -> io::Result<impl Future<Output = ()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (send, interrupted) = oneshot::channel();
    let signals = {
        let _context = runtime.enter();
        signals()?
    };
    thread::Builder::new().name("kb-signals".to_owned()).spawn(move || {
        runtime.block_on(signals);
        // The preview may have ended for another reason.
        let _ = send.send(());
    })?;
    Ok(async {
        // Without a sender, only the system can end the program.
        if interrupted.await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

#[cfg(unix)]
fn signals() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// Refreshes the preview whenever files change, on a thread of its own.
fn follow(args: &ServeArgs, preview: &Arc<Preview>, reporter: &Arc<Reporter>) {
    let mut watcher = Watcher::new(WatchOptions {
        poll: args.poll,
        ..WatchOptions::default()
    });
    let (preview, reporter) = (Arc::clone(preview), Arc::clone(reporter));
    thread::spawn(move || {
        let mut folders = BTreeSet::new();
        watch_folders(&preview, &mut watcher, &mut folders);
        loop {
            for notice in watcher.notices() {
                let Notice::Polling { reason } = notice;
                reporter.say(&format!(
                    "comparing files every half second instead of watching them: {reason}\n"
                ));
            }
            let changes = watcher.next();
            let since = Instant::now();
            let refreshed = preview.refresh(if changes.everything {
                Changed::Anything
            } else {
                Changed::Only(&changes.paths)
            });
            if refreshed.is_some() {
                reporter.changed(&changes, since.elapsed());
            }
            watch_folders(&preview, &mut watcher, &mut folders);
        }
    });
}

/// Watches every folder that was read. New ones are read again, because files may have been created before they were
/// watched.
fn watch_folders(preview: &Preview, watcher: &mut Watcher, watched: &mut BTreeSet<PathBuf>) {
    loop {
        let folders = preview.folders();
        if folders == *watched || watcher.watch(&folders).is_empty() {
            *watched = folders;
            return;
        }
        *watched = folders;
        preview.refresh(Changed::Anything);
    }
}

/// Writes the site to a folder, now and after each change, on a thread of its own.
fn write_on_change(output: &Path, preview: &Arc<Preview>, changed: Receiver<()>) {
    let (preview, output) = (Arc::clone(preview), output.to_path_buf());
    thread::spawn(move || {
        loop {
            let snapshot = preview.current();
            if let Err(problem) = write_snapshot(&snapshot, &output) {
                let _ = report(&[problem], Format::Human);
            }
            drop(snapshot);
            if changed.recv().is_err() {
                return;
            }
            while changed.try_recv().is_ok() {}
        }
    });
}

/// Reports changes on the terminal, and every problem once.
struct Reporter {
    quiet: bool,
    /// The problems already reported.
    known: Mutex<Vec<Diagnostic>>,
}

impl Reporter {
    fn new(args: &ServeArgs) -> Arc<Self> {
        Arc::new(Self {
            quiet: args.quiet,
            known: Mutex::default(),
        })
    }

    /// Reports the problems at the start.
    fn begin(&self, snapshot: &Snapshot) -> io::Result<()> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        report(&snapshot.problems, Format::Human)?;
        known.clone_from(&snapshot.problems);
        Ok(())
    }

    /// Reports new problems, and the number of fixed ones.
    fn tell(&self, snapshot: &Snapshot) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before: std::collections::HashSet<&Diagnostic> = known.iter().collect();
        let new: Vec<Diagnostic> = snapshot
            .problems
            .iter()
            .filter(|problem| !before.contains(problem))
            .cloned()
            .collect();
        let fixed = before.len() + new.len() - snapshot.problems.len();
        // If standard error is closed, the report is lost.
        let _ = report(&new, Format::Human);
        if fixed > 0 {
            let left = count(&snapshot.problems);
            let left = match (left.errors, left.warnings) {
                (0, 0) => "no problems left".to_owned(),
                (errors, warnings) => {
                    format!("{}, {} left", counted(errors, "error"), counted(warnings, "warning"))
                }
            };
            self.say(&format!("fixed {}; {left}\n", counted(fixed, "problem")));
        }
        known.clone_from(&snapshot.problems);
    }

    /// Reports the changed files and the time until they were served.
    fn changed(&self, changes: &Changes, took: Duration) {
        let name = |path: &PathBuf| {
            let current = std::env::current_dir().unwrap_or_default();
            let relative = path.strip_prefix(&current).or_else(|_| path.strip_prefix("."));
            relative.unwrap_or(path).display().to_string()
        };
        let mut names = changes.paths.iter().map(name);
        let what = match (names.next(), changes.paths.len()) {
            (Some(first), 1) => first,
            (Some(first), more) => format!("{first} and {} more", grouped(more - 1)),
            (None, _) => "files".to_owned(),
        };
        self.say(&format!("changed {what} ({:.0} ms)\n", took.as_secs_f64() * 1e3));
    }

    fn say(&self, text: &str) {
        if !self.quiet {
            eprint(text);
        }
    }
}

/// The newest state of a preview, for the server.
struct Latest(Arc<Preview>);

impl Served for Latest {
    fn current(&self) -> Arc<dyn Version> {
        self.0.current()
    }
}

impl Version for Snapshot {
    fn number(&self) -> u64 {
        self.number
    }

    fn base_path(&self) -> &str {
        self.base_path()
    }

    fn file(&self, path: &str) -> Option<Body> {
        self.file(path)
    }

    fn source(&self, path: &str) -> Option<String> {
        self.source(path)
    }

    fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    fn new_problems(&self) -> &[usize] {
        &self.new_problems
    }

    fn asset_folder(&self) -> &str {
        self.asset_folder()
    }

    fn languages(&self) -> Vec<String> {
        self.languages()
            .iter()
            .map(|language| language.language.to_string())
            .collect()
    }

    fn search(
        &self,
        language: &str,
        query: &str,
        options: &kb_index::Options,
    ) -> Result<kb_index::Answer, kb_index::Error> {
        self.search(number(self, language), query, options)
    }

    fn suggest(
        &self,
        language: &str,
        message: &str,
        options: &kb_index::SuggestOptions,
    ) -> Result<Vec<kb_index::Suggestion>, kb_index::Error> {
        self.suggest(number(self, language), message, options)
    }
}

/// The number of a language of a site by its tag.
fn number(site: &Snapshot, language: &str) -> usize {
    let named = |site: &kb_site::LanguageSite| site.language.tag() == language;
    site.languages().iter().position(named).unwrap_or(0)
}
