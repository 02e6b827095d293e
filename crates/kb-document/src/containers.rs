//! Boxes in the syntax of several tools: `:::note`, `!!! note`, `??? note`, `=== "Tab"`, `> [!NOTE]`. Their opening and
//! closing lines.

use std::borrow::Cow;

use super::comments::STAND_IN;
use super::fragment::Message;

/// The kinds of callout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callout {
    /// Worth knowing.
    Note,
    /// Makes things easier.
    Tip,
    /// Something the reader must know.
    Important,
    /// May go wrong.
    Warning,
    /// Does harm if ignored.
    Caution,
}

impl Callout {
    /// The kind for the name of a box in any supported tool, and whether the name is that of the kind itself; otherwise
    /// the name is the better title.
    fn parse(word: &str) -> Option<(Self, bool)> {
        Some(match word {
            "note" | "info" => (Self::Note, true),
            "tip" | "hint" => (Self::Tip, true),
            "important" => (Self::Important, true),
            "warning" | "attention" => (Self::Warning, true),
            "caution" | "danger" => (Self::Caution, true),
            "todo" | "abstract" | "summary" | "tldr" | "example" | "quote" | "cite" | "question" | "help" | "faq" => {
                (Self::Note, false)
            }
            "success" | "check" | "done" => (Self::Tip, false),
            "error" | "failure" | "fail" | "missing" | "bug" => (Self::Caution, false),
            _ => return None,
        })
    }

    /// The kind that a class name means in other tools.
    pub(crate) fn of_class(name: &str) -> Option<Self> {
        Self::parse(name)
            .filter(|(_, is_own)| *is_own)
            .map(|(callout, _)| callout)
    }

    /// The name in class names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Important => "important",
            Self::Warning => "warning",
            Self::Caution => "caution",
        }
    }

    /// Its message in the theme.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Note => Message::Note,
            Self::Tip => Message::Tip,
            Self::Important => Message::Important,
            Self::Warning => Message::Warning,
            Self::Caution => Message::Caution,
        }
    }
}

/// Whether and how a block can be collapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collapse {
    /// It cannot.
    Never,
    /// It is closed until opened.
    Closed,
    /// It is open until closed.
    Open,
}

/// A block that `CommonMark` does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Container {
    /// A callout.
    Callout(Callout, Option<String>, Collapse),
    /// A collapsible part, with its title.
    Accordion(Option<String>, Collapse),
    /// A numbered list of steps.
    Steps,
    /// A group of tabs.
    Tabs,
    /// One tab with its title.
    Tab(String),
    /// A box of an unknown kind.
    Plain,
}

/// A line that opens a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opener {
    /// `:::note`, which ends with a line of colons.
    Colons {
        /// The number of colons.
        length: usize,
        /// What it opens.
        container: Container,
        /// Its name, if it is unknown.
        unknown: Option<String>,
    },
    /// `!!! note` or `=== "Tab"`, whose lines are indented.
    Indented(Container),
    /// `> [!NOTE]`, the first line of a block quote.
    Alert(Container),
}

impl Opener {
    /// What it opens.
    pub(crate) fn container(&self) -> &Container {
        match self {
            Self::Colons { container, .. } | Self::Indented(container) | Self::Alert(container) => container,
        }
    }
}

/// The container that a line opens, if any. The line has no indentation.
pub(crate) fn opener(line: &str) -> Option<Opener> {
    let quoted = || {
        line.strip_prefix('>')
            .map(|quoted| quoted.trim_start_matches([' ', '\t']))
    };
    // Fast path: most lines open nothing.
    let may_open = [":::", "!!!", "???", "==="].iter().any(|start| line.starts_with(start))
        || quoted().is_some_and(|quoted| quoted.starts_with("[!"));
    if !may_open {
        return None;
    }
    let line = &*without_stand_ins(line.trim_end());
    if let Some(quoted) = line.strip_prefix('>') {
        return alert(quoted.trim_start_matches([' ', '\t'])).map(Opener::Alert);
    }
    if line.starts_with(":::") {
        return colons(line);
    }
    let indented = || tab_title(line).map(Container::Tab);
    admonition(line).or_else(indented).map(Opener::Indented)
}

/// The container for the text after the colons: `note Title`, `note[Title]`, `tab{title="Title"}`.
fn colons(line: &str) -> Option<Opener> {
    let rest = line.trim_start_matches(':');
    let length = line.len() - rest.len();
    let rest = rest.trim();
    if rest.is_empty() {
        return None;
    }
    let name_end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(rest.len());
    let name = rest[..name_end].to_lowercase();
    let title = title(rest[name_end..].trim());
    let mut unknown = None;
    let container = match name.as_str() {
        "details" | "accordion" | "collapse" | "spoiler" => Container::Accordion(title, Collapse::Closed),
        "steps" => Container::Steps,
        "tabs" | "code-group" => Container::Tabs,
        "tab" | "tabitem" => Container::Tab(title.unwrap_or_default()),
        _ => {
            if let Some((callout, own)) = Callout::parse(&name) {
                let title = title.or_else(|| default_title(&name, own));
                Container::Callout(callout, title, Collapse::Never)
            } else {
                unknown = Some(name);
                Container::Plain
            }
        }
    };
    Some(Opener::Colons {
        length,
        container,
        unknown,
    })
}

