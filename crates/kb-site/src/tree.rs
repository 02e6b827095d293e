//! The tree of categories and articles in each language, in order, with their URLs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kb_config::{Config, Language};
use kb_diagnostic::{Code, Diagnostic, Span};
use kb_document::{Date, Document, Indexing, slug::slugify};
use kb_source::ContentPath;

use super::addresses::Addresses;
use super::languages::LanguageMap;
use super::names::{Role, rank, split};
use super::urls::{self, SitePath};
use super::{Article, ArticleId, Category, CategoryId, DocumentId, LanguageSite, PageRef, Tag, in_document};

/// The inputs of the tree.
pub(super) struct Tree<'a> {
    pub(super) config: &'a Config,
    pub(super) documents: &'a [Arc<Document>],
    pub(super) git_dates: &'a HashMap<ContentPath, Date>,
    pub(super) fallback_title: &'a str,
    /// The files of the project's `static/`, by path in the output.
    pub(super) static_files: &'a [String],
}

/// The role of a document in the tree, by language.
#[derive(Default)]
struct Roles {
    /// Articles by key: their document in each language.
    articles: BTreeMap<String, BTreeMap<Language, DocumentId>>,
    /// Descriptions of categories by folder: their document in each language.
    categories: BTreeMap<String, BTreeMap<Language, DocumentId>>,
}

/// Whether a file has the name of a folder's page or of its Markdown copy.
fn is_of_page(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    matches!(name.as_str(), "index.html" | "index.md")
}

impl Tree<'_> {
    /// Makes the site of every language, the default language first, and the table of addresses.
    pub(super) fn build(&self, map: &LanguageMap, diagnostics: &mut Vec<Diagnostic>) -> (Vec<LanguageSite>, Addresses) {
        let roles = self.roles(map, diagnostics);
        let default = map.default_language();
        let mut languages: BTreeSet<&Language> = roles
            .articles
            .values()
            .chain(roles.categories.values())
            .flat_map(BTreeMap::keys)
            .collect();
        languages.remove(default);
        let languages: Vec<(&Language, SitePath)> = std::iter::once((default, "/".to_owned()))
            .chain(
                languages
                    .into_iter()
                    .map(|language| (language, format!("/{}/", language.slug()))),
            )
            .collect();
        let mut addresses = Addresses::of_kb(
            self.config,
            languages.iter().map(|(language, home)| (language.tag(), home.clone())),
        );
        // A file of the project replaces a page, except for a file in the folder of the page.
        let (of_pages, own): (Vec<&String>, Vec<_>) = self.static_files.iter().partition(|file| is_of_page(file));
        for file in own {
            addresses.occupy(file, &format!("`static/{file}`"));
        }
        let mut told = HashSet::new();
        let sites = languages.into_iter().map(|(language, home)| {
            let builder = Builder {
                tree: self,
                roles: &roles,
                language,
                default,
                home,
                addresses: &mut addresses,
                diagnostics,
                told: &mut told,
                categories: Vec::new(),
                category_ids: HashMap::new(),
            };
            builder.build()
        });
        let sites = sites.collect();
        for file in of_pages {
            addresses.occupy(file, &format!("`static/{file}`"));
        }
        (sites, addresses)
    }

    /// Sorts the documents into articles and descriptions of categories.
    fn roles(&self, map: &LanguageMap, diagnostics: &mut Vec<Diagnostic>) -> Roles {
        let existing: HashSet<&str> = self.documents.iter().map(|document| document.path.as_str()).collect();
        let placed: Vec<_> = self
            .documents
            .iter()
            .map(|document| map.place(&document.path, |path| existing.contains(path)))
            .collect();
        let mut with_articles: HashSet<&str> = HashSet::new();
        for place in &placed {
            let (folder, name) = split(&place.key);
            let inside = match Role::of(name) {
                Role::Article => folder,
                // The page of a folder belongs to the folder above it.
                Role::Index | Role::Category if !folder.is_empty() => split(folder).0,
                Role::Index | Role::Category => continue,
            };
            with_articles.extend(ancestors(inside));
        }
        let mut roles = Roles::default();
        let mut order: Vec<DocumentId> = DocumentId::all(self.documents).collect();
        // `_index.md` before `index.md` before `README.md`, where a folder has several, and these before `guide.md`
        // beside `guide/`.
        order.sort_by_key(|id| {
            let (folder, name) = split(&placed[id.index()].key);
            (Role::of(name) == Role::Article, folder, rank(name), *id)
        });
        for id in order {
            let place = &placed[id.index()];
            let (folder, name) = split(&place.key);
            let is_home = || matches!(&self.documents[id.index()].front.path, Some((path, _)) if path == "/");
            let (is_category, folder) = match Role::of(name) {
                Role::Category => (true, folder),
                Role::Index => (folder.is_empty() || with_articles.contains(folder), folder),
                Role::Article if is_home() => (true, ""),
                Role::Article => (with_articles.contains(&*place.key), &*place.key),
            };
            let describes = is_category && !has(&roles.categories, folder, &place.language);
            let (roles, key) = if describes {
                (&mut roles.categories, folder)
            } else if Role::of(name) == Role::Index && !is_category {
                (&mut roles.articles, folder)
            } else {
                (&mut roles.articles, place.key.as_str())
            };
            let by_language = roles.entry(key.to_owned()).or_default();
            if let Some(first) = by_language.get(&place.language) {
                let first = &self.documents[*first];
                diagnostics.push(in_document(
                    Diagnostic::new(
                        Code::UrlTaken,
                        format!("this file is the same article as `{}`; it is left out", first.path),
                    )
                    .with_hint("remove or rename one of the two files"),
                    &self.documents[id],
                ));
                continue;
            }
            by_language.insert(place.language.clone(), id);
        }
        roles
    }
}

