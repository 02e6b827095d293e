//! Damaged indexes and packs: refused with a sentence, never a panic, never a wait.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::parity_tests::{article, many, write_site};
use super::{Error, Options, PackSearch, SearchIndex, Tuning, index_path, pack_folder};

/// A site with so many articles in a language that its pack has several files.
fn site(count: usize) -> tempfile::TempDir {
    let site = tempfile::tempdir().unwrap();
    let texts = many(count);
    let articles = texts.iter().map(|(source, title, text)| article(source, title, text));
    write_site(site.path(), "en", articles.collect(), &Tuning::default());
    site
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().into_owned()
}

const QUERIES: [&str; 3] = ["4 12 account backup card", "acount", "\"billing card\""];

fn ask_index(site: &Path) -> Result<(), Error> {
    let index = SearchIndex::open(&index_path(site, "en"))?;
    for query in QUERIES {
        index.search(query, &Options::default())?;
    }
    Ok(())
}

fn ask_pack(site: &Path) -> Result<(), Error> {
    let mut pack = PackSearch::open(site, "en")?;
    for query in QUERIES {
        pack.search(query, &Options::default())?;
    }
    Ok(())
}

#[test]
fn a_file_of_another_index_is_refused() {
    let (one, other) = (site(300), site(40));
    ask_index(one.path()).unwrap();
    let others = files(&index_path(other.path(), "en"));
    for file in files(&index_path(one.path(), "en")) {
        let ending = extension(&file);
        if ending == "json" && !file.ends_with("meta.json") {
            continue;
        }
        let twin = others
            .iter()
            .find(|other| extension(other) == ending && (ending != "json" || other.ends_with("meta.json")));
        let whole = fs::read(&file).unwrap();
        fs::copy(twin.unwrap(), &file).unwrap();
        let error = ask_index(one.path()).unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{ending}: {error}");
        fs::write(&file, whole).unwrap();
    }
    ask_index(one.path()).unwrap();
}

#[test]
fn a_pack_of_another_site_is_refused() {
    let (one, other) = (site(300), site(200));
    ask_pack(one.path()).unwrap();
    fs::remove_dir_all(one.path().join(pack_folder("en"))).unwrap();
    fs::rename(other.path().join(pack_folder("en")), one.path().join(pack_folder("en"))).unwrap();
    assert!(matches!(ask_pack(one.path()).unwrap_err(), Error::Damaged(_)));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let site = site(300);
    let of_index = files(&index_path(site.path(), "en"));
    let of_pack = files(&site.path().join(pack_folder("en")));
    for file in of_index.iter().chain(&of_pack) {
        let whole = fs::read(file).unwrap();
        fs::remove_file(file).unwrap();
        assert!(
            std::process::Command::new("mkfifo")
                .arg(file)
                .status()
                .unwrap()
                .success()
        );
        let answers = [ask_index(site.path()), ask_pack(site.path())];
        if of_index.contains(file) {
            assert!(answers[0].is_err(), "{}", file.display());
        } else if file.ends_with("boot.bin") {
            assert!(answers[1].is_err(), "{}", file.display());
        }
        fs::remove_file(file).unwrap();
        fs::write(file, whole).unwrap();
    }
}

/// What happens to a file.
#[derive(Debug, Clone)]
enum Damage {
    CutTo(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Append(Vec<u8>),
    /// The bytes of another file of this or the other site.
    Replace(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Damage::CutTo),
        (any::<prop::sample::Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        prop::collection::vec(any::<u8>(), 1..40).prop_map(Damage::Append),
        any::<prop::sample::Index>().prop_map(Damage::Replace),
    ]
}

#[test]
fn no_damage_makes_a_search_panic() {
    let (one, other) = (site(300), site(120));
    let own: Vec<PathBuf> = files(one.path());
    let all: Vec<PathBuf> = own.iter().cloned().chain(files(other.path())).collect();
    let of_segment = |path: &Path| !matches!(extension(path).as_str(), "json" | "bin");
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let cases = (any::<prop::sample::Index>(), damage());
    let outcome = runner.run(&cases, |(file, damage)| {
        let file = file.get(&own);
        let whole = fs::read(file).unwrap();
        let mut bytes = whole.clone();
        match damage {
            Damage::CutTo(at) => bytes.truncate(at.index(whole.len())),
            Damage::Flip(at, bit) => bytes[at.index(whole.len())] ^= 1 << bit,
            Damage::Append(more) => bytes.extend(more),
            Damage::Replace(other) => bytes = fs::read(other.get(&all)).unwrap(),
        }
        let changed = bytes != whole;
        fs::write(file, bytes).unwrap();
        let (index, pack) = (ask_index(one.path()), ask_pack(one.path()));
        fs::write(file, whole).unwrap();
        let _ = pack;
        if of_segment(file) && changed {
            prop_assert!(index.is_err(), "{}", file.display());
        }
        Ok(())
    });
    outcome.unwrap();
    ask_index(one.path()).unwrap();
    ask_pack(one.path()).unwrap();
}
