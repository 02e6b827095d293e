//! The pages and files of a site: the only list of all kinds.
//!
//! Addresses that are taken, targets of links, the list of pages for search engines, the most read pages and the
//! renderer all use this module. A new kind of page that each language has is a line in `pages!`, a new file one in
//! `files!`; the compiler then demands everything else that differs between them.

use kb_config::{Config, Language};
use kb_document::{Document, Indexing};

use super::urls::{markdown_file, output_file};
use super::{ArticleId, CategoryId, ContactPage, LanguageSite, PageRef, Site, SitePath};

macro_rules! pages {
    ($($page:ident $path:literal $name:literal)+) => {
        /// A page of a language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Page {
            /// The home page or a category.
            Category(CategoryId),
            /// An article.
            Article(ArticleId),
            /// Number of a tag, in the order of their slugs.
            Tag(usize),
            $(#[doc = $name] $page,)+
        }

        impl Page {
            /// The pages that each language has, or will have once something changes, each with its path below the home
            /// page and its name in messages.
            const OF_EACH_LANGUAGE: &[(Self, &'static str, &'static str)] = &[
                (Self::HOME, "", "the home page"),
                $((Self::$page, $path, $name)),+
            ];
        }
    };
}

pages! {
    All "all/" "the list of all articles"
    Tags "tags/" "the list of tags"
    Search "search/" "the search page"
    NotFound "404.html" "the page for missing pages"
    Contact "contact/" "the contact page"
}

impl From<PageRef> for Page {
    fn from(page: PageRef) -> Self {
        match page {
            PageRef::Article(id) => Self::Article(id),
            PageRef::Category(id) => Self::Category(id),
        }
    }
}

impl Page {
    /// The home page: the first category.
    pub const HOME: Self = Self::Category(CategoryId::ROOT);

    /// All pages of a language.
    pub fn all(language: &LanguageSite) -> impl Iterator<Item = Self> {
        let categories = CategoryId::all(&language.categories).map(Self::Category);
        let articles = ArticleId::all(&language.articles).map(Self::Article);
        let tags = (0..language.tags.len()).map(Self::Tag);
        let others = Self::OF_EACH_LANGUAGE.iter().copied().map(|(page, ..)| page);
        let others = others.filter(|page| *page != Self::HOME && page.is_made(language));
        categories.chain(articles).chain(tags).chain(others)
    }

    /// The path of the page.
    pub fn path(self, language: &LanguageSite) -> SitePath {
        let of_each = |page: Self| {
            let found = Self::OF_EACH_LANGUAGE.iter().copied().find(|(kind, ..)| *kind == page);
            found.map_or_else(String::new, |(_, path, _)| format!("{}{path}", language.home))
        };
        match self {
            Self::Category(id) => language.categories[id].path.clone(),
            Self::Article(id) => language.articles[id].path.clone(),
            Self::Tag(number) => language.tags[number].path.clone(),
            Self::Tags | Self::All | Self::Search | Self::Contact | Self::NotFound => of_each(self),
        }
    }

    /// Whether kb makes the page for a language.
    fn is_made(self, language: &LanguageSite) -> bool {
        match self {
            Self::Tags => !language.tags.is_empty(),
            Self::Contact => language.contact == Some(ContactPage::Made),
            Self::Category(_) | Self::Article(_) | Self::Tag(_) | Self::All | Self::Search | Self::NotFound => true,
        }
    }

    /// Whether the address of a page is reserved. An article may take only the address of the contact page.
    fn is_reserved(self) -> bool {
        self != Self::Contact
    }

    /// What search engines may do with the page. The sitemap has articles, categories and the contact page; search
    /// engines find lists through them.
    fn indexing(self, language: &LanguageSite) -> Indexing {
        match self {
            Self::Article(id) if language.articles[id].unlisted => Indexing::None,
            Self::Article(id) => language.articles[id].indexing,
            Self::Category(id) => language.categories[id].indexing,
            Self::Contact => Indexing::Full,
            Self::Tag(_) | Self::Tags | Self::All | Self::Search => Indexing::NotInSitemap,
            Self::NotFound => Indexing::None,
        }
    }

