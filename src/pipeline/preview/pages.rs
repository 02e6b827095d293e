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

/// Bytes of pages that are kept. Those of larger sites are rendered again when they are asked for, which takes less than
/// a millisecond each; what they are made from, hash and problems, is known of all.
const KEPT_BYTES: usize = 16 << 20;

/// A page of one state of the site. Its path is not enough: where two pages want the same path, there is only one of
/// them, but the Markdown copy of the other may have a path of its own.
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
    /// What it was last found to be right for.
    id: PageId,
    /// Number of the rendering, to tell it from an earlier one of the same page.
    serial: u64,
    /// What the manifest says of it.
    pub(super) written: WrittenPage,
    /// What went wrong, and what the page is called in messages.
    pub(super) problem: Option<(Diagnostic, String)>,
    /// Its HTML and its copy.
    bytes: PageBytes,
}

/// The files of a page; empty where they are not kept.
#[derive(Debug, Clone, Default)]
pub(super) struct PageBytes {
    pub(super) html: Arc<Vec<u8>>,
    pub(super) copy: Option<Arc<Vec<u8>>>,
}

/// Pages by the path of their file.
///
/// A page is taken from here only if the digest of what it is made from now is the one that it was made from. The digest
/// covers all that reaches the template (the page's own context with its text, links, neighbours and related articles;
/// what all pages of a language share; the messages), the theme with all its templates, and, for the Markdown copy, the
/// text of the document. So it does not matter what has changed, in which order, or what was asked for in between.
/// In the very state of the site in which that was found out, it is not asked again.
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

/// How many pages and copies were rendered since the beginning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Pages.
    pub pages: usize,
    /// Markdown copies.
    pub copies: usize,
}

impl PageMemo {
    /// The files of a page in a state of the site. `renderer` is made only where it is not known that the page is the
    /// same in this state.
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

    /// What is known of a page without its bytes: its hash for the manifest, and what went wrong.
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

    /// Forgets pages that `keep` does not know.
    pub(super) fn retain(&self, keep: impl Fn(&str) -> bool) {
        let mut table = self.table();
        table.pages.retain(|path, _| keep(path.as_str()));
        table.kept_bytes = table.pages.values().map(|page| page.bytes.len()).sum();
        table.drop_superseded();
    }

    /// How many pages and copies were rendered since the beginning.
    pub(super) fn rendered(&self) -> Rendered {
        Rendered {
            pages: self.pages.load(Ordering::Relaxed),
            copies: self.copies.load(Ordering::Relaxed),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Every change of the table is whole before the lock is let go.
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

/// Hash of all that a page and its copy are made from.
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
