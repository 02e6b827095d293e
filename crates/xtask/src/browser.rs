//! Tests built sites in a real browser: Chromium, driven by the scripts in `tests/browser` with Node.js.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::npm::{self, NODE};
use crate::step::{cargo, run};
use crate::{Failure, Outcome, root, shared, target};

/// The scripts.
const FOLDER: &str = "tests/browser";
/// The site that looks like a real one.
const SHOWCASE: &str = "tests/fixtures/showcase";
/// What Chromium is called.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Runs the tests on sites of their own, with the kb that the Rust tests use.
pub(crate) fn test() -> Outcome {
    let tools = Tools::find()?;
    run(&mut cargo(&["test", "--workspace", "--locked", "--no-run", "--quiet"]))?;
    let kb = built("debug");
    let sites = work();
    run(tools.node(&kb).arg("support/build.js").arg(&kb).arg(&sites))?;
    let mut tests = tools.node(&kb);
    tests.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    tests.args(scripts()?).env("KB_BROWSER_SITES", sites);
    run(&mut tests)
}

/// Takes screenshots of the pages of the showcase and the manual that the names select (all, if there are none).
pub(crate) fn screenshots(names: &[String]) -> Outcome {
    let tools = Tools::find()?;
    let kb = debug()?;
    let images = root().join(target()).join("screenshots");
    for (project, folder) in [(root().join(SHOWCASE), images.clone()), (root(), images.join("manual"))] {
        let mut command = tools.node(&kb);
        run(command
            .arg("screenshots.js")
            .arg(&kb)
            .arg(project)
            .arg(folder)
            .args(names))?;
    }
    Ok(())
}

/// Updates the images of the README.
pub(crate) fn readme_images() -> Outcome {
    let tools = Tools::find()?;
    let kb = debug()?;
    let mut command = tools.node(&kb);
    run(command
        .arg("screenshots.js")
        .arg("--readme")
        .arg(&kb)
        .arg(root().join("media")))
}

/// Runs Lighthouse on the showcase; fails below 100.
pub(crate) fn lighthouse() -> Outcome {
    let tools = Tools::find()?;
    let modules = npm::install("tests/browser/lighthouse", "lighthouse")?;
    let kb = release()?;
    let mut command = tools.node(&kb);
    command.env("KB_LIGHTHOUSE_MODULES", modules);
    run(command
        .arg("lighthouse/lighthouse.js")
        .arg(&kb)
        .arg(work().join("lighthouse")))
}

/// Runs all queries of all relevance sets in the browser, and compares with `kb search`.
pub(crate) fn compare_sets() -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let tools = Tools::find()?;
    let kb = release()?;
    run(tools.node(&kb).arg("sets.js").arg(shared).arg(work().join("sets")))
}

/// kb as the tests use it.
fn debug() -> Result<PathBuf, Failure> {
    run(&mut cargo(&["build", "--locked", "--package", "kb"]))?;
    Ok(built("debug"))
}

/// kb as it is released.
pub(crate) fn release() -> Result<PathBuf, Failure> {
    run(&mut cargo(&["build", "--release", "--locked", "--package", "kb"]))?;
    Ok(built("release"))
}

fn built(profile: &str) -> PathBuf {
    let name = format!("kb{}", std::env::consts::EXE_SUFFIX);
    root().join(target()).join(profile).join(name)
}

/// Where sites and results go.
pub(crate) fn work() -> PathBuf {
    root().join(target()).join("browser")
}

/// The names of the files with tests, in order.
fn scripts() -> Result<Vec<String>, Failure> {
    let folder = root().join(FOLDER);
    let entries =
        fs::read_dir(&folder).map_err(|error| Failure::new(format!("cannot read {}: {error}", folder.display())))?;
    let mut names: Vec<_> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.js"))
        .collect();
    names.sort();
    Ok(names)
}

/// What the scripts need on this machine.
pub(crate) struct Tools {
    chromium: PathBuf,
    modules: PathBuf,
}

impl Tools {
    /// Finds Node.js and Chromium, and installs the packages that the scripts import.
    pub(crate) fn find() -> Result<Self, Failure> {
        npm::find_node()?;
        Ok(Self {
            chromium: chromium()?,
            modules: npm::install(FOLDER, "browser")?,
        })
    }

    /// Node.js in the folder of the scripts, which run the given kb.
    pub(crate) fn node(&self, kb: &Path) -> Command {
        let mut command = Command::new(NODE);
        command
            .current_dir(root().join(FOLDER))
            .env("KB", kb)
            .env("KB_CHROMIUM", &self.chromium)
            .env("KB_BROWSER_MODULES", &self.modules);
        command
    }
}

/// The path of Chromium: `KB_CHROMIUM`, or one that is installed; on Debian, as root, it is installed.
fn chromium() -> Result<PathBuf, Failure> {
    if let Some(named) = std::env::var_os("KB_CHROMIUM") {
        return Ok(named.into());
    }
    if let Some(found) = NAMES.iter().find_map(|name| on_path(name)) {
        return Ok(found);
    }
    if on_path("apt-get").is_some() && is_root() {
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        run(Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends", "chromium"])
            .env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    on_path(NAMES[0]).ok_or_else(|| {
        Failure::new("Chromium was not found: install Chromium or Google Chrome, or name its program in KB_CHROMIUM")
    })
}

fn on_path(program: &str) -> Option<PathBuf> {
    let program = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(&program))
        .find(|path| path.is_file())
}

fn is_root() -> bool {
    let said = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    said.is_ok_and(|said| said.stdout.trim_ascii() == b"0")
}
