//! The list of the files of a site, except for the search files, with the source of each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kb_diagnostic::{Code, Diagnostic, Span};
use kb_output::{Output, OutputError, OutputPath};
use kb_render::theme::Theme;
use kb_render::{Route, routes};
use kb_site::addresses::{SEARCH_FOLDERS, offline_script};
use kb_site::pages::MadeFile;
use kb_site::{Asset, Site};

use super::{Project, output_problem};

/// The source of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum File {
    /// It is rendered.
    Made(Route),
    /// The redirects of kb, followed by those of the project's own file.
    JoinedRedirects(PathBuf),
    /// An asset, by its number in the site.
    Asset(usize),
    /// A smaller variant of an image: the number of the image, and the file with the bytes.
    Variant(usize, PathBuf),
    /// The record of variants of images, for the next build.
    ImageRecord,
    /// A file of the project's `static/` folder.
    Static(PathBuf),
}

/// The prefix of the names of kb's own files.
const NOTES: &str = ".kb-";

/// The files by path.
pub(super) type Listing = Output<File>;

/// The names of a project's folders in messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct DisplayPaths<'a> {
    /// The project itself, with `/` at the end, or nothing.
    root: &'a str,
    /// The content folder, without.
    content: &'a str,
}

impl<'a> From<&'a Project> for DisplayPaths<'a> {
    fn from(project: &'a Project) -> Self {
        Self {
            root: &project.root_display,
            content: &project.content_display,
        }
    }
}

/// Lists the files of a site. A project's own `robots.txt` and similar files replace those of kb; its redirects are
/// appended to kb's. A file that replaces one of the theme is served only in its place.
pub(super) fn list(
    site: &Site,
    theme: &Theme,
    static_files: &BTreeMap<String, PathBuf>,
    shown: DisplayPaths<'_>,
) -> (Listing, Vec<Diagnostic>) {
    let mut adding = Adding {
        listing: Listing::default(),
        problems: Vec::new(),
        site,
        shown,
    };
    let scripts = site.languages.iter().map(|site| offline_script(site.language.tag()));
    for place in SEARCH_FOLDERS.map(ToOwned::to_owned).into_iter().chain(scripts) {
        // Nothing is there yet.
        let _ = OutputPath::new(place).and_then(|place| adding.listing.reserve(&place));
    }
    let redirects = MadeFile::Redirects.name();
    let mut joined = false;
    for (path, route) in routes(site, theme) {
        match static_files.get(&path) {
            Some(own) if path == redirects => {
                joined = true;
                adding.add(path, File::JoinedRedirects(own.clone()));
            }
            Some(_) if gives_way(&route) => {}
            _ => adding.add(path, File::Made(route)),
        }
    }
    if site.assets.iter().any(|asset| asset.variants.is_some()) {
        adding.add(MadeFile::Images.name().to_owned(), File::ImageRecord);
    }
    for (number, asset) in site.assets.iter().enumerate() {
        adding.add(asset.output.clone(), File::Asset(number));
        for variant in asset.variants.iter().flatten() {
            adding.add(variant.output.clone(), File::Variant(number, variant.location.clone()));
        }
    }
    for (path, location) in static_files {
        let has_place = theme.replacements.contains(path) || (joined && path == redirects);
        if !has_place {
            adding.add(path.clone(), File::Static(location.clone()));
        }
    }
    (adding.listing, adding.problems)
}

/// Whether a file of the project at the same path replaces this one.
fn gives_way(route: &Route) -> bool {
    matches!(route, Route::File(_, file) if file.gives_way())
}

struct Adding<'a> {
    listing: Listing,
    problems: Vec<Diagnostic>,
    site: &'a Site,
    shown: DisplayPaths<'a>,
}

