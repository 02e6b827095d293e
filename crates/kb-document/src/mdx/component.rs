//! The components that the tools bring along, and what they are in Markdown as kb reads it.

use std::collections::HashMap;

use super::scan::{Tag, Value, escaped};

/// What a component becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Component {
    /// A box: the name behind the colons, and its title.
    Box(&'static str, Option<String>),
    /// A step: an item of a numbered list.
    Step(Option<String>),
    /// A part with a title, which may lead somewhere, and a sentence about it.
    Card {
        title: Option<String>,
        href: Option<String>,
        about: Option<String>,
    },
    /// A heading with a sentence about it, and what belongs to it.
    Section(String, Option<String>),
    /// A parameter or a property: its name, and its type and whether it must be given.
    Field(String, String),
    /// A link around its content.
    Link(String),
    /// What stands there instead.
    Text(String),
    /// Only what stands in it.
    Content,
    /// A text below the content.
    Caption(String),
    /// Its content, but kb does not know what the component does: what it says in attributes stands before.
    Unknown(Option<String>),
}

/// What a component begins or ends with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Nothing.
    Nothing,
    /// A text in the line.
    Inline(String),
    /// A line of its own.
    Line(String),
}

/// Components of Docusaurus, Starlight, Nextra and Mintlify around content that needs nothing around it.
const AROUND: [&str; 15] = [
    "",
    "AccordionGroup",
    "CardGrid",
    "CardGroup",
    "Cards",
    "Column",
    "Columns",
    "FileTree",
    "Fragment",
    "Grid",
    "LinkGrid",
    "Panel",
    "React.Fragment",
    "Row",
    "StepsContainer",
];

/// Components that show what is no part of the text.
const NOTHING: [&str; 5] = ["DocCardList", "Icon", "Head", "TOCInline", "BrowserOnly"];

impl Component {
    /// What the component of a tag becomes. Imported names tell the files of images.
    pub(super) fn of(tag: &Tag<'_>, imports: &HashMap<String, String>) -> Self {
        let text = |names: &[&str]| tag.text(names).map(ToOwned::to_owned);
        let about = || text(&["description", "caption", "hint"]);
        let title = || text(&["title", "label", "name", "header", "summary"]);
        match tag.name {
            "Aside" | "Admonition" | "Callout" | "Alert" | "Banner" => {
                let kind = tag.text(&["type", "intent", "variant", "kind"]).unwrap_or("note");
                Self::Box(callout(kind), title())
            }
            "Note" | "Tip" | "Info" | "Warning" | "Caution" | "Danger" | "Check" | "Important" | "Hint" | "Success"
            | "Error" => Self::Box(callout(&tag.name.to_lowercase()), title()),
            "Tabs" | "TabGroup" | "TabView" => Self::Box("tabs", None),
            "CodeGroup" | "CodeTabs" => Self::Box("code-group", None),
            "TabItem" | "Tab" | "Tabs.Tab" => Self::Box(
                "tab",
                Some(text(&["label", "title", "name", "value"]).unwrap_or_default()),
            ),
            "Steps" => Self::Box("steps", None),
            "Step" => Self::Step(title()),
            "Details" | "Accordion" | "Collapsible" | "Expandable" | "Disclosure" | "Dropdown" | "Expander" => {
                Self::Box("details", title())
            }
            "Card" | "LinkCard" | "Cards.Card" | "FeatureCard" | "Tile" => Self::Card {
                title: title(),
                href: text(&["href", "to", "link", "url"]),
                about: about(),
            },
            "Update" => match title() {
                Some(title) => Self::Section(title, about()),
                None => Self::Content,
            },
            "ParamField" | "ResponseField" | "Property" => {
                match text(&["path", "query", "body", "header", "name", "title"]) {
                    Some(name) => {
                        let required = tag.attributes.contains_key("required").then_some("required");
                        let about = tag.text(&["type"]).into_iter().chain(required);
                        Self::Field(name, about.collect::<Vec<_>>().join(", "))
                    }
                    None => Self::Unknown(None),
                }
            }
            "Link" | "LinkButton" | "Button" | "A" => match text(&["href", "to"]) {
                Some(href) => Self::Link(href),
                None => Self::Content,
            },
            "Image" | "Img" => match tag
                .attributes
                .get("src")
                .and_then(Option::as_ref)
                .and_then(|value| file(value, imports))
            {
                Some(file) => Self::Text(format!(
                    "![{}](<{file}>)",
                    escaped(tag.text(&["alt"]).unwrap_or_default())
                )),
                None => Self::Unknown(None),
            },
            "Frame" => match about() {
                Some(caption) => Self::Caption(caption),
                None => Self::Content,
            },
            "Badge" | "Kbd" => match text(&["text"]) {
                Some(text) => Self::Text(escaped(&text)),
                None => Self::Content,
            },
            name if AROUND.contains(&name) => Self::Content,
            name if NOTHING.contains(&name) => Self::Text(String::new()),
            _ => {
                let said: Vec<String> = title().into_iter().chain(about()).collect();
                Self::Unknown((!said.is_empty()).then(|| said.join(": ")))
            }
        }
    }

