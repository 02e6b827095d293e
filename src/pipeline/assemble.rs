//! A project -> the site, its theme and the list of its files: everything before the first page is rendered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kb_config::RawHtml;
use kb_diagnostic::{Code, Diagnostic};
use kb_document::{Date, Document, DocumentOptions, parse_document};
use kb_output::{MARKER, SyncOptions};
use kb_render::Messages;
use kb_render::theme::{Theme, ThemeSource, static_files};
use kb_render::{icons, messages};
use kb_site::{Site, SiteInput, build_site};
use kb_source::git::GitDates;
use kb_source::{
    ArticleSource, ContentPath, Disk, FileSystem, SourceFolder, Stamp, read_changed, read_sources, walk_problem,
};
use rayon::prelude::*;
use tempfile::TempDir;

use super::assets::{AssetFolder, referred_assets};
use super::listing::{DisplayPaths, Listing, list};
use super::memo::{ListingMemo, Memo, MessagesMemo, ThemeKey, ThemeMemo, stamps};
use super::{BuildOptions, Clock, Project, clear_of, offline, targets};

/// The inputs of pages.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) site: Site,
    pub(super) theme: Arc<Theme>,
    pub(super) messages: Arc<[Messages]>,
    pub(super) listing: Arc<Listing>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Every folder that was read.
    pub(super) folders: BTreeSet<PathBuf>,
    /// The stamps of the files that are not articles.
    pub(super) stamps: Vec<(PathBuf, Stamp)>,
    /// The part of the file system that its files are read from.
    pub(super) disk: Disk,
    /// The restrictions on the output folder.
    pub(super) clear_of: SyncOptions,
    /// Keeps the temporary folder with variants of images.
    pub(super) _images: Option<Arc<TempDir>>,
}

/// Reads, parses and links everything, reusing the results of the previous build in `memo`. With `changed`, only these
/// paths are expected to have changed.
pub(super) fn assemble(
    project: &Project,
    options: &BuildOptions,
    changed: Option<&BTreeSet<PathBuf>>,
    memo: &mut Memo,
    clock: &mut Clock<'_>,
) -> Assembled {
    let mut diagnostics = project.diagnostics.clone();
    let disk = disk(project, options);
    let files: &dyn FileSystem = &disk;
    clock.begin("read");
    let except = inside(&project.content, &options.output);
    let folder = SourceFolder {
        path: &project.content,
        display: &project.content_display,
        ignore: &project.ignore,
        except: &except,
        marker: MARKER,
    };
    let changed = changed.and_then(|changed| read_changed(files, folder, changed, &mut memo.sources));
    let mut sources = changed.unwrap_or_else(|| read_sources(files, folder, &mut memo.sources));
    diagnostics.append(&mut sources.diagnostics);
    if sources.articles.is_empty() {
        diagnostics.push(no_articles(project));
    }
    let mut folders: BTreeSet<PathBuf> = sources.folders.iter().cloned().collect();
    let theme_files = theme_files(files, project, &mut folders, &mut diagnostics);
    let static_files = static_files(files, project.root.as_deref());

    clock.begin("parse");
    let (documents, git_dates) = understand(project, &sources.articles, memo, &mut diagnostics);
    folders.extend(memo.git.folder().map(Path::to_path_buf));

    clock.begin("images");
    let folder = AssetFolder {
        files,
        content: &project.content,
        display: &project.content_display,
        images: project.config.build.images,
        active: project.config.build.html == RawHtml::Allow,
        output: &options.output,
    };
    let Memo { assets, images, .. } = memo;
    let referred = referred_assets(folder, &documents, sources.assets, assets, images);
    diagnostics.extend(referred.diagnostics);
    folders.extend(referred.folders);

    clock.begin("link");
    let mut config = project.config.clone();
    if options.offline {
        config.base_url = None;
        config.contact.remove_local_endpoints();
        for language in config.languages.values_mut() {
            language
                .contact
                .iter_mut()
                .for_each(kb_config::ContactTexts::remove_local_endpoints);
        }
    }
    let base_path = match &config.base_url {
        _ if options.offline => offline::BASE,
        Some(base) => base.path(),
        None => "/",
    };
    let input = SiteInput {
        base_path: base_path.to_owned(),
        offline: options.offline,
        config: Arc::new(config),
        documents,
        assets: referred.assets,
        refused: referred.refused,
        static_files: static_files.keys().cloned().collect(),
        git_dates,
        fallback_title: project.fallback_title.clone(),
        publish: options.publish,
    };
    let (site, problems) = build_site(input, memo.site.as_ref());
    diagnostics.extend(problems);
    diagnostics.extend(site.check_links(&mut memo.links));
    diagnostics.extend(targets::check(&site));
    diagnostics.extend(icons::check(&site));
    memo.site = Some(site.clone());

    clock.begin("theme");
    let theme = theme(files, project, &site, &theme_files, memo, &mut diagnostics);
    let messages = site_messages(&site, &theme, memo);
    let listing = listing(
        &site,
        &theme,
        &static_files,
        DisplayPaths::from(project),
        memo,
        &mut diagnostics,
    );
    Assembled {
        site,
        theme,
        messages,
        listing,
        diagnostics,
        folders,
        stamps: theme_files,
        disk: disk.clone(),
        clear_of: clear_of(project, options.output_given),
        _images: memo.images.folder(),
    }
}

