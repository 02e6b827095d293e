//! The search engine for browsers: built once for each group of languages into `crates/kb-search-wasm/dist`, which is
//! committed, so that kb builds without any of this.
//!
//! std is built from source, for size and without panic messages, which halves the engine. Cargo calls that unstable;
//! because the toolchain is pinned, it cannot change, and only the size depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use kb_search::analysis::ENGINE_GROUPS;
use wasm_bindgen_cli_support::Bindgen;
use xxhash_rust::xxh3::Xxh3;

use crate::npm::{self, NODE};
use crate::step::{cargo, output, run};
use crate::{Failure, Outcome, root, target};

/// The crate that is built.
const SHELL: &str = "crates/kb-search-wasm";
/// The target it is built for.
const TARGET: &str = "wasm32-unknown-unknown";
/// The name of the JavaScript that all engines share.
const GLUE: &str = "engine.js";
/// The name of the file with two digests: of the sources, and of the files built from them.
const STAMP: &str = "STAMP";
/// How many engines the gate builds again: the first two, one a processor.
const SAMPLE: usize = 2;

/// The engines of some groups of languages, with the names of their stemmers.
type Groups = &'static [(&'static str, &'static [&'static str])];

/// How much is built again to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// A few engines. The digests show that `cargo xtask wasm` built all of them from these sources.
    Sample,
    /// Every engine.
    All,
}

/// Builds all engines into `dist`.
pub(crate) fn build() -> Outcome {
    let sources = sources()?;
    npm::find_node()?;
    let mut built = engines(ENGINE_GROUPS)?;
    built.insert(STAMP.to_owned(), format!("{sources}{}", digest(&built)).into_bytes());
    let dist = dist();
    let _ = fs::remove_dir_all(&dist);
    fs::create_dir_all(&dist).map_err(|error| failed("create", &dist, &error))?;
    for (name, bytes) in &built {
        write(&dist.join(name), bytes)?;
        println!("{:>9} bytes  {name}", bytes.len());
    }
    built.remove(STAMP);
    mark_verified(&built)
}

/// Compares `dist` with its sources: by the digests, and by building engines again. Leaves the building out where it was
/// done before for the same sources, and where there is no Node.js, but not on CI.
pub(crate) fn check(how_much: Check) -> Outcome {
    let sources = sources()?;
    let mut committed = committed()?;
    let stamp = committed.remove(STAMP).unwrap_or_default();
    let stamp = String::from_utf8_lossy(&stamp);
    match stamp.strip_prefix(&sources) {
        None => return Err(Failure::new("the engines in dist were built from other sources")),
        Some(files) if files != digest(&committed) => {
            return Err(Failure::new("the files in dist are not those that were built"));
        }
        Some(_) => {}
    }
    let on_ci = std::env::var_os("CI").is_some();
    let is_verified = || fs::read_to_string(marker()).is_ok_and(|verified| verified == digest(&committed));
    if how_much == Check::Sample && !on_ci && is_verified() {
        println!("    skipped: these engines were built here before from these sources");
        return Ok(());
    }
    match npm::find_node() {
        Err(failure) if !on_ci => {
            println!("    skipped: only the stamp was compared. {failure}");
            return Ok(());
        }
        found => found?,
    }
    let groups = match how_much {
        Check::Sample => &ENGINE_GROUPS[..SAMPLE],
        Check::All => ENGINE_GROUPS,
    };
    let built = engines(groups)?;
    let differing: Vec<_> = (built.iter())
        .filter(|(name, bytes)| committed.get(*name) != Some(bytes))
        .map(|(name, _)| name.as_str())
        .collect();
    if !differing.is_empty() {
        return Err(Failure::new(format!("a new build differs in {}", differing.join(", "))));
    }
    if built.len() != committed.len() {
        println!(
            "    {} engines of {}; `cargo xtask wasm --check` builds all",
            groups.len(),
            ENGINE_GROUPS.len()
        );
        return Ok(());
    }
    mark_verified(&built)
}

/// The files of `dist`, by name.
type Files = BTreeMap<String, Vec<u8>>;

fn dist() -> PathBuf {
    root().join(SHELL).join("dist")
}

/// Everything that goes into the build here: not committed.
fn work() -> PathBuf {
    root().join(target()).join("engine")
}

