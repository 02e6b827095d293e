//! The templates of a theme: read, made ready to render, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use tera::{ErrorKind, Kwargs, State, Tera};

use super::layers::Files;
use crate::diagnostic::{Code, Diagnostic, Span};

/// The functions that templates can call, with what they know.
#[derive(Debug, Clone)]
pub(super) struct Functions<'a> {
    /// The path that the site is served under.
    pub(super) base_path: &'a str,
    /// The folder of the theme's static files.
    pub(super) asset_folder: &'a str,
    /// The output paths of the theme's static files.
    pub(super) assets: BTreeSet<String>,
}

impl Functions<'_> {
    /// An engine that has them, without templates.
    fn engine(&self) -> Tera {
        let mut tera = Tera::default();
        crate::render::icons::register(&mut tera);
        let base = format!("{}{}/", self.base_path, self.asset_folder);
        let (folder, known) = (self.asset_folder.to_owned(), self.assets.clone());
        tera.register_function("asset", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
            let path: String = kwargs.must_get("path")?;
            let path = path.trim_start_matches('/');
            if known.contains(&format!("{folder}/{path}")) {
                Ok(format!("{base}{path}"))
            } else {
                Err(tera::Error::message(format!("the theme has no static file `{path}`")))
            }
        });
        let base = self.base_path.to_owned();
        tera.register_function("url", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
            let path: String = kwargs.must_get("path")?;
            Ok(format!("{base}{}", path.trim_start_matches('/')))
        });
        tera
    }
}

/// The templates that are part of kb, for pages whose own template fails.
pub(super) fn fallback(built_in: &Files, functions: &Functions<'_>, diagnostics: &mut Vec<Diagnostic>) -> Tera {
    let mut tera = functions.engine();
    if let Err(error) = tera.add_raw_templates(texts(built_in)) {
        diagnostics.push(Diagnostic::new(
            Code::TemplateError,
            format!("built-in templates: {error}"),
        ));
    }
    tera
}

/// The templates of the theme and the project; one that does not parse is reported and replaced by the built-in one.
pub(super) fn own(
    merged: &Files,
    built_in: &Files,
    functions: &Functions<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Tera {
    let mut wanted = texts(merged);
    let built_in = texts(built_in);
    loop {
        let mut tera = functions.engine();
        let Err(error) = tera.add_raw_templates(wanted.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        else {
            return tera;
        };
        diagnostics.push(diagnostic(merged, &error));
        let named = template_of(&error).filter(|name| wanted.get(name) != built_in.get(name));
        let culprit = named.or_else(|| {
            wanted
                .keys()
                .find(|name| wanted.get(*name) != built_in.get(*name))
                .cloned()
        });
        match culprit {
            Some(name) => match built_in.get(&name) {
                Some(text) => {
                    wanted.insert(name, text.clone());
                }
                None => {
                    wanted.remove(&name);
                }
            },
            None => return Tera::default(),
        }
    }
}

/// The templates among the files, by name.
fn texts(files: &Files) -> BTreeMap<String, String> {
    files
        .iter()
        .filter_map(|(path, file)| {
            let name = path.strip_prefix("templates/")?;
            Some((name.to_owned(), String::from_utf8_lossy(&file.bytes).into_owned()))
        })
        .collect()
}

fn template_of(error: &tera::Error) -> Option<String> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => Some(report.filename().to_owned()),
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => Some(tpl.clone()),
        ErrorKind::MissingParent { current, .. } => Some(current.clone()),
        _ => None,
    }
}

/// What is wrong with a template, with its place.
pub(super) fn diagnostic(files: &Files, error: &tera::Error) -> Diagnostic {
    let file = template_of(error).and_then(|name| files.get(&format!("templates/{name}")));
    let message = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report.message().to_owned(),
        _ => error
            .to_string()
            .lines()
            .next()
            .unwrap_or("the template cannot be used")
            .to_owned(),
    };
    let diagnostic = Diagnostic::new(Code::TemplateError, message.trim_end_matches('.'));
    match (error.kind(), file) {
        (ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report), Some(file)) => {
            diagnostic.with_span(file.source_text().span(report.span().range.clone()))
        }
        (_, Some(file)) => diagnostic.with_span(Span::file(&*file.display)),
        _ => diagnostic,
    }
}
