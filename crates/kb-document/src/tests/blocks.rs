//! The reading of blocks, held to the parser's.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::*;
use crate::blocks::{Blocks, Kind};
use crate::markdown::SYNTAX;

/// A line of marks and text as nobody writes them.
fn line() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "",
        "",
        "",
        " ",
        "  ",
        "   ",
        "    ",
        "\t",
        "- ",
        "* ",
        "-",
        "1. ",
        "2) ",
        "> ",
        ">",
        ": ",
        ":",
        "[^a]: ",
        "[^b]:",
        "# ",
        "#",
        "```",
        "````",
        "``` sh",
        "~~~",
        "---",
        "***",
        "===",
        "<div>",
        "</div>",
        "<pre>",
        "</pre>",
        "<b>",
        "<b",
        "<script>",
        "</script>",
        "<!-- a -->",
        "<style>",
        "<textarea>",
        "</textarea>",
        "<?",
        "?>",
        "a",
        "a b",
        "é",
        "| a | b |",
        "|---|---|",
        "a | b",
        ":-: | -",
        "[x] ",
        "[ ] ",
        "[a]: b",
        "\\",
        "`",
    ]);
    prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
}

/// Whether the parser takes what stands at an offset for code, or for raw HTML that is taken as it stands.
fn parsed(text: &str) -> impl Fn(usize) -> Kind {
    let mut ranges = Vec::new();
    for (event, range) in Parser::new_ext(text, SYNTAX).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                ranges.push((range, Kind::Code));
            }
            Event::Start(Tag::HtmlBlock) => {
                let tag = text[range.start..].to_ascii_lowercase();
                let is_verbatim = ["<script", "<style", "<textarea"].iter().any(|name| {
                    tag.strip_prefix(name)
                        .is_some_and(|rest| rest.starts_with(['>', ' ', '\t', '\n']))
                });
                ranges.push((range, if is_verbatim { Kind::Verbatim } else { Kind::Text }));
            }
            _ => {}
        }
    }
    move |at| {
        let found = ranges.iter().find(|(range, _)| range.contains(&at));
        found.map_or(Kind::Text, |(_, kind)| *kind)
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn lines_are_what_the_parser_takes_them_for(lines in prop::collection::vec(line(), 1..8)) {
        let text = lines.join("\n") + "\n";
        prop_assume!(!text.contains(":::"));
        let parsed = parsed(&text);
        let mut blocks = Blocks::default();
        let mut at = 0;
        for line in &lines {
            let next = at + line.len() + 1;
            let read = blocks.line(line, &text, next);
            if !line[read.rest.min(line.len())..].trim().is_empty() && read.kind != Kind::Blank {
                let start = at + read.rest;
                prop_assert_eq!(read.kind, parsed(start), "{:?} in\n{}\n{:?}", line, text, text);
            }
            at = next;
        }
    }
}