/// The part of the file system that a build reads: the project and the output folder, which may contain images of an
/// earlier build.
fn disk(project: &Project, options: &BuildOptions) -> Disk {
    // A folder from the settings must be in the project.
    if options.output_given || project.root.is_none() {
        project.disk.and(&options.output)
    } else {
        project.disk.clone()
    }
}

/// The documents, with the dates of their last change from git.
fn understand(
    project: &Project,
    articles: &[ArticleSource],
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Arc<Document>>, HashMap<ContentPath, Date>) {
    let options = DocumentOptions {
        html: project.config.build.html,
        highlight: project.config.build.highlight,
    };
    let Memo { documents, git, .. } = memo;
    let (parsed, dates) = rayon::join(
        || {
            let parse = |article: &ArticleSource| {
                let known = documents.get(article, options);
                known.unwrap_or_else(|| Arc::new(parse_document(article, options)))
            };
            articles.par_iter().map(parse).collect::<Vec<_>>()
        },
        || {
            if project.config.build.git_dates {
                git.dates(&project.content, articles.iter().map(|article| article.path.clone()))
            } else {
                GitDates::None
            }
        },
    );
    documents.replace(&parsed, options);
    diagnostics.extend(parsed.iter().flat_map(|document| document.diagnostics.iter().cloned()));
    let dates = dates_by_path(dates, diagnostics);
    (parsed, dates)
}

fn dates_by_path(dates: GitDates, diagnostics: &mut Vec<Diagnostic>) -> HashMap<ContentPath, Date> {
    match dates {
        GitDates::Known(dates) => dates.into_iter().map(|(path, unix)| (path, Date { unix })).collect(),
        GitDates::None => HashMap::new(),
        GitDates::Shallow => {
            diagnostics.push(
                Diagnostic::new(
                    Code::GitShallow,
                    "this is a shallow clone, so git does not know when articles were changed",
                )
                .with_hint("fetch the whole history (`fetch-depth: 0` in GitHub Actions), or set `git_dates = false`"),
            );
            HashMap::new()
        }
    }
}

