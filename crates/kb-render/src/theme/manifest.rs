//! `theme.toml`: the name of a theme, its base theme, styles and scripts.

use kb_data::{Codes, Place, Reader, parse_toml};
use kb_diagnostic::{Code, Diagnostic, Span};

use super::layers::{LayerFiles, Layers, ThemeFile};

const CODES: Codes = Codes {
    syntax: Code::ThemeSyntax,
    duplicate: Code::ThemeDuplicateKey,
    wrong_type: Code::ThemeType,
    unknown: Code::ThemeUnknownKey,
};

/// The merged `theme.toml` files of a theme.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The name for people.
    pub(super) title: String,
    pub(super) description: String,
    /// Style sheets, joined in this order.
    pub(super) styles: Vec<String>,
    /// Scripts that pages load.
    pub(super) scripts: Vec<String>,
}

/// Reads the manifest of each layer: a key replaces that of the layers below; missing keys are inherited.
pub(super) fn read(layers: &Layers, merged: &LayerFiles, diagnostics: &mut Vec<Diagnostic>) -> Manifest {
    let mut manifest = Manifest::default();
    for layer in &layers.themes {
        if let Some(file) = layer.files.get("theme.toml") {
            add(&mut manifest, file, Some(merged), diagnostics);
        }
    }
    manifest
}

/// The name and the description of a theme by its `theme.toml` files, the most general first.
pub(super) fn describe<'a>(files: impl IntoIterator<Item = &'a ThemeFile>) -> Manifest {
    let mut manifest = Manifest::default();
    for file in files {
        add(&mut manifest, file, None, &mut Vec::new());
    }
    manifest
}

/// The base theme in a `theme.toml`; [`read`] reports its problems.
pub(super) fn extends(file: &ThemeFile) -> Option<(String, Span)> {
    let source = file.source_text();
    let node = parse_toml(source.text()).ok()?;
    let place = Place {
        file: &source,
        offset: 0,
    };
    Reader::new(&node, place, &CODES).spanned_string(&["extends"])
}

/// Merges one file. Styles and scripts must be among `present`, if given.
fn add(manifest: &mut Manifest, file: &ThemeFile, present: Option<&LayerFiles>, diagnostics: &mut Vec<Diagnostic>) {
    let source = file.source_text();
    let place = Place {
        file: &source,
        offset: 0,
    };
    let node = match parse_toml(source.text()) {
        Ok(node) => node,
        Err(error) => {
            diagnostics.push(place.syntax(&CODES, &error));
            return;
        }
    };
    let mut reader = Reader::new(&node, place, &CODES);
    if let Some(title) = reader.string(&["name"]) {
        manifest.title = title;
    }
    if let Some(description) = reader.string(&["description"]) {
        manifest.description = description;
    }
    reader.string(&["extends"]);
    let list = |reader: &mut Reader<'_>, key: &'static str, into: &mut Vec<String>| {
        if reader.entry(&[key]).is_none() {
            return;
        }
        into.clear();
        for (path, span) in reader.spanned_strings(&[key]) {
            if present.is_none_or(|files| files.contains_key(&format!("static/{path}"))) {
                into.push(path);
            } else {
                reader.report(
                    Diagnostic::new(Code::ThemeFileMissing, format!("the theme has no file `static/{path}`"))
                        .with_span(span),
                );
            }
        }
    };
    list(&mut reader, "styles", &mut manifest.styles);
    list(&mut reader, "scripts", &mut manifest.scripts);
    diagnostics.extend(reader.finish());
}
