//! The language of each file, and which files are translations of each other.
//!
//! The language is in the file name (`page.de.md`), or is a top-level folder (`de/page.md`). The *key* of a file is its
//! path without language and extension; files with the same key are one article in several languages.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use kb_config::{Config, Language};
use kb_source::ContentPath;

/// A file's language and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    /// The language.
    pub language: Language,
    /// Whether the path contains the language.
    pub named: bool,
    /// The path without language and extension, such as `billing/refund` or `billing/_index`.
    pub key: String,
}

/// How the paths of one content folder express languages.
#[derive(Debug, Clone)]
pub(crate) struct LanguageMap {
    default: Language,
    folders: BTreeMap<String, Language>,
    suffixes: BTreeSet<Language>,
    /// Whether a suffix counts only next to the plain file.
    plain_needed: bool,
}

impl LanguageMap {
    /// Finds the languages of a content folder: those in the settings, or those detected from the paths.
    pub(crate) fn find<'a>(config: &Config, paths: impl Iterator<Item = &'a ContentPath> + Clone) -> Self {
        let declared: BTreeSet<Language> = config.languages.keys().cloned().collect();
        let tops: BTreeMap<String, Language> = paths
            .clone()
            .filter_map(|path| path.as_str().split_once('/'))
            .filter_map(|(top, _)| Some((top.to_owned(), Language::parse(top)?)))
            .collect();
        if !declared.is_empty() {
            let known = |language: &Language| declared.contains(language) || *language == config.default_language;
            let folders = tops.into_iter().filter(|(_, language)| known(language)).collect();
            let mut suffixes = declared;
            suffixes.insert(config.default_language.clone());
            return Self {
                default: config.default_language.clone(),
                folders,
                suffixes,
                plain_needed: false,
            };
        }
        let folders = mirrored_folders(&tops, paths.clone());
        let suffixes = suffixes_beside_plain_files(paths.clone());
        let default = default_language(config, &folders, paths);
        Self {
            default,
            folders,
            suffixes,
            plain_needed: true,
        }
    }

    /// The language of files without a language in their path.
    pub(crate) fn default_language(&self) -> &Language {
        &self.default
    }

    /// The folder with the files of a language, if it has one.
    pub(crate) fn folder(&self, language: &Language) -> Option<&str> {
        self.folders
            .iter()
            .find(|(_, known)| *known == language)
            .map(|(folder, _)| folder.as_str())
    }

    /// The language and the key of a file. `exists` says whether a path is in the content folder.
    pub(crate) fn place(&self, path: &ContentPath, exists: impl Fn(&str) -> bool) -> Placed {
        let without_extension = path.as_str().rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem);
        let mut language = None;
        let mut key = without_extension;
        if let Some((top, rest)) = key.split_once('/')
            && let Some(found) = self.folders.get(top)
        {
            language = Some(found.clone());
            key = rest;
        }
        let name_start = key.rfind('/').map_or(0, |at| at + 1);
        if let Some((stem, suffix)) = key[name_start..].rsplit_once('.')
            && let Some(found) = Language::parse(suffix)
            && self.suffixes.contains(&found)
        {
            let extension = &path.as_str()[without_extension.len()..];
            let plain = &without_extension[..without_extension.len() - suffix.len() - 1];
            if !self.plain_needed || exists(&format!("{plain}{extension}")) || exists(&format!("{plain}.md")) {
                language = Some(found);
                key = &key[..name_start + stem.len()];
            }
        }
        Placed {
            named: language.is_some(),
            language: language.unwrap_or_else(|| self.default.clone()),
            key: key.to_owned(),
        }
    }
}

