//! What a build notes about the smaller forms of pictures, so that the next one need not make them again.
//!
//! The note lies in the output, beside what it is about: who keeps the output folder keeps the work. It is believed as
//! far as it can be checked: a form is taken only if it has the very bytes that were noted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kb_output::{MARKER, OutputPath};
use kb_site::Asset;
use kb_site::pages::MadeFile;
use kb_source::FileSystem;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::encode::ENCODER;

#[derive(Debug, Serialize, Deserialize)]
struct Record {
    encoder: String,
    pictures: BTreeMap<String, Vec<Form>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Form {
    width: u32,
    file: String,
    hash: String,
}

/// The note about these assets.
pub(in crate::pipeline) fn record(assets: &[Asset]) -> Vec<u8> {
    let noted = assets.iter().filter_map(|asset| {
        let forms = asset.renditions.as_ref()?.iter().map(|form| Form {
            width: form.width,
            file: form.output.clone(),
            hash: hex(form.hash),
        });
        Some((hex(asset.hash), forms.collect()))
    });
    let record = Record {
        encoder: ENCODER.to_owned(),
        // Two files with the same content: the last in order, in every build.
        pictures: noted.collect(),
    };
    // Text and numbers always serialize.
    let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

/// What an earlier build left in an output folder.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    folder: PathBuf,
    pictures: BTreeMap<String, Vec<Form>>,
}

/// A form that an earlier build made.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) width: u32,
    pub(super) location: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) hash: u64,
}

impl Earlier {
    /// Reads the note in a folder; nothing where there is none, kb did not write the folder, or another encoder was used.
    pub(super) fn read(files: &dyn FileSystem, folder: &Path) -> Self {
        let read = || {
            files.is_file(&folder.join(MARKER)).then_some(())?;
            let text = files.read(&folder.join(MadeFile::Images.name())).ok()?;
            let record: Record = serde_json::from_slice(&text).ok()?;
            (record.encoder == ENCODER).then_some(record.pictures)
        };
        Self {
            folder: folder.to_path_buf(),
            pictures: read().unwrap_or_default(),
        }
    }

    /// The smaller forms of the picture with this hash, if all are there as they were noted.
    pub(super) fn take(&self, files: &dyn FileSystem, hash: u64) -> Option<Vec<Found>> {
        let forms = self.pictures.get(&hex(hash))?;
        let found = forms.iter().map(|form| {
            // A note that somebody else wrote leads nowhere out of the folder.
            let location = OutputPath::new(form.file.clone()).ok()?.below(&self.folder);
            let bytes = files.read(&location).ok()?;
            let hash = xxh3_64(&bytes);
            (hex(hash) == form.hash && form.width > 0).then_some(Found {
                width: form.width,
                location,
                bytes,
                hash,
            })
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kb_source::MemoryFiles;

    fn folder(record: &str, marker: bool) -> MemoryFiles {
        let hash = hex(xxh3_64(b"small"));
        let mut files = vec![
            (
                "out/.kb-pictures.json".to_owned(),
                record.replace("HASH", &hash).replace("ENCODER", ENCODER),
            ),
            ("out/a.webp".to_owned(), "small".to_owned()),
            ("secret.webp".to_owned(), "small".to_owned()),
        ];
        if marker {
            files.push(("out/.kb-output".to_owned(), String::new()));
        }
        files
            .into_iter()
            .fold(MemoryFiles::default(), |memory, (path, text)| memory.with(path, text))
    }

    const GOOD: &str =
        r#"{"encoder":"ENCODER","pictures":{"0000000000000001":[{"width":480,"file":"a.webp","hash":"HASH"}]}}"#;

    #[test]
    fn only_what_can_be_checked_is_believed() {
        for (record, marker, wanted) in [
            (GOOD.to_owned(), true, true),
            (GOOD.to_owned(), false, false),
            (GOOD.replace("ENCODER", "another"), true, false),
            (GOOD.replace("HASH", "0123456789abcdef"), true, false),
            (GOOD.replace("a.webp", "../secret.webp"), true, false),
            (GOOD.replace("a.webp", "gone.webp"), true, false),
            (GOOD.replace("\"width\":480", "\"width\":\"wide\""), true, false),
            (GOOD[..40].to_owned(), true, false),
        ] {
            let files = folder(&record, marker);
            let found = Earlier::read(&files, Path::new("out")).take(&files, 1);
            assert_eq!(found.is_some(), wanted, "{record}");
        }
    }
}
