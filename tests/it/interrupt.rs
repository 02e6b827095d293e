//! `kb build` is killed at any moment: the site is the old or the new one, whole, and the next build cleans up.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

const ARTICLES: usize = 120;
/// Each moment of a build is tried at least so often.
const ROUNDS: u32 = 4;
/// At least so many builds must be killed while they write.
const WRITING: u32 = 10;
/// After so many rounds none is tried any more.
const MAX_ROUNDS: u32 = 100;

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

/// Builds without interruption.
fn build(project: &Path, dest: &Path) -> Result<Snapshot, Box<dyn Error>> {
    let output = kb(project, dest).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        return Err(format!(
            "kb build: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    snapshot(dest)
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

/// What a build has done when it is killed. Each is something to see from outside, so that the test does the same on
/// machines of any speed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// The process exists.
    Started,
    /// The work folder holds this many files.
    Written(usize),
    /// The new site stands in the place of the old one.
    Replaced,
    /// The process has ended.
    Ended,
}

/// A build that is watched from outside.
struct Watched<'a> {
    child: Child,
    dest: &'a Path,
    work: &'a Path,
    /// The page that tells the version, as it was before.
    before: Vec<u8>,
}

impl<'a> Watched<'a> {
    fn start(project: &Path, dest: &'a Path, work: &'a Path) -> Result<Self, Box<dyn Error>> {
        let before = fs::read(dest.join(TELLING))?;
        let child = kb(project, dest).spawn()?;
        Ok(Self {
            child,
            dest,
            work,
            before,
        })
    }

    /// Kills the build at a moment; `None` if it ended earlier, and whether it was writing otherwise.
    fn kill_at(mut self, moment: Moment) -> Result<Option<bool>, Box<dyn Error>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                assert!(status.success(), "{status}");
                return Ok(None);
            }
            let reached = match moment {
                Moment::Started => true,
                Moment::Written(wanted) => files_below(&self.work.join("new")) >= wanted,
                Moment::Replaced => fs::read(self.dest.join(TELLING)).is_ok_and(|now| now != self.before),
                Moment::Ended => false,
            };
            if reached {
                self.child.kill()?;
                let interrupted = !self.child.wait()?.success();
                return Ok(interrupted.then(|| self.work.exists()));
            }
            thread::sleep(Duration::from_micros(300));
        }
    }
}

/// A page that is another one in each version, and in both.
const TELLING: &str = "section-0/question-0-0/index.html";

/// Number of files in a folder that is being written.
fn files_below(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let entries = entries.filter_map(Result::ok);
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&entry.path()),
            _ => 1,
        })
        .sum()
}

#[test]
fn killed_builds_leave_a_whole_site() -> Result<(), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let at = |name: &str| dir.path().join(name);
    let (projects, dest) = ([at("project-1"), at("project-2")], at("site/public"));
    project(&projects[0], 1)?;
    project(&projects[1], 2)?;
    let versions = [
        build(&projects[0], &at("whole-1"))?,
        build(&projects[1], &at("whole-2"))?,
    ];
    assert_ne!(versions[0], versions[1]);
    let found = build(&projects[0], &dest)?;
    assert!(
        found == versions[0],
        "the same articles give the same bytes in another folder"
    );

    let work = at("site/.public.kb-build");
    let files = versions[0].len();
    let moments = [
        Moment::Started,
        Moment::Written(1),
        Moment::Written(files / 4),
        Moment::Written(files / 2),
        Moment::Written(files * 3 / 4),
        Moment::Written(files),
        Moment::Replaced,
        Moment::Ended,
    ];
    let (mut current, mut writing) = (0, 0);
    // A build may end before its moment is seen; then it is tried again, until enough were killed while they wrote.
    for round in 0..MAX_ROUNDS {
        for moment in moments {
            let next = 1 - current;
            let killed = Watched::start(&projects[next], &dest, &work)?.kill_at(moment)?;
            let found = snapshot(&dest)?;
            current = versions
                .iter()
                .position(|version| *version == found)
                .ok_or_else(|| format!("{moment:?}, round {round}: a mixture of {} files", found.len()))?;
            match (killed, moment) {
                (None, _) | (_, Moment::Replaced) => assert_eq!(current, next, "{moment:?}: it was finished"),
                (Some(at_work), _) => writing += u32::from(at_work),
            }
        }
        if round >= ROUNDS && writing >= WRITING {
            break;
        }
    }
    assert!(writing >= WRITING, "only {writing} builds were killed while they wrote");

    let found = build(&projects[1], &dest)?;
    assert!(found == versions[1], "the build after a kill is like any other");
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
