//! The text of `kb.toml` -> [`Config`], with every problem reported at once.

use kb_data::{Codes, Place, Reader, parse_toml};
use kb_diagnostic::{Code, Diagnostic, SourceText, Span};

use super::address::endpoint;
use super::checks::Checks;
use super::{
    BaseUrl, BuildConfig, ColorError, Config, ContactConfig, ContactTexts, Direction, FeedbackConfig, Language,
    LanguageConfig, LinksConfig, RawHtml, Rgb, SignalsConfig, ThemeConfig, search::read_search,
};

const CODES: Codes = Codes {
    syntax: Code::ConfigSyntax,
    duplicate: Code::ConfigDuplicateKey,
    wrong_type: Code::ConfigType,
    unknown: Code::ConfigUnknownKey,
};

/// Reads the text of a `kb.toml`. `file` is its name in messages.
///
/// Invalid values are reported and replaced by their defaults.
pub fn parse_config(text: &str, file: &str) -> (Config, Vec<Diagnostic>) {
    let source = SourceText::new(file, text);
    let place = Place {
        file: &source,
        offset: 0,
    };
    let node = match parse_toml(text) {
        Ok(node) => node,
        Err(error) => return (Config::default(), vec![place.syntax(&CODES, &error)]),
    };
    let mut reader = Reader::new(&node, place, &CODES);
    let config = read_config(&mut reader);
    (config, reader.finish())
}

fn read_config(reader: &mut Reader<'_>) -> Config {
    let defaults = Config::default();
    let default_language = language(reader, "default_language");
    let contact = reader.table(&["contact"], ContactConfig::read).unwrap_or_default();
    let languages = reader
        .table(&["languages"], |reader| read_languages(reader, &contact))
        .unwrap_or_default();
    let of_languages = languages.values().filter_map(|language| language.contact.as_ref());
    let contacts: Vec<_> = of_languages.map(|texts| contact.with(texts)).collect();
    reader.table(&["contact"], |reader| contact.check_shown(reader, &contacts));
    Config {
        title: reader.string(&["title"]),
        description: reader.string(&["description"]),
        base_url: checked(reader, "base_url", BaseUrl::parse),
        default_language_given: default_language.is_some(),
        default_language: default_language.unwrap_or(defaults.default_language),
        languages,
        theme: reader.table(&["theme"], read_theme).unwrap_or(defaults.theme),
        build: reader.table(&["build"], read_build).unwrap_or_default(),
        search: reader.table(&["search"], read_search).unwrap_or_default(),
        views: defaults.views,
        contact,
        feedback: reader.table(&["feedback"], read_feedback).unwrap_or_default(),
        signals: reader.table(&["signals"], SignalsConfig::read).unwrap_or_default(),
        links: reader.table(&["links"], read_links).unwrap_or_default(),
        checks: reader.table(&["checks"], Checks::read).unwrap_or_default(),
        ignore: reader.strings(&["ignore"]),
    }
}

/// Text that `parse` must accept; its error is reported.
pub(super) fn checked<T, E: Into<Refused>>(
    reader: &mut Reader<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Option<T> {
    let (text, span) = reader.spanned_string(&[key])?;
    match parse(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            let Refused { message, hint } = error.into();
            let problem = Diagnostic::new(Code::ConfigValue, message).with_span(span);
            reader.report(problem.with_hint_if(hint));
            None
        }
    }
}

/// Why a text is not accepted.
pub(super) struct Refused {
    message: String,
    hint: Option<String>,
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self { message, hint: None }
    }
}

impl From<(String, String)> for Refused {
    fn from((message, hint): (String, String)) -> Self {
        let hint = Some(hint);
        Self { message, hint }
    }
}

fn language(reader: &mut Reader<'_>, key: &'static str) -> Option<Language> {
    checked(reader, key, |tag| {
        Language::parse(tag).ok_or_else(|| format!("`{tag}` is not a language tag such as `en`, `de` or `pt-BR`"))
    })
}

