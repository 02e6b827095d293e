//! Checks that every link has a target.

use std::sync::Arc;

use kb_config::Language;
use kb_diagnostic::{Code, Diagnostic, Severity, Span};
use kb_document::{Document, LinkKind};
use rayon::prelude::*;

use super::links::{LinkProblem, NEVER_SCHEMES};
use super::{DocumentId, Site};

/// The largest number of suggestions that are searched by comparison with every file.
const MAX_COMPARISONS: usize = 4_000_000;

/// The hint if no similar target is found.
const LINK_HINT: &str =
    "write the path of a Markdown file: relative to this article or, with a leading `/`, to the content folder";

/// The results of the link check of an earlier site.
///
/// The result of a page is reused only if
/// - the tree of the site is unchanged (so every path, title and file is too),
/// - its document is unchanged, and
/// - it has no link to an anchor of another page, or the anchors of all documents are unchanged.
#[derive(Debug, Default)]
pub struct LinkMemo {
    site: Option<Site>,
    pages: Vec<Checked>,
    thorough: bool,
}

/// What is wrong with the links of a page.
#[derive(Debug, Clone, Default)]
struct Checked {
    problems: Vec<(usize, LinkProblem)>,
    diagnostics: Vec<Diagnostic>,
}

/// A page in the language of its text.
struct CheckedPage<'a> {
    language: usize,
    document: DocumentId,
    path: &'a str,
}

/// Checks every link of every document, in its own language, and every `related` entry.
pub(super) fn check(site: &Site, memo: &mut LinkMemo) -> Vec<Diagnostic> {
    let pages = pages(site);
    let known = known(site, memo, &pages);
    let found: Vec<(Vec<(usize, LinkProblem)>, bool)> = pages
        .par_iter()
        .enumerate()
        .map(|(number, page)| match known.get(number) {
            Some(true) => (memo.pages[number].problems.clone(), true),
            _ => (problems(site, page), false),
        })
        .collect();
    let all = found.iter().flat_map(|(problems, _)| problems);
    let missing = all.filter(|(_, problem)| *problem == LinkProblem::Missing).count();
    let thorough = missing * site.resolver.names() <= MAX_COMPARISONS;
    let described_alike = thorough == memo.thorough;
    let checked: Vec<Checked> = pages
        .par_iter()
        .zip(found)
        .enumerate()
        .map(|(number, (page, (problems, is_known)))| {
            let diagnostics = if is_known && described_alike {
                memo.pages[number].diagnostics.clone()
            } else {
                describe_all(site, page, &problems, thorough)
            };
            Checked { problems, diagnostics }
        })
        .collect();
    let diagnostics = checked.iter().flat_map(|page| page.diagnostics.clone()).collect();
    *memo = LinkMemo {
        site: Some(site.clone()),
        pages: checked,
        thorough,
    };
    diagnostics
}

fn pages(site: &Site) -> Vec<CheckedPage<'_>> {
    let mut pages = Vec::new();
    for (number, language) in site.languages.iter().enumerate() {
        let own = |written: &Language| *written == language.language;
        let page = |document, path| CheckedPage {
            language: number,
            document,
            path,
        };
        let articles = language.articles.iter().filter(|a| own(&a.language));
        pages.extend(articles.map(|a| page(a.document, a.path.as_str())));
        let categories = language.categories.iter().filter(|c| own(&c.language));
        pages.extend(categories.filter_map(|c| Some(page(c.document?, c.path.as_str()))));
    }
    pages
}

