//! Running other programs, one visible step at a time.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Failure, Outcome, root};

/// Steps that have been run, for the closing summary.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs one step; prints its name, how long it took, and what to do if it fails.
    pub(crate) fn run(&mut self, name: &'static str, hint: &str, step: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n==> {name}");
        let started = Instant::now();
        let outcome = step();
        let took = started.elapsed();
        match outcome {
            Ok(()) => {
                println!("==> {name}: ok in {:.1} s", took.as_secs_f64());
                self.done.push((name, took));
                Ok(())
            }
            Err(failure) => {
                let passed = self.done.len();
                Err(Failure::new(format!(
                    "{name} failed after {:.1} s ({passed} steps passed before): {failure}\nhint: {hint}",
                    took.as_secs_f64()
                )))
            }
        }
    }

    /// One line with all steps and their times.
    pub(crate) fn summary(&self) -> String {
        let total: Duration = self.done.iter().map(|(_, took)| *took).sum();
        let each: Vec<_> = self
            .done
            .iter()
            .map(|(name, took)| format!("{name} {:.1}", took.as_secs_f64()))
            .collect();
        format!(
            "all {} steps passed in {:.1} s ({})",
            self.done.len(),
            total.as_secs_f64(),
            each.join(", ")
        )
    }
}

/// Cargo, in the root of the repository. The same cargo that runs us, so the same toolchain.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // Variables that cargo sets for a program must not reach another cargo, or it rebuilds everything.
    for (name, _) in std::env::vars_os() {
        let passed_down = name.to_string_lossy();
        if passed_down.starts_with("CARGO_PKG_") || passed_down.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a command with its output visible.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = describe(command);
    println!("    {shown}");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("cannot run `{shown}`: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{shown}` ended with {status}")))
    }
}

/// Runs a command and returns its output.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let shown = describe(command);
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot run `{shown}`: {error}")))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{shown}` ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}
