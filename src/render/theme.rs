//! The theme: files from the project, a theme folder and the embedded default, looked up in this order by path.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use tera::{ErrorKind, Kwargs, State, Tera};
use xxhash_rust::xxh3::Xxh3;

use super::accent;
use crate::config::{Config, Language};
use crate::data::{Codes, Place, Reader, parse_toml};
use crate::diagnostic::{Diagnostic, Severity, Span, did_you_mean};
use crate::render::i18n::{MessageFile, Messages};
use crate::source::FileSystem;

static DEFAULT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes/default");

const CODES: Codes = Codes {
    syntax: "theme-syntax",
    duplicate: "theme-duplicate-key",
    wrong_type: "theme-type",
    unknown: "theme-unknown-key",
    unknown_severity: Severity::Error,
};

/// Templates that kb renders by name.
pub const TEMPLATES: &[&str] = &[
    "home.html",
    "category.html",
    "article.html",
    "tag.html",
    "tags.html",
    "all.html",
    "search.html",
    "404.html",
    "redirect.html",
];

/// A file of a theme.
#[derive(Debug, Clone)]
struct ThemeFile {
    /// Its name in messages.
    display: String,
    bytes: Arc<[u8]>,
}

/// A loaded theme.
#[derive(Debug)]
pub struct Theme {
    templates: Tera,
    /// The templates of kb itself, for pages whose own template fails.
    fallback: Tera,
    files: BTreeMap<String, ThemeFile>,
    /// The words by file name: each layer fills or replaces messages of the one before it.
    words: BTreeMap<String, Vec<ThemeFile>>,
    /// Files to write, by output path.
    pub outputs: BTreeMap<String, Arc<[u8]>>,
    /// Files of the project's `static/` folder that replace one of the theme's; they are served in its place only.
    pub replacements: BTreeSet<String>,
    /// Path of the folder of theme assets, such as `assets/1a2b3c4d`.
    pub asset_folder: String,
    scripts: Vec<String>,
    /// Hash of all its files and of where they are served.
    pub hash: u64,
}

/// Where a theme is looked for.
#[derive(Debug)]
pub struct ThemeSource<'a> {
    /// The project folder; `None` for a bare folder of Markdown.
    pub project: Option<&'a Path>,
    /// How the project folder is called in messages; with `/` at the end, or empty.
    pub display: &'a str,
}

/// All files of a project's `static/` folder, by the path they are served at.
pub fn static_files(files: &dyn FileSystem, project: Option<&Path>) -> BTreeMap<String, PathBuf> {
    let Some(folder) = project.map(|project| project.join("static")) else {
        return BTreeMap::new();
    };
    if !files.is_folder(&folder) {
        return BTreeMap::new();
    }
    let (found, _) = files.walk(&folder, &|path, _| !is_junk(path));
    found
        .into_iter()
        .filter(|file| !file.is_folder)
        .filter_map(|file| Some((slashes(&file.path)?, folder.join(&file.path))))
        .collect()
}

fn is_junk(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| matches!(name, ".DS_Store" | "Thumbs.db" | ".git" | "desktop.ini"))
}

