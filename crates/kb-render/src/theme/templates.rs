//! The templates of a theme: parsed, with diagnostics for errors.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use kb_diagnostic::{Code, Diagnostic, Span, did_you_mean};
use tera::{ErrorKind, Kwargs, State, Tera};

use super::assets::ICONS;
use super::layers::LayerFiles;
use crate::icons;

/// The functions that templates can call, with their data.
#[derive(Debug, Clone)]
pub(super) struct Functions<'a> {
    /// The path that the site is served under.
    pub(super) base_path: &'a str,
    /// The folder of the theme's static files.
    pub(super) asset_folder: &'a str,
    /// The output paths of the theme's static files.
    pub(super) assets: BTreeSet<String>,
    /// The icons in the theme's file of icons, if there is one.
    pub(super) icons: Option<BTreeSet<String>>,
}

impl Functions<'_> {
    /// An engine with these functions and without templates.
    fn engine(&self) -> Tera {
        let mut tera = Tera::default();
        let base = format!("{}{}/", self.base_path, self.asset_folder);
        let sheet = self.icons.clone();
        icons::register(&mut tera, sheet.map(|names| (format!("{base}{ICONS}"), names)));
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

/// The built-in templates, for pages whose template fails.
pub(super) fn fallback(built_in: &LayerFiles, functions: &Functions<'_>, diagnostics: &mut Vec<Diagnostic>) -> Tera {
    let mut tera = functions.engine();
    if let Err(error) = tera.add_raw_templates(texts(built_in)) {
        diagnostics.push(Diagnostic::new(
            Code::TemplateError,
            format!("built-in templates: {error}"),
        ));
    }
    tera
}

/// The templates of the theme and the project, and the names of unusable ones without a built-in template. A template
/// that does not parse is reported and replaced by the built-in one, if any.
pub(super) fn own(
    merged: &LayerFiles,
    built_in: &LayerFiles,
    functions: &Functions<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Tera, BTreeSet<String>) {
    let mut wanted = texts(merged);
    let built_in = texts(built_in);
    let mut broken = BTreeSet::new();
    loop {
        let mut tera = functions.engine();
        let Err(error) = tera.add_raw_templates(wanted.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        else {
            return (tera, broken);
        };
        let faults = faults(&error);
        diagnostics.extend(faults.iter().map(|fault| fault.diagnostic(merged)));
        let is_own = |name: &String| {
            wanted.contains_key(name) && wanted.get(name) != built_in.get(name) && !broken.contains(name)
        };
        let mut culprits: BTreeSet<String> = faults
            .into_iter()
            .filter_map(|fault| fault.template)
            .filter(is_own)
            .collect();
        if culprits.is_empty() {
            // The error does not name the template.
            culprits.extend(wanted.keys().find(|name| is_own(name)).cloned());
        }
        if culprits.is_empty() {
            return (Tera::default(), broken);
        }
        for name in culprits {
            // Templates that include it still find it.
            let text = built_in.get(&name).cloned().unwrap_or_default();
            if !built_in.contains_key(&name) {
                broken.insert(name.clone());
            }
            wanted.insert(name, text);
        }
    }
}

/// The templates among the files, by name.
fn texts(files: &LayerFiles) -> BTreeMap<String, String> {
    files
        .iter()
        .filter_map(|(path, file)| {
            let name = path.strip_prefix("templates/")?;
            Some((name.to_owned(), String::from_utf8_lossy(&file.bytes).into_owned()))
        })
        .collect()
}

/// An error in a template.
struct Fault {
    message: String,
    /// The template, if known.
    template: Option<String>,
    place: ErrorPlace,
}

enum ErrorPlace {
    /// Bytes of the template.
    Range(Range<usize>),
    /// Line and column, from 1.
    At(usize, usize),
    Unknown,
}

impl Fault {
    /// The message, without tera's list of all names that exist; the hint has the most similar of them.
    fn message_and_hint(&self) -> (&str, Option<String>) {
        let unlisted = self.message.split_once(" Available ");
        let (message, names) = unlisted.map_or((self.message.as_str(), ""), |(message, list)| {
            (message, list.split_once(": ").map_or("", |(_, names)| names))
        });
        let word = message.split('`').nth(1).unwrap_or_default();
        (message.trim_end_matches('.'), did_you_mean(word, names.split(", ")))
    }

    fn diagnostic(&self, files: &LayerFiles) -> Diagnostic {
        let (message, hint) = self.message_and_hint();
        let diagnostic = Diagnostic::new(Code::TemplateError, message).with_hint_if(hint);
        let file = self
            .template
            .as_ref()
            .and_then(|name| files.get(&format!("templates/{name}")));
        match (file, &self.place) {
            (Some(file), ErrorPlace::Range(range)) => diagnostic.with_span(file.source_text().span(range.clone())),
            (Some(file), ErrorPlace::At(line, column)) => {
                let text = String::from_utf8_lossy(&file.bytes);
                let excerpt = text.lines().nth(line - 1).unwrap_or_default();
                diagnostic.with_span(Span::at(&*file.display, *line, *column, excerpt))
            }
            (Some(file), ErrorPlace::Unknown) => diagnostic.with_span(Span::file(&*file.display)),
            (None, _) => diagnostic,
        }
    }
}

/// The messages of an error, for one or several templates.
fn faults(error: &tera::Error) -> Vec<Fault> {
    let whole = |message: String, template: Option<&String>| {
        vec![Fault {
            message,
            template: template.cloned(),
            place: ErrorPlace::Unknown,
        }]
    };
    let first_line = || {
        let text = error.to_string();
        text.lines().next().unwrap_or("the template cannot be used").to_owned()
    };
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Fault {
            message: report.message().to_owned(),
            template: Some(report.filename().to_owned()),
            place: ErrorPlace::Range(report.span().range.clone()),
        }],
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => {
            whole(first_line(), Some(tpl))
        }
        ErrorKind::MissingParent { current, .. } => whole(first_line(), Some(current)),
        ErrorKind::Msg(text) => {
            let faults = reports(text);
            if faults.is_empty() {
                whole(first_line(), None)
            } else {
                faults
            }
        }
        _ => whole(first_line(), None),
    }
}

