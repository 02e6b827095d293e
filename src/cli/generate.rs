//! `kb completions` and `kb man`

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory as _;

use super::{Cli, Outcome, eprint, print};

pub(super) fn completions(shell: clap_complete::Shell) -> io::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "kb", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Fine)
}

pub(super) fn man(dir: Option<&Path>) -> io::Result<Outcome> {
    let command = Cli::command();
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(Outcome::Fine);
    };
    fs::create_dir_all(dir)?;
    clap_mangen::generate_to(command, dir)?;
    eprint(&format!("Wrote the manual pages to {}\n", dir.display()));
    Ok(Outcome::Fine)
}
