//! Rebuilds kb when a file changes that is embedded in it.

fn main() {
    for folder in ["themes", "src/cli/starter"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
