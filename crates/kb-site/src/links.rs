//! Resolving links to articles, categories, files and other sites.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kb_config::Config;
use kb_diagnostic::closest;
use kb_document::{Document, Link, LinkKind};
use kb_source::ContentPath;
use percent_encoding::percent_decode_str;

use super::languages::LanguageMap;
use super::names::{FilesByLink, nfc, page_key};
use super::pages;
use super::{ArticleId, Asset, CategoryId, DocumentId, HeldBack, LanguageSite, PageRef, Site};

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The URL to write; `None` if the link has no target.
    pub url: Option<String>,
    /// The asset that it leads to, by its number in [`Site::assets`].
    pub asset: Option<usize>,
    /// What is wrong with it.
    pub problem: Option<LinkProblem>,
}

/// A problem with a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkProblem {
    /// There is no such page or file.
    Missing,
    /// The page exists, but not the anchor in it.
    Anchor {
        /// The path of the page.
        page: String,
        /// The place.
        anchor: String,
        /// A similar anchor of that page.
        hint: Option<String>,
        /// Whether the link was made for another system, which has other anchors.
        foreign: bool,
    },
    /// The page exists but is not published.
    HeldBack(&'static str),
    /// The link would run a script.
    Script,
    /// The link has a scheme that is not allowed in articles.
    Scheme(String),
    /// The file is not published, because browsers would run it; with the reason.
    Active(Arc<str>),
}

/// Tables of all link targets.
#[derive(Debug)]
pub(super) struct Resolver {
    documents: FilesByLink<DocumentId>,
    assets: HashMap<String, usize>,
    /// By their paths as [`nfc`] has them.
    static_files: HashMap<String, String>,
    /// Key and language number of each document, and whether its path names the language.
    placed: Vec<(String, usize, bool)>,
    paths: HashMap<String, (usize, PageRef)>,
    others: HashSet<String>,
    /// Content folders of languages, by language number.
    folders: Vec<Option<String>>,
    /// Home pages and categories by folder, by language number.
    homes: Vec<(String, HashMap<String, PageRef>)>,
    ids: HashMap<String, DocumentId>,
    held_back: HashMap<ContentPath, HeldBackArticle>,
    by_held_back: FilesByLink<HeldBack>,
    refused: HashMap<ContentPath, Arc<str>>,
    by_stem: HashMap<String, Vec<String>>,
    /// The paths of articles by their titles in lower case; empty where no link goes by name.
    by_title: HashMap<String, Vec<String>>,
    /// The paths of other files by their names in lower case, likewise.
    by_file_name: HashMap<String, Vec<String>>,
}

/// An article that is not published.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeldBackArticle {
    /// Why.
    pub(super) reason: HeldBack,
    /// Its addresses, besides that of its path, as paths of files.
    pub(super) addresses: Vec<String>,
}

/// The addresses that an article would have, besides that of its path, as paths of files.
pub(super) fn addresses(document: &Document) -> Vec<String> {
    let front = &document.front;
    let file = |address: &str| format!("{}.md", address.trim_matches('/'));
    let folder = document.path.folder();
    let own = front.slug.iter().map(|(slug, _)| file(&format!("{folder}/{slug}")));
    let whole = front.path.iter().chain(&front.aliases).map(|(path, _)| file(path));
    // `folder/name.de.md` is `/de/folder/name/`.
    let translated = document
        .path
        .stem()
        .rsplit_once('.')
        .map(|(name, tag)| file(&format!("{tag}/{folder}/{name}")));
    let page = file(&format!("{folder}/{}/index", document.path.stem()));
    (own.chain(whole).chain(translated).chain([page]))
        .map(|path| path.trim_start_matches('/').replace("//", "/"))
        .collect()
}

