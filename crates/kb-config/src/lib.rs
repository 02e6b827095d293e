//! `kb.toml`: the settings of a project, read and checked once.
//!
//! Everything is optional. All settings have defaults, so that a bare folder of Markdown builds.

mod address;
mod checks;
mod color;
mod contact;
mod language;
mod read;
mod search;
mod signals;
mod views;

use std::collections::BTreeMap;

use kb_diagnostic::Span;

pub use checks::Checks;
pub use color::{ColorError, Oklch, Rgb};
pub use contact::{Channels, ContactConfig, ContactTexts, FieldConfig, FieldKind, FieldOption, Receiver, TopicConfig};
pub use language::{Direction, Language, known_languages};
pub use read::parse_config;
pub use search::{PinEntry, SearchConfig, SynonymEntry, parse_search_config};
pub use signals::{BeaconTarget, SignalsConfig};
pub use views::{ViewRow, Views, parse_views};

/// A project's settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Name of the help centre; `None` to use the name of the folder.
    pub title: Option<String>,
    /// One or two sentences for the home page and search engines.
    pub description: Option<String>,
    /// The address of the site.
    pub base_url: Option<BaseUrl>,
    /// The language of articles without another language in their path.
    pub default_language: Language,
    /// Whether `default_language` is set in the file.
    pub default_language_given: bool,
    /// The languages in the settings.
    pub languages: BTreeMap<Language, LanguageConfig>,
    /// How it looks.
    pub theme: ThemeConfig,
    /// How it is built.
    pub build: BuildConfig,
    /// Synonyms and pins.
    pub search: SearchConfig,
    /// How often pages were read.
    pub views: Views,
    /// Contact channels, and the contact form.
    pub contact: ContactConfig,
    /// Where "was this helpful?" answers go.
    pub feedback: FeedbackConfig,
    /// Whether pages send signals.
    pub signals: SignalsConfig,
    /// Links out of the help centre.
    pub links: LinksConfig,
    /// Levels of problems.
    pub checks: Checks,
    /// Files that are not content, in the syntax of `.gitignore`.
    pub ignore: Vec<String>,
}

impl Config {
    /// Contact channels and form with the texts of a language.
    pub fn contact_in(&self, language: &Language) -> ContactConfig {
        let own = self.languages.get(language).and_then(|own| own.contact.as_ref());
        own.map_or_else(|| self.contact.clone(), |own| self.contact.with(own))
    }
}

/// Settings of one language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LanguageConfig {
    /// Name of the help centre in this language.
    pub title: Option<String>,
    /// Description in this language.
    pub description: Option<String>,
    /// Name of the language in the switcher.
    pub name: Option<String>,
    /// Writing direction, if it is not the usual one of the language.
    pub direction: Option<Direction>,
    /// What differs in the contact channels and the form.
    pub contact: Option<ContactTexts>,
}

/// Settings of the look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeConfig {
    /// Name of the theme: a folder in `themes/`, or the embedded `default`.
    pub name: String,
    /// Accent colour.
    pub accent: Rgb,
    /// Its place in the file; `None` if it is not set.
    pub accent_span: Option<Span>,
    /// Logo, a file in `static/`.
    pub logo: Option<String>,
    /// Favicon, a file in `static/`.
    pub favicon: Option<String>,
}

/// What happens to raw HTML in articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum RawHtml {
    /// It is kept unchanged.
    #[default]
    Allow,
    /// Scripts, styles and event handlers are removed.
    Sanitize,
    /// It is shown as text.
    Escape,
}

/// Settings of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct BuildConfig {
    /// Output folder, relative to the project.
    pub output: String,
    /// Folders outside of the project that symbolic links in it may lead to, relative to the project.
    pub follow_links_to: Vec<(String, Span)>,
    /// What happens to raw HTML.
    pub html: RawHtml,
    /// Whether code is highlighted.
    pub highlight: bool,
    /// Whether smaller variants of images are made.
    pub images: bool,
    /// Whether git gives the dates of the last changes of articles.
    pub git_dates: bool,
    /// Whether articles whose headings are questions contain `FAQPage` data.
    pub faq_json_ld: bool,
    /// Whether there is an Atom feed.
    pub feed: bool,
    /// Whether there are `llms.txt` and Markdown copies.
    pub llms: bool,
    /// Additional schemes that links may have, in lower case.
    pub link_schemes: Vec<String>,
}

impl Default for BuildConfig {
    fn default() -> Self {
        Self {
            output: "public".to_owned(),
            follow_links_to: Vec::new(),
            html: RawHtml::Allow,
            highlight: true,
            images: true,
            git_dates: true,
            faq_json_ld: false,
            feed: true,
            llms: true,
            link_schemes: Vec::new(),
        }
    }
}

/// Where "was this helpful?" answers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackConfig {
    /// Whether articles ask the question.
    pub enabled: bool,
    /// Mail address for answers.
    pub email: Option<String>,
    /// URL that answers are posted to.
    pub endpoint: Option<String>,
    /// Whether a script of the site receives them through an event.
    pub script: bool,
}

impl FeedbackConfig {
    /// Whether articles show the question: it is enabled, and something receives the answers.
    pub fn asks(&self) -> bool {
        self.enabled && self.has_destination()
    }

    /// Whether something receives the answers.
    pub(crate) fn has_destination(&self) -> bool {
        self.email.is_some() || self.endpoint.is_some() || self.script
    }
}

impl Default for FeedbackConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            email: None,
            endpoint: None,
            script: false,
        }
    }
}

/// Links out of the help centre.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinksConfig {
    /// URL template of "edit this page", with `{path}`.
    pub edit: Option<String>,
    /// The company's own site.
    pub home: Option<String>,
    /// The text of that link.
    pub home_title: Option<String>,
}

/// The absolute URL of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    origin: String,
    path: String,
}

impl BaseUrl {
    /// Reads an absolute `http` or `https` URL.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed = url::Url::parse(text)
            .map_err(|_| format!("`{text}` is not an absolute URL such as `https://help.example.com/`"))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
            return Err(format!("`{text}` must begin with `https://` or `http://`"));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(format!("`{text}` must not have a query or a fragment"));
        }
        Ok(Self {
            origin: parsed.origin().ascii_serialization(),
            path: format!("{}/", parsed.path().trim_end_matches('/')),
        })
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path, with a slash at both ends.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: None,
            description: None,
            base_url: None,
            default_language: Language::english(),
            default_language_given: false,
            languages: BTreeMap::new(),
            theme: ThemeConfig {
                name: "default".to_owned(),
                accent: Rgb(0x0b, 0x5c, 0xd6),
                accent_span: None,
                logo: None,
                favicon: None,
            },
            build: BuildConfig::default(),
            search: SearchConfig::default(),
            views: Views::default(),
            contact: ContactConfig::default(),
            feedback: FeedbackConfig::default(),
            signals: SignalsConfig::default(),
            links: LinksConfig::default(),
            checks: Checks::default(),
            ignore: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
