//! Which files a site consists of, but for those of the search, and where each comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::output_problem;
use super::pictures::RECORD;
use crate::diagnostic::Diagnostic;
use crate::output::{Output, OutputPath};
use crate::render::theme::Theme;
use crate::render::{REDIRECTS, Route, routes};
use crate::site::Site;

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum File {
    /// It is rendered.
    Made(Route),
    /// The redirects that kb makes, and after them those of the project's own file.
    JoinedRedirects(PathBuf),
    /// An image or file beside the articles, by its number in the site.
    Asset(usize),
    /// A smaller form of an image, and where its bytes are.
    Rendition(PathBuf),
    /// The note about smaller forms of images, for the next build.
    Pictures,
    /// A file of the project's `static/` folder.
    Static(PathBuf),
}

/// The files by path.
pub(super) type Listing = Output<File>;

/// Lists the files of a site. A project's own `robots.txt` and the like win over what kb would make; its redirects join
/// kb's. A file that stands in for one of the theme's is served in its place only.
pub(super) fn list(site: &Site, theme: &Theme, static_files: &BTreeMap<String, PathBuf>) -> (Listing, Vec<Diagnostic>) {
    let mut listing = Listing::default();
    let mut problems = Vec::new();
    let mut joined = false;
    let mut add = |path: String, file: File| {
        let added = OutputPath::new(path).and_then(|path| listing.insert(path, file));
        problems.extend(added.err().as_ref().map(output_problem));
    };
    for (path, route) in routes(site, theme) {
        match static_files.get(&path) {
            Some(own) if path == REDIRECTS => {
                joined = true;
                add(path, File::JoinedRedirects(own.clone()));
            }
            Some(_) if !path.ends_with(".html") => {}
            _ => add(path, File::Made(route)),
        }
    }
    for (number, asset) in site.assets.iter().enumerate() {
        add(asset.output.clone(), File::Asset(number));
        for form in asset.renditions.iter().flatten() {
            add(form.output.clone(), File::Rendition(form.location.clone()));
        }
    }
    if site.assets.iter().any(|asset| asset.renditions.is_some()) {
        add(RECORD.to_owned(), File::Pictures);
    }
    for (path, location) in static_files {
        let has_place = theme.replacements.contains(path) || (joined && path == REDIRECTS);
        if !has_place {
            add(path.clone(), File::Static(location.clone()));
        }
    }
    (listing, problems)
}
