//! `kb theme`

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use kb_diagnostic::{Diagnostic, Severity, closest};
use kb_render::theme::{Part, PartKind, ThemeInfo, ThemeSource, parts, themes};
use kb_source::{Disk, FileSystem as _};
use serde_json::json;
use similar::TextDiff;

use super::inside::stays_inside;
use super::report::report;
use super::{CommandOutcome, Format, ListFormat, ThemeEjectArgs, ThemeListArgs, eprint, not_a_project, print};
use crate::pipeline::{Project, open_project};

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const ADDED: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const REMOVED: anstyle::Style = anstyle::AnsiColor::Red.on_default();

/// `kb theme list`
pub(super) fn list(args: &ThemeListArgs) -> io::Result<CommandOutcome> {
    let project = match open_project(&args.path, None) {
        Ok(project) => project,
        Err(problems) => return failed(&problems),
    };
    let found = themes(&project.disk, &source(&project), &project.config);
    match args.format {
        ListFormat::Human => print(&themes_for_people(&found))?,
        ListFormat::Json => {
            let list: Vec<_> = found.iter().map(theme_as_json).collect();
            print(&format!("{:#}\n", json!(list)))?;
        }
    }
    Ok(CommandOutcome::Fine)
}

/// `kb theme eject`
pub(super) fn eject(args: &ThemeEjectArgs) -> io::Result<CommandOutcome> {
    // `kb theme eject PATH` lists the files of a project's theme: the name of a file of a theme is never a folder.
    let (name, path) = match &args.name {
        Some(name) if args.path == Path::new(".") && Path::new(name).join("kb.toml").is_file() => {
            (None, PathBuf::from(name))
        }
        name => (name.as_deref(), args.path.clone()),
    };
    let project = match open_project(&path, None) {
        Ok(project) => project,
        Err(problems) => return failed(&problems),
    };
    let Some(root) = &project.root else {
        return Ok(fail(&not_a_project(&path)));
    };
    let mut problems = Vec::new();
    let parts = parts(&project.disk, &source(&project), &project.config, &mut problems);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return failed(&problems);
    }
    let Some(name) = name else {
        match args.format {
            ListFormat::Human => print(&parts_for_people(&parts, root))?,
            ListFormat::Json => {
                let list: Vec<_> = parts.iter().map(|part| part_as_json(part, root)).collect();
                print(&format!("{:#}\n", json!(list)))?;
            }
        }
        return Ok(CommandOutcome::Fine);
    };
    let Some(part) = find(&parts, name) else {
        return Ok(fail(&unknown(&parts, name, &project.config.theme.name)));
    };
    let target = root.join(&part.target);
    if args.diff {
        diff(part, &target, &project.disk)
    } else {
        copy(part, root, &target, args.force)
    }
}

fn source(project: &Project) -> ThemeSource<'_> {
    ThemeSource {
        project: project.root.as_deref(),
        display: &project.root_display,
        offline: false,
    }
}

fn failed(problems: &[Diagnostic]) -> io::Result<CommandOutcome> {
    report(problems, Format::Human)?;
    Ok(CommandOutcome::Failed)
}

/// Prints an error of the command.
fn fail(message: &str) -> CommandOutcome {
    eprint(&format!("error: {message}\n"));
    CommandOutcome::Failed
}

/// The origin of a theme, as text.
fn whence(theme: &ThemeInfo) -> String {
    match (&theme.folder, theme.built_in) {
        (Some(folder), true) => format!("built in, changed by `{folder}`"),
        (Some(folder), false) => format!("`{folder}`"),
        (None, _) => "built in".to_owned(),
    }
}

fn themes_for_people(themes: &[ThemeInfo]) -> String {
    let mut text = String::new();
    for theme in themes {
        let used = if theme.in_use { ", in use" } else { "" };
        let _ = writeln!(
            text,
            "{BOLD}{}{BOLD:#}  {DIM}{}{used}{DIM:#}",
            theme.name,
            whence(theme)
        );
        if !theme.description.is_empty() {
            let _ = writeln!(text, "    {}", theme.description);
        }
    }
    text
}

fn theme_as_json(theme: &ThemeInfo) -> serde_json::Value {
    json!({
        "name": theme.name,
        "title": theme.title,
        "description": theme.description,
        "built_in": theme.built_in,
        "folder": theme.folder,
        "in_use": theme.in_use,
    })
}

