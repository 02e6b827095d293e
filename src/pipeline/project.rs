//! Opens a project: its folders and settings.

use std::path::{Path, PathBuf};

use kb_config::{BaseUrl, Config, SearchConfig, Views, parse_config, parse_search_config, parse_views};
use kb_diagnostic::{Code, Diagnostic, Severity, Span};
use kb_site::urls::humanize;
use kb_source::{
    Bounds, CONTENT, Disk, FileSystem, IgnoreRules, Standing, link_out_of_project, link_outside, not_a_file,
};

/// What to build: a project with a `kb.toml`, or simply a folder of Markdown.
#[derive(Debug)]
pub struct Project {
    /// The folder with `kb.toml`; `None` for a bare folder.
    pub root: Option<PathBuf>,
    /// The name of that folder in messages, with a trailing `/`, or empty.
    pub root_display: String,
    /// The folder with the articles.
    pub content: PathBuf,
    /// The name of that folder in messages.
    pub content_display: String,
    /// The settings.
    pub config: Config,
    /// The part of the file system that it may read: the project, and folders that links may lead to.
    pub disk: Disk,
    /// What is not content.
    pub ignore: IgnoreRules,
    /// Name of the help centre without a title in the settings.
    pub fallback_title: String,
    /// Problems of the settings and data files that do not prevent a build.
    pub diagnostics: Vec<Diagnostic>,
}

/// Generic folder names, which are not used as the title of the site.
const GENERIC_NAMES: [&str; 8] = ["content", "docs", "doc", "src", "articles", "help", "public", "."];

const MEGABYTE: u64 = 1024 * 1024;

/// The largest data file that is read, in bytes: ten times the size needed for some hundred thousand pages.
const MAX_DATA_BYTES: u64 = 64 * MEGABYTE;

/// Opens the project or folder at `path`.
///
/// # Errors
/// The problems, if nothing can be built: the folder does not exist, or `kb.toml` has errors.
pub fn open_project(path: &Path, base_url: Option<&str>) -> Result<Project, Vec<Diagnostic>> {
    let files = &Disk::within(Bounds::of(path, []));
    if !files.is_folder(path) {
        let shown = path.display();
        let (message, hint) = if files.is_file(path) {
            (
                format!("`{shown}` is a file, not a folder"),
                "give the folder that holds it",
            )
        } else {
            (
                format!("there is no folder `{shown}`"),
                "give a folder with `kb.toml`, or a folder of Markdown files",
            )
        };
        return Err(vec![Diagnostic::new(Code::ProjectMissing, message).with_hint(hint)]);
    }
    let display = display_prefix(path);
    let settings = path.join("kb.toml");
    let shown = format!("{display}kb.toml");
    let is_project = match files.standing(&settings, path) {
        Standing::Nothing => false,
        Standing::File(_) => true,
        Standing::LinkOutside => {
            let message = "this symbolic link leads out of the project; settings are not read through it";
            let diagnostic = Diagnostic::new(Code::LinkOutside, message).with_hint("copy the file into the project");
            return Err(vec![diagnostic.with_span(Span::file(shown))]);
        }
        Standing::Other => {
            let diagnostic = Diagnostic::new(Code::ConfigUnreadable, "this is not a regular file");
            return Err(vec![diagnostic.with_span(Span::file(shown))]);
        }
    };
    let (mut config, mut diagnostics) = if is_project {
        read_config(files, &settings, &shown)?
    } else {
        is_no_parent(files, path, &display)?;
        (Config::default(), Vec::new())
    };
    let bounds = bounds(path, &config)?;
    let files = &Disk::within(bounds.clone());
    if let Some(url) = base_url {
        let base = BaseUrl::parse(url).map_err(|message| vec![Diagnostic::new(Code::BaseUrl, message)])?;
        config.base_url = Some(base);
    }
    let (root, content) = if is_project {
        (Some(path.to_path_buf()), path.join("content"))
    } else {
        (None, path.to_path_buf())
    };
    if !files.is_folder(&content) {
        return Err(vec![
            Diagnostic::new(Code::ContentMissing, format!("there is no folder `{display}content`"))
                .with_hint("put articles into `content/`, or create a project with `kb init`"),
        ]);
    }
    let is_held = std::fs::canonicalize(&content).is_ok_and(|real| bounds.hold(&real));
    if !is_held {
        return Err(vec![
            link_out_of_project().with_span(Span::file(format!("{display}content"))),
        ]);
    }
    let content_display = if is_project {
        format!("{display}content")
    } else {
        display.trim_end_matches('/').to_owned()
    };
    check_static_files(files, &config, path, &display)?;
    let ignore = ignore_rules(files, &config, path, &content, &display, &mut diagnostics);
    let data = DataFiles {
        files,
        content: &content,
        display: &content_display,
    };
    data.read_search(&mut config.search, &mut diagnostics);
    config.views = data.read_views(&mut diagnostics);
    Ok(Project {
        root,
        root_display: display,
        fallback_title: fallback_title(path),
        content,
        content_display,
        config,
        disk: files.clone(),
        ignore,
        diagnostics,
    })
}

