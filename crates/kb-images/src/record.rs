//! The record of the variants of images, so that the next build need not make them again.
//!
//! The record is in the output folder, so keeping that folder keeps the variants. It is verified: a variant is reused
//! only if its bytes have the recorded hash.

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
    images: BTreeMap<String, Vec<RecordedVariant>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RecordedVariant {
    width: u32,
    file: String,
    hash: String,
}

/// The record of these assets.
pub fn record(assets: &[Asset]) -> Vec<u8> {
    let noted = assets.iter().filter_map(|asset| {
        let variants = asset.variants.as_ref()?.iter().map(|variant| RecordedVariant {
            width: variant.width,
            file: variant.output.clone(),
            hash: hex(variant.hash),
        });
        Some((hex(asset.hash), variants.collect()))
    });
    let record = Record {
        encoder: ENCODER.to_owned(),
        // Two files with the same content: the last in order, in every build.
        images: noted.collect(),
    };
    // Text and numbers always serialize.
    let mut text = serde_json::to_string_pretty(&record).unwrap_or_default();
    text.push('\n');
    text.into_bytes()
}

fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

/// The variants that an earlier build left in an output folder.
#[derive(Debug, Default)]
pub(crate) struct EarlierImages {
    folder: PathBuf,
    images: BTreeMap<String, Vec<RecordedVariant>>,
}

/// A variant that an earlier build made.
#[derive(Debug)]
pub(crate) struct EarlierVariant {
    pub(crate) width: u32,
    pub(crate) location: PathBuf,
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: u64,
}

impl EarlierImages {
    /// Reads the record in a folder; empty if there is none, kb did not write the folder, or another encoder was used.
    pub(crate) fn read(files: &dyn FileSystem, folder: &Path) -> Self {
        let read = || {
            files.is_file(&folder.join(MARKER)).then_some(())?;
            let text = files.read(&folder.join(MadeFile::Images.name())).ok()?;
            let record: Record = serde_json::from_slice(&text).ok()?;
            (record.encoder == ENCODER).then_some(record.images)
        };
        Self {
            folder: folder.to_path_buf(),
            images: read().unwrap_or_default(),
        }
    }

    /// The smaller variants of the image with this hash, if all of them exist with the recorded bytes.
    pub(crate) fn take(&self, files: &dyn FileSystem, hash: u64) -> Option<Vec<EarlierVariant>> {
        let variants = self.images.get(&hex(hash))?;
        let found = variants.iter().map(|variant| {
            // A manipulated record must not lead out of the folder.
            let location = OutputPath::new(variant.file.clone()).ok()?.below(&self.folder);
            let bytes = files.read(&location).ok()?;
            let hash = xxh3_64(&bytes);
            (hex(hash) == variant.hash && variant.width > 0).then_some(EarlierVariant {
                width: variant.width,
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
                "out/.kb-images.json".to_owned(),
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
        r#"{"encoder":"ENCODER","images":{"0000000000000001":[{"width":480,"file":"a.webp","hash":"HASH"}]}}"#;

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
            let found = EarlierImages::read(&files, Path::new("out")).take(&files, 1);
            assert_eq!(found.is_some(), wanted, "{record}");
        }
    }
}
