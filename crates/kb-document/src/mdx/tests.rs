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
        ("export const a = {\n\nText\n", "Text\n"),
        ("export const a = {\r\n\r\nText\r\n", "Text\r\n"),
        (
            "export const L = () => (<li>it's</li>)\n\n# A\n\n1) one\n",
            "\n# A\n\n1) one\n",
        ),
        ("export const c = `\nline\n\n{ open\n`;\n\nText\n", "\nText\n"),
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
        (
            "Use {'<'}Component{'>'} {'*'}x{'*'} {\"a | b\"}",
            "Use \\<Component\\> \\*x\\* a \\| b",
        ),
        (
            "Press { to open.\n\n## Next\n\nPress } to close.",
            "Press { to open.\n\n## Next\n\nPress } to close.",
        ),
        (
            "$\\frac{a}{b}$ and $$\n{x}\n$$ cost $5 {1}",
            "$\\frac{a}{b}$ and $$\n{x}\n$$ cost $5 1",
        ),
        ("## A {#b}\n\n## C {/* #d */}\n", "## A {#b}\n\n## C {#d}\n"),
        (
            "A ` in one\r\n\r\n<Note>x</Note> and ` more\r\n",
            "A ` in one\r\n\r\n:::note\nx\n:::\nand ` more\r\n",
        ),
        ("a { b", "a { b"),
        ("{items.map((item) => (\n  <li>{item}</li>\n))}\nb", "\nb"),
    ] {
        assert_eq!(markdown(mdx), wanted, "{mdx}");
    }
    assert_eq!(told("{a} {b.c} {a}").1, ["an expression of MDX is left out"; 3]);
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
        (
            "<LinkCard title=\"T\" href=\"/x/\" description=\"All about it.\" />\n",
            "**[T](</x/>)**\n\nAll about it.\n\n",
        ),
        (
            "<CodeGroup>\n```bash npm\na\n```\n```js title=\"b.js\"\nb\n```\n</CodeGroup>\n",
            ":::code-group\n```bash [npm]\na\n```\n```js title=\"b.js\"\nb\n```\n:::\n",
        ),
        ("| <Badge text=\"A | B\" /> | <Note>c</Note> |\n", "| A \\| B | c |\n"),
        ("> <Aside>\n> Text\n> </Aside>\n", "> :::note\n> Text\n> :::\n"),
        (
            "> ```sh\n> a\n> ```\n<Note>b</Note>\n",
            "> ```sh\n> a\n> ```\n:::note\nb\n:::\n",
        ),
        (
            "<Steps>\n<Step>\n\n  a\n\n  b\n</Step>\n</Steps>\n",
            ":::steps\n1. a\n\n   b\n\n:::\n",
        ),
        ("1. One\n\n   <Icon icon=\"x\" /> para\n", "1. One\n\n    para\n"),
        ("    Not code.\n\n- a\n\n    b\n", "Not code.\n\n- a\n\n    b\n"),
        (
            "<div className=\"x\">\n    <Note>a</Note>\n</div>\n",
            "<div class=\"x\">\n\n:::note\na\n:::\n</div>\n\n",
        ),
        (
            "<Tip title=\"*args* a\nb\">x</Tip>\n",
            ":::tip[\\*args\\* a b]\nx\n:::\n",
        ),
        ("See <Link to=\"./b.mdx\">b</Link>.\n", "See [b](<./b.mdx>).\n"),
        ("<CardGroup>\n\nText\n\n</CardGroup>\n", "\n\nText\n\n\n"),
        (
            "import shot from './shot.png';\n\n<Image src={shot} alt=\"S\" />\n",
            "\n![S](<./shot.png>)\n",
        ),
        (
            "<img src={require('./a.png').default} className=\"x\" alt=\"A\" />\n",
            "<img alt=\"A\" class=\"x\" src=\"./a.png\" />\n",
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
fn what_is_not_closed_is_told() {
    assert_eq!(told("<Note>\na\n").1, ["`<Note>` is never closed"]);
    assert_eq!(
        told("<Accordion title=\"a\">\nb\n</Acordion>\n").1,
        ["`</Acordion>` closes nothing", "`<Accordion>` is never closed"]
    );
    assert_eq!(
        told("<Tabs>\n<Tab title=\"a\">\nb\n</Tabs>\n").1,
        ["`<Tab>` is never closed"]
    );
}

/// The work grows with the length, whatever is written.
#[test]
fn hostile_texts_are_read_at_once() {
    for (piece, count) in [
        ("export const x = {\n\n", 20_000),
        ("<A>", 50_000),
        ("</B>", 50_000),
        ("<Step>\n", 20_000),
        ("x<B/>", 100_000),
        ("{", 500_000),
        ("<a ", 300_000),
        ("`", 1_000_000),
        ("a $b", 200_000),
    ] {
        let text = piece.repeat(count);
        let (made, _) = told(&text);
        assert!(made.len() < text.len() * 40 + 1000, "{piece}: {}", made.len());
    }
    let names = (0..20_000).map(|n| format!("<X{n} />\n")).collect::<Vec<_>>().concat();
    assert_eq!(told(&names).1.len(), 20_000);
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
