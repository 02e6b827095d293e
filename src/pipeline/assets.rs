//! The images and files that articles refer to: named after their content, measured.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::memo::AssetMemo;
use crate::diagnostic::{Diagnostic, Span};
use crate::document::Document;
use crate::document::slug::slugify;
use crate::site::{Asset, links::candidate_files};
use crate::source::{AssetSource, FileSystem};

/// The assets that documents refer to, with their names in the output and the sizes of images.
pub(super) fn referred_assets(
    files: &dyn FileSystem,
    documents: &[Arc<Document>],
    assets: Vec<AssetSource>,
    display: &str,
    memo: &mut AssetMemo,
) -> (Vec<Asset>, Vec<Diagnostic>) {
    if assets.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let wanted = memo.wanted(documents, wanted);
    let found: Vec<Result<(SystemTime, Asset), Diagnostic>> = assets
        .into_par_iter()
        .filter(|asset| wanted.contains(asset.path.as_str()))
        .map(|source| {
            if let Some(known) = memo.get(&source.path, source.stamp, &source.location) {
                return Ok(known);
            }
            let at = SystemTime::now();
            Ok((at, read(files, source, display)?))
        })
        .collect();
    let mut read = Vec::with_capacity(found.len());
    let mut diagnostics = Vec::new();
    for asset in found {
        match asset {
            Ok(asset) => read.push(asset),
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    memo.replace(read.iter().cloned());
    (read.into_iter().map(|(_, asset)| asset).collect(), diagnostics)
}

/// The files of the content folder that documents may mean.
fn wanted(documents: &[Arc<Document>]) -> HashSet<String> {
    let files = documents.par_iter().flat_map_iter(|document| {
        let links = document.links.iter();
        links.flat_map(|link| candidate_files(document, &link.target))
    });
    files.collect()
}

fn read(files: &dyn FileSystem, source: AssetSource, display: &str) -> Result<Asset, Diagnostic> {
    let bytes = files.read(&source.location).map_err(|error| {
        let shown = if display.is_empty() {
            source.path.to_string()
        } else {
            format!("{display}/{}", source.path)
        };
        Diagnostic::error("file-unreadable", format!("cannot be read: {error}"))
            .with_span(Span::file(shown))
            .with_hint("check the permissions")
    })?;
    let size = imagesize::blob_size(&bytes)
        .ok()
        .and_then(|size| Some((u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?)));
    let hash = format!("{:016x}", xxh3_64(&bytes));
    let folders = source
        .path
        .folder()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(crate::site::urls::name_slug);
    let stem = Some(slugify(source.path.stem()))
        .filter(|stem| !stem.is_empty())
        .unwrap_or_else(|| "file".to_owned());
    let name = match source.path.file_name().rsplit_once('.') {
        Some((_, extension)) => format!("{stem}.{}.{}", &hash[..8], extension.to_lowercase()),
        None => format!("{stem}.{}", &hash[..8]),
    };
    let mut parts: Vec<String> = folders.collect();
    parts.push(name);
    Ok(Asset {
        output: parts.join("/"),
        size,
        source,
    })
}
