//! The article page: contents, neighbours, related articles, the notice of another language.

use super::{
    Article, ArticleContext, ArticleId, ArticleLink, Document, Fallback, LanguageRenderer, MAX_RELATED, MAX_SIBLINGS,
    More, Neighbour, OwnContext, PageContext, PageKind, PageLink, PageRef, Sibling, Siblings, TocEntry, WORDS_A_MINUTE,
    mail,
};
use crate::context::ArticleFeedback;
use crate::i18n::{Count, Text, isolated};

impl<'a> LanguageRenderer<'a> {
    pub(super) fn article_page(&self, id: ArticleId, path: &str) -> (PageContext, String, Option<&'a Document>) {
        let language = self.language();
        let article = &language.articles[id];
        let document = &self.site.documents[article.document];
        let minutes = document.words.div_ceil(WORDS_A_MINUTE).max(1);
        let (previous, next, siblings) = self.neighbours(id);
        let own = ArticleContext {
            toc: toc(document),
            updated: article.updated.map(|date| self.date(date)),
            reading_minutes: minutes,
            reading_text: self.messages.count(Count::Minutes, minutes),
            questions: document.questions.len(),
            tags: article
                .tags
                .iter()
                .filter_map(|slug| language.tag(slug))
                .map(|tag| PageLink {
                    title: tag.title.clone(),
                    url: self.site.url(&tag.path),
                })
                .collect(),
            previous,
            next,
            related: self.related(id),
            siblings,
            fallback: self.fallback(article),
            feedback: self.feedback(article, document),
        };
        let mut page = self.page(
            PageKind::Article,
            &article.title,
            &article.description,
            path,
            OwnContext::Article(Box::new(own)),
        );
        self.with_document(&mut page, document, path);
        self.trail(&mut page, &language.trail(article.category));
        (page, self.content(document, path), Some(document))
    }

    /// Where answers to "was this helpful?" go. `None` if the settings or the article turn the question off, or if nothing
    /// would receive the answers.
    fn feedback(&self, article: &Article, document: &Document) -> Option<ArticleFeedback> {
        let settings = &self.site.config.feedback;
        if !settings.asks() || document.front.hide.iter().any(|part| part == "feedback") {
            return None;
        }
        let mailto = settings.email.as_deref().map(|email| {
            let subject = self
                .messages
                .text(Text::FeedbackMailSubject)
                .replace("{title}", &article.title);
            let url = self.site.absolute_url(&article.path);
            let url = url.unwrap_or_else(|| article.path.clone());
            mail::to_about(email, &subject, &format!("\n\n{}\n{url}\n", article.title))
        });
        Some(ArticleFeedback {
            endpoint: settings.endpoint.as_deref().map(|endpoint| self.local(endpoint)),
            email: settings.email.clone(),
            script: settings.script,
            mailto,
        })
    }

    /// The notice that the article is shown in another language.
    pub(super) fn fallback(&self, article: &Article) -> Option<Fallback> {
        let language = self.language();
        if article.language == language.language {
            return None;
        }
        let original = self
            .site
            .languages
            .iter()
            .find(|site| site.language == article.language);
        let name = original.map_or_else(|| article.language.own_name(), |site| site.name.clone());
        let text = self
            .messages
            .text(Text::FallbackNotice)
            .replace("{language}", &isolated(&language.name, language.direction))
            .replace("{original}", &isolated(&name, language.direction));
        let dir = original
            .map_or_else(|| article.language.direction(), |site| site.direction)
            .attribute();
        Some(Fallback {
            lang: article.language.to_string(),
            dir,
            name,
            text,
        })
    }

    /// The articles before and after an article in its category, and those around it.
    pub(super) fn neighbours(&self, id: ArticleId) -> (Option<Neighbour>, Option<Neighbour>, Option<Siblings>) {
        let language = self.language();
        let category = &language.categories[language.articles[id].category];
        let Ok(at) = category.articles.binary_search(&id) else {
            return (None, None, None);
        };
        let link = |id: &ArticleId| {
            let article = &language.articles[*id];
            Neighbour {
                title: article.nav_title.clone(),
                url: self.site.url(&article.path),
                lang: self.foreign(article),
            }
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
            .map(|sibling| Sibling {
                article: link(sibling),
                current: *sibling == id,
            })
            .collect();
        let url = self.site.url(&category.path);
        let more = (total > shown).then(|| More {
            count_text: self.messages.count(Count::MoreArticles, total - shown),
            url: url.clone(),
        });
        (
            previous,
            next,
            Some(Siblings {
                title: category.nav_title.clone(),
                url,
                articles,
                more,
            }),
        )
    }

    /// Related articles: those that the writer names, then the most similar ones.
    pub(super) fn related(&self, id: ArticleId) -> Vec<ArticleLink> {
        let language = self.language();
        let document = &self.site.documents[language.articles[id].document];
        let named = document.front.related.iter().filter_map(|(target, _)| {
            match self.site.resolve_target(Some(document), target, self.number) {
                Some(PageRef::Article(id)) => Some(id),
                _ => None,
            }
        });
        let similar = self.related.related(self.number, id).into_iter();
        let mut chosen: Vec<ArticleId> = Vec::new();
        for other in named.chain(similar) {
            if other != id && !chosen.contains(&other) && chosen.len() < MAX_RELATED {
                chosen.push(other);
            }
        }
        self.article_links(chosen)
    }
}

/// Headings of the second level, with those of the third below them.
fn toc(document: &Document) -> Vec<TocEntry> {
    let mut toc: Vec<TocEntry> = Vec::new();
    for heading in &document.headings {
        let entry = TocEntry {
            id: heading.id.clone(),
            title: heading.title.clone(),
            children: Vec::new(),
        };
        match (heading.level, toc.last_mut()) {
            (2, _) | (3, None) => toc.push(entry),
            (3, Some(parent)) => parent.children.push(entry),
            _ => {}
        }
    }
    let entries: usize = toc.iter().map(|entry| 1 + entry.children.len()).sum();
    if entries < 2 { Vec::new() } else { toc }
}
