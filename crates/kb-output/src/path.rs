//! The path of a file inside the site.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};

use super::destination::{MARKER, WORK};
use super::error::{OutputError, PathProblem};

/// The longest name that the common file systems store, in bytes.
const NAME_LIMIT: usize = 255;

/// Names that Windows keeps for devices, with or without an extension.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// A path inside the output folder: relative, `/` between the parts, safe on every common file system.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputPath(Box<str>);

impl OutputPath {
    /// Checks a path.
    ///
    /// # Errors
    /// If it would lead out of the output folder, or cannot be stored on every system; see [`PathProblem`].
    pub fn new(path: impl Into<String>) -> Result<Self, OutputError> {
        let path = path.into();
        match problem(&path) {
            None => Ok(Self(path.into_boxed_str())),
            Some(problem) => Err(OutputError::Path { path, problem }),
        }
    }

    /// The path of the file that marks a folder as written by `kb`; only this layer may write it.
    pub(super) fn marker() -> Self {
        Self(MARKER.into())
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below `folder` on disk.
    pub fn below(&self, folder: &Path) -> PathBuf {
        // `/` separates on Windows too.
        folder.join(&*self.0)
    }
}

/// The first thing that is wrong with `path`.
fn problem(path: &str) -> Option<PathProblem> {
    if path.is_empty() {
        return Some(PathProblem::Empty);
    }
    if path.starts_with('/') {
        return Some(PathProblem::Absolute);
    }
    let first = path.split('/').next().unwrap_or_default();
    if [MARKER, WORK, ".git"].iter().any(|own| first.eq_ignore_ascii_case(own)) {
        return Some(PathProblem::Reserved(first.to_owned()));
    }
    path.split('/').find_map(part_problem)
}

fn part_problem(part: &str) -> Option<PathProblem> {
    match part {
        "" => return Some(PathProblem::EmptyPart),
        "." | ".." => return Some(PathProblem::Dots),
        _ => {}
    }
    if part.len() > NAME_LIMIT {
        return Some(PathProblem::TooLong(part.len()));
    }
    if let Some(found) = part.chars().find(|&c| c.is_control() || r#"\<>:"|?*"#.contains(c)) {
        return Some(PathProblem::Character(found));
    }
    if part.ends_with(['.', ' ']) {
        return Some(PathProblem::Ending);
    }
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    if DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) {
        return Some(PathProblem::Device(stem.to_owned()));
    }
    None
}

impl fmt::Display for OutputPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for OutputPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for OutputPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for OutputPath {
    type Error = OutputError;

    fn try_from(path: &str) -> Result<Self, OutputError> {
        Self::new(path)
    }
}

impl TryFrom<String> for OutputPath {
    type Error = OutputError;

    fn try_from(path: String) -> Result<Self, OutputError> {
        Self::new(path)
    }
}
