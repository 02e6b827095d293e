//! Problems as SARIF 2.1.0, which code hosts show in their security and quality views.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Code, Diagnostic, Severity};

/// Renders problems as one SARIF 2.1.0 log.
///
/// The format is that of <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
pub fn render_sarif(diagnostics: &[Diagnostic]) -> String {
    let rules: BTreeSet<Code> = diagnostics.iter().map(|d| d.code).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kb",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(result).collect::<Vec<_>>(),
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(code: Code) -> Value {
    json!({
        "id": code,
        "shortDescription": { "text": code.meaning() },
        "defaultConfiguration": { "level": level(code.level()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(diagnostic: &Diagnostic) -> Value {
    let mut message = diagnostic.message.clone();
    for hint in &diagnostic.hints {
        message.push_str("\nhint: ");
        message.push_str(hint);
    }
    let mut result =
        json!({ "ruleId": diagnostic.code, "level": level(diagnostic.severity), "message": { "text": message } });
    if let Some(span) = &diagnostic.span {
        let mut place = json!({ "artifactLocation": { "uri": uri(&span.file) } });
        if !span.is_whole_file() {
            place["region"] =
                json!({ "startLine": span.line, "startColumn": span.column, "endColumn": span.end_column });
        }
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}

fn uri(path: &str) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const PATH: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'`');
    utf8_percent_encode(path, PATH).to_string()
}
