//! `kb build`

use std::fmt::Write as _;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kb_diagnostic::{Diagnostic, count};
use kb_site::{HeldBackCounts, Publish};

use super::progress::Spinner;
use super::report::{bytes, counted, grouped, outcome, report};
use super::{BuildArgs, CommandOutcome, Format, eprint};
use crate::pipeline::{BuildOptions, BuildReport, Project, build, open_project};

/// The output folder of an offline site, so that it does not replace the online one.
const OFFLINE_OUTPUT: &str = "public-offline";

pub(super) fn run(args: &BuildArgs) -> io::Result<CommandOutcome> {
    let since = Instant::now();
    let format = args.report.format;
    if let Some(threads) = args.threads {
        // Fails only if the pool was used before, which is not the case here.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global();
    }
    let project = match open_project(&args.path, args.base_url.as_deref()) {
        Ok(project) => project,
        Err(diagnostics) => return failed(&diagnostics, format),
    };
    let output = args.output.clone();
    let output = output.unwrap_or_else(|| output_folder(&project, args.offline));
    let options = BuildOptions {
        publish: Publish {
            drafts: args.drafts,
            future: args.future,
            now: now(),
        },
        offline: args.offline,
        output_given: args.output.is_some(),
        output,
    };
    let spinner = Spinner::new(args.report.quiet || format != Format::Human);
    let built = build(&project, &options, &spinner);
    spinner.finish();
    let built = match built {
        Ok(built) => built,
        Err(diagnostics) => return failed(&diagnostics, format),
    };
    report(&built.diagnostics, format)?;
    if !args.report.quiet && format == Format::Human {
        eprint(&summary(&built, &options, since.elapsed()));
    }
    if args.timings {
        eprint(&timings(&built, since.elapsed()));
    }
    Ok(outcome(&built.diagnostics, args.strict))
}

/// The default output folder.
pub(super) fn output_folder(project: &Project, offline: bool) -> PathBuf {
    match &project.root {
        root if offline => root.clone().unwrap_or_default().join(OFFLINE_OUTPUT),
        Some(root) => root.join(&project.config.build.output),
        None => PathBuf::from("public"),
    }
}

fn failed(diagnostics: &[Diagnostic], format: Format) -> io::Result<CommandOutcome> {
    report(diagnostics, format)?;
    Ok(CommandOutcome::Failed)
}

/// The articles that are not published, by reason, each with the option that publishes them.
fn left_out(held_back: HeldBackCounts) -> Vec<String> {
    let them = |count| if count == 1 { "it" } else { "them" };
    let mut parts = Vec::new();
    if held_back.drafts > 0 {
        let drafts = counted(held_back.drafts, "draft");
        parts.push(format!("{drafts} (`--drafts` includes {})", them(held_back.drafts)));
    }
    if held_back.scheduled > 0 {
        let articles = counted(held_back.scheduled, "scheduled article");
        parts.push(format!(
            "{articles} (`--future` includes {})",
            them(held_back.scheduled)
        ));
    }
    if held_back.expired > 0 {
        parts.push(counted(held_back.expired, "expired article"));
    }
    parts
}

/// The current time, or the time in `SOURCE_DATE_EPOCH`, by <https://reproducible-builds.org/specs/source-date-epoch/>.
pub(super) fn now() -> i64 {
    let given = std::env::var("SOURCE_DATE_EPOCH")
        .ok()
        .and_then(|seconds| seconds.parse().ok());
    given.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    })
}

fn summary(built: &BuildReport, options: &BuildOptions, took: Duration) -> String {
    let mut text = format!("Built {} in ", counted(built.articles, "article"));
    match built.languages.as_slice() {
        [only] => text.push_str(only),
        several => {
            let _ = write!(text, "{} languages ({})", several.len(), several.join(", "));
        }
    }
    let _ = write!(
        text,
        ": {}, search index {}, in {:.2} s\n  {}",
        counted(built.pages, "page"),
        bytes(built.index_bytes),
        took.as_secs_f64(),
        options.output.display()
    );
    let written = &built.written;
    let _ = writeln!(
        text,
        " ({} of {}: {} new or changed, {} removed)",
        counted((written.written + written.unchanged) as usize, "file"),
        bytes(written.bytes),
        grouped(written.written as usize),
        grouped(written.removed as usize)
    );
    let left_out = left_out(built.held_back);
    if !left_out.is_empty() {
        let _ = writeln!(text, "  left out: {}", left_out.join(", "));
    }
    if options.offline {
        let page = options.output.join("index.html");
        let _ = writeln!(text, "  open {} in a browser", page.display());
    } else if !built.has_base_url {
        text.push_str(
            "  without `base_url` there is no sitemap, no feed and no canonical URL (set it in kb.toml or with `-u`)\n",
        );
    }
    let counts = count(&built.diagnostics);
    if counts.errors + counts.warnings > 0 {
        let _ = writeln!(
            text,
            "  {}, {}",
            counted(counts.errors, "error"),
            counted(counts.warnings, "warning")
        );
    }
    if let Some(left_over) = &written.left_over {
        let _ = writeln!(text, "  could not remove {}; you can delete it", left_over.display());
    }
    text
}

fn timings(built: &BuildReport, took: Duration) -> String {
    let mut text = String::new();
    for (stage, time) in &built.timings {
        let _ = writeln!(text, "{:<22}{:>8.0} ms", stage, time.as_secs_f64() * 1e3);
    }
    let _ = writeln!(text, "{:<22}{:>8.0} ms", "all", took.as_secs_f64() * 1e3);
    text
}