fn has(roles: &BTreeMap<String, BTreeMap<Language, DocumentId>>, key: &str, language: &Language) -> bool {
    roles
        .get(key)
        .is_some_and(|by_language| by_language.contains_key(language))
}

/// The folder and all folders above it, without the root.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder).filter(|folder| !folder.is_empty()), |folder| {
        folder.rsplit_once('/').map(|(parent, _)| parent)
    })
}

/// Builds the site of one language.
struct Builder<'a> {
    tree: &'a Tree<'a>,
    roles: &'a Roles,
    language: &'a Language,
    default: &'a Language,
    home: SitePath,
    addresses: &'a mut Addresses,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Folders without a description for which a taken address was already reported.
    told: &'a mut HashSet<String>,
    categories: Vec<Category>,
    category_ids: HashMap<String, CategoryId>,
}

impl<'a> Builder<'a> {
    fn build(mut self) -> LanguageSite {
        let found: Vec<(&str, DocumentId, Language)> = self
            .roles
            .articles
            .iter()
            .filter_map(|(key, documents)| {
                let (id, language) = self.pick(documents)?;
                Some((key.as_str(), id, language))
            })
            .collect();
        for (_, id, _) in &found {
            for tag in &self.tree.documents[*id].front.tags {
                let slug = tag_slug(tag);
                if slug.is_empty() {
                    continue;
                }
                let path = tag_path(&self.home, &slug);
                // A tag that several articles have is entered once.
                let _ = self
                    .addresses
                    .take_alias(&path, &format!("the page of the tag `{tag}`"));
            }
        }
        let root = self.root_category();
        self.categories.push(root);
        self.category_ids.insert(String::new(), CategoryId::ROOT);
        let described: Vec<String> = self
            .roles
            .categories
            .iter()
            .filter(|(folder, documents)| !folder.is_empty() && self.pick(documents).is_some())
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in described {
            self.category(&folder);
        }
        let mut articles = Vec::new();
        for (key, id, language) in found {
            if let Some(article) = self.article(key, id, language) {
                articles.push(article);
            }
        }
        self.finish(articles)
    }