fn slashes(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

impl Theme {
    /// Loads the theme that the settings name.
    pub fn load(
        files: &dyn FileSystem,
        source: &ThemeSource<'_>,
        config: &Config,
        base_path: &str,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut layered = BTreeMap::new();
        let mut words: BTreeMap<String, Vec<ThemeFile>> = BTreeMap::new();
        let layers = collect(files, source, config, diagnostics);
        let own = layers.get(2).into_iter().flat_map(BTreeMap::keys);
        let replacements = own
            .filter_map(|path| path.strip_prefix("static/"))
            .map(ToOwned::to_owned)
            .collect();
        for layer in layers {
            for (path, file) in layer {
                match path.strip_prefix("i18n/") {
                    Some(name) => words.entry(name.to_owned()).or_default().push(file),
                    None => {
                        layered.insert(path, file);
                    }
                }
            }
        }
        let hash = hash(&layered, &words, base_path);
        let manifest = read_manifest(&layered, diagnostics);
        let (outputs, asset_folder) = assets(&layered, &manifest, config);
        let base = format!("{base_path}{asset_folder}/");
        let known: BTreeSet<String> = outputs.keys().cloned().collect();
        let prepare = |tera: &mut Tera| prepare(tera, &base, base_path, &asset_folder, known.clone());
        let mut fallback = Tera::default();
        prepare(&mut fallback);
        let embedded = templates(&layered, true);
        if let Err(error) = fallback.add_raw_templates(embedded) {
            diagnostics.push(Diagnostic::error(
                "template-error",
                format!("built-in templates: {error}"),
            ));
        }
        let own = own_templates(&layered, &prepare, diagnostics);
        Self {
            templates: own,
            fallback,
            files: layered,
            words,
            outputs,
            replacements,
            asset_folder,
            scripts: manifest.scripts,
            hash,
        }
    }

    /// The words of the theme in a language.
    pub fn messages(&self, language: &Language, diagnostics: &mut Vec<Diagnostic>) -> Messages {
        let mut names = vec!["en".to_owned(), language.base().to_owned(), language.tag().to_owned()];
        if let Some(script) = chinese_script(language) {
            names.insert(2, script.to_owned());
        }
        names.dedup();
        let texts: Vec<(String, String, bool)> = names
            .iter()
            .flat_map(|name| {
                let own = name != "en" || language.base() == "en";
                let layers = self.words.get(&format!("{name}.toml")).into_iter().flatten();
                layers.map(move |file| {
                    (
                        file.display.clone(),
                        String::from_utf8_lossy(&file.bytes).into_owned(),
                        own,
                    )
                })
            })
            .collect();
        let files: Vec<MessageFile<'_>> = texts
            .iter()
            .map(|(file, text, own)| MessageFile { file, text, own: *own })
            .collect();
        Messages::read(language, &files, diagnostics)
    }

    /// URLs of the scripts, below the asset folder.
    pub fn script_paths(&self) -> Vec<String> {
        self.scripts
            .iter()
            .map(|script| format!("{}/{script}", self.asset_folder))
            .collect()
    }

    /// Path of the style sheet.
    pub fn css_path(&self) -> String {
        format!("{}/kb.css", self.asset_folder)
    }

    /// Path of the picture that stands in for missing ones.
    pub fn missing_image_path(&self) -> String {
        format!("{}/{MISSING_IMAGE}", self.asset_folder)
    }

    /// Whether there is a template of this name.
    pub fn has_template(&self, name: &str) -> bool {
        self.templates.contains_template(name)
    }

    /// Names of the templates that pages can choose.
    pub fn template_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .templates
            .get_template_names()
            .filter(|name| !name.contains('/'))
            .collect();
        names.sort_unstable();
        names
    }

    /// Renders a page. Where its template fails, the built-in one is used and the failure comes back too.
    pub fn render(&self, template: &str, fallback: &str, context: &tera::Context) -> (String, Option<Diagnostic>) {
        match self.templates.render(template, context) {
            Ok(html) => (html, None),
            Err(error) => {
                let diagnostic = self.template_diagnostic(&error);
                (
                    self.fallback.render(fallback, context).unwrap_or_default(),
                    Some(diagnostic),
                )
            }
        }
    }

    fn template_diagnostic(&self, error: &tera::Error) -> Diagnostic {
        template_diagnostic(&self.files, error)
    }
}

/// The picture that stands in for missing ones.
const MISSING_IMAGE: &str = "img/missing.svg";

const MISSING_IMAGE_SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 180\" width=\"320\" height=\"180\"><rect width=\"318\" height=\"178\" x=\"1\" y=\"1\" rx=\"8\" fill=\"#8881\" stroke=\"#888\" stroke-dasharray=\"6 5\"/><path d=\"M134 106l18-22 13 15 9-10 14 17zM172 76a5 5 0 1 0 .1 0z\" fill=\"none\" stroke=\"#888\" stroke-width=\"3\" stroke-linejoin=\"round\"/></svg>\n";

/// Chinese without a script: by region.
fn chinese_script(language: &Language) -> Option<&'static str> {
    match language.tag() {
        "zh" | "zh-CN" | "zh-SG" => Some("zh-Hans"),
        "zh-TW" | "zh-HK" | "zh-MO" => Some("zh-Hant"),
        _ => None,
    }
}

type Layer = BTreeMap<String, ThemeFile>;