impl Resolver {
    pub(super) fn new(
        config: &Config,
        documents: &[Arc<Document>],
        languages: &[LanguageSite],
        map: &LanguageMap,
        assets: &[Asset],
        static_files: &[String],
        (held_back, refused): (HashMap<ContentPath, HeldBackArticle>, HashMap<ContentPath, Arc<str>>),
    ) -> Self {
        let existing: HashSet<&str> = documents.iter().map(|document| document.path.as_str()).collect();
        let mut placed = Vec::with_capacity(documents.len());
        let mut by_stem: HashMap<String, Vec<String>> = HashMap::new();
        for document in documents {
            let place = map.place(&document.path, |path| existing.contains(path));
            let language = languages
                .iter()
                .position(|site| site.language == place.language)
                .unwrap_or(0);
            let key = page_key(&place.key);
            // An article at the root is the page of the root.
            let is_home = matches!(&document.front.path, Some((path, _)) if path == "/")
                && !languages[language].by_key.contains_key(key);
            let key = if is_home { "" } else { key };
            placed.push((key.to_owned(), language, place.named));
            by_stem
                .entry(nfc(document.path.stem()).to_lowercase())
                .or_default()
                .push(document.path.to_string());
        }
        // Names are looked up in few sites.
        let has_names = documents
            .iter()
            .any(|document| document.links.iter().any(|link| link.named));
        let mut by_title: HashMap<String, Vec<String>> = HashMap::new();
        let mut by_file_name: HashMap<String, Vec<String>> = HashMap::new();
        if has_names {
            for document in documents {
                if let Some(title) = &document.title {
                    let paths = by_title.entry(nfc(&title.text).to_lowercase()).or_default();
                    paths.push(document.path.to_string());
                }
            }
            for asset in assets {
                let path = &asset.source.path;
                let name = nfc(path.file_name()).to_lowercase();
                let paths = by_file_name.entry(name).or_default();
                paths.push(path.to_string());
            }
        }
        let mut reasons: Vec<_> = (held_back.iter())
            .flat_map(|(path, article)| {
                let files = article.addresses.iter().map(String::as_str);
                files.chain([path.as_str()]).map(|file| (file, article.reason))
            })
            .collect();
        reasons.sort_unstable_by_key(|(path, _)| *path);
        let mut paths = HashMap::new();
        let mut others = HashSet::new();
        for (number, language) in languages.iter().enumerate() {
            for (id, category) in CategoryId::numbered(&language.categories) {
                paths.insert(category.path.clone(), (number, PageRef::Category(id)));
            }
            for (id, article) in ArticleId::numbered(&language.articles) {
                paths.insert(article.path.clone(), (number, PageRef::Article(id)));
            }
            others.extend(pages::other_targets(config, language));
        }
        let folders_of = |site: &LanguageSite| {
            CategoryId::numbered(&site.categories)
                .map(|(id, c)| (c.key.clone(), PageRef::Category(id)))
                .collect()
        };
        Self {
            homes: languages
                .iter()
                .map(|site| (site.home.clone(), folders_of(site)))
                .collect(),
            documents: FilesByLink::new(
                DocumentId::numbered(documents).map(|(id, document)| (document.path.as_str(), id)),
            ),
            assets: assets
                .iter()
                .enumerate()
                .map(|(id, asset)| (nfc(asset.source.path.as_str()).into_owned(), id))
                .collect(),
            static_files: static_files
                .iter()
                .map(|file| (nfc(file).into_owned(), file.clone()))
                .collect(),
            placed,
            paths,
            others,
            folders: languages
                .iter()
                .map(|site| map.folder(&site.language).map(ToOwned::to_owned))
                .collect(),
            ids: DocumentId::numbered(documents)
                .filter_map(|(number, document)| document.front.id.clone().map(|id| (id, number)))
                .collect(),
            by_held_back: FilesByLink::new(reasons.into_iter()),
            held_back,
            refused,
            by_stem,
            by_title,
            by_file_name,
        }
    }