fn committed() -> Result<Files, Failure> {
    let dist = dist();
    let entries = fs::read_dir(&dist).map_err(|error| failed("read", &dist, &error))?;
    let mut files = Files::new();
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, read(&path)?);
    }
    Ok(files)
}

/// Says which contents of `dist` were found to come from their sources.
fn marker() -> PathBuf {
    work().join("verified")
}

fn mark_verified(files: &Files) -> Outcome {
    write(&marker(), digest(files).as_bytes())
}

/// Builds the engines of these groups, as many at a time as there are processors, and tries them.
fn engines(groups: Groups) -> Result<Files, Failure> {
    let started = Instant::now();
    let wasm_opt = install_wasm_opt()?;
    install_std_sources()?;
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    let lanes = thread::available_parallelism().map_or(1, |processors| processors.get().min(4));
    thread::scope(|scope| {
        for lane in 0..lanes {
            let (next, done, wasm_opt) = (&next, &done, &wasm_opt);
            scope.spawn(move || {
                while let Some((group, stemmers)) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let built = engine(group, stemmers, lane, wasm_opt);
                    let failed = built.is_err();
                    done.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((*group, built));
                    if failed {
                        next.store(groups.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut files = Files::new();
    for (group, built) in done.into_inner().unwrap_or_default() {
        let (module, glue) = built?;
        files.insert(format!("{group}.bin"), module);
        if files.entry(GLUE.to_owned()).or_insert_with(|| glue.clone()) != &glue {
            return Err(Failure::new(format!("the engine {group} needs a {GLUE} of its own")));
        }
    }
    println!(
        "    {} engines in {:.0} s",
        groups.len(),
        started.elapsed().as_secs_f64()
    );
    let fresh = work().join("dist");
    let _ = fs::remove_dir_all(&fresh);
    for (name, bytes) in &files {
        write(&fresh.join(name), bytes)?;
    }
    write(&fresh.join("package.json"), br#"{"type":"module"}"#)?;
    run(Command::new(NODE)
        .arg(root().join(SHELL).join("tests/smoke.js"))
        .arg(&fresh))?;
    Ok(files)
}

/// Builds one engine: the compressed module, and its JavaScript.
fn engine(group: &str, stemmers: &[&str], lane: usize, wasm_opt: &Path) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let folder = work().join(format!("lane{lane}"));
    compile(stemmers, &folder)?;
    let mut bound = Bindgen::new()
        .input_path(folder.join(TARGET).join("wasm/kb_search_wasm.wasm"))
        .out_name("engine")
        .web(true)
        .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))?
        .omit_default_module_path(true)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))?;
    let glue = without_comments(bound.js());
    let whole = folder.join(format!("{group}.wasm"));
    let small = folder.join(format!("{group}.small.wasm"));
    write(&whole, &bound.wasm_mut().emit_wasm())?;
    output(
        Command::new(NODE)
            .arg(wasm_opt)
            .args(WASM_OPT)
            .arg(&whole)
            .arg("-o")
            .arg(&small),
    )?;
    let module = read(&small)?;
    let mut compressed = Vec::new();
    zopfli::compress(
        zopfli::Options::default(),
        zopfli::Format::Gzip,
        module.as_slice(),
        &mut compressed,
    )
    .map_err(|error| failed("compress", &small, &error))?;
    println!("    {group}: {} bytes, compressed {}", module.len(), compressed.len());
    Ok((compressed, glue.into_bytes()))
}

/// What all browsers with `DecompressionStream` understand; nothing that changes what the module does. The lowest memory is
/// the end of the stack, where no object lies.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--converge",
    "--low-memory-unused",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

fn compile(stemmers: &[&str], folder: &Path) -> Outcome {
    let features: Vec<_> = stemmers.iter().map(|stemmer| format!("kb-search/{stemmer}")).collect();
    let features = features.join(",");
    let mut build = cargo(&[
        "build",
        "--package",
        "kb-search-wasm",
        "--profile",
        "wasm",
        "--target",
        TARGET,
        "--locked",
        "--quiet",
        "--features",
        &features,
        "-Zbuild-std=std,panic_abort",
        "-Zbuild-std-features=optimize_for_size",
    ]);
    let sysroot = sysroot()?;
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .unwrap_or_default();
    let flags = [
        "-Zunstable-options".to_owned(),
        "-Cpanic=immediate-abort".to_owned(),
        format!("--remap-path-prefix={}=/cargo", home.display()),
        format!("--remap-path-prefix={}=/rust", sysroot.display()),
        format!("--remap-path-prefix={}=/kb", root().display()),
    ];
    run(build
        .env("CARGO_TARGET_DIR", folder)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1F}"))
        .env_remove("RUSTFLAGS"))
}

/// The folder of the toolchain.
fn sysroot() -> Result<PathBuf, Failure> {
    let printed = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root()))?;
    Ok(PathBuf::from(printed.trim()))
}

