//! Where dependencies come from and under what terms: cargo-deny, by `deny.toml`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::step::{cargo, run};
use crate::{Failure, Outcome, root, target};

/// One fixed version, so that the gate gives the same results everywhere.
const VERSION: &str = "0.20.2";

/// Checks licences, sources and banned crates of everything in `Cargo.lock`, and reports advisories.
pub(crate) fn check() -> Outcome {
    let mut deny = Command::new(installed()?);
    run(deny
        .args([
            "--log-level",
            "error",
            "--locked",
            "check",
            "bans",
            "licenses",
            "sources",
        ])
        .current_dir(root()))?;
    tell_of_advisories()
}

/// Reports dependencies with advisories in the `RustSec` database. This never fails: the database changes independently
/// of the repository, so the gate would fail on a commit that it passed the day before. It also needs the network.
fn tell_of_advisories() -> Outcome {
    let deny = |arguments: &[&str]| -> Result<Command, Failure> {
        let mut deny = Command::new(installed()?);
        deny.args(["--log-level", "error"]).args(arguments).current_dir(root());
        // git must not prompt for credentials.
        deny.env("GIT_TERMINAL_PROMPT", "0");
        Ok(deny)
    };
    let fetched = deny(&["fetch", "db"])?
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !fetched.is_ok_and(|status| status.success()) {
        println!("    advisories skipped: no advisory database (it is fetched from GitHub)");
    } else if run(&mut deny(&["--locked", "check", "--disable-fetch", "advisories"])?).is_err() {
        println!("    warning: see the advisories above; the gate goes on");
    } else {
        println!("    no advisories");
    }
    Ok(())
}

/// The path of cargo-deny, which is built into the target folder once if it is not installed.
fn installed() -> Result<PathBuf, Failure> {
    let tools = root().join(target()).join("tools");
    let own = tools
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    for program in [PathBuf::from("cargo-deny"), own.clone()] {
        if is_wanted(&program) {
            return Ok(program);
        }
    }
    println!("    building cargo-deny {VERSION} once, about a minute on two cores");
    let build = tools.join("build");
    let mut install = cargo(&["install", "cargo-deny", "--version", VERSION, "--locked", "--quiet"]);
    // Without optimisation: it is built in half the time, and runs for three seconds.
    run(install
        .arg("--debug")
        .arg("--root")
        .arg(&tools)
        .arg("--target-dir")
        .arg(&build))?;
    let _ = fs::remove_dir_all(build);
    Ok(own)
}

fn is_wanted(program: &Path) -> bool {
    let said = Command::new(program).arg("--version").stderr(Stdio::null()).output();
    said.is_ok_and(|said| said.stdout.trim_ascii() == format!("cargo-deny {VERSION}").as_bytes())
}