/// The errors in tera's report about unknown functions, filters and components: `error: MESSAGE`, and in the next line
/// ` --> TEMPLATE:LINE:COLUMN`.
fn reports(text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut message = None;
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("error: ") {
            message = Some(said.to_owned());
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some(message) = message.take()
        {
            let mut parts = place.rsplitn(3, ':');
            let mut number = || {
                parts
                    .next()
                    .and_then(|part| part.trim().parse().ok())
                    .filter(|number| *number > 0)
            };
            let (column, line) = (number(), number());
            faults.push(Fault {
                message,
                template: parts.next().map(ToOwned::to_owned),
                place: line
                    .zip(column)
                    .map_or(ErrorPlace::Unknown, |(line, column)| ErrorPlace::At(line, column)),
            });
        }
    }
    faults
}

/// The diagnostic for an error in a template, with its place.
pub(super) fn diagnostic(files: &LayerFiles, error: &tera::Error) -> Diagnostic {
    let first = faults(error).into_iter().next();
    first.map_or_else(
        || Diagnostic::new(Code::TemplateError, error.to_string()),
        |fault| fault.diagnostic(files),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_has_a_similar_one_as_hint() {
        let mut tera = Tera::default();
        tera.add_raw_template("a.html", "{{ t.jump_to }}").expect("valid");
        let mut context = tera::Context::new();
        context.insert("t", &BTreeMap::from([("home", "x"), ("jump_two", "y")]));
        let error = tera.render("a.html", &context).expect_err("no such field");
        let diagnostic = diagnostic(&LayerFiles::new(), &error);
        assert_eq!(diagnostic.message, "Field `jump_to` is not defined");
        assert_eq!(diagnostic.hints, ["did you mean `jump_two`?"]);
    }

    #[test]
    fn reports_of_several_templates_are_told_apart() {
        let mut tera = Tera::default();
        let error = tera
            .add_raw_templates([
                ("a.html", "x\n{{ now() }}"),
                ("b/c.html", "{{ 1 | oups }}{{ 2 is odder }}{% include \"no.html\" %}"),
            ])
            .expect_err("all is unknown");
        let mut told: Vec<_> = faults(&error)
            .iter()
            .map(|fault| {
                let place = match fault.place {
                    ErrorPlace::At(line, column) => format!("{line}:{column}"),
                    ErrorPlace::Range(_) | ErrorPlace::Unknown => "?".to_owned(),
                };
                format!("{} {place} {}", fault.template.as_deref().unwrap_or("?"), fault.message)
            })
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "a.html 2:4 Unknown function `now`",
                "b/c.html 1:23 Unknown test `odder`",
                "b/c.html 1:42 Unknown template `no.html`",
                "b/c.html 1:8 Unknown filter `oups`",
            ]
        );
    }
}
