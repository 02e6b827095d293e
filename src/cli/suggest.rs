//! `kb suggest`

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use kb_index::{SuggestOptions, Suggestion, json};

use super::search::{BOLD, DIM, push_section};
use super::searcher::Searcher;
use super::{CommandOutcome, SuggestArgs, eprint, print};

pub(super) fn run(args: &SuggestArgs) -> io::Result<CommandOutcome> {
    match answer(args) {
        Ok(()) => Ok(CommandOutcome::Fine),
        Err(Failure::Io(error)) => Err(error),
        Err(Failure::Said(message)) => {
            eprint(&format!("error: {message}\n"));
            Ok(CommandOutcome::Failed)
        }
    }
}

/// The byte order mark with which some editors begin UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why there is no answer.
enum Failure {
    /// Reading or writing failed.
    Io(io::Error),
    /// What the user must be told.
    Said(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<kb_index::Error> for Failure {
    fn from(error: kb_index::Error) -> Self {
        Self::Said(error.to_string())
    }
}

fn answer(args: &SuggestArgs) -> Result<(), Failure> {
    let mut index = Searcher::open(&args.index).map_err(Failure::Said)?;
    let options = SuggestOptions {
        limit: args.number.into(),
        threshold: args.threshold,
        ..SuggestOptions::default()
    };
    if args.batch {
        return batch(&mut index, &options, args.explain);
    }
    if io::stdin().is_terminal() {
        eprint("Write the message, then press Ctrl-D in an empty line.\n");
    }
    let mut message = Vec::new();
    io::stdin().lock().read_to_end(&mut message)?;
    if message.starts_with(b"\xff\xfe") || message.starts_with(b"\xfe\xff") {
        let message = "the message is in UTF-16\nhint: save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`";
        return Err(Failure::Said(message.to_owned()));
    }
    let message = String::from_utf8_lossy(message.strip_prefix(BOM).unwrap_or(&message));
    let suggestions = index.suggest(&message, &options)?;
    if args.json {
        print(&format!(
            "{}\n",
            json::suggestions(&message, &suggestions, args.explain)
        ))?;
    } else {
        print(&human(&suggestions, args.explain))?;
    }
    Ok(())
}

/// Answers the messages of standard input, one JSON string per line.
fn batch(index: &mut Searcher, options: &SuggestOptions, explain: bool) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (number, line) in io::stdin().lock().split(b'\n').enumerate() {
        let line = line?;
        let line = if number == 0 {
            line.strip_prefix(BOM).unwrap_or(&line)
        } else {
            &line
        };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let message: Result<String, _> = serde_json::from_slice(line);
        let message = message.map_err(|error| {
            let number = number + 1;
            Failure::Said(format!(
                "line {number} is not a JSON string: {error}\nhint: write each message in one line and in double quotes, line breaks as `\\n`"
            ))
        });
        // What was answered so far is printed before the error.
        let message = message.inspect_err(|_| drop(out.flush()))?;
        let suggestions = index.suggest(&message, options)?;
        writeln!(out, "{}", json::suggestions(&message, &suggestions, explain))?;
    }
    out.flush()?;
    Ok(())
}

fn human(suggestions: &[Suggestion], explain: bool) -> String {
    let mut text = String::new();
    if suggestions.is_empty() {
        text.push_str("No article answers this with enough confidence.\n");
    }
    for (rank, suggestion) in suggestions.iter().enumerate() {
        let hit = &suggestion.hit;
        let percent = suggestion.confidence * 100.0;
        let _ = writeln!(
            text,
            "{:>2}. {BOLD}{}{BOLD:#}  {DIM}{percent:.0} %{DIM:#}",
            rank + 1,
            hit.title.text
        );
        push_section(&mut text, &hit.url, &hit.section);
        if explain {
            for (name, value) in suggestion.evidence.named() {
                let _ = writeln!(text, "      {name} {value:.2}");
            }
        }
        text.push('\n');
    }
    text
}