    /// The document in this language, otherwise in the default language.
    fn pick(&self, documents: &BTreeMap<Language, DocumentId>) -> Option<(DocumentId, Language)> {
        [self.language, self.default]
            .into_iter()
            .find_map(|language| documents.get(language).map(|id| (*id, language.clone())))
    }

    /// The document in the default language: a translation inherits its place settings.
    fn original(&self, roles: &BTreeMap<String, BTreeMap<Language, DocumentId>>, key: &str) -> Option<&'a Document> {
        let id = roles.get(key)?.get(self.default)?;
        Some(&self.tree.documents[*id])
    }

    fn root_category(&self) -> Category {
        let document = self.roles.categories.get("").and_then(|documents| self.pick(documents));
        let config = self.tree.config;
        let own = config.languages.get(self.language);
        let title = own
            .and_then(|own| own.title.clone())
            .or_else(|| config.title.clone())
            .or_else(|| {
                document
                    .as_ref()
                    .and_then(|(id, _)| self.tree.documents[*id].title.as_ref())
                    .map(|title| title.text.clone())
            })
            .unwrap_or_else(|| self.tree.fallback_title.to_owned());
        let description = own
            .and_then(|own| own.description.clone())
            .or_else(|| config.description.clone())
            .or_else(|| {
                document
                    .as_ref()
                    .and_then(|(id, _)| self.tree.documents[*id].front.description.clone())
            })
            .unwrap_or_default();
        let front = document.as_ref().map(|(id, _)| &self.tree.documents[*id].front);
        Category {
            indexing: front.map_or(Indexing::Full, |front| front.indexing),
            key: String::new(),
            language: document
                .as_ref()
                .map_or_else(|| self.language.clone(), |(_, language)| language.clone()),
            document: document.map(|(id, _)| id),
            path: self.home.clone(),
            nav_title: title.clone(),
            title,
            description,
            icon: None,
            weight: None,
            parent: None,
            categories: Vec::new(),
            articles: Vec::new(),
            count: 0,
        }
    }

    /// The category of a folder; it is created with all its parents if it is new.
    fn category(&mut self, folder: &str) -> CategoryId {
        if let Some(id) = self.category_ids.get(folder) {
            return *id;
        }
        let (parent_folder, name) = split(folder);
        let parent = self.category(parent_folder);
        let original = self.original(&self.roles.categories, folder);
        let picked = self
            .roles
            .categories
            .get(folder)
            .and_then(|documents| self.pick(documents));
        let document = picked.as_ref().map(|(id, _)| &self.tree.documents[*id]);
        let own = picked.as_ref().is_some_and(|(_, language)| language == self.language);
        let segment = document
            .and_then(|document| self.slug(document, own))
            .unwrap_or_else(|| urls::name_slug(name));
        let usual = format!("{}{segment}/", self.categories[parent].path);
        let given = document.and_then(|document| self.given_path(document, own));
        let title = document
            .and_then(|document| document.title.as_ref())
            .map_or_else(|| urls::humanize(name), |title| title.text.clone());
        let (path, taken) = self.category_path(folder, given, usual);
        if let Some((wanted, taken_by)) = taken
            && (own || document.is_none() && self.told.insert(folder.to_owned()))
        {
            let message = format!("the URL `{wanted}` is taken by {taken_by}; this category is at `{path}`");
            let span = document.map_or_else(|| self.folder_span(folder), |document| address_span(document));
            self.diagnostics.push(
                Diagnostic::new(Code::UrlTaken, message)
                    .with_span(span)
                    .with_hint("rename the folder, or give it another `slug` in its `_index.md`"),
            );
        }
        let id = CategoryId::new(self.categories.len());
        self.categories.push(Category {
            indexing: document.map_or(Indexing::Full, |d| d.front.indexing),
            key: folder.to_owned(),
            language: picked
                .as_ref()
                .map_or_else(|| self.language.clone(), |(_, language)| language.clone()),
            nav_title: document
                .and_then(|d| d.front.nav_title.clone())
                .unwrap_or_else(|| title.clone()),
            title,
            description: document
                .map(|d| d.front.description.clone().unwrap_or_else(|| d.summary.clone()))
                .unwrap_or_default(),
            icon: document
                .and_then(|d| d.front.icon.as_ref())
                .or_else(|| original.and_then(|d| d.front.icon.as_ref()))
                .map(|(icon, _)| icon.clone()),
            weight: document
                .and_then(|d| d.front.weight)
                .or_else(|| original.and_then(|d| d.front.weight)),
            document: picked.map(|(id, _)| id),
            path,
            parent: Some(parent),
            categories: Vec::new(),
            articles: Vec::new(),
            count: 0,
        });
        self.category_ids.insert(folder.to_owned(), id);
        id
    }

    /// Reserves a path for a category: the path from the front matter, otherwise the default path, otherwise the
    /// default path with a number. If it is not the wanted one, also returns the wanted path and its owner.
    fn category_path(
        &mut self,
        folder: &str,
        given: Option<SitePath>,
        usual: SitePath,
    ) -> (SitePath, Option<(SitePath, String)>) {
        let what = format!("the category `{folder}`");
        let numbered = {
            let stem = usual.trim_end_matches('/').to_owned();
            (2_u32..).map(move |number| format!("{stem}-{number}/"))
        };
        let mut first = None;
        for path in given.into_iter().chain([usual]).chain(numbered) {
            match self.addresses.take_page(&path, &what) {
                Ok(()) => return (path, first),
                Err(taken_by) => {
                    first.get_or_insert((path, taken_by));
                }
            }
        }
        // Unreachable: one of the numbers is free.
        (self.home.clone(), first)
    }

    /// The folder of a category in messages.
    fn folder_span(&self, folder: &str) -> Span {
        let mut documents = self.tree.documents.iter();
        let root = documents.find_map(|document| document.file.name().strip_suffix(document.path.as_str()));
        Span::file(format!("{}{folder}", root.unwrap_or_default()))
    }

    fn article(&mut self, key: &str, id: DocumentId, language: Language) -> Option<Article> {
        let document = &self.tree.documents[id];
        let own = language == *self.language;
        let front = &document.front;
        let original = self.original(&self.roles.articles, key);
        let (folder, name) = split(key);
        let folder = front
            .category
            .as_deref()
            .map_or_else(|| folder.to_owned(), |named| self.named_category(named));
        let category = self.category(&folder);
        let segment = self.slug(document, own).unwrap_or_else(|| urls::name_slug(name));
        let path = self
            .given_path(document, own)
            .unwrap_or_else(|| format!("{}{segment}/", self.categories[category].path));
        if let Err(taken_by) = self.addresses.take_page(&path, &format!("`{}`", document.path)) {
            if own {
                let message = format!("the URL `{path}` is taken by {taken_by}; this article is left out");
                self.diagnostics.push(
                    Diagnostic::new(Code::UrlTaken, message)
                        .with_span(address_span(document))
                        .with_hint("give one of them another `slug`"),
                );
            }
            return None;
        }
        let title = document.title.as_ref();
        let title = title.map_or_else(|| urls::humanize(name), |title| title.text.clone());
        let mut tags: Vec<String> = front
            .tags
            .iter()
            .map(|tag| tag_slug(tag))
            .filter(|slug| !slug.is_empty())
            .collect();
        tags.dedup();
        Some(Article {
            document: id,
            key: key.to_owned(),
            language,
            path,
            category,
            nav_title: front.nav_title.clone().unwrap_or_else(|| title.clone()),
            title,
            description: front.description.clone().unwrap_or_else(|| document.summary.clone()),
            updated: front
                .updated
                .or_else(|| self.tree.git_dates.get(&document.path).copied())
                .or(front.date),
            unlisted: front.unlisted,
            indexing: front.indexing,
            featured: front.featured || original.is_some_and(|original| original.front.featured),
            weight: front
                .weight
                .or_else(|| original.and_then(|original| original.front.weight)),
            tags,
        })
    }

    /// The category in the front matter of an article, by title or path: an existing folder, otherwise a new one.
    fn named_category(&self, named: &str) -> String {
        let wanted: Vec<String> = named.split('/').map(slugify).collect();
        self.category_ids
            .keys()
            .filter(|folder| folder.split('/').map(slugify).eq(wanted.iter().cloned()))
            .min()
            .cloned()
            .unwrap_or_else(|| named.trim_matches('/').to_owned())
    }

    /// The slug from the front matter. It is checked once, in the language of the document.
    fn slug(&mut self, document: &Document, own: bool) -> Option<String> {
        let (written, span) = document.front.slug.as_ref()?;
        urls::slug(written)
            .map_err(|message| {
                if own {
                    self.diagnostics
                        .push(Diagnostic::new(Code::SlugInvalid, message).with_span(span.clone()));
                }
            })
            .ok()
    }

    /// The whole path from the front matter.
    fn given_path(&mut self, document: &Document, own: bool) -> Option<SitePath> {
        let (written, span) = document.front.path.as_ref()?;
        match urls::site_path(written) {
            Ok(path) if self.language == self.default || path.starts_with(&self.home) => Some(path),
            Ok(path) => Some(format!("{}{}", self.home, path.trim_start_matches('/'))),
            Err(message) => {
                if own {
                    self.diagnostics
                        .push(Diagnostic::new(Code::PathInvalid, message).with_span(span.clone()));
                }
                None
            }
        }
    }

    /// Puts everything in order.
    fn finish(mut self, articles: Vec<Article>) -> LanguageSite {
        let mut in_category: Vec<Vec<Article>> = vec![Vec::new(); self.categories.len()];
        for article in articles {
            in_category[article.category.index()].push(article);
        }
        for articles in &mut in_category {
            articles.sort_by_cached_key(|article| order(article.weight, &article.title, &article.key));
        }
        let mut children: Vec<Vec<CategoryId>> = vec![Vec::new(); self.categories.len()];
        for (id, category) in CategoryId::numbered(&self.categories) {
            if let Some(parent) = category.parent {
                children[parent.index()].push(id);
            }
        }
        for list in &mut children {
            list.sort_by_cached_key(|id| {
                let category = &self.categories[*id];
                order(category.weight, &category.title, &category.key)
            });
        }
        let mut ordered = Vec::new();
        self.visit(CategoryId::ROOT, &mut in_category, &children, &mut ordered);
        for (id, list) in children.into_iter().enumerate() {
            self.categories[CategoryId::new(id)].categories = list;
        }
        let mut by_key = HashMap::with_capacity(ordered.len() + self.categories.len());
        for (id, category) in CategoryId::numbered(&self.categories) {
            by_key.insert(category.key.clone(), PageRef::Category(id));
        }
        for (id, article) in ArticleId::numbered(&ordered) {
            by_key.insert(article.key.clone(), PageRef::Article(id));
        }
        let settings = self.tree.config.languages.get(self.language);
        LanguageSite {
            name: settings
                .and_then(|s| s.name.clone())
                .unwrap_or_else(|| self.language.own_name()),
            direction: settings
                .and_then(|s| s.direction)
                .unwrap_or_else(|| self.language.direction()),
            title: self.categories[CategoryId::ROOT].title.clone(),
            description: self.categories[CategoryId::ROOT].description.clone(),
            tags: self.tags(&ordered),
            home: self.home,
            contact: None,
            popular: Vec::new(),
            language: self.language.clone(),
            articles: ordered,
            categories: self.categories,
            by_key,
        }
    }

    /// Gives the articles their numbers in reading order and counts them.
    fn visit(
        &mut self,
        id: CategoryId,
        in_category: &mut [Vec<Article>],
        children: &[Vec<CategoryId>],
        ordered: &mut Vec<Article>,
    ) -> usize {
        let mut count = 0;
        for article in std::mem::take(&mut in_category[id.index()]) {
            if !article.unlisted {
                self.categories[id].articles.push(ArticleId::new(ordered.len()));
                count += 1;
            }
            ordered.push(article);
        }
        for child in &children[id.index()] {
            count += self.visit(*child, in_category, children, ordered);
        }
        self.categories[id].count = count;
        count
    }

    fn tags(&self, articles: &[Article]) -> Vec<Tag> {
        let mut tags: BTreeMap<String, Tag> = BTreeMap::new();
        for (id, article) in ArticleId::numbered(articles).filter(|(_, article)| !article.unlisted) {
            for title in &self.tree.documents[article.document].front.tags {
                let slug = tag_slug(title);
                if slug.is_empty() {
                    continue;
                }
                let tag = tags.entry(slug).or_insert_with_key(|slug| Tag {
                    slug: slug.clone(),
                    title: title.clone(),
                    path: tag_path(&self.home, slug),
                    articles: Vec::new(),
                });
                if tag.articles.last() != Some(&id) {
                    tag.articles.push(id);
                }
            }
        }
        tags.into_values().collect()
    }
}

