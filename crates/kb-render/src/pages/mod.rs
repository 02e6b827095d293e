//! The pages: what each shows, as a typed context, and the rendering of it.

mod article;
mod contact;
mod content;
mod images;
mod lists;
mod mail;
mod site;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kb_diagnostic::{Code, Diagnostic};
use kb_document::{Date, Document, Message, PatchKind};
use kb_site::pages::Page;
use kb_site::{Article, ArticleId, CategoryId, LanguageSite, PageRef, Site, urls};
use tera::value::Key;
use tera::{Context, Value};
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::context::{
    Alternate, ArticleContext, ArticleLink, CategoryLink, DateContext, Fallback, LanguageLink, LetterGroup, More,
    Neighbour, OwnContext, PageContext, PageLink, SearchLanguage, Sibling, Siblings, TagLink, TocEntry,
};
use crate::i18n::{Count, Messages, Text};
use crate::theme::{PageKind, Theme};
use crate::{RelatedLookup, WrittenPage, icons, json_ld};

/// Reading speed in words per minute: slow, because readers follow the instructions meanwhile.
const WORDS_A_MINUTE: usize = 200;
/// Most neighbours that an article lists.
const MAX_SIBLINGS: usize = 16;
/// Most related articles.
const MAX_RELATED: usize = 5;
/// Articles that the home page lists of each collection.
const HOME_ARTICLES: usize = 5;

/// The content of a page, ready to be rendered.
#[derive(Debug)]
pub struct PreparedPage<'a> {
    page: PageContext,
    content: String,
    json_ld: Option<String>,
    document: Option<&'a Document>,
}

/// A page that was rendered.
#[derive(Debug)]
pub struct RenderedPage {
    /// Its HTML.
    pub html: Vec<u8>,
    /// Its entry in the manifest.
    pub written: WrittenPage,
    /// The problem, if its template failed.
    pub problem: Option<Diagnostic>,
}

/// Renders the pages of one language.
pub struct LanguageRenderer<'a> {
    pub(super) site: &'a Site,
    pub(super) theme: &'a Theme,
    pub(super) messages: &'a Messages,
    pub(super) number: usize,
    related: &'a dyn RelatedLookup,
    site_value: Value,
    search_value: Value,
    messages_value: Value,
    shared: OnceLock<u128>,
}

impl<'a> LanguageRenderer<'a> {
    /// A renderer of language number `number`.
    pub fn new(
        site: &'a Site,
        theme: &'a Theme,
        messages: &'a Messages,
        number: usize,
        related: &'a dyn RelatedLookup,
    ) -> Self {
        let mut renderer = Self {
            site,
            theme,
            messages,
            number,
            related,
            site_value: Value::none(),
            search_value: Value::none(),
            messages_value: Value::from_serializable(messages.texts()),
            shared: OnceLock::new(),
        };
        renderer.site_value = Value::from_serializable(&renderer.site_context());
        renderer.search_value = Value::from_serializable(&renderer.search_context(renderer.language()));
        renderer
    }

