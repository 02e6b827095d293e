//! The work grows linearly with the input. It is counted in instructions, so that the speed of the machine does not
//! matter.

use std::fmt::Write as _;
use std::process::Command;

use crate::support::{Sandbox, lines};

/// Numbers of parts of the smallest input: the others have twice and four times as many.
const PARTS: usize = 300;
/// Linear work grows from the second step to the third by twice what it grows from the first to the second, quadratic
/// work by four times. Sorting adds a little to two.
const MOST: f64 = 2.25;

/// A project with `n` of everything that has a place in a file, most of it wrong.
fn project(n: usize) -> Sandbox {
    let sandbox = Sandbox::project(&[]);
    sandbox.write("kb.toml", "title = \"Help\"\n[build]\ngit_dates = false\n");
    let mut search = lines(n, |i| {
        format!(
            "[[synonyms]]\nwords = [\"apple{i}\", \"pear{i}\"]\n[[pins]]\nquery = \"query {i}\"\narticles = [\"none{i}.md\"]\n"
        )
    });
    // All in one line, in which bytes are not characters.
    let rule: Vec<String> = (0..n).map(|i| format!("\"wört{i}\"")).collect();
    let _ = writeln!(search, "[[synonyms]]\nwords = [{}]", rule.join(", "));
    sandbox.write("content/search.toml", search);

    let list = |name: &str| (0..n).map(|i| format!("{name}{i}")).collect::<Vec<_>>().join(", ");
    let keys = lines(n, |i| format!("unknown{i}: 1\n"));
    let front = format!(
        "---\n{keys}keywords: [{}]\nrelated: [{}]\naliases: [{}]\n---\n",
        list("word"),
        list("none"),
        list("/old")
    );
    let articles = [
        ("keys", front),
        ("references", lines(n, |i| format!("See [x][missing{i}].\n"))),
        ("links", lines(n, |i| format!("Siehe [ü](none{i}.md). "))),
        (
            "footnotes",
            lines(n, |i| format!("x[^{i}]\n\n")) + &lines(n, |i| format!("[^{i}]: a\n")),
        ),
        (
            "boxes",
            lines(n, |i| format!(":::note\nx[^b{i}]\n:::\n\n")) + &lines(n, |i| format!("[^b{i}]: a\n")),
        ),
        ("marks", format!("{}:::note\n", "- ".repeat(n))),
        ("spaces", lines(n, |i| format!("[x](none {i}.md) [[none{i}]]"))),
        ("anchors", lines(n, |i| format!("See [x](#none{i}).\n"))),
        (
            "headings",
            lines(n, |i| format!("## Heading {{#id{i}}}\n\n## Same {{#same}}\n\n")),
        ),
    ];
    for (name, text) in articles {
        sandbox.write(&format!("content/{name}.md"), text);
    }
    sandbox
}

/// The instructions that a build of the project takes, on one thread.
fn instructions(sandbox: &Sandbox) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_kb"))
        .arg("build")
        .current_dir(sandbox.path(""))
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "the content has errors\n{said}");
    let count = said.lines().find_map(|line| line.split("I   refs:").nth(1));
    let count = count.unwrap_or_else(|| panic!("no count of instructions in\n{said}"));
    count.trim().replace(',', "").parse().expect("a number")
}

#[test]
fn work_grows_with_the_input_and_no_faster() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("skipped: instructions are counted with valgrind, which is not installed");
        return;
    }
    let counts = [1, 2, 4].map(|times| instructions(&project(times * PARTS)));
    let ratio = (counts[2] - counts[1]) / (counts[1] - counts[0]);
    println!("{counts:?} instructions for {PARTS} parts, twice and four times as many: {ratio:.2}");
    assert!(
        ratio < MOST,
        "{counts:?} instructions: {ratio:.2} where linear work has 2"
    );
}
