use std::sync::Arc;

use kb_diagnostic::SourceText;
use proptest::prelude::*;

use super::to_markdown;

fn markdown(text: &str) -> String {
    told(text).0
}

fn told(text: &str) -> (String, Vec<String>) {
    let file = Arc::new(SourceText::new("a.mdx", text));
    let mut diagnostics = Vec::new();
    let made = to_markdown(&file, 0, &mut diagnostics);
    let messages = diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
    (made.text().to_string(), messages)
}

#[test]
fn imports_and_exports_are_left_out() {
    for (mdx, wanted) in [
        ("import X from './x';\n\n# A\n", "\n# A\n"),
        ("import {\n  A,\n  B,\n} from 'b';\nimport C from \"c\"\n# A\n", "# A\n"),
        (
            "export const meta = {\n  title: 'x',\n\n  y: [1],\n};\n\nText.\n",
            "\nText.\n",
        ),
        (
            "# A\n\nexport default function Page() {\n  return 1;\n}\n\nB\n",
            "# A\n\n\nB\n",
        ),
        // What only begins like one is text.
        (
            "import your contacts from a file.\n",
            "import your contacts from a file.\n",
        ),
        ("Import your contacts.\n", "Import your contacts.\n"),
        ("import your contacts\n", "import your contacts\n"),
        ("export the list\n", "export the list\n"),
        ("Text\nexport const x = 1\n", "Text\nexport const x = 1\n"),
        // A bracket without an end.
        ("export const a = {\n\nText\n", "\nText\n"),
    ] {
        assert_eq!(markdown(mdx), wanted, "{mdx}");
    }
}

#[test]
fn expressions_are_their_values_or_nothing() {
    for (mdx, wanted) in [
        ("a{' '}b {\"c\"} {`d`} {3}", "a b c d 3"),
        ("a {props.x} b", "a  b"),
        ("a {`${x}`} b", "a  b"),
        ("a \\{b\\} `{c}` ``{`d`}``", "a \\{b\\} `{c}` ``{`d`}``"),
        ("a {/* note */} b", "a {/* note */} b"),
        ("a { b", "a { b"),
        ("{items.map((item) => (\n  <li>{item}</li>\n))}\nb", "\nb"),
    ] {
        assert_eq!(markdown(mdx), wanted, "{mdx}");
    }
    assert_eq!(told("{a} {b.c} {a}").1, ["expressions of MDX are left out"]);
    assert!(told("{'a'} {/* b */} `{c}`").1.is_empty());
}

#[test]
fn known_components_become_boxes() {
    for (mdx, wanted) in [
        (
            "<Aside type=\"tip\" title=\"T\">\n\nText\n\n</Aside>\n",
            ":::tip[T]\n\nText\n\n:::\n",
        ),
        ("<Note>Text</Note>\nb\n", ":::note\nText\n:::\nb\n"),
        ("<Note>\n  One\n    two\n</Note>\n", ":::note\nOne\n  two\n:::\n"),
        (
            "<Tabs>\n  <TabItem value=\"a\" label=\"A\">\n    One\n  </TabItem>\n  <TabItem value=\"b\">\n    ```js\n    x\n    ```\n  </TabItem>\n</Tabs>\n",
            ":::tabs\n:::tab[A]\nOne\n:::\n:::tab[b]\n```js\nx\n```\n:::\n:::\n",
        ),
        (
            "<Steps>\n  <Step title=\"First\">\n    Do\n\n    more\n  </Step>\n</Steps>\n",
            ":::steps\n1. **First**\n\n   Do\n\n   more\n\n:::\n",
        ),
        (
            "1. a\n   <Note>\n   b\n   </Note>\n2. c\n",
            "1. a\n   :::note\n   b\n   :::\n2. c\n",
        ),
        ("- <Note>a</Note>\n", "- :::note\n  a\n  :::\n"),
        ("<Card title=\"T\" href=\"/x/\">a</Card>\n", "**[T](</x/>)**\n\na\n"),
        ("<Update label=\"May\">a</Update>\n", "## May\n\na\n"),
        (
            "<ParamField path=\"id\" type=\"string\" required>\n  The id.\n</ParamField>\n",
            "**`id`** (string, required)\n\nThe id.\n\n",
        ),
        ("See <Link to=\"./b.mdx\">b</Link>.\n", "See [b](<./b.mdx>).\n"),
        ("<CardGroup>\n\nText\n\n</CardGroup>\n", "\n\nText\n\n\n"),
        (
            "import shot from './shot.png';\n\n<Image src={shot} alt=\"S\" />\n",
            "\n![S](<./shot.png>)\n",
        ),
        (
            "<img src={require('./a.png').default} className=\"x\" alt=\"A\" />\n",
            "<img alt=\"A\" class=\"x\" />\n",
        ),
        ("<Details summary=\"S\">\na\n</Details>\n", ":::details[S]\na\n:::\n"),
    ] {
        assert_eq!(markdown(mdx), wanted, "{mdx}");
        assert!(told(mdx).1.is_empty(), "{mdx}");
    }
}

#[test]
fn unknown_components_keep_their_text_and_are_told() {
    let (text, messages) = told("a <Chart data={x}>text</Chart> b\n\n<Price />\n\n<Chart>\n");
    assert_eq!(text, "a text b\n\n\n\n\n");
    assert_eq!(
        messages,
        [
            "the component `<Chart>` of MDX is left out",
            "the component `<Price>` of MDX is left out"
        ]
    );
}

#[test]
fn places_are_those_of_the_file() {
    let text = "import A from 'a';\n\n<Aside>\n  One [two](three)\n</Aside>\n\nFour {x} [five](six)\n";
    let file = Arc::new(SourceText::new("a.mdx", text));
    let made = to_markdown(&file, 0, &mut Vec::new());
    for word in ["[two]", "[five]", "Four"] {
        let at = made.text().find(word).expect("it is kept");
        let span = made.span(at..at + word.len());
        let wanted = text.find(word).map(|at| file.span(at..at + word.len()));
        assert_eq!(Some(span), wanted, "{word}");
    }
}

fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "<Tabs>",
        "</Tabs>",
        "<TabItem label=\"a\">",
        "</TabItem>",
        "<Note>",
        "</Note>",
        "<Foo bar={1}>",
        "</Foo>",
        "<Foo />",
        "{x}",
        "{'t'}",
        "{",
        "}",
        "<",
        ">",
        "\n",
        "\n\n",
        "  ",
        "    ",
        "text ",
        "ä",
        "`",
        "```\n",
        "~~~\n",
        "> ",
        "- ",
        "1. ",
        "import a from 'b'\n",
        "export const x = {\n",
        "<div>",
        "</div>",
        "<div className='x'",
        "{/*",
        "*/}",
        "\\",
        "\"",
        "'",
    ];
    proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

proptest! {
    /// Whatever is written, something is read of it, and its places are places of the file.
    #[test]
    fn any_text_is_read(pieces in proptest::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let file = Arc::new(SourceText::new("a.mdx", text.as_str()));
        let made = to_markdown(&file, 0, &mut Vec::new());
        for at in 0..made.text().len() {
            made.span(at..at + 1);
        }
    }

    /// Code is literal.
    #[test]
    fn code_stays(pieces in proptest::collection::vec(piece(), 0..20)) {
        let code = pieces.concat().replace(['`', '~'], "");
        let fenced = format!("a\n\n```x\n{code}\n```\n\nb\n");
        prop_assert_eq!(markdown(&fenced), fenced);
        let line = code.replace('\n', " ");
        let inline = format!("a `{line}x` b\n");
        prop_assert_eq!(markdown(&inline), inline);
    }
}
