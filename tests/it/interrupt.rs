//! `kb build` is killed at any moment: the site is the old or the new one, whole, and the next build cleans up.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ARTICLES: usize = 200;
const KILLS: u32 = 60;

/// A help centre in one of two versions that differ in every third article, and in which articles there are.
fn project(folder: &Path, version: u32) -> Result<(), Box<dyn Error>> {
    let content = folder.join("content");
    for n in 0..ARTICLES {
        let revision = if n % 3 == 0 { version } else { 0 };
        let section = content.join(format!("Section {}", n % 8));
        fs::create_dir_all(&section)?;
        let mut text = format!("---\ntitle: Question {n} in revision {revision}\n---\n");
        for paragraph in 0..6 {
            write!(
                text,
                "\n## Part {paragraph}\n\nAnswer {revision}, with [a link](question-0-0.md).\n"
            )?;
        }
        // Every eighth article has another name in each version: stale pages must go.
        let name = if n % 8 == 7 {
            format!("question-{n}-{version}.md")
        } else {
            format!("question-{n}-0.md")
        };
        fs::write(
            section.join(name),
            text.replace("question-0-0.md", "../Section%200/question-0-0.md"),
        )?;
    }
    fs::write(folder.join("kb.toml"), "title = \"Interrupted\"\n")?;
    Ok(())
}

fn kb(project: &Path, dest: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kb"));
    command
        .arg("build")
        .arg(project)
        .arg("-o")
        .arg(dest)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Builds without interruption; gives the site and the time it took.
fn build(project: &Path, dest: &Path) -> Result<(Snapshot, Duration), Box<dyn Error>> {
    let started = Instant::now();
    let output = kb(project, dest).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        return Err(format!(
            "kb build: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok((snapshot(dest)?, started.elapsed()))
}

/// Every file by its path.
type Snapshot = BTreeMap<String, Vec<u8>>;

fn snapshot(folder: &Path) -> Result<Snapshot, Box<dyn Error>> {
    let mut files = Snapshot::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn names(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(unix)]
fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(9)
}

#[cfg(not(unix))]
fn was_killed(status: ExitStatus) -> bool {
    !status.success()
}

#[test]
fn killed_builds_leave_a_whole_site() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let at = |name: &str| dir.path().join(name);
    let (projects, dest) = ([at("project-1"), at("project-2")], at("site/public"));
    project(&projects[0], 1)?;
    project(&projects[1], 2)?;
    let (first, took) = build(&projects[0], &at("whole-1"))?;
    let (second, _) = build(&projects[1], &at("whole-2"))?;
    assert_ne!(first, second);
    let (found, _) = build(&projects[0], &dest)?;
    assert!(
        found == first,
        "the same articles give the same bytes in another folder"
    );

    let work = at("site/.public.kb-build");
    let (mut killed, mut at_work, mut seen) = (0, 0, [0; 2]);
    // On a busy machine some builds end before they are killed: then it takes more of them.
    for kill in 0..4 * KILLS {
        if kill >= KILLS && killed > KILLS / 3 && at_work > KILLS / 6 {
            break;
        }
        // From the start to a little after the end, in no order; most often while the site is being put in place.
        let share = f64::from(kill * 37 % KILLS) / f64::from(KILLS);
        let mut child = kb(&projects[kill as usize % 2], &dest).spawn()?;
        if kill % 4 == 0 {
            thread::sleep(took.mul_f64(share * 1.1));
        } else {
            let deadline = Instant::now() + took;
            while !work.exists() && Instant::now() < deadline {
                thread::sleep(Duration::from_micros(200));
            }
            thread::sleep(took.mul_f64(share * 0.9));
        }
        child.kill()?;
        killed += u32::from(was_killed(child.wait()?));
        at_work += u32::from(work.exists());
        let found = snapshot(&dest)?;
        if found == first {
            seen[0] += 1;
        } else if found == second {
            seen[1] += 1;
        } else {
            return Err(format!("kill {kill} left a mixture of {} files", found.len()).into());
        }
    }
    assert!(
        killed > KILLS / 3 && at_work > KILLS / 6,
        "killed {killed}, while writing {at_work}: {seen:?}"
    );

    let (found, _) = build(&projects[1], &dest)?;
    assert!(found == second, "the build after a kill is like any other");
    assert_eq!(names(&at("site"))?, ["public"], "no debris is left");
    Ok(())
}

#[test]
fn the_current_folder_can_be_the_destination() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let (source, dest) = (dir.path().join("project"), dir.path().join("public"));
    project(&source, 1)?;
    fs::create_dir(&dest)?;
    let output = |dest: &Path| kb(&source, Path::new(".")).current_dir(dest).status();
    assert!(output(&dest)?.success());
    fs::write(dest.join("stale.html"), "")?;
    assert!(output(&dest)?.success());
    // Were the folder exchanged for another, the shell that stands in it would stand in a deleted one.
    assert_eq!(names(dir.path())?, ["project", "public"]);
    assert!(!dest.join("stale.html").exists() && dest.join("index.html").exists());
    Ok(())
}

#[test]
fn a_folder_of_others_is_refused() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let (source, dest) = (dir.path().join("project"), dir.path().join("photos"));
    project(&source, 1)?;
    fs::create_dir(&dest)?;
    fs::write(dest.join("wedding.jpg"), "irreplaceable")?;
    let output = kb(&source, &dest).stderr(Stdio::piped()).output()?;
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(
        message.contains("the folder is not empty and was not written by kb"),
        "{message}"
    );
    assert_eq!(names(dir.path())?, ["photos", "project"]);
    assert_eq!(names(&dest)?, ["wedding.jpg"]);
    Ok(())
}
