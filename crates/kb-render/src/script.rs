//! Joins scripts: imported modules are inserted into the script, so that browsers load one file.

use std::collections::BTreeSet;

/// A script with its imported modules inserted, each once and without unused parts.
///
/// `module` gives the text of a module by its path; other imports stay unchanged. An import is on one line, `import {
/// a, b } from "./c.js";`, and renames nothing: all names share one scope. Lines that begin or end a statement have no
/// indentation, and all others have. A script without exports gets its own scope, because it may be loaded as a classic
/// script.
pub fn joined<'a>(path: &str, script: &'a str, module: &dyn Fn(&str) -> Option<&'a str>) -> String {
    let mut there = BTreeSet::new();
    let mut statements = Vec::new();
    add(path, script, module, &mut there, &mut statements);
    let exports = script.lines().any(|line| line.starts_with("export "));
    // Exports of a module come before their uses.
    let mut out: Vec<&str> = Vec::new();
    for Statement { exported, text } in statements.iter().rev() {
        if exported.is_none_or(|name| out.iter().any(|text| has_word(text, name))) {
            out.push(text);
        }
    }
    out.reverse();
    if there.is_empty() || exports {
        return out.concat();
    }
    format!("{{\n{}}}\n", out.concat())
}

/// A statement, or a comment.
struct Statement<'a> {
    /// The name under which a module exports it.
    exported: Option<&'a str>,
    text: String,
}

fn add<'a>(
    path: &str,
    script: &'a str,
    module: &dyn Fn(&str) -> Option<&'a str>,
    there: &mut BTreeSet<String>,
    statements: &mut Vec<Statement<'a>>,
) {
    let is_part = !there.is_empty();
    for line in script.lines() {
        let target = imported(line).and_then(|from| resolved(path, from));
        if let Some((target, text)) = target.and_then(|target| module(&target).map(|text| (target, text))) {
            if there.insert(target.clone()) {
                add(&target, text, module, there, statements);
            }
            // What follows is no part of what was added.
            statements.push(Statement {
                exported: None,
                text: String::new(),
            });
            continue;
        }
        let export = line.strip_prefix("export ").filter(|_| is_part);
        let begins = line.starts_with(|c: char| !c.is_whitespace() && !"})]`".contains(c));
        if begins || statements.is_empty() {
            let exported = export.and_then(declared);
            statements.push(Statement {
                exported,
                text: String::new(),
            });
        }
        if let Some(Statement { text, .. }) = statements.last_mut() {
            text.push_str(export.unwrap_or(line));
            text.push('\n');
        }
    }
}

/// The name that a declaration declares.
fn declared(statement: &str) -> Option<&str> {
    let kinds = ["const ", "let ", "function ", "async function ", "class "];
    let rest = kinds.iter().find_map(|kind| statement.strip_prefix(kind))?;
    rest.split(|c| !is_of_word(c)).next()
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_of_word) && !text[at + word.len()..].starts_with(is_of_word))
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The address in an import line.
fn imported(line: &str) -> Option<&str> {
    let what = line.strip_prefix("import ")?.trim_end().strip_suffix("\";")?;
    let (names, from) = what.split_once('"')?;
    let names = names.trim();
    let plain = names.starts_with('{') && names.ends_with("} from") && !names.contains(" as ");
    (names.is_empty() || plain).then_some(from)
}

/// The path of a relative address in the file at `path`.
fn resolved(path: &str, address: &str) -> Option<String> {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    let mut rest = address.strip_prefix("./").unwrap_or(address);
    if rest == address && !address.starts_with("../") {
        return None;
    }
    while let Some(above) = rest.strip_prefix("../") {
        folders.pop()?;
        rest = above;
    }
    folders.push(rest);
    Some(folders.join("/"))
}

/// Removes comment lines, types (`/** ... */`) and indentation from a script of kb, in which no string spans lines.
pub fn without_comments(script: &str) -> String {
    let mut out = String::with_capacity(script.len());
    let mut in_comment = false;
    for line in script.lines() {
        let mut rest = line.trim();
        if in_comment {
            let Some((_, after)) = rest.split_once("*/") else {
                continue;
            };
            rest = after.trim_start();
            in_comment = false;
        }
        if rest.starts_with("//") {
            continue;
        }
        let from = out.len();
        while let Some((before, comment)) = rest.split_once("/**") {
            out.push_str(before);
            let Some((_, after)) = comment.split_once("*/") else {
                in_comment = true;
                rest = "";
                break;
            };
            rest = after.trim_start();
        }
        out.push_str(rest);
        out.truncate(out.trim_end().len().max(from));
        if out.len() > from {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(path: &str) -> Option<&'static str> {
        match path {
            "js/shared/a.js" => Some(concat!(
                "// A.\nexport const a = 1;\nexport const b = () => {\n  return a;\n};\n",
                "export function unused(\n  one,\n) {\n  return one;\n}\neffect();\n",
            )),
            "js/shared/c.js" => Some("import { b } from \"./a.js\";\n\nexport const c = b;\n"),
            _ => None,
        }
    }

    #[test]
    fn modules_are_written_into_what_imports_them() {
        let script =
            "// Two.\nimport { a } from \"./shared/a.js\";\nimport { c } from \"./shared/c.js\";\n\nf(a, c);\n";
        assert_eq!(
            without_comments(&joined("js/kb.js", script, &module)),
            "{\nconst a = 1;\nconst b = () => {\nreturn a;\n};\neffect();\nconst c = b;\nf(a, c);\n}\n"
        );
        let script = "import { c } from \"../shared/c.js\";\nexport default c;\nexport const d = 1;\n";
        let whole = without_comments(&joined("js/search/x.js", script, &module));
        assert!(
            whole.ends_with("effect();\nconst c = b;\nexport default c;\nexport const d = 1;\n"),
            "{whole}"
        );
        assert!(!whole.starts_with('{'), "{whole}");
        let script = "import \"./shared/a.js\";\nx();\n";
        assert_eq!(
            without_comments(&joined("js/kb.js", script, &module)),
            "{\neffect();\nx();\n}\n"
        );
    }

    #[test]
    fn other_imports_stay() {
        for script in [
            "import { a } from \"./shared/b.js\";\n",
            "import { a } from \"js/shared/a.js\";\n",
            "import { a } from \"../../js/shared/a.js\";\n",
            "import { a as b } from \"./shared/a.js\";\n",
            "import a from \"./shared/a.js\";\n",
            "const a = await import(\"./shared/a.js\");\n",
            "no script",
        ] {
            assert_eq!(joined("js/kb.js", script, &module).trim_end(), script.trim_end());
        }
    }

    #[test]
    fn comments_and_types_are_taken_away() {
        for (script, expected) in [
            ("// a\n  b(); // c\n\n\td();\n", "b(); // c\nd();\n"),
            ("/** @type {A} */\nlet a;\n", "let a;\n"),
            ("/**\n * @param {A} a\n * @returns {B} */ f(a);\n", "f(a);\n"),
            ("x = /** @type {A} */ (y);\n", "x = (y);\n"),
            ("x(); /** from\n here */\ny(\"/a/*\");\n", "x();\ny(\"/a/*\");\n"),
        ] {
            assert_eq!(without_comments(script), expected, "{script}");
        }
    }
}
