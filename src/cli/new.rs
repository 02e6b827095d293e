//! `kb new`

use std::fs;
use std::io::{self, Write as _};

use kb_document::slug::slugify;
use kb_source::{Bounds, Disk, FileSystem as _};

use super::inside::stays_inside;
use super::{CommandOutcome, NewArgs, eprint, not_a_project};

pub(super) fn run(args: &NewArgs) -> io::Result<CommandOutcome> {
    let fail = |message: String| {
        eprint(&format!("error: {message}\n"));
        Ok(CommandOutcome::Failed)
    };
    if !args.project.join("kb.toml").is_file() {
        return fail(not_a_project(&args.project));
    }
    let title = args.question.split_whitespace().collect::<Vec<_>>().join(" ");
    let slug = slugify(&title);
    if slug.is_empty() {
        return fail("the question has no letter or digit".to_owned());
    }
    let category = args.category.as_deref().unwrap_or_default().trim_matches('/');
    if category.split('/').any(|part| matches!(part, "." | "..")) || category.contains(['\\', '\0']) {
        return fail(format!("`{category}` is not a folder in `content/`"));
    }
    let folder = args.project.join("content").join(category);
    let path = folder.join(format!("{}.md", shortened(&slug)));
    if !stays_inside(&folder, &args.project) {
        return fail(format!(
            "`{}` would be written outside of the project, because a symbolic link leads out of it; nothing was changed\nhint: make a folder in place of the link",
            path.display()
        ));
    }
    let text = match article(&args.project, &title) {
        Ok(text) => text,
        Err(error) => return fail(format!("`archetype.md` cannot be read: {error}")),
    };
    fs::create_dir_all(&folder)?;
    match fs::File::options().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(text.as_bytes())?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return fail(format!("`{}` already exists; nothing was changed", path.display()));
        }
        Err(error) => return Err(error),
    }
    eprint(&format!(
        "Created {} as a draft; remove `draft: true` to publish it\n",
        path.display()
    ));
    Ok(CommandOutcome::Fine)
}

/// A file name that every file system accepts: names may have 255 bytes.
fn shortened(slug: &str) -> &str {
    const MOST: usize = 120;
    if slug.len() <= MOST {
        return slug;
    }
    let mut end = MOST;
    while !slug.is_char_boundary(end) {
        end -= 1;
    }
    slug[..end].rsplit_once('-').map_or(&slug[..end], |(before, _)| before)
}

/// The new article: the project's `archetype.md` with `{{ title }}` filled in, or kb's own.
fn article(project: &std::path::Path, title: &str) -> io::Result<String> {
    const ARCHETYPE: &str = include_str!("archetype.md");
    let quoted = serde_json::to_string(title).unwrap_or_default();
    let disk = Disk::within(Bounds::of(project, []));
    let template = disk.read_if_present(&project.join("archetype.md"))?;
    let template = template.unwrap_or_else(|| ARCHETYPE.to_owned());
    Ok(template.replace("{{ title }}", &quoted))
}