/// Checks that a folder without `kb.toml` is not merely the folder around a project, whose articles would otherwise be
/// built as another site, without the project's settings.
fn is_no_parent(files: &dyn FileSystem, path: &Path, display: &str) -> Result<(), Vec<Diagnostic>> {
    const DEPTH: usize = 2;
    let enter = |folder: &Path, is_folder: bool| {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or(".");
        is_folder && !name.starts_with('.') && name != "node_modules" && folder.components().count() <= DEPTH
    };
    let mut projects: Vec<String> = files
        .walk(path, &enter)
        .0
        .iter()
        .filter(|found| {
            let folder = path.join(&found.path);
            files.is_file(&folder.join("kb.toml")) && files.is_folder(&folder.join("content"))
        })
        .map(|found| format!("{display}{}", found.path.display()))
        .collect();
    projects.sort();
    let Some(first) = projects.first() else { return Ok(()) };
    // A folder with articles of its own may hold a project too, as an example.
    let is_article = |path: &Path, is_folder: bool| {
        let name = path.to_string_lossy().to_lowercase();
        !is_folder && name.ends_with(".md") && !name.starts_with("readme") && path.components().count() == 1
    };
    if !files.walk(path, &is_article).0.is_empty() {
        return Ok(());
    }
    let others = match projects.len() - 1 {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    let message = format!("there is no `kb.toml` in this folder, but a project in `{first}`{others}");
    Err(vec![Diagnostic::new(Code::ProjectMissing, message).with_hint(format!(
        "name the project: `kb build {first}`; to build this folder itself, put a `kb.toml` and a folder `content` into it"
    ))])
}

/// The project, and the folders that links may lead to by its settings.
fn bounds(path: &Path, config: &Config) -> Result<Bounds, Vec<Diagnostic>> {
    let mut folders = Vec::new();
    let mut problems = Vec::new();
    for (folder, span) in &config.build.follow_links_to {
        let place = path.join(folder);
        if place.is_dir() {
            folders.push(place);
        } else {
            let message = format!("`build.follow_links_to` names `{folder}`, which is not a folder");
            problems.push(
                Diagnostic::new(Code::ConfigValue, message)
                    .with_span(span.clone())
                    .with_hint("write its path relative to the project, such as `../common`"),
            );
        }
    }
    if problems.is_empty() {
        Ok(Bounds::of(path, &folders))
    } else {
        Err(problems)
    }
}

/// A folder as the prefix of file names in messages.
fn display_prefix(path: &Path) -> String {
    let shown = path.to_string_lossy().replace('\\', "/");
    let shown = shown.trim_end_matches('/');
    let shown = shown.strip_prefix("./").unwrap_or(shown);
    if matches!(shown, "" | ".") && !path.has_root() {
        String::new()
    } else {
        format!("{shown}/")
    }
}

fn read_config(
    files: &dyn FileSystem,
    path: &Path,
    display: &str,
) -> Result<(Config, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = match files.read_if_present(path) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => {
            let diagnostic = Diagnostic::new(Code::ConfigUnreadable, format!("cannot be read: {error}"));
            return Err(vec![diagnostic.with_span(Span::file(display))]);
        }
    };
    let (config, problems) = parse_config(&text, display);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        Err(problems)
    } else {
        Ok((config, problems))
    }
}

fn check_static_files(
    files: &dyn FileSystem,
    config: &Config,
    root: &Path,
    display: &str,
) -> Result<(), Vec<Diagnostic>> {
    let named = [
        ("theme.logo", &config.theme.logo),
        ("theme.favicon", &config.theme.favicon),
    ];
    let missing: Vec<Diagnostic> = named
        .into_iter()
        .filter_map(|(key, path)| path.as_ref().map(|path| (key, path)))
        .filter(|(_, path)| !files.is_file(&root.join("static").join(path)))
        .map(|(key, path)| {
            Diagnostic::new(
                Code::ConfigFileMissing,
                format!("`{key}` names `{path}`, which is not in `{display}static/`"),
            )
            .with_span(Span::file(format!("{display}kb.toml")))
            .with_hint(match path.strip_prefix("static/") {
                Some(inside) => format!("`{key}` is relative to `static/`: write `{inside}`"),
                None => format!("put the file into `{display}static/`, or correct the path"),
            })
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing) }
}