/// The files of the theme and of `static/`, with their stamps. Adds the folders, including missing ones.
fn theme_files(
    files: &dyn FileSystem,
    project: &Project,
    folders: &mut BTreeSet<PathBuf>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(PathBuf, Stamp)> {
    let Some(root) = &project.root else { return Vec::new() };
    let themes = root.join("themes");
    folders.extend([root.clone(), themes.clone()]);
    let mut all = Vec::new();
    let own = ["templates", "i18n", "static"].map(ToOwned::to_owned);
    for name in own.into_iter().chain([format!("themes/{}", project.config.theme.name)]) {
        let folder = root.join(&name);
        let (stamped, below, problems) = stamps(files, &folder);
        let display = format!("{}{name}", project.root_display);
        let told = problems
            .iter()
            .map(|problem| walk_problem(problem, &format!("`{name}/`"), &display));
        diagnostics.extend(told);
        all.extend(stamped);
        folders.extend(below);
        // A missing folder may be created later.
        folders.insert(folder);
    }
    all
}

fn theme(
    files: &dyn FileSystem,
    project: &Project,
    site: &Site,
    theme_files: &[(PathBuf, Stamp)],
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> Arc<Theme> {
    let key = ThemeKey {
        files: theme_files.to_vec(),
        settings: site.config.theme.clone(),
        base_path: site.base_path.clone(),
        display: project.root_display.clone(),
    };
    let known = match memo.theme.take() {
        Some(known) if known.holds(&key) => known,
        before => {
            let loaded = SystemTime::now();
            let source = ThemeSource {
                project: project.root.as_deref(),
                display: &project.root_display,
                offline: site.offline,
            };
            let mut diagnostics = Vec::new();
            let theme = Theme::load(files, &source, &site.config, &site.base_path, &mut diagnostics);
            // Files that are too young to be identified by their stamps are read again; mostly they have not changed.
            let same = before.filter(|before| before.key == key && before.theme.hash == theme.hash);
            ThemeMemo {
                key,
                loaded,
                theme: same.map_or_else(|| Arc::new(theme), |before| before.theme),
                diagnostics,
            }
        }
    };
    diagnostics.extend(known.diagnostics.iter().cloned());
    let theme = Arc::clone(&known.theme);
    memo.theme = Some(known);
    theme
}

fn site_messages(site: &Site, theme: &Arc<Theme>, memo: &mut Memo) -> Arc<[Messages]> {
    let languages = || site.languages.iter().map(|language| language.language.clone());
    let same =
        |known: &MessagesMemo| Arc::ptr_eq(&known.theme, theme) && languages().eq(known.languages.iter().cloned());
    let known = memo.messages.take().filter(same).unwrap_or_else(|| MessagesMemo {
        theme: Arc::clone(theme),
        languages: languages().collect(),
        messages: Arc::from(messages(site, theme)),
    });
    let messages = Arc::clone(&known.messages);
    memo.messages = Some(known);
    messages
}

fn listing(
    site: &Site,
    theme: &Arc<Theme>,
    static_files: &BTreeMap<String, PathBuf>,
    shown: DisplayPaths<'_>,
    memo: &mut Memo,
    diagnostics: &mut Vec<Diagnostic>,
) -> Arc<Listing> {
    let same = |known: &ListingMemo| {
        Arc::ptr_eq(&known.tree, &site.languages)
            && Arc::ptr_eq(&known.theme, theme)
            && known.static_files.iter().eq(static_files.values())
    };
    let known = memo.listing.take().filter(same).unwrap_or_else(|| {
        let (listing, problems) = list(site, theme, static_files, shown);
        ListingMemo {
            tree: Arc::clone(&site.languages),
            theme: Arc::clone(theme),
            static_files: static_files.values().cloned().collect(),
            listing: Arc::new(listing),
            problems,
        }
    });
    diagnostics.extend(known.problems.iter().cloned());
    let listing = Arc::clone(&known.listing);
    memo.listing = Some(known);
    listing
}

fn no_articles(project: &Project) -> Diagnostic {
    let folder = if project.content_display.is_empty() {
        "this folder"
    } else {
        &project.content_display
    };
    Diagnostic::new(Code::NoArticles, format!("there are no Markdown files in {folder}"))
        .with_hint("articles are files that end in `.md`")
}

/// The output folder, if it is inside of the content folder: it is not content.
fn inside(content: &Path, output: &Path) -> Vec<PathBuf> {
    let (Ok(content), Ok(output)) = (std::path::absolute(content), std::path::absolute(output)) else {
        return Vec::new();
    };
    let content = std::fs::canonicalize(&content).unwrap_or(content);
    let output = std::fs::canonicalize(&output).unwrap_or(output);
    output
        .strip_prefix(&content)
        .ok()
        .filter(|path| !path.as_os_str().is_empty())
        .map(Path::to_path_buf)
        .into_iter()
        .collect()
}
