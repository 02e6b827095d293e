//! The one gate that every change passes, on every machine the same.

use crate::step::{Steps, cargo, run};
use crate::{Outcome, browser, dependencies, scripts, wasm};

/// `cargo xtask test`. Fast steps come first; a failing step stops the gate.
pub(crate) fn test() -> Outcome {
    let mut steps = Steps::default();
    steps.run("format", "run `cargo fmt --all`", || {
        run(&mut cargo(&["fmt", "--all", "--check"]))
    })?;
    steps.run(
        "dependencies",
        "see deny.toml; a changed Cargo.lock must be committed",
        dependencies::check,
    )?;
    steps.run(
        "scripts",
        "`cargo xtask scripts` runs only this; see tsconfig.json and .oxlintrc.json",
        scripts::check,
    )?;
    steps.run(
        "clippy",
        "warnings are errors here; `cargo clippy --fix` mends some",
        || {
            run(&mut cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "--deny",
                "warnings",
            ]))
        },
    )?;
    steps.run(
        "documentation",
        "every public item has a doc comment, and its links resolve",
        || {
            let flags = "--deny warnings";
            run(cargo(&["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", flags))
        },
    )?;
    steps.run(
        "tests",
        "`cargo test NAME` runs one; `cargo xtask bless` accepts new expected outputs",
        || run(&mut cargo(&["test", "--workspace", "--locked"])),
    )?;
    steps.run(
        "browser",
        "`cargo xtask browser` runs only this; it needs Node.js and Chromium",
        browser::test,
    )?;
    steps.run(
        "wasm",
        "`cargo xtask wasm` builds the engines for browsers; commit what it writes",
        || wasm::check(wasm::Check::Sample),
    )?;
    println!("\n{}", steps.summary());
    Ok(())
}

/// `cargo xtask bless`.
pub(crate) fn bless() -> Outcome {
    run(cargo(&["test", "--workspace", "--locked"]).env("KB_BLESS", "1"))?;
    println!("\nthe expected outputs are those of now: read `git diff` before you commit them");
    Ok(())
}