fn ignore_rules(
    files: &dyn FileSystem,
    config: &Config,
    root: &Path,
    content: &Path,
    display: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> IgnoreRules {
    let in_root = format!("{display}.kbignore");
    let in_content = format!("{display}content/.kbignore");
    let in_config = format!("{display}kb.toml");
    let mut lists = vec![(in_config.as_str(), config.ignore.clone())];
    let mut candidates = vec![(in_root.as_str(), root.join(".kbignore"))];
    if content != root {
        candidates.push((in_content.as_str(), content.join(".kbignore")));
    }
    for (shown, path) in candidates {
        match read_text(files, &path, root) {
            Ok(Some(text)) => lists.push((shown, text.lines().map(ToOwned::to_owned).collect())),
            Ok(None) => {}
            Err(NotRead::LinkOutside) => diagnostics.push(link_out_of_project().with_span(Span::file(shown))),
            Err(NotRead::Otherwise(problem)) => diagnostics.push(problem.with_span(Span::file(shown))),
        }
    }
    let (rules, problems) = IgnoreRules::new(lists);
    diagnostics.extend(problems);
    rules
}

/// The data files of a content folder.
struct DataFiles<'a> {
    files: &'a dyn FileSystem,
    content: &'a Path,
    /// The name of the content folder in messages.
    display: &'a str,
}

impl DataFiles<'_> {
    /// Synonyms and pins of `content/search.toml` join those of `kb.toml`.
    fn read_search(&self, search: &mut SearchConfig, diagnostics: &mut Vec<Diagnostic>) {
        if let Some((text, shown)) = self.read("search.toml", diagnostics) {
            let (more, problems) = parse_search_config(&text, &shown);
            search.synonyms.extend(more.synonyms);
            search.pins.extend(more.pins);
            diagnostics.extend(problems);
        }
    }

    /// How often pages were read, from `content/views.csv`.
    fn read_views(&self, diagnostics: &mut Vec<Diagnostic>) -> Views {
        let Some((text, shown)) = self.read("views.csv", diagnostics) else {
            return Views::default();
        };
        let (views, problems) = parse_views(&text, &shown);
        diagnostics.extend(problems);
        views
    }

    /// The text of a data file, if it exists, and its name in messages.
    fn read(&self, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<(String, String)> {
        let shown = if self.display.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.display)
        };
        let path = self.content.join(name);
        match read_text(self.files, &path, self.content) {
            Ok(text) => return text.map(|text| (text, shown)),
            // The walk through the content folder reports the same, unless the file is ignored there.
            Err(NotRead::LinkOutside) => diagnostics.push(link_outside(CONTENT).with_span(Span::file(shown))),
            Err(NotRead::Otherwise(problem)) => diagnostics.push(problem.with_span(Span::file(shown))),
        }
        None
    }
}

/// Why an existing file was not read.
enum NotRead {
    /// It is a link out of its folder.
    LinkOutside,
    Otherwise(Diagnostic),
}

/// The text of a file of `folder`, if it exists.
fn read_text(files: &dyn FileSystem, path: &Path, folder: &Path) -> Result<Option<String>, NotRead> {
    let problem = match files.standing(path, folder) {
        Standing::Nothing => return Ok(None),
        Standing::LinkOutside => return Err(NotRead::LinkOutside),
        Standing::Other => not_a_file(),
        Standing::File(stamp) if stamp.len > MAX_DATA_BYTES => Diagnostic::new(
            Code::FileTooLarge,
            format!(
                "{} MB; this file may have at most {} MB; it is left out",
                stamp.len.div_ceil(MEGABYTE),
                MAX_DATA_BYTES / MEGABYTE
            ),
        )
        .with_hint("keep only the lines and columns in it that are needed"),
        Standing::File(_) => match files.read_if_present(path) {
            Ok(text) => return Ok(text),
            Err(error) => Diagnostic::new(Code::FileUnreadable, format!("cannot be read: {error}")),
        },
    };
    Err(NotRead::Otherwise(problem))
}

fn fallback_title(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute
        .iter()
        .rev()
        .filter_map(|part| part.to_str())
        .find(|name| !GENERIC_NAMES.contains(name) && *name != "/")
        .map_or_else(|| "Help Center".to_owned(), humanize)
}
