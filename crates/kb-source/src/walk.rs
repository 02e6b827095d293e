//! The content folder -> [`SourceSet`].

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kb_diagnostic::{Code, Diagnostic, SourceText, Span};
use rayon::prelude::*;

use super::memo::Read;
use super::{
    ArticleSource, AssetSource, ContentPath, FileSystem, IgnoreRules, MAX_ARTICLE_BYTES, SourceMemo, SourceSet, Stamp,
    Standing, WalkProblem, WalkProblemKind,
};

/// The name of the content folder in sentences.
pub const CONTENT: &str = "the content folder";

/// A folder of articles.
#[derive(Debug, Clone, Copy)]
pub struct SourceFolder<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// The prefix of file names in messages.
    pub display: &'a str,
    /// What is left out.
    pub ignore: &'a IgnoreRules,
    /// Folders that are left out, relative to it.
    pub except: &'a [PathBuf],
    /// A folder that contains a file of this name is left out too.
    pub marker: &'a str,
}

/// Reads everything in a folder. Articles in `memo` that have not changed are not read again.
pub fn read_sources(files: &dyn FileSystem, folder: SourceFolder<'_>, memo: &mut SourceMemo) -> SourceSet {
    let marked = |path: &Path| files.is_file(&folder.path.join(path).join(folder.marker));
    let enter = |path: &Path, is_folder: bool| {
        let excepted = || folder.except.iter().any(|except| path == except);
        !folder.ignore.ignores(path, is_folder) && !(is_folder && (excepted() || marked(path)))
    };
    let (found, walk_problems) = files.walk(folder.path, &enter);
    let mut walk: Vec<Diagnostic> = walk_problems
        .iter()
        .map(|problem| walk_problem(problem, CONTENT, folder.display))
        .collect();
    let mut folders = vec![folder.path.to_path_buf()];
    let mut assets = Vec::new();
    let mut articles = Vec::new();
    for file in found {
        let Some(path) = content_path(&file.path) else {
            let shown = join(folder.display, &file.path.to_string_lossy());
            walk.push(
                Diagnostic::new(
                    Code::FileName,
                    "the name of this file is not valid UTF-8; it is left out",
                )
                .with_span(Span::file(shown))
                .with_hint("rename it"),
            );
            continue;
        };
        if file.is_folder {
            folders.push(folder.path.join(&file.path));
            if is_markdown(&path) {
                walk.push(folder_named_like_article(folder.display, &path));
            }
        } else if is_markdown(&path) {
            articles.push((path, file));
        } else {
            let location = folder.path.join(&file.path);
            assets.push(AssetSource {
                path,
                location,
                stamp: file.stamp,
            });
        }
    }
    assets.sort_by(|a, b| a.path.cmp(&b.path));
    let read: Vec<(ContentPath, Read)> = articles
        .into_par_iter()
        .map(|(path, file)| {
            let shown = join(folder.display, path.as_str());
            let known = memo.get(&path, file.stamp, &shown).cloned();
            let read = known.unwrap_or_else(|| read_file(files, folder.path, shown, &path, file.stamp));
            (path, read)
        })
        .collect();
    *memo = SourceMemo {
        articles: read.into_iter().collect(),
        assets,
        folders,
        walk,
    };
    memo.set()
}

/// Reads only the changed articles of a folder that was read before, without walking through it. `None` if an entry was
/// added or removed, or is unknown.
pub fn read_changed(
    files: &dyn FileSystem,
    folder: SourceFolder<'_>,
    changed: &BTreeSet<PathBuf>,
    memo: &mut SourceMemo,
) -> Option<SourceSet> {
    let mut read = Vec::new();
    for location in changed {
        let path = location.strip_prefix(folder.path).ok()?;
        let standing = files.standing(location, folder.path);
        match (content_path(path), standing) {
            (Some(path), Standing::File(stamp)) if memo.articles.contains_key(&path) => {
                let shown = join(folder.display, path.as_str());
                let article = read_file(files, folder.path, shown, &path, stamp);
                read.push((path, article));
            }
            (Some(path), _) if memo.articles.contains_key(&path) => return None,
            // Temporary files that editors write next to a file while they save it.
            (Some(_), Standing::Nothing) if !memo.knows(location) => {}
            (Some(_), Standing::File(_)) if folder.ignore.ignores(path, false) => {}
            _ => return None,
        }
    }
    memo.articles.extend(read);
    Some(memo.set())
}

fn read_file(files: &dyn FileSystem, folder: &Path, display: String, path: &ContentPath, stamp: Stamp) -> Read {
    let at = SystemTime::now();
    let (article, problem) = read_article(files, folder, &display, path, stamp);
    Read {
        stamp,
        at,
        display,
        article,
        problem,
    }
}

fn content_path(path: &Path) -> Option<ContentPath> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| ContentPath::new(parts.join("/")))
}

fn is_markdown(path: &ContentPath) -> bool {
    let name = path.file_name();
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        let is_known = |known: &&str| extension.eq_ignore_ascii_case(known);
        !stem.is_empty() && ["md", "markdown", "mdx"].iter().any(is_known)
    })
}

fn join(folder: &str, path: &str) -> String {
    match folder {
        "" | "." => path.to_owned(),
        _ => format!("{}/{path}", folder.trim_end_matches('/')),
    }
}

fn folder_named_like_article(display: &str, path: &ContentPath) -> Diagnostic {
    Diagnostic::new(
        Code::FolderNamedLikeArticle,
        format!("`{}` is a folder, not an article", path.file_name()),
    )
    .with_span(Span::file(join(display, path.as_str())))
    .with_hint("rename the folder; it is treated as a category")
}

