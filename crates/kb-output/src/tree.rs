//! Listing and removing folders on disk. Symbolic links are never followed.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

/// The kind of an entry of a site on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiskEntry {
    /// A plain file.
    File,
    /// A symbolic link or a special file.
    Other,
}

/// Everything below `root` that is not a folder, by its path with `/` between the parts. The names in `skip` are left
/// out at the top. A name that is not UTF-8 is listed with replacement characters, because it cannot be part of a site.
pub(super) fn list(root: &Path, skip: &[&str]) -> io::Result<HashMap<Box<str>, DiskEntry>> {
    let mut found = HashMap::new();
    for part in list_folder(root, "", skip)? {
        found.extend(part);
    }
    Ok(found)
}

type Branch = Vec<(Box<str>, DiskEntry)>;

fn list_folder(folder: &Path, prefix: &str, skip: &[&str]) -> io::Result<Vec<Branch>> {
    let mut here = Vec::new();
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if skip.iter().any(|skipped| name == **skipped) {
            continue;
        }
        let path = format!("{prefix}{}", name.to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            folders.push((entry.path(), path + "/"));
        } else {
            let found = if kind.is_file() {
                DiskEntry::File
            } else {
                DiskEntry::Other
            };
            here.push((path.into_boxed_str(), found));
        }
    }
    let below: io::Result<Vec<Vec<Branch>>> = folders
        .par_iter()
        .map(|(folder, prefix)| list_folder(folder, prefix, &[]))
        .collect();
    let mut parts: Vec<Branch> = below?.into_iter().flatten().collect();
    parts.push(here);
    Ok(parts)
}

/// Removes a folder with everything in it; does nothing when there is none. In parallel: in later builds, removing a
/// site of 40,000 files takes longer than any other step.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // A folder that was made read-only by hand.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            make_writable(folder)?;
            fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?
        }
        Err(error) => return Err(error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            folders.push(path);
            continue;
        }
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                make_writable(folder)?;
                fs::remove_file(&path)?;
            }
            result => result?,
        }
    }
    folders.par_iter().try_for_each(|folder| remove(folder))?;
    fs::remove_dir(folder)
}

/// Gives the owner back the right to change a folder.
fn make_writable(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Removes the entry at `path`, if any: a folder with its contents; a link is not followed.
pub(super) fn clear(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => remove(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
