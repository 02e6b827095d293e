//! The images and files that articles refer to: named after their content, measured.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kb_diagnostic::{Code, Diagnostic, Span};
use kb_document::slug::slugify;
use kb_document::{Document, LinkKind};
use kb_site::{Asset, candidate_files, nfc};
use kb_source::{AssetSource, ContentPath, FileSystem, Standing};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::active::active;
use super::memo::AssetMemo;
use kb_images::{Flaw, Format, Head, ImageMemo, ImageProblem, ShownImage, head};

/// The folder of assets, and the output folder.
#[derive(Clone, Copy)]
pub(super) struct AssetFolder<'a> {
    pub(super) files: &'a dyn FileSystem,
    /// The content folder.
    pub(super) content: &'a Path,
    /// The name of the content folder in messages.
    pub(super) display: &'a str,
    /// Whether smaller variants of images are made.
    pub(super) images: bool,
    /// Whether files that browsers run are published.
    pub(super) active: bool,
    /// The output folder, which may contain variants of an earlier build.
    pub(super) output: &'a Path,
}

impl AssetFolder<'_> {
    fn span(&self, path: &ContentPath) -> Span {
        Span::file(if self.display.is_empty() {
            path.to_string()
        } else {
            format!("{}/{path}", self.display)
        })
    }
}

/// An asset, with its format if kb can make smaller variants of it.
#[derive(Debug, Clone)]
pub(super) struct ReadAsset {
    pub(super) asset: Asset,
    pub(super) format: Option<Format>,
    /// Why no browser shows it, if its name says that it is an image.
    pub(super) flaw: Option<Flaw>,
    /// Why browsers or servers would run it, if they would.
    pub(super) active: Option<Arc<str>>,
}

