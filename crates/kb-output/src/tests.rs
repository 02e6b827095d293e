//! Tests of the output layer: paths, names, what a build changes, what it refuses, and interruptions.

mod destinations;
mod interruptions;
mod paths;
mod syncing;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::*;

type Outcome = Result<(), Box<dyn Error>>;

/// An output of these files.
fn output(files: &[(&str, &str)]) -> Result<Output<Body>, OutputError> {
    let mut output = Output::default();
    for (path, text) in files {
        output.insert(OutputPath::new(*path)?, (*text).into())?;
    }
    Ok(output)
}

/// Makes the folder hold exactly these files.
fn sync(output: &Output<Body>, dest: &Path, options: &SyncOptions) -> Result<SyncReport, OutputError> {
    let writer = Writer::create(dest, options)?;
    output
        .iter()
        .try_for_each(|(path, body)| writer.put(path.clone(), body))?;
    writer.finish()
}

/// Puts these files on disk.
fn build(dest: &Path, files: &[(&str, &str)]) -> Result<SyncReport, OutputError> {
    sync(&output(files)?, dest, &SyncOptions::default())
}

/// Every file below `folder` with its contents; folders end with `/`, links are named by what they hold.
fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn visit(folder: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if let Ok(target) = fs::read_link(&path) {
                found.insert(name, format!("-> {}", target.display()).into_bytes());
            } else if path.is_dir() {
                visit(&path, &format!("{name}/"), found);
                found.insert(name + "/", Vec::new());
            } else {
                found.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
    let mut found = BTreeMap::new();
    visit(folder, "", &mut found);
    found
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A small file system of its own on `folder`, for what cannot be tried without; needs root.
struct Mount<'a>(&'a Path);

impl<'a> Mount<'a> {
    fn new(folder: &'a Path, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &options, "kb-test"])
            .arg(folder)
            .stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: mounting a file system needs root");
        None
    }
}

impl Drop for Mount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}
