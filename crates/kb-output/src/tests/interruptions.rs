//! Builds that are killed: the site is the old or the new one, and the next build leaves no debris.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::super::replace::{self, Work};
use super::super::*;
use super::{Outcome, build, names, snapshot};

const OLD: [(&str, &str); 3] = [("index.html", "old"), ("a/index.html", "a"), ("stale/x", "x")];
const NEW: [(&str, &str); 3] = [("index.html", "new"), ("a/index.html", "a"), ("b/y", "y")];

/// A folder with the old site in `public`, and the new one prepared for it in the work folder.
struct Scene {
    dir: tempfile::TempDir,
    dest: PathBuf,
    work: Work,
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
}

impl Scene {
    fn set() -> Result<Self, Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let dest = dir.path().join("public");
        build(&dest, &OLD)?;
        let old = snapshot(&dest);
        let work = Work::at(&dir.path().join(".public.kb-build"));
        build(&work.new, &NEW)?;
        let new = snapshot(&work.new);
        // As a killed build leaves it.
        fs::write(work.root.join("lock"), "4294967295")?;
        Ok(Self {
            dir,
            dest,
            work,
            old,
            new,
        })
    }

    /// Starts a build and drops it: it completes and cleans up interrupted work.
    fn begin(&self) -> Result<BTreeMap<String, Vec<u8>>, OutputError> {
        drop(Writer::create(&self.dest, &SyncOptions::default())?);
        assert_eq!(names(self.dir.path()), ["public"]);
        Ok(snapshot(&self.dest))
    }
}

#[test]
fn a_kill_while_preparing() -> Outcome {
    let scene = Scene::set()?;
    assert_eq!(scene.begin()?, scene.old);
    Ok(())
}

#[test]
fn a_kill_after_the_exchange() -> Outcome {
    let scene = Scene::set()?;
    fs::create_dir_all(scene.dest.join(".git/refs"))?;
    let aside = scene.dir.path().join("aside");
    fs::rename(&scene.dest, &aside)?;
    fs::rename(&scene.work.new, &scene.dest)?;
    fs::rename(&aside, &scene.work.new)?;
    let mut found = scene.begin()?;
    assert!(
        found.remove(".git/").is_some() && found.remove(".git/refs/").is_some(),
        "the repository is brought back"
    );
    assert_eq!(found, scene.new);
    Ok(())
}

#[test]
fn a_kill_between_two_renames() -> Outcome {
    let scene = Scene::set()?;
    fs::rename(&scene.dest, scene.work.root.join("old"))?;
    assert_eq!(scene.begin()?, scene.new);
    Ok(())
}

#[test]
fn a_kill_after_two_renames() -> Outcome {
    let scene = Scene::set()?;
    fs::rename(&scene.dest, scene.work.root.join("old"))?;
    fs::rename(&scene.work.new, &scene.dest)?;
    assert_eq!(scene.begin()?, scene.new);
    Ok(())
}

#[test]
fn a_kill_at_any_file_in_place() -> Outcome {
    for moved in 0..4 {
        let scene = Scene::set()?;
        let files: Vec<_> = scene.new.keys().filter(|path| !path.ends_with('/')).cloned().collect();
        fs::write(scene.work.root.join("record"), files.join("\n"))?;
        for path in files.iter().take(moved) {
            let to = scene.dest.join(path);
            to.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::rename(scene.work.new.join(path), to)?;
        }
        assert_eq!(scene.begin()?, scene.new, "after {moved} files");
    }
    Ok(())
}

#[test]
fn a_repository_is_never_thrown_away() -> Outcome {
    let scene = Scene::set()?;
    // Nothing can be moved back to a place that is taken.
    fs::create_dir_all(scene.work.new.join(".git/refs"))?;
    fs::create_dir_all(scene.dest.join(".git/other"))?;
    let error = Writer::create(&scene.dest, &SyncOptions::default())
        .err()
        .ok_or("it went on")?;
    assert!(error.to_string().starts_with("cannot keep "), "{error}");
    assert!(scene.work.new.join(".git/refs").is_dir() && scene.dest.join(".git/other").is_dir());
    Ok(())
}

#[test]
fn a_fault_in_place_keeps_what_is_needed_to_complete() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    build(&dest, &OLD)?;
    let mut writer = Writer::create(&dest, &SyncOptions::default())?;
    writer.fix();
    for (path, text) in NEW {
        writer.put(OutputPath::new(path)?, &text.into())?;
    }
    // A record with nothing moved yet is what a fault at the first file leaves.
    fs::write(
        dir.path().join(".public.kb-build/record"),
        ".kb-output\nindex.html\na/index.html\nb/y\n",
    )?;
    drop(writer);
    drop(Writer::create(&dest, &SyncOptions::default())?);
    assert_eq!(snapshot(&dest), {
        build(&dir.path().join("expected"), &NEW)?;
        snapshot(&dir.path().join("expected"))
    });
    Ok(())
}

#[test]
fn debris_of_another_place_is_cleared_too() -> Outcome {
    let scene = Scene::set()?;
    let inside = scene.dest.join(".kb-build");
    fs::create_dir_all(inside.join("new/x"))?;
    assert_eq!(scene.begin()?, scene.old);
    Ok(())
}

#[test]
fn each_way_of_replacing_gives_the_same() -> Outcome {
    let scene = Scene::set()?;
    let files: Vec<_> = scene.new.keys().filter(|path| !path.ends_with('/')).cloned().collect();
    replace::in_place(&scene.work, &scene.dest, files.iter().map(String::as_str))?;
    assert_eq!(snapshot(&scene.dest), scene.new);

    let scene = Scene::set()?;
    replace::two_renames(&scene.work, &scene.dest)?.ok_or("the folders could not be renamed")?;
    assert_eq!(snapshot(&scene.dest), scene.new);
    assert_eq!(snapshot(&scene.work.root.join("old")), scene.old);
    Ok(())
}
