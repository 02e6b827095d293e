//! The pages: what each shows, as a typed context, and the rendering of it.

mod article;
mod content;
mod lists;
mod site;

use std::collections::BTreeMap;

use tera::value::Key;
use tera::{Context, Value};
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use crate::diagnostic::Diagnostic;
use crate::document::{Document, Message, PatchKind};
use crate::render::context::{
    Alternate, ArticleContext, ArticleLink, CategoryLink, DateContext, Fallback, LanguageLink, LetterGroup, Link, More,
    OwnContext, PageContext, SearchLanguage, Sibling, Siblings, TagLink, TocEntry,
};
use crate::render::i18n::Messages;
use crate::render::theme::Theme;
use crate::render::{Emit, Related, WrittenPage, json_ld};
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
    /// The search page.
    Search,
    /// The page for missing pages.
    NotFound,
}

/// Path of the search page of a language.
fn search_page(language: &LanguageSite) -> String {
    format!("{}search/", language.home)
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
    search_value: Value,
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
            search_value: Value::none(),
            words_value: Value::from_serializable(words.texts()),
        };
        renderer.site_value = Value::from_serializable(&renderer.site_context());
        renderer.search_value = Value::from_serializable(&renderer.search_context(renderer.language()));
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
        jobs.extend([Job::All, Job::Search, Job::NotFound]);
        jobs
    }

    /// What a page is called in messages.
    pub fn describe(&self, job: Job) -> String {
        let document = match job {
            Job::Category(id) => self.site.document(self.number, PageRef::Category(id)),
            Job::Article(id) => self.site.document(self.number, PageRef::Article(id)),
            Job::Tag(_) | Job::Tags | Job::All | Job::Search | Job::NotFound => None,
        };
        document.map_or_else(
            || format!("`{}`", self.path(job)),
            |document| format!("`{}`", document.display),
        )
    }

    fn path(&self, job: Job) -> String {
        let language = self.language();
        match job {
            Job::Category(id) => language.categories[id].path.clone(),
            Job::Article(id) => language.articles[id].path.clone(),
            Job::Tag(number) => language
                .tags
                .values()
                .nth(number)
                .map(|tag| tag.path.clone())
                .unwrap_or_default(),
            Job::Tags => format!("{}tags/", language.home),
            Job::All => format!("{}all/", language.home),
            Job::Search => search_page(language),
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
            Job::Search => (self.search_page(&path), String::new(), None, "search.html"),
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
        let own = OwnContext::Redirect {
            target: self.site.url(to),
        };
        let mut page = self.page("redirect", &title, "", from, own);
        page.canonical = self.site.absolute_url(to);
        page.noindex = true;
        let (html, _) = self
            .theme
            .render("redirect.html", "redirect.html", &self.context(&page, "", &[]));
        emit(urls::output_file(from), html.into_bytes());
    }

    fn context(&self, page: &PageContext, content: &str, json_ld: &[String]) -> Context {
        let mut map = Value::from_serializable(page).into_map().unwrap_or_default();
        map.insert(Key::from("content"), Value::safe_string(content));
        let data: Vec<Value> = json_ld.iter().map(|json| Value::safe_string(json)).collect();
        map.insert(Key::from("json_ld"), Value::from(data.as_slice()));
        let mut context = Context::new();
        context.insert_value("site", self.site_value.clone());
        context.insert_value("search", self.search_value.clone());
        context.insert_value("t", self.words_value.clone());
        context.insert_value("page", Value::from(map));
        context
    }

    /// What all kinds of page have.
    fn page(&self, kind: &'static str, title: &str, description: &str, path: &str, own: OwnContext) -> PageContext {
        let language = self.language();
        let head_title = if kind == "home" {
            language.title.clone()
        } else {
            format!("{title} \u{b7} {}", language.title)
        };
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
            breadcrumbs: vec![Link {
                title: self.words.text("home").to_owned(),
                url: self.site.url(&language.home),
            }],
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
        let links = self
            .site
            .languages
            .iter()
            .enumerate()
            .map(|(number, language)| LanguageLink {
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
            language
                .by_key
                .get(key)
                .map_or_else(|| language.home.clone(), |page| language.path(*page).to_owned())
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
            site.document(self.number_of(language), language.by_key[key])
                .is_some_and(|own| own.path == document.path)
        }) {
            page.canonical = site.absolute_url(original);
        }
        if written.len() > 1 && site.config.base_url.is_some() {
            page.alternates = written
                .iter()
                .filter_map(|(language, path)| {
                    Some(Alternate {
                        lang: language.language.to_string(),
                        url: site.absolute_url(path)?,
                    })
                })
                .collect();
            let default = site.default_site();
            if let Some((_, path)) = written
                .iter()
                .find(|(language, _)| language.language == default.language)
                && let Some(url) = site.absolute_url(path)
            {
                page.alternates.push(Alternate {
                    lang: "x-default".to_owned(),
                    url,
                });
            }
        }
        if site.config.build.llms && document.front.llms {
            page.markdown_url = Some(site.url(&urls::markdown_file(path)));
        }
        page.edit_url = site
            .config
            .links
            .edit
            .as_ref()
            .map(|template| template.replace("{path}", &urls::encode(document.path.as_str())));
        page.extra = document.front.extra.clone();
        page.draft = document.front.draft;
        page.hide.clone_from(&document.front.hide);
    }

    fn number_of(&self, language: &LanguageSite) -> usize {
        self.site
            .languages
            .iter()
            .position(|site| site.language == language.language)
            .unwrap_or(0)
    }

    fn trail(&self, page: &mut PageContext, categories: &[CategoryId]) {
        page.breadcrumbs.extend(categories.iter().map(|id| {
            let category = &self.language().categories[*id];
            Link {
                title: category.nav_title.clone(),
                url: self.site.url(&category.path),
            }
        }));
    }

    fn count_text(&self, count: usize) -> String {
        self.words.count("articles", count)
    }
}
