//! Highlights code at build time, as HTML with a few classes.
//!
//! The grammars are those of `bat`. Their hundreds of scopes are mapped to the dozen classes that a theme styles.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

use super::fragment::Fragment;

/// The most code that is highlighted, in bytes: longer listings are logs, and cost seconds.
const MAX_BYTES: usize = 64 * 1024;

/// The longest line that is highlighted, in bytes: longer lines are minified code, and are slow.
const MAX_LINE_BYTES: usize = 2_000;

/// Class names by scope, the longest matching prefix is used.
const CLASSES: &[(&str, &str)] = &[
    ("comment", "hl-comment"),
    ("string", "hl-string"),
    ("constant.numeric", "hl-number"),
    ("constant.language", "hl-constant"),
    ("constant.character.escape", "hl-constant"),
    ("constant.other", "hl-constant"),
    ("support.constant", "hl-constant"),
    ("keyword", "hl-keyword"),
    ("keyword.operator", "hl-operator"),
    ("storage", "hl-keyword"),
    ("entity.name.function", "hl-function"),
    ("support.function", "hl-function"),
    ("variable.function", "hl-function"),
    ("entity.name.type", "hl-type"),
    ("entity.name.class", "hl-type"),
    ("entity.name.struct", "hl-type"),
    ("entity.other.inherited-class", "hl-type"),
    ("support.type", "hl-type"),
    ("support.class", "hl-type"),
    ("storage.type", "hl-type"),
    ("variable.parameter", "hl-variable"),
    ("variable.other.member", "hl-variable"),
    ("variable.language", "hl-constant"),
    ("variable.other.readwrite.shell", "hl-variable"),
    ("entity.name.tag", "hl-tag"),
    ("entity.other.attribute-name", "hl-attribute"),
    ("support.type.property-name", "hl-attribute"),
    ("entity.name.section", "hl-keyword"),
    ("markup.inserted", "hl-inserted"),
    ("markup.deleted", "hl-deleted"),
    ("markup.heading", "hl-keyword"),
];

struct Highlighter {
    syntaxes: SyntaxSet,
    classes: Vec<(Scope, &'static str)>,
}

fn highlighter() -> &'static Highlighter {
    static HIGHLIGHTER: OnceLock<Highlighter> = OnceLock::new();
    HIGHLIGHTER.get_or_init(|| {
        let mut classes: Vec<_> = CLASSES
            .iter()
            .filter_map(|(scope, class)| Scope::new(scope).ok().map(|scope| (scope, *class)))
            .collect();
        classes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Highlighter {
            syntaxes: two_face::syntax::extra_newlines(),
            classes,
        }
    })
}

impl Highlighter {
    fn syntax(&self, language: &str) -> Option<&SyntaxReference> {
        let language = match language {
            "shell" | "console" | "shell-session" | "terminal" => "sh",
            "jsonc" | "json5" => "json",
            "arduino" | "ino" => "cpp",
            "text" | "plain" | "plaintext" | "txt" | "none" => return None,
            other => other,
        };
        self.syntaxes.find_syntax_by_token(language)
    }

    fn class(&self, stack: &ScopeStack) -> Option<&'static str> {
        stack.scopes.iter().rev().find_map(|scope| {
            self.classes
                .iter()
                .find(|(prefix, _)| prefix.is_prefix_of(*scope))
                .map(|(_, class)| *class)
        })
    }
}

/// Appends `code` in `language` as escaped HTML, with `<span class="hl-…">` if the language is known.
pub(crate) fn push_highlighted(out: &mut Fragment, code: &str, language: &str) {
    let worth_it =
        !language.is_empty() && code.len() <= MAX_BYTES && code.lines().all(|line| line.len() <= MAX_LINE_BYTES);
    let syntax = if worth_it {
        highlighter().syntax(&language.to_lowercase())
    } else {
        None
    };
    let Some(syntax) = syntax else {
        out.push_text(code);
        return;
    };
    let highlighter = highlighter();
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut writer = SpanWriter { out, class: None };
    for line in LinesWithEndings::from(code) {
        let operations = state.parse_line(line, &highlighter.syntaxes).unwrap_or_default();
        let mut from = 0;
        for (at, operation) in operations {
            writer.text(&line[from..at], highlighter.class(&stack));
            from = at;
            if stack.apply(&operation).is_err() {
                break;
            }
        }
        writer.text(&line[from..], highlighter.class(&stack));
    }
    writer.close();
}

/// Writes runs of equal class as one span.
struct SpanWriter<'a> {
    out: &'a mut Fragment,
    class: Option<&'static str>,
}

impl SpanWriter<'_> {
    fn text(&mut self, text: &str, class: Option<&'static str>) {
        if text.is_empty() {
            return;
        }
        // White space looks the same in every class.
        if class != self.class && !(text.trim().is_empty() && self.class.is_some()) {
            self.close();
            if let Some(class) = class {
                self.out.push("<span class=\"");
                self.out.push(class);
                self.out.push("\">");
                self.class = Some(class);
            }
        }
        self.out.push_text(text);
    }

    fn close(&mut self) {
        if self.class.take().is_some() {
            self.out.push("</span>");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn highlight(code: &str, language: &str) -> String {
        let mut out = Fragment::default();
        push_highlighted(&mut out, code, language);
        out.html().to_owned()
    }

    #[test]
    fn known_languages_get_classes() {
        let html = highlight("let x = \"<b>\"; // no\n", "rust");
        assert!(
            html.contains("<span class=\"hl-type\">let</span>")
                || html.contains("<span class=\"hl-keyword\">let</span>"),
            "{html}"
        );
        assert!(
            html.contains("<span class=\"hl-string\">\"&lt;b&gt;\"</span>"),
            "{html}"
        );
        assert!(html.contains("<span class=\"hl-comment\">// no\n</span>"), "{html}");
    }

    #[test]
    fn unknown_languages_are_only_escaped() {
        assert_eq!(highlight("a < b && c", "nonesuch"), "a &lt; b &amp;&amp; c");
        assert_eq!(highlight("a < b", ""), "a &lt; b");
    }

    #[test]
    fn nothing_of_the_code_is_lost() {
        for language in ["rust", "toml", "yaml", "sh", "html", "js", "python", "diff", "json"] {
            let code = "a: [1, 'x']\n<b c=\"d\">\n# e\n+ f\n- g\n\tif (h) { i }";
            let html = highlight(code, language);
            let mut text = String::new();
            let mut inside = false;
            for c in html.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => text.push(c),
                    _ => {}
                }
            }
            let text = text
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
            assert_eq!(text, code, "{language}");
        }
    }
}