    pub(super) fn has_static_file(&self, path: &str) -> bool {
        self.static_files.contains_key(&*nfc(path))
    }

    /// Resolves a link on the page `path` that shows `document` in language number `language`.
    pub(super) fn resolve(
        &self,
        site: &Site,
        document: &Document,
        link: &Link,
        language: usize,
        path: &str,
    ) -> Resolved {
        let target = link.target.trim();
        let found = |url: String| Resolved {
            url: Some(url),
            asset: None,
            problem: None,
        };
        let problem = |problem| Resolved {
            url: None,
            asset: None,
            problem: Some(problem),
        };
        if let Some(scheme) = scheme(target) {
            if let Some(wrong) = scheme_problem(&scheme, target, link.kind, &site.config.build.link_schemes) {
                return problem(wrong);
            }
            return match self.foreign_article(target) {
                Some(id) if id.index() < site.documents.len() => self.page_url(site, id, document, target, language),
                _ => found(target.to_owned()),
            };
        }
        if target.starts_with("//") {
            return found(target.to_owned());
        }
        let (before, anchor) = target
            .split_once('#')
            .map_or((target, ""), |(before, anchor)| (before, anchor));
        let (file, query) = before
            .split_once('?')
            .map_or((before, ""), |(file, query)| (file, query));
        if file.is_empty() {
            if anchor.is_empty() {
                return found(if target.is_empty() {
                    site.url(path)
                } else {
                    target.to_owned()
                });
            }
            return match anchor_problem(document, anchor, path) {
                Some(wrong) => Resolved {
                    url: Some(site.url(path)),
                    asset: None,
                    problem: Some(wrong),
                },
                None => found(target.to_owned()),
            };
        }
        let decoded = percent_decode_str(file).decode_utf8_lossy().into_owned();
        let suffix = if query.is_empty() {
            String::new()
        } else {
            format!("?{query}")
        };
        let found_by_path = self.find(document, &decoded, language, path);
        let by_name = || self.find_named(document, &decoded).filter(|_| link.named);
        match found_by_path.or_else(by_name) {
            Some(LinkTarget::Document(id)) => {
                let mut resolved = self.document_url(site, id, document, language, anchor, false);
                if let (Some(url), false) = (&mut resolved.url, query.is_empty()) {
                    let at = url.find('#').unwrap_or(url.len());
                    url.insert_str(at, &suffix);
                }
                resolved
            }
            Some(LinkTarget::Page(number, page)) => Self::found_page(site, number, page, anchor, &suffix),
            Some(LinkTarget::Asset(id)) => {
                let asset = &site.assets[id];
                Resolved {
                    url: Some(site.url(&asset.output) + &suffix),
                    asset: Some(id),
                    problem: None,
                }
            }
            Some(LinkTarget::Path(path)) => {
                let anchor = if anchor.is_empty() {
                    String::new()
                } else {
                    format!("#{anchor}")
                };
                found(format!("{}{suffix}{anchor}", site.url(&path)))
            }
            None => match self.why_unpublished(document, target, &decoded) {
                Some(reason) => problem(reason),
                // An imported article keeps its links to the original site.
                None => match document
                    .front
                    .origin
                    .as_deref()
                    .and_then(|origin| joined(origin, target))
                {
                    Some(url) => found(url),
                    None => problem(LinkProblem::Missing),
                },
            },
        }
    }

    /// The page that `target` leads to, for front matter and data files.
    pub(super) fn page(
        &self,
        site: &Site,
        document: Option<&Document>,
        target: &str,
        language: usize,
    ) -> Option<PageRef> {
        let target = target.trim();
        if let Some(id) = self.ids.get(target) {
            return self.page_of(site, *id, language).map(|(_, page)| page);
        }
        let found = match document {
            Some(document) => self
                .find(document, target, language, "/")
                .or_else(|| self.find_in(target.trim_start_matches("@/").trim_start_matches('/'))),
            None => self.find_in(target.trim_start_matches('/')),
        };
        match found? {
            LinkTarget::Document(id) => self.page_of(site, id, language).map(|(_, page)| page),
            LinkTarget::Page(number, page) if number == language => Some(page),
            LinkTarget::Page(..) | LinkTarget::Asset(_) | LinkTarget::Path(_) => None,
        }
    }

