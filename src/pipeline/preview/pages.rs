//! Pages as they were last rendered.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kb_diagnostic::Diagnostic;
use kb_output::OutputPath;
use kb_render::WrittenPage;
use kb_render::pages::LanguageRenderer;
use kb_site::pages::Page;
use xxhash_rust::xxh3::Xxh3;

/// The limit for the bytes of cached pages. Pages beyond it are rendered again on request, which takes less than a
/// millisecond each; digests, hashes and problems are kept for all pages.
const KEPT_BYTES: usize = 16 << 20;

/// A page of one state of the site. Its path is not enough: if two pages have the same path, only one is published, but
/// the Markdown copy of the other may have its own path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageId {
    /// Number of the state.
    pub(super) state: u64,
    /// Number of the language.
    pub(super) language: usize,
    /// The page.
    pub(super) job: Page,
}

/// A page and its Markdown copy.
#[derive(Debug)]
pub(super) struct MadePage {
    digest: u128,
    /// The state for which it was last found valid.
    id: PageId,
    /// The number of the rendering, to distinguish it from earlier ones of the same page.
    serial: u64,
    /// Its entry in the manifest.
    pub(super) written: WrittenPage,
    /// The error, and the name of the page in messages.
    pub(super) problem: Option<(Diagnostic, String)>,
    /// Its HTML and its copy.
    bytes: PageBytes,
}

/// The files of a page; empty if they are not cached.
#[derive(Debug, Clone, Default)]
pub(super) struct PageBytes {
    pub(super) html: Arc<Vec<u8>>,
    pub(super) copy: Option<Arc<Vec<u8>>>,
}

/// Pages by the path of their file.
///
/// A page is reused only if the digest of its current inputs equals that of its rendering. The digest covers everything
/// that the template gets (the page's own context with its text, links, neighbours and related articles; what all pages
/// of a language share; the messages), the theme with all its templates, and, for the Markdown copy, the text of the
/// document. So the kind and order of changes do not matter. The digest is computed once per state of the site.
#[derive(Debug, Default)]
pub(super) struct PageMemo {
    table: Mutex<Table>,
    pages: AtomicUsize,
    copies: AtomicUsize,
}

#[derive(Debug, Default)]
struct Table {
    pages: HashMap<OutputPath, MadePage>,
    /// Renderings in their order.
    kept: VecDeque<(OutputPath, u64)>,
    kept_bytes: usize,
    serial: u64,
}

/// The total number of pages and copies rendered so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Pages.
    pub pages: usize,
    /// Markdown copies.
    pub copies: usize,
}

impl PageMemo {
    /// The files of a page in a state of the site. `renderer` is called only if the page is not known to be valid in
    /// this state.
    pub(super) fn bytes<'a>(
        &self,
        path: &OutputPath,
        id: PageId,
        renderer: impl FnOnce() -> LanguageRenderer<'a>,
    ) -> PageBytes {
        let known = |page: &&MadePage| page.id == id && page.has_bytes();
        let bytes = self
            .table()
            .pages
            .get(path)
            .filter(known)
            .map(|page| page.bytes.clone());
        if let Some(bytes) = bytes {
            return bytes;
        }
        self.with(path, id, &renderer(), |page| page.bytes.clone(), true)
    }

    /// The result of a page without its bytes: its hash for the manifest, and its errors.
    pub(super) fn look<T>(
        &self,
        path: &OutputPath,
        id: PageId,
        renderer: &LanguageRenderer<'_>,
        look: impl Fn(&MadePage) -> T,
    ) -> T {
        let known = self.table().pages.get(path).filter(|page| page.id == id).map(&look);
        known.unwrap_or_else(|| self.with(path, id, renderer, look, false))
    }

    fn with<T>(
        &self,
        path: &OutputPath,
        id: PageId,
        renderer: &LanguageRenderer<'_>,
        look: impl Fn(&MadePage) -> T,
        bytes_wanted: bool,
    ) -> T {
        let job = id.job;
        let prepared = renderer.prepare(job);
        let digest = digest(renderer, &prepared, job);
        if let Some(page) = self.table().pages.get_mut(path)
            && page.digest == digest
            && (!bytes_wanted || page.has_bytes())
        {
            page.id = id;
            return look(page);
        }
        let rendered = renderer.render(&prepared);
        self.pages.fetch_add(1, Ordering::Relaxed);
        let copy = renderer.has_copy(job).then(|| renderer.copy(job)).flatten();
        if copy.is_some() {
            self.copies.fetch_add(1, Ordering::Relaxed);
        }
        let page = MadePage {
            digest,
            id,
            serial: 0,
            written: rendered.written,
            problem: rendered.problem.map(|problem| (problem, renderer.describe(job))),
            bytes: PageBytes {
                html: Arc::new(rendered.html),
                copy: copy.map(Arc::new),
            },
        };
        let found = look(&page);
        self.table().insert(path, page);
        found
    }

    /// Removes pages that are not in `keep`.
    pub(super) fn retain(&self, keep: impl Fn(&str) -> bool) {
        let mut table = self.table();
        table.pages.retain(|path, _| keep(path.as_str()));
        table.kept_bytes = table.pages.values().map(|page| page.bytes.len()).sum();
        table.drop_superseded();
    }

    /// The total number of pages and copies rendered so far.
    pub(super) fn rendered(&self) -> Rendered {
        Rendered {
            pages: self.pages.load(Ordering::Relaxed),
            copies: self.copies.load(Ordering::Relaxed),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Every change of the table is complete before the lock is released.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn insert(&mut self, path: &OutputPath, mut page: MadePage) {
        self.serial += 1;
        page.serial = self.serial;
        self.kept_bytes += page.bytes.len();
        self.kept.push_back((path.clone(), page.serial));
        if let Some(before) = self.pages.insert(path.clone(), page) {
            self.kept_bytes -= before.bytes.len();
        }
        while self.kept_bytes > KEPT_BYTES
            && let Some((oldest, serial)) = self.kept.pop_front()
        {
            if let Some(page) = self.pages.get_mut(&oldest).filter(|page| page.serial == serial) {
                self.kept_bytes -= page.bytes.len();
                page.bytes = PageBytes::default();
            }
        }
        if self.kept.len() > 2 * self.pages.len() + 64 {
            self.drop_superseded();
        }
    }

    /// Drops renderings that later ones of the same pages have replaced.
    fn drop_superseded(&mut self) {
        let Self { pages, kept, .. } = self;
        kept.retain(|(path, serial)| pages.get(path).is_some_and(|page| page.serial == *serial));
    }
}

impl MadePage {
    fn has_bytes(&self) -> bool {
        !self.bytes.html.is_empty()
    }
}

impl PageBytes {
    fn len(&self) -> usize {
        self.html.len() + self.copy.as_ref().map_or(0, |copy| copy.len())
    }
}

/// Hash of all inputs of a page and its copy.
fn digest(renderer: &LanguageRenderer<'_>, prepared: &kb_render::pages::PreparedPage<'_>, job: Page) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&renderer.digest(prepared).to_le_bytes());
    if let Some(document) = renderer.document(job) {
        // The manifest names it.
        hash.update(document.path.as_str().as_bytes());
        if renderer.has_copy(job) {
            hash.update(document.file.text().as_bytes());
        }
    }
    hash.digest128()
}
