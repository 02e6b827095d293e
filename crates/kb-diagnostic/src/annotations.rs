//! Problems as annotations on a pull request, in the form of GitHub's workflow commands.

use std::fmt::Write as _;

use super::{Diagnostic, Severity};

/// Renders problems as GitHub workflow commands, one per line.
///
/// The form and its escapes are those of
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.
pub fn render_github(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        out.push_str("::");
        out.push_str(command);
        out.push(' ');
        if let Some(span) = &diagnostic.span {
            let _ = write!(out, "file={},", property(&span.file));
            if !span.is_whole_file() {
                let _ = write!(
                    out,
                    "line={},col={},endColumn={},",
                    span.line, span.column, span.end_column
                );
            }
        }
        let mut message = diagnostic.message.clone();
        for hint in &diagnostic.hints {
            let _ = write!(message, "\nhint: {hint}");
        }
        let _ = writeln!(out, "title={}::{}", property(diagnostic.code.name()), data(&message));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
