//! Structured data: breadcrumbs and articles for search engines, and questions for other readers.

use kb_document::structure::plain;
use kb_document::{Document, Section};
use kb_site::ArticleId;
use kb_site::pages::Page;
use serde_json::{Value, json};

use super::context::PageContext;
use super::pages::LanguageRenderer;

/// The structured data of a page, as the content of a `script` element.
pub(crate) fn for_page(
    renderer: &LanguageRenderer<'_>,
    job: Page,
    page: &PageContext,
    document: Option<&Document>,
) -> Option<String> {
    let mut graph = Vec::new();
    graph.extend(breadcrumbs(renderer, page));
    if let (Page::Article(id), Some(document)) = (job, document) {
        graph.extend(article(renderer, id, page, document));
        if renderer.site.config.build.faq_json_ld {
            graph.extend(faq(document));
        }
    }
    (!graph.is_empty()).then(|| escape(&json!({ "@context": "https://schema.org", "@graph": graph })))
}

/// The article, if it has an absolute address. It does not repeat what the head of the page contains, except for the
/// headline, which Google requires here:
/// <https://developers.google.com/search/docs/appearance/structured-data/article>.
fn article(renderer: &LanguageRenderer<'_>, id: ArticleId, page: &PageContext, document: &Document) -> Option<Value> {
    let article = &renderer.language().articles[id];
    let mut value = json!({
        "@type": "Article",
        "headline": page.title,
        "inLanguage": article.language.tag(),
        "mainEntityOfPage": page.canonical.as_ref()?,
    });
    if let Some(date) = document.front.date {
        value["datePublished"] = json!(date.iso_day());
    }
    if let Some(updated) = article.updated {
        value["dateModified"] = json!(updated.iso_day());
    }
    Some(value)
}

fn breadcrumbs(renderer: &LanguageRenderer<'_>, page: &PageContext) -> Option<Value> {
    let origin = renderer.site.config.base_url.as_ref()?.origin();
    if page.breadcrumbs.is_empty() || page.noindex {
        return None;
    }
    let mut items: Vec<Value> = page
        .breadcrumbs
        .iter()
        .enumerate()
        .map(|(at, link)| {
            json!({ "@type": "ListItem", "position": at + 1, "name": link.title, "item": format!("{origin}{}", link.url) })
        })
        .collect();
    items.push(json!({ "@type": "ListItem", "position": items.len() + 1, "name": page.title }));
    Some(json!({ "@type": "BreadcrumbList", "itemListElement": items }))
}

/// The questions of a page of questions and answers; of any other, the sections whose heading is a question.
fn faq(document: &Document) -> Option<Value> {
    let sections = &document.sections;
    let questions: Vec<Value> = if document.front.is_faq() {
        let parts = document
            .questions
            .iter()
            .filter_map(|range| sections.get(range.clone()));
        parts
            .filter_map(|parts| {
                let (question, rest) = parts.split_first()?;
                let below = rest.iter().flat_map(|part| [&part.heading, &part.text]);
                entry(&question.heading, std::iter::once(&question.text).chain(below))
            })
            .collect()
    } else {
        let asks = |section: &&Section| section.heading.ends_with(['?', '\u{ff1f}', '\u{61f}']);
        let asked = sections.iter().filter(asks);
        asked
            .filter_map(|section| entry(&section.heading, [&section.text]))
            .collect()
    };
    (!questions.is_empty()).then(|| json!({ "@type": "FAQPage", "mainEntity": questions }))
}

/// A question with its answer, where it has one.
fn entry<'a>(question: &str, answer: impl IntoIterator<Item = &'a String>) -> Option<Value> {
    let answer: Vec<String> = answer.into_iter().map(|text| plain(text)).collect();
    let words: Vec<&str> = answer.iter().flat_map(|text| text.split_whitespace()).collect();
    (!words.is_empty() && !question.is_empty()).then(|| {
        json!({ "@type": "Question", "name": question,
            "acceptedAnswer": { "@type": "Answer", "text": words.join(" ") } })
    })
}

/// JSON that cannot end the `script` element around it.
fn escape(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}