    /// Whether search engines may list the page.
    pub fn is_indexed(self, language: &LanguageSite) -> bool {
        self.indexing(language) != Indexing::None
    }

    /// Whether the page is in the sitemap: only in the language of its text.
    pub fn is_in_sitemap(self, language: &LanguageSite) -> bool {
        self.indexing(language) == Indexing::Full && *self.written_in(language) == language.language
    }

    /// The language of the text on the page.
    fn written_in(self, language: &LanguageSite) -> &Language {
        match self {
            Self::Category(id) => &language.categories[id].language,
            Self::Article(id) => &language.articles[id].language,
            Self::Tag(_) | Self::Tags | Self::All | Self::Search | Self::Contact | Self::NotFound => &language.language,
        }
    }

    /// The same page in another language, if there is one.
    fn in_language(self, from: &LanguageSite, to: &LanguageSite) -> Option<Self> {
        let key = match self {
            Self::Category(id) => &from.categories[id].key,
            Self::Article(id) => &from.articles[id].key,
            Self::Tag(number) => {
                let slug = &from.tags[number].slug;
                return to.tags.iter().position(|tag| tag.slug == *slug).map(Self::Tag);
            }
            Self::Tags | Self::All | Self::Search | Self::Contact | Self::NotFound => {
                return Some(self).filter(|page| page.is_made(to));
            }
        };
        to.by_key.get(key).copied().map(Self::from)
    }

    /// The translations of the page, itself included, for search engines: the languages that it is written in and listed,
    /// each with its path.
    pub fn translations<'a>(self, site: &'a Site, from: &LanguageSite) -> Vec<(&'a LanguageSite, SitePath)> {
        let found = site.languages.iter().filter_map(|to| {
            let there = self.in_language(from, to)?;
            there.is_in_sitemap(to).then(|| (to, there.path(to)))
        });
        found.collect()
    }

    /// The path of the page in the language that its text is written in: its own path unless a translation is missing.
    pub fn original_path(self, site: &Site, from: &LanguageSite) -> SitePath {
        let written_in = self.written_in(from);
        let original = site.languages.iter().find(|to| to.language == *written_in);
        let path = original.and_then(|to| Some(self.in_language(from, to)?.path(to)));
        path.unwrap_or_else(|| self.path(from))
    }

    /// Where the switch to another language leads from the page: to the same page, or to the home page.
    pub fn path_in(self, from: &LanguageSite, to: &LanguageSite) -> SitePath {
        match self.in_language(from, to) {
            Some(page) => page.path(to),
            // A page of the site is at the address of the contact page.
            None if self == Self::Contact && to.contact.is_some() => self.path(to),
            None => to.home.clone(),
        }
    }

    /// The document of the page in language number `language`, if there is one.
    pub fn document(self, site: &Site, language: usize) -> Option<&Document> {
        match self {
            Self::Category(id) => site.document(language, PageRef::Category(id)),
            Self::Article(id) => site.document(language, PageRef::Article(id)),
            Self::Tag(_) | Self::Tags | Self::All | Self::Search | Self::Contact | Self::NotFound => None,
        }
    }

    /// Whether the page of language number `language` has a Markdown copy.
    pub fn has_copy(self, site: &Site, language: usize) -> bool {
        let document = self.document(site, language);
        site.config.build.llms && document.is_some_and(|document| document.front.llms)
    }
}

macro_rules! files {
    ($($file:ident $name:literal $description:literal)+) => {
        /// A file that kb makes beside the pages.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MadeFile {
            $(#[doc = $description] $file,)+
        }

        impl MadeFile {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$file),+];

            /// Its name, unless the settings give it another path.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$file => $name),+ }
            }

            /// What messages call it.
            const fn description(self) -> &'static str {
                match self { $(Self::$file => $description),+ }
            }
        }
    };
}

