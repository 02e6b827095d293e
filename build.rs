//! Rebuilds kb when a file changes that `kb init` writes.

fn main() {
    println!("cargo::rerun-if-changed=src/cli/starter");
}
