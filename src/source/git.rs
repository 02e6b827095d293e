//! When files were last changed, from git: one walk through the history for all of them.
//!
//! The `git` command is used rather than a library: it is there wherever the question makes sense, knows every
//! repository format, and streams, so that the walk ends once every file is dated.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::ContentPath;

/// What git knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitDates {
    /// The folder is not in a repository, or there is no git.
    None,
    /// The clone is shallow: every file would seem to have changed with the oldest commit it has.
    Shallow,
    /// Seconds since 1970 of the last commit that changed each file.
    Known(HashMap<ContentPath, i64>),
}

/// Asks git when each of `paths` in `folder` was last changed.
pub fn git_dates(folder: &Path, paths: &HashSet<ContentPath>) -> GitDates {
    match answer(folder, &["rev-parse", "--is-shallow-repository"]).as_deref() {
        Some("false") => {}
        Some("true") => return GitDates::Shallow,
        _ => return GitDates::None,
    }
    let child = git(folder)
        .args([
            "-c",
            "core.quotepath=off",
            "log",
            "--format=format:%x01%ct",
            "--name-only",
            "--no-renames",
            "--relative",
        ])
        .args(["--", "."])
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return GitDates::None };
    let mut dates = HashMap::new();
    if let Some(stdout) = child.stdout.take() {
        let mut date = 0;
        for line in BufReader::new(stdout).split(b'\n') {
            let Ok(line) = line else { break };
            let Ok(line) = std::str::from_utf8(&line) else { continue };
            if let Some(seconds) = line.strip_prefix('\u{1}') {
                date = seconds.parse().unwrap_or(date);
            } else if !line.is_empty() {
                let path = ContentPath::new(line);
                if paths.contains(&path) {
                    dates.entry(path).or_insert(date);
                    if dates.len() == paths.len() {
                        break;
                    }
                }
            }
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    GitDates::Known(dates)
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn answer(folder: &Path, args: &[&str]) -> Option<String> {
    let output = git(folder)
        .args(args)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
