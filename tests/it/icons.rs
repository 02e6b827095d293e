//! Icons: by name in templates, articles and categories.

use std::collections::BTreeSet;

use crate::support::Sandbox;

/// The parts of a text between `before` and the next quote, sorted and each once.
fn between(text: &str, before: &str) -> BTreeSet<String> {
    let found = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
    found.map(ToOwned::to_owned).collect()
}

/// The path of the file of icons below the output.
fn sheet(page: &str) -> String {
    let (folder, _) = page.split_once("/icons.svg#").expect("an icon of the theme");
    let (_, folder) = folder.rsplit_once("href=\"/").expect("its address");
    format!("{folder}/icons.svg")
}

#[test]
fn icons_of_the_theme_are_in_one_file_and_others_in_the_page_once() {
    let sandbox = Sandbox::project(&[
        ("billing/_index.md", "---\ntitle: Billing\nicon: credit-card\n---\n"),
        (
            "billing/a.md",
            "# A\n\nPress <svg class=\"icon\" aria-hidden=\"true\"><use href=\"#_i-anchor\"/></svg>.\n",
        ),
        ("billing/b.md", "# B\n\nText, not an icon: `href=\"#_i-anvil\"`.\n"),
    ]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let file = sandbox.read(&format!("public/{}", sheet(&sandbox.read("public/index.html"))));
    let of_theme = between(&file, "<symbol id=\"");
    for (path, own) in [
        ("", "credit-card"),
        ("billing/", ""),
        ("billing/a/", "anchor"),
        ("billing/b/", ""),
        ("all/", ""),
        ("search/", ""),
    ] {
        let page = sandbox.read(&format!("public/{path}index.html"));
        let own: BTreeSet<String> = own.split_terminator(' ').map(ToOwned::to_owned).collect();
        assert_eq!(between(&page, "<use href=\"#_i-"), own, "{path}");
        assert_eq!(between(&page, "<symbol id=\"_i-"), own, "{path}");
        let used = between(&page, "/icons.svg#");
        assert!(!used.is_empty() && used.is_subset(&of_theme), "{path}: {used:?}");
        let body = page.split("<body").nth(1).and_then(|body| body.split_once('>'));
        let begins = body.is_some_and(|(_, inside)| inside.starts_with("\n<div hidden><svg><symbol "));
        assert_eq!(begins, !own.is_empty(), "{path}");
    }
    let card = "<span class=\"card-icon\" aria-hidden=\"true\"><svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\"><use href=\"#_i-credit-card\"/></svg></span>";
    assert!(sandbox.read("public/index.html").contains(card));
}

#[test]
fn a_site_without_a_server_has_its_icons_in_its_pages() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\nText.\n")]);
    assert_eq!(sandbox.kb(&["build", "--offline"]).code, 0);
    let page = sandbox.read("public-offline/a/index.html");
    assert!(!page.contains("icons.svg"), "{page}");
    let used = between(&page, "<use href=\"#_i-");
    assert!(
        used.contains("search") && used == between(&page, "<symbol id=\"_i-"),
        "{used:?}"
    );
}

#[test]
fn a_template_without_icons_stays_without() {
    let sandbox = Sandbox::project(&[("a.md", "# A\n\nText.\n")]);
    sandbox.write(
        "templates/article.html",
        "<!doctype html>\n<title>{{ page.title }}</title>\n",
    );
    assert_eq!(sandbox.build().code, 0);
    assert_eq!(
        sandbox.read("public/a/index.html"),
        "<!doctype html>\n<title>A</title>\n"
    );
    sandbox.write(
        "templates/article.html",
        "<title>{{ page.title }}</title>{{ <icon name=\"check\" /> }}\n",
    );
    assert_eq!(sandbox.build().code, 0);
    let page = sandbox.read("public/a/index.html");
    let file = sheet(&page);
    assert_eq!(
        page,
        format!(
            "<title>A</title><svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\"><use href=\"/{file}#check\"/></svg>\n"
        )
    );
    let check = "<symbol id=\"check\" viewBox=\"0 0 24 24\"><path d=\"M20 6 9 17l-5-5\"/></symbol>";
    assert!(sandbox.read(&format!("public/{file}")).contains(check));
}

#[test]
fn an_icon_that_does_not_exist_is_reported_where_it_stands() {
    let sandbox = Sandbox::project(&[
        ("billing/_index.md", "---\ntitle: Billing\nicon: credit-crad\n---\n"),
        ("billing/a.md", "# A\n\nText.\n"),
        ("account/_index.md", "---\ntitle: Account\nicon: 👤\n---\n"),
        ("account/a.md", "---\nicon: rocket-launch\n---\n# A\n\nText.\n"),
        (
            "orders/_index.md",
            "---\ntitle: Orders\nicon: /icons/box & co.svg\n---\n",
        ),
        ("orders/a.md", "# A\n\nText.\n"),
    ]);
    sandbox.write(
        "static/icons/box & co.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    sandbox.write("content/plans/_index.md", "---\ntitle: Plans\nicon: plans.svg\n---\n");
    let run = sandbox.build();
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (
            0,
            "warning[icon-unknown]: there is no icon `credit-crad`
 --> content/billing/_index.md:3:7
  |
3 | icon: credit-crad
  |       ^^^^^^^^^^^
  |
  = hint: did you mean `credit-card`?

warning[icon-unknown]: there is no image `plans.svg` in `static/`
 --> content/plans/_index.md:3:7
  |
3 | icon: plans.svg
  |       ^^^^^^^^^
  |
  = hint: put it there, or write the name of an icon from lucide.dev

"
        )
    );
    let home = sandbox.read("public/index.html");
    for icon in [
        "aria-hidden=\"true\">B</span>",
        "aria-hidden=\"true\">👤</span>",
        "<img src=\"/icons/box%20&amp;%20co.svg\" alt=\"\"",
    ] {
        assert!(home.contains(icon), "{icon}\n{home}");
    }
    sandbox.write(
        "templates/category.html",
        "{% extends \"base.html\" %}\n{% block main %}{{ <icon name=\"serch\" /> }}{% endblock %}\n",
    );
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("there is no icon `serch`; did you mean `search`"),
        "{}",
        run.stderr
    );
    assert!(sandbox.read("public/billing/index.html").contains("/icons.svg#search"));
}
