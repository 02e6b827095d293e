//! Documents -> [`Site`]: languages, tree, order, URLs, redirects, tags and resolved links.
//!
//! 1. `languages` determines the language of each file, and its translations.
//! 2. `tree` makes articles and categories, in order, with URLs.
//! 3. `links` resolves links, and `check` reports broken ones.

pub mod addresses;
mod check;
mod contact;
mod ids;
mod languages;
mod links;
mod names;
pub mod pages;
mod popular;
mod tree;
pub mod urls;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use kb_config::{Config, Direction, Language};
use kb_diagnostic::{Code, Diagnostic, Span};
use kb_document::{Date, Document, Indexing};
use kb_source::{AssetSource, ContentPath};

pub use check::LinkMemo;
pub use ids::{ArticleId, CategoryId, DocumentId};
pub use links::{LinkProblem, Resolved, candidate_files};
pub use names::nfc;
pub use urls::SitePath;

/// The published site with its addresses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Site {
    /// The settings.
    pub config: Arc<Config>,
    /// All published documents.
    pub documents: Vec<Arc<Document>>,
    /// The site in each language, the default language first.
    pub languages: Arc<[LanguageSite]>,
    /// Redirects: new paths by old paths.
    pub redirects: Arc<BTreeMap<SitePath, SitePath>>,
    /// Files beside the articles.
    pub assets: Arc<[Asset]>,
    /// The path of the base URL, with `/` at both ends.
    pub base_path: String,
    /// Whether the site will be opened from a folder, without a server.
    pub offline: bool,
    /// The build time, in seconds since 1970.
    pub now: i64,
    /// How many articles are not published.
    pub held_back: HeldBackCounts,
    resolver: Arc<links::Resolver>,
    origin: Arc<Origin>,
}

/// Other inputs of the site, to check whether another site would have the same tree.
#[derive(Debug)]
struct Origin {
    static_files: Vec<String>,
    git_dates: HashMap<ContentPath, Date>,
    fallback_title: String,
    diagnostics: Vec<Diagnostic>,
}

/// An asset: a file beside the articles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Where it comes from.
    pub source: AssetSource,
    /// Its path in the output, with a hash of its content in the name and without a leading slash.
    pub output: String,
    /// Hash of its content.
    pub hash: u64,
    /// Width and height in pixels as browsers show it; only for images.
    pub size: Option<(u32, u32)>,
    /// Its smaller variants, the narrowest first; `None` if none were requested.
    pub variants: Option<Vec<Variant>>,
}

/// A smaller variant of an image, for small screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Its width in pixels.
    pub width: u32,
    /// Its path in the output, without a leading slash.
    pub output: String,
    /// The file with its bytes.
    pub location: PathBuf,
    /// Hash of its bytes.
    pub hash: u64,
}

/// The site in one language.
#[derive(Debug)]
pub struct LanguageSite {
    /// The language.
    pub language: Language,
    /// Its name in itself.
    pub name: String,
    /// Its direction.
    pub direction: Direction,
    /// Name of the help centre.
    pub title: String,
    /// Description of the help centre.
    pub description: String,
    /// The path of its home page: `/` or `/de/`.
    pub home: SitePath,
    /// Its articles, in reading order.
    pub articles: Vec<Article>,
    /// Its categories; the first is the root.
    pub categories: Vec<Category>,
    /// Its tags, in the order of their slugs.
    pub tags: Vec<Tag>,
    /// Its contact page, if it has one.
    pub contact: Option<ContactPage>,
    /// The most read articles, most views first; empty without view counts.
    pub popular: Vec<ArticleId>,
    /// Articles and categories by key.
    pub by_key: HashMap<String, PageRef>,
}

/// Who provides the contact page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactPage {
    /// kb makes it.
    Made,
    /// A page of the site replaces it.
    Own,
}

/// A page of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRef {
    /// An article.
    Article(ArticleId),
    /// A category; the root is the home page.
    Category(CategoryId),
}

