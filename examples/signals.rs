//! Reads beacons as a report does, for tests that compare it with what pages send: `signals` reads the texts of beacons
//! from standard input, one a line, and writes each again; `signals --kinds` prints the kinds of signals as JSON, one a
//! line.

use std::io::{self, BufRead as _, Write as _};

use kb_signals::{Beacon, Signal};
use serde_json::json;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    if std::env::args().nth(1).as_deref() == Some("--kinds") {
        for kind in Signal::KINDS {
            let fields: Vec<_> = kind.fields.iter().map(|field| field.key).collect();
            writeln!(
                out,
                "{}",
                json!({ "name": kind.name, "event": kind.event, "fields": fields })
            )?;
        }
        return Ok(());
    }
    for line in io::stdin().lock().lines() {
        match Beacon::from_query(&line?) {
            Ok(beacon) => writeln!(out, "{}", beacon.to_query())?,
            Err(problem) => writeln!(out, "error: {problem}")?,
        }
    }
    Ok(())
}