impl Adding<'_> {
    fn add(&mut self, path: String, file: File) {
        if let File::Asset(number) | File::Variant(number, _) = file
            && let Some(File::Asset(other) | File::Variant(other, _)) = self.listing.get(&path)
            && self.site.assets[number].hash == self.site.assets[*other].hash
        {
            // Two copies of one image, whose names become the same in addresses.
            return;
        }
        // kb reads its own files of earlier builds, so nothing else may write them.
        let is_note = path.to_lowercase().starts_with(NOTES) && file != File::ImageRecord;
        let path = match OutputPath::new(path) {
            Ok(path) if !is_note => path,
            Ok(path) => {
                let message =
                    format!("`{path}` begins with `.kb-`, which kb reserves for its own files; it is left out");
                let problem = Diagnostic::new(Code::OutputPath, message).with_hint("give the file another name");
                return self.problems.push(self.placed(problem, path.as_str(), &file));
            }
            Err(error) => {
                let path = match &error {
                    OutputError::Path { path, .. } => path.as_str(),
                    _ => "",
                };
                return self.problems.push(self.placed(output_problem(&error), path, &file));
            }
        };
        match self.listing.in_the_way(&path) {
            Some(error) => {
                let problem = self.collision(&path, &file, &error);
                self.problems.push(problem);
            }
            None => {
                // The path is free, as checked above.
                let _ = self.listing.insert(path, file);
            }
        }
    }

    /// Adds the source file to a problem.
    fn placed(&self, problem: Diagnostic, path: &str, file: &File) -> Diagnostic {
        match self.source(path, file) {
            Some(source) => problem.with_span(Span::file(source)),
            None => problem,
        }
    }

    /// Reports two files with the same path, and which one is left out.
    fn collision(&self, path: &OutputPath, file: &File, error: &OutputError) -> Diagnostic {
        let OutputError::Collision {
            with,
            folder,
            file: other,
            ..
        } = error
        else {
            return output_problem(error);
        };
        let own = self.describe(path.as_str(), file);
        let message = match self.listing.get(other) {
            None => format!("{own} would be written to `{path}`, a path that kb uses for search"),
            Some(file) => {
                let there = self.describe(other, file);
                let below = path.as_str().matches('/').count() > with.matches('/').count();
                if *folder {
                    format!("{own} would be the file `{path}`, and {there} needs a folder of that name")
                } else if below {
                    format!("{own} needs a folder `{with}`, and {there} is a file of that name")
                } else if path.as_str() == with {
                    format!("{own} and {there} would both be written to `{path}`")
                } else {
                    format!("{own} would be written to `{path}`, and {there} is written to `{with}`")
                }
            }
        };
        let message = format!("{message}; {own} is left out");
        let problem = Diagnostic::new(error.code(), message).with_hint_if(error.hint());
        self.placed(problem, path.as_str(), file)
    }

    /// The description of a file in messages.
    fn describe(&self, path: &str, file: &File) -> String {
        let source = self.source(path, file);
        match (file, source) {
            (File::Made(Route::Redirect(from, to)), _) => format!("the redirect from `{from}` to `{to}`"),
            (File::Made(Route::Copy(..)), Some(source)) => format!("the Markdown copy of `{source}`"),
            (File::Variant(..), Some(source)) => format!("a smaller variant of `{source}`"),
            (_, Some(source)) => format!("`{source}`"),
            (_, None) => format!("kb's own `{path}`"),
        }
    }

    /// The source file of a file.
    fn source(&self, path: &str, file: &File) -> Option<String> {
        match file {
            File::Made(Route::Page(language, job) | Route::Copy(language, job)) => {
                let document = job.document(self.site, *language)?;
                Some(document.file.name().to_string())
            }
            File::Made(_) | File::ImageRecord => None,
            File::Asset(number) | File::Variant(number, _) => Some(self.asset(&self.site.assets[*number])),
            File::Static(_) | File::JoinedRedirects(_) => Some(format!("{}static/{path}", self.shown.root)),
        }
    }

    fn asset(&self, asset: &Asset) -> String {
        match self.shown.content {
            "" => asset.source.path.to_string(),
            content => format!("{content}/{}", asset.source.path),
        }
    }
}
