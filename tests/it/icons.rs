//! Icons: by name in templates, articles and categories, and once on a page.

use crate::support::Sandbox;

#[test]
fn every_page_has_the_shapes_of_its_icons_once() {
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
    for path in ["", "billing/", "billing/a/", "billing/b/", "all/", "search/"] {
        let page = sandbox.read(&format!("public/{path}index.html"));
        let names = |before: &str| -> Vec<String> {
            let found = page.split(before).skip(1).filter_map(|rest| rest.split('"').next());
            found.map(ToOwned::to_owned).collect()
        };
        let mut used = names("<use href=\"#_i-");
        used.sort();
        used.dedup();
        let defined = names("<symbol id=\"_i-");
        assert!(!used.is_empty() && defined == used, "{path}: {defined:?} {used:?}");
        assert!(page.contains("<body class=\"page-"), "{path}");
        let body = page.split("<body").nth(1).and_then(|body| body.split_once('>'));
        assert!(
            body.is_some_and(|(_, inside)| inside.starts_with("\n<div hidden><svg><symbol ")),
            "{path}"
        );
    }
    let card = "<span class=\"card-icon\" aria-hidden=\"true\"><svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\" focusable=\"false\"><use href=\"#_i-credit-card\"/></svg></span>";
    assert!(sandbox.read("public/index.html").contains(card));
    assert!(sandbox.read("public/billing/a/index.html").contains("_i-anchor"));
    assert!(!sandbox.read("public/billing/index.html").contains("_i-anchor"));
    assert!(
        !sandbox
            .read("public/billing/b/index.html")
            .contains("<symbol id=\"_i-anvil\"")
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
    assert_eq!(
        sandbox.read("public/a/index.html"),
        "<title>A</title><svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\" focusable=\"false\"><use href=\"#_i-check\"/></svg>\n\
         \n<div hidden><svg><symbol id=\"_i-check\" viewBox=\"0 0 24 24\"><path d=\"M20 6 9 17l-5-5\"/></symbol></svg></div>"
    );
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
    assert!(sandbox.read("public/billing/index.html").contains("_i-search"));
}
