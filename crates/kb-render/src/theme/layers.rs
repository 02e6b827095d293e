//! Where the files of a theme come from: the themes built into kb, the theme's folder, the project; later ones win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use kb_config::Config;
use kb_diagnostic::{Code, Diagnostic, SourceText, Span, did_you_mean};
use kb_source::FileSystem;

use super::manifest;
use super::{CUSTOM_CSS, MISSING_IMAGE, MISSING_IMAGE_SVG, ThemeSource};

/// The themes built into kb, a folder each.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../themes");

/// The built-in base of all other themes.
pub(super) const DEFAULT: &str = "default";

/// A file of a theme.
#[derive(Debug, Clone)]
pub(super) struct ThemeFile {
    /// Its name in messages.
    pub(super) display: String,
    pub(super) bytes: Arc<[u8]>,
    /// Whether it is part of kb.
    pub(super) built_in: bool,
}

impl ThemeFile {
    /// The text of the file, for spans.
    pub(super) fn source_text(&self) -> SourceText {
        SourceText::new(&*self.display, String::from_utf8_lossy(&self.bytes))
    }

    fn built_in(display: String, bytes: &[u8]) -> Self {
        Self {
            display,
            bytes: Arc::from(bytes),
            built_in: true,
        }
    }
}

/// Files by their path in a theme, such as `templates/home.html`.
pub(super) type LayerFiles = BTreeMap<String, ThemeFile>;

/// The files of one theme.
#[derive(Debug)]
pub(super) struct Layer {
    /// The theme's name.
    pub(super) theme: String,
    pub(super) files: LayerFiles,
}

/// All layers of a theme.
#[derive(Debug)]
pub(super) struct Layers {
    /// Themes, from the base to the most specific.
    pub(super) themes: Vec<Layer>,
    /// Files of the project that replace or extend those of the theme.
    pub(super) project: LayerFiles,
    /// Name of the theme in use.
    pub(super) name: String,
}

impl Layers {
    /// The file of the theme at a path, with the name of the theme it comes from; without those of the project.
    pub(super) fn original(&self, path: &str) -> Option<(&str, &ThemeFile)> {
        let mut from_top = self.themes.iter().rev();
        from_top.find_map(|layer| Some((layer.theme.as_str(), layer.files.get(path)?)))
    }

    /// All files, each from its highest layer.
    pub(super) fn merged(&self) -> LayerFiles {
        let files = self.all().map(|(path, file)| (path.clone(), file.clone()));
        files.collect()
    }

    /// All files of all layers, from the base to the project, by their paths.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &ThemeFile)> {
        let layers = self.themes.iter().map(|layer| &layer.files).chain([&self.project]);
        layers.flatten()
    }

    /// The built-in files, without the folders of the project.
    pub(super) fn built_in(&self) -> LayerFiles {
        let files = self.themes.iter().flat_map(|layer| layer.files.clone());
        files.filter(|(_, file)| file.built_in).collect()
    }
}

/// Names of the built-in themes.
pub(super) fn built_in_names<'a>() -> impl Iterator<Item = &'a str> {
    BUILT_IN.dirs().filter_map(|dir| dir.path().to_str())
}

/// Whether kb's own default theme has a file at a path.
pub(super) fn default_has(path: &str) -> bool {
    BUILT_IN.get_file(format!("{DEFAULT}/{path}")).is_some()
}

/// The files of a built-in theme; none where there is no such theme.
pub(super) fn built_in(name: &str) -> Option<Layer> {
    let dir = BUILT_IN.get_dir(name)?;
    let mut files = LayerFiles::new();
    add_embedded(dir, name, &mut files);
    if name == DEFAULT {
        let image = ThemeFile::built_in(String::new(), MISSING_IMAGE_SVG.as_bytes());
        files.insert(format!("static/{MISSING_IMAGE}"), image);
    }
    Some(Layer {
        theme: name.to_owned(),
        files,
    })
}

fn add_embedded(dir: &Dir<'_>, theme: &str, files: &mut LayerFiles) {
    for file in dir.files() {
        let path = file.path().strip_prefix(theme).unwrap_or(file.path());
        let path = path.to_string_lossy().replace('\\', "/");
        let display = format!("themes/{theme}/{path} (built in)");
        files.insert(path, ThemeFile::built_in(display, file.contents()));
    }
    for dir in dir.dirs() {
        add_embedded(dir, theme, files);
    }
}

/// Names of the theme folders of a project.
pub(super) fn folder_names(files: &dyn FileSystem, project: &Path) -> Vec<String> {
    let themes = project.join("themes");
    if !files.is_folder(&themes) {
        return Vec::new();
    }
    let (found, _) = files.walk(&themes, &|path, _| path.components().count() == 1);
    let folders = found.iter().filter(|file| file.is_folder);
    folders.filter_map(|folder| slashes(&folder.path)).collect()
}

