//! `kb completions` and `kb man`

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory as _;

use super::{Cli, CommandOutcome, eprint, print};

pub(super) fn completions(shell: clap_complete::Shell) -> io::Result<CommandOutcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kb", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(CommandOutcome::Fine)
}

pub(super) fn man(dir: Option<&Path>) -> io::Result<CommandOutcome> {
    let command = Cli::command();
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(CommandOutcome::Fine);
    };
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(command, dir)?;
    eprint(&format!("Wrote the manual pages to {}\n", dir.display()));
    Ok(CommandOutcome::Fine)
}