/// Whether a line consists of colons, which end a container. A comment may follow.
pub(super) fn is_colons(line: &str) -> bool {
    line.starts_with(":::") && without_stand_ins(line).trim().bytes().all(|byte| byte == b':')
}

/// The line that opens a container, without the placeholders of comments.
fn without_stand_ins(line: &str) -> Cow<'_, str> {
    if line.contains(STAND_IN) {
        line.replace(STAND_IN, "").into()
    } else {
        line.into()
    }
}

/// `!!! note "Title"`, `??? note`, `???+ note`.
fn admonition(body: &str) -> Option<Container> {
    let (collapse, rest) = if let Some(rest) = body.strip_prefix("!!!") {
        (Collapse::Never, rest)
    } else if let Some(rest) = body.strip_prefix("???+") {
        (Collapse::Open, rest)
    } else {
        (Collapse::Closed, body.strip_prefix("???")?)
    };
    let rest = rest.strip_prefix(' ')?.trim();
    let end = rest
        .find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(rest.len());
    let name = rest[..end].to_lowercase();
    let after = rest[end..].trim_start();
    // Further words are class names of MkDocs, such as `inline end`. A title in quotes is the last.
    let title = match quotes(after) {
        Some((at, open, close)) => {
            let quoted = after[at + open.len_utf8()..].strip_suffix(close)?;
            Some(quoted.trim().to_owned()).filter(|title| !title.is_empty())
        }
        None => None,
    };
    if name.is_empty() {
        // A title alone.
        return title
            .filter(|_| quotes(rest).is_some_and(|(at, ..)| at == 0))
            .map(|title| Container::Callout(Callout::Note, Some(title), collapse));
    }
    if title.is_none() && after.contains(['!', '?', '.', ',']) {
        return None;
    }
    let (callout, own) = Callout::parse(&name).unwrap_or((Callout::Note, false));
    Some(Container::Callout(
        callout,
        title.or_else(|| default_title(&name, own)),
        collapse,
    ))
}

/// The offset of the first text in quotes, including the quotes.
fn quotes(text: &str) -> Option<(usize, char, char)> {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('“', '”'), ('„', '“'), ('«', '»')];
    let begins = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    text.char_indices().find_map(|(at, c)| {
        let (open, close) = PAIRS.into_iter().find(|(open, _)| *open == c)?;
        begins(at).then_some((at, open, close))
    })
}

/// The title of a tab of code, from the text after the fence: `sh [npm]`, `js title="a.js"`, or only the language.
pub(super) fn code_title(info: &str) -> String {
    let between = |open: &str, close: char| {
        let (_, rest) = info.split_once(open)?;
        rest.split(close)
            .next()
            .map(str::trim)
            .filter(|title| !title.is_empty())
    };
    let language = || info.split_whitespace().next().unwrap_or("\u{2026}");
    between("[", ']')
        .or_else(|| between("title=\"", '"'))
        .unwrap_or_else(language)
        .to_owned()
}

/// `=== "Title"`
fn tab_title(body: &str) -> Option<String> {
    let quoted = body
        .strip_prefix("===")?
        .trim_start_matches(['!', '+'])
        .strip_prefix(' ')?
        .trim();
    let title = quoted.strip_prefix('"')?.strip_suffix('"')?;
    (!title.is_empty()).then(|| title.to_owned())
}

/// `[!NOTE]`, `[!NOTE]-`, `[!NOTE]+`, each with an optional title.
fn alert(inner: &str) -> Option<Container> {
    let rest = inner.strip_prefix("[!")?;
    let (name, rest) = rest.split_once(']')?;
    let name = name.trim().to_lowercase();
    let (callout, own) = Callout::parse(&name)?;
    let (collapse, rest) = match rest.as_bytes().first() {
        Some(b'-') => (Collapse::Closed, &rest[1..]),
        Some(b'+') => (Collapse::Open, &rest[1..]),
        _ => (Collapse::Never, rest),
    };
    let title = Some(rest.trim())
        .filter(|title| !title.is_empty())
        .map(ToOwned::to_owned);
    Some(Container::Callout(
        callout,
        title.or_else(|| default_title(&name, own)),
        collapse,
    ))
}

/// The title in `Title`, `"Title"`, `[Title]` or `{title="Title"}`.
fn title(text: &str) -> Option<String> {
    // `[a](b) and [c]` is Markdown, and `"a" and "b"` text.
    let quoted = || {
        let inside = text.strip_prefix('"')?.strip_suffix('"')?;
        (!inside.contains('"')).then_some(inside)
    };
    let bracketed = || {
        let inside = text.strip_prefix('[')?.strip_suffix(']')?;
        is_balanced(inside).then_some(inside)
    };
    let text = if let Some((attributes, rest)) = text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let named = attributes.split_once("title=\"");
        named.and_then(|(_, title)| title.split('"').next()).unwrap_or(rest)
    } else {
        bracketed().or_else(quoted).unwrap_or(text)
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether each bracket in a text has its counterpart in it. Escaped ones do not count.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'[' => depth += 1,
            b']' if depth == 0 => return false,
            b']' => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && !is_escaped
}

/// The name itself as a title, if it says more than the name of its kind.
fn default_title(name: &str, own: bool) -> Option<String> {
    if own {
        return None;
    }
    let mut letters = name.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}
