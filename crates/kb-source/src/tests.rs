use std::path::Path;

use kb_diagnostic::Code;

use super::*;

fn folder(ignore: &IgnoreRules) -> SourceFolder<'_> {
    SourceFolder {
        path: Path::new("/c"),
        display: "content",
        ignore,
        except: &[],
        marker: ".made",
    }
}

fn read(files: &MemoryFiles, lines: &[&str]) -> SourceSet {
    let (rules, _) = IgnoreRules::new([("kb.toml", lines.iter().map(|&l| l.to_owned()).collect())]);
    read_sources(files, folder(&rules), &mut SourceMemo::default())
}

#[test]
fn a_marked_folder_is_no_content() {
    let files = MemoryFiles::default()
        .with("/c/a.md", "1")
        .with("/c/site/.made", "")
        .with("/c/site/b/two.md", "2");
    let found = read(&files, &[]).articles;
    assert_eq!(
        found.iter().map(|article| article.path.as_str()).collect::<Vec<_>>(),
        ["a.md"]
    );
}

#[test]
fn articles_and_assets_are_told_apart_and_sorted() {
    let files = MemoryFiles::default()
        .with("/c/b/two.md", "2")
        .with("/c/a.MD", "1")
        .with("/c/b/img/x.png", "png")
        .with("/c/.hidden/x.md", "x")
        .with("/c/node_modules/x.md", "x")
        .with("/other/x.md", "x");
    let set = read(&files, &[]);
    assert_eq!(
        set.articles.iter().map(|a| a.path.as_str()).collect::<Vec<_>>(),
        ["a.MD", "b/two.md"]
    );
    assert_eq!(
        set.assets.iter().map(|a| a.path.as_str()).collect::<Vec<_>>(),
        ["b/img/x.png"]
    );
    assert_eq!(&**set.articles[1].file.name(), "content/b/two.md");
}

#[test]
fn ignore_globs_work_as_in_gitignore() {
    let files = MemoryFiles::default()
        .with("/c/drafts/a.md", "")
        .with("/c/b/c.md", "")
        .with("/c/b/keep.md", "");
    let set = read(&files, &["drafts/", "b/*.md", "!b/keep.md"]);
    assert_eq!(
        set.articles.iter().map(|a| a.path.as_str()).collect::<Vec<_>>(),
        ["b/keep.md"]
    );
}

#[test]
fn encodings_other_than_utf8_are_named() {
    let files = MemoryFiles::default()
        .with("/c/a.md", b"ok\nbad \xff here".to_vec())
        .with("/c/b.md", b"\xff\xfeh\0i\0".to_vec())
        .with("/c/c.md", b"\xef\xbb\xbf# Title".to_vec())
        .with("/c/d.md", b"nul \0 here".to_vec());
    let set = read(&files, &[]);
    let messages: Vec<_> = set.diagnostics.iter().map(|d| (d.code, d.message.as_str())).collect();
    assert_eq!(
        messages,
        [
            (Code::NotUtf8, "not valid UTF-8 (byte 0xff); this article is left out"),
            (Code::NotUtf8, "this file is UTF-16; it is left out"),
            (Code::NulByte, "a NUL character; it is shown as `\u{fffd}`"),
        ]
    );
    assert_eq!(
        set.diagnostics[0].span.as_ref().map(|s| (s.line, s.column)),
        Some((2, 5))
    );
    assert_eq!(&**set.articles[0].file.text(), "# Title");
}