/// An article in one language.
#[derive(Debug, Clone)]
pub struct Article {
    /// Its document.
    pub document: DocumentId,
    /// Its key, the same in all languages.
    pub key: String,
    /// The language of its text; differs from the language of the site if the translation is missing.
    pub language: Language,
    /// Where it is.
    pub path: SitePath,
    /// Its category.
    pub category: CategoryId,
    /// Its title.
    pub title: String,
    /// Its title in menus.
    pub nav_title: String,
    /// One or two sentences.
    pub description: String,
    /// The day of its last change.
    pub updated: Option<Date>,
    /// Whether lists, sitemap and search leave it out.
    pub unlisted: bool,
    /// What search engines may do with it.
    pub indexing: Indexing,
    /// Whether it is featured.
    pub featured: bool,
    /// Its weight in lists.
    pub weight: Option<i64>,
    /// Slugs of its tags.
    pub tags: Vec<String>,
}

/// A category in one language.
#[derive(Debug, Clone)]
pub struct Category {
    /// The folder, empty for the root.
    pub key: String,
    /// Its description, if it has one.
    pub document: Option<DocumentId>,
    /// The language of its title and description.
    pub language: Language,
    /// Where it is.
    pub path: SitePath,
    /// Its title.
    pub title: String,
    /// Its title in menus.
    pub nav_title: String,
    /// One or two sentences.
    pub description: String,
    /// Name of its icon.
    pub icon: Option<String>,
    /// Its weight in lists.
    pub weight: Option<i64>,
    /// Its category.
    pub parent: Option<CategoryId>,
    /// The categories in it, in order.
    pub categories: Vec<CategoryId>,
    /// The articles directly in it, in order, without unlisted ones.
    pub articles: Vec<ArticleId>,
    /// Number of listed articles in it and below.
    pub count: usize,
    /// What search engines may do with it.
    pub indexing: Indexing,
}

/// A tag in one language.
#[derive(Debug, Clone)]
pub struct Tag {
    /// The tag as a part of the address.
    pub slug: String,
    /// Its text, as written.
    pub title: String,
    /// Where its page is.
    pub path: SitePath,
    /// The articles that have it, in reading order.
    pub articles: Vec<ArticleId>,
}

/// The inputs of a site.
#[derive(Debug)]
pub struct SiteInput {
    /// The base path of the site, with a slash at both ends.
    pub base_path: String,
    /// Whether the site will be opened from a folder, without a server.
    pub offline: bool,
    /// The settings.
    pub config: Arc<Config>,
    /// The documents.
    pub documents: Vec<Arc<Document>>,
    /// The files beside them.
    pub assets: Vec<Asset>,
    /// Assets that are not published because browsers would run them, with the reason.
    pub refused: HashMap<ContentPath, Arc<str>>,
    /// Files of the project's `static/` folder, by the path they are served at.
    pub static_files: Vec<String>,
    /// Dates of the last change of articles, from version control.
    pub git_dates: HashMap<ContentPath, Date>,
    /// Name of the help centre if the settings have none.
    pub fallback_title: String,
    /// What is published.
    pub publish: Publish,
}

/// What is published.
#[derive(Debug, Clone, Copy)]
pub struct Publish {
    /// Drafts too.
    pub drafts: bool,
    /// Whether to publish scheduled articles.
    pub future: bool,
    /// Now, in seconds since 1970.
    pub now: i64,
}

/// How many articles are not published, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeldBackCounts {
    /// Drafts.
    pub drafts: usize,
    /// Scheduled articles.
    pub scheduled: usize,
    /// Expired articles.
    pub expired: usize,
}

impl HeldBackCounts {
    fn of<'a>(reasons: impl Iterator<Item = &'a HeldBack>) -> Self {
        let mut counts = Self::default();
        for reason in reasons {
            match reason {
                HeldBack::Draft => counts.drafts += 1,
                HeldBack::Future => counts.scheduled += 1,
                HeldBack::Expired => counts.expired += 1,
            }
        }
        counts
    }
}

/// Why a document is not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldBack {
    Draft,
    Future,
    Expired,
}