    /// Whether kb does not know what it does.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Whether its end changes what stands behind it.
    pub(super) fn must_close(&self) -> bool {
        matches!(self, Self::Box(..) | Self::Step(_) | Self::Link(_))
    }

    /// Whether it is a group of tabs of code.
    pub(super) fn is_code_group(&self) -> bool {
        matches!(self, Self::Box("code-group", _))
    }

    /// What stands before its content; `is_first`: whether it begins a line.
    pub(super) fn start(&self, is_first: bool) -> Part {
        let sentence = |about: &Option<String>| {
            about
                .as_ref()
                .map_or_else(String::new, |about| format!("\n{}\n", escaped(about)))
        };
        match self {
            Self::Box(name, None) => Part::Line(format!(":::{name}")),
            Self::Box(name, Some(title)) => {
                let title = escaped(&title.replace(['[', ']'], ""));
                Part::Line(format!(":::{name}[{title}]"))
            }
            Self::Step(title) => Part::Line(match title {
                Some(title) => format!("1. **{}**\n", escaped(title)),
                None => "1. ".to_owned(),
            }),
            Self::Card { title, href, about } => match (title, href) {
                (Some(title), Some(href)) => {
                    Part::Line(format!("**[{}](<{href}>)**\n{}", escaped(title), sentence(about)))
                }
                (Some(title), None) => Part::Line(format!("**{}**\n{}", escaped(title), sentence(about))),
                (None, Some(href)) => Part::Inline(format!("<{href}> ")),
                (None, None) => Part::Nothing,
            },
            Self::Section(title, about) => Part::Line(format!("## {}\n{}", escaped(title), sentence(about))),
            Self::Field(name, about) if about.is_empty() => Part::Line(format!("**`{name}`**\n")),
            Self::Field(name, about) => Part::Line(format!("**`{name}`** ({})\n", escaped(about))),
            Self::Link(_) => Part::Inline("[".to_owned()),
            Self::Text(text) => Part::Inline(text.clone()),
            Self::Unknown(Some(said)) if is_first => Part::Line(format!("{}\n", escaped(said))),
            Self::Content | Self::Caption(_) | Self::Unknown(_) => Part::Nothing,
        }
    }

    /// What stands behind it.
    pub(super) fn end(&self) -> Part {
        match self {
            Self::Box(..) => Part::Line(":::".to_owned()),
            Self::Link(href) => Part::Inline(format!("](<{href}>)")),
            Self::Caption(caption) => Part::Inline(format!("\n\n{}\n", escaped(caption))),
            _ => Part::Nothing,
        }
    }

    /// By what its content is indented.
    pub(super) fn inner_indent(&self) -> &'static str {
        match self {
            Self::Step(_) => "   ",
            _ => "",
        }
    }
}

/// The name of a callout.
fn callout(kind: &str) -> &'static str {
    match kind.to_lowercase().as_str() {
        "tip" | "hint" | "check" | "success" => "tip",
        "important" => "important",
        "warning" | "warn" | "attention" => "warning",
        "caution" | "danger" | "error" => "caution",
        _ => "note",
    }
}

/// The file that an attribute names: as a text, by `require("…")` or another function, or by an imported name.
pub(super) fn file(value: &Value, imports: &HashMap<String, String>) -> Option<String> {
    match value {
        Value::Text(file) => Some(file.clone()),
        Value::Code(code) => {
            let quoted = code.split(['"', '\'']).nth(1).filter(|_| code.contains('('));
            quoted.map(ToOwned::to_owned).or_else(|| imports.get(code).cloned())
        }
    }
}
