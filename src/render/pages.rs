//! The pages: what each shows, as a typed context, and the rendering of it.

use std::collections::BTreeMap;

use tera::value::Key;
use tera::{Context, Value};
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use super::context::{
    Alternate, ArticleContext, ArticleLink, CategoryLink, ContactContext, DateContext, Fallback, FeedbackContext,
    LanguageLink, LetterGroup, Link, LinksContext, More, OwnContext, PageContext, Sibling, Siblings, SiteContext,
    TagLink, TocEntry,
};
use super::i18n::Messages;
use super::theme::Theme;
use super::{Emit, Related, WrittenPage, json_ld};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, Message, PatchKind};
use crate::site::{Article, ArticleId, CategoryId, LanguageSite, PageRef, Site, urls};

/// Reading speed in words a minute: slow enough for instructions that are followed on the way.
const WORDS_A_MINUTE: usize = 200;
/// Most neighbours that an article lists.
const MAX_SIBLINGS: usize = 24;
/// Most related articles.
const MAX_RELATED: usize = 5;
/// Articles that the home page lists of each collection.
const HOME_ARTICLES: usize = 5;

/// A page to render.
#[derive(Debug, Clone, Copy)]
pub enum Job {
    /// The home page or a category.
    Category(CategoryId),
    /// An article.
    Article(ArticleId),
    /// Number of a tag, in the order of their slugs.
    Tag(usize),
    /// The list of tags.
    Tags,
    /// All articles from A to Z.
    All,
    /// The page for missing pages.
    NotFound,
}

/// Renders the pages of one language.
#[derive(Debug)]
pub struct LanguageRenderer<'a> {
    pub(super) site: &'a Site,
    pub(super) theme: &'a Theme,
    pub(super) words: &'a Messages,
    pub(super) number: usize,
    related: &'a Related,
    site_value: Value,
    words_value: Value,
}

impl<'a> LanguageRenderer<'a> {
    /// A renderer of language number `number`.
    pub fn new(site: &'a Site, theme: &'a Theme, words: &'a Messages, number: usize, related: &'a Related) -> Self {
        let mut renderer = Self {
            site,
            theme,
            words,
            number,
            related,
            site_value: Value::none(),
            words_value: Value::from_serializable(words.texts()),
        };
        renderer.site_value = Value::from_serializable(&renderer.site_context());
        renderer
    }

