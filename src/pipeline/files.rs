//! Makes the files of a listing, for builds and for the preview. They differ only in the source of rendered files, see
//! [`Rendering`].

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};

use kb_diagnostic::Diagnostic;
use kb_output::{Body, OutputError, OutputPath, Writer};
use kb_render::Route;
use kb_site::pages::{MadeFile, Page};
use kb_source::{BoundFile, Disk};
use rayon::prelude::*;

use super::assemble::Assembled;
use super::listing::File;
use super::{offline, output_problem};

/// The source of rendered files: a build renders each once, the preview reuses valid ones.
pub(super) trait Rendering: Sync {
    /// The HTML of a page, in a language by its number.
    fn page(&self, path: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>>;

    /// The Markdown copy of a page.
    fn copy(&self, path: &OutputPath, language: usize, page: Page) -> Arc<Vec<u8>>;

    /// The manifest of all pages. A build makes it last.
    fn manifest(&self) -> Arc<Vec<u8>>;

    /// Any other rendered file.
    fn file(&self, path: &OutputPath, route: &Route) -> Vec<u8>;
}

/// Makes a file of the listing.
///
/// # Errors
/// [`OutputError::Source`] if a file of the project that it is made from cannot be read.
pub(super) fn make(
    assembled: &Assembled,
    rendering: &dyn Rendering,
    path: &OutputPath,
    file: &File,
) -> Result<Body, OutputError> {
    let Assembled { site, disk, .. } = assembled;
    let bytes = match file {
        File::Made(Route::Page(language, page)) => rendering.page(path, *language, *page),
        File::Made(Route::Copy(language, page)) => rendering.copy(path, *language, *page),
        File::Made(Route::File(_, MadeFile::Manifest)) => rendering.manifest(),
        File::Made(route) => Arc::new(rendering.file(path, route)),
        File::JoinedRedirects(own) => {
            let made = rendering.file(path, &Route::File(0, MadeFile::Redirects));
            Arc::new(with_rest(made, &disk.file(own))?)
        }
        File::ImageRecord => Arc::new(kb_images::record(&site.assets)),
        File::Asset(number) => return Ok(Body::on_disk(disk.file(&site.assets[*number].source.location))),
        File::Static(location) => return Ok(Body::on_disk(disk.file(location))),
        File::Variant(_, location) => return Ok(Body::on_disk(Disk::UNBOUND.file(location))),
    };
    Ok(if site.offline {
        Body::from(offline::relative(path.as_str(), Arc::unwrap_or_clone(bytes)))
    } else {
        Body::Bytes(bytes)
    })
}

/// These bytes and then those of a file.
fn with_rest(mut bytes: Vec<u8>, own: &BoundFile) -> Result<Vec<u8>, OutputError> {
    let read = own.open().and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|source| OutputError::Source {
        path: own.path.clone(),
        source,
    })?;
    Ok(bytes)
}

/// Makes every file of the listing and writes it to the output, the manifest last.
pub(super) fn write(assembled: &Assembled, rendering: &dyn Rendering, output: &Collector<'_>) {
    let (manifest, files): (Vec<_>, Vec<_>) = (assembled.listing.iter())
        .partition(|(_, file)| matches!(file, File::Made(Route::File(_, MadeFile::Manifest))));
    let put = |(path, file): &(&OutputPath, &File)| {
        output.put(make(assembled, rendering, path, file).map(|body| ((*path).clone(), body)));
    };
    files.par_iter().for_each(put);
    manifest.iter().for_each(put);
}

/// Writes files to the output and collects the errors.
pub(super) struct Collector<'a> {
    writer: &'a Writer,
    problems: Mutex<(Vec<Diagnostic>, Option<Diagnostic>)>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(writer: &'a Writer) -> Self {
        Self {
            writer,
            problems: Mutex::default(),
        }
    }

    /// Writes a file, or records why it could not be made.
    pub(super) fn put(&self, made: Result<(OutputPath, Body), OutputError>) {
        if let Err(error) = made.and_then(|(path, body)| self.writer.put(path, &body)) {
            self.keep(&error);
        }
    }

    fn keep(&self, error: &OutputError) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        // An invalid name affects one file; an unwritable disk fails the build.
        if matches!(error, OutputError::Collision { .. } | OutputError::Path { .. }) {
            problems.0.push(output_problem(error));
        } else if problems.1.is_none() {
            problems.1 = Some(output_problem(error));
        }
    }

    /// The problems of single files.
    ///
    /// # Errors
    /// The error that prevents writing the site.
    pub(super) fn finish(self) -> Result<Vec<Diagnostic>, Diagnostic> {
        let (problems, fatal) = self.problems.into_inner().unwrap_or_default();
        fatal.map_or(Ok(problems), Err)
    }
}
