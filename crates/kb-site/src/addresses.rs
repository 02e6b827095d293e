//! The owner of every address of the site. Addresses are compared as file systems and web servers do.
//!
//! Every address is a file of the output, so two addresses are the same if their files cannot exist side by side:
//! `/a/`, `/a/index.html` and `/A/` are the same, and nothing can be below `/feed.xml/`. Files that kb writes itself
//! are entered first, then the files of the project's `static/`, then pages and the assets of articles; aliases come
//! last.

use kb_config::Config;
use kb_output::{Output, OutputError, OutputPath};

use super::pages;
use super::urls::{SitePath, markdown_file, output_file};

/// Folder of the theme's files; it contains a folder named after a hash of their contents.
const THEME_FOLDER: &str = "assets";
/// Digits of that name.
const THEME_DIGITS: usize = 8;

/// The folder of the theme's files, named after a hash of their contents.
pub fn theme_folder(hash: u32) -> String {
    format!("{THEME_FOLDER}/{hash:0THEME_DIGITS$x}")
}

/// Folder of the indexes for browsers.
pub const PACK_ROOT: &str = "search/pack";
/// Folder of tantivy's indexes.
pub const INDEX_ROOT: &str = "search/tantivy";
/// Folder of the search engines for browsers.
pub const ENGINE_ROOT: &str = "search/engine";
/// Folders reserved for search; the names of the files in them are known only once they are made.
pub const SEARCH_FOLDERS: [&str; 3] = [PACK_ROOT, INDEX_ROOT, ENGINE_ROOT];

/// The script with the search data of a language, in a site that is opened from a folder.
pub fn offline_script(language: &str) -> String {
    format!("search/offline-{}.js", language.to_lowercase())
}

/// Who has which address.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// What each file is called in messages.
    files: Output<String>,
}

impl Addresses {
    /// Those of kb itself, for languages by tag and home.
    pub(super) fn of_kb<'a>(config: &Config, languages: impl Iterator<Item = (&'a str, SitePath)>) -> Self {
        let mut addresses = Self::default();
        for folder in SEARCH_FOLDERS {
            // Constants, and the table is still empty.
            if let Ok(folder) = OutputPath::new(folder) {
                let _ = addresses.files.reserve(&folder);
            }
        }
        for (tag, home) in languages {
            addresses.occupy(&offline_script(tag), "the search script for offline use");
            for (file, what) in pages::reserved_files(config, &home) {
                addresses.occupy(&file, &what);
            }
        }
        addresses
    }

    /// Enters a file if its path is free; otherwise the writer reports the collision.
    pub(super) fn occupy(&mut self, file: &str, what: &str) {
        if let Ok(file) = OutputPath::new(file) {
            let _ = self.files.insert(file, what.to_owned());
        }
    }

    /// Reserves the path of a page and its Markdown copy.
    ///
    /// # Errors
    /// The current owner of the path.
    pub(super) fn take_page(&mut self, path: &str, what: &str) -> Result<(), String> {
        self.take(&output_file(path), what)?;
        self.take(&markdown_file(path), &format!("the Markdown copy of {what}"))
    }

    /// Reserves the path of a redirect.
    ///
    /// # Errors
    /// The current owner of the path.
    pub(super) fn take_alias(&mut self, path: &str, what: &str) -> Result<(), String> {
        self.take(&output_file(path), what)
    }

    /// Whether a path is free.
    pub(super) fn is_free(&self, path: &str) -> bool {
        OutputPath::new(output_file(path)).is_ok_and(|file| self.taken_by(&file).is_none())
    }

    fn take(&mut self, file: &str, what: &str) -> Result<(), String> {
        // A file that cannot be stored reserves nothing; the writer reports it.
        let Ok(file) = OutputPath::new(file) else { return Ok(()) };
        if let Some(taken_by) = self.taken_by(&file) {
            return Err(taken_by);
        }
        // The path is free, as checked above.
        let _ = self.files.insert(file, what.to_owned());
        Ok(())
    }

    fn taken_by(&self, file: &OutputPath) -> Option<String> {
        if is_of_theme(file.as_str()) {
            return Some("the files of the theme".to_owned());
        }
        match self.files.in_the_way(file)? {
            OutputError::Collision { file, .. } => {
                let what = self.files.get(&file).map(String::as_str);
                Some(what.unwrap_or("the search files").to_owned())
            }
            other => Some(other.to_string()),
        }
    }
}

/// Whether a file is in a folder that any build may use for the theme's files.
fn is_of_theme(file: &str) -> bool {
    let mut parts = file.split('/');
    let folder = parts.next().unwrap_or_default();
    let name = parts.next().unwrap_or_default();
    folder.eq_ignore_ascii_case(THEME_FOLDER)
        && name.len() == THEME_DIGITS
        && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses::of_kb(
            &Config::default(),
            [("en", "/".to_owned()), ("de", "/de/".to_owned())].into_iter(),
        )
    }

    #[test]
    fn what_kb_writes_is_taken() {
        for path in [
            "/",
            "/index.html",
            "/INDEX.html",
            "/index.md/",
            "/all/",
            "/All/",
            "/all/index.html/x/",
            "/de/all/",
            "/de/",
            "/tags/",
            "/search/",
            "/search/index.html",
            "/search/pack/",
            "/search/pack/en/boot.bin/",
            "/Search/Tantivy/en/meta.json/",
            "/search/engine/x.html",
            "/search/offline-en.js/",
            "/404.html",
            "/404.HTML",
            "/404.html/x/",
            "/de/404.html",
            "/feed.xml/",
            "/de/feed.xml/",
            "/llms.txt/",
            "/sitemap.xml/",
            "/robots.txt/",
            "/robots.txt/below/",
            "/_redirects/",
            "/manifest.json/",
            "/assets/0123abcd/kb.css/",
            "/assets/0123ABCD/",
        ] {
            assert!(!addresses().is_free(path), "{path}");
            assert!(addresses().take_alias(path, "x").is_err(), "{path}");
            assert!(addresses().take_page(path, "x").is_err(), "{path}");
        }
    }

    #[test]
    fn the_rest_is_free() {
        for path in [
            "/a/",
            "/assets/",
            "/assets/manual.pdf/",
            "/searching/",
            "/search/old/",
            "/fr/all/",
            "/old/404.html",
            "/feed/",
            "/tags/x/",
            "/contact/",
        ] {
            assert_eq!(addresses().take_alias(path, "x"), Ok(()), "{path}");
        }
    }

    #[test]
    fn one_file_has_one_owner() {
        let mut addresses = addresses();
        assert_eq!(addresses.take_page("/café/", "`a.md`"), Ok(()));
        for path in [
            "/café/",
            "/CAFÉ/",
            "/cafe\u{301}/",
            "/café/index.html",
            "/café/index.html/x/",
        ] {
            assert_eq!(addresses.take_alias(path, "x"), Err("`a.md`".to_owned()), "{path}");
        }
        let copy = addresses.take_alias("/café/index.md/", "x");
        assert_eq!(copy, Err("the Markdown copy of `a.md`".to_owned()));
        assert_eq!(addresses.take_alias("/café/below/", "x"), Ok(()));
        addresses.occupy("files/terms.pdf", "`static/files/terms.pdf`");
        let file = addresses.take_alias("/files/terms.pdf/", "x");
        assert_eq!(file, Err("`static/files/terms.pdf`".to_owned()));
    }
}