/// For every page, whether its cached result is still valid.
fn known(site: &Site, memo: &LinkMemo, pages: &[CheckedPage<'_>]) -> Vec<bool> {
    let Some(before) = memo.site.as_ref().filter(|before| before.same_tree(site)) else {
        return Vec::new();
    };
    let same = |id: DocumentId| Arc::ptr_eq(&before.documents[id], &site.documents[id]);
    let places_moved = DocumentId::all(&site.documents)
        .any(|id| !same(id) && before.documents[id].anchors != site.documents[id].anchors);
    let into_others = |document: &Document| {
        let mut targets = document.links.iter().map(|link| link.target.trim());
        targets.any(|target| !target.starts_with('#') && target.contains('#'))
    };
    pages
        .iter()
        .map(|page| same(page.document) && !(places_moved && into_others(&site.documents[page.document])))
        .collect()
}

fn problems(site: &Site, page: &CheckedPage<'_>) -> Vec<(usize, LinkProblem)> {
    let document = &site.documents[page.document];
    let problem = |link| Some((link, site.resolve(document, link, page.language, page.path).problem?));
    (0..document.links.len()).filter_map(problem).collect()
}

fn describe_all(
    site: &Site,
    page: &CheckedPage<'_>,
    problems: &[(usize, LinkProblem)],
    thorough: bool,
) -> Vec<Diagnostic> {
    let document = &site.documents[page.document];
    let mut diagnostics = check_related(site, document, page.language);
    diagnostics.extend(problems.iter().map(|(number, problem)| {
        let link = &document.links[*number];
        let hint = || site.resolver.suggestion(document, &link.target, thorough);
        describe(problem, &link.target, link.kind, document.span(&link.range), hint)
    }));
    diagnostics
}

fn check_related(site: &Site, document: &Document, language: usize) -> Vec<Diagnostic> {
    let unknown = |(target, _): &&(String, Span)| site.resolve_target(Some(document), target, language).is_none();
    document
        .front
        .related
        .iter()
        .filter(unknown)
        .map(|(target, span)| {
            if let Some(reason) = site.resolver.why_held_back(document, target) {
                let message = format!("`{target}` is {reason}, so readers do not see it here");
                return Diagnostic::new(Code::LinkUnpublished, message)
                    .with_span(span.clone())
                    .with_hint("publish it, or remove it from `related`");
            }
            let hint = site.resolver.suggestion(document, target, true);
            Diagnostic::new(Code::RelatedMissing, format!("there is no article `{target}`"))
                .with_span(span.clone())
                .with_hint_if(hint.map(|hint| format!("did you mean `{hint}`?")))
        })
        .collect()
}

fn describe(
    problem: &LinkProblem,
    target: &str,
    kind: LinkKind,
    span: Span,
    suggestion: impl FnOnce() -> Option<String>,
) -> Diagnostic {
    let diagnostic = match problem {
        LinkProblem::Missing if kind == LinkKind::Media => {
            Diagnostic::new(Code::ImageMissing, format!("there is no file `{target}`"))
                .with_hint("put it next to the article or into `static/`")
        }
        LinkProblem::Missing => Diagnostic::new(Code::LinkMissing, format!("there is no article or file `{target}`"))
            .with_hint(suggestion().map_or_else(|| LINK_HINT.to_owned(), |path| format!("did you mean `{path}`?"))),
        LinkProblem::HeldBack(reason) => Diagnostic::new(
            Code::LinkUnpublished,
            format!("`{target}` is {reason}, so this link would lead nowhere"),
        )
        .with_hint("publish it, or remove the link"),
        LinkProblem::Script => Diagnostic::new(Code::LinkScript, "links must not run scripts; this one is left out"),
        LinkProblem::Scheme(scheme) => {
            let diagnostic = Diagnostic::new(
                Code::LinkScheme,
                format!("links with `{scheme}:` are not allowed in articles; this one is left out"),
            );
            if kind == LinkKind::Media || NEVER_SCHEMES.contains(&scheme.as_str()) {
                diagnostic.with_hint("link to a page or file, with `https://` or as a path")
            } else {
                diagnostic.with_hint(format!(
                    "if readers have a program for such links, add it to kb.toml: `link_schemes = [\"{scheme}\"]` under `[build]`"
                ))
            }
        }
        LinkProblem::Active(reason) => Diagnostic::new(Code::FileActive, format!("`{target}` is not published: {reason}"))
            .with_hint("with `html = \"allow\"` kb publishes it; otherwise put it into `static/`, pack it into a ZIP file, or make an image or PDF of it"),
        LinkProblem::Anchor {
            page,
            anchor,
            hint,
            foreign,
        } => {
            let message = format!("`{page}` has no heading or id `{anchor}`");
            let level = if *foreign { Severity::Warning } else { Code::AnchorMissing.level() };
            Diagnostic::new(Code::AnchorMissing, message).with_severity(level).with_hint_if(hint.as_ref().map(|hint| format!("did you mean `#{hint}`?")))
        }
    };
    diagnostic.with_span(span)
}
