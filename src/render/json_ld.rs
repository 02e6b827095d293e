//! Structured data: breadcrumbs and articles for search engines, questions for whoever still reads them.

use serde_json::{Value, json};

use super::context::PageContext;
use super::pages::{Job, LanguageRenderer};
use crate::document::Document;

/// The structured data of a page, each ready to stand in a `script` element.
pub fn for_page(
    renderer: &LanguageRenderer<'_>,
    job: Job,
    page: &PageContext,
    document: Option<&Document>,
) -> Vec<String> {
    let mut data = Vec::new();
    if let Some(list) = breadcrumbs(renderer, page) {
        data.push(list);
    }
    if let (Job::Article(id), Some(document)) = (job, document) {
        let article = &renderer.language().articles[id];
        let mut value = json!({
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": page.title,
            "inLanguage": article.language.tag(),
        });
        if !page.description.is_empty() {
            value["description"] = json!(page.description);
        }
        if let Some(canonical) = &page.canonical {
            value["mainEntityOfPage"] = json!(canonical);
        }
        if let Some(date) = document.front.date {
            value["datePublished"] = json!(date.iso_day());
        }
        if let Some(updated) = article.updated {
            value["dateModified"] = json!(updated.iso_day());
        }
        data.push(value);
        if renderer.site.config.build.faq_json_ld {
            data.extend(faq(document));
        }
    }
    data.iter().map(escape).collect()
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
    Some(json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items }))
}

/// The sections whose heading is a question.
fn faq(document: &Document) -> Option<Value> {
    let questions: Vec<Value> = document
        .sections
        .iter()
        .filter(|section| section.heading.ends_with(['?', '\u{ff1f}', '\u{61f}']) && !section.text.trim().is_empty())
        .map(|section| {
            let answer = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
            json!({ "@type": "Question", "name": section.heading,
                "acceptedAnswer": { "@type": "Answer", "text": answer } })
        })
        .collect();
    (!questions.is_empty())
        .then(|| json!({ "@context": "https://schema.org", "@type": "FAQPage", "mainEntity": questions }))
}

/// JSON that cannot end the `script` element it stands in.
fn escape(value: &Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}
