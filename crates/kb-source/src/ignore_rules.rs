//! Files that are not content: hidden files, `.kbignore` and the `ignore` globs of `kb.toml`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use kb_diagnostic::{Code, Diagnostic, Span};

/// Rules for ignored files of the content folder, in the syntax of `.gitignore`.
#[derive(Debug, Clone)]
pub struct IgnoreRules {
    rules: Gitignore,
}

/// Names that are never content, in any folder.
const NEVER: [&str; 4] = ["node_modules", "Thumbs.db", "desktop.ini", "__MACOSX"];

impl IgnoreRules {
    /// Rules from lists of lines; each list with the name it has in messages.
    pub fn new<'a>(lists: impl IntoIterator<Item = (&'a str, Vec<String>)>) -> (Self, Vec<Diagnostic>) {
        let mut builder = GitignoreBuilder::new("");
        let mut problems = Vec::new();
        for (file, lines) in lists {
            for (index, line) in lines.iter().enumerate() {
                if builder.add_line(None, line).is_err() {
                    problems.push(
                        Diagnostic::new(Code::IgnorePattern, format!("`{line}` is not a valid pattern"))
                            .with_span(Span::at(file, index + 1, 1, line))
                            .with_hint("the syntax is that of `.gitignore`"),
                    );
                }
            }
        }
        let rules = builder.build().unwrap_or_else(|_| Gitignore::empty());
        (Self { rules }, problems)
    }

    /// Whether `path`, relative to the content folder, is ignored.
    pub(crate) fn ignores(&self, path: &Path, is_folder: bool) -> bool {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with('.') || NEVER.contains(&name) || self.rules.matched(path, is_folder).is_ignore()
    }
}
