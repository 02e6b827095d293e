//! The manual's list of template variables is what templates get: no more, no less.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::Sandbox;

/// Keys by the path of what has them: `site` has `title`, `site.contact` has `email`.
type Keys = BTreeMap<String, BTreeSet<String>>;

/// Prints the path of every value that it is given, down to the last.
const DUMP: &str = "\
{%- component dump(value, path: string) -%}
{%- if value is map -%}
{%- for key, inner in value %}
{{ path }}.{{ key }}
{%- if key != \"extra\" %}{{ <dump value={inner} path={path ~ \".\" ~ key} /> }}{% endif -%}
{%- endfor -%}
{%- elif value is array -%}
{%- for inner in value -%}{{ <dump value={inner} path={path} /> }}{%- endfor -%}
{%- endif -%}
{%- endcomponent dump -%}
";

const TEMPLATE: &str = "\
#{{ page.kind }}
{{ <dump value={site} path=\"site\" /> }}
{{ <dump value={search} path=\"search\" /> }}
{{ <dump value={page} path=\"page\" /> }}
";

/// Words in backticks that are no keys of values: of `kb.toml`, of front matter, of HTML.
const OTHER_WORDS: [&str; 3] = ["base_url", "extra", "defer"];

const KINDS: [&str; 10] = [
    "home", "category", "article", "tag", "tags", "all", "search", "contact", "404", "redirect",
];

/// A site in which every value that can be absent is there on some page, with templates that print what they get.
fn site() -> Sandbox {
    let sandbox = Sandbox::project(&[
        (
            "billing/_index.md",
            "---\ntitle: Billing\ndescription: Money.\nicon: \"💳\"\n---\nText.\n",
        ),
        ("billing/plans/yearly.md", "# Yearly\n"),
        (
            "billing/refund.md",
            "---\ntitle: Refund\ntags: [money]\nfeatured: true\nupdated: 2026-03-04\nquestions: [Can I get my money back?]\nkeywords: [cash]\naliases: [/old]\nrelated: [invoice.md]\nextra:\n  free: yes\n---\nText.\n\n## One\n\n### Inner\n\n## Two\n\nText.\n",
        ),
        ("billing/refund.de.md", "# Erstattung\n"),
        ("billing/invoice.md", "---\nweight: 3\n---\n# Invoice\n"),
        ("billing/later.md", "---\npublish_date: 2999-01-01\n---\n# Later\n"),
    ]);
    for number in 0..40 {
        sandbox.write(
            &format!("content/billing/more-{number}.md"),
            format!("# More {number}\n\n## A\n\nx\n\n## B\n\nx\n"),
        );
    }
    sandbox.write(
        "kb.toml",
        "title = \"Help\"\nbase_url = \"https://help.example/\"\n[languages.en]\n[languages.de]\n[theme]\nlogo = \"logo.svg\"\nfavicon = \"logo.svg\"\n[build]\ngit_dates = false\n[contact]\nendpoint = \"/messages\"\nemail = \"help@example.com\"\n[[contact.topics]]\nid = \"money\"\ntitle = \"Money\"\nphone = \"1\"\nendpoint = \"/money\"\narticles = [\"billing/refund.md\"]\n[[contact.fields]]\nname = \"plan\"\nlabel = \"Plan\"\nhint = \"On the invoice.\"\ntype = \"select\"\noptions = [\"Yearly\"]\ntopics = [\"money\"]\n[feedback]\nemail = \"docs@example.com\"\nenabled = true\nendpoint = \"/answers\"\n[signals]\nbeacon = \"/signal.txt\"\n[links]\nhome = \"/\"\nedit = \"https://git.example/{path}\"\n",
    );
    sandbox.write("static/logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    sandbox.write("content/views.csv", "path,views\nbilling/refund.md,3\n");
    sandbox.write("static/custom.css", "");
    sandbox.write("templates/partials/dump.html", DUMP);
    for kind in KINDS {
        sandbox.write(&format!("templates/{kind}.html"), TEMPLATE);
    }
    let run = sandbox.kb(&["build", "--quiet", "--future"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    sandbox
}

/// What the templates got, by kind of page.
fn given(folder: &Path) -> BTreeMap<String, Keys> {
    let mut given: BTreeMap<String, Keys> = BTreeMap::new();
    for bytes in crate::support::snapshot(folder).into_values() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let Some((kind, paths)) = text.strip_prefix('#').and_then(|text| text.split_once('\n')) else {
            continue;
        };
        if !KINDS.contains(&kind) {
            continue;
        }
        let keys = given.entry(kind.to_owned()).or_default();
        for (owner, key) in paths.lines().filter_map(|path| path.trim().rsplit_once('.')) {
            keys.entry(owner.to_owned()).or_default().insert(key.to_owned());
        }
    }
    given
}

/// The sections of the manual's page by their ids.
fn sections(manual: &str) -> BTreeMap<&str, &str> {
    let sections = manual.split("\n## ").skip(1);
    sections
        .filter_map(|section| {
            let (heading, text) = section.split_once('\n')?;
            Some((heading.split_once("{#")?.1.strip_suffix('}')?, text))
        })
        .collect()
}

/// The names in backticks: `a`, but not `"a"` or `a.html`.
fn names(text: &str) -> BTreeSet<String> {
    let spans = text.split('`').skip(1).step_by(2);
    let is_name = |span: &&str| !span.is_empty() && span.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    spans.filter(is_name).map(ToOwned::to_owned).collect()
}

/// The variables in the tables of a section, such as `page.title`, each with its description.
fn variables(section: &str, owner: &str) -> BTreeMap<String, String> {
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    rows.flat_map(|(left, right)| {
        let names = left.split('`').step_by(2).map(ToOwned::to_owned);
        names.map(|name| (name, right.to_owned())).collect::<Vec<_>>()
    })
    .filter_map(|(name, right)| Some((name.strip_prefix(owner)?.strip_prefix('.')?.to_owned(), right)))
    .collect()
}

/// All keys at any depth below a path.
fn below(keys: &Keys, path: &str) -> BTreeSet<String> {
    let inner = format!("{path}.");
    (keys.iter())
        .filter(|(owner, _)| *owner == path || owner.starts_with(&inner))
        .flat_map(|(_, keys)| keys.iter().cloned())
        .collect()
}

/// What differs between the variables that the manual names and those that templates get.
fn differences(
    kind: &str,
    owner: &str,
    documented: &BTreeMap<String, String>,
    keys: &Keys,
    links: &Links,
) -> Vec<String> {
    let mut faults = Vec::new();
    let real = keys.get(owner).cloned().unwrap_or_default();
    for key in &real {
        if !documented.contains_key(key) {
            faults.push(format!("{kind}: `{owner}.{key}` is not in the manual"));
        }
    }
    for (key, description) in documented {
        if !real.contains(key) {
            faults.push(format!("{kind}: there is no `{owner}.{key}`"));
            continue;
        }
        let inner = below(keys, &format!("{owner}.{key}"));
        let named = names(description);
        let mut known = named.clone();
        for (word, more) in links {
            if description.to_lowercase().contains(word) {
                known.extend(more.iter().cloned());
            }
        }
        faults.extend(
            inner
                .difference(&known)
                .map(|inner| format!("{kind}: `{inner}` in `{owner}.{key}` is not in the manual")),
        );
        let named = named
            .difference(&inner)
            .filter(|name| !OTHER_WORDS.contains(&name.as_str()));
        faults.extend(
            named.map(|inner| {
                format!("{kind}: there is no `{inner}` in `{owner}.{key}`, or no page of this test has it")
            }),
        );
    }
    faults
}

/// The keys of values that the manual describes once, by what it calls them.
type Links = [(&'static str, BTreeSet<String>); 2];

#[test]
fn the_manual_names_all_variables_of_templates() {
    let sandbox = site();
    let given = given(&sandbox.path("public"));
    assert_eq!(given.len(), KINDS.len(), "{:?}", given.keys());
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("content/reference/template-context.md");
    let manual = fs::read_to_string(manual).expect("the manual");
    let sections = sections(&manual);
    let links = [
        ("article link", names(sections["article-link"])),
        ("category link", names(sections["category-link"])),
    ];
    let mut everywhere = Keys::new();
    for (owner, keys) in given.values().flatten() {
        everywhere
            .entry(owner.clone())
            .or_default()
            .extend(keys.iter().cloned());
    }
    let mut faults = Vec::new();
    for (owner, section) in [("site", "site"), ("search", "search-values")] {
        let documented = variables(sections[section], owner);
        faults.extend(differences("every page", owner, &documented, &everywhere, &links));
    }
    for (kind, keys) in &given {
        let mut keys = keys.clone();
        // What every page has need not be filled on each: of those keys, all pages together count.
        let common = variables(sections["page"], "page");
        for key in common.keys() {
            let path = format!("page.{key}");
            for (owner, more) in &everywhere {
                if *owner == path || owner.starts_with(&format!("{path}.")) {
                    keys.insert(owner.clone(), more.clone());
                }
            }
        }
        let id = match kind.as_str() {
            "404" => "not-found",
            "tag" | "tags" => "tags",
            kind => kind,
        };
        let section = match (kind.as_str(), sections[id].split_once("`tags.html`:")) {
            ("tag", Some((before, _))) => before,
            ("tags", Some((_, after))) => after,
            _ => sections[id],
        };
        let mut documented = common;
        documented.extend(variables(section, "page"));
        faults.extend(differences(kind, "page", &documented, &keys, &links));
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_manual_names_all_templates_and_blocks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manual = fs::read_to_string(root.join("content/reference/template-context.md")).expect("the manual");
    let sections = sections(&manual);
    for template in kb_render::theme::PageKind::ALL.iter().map(|kind| kind.template()) {
        assert!(sections["templates"].contains(&format!("`{template}`")), "{template}");
    }
    let mut blocks: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sections["blocks"].lines().filter_map(|line| line.strip_prefix("| `")) {
        let (template, rest) = row.split_once("` | ").expect("a row of the table of blocks");
        blocks.insert(template.to_owned(), names(rest));
    }
    let templates = crate::support::snapshot(&root.join("themes/default/templates"));
    let overridden = |name: &str| blocks["base.html"].contains(name);
    for (template, bytes) in templates {
        let text = String::from_utf8(bytes).expect("UTF-8");
        let found = text
            .split("{%")
            .skip(1)
            .filter_map(|tag| tag.trim_start_matches('-').trim().strip_prefix("block "));
        let found = found.filter_map(|tag| tag.split([' ', '-', '%']).next());
        let own: BTreeSet<String> = found
            .filter(|name| template == "base.html" || !overridden(name))
            .map(ToOwned::to_owned)
            .collect();
        assert_eq!(
            blocks.get(&template).cloned().unwrap_or_default(),
            own,
            "blocks of {template}"
        );
    }
}