/// Folders that are named by a language tag, if at least half of their files exist under the same names beside the folder
/// or in another such folder; and that other folder, which may be only partly translated.
fn mirrored_folders<'a>(
    tops: &BTreeMap<String, Language>,
    paths: impl Iterator<Item = &'a ContentPath> + Clone,
) -> BTreeMap<String, Language> {
    let mut beside: HashSet<&str> = HashSet::new();
    let mut inside: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for path in paths {
        match path.as_str().split_once('/') {
            Some((top, rest)) if tops.contains_key(top) => {
                inside.entry(top).or_default().insert(rest);
            }
            _ => {
                beside.insert(path.as_str());
            }
        }
    }
    let mirrors = |top: &str| {
        let Some(files) = inside.get(top) else { return false };
        let found = files.iter().filter(|file| {
            beside.contains(*file)
                || inside
                    .iter()
                    .any(|(other, files)| *other != top && files.contains(*file))
        });
        found.count() * 2 >= files.len()
    };
    let mirrored: Vec<&str> = tops.keys().map(String::as_str).filter(|top| mirrors(top)).collect();
    let is_source = |top: &str| {
        let Some(source) = inside.get(top) else { return false };
        let translates = |other: &&str| {
            let files = &inside[*other];
            files.iter().filter(|file| source.contains(*file)).count() * 2 >= files.len()
        };
        mirrored.iter().any(translates)
    };
    tops.iter()
        .filter(|(top, _)| mirrored.contains(&&***top) || is_source(top))
        .map(|(top, language)| (top.clone(), language.clone()))
        .collect()
}

fn suffixes_beside_plain_files<'a>(paths: impl Iterator<Item = &'a ContentPath> + Clone) -> BTreeSet<Language> {
    let all: HashSet<&str> = paths.clone().map(ContentPath::as_str).collect();
    paths
        .filter_map(|path| {
            let (stem, extension) = path.as_str().rsplit_once('.')?;
            let (plain, suffix) = stem.rsplit_once('.')?;
            let language = Language::parse(suffix)?;
            all.contains(format!("{plain}.{extension}").as_str())
                .then_some(language)
        })
        .collect()
}

/// The default in the settings; otherwise English, if there are English files; otherwise the language of the largest
/// folder.
fn default_language<'a>(
    config: &Config,
    folders: &BTreeMap<String, Language>,
    paths: impl Iterator<Item = &'a ContentPath> + Clone,
) -> Language {
    let english = Language::english();
    if config.default_language_given || folders.is_empty() {
        return config.default_language.clone();
    }
    let in_folder = |path: &&ContentPath| {
        path.as_str()
            .split_once('/')
            .is_some_and(|(top, _)| folders.contains_key(top))
    };
    let has_plain = paths.clone().any(|path| !in_folder(&path));
    if has_plain || folders.values().any(|language| *language == english) {
        return english;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for path in paths.filter(in_folder) {
        if let Some((top, _)) = path.as_str().split_once('/') {
            *counts.entry(top).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)))
        .and_then(|(top, _)| folders.get(top).cloned())
        .unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(config: &Config, files: &[&str]) -> Vec<String> {
        let paths: Vec<ContentPath> = files.iter().map(ContentPath::new).collect();
        let map = LanguageMap::find(config, paths.iter());
        paths
            .iter()
            .map(|path| {
                let placed = map.place(path, |wanted| files.contains(&wanted));
                format!("{} {}", placed.language, placed.key)
            })
            .collect()
    }

    #[test]
    fn suffixes_count_next_to_the_plain_file() {
        let files = ["a.md", "a.de.md", "what.is.it.md", "b.zh-Hans.md", "b.md"];
        assert_eq!(
            placed(&Config::default(), &files),
            ["en a", "de a", "en what.is.it", "zh-Hans b", "en b"]
        );
    }

    #[test]
    fn folders_count_when_they_mirror_each_other() {
        let files = ["de/a.md", "de/x/b.md", "en/a.md", "en/x/b.md", "it/servers.md"];
        assert_eq!(
            placed(&Config::default(), &files),
            ["de a", "de x/b", "en a", "en x/b", "en it/servers"]
        );
    }

    #[test]
    fn without_english_the_largest_folder_is_the_default() {
        let files = ["de/a.md", "fr/a.md", "fr/b.md"];
        let paths: Vec<ContentPath> = files.iter().map(ContentPath::new).collect();
        let map = LanguageMap::find(&Config::default(), paths.iter());
        assert_eq!(map.default_language().tag(), "fr");
    }

    #[test]
    fn declared_languages_need_no_mirror() {
        let (config, _) = kb_config::parse_config("[languages.de]\n[languages.en]\n", "kb.toml");
        assert_eq!(
            placed(&config, &["de/only.md", "fr/x.md", "y.de.md", "z.fr.md"]),
            ["de only", "en fr/x", "de y", "en z.fr"]
        );
    }
}