    /// Looks a path up: as a file, as a folder, as a URL.
    fn find(&self, document: &Document, file: &str, language: usize, path: &str) -> Option<LinkTarget> {
        let absolute = file.strip_prefix("@/").or_else(|| file.strip_prefix('/'));
        if let Some(absolute) = absolute {
            let absolute = normalize("", absolute)?;
            // In a language folder, `/x` means this language's `x`.
            let own = self.folders[language]
                .as_ref()
                .map(|folder| format!("{folder}/{absolute}"));
            let default = self.folders[0].as_ref().map(|folder| format!("{folder}/{absolute}"));
            let candidates = [own, default, Some(absolute.clone())];
            if let Some(found) = candidates
                .into_iter()
                .flatten()
                .find_map(|candidate| self.find_in(&candidate))
            {
                return Some(found);
            }
            if let Some(page) = self.homes[language].1.get(&absolute) {
                return Some(LinkTarget::Page(language, *page));
            }
            return self.find_url(&absolute, file.ends_with('/'), language);
        }
        if let Some(relative) = normalize(document.path.folder(), file) {
            if let Some(found) = self.find_in(&relative) {
                return Some(found);
            }
            let own_folder = self.folders[language].as_deref().unwrap_or_default();
            let key = relative
                .strip_prefix(own_folder)
                .unwrap_or(&relative)
                .trim_start_matches('/');
            if let Some(page) = self.homes[language].1.get(key) {
                return Some(LinkTarget::Page(language, *page));
            }
        }
        // Otherwise it may be relative to the URL of the page.
        let folder = path
            .trim_start_matches('/')
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        normalize(folder, file).and_then(|url| self.find_url(&url, file.ends_with('/'), language))
    }

    /// Looks up a name: the file name or title of an article, or the name of another file. Of several, the one with the
    /// shortest way from `document` counts.
    fn find_named(&self, document: &Document, name: &str) -> Option<LinkTarget> {
        let name = name.trim().trim_start_matches("./");
        let last = nfc(name.rsplit('/').next().unwrap_or(name)).to_lowercase();
        let stem = last.strip_suffix(".md").unwrap_or(&last);
        let nearest = |paths: &Vec<String>| {
            let near = |path: &&String| (distance(document.path.folder(), path), path.len());
            paths.iter().min_by_key(near).cloned()
        };
        let article = self.by_stem.get(stem).or_else(|| self.by_title.get(stem));
        if let Some(id) = article.and_then(nearest).and_then(|path| self.documents.exact(&path)) {
            return Some(LinkTarget::Document(id));
        }
        let file = self.by_file_name.get(&last).and_then(nearest)?;
        self.assets.get(&*nfc(&file)).map(|id| LinkTarget::Asset(*id))
    }

    /// Looks up a normalised path in the content folder, with and without the endings that other tools allow.
    fn find_in(&self, file: &str) -> Option<LinkTarget> {
        if let Some(id) = self.documents.exact(file) {
            return Some(LinkTarget::Document(id));
        }
        if let Some(id) = self.assets.get(&*nfc(file)) {
            return Some(LinkTarget::Asset(*id));
        }
        self.documents.find(file).map(LinkTarget::Document)
    }

