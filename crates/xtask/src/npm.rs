//! Programs from npm, in the versions of committed lock files, installed into the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::run;
use crate::{Failure, Outcome, root, target};

pub(crate) const NODE: &str = "node";
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Fails, with advice, where there is no Node.js.
pub(crate) fn find_node() -> Outcome {
    for program in [NODE, NPM] {
        let found = Command::new(program).arg("--version").output();
        if !found.is_ok_and(|said| said.status.success()) {
            return Err(Failure::new(format!(
                "`{program}` was not found: install Node.js 20 or later with npm (https://nodejs.org)"
            )));
        }
    }
    Ok(())
}

/// Installs the packages of the lock file in `from`, once; returns the folder with `node_modules`.
pub(crate) fn install(from: &str, name: &str) -> Result<PathBuf, Failure> {
    let from = root().join(from);
    let folder = root().join(target()).join("tools").join(name);
    let installed = folder.join("installed.json");
    let wanted = read(&from.join("package-lock.json"))?;
    if fs::read(&installed).ok().as_ref() != Some(&wanted) {
        fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
        for file in [".npmrc", "package.json", "package-lock.json"] {
            let copy = folder.join(file);
            fs::write(&copy, read(&from.join(file))?).map_err(|error| failed("write", &copy, &error))?;
        }
        let arguments = ["ci", "--ignore-scripts", "--no-update-notifier", "--loglevel=error"];
        run(Command::new(NPM).args(arguments).current_dir(&folder))?;
        fs::write(&installed, &wanted).map_err(|error| failed("write", &installed, &error))?;
    }
    Ok(folder)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| failed("read", path, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot {what} {}: {error}", path.display()))
}
