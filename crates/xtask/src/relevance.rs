//! Checks that customers' questions are answered at least as well as by a plain engine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{cargo, output, run};
use crate::{Failure, Outcome, root, shared, target};

const MEASURES: [&str; 4] = ["R@1", "R@5", "MRR@10", "NDCG@10"];

/// One figure a measure.
type Row = [f64; MEASURES.len()];

/// Runs every set, prints kb next to the plain engine, and fails if kb is worse.
pub(crate) fn compare(engine: &str) -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let folder = shared.join("relevance");
    let readme = fs::read_to_string(folder.join("README.md"))
        .map_err(|error| Failure::new(format!("{}: {error}", folder.join("README.md").display())))?;
    let plain = plain_figures(&readme);
    run(&mut cargo(&["build", "--release", "--locked", "--package", "kb"]))?;
    let kb = root()
        .join(target())
        .join("release")
        .join(format!("kb{}", std::env::consts::EXE_SUFFIX));
    let printed = output(Command::new(folder.join("run.sh")).arg(lenient(&kb)?).arg(engine))?;
    print!("{:24}", "set");
    for measure in MEASURES {
        print!("{measure:>18}");
    }
    println!("   (kb, plain engine)");
    let mut faults = Vec::new();
    for line in printed.lines() {
        let Some((set, figures)) = scored(line) else {
            println!("{line}");
            faults.push(line.to_owned());
            continue;
        };
        print!("{set:24}");
        let beside = plain.get(&set);
        for (i, figure) in figures.iter().enumerate() {
            match beside.map(|row| row[i]) {
                // The plain engine's figures have three digits.
                Some(plain) if figure + 0.000_5 < plain => {
                    print!("  {figure:.3} < {plain:.3} !");
                    faults.push(format!(
                        "{set}: {} is {figure:.3}, below the plain engine's {plain:.3}",
                        MEASURES[i]
                    ));
                }
                Some(plain) => print!("    {figure:.3} ({plain:.3})"),
                None => print!("    {figure:.3}        "),
            }
        }
        println!();
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(faults.join("\n")))
    }
}

/// A wrapper of kb that ignores errors in articles. The sets have broken links and no images; kb then builds the whole
/// site and ends with exit code 1, which the script would treat as a failed build.
fn lenient(kb: &Path) -> Result<PathBuf, Failure> {
    let path = root().join(target()).join("kb-relevance.sh");
    let text = format!(
        "#!/bin/sh\n'{}' \"$@\"\ncode=$?\n[ \"$1\" = build ] && [ $code -eq 1 ] && exit 0\nexit $code\n",
        kb.display()
    );
    let fail = |error| Failure::new(format!("{}: {error}", path.display()));
    fs::write(&path, text).map_err(fail)?;
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).map_err(fail)?;
    Ok(path)
}

/// The rows of the table in the sets' own README: `| set | articles | queries | R@1 | R@5 | MRR@10 | NDCG@10 |`.
fn plain_figures(readme: &str) -> BTreeMap<String, Row> {
    let rows = readme.lines().filter_map(|line| {
        let cells: Vec<_> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [set, _, _, figures @ ..] = cells.as_slice() else {
            return None;
        };
        let figures: Vec<f64> = figures.iter().map_while(|figure| figure.parse().ok()).collect();
        Some((set.split_whitespace().next()?.to_owned(), figures.try_into().ok()?))
    });
    rows.collect()
}

/// `SET R@1 0.7 R@5 0.9 MRR@10 0.8 NDCG@10 0.8 empty 0.0`, as the scorer prints it.
fn scored(line: &str) -> Option<(String, Row)> {
    let mut words = line.split_whitespace();
    let set = words.next()?.to_owned();
    let words: Vec<_> = words.collect();
    let mut row = [0.0; MEASURES.len()];
    for (figure, measure) in row.iter_mut().zip(MEASURES) {
        let at = words.iter().position(|word| *word == measure)?;
        *figure = words.get(at + 1)?.parse().ok()?;
    }
    Some((set, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_are_read() {
        let readme = "| set | articles | queries | R@1 |\n|---|---|---|---|---|---|---|\n| a-ru (part) | 1 | 1,2 | .1 | .2 | .3 | .4 |";
        assert_eq!(
            plain_figures(readme),
            BTreeMap::from([("a-ru".to_owned(), [0.1, 0.2, 0.3, 0.4])])
        );
        let line = "a-ru R@1 0.5000 R@5 0.6000 MRR@10 0.7000 NDCG@10 0.8000 empty 0.0000";
        assert_eq!(scored(line), Some(("a-ru".to_owned(), [0.5, 0.6, 0.7, 0.8])));
        assert_eq!(scored("a-ru: build failed"), None);
    }
}