/// The files of the theme in layers: embedded ones, the theme folder's, the project's. Later ones win.
fn collect(
    files: &dyn FileSystem,
    source: &ThemeSource<'_>,
    config: &Config,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Layer> {
    let mut embedded = Layer::new();
    add_embedded(&DEFAULT, &mut embedded);
    embedded.insert(
        format!("static/{MISSING_IMAGE}"),
        ThemeFile {
            display: String::new(),
            bytes: Arc::from(MISSING_IMAGE_SVG.as_bytes()),
        },
    );
    let Some(project) = source.project else {
        return vec![embedded];
    };
    let name = &config.theme.name;
    let theme = project.join("themes").join(name);
    let mut themed = Layer::new();
    if files.is_folder(&theme) {
        let display = format!("{}themes/{name}/", source.display);
        add_folder(files, &theme, "", &display, &mut themed, diagnostics);
    } else if name != "default" {
        let (found, _) = files.walk(&project.join("themes"), &|path, _| path.components().count() == 1);
        let names: Vec<String> = found
            .iter()
            .filter(|f| f.is_folder)
            .filter_map(|f| slashes(&f.path))
            .collect();
        diagnostics.push(
            Diagnostic::error(
                "theme-missing",
                format!("there is no theme `{name}` in `{}themes/`", source.display),
            )
            .with_hint_if(did_you_mean(name, names.iter().map(String::as_str).chain(["default"]))),
        );
    }
    let mut own = Layer::new();
    for part in ["templates", "i18n"] {
        let folder = project.join(part);
        if files.is_folder(&folder) {
            let display = format!("{}{part}/", source.display);
            add_folder(files, &folder, &format!("{part}/"), &display, &mut own, diagnostics);
        }
    }
    // A file in `static/` replaces the theme's file of the same path.
    for path in embedded
        .keys()
        .chain(themed.keys())
        .filter(|path| path.starts_with("static/"))
    {
        let file = project.join(path);
        if files.is_file(&file)
            && let Ok(bytes) = files.read(&file)
        {
            let display = format!("{}{path}", source.display);
            own.insert(
                path.clone(),
                ThemeFile {
                    display,
                    bytes: Arc::from(bytes),
                },
            );
        }
    }
    vec![embedded, themed, own]
}

fn add_embedded(dir: &Dir<'_>, layered: &mut BTreeMap<String, ThemeFile>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        let display = format!("themes/default/{path} (built in)");
        let bytes = match std::str::from_utf8(file.contents()) {
            Ok(script) if path.ends_with(".js") => Arc::from(without_comments(script).as_bytes()),
            _ => Arc::from(file.contents()),
        };
        layered.insert(path, ThemeFile { display, bytes });
    }
    for dir in dir.dirs() {
        add_embedded(dir, layered);
    }
}

fn add_folder(
    files: &dyn FileSystem,
    folder: &Path,
    prefix: &str,
    display: &str,
    layered: &mut BTreeMap<String, ThemeFile>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let (found, _) = files.walk(folder, &|path, _| !is_junk(path));
    for file in found.into_iter().filter(|file| !file.is_folder) {
        let Some(path) = slashes(&file.path) else { continue };
        let shown = format!("{display}{path}");
        match files.read(&folder.join(&file.path)) {
            Ok(bytes) => {
                let file = ThemeFile {
                    display: shown,
                    bytes: Arc::from(bytes),
                };
                layered.insert(format!("{prefix}{path}"), file);
            }
            Err(error) => diagnostics.push(
                Diagnostic::error("file-unreadable", format!("cannot be read: {error}")).with_span(Span::file(shown)),
            ),
        }
    }
}

#[derive(Debug, Default)]
struct Manifest {
    styles: Vec<String>,
    scripts: Vec<String>,
}

fn read_manifest(layered: &BTreeMap<String, ThemeFile>, diagnostics: &mut Vec<Diagnostic>) -> Manifest {
    let Some(file) = layered.get("theme.toml") else {
        return Manifest::default();
    };
    let text = String::from_utf8_lossy(&file.bytes);
    let place = Place {
        file: &file.display,
        text: &text,
        offset: 0,
    };
    let node = match parse_toml(&text) {
        Ok(node) => node,
        Err(error) => {
            diagnostics.push(place.syntax(&CODES, &error));
            return Manifest::default();
        }
    };
    let mut reader = Reader::new(&node, place, &CODES);
    reader.string(&["name"]);
    reader.string(&["description"]);
    let present = |reader: &mut Reader<'_>, key: &'static str| {
        let mut paths = Vec::new();
        for (path, span) in reader.spanned_strings(&[key]) {
            if layered.contains_key(&format!("static/{path}")) {
                paths.push(path);
            } else {
                reader.report(
                    Diagnostic::error("theme-file-missing", format!("the theme has no file `static/{path}`"))
                        .with_span(span),
                );
            }
        }
        paths
    };
    let manifest = Manifest {
        styles: present(&mut reader, "styles"),
        scripts: present(&mut reader, "scripts"),
    };
    diagnostics.extend(reader.finish());
    manifest
}

