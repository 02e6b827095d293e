//! Problems for the browser, and those that keep the last good page.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use kb_diagnostic::{Code, Counts, Diagnostic, Effect, Severity, count};
use serde::Serialize;

use super::Version;

/// How many problems the browser lists; the terminal has all of them.
pub(super) const LISTED: usize = 50;

/// A problem, flat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ProblemEntry {
    severity: Severity,
    code: Code,
    message: String,
    file: Option<String>,
    /// Line, column and column after the last marked character, from 1; none for a whole file.
    line: Option<u32>,
    column: Option<u32>,
    end_column: Option<u32>,
    excerpt: String,
    hints: Vec<String>,
    /// Whether it is new since the last seen version.
    pub(super) new: bool,
    /// Whether it is in the file that the page is made from.
    here: bool,
}

impl ProblemEntry {
    fn new(problem: &Diagnostic, new: bool, source: Option<&str>) -> Self {
        let span = problem.span.as_deref();
        let place = span.filter(|span| !span.is_whole_file());
        Self {
            severity: problem.severity,
            code: problem.code,
            message: problem.message.clone(),
            file: span.map(|span| span.file.clone()),
            line: place.map(|span| span.line),
            column: place.map(|span| span.column),
            end_column: place.map(|span| span.end_column),
            excerpt: place.map(|span| span.excerpt.clone()).unwrap_or_default(),
            hints: problem.hints.clone(),
            new,
            here: is_in(problem, source),
        }
    }
}

/// The problems of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Listed {
    errors: usize,
    warnings: usize,
    /// All of them, including notes.
    total: usize,
    /// Those of the page's own file first, then the others in order.
    pub(super) list: Vec<ProblemEntry>,
}

/// The answer to `_kb/problems`.
#[derive(Debug, Serialize)]
pub(super) struct All {
    version: u64,
    #[serde(flatten)]
    problems: Listed,
}

/// All problems of a version.
pub(super) fn all(version: &dyn Version) -> All {
    let new: BTreeSet<usize> = version.new_problems().iter().copied().collect();
    All {
        version: version.number(),
        problems: listed(version.problems(), |index| new.contains(&index), None, usize::MAX),
    }
}

/// The first `most` problems, beginning with those in the file `source`.
pub(super) fn listed(
    problems: &[Diagnostic],
    is_new: impl Fn(usize) -> bool,
    source: Option<&str>,
    most: usize,
) -> Listed {
    let Counts { errors, warnings } = count(problems);
    let here = problems
        .iter()
        .enumerate()
        .filter(|(_, problem)| is_in(problem, source));
    let elsewhere = problems
        .iter()
        .enumerate()
        .filter(|(_, problem)| !is_in(problem, source));
    Listed {
        errors,
        warnings,
        total: problems.len(),
        list: (here.chain(elsewhere).take(most))
            .map(|(index, problem)| ProblemEntry::new(problem, is_new(index), source))
            .collect(),
    }
}

fn is_in(problem: &Diagnostic, source: Option<&str>) -> bool {
    match (&problem.span, source) {
        (Some(span), Some(source)) => span.file == source,
        _ => false,
    }
}

/// Code and file of each error that keeps the last good page of `source`; `gone` says that the page no longer exists.
pub(super) fn holding(problems: &[Diagnostic], source: Option<&str>, gone: bool) -> Vec<String> {
    let keys: BTreeSet<String> = (problems.iter())
        .filter(|problem| problem.severity == Severity::Error)
        .filter(|problem| match problem.code.effect() {
            Effect::Place | Effect::Lost => gone && is_in(problem, source),
            Effect::Article => is_in(problem, source),
            Effect::Site | Effect::Stop => true,
        })
        .map(|problem| {
            let file = problem.span.as_ref().map_or("", |span| span.file.as_str());
            format!("{} {file}", problem.code)
        })
        .collect();
    keys.into_iter().collect()
}

/// The problems already sent to a browser. Their positions are ignored, because lines move.
#[derive(Debug, Default)]
pub(super) struct KnownProblems {
    hasher: RandomState,
    counts: HashMap<u64, usize>,
}

impl KnownProblems {
    /// Replaces the known problems with those of a later version, and returns the indexes of new ones.
    pub(super) fn replace(&mut self, problems: &[Diagnostic]) -> BTreeSet<usize> {
        let mut before = std::mem::take(&mut self.counts);
        let mut new = BTreeSet::new();
        for (index, problem) in problems.iter().enumerate() {
            let file = problem.span.as_ref().map(|span| &span.file);
            let key = self.hasher.hash_one((problem.code, &problem.message, file));
            *self.counts.entry(key).or_default() += 1;
            match before.get_mut(&key) {
                Some(left) if *left > 0 => *left -= 1,
                _ => {
                    new.insert(index);
                }
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kb_diagnostic::Span;

    fn problem(code: Code, file: &str, line: usize) -> Diagnostic {
        Diagnostic::new(code, "wrong").with_span(Span::at(file, line, 1, "text"))
    }

    #[test]
    fn problems_of_the_page_come_first_and_the_rest_is_counted() {
        let problems = [
            problem(Code::LinkMissing, "a.md", 1),
            problem(Code::LinkMissing, "b.md", 1),
            Diagnostic::new(Code::NoArticles, "none"),
        ];
        let listed = listed(&problems, |index| index == 2, Some("b.md"), 2);
        assert_eq!((listed.errors, listed.warnings, listed.total), (2, 1, 3));
        let files: Vec<_> = listed.list.iter().map(|entry| entry.file.as_deref()).collect();
        assert_eq!(files, [Some("b.md"), Some("a.md")]);
        assert!(listed.list[0].here && !listed.list[1].here);
        assert!(listed.list.iter().all(|entry| !entry.new), "the new one is not listed");
    }

    #[test]
    fn only_what_spoils_the_page_holds_it() {
        let hold = |problem: Diagnostic, gone| !holding(&[problem], Some("a.md"), gone).is_empty();
        assert!(hold(problem(Code::FrontMatterSyntax, "a.md", 1), false));
        assert!(!hold(problem(Code::FrontMatterSyntax, "b.md", 1), false));
        assert!(!hold(problem(Code::LinkMissing, "a.md", 1), false));
        assert!(
            hold(problem(Code::UrlTaken, "a.md", 1), true),
            "the page is gone because of it"
        );
        assert!(!hold(problem(Code::UrlTaken, "b.md", 1), true));
        assert!(hold(problem(Code::TemplateError, "templates/article.html", 1), false));
        let warning = problem(Code::FrontMatterSyntax, "a.md", 1).with_severity(Severity::Warning);
        assert!(!hold(warning, false));
    }

    #[test]
    fn a_problem_that_moves_is_not_new_but_a_second_one_is() {
        let mut known = KnownProblems::default();
        assert_eq!(known.replace(&[problem(Code::LinkMissing, "a.md", 1)]).len(), 1);
        assert_eq!(known.replace(&[problem(Code::LinkMissing, "a.md", 9)]).len(), 0);
        let two = [
            problem(Code::LinkMissing, "a.md", 2),
            problem(Code::LinkMissing, "a.md", 5),
        ];
        assert_eq!(known.replace(&two), BTreeSet::from([1]));
        assert_eq!(known.replace(&[]).len(), 0);
        assert_eq!(
            known.replace(&two[..1]).len(),
            1,
            "what was mended and broken again is new"
        );
    }
}