fn read_languages(
    reader: &mut Reader<'_>,
    contact: &ContactConfig,
) -> std::collections::BTreeMap<Language, LanguageConfig> {
    let mut languages = std::collections::BTreeMap::new();
    for entry in reader.entries() {
        let Some(language) = Language::parse(&entry.key) else {
            let span = reader.place().span(&entry.key_range);
            reader.report(
                Diagnostic::new(
                    Code::ConfigValue,
                    format!("`{}` is not a language tag such as `en`, `de` or `pt-BR`", entry.key),
                )
                .with_span(span),
            );
            continue;
        };
        let settings = reader.sub_table(entry, |reader| LanguageConfig {
            title: reader.string(&["title"]),
            description: reader.string(&["description"]),
            name: reader.string(&["name"]),
            direction: reader.choice(&["direction"], &[("ltr", Direction::Ltr), ("rtl", Direction::Rtl)]),
            contact: reader.table(&["contact"], |reader| ContactTexts::read(reader, contact)),
        });
        languages.insert(language, settings.unwrap_or_default());
    }
    reader.accept_all();
    languages
}

fn read_theme(reader: &mut Reader<'_>) -> ThemeConfig {
    let defaults = Config::default().theme;
    let (accent, accent_span) = accent(reader).unzip();
    ThemeConfig {
        name: checked(reader, "name", |name| {
            let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
            if plain {
                Ok(name.to_owned())
            } else {
                Err(format!("`{name}` is not the name of a folder in `themes/`"))
            }
        })
        .unwrap_or(defaults.name),
        accent: accent.unwrap_or(defaults.accent),
        accent_span,
        logo: checked(reader, "logo", static_file),
        favicon: checked(reader, "favicon", static_file),
    }
}

/// The accent colour and its place.
fn accent(reader: &mut Reader<'_>) -> Option<(Rgb, Span)> {
    let (text, span) = reader.spanned_string(&["accent"])?;
    let (message, hint) = match Rgb::parse(&text) {
        Ok(color) => return Some((color, span)),
        Err(ColorError::Transparent(color)) => (
            format!("`{text}` is transparent; an accent colour must be opaque"),
            // This keyword has no colour to suggest.
            if text.trim().eq_ignore_ascii_case("transparent") {
                "write a colour without transparency".to_owned()
            } else {
                format!("the same colour without transparency is `{}`", color.hex())
            },
        ),
        Err(ColorError::Unknown) => {
            let hex = format!("#{text}");
            let hint = match Rgb::parse(&hex) {
                Ok(_) => format!("did you mean `{hex}`?"),
                Err(_) => "write it as in CSS: `#0b5cd6`, `teal`, `rgb(11 92 214)`, `oklch(0.51 0.2 260)`".to_owned(),
            };
            (format!("`{text}` is not a colour such as `#0b5cd6`"), hint)
        }
    };
    reader.report(
        Diagnostic::new(Code::ConfigValue, message)
            .with_span(span)
            .with_hint(hint),
    );
    None
}

/// A folder of the project that is not the project itself.
fn inner_folder(path: &str) -> Result<String, String> {
    let parts = || path.split(['/', '\\']);
    let leads_out = path.starts_with(['/', '\\']) || path.contains(':') || parts().any(|part| part == "..");
    if leads_out {
        Err(format!(
            "`{path}` leads out of the project; only `kb build -o` may name a folder elsewhere"
        ))
    } else if parts().all(|part| matches!(part, "" | ".")) {
        Err(format!("`{path}` is the project itself, not a folder in it"))
    } else {
        Ok(path.to_owned())
    }
}

/// A file in `static/`: a relative path that stays inside.
fn static_file(path: &str) -> Result<String, String> {
    let inside = !path.is_empty()
        && !path.starts_with('/')
        && !path.contains('\\')
        && path
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..");
    if inside {
        Ok(path.to_owned())
    } else {
        Err(format!("`{path}` must be the path of a file in `static/`"))
    }
}

