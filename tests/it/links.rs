//! Nothing outside of the project is read or written through a symbolic link, and special files do not block.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Sandbox, snapshot};

const SECRET: &str = "TOPSECRET";

/// A project in `p`, and beside it a folder `secret` with a file for every place.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for (path, text) in [
        ("p/kb.toml", "title = \"Help\"\n"),
        ("p/content/good.md", "# Good\n\nGood text.\n"),
        ("secret/s.md", "# TOPSECRET\n"),
        ("secret/s.css", "TOPSECRET"),
        ("secret/theme.toml", "title = \"TOPSECRET\"\n"),
        ("secret/article.html", "TOPSECRET"),
        ("secret/en.toml", "search = \"TOPSECRET\"\n"),
        ("secret/search.toml", "TOPSECRET = ["),
        ("secret/kbignore", "**/[z-a] TOPSECRET\n"),
        ("secret/views.csv", "path,views\n/TOPSECRET/,1\n"),
    ] {
        sandbox.write(path, text);
    }
    sandbox
}

fn link(sandbox: &Sandbox, path: &str, to: &str) {
    let path = sandbox.path(path);
    let _ = fs::remove_file(&path);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(path.parent().expect("has one")).expect("made");
    symlink(to, path).expect("a link");
}

fn says_nothing_secret(sandbox: &Sandbox, said: &str) {
    assert!(!said.contains(SECRET), "{said}");
    let public = sandbox.path("p/public");
    if public.exists() {
        for (file, bytes) in snapshot(&public) {
            assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{file}");
        }
    }
}

#[test]
fn folders_and_files_of_the_project_that_lead_out() {
    for (path, to) in [
        ("p/static", "../secret"),
        ("p/templates", "../secret"),
        ("p/i18n", "../secret"),
        ("p/themes/acme", "../../secret"),
        ("p/themes", "../secret"),
        ("p/static/s.css", "../../secret/s.css"),
        ("p/static/folder", "../../secret"),
        ("p/static/custom.css", "../../secret/s.css"),
        ("p/templates/article.html", "../../secret/article.html"),
        ("p/i18n/en.toml", "../../secret/en.toml"),
        ("p/content/s.md", "../../secret/s.md"),
        ("p/content/folder", "../../secret"),
        ("p/content/search.toml", "../../secret/search.toml"),
        ("p/content/views.csv", "../../secret/views.csv"),
        ("p/content/.kbignore", "../../secret/kbignore"),
        ("p/.kbignore", "../secret/kbignore"),
    ] {
        let sandbox = sandbox();
        let themed = path.starts_with("p/themes");
        if themed {
            sandbox.write("p/kb.toml", "title = \"Help\"\n[theme]\nname = \"acme\"\n");
            sandbox.write("secret/acme/theme.toml", "title = \"TOPSECRET\"\n");
        }
        link(&sandbox, path, to);
        let run = sandbox.kb(&["build", "p"]);
        assert_eq!(run.code, 1, "{path}: {}", run.stderr);
        let shown = path.replace("p/themes", "p/themes/acme").replace("acme/acme", "acme");
        let shown = if themed { shown.as_str() } else { path };
        let told = format!("--> {shown}\n");
        assert!(
            run.stderr.contains("error[link-outside]") && run.stderr.contains(&told),
            "{path}: {}",
            run.stderr
        );
        says_nothing_secret(&sandbox, &run.stderr);
        assert!(
            sandbox.read("p/public/good/index.html").contains("Good text."),
            "{path}"
        );
    }
}

#[test]
fn without_content_or_settings_nothing_is_built() {
    for (path, to) in [("p/content", "../secret"), ("p/kb.toml", "../secret/search.toml")] {
        let sandbox = sandbox();
        link(&sandbox, path, to);
        let run = sandbox.kb(&["build", "p"]);
        assert_eq!(run.code, 2, "{path}: {}", run.stderr);
        assert!(run.stderr.starts_with("error[link-outside]: "), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("--> {path}\n")), "{}", run.stderr);
        says_nothing_secret(&sandbox, &run.stderr);
        assert!(!sandbox.path("p/public").exists());
    }
}

