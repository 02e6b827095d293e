//! Checks that commands write inside of the project, with links resolved.

use std::fs;
use std::path::Path;

/// Whether files written into `folder`, a folder of `root` that need not exist, stay in `root` when links are followed.
pub(super) fn stays_inside(folder: &Path, root: &Path) -> bool {
    let there = folder.ancestors().find(|folder| fs::symlink_metadata(folder).is_ok());
    let real = there.and_then(|folder| fs::canonicalize(folder).ok());
    real.zip(fs::canonicalize(root).ok())
        .is_some_and(|(real, root)| real.starts_with(root))
}
