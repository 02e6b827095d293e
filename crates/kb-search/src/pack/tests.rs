#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use super::*;
use crate::execute::Postings as _;
use crate::plan::{Vocabulary as _, Wanted};

type Terms = BTreeMap<String, FieldPostings>;

/// Some articles' worth of terms, made by arithmetic.
fn terms(count: u32, docs: u32) -> Terms {
    let mut terms = Terms::new();
    for number in 0..count {
        let mut fields = FieldPostings::default();
        for field in Field::ALL {
            let step = 1 + (number + field.index() as u32) % docs;
            for doc in (number % 3..docs).step_by(step as usize) {
                let term_freq = 1 + (doc + number) % 4;
                let norm = if field == Field::Body {
                    norm(doc)
                } else {
                    (doc % 9) as u8
                };
                let positions = if Field::WITH_POSITIONS.contains(&field) {
                    (0..term_freq).map(|at| at * 300).collect()
                } else {
                    Vec::new()
                };
                fields[field.index()].push((Posting { doc, term_freq, norm }, positions));
            }
        }
        terms.insert(
            format!("{}term{number:x}é", ["a", "b", "zz", "я", "退"][number as usize % 5]),
            fields,
        );
    }
    terms
}

fn norm(doc: u32) -> u8 {
    (doc * 7 % 250) as u8
}

fn documents(count: u32) -> Vec<Summary> {
    (0..count)
        .map(|doc| Summary {
            title: format!("Title <{doc}>"),
            url: format!("a/{doc}/"),
            source: format!("a/{doc}.md"),
            breadcrumb: vec!["A".to_owned(), "Ü".to_owned()],
            excerpt: "…".to_owned(),
        })
        .collect()
}

fn header(docs: u32) -> Header {
    Header {
        language: "en".to_owned(),
        base: "/help/".to_owned(),
        tokens: [1, 2, 3, 4, u64::from(u32::MAX) + 5],
        title_information: 2.25,
        norms: (0..docs).map(norm).collect(),
        boosts: if docs > 3 { vec![(1, 2.0), (3, 0.5)] } else { Vec::new() },
        ..Header::default()
    }
}

fn facets(docs: u32) -> Facets {
    let group = |name: &str, step| Group {
        name: name.to_owned(),
        docs: (0..docs).step_by(step).collect(),
    };
    Facets {
        collections: vec![group("Billing", 2)],
        tags: vec![group("vat", 3), group("none", 1_000_000)],
    }
}

fn written(terms: &Terms, docs: u32) -> PackFiles {
    let mut writer = PackWriter::new(header(docs));
    for (term, fields) in terms {
        writer.term(term, fields);
    }
    writer.finish(&documents(docs), &facets(docs))
}

fn opened(files: &PackFiles) -> Pack {
    let mut pack = Pack::open(&files.boot("folder")).unwrap();
    for (name, bytes) in &files.files {
        pack.put(name, bytes.clone()).unwrap();
    }
    pack
}

/// Everything the pack says about its terms.
fn read(pack: &Pack, terms: &Terms) -> Terms {
    let mut found = Terms::new();
    for term in terms.keys() {
        let mut fields = FieldPostings::default();
        for field in Field::ALL {
            let list = &mut fields[field.index()];
            pack.for_each_position(field, term, &mut |posting, positions| {
                list.push((posting, positions.to_vec()));
            })
            .unwrap();
            assert_eq!(pack.field_doc_freq(field, term), Ok(list.len() as u32));
        }
        found.insert(term.clone(), fields);
    }
    found
}

#[test]
fn terms_that_were_encoded_before_make_the_same_pack() {
    let terms = terms(300, 700);
    let mut encoded = EncodedTerms::default();
    for (term, fields) in &terms {
        encoded.push(term, fields);
    }
    encoded.push("~", &FieldPostings::default());
    let mut writer = PackWriter::new(header(700));
    for (number, term) in terms.keys().enumerate() {
        assert_eq!(
            (encoded.term(number), encoded.search(term)),
            (term.as_str(), Ok(number))
        );
        assert!(!encoded.get(number).is_empty());
        writer.encoded(&encoded.get(number));
    }
    assert!(encoded.get(terms.len()).is_empty() && encoded.search("~~").is_err());
    let files = writer.finish(&documents(700), &facets(700));
    let wanted = written(&terms, 700);
    assert_eq!((&files.files, files.single()), (&wanted.files, wanted.single()));
}