#[test]
fn the_writer_may_say_where_links_lead() {
    let sandbox = sandbox();
    sandbox.write("common/files/terms.pdf", "%PDF");
    sandbox.write("common/articles/common.md", "# Shared\n");
    sandbox.write(
        "p/kb.toml",
        "title = \"Help\"\n[build]\nfollow_links_to = [\"../common\"]\n",
    );
    link(&sandbox, "p/static", "../common/files");
    link(&sandbox, "p/content/more", "../../common/articles");
    let run = sandbox.kb(&["build", "p", "-q"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(sandbox.read("p/public/terms.pdf"), "%PDF");
    assert!(sandbox.path("p/public/more/common/index.html").is_file());
    // It is said for that folder alone.
    link(&sandbox, "p/content/s.md", "../../secret/s.md");
    link(&sandbox, "common/files/s.css", "../../secret/s.css");
    let run = sandbox.kb(&["build", "p"]);
    assert_eq!(run.stderr.matches("error[link-outside]").count(), 2, "{}", run.stderr);
    says_nothing_secret(&sandbox, &run.stderr);
    // The content folder may be elsewhere as a whole.
    fs::remove_dir_all(sandbox.path("p/content")).expect("removed");
    link(&sandbox, "p/content", "../common/articles");
    let run = sandbox.kb(&["build", "p"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(sandbox.path("p/public/common/index.html").is_file());

    sandbox.write("p/kb.toml", "[build]\nfollow_links_to = [\"../nowhere\"]\n");
    let run = sandbox.kb(&["build", "p"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr
            .contains("names `../nowhere`, which is not a folder\n --> p/kb.toml:2:"),
        "{}",
        run.stderr
    );
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    for path in [
        "p/.kbignore",
        "p/content/.kbignore",
        "p/content/pipe.md",
        "p/content/search.toml",
        "p/static/pipe",
        "p/static/_redirects",
        "p/templates/article.html",
        "p/i18n/en.toml",
    ] {
        let sandbox = sandbox();
        let pipe = sandbox.path(path);
        fs::create_dir_all(pipe.parent().expect("has one")).expect("made");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .expect("mkfifo runs")
                .success()
        );
        let run = sandbox.kb(&["build", "p"]);
        assert_eq!(run.code, 1, "{path}: {}", run.stderr);
        let told = format!("error[file-unreadable]: this is not a regular file; it is left out\n--> {path}\n");
        assert!(run.stderr.contains(&told), "{path}: {}", run.stderr);
    }
    let sandbox = sandbox();
    fs::remove_file(sandbox.path("p/kb.toml")).expect("removed");
    assert!(
        Command::new("mkfifo")
            .arg(sandbox.path("p/kb.toml"))
            .status()
            .expect("mkfifo runs")
            .success()
    );
    let run = sandbox.kb(&["build", "p"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    link(&sandbox, "p/kb.toml", "/dev/zero");
    assert_eq!(sandbox.kb(&["build", "p"]).code, 2);
}

#[test]
fn the_output_stays_in_the_project() {
    for output in [
        "../elsewhere",
        "/tmp/elsewhere",
        "a/../../elsewhere",
        "..",
        ".",
        "",
        "C:\\elsewhere",
        "..\\elsewhere",
    ] {
        let sandbox = sandbox();
        sandbox.write("p/kb.toml", format!("title = \"Help\"\n[build]\noutput = '{output}'\n"));
        let run = sandbox.kb(&["build", "p"]);
        assert_eq!(run.code, 2, "{output}: {}", run.stderr);
        assert!(
            run.stderr.starts_with("error[config-value]: "),
            "{output}: {}",
            run.stderr
        );
        assert!(run.stderr.contains(" --> p/kb.toml:3:1"), "{output}: {}", run.stderr);
        assert!(!sandbox.path("elsewhere").exists());
    }
    // A link leads out as well.
    let sandbox = sandbox();
    fs::create_dir(sandbox.path("elsewhere")).expect("made");
    link(&sandbox, "p/public", "../elsewhere");
    let run = sandbox.kb(&["build", "p"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.starts_with("error[output-outside]: "), "{}", run.stderr);
    assert!(snapshot(&sandbox.path("elsewhere")).is_empty());
    // Who names the folder means it.
    assert_eq!(sandbox.kb(&["build", "p", "-o", "p/public"]).code, 0);
    assert!(sandbox.path("elsewhere/index.html").is_file());
    sandbox.write("p/kb.toml", "title = \"Help\"\n[build]\noutput = \"out/site\"\n");
    assert_eq!(sandbox.kb(&["build", "p"]).code, 0);
    assert!(sandbox.path("p/out/site/index.html").is_file());
}

#[test]
fn commands_write_through_no_link() {
    let sandbox = sandbox();
    let before = snapshot(&sandbox.path("secret"));
    link(&sandbox, "p/content/out", "../../secret");
    link(&sandbox, "p/content/nowhere", "../../secret/new");
    link(&sandbox, "p/content/in-a-file.md", "../../secret/made.md");
    let refused = |arguments: &[&str], said: &str| {
        let run = sandbox.kb(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    };
    for arguments in [
        &["new", "Question", "--project", "p", "--in", "out"][..],
        &["new", "Question", "--project", "p", "--in", "out/below"],
        &["new", "Question", "--project", "p", "--in", "nowhere"],
        &["new", "In a file", "--project", "p"],
    ] {
        refused(arguments, "nothing was changed");
    }
    link(&sandbox, "p/archetype.md", "../secret/s.md");
    let run = sandbox.kb(&["new", "Question", "--project", "p"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!sandbox.path("p/content/question.md").exists());

    for (path, to) in [
        ("i/kb.toml", "../secret/kb.toml"),
        ("j/content", "../secret"),
        ("k/content", "../secret/content"),
    ] {
        link(&sandbox, path, to);
        let folder = path.split('/').next().unwrap_or_default();
        refused(&["init", folder], "already exists; nothing was changed");
    }
    link(&sandbox, "p/static/css/tokens.css", "../../../secret/s.css");
    let run = sandbox.kb(&["theme", "eject", "css/tokens.css", "p", "--diff"]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(!run.stdout.contains(SECRET) && !run.stderr.contains(SECRET));
    assert!(snapshot(&sandbox.path("secret")) == before);
}
