//! A small help centre with templates of its own: everything that is written, compared with what was read and approved.
//!
//! `cargo xtask bless` writes the expectation anew.

use std::fs;
use std::path::Path;

use crate::support::{Sandbox, snapshot};

#[test]
fn the_small_site_is_as_expected() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let sandbox = Sandbox::new();
    let project = fixtures.join("small").to_string_lossy().into_owned();
    let run = sandbox.kb(&["build", &project, "-o", "site", "--quiet", "--strict"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let mut built = snapshot(&sandbox.path("site"));
    // The theme's assets and what the search box loads have tests of their own.
    let elsewhere = ["assets/", "search/tantivy/", "search/pack/", "search/engine/"];
    built.retain(|path, _| !elsewhere.iter().any(|folder| path.starts_with(folder)));
    let folder = fixtures.join("small.expected");
    if std::env::var_os("KB_BLESS").is_some() {
        let _ = fs::remove_dir_all(&folder);
        for (path, bytes) in &built {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
            fs::write(file, bytes).expect("a file");
        }
        return;
    }
    let expected = snapshot(&folder);
    let names = |files: &std::collections::BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&built), names(&expected));
    for (path, bytes) in &built {
        let (built, expected) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expected[path]));
        assert_eq!(built, expected, "{path}; `cargo xtask bless` accepts what is new");
    }
}
