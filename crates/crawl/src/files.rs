//! The files of a site, and the resolution of URLs to them.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use percent_encoding::percent_decode_str;
use url::Url;

/// The files of a site by their paths, and the base URL of the site.
pub(super) struct SiteFiles {
    paths: BTreeSet<String>,
    base: Url,
}

/// The target of a reference.
pub(super) enum ReferenceTarget<'a> {
    /// A file of the site, and the fragment in it.
    File(&'a str, Option<String>),
    /// A missing file of the site.
    Missing,
    /// Not a file of the site: another site, a mail address, inline data.
    Elsewhere,
}

impl SiteFiles {
    pub(super) fn list(folder: &Path) -> io::Result<Self> {
        let mut paths = BTreeSet::new();
        list(folder, "", &mut paths)?;
        // A placeholder host, until the URL of the site is known.
        let base = Url::parse("http://site.invalid/").map_err(io::Error::other)?;
        Ok(Self { paths, base })
    }

    pub(super) fn set_base(&mut self, base: &str) -> io::Result<()> {
        let with_slash = if base.ends_with('/') {
            base.to_owned()
        } else {
            format!("{base}/")
        };
        self.base = Url::parse(&with_slash).map_err(|error| io::Error::other(format!("{base}: {error}")))?;
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// The URL at which a host shows a file.
    pub(super) fn url_of(&self, file: &str) -> Url {
        let mut url = self.base.clone();
        let shown = file
            .strip_suffix("index.html")
            .filter(|folder| folder.is_empty() || folder.ends_with('/'));
        // `set_path` encodes what a path cannot have as it is, but takes `%` for an escape.
        url.set_path(&format!(
            "{}{}",
            self.base.path(),
            shown.unwrap_or(file).replace('%', "%25")
        ));
        url
    }

    /// Resolves `reference` on the page at `from`.
    pub(super) fn find(&self, from: &Url, reference: &str) -> ReferenceTarget<'_> {
        let Ok(url) = from.join(reference.trim()) else {
            return ReferenceTarget::Missing;
        };
        if url.origin() != self.base.origin() {
            return ReferenceTarget::Elsewhere;
        }
        let Some(path) = url.path().strip_prefix(self.base.path()) else {
            return ReferenceTarget::Missing;
        };
        let Ok(path) = percent_decode_str(path).decode_utf8() else {
            return ReferenceTarget::Missing;
        };
        let page = if path.is_empty() || path.ends_with('/') {
            self.paths.get(&format!("{path}index.html"))
        } else {
            // A host redirects `/folder` to `/folder/`.
            self.paths
                .get(&*path)
                .or_else(|| self.paths.get(&format!("{path}/index.html")))
        };
        let Some(page) = page else {
            return ReferenceTarget::Missing;
        };
        ReferenceTarget::File(page, url.fragment().and_then(anchor))
    }
}

/// The id in a fragment; `None` if the fragment is valid on every page.
fn anchor(fragment: &str) -> Option<String> {
    let name = percent_decode_str(fragment).decode_utf8_lossy();
    let asks_for_nothing = name.is_empty() || name.eq_ignore_ascii_case("top") || name.contains(":~:");
    (!asks_for_nothing).then(|| name.into_owned())
}

fn list(folder: &Path, prefix: &str, paths: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{path}/"), paths)?;
        } else {
            paths.insert(path);
        }
    }
    Ok(())
}
