//! A layer of `src/` imports only layers below it, so that the folders tell the pipeline in order.

use std::error::Error;
use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::vec::IntoIter;

/// The layers, lowest first.
const LAYERS: [&str; 16] = [
    "diagnostic",
    "data",
    "config",
    "source",
    "output",
    "document",
    "site",
    "search",
    "render",
    "pipeline",
    "watch",
    "serve",
    "check",
    "evaluate",
    "deflect",
    "cli",
];

/// Layers that stand apart: they may import these and nothing else.
const APART: [(&str, &[&str]); 1] = [("output", &["diagnostic", "source"])];

#[test]
fn no_layer_imports_upward() -> Result<(), Box<dyn Error>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, "", &mut files)?;
    assert!(files.len() > LAYERS.len(), "the source was found");
    let faults: Vec<_> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[test]
fn upward_imports_are_seen() {
    let bad = [
        ("config/raw.rs", "use crate::site::Site;", "config imports site"),
        (
            "config.rs",
            "use crate::{diagnostic::Diagnostic, render::{self, Page}};",
            "config imports render",
        ),
        (
            "config/raw.rs",
            "fn f() -> crate::cli::Exit { todo() }",
            "config imports cli",
        ),
        ("config/raw.rs", "use super::super::search;", "config imports search"),
        ("config/mod.rs", "use super::{data, serve};", "config imports serve"),
        (
            "config/mod.rs",
            "mod tests { use super::super::watch::x; }",
            "config imports watch",
        ),
        (
            "config/mod.rs",
            "macro_rules! m { () => { $crate::output::x } }",
            "config imports output",
        ),
        ("output/mod.rs", "use crate::config::Config;", "output imports config"),
        ("main.rs", "fn main() { kb::site::build() }", "main imports site"),
        (
            "config/mod.rs",
            "use crate::helpers::f;",
            "config imports helpers, which is no layer",
        ),
        ("helpers/mod.rs", "fn f() {}", "helpers is no layer"),
    ];
    for (path, text, fault) in bad {
        assert_eq!(faults(path, text), [format!("src/{path}: {fault}")], "{text}");
    }
}

#[test]
fn other_imports_are_left_alone() {
    let good = [
        (
            "site/mod.rs",
            "use crate::{config::Config, document::{Document, links}}; use std::search::cli;",
        ),
        (
            "config/raw.rs",
            "use super::site; use self::cli; // crate::cli\n/* crate::cli /* */ crate::cli */",
        ),
        (
            "config/raw.rs",
            r##"const A: &str = "crate::cli\" crate::cli"; const B: &str = r#"crate::cli" "#; fn f<'a>(c: char) { c == '"' }"##,
        ),
        ("config/raw.rs", "mod tests { use super::super::site; }"),
        (
            "config/raw.rs",
            "use crate::config::raw; pub(in crate::config) fn f() {} pub(crate) fn g() {}",
        ),
        (
            "output/writer.rs",
            "use crate::diagnostic::Diagnostic; use super::Sink;",
        ),
        ("main.rs", "fn main() -> std::process::ExitCode { kb::cli::run() }"),
        ("lib.rs", "pub mod cli; pub mod config;"),
    ];
    for (path, text) in good {
        assert_eq!(faults(path, text), Vec::<String>::new(), "{text}");
    }
}

/// What is wrong with the imports of the file at `path` below `src/`.
fn faults(path: &str, text: &str) -> Vec<String> {
    let modules: Vec<&str> = path
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .split('/')
        .collect();
    let layer = modules[0];
    let say = |what: String| format!("src/{path}: {layer} {what}");
    if layer == "lib" {
        return Vec::new();
    }
    if layer != "main" && !LAYERS.contains(&layer) {
        return vec![say("is no layer".to_owned())];
    }
    let mut faults = Vec::new();
    for used in (Reader {
        tokens: tokens(text).into_iter().peekable(),
        depth: modules.len(),
    })
    .layers()
    {
        if used == layer || may_import(layer, &used) {
            continue;
        }
        let stranger = if LAYERS.contains(&used.as_str()) {
            ""
        } else {
            ", which is no layer"
        };
        faults.push(say(format!("imports {used}{stranger}")));
    }
    faults.dedup();
    faults
}