    fn find_url(&self, url: &str, folder: bool, language: usize) -> Option<LinkTarget> {
        let url = url.strip_suffix("index.html").unwrap_or(url);
        let exact = format!("/{url}");
        let with_slash = format!(
            "/{}{}",
            url.trim_end_matches('/'),
            if url.is_empty() { "" } else { "/" }
        );
        let own = format!("{}{}", self.homes[language].0, with_slash.trim_start_matches('/'));
        for candidate in [&own, &with_slash, &exact] {
            if let Some((number, page)) = self.paths.get(candidate) {
                return Some(LinkTarget::Page(*number, *page));
            }
            if self.others.contains(candidate) {
                return Some(LinkTarget::Path(candidate.clone()));
            }
        }
        let file = self.static_files.get(&*nfc(url)).filter(|_| !folder)?;
        Some(LinkTarget::Path(format!("/{file}")))
    }

    /// The page of a document for a reader in `language`.
    fn page_of(&self, site: &Site, id: DocumentId, language: usize) -> Option<(usize, PageRef)> {
        let (key, own, _) = &self.placed[id.index()];
        let page = |number: usize| site.languages[number].by_key.get(key).map(|page| (number, *page));
        page(language).or_else(|| page(*own))
    }

    fn document_url(
        &self,
        site: &Site,
        id: DocumentId,
        from: &Document,
        language: usize,
        anchor: &str,
        foreign: bool,
    ) -> Resolved {
        let (_, own, named) = &self.placed[id.index()];
        let from_language = self
            .documents
            .exact(from.path.as_str())
            .map(|from| self.placed[from.index()].1);
        // A link with a language leads to that language; other links stay in the reader's language.
        let wanted = if *named && from_language != Some(*own) {
            *own
        } else {
            language
        };
        let Some((number, page)) = self.page_of(site, id, wanted) else {
            return Resolved {
                url: None,
                asset: None,
                problem: Some(LinkProblem::Missing),
            };
        };
        let mut resolved = Self::found_page(site, number, page, anchor, "");
        if let Some(LinkProblem::Anchor {
            foreign: is_foreign, ..
        }) = &mut resolved.problem
        {
            *is_foreign = foreign;
        }
        resolved
    }

    fn page_url(&self, site: &Site, id: DocumentId, from: &Document, target: &str, language: usize) -> Resolved {
        let anchor = target.split_once('#').map_or("", |(_, anchor)| anchor);
        self.document_url(site, id, from, language, anchor, true)
    }

    fn found_page(site: &Site, number: usize, page: PageRef, anchor: &str, suffix: &str) -> Resolved {
        let path = site.languages[number].path(page);
        let mut url = format!("{}{suffix}", site.url(path));
        let mut problem = None;
        if !anchor.is_empty() {
            problem = site
                .document(number, page)
                .and_then(|document| anchor_problem(document, anchor, path));
            if problem.is_none() {
                url.push('#');
                url.push_str(anchor);
            }
        }
        Resolved {
            url: Some(url),
            asset: None,
            problem,
        }
    }

    /// The article that a link of a Zendesk help centre means: `https://…/hc/en-us/articles/360016724040-Title`, if an
    /// article of this content has that `id`.
    fn foreign_article(&self, target: &str) -> Option<DocumentId> {
        let rest = target.split_once("/hc/")?.1;
        let rest = rest.split_once("articles/")?.1;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits < 6 {
            return None;
        }
        self.ids.get(&rest[..digits]).copied()
    }

    /// The articles and files that are not published, with the reasons.
    pub(super) fn unpublished(&self) -> (&HashMap<ContentPath, HeldBackArticle>, &HashMap<ContentPath, Arc<str>>) {
        (&self.held_back, &self.refused)
    }

    /// The page of a language at a path.
    pub(super) fn page_at(&self, language: usize, path: &str) -> Option<PageRef> {
        let found = self.paths.get(path).filter(|(number, _)| *number == language);
        found.map(|(_, page)| *page)
    }

    /// Number of different file names.
    pub(super) fn names(&self) -> usize {
        self.by_stem.len()
    }

