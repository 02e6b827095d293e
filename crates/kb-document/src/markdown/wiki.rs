//! Links by name, as Obsidian and other note-taking tools write them: `[[Name]]`, `[[Name#Heading|text]]`,
//! `![[shot.png|300]]`. Widths as in `![text|300](shot.png)` come from the same tools.

use super::attributes::Attributes;
use super::tree::{Kind, Node};
use crate::slug::heading_id;

/// Longest link by name, in bytes.
const MOST: usize = 500;

/// Whether an article may have links by name, or images with widths.
pub(super) fn may_be_in(article: &str) -> bool {
    article.contains("[[") || article.contains("![") && article.contains('|')
}

/// Turns links by name into links.
pub(super) fn link(nodes: &mut Vec<Node<'_>>) {
    let mut linked: Vec<Node<'_>> = Vec::with_capacity(nodes.len());
    let tables: Vec<bool> = (0..nodes.len()).map(|at| is_table(&nodes[at..])).collect();
    for (mut node, is_table) in nodes.drain(..).zip(tables) {
        link(&mut node.children);
        take_width(&mut node);
        match node.kind.text() {
            Some(text) if text.contains("[[") && !is_table => push_parts(&node, text, &mut linked),
            _ => linked.push(node),
        }
    }
    *nodes = linked;
}

/// Whether a line is the head of a table in TOML: a line `key = value` comes next.
fn is_table(nodes: &[Node<'_>]) -> bool {
    let [first, end, second, ..] = nodes else { return false };
    let (Some(line), Kind::SoftBreak, Some(next)) = (first.kind.text(), &end.kind, second.kind.text()) else {
        return false;
    };
    let is_key = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    let value = next.trim_start_matches(is_key).trim_start();
    line.starts_with("[[") && line.trim_end().ends_with("]]") && value.starts_with('=')
}

/// Whether a name is that of a table in a settings file, such as `menus.main`.
fn is_key(name: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let ending = name.rsplit('.').next().unwrap_or_default();
    let is_file = is_image(name) || matches!(ending, "md" | "mdx" | "pdf" | "txt" | "html" | "zip");
    name.contains('.') && name.split('.').all(is_part) && !is_file
}

/// Adds a text with its links by name.
fn push_parts<'a>(node: &Node<'a>, text: &str, out: &mut Vec<Node<'a>>) {
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find("[[") {
        let open = at + found;
        at = open + "[[".len();
        let Some((inside, behind)) = inside(text, at) else {
            continue;
        };
        let is_embed = text[..open].ends_with('!');
        let start = open - usize::from(is_embed);
        let before = node.part(from..start);
        if before.kind.text() != Some("") {
            out.push(before);
        }
        let place = node.part(at..at + inside.len()).range;
        out.push(named(inside, is_embed, place));
        from = behind;
        at = behind;
    }
    let rest = node.part(from..text.len());
    if rest.kind.text() != Some("") {
        out.push(rest);
    }
}

/// The text between `[[` and `]]`, and where it ends.
fn inside(text: &str, at: usize) -> Option<(&str, usize)> {
    let end = text.len().min(at + MOST);
    let ahead = &text[at..text.floor_char_boundary(end)];
    let length = ahead.find("]]")?;
    let inside = &ahead[..length];
    // `[[ -f file ]]` is a condition of a shell.
    let is_name = !inside.is_empty()
        && inside.trim() == inside
        && !inside.contains(['[', ']', '\n', '{', '<'])
        && !inside.starts_with(['\'', '"', '(', '@', '$', '-', '!', '*', '=', '~'])
        && !is_key(inside)
        && !is_contents(inside);
    is_name.then_some((inside, at + length + "]]".len()))
}

/// Whether it is a placeholder for the contents of the page.
pub(super) fn is_contents(inside: &str) -> bool {
    inside.trim_matches('_').eq_ignore_ascii_case("toc")
}

/// The link or image for a name.
fn named<'a>(inside: &str, is_embed: bool, place: std::ops::Range<usize>) -> Node<'a> {
    let (name, label) = inside.split_once('|').unwrap_or((inside, ""));
    let (name, label) = (name.trim(), label.trim());
    let (file, heading) = name.split_once('#').unwrap_or((name, ""));
    // Of nested headings, the last one counts; `^x` is an anchor that only Obsidian knows.
    let heading = heading.rsplit('#').next().unwrap_or_default();
    let anchor = if heading.starts_with('^') {
        String::new()
    } else {
        heading_id(heading)
    };
    if is_embed && is_image(file) {
        let size = width(label);
        let mut node = Node::new(
            Kind::Image {
                target: file.to_owned(),
                title: "".into(),
                alt: if size.is_some() {
                    String::new()
                } else {
                    label.to_owned()
                },
                named: true,
            },
            place,
        );
        node.attributes = size.map(|width| Box::new(Attributes::of_width(width)));
        return node;
    }
    let said = match (label, heading, file) {
        ("", "", _) => file.to_owned(),
        ("", heading, "") => heading.to_owned(),
        ("", heading, file) => format!("{file}: {heading}"),
        _ => label.to_owned(),
    };
    let target = if anchor.is_empty() {
        file.to_owned()
    } else {
        format!("{file}#{anchor}")
    };
    let link = Kind::Link {
        target,
        title: "".into(),
        named: true,
    };
    Node::around(link, Node::new(Kind::Text(said.into()), place))
}

/// Whether an embedded file is shown on the page.
fn is_image(file: &str) -> bool {
    let ending = file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let shown = [
        "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "mp4", "webm", "mov", "m4v", "ogv",
    ];
    ending.is_some_and(|ending| shown.contains(&&*ending))
}

/// The width of an image in `300` or `300x200`.
fn width(label: &str) -> Option<&str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (width, height) = label.split_once('x').unwrap_or((label, "0"));
    (is_number(width) && is_number(height)).then_some(width)
}

/// Removes the width at the end of the text of an image, and returns it.
fn take_width(node: &mut Node<'_>) {
    if let Kind::Image { alt, .. } = &mut node.kind
        && let Some((said, label)) = alt.rsplit_once('|')
        && let Some(width) = width(label.trim())
    {
        let attributes = Attributes::of_width(width);
        *alt = said.trim_end().to_owned();
        node.attributes.get_or_insert_default().add(attributes);
    }
}