fn may_import(layer: &str, used: &str) -> bool {
    if layer == "main" {
        return used == "cli";
    }
    if let Some((_, allowed)) = APART.iter().find(|(apart, _)| *apart == layer) {
        return allowed.contains(&used);
    }
    let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
    rank(used).is_some_and(|used| Some(used) < rank(layer))
}

/// Reads the paths in a file that lead to the root of the crate.
struct Reader {
    tokens: Peekable<IntoIter<String>>,
    /// How many `super` lead from the file to the root.
    depth: usize,
}

impl Reader {
    /// The first name of each path below the root.
    fn layers(mut self) -> Vec<String> {
        let mut found = Vec::new();
        // For each open brace, whether it is a module's.
        let mut braces = Vec::new();
        let mut before = String::new();
        while let Some(token) = self.tokens.next() {
            match token.as_str() {
                "{" => braces.push(false),
                "}" => self.depth -= usize::from(braces.pop().unwrap_or(false)),
                "mod" => {
                    self.tokens.next();
                    if self.tokens.next_if_eq("{").is_some() {
                        braces.push(true);
                        self.depth += 1;
                    }
                }
                // `kb` is the library, as `main.rs` sees it.
                "crate" | "kb" if before != "::" => self.first_names(&mut found),
                "super" if before != "::" => {
                    let mut climbed = 1;
                    while climbed < self.depth && self.step_to("super") {
                        climbed += 1;
                    }
                    if climbed == self.depth {
                        self.first_names(&mut found);
                    }
                }
                _ => {}
            }
            before = token;
        }
        found
    }

    /// Steps over `::name` if that comes next.
    fn step_to(&mut self, name: &str) -> bool {
        let mut ahead = self.tokens.clone();
        let comes = ahead.next().as_deref() == Some("::") && ahead.next().as_deref() == Some(name);
        if comes {
            self.tokens = ahead;
        }
        comes
    }

    /// The names after `::` at the root: one, or those of a group.
    fn first_names(&mut self, found: &mut Vec<String>) {
        if self.tokens.next_if_eq("::").is_none() {
            return;
        }
        if self.tokens.next_if_eq("{").is_none() {
            found.extend(self.tokens.next());
            return;
        }
        let mut open = 1;
        let mut at_start = true;
        for token in self.tokens.by_ref() {
            match token.as_str() {
                "{" => open += 1,
                "}" => open -= 1,
                "," => {}
                _ if open == 1 && at_start => found.push(token.clone()),
                _ => {}
            }
            at_start = open == 1 && (token == "," || (at_start && token == "{"));
            if open == 0 {
                return;
            }
        }
    }
}

/// Names, `::`, braces and commas of a file, without comments and literals.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(end) = raw_string(rest) {
            end
        } else if c == '"' {
            quoted(rest, '"')
        } else if c == '\'' {
            // A character, or else a lifetime: then only the mark is stepped over.
            let is_character = rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'');
            if is_character { quoted(rest, '\'') } else { 1 }
        } else if c.is_alphanumeric() || c == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            end
        } else {
            let end = if rest.starts_with("::") { 2 } else { c.len_utf8() };
            if end == 2 || "{},".contains(c) {
                tokens.push(rest[..end].to_owned());
            }
            end
        };
        rest = &rest[end..];
    }
    tokens
}

/// The length of a block comment, with those inside it.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    at
}

/// The length of a raw string that begins here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r').or_else(|| text.strip_prefix("br"))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - after.len() + hashes + 1;
    Some(text[start..].find(&end).map_or(text.len(), |at| start + at + end.len()))
}

/// The length of a string or character literal that begins here.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

fn rust_files(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            rust_files(&entry.path(), &format!("{path}/"), files)?;
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            files.push((path, fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}
