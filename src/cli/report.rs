//! Reports of problems, in the requested format.

use std::io;

use kb_diagnostic::{Diagnostic, TerminalOptions, count, render_github, render_json, render_sarif, render_terminal};

use super::{CommandOutcome, Format, eprint, print};

/// The number of problems shown with their line; each of the rest takes one line.
const DETAILED: usize = 20;

/// Prints problems: for people to standard error, for programs to standard output.
pub(super) fn report(diagnostics: &[Diagnostic], format: Format) -> io::Result<()> {
    match format {
        Format::Human => {
            if !diagnostics.is_empty() {
                let mut sorted: Vec<Diagnostic> = diagnostics.to_vec();
                sorted.sort_by(|a, b| a.severity.cmp(&b.severity).then_with(|| a.cmp(b)));
                // Styles are removed if the terminal does not support them.
                eprint(&render_terminal(
                    &sorted,
                    TerminalOptions {
                        color: true,
                        detailed: DETAILED,
                    },
                ));
            }
            Ok(())
        }
        Format::Json => print(&render_json(diagnostics)),
        Format::Github => print(&render_github(diagnostics)),
        Format::Sarif => print(&render_sarif(diagnostics)),
    }
}

/// The outcome of a command with these problems.
pub(super) fn outcome(diagnostics: &[Diagnostic], strict: bool) -> CommandOutcome {
    let counts = count(diagnostics);
    if counts.errors > 0 || (strict && counts.warnings > 0) {
        CommandOutcome::Problems
    } else {
        CommandOutcome::Fine
    }
}

/// `1 error`, `2 errors`.
pub(super) fn counted(number: usize, word: &str) -> String {
    format!("{} {word}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A number with separators between thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in the unit that suits it.
pub(super) fn bytes(number: u64) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{:.0} KB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(bytes(1_500_000), "1.5 MB");
    }
}
