//! The static files of a theme: which are served, how they are processed, and the folder named after a hash of their
//! contents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kb_config::Config;
use kb_site::addresses::theme_folder;
use xxhash_rust::xxh3::Xxh3;

use super::layers::{self, DEFAULT, LayerFiles, Layers, ThemeFile};
use super::manifest::Manifest;
use super::{MISSING_IMAGE, SIGNALS_SCRIPT, css};
use crate::{icons, palette, script};

/// The file of the icons that the templates name.
pub(super) const ICONS: &str = "icons.svg";
/// What [`SIGNALS_SCRIPT`] loads when it is needed.
const SIGNALS_FOLDER: &str = "js/signals/";
/// Scripts of the default theme in this folder are inserted into the scripts that import them, and are not served.
const SHARED: &str = "js/shared/";

/// The files to write and the folder they go to.
#[derive(Debug)]
pub(super) struct Assets {
    /// By output path.
    pub(super) outputs: BTreeMap<String, Arc<[u8]>>,
    /// Such as `assets/1a2b3c4d`, so that browsers may cache them permanently.
    pub(super) folder: String,
}

/// Makes the output files from the theme's files in `served`.
pub(super) fn make(
    merged: &LayerFiles,
    manifest: &Manifest,
    served: &BTreeSet<String>,
    icons: Option<&BTreeSet<String>>,
    config: &Config,
) -> Assets {
    let mut css = String::new();
    for style in &manifest.styles {
        if let Some(file) = merged.get(&format!("static/{style}")) {
            css.push_str(&css::minify(&String::from_utf8_lossy(&file.bytes)));
        }
    }
    css.push_str(&palette::css(config.theme.accent));
    let mut files: BTreeMap<&str, Arc<[u8]>> = merged
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix("static/")?, file)))
        .filter(|(path, _)| served.contains(*path))
        .filter(|(path, _)| config.signals.beacon.is_some() || !sends_signals(path))
        .map(|(path, file)| (path, bytes(path, file, merged)))
        .collect();
    files.insert("kb.css", Arc::from(css.as_bytes()));
    if let Some(names) = icons {
        let names = names.iter().map(String::as_str).collect();
        files.insert(ICONS, Arc::from(icons::sheet(&names).as_bytes()));
    }
    let mut hash = Xxh3::new();
    for (path, bytes) in &files {
        hash.update(path.as_bytes());
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let folder = theme_folder((hash.digest() >> 32) as u32);
    let outputs = files
        .into_iter()
        .map(|(path, bytes)| (format!("{folder}/{path}"), bytes));
    Assets {
        outputs: outputs.collect(),
        folder,
    }
}

/// The static files of the theme that its pages need, besides the style sheets that are joined.
///
/// All files of the theme itself are served. Of its base theme, the scripts are served with the files beside them (they
/// load each other by computed names), and files that a template, a style sheet or a script mentions.
pub(super) fn served(layers: &Layers, merged: &LayerFiles, manifest: &Manifest) -> BTreeSet<String> {
    let paths: BTreeSet<&str> = (layers.themes.iter())
        .flat_map(|layer| layer.files.keys())
        .filter_map(|path| path.strip_prefix("static/"))
        .filter(|path| !is_shared(path))
        .collect();
    let own = |path: &str| {
        let of_theme = layers.themes.iter().filter(|layer| layer.theme == layers.name);
        let path = format!("static/{path}");
        of_theme.into_iter().any(|layer| layer.files.contains_key(&path))
    };
    let with_script = |path: &str| {
        manifest.scripts.iter().any(|script| match script.rsplit_once('/') {
            Some((folder, _)) => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
            None => path == script,
        })
    };
    let joined = |path: &str| manifest.styles.iter().any(|style| style == path);
    let mut served: BTreeSet<String> = (paths.iter())
        .filter(|path| !joined(path))
        .filter(|path| **path == MISSING_IMAGE || layers.name == DEFAULT || own(path) || with_script(path))
        .map(|path| (*path).to_owned())
        .collect();
    let speaks = |path: &str| match path.strip_prefix("static/") {
        Some(path) => joined(path) || served.contains(path) && (path.ends_with(".css") || path.ends_with(".js")),
        None => path.starts_with("templates/"),
    };
    let texts: Vec<_> = (merged.iter())
        .filter(|(path, _)| speaks(path))
        .map(|(_, file)| String::from_utf8_lossy(&file.bytes))
        .collect();
    let named = |path: &&str| texts.iter().any(|text| names(text, path));
    let more: Vec<String> = (paths.into_iter().filter(|path| !served.contains(*path)).filter(named))
        .map(ToOwned::to_owned)
        .collect();
    served.extend(more);
    served
}

/// Whether a static file is served, or a part of one that is.
pub(super) fn is_used(path: &str, served: &BTreeSet<String>, manifest: &Manifest) -> bool {
    served.contains(path) || manifest.styles.iter().any(|style| style == path) || is_shared(path)
}

/// Whether a static file is only for sites that send signals.
fn sends_signals(path: &str) -> bool {
    path == SIGNALS_SCRIPT || path.starts_with(SIGNALS_FOLDER)
}

/// Whether a text mentions a path outside of comments.
fn names(text: &str, path: &str) -> bool {
    text.match_indices(path)
        .any(|(at, _)| text[..at].ends_with(['"', '\'', '`', '/', '(']))
}

/// The served bytes of a file.
fn bytes(path: &str, file: &ThemeFile, merged: &LayerFiles) -> Arc<[u8]> {
    match std::str::from_utf8(&file.bytes) {
        Ok(text) if path.ends_with(".js") => {
            let module = |path: &str| std::str::from_utf8(&shared(path, merged)?.bytes).ok();
            let whole = script::joined(path, text, &module);
            if file.built_in {
                Arc::from(script::without_comments(&whole).as_bytes())
            } else if whole.lines().eq(text.lines()) {
                Arc::clone(&file.bytes)
            } else {
                Arc::from(whole.as_bytes())
            }
        }
        Ok(style) if path.ends_with(".css") => Arc::from(css::minify(style).as_bytes()),
        _ => Arc::clone(&file.bytes),
    }
}

/// Whether a static file is only imported by others.
fn is_shared(path: &str) -> bool {
    path.starts_with(SHARED) && layers::default_has(&format!("static/{path}"))
}

/// The script at a path, if others import it and it is not served itself.
fn shared<'a>(path: &str, merged: &'a LayerFiles) -> Option<&'a ThemeFile> {
    is_shared(path).then(|| merged.get(&format!("static/{path}"))).flatten()
}
