//! Pages that list articles: home, categories, tags, A-Z, the page for missing pages.

use kb_site::pages::Page;

use super::{
    Article, ArticleId, ArticleLink, BTreeMap, CategoryId, CategoryLink, Document, HOME_ARTICLES, LanguageRenderer,
    LetterGroup, OwnContext, PageContext, PageKind, PageLink, SearchLanguage, TagLink, UnicodeNormalization,
};
use crate::i18n::Text;
use crate::icons::IconKind;

impl<'a> LanguageRenderer<'a> {
    pub(super) fn article_link(&self, id: ArticleId) -> ArticleLink {
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

    pub(super) fn foreign(&self, article: &Article) -> Option<String> {
        (article.language != self.language().language).then(|| article.language.to_string())
    }

    pub(super) fn article_links(&self, ids: impl IntoIterator<Item = ArticleId>) -> Vec<ArticleLink> {
        ids.into_iter().map(|id| self.article_link(id)).collect()
    }

    /// A category in a list, with at most `articles` of its articles.
    pub(super) fn category_link(&self, id: CategoryId, articles: Option<usize>) -> CategoryLink {
        let category = &self.language().categories[id];
        let kind = category.icon.as_deref().and_then(IconKind::of);
        let icon = category.icon.as_ref().map(|icon| {
            if kind == Some(IconKind::Image) && !icon.contains("//") {
                self.site.url(icon)
            } else {
                icon.clone()
            }
        });
        CategoryLink {
            title: category.nav_title.clone(),
            url: self.site.url(&category.path),
            description: category.description.clone(),
            icon,
            icon_kind: kind.map(IconKind::name),
            count: category.count,
            count_text: self.count_text(category.count),
            articles: articles.map(|most| self.article_links(self.articles_below(id, most))),
        }
    }

    /// The first articles of a category: its own, then those below.
    pub(super) fn articles_below(&self, id: CategoryId, most: usize) -> Vec<ArticleId> {
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
    pub(super) fn collections(&self, articles: Option<usize>) -> Vec<CategoryLink> {
        let language = self.language();
        let with_articles = language.categories[CategoryId::ROOT]
            .categories
            .iter()
            .filter(|id| language.categories[**id].count > 0);
        with_articles.map(|id| self.category_link(*id, articles)).collect()
    }

    pub(super) fn featured(&self) -> Vec<ArticleLink> {
        let articles = ArticleId::numbered(&self.language().articles);
        self.article_links(articles.filter(|(_, a)| a.featured && !a.unlisted).map(|(id, _)| id))
    }

    /// The most read articles.
    pub(super) fn popular(&self) -> Vec<ArticleLink> {
        self.article_links(self.language().popular.iter().copied())
    }

    pub(super) fn category_page(&self, id: CategoryId, path: &str) -> (PageContext, String, Option<&'a Document>) {
        let language = self.language();
        let category = &language.categories[id];
        let document = category.document.map(|id| &*self.site.documents[id]);
        let (kind, own) = if id == CategoryId::ROOT {
            let own = OwnContext::Home {
                collections: self.collections(Some(HOME_ARTICLES)),
                featured: self.featured(),
                popular: self.popular(),
                articles: self.article_links(category.articles.iter().copied()),
                total_text: self.count_text(category.count),
            };
            (PageKind::Home, own)
        } else {
            let filled = category
                .categories
                .iter()
                .filter(|id| language.categories[**id].count > 0);
            let own = OwnContext::Category {
                categories: filled.map(|id| self.category_link(*id, Some(usize::MAX))).collect(),
                articles: self.article_links(category.articles.iter().copied()),
                count_text: self.count_text(category.count),
            };
            (PageKind::Category, own)
        };
        let mut page = self.page(kind, &category.title, &category.description, path, own);
        if let Some(document) = document {
            self.with_document(&mut page, document, path);
        }
        if id == CategoryId::ROOT {
            page.breadcrumbs.clear();
        } else {
            let trail = language.trail(id);
            self.trail(&mut page, &trail[..trail.len() - 1]);
        }
        let content = document
            .map(|document| self.content(document, path))
            .unwrap_or_default();
        (page, content, document)
    }

    pub(super) fn tag_page(&self, number: usize, path: &str) -> (PageContext, String, Option<&'a Document>) {
        let language = self.language();
        let Some(tag) = language.tags.get(number) else {
            return (self.tags_page(path), String::new(), None);
        };
        let own = OwnContext::Tag {
            articles: self.article_links(tag.articles.iter().copied()),
            count_text: self.count_text(tag.articles.len()),
        };
        let mut page = self.page(PageKind::Tag, &tag.title, "", path, own);
        page.breadcrumbs.push(PageLink {
            title: self.messages.text(Text::Tags).to_owned(),
            url: self.site.url(&Page::Tags.path(language)),
        });
        (page, String::new(), None)
    }

    pub(super) fn tags_page(&self, path: &str) -> PageContext {
        let tags = self.language().tags.iter().map(|tag| TagLink {
            title: tag.title.clone(),
            url: self.site.url(&tag.path),
            count_text: self.count_text(tag.articles.len()),
        });
        let own = OwnContext::Tags { tags: tags.collect() };
        self.page(PageKind::Tags, self.messages.text(Text::Tags), "", path, own)
    }

    pub(super) fn all_page(&self, path: &str) -> PageContext {
        let language = self.language();
        let mut groups: BTreeMap<(bool, String), Vec<(String, ArticleLink)>> = BTreeMap::new();
        for (id, article) in ArticleId::numbered(&language.articles).filter(|(_, article)| !article.unlisted) {
            let mut link = self.article_link(id);
            link.description.clear();
            let trail = language.trail(article.category);
            let titles: Vec<&str> = trail
                .iter()
                .map(|id| language.categories[*id].nav_title.as_str())
                .collect();
            link.breadcrumb = Some(titles.join(" \u{203a} "));
            let front = &self.site.documents[article.document].front;
            let words: Vec<&str> = front
                .questions
                .iter()
                .chain(&front.keywords)
                .map(String::as_str)
                .collect();
            link.keywords = Some(words.join(" "));
            let folded = fold(&article.title);
            let letter = first_letter(&folded);
            groups
                .entry((letter.is_none(), letter.unwrap_or_default()))
                .or_default()
                .push((folded, link));
        }
        let count = groups.values().map(Vec::len).sum();
        let groups = groups.into_iter().map(|((other, letter), mut articles)| {
            articles.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.url.cmp(&b.1.url)));
            LetterGroup {
                id: format!(
                    "_letter-{}",
                    if other {
                        "other".to_owned()
                    } else {
                        letter.to_lowercase()
                    }
                ),
                letter: if other {
                    self.messages.text(Text::OtherLetters).to_owned()
                } else {
                    letter
                },
                articles: articles.into_iter().map(|(_, link)| link).collect(),
            }
        });
        let own = OwnContext::All {
            groups: groups.collect(),
            count_text: self.count_text(count),
        };
        self.page(PageKind::All, self.messages.text(Text::AllArticles), "", path, own)
    }