#[test]
fn what_was_written_is_read() {
    for (count, docs) in [(0, 0), (1, 1), (40, 5), (300, 700), (50, 5_000)] {
        let terms = terms(count, docs);
        let files = written(&terms, docs);
        for pack in [opened(&files), Pack::open(&files.single()).unwrap()] {
            assert_eq!(read(&pack, &terms), terms);
            assert_eq!((pack.doc_count(), pack.language(), pack.base()), (docs, "en", "/help/"));
            assert_eq!(pack.facets(), Some(&facets(docs)));
            for (doc, document) in documents(docs).iter().enumerate() {
                assert_eq!(pack.document(doc as u32), Some(document));
            }
            assert_eq!(pack.doc_freq("nowhere"), Ok(0));
            assert!(!pack.take_incomplete() && pack.take_wanted().is_empty());
        }
        assert!(docs < 4 || (opened(&files).boot_of(1), opened(&files).boot_of(2)) == (2.0, 1.0));
        assert_eq!(opened(&files).folder(), "folder");
    }
}

impl Pack {
    fn boot_of(&self, doc: u32) -> f32 {
        crate::rank::Articles::boost(self, doc)
    }
}

#[test]
fn prefixes_find_the_same_from_shards_and_vocabulary() {
    let terms = terms(3_000, 400);
    let files = written(&terms, 400);
    let complete = opened(&files);
    let mut vocabulary = Pack::open(&files.boot("")).unwrap();
    for (name, bytes) in files.files.iter().filter(|(name, _)| name.starts_with('v')) {
        vocabulary.put(name, bytes.clone()).unwrap();
    }
    let found = |pack: &Pack, prefix: &str| {
        let mut found = Vec::new();
        let outcome = pack.for_each_with_prefix(prefix, Wanted::Common, &mut |term, doc_freq| {
            found.push((term.to_owned(), doc_freq));
        });
        outcome.map(|()| found)
    };
    for prefix in ["a", "b", "z", "zz", "я", "退", "q", "aterm1", "zzterm"] {
        let wanted: Vec<_> = (terms.iter().filter(|(term, _)| term.starts_with(prefix)))
            .map(|(term, fields)| (term.clone(), fields.iter().map(Vec::len).max().unwrap() as u32))
            .collect();
        assert_eq!(found(&complete, prefix), Ok(wanted.clone()), "{prefix}");
        // One shard is asked for itself; more are not.
        let Ok(found) = found(&vocabulary, prefix);
        if vocabulary.waiting() == 0 {
            assert_eq!(found, wanted, "{prefix}");
        } else {
            assert_eq!(vocabulary.take_wanted().len(), 1, "{prefix}");
        }
    }
    assert!(files.files.iter().filter(|file| file.0.starts_with('v')).count() > 1);
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let terms = terms(2_000, 5_000);
    let files = written(&terms, 5_000);
    let mut pack = Pack::open(&files.boot("")).unwrap();
    let term = terms.keys().nth(1_000).unwrap();
    assert_eq!(pack.doc_freq(term), Ok(0));
    assert_eq!(pack.document(17), None);
    assert_eq!(pack.waiting(), 2);
    let wanted = pack.take_wanted();
    assert_eq!(wanted.len(), 2, "{wanted:?}");
    for resource in &wanted {
        assert_eq!(Resource::parse(&resource.name()), Some(*resource));
        let (_, bytes) = files.files.iter().find(|file| file.0 == resource.name()).unwrap();
        pack.put(&resource.name(), bytes.clone()).unwrap();
    }
    assert!(pack.doc_freq(term).unwrap() > 0);
    assert_eq!(pack.document(17).unwrap().source, "a/17.md");
    assert!(pack.take_wanted().is_empty());
}

