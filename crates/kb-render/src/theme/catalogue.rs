//! Which themes there are, and the files of a theme that a project can copy and change.

use std::sync::Arc;

use kb_config::Config;
use kb_diagnostic::Diagnostic;
use kb_source::FileSystem;

use super::layers::{self, ThemeFile};
use super::{CUSTOM_CSS, MISSING_IMAGE, ThemeSource, assets, manifest, origin};

/// A theme that a project can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeInfo {
    /// Its name in `kb.toml`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// Whether it is part of kb.
    pub built_in: bool,
    /// Its folder in the project, for messages.
    pub folder: Option<String>,
    /// Whether the project uses it.
    pub in_use: bool,
}

/// All themes, by name.
pub fn themes(files: &dyn FileSystem, source: &ThemeSource<'_>, config: &Config) -> Vec<ThemeInfo> {
    let folders = source.project.map(|project| layers::folder_names(files, project));
    let folders = folders.unwrap_or_default();
    let built_in = layers::built_in_names().map(ToOwned::to_owned);
    let mut names: Vec<String> = built_in.chain(folders.iter().cloned()).collect();
    names.sort();
    names.dedup();
    let info = |name: String| {
        let built_in = layers::built_in(&name);
        let folder = source.project.filter(|_| folders.contains(&name)).map(|project| {
            let folder = project.join("themes").join(&name);
            layers::theme_folder(files, &folder, &name, source.display, &mut Vec::new())
        });
        let manifests = [built_in.as_ref(), folder.as_ref()].into_iter().flatten();
        let said = manifest::describe(manifests.filter_map(|layer| layer.files.get("theme.toml")));
        ThemeInfo {
            title: if said.title.is_empty() {
                name.clone()
            } else {
                said.title
            },
            description: said.description,
            built_in: built_in.is_some(),
            folder: folder.map(|_| format!("{}themes/{name}/", source.display)),
            in_use: name == config.theme.name,
            name,
        }
    };
    names.into_iter().map(info).collect()
}

/// What a file of a theme is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A template of a kind of page, or one that others extend.
    Template,
    /// A template that others include.
    Partial,
    /// A static file.
    Static,
    /// The messages of a language.
    Messages,
}

/// A file of the theme in use that a project can copy and change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name: `article.html`, `partials/footer.html`, `css/tokens.css`, `i18n/de.toml`.
    pub name: String,
    /// What it is for.
    pub kind: PartKind,
    /// Where the copy goes, from the project folder.
    pub target: String,
    /// The theme it comes from.
    pub theme: String,
    /// Its description on one line; may be empty.
    pub about: String,
    /// Its bytes.
    pub original: Arc<[u8]>,
}

impl Part {
    /// The copy, with a first line about its origin.
    pub fn copy(&self) -> Vec<u8> {
        let line = origin::line(&self.target, &self.theme, &self.original);
        [line.as_bytes(), &self.original].concat()
    }

    /// The text of a copy without that line.
    pub fn changed_text<'a>(&self, copy: &'a str) -> &'a str {
        origin::without_line(&self.target, copy)
    }
}

/// The files of the theme in use that a project can copy: by kind, then by name.
pub fn parts(
    files: &dyn FileSystem,
    source: &ThemeSource<'_>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Part> {
    let mut layers = layers::collect(files, source, config, diagnostics);
    layers.project.clear();
    let merged = layers.merged();
    let manifest = manifest::read(&layers, &merged, diagnostics);
    let served = assets::served(&layers, &merged, &manifest);
    let wanted = |path: &str| match path.strip_prefix("static/") {
        Some(path) => assets::is_used(path, &served, &manifest) && path != MISSING_IMAGE && path != CUSTOM_CSS,
        None => path.starts_with("templates/") || path.starts_with("i18n/"),
    };
    let mut parts: Vec<Part> = (merged.keys().filter(|path| wanted(path)))
        .filter_map(|path| {
            let (theme, file) = layers.original(path)?;
            Some(part(path, theme, file))
        })
        .collect();
    parts.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    parts
}

fn part(path: &str, theme: &str, file: &ThemeFile) -> Part {
    let kind = match path.split_once('/') {
        Some(("static", _)) => PartKind::Static,
        Some(("i18n", _)) => PartKind::Messages,
        Some((_, name)) if name.contains('/') => PartKind::Partial,
        _ => PartKind::Template,
    };
    Part {
        name: name_of(path).to_owned(),
        kind,
        target: path.to_owned(),
        theme: theme.to_owned(),
        about: about(path, &String::from_utf8_lossy(&file.bytes)),
        original: Arc::clone(&file.bytes),
    }
}

/// The name of a file on the command line.
pub(super) fn name_of(path: &str) -> &str {
    path.strip_prefix("templates/")
        .or_else(|| path.strip_prefix("static/"))
        .unwrap_or(path)
}

/// The first sentence or line of the comment at the start of a file.
fn about(path: &str, text: &str) -> String {
    let begins = ["{#-", "{#", "/*", "//", "#"];
    let Some(said) = begins.iter().find_map(|begin| text.trim_start().strip_prefix(begin)) else {
        return String::new();
    };
    let line = said.trim_start().lines().next().unwrap_or_default();
    let ends = ["-#}", "#}", "*/", " Context:"];
    let line = ends
        .iter()
        .fold(line, |line, end| line.split(end).next().unwrap_or_default());
    let file = path.rsplit('/').next().unwrap_or(path);
    let line = line
        .strip_prefix(file)
        .map_or(line, |rest| rest.trim_start_matches(':'));
    let ends = [". ", "; "].into_iter().filter_map(|end| line.find(end)).min();
    let sentence = &line[..ends.unwrap_or(line.len())];
    sentence.trim().trim_end_matches(['.', ',', ';']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_tells_what_a_file_is() {
        for (path, text, expected) in [
            (
                "templates/a.html",
                "{#- a.html: one answer.\n    Context: x. -#}\n",
                "one answer",
            ),
            ("templates/a.html", "{# a.html: all. Context: site, t. #}", "all"),
            ("templates/a.html", "<p>{# no #}</p>", ""),
            (
                "static/css/a.css",
                "/* The look in one place. More. */",
                "The look in one place",
            ),
            ("i18n/de.toml", "title = \"x\"", ""),
        ] {
            assert_eq!(about(path, text), expected, "{text}");
        }
    }
}
