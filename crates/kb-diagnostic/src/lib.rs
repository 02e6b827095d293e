//! Problems in the input of `kb` as data, and the formats to print them in.
//!
//! A [`Diagnostic`] contains everything needed to show it, including the line it points at, so that it can be kept in a
//! cache, sent to a browser or printed long after the file was read.

mod annotations;
mod code;
mod json;
mod sarif;
mod source_text;
mod terminal;

use serde::Serialize;

pub use annotations::render_github;
pub use code::{Code, Effect};
pub use json::render_json;
pub use sarif::render_sarif;
pub use source_text::SourceText;
pub use terminal::{TerminalOptions, render_terminal};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Information; never fails a build.
    Info,
    /// Probably a mistake; fails a build with `--strict`.
    Warning,
    /// A fault in the content or the settings; the build ends with exit code 1.
    Error,
}

impl Severity {
    /// The word that messages begin with.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place in a text file, with the text of its line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The path of the file as shown to the user, with `/` between its parts.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1 in characters.
    pub column: u32,
    /// Column after the last marked character, on the same line.
    pub end_column: u32,
    /// The text of the line.
    pub excerpt: String,
}

impl Span {
    /// A place known by line and column only.
    pub fn at(file: impl Into<String>, line: usize, column: usize, excerpt: &str) -> Self {
        let column = u32::try_from(column.max(1)).unwrap_or(u32::MAX);
        Self {
            file: file.into(),
            line: u32::try_from(line.max(1)).unwrap_or(u32::MAX),
            column,
            end_column: column + 1,
            excerpt: excerpt.to_owned(),
        }
    }

    /// A whole file, for problems without a single line.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            end_column: 0,
            excerpt: String::new(),
        }
    }

    /// Whether the span points at a file as a whole.
    pub fn is_whole_file(&self) -> bool {
        self.line == 0
    }
}

/// One problem: what is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Diagnostic {
    /// Where it is; `None` for problems without a file.
    pub span: Option<Box<Span>>,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub code: Code,
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// A problem with the default level of its code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            span: None,
            severity: code.level(),
            code,
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// Overrides the default level of the code.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Adds the place.
    #[must_use]
    pub fn with_span(mut self, span: Span) -> Self {
        self.span = Some(Box::new(span));
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a hint if there is one.
    #[must_use]
    pub fn with_hint_if(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }
}

/// How many problems of each severity there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of errors.
    pub errors: usize,
    /// Number of warnings.
    pub warnings: usize,
}

/// Counts errors and warnings.
pub fn count(diagnostics: &[Diagnostic]) -> Counts {
    let of = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    Counts {
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
    }
}

/// The candidate spelt most like `word`, if the similarity is at least 0.6.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::normalized_damerau_levenshtein(&wanted, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(similarity, _)| *similarity >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate)
}

/// The hint `did you mean "…"?` for a misspelt word.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(word, candidates).map(|found| format!("did you mean `{found}`?"))
}

#[cfg(test)]
mod tests;