/// The files to write and the folder they go to, which is named after their content, so that they cache for ever.
fn assets(
    layered: &BTreeMap<String, ThemeFile>,
    manifest: &Manifest,
    config: &Config,
) -> (BTreeMap<String, Arc<[u8]>>, String) {
    let mut css = String::new();
    for style in &manifest.styles {
        if let Some(file) = layered.get(&format!("static/{style}")) {
            css.push_str(&minify_css(&String::from_utf8_lossy(&file.bytes)));
        }
    }
    css.push_str(&accent::css(config.theme.accent));
    let mut files: BTreeMap<String, Arc<[u8]>> = layered
        .iter()
        .filter_map(|(path, file)| Some((path.strip_prefix("static/")?.to_owned(), Arc::clone(&file.bytes))))
        .filter(|(path, _)| !manifest.styles.contains(path))
        .collect();
    files.insert("kb.css".to_owned(), Arc::from(css.as_bytes()));
    let mut hash = Xxh3::new();
    for (path, bytes) in &files {
        hash.update(path.as_bytes());
        hash.update(&(bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let folder = format!("assets/{:08x}", hash.digest() >> 32);
    (
        files
            .into_iter()
            .map(|(path, bytes)| (format!("{folder}/{path}"), bytes))
            .collect(),
        folder,
    )
}

/// Hash of files, of words in their layers, and of the path they are served under.
fn hash(files: &Layer, words: &BTreeMap<String, Vec<ThemeFile>>, base_path: &str) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(base_path.as_bytes());
    let words = (words.iter()).flat_map(|(name, layers)| layers.iter().map(move |file| (name, file)));
    for (path, file) in files.iter().chain(words) {
        for part in [path.as_bytes(), &file.bytes] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.digest()
}

/// Takes lines that are comments, and indentation, from a script of the built-in theme, in which no text spans lines.
fn without_comments(script: &str) -> String {
    let lines = script.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Takes out comments and indentation, which is most of what a style sheet can lose. Strings are left alone.
fn minify_css(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(['/', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        push_folded(&mut out, before);
        let end = if let Some(comment) = from.strip_prefix("/*") {
            comment.find("*/").map_or(from.len(), |end| end + 4)
        } else if from.starts_with('/') {
            out.push('/');
            1
        } else {
            let quote = from.chars().next().unwrap_or('"');
            let mut escaped = false;
            let end = from[1..]
                .find(|c| {
                    let ends = c == quote && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                })
                .map_or(from.len(), |end| end + 2);
            out.push_str(&from[..end]);
            end
        };
        rest = &from[end..];
    }
    push_folded(&mut out, rest);
    out
}

fn push_folded(out: &mut String, css: &str) {
    let mut space = false;
    for c in css.chars() {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if space {
            space = false;
            if !out.ends_with(['{', '}', ';', ',', '\n']) && !matches!(c, '{' | '}') && !out.is_empty() {
                out.push(' ');
            }
        }
        out.push(c);
        if c == '}' {
            out.push('\n');
        }
    }
    if space && !out.ends_with(['{', '}', ';', ',', '\n']) && !out.is_empty() {
        out.push(' ');
    }
}

fn templates(layered: &BTreeMap<String, ThemeFile>, embedded_only: bool) -> Vec<(String, String)> {
    if embedded_only {
        let mut embedded = BTreeMap::new();
        add_embedded(&DEFAULT, &mut embedded);
        return templates(&embedded, false);
    }
    layered
        .iter()
        .filter_map(|(path, file)| {
            let name = path.strip_prefix("templates/")?;
            Some((name.to_owned(), String::from_utf8_lossy(&file.bytes).into_owned()))
        })
        .collect()
}

/// The templates of the project; one that does not parse is reported and replaced by the built-in one.
fn own_templates(
    layered: &BTreeMap<String, ThemeFile>,
    prepare: &dyn Fn(&mut Tera),
    diagnostics: &mut Vec<Diagnostic>,
) -> Tera {
    let mut wanted: BTreeMap<String, String> = templates(layered, false).into_iter().collect();
    let built_in: BTreeMap<String, String> = templates(layered, true).into_iter().collect();
    loop {
        let mut tera = Tera::default();
        prepare(&mut tera);
        let Err(error) = tera.add_raw_templates(wanted.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        else {
            return tera;
        };
        diagnostics.push(template_diagnostic(layered, &error));
        let named = template_of(&error).filter(|name| wanted.get(name) != built_in.get(name));
        let culprit = named.or_else(|| {
            wanted
                .keys()
                .find(|name| wanted.get(*name) != built_in.get(*name))
                .cloned()
        });
        match culprit {
            Some(name) => match built_in.get(&name) {
                Some(text) => {
                    wanted.insert(name, text.clone());
                }
                None => {
                    wanted.remove(&name);
                }
            },
            None => return Tera::default(),
        }
    }
}

fn template_of(error: &tera::Error) -> Option<String> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => Some(report.filename().to_owned()),
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => Some(tpl.clone()),
        ErrorKind::MissingParent { current, .. } => Some(current.clone()),
        _ => None,
    }
}

fn template_diagnostic(files: &BTreeMap<String, ThemeFile>, error: &tera::Error) -> Diagnostic {
    let file = template_of(error).and_then(|name| files.get(&format!("templates/{name}")));
    let message = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report.message().to_owned(),
        _ => error
            .to_string()
            .lines()
            .next()
            .unwrap_or("the template cannot be used")
            .to_owned(),
    };
    let diagnostic = Diagnostic::error("template-error", message.trim_end_matches('.'));
    match (error.kind(), file) {
        (ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report), Some(file)) => {
            let text = String::from_utf8_lossy(&file.bytes);
            diagnostic.with_span(Span::new(&*file.display, &text, report.span().range.clone()))
        }
        (_, Some(file)) => diagnostic.with_span(Span::file(&*file.display)),
        _ => diagnostic,
    }
}

/// The functions that templates can call.
fn prepare(tera: &mut Tera, asset_base: &str, base_path: &str, asset_folder: &str, known: BTreeSet<String>) {
    let base = asset_base.to_owned();
    let folder = asset_folder.to_owned();
    tera.register_function("asset", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        let path: String = kwargs.must_get("path")?;
        let path = path.trim_start_matches('/');
        if known.contains(&format!("{folder}/{path}")) {
            Ok(format!("{base}{path}"))
        } else {
            Err(tera::Error::message(format!("the theme has no static file `{path}`")))
        }
    });
    let base = base_path.to_owned();
    tera.register_function("url", move |kwargs: Kwargs, _: &State| -> tera::TeraResult<String> {
        let path: String = kwargs.must_get("path")?;
        Ok(format!("{base}{}", path.trim_start_matches('/')))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn css_loses_comments_and_spaces_only() {
        let css = "/* a */\n@layer x {\n  .a > b , c::before { content: \"/* } */  \\\"\"; margin: 0 auto }\n}\n";
        assert_eq!(
            minify_css(css),
            "@layer x{.a > b ,c::before{content: \"/* } */  \\\"\";margin: 0 auto}\n}\n"
        );
    }

    #[test]
    fn the_built_in_theme_loads_without_a_word() {
        let files = crate::source::MemoryFiles::default();
        let source = ThemeSource {
            project: None,
            display: "",
        };
        let mut diagnostics = Vec::new();
        let theme = Theme::load(&files, &source, &Config::default(), "/", &mut diagnostics);
        assert_eq!(diagnostics, []);
        for name in TEMPLATES {
            assert!(theme.has_template(name), "{name}");
        }
    }

    #[test]
    fn every_language_of_the_theme_reads_and_has_all_counted_messages() {
        let files = crate::source::MemoryFiles::default();
        let source = ThemeSource {
            project: None,
            display: "",
        };
        let mut diagnostics = Vec::new();
        let theme = Theme::load(&files, &source, &Config::default(), "/", &mut diagnostics);
        let english = theme.messages(&Language::english(), &mut diagnostics);
        for (path, layers) in &theme.words {
            let (Some(name), [file]) = (path.strip_suffix(".toml"), layers.as_slice()) else {
                panic!("{path}")
            };
            let language = Language::parse(name).expect("a language tag");
            assert_eq!(language.tag(), name, "the file is named by the tag in its usual case");
            let text = String::from_utf8_lossy(&file.bytes);
            let only = [MessageFile {
                file: &file.display,
                text: &text,
                own: true,
            }];
            let own = Messages::read(&language, &only, &mut diagnostics);
            for (id, message) in english.texts() {
                let translated = own.texts().get(id);
                assert!(translated.is_some(), "{name}: {id} is missing");
                let placeholders = |text: &str| {
                    let mut found: Vec<String> = text
                        .split('{')
                        .skip(1)
                        .filter_map(|part| part.split('}').next())
                        .map(ToOwned::to_owned)
                        .collect();
                    found.sort();
                    found
                };
                if id != "date" {
                    assert_eq!(
                        placeholders(message),
                        placeholders(translated.expect("checked")),
                        "{name}: {id}"
                    );
                }
            }
            for id in ["articles", "minutes", "categories", "more_articles"] {
                for number in [0, 1, 2, 3, 5, 11, 21, 100] {
                    assert_ne!(own.count(id, number), number.to_string(), "{name}: {id}");
                }
            }
        }
        assert_eq!(diagnostics, []);
    }
}
