//! Any bytes as a boot file, and as each file of a real pack: they are refused or can be searched, and nothing panics.
#![no_main]

use std::sync::LazyLock;

use kb_search::analysis::Unicode;
use kb_search::engine::{Engine, Step};
use kb_search::execute::{Field, Posting};
use kb_search::pack::{Facets, FieldPostings, Group, Header, PackFiles, PackWriter, Summary};
use kb_search::search::Options;
use libfuzzer_sys::fuzz_target;

const QUERY: &str = "refund \"get money\" passwrod r -card";

/// A pack with a few of everything.
static PACK: LazyLock<PackFiles> = LazyLock::new(|| {
    let mut writer = PackWriter::new(Header {
        language: "en".to_owned(),
        base: "/".to_owned(),
        tokens: [9; Field::ALL.len()],
        norms: vec![7; 40],
        ..Header::default()
    });
    for term in ["card", "get", "money", "password", "refund", "reset"] {
        let list = |field: Field| {
            let positions = if Field::WITH_POSITIONS.contains(&field) { vec![1, 4] } else { Vec::new() };
            (0..40).map(|doc| (Posting { doc, term_freq: 2, norm: 7 }, positions.clone())).collect()
        };
        let fields: FieldPostings = Field::INDEXED.map(list);
        writer.term(term, &fields);
    }
    let group = Group {
        name: "Billing".to_owned(),
        docs: vec![1, 2],
    };
    let facets = Facets {
        collections: vec![group],
        tags: Vec::new(),
    };
    writer.finish(&vec![Summary::default(); 40], &facets)
});

/// Searches, handing in what is needed; `spoiled` instead of one file.
fn search(mut engine: Engine, spoiled: Option<(&str, &[u8])>) {
    let options = Options {
        facets: true,
        ..Options::default()
    };
    for _ in 0..20 {
        match engine.search(QUERY, &options) {
            Step::Done(answer) => {
                let _ = Step::Done(answer).to_json();
                return;
            }
            Step::Needs(needs) => {
                for file in needs.files {
                    let name = file.name();
                    let real = PACK.files.iter().find(|file| file.0 == name).map(|file| file.1.as_slice());
                    let bytes = spoiled.filter(|spoiled| spoiled.0 == name).map(|spoiled| spoiled.1).or(real);
                    let taken = bytes.is_some_and(|bytes| engine.put(&name, bytes.to_vec()).is_ok());
                    if !taken {
                        engine.fail(&name);
                    }
                }
                for (_, url) in needs.pages {
                    engine.page(&url, String::new());
                }
            }
        }
    }
    panic!("a search never ends");
}

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else { return };
    if let Ok(engine) = Engine::new(bytes, Unicode::tables()) {
        search(engine, None);
    }
    let (name, _) = &PACK.files[usize::from(*which) % PACK.files.len()];
    if let Ok(engine) = Engine::new(&PACK.boot("f"), Unicode::tables()) {
        search(engine, Some((name, bytes)));
    }
});