/// Adds the sources of std to the toolchain, where rustup has not done so by `rust-toolchain.toml`.
fn install_std_sources() -> Outcome {
    if sysroot()?.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    run(Command::new("rustup")
        .args(["component", "add", "rust-src"])
        .current_dir(root()))
}

/// Takes lines that are comments, empty lines and indentation from generated JavaScript, in which no comment stands
/// beside code and no text spans lines.
fn without_comments(script: &str) -> String {
    let mut out = String::new();
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    out
}

/// The path of wasm-opt, in the version of the committed lock file.
fn install_wasm_opt() -> Result<PathBuf, Failure> {
    Ok(npm::install(SHELL, "npm")?.join("node_modules/binaryen/bin/wasm-opt"))
}

/// A digest of all that decides what the engines are: their sources and dependencies, and how they are built.
fn sources() -> Result<String, Failure> {
    let mut inputs = Files::new();
    for name in [
        "kb-search/Cargo.toml",
        "kb-search-wasm/Cargo.toml",
        "kb-search-wasm/package-lock.json",
    ] {
        inputs.insert(name.to_owned(), read(&root().join("crates").join(name))?);
    }
    for name in ["kb-search/src", "kb-search-wasm/src"] {
        collect(&root().join("crates"), Path::new(name), &mut inputs)?;
    }
    inputs.insert("rust-toolchain.toml".into(), read(&root().join("rust-toolchain.toml"))?);
    let manifest = String::from_utf8_lossy(&read(&root().join("Cargo.toml"))?).into_owned();
    let profile = manifest
        .split("[profile.wasm]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next());
    inputs.insert("profile".into(), profile.unwrap_or_default().as_bytes().to_vec());
    inputs.insert("build".into(), include_bytes!("wasm.rs").to_vec());
    inputs.insert("dependencies".into(), dependencies()?.into_bytes());
    Ok(digest(&inputs))
}

/// Names and versions of the packages in the engine and of those that finish it.
fn dependencies() -> Result<String, Failure> {
    let tree = |arguments: &[&str]| {
        output(
            cargo(&[
                "tree", "--locked", "--prefix", "none", "--format", "{p}", "--edges", "normal",
            ])
            .args(arguments),
        )
    };
    let engine = tree(&["--package", "kb-search-wasm", "--target", TARGET])?;
    let tools = tree(&["--package", "wasm-bindgen-cli-support", "--package", "zopfli"])?;
    let packages: BTreeSet<_> = (engine.lines().chain(tools.lines()))
        // What follows is where the package lies on this machine.
        .map(|line| line.split(" (").next().unwrap_or_default())
        .collect();
    Ok(packages.into_iter().collect::<Vec<_>>().join("\n"))
}

/// Reads the files below a folder; names are relative to `base`, with `/`.
fn collect(base: &Path, folder: &Path, files: &mut Files) -> Outcome {
    let path = base.join(folder);
    for entry in fs::read_dir(&path).map_err(|error| failed("read", &path, &error))? {
        let entry = entry.map_err(|error| failed("read", &path, &error))?;
        let inner = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(base, &inner, files)?;
        } else if !inner.ends_with("tests.rs") {
            let name = inner.to_string_lossy().replace('\\', "/");
            files.insert(name, read(&entry.path())?);
        }
    }
    Ok(())
}

fn digest(files: &Files) -> String {
    let mut hash = Xxh3::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    format!("{:032x}\n", hash.digest128())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| failed("read", path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    (fs::create_dir_all(folder).and_then(|()| fs::write(path, bytes))).map_err(|error| failed("write", path, &error))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot {what} {}: {error}", path.display()))
}