    fn why_unpublished(&self, document: &Document, target: &str, file: &str) -> Option<LinkProblem> {
        let refused = || {
            let files = candidate_files(document, target);
            let mut reasons = files.iter().map(|file| self.refused.get(&ContentPath::new(file)));
            reasons.find_map(|reason| reason.map(|reason| LinkProblem::Active(Arc::clone(reason))))
        };
        let held_back = self.why_held_back(document, file).map(LinkProblem::HeldBack);
        held_back.or_else(refused)
    }

    /// Why the target of a path from a document is not published, as in "is a draft".
    pub(super) fn why_held_back(&self, document: &Document, file: &str) -> Option<&'static str> {
        self.why_held_back_at(document.path.folder(), file)
    }

    /// Why the target of a path from a folder of the content folder is not published.
    pub(super) fn why_held_back_at(&self, folder: &str, file: &str) -> Option<&'static str> {
        let absolute = file.strip_prefix("@/").or_else(|| file.strip_prefix('/'));
        let paths: Vec<String> = match absolute {
            Some(absolute) => {
                let folders = self.folders.iter().flatten().map(String::as_str);
                folders
                    .chain([""])
                    .filter_map(|folder| normalize(folder, absolute))
                    .collect()
            }
            None => normalize(folder, file).into_iter().collect(),
        };
        let reason = paths.iter().find_map(|path| self.by_held_back.find(path))?;
        Some(match reason {
            HeldBack::Draft => "a draft",
            HeldBack::Future => "not published yet",
            HeldBack::Expired => "expired",
        })
    }

    /// A similar path, for a hint.
    pub(super) fn suggestion(&self, document: &Document, target: &str, thorough: bool) -> Option<String> {
        let file = target.split(['#', '?']).next().unwrap_or(target);
        let file = percent_decode_str(file).decode_utf8_lossy().into_owned();
        let name = file.trim_end_matches('/').rsplit('/').next().unwrap_or(&file);
        let stem = nfc(name.rsplit_once('.').map_or(name, |(stem, _)| stem)).to_lowercase();
        let found = match self.by_stem.get(&stem) {
            Some(paths) => paths
                .iter()
                .min_by_key(|path| distance(document.path.folder(), path))?
                .clone(),
            None if thorough => {
                let stem = closest(&stem, self.by_stem.keys().map(String::as_str))?;
                self.by_stem[stem]
                    .iter()
                    .min_by_key(|path| distance(document.path.folder(), path))?
                    .clone()
            }
            None => return None,
        };
        Some(relative(document.path.folder(), &found))
    }
}

enum LinkTarget {
    Document(DocumentId),
    Page(usize, PageRef),
    Asset(usize),
    Path(String),
}

/// Schemes that links may have: those of the web, of mail and telephone, and of common programs.
pub(crate) const LINK_SCHEMES: [&str; 48] = [
    "bitcoin",
    "callto",
    "facetime",
    "facetime-audio",
    "ftp",
    "ftps",
    "geo",
    "http",
    "https",
    "im",
    "irc",
    "ircs",
    "itms",
    "itms-apps",
    "itms-appss",
    "line",
    "magnet",
    "mailto",
    "maps",
    "market",
    "matrix",
    "mms",
    "ms-settings",
    "ms-windows-store",
    "msteams",
    "news",
    "nntp",
    "openpgp4fpr",
    "sftp",
    "sgnl",
    "sip",
    "sips",
    "skype",
    "slack",
    "sms",
    "smsto",
    "spotify",
    "ssh",
    "steam",
    "tel",
    "tg",
    "viber",
    "vscode",
    "webcal",
    "whatsapp",
    "xmpp",
    "zoommtg",
    "zoomus",
];

/// Schemes that run code in the browser or disguise their target. No setting allows them.
pub(crate) const NEVER_SCHEMES: [&str; 18] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "feed",
    "filesystem",
    "jar",
    "javascript",
    "livescript",
    "mhtml",
    "mocha",
    "moz-extension",
    "ms-its",
    "resource",
    "vbscript",
    "view-source",
    "wyciwyg",
];

