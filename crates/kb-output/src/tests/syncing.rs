//! What a build changes in the destination, and what it leaves alone.

use std::fs;

use kb_source::{BoundFile, Bounds};
use rayon::prelude::*;

use super::super::*;
use super::{Outcome, build, names, output, snapshot};

/// The report without the leftover, which no build here has.
fn counts(report: &SyncReport) -> (u64, u64, u64, u64) {
    assert_eq!(report.left_over, None);
    (report.written, report.unchanged, report.removed, report.bytes)
}

#[test]
fn the_folder_holds_exactly_the_site() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("deep/er/public");
    let marker = destination::MARKER_TEXT.len() as u64;

    let report = build(
        &dest,
        &[
            ("index.html", "home"),
            ("a/index.html", "a"),
            ("old/gone/index.html", "x"),
        ],
    )?;
    assert_eq!(counts(&report), (4, 0, 0, 6 + marker));

    let report = build(
        &dest,
        &[("index.html", "HOME"), ("a/index.html", "a"), ("a/b.txt", "new")],
    )?;
    assert_eq!(counts(&report), (2, 2, 1, 8 + marker));
    let found: Vec<_> = snapshot(&dest)
        .into_iter()
        .map(|(path, body)| (path, body.len()))
        .collect();
    let expected = [
        (".kb-output", marker as usize),
        ("a/", 0),
        ("a/b.txt", 3),
        ("a/index.html", 1),
        ("index.html", 4),
    ];
    assert_eq!(found, expected.map(|(path, len)| (path.to_owned(), len)));
    assert_eq!(
        names(&dir.path().join("deep/er")),
        ["public"],
        "nothing is left beside it"
    );
    Ok(())
}

#[test]
fn a_file_may_become_a_folder_and_back() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    build(&dest, &[("a", "file")])?;
    build(&dest, &[("a/b", "in a folder")])?;
    assert_eq!(fs::read(dest.join("a/b"))?, b"in a folder");
    build(&dest, &[("a", "file")])?;
    assert_eq!(fs::read(dest.join("a"))?, b"file");
    Ok(())
}

#[cfg(unix)]
#[test]
fn unchanged_files_stay_the_same_files() -> Outcome {
    use std::os::unix::fs::MetadataExt as _;
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let inode =
        |path: &str| fs::metadata(dest.join(path)).map(|found| (found.ino(), found.mtime_nsec(), found.nlink()));

    build(&dest, &[("a/x", "same"), ("b", "one")])?;
    let (folder, file) = (inode("")?, inode("a/x")?);
    build(&dest, &[("a/x", "same"), ("b", "one")])?;
    assert_eq!(
        inode("")?,
        folder,
        "a build that changes nothing does not touch the folder"
    );
    build(&dest, &[("a/x", "same"), ("b", "two")])?;
    assert_eq!(inode("a/x")?, file, "an upload by time sends only what changed");
    assert_eq!(fs::read(dest.join("b"))?, b"two");
    Ok(())
}

#[test]
fn contents_decide_not_lengths() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let long = "x".repeat(40_000);
    build(&dest, &[("a", &format!("{long}1")), ("b", "12")])?;
    let report = build(&dest, &[("a", &format!("{long}2")), ("b", "12")])?;
    assert_eq!((report.written, report.unchanged), (1, 2));
    assert!(fs::read_to_string(dest.join("a"))?.ends_with('2'));
    Ok(())
}

#[test]
fn files_are_copied_without_their_mode() -> Outcome {
    let dir = tempfile::tempdir()?;
    let (dest, source) = (dir.path().join("public"), dir.path().join("image.png"));
    fs::write(&source, vec![7; 100_000])?;
    #[cfg(unix)]
    fs::set_permissions(&source, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let site = || {
        let mut site = output(&[("index.html", "")])?;
        site.insert(
            OutputPath::new("a/image.png")?,
            Body::File {
                file: BoundFile::new(&source, &Bounds::NONE),
                len: 100_000,
            },
        )?;
        Ok::<_, OutputError>(site)
    };
    assert_eq!(super::sync(&site()?, &dest, &SyncOptions::default())?.written, 3);
    assert_eq!(super::sync(&site()?, &dest, &SyncOptions::default())?.unchanged, 3);
    let copied = dest.join("a/image.png");
    assert_eq!(fs::read(&copied)?, vec![7; 100_000]);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(copied)?.permissions()) & 0o111,
        0
    );
    Ok(())
}

#[test]
fn a_fault_while_writing_leaves_the_old_site() -> Outcome {
    let dir = tempfile::tempdir()?;
    let (dest, source) = (dir.path().join("public"), dir.path().join("image.png"));
    build(&dest, &[("index.html", "old")])?;
    let old = snapshot(&dest);
    fs::write(&source, "123")?;
    let cases = [
        (
            Body::File {
                file: BoundFile::new(&dir.path().join("gone"), &Bounds::NONE),
                len: 3,
            },
            "cannot read ",
        ),
        (
            Body::File {
                file: BoundFile::new(&source, &Bounds::NONE),
                len: 4,
            },
            "changed while the site was being built",
        ),
    ];
    for (body, message) in cases {
        let writer = Writer::create(&dest, &SyncOptions::default())?;
        writer.put(OutputPath::new("index.html")?, &"new".into())?;
        let error = writer
            .put(OutputPath::new("image.png")?, &body)
            .err()
            .map(|error| error.to_string());
        assert!(error.as_deref().unwrap_or_default().contains(message), "{error:?}");
        assert!(matches!(writer.finish(), Err(OutputError::Incomplete)));
        assert_eq!(snapshot(&dest), old);
        assert_eq!(names(dir.path()), ["image.png", "public"]);
    }
    Ok(())
}

#[test]
fn a_collision_does_not_spoil_the_site() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let writer = Writer::create(&dest, &SyncOptions::default())?;
    writer.put(OutputPath::new("index.html")?, &"first".into())?;
    let second = writer.put(OutputPath::new("INDEX.html")?, &"second".into());
    assert!(matches!(second, Err(OutputError::Collision { .. })));
    writer.finish()?;
    assert_eq!(fs::read(dest.join("index.html"))?, b"first");
    Ok(())
}

#[test]
fn an_abandoned_site_leaves_no_trace() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let writer = Writer::create(&dest, &SyncOptions::default())?;
    writer.put(OutputPath::new("a/b/index.html")?, &"new".into())?;
    assert_eq!(names(dir.path()), [".public.kb-build"]);
    drop(writer);
    assert!(names(dir.path()).is_empty());
    Ok(())
}

#[test]
fn many_threads_write_one_site() -> Outcome {
    let dir = tempfile::tempdir()?;
    let dest = dir.path().join("public");
    let writer = Writer::create(&dest, &SyncOptions::default())?;
    (0..2_000).into_par_iter().try_for_each(|n| {
        writer.put(
            OutputPath::new(format!("{}/{}/index.html", n % 7, n))?,
            &format!("page {n}").into(),
        )
    })?;
    assert_eq!(writer.finish()?.written, 2_001);
    for n in [0, 777, 1_999] {
        assert_eq!(
            fs::read_to_string(dest.join(format!("{}/{n}/index.html", n % 7)))?,
            format!("page {n}")
        );
    }
    Ok(())
}
