//! Problems for people at a terminal: the line, a mark under the place, and the hint.

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity};

/// How to print problems to a terminal.
#[derive(Debug, Clone, Copy)]
pub struct TerminalOptions {
    /// Whether to use ANSI colours.
    pub color: bool,
    /// The number of problems shown with their line; each of the rest takes one line.
    pub detailed: usize,
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
    let detailed = diagnostics.len().saturating_sub(options.detailed);
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index < detailed {
            out.push_str(&one_line(diagnostic));
        } else {
            out.push_str(&renderer.render(&[group(diagnostic)]));
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
    let mut line = String::new();
    if let Some(span) = &diagnostic.span {
        line.push_str(&span.file);
        if !span.is_whole_file() {
            let _ = write!(line, ":{}:{}", span.line, span.column);
        }
        line.push_str(": ");
    }
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
