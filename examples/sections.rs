//! Prints the sections of every article of a built site as the search index has them, for tests that compare them with
//! what a browser reads from the pages: `sections SITE`, one JSON object a line.

use std::path::PathBuf;
use std::process::ExitCode;

use kb_index::{Error, SearchIndex, index_path, languages};
use serde_json::json;

fn main() -> ExitCode {
    let Some(site) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: sections SITE");
        return ExitCode::from(2);
    };
    match print(&site) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(site: &std::path::Path) -> Result<(), Error> {
    for language in languages(site)? {
        let index = SearchIndex::open(&index_path(site, &language))?;
        for article in 0..index.len() {
            let (url, sections) = index.sections(article)?;
            let sections: Vec<_> = (sections.iter())
                .map(|section| json!([section.anchor, section.heading, section.text]))
                .collect();
            println!("{}", json!({ "language": language, "url": url, "sections": sections }));
        }
    }
    Ok(())
}
