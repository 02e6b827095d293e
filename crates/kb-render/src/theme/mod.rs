//! The theme: files from the project, a theme folder and the themes built into kb, looked up in this order by path.
//!
//! 1. `layers` gathers the files.
//! 2. `manifest` reads the `theme.toml` files.
//! 3. `assets` makes the static files that are served.
//! 4. `templates` parses the templates.
//! 5. `message_files` gathers and checks the messages.
//! 6. `origin` detects copies of a theme's files, and outdated ones.
//! 7. `catalogue` lists themes, and the files of a theme that can be copied.

mod assets;
mod catalogue;
mod css;
mod layers;
mod manifest;
mod message_files;
mod origin;
mod templates;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use kb_config::{Config, Language};
use kb_diagnostic::Diagnostic;
use kb_source::FileSystem;
use tera::Tera;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::i18n::Messages;
use crate::icons;
use layers::LayerFiles;
use message_files::MessageFiles;

pub use catalogue::{Part, PartKind, ThemeInfo, parts, themes};
pub use layers::{is_junk, static_files};

macro_rules! kinds {
    ($($kind:ident $name:literal $what:literal)+) => {
        /// A kind of page, with a template of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PageKind {
            $(#[doc = $what] $kind,)+
        }

        impl PageKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Its name in templates.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }

            /// Its template.
            pub const fn template(self) -> &'static str {
                match self { $(Self::$kind => concat!($name, ".html")),+ }
            }
        }
    };
}

kinds! {
    Home "home" "The home page."
    Category "category" "A category or collection."
    Article "article" "An article."
    Tag "tag" "The articles with a tag."
    Tags "tags" "All tags."
    All "all" "All articles from A to Z."
    Search "search" "The search page."
    Contact "contact" "The contact page."
    NotFound "404" "The page for missing pages."
    Redirect "redirect" "The page at an old address that leads to the new one."
}

impl serde::Serialize for PageKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The template that the others extend.
const FRAME: &str = "base.html";

/// The project's own style sheet in `static/`, which every page loads after that of the theme.
pub(crate) const CUSTOM_CSS: &str = "custom.css";

/// The script that sends signals, below the folder of the theme's files. A site that sends none does not have it.
pub const SIGNALS_SCRIPT: &str = "js/signals.js";
/// The placeholder for missing images.
const MISSING_IMAGE: &str = "img/missing.svg";

const MISSING_IMAGE_SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 180\" width=\"320\" height=\"180\"><rect width=\"318\" height=\"178\" x=\"1\" y=\"1\" rx=\"8\" fill=\"#8881\" stroke=\"#888\" stroke-dasharray=\"6 5\"/><path d=\"M134 106l18-22 13 15 9-10 14 17zM172 76a5 5 0 1 0 .1 0z\" fill=\"none\" stroke=\"#888\" stroke-width=\"3\" stroke-linejoin=\"round\"/></svg>\n";

/// A loaded theme.
#[derive(Debug)]
pub struct Theme {
    templates: Tera,
    /// Names of templates with reported errors that have no built-in replacement.
    broken: BTreeSet<String>,
    /// The built-in templates, for pages whose template fails.
    fallback: Tera,
    files: LayerFiles,
    /// The messages by file name: each layer fills or replaces messages of the one before it.
    messages: MessageFiles,
    /// Files to write, by output path.
    pub outputs: BTreeMap<String, Arc<[u8]>>,
    /// Files of the project's `static/` folder that replace one of the theme's; they are served in its place only.
    pub replacements: BTreeSet<String>,
    /// Path of the folder of theme assets, such as `assets/1a2b3c4d`.
    pub asset_folder: String,
    scripts: Vec<String>,
    /// Hash of the project's own style sheet, if there is one.
    custom_css: Option<u64>,
    /// Hash of all its files and of where they are served.
    pub hash: u64,
}

/// The places of a theme.
#[derive(Debug)]
pub struct ThemeSource<'a> {
    /// The project folder; `None` for a bare folder of Markdown.
    pub project: Option<&'a Path>,
    /// What the project folder is called in messages; with `/` at the end, or empty.
    pub display: &'a str,
    /// Whether pages will be opened from a folder, without a server.
    pub offline: bool,
}

