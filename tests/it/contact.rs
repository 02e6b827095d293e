//! The contact page, and where answers to "was this helpful?" go.

use crate::support::Sandbox;

const SETTINGS: &str = "title = \"Help\"\nbase_url = \"https://help.example/s/\"\n[build]\ngit_dates = false\n[languages.en]\n[languages.de]\n";

/// A site in two languages, with templates that show what they know.
fn site(settings: &str, files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::project(&[
        ("billing/refund.md", "# Refund\n\n[Write to us](/contact/).\n"),
        ("billing/refund.de.md", "# Erstattung\n\nText.\n"),
    ]);
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox.write("kb.toml", format!("{SETTINGS}{settings}"));
    sandbox.write(
        "templates/tag.html",
        "contact {{ site.contact_url or \"none\" }} {{ page.kind }}\n",
    );
    sandbox
}

#[test]
fn a_channel_makes_a_contact_page_in_every_language() {
    let sandbox = site(
        "[contact]\nemail = \"help+kb@acme.example\"\n[languages.de.contact]\nphone = \"+49 30 123\"\n",
        &[],
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let page = sandbox.read("public/contact/index.html");
    for part in [
        "<body class=\"page-contact\"",
        "<link rel=\"canonical\" href=\"https://help.example/s/contact/\">",
        "<link rel=\"alternate\" hreflang=\"de\" href=\"https://help.example/s/de/contact/\">",
        "<link rel=\"alternate\" hreflang=\"x-default\" href=\"https://help.example/s/contact/\">",
        "<a href=\"/s/de/contact/\" lang=\"de\" hreflang=\"de\">",
        "href=\"mailto:help+kb@acme.example\"",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    let german = sandbox.read("public/de/contact/index.html");
    assert!(
        german.contains("href=\"tel:+4930123\"") && !page.contains("tel:"),
        "{german}"
    );
    assert!(
        sandbox
            .read("public/billing/refund/index.html")
            .contains("<a href=\"/s/contact/\">Write to us</a>")
    );
    let sitemap = sandbox.read("public/sitemap.xml");
    assert_eq!(sitemap.matches("<loc>https://help.example/s/contact/</loc>").count(), 1);
    assert_eq!(
        sitemap
            .matches("hreflang=\"de\" href=\"https://help.example/s/de/contact/\"")
            .count(),
        2
    );
    let found = sandbox.kb(&["search", "contact", "--site", "public", "--json"]);
    assert!(!found.stdout.contains("/contact/"), "{}", found.stdout);
    assert!(sandbox.read("public/manifest.json").contains("\"/s/contact/\""));
}

#[test]
fn paths_on_this_site_keep_query_and_fragment() {
    let sandbox = site(
        "[contact]\nform = \"/form ä?topic=a%20b&x#top\"\nchat = \"/chat#a?b\"\n[feedback]\nendpoint = \"/votes.php?key=1\"\n[links]\nhome = \"/?from=help\"\n",
        &[],
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let pages = sandbox.read("public/contact/index.html") + &sandbox.read("public/billing/refund/index.html");
    for part in [
        "\"/s/form%20%C3%A4?topic=a%20b&amp;x#top\"",
        "\"/s/chat#a?b\"",
        "\"/s/votes.php?key=1\"",
        "\"/s/?from=help\"",
    ] {
        assert!(pages.contains(part), "{part}\n{pages}");
    }
}

#[test]
fn a_language_without_channels_has_no_contact_page() {
    let sandbox = site("[languages.de.contact]\nemail = \"hilfe@acme.example\"\n", &[]);
    let run = sandbox.build();
    // The link is in the English article.
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("error[link-missing]"), "{}", run.stderr);
    assert!(!sandbox.path("public/contact").exists());
    let german = sandbox.read("public/de/contact/index.html");
    assert!(
        german.contains("<a href=\"/s/\" lang=\"en\" hreflang=\"en\">"),
        "{german}"
    );
    assert!(!german.contains("rel=\"alternate\" hreflang"), "{german}");
}

#[test]
fn a_page_of_the_site_stands_in_for_the_contact_page() {
    let contact = "[contact]\nemail = \"help@acme.example\"\n";
    let article = ("content/contact.md", "---\ntags: [x]\n---\n# Talk to us\n\nText.\n");
    let sandbox = site(contact, &[article]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(sandbox.read("public/contact/index.html").contains("Talk to us"));
    assert_eq!(sandbox.read("public/tags/x/index.html"), "contact /s/contact/ tag\n");

    let alias = (
        "content/talk.md",
        "---\naliases: [/contact/]\ntags: [x]\n---\n# Talk to us\n\nText.\n",
    );
    let sandbox = site(contact, &[alias]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(sandbox.read("public/contact/index.html").contains("url=/s/talk/"));
    assert_eq!(sandbox.read("public/tags/x/index.html"), "contact /s/contact/ tag\n");

    let own = ("static/contact/index.html", "<p>Our own form\n");
    let sandbox = site(contact, &[own]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(sandbox.read("public/contact/index.html"), "<p>Our own form\n");

    let sandbox = site("[contact]\nform = \"/contact\"\n", &[]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(!sandbox.path("public/contact").exists());
}

#[test]
fn without_channels_there_is_no_contact_page() {
    let sandbox = site(
        "[contact]\nhours = \"9 to 5\"\n",
        &[("content/a.md", "---\ntags: [x]\n---\n# A\n")],
    );
    sandbox.write("content/billing/refund.md", "# Refund\n");
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(!sandbox.path("public/contact").exists());
    assert_eq!(sandbox.read("public/tags/x/index.html"), "contact none tag\n");
}

/// Settings of a form with a topic and a field of each language.
const FORM: &str = "[contact]
endpoint = \"/messages?key=a&b\"
files = true
phone = \"+49 30 1\"
[[contact.topics]]
id = \"money\"
title = \"Money & <more>\"
endpoint = \"https://money.example/\"
email = \"money@acme.example\"
articles = [\"billing/refund.md\"]
[[contact.topics]]
id = \"other\"
title = \"Other\"
[[contact.fields]]
name = \"action\"
label = \"What now?\"
type = \"select\"
options = [\"Refund\", \"Repair\"]
required = true
[[contact.fields]]
name = \"order\"
label = \"Order\"
required = true
topics = [\"money\"]
[[languages.de.contact.topics]]
id = \"money\"
title = \"Geld\"
[[languages.de.contact.fields]]
name = \"action\"
label = \"Was nun?\"
options = [\"Geld zurück\", \"Reparatur\"]
";

#[test]
fn an_endpoint_makes_a_form_in_every_language() {
    let sandbox = site(FORM, &[]);
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let page = sandbox.read("public/contact/index.html");
    for part in [
        "<form class=\"desk-form\" action=\"/s/messages?key=a&amp;b\" method=\"post\" accept-charset=\"utf-8\" enctype=\"multipart/form-data\">",
        "<input type=\"hidden\" name=\"language\" value=\"en\">",
        "<input type=\"hidden\" name=\"url\" value=\"https://help.example/s/contact/\">",
        "<option value=\"money\" dir=\"auto\" data-action=\"https://money.example/\" data-email=\"mailto:money@acme.example\">Money &amp; &lt;more&gt;</option>",
        "<option value=\"other\" dir=\"auto\">Other</option>",
        "<input id=\"_f-files\" type=\"file\" name=\"files\" multiple>",
        "<select id=\"_f-action\" name=\"action\" required>",
        "<option value=\"Refund\" dir=\"auto\">Refund</option>",
        "<a href=\"/s/billing/refund/\">Refund</a>",
        "js/contact.js\"></script>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    // Without JavaScript, a field of a topic is there for everybody.
    assert!(
        page.contains("<input id=\"_f-order\" type=\"text\" name=\"order\" maxlength=\"1000\"></p>"),
        "{page}"
    );
    let german = sandbox.read("public/de/contact/index.html");
    for part in [
        "<input type=\"hidden\" name=\"language\" value=\"de\">",
        "<option value=\"Refund\" dir=\"auto\">Geld zurück</option>",
        ">Geld</option>",
        "<a href=\"/s/de/billing/refund/\">Erstattung</a>",
    ] {
        assert!(german.contains(part), "{part}\n{german}");
    }
    // Every page leads to the form, with what was read.
    let article = sandbox.read("public/billing/refund/index.html");
    assert!(article.contains("<li><a href=\"/s/contact/\">"), "{article}");
    assert!(article.contains("data-write=\"/s/contact/\""), "{article}");
    assert!(
        !article.contains("js/contact.js") && !article.contains("css/contact.css"),
        "{article}"
    );
}

#[test]
fn without_an_endpoint_the_form_opens_the_mail_program() {
    let sandbox = site("[contact]\nemail = \"help+kb@acme.example\"\n", &[]);
    assert_eq!(sandbox.build().code, 0);
    let page = sandbox.read("public/contact/index.html");
    assert!(
        page.contains(
            "action=\"mailto:help+kb@acme.example\" method=\"post\" accept-charset=\"utf-8\" enctype=\"text/plain\""
        ),
        "{page}"
    );
    assert!(
        page.contains("<p data-no-script><a class=\"button primary\" href=\"mailto:help+kb@acme.example\">"),
        "{page}"
    );
    assert!(
        !page.contains("name=\"email\"") && !page.contains("type=\"file\""),
        "{page}"
    );

    let sandbox = site("[contact]\nphone = \"1\"\n", &[]);
    assert_eq!(sandbox.build().code, 0);
    let page = sandbox.read("public/contact/index.html");
    assert!(!page.contains("desk-form") && page.contains("href=\"tel:1\""), "{page}");
    assert!(!sandbox.read("public/billing/refund/index.html").contains("data-write"));
}

#[test]
fn articles_of_topics_are_checked() {
    let topic = |article: &str| {
        format!("[contact]\nphone = \"1\"\n[[contact.topics]]\nid = \"a\"\ntitle = \"A\"\narticles = [\"{article}\"]\n")
    };
    let sandbox = site(&topic("billing/refnd.md"), &[]);
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    assert!(
        run.stderr
            .contains("error[topic-article-missing]: there is no article `billing/refnd.md`")
            && run.stderr.contains("kb.toml:12:13")
            && run.stderr.contains("did you mean `billing/refund.md`?"),
        "{}",
        run.stderr
    );
    let sandbox = site(
        &topic("billing/later.md"),
        &[("content/billing/later.md", "---\ndraft: true\n---\n# Later\n")],
    );
    let run = sandbox.build();
    assert_eq!(run.code, 1);
    assert!(
        run.stderr
            .contains("error[link-unpublished]: `billing/later.md` is a draft, so the contact page does not show it"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_offline_site_has_no_endpoint_of_its_own() {
    let sandbox = site("[contact]\nendpoint = \"/messages\"\nphone = \"1\"\n", &[]);
    assert_eq!(sandbox.kb(&["build", "--quiet", "--offline", "-o", "site"]).code, 0);
    assert!(!sandbox.read("site/contact/index.html").contains("desk-form"));
    let sandbox = site("[contact]\nendpoint = \"https://acme.example/m\"\n", &[]);
    assert_eq!(sandbox.kb(&["build", "--quiet", "--offline", "-o", "site"]).code, 0);
    assert!(
        sandbox
            .read("site/contact/index.html")
            .contains("action=\"https://acme.example/m\"")
    );
}

#[test]
fn articles_know_where_feedback_goes() {
    let sandbox = site(
        "[feedback]\nemail = \"docs@acme.example\"\nendpoint = \"/api/feedback\"\n",
        &[
            ("content/a.md", "# A & “b”?\n"),
            ("content/b.md", "---\nhide: [feedback]\n---\n# B\n"),
            ("i18n/en.toml", "feedback_mail_subject = \"On {title}\"\n"),
        ],
    );
    sandbox.write("content/billing/refund.md", "# Refund\n");
    sandbox.write(
        "templates/article.html",
        "{% if page.feedback %}{{ page.feedback.endpoint or \"no endpoint\" }} {{ page.feedback.email or \"no address\" }}\n{{ page.feedback.mailto or \"no link\" }}\n{% else %}none\n{% endif %}",
    );
    let run = sandbox.build();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        sandbox.read("public/a/index.html"),
        "/s/api/feedback docs@acme.example\n\
         mailto:docs@acme.example?subject=On%20A%20%26%20%E2%80%9Cb%E2%80%9D%3F&amp;body=%0D%0A%0D%0AA%20%26%20%E2%80%9Cb%E2%80%9D%3F%0D%0Ahttps%3A%2F%2Fhelp.example%2Fs%2Fa%2F%0D%0A\n"
    );
    assert_eq!(sandbox.read("public/b/index.html"), "none\n");

    for (settings, wanted) in [
        ("", "none\n"),
        ("[feedback]\nscript = true\n", "no endpoint no address\nno link\n"),
        ("[feedback]\nenabled = false\nemail = \"docs@acme.example\"\n", "none\n"),
        (
            "[feedback]\nendpoint = \"https://api.example/f\"\n",
            "https://api.example/f no address\nno link\n",
        ),
    ] {
        sandbox.write("kb.toml", format!("{SETTINGS}{settings}"));
        assert_eq!(sandbox.build().code, 0);
        assert_eq!(sandbox.read("public/a/index.html"), wanted, "{settings}");
    }
}

#[test]
fn feedback_of_a_site_in_a_folder_names_the_path_of_the_article() {
    let sandbox = site("[feedback]\nemail = \"docs@acme.example\"\n", &[]);
    sandbox.write("content/billing/refund.md", "# Refund\n");
    sandbox.write("templates/article.html", "{{ page.feedback.mailto }}\n");
    let run = sandbox.kb(&["build", "--quiet", "--offline", "-o", "site"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let page = sandbox.read("site/billing/refund/index.html");
    assert!(
        page.ends_with("&amp;body=%0D%0A%0D%0ARefund%0D%0A%2Fbilling%2Frefund%2F%0D%0A\n"),
        "{page}"
    );
}
