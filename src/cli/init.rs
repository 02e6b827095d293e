//! `kb init`

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use include_dir::{Dir, include_dir};

use super::{CommandOutcome, InitArgs, eprint};

static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/cli/starter");

pub(super) fn run(args: &InitArgs) -> io::Result<CommandOutcome> {
    let dir = &args.dir;
    if let Some(found) = in_the_way(dir)? {
        eprint(&format!(
            "error: `{}` already exists; nothing was changed\nhint: choose another folder, for example `kb init help-centre`\n",
            dir.join(found).display()
        ));
        return Ok(CommandOutcome::Failed);
    }
    write(&STARTER, dir)?;
    let cd = if dir == Path::new(".") {
        String::new()
    } else {
        format!("cd {}\n  ", quoted(dir))
    };
    eprint(&format!(
        "Created a help centre in {}\n\nNext:\n  {cd}kb new \"How do I get a refund?\" --in billing\n  kb build\n  kb search \"money back\"\n",
        dir.display()
    ));
    Ok(CommandOutcome::Fine)
}

/// The first file that the starter would overwrite.
fn in_the_way(dir: &Path) -> io::Result<Option<String>> {
    if !dir.exists() {
        return Ok(None);
    }
    if !dir.is_dir() {
        return Err(io::Error::other(format!("`{}` is a file, not a folder", dir.display())));
    }
    // Broken links count too: a file written through them would be elsewhere.
    let is_there = |name: &&str| fs::symlink_metadata(dir.join(name)).is_ok();
    Ok(["kb.toml", "content"].into_iter().find(is_there).map(ToOwned::to_owned))
}

fn write(from: &Dir<'_>, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in from.files() {
        if let Some(name) = file.path().file_name() {
            let mut new = fs::File::options().write(true).create_new(true).open(to.join(name))?;
            new.write_all(file.contents())?;
        }
    }
    for folder in from.dirs() {
        if let Some(name) = folder.path().file_name() {
            write(folder, &to.join(name))?;
        }
    }
    Ok(())
}

fn quoted(path: &Path) -> String {
    let shown = path.display().to_string();
    let plain = shown
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
    if plain {
        shown
    } else {
        format!("'{}'", shown.replace('\'', "'\\''"))
    }
}
