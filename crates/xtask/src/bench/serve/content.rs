//! The files that the servers serve, and how they are edited.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::server::Tool;
use crate::Failure;

/// Articles below this many bytes are edited: those that people write.
const SMALL: u64 = 20_000;

/// A copy of the corpus.
pub(super) struct Content {
    folder: PathBuf,
}

impl Content {
    /// Copies Hugo's site: all of it for Hugo, only the content for kb.
    pub(super) fn copy(site: &Path, to: &Path, tool: Tool) -> Result<Self, Failure> {
        let (from, folder) = match tool {
            Tool::Kb => (site.join("content"), to.to_path_buf()),
            Tool::Hugo => (site.to_path_buf(), to.join("content")),
        };
        copy(&from, to).map_err(|error| Failure::new(format!("cannot copy {}: {error}", from.display())))?;
        Ok(Self { folder })
    }

    /// The articles, sorted by path, without those whose names need escapes in URLs.
    pub(super) fn articles(&self) -> Result<Vec<Article>, Failure> {
        let fail = |error: io::Error| Failure::new(format!("{}: {error}", self.folder.display()));
        let mut articles = Vec::new();
        for category in names(&self.folder).map_err(fail)? {
            let folder = self.folder.join(&category);
            if !folder.is_dir() || !is_plain(&category) {
                continue;
            }
            for file in names(&folder).map_err(fail)? {
                if let Some(name) = file.strip_suffix(".md").filter(|name| is_plain(name)) {
                    let path = folder.join(&file);
                    articles.push(Article {
                        url: format!("/{category}/{name}/"),
                        is_small: fs::metadata(&path).map_err(fail)?.len() < SMALL,
                        path,
                    });
                }
            }
        }
        Ok(articles)
    }
}

/// A file and the page made of it.
#[derive(Clone)]
pub(super) struct Article {
    path: PathBuf,
    pub(super) url: String,
    pub(super) is_small: bool,
}

impl Article {
    pub(super) fn read(&self) -> Result<String, Failure> {
        fs::read_to_string(&self.path).map_err(|error| self.fail(&error))
    }

    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        fs::write(&self.path, text).map_err(|error| self.fail(&error))
    }

    /// Deletes the file and writes it again.
    pub(super) fn replace(&self, text: &str) -> Result<(), Failure> {
        fs::remove_file(&self.path).map_err(|error| self.fail(&error))?;
        self.write(text)
    }

    /// What describes the category of the article, with its text.
    pub(super) fn category(&self) -> Result<(Self, String), Failure> {
        let (url, _) = self.url.trim_end_matches('/').rsplit_once('/').unwrap_or_default();
        let category = Self {
            path: self.path.with_file_name("_index.md"),
            url: format!("{url}/"),
            is_small: true,
        };
        let text = category.read()?;
        Ok((category, text))
    }

    fn fail(&self, error: &io::Error) -> Failure {
        Failure::new(format!("{}: {error}", self.path.display()))
    }
}

/// A word that no article contains: only letters, so that every engine treats it as one word.
pub(super) fn word() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let seed = format!("{} {count}", std::process::id());
    let hash = xxhash_rust::xxh3::xxh3_64(seed.as_bytes());
    (0..16)
        .map(|at| char::from(b'a' + (hash >> (4 * at) & 15) as u8))
        .collect()
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        // Tools differ in what they make of a hyphen at the end.
        && !name.ends_with('-')
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_differ_and_are_letters() {
        let (one, two) = (word(), word());
        assert_ne!(one, two);
        assert!(one.len() == 16 && one.bytes().all(|b| b.is_ascii_lowercase()), "{one}");
    }

    #[test]
    fn articles_are_found_with_their_pages() -> Result<(), Box<dyn std::error::Error>> {
        let site = tempfile::tempdir()?;
        let copies = tempfile::tempdir()?;
        for file in [
            "content/s3-1/a-b.md",
            "content/s3-1/_index.md",
            "content/s3-1/A.md",
            "content/x.md",
            "hugo.toml",
        ] {
            let path = site.path().join(file);
            fs::create_dir_all(path.parent().ok_or("no folder")?)?;
            fs::write(path, file)?;
        }
        for tool in [Tool::Kb, Tool::Hugo] {
            let copy = copies.path().join(tool.to_string());
            let content = Content::copy(site.path(), &copy, tool).map_err(|error| error.to_string())?;
            let articles = content.articles().map_err(|error| error.to_string())?;
            let urls: Vec<&str> = articles.iter().map(|article| article.url.as_str()).collect();
            assert_eq!(urls, ["/s3-1/a-b/"]);
            articles[0].replace("new").map_err(|error| error.to_string())?;
            assert_eq!(articles[0].read().map_err(|error| error.to_string())?, "new");
            let (category, text) = articles[0].category().map_err(|error| error.to_string())?;
            assert_eq!(
                (category.url.as_str(), text.as_str()),
                ("/s3-1/", "content/s3-1/_index.md")
            );
            assert_eq!(copy.join("hugo.toml").is_file(), tool == Tool::Hugo);
        }
        Ok(())
    }
}
