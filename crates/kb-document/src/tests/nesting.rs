//! Containers in each other: whatever is nested in whatever, no mark of kb's own is ever seen.

use super::*;
use crate::markdown::boxes;

/// A block, with blocks inside it.
fn block() -> impl Strategy<Value = Vec<String>> {
    let leaf = prop::sample::select(vec![
        "text",
        "> [!NOTE]",
        "> quote",
        "# Heading",
        "    code",
        "```",
        "```\ncode\n```",
        "~~~",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<!-- a -->",
        ":::",
        "::::",
        ":::note",
        ":::tabs",
        ":::code-group",
        "```sh [a]\nb\n```",
        "!!! note",
        "??? \"T\"",
        "=== \"T\"",
        "| a | b |\n|---|---|\n| c | d |",
        "[^1]: note",
        "text[^1]",
        "term\n: definition",
        "- [ ] task",
        "`",
        "---",
        "",
        "<details>",
        "<script>",
        "[//]: # (a)",
        "<?",
        "![a](b.png)",
        "### Why?",
        "[a]: b.md",
        "[A\nb]: c.md",
        "[x][a] [y][a b]",
        "<PRE>",
        "</PRE>",
        "</Script>",
    ]);
    let leaf = leaf.prop_map(|text| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>());
    leaf.prop_recursive(4, 24, 4, |inner| {
        let opener = prop::sample::select(vec![
            ("- ", "  "),
            ("- ", "    "),
            ("-\t", "\t"),
            ("1. ", "   "),
            ("1. ", "    "),
            ("> ", "> "),
            ("> [!TIP]\n", "> "),
            ("!!! note \"A *b*\"\n", "    "),
            ("??? note\n", "    "),
            ("=== \"T\"\n", "    "),
            (":::note\n", ""),
            (":::details T\n", "  "),
            ("[^1]: ", "    "),
            ("t\n: ", "    "),
            ("", " "),
            ("", "   "),
            ("", ""),
        ]);
        (opener, prop::collection::vec(inner, 1..4), any::<bool>()).prop_map(|((first, rest), blocks, loose)| {
            let separator = if loose { vec![String::new()] } else { Vec::new() };
            let lines = blocks.join(&separator[..]);
            let mut out: Vec<String> = Vec::new();
            let (before, on_line) = first.rsplit_once('\n').map_or(("", first), |(line, _)| (line, rest));
            out.extend((!before.is_empty()).then(|| before.to_owned()));
            for (number, line) in lines.into_iter().enumerate() {
                let indent = if number == 0 { on_line } else { rest };
                out.push(if line.is_empty() {
                    line
                } else {
                    format!("{indent}{line}")
                });
            }
            if first.starts_with(":::") {
                out.push(":::".to_owned());
            }
            out
        })
    })
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn no_mark_is_ever_seen(blocks in prop::collection::vec(block(), 1..5), loose in any::<bool>()) {
        let separator = if loose { "\n\n" } else { "\n" };
        let texts: Vec<String> = blocks.iter().map(|lines| lines.join("\n")).collect();
        let text = texts.join(separator);
        for policy in [RawHtml::Allow, RawHtml::Sanitize, RawHtml::Escape] {
            let document = parse_with(&text, policy);
            let sections = document.sections.iter();
            let said: Vec<_> = sections.flat_map(|section| [section.heading.as_str(), section.text.as_str()]).collect();
            let seen = format!("{}\n{}\n{}", html(&document), said.join("\n"), document.summary);
            let is_clean = !seen.contains("<!---->") && !seen.contains('\u{1}');
            prop_assert!(is_clean, "{:?}\n{}\n---\n{}", policy, text, seen);
        }
        let (placed, opened) = boxes(&text);
        prop_assert_eq!(placed, opened, "{}", text);
    }
}