    /// The site in this language.
    pub fn language(&self) -> &'a LanguageSite {
        &self.site.languages[self.number]
    }

    /// What a page is called in messages.
    pub fn describe(&self, job: Page) -> String {
        let path = || format!("`{}`", job.path(self.language()));
        let document = self.document(job);
        document.map_or_else(path, |document| format!("`{}`", document.file.name()))
    }

    /// Puts together what a page shows.
    pub fn prepare(&self, job: Page) -> PreparedPage<'a> {
        let path = job.path(self.language());
        let plain = |page| (page, String::new(), None);
        let (mut page, content, document) = match job {
            Page::Category(id) => self.category_page(id, &path),
            Page::Article(id) => self.article_page(id, &path),
            Page::Tag(number) => self.tag_page(number, &path),
            Page::Tags => plain(self.tags_page(&path)),
            Page::All => plain(self.all_page(&path)),
            Page::Search => plain(self.search_page(&path)),
            Page::Contact => plain(self.contact_page(&path)),
            Page::NotFound => plain(self.not_found_page(&path)),
        };
        let language = self.language();
        page.noindex = !job.is_indexed(language);
        page.alternates = self.alternates(job);
        page.languages = self.language_links(|other| job.path_in(language, other));
        if page.canonical.is_some() {
            page.canonical = self.site.absolute_url(&job.original_path(self.site, language));
        }
        let json_ld = json_ld::for_page(self, job, &page, document);
        PreparedPage {
            page,
            content,
            json_ld,
            document,
        }
    }

    /// Hash of everything that a page is made from: its context, what all pages of the language share, and the theme.
    /// Pages with the same digest have the same HTML.
    pub fn digest(&self, prepared: &PreparedPage<'_>) -> u128 {
        let mut hash = Xxh3::new();
        hash.update(&self.shared_digest().to_le_bytes());
        // The context is made of text, numbers and lists, which always serialize.
        let context = serde_json::to_vec(&prepared.page).unwrap_or_default();
        let chosen = prepared.document.and_then(|document| document.front.template.as_ref());
        let texts = [chosen.map_or("", |chosen| &chosen.0), &prepared.content];
        let parts = texts.into_iter().chain(prepared.json_ld.as_deref());
        for part in std::iter::once(&*context).chain(parts.map(str::as_bytes)) {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.digest128()
    }

    /// Hash of everything that all pages of the language share.
    fn shared_digest(&self) -> u128 {
        *self.shared.get_or_init(|| {
            let mut texts: Vec<_> = self.messages.texts().iter().collect();
            texts.sort_unstable();
            let shared = (self.site_context(), self.search_context(self.language()), texts);
            let mut hash = Xxh3::new();
            hash.update(&self.theme.hash.to_le_bytes());
            hash.update(&serde_json::to_vec(&shared).unwrap_or_default());
            hash.digest128()
        })
    }

    /// Renders a page.
    pub fn render(&self, prepared: &PreparedPage<'_>) -> RenderedPage {
        let PreparedPage { page, document, .. } = prepared;
        let mut failure = None;
        let chosen = match document.and_then(|document| document.front.template.as_ref()) {
            Some((name, span)) => {
                let named = self.theme.template(name);
                let names = self.theme.template_names(page.kind);
                named.filter(|named| names.contains(named)).unwrap_or_else(|| {
                    let problem = match named {
                        Some(named) => format!("`{named}` is not a template for this kind of page"),
                        None => format!("the theme has no template `{name}`"),
                    };
                    failure = Some(
                        Diagnostic::new(Code::TemplateMissing, problem)
                            .with_span(span.clone())
                            .with_hint_if(kb_diagnostic::did_you_mean(name, names)),
                    );
                    page.kind.template()
                })
            }
            None => page.kind.template(),
        };
        let context = self.context(page, &prepared.content, prepared.json_ld.as_deref());
        let (html, problem) = self.theme.render(chosen, page.kind, &context);
        let html = icons::with_symbols(html);
        let written = WrittenPage {
            url: page.url.clone(),
            language: self.language().language.to_string(),
            source: document.map(|document| document.path.to_string()),
            hash: format!("{:032x}", xxh3_128(html.as_bytes())),
        };
        RenderedPage {
            html: html.into_bytes(),
            written,
            problem: problem.or(failure),
        }
    }

    /// The document of a page, where it has one.
    pub fn document(&self, job: Page) -> Option<&'a Document> {
        job.document(self.site, self.number)
    }

    /// Whether a page has a Markdown copy.
    pub fn has_copy(&self, job: Page) -> bool {
        job.has_copy(self.site, self.number)
    }

    /// The Markdown copy of a page that shows a document.
    pub fn copy(&self, job: Page) -> Option<Vec<u8>> {
        let language = self.language();
        let document = self.document(job)?;
        let title = match job {
            Page::Article(id) => &language.articles[id].title,
            Page::Category(id) => &language.categories[id].title,
            _ => return None,
        };
        Some(self.markdown_copy(document, title, &job.path(language)).into_bytes())
    }

    /// Renders the page at an old path that redirects to the new one.
    pub fn redirect(&self, from: &str, to: &str) -> Vec<u8> {
        let language = self.language();
        let page = self.site.page_at(self.number, to);
        let title = page.map_or(language.title.as_str(), |page| language.page_title(page));
        let own = OwnContext::Redirect {
            target: self.site.url(to),
        };
        let mut page = self.page(PageKind::Redirect, title, "", from, own);
        page.canonical = self.site.absolute_url(to);
        page.noindex = true;
        page.languages = self.language_links(|site| site.home.clone());
        let (html, _) = self
            .theme
            .render(page.kind.template(), page.kind, &self.context(&page, "", None));
        icons::with_symbols(html).into_bytes()
    }

    fn context(&self, page: &PageContext, content: &str, json_ld: Option<&str>) -> Context {
        let mut map = Value::from_serializable(page).into_map().unwrap_or_default();
        map.insert(Key::from("content"), Value::safe_string(content));
        map.insert(
            Key::from("json_ld"),
            json_ld.map_or_else(Value::none, Value::safe_string),
        );
        let mut context = Context::new();
        context.insert_value("site", self.site_value.clone());
        context.insert_value("search", self.search_value.clone());
        context.insert_value("t", self.messages_value.clone());
        context.insert_value("page", Value::from(map));
        context
    }

    /// The context that all kinds of page share.
    fn page(&self, kind: PageKind, title: &str, description: &str, path: &str, own: OwnContext) -> PageContext {
        let language = self.language();
        let head_title = if kind == PageKind::Home {
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
            og_type: if kind == PageKind::Article {
                "article"
            } else {
                "website"
            },
            alternates: Vec::new(),
            languages: Vec::new(),
            breadcrumbs: vec![PageLink {
                title: self.messages.text(Text::Home).to_owned(),
                url: self.site.url(&language.home),
            }],
            markdown_url: None,
            edit_url: None,
            extra: serde_json::Value::Null,
            draft: false,
            scheduled: None,
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

    /// Fills in what a page has that is made from a file: copy, edit link, settings in the front matter.
    fn with_document(&self, page: &mut PageContext, document: &Document, path: &str) {
        let site = self.site;
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
        let published = document.front.publish_date.filter(|date| date.unix > site.now);
        page.scheduled = published.map(|date| self.date(date));
        page.hide.clone_from(&document.front.hide);
    }

    /// The translations of a page for search engines; empty if there is only one language.
    fn alternates(&self, job: Page) -> Vec<Alternate> {
        let written = job.translations(self.site, self.language());
        if written.len() < 2 {
            return Vec::new();
        }
        let default = &self.site.default_site().language;
        let original = written.iter().find(|(language, _)| language.language == *default);
        let named = written
            .iter()
            .map(|(language, path)| (language.language.tag(), path))
            .chain(original.map(|(_, path)| ("x-default", path)));
        let alternates = named.filter_map(|(lang, path)| {
            Some(Alternate {
                lang: lang.to_owned(),
                url: self.site.absolute_url(path)?,
            })
        });
        alternates.collect()
    }

    fn trail(&self, page: &mut PageContext, categories: &[CategoryId]) {
        page.breadcrumbs.extend(categories.iter().map(|id| {
            let category = &self.language().categories[*id];
            PageLink {
                title: category.nav_title.clone(),
                url: self.site.url(&category.path),
            }
        }));
    }

    fn date(&self, date: Date) -> DateContext {
        DateContext {
            iso: date.iso_day(),
            text: self.messages.date(date),
        }
    }

    fn count_text(&self, count: usize) -> String {
        self.messages.count(Count::Articles, count)
    }
}