/// The assets that documents refer to.
#[derive(Debug, Default)]
pub(super) struct Referred {
    /// The published assets, with their names in the output and the sizes of images.
    pub(super) assets: Vec<Asset>,
    /// The assets that are not published because browsers would run them, with the reasons.
    pub(super) refused: HashMap<ContentPath, Arc<str>>,
    /// Hidden folders that documents refer to, whose files may change.
    pub(super) folders: Vec<PathBuf>,
    /// Problems with assets.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads the assets that documents refer to.
pub(super) fn referred_assets(
    folder: AssetFolder<'_>,
    documents: &[Arc<Document>],
    mut assets: Vec<AssetSource>,
    memo: &mut AssetMemo,
    images: &mut ImageMemo,
) -> Referred {
    let names_hidden = |document: &Arc<Document>| document.links.iter().any(|link| is_in_hidden_folder(&link.target));
    if assets.is_empty() && !documents.iter().any(names_hidden) {
        return Referred::default();
    }
    let wanted = memo.wanted(documents, Wanted::of);
    let (hidden, folders) = hidden_assets(folder, &wanted);
    assets.extend(hidden);
    let found: Vec<Result<(SystemTime, ReadAsset), Diagnostic>> = assets
        .into_par_iter()
        .filter(|asset| wanted.kind(&asset.path).is_some())
        .map(|source| {
            if let Some(known) = memo.get(&source.path, source.stamp, &source.location) {
                return Ok(known);
            }
            let at = SystemTime::now();
            Ok((at, read(folder, source)?))
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
    let mut refused = HashMap::new();
    let published = |read: ReadAsset| match &read.active {
        Some(reason) if !folder.active => {
            refused.insert(read.asset.source.path.clone(), Arc::clone(reason));
            None
        }
        _ => Some(read),
    };
    let mut read: Vec<ReadAsset> = read.into_iter().map(|(_, read)| read).filter_map(published).collect();
    let is_shown = |read: &ReadAsset| wanted.kind(&read.asset.source.path) == Some(LinkKind::Media);
    let flawed = read.iter().filter(|read| is_shown(read));
    diagnostics.extend(flawed.filter_map(|read| Some(flaw(folder, &read.asset.source.path, read.flaw?))));
    if folder.images {
        let shown = read.iter_mut().filter_map(|read| {
            let is_shown = is_shown(read);
            Some(ShownImage {
                format: read.format.filter(|_| is_shown)?,
                asset: &mut read.asset,
            })
        });
        let problems = images.complete(folder.files, folder.output, shown.collect());
        diagnostics.extend(
            problems
                .iter()
                .map(|(path, problem)| image_problem(folder, path, problem)),
        );
    }
    Referred {
        assets: read.into_iter().map(|read| read.asset).collect(),
        refused,
        folders,
        diagnostics,
    }
}

/// The files in hidden folders that documents refer to, and these folders. Such folders are not searched, but `GitBook`
/// keeps the images of articles in `.gitbook/assets`, Azure DevOps in `.attachments`.
fn hidden_assets(folder: AssetFolder<'_>, wanted: &Wanted) -> (Vec<AssetSource>, Vec<PathBuf>) {
    let (mut found, mut folders) = (Vec::new(), Vec::new());
    for path in &wanted.hidden {
        let location = folder.content.join(path);
        if let Standing::File(stamp) = folder.files.standing(&location, folder.content) {
            found.push(AssetSource {
                path: ContentPath::new(path.clone()),
                location: location.clone(),
                stamp,
            });
        }
        folders.extend(location.parent().map(Path::to_path_buf));
    }
    folders.dedup();
    folders.retain(|hidden| folder.files.is_folder(hidden));
    (found, folders)
}

/// Whether a file stands in a hidden folder that may hold content, and is not hidden itself.
fn is_in_hidden_folder(path: &str) -> bool {
    let Some((folders, name)) = path.rsplit_once('/') else {
        return false;
    };
    let is_hidden = |part: &str| part.starts_with('.') && !matches!(part, "." | "..");
    folders.split('/').any(is_hidden) && !is_hidden(name) && folders.split('/').all(|part| part != ".git")
}

fn flaw(folder: AssetFolder<'_>, path: &ContentPath, flaw: Flaw) -> Diagnostic {
    let message = match flaw {
        Flaw::Empty => "this image is an empty file",
        Flaw::CutOff => "this image is cut off: the file ends before it says how large the image is",
        Flaw::NoPixels => "this image has no pixels: it is 0 wide or 0 high",
    };
    Diagnostic::new(Code::ImageUnreadable, message)
        .with_span(folder.span(path))
        .with_hint("readers see nothing; replace the file, or save it again as PNG or JPEG")
}

fn image_problem(folder: AssetFolder<'_>, path: &ContentPath, problem: &ImageProblem) -> Diagnostic {
    let diagnostic = match problem {
        ImageProblem::Broken(why) => Diagnostic::new(
            Code::ImageUnreadable,
            format!("kb cannot make smaller variants of this image: {why}"),
        )
        .with_hint("it is published unchanged; open it, and save it again as PNG or JPEG"),
        ImageProblem::TooLarge => Diagnostic::new(
            Code::ImageTooLarge,
            "this image has more than 50 million pixels, so kb makes no smaller variants of it",
        )
        .with_hint("it is published unchanged; make it smaller, so that readers do not wait for it"),
        ImageProblem::TooLong => Diagnostic::new(
            Code::ImageTooLarge,
            "this image has a side longer than 16,383 pixels, so kb makes no smaller variants of it",
        )
        .with_hint("it is published unchanged; make it smaller, or split it into several images"),
    };
    diagnostic.with_span(folder.span(path))
}

/// The files of the content folder that documents may link to.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    by_path: HashMap<String, LinkKind>,
    /// Those that are linked by name, wherever they are.
    by_name: HashMap<String, LinkKind>,
    /// Those by path that stand in hidden folders, sorted.
    hidden: Vec<String>,
}

impl Wanted {
    /// How the file is used: shown on a page, or only linked. `None` if no document links to it.
    fn kind(&self, path: &ContentPath) -> Option<LinkKind> {
        let by_path = self.by_path.get(&*nfc(path.as_str()));
        let by_name = || self.by_name.get(&nfc(path.file_name()).to_lowercase());
        let kinds = by_path
            .into_iter()
            .chain((!self.by_name.is_empty()).then(by_name).flatten());
        kinds.copied().max_by_key(|kind| *kind == LinkKind::Media)
    }

    /// Finds the files that documents may link to.
    fn of(documents: &[Arc<Document>]) -> Self {
        let files = documents.par_iter().flat_map_iter(|document| {
            document.links.iter().flat_map(|link| {
                let by_path = candidate_files(document, &link.target);
                let by_path = by_path.into_iter().map(|file| (nfc(&file).into_owned(), false));
                let by_name = link.named.then(|| (nfc(&link.target).to_lowercase(), true));
                by_path.chain(by_name).map(|file| (file, link.kind))
            })
        });
        let files: Vec<((String, bool), LinkKind)> = files.collect();
        let mut wanted = Self::default();
        for ((file, is_name), kind) in files {
            let (table, file) = if is_name {
                let name = file.rsplit('/').next().unwrap_or(&file).to_owned();
                (&mut wanted.by_name, name)
            } else {
                (&mut wanted.by_path, file)
            };
            if kind == LinkKind::Media || !table.contains_key(&file) {
                table.insert(file, kind);
            }
        }
        let hidden = wanted.by_path.keys().filter(|path| is_in_hidden_folder(path));
        wanted.hidden = hidden.cloned().collect();
        wanted.hidden.sort();
        wanted
    }
}

fn read(folder: AssetFolder<'_>, source: AssetSource) -> Result<ReadAsset, Diagnostic> {
    let bytes = folder.files.read(&source.location).map_err(|error| {
        Diagnostic::new(Code::FileUnreadable, format!("cannot be read: {error}"))
            .with_span(folder.span(&source.path))
            .with_hint("check the permissions")
    })?;
    let Head { size, format, flaw } = head(&bytes);
    let hash = xxh3_64(&bytes);
    let version = format!("{hash:016x}");
    let folders = source
        .path
        .folder()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(kb_site::urls::name_slug);
    let stem = Some(slugify(source.path.stem()))
        .filter(|stem| !stem.is_empty())
        .unwrap_or_else(|| "file".to_owned());
    let name = match source.path.file_name().rsplit_once('.') {
        Some((_, extension)) => format!("{stem}.{}.{}", &version[..8], extension.to_lowercase()),
        None => format!("{stem}.{}", &version[..8]),
    };
    let mut parts: Vec<String> = folders.collect();
    parts.push(name);
    let asset = Asset {
        output: parts.join("/"),
        hash,
        size,
        variants: None,
        source,
    };
    let flaw = flaw.filter(|_| is_named_image(&asset.source.path));
    let active = active(asset.source.path.file_name(), &bytes).map(Arc::from);
    Ok(ReadAsset {
        asset,
        format,
        flaw,
        active,
    })
}

/// Whether a file has the name of an image.
fn is_named_image(path: &ContentPath) -> bool {
    const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "avif"];
    path.file_name()
        .rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}
