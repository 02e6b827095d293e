//! The types and the style of the JavaScript: TypeScript (`tsconfig.json`) and oxlint (`.oxlintrc.json`).

use std::path::Path;
use std::process::Command;

use crate::npm::{self, NODE};
use crate::step::run;
use crate::{Outcome, root};

/// The lock file of both.
const FOLDER: &str = "crates/xtask/scripts";

/// Checks the scripts. Left out where there is no Node.js, but not on CI.
pub(crate) fn check() -> Outcome {
    match npm::find_node() {
        Err(failure) if std::env::var_os("CI").is_none() => {
            println!("    skipped: no script was checked. {failure}");
            return Ok(());
        }
        found => found?,
    }
    let modules = npm::install(FOLDER, "scripts")?.join("node_modules");
    run(node(&modules.join("typescript/bin/tsc")).args(["--project", "."]))?;
    run(node(&modules.join("oxlint/bin/oxlint")).arg("--deny-warnings"))
}

/// A program of npm, in the root of the repository.
fn node(program: &Path) -> Command {
    let mut command = Command::new(NODE);
    command.arg(program).current_dir(root());
    command
}
