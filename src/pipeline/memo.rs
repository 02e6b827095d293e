//! The cache between builds: unchanged work is not repeated.
//!
//! Every table documents what its entries depend on, and an entry is used only if all of that is unchanged. So a build
//! with a memo has the same result as one without; a test compares their bytes after random changes.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kb_config::{Language, ThemeConfig};
use kb_diagnostic::Diagnostic;
use kb_document::{Document, DocumentOptions, Link};
use kb_render::Messages;
use kb_render::theme::{Theme, is_junk};
use kb_site::{LanguageSite, LinkMemo, Site};
use kb_source::git::GitMemo;
use kb_source::{ArticleSource, ContentPath, FileSystem, SourceMemo, Stamp, WalkProblem};

use super::assets::{ReadAsset, Wanted};
use super::listing::Listing;
use kb_images::ImageMemo;

/// The tables that a series of builds of one project shares.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Articles by their stamps.
    pub(super) sources: SourceMemo,
    /// Documents by path, content and options.
    pub(super) documents: DocumentMemo,
    /// Assets by path and stamp.
    pub(super) assets: AssetMemo,
    /// Smaller variants of images by the hash of their content.
    pub(super) images: ImageMemo,
    /// Dates by the state of the repository and the requested paths.
    pub(super) git: GitMemo,
    /// The last site: its tree is reused if no outline of a document and no other input has changed.
    pub(super) site: Option<Site>,
    /// Results of link checks, by the tree, the document and the anchors of all documents.
    pub(super) links: LinkMemo,
    /// The theme by the stamps of its files and the settings it uses.
    pub(super) theme: Option<ThemeMemo>,
    /// The messages by theme and languages.
    pub(super) messages: Option<MessagesMemo>,
    /// The listing by tree and theme.
    pub(super) listing: Option<ListingMemo>,
}

/// Documents by path. One is reused if display name, text and options are the same.
#[derive(Debug, Default)]
pub(super) struct DocumentMemo {
    options: Option<DocumentOptions>,
    documents: HashMap<ContentPath, Arc<Document>>,
}

impl DocumentMemo {
    /// The document of a file, if it was parsed with these options from the same text.
    pub(super) fn get(&self, source: &ArticleSource, options: DocumentOptions) -> Option<Arc<Document>> {
        let document = self.documents.get(&source.path)?;
        let file = document.file.original();
        let same_file = Arc::ptr_eq(file, &source.file) || *file == source.file;
        let same = self.options == Some(options) && same_file;
        same.then(|| Arc::clone(document))
    }

    /// Keeps these documents and no others.
    pub(super) fn replace(&mut self, documents: &[Arc<Document>], options: DocumentOptions) {
        self.options = Some(options);
        for document in documents {
            match self.documents.get_mut(&document.path) {
                Some(known) if Arc::ptr_eq(known, document) => {}
                Some(known) => known.clone_from(document),
                None => {
                    self.documents.insert(document.path.clone(), Arc::clone(document));
                }
            }
        }
        if self.documents.len() > documents.len() {
            let paths: HashSet<&ContentPath> = documents.iter().map(|document| &document.path).collect();
            self.documents.retain(|path, _| paths.contains(path));
        }
    }
}

/// Assets by path and stamp, and the files that documents refer to.
#[derive(Debug, Default)]
pub(super) struct AssetMemo {
    documents: Vec<Arc<Document>>,
    wanted: Arc<Wanted>,
    read: HashMap<ContentPath, (SystemTime, ReadAsset)>,
}

impl AssetMemo {
    /// The files that these documents refer to: the last result if the links are the same, otherwise the result of
    /// `find`.
    pub(super) fn wanted(
        &mut self,
        documents: &[Arc<Document>],
        find: impl FnOnce(&[Arc<Document>]) -> Wanted,
    ) -> Arc<Wanted> {
        let same = |(before, now): (&Arc<Document>, &Arc<Document>)| {
            let same_target = |(a, b): (&Link, &Link)| (&a.target, a.kind, a.named) == (&b.target, b.kind, b.named);
            let same_links =
                || before.links.len() == now.links.len() && before.links.iter().zip(&now.links).all(same_target);
            Arc::ptr_eq(before, now) || (before.path == now.path && same_links())
        };
        let unchanged = self.documents.len() == documents.len() && self.documents.iter().zip(documents).all(same);
        if !unchanged {
            self.wanted = Arc::new(find(documents));
        }
        self.documents = documents.to_vec();
        Arc::clone(&self.wanted)
    }

    /// The known asset, if it has not changed.
    pub(super) fn get(&self, path: &ContentPath, stamp: Stamp, location: &Path) -> Option<(SystemTime, ReadAsset)> {
        let (at, read) = self.read.get(path)?;
        let asset = &read.asset;
        let same = asset.source.stamp == stamp && stamp.vouches_since(*at) && asset.source.location == location;
        same.then(|| (*at, read.clone()))
    }

    /// Keeps these assets and no others.
    pub(super) fn replace(&mut self, read: impl Iterator<Item = (SystemTime, ReadAsset)>) {
        self.read = read
            .map(|(at, read)| (read.asset.source.path.clone(), (at, read)))
            .collect();
    }

    /// A file has changed.
    pub(super) fn forget(&mut self, path: &ContentPath) {
        self.read.remove(path);
    }
}

/// A theme with everything that it depends on.
#[derive(Debug)]
pub(super) struct ThemeMemo {
    pub(super) key: ThemeKey,
    pub(super) loaded: SystemTime,
    pub(super) theme: Arc<Theme>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// What a theme depends on.
#[derive(Debug, PartialEq)]
pub(super) struct ThemeKey {
    pub(super) files: Vec<(PathBuf, Stamp)>,
    pub(super) settings: ThemeConfig,
    pub(super) base_path: String,
    pub(super) display: String,
}

impl ThemeMemo {
    /// Whether loading the theme again would give the same result.
    pub(super) fn holds(&self, key: &ThemeKey) -> bool {
        self.key == *key && key.files.iter().all(|(_, stamp)| stamp.vouches_since(self.loaded))
    }
}

/// The messages of a theme in the languages of a site.
#[derive(Debug)]
pub(super) struct MessagesMemo {
    pub(super) theme: Arc<Theme>,
    pub(super) languages: Vec<Language>,
    pub(super) messages: Arc<[Messages]>,
}

/// A listing with everything that it depends on.
#[derive(Debug)]
pub(super) struct ListingMemo {
    /// The tree, and not the site, whose documents may be outdated.
    pub(super) tree: Arc<[LanguageSite]>,
    pub(super) theme: Arc<Theme>,
    pub(super) static_files: Vec<PathBuf>,
    pub(super) listing: Arc<Listing>,
    pub(super) problems: Vec<Diagnostic>,
}

/// The files below a folder with their stamps, the folders, and the entries that could not be read.
pub(super) fn stamps(files: &dyn FileSystem, folder: &Path) -> (Vec<(PathBuf, Stamp)>, Vec<PathBuf>, Vec<WalkProblem>) {
    if !files.is_folder(folder) {
        return (Vec::new(), Vec::new(), Vec::new());
    }
    let mut stamped = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    let (found, problems) = files.walk(folder, &|path, _| !is_junk(path));
    for file in found {
        let path = folder.join(&file.path);
        if file.is_folder {
            folders.push(path);
        } else {
            stamped.push((path, file.stamp));
        }
    }
    (stamped, folders, problems)
}
