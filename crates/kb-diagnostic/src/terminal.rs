//! Problems for people at a terminal: the line, a mark under the place, and the hint.

use std::collections::HashMap;
use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Code, Diagnostic, Severity};

/// How to print problems to a terminal.
#[derive(Debug, Clone, Copy)]
pub struct TerminalOptions {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// The number of problems shown with their line; each of the rest takes one line.
    pub detailed: usize,
}

/// A problem that is found in more places than this is shown once, with its other places in a line.
const APART: usize = 3;

/// So many of the other places are named.
const NAMED_PLACES: usize = 8;

/// A problem, and the same in other places.
struct Found<'a> {
    diagnostic: &'a Diagnostic,
    others: Vec<&'a Diagnostic>,
}

/// Puts together what is found in many places. The order stays that of the first places.
fn together(diagnostics: &[Diagnostic]) -> Vec<Found<'_>> {
    fn key(diagnostic: &Diagnostic) -> (Severity, Code, &str) {
        (diagnostic.severity, diagnostic.code, &diagnostic.message)
    }
    let mut places: HashMap<_, Vec<&Diagnostic>> = HashMap::new();
    for diagnostic in diagnostics {
        places.entry(key(diagnostic)).or_default().push(diagnostic);
    }
    let mut found = Vec::new();
    for diagnostic in diagnostics {
        match places.get_mut(&key(diagnostic)) {
            Some(same) if same.len() > APART => {
                let others = same.split_off(1);
                found.push(Found { diagnostic, others });
                // The others have been shown with it.
                same.clear();
            }
            Some(same) if !same.is_empty() => found.push(Found {
                diagnostic,
                others: Vec::new(),
            }),
            _ => {}
        }
    }
    found
}

/// The sentence about the other places of a problem.
fn other_places(others: &[&Diagnostic]) -> Option<String> {
    if others.is_empty() {
        return None;
    }
    let named = others.iter().filter_map(|other| place(other)).take(NAMED_PLACES);
    let named: Vec<String> = named.collect();
    let more = if others.len() > named.len() {
        ", …; `--format json` lists all"
    } else {
        ""
    };
    Some(format!(
        "the same in {} more places: {}{more}",
        others.len(),
        named.join(", ")
    ))
}

/// Where a problem is: `a.md:3:5`.
fn place(diagnostic: &Diagnostic) -> Option<String> {
    let span = diagnostic.span.as_ref()?;
    Some(if span.is_whole_file() {
        span.file.clone()
    } else {
        format!("{}:{}:{}", span.file, span.line, span.column)
    })
}

/// Renders problems as text, worst last, so that they are next to the prompt.
pub fn render_terminal(diagnostics: &[Diagnostic], options: TerminalOptions) -> String {
    let renderer = if options.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut out = String::new();
    let found = together(diagnostics);
    let detailed = found.len().saturating_sub(options.detailed);
    for (index, Found { diagnostic, others }) in found.iter().enumerate() {
        let others = other_places(others);
        if index < detailed {
            out.push_str(&one_line(diagnostic));
            if let Some(others) = others {
                let _ = write!(out, "\n  {others}");
            }
        } else {
            let mut group = group(diagnostic);
            if let Some(others) = &others {
                group = group.element(Level::NOTE.message(others.as_str()));
            }
            out.push_str(&renderer.render(&[group]));
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let mut group = Group::with_title(
        level(diagnostic.severity)
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code.name()),
    );
    if let Some(span) = &diagnostic.span {
        if span.is_whole_file() {
            group = group.element(Origin::path(span.file.as_str()));
        } else if span.excerpt.trim().is_empty() {
            group = group.element(
                Origin::path(span.file.as_str())
                    .line(span.line as usize)
                    .char_column(span.column as usize),
            );
        } else {
            let byte = |column: u32| {
                span.excerpt
                    .char_indices()
                    .nth(column as usize - 1)
                    .map_or(span.excerpt.len(), |(at, _)| at)
            };
            group = group.element(
                Snippet::source(span.excerpt.as_str())
                    .line_start(span.line as usize)
                    .path(span.file.as_str())
                    .annotation(AnnotationKind::Primary.span(byte(span.column)..byte(span.end_column))),
            );
        }
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    group
}

fn one_line(diagnostic: &Diagnostic) -> String {
    let mut line = place(diagnostic).map(|place| place + ": ").unwrap_or_default();
    let _ = write!(
        line,
        "{}[{}]: {}",
        diagnostic.severity.word(),
        diagnostic.code,
        diagnostic.message
    );
    if let Some(hint) = diagnostic.hints.first() {
        let _ = write!(line, " ({hint})");
    }
    line
}