fn read_build(reader: &mut Reader<'_>) -> BuildConfig {
    let defaults = BuildConfig::default();
    BuildConfig {
        output: checked(reader, "output", inner_folder).unwrap_or(defaults.output),
        follow_links_to: reader.spanned_strings(&["follow_links_to"]),
        html: reader
            .choice(
                &["html"],
                &[
                    ("allow", RawHtml::Allow),
                    ("sanitize", RawHtml::Sanitize),
                    ("escape", RawHtml::Escape),
                ],
            )
            .unwrap_or(defaults.html),
        highlight: reader.bool(&["highlight"]).unwrap_or(defaults.highlight),
        images: reader.bool(&["images"]).unwrap_or(defaults.images),
        git_dates: reader.bool(&["git_dates"]).unwrap_or(defaults.git_dates),
        faq_json_ld: reader.bool(&["faq_json_ld"]).unwrap_or(defaults.faq_json_ld),
        feed: reader.bool(&["feed"]).unwrap_or(defaults.feed),
        llms: reader.bool(&["llms"]).unwrap_or(defaults.llms),
        link_schemes: (reader.strings(&["link_schemes"]).iter())
            .map(|scheme| scheme.trim_end_matches(['/', ':']).to_ascii_lowercase())
            .collect(),
    }
}

fn read_feedback(reader: &mut Reader<'_>) -> FeedbackConfig {
    let enabled = reader.entry(&["enabled"]);
    let feedback = FeedbackConfig {
        enabled: reader.bool(&["enabled"]).unwrap_or(true),
        email: checked(reader, "email", email),
        endpoint: checked(reader, "endpoint", endpoint),
        script: reader.bool(&["script"]).unwrap_or(false),
    };
    if let Some(enabled) = enabled.filter(|_| feedback.enabled && !feedback.has_destination()) {
        let span = reader.place().span(&enabled.key_range);
        reader.report(
            Diagnostic::new(
                Code::FeedbackNowhere,
                "articles do not ask \"Was this helpful?\", because nothing receives the answers",
            )
            .with_span(span)
            .with_hint("set `endpoint` or `email`, or `script = true` if a script of yours listens to `kb:feedback`"),
        );
    }
    feedback
}

fn read_links(reader: &mut Reader<'_>) -> LinksConfig {
    LinksConfig {
        edit: checked(reader, "edit", |template| {
            if template.contains("{path}") {
                web_link(template)
            } else {
                Err("`edit` needs `{path}` where the path of the article goes".to_owned())
            }
        }),
        home: checked(reader, "home", web_link),
        home_title: reader.string(&["home_title"]),
    }
}

pub(super) fn email(address: &str) -> Result<String, String> {
    match address.split_once('@') {
        Some((name, host)) if !name.is_empty() && host.contains('.') && !address.contains(char::is_whitespace) => {
            Ok(address.to_owned())
        }
        _ => Err(format!("`{address}` is not an email address")),
    }
}

pub(super) fn phone(number: &str) -> Result<String, String> {
    if number.contains(|c: char| c.is_ascii_digit()) {
        Ok(number.to_owned())
    } else {
        Err(format!("`{number}` is not a phone number such as `+1 555 0100`"))
    }
}

/// An `http(s)` URL, or a path on this site.
pub(super) fn web_link(text: &str) -> Result<String, String> {
    // Browsers read `\` as `/`: this names another host, not a path.
    if text.starts_with("//") || text.starts_with("/\\") {
        return Err(format!("`{text}` leads to another site; begin it with `https://`"));
    }
    if text.starts_with("https://") || text.starts_with("http://") || text.starts_with('/') {
        Ok(text.to_owned())
    } else {
        Err(format!("`{text}` must begin with `https://`, `http://` or `/`"))
    }
}