/// What is wrong with a link to a whole URL.
fn scheme_problem(scheme: &str, target: &str, kind: LinkKind, more: &[String]) -> Option<LinkProblem> {
    let fits = match kind {
        LinkKind::Media if scheme == "data" => ["data:image/", "data:audio/", "data:video/"].iter().any(|start| {
            target
                .get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        }),
        LinkKind::Media => matches!(scheme, "http" | "https"),
        LinkKind::Page => {
            let added = more.iter().any(|added| added == scheme);
            LINK_SCHEMES.contains(&scheme) || added && !NEVER_SCHEMES.contains(&scheme)
        }
    };
    (!fits).then(|| match scheme {
        "javascript" | "vbscript" | "livescript" | "mocha" => LinkProblem::Script,
        _ => LinkProblem::Scheme(scheme.to_owned()),
    })
}

/// The scheme of a target as browsers read it: they ignore spaces in front of it, and tabs and line ends inside.
fn scheme(target: &str) -> Option<String> {
    let target = target.trim_start_matches(|c: char| c <= ' ');
    let (scheme, _) = target.split_once(':')?;
    let scheme = scheme.replace(['\t', '\n', '\r'], "");
    let valid = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    valid.then(|| scheme.to_ascii_lowercase())
}

/// `target` as a link of the page at `origin`.
fn joined(origin: &str, target: &str) -> Option<String> {
    url::Url::parse(origin).ok()?.join(target).ok().map(String::from)
}

/// `file` seen from `folder`, without `.` and `..`; `None` where it leaves the content folder.
fn normalize(folder: &str, file: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The distance of a path from a folder: the number of parts that they do not share.
fn distance(folder: &str, path: &str) -> (usize, String) {
    let folders: Vec<&str> = folder.split('/').collect();
    let parts: Vec<&str> = path.split('/').collect();
    let shared = folders.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    (folders.len() + parts.len() - 2 * shared, path.to_owned())
}

/// `path` as a link from `folder`.
fn relative(folder: &str, path: &str) -> String {
    let folders: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let parts: Vec<&str> = path.split('/').collect();
    let shared = folders.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let mut link = "../".repeat(folders.len() - shared);
    link.push_str(&parts[shared..].join("/"));
    link
}

fn anchor_problem(document: &Document, anchor: &str, path: &str) -> Option<LinkProblem> {
    let decoded = percent_decode_str(anchor).decode_utf8_lossy().into_owned();
    // `#:~:text=` marks text, `#top` is the top of any page.
    if decoded.starts_with(":~:") || decoded.eq_ignore_ascii_case("top") {
        return None;
    }
    let is_anchor = |known: &String| *known == decoded || known == anchor || nfc(known) == nfc(&decoded);
    if document.anchors.iter().any(is_anchor) {
        return None;
    }
    let hint = closest(&decoded, document.anchors.iter().map(String::as_str)).map(ToOwned::to_owned);
    Some(LinkProblem::Anchor {
        page: path.to_owned(),
        anchor: decoded,
        hint,
        foreign: false,
    })
}

/// The files of the content folder that a link may mean, by path.
pub fn candidate_files(document: &Document, target: &str) -> Vec<String> {
    let target = target.trim();
    if scheme(target).is_some() || target.starts_with("//") || target.starts_with('#') {
        return Vec::new();
    }
    let file = target.split(['#', '?']).next().unwrap_or(target);
    let file = percent_decode_str(file).decode_utf8_lossy();
    match file.strip_prefix("@/").or_else(|| file.strip_prefix('/')) {
        None => normalize(document.path.folder(), &file).into_iter().collect(),
        Some(absolute) => {
            let top = document.path.as_str().split('/').next().unwrap_or_default();
            normalize("", absolute)
                .into_iter()
                .flat_map(|path| [format!("{top}/{path}"), path])
                .collect()
        }
    }
}