fn parts_for_people(parts: &[Part], root: &Path) -> String {
    let mut text = String::new();
    let width = parts.iter().map(|part| part.name.chars().count()).max().unwrap_or(0);
    for (kind, heading) in [
        (PartKind::Template, "Templates"),
        (PartKind::Partial, "Partial templates"),
        (PartKind::Static, "Styles, scripts and images"),
        (PartKind::Messages, "Messages"),
    ] {
        let _ = writeln!(text, "{BOLD}{heading}{BOLD:#}");
        let of_kind = parts.iter().filter(|part| part.kind == kind);
        if kind == PartKind::Messages {
            // One per language, with the same description.
            let names: Vec<&str> = of_kind.map(|part| part.name.as_str()).collect();
            let _ = writeln!(text, "  {}", names.join(" "));
            continue;
        }
        for part in of_kind {
            let copied = if root.join(&part.target).exists() {
                " (copied)"
            } else {
                ""
            };
            let line = format!("  {:width$}  {DIM}{}{copied}{DIM:#}", part.name, part.about);
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text.push('\n');
    }
    text.push_str("\nCopy one with `kb theme eject FILE`, and change the copy.\n");
    text
}

fn part_as_json(part: &Part, root: &Path) -> serde_json::Value {
    json!({
        "name": part.name,
        "target": part.target,
        "theme": part.theme,
        "about": part.about,
        "copied": root.join(&part.target).exists(),
    })
}

/// The part with a name, which may also be the path of the copy.
fn find<'a>(parts: &'a [Part], name: &str) -> Option<&'a Part> {
    let name = name.strip_prefix("./").unwrap_or(name);
    let by_name = parts.iter().find(|part| part.name == name);
    by_name.or_else(|| parts.iter().find(|part| part.target == name))
}

fn unknown(parts: &[Part], name: &str, theme: &str) -> String {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    if last(name) == "theme.toml" {
        return "`theme.toml` cannot be copied: it describes a theme, and a project is not a theme\nhint: to make your own theme, create a folder `themes/NAME/` with a `theme.toml`".to_owned();
    }
    let stem = |file: &str| (file.rsplit_once('.')).map_or_else(|| file.to_owned(), |(stem, _)| stem.to_owned());
    let by_last = parts.iter().find(|part| last(&part.name) == name);
    let by_last = by_last.or_else(|| parts.iter().find(|part| stem(&last(&part.name)) == name));
    let meant = by_last.map(|part| part.name.as_str());
    let meant = meant.or_else(|| closest(name, parts.iter().map(|part| part.name.as_str())));
    let hint = meant.map_or_else(
        || "`kb theme eject` lists the files that can be copied".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    format!("the theme `{theme}` has no file `{name}` to copy\nhint: {hint}")
}

fn copy(part: &Part, root: &Path, target: &Path, force: bool) -> io::Result<CommandOutcome> {
    let shown = target.display();
    let folder = target.parent().unwrap_or(root);
    if !stays_inside(folder, root) {
        return Ok(fail(&format!(
            "`{shown}` would be written outside of the project, because `{}` is, or lies below, a symbolic link that leads out of it; nothing was changed\nhint: make a folder in place of the link",
            folder.display()
        )));
    }
    fs::create_dir_all(folder)?;
    if force {
        replace(folder, target, &part.copy())?;
    } else {
        // Links are never followed here, not even broken ones.
        match fs::File::options().write(true).create_new(true).open(target) {
            Ok(mut file) => file.write_all(&part.copy())?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Ok(fail(&format!(
                    "`{shown}` already exists; nothing was changed\nhint: `--diff` shows the differences from the theme's file, `--force` overwrites yours"
                )));
            }
            Err(error) => return Err(error),
        }
    }
    eprint(&format!(
        "Copied {} of the theme `{}` to {shown}\n",
        part.name, part.theme
    ));
    Ok(CommandOutcome::Fine)
}

/// Replaces a file or a link; the target of the link is unchanged.
fn replace(folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kb-eject-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Ok(before) = fs::symlink_metadata(target)
        && before.is_file()
    {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.persist(target)?;
    Ok(())
}

/// Prints the differences between the theme's current file and the copy.
fn diff(part: &Part, target: &Path, disk: &Disk) -> io::Result<CommandOutcome> {
    let shown = target.display();
    let copy = match disk.read(target) {
        Ok(copy) => copy,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(fail(&format!(
                "there is no `{shown}` to compare\nhint: `kb theme eject {}` makes it",
                part.name
            )));
        }
        Err(error) => return Ok(fail(&format!("`{shown}` cannot be read: {error}"))),
    };
    let (Ok(original), Ok(copy)) = (std::str::from_utf8(&part.original), std::str::from_utf8(&copy)) else {
        let same = *part.original == *copy;
        print(if same { "" } else { "The files differ.\n" })?;
        return Ok(CommandOutcome::Fine);
    };
    let difference = TextDiff::from_lines(original, part.changed_text(copy));
    let headers = (format!("{} of the theme {}", part.name, part.theme), shown.to_string());
    let unified = difference.unified_diff().header(&headers.0, &headers.1).to_string();
    print(&coloured(&unified))?;
    Ok(CommandOutcome::Fine)
}

fn coloured(unified: &str) -> String {
    let mut text = String::with_capacity(unified.len());
    for (number, line) in unified.lines().enumerate() {
        let style = match line.as_bytes().first() {
            _ if number < 2 => BOLD,
            Some(b'+') => ADDED,
            Some(b'-') => REMOVED,
            Some(b'@') => DIM,
            _ => anstyle::Style::new(),
        };
        let _ = writeln!(text, "{style}{line}{style:#}");
    }
    text
}
