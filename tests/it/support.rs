//! Small projects on disk, and the `kb` binary run on them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder that goes with the test.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What a run of `kb` said.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// A project with these files below `content/`, and an empty `kb.toml`.
    pub(crate) fn project(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        sandbox.write("kb.toml", "title = \"Help\"\n[build]\ngit_dates = false\n");
        sandbox.write("content/_index.md", "---\ntitle: Help\n---\n");
        for (path, text) in files {
            sandbox.write(&format!("content/{path}"), text);
        }
        sandbox
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs `kb` in this folder.
    pub(crate) fn kb(&self, args: &[&str]) -> Run {
        self.kb_reading(args, b"")
    }

    /// Runs `kb` in this folder, with these bytes at standard input.
    pub(crate) fn kb_reading(&self, args: &[&str], input: &[u8]) -> Run {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(input).expect("written");
        file.rewind().expect("rewound");
        let output = Command::new(env!("CARGO_BIN_EXE_kb"))
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("CLICOLOR_FORCE")
            .env("NO_COLOR", "1")
            .stdin(file)
            .output()
            .expect("kb runs");
        Run::from(output)
    }

    /// Builds quietly as a user who may not read everything; nothing where the test itself is such a user.
    pub(crate) fn build_without_rights(&self) -> Option<Run> {
        const NOBODY: u32 = 65_534;
        if fs::metadata("/proc/self").is_ok_and(|me| me.uid() != 0) {
            return None;
        }
        for folder in ["", "content"] {
            fs::set_permissions(self.path(folder), fs::Permissions::from_mode(0o777)).expect("a mode");
        }
        let output = Command::new(env!("CARGO_BIN_EXE_kb"))
            .args(["build", "--quiet"])
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .uid(NOBODY)
            .output()
            .expect("kb runs as another user");
        Some(Run::from(output))
    }

    /// Builds quietly; the diagnostics are on standard error.
    pub(crate) fn build(&self) -> Run {
        self.kb(&["build", "--quiet"])
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// What `line` gives for 0 to `count`, one after the other.
pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Every file below a folder with its bytes, by path.
pub(crate) fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn add(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().expect("a type").is_dir() {
                add(&entry.path(), &format!("{name}/"), files);
            } else {
                files.insert(name, fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let mut files = BTreeMap::new();
    add(folder, "", &mut files);
    files
}

/// A generator of numbers (xorshift64*), so that a seed gives the same changes everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// The folder of shared corpora and relevance sets, where there is one.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("KB_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    if folder.join("corpora").is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no corpora (set KB_SHARED to a folder that has `corpora`)");
    None
}

/// A PNG that is stored without being compressed, so that anything is smaller.
pub(crate) fn png(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .flat_map(|(x, y)| pixel(x, y))
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_compression(png::Compression::NoCompression);
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(&pixels).expect("pixels");
    drop(writer);
    bytes
}
