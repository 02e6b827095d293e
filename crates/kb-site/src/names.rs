//! The meaning of the name of a Markdown file: whether it is the page of its folder, and which link paths lead to it.

use std::borrow::Cow;
use std::collections::HashMap;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// What a file is to its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// `_index.md` or `README.md`: always describes its folder.
    Category,
    /// `index.md`: describes its folder, or is the one article of a bundle.
    Index,
    /// Any other file.
    Article,
}

impl Role {
    /// The role of a file, from its name without `.md`.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "_index" => Self::Category,
            "index" => Self::Index,
            _ if name.eq_ignore_ascii_case("readme") => Self::Category,
            _ => Self::Article,
        }
    }
}

/// The order in which files describe their folder, by their names without `.md`: `_index.md` before `index.md` before
/// `README.md`.
pub(super) fn rank(name: &str) -> u8 {
    match Role::of(name) {
        Role::Category if name == "_index" => 0,
        Role::Index => 1,
        Role::Category => 2,
        Role::Article => 3,
    }
}

/// A name in the form in which its letters are whole (NFC): some systems keep the names of files with accents apart from
/// their letters, and texts do not.
pub fn nfc(name: &str) -> Cow<'_, str> {
    if is_nfc_quick(name.chars()) == IsNormalized::Yes {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.nfc().collect())
    }
}

/// Folder and last part of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// The key under which a language knows the page of a file, from its path without `.md`: that of the folder, where the
/// file is its page.
pub(super) fn page_key(path: &str) -> &str {
    let (folder, name) = split(path);
    if Role::of(name) == Role::Article { path } else { folder }
}

/// Markdown files by all link paths that lead to them.
#[derive(Debug)]
pub(super) struct FilesByLink<T> {
    by_path: HashMap<String, T>,
    /// The pages of folders, by folder, each with its [`rank`].
    of_folders: HashMap<String, (u8, T)>,
}

impl<T: Copy> FilesByLink<T> {
    /// The files of these paths.
    pub(super) fn new<'a>(files: impl Iterator<Item = (&'a str, T)>) -> Self {
        let mut by_path = HashMap::new();
        let mut of_folders: HashMap<String, (u8, T)> = HashMap::new();
        for (path, file) in files {
            by_path.insert(nfc(path).into_owned(), file);
            let (folder, name) = split(path.strip_suffix(".md").unwrap_or(path));
            let rank = rank(name);
            let is_first = of_folders.get(&*nfc(folder)).is_none_or(|(first, _)| rank < *first);
            if Role::of(name) != Role::Article && is_first {
                of_folders.insert(nfc(folder).into_owned(), (rank, file));
            }
        }
        Self { by_path, of_folders }
    }

    /// The file of exactly this path.
    pub(super) fn exact(&self, path: &str) -> Option<T> {
        self.by_path.get(&*nfc(path)).copied()
    }

    /// The file that a link means: by its path, without `.md` or with `.html` in its place, or by its folder.
    pub(super) fn find(&self, path: &str) -> Option<T> {
        let of_folder = |folder: &str| self.of_folders.get(&*nfc(folder)).map(|(_, file)| *file);
        let stem = [".html", ".htm"]
            .iter()
            .find_map(|end| path.strip_suffix(end))
            .unwrap_or(path);
        self.exact(path)
            .or_else(|| self.exact(&format!("{stem}.md")))
            .or_else(|| of_folder(page_key(stem)).filter(|_| page_key(stem) != stem))
            .or_else(|| of_folder(stem.trim_end_matches('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_find_files_by_path_by_url_and_by_folder() {
        let paths = [
            "a.md",
            "b/index.md",
            "c/README.md",
            "c/_index.md",
            "c/d.md",
            "_index.md",
            "e.md",
            "e/index.md",
        ];
        let files = FilesByLink::new(paths.iter().copied().zip(0..));
        for (link, found) in [
            ("a.md", Some(0)),
            ("a", Some(0)),
            ("a.html", Some(0)),
            ("b", Some(1)),
            ("b/", Some(1)),
            ("b/index", Some(1)),
            ("b/index.html", Some(1)),
            ("b.html", Some(1)),
            ("c", Some(3)),
            ("c/README.md", Some(2)),
            ("c/readme", Some(3)),
            ("c/_index.html", Some(3)),
            ("c/d.htm", Some(4)),
            ("", Some(5)),
            ("index.html", Some(5)),
            ("e", Some(6)),
            ("e/index", Some(7)),
            ("f", None),
            ("a/", None),
        ] {
            assert_eq!(files.find(link), found, "{link}");
        }
    }
}
