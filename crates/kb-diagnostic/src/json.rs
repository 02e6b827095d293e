//! Problems for programs: one JSON array.

use super::Diagnostic;

/// Renders problems as a JSON array of objects with `severity`, `code`, `message`, `span` and `hints`.
pub fn render_json(diagnostics: &[Diagnostic]) -> String {
    let mut text = serde_json::to_string_pretty(diagnostics).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}