#[test]
fn what_cannot_be_had_counts_as_absent_and_is_told() {
    let terms = terms(500, 300);
    let files = written(&terms, 300);
    let mut pack = Pack::open(&files.boot("")).unwrap();
    for (name, _) in &files.files {
        pack.fail(name);
    }
    pack.fail("t999999");
    pack.fail("nonsense");
    assert_eq!(pack.doc_freq(terms.keys().next().unwrap()), Ok(0));
    assert!(pack.take_incomplete());
    assert!(!pack.take_incomplete());
    assert_eq!(pack.document(0), None);
    assert!(pack.facets().is_none());
    assert!(pack.take_incomplete());
    // What comes after all is used.
    let (name, bytes) = &files.files[0];
    pack.put(name, bytes.clone()).unwrap();
    assert!(pack.doc_freq(terms.keys().next().unwrap()).unwrap() > 0);
}

#[test]
fn names_are_those_of_files() {
    for name in ["t0", "f12", "v4294967295", "d7", "x"] {
        assert_eq!(Resource::parse(name).unwrap().name(), name);
    }
    for name in ["", "t", "t-1", "x1", "tt1", "t4294967296", "ü1", "../t0"] {
        assert_eq!(Resource::parse(name), None, "{name}");
    }
}

#[test]
fn other_versions_are_told_from_damage() {
    let boot = written(&Terms::new(), 0).boot("");
    let mut newer = boot.clone();
    newer[4] += 1;
    assert_eq!(Pack::open(&newer).unwrap_err(), Error::Version);
    assert_eq!(Pack::open(b"<!doctype html>").unwrap_err(), Error::Damaged);
    assert_eq!(Pack::open(&boot[..boot.len() - 1]).unwrap_err(), Error::Damaged);
}

/// Whatever the bytes, reading ends in an error or in a file that can be used to its end.
mod any_bytes {
    use proptest::prelude::*;

    use super::*;

    /// Uses everything in a pack.
    fn use_up(pack: &Pack) {
        for prefix in ["", "a", "zz", "\u{10FFFF}"] {
            let mut terms = Vec::new();
            let _ = pack.for_each_with_prefix(prefix, Wanted::All, &mut |term, _| terms.push(term.to_owned()));
            for term in terms.iter().take(50) {
                for field in Field::ALL {
                    let _ = pack.for_each_position(field, term, &mut |posting, positions| {
                        assert!(posting.doc < pack.doc_count());
                        assert!(positions.is_empty() || positions.len() == posting.term_freq as usize);
                    });
                }
            }
        }
        for doc in [0, 1, pack.doc_count(), u32::MAX] {
            let _ = pack.document(doc);
        }
        if let Some(facets) = pack.facets() {
            let groups = facets.collections.iter().chain(&facets.tags);
            assert!(groups.flat_map(|group| &group.docs).all(|doc| *doc < pack.doc_count()));
        }
    }

    /// The bytes of a real file, changed in some places, cut or lengthened.
    fn spoil(mut bytes: Vec<u8>, changes: &[(usize, u8)], length: usize) -> Vec<u8> {
        for (at, byte) in changes {
            if !bytes.is_empty() {
                let at = at % bytes.len();
                bytes[at] = *byte;
            }
        }
        bytes.resize(length.min(bytes.len() + 3), 1);
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn spoiled_files_are_refused_or_usable(
            changes in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..8),
            which in any::<usize>(),
            length in prop_oneof![Just(usize::MAX), 0_usize..4_000],
        ) {
            let files = written(&terms(60, 80), 80);
            let mut pack = Pack::open(&files.boot("f")).unwrap();
            for (number, (name, bytes)) in files.files.iter().enumerate() {
                let spoiled = if number == which % files.files.len() { spoil(bytes.clone(), &changes, length) } else { bytes.clone() };
                let _ = pack.put(name, spoiled);
            }
            use_up(&pack);
            for boot in [files.boot("f"), files.single()] {
                if let Ok(pack) = Pack::open(&spoil(boot, &changes, length)) {
                    use_up(&pack);
                }
            }
        }

        #[test]
        fn random_files_are_refused_or_usable(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let files = written(&terms(60, 80), 80);
            let mut pack = Pack::open(&files.boot("f")).unwrap();
            for name in ["t0", "f0", "v0", "d0", "x"] {
                let _ = pack.put(name, bytes.clone());
            }
            use_up(&pack);
            let mut boot = b"kbp\0\x01\x01".to_vec();
            boot.extend(bytes);
            if let Ok(pack) = Pack::open(&boot) {
                use_up(&pack);
            }
        }
    }
}
