//! Which folders may be written to; only the destination is changed.

use std::fs;
use std::path::Path;

use kb_diagnostic::Code;

use super::super::*;
use super::{Mount, Outcome, build, names, output, snapshot};

/// The message and the hint with which a destination is refused.
fn refused(dest: &Path, options: &SyncOptions) -> Result<(String, String), Box<dyn std::error::Error>> {
    let error = super::sync(&output(&[("index.html", "new")])?, dest, options)
        .err()
        .ok_or("it was not refused")?;
    let message = error.to_string().replace(&*dest.to_string_lossy(), "DEST");
    Ok((message, error.hint().unwrap_or_default()))
}

#[test]
fn a_folder_of_others_is_refused() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("photos");
    fs::create_dir(&dest)?;
    fs::write(dest.join("wedding.jpg"), "irreplaceable")?;
    let before = snapshot(dir.path());
    let (message, hint) = refused(&dest, &SyncOptions::default())?;
    assert_eq!(
        message,
        "cannot write to DEST: the folder is not empty and was not written by kb"
    );
    assert!(hint.contains("`-o`"), "{hint}");
    assert_eq!(snapshot(dir.path()), before);
    Ok(())
}

#[test]
fn an_empty_folder_and_a_checkout_are_fine() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    fs::create_dir_all(dest.join(".git/refs"))?;
    build(&dest, &[("index.html", "one")])?;
    build(&dest, &[("index.html", "two")])?;
    assert_eq!(names(&dest), [".git", ".kb-output", "index.html"]);
    assert!(dest.join(".git/refs").is_dir(), "the repository is carried over");
    Ok(())
}

#[test]
fn files_and_the_root_are_refused() -> Outcome {
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("file");
    fs::write(&file, "text")?;
    let options = SyncOptions::default();
    assert_eq!(refused(&file, &options)?.0, "cannot write to DEST: it is not a folder");
    assert_eq!(
        refused(&file.join("below"), &options)?.0,
        "cannot write to DEST: it is not a folder"
    );
    let root = dir.path().ancestors().last().ok_or("no root")?;
    let error = Writer::create(root, &options).err().ok_or("the root was not refused")?;
    assert_eq!(
        error.to_string(),
        format!("cannot write to {}: it is the root of the file system", root.display())
    );
    assert_eq!(fs::read(&file)?, b"text");
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    build(&dest, &[("index.html", "one")])?;
    fs::set_permissions(&dest, fs::Permissions::from_mode(0o555))?;
    assert_eq!(
        refused(&dest, &SyncOptions::default())?.0,
        "cannot write to DEST: the folder is read-only"
    );
    fs::set_permissions(&dest, fs::Permissions::from_mode(0o755))?;
    assert_eq!(fs::read(dest.join("index.html"))?, b"one");
    Ok(())
}