/// The problem of a link that leads out of the folder that contains it, such as `the content folder`.
pub fn link_outside(folder: &str) -> Diagnostic {
    let message = format!("this symbolic link leads out of {folder}; it is left out");
    Diagnostic::new(Code::LinkOutside, message).with_hint(format!("copy the file into {folder}, or {ALLOW_LINKS}"))
}

/// The problem of a file or folder of the project that is itself a link out of the project.
pub fn link_out_of_project() -> Diagnostic {
    let message = "this symbolic link leads out of the project; it is not followed";
    Diagnostic::new(Code::LinkOutside, message).with_hint(format!("put a copy in its place, or {ALLOW_LINKS}"))
}

const ALLOW_LINKS: &str = "name the folder that it may lead to in `kb.toml`: `follow_links_to` in `[build]`";

/// The problem of a pipe, a device or another special file.
pub fn not_a_file() -> Diagnostic {
    Diagnostic::new(Code::FileUnreadable, "this is not a regular file; it is left out")
        .with_hint("remove it, or put a file in its place")
}

/// The diagnostic for a problem in a folder, which is called `folder` in sentences and `display` in paths.
pub fn walk_problem(problem: &WalkProblem, folder: &str, display: &str) -> Diagnostic {
    let is_folder_itself = problem.path.as_os_str().is_empty();
    let diagnostic = match &problem.kind {
        WalkProblemKind::LinkOutside if is_folder_itself => link_out_of_project(),
        WalkProblemKind::LinkOutside => link_outside(folder),
        WalkProblemKind::NotAFile => not_a_file(),
        WalkProblemKind::LinkCircle => {
            Diagnostic::new(Code::LinkCircle, "this symbolic link leads in a circle; it is left out")
                .with_hint("remove the link")
        }
        WalkProblemKind::LinkBroken => Diagnostic::new(
            Code::LinkBroken,
            "the target of this symbolic link does not exist; it is left out",
        )
        .with_hint("remove the link or restore what it points to"),
        WalkProblemKind::Unreadable(reason) => Diagnostic::new(
            Code::FileUnreadable,
            format!("cannot be read: {reason}; it is left out"),
        )
        .with_hint("check the permissions"),
    };
    let shown = if is_folder_itself {
        display.to_owned()
    } else {
        join(display, &problem.path.to_string_lossy())
    };
    diagnostic.with_span(Span::file(shown))
}

fn read_article(
    files: &dyn FileSystem,
    folder: &Path,
    shown: &str,
    path: &ContentPath,
    stamp: Stamp,
) -> (Option<ArticleSource>, Option<Diagnostic>) {
    let problem = |code, message: String, hint: &str| {
        (
            None,
            Some(
                Diagnostic::new(code, message)
                    .with_span(Span::file(shown))
                    .with_hint(hint),
            ),
        )
    };
    if stamp.len > MAX_ARTICLE_BYTES {
        return problem(
            Code::FileTooLarge,
            format!(
                "{} MB of Markdown; an article may have at most {} MB; this one is left out",
                stamp.len.div_ceil(1024 * 1024),
                MAX_ARTICLE_BYTES / (1024 * 1024)
            ),
            "split it, or put its name into `.kbignore`",
        );
    }
    let bytes = match files.read(&folder.join(path.as_str())) {
        Ok(bytes) => bytes,
        Err(error) => {
            return problem(
                Code::FileUnreadable,
                format!("cannot be read: {error}; it is left out"),
                "check the permissions",
            );
        }
    };
    if is_utf16(&bytes) {
        return problem(
            Code::NotUtf8,
            "this file is UTF-16; it is left out".to_owned(),
            "save it as UTF-8",
        );
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
            let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
            let span = SourceText::new(shown, before).span(valid..valid);
            let diagnostic = Diagnostic::new(
                Code::NotUtf8,
                format!("not valid UTF-8 (byte 0x{byte:02x}); this article is left out"),
            )
            .with_span(span)
            .with_hint("save it as UTF-8");
            return (None, Some(diagnostic));
        }
    };
    let text = text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text);
    let text = with_line_feeds(text);
    let mut diagnostic = None;
    let text = if let Some(at) = text.find('\0') {
        let span = SourceText::new(shown, text.as_str()).span(at..at + 1);
        diagnostic = Some(
            Diagnostic::new(Code::NulByte, "a NUL character; it is shown as `\u{fffd}`")
                .with_span(span)
                .with_hint("remove it; the file may be damaged"),
        );
        text.replace('\0', "\u{fffd}")
    } else {
        text
    };
    let article = ArticleSource {
        path: path.clone(),
        file: Arc::new(SourceText::new(shown, text)),
    };
    (Some(article), diagnostic)
}

/// Whether bytes are text in UTF-16: they begin with its byte order mark, or every other of the first bytes is 0.
fn is_utf16(bytes: &[u8]) -> bool {
    let zeros = |from: usize| {
        let every_other = || bytes.iter().skip(from).step_by(2).take(16);
        every_other().len() > 1 && every_other().filter(|byte| **byte == 0).count() * 4 > every_other().len() * 3
    };
    bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) || zeros(0) || zeros(1)
}

/// The text with each lone carriage return, the line ending of old systems, replaced by a line feed.
fn with_line_feeds(text: String) -> String {
    let stands_alone = |at: usize| !text[at + 1..].starts_with('\n');
    if !text.match_indices('\r').any(|(at, _)| stands_alone(at)) {
        return text;
    }
    let parts: Vec<String> = text.split("\r\n").map(|part| part.replace('\r', "\n")).collect();
    parts.join("\r\n")
}