files! {
    Feed "feed.xml" "the feed"
    Llms "llms.txt" "the list of articles for language models"
    Sitemap "sitemap.xml" "the list of pages for search engines"
    Robots "robots.txt" "the rules for crawlers"
    Redirects "_redirects" "the list of redirects"
    Manifest "manifest.json" "the list of pages with their sources"
    Images ".kb-images.json" "the list of smaller variants of images"
    Signal "signal.txt" "the file that signals request"
}

impl MadeFile {
    /// Whether each language has its own, below its home page; otherwise it is at the root.
    pub fn is_of_language(self) -> bool {
        match self {
            Self::Feed | Self::Llms => true,
            Self::Sitemap | Self::Robots | Self::Redirects | Self::Manifest | Self::Images | Self::Signal => false,
        }
    }

    /// Whether a file of the same name in `static/` replaces it.
    pub fn gives_way(self) -> bool {
        match self {
            Self::Feed | Self::Llms | Self::Sitemap | Self::Robots | Self::Signal => true,
            Self::Redirects | Self::Manifest | Self::Images => false,
        }
    }

    /// Whether a site with these settings has it. Feed and sitemap need absolute URLs.
    pub fn is_made(self, config: &Config) -> bool {
        match self {
            Self::Feed => config.build.feed && config.base_url.is_some(),
            Self::Llms => config.build.llms,
            Self::Sitemap => config.base_url.is_some(),
            Self::Signal => config.signals.file().is_some(),
            Self::Robots | Self::Redirects | Self::Manifest | Self::Images => true,
        }
    }

    /// Whether it is only for hosts, builds and scripts.
    fn is_internal(self) -> bool {
        match self {
            Self::Redirects | Self::Images | Self::Signal => true,
            Self::Feed | Self::Llms | Self::Sitemap | Self::Robots | Self::Manifest => false,
        }
    }

    /// Its path on the site, for a language with this home page.
    pub fn path(self, config: &Config, home: &str) -> SitePath {
        if let (Self::Signal, Some(path)) = (self, config.signals.file()) {
            return path.to_owned();
        }
        let below = if self.is_of_language() { home } else { "/" };
        format!("{below}{}", self.name())
    }
}

/// The paths of all pages and files that a language with this home page has, or will once something changes, besides
/// those of articles and assets.
pub(super) fn paths_of_kb(config: &Config, home: &str) -> impl Iterator<Item = SitePath> {
    let pages = Page::OF_EACH_LANGUAGE.iter().map(|(_, path, _)| path);
    let files = MadeFile::ALL.iter().map(|file| file.path(config, home));
    pages.map(move |path| format!("{home}{path}")).chain(files)
}

/// The files at reserved addresses, for a language with this home page, each with its name in messages.
pub(super) fn reserved_files(config: &Config, home: &str) -> impl Iterator<Item = (String, String)> {
    let pages = Page::OF_EACH_LANGUAGE.iter().filter(|(page, ..)| page.is_reserved());
    let pages = pages.map(move |(_, path, what)| (output_file(&format!("{home}{path}")), (*what).to_owned()));
    let copy = (markdown_file(home), "the Markdown copy of the home page".to_owned());
    let files = MadeFile::ALL.iter().map(move |file| {
        let path = file.path(config, home);
        (path.trim_start_matches('/').to_owned(), file.description().to_owned())
    });
    pages.chain([copy]).chain(files)
}

/// The paths of link targets that are not articles or categories: other pages of the language, and files.
pub(super) fn other_targets<'a>(config: &'a Config, language: &'a LanguageSite) -> impl Iterator<Item = SitePath> + 'a {
    let pages = Page::all(language).filter(|page| !matches!(page, Page::Category(_) | Page::Article(_)));
    // An external page, such as one of the host, may be the contact page.
    let contact = language.contact.map(|_| Page::Contact.path(language));
    let files = MadeFile::ALL
        .iter()
        .filter(|file| !file.is_internal() && file.is_made(config));
    pages
        .map(|page| page.path(language))
        .chain(contact)
        .chain(files.map(|file| file.path(config, &language.home)))
}