/// The place of the address keys in a document; the whole file if there are none.
fn address_span(document: &Document) -> Span {
    let front = &document.front;
    let written = front.path.as_ref().or(front.slug.as_ref());
    written.map_or_else(|| Span::file(&**document.file.name()), |(_, span)| span.clone())
}

fn tag_slug(tag: &str) -> String {
    urls::not_a_device(slugify(tag))
}

fn tag_path(home: &str, slug: &str) -> SitePath {
    format!("{home}tags/{slug}/")
}

/// By weight, unweighted ones last; then by title without regard to case.
fn order(weight: Option<i64>, title: &str, key: &str) -> (i64, String, String) {
    (weight.unwrap_or(i64::MAX), title.to_lowercase(), key.to_owned())
}

/// The aliases of all pages. An alias only gets a free address.
pub(super) fn redirects(
    documents: &[Arc<Document>],
    languages: &[LanguageSite],
    addresses: &mut Addresses,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<SitePath, SitePath> {
    let mut redirects = BTreeMap::new();
    for language in languages {
        let articles = language
            .articles
            .iter()
            .filter(|a| a.language == language.language)
            .map(|a| (a.document, &a.path));
        let categories = language
            .categories
            .iter()
            .filter(|c| c.language == language.language)
            .filter_map(|c| c.document.map(|document| (document, &c.path)));
        for (document, path) in articles.chain(categories) {
            for (alias, span) in &documents[document].front.aliases {
                let from = match urls::site_path(alias) {
                    Ok(from) => from,
                    Err(message) => {
                        diagnostics.push(
                            Diagnostic::new(Code::AliasInvalid, message)
                                .with_span(span.clone())
                                .with_hint("write an address below the root of the help centre, such as `/old/page/`"),
                        );
                        continue;
                    }
                };
                let is_its_own = urls::output_file(&from) == urls::output_file(path);
                if is_its_own || redirects.get(&from) == Some(path) {
                    continue;
                }
                match addresses.take_alias(&from, &format!("the alias `{from}` of `{path}`")) {
                    Ok(()) => {
                        redirects.insert(from, path.clone());
                    }
                    Err(taken_by) => diagnostics.push(
                        Diagnostic::new(
                            Code::AliasTaken,
                            format!("`{alias}` is taken by {taken_by}; the alias is left out"),
                        )
                        .with_span(span.clone())
                        .with_hint("remove the alias, or write another address"),
                    ),
                }
            }
        }
    }
    redirects
}