    pub(super) fn search_page(&self, path: &str) -> PageContext {
        let languages = self.site.languages.iter();
        let others = languages
            .filter(|language| language.language != self.language().language)
            .map(|language| {
                let search = self.search_context(language);
                SearchLanguage {
                    code: language.language.to_string(),
                    name: language.name.clone(),
                    dir: language.direction.attribute(),
                    url: search.page,
                    boot: search.boot,
                    engine: search.engine,
                    glue: search.glue,
                }
            });
        let own = OwnContext::Search {
            others: others.collect(),
        };
        // Its canonical address has no query: search engines may list the way to search, but no answers to single queries.
        self.page(PageKind::Search, self.messages.text(Text::SearchResults), "", path, own)
    }

    pub(super) fn not_found_page(&self, path: &str) -> PageContext {
        let own = OwnContext::NotFound {
            featured: self.featured(),
            popular: self.popular(),
            collections: self.collections(None),
        };
        let mut page = self.page(
            PageKind::NotFound,
            self.messages.text(Text::PageNotFound),
            "",
            path,
            own,
        );
        page.canonical = None;
        page
    }
}

/// A title in lower case and without diacritics, for sorting.
fn fold(title: &str) -> String {
    title
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The letter an article is listed under; `None` for digits, signs and scripts without an alphabet.
fn first_letter(folded: &str) -> Option<String> {
    const INITIALS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ',
        'ㅎ',
    ];
    let first = folded.chars().find(|c| c.is_alphanumeric())?;
    match first {
        // NFD has taken Hangul syllables apart; their first part is the initial consonant.
        '\u{1100}'..='\u{1112}' => Some(INITIALS[first as usize - 0x1100].to_string()),
        '\u{3040}'..='\u{30ff}' => Some(first.to_string()),
        // Han and its neighbours; letter-like signs, such as the information sign.
        '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '\u{2100}'..='\u{214f}' => None,
        c if c.is_alphabetic() => Some(c.to_uppercase().to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_alphabet() {
        for (title, letter) in [
            ("Öl", Some("O")),
            ("3D", None),
            ("  \"Abc\"", Some("A")),
            ("Ёж", Some("Е")),
            ("退款", None),
            ("ℹ Info", None),
            ("가방", Some("ㄱ")),
        ] {
            assert_eq!(first_letter(&fold(title)).as_deref(), letter, "{title}");
        }
    }
}