    /// The site in this language.
    pub fn language(&self) -> &'a LanguageSite {
        &self.site.languages[self.number]
    }

    /// All pages of the language.
    pub fn jobs(&self) -> Vec<Job> {
        let language = self.language();
        let mut jobs: Vec<Job> = (0..language.categories.len()).map(Job::Category).collect();
        jobs.extend((0..language.articles.len()).map(Job::Article));
        jobs.extend((0..language.tags.len()).map(Job::Tag));
        if !language.tags.is_empty() {
            jobs.push(Job::Tags);
        }
        jobs.extend([Job::All, Job::NotFound]);
        jobs
    }

    /// What a page is called in messages.
    pub fn describe(&self, job: Job) -> String {
        let document = match job {
            Job::Category(id) => self.site.document(self.number, PageRef::Category(id)),
            Job::Article(id) => self.site.document(self.number, PageRef::Article(id)),
            Job::Tag(_) | Job::Tags | Job::All | Job::NotFound => None,
        };
        document.map_or_else(|| format!("`{}`", self.path(job)), |document| format!("`{}`", document.display))
    }

    fn path(&self, job: Job) -> String {
        let language = self.language();
        match job {
            Job::Category(id) => language.categories[id].path.clone(),
            Job::Article(id) => language.articles[id].path.clone(),
            Job::Tag(number) => language.tags.values().nth(number).map(|tag| tag.path.clone()).unwrap_or_default(),
            Job::Tags => format!("{}tags/", language.home),
            Job::All => format!("{}all/", language.home),
            Job::NotFound => format!("{}404.html", language.home),
        }
    }

    /// Renders a page and its Markdown copy. Returns the page, and what went wrong.
    pub fn render(&self, job: Job, emit: &Emit<'_>) -> (Option<WrittenPage>, Option<Diagnostic>) {
        let path = self.path(job);
        let (page, content, document, template) = match job {
            Job::Category(id) => self.category_page(id, &path),
            Job::Article(id) => self.article_page(id, &path),
            Job::Tag(number) => self.tag_page(number, &path),
            Job::Tags => (self.tags_page(&path), String::new(), None, "tags.html"),
            Job::All => (self.all_page(&path), String::new(), None, "all.html"),
            Job::NotFound => (self.not_found_page(&path), String::new(), None, "404.html"),
        };
        let chosen = document.and_then(|document| document.front.template.as_ref());
        let mut failure = None;
        let chosen = match chosen {
            Some((name, _)) if self.theme.has_template(name) => name.as_str(),
            Some((name, span)) => {
                let names = self.theme.template_names();
                failure = Some(
                    Diagnostic::warning("template-missing", format!("the theme has no template `{name}`"))
                        .with_span(span.clone())
                        .with_hint_if(crate::diagnostic::did_you_mean(name, names)),
                );
                template
            }
            None => template,
        };
        let json_ld = json_ld::for_page(self, job, &page, document);
        let page_url = page.url.clone();
        let context = self.context(&page, &content, &json_ld);
        let (html, problem) = self.theme.render(chosen, template, &context);
        let hash = format!("{:032x}", xxh3_128(html.as_bytes()));
        emit(urls::output_file(&path), html.into_bytes());
        if page.markdown_url.is_some()
            && let Some(document) = document
        {
            let copy = self.markdown_copy(document, &page.title, &path);
            emit(urls::markdown_file(&path), copy.into_bytes());
        }
        let written = WrittenPage {
            url: page_url,
            language: self.language().language.to_string(),
            source: document.map(|document| document.path.to_string()),
            hash,
        };
        (Some(written), problem.or(failure))
    }

    /// Renders the page that an old path leads to its new one with.
    pub fn render_redirect(&self, from: &str, to: &str, emit: &Emit<'_>) {
        let title = self
            .language()
            .articles
            .iter()
            .find(|article| article.path == to)
            .map_or_else(|| self.language().title.clone(), |article| article.title.clone());
        let own = OwnContext::Redirect { target: self.site.url(to) };
        let mut page = self.page("redirect", &title, "", from, own);
        page.canonical = self.site.absolute_url(to);
        page.noindex = true;
        let (html, _) = self.theme.render("redirect.html", "redirect.html", &self.context(&page, "", &[]));
        emit(urls::output_file(from), html.into_bytes());
    }

    fn context(&self, page: &PageContext, content: &str, json_ld: &[String]) -> Context {
        let mut map = Value::from_serializable(page).into_map().unwrap_or_default();
        map.insert(Key::from("content"), Value::safe_string(content));
        let data: Vec<Value> = json_ld.iter().map(|json| Value::safe_string(json)).collect();
        map.insert(Key::from("json_ld"), Value::from(data.as_slice()));
        let mut context = Context::new();
        context.insert_value("site", self.site_value.clone());
        context.insert_value("t", self.words_value.clone());
        context.insert_value("page", Value::from(map));
        context
    }

    // Contexts.

    fn site_context(&self) -> SiteContext {
        let site = self.site;
        let config = &site.config;
        let language = self.language();
        let url = |path: &str| site.url(&format!("{}{path}", language.home));
        let contact = &config.contact;
        let local = |link: &Option<String>| {
            link.as_ref().map(|link| if link.starts_with('/') { site.url(link) } else { link.clone() })
        };
        SiteContext {
            title: language.title.clone(),
            description: language.description.clone(),
            base_url: site.absolute_url("/").map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_default(),
            home_url: site.url(&language.home),
            lang: language.language.to_string(),
            dir: language.direction.attribute(),
            logo: config.theme.logo.as_deref().map(|path| site.url(path)),
            favicon: config.theme.favicon.as_deref().map(|path| site.url(path)),
            all_url: url("all/"),
            tags_url: (!language.tags.is_empty()).then(|| url("tags/")),
            feed_url: super::files::has_feed(site).then(|| url("feed.xml")),
            llms_url: config.build.llms.then(|| url("llms.txt")),
            search_url: url("all/"),
            css_url: site.url(&self.theme.css_path()),
            script_urls: self.theme.script_paths().iter().map(|path| site.url(path)).collect(),
            theme_color: super::accent::light(config.theme.accent).fill.hex(),
            collections: self.collections(None),
            contact: (!contact.is_empty()).then(|| ContactContext {
                email: contact.email.clone(),
                phone: contact.phone.clone(),
                phone_href: contact.phone.as_ref().map(|phone| {
                    let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                    format!("tel:{digits}")
                }),
                chat: local(&contact.chat),
                hours: contact.hours.clone(),
                response_time: contact.response_time.clone(),
                form: local(&contact.form),
            }),
            feedback: config.feedback.enabled.then(|| FeedbackContext {
                email: config.feedback.email.clone(),
                endpoint: local(&config.feedback.endpoint),
            }),
            links: LinksContext { home: local(&config.links.home), home_title: config.links.home_title.clone() },
            generator: concat!("kb ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// What all kinds of page have.
    fn page(&self, kind: &'static str, title: &str, description: &str, path: &str, own: OwnContext) -> PageContext {
        let language = self.language();
        let head_title =
            if kind == "home" { language.title.clone() } else { format!("{title} \u{b7} {}", language.title) };
        PageContext {
            kind,
            title: title.to_owned(),
            head_title,
            description: description.to_owned(),
            url: self.site.url(path),
            canonical: self.site.absolute_url(path),
            lang: language.language.to_string(),
            dir: language.direction.attribute(),
            noindex: false,
            og_type: if kind == "article" { "article" } else { "website" },
            alternates: Vec::new(),
            languages: self.language_links(|site| site.home.clone()),
            breadcrumbs: vec![Link { title: self.words.text("home").to_owned(), url: self.site.url(&language.home) }],
            markdown_url: None,
            edit_url: None,
            extra: serde_json::Value::Null,
            draft: false,
            hide: Vec::new(),
            own,
        }
    }

    fn language_links(&self, path: impl Fn(&LanguageSite) -> String) -> Vec<LanguageLink> {
        if self.site.languages.len() < 2 {
            return Vec::new();
        }
        let links = self.site.languages.iter().enumerate().map(|(number, language)| LanguageLink {
            code: language.language.to_string(),
            name: language.name.clone(),
            dir: language.direction.attribute(),
            url: self.site.url(&path(language)),
            current: number == self.number,
        });
        links.collect()
    }

    /// Fills in what a page has that is made from a file: translations, copies, edit link.
    fn with_document(&self, page: &mut PageContext, key: &str, document: &Document, path: &str) {
        let site = self.site;
        page.languages = self.language_links(|language| {
            language.by_key.get(key).map_or_else(|| language.home.clone(), |page| language.path(*page).to_owned())
        });
        let written: Vec<(&LanguageSite, &str)> = site
            .languages
            .iter()
            .filter_map(|language| {
                let page = *language.by_key.get(key)?;
                let own = match page {
                    PageRef::Article(id) => &language.articles[id].language,
                    PageRef::Category(id) => &language.categories[id].language,
                };
                (*own == language.language).then(|| (language, language.path(page)))
            })
            .collect();
        if let Some((_, original)) = written.iter().find(|(language, _)| {
            site.document(self.number_of(language), language.by_key[key]).is_some_and(|own| own.path == document.path)
        }) {
            page.canonical = site.absolute_url(original);
        }
        if written.len() > 1 && site.config.base_url.is_some() {
            page.alternates = written
                .iter()
                .filter_map(|(language, path)| {
                    Some(Alternate { lang: language.language.to_string(), url: site.absolute_url(path)? })
                })
                .collect();
            let default = site.default_site();
            if let Some((_, path)) = written.iter().find(|(language, _)| language.language == default.language)
                && let Some(url) = site.absolute_url(path)
            {
                page.alternates.push(Alternate { lang: "x-default".to_owned(), url });
            }
        }
        if site.config.build.llms && document.front.llms {
            page.markdown_url = Some(site.url(&urls::markdown_file(path)));
        }
        page.edit_url =
            site.config.links.edit.as_ref().map(|template| template.replace("{path}", &urls::encode(document.path.as_str())));
        page.extra = document.front.extra.clone();
        page.draft = document.front.draft;
        page.hide.clone_from(&document.front.hide);
    }

    fn number_of(&self, language: &LanguageSite) -> usize {
        self.site.languages.iter().position(|site| site.language == language.language).unwrap_or(0)
    }

    fn trail(&self, page: &mut PageContext, categories: &[CategoryId]) {
        page.breadcrumbs.extend(categories.iter().map(|id| {
            let category = &self.language().categories[*id];
            Link { title: category.nav_title.clone(), url: self.site.url(&category.path) }
        }));
    }

    fn count_text(&self, count: usize) -> String {
        self.words.count("articles", count)
    }

    fn article_link(&self, id: ArticleId) -> ArticleLink {
        let article = &self.language().articles[id];
        ArticleLink {
            title: article.title.clone(),
            url: self.site.url(&article.path),
            description: article.description.clone(),
            lang: self.foreign(article),
            featured: article.featured,
            breadcrumb: None,
            keywords: None,
        }
    }

    fn foreign(&self, article: &Article) -> Option<String> {
        (article.language != self.language().language).then(|| article.language.to_string())
    }

    fn article_links(&self, ids: impl IntoIterator<Item = ArticleId>) -> Vec<ArticleLink> {
        ids.into_iter().map(|id| self.article_link(id)).collect()
    }

    /// A category in a list, with at most `articles` of its articles.
    fn category_link(&self, id: CategoryId, articles: Option<usize>) -> CategoryLink {
        let category = &self.language().categories[id];
        let icon = category.icon.as_ref().map(|icon| if icon.contains('.') { self.site.url(icon) } else { icon.clone() });
        CategoryLink {
            title: category.nav_title.clone(),
            url: self.site.url(&category.path),
            description: category.description.clone(),
            icon,
            count: category.count,
            count_text: self.count_text(category.count),
            articles: articles.map(|most| self.article_links(self.articles_below(id, most))),
        }
    }

    /// The first articles of a category: its own, then those below.
    fn articles_below(&self, id: CategoryId, most: usize) -> Vec<ArticleId> {
        let category = &self.language().categories[id];
        let mut found: Vec<ArticleId> = category.articles.iter().copied().take(most).collect();
        if most != usize::MAX {
            for child in &category.categories {
                if found.len() >= most {
                    break;
                }
                found.extend(self.articles_below(*child, most - found.len()));
            }
        }
        found
    }

    /// The collections that have articles.
    fn collections(&self, articles: Option<usize>) -> Vec<CategoryLink> {
        let language = self.language();
        let with_articles = language.categories[0].categories.iter().filter(|id| language.categories[**id].count > 0);
        with_articles.map(|id| self.category_link(*id, articles)).collect()
    }

    fn featured(&self) -> Vec<ArticleLink> {
        let articles = self.language().articles.iter().enumerate();
        self.article_links(articles.filter(|(_, a)| a.featured && !a.unlisted).map(|(id, _)| id))
    }

    // Pages.

    fn category_page(&self, id: CategoryId, path: &str) -> (PageContext, String, Option<&'a Document>, &'static str) {
        let language = self.language();
        let category = &language.categories[id];
        let document = category.document.map(|id| &self.site.documents[id]);
        let (kind, template, own) = if id == 0 {
            let own = OwnContext::Home {
                collections: self.collections(Some(HOME_ARTICLES)),
                featured: self.featured(),
                articles: self.article_links(category.articles.iter().copied()),
                total_text: self.count_text(category.count),
            };
            ("home", "home.html", own)
        } else {
            let filled = category.categories.iter().filter(|id| language.categories[**id].count > 0);
            let own = OwnContext::Category {
                categories: filled.map(|id| self.category_link(*id, Some(usize::MAX))).collect(),
                articles: self.article_links(category.articles.iter().copied()),
                count_text: self.count_text(category.count),
            };
            ("category", "category.html", own)
        };
        let mut page = self.page(kind, &category.title, &category.description, path, own);
        page.languages = self.language_links(|language| {
            language.by_key.get(&category.key).map_or_else(|| language.home.clone(), |p| language.path(*p).to_owned())
        });
        if let Some(document) = document {
            self.with_document(&mut page, &category.key, document, path);
        }
        match id {
            0 => page.breadcrumbs.clear(),
            _ => {
                let trail = language.trail(id);
                self.trail(&mut page, &trail[..trail.len() - 1]);
            }
        }
        let content = document.map(|document| self.content(document, path)).unwrap_or_default();
        (page, content, document, template)
    }

    fn article_page(&self, id: ArticleId, path: &str) -> (PageContext, String, Option<&'a Document>, &'static str) {
        let language = self.language();
        let article = &language.articles[id];
        let document = &self.site.documents[article.document];
        let minutes = document.words.div_ceil(WORDS_A_MINUTE).max(1);
        let (previous, next, siblings) = self.neighbours(id);
        let own = ArticleContext {
            toc: toc(document),
            updated: article.updated.map(|date| DateContext { iso: date.iso_day(), text: self.words.date(date) }),
            reading_minutes: minutes,
            reading_text: self.words.count("minutes", minutes),
            tags: article
                .tags
                .iter()
                .filter_map(|slug| language.tags.get(slug))
                .map(|tag| Link { title: tag.title.clone(), url: self.site.url(&tag.path) })
                .collect(),
            previous,
            next,
            related: self.related(id),
            siblings,
            fallback: self.fallback(article),
        };
        let mut page =
            self.page("article", &article.title, &article.description, path, OwnContext::Article(Box::new(own)));
        self.with_document(&mut page, &article.key, document, path);
        page.noindex = article.unlisted;
        self.trail(&mut page, &language.trail(article.category));
        (page, self.content(document, path), Some(document), "article.html")
    }

    /// The notice that an article is shown in another language.
    fn fallback(&self, article: &Article) -> Option<Fallback> {
        let language = self.language();
        if article.language == language.language {
            return None;
        }
        let original = self.site.languages.iter().find(|site| site.language == article.language);
        let name = original.map_or_else(|| article.language.own_name(), |site| site.name.clone());
        let text =
            self.words.text("fallback_notice").replace("{language}", &language.name).replace("{original}", &name);
        let dir = original.map_or_else(|| article.language.direction(), |site| site.direction).attribute();
        Some(Fallback { lang: article.language.to_string(), dir, name, text })
    }

    /// The articles before and after an article in its category, and those around it.
    fn neighbours(&self, id: ArticleId) -> (Option<Link>, Option<Link>, Option<Siblings>) {
        let language = self.language();
        let category = &language.categories[language.articles[id].category];
        let Ok(at) = category.articles.binary_search(&id) else { return (None, None, None) };
        let link = |id: &ArticleId| {
            let article = &language.articles[*id];
            Link { title: article.nav_title.clone(), url: self.site.url(&article.path) }
        };
        let previous = at.checked_sub(1).map(|before| link(&category.articles[before]));
        let next = category.articles.get(at + 1).map(link);
        let total = category.articles.len();
        if total < 2 {
            return (previous, next, None);
        }
        let shown = total.min(MAX_SIBLINGS);
        let start = at.saturating_sub(shown / 2).min(total - shown);
        let articles = category.articles[start..start + shown]
            .iter()
            .map(|sibling| {
                let Link { title, url } = link(sibling);
                Sibling { title, url, current: *sibling == id }
            })
            .collect();
        let url = self.site.url(&category.path);
        let more = (total > shown)
            .then(|| More { count_text: self.words.count("more_articles", total - shown), url: url.clone() });
        (previous, next, Some(Siblings { title: category.nav_title.clone(), url, articles, more }))
    }

    /// Articles about the same: those that the writer names, then those that are most alike.
    fn related(&self, id: ArticleId) -> Vec<ArticleLink> {
        let language = self.language();
        let document = &self.site.documents[language.articles[id].document];
        let named = document.front.related.iter().filter_map(|(target, _)| {
            match self.site.resolve_target(Some(document), target, self.number) {
                Some(PageRef::Article(id)) => Some(id),
                _ => None,
            }
        });
        let alike = self.related.get(self.number).and_then(|by_article| by_article.get(id)).into_iter().flatten().copied();
        let mut chosen: Vec<ArticleId> = Vec::new();
        for other in named.chain(alike) {
            if other != id && !chosen.contains(&other) && chosen.len() < MAX_RELATED {
                chosen.push(other);
            }
        }
        self.article_links(chosen)
    }

    fn tag_page(&self, number: usize, path: &str) -> (PageContext, String, Option<&'a Document>, &'static str) {
        let language = self.language();
        let Some(tag) = language.tags.values().nth(number) else {
            return (self.tags_page(path), String::new(), None, "tags.html");
        };
        let own = OwnContext::Tag {
            articles: self.article_links(tag.articles.iter().copied()),
            count_text: self.count_text(tag.articles.len()),
        };
        let mut page = self.page("tag", &tag.title, "", path, own);
        page.breadcrumbs.push(Link {
            title: self.words.text("tags").to_owned(),
            url: self.site.url(&format!("{}tags/", language.home)),
        });
        (page, String::new(), None, "tag.html")
    }

    fn tags_page(&self, path: &str) -> PageContext {
        let tags = self.language().tags.values().map(|tag| TagLink {
            title: tag.title.clone(),
            url: self.site.url(&tag.path),
            count_text: self.count_text(tag.articles.len()),
        });
        let own = OwnContext::Tags { tags: tags.collect() };
        self.page("tags", self.words.text("tags"), "", path, own)
    }

    fn all_page(&self, path: &str) -> PageContext {
        let language = self.language();
        let mut groups: BTreeMap<(bool, String), Vec<(String, ArticleLink)>> = BTreeMap::new();
        for (id, article) in language.articles.iter().enumerate().filter(|(_, article)| !article.unlisted) {
            let mut link = self.article_link(id);
            link.description.clear();
            let trail = language.trail(article.category);
            let titles: Vec<&str> = trail.iter().map(|id| language.categories[*id].nav_title.as_str()).collect();
            link.breadcrumb = Some(titles.join(" \u{203a} "));
            let front = &self.site.documents[article.document].front;
            let words: Vec<&str> = front.questions.iter().chain(&front.keywords).map(String::as_str).collect();
            link.keywords = Some(words.join(" "));
            let folded = fold(&article.title);
            let letter = first_letter(&folded);
            groups.entry((letter.is_none(), letter.unwrap_or_default())).or_default().push((folded, link));
        }
        let count = groups.values().map(Vec::len).sum();
        let groups = groups.into_iter().map(|((other, letter), mut articles)| {
            articles.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.url.cmp(&b.1.url)));
            LetterGroup {
                id: format!("_letter-{}", if other { "other".to_owned() } else { letter.to_lowercase() }),
                letter: if other { self.words.text("other_letters").to_owned() } else { letter },
                articles: articles.into_iter().map(|(_, link)| link).collect(),
            }
        });
        let own = OwnContext::All { groups: groups.collect(), count_text: self.count_text(count) };
        let mut page = self.page("all", self.words.text("all_articles"), "", path, own);
        page.languages = self.language_links(|language| format!("{}all/", language.home));
        page
    }

    fn not_found_page(&self, path: &str) -> PageContext {
        let own = OwnContext::NotFound { featured: self.featured(), collections: self.collections(None) };
        let mut page = self.page("404", self.words.text("page_not_found"), "", path, own);
        page.noindex = true;
        page.canonical = None;
        page
    }

    // Content.

    /// The HTML of a document on the page at `path`.
    pub(super) fn content(&self, document: &Document, path: &str) -> String {
        let section_label = self.words.text(Message::LinkToSection.id());
        let (label_before, label_after) = section_label.split_once("{title}").unwrap_or((section_label, ""));
        document.html.fill(|kind, out| match kind {
            PatchKind::Href(link) => {
                let resolved = self.site.resolve(document, link as usize, self.number, path);
                match resolved.url {
                    Some(url) => {
                        out.push_str(" href=\"");
                        let _ = pulldown_cmark_escape::escape_href(&mut *out, &url);
                        out.push('"');
                    }
                    None => out.push_str(" data-broken-link"),
                }
            }
            PatchKind::Url(link) => {
                let resolved = self.site.resolve(document, link as usize, self.number, path);
                let url = resolved.url.unwrap_or_else(|| self.site.url(&self.theme.missing_image_path()));
                let _ = pulldown_cmark_escape::escape_href(&mut *out, &url);
            }
            PatchKind::Size(link) => {
                let resolved = self.site.resolve(document, link as usize, self.number, path);
                let placeholder = resolved.url.is_none().then_some((320, 180));
                if let Some((width, height)) = resolved.size.or(placeholder) {
                    out.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
                }
            }
            PatchKind::Message(message) => {
                let text = match message {
                    Message::LinkToSection => label_before,
                    Message::LinkToSectionEnd => label_after,
                    other => self.words.text(other.id()),
                };
                let _ = pulldown_cmark_escape::escape_html(&mut *out, text);
            }
        })
    }

    /// A document as Markdown for programs: title, then the text with links that lead somewhere.
    fn markdown_copy(&self, document: &Document, title: &str, path: &str) -> String {
        let body = document.body();
        let offset = document.body_start;
        let mut copy = format!("# {title}\n\n");
        let mut from = 0;
        let mut links: Vec<(usize, &crate::document::Link)> = document.links.iter().enumerate().collect();
        links.sort_by_key(|(_, link)| link.range.start);
        for (number, link) in links {
            let (start, end) = (link.range.start as usize, link.range.end as usize);
            let Some(start) = start.checked_sub(offset).filter(|start| *start >= from) else { continue };
            let end = end - offset;
            if body.get(start..end) != Some(link.target.as_str()) {
                continue;
            }
            if let Some(url) = self.site.resolve(document, number, self.number, path).url {
                copy.push_str(&body[from..start]);
                let is_ours = url.starts_with('/') && !url.starts_with("//");
                match self.site.config.base_url.as_ref().filter(|_| is_ours) {
                    Some(base) => copy.push_str(&format!("{}{url}", base.origin())),
                    None => copy.push_str(&url),
                }
                from = end;
            }
        }
        let rest = body[from..].trim_end();
        let start = copy.len();
        copy.push_str(rest);
        if from == 0 {
            // The title stands above; it need not stand there twice.
            let body = copy[start..].trim_start().to_owned();
            let without = body.strip_prefix("# ").and_then(|rest| rest.split_once('\n'));
            let body = match without {
                Some((heading, rest)) if heading.trim() == title => rest.trim_start().to_owned(),
                _ => body,
            };
            copy.truncate(start);
            copy.push_str(&body);
        }
        copy.push('\n');
        copy
    }
}

