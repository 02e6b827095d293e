//! Checks articles that settings name: those of pins, and those of the contact page's topics.

use kb_diagnostic::{Code, Diagnostic, Span, did_you_mean};
use kb_site::Site;

/// Reports every article in the settings that does not exist or is not published.
pub(super) fn check(site: &Site) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for pin in &site.config.search.pins {
        let problem = |target: &str| match site.why_held_back(target) {
            Some(reason) => held_back(target, reason, "search does not find it", "pin"),
            None => missing(site, Code::PinMissing, target),
        };
        diagnostics.extend(unknown(site, &pin.articles, problem));
    }
    for topic in &site.config.contact.topics {
        let problem = |target: &str| match site.why_held_back(target) {
            Some(reason) => held_back(target, reason, "the contact page does not show it", "path"),
            None => missing(site, Code::TopicArticleMissing, target),
        };
        diagnostics.extend(unknown(site, &topic.articles, problem));
    }
    diagnostics
}

/// The problems of those targets that no language has a page for.
fn unknown(site: &Site, targets: &[(String, Span)], problem: impl Fn(&str) -> Diagnostic) -> Vec<Diagnostic> {
    let is_known =
        |target: &str| (0..site.languages.len()).any(|number| site.resolve_target(None, target, number).is_some());
    (targets.iter())
        .filter(|(target, _)| !is_known(target))
        .map(|(target, span)| problem(target).with_span(span.clone()))
        .collect()
}

fn held_back(target: &str, reason: &str, consequence: &str, entry: &str) -> Diagnostic {
    let message = format!("`{target}` is {reason}, so {consequence}");
    Diagnostic::new(Code::LinkUnpublished, message).with_hint(format!("publish it, or remove the {entry}"))
}

fn missing(site: &Site, code: Code, target: &str) -> Diagnostic {
    let paths = site.documents.iter().map(|document| document.path.as_str());
    Diagnostic::new(code, format!("there is no article `{target}`")).with_hint_if(did_you_mean(target, paths))
}