/// The layers of the theme that the settings name.
pub(super) fn collect(
    files: &dyn FileSystem,
    source: &ThemeSource<'_>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Layers {
    let name = &config.theme.name;
    let mut own: Vec<Layer> = built_in(name).into_iter().collect();
    if let Some(project) = source.project {
        let folder = project.join("themes").join(name);
        if files.is_folder(&folder) {
            own.push(theme_folder(files, &folder, name, source.display, diagnostics));
        } else if own.is_empty() {
            diagnostics.push(missing(files, project, name, source.display));
        }
    }
    let mut themes = Vec::new();
    if name != DEFAULT {
        themes.extend(built_in(DEFAULT));
        themes.extend(extended(&own, name, diagnostics));
    }
    themes.append(&mut own);
    let mut layers = Layers {
        themes,
        project: LayerFiles::new(),
        name: name.clone(),
    };
    if let Some(project) = source.project {
        layers.project = project_files(files, project, source.display, &layers.themes, diagnostics);
    }
    layers
}

/// The base theme in a `theme.toml`, if it is not the default.
fn extended(own: &[Layer], name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Layer> {
    let mut manifests = own.iter().rev().filter_map(|layer| layer.files.get("theme.toml"));
    let (base, span) = manifests.find_map(manifest::extends)?;
    let found = built_in(&base);
    if found.is_none() {
        diagnostics.push(
            Diagnostic::new(
                Code::ThemeMissing,
                format!("there is no built-in theme `{base}` to extend"),
            )
            .with_span(span)
            .with_hint_if(did_you_mean(&base, built_in_names())),
        );
    }
    // The default lies below all, and a built-in theme below the folder of its name.
    found.filter(|_| base != DEFAULT && base != name)
}

fn missing(files: &dyn FileSystem, project: &Path, name: &str, display: &str) -> Diagnostic {
    let names = folder_names(files, project);
    let known: Vec<&str> = built_in_names().chain(names.iter().map(String::as_str)).collect();
    Diagnostic::new(
        Code::ThemeMissing,
        format!("there is no theme `{name}` in `{display}themes/`"),
    )
    .with_hint_if(did_you_mean(name, known))
}

pub(super) fn theme_folder(
    files: &dyn FileSystem,
    folder: &Path,
    name: &str,
    display: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Layer {
    let mut layer = Layer {
        theme: name.to_owned(),
        files: LayerFiles::new(),
    };
    let display = format!("{display}themes/{name}/");
    add_folder(files, folder, "", &display, &mut layer.files, diagnostics);
    layer
}

fn project_files(
    files: &dyn FileSystem,
    project: &Path,
    display: &str,
    themes: &[Layer],
    diagnostics: &mut Vec<Diagnostic>,
) -> LayerFiles {
    let mut own = LayerFiles::new();
    for part in ["templates", "i18n"] {
        let folder = project.join(part);
        if files.is_folder(&folder) {
            let display = format!("{display}{part}/");
            add_folder(files, &folder, &format!("{part}/"), &display, &mut own, diagnostics);
        }
    }
    // A file in `static/` replaces the theme's file of the same path.
    let paths = themes.iter().flat_map(|layer| layer.files.keys());
    for path in paths.filter(|path| path.strip_prefix("static/").is_some_and(|path| path != CUSTOM_CSS)) {
        let file = project.join(path);
        if files.is_file(&file)
            && let Ok(bytes) = files.read(&file)
        {
            let file = ThemeFile {
                display: format!("{display}{path}"),
                bytes: Arc::from(bytes),
                built_in: false,
            };
            own.insert(path.clone(), file);
        }
    }
    own
}

fn add_folder(
    files: &dyn FileSystem,
    folder: &Path,
    prefix: &str,
    display: &str,
    layer: &mut LayerFiles,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (found, _) = files.walk(folder, &|path, _| !is_junk(path));
    for file in found.into_iter().filter(|file| !file.is_folder) {
        let Some(path) = slashes(&file.path) else { continue };
        let shown = format!("{display}{path}");
        match files.read(&folder.join(&file.path)) {
            Ok(bytes) => {
                let file = ThemeFile {
                    display: shown,
                    bytes: Arc::from(bytes),
                    built_in: false,
                };
                layer.insert(format!("{prefix}{path}"), file);
            }
            Err(error) => diagnostics.push(
                Diagnostic::new(Code::FileUnreadable, format!("cannot be read: {error}")).with_span(Span::file(shown)),
            ),
        }
    }
}

/// All files of a project's `static/` folder, by the path they are served at.
pub fn static_files(files: &dyn FileSystem, project: Option<&Path>) -> BTreeMap<String, PathBuf> {
    let Some(folder) = project.map(|project| project.join("static")) else {
        return BTreeMap::new();
    };
    if !files.is_folder(&folder) {
        return BTreeMap::new();
    }
    let (found, _) = files.walk(&folder, &|path, _| !is_junk(path));
    found
        .into_iter()
        .filter(|file| !file.is_folder)
        .filter_map(|file| Some((slashes(&file.path)?, folder.join(&file.path))))
        .collect()
}

/// Whether a file or folder is a by-product of an operating system.
pub fn is_junk(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| matches!(name, ".DS_Store" | "Thumbs.db" | ".git" | "desktop.ini"))
}

fn slashes(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
