//! The components that the tools bring along, and what they are in Markdown as kb reads it.

use std::collections::HashMap;

use super::scan::{Tag, Value};

/// What a component becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Component {
    /// A box: the name behind the colons, and its title.
    Box(&'static str, Option<String>),
    /// A step: an item of a numbered list.
    Step(Option<String>),
    /// A part with a title, which may lead somewhere.
    Card {
        title: Option<String>,
        href: Option<String>,
    },
    /// A heading, and what belongs to it.
    Section(String),
    /// A parameter or a property: its name, and its type and whether it must be given.
    Field(String, String),
    /// A link around its content.
    Link(String),
    /// What stands there instead.
    Text(String),
    /// Only what stands in it.
    Content,
    /// The same, but kb does not know what the component does.
    Unknown,
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
const AROUND: [&str; 16] = [
    "",
    "AccordionGroup",
    "CardGrid",
    "CardGroup",
    "Cards",
    "Column",
    "Columns",
    "FileTree",
    "Fragment",
    "Frame",
    "Grid",
    "LinkGrid",
    "Panel",
    "React.Fragment",
    "Row",
    "StepsContainer",
];

/// Components that show what is no part of the text.
const NOTHING: [&str; 6] = ["DocCardList", "Icon", "Head", "TOCInline", "BrowserOnly", "ThemedImage"];

impl Component {
    /// What the component of a tag becomes. Imported names tell the files of images.
    pub(super) fn of(tag: &Tag<'_>, imports: &HashMap<String, String>) -> Self {
        let text = |names: &[&str]| tag.text(names).map(ToOwned::to_owned);
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
            },
            "Update" => match title() {
                Some(title) => Self::Section(title),
                None => Self::Content,
            },
            "ParamField" | "ResponseField" | "Property" => {
                match text(&["path", "query", "body", "header", "name", "title"]) {
                    Some(name) => {
                        let required = tag.attributes.contains_key("required").then_some("required");
                        let about = tag.text(&["type"]).into_iter().chain(required);
                        Self::Field(name, about.collect::<Vec<_>>().join(", "))
                    }
                    None => Self::Unknown,
                }
            }
            "Link" | "LinkButton" | "Button" | "A" => match text(&["href", "to"]) {
                Some(href) => Self::Link(href),
                None => Self::Content,
            },
            "Image" | "Img" => match source(tag, imports) {
                Some(file) => Self::Text(format!(
                    "![{}](<{file}>)",
                    tag.text(&["alt"]).unwrap_or_default().replace(['[', ']'], "")
                )),
                None => Self::Unknown,
            },
            "Badge" | "Kbd" => match text(&["text"]) {
                Some(text) => Self::Text(text),
                None => Self::Content,
            },
            name if AROUND.contains(&name) => Self::Content,
            name if NOTHING.contains(&name) => Self::Text(String::new()),
            _ => Self::Unknown,
        }
    }

    /// What stands before its content.
    pub(super) fn start(&self) -> Part {
        match self {
            Self::Box(name, None) => Part::Line(format!(":::{name}")),
            Self::Box(name, Some(title)) => Part::Line(format!(":::{name}[{}]", title.replace(['[', ']'], ""))),
            Self::Step(title) => Part::Line(match title {
                Some(title) => format!("1. **{title}**\n"),
                None => "1. ".to_owned(),
            }),
            Self::Card { title, href } => match (title, href) {
                (Some(title), Some(href)) => Part::Line(format!("**[{title}](<{href}>)**\n")),
                (Some(title), None) => Part::Line(format!("**{title}**\n")),
                (None, Some(href)) => Part::Inline(format!("<{href}> ")),
                (None, None) => Part::Nothing,
            },
            Self::Section(title) => Part::Line(format!("## {title}\n")),
            Self::Field(name, about) if about.is_empty() => Part::Line(format!("**`{name}`**\n")),
            Self::Field(name, about) => Part::Line(format!("**`{name}`** ({about})\n")),
            Self::Link(_) => Part::Inline("[".to_owned()),
            Self::Text(text) => Part::Inline(text.clone()),
            Self::Content | Self::Unknown => Part::Nothing,
        }
    }

    /// What stands behind it.
    pub(super) fn end(&self) -> Part {
        match self {
            Self::Box(..) => Part::Line(":::".to_owned()),
            Self::Link(href) => Part::Inline(format!("](<{href}>)")),
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

/// The file of an image: named itself, or imported.
fn source(tag: &Tag<'_>, imports: &HashMap<String, String>) -> Option<String> {
    match tag.attributes.get("src")?.as_ref()? {
        Value::Text(file) => Some(file.clone()),
        Value::Code(name) => {
            let required = name
                .strip_prefix("require(")
                .and_then(|rest| rest.split(['"', '\'']).nth(1));
            required.map(ToOwned::to_owned).or_else(|| imports.get(name).cloned())
        }
    }
}