impl Publish {
    /// Says that an article is published although its `date` is in the future: Hugo and Jekyll leave such articles out.
    fn dated_ahead(&self, document: &Document) -> Option<Diagnostic> {
        let front = &document.front;
        let date = front.date.filter(|date| date.unix > self.now + DAY)?;
        if self.future || front.publish_date.is_some() {
            return None;
        }
        let message = "`date` is in the future, but the article is published now";
        let day = date.iso_day();
        Some(
            Diagnostic::new(Code::DateFuture, message)
                .with_span(document.span(&front.date_range))
                .with_hint(format!("to publish it on that day, write `publish_date: {day}`")),
        )
    }

    fn holds_back(&self, document: &Document) -> Option<HeldBack> {
        let front = &document.front;
        if front.draft && !self.drafts {
            Some(HeldBack::Draft)
        } else if front.publish_date.is_some_and(|date| date.unix > self.now) && !self.future {
            Some(HeldBack::Future)
        } else if front.expires.is_some_and(|date| date.unix <= self.now) {
            Some(HeldBack::Expired)
        } else {
            None
        }
    }
}

/// A day, in seconds: writers east of Greenwich may date an article today before that day has begun in UTC.
const DAY: i64 = 24 * 60 * 60;

/// Makes the site. If only the bodies of documents differ from the site `before`, it shares the tree of that site.
pub fn build_site(input: SiteInput, before: Option<&Site>) -> (Site, Vec<Diagnostic>) {
    let SiteInput {
        base_path,
        offline,
        config,
        documents,
        assets,
        refused,
        static_files,
        git_dates,
        fallback_title,
        publish,
    } = input;
    let mut held_back = HashMap::new();
    let mut published = Vec::with_capacity(documents.len());
    for document in documents {
        match publish.holds_back(&document) {
            Some(reason) => {
                let addresses = links::addresses(&document);
                held_back.insert(document.path.clone(), links::HeldBackArticle { reason, addresses });
            }
            None => published.push(document),
        }
    }
    let mut origin = Origin {
        static_files,
        git_dates,
        fallback_title,
        diagnostics: Vec::new(),
    };
    if let Some(before) = before
        && before.config == config
        && (before.offline, before.base_path.as_str()) == (offline, base_path.as_str())
        && *before.assets == *assets
        && before.origin.same_but_diagnostics(&origin)
        && before.resolver.unpublished() == (&held_back, &refused)
        && before.documents.len() == published.len()
        && before.documents.iter().zip(&published).all(|(a, b)| a.same_outline(b))
    {
        let site = Site {
            documents: published,
            now: publish.now,
            ..before.clone()
        };
        return (site, before.origin.diagnostics.clone());
    }
    let diagnostics = &mut origin.diagnostics;
    diagnostics.extend(published.iter().filter_map(|document| publish.dated_ahead(document)));
    let map = languages::LanguageMap::find(&config, published.iter().map(|document| &document.path));
    let tree = tree::Tree {
        config: &config,
        documents: &published,
        git_dates: &origin.git_dates,
        fallback_title: &origin.fallback_title,
        static_files: &origin.static_files,
    };
    let (mut languages, mut addresses) = tree.build(&map, diagnostics);
    for asset in &assets {
        let variants = asset.variants.iter().flatten();
        for file in [&asset.output]
            .into_iter()
            .chain(variants.map(|variant| &variant.output))
        {
            addresses.occupy(file, &format!("`{}`", asset.source.path));
        }
    }
    let redirects = tree::redirects(&published, &languages, &mut addresses, diagnostics);
    contact::find(&config, &addresses, &mut languages);
    popular::find(&config, &base_path, &published, &redirects, &mut languages, diagnostics);
    let held_back_count = HeldBackCounts::of(held_back.values().map(|article| &article.reason));
    let resolver = links::Resolver::new(
        &config,
        &published,
        &languages,
        &map,
        &assets,
        &origin.static_files,
        (held_back, refused),
    );
    let diagnostics = origin.diagnostics.clone();
    let site = Site {
        config,
        documents: published,
        languages: Arc::from(languages),
        redirects: Arc::new(redirects),
        assets: Arc::from(assets),
        base_path,
        offline,
        now: publish.now,
        held_back: held_back_count,
        resolver: Arc::new(resolver),
        origin: Arc::new(origin),
    };
    (site, diagnostics)
}

