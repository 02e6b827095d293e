//! Dates of the last change of files from git, with one walk through the history for all files.
//!
//! The `git` command is used rather than a library: it is installed wherever there are repositories, supports every
//! repository format, and streams, so that the walk ends once every file is dated.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use super::{ContentPath, Disk, FileSystem as _, Stamp};

/// What git knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitDates {
    /// The folder is not in a repository, or there is no git.
    None,
    /// The clone is shallow: the oldest commit in it would seem to have changed every file.
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

/// The last result of git.
///
/// It is reused only if the reflog of `HEAD` is the same file (each commit, checkout and reset adds to it) and the
/// dates of all these paths were asked for.
#[derive(Debug, Default)]
pub struct GitMemo {
    folder: PathBuf,
    /// The log of `HEAD`, and when it was looked at.
    log: Option<(PathBuf, Option<Stamp>, SystemTime)>,
    asked: HashSet<ContentPath>,
    answer: Option<GitDates>,
}

impl GitMemo {
    /// Asks git when each of `paths` in `folder` was last changed, unless it is known.
    pub fn dates(&mut self, folder: &Path, paths: impl Iterator<Item = ContentPath>) -> GitDates {
        if !in_repository(folder) {
            *self = Self::default();
            return GitDates::None;
        }
        let paths = &paths.collect::<HashSet<ContentPath>>();
        if self.holds(folder, paths)
            && let Some(answer) = &self.answer
        {
            return match answer {
                GitDates::Known(dates) => {
                    let asked_for = |(path, _): &(&ContentPath, &i64)| paths.contains(*path);
                    GitDates::Known(
                        dates
                            .iter()
                            .filter(asked_for)
                            .map(|(path, date)| (path.clone(), *date))
                            .collect(),
                    )
                }
                other => other.clone(),
            };
        }
        let at = SystemTime::now();
        let log = answer(folder, &["rev-parse", "--git-path", "logs/HEAD"]).map(|path| folder.join(path));
        let log = log.map(|path| (path.clone(), Disk::UNBOUND.stamp(&path), at));
        let dates = git_dates(folder, paths);
        *self = Self {
            folder: folder.to_path_buf(),
            log,
            asked: paths.clone(),
            answer: Some(dates.clone()),
        };
        dates
    }

    /// The folder whose changes mean that dates may have changed.
    pub fn folder(&self) -> Option<&Path> {
        self.log.as_ref()?.0.parent()
    }

    fn holds(&self, folder: &Path, paths: &HashSet<ContentPath>) -> bool {
        let Some((log, stamp, at)) = &self.log else {
            return false;
        };
        let same = Disk::UNBOUND.stamp(log) == *stamp && stamp.is_none_or(|stamp| stamp.vouches_since(*at));
        same && self.folder == folder && paths.is_subset(&self.asked)
    }
}

/// Whether a folder is in a repository. Checked before running git, because starting git takes longer.
fn in_repository(folder: &Path) -> bool {
    let Ok(folder) = std::path::absolute(folder) else {
        return false;
    };
    let named = std::env::var_os("GIT_DIR").is_some();
    named || folder.ancestors().any(|parent| parent.join(".git").exists())
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