/// Headings of the second level, with those of the third below them.
fn toc(document: &Document) -> Vec<TocEntry> {
    let mut toc: Vec<TocEntry> = Vec::new();
    for heading in &document.headings {
        let entry = TocEntry { id: heading.id.clone(), title: heading.title.clone(), children: Vec::new() };
        match (heading.level, toc.last_mut()) {
            (2, _) | (3, None) => toc.push(entry),
            (3, Some(parent)) => parent.children.push(entry),
            _ => {}
        }
    }
    let entries: usize = toc.iter().map(|entry| 1 + entry.children.len()).sum();
    if entries < 2 { Vec::new() } else { toc }
}

/// A title in lower case and without diacritics, for sorting.
fn fold(title: &str) -> String {
    title.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The letter an article is listed under; `None` for digits, signs and scripts without an alphabet.
fn first_letter(folded: &str) -> Option<String> {
    const INITIALS: [char; 19] =
        ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
    let first = folded.chars().find(|c| c.is_alphanumeric())?;
    match first {
        // NFD has taken Hangul syllables apart; their first part is the initial consonant.
        '\u{1100}'..='\u{1112}' => Some(INITIALS[first as usize - 0x1100].to_string()),
        '\u{3040}'..='\u{30ff}' => Some(first.to_string()),
        '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' => None,
        c if c.is_alphabetic() => Some(c.to_uppercase().to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_alphabet() {
        for (title, letter) in [("Öl", Some("O")), ("3D", None), ("  \"Abc\"", Some("A")), ("Ёж", Some("Е")), ("退款", None), ("가방", Some("ㄱ"))] {
            assert_eq!(first_letter(&fold(title)).as_deref(), letter, "{title}");
        }
    }
}