impl Origin {
    fn same_but_diagnostics(&self, other: &Self) -> bool {
        self.static_files == other.static_files
            && self.git_dates == other.git_dates
            && self.fallback_title == other.fallback_title
    }
}

impl Site {
    /// The URL of a site path on this host, with the base path and escaped.
    pub fn url(&self, path: &str) -> String {
        urls::encode(&format!("{}{}", self.base_path, path.trim_start_matches('/')))
    }

    /// The absolute URL of a site path, if the settings have a base URL.
    pub fn absolute_url(&self, path: &str) -> Option<String> {
        self.config
            .base_url
            .as_ref()
            .map(|base| format!("{}{}", base.origin(), self.url(path)))
    }

    /// The site in the default language.
    pub fn default_site(&self) -> &LanguageSite {
        &self.languages[0]
    }

    /// The document of a page, if it has one.
    pub fn document(&self, language: usize, page: PageRef) -> Option<&Document> {
        let site = &self.languages[language];
        match page {
            PageRef::Article(id) => Some(&*self.documents[site.articles[id].document]),
            PageRef::Category(id) => site.categories[id].document.map(|id| &*self.documents[id]),
        }
    }

    /// Resolves link number `link` of `document` on the page `path` in language number `language`.
    pub fn resolve(&self, document: &Document, link: usize, language: usize, path: &str) -> Resolved {
        self.resolver
            .resolve(self, document, &document.links[link], language, path)
    }

    /// Resolves a target from the front matter of `document` or from a data file of the content folder.
    pub fn resolve_target(&self, document: Option<&Document>, target: &str, language: usize) -> Option<PageRef> {
        self.resolver.page(self, document, target, language)
    }

    /// Why the target of a data file in the content folder is not published, as in "is a draft"; `None` if it is, or does
    /// not exist.
    pub fn why_held_back(&self, target: &str) -> Option<&'static str> {
        self.resolver.why_held_back_at("", target)
    }

    /// Whether the project's `static/` folder has a file at a path.
    pub fn has_static_file(&self, path: &str) -> bool {
        self.resolver.has_static_file(path.trim_start_matches('/'))
    }

    /// The page of language number `language` at a path, if there is one.
    pub fn page_at(&self, language: usize, path: &str) -> Option<PageRef> {
        self.resolver.page_at(language, path)
    }

    /// Whether the tree is identical: the two sites differ only in the bodies of documents, if at all.
    pub fn same_tree(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.languages, &other.languages)
    }

    /// Checks every link of every document and every `related` entry. Valid results of an earlier site in `memo` are
    /// reused.
    pub fn check_links(&self, memo: &mut LinkMemo) -> Vec<Diagnostic> {
        check::check(self, memo)
    }
}

impl LanguageSite {
    /// The tag with a slug.
    pub fn tag(&self, slug: &str) -> Option<&Tag> {
        let at = self.tags.binary_search_by(|tag| tag.slug.as_str().cmp(slug)).ok()?;
        Some(&self.tags[at])
    }

    /// The path of a page.
    pub fn path(&self, page: PageRef) -> &str {
        match page {
            PageRef::Article(id) => &self.articles[id].path,
            PageRef::Category(id) => &self.categories[id].path,
        }
    }

    /// The title of a page.
    pub fn page_title(&self, page: PageRef) -> &str {
        match page {
            PageRef::Article(id) => &self.articles[id].title,
            PageRef::Category(id) => &self.categories[id].title,
        }
    }

    /// The categories from the collection down to `category`, without the root.
    pub fn trail(&self, category: CategoryId) -> Vec<CategoryId> {
        let mut trail = Vec::new();
        let mut at = Some(category);
        while let Some(id) = at.filter(|id| *id != CategoryId::ROOT) {
            trail.push(id);
            at = self.categories[id].parent;
        }
        trail.reverse();
        trail
    }
}

/// A problem with a whole document.
fn in_document(diagnostic: Diagnostic, document: &Document) -> Diagnostic {
    diagnostic.with_span(Span::file(&**document.file.name()))
}

#[cfg(test)]
mod tests;