#[test]
fn folders_that_the_build_reads_are_kept_clear_of() -> Outcome {
    let dir = tempfile::tempdir()?;
    let at = |path: &str| dir.path().join(path);
    fs::create_dir_all(at("project/content/billing"))?;
    let options = SyncOptions {
        forbidden: vec![at("project/content")],
        protected: vec![at("project")],
        ..SyncOptions::default()
    };
    for dest in [
        "project/content",
        "project/content/billing",
        "project/content/new/public",
        "project",
        ".",
    ] {
        let (message, _) = refused(&at(dest), &options)?;
        assert!(
            message.starts_with("cannot write to DEST: it overlaps with "),
            "{dest}: {message}"
        );
    }
    assert_eq!(names(&at("project")), ["content"], "nothing was created");
    super::sync(&output(&[])?, &at("project/content-2"), &options)?;
    super::sync(&output(&[])?, &at("project/public"), &options)?;
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_link_as_destination_stays_a_link() -> Outcome {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir()?;
    let at = |path: &str| dir.path().join(path);
    fs::create_dir_all(at("content"))?;
    fs::create_dir_all(at("www/site"))?;
    symlink(at("www/site"), at("public"))?;
    build(&at("public"), &[("index.html", "one")])?;
    build(&at("public"), &[("index.html", "two")])?;
    assert_eq!(fs::read_link(at("public"))?, at("www/site"));
    assert_eq!(fs::read(at("www/site/index.html"))?, b"two");
    assert_eq!(
        (names(&at("www")), names(dir.path())),
        (
            vec!["site".into()],
            vec!["content".into(), "public".into(), "www".into()]
        )
    );

    symlink(at("nowhere"), at("dangling"))?;
    let (message, _) = refused(&at("dangling"), &SyncOptions::default())?;
    assert_eq!(
        message,
        "cannot write to DEST: it is a symbolic link that leads nowhere"
    );

    // Tries to bypass the rule for folders that the build reads.
    symlink(at("content"), at("alias"))?;
    let options = SyncOptions {
        forbidden: vec![at("content")],
        ..SyncOptions::default()
    };
    assert!(refused(&at("alias"), &options)?.0.contains("overlaps"));
    assert!(refused(&at("alias/public"), &options)?.0.contains("overlaps"));

    // A folder that only the project names.
    fs::create_dir_all(at("project"))?;
    fs::create_dir_all(at("elsewhere"))?;
    symlink(at("elsewhere"), at("project/public"))?;
    let options = |within: &str| SyncOptions {
        within: Some(at(within)),
        ..SyncOptions::default()
    };
    for dest in ["project/public", "project/public/below", "project/../elsewhere"] {
        assert!(
            refused(&at(dest), &options("project"))?.0.contains("leads out of"),
            "{dest}"
        );
    }
    assert!(Writer::create(&at("project/public"), &options("elsewhere")).is_ok());
    assert!(Writer::create(&at("project/new/public"), &options("project")).is_ok());
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_inside_are_removed_and_never_followed() -> Outcome {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir()?;
    let (dest, outside) = (dir.path().join("public"), dir.path().join("outside"));
    fs::create_dir(&outside)?;
    fs::write(outside.join("index.html"), "same")?;
    let before = snapshot(&outside);
    for fixed in [false, true] {
        build(&dest, &[("a/index.html", "same"), ("b", "same"), ("c", "same")])?;
        fs::remove_dir_all(dest.join("a"))?;
        fs::remove_file(dest.join("b"))?;
        symlink(&outside, dest.join("a"))?;
        symlink(outside.join("index.html"), dest.join("b"))?;
        symlink(&outside, dest.join("stale"))?;
        let mut writer = Writer::create(&dest, &SyncOptions::default())?;
        writer.fix();
        if !fixed {
            drop(writer);
            writer = Writer::create(&dest, &SyncOptions::default())?;
        }
        for path in ["a/index.html", "b", "c"] {
            writer.put(OutputPath::new(path)?, &"same".into())?;
        }
        let report = writer.finish()?;
        assert_eq!(
            (report.written, report.unchanged, report.removed),
            (2, 2, 2),
            "`a` and `stale` were links"
        );
        assert_eq!(names(&dest), [".kb-output", "a", "b", "c"]);
        assert!(!dest.join("a").is_symlink() && !dest.join("b").is_symlink());
        assert_eq!(snapshot(&outside), before);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::MetadataExt::nlink(&fs::metadata(outside.join("index.html"))?),
            1
        );
    }
    Ok(())
}

#[test]
fn two_builds_at_once_do_not_meet() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let first = Writer::create(&dest, &SyncOptions::default())?;
    let error = Writer::create(&dest, &SyncOptions::default())
        .err()
        .ok_or("it was not locked")?;
    let expected = format!(
        "another build (process {}) is writing to {}",
        std::process::id(),
        dest.display()
    );
    assert_eq!(error.to_string(), expected);
    first.put(OutputPath::new("index.html")?, &"first".into())?;
    first.finish()?;
    build(&dest, &[("index.html", "second")])?;
    assert_eq!(fs::read(dest.join("index.html"))?, b"second");
    Ok(())
}

#[test]
fn a_mount_point_is_filled_in_place() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("a volume");
    fs::create_dir(&dest)?;
    let Some(_mount) = Mount::new(&dest, "4m") else {
        return Ok(());
    };
    build(&dest, &[("index.html", "one"), ("a/x", "x"), ("stale/y", "y")])?;
    let report = build(&dest, &[("index.html", "two"), ("a/x", "x"), ("b/z", "z")])?;
    assert_eq!((report.written, report.unchanged, report.removed), (2, 2, 1));
    let there: Vec<_> = snapshot(&dest).into_keys().collect();
    assert_eq!(there, [".kb-output", "a/", "a/x", "b/", "b/z", "index.html"]);
    assert_eq!(fs::read(dest.join("index.html"))?, b"two");
    assert_eq!(names(dir.path()), ["a volume"]);
    Ok(())
}

#[test]
fn a_full_disk_leaves_the_old_site() -> Outcome {
    let dir = tempfile::tempdir()?;
    let Some(_mount) = Mount::new(dir.path(), "1m") else {
        return Ok(());
    };
    let dest = dir.path().join("public");
    build(&dest, &[("index.html", "old"), ("a/b", "old too")])?;
    let before = snapshot(dir.path());
    let pages: Vec<_> = (0..64)
        .map(|n| (format!("p{n}/index.html"), "x".repeat(50_000)))
        .collect();
    let pages: Vec<_> = pages
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let error = build(&dest, &pages).err().ok_or("the disk was not full")?;
    assert_eq!(error.code(), Code::DiskFull);
    assert!(
        error.to_string().starts_with("the disk is full: cannot write "),
        "{error}"
    );
    assert_eq!(
        error.hint().as_deref(),
        Some("the previous site is unchanged; free some space and build again")
    );
    assert_eq!(
        snapshot(dir.path()),
        before,
        "the old site is whole, and nothing else is left"
    );
    build(&dest, &[("index.html", "new")])?;
    Ok(())
}

#[test]
fn options_name_folders_that_do_not_exist() -> Outcome {
    let dir = tempfile::tempdir()?;
    let missing = dir.path().join("themes");
    let options = SyncOptions {
        forbidden: vec![missing.clone()],
        ..SyncOptions::default()
    };
    assert!(refused(&missing, &options)?.0.contains("overlaps"));
    Ok(())
}