impl Theme {
    /// Loads the theme that the settings name.
    pub fn load(
        files: &dyn FileSystem,
        source: &ThemeSource<'_>,
        config: &Config,
        base_path: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut layers = layers::collect(files, source, config, diagnostics);
        diagnostics.extend(origin::outdated(&layers));
        diagnostics.extend(super::palette::adjustment(&config.theme));
        let mut merged = layers.merged();
        let manifest = manifest::read(&layers, &merged, diagnostics);
        let served = assets::served(&layers, &merged, &manifest);
        // A file of the project replaces one of the theme only if the theme uses it.
        let needed = |path: &str| assets::is_used(path, &served, &manifest);
        let used = |path: &String| path.strip_prefix("static/").is_none_or(needed);
        layers.project.retain(|path, _| used(path));
        merged.retain(|path, _| used(path));
        let replacements = layers.project.keys().filter_map(|path| path.strip_prefix("static/"));
        let replacements = replacements.map(ToOwned::to_owned).collect();

        let custom_css = source.project.map(|project| project.join("static").join(CUSTOM_CSS));
        let custom_css = custom_css
            .and_then(|path| files.read(&path).ok())
            .map(|css| xxh3_64(&css));
        let built_in = layers.built_in();
        let messages = message_files::take(&layers, &mut merged);
        diagnostics.extend(message_files::check(&messages, &layers));
        // Browsers refuse to load shapes from another file if the page is opened from a folder.
        let icons = (!source.offline).then(|| {
            let templates = merged.iter().filter(|(path, _)| path.starts_with("templates/"));
            let texts: Vec<_> = templates
                .map(|(_, file)| String::from_utf8_lossy(&file.bytes))
                .collect();
            let named = texts.iter().flat_map(|text| icons::named(text));
            named.map(ToOwned::to_owned).collect()
        });
        let assets::Assets { outputs, folder } = assets::make(&merged, &manifest, &served, icons.as_ref(), config);
        let hash = hash(&merged, &messages, &format!("{base_path}{folder}"), custom_css);
        let functions = templates::Functions {
            base_path,
            asset_folder: &folder,
            assets: outputs.keys().cloned().collect(),
            icons,
        };
        let fallback = templates::fallback(&built_in, &functions, diagnostics);
        let (own, broken) = templates::own(&merged, &built_in, &functions, diagnostics);
        Self {
            templates: own,
            broken,
            fallback,
            files: merged,
            messages,
            outputs,
            replacements,
            asset_folder: folder,
            scripts: manifest.scripts,
            custom_css,
            hash,
        }
    }

    /// The messages of the theme in a language.
    pub fn messages(&self, language: &Language) -> Messages {
        let mut names = vec!["en".to_owned(), language.base().to_owned(), language.tag().to_owned()];
        if let Some(script) = chinese_script(language) {
            names.insert(2, script.to_owned());
        }
        names.dedup();
        let files = names.iter().flat_map(|name| {
            let own = name != "en" || language.base() == "en";
            let layers = self.messages.get(&format!("{name}.toml")).into_iter().flatten();
            layers.map(move |file| (String::from_utf8_lossy(&file.bytes), own))
        });
        Messages::read(language, files)
    }

    /// URLs of the scripts, below the asset folder.
    pub(crate) fn script_paths(&self) -> Vec<String> {
        self.scripts
            .iter()
            .map(|script| format!("{}/{script}", self.asset_folder))
            .collect()
    }

    /// Path of the style sheet.
    pub(crate) fn css_path(&self) -> String {
        format!("{}/kb.css", self.asset_folder)
    }

    /// Path of the project's own style sheet and the hash of its content, if there is one.
    pub(crate) fn custom_css(&self) -> Option<(&'static str, String)> {
        Some((CUSTOM_CSS, format!("{:08x}", self.custom_css? >> 32)))
    }

    /// Path of the placeholder for missing images.
    pub(crate) fn missing_image_path(&self) -> String {
        format!("{}/{MISSING_IMAGE}", self.asset_folder)
    }

    /// The template called `name`, with or without its ending.
    pub fn template(&self, name: &str) -> Option<&str> {
        let named = |wanted: &str| self.templates.get_template_names().find(|known| *known == wanted);
        named(name).or_else(|| named(&format!("{name}.html")))
    }

    /// Names of the templates that a page of the kind `own` may use: whole pages that belong to no other kind, but for
    /// that of articles.
    pub(crate) fn template_names(&self, own: PageKind) -> Vec<&str> {
        let other_kinds = PageKind::ALL
            .iter()
            .filter(|kind| **kind != PageKind::Article && **kind != own);
        let others: Vec<&str> = other_kinds.map(|kind| kind.template()).collect();
        let mut names: Vec<&str> = self
            .templates
            .get_template_names()
            .filter(|name| !(name.contains('/') || *name == FRAME || others.contains(name)))
            .collect();
        names.sort_unstable();
        names
    }

    /// Renders a page. If its template fails, the built-in one of its kind is used, and the failure is returned too.
    pub fn render(&self, template: &str, kind: PageKind, context: &tera::Context) -> (String, Option<Diagnostic>) {
        let fallback = kind.template();
        let template = if self.broken.contains(template) {
            fallback
        } else {
            template
        };
        match self.templates.render(template, context) {
            Ok(html) => (html, None),
            Err(error) => {
                let diagnostic = templates::diagnostic(&self.files, &error);
                (
                    self.fallback.render(fallback, context).unwrap_or_default(),
                    Some(diagnostic),
                )
            }
        }
    }
}

/// Chinese without a script: by region.
fn chinese_script(language: &Language) -> Option<&'static str> {
    match language.tag() {
        "zh" | "zh-CN" | "zh-SG" => Some("zh-Hans"),
        "zh-TW" | "zh-HK" | "zh-MO" => Some("zh-Hant"),
        _ => None,
    }
}

/// Hash of files, of messages in their layers, of where static files are served, and of the project's own style sheet.
fn hash(files: &LayerFiles, messages: &MessageFiles, assets: &str, custom_css: Option<u64>) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(assets.as_bytes());
    let messages = (messages.iter()).flat_map(|(name, layers)| layers.iter().map(move |file| (name, file)));
    for (path, file) in files.iter().chain(messages) {
        for part in [path.as_bytes(), &file.bytes] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    if let Some(custom) = custom_css {
        hash.update(&custom.to_le_bytes());
    }
    hash.digest()
}

#[cfg(test)]
mod tests;
