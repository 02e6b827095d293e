//! `[contact]`: the channels by which customers reach the team, and the form of the contact page.

use std::collections::BTreeMap;

use kb_data::Reader;
use kb_diagnostic::{Code, Diagnostic, Span, did_you_mean};

use super::address::endpoint;
use super::read::{checked, email, phone, web_link};

/// Names of fields that kb's own form sends.
const OWN_FIELDS: [&str; 10] = [
    "context", "email", "files", "id", "language", "message", "name", "subject", "topic", "url",
];

/// Contact channels, and what is promised to customers who use them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// Mail address.
    pub email: Option<String>,
    /// Phone number, as it should be shown.
    pub phone: Option<String>,
    /// URL of a chat.
    pub chat: Option<String>,
    /// Opening hours.
    pub hours: Option<String>,
    /// The usual response time, as text.
    pub response_time: Option<String>,
    /// URL of a contact form elsewhere.
    pub form: Option<String>,
    /// URL that the messages of kb's own form are posted to.
    pub endpoint: Option<String>,
}

impl Channels {
    /// These channels, completed with those of `other`.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let or = |own: &Option<String>, other: &Option<String>| own.as_ref().or(other.as_ref()).cloned();
        Self {
            email: or(&self.email, &other.email),
            phone: or(&self.phone, &other.phone),
            chat: or(&self.chat, &other.chat),
            hours: or(&self.hours, &other.hours),
            response_time: or(&self.response_time, &other.response_time),
            form: or(&self.form, &other.form),
            endpoint: or(&self.endpoint, &other.endpoint),
        }
    }

    /// Whether no channel is set. Hours and response time are none.
    pub fn is_empty(&self) -> bool {
        [&self.email, &self.phone, &self.chat, &self.form, &self.endpoint]
            .into_iter()
            .all(Option::is_none)
    }

    /// What receives the messages of kb's own form; `None` if there is no form.
    pub fn receiver(&self) -> Option<Receiver<'_>> {
        let endpoint = self.endpoint.as_deref().map(Receiver::Endpoint);
        endpoint.or_else(|| self.email.as_deref().map(Receiver::Mail))
    }

    /// Removes an endpoint that is a path on the site itself.
    fn remove_local_endpoint(&mut self) {
        self.endpoint.take_if(|endpoint| endpoint.starts_with('/'));
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            email: checked(reader, "email", email),
            phone: checked(reader, "phone", phone),
            chat: checked(reader, "chat", web_link),
            hours: reader.string(&["hours"]),
            response_time: reader.string(&["response_time"]),
            form: checked(reader, "form", web_link),
            endpoint: checked(reader, "endpoint", endpoint),
        }
    }
}

/// What receives the messages of kb's own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver<'a> {
    /// A URL that they are posted to.
    Endpoint(&'a str),
    /// A mail address, through the mail program of the customer.
    Mail(&'a str),
}

/// Contact channels and the contact form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactConfig {
    /// The channels of all topics.
    pub channels: Channels,
    /// Whether files can be attached to a message.
    pub files: bool,
    /// Additional fields of the form.
    pub fields: Vec<FieldConfig>,
    /// What a message can be about.
    pub topics: Vec<TopicConfig>,
}

/// An additional field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConfig {
    /// The name it is sent under.
    pub name: String,
    /// What it is called on the page.
    pub label: String,
    /// How it is filled in.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// The choices of a [`FieldKind::Select`].
    pub options: Vec<FieldOption>,
    /// A sentence below the label.
    pub hint: Option<String>,
    /// The topics it is shown for, by id; empty for all.
    pub topics: Vec<String>,
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldOption {
    /// What is sent, in every language.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A mail address.
    Email,
    /// A phone number.
    Tel,
    /// A number.
    Number,
    /// A day.
    Date,
    /// A web address.
    Url,
    /// Several lines of text.
    Textarea,
    /// One of several options.
    Select,
    /// Yes or no.
    Checkbox,
}

impl FieldKind {
    /// All kinds by the names that settings and templates have for them.
    const NAMES: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("email", Self::Email),
        ("tel", Self::Tel),
        ("number", Self::Number),
        ("date", Self::Date),
        ("url", Self::Url),
        ("textarea", Self::Textarea),
        ("select", Self::Select),
        ("checkbox", Self::Checkbox),
    ];

    /// The name, which is also that of the HTML element or input type.
    pub fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("text", |(name, _)| name)
    }
}

/// What a message can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicConfig {
    /// What is sent, in every language.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// Its own channels, instead of the general ones of the same kind.
    pub channels: Channels,
    /// Articles about it, as paths relative to the content folder, with their places in the file.
    pub articles: Vec<(String, Span)>,
}

/// What a language changes in the contact channels and the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactTexts {
    channels: Channels,
    files: Option<bool>,
    fields: BTreeMap<String, FieldTexts>,
    topics: BTreeMap<String, TopicTexts>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct FieldTexts {
    label: Option<String>,
    hint: Option<String>,
    /// As many as the field has options; or none.
    options: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TopicTexts {
    title: Option<String>,
    channels: Channels,
}

impl ContactConfig {
    /// Whether no channel is set, neither a general one nor one of a topic.
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty() && self.topics.iter().all(|topic| topic.channels.is_empty())
    }

    /// Removes endpoints that are paths on the site itself, which a site without a server does not have.
    pub fn remove_local_endpoints(&mut self) {
        self.channels.remove_local_endpoint();
        for topic in &mut self.topics {
            topic.channels.remove_local_endpoint();
        }
    }

    /// The same with the texts and channels of a language.
    #[must_use]
    pub fn with(&self, texts: &ContactTexts) -> Self {
        let mut own = self.clone();
        own.channels = texts.channels.or(&self.channels);
        own.files = texts.files.unwrap_or(self.files);
        for field in &mut own.fields {
            let Some(texts) = texts.fields.get(&field.name) else {
                continue;
            };
            if let Some(label) = &texts.label {
                field.label.clone_from(label);
            }
            field.hint = texts.hint.clone().or(field.hint.take());
            for (option, label) in field.options.iter_mut().zip(&texts.options) {
                option.label.clone_from(label);
            }
        }
        for topic in &mut own.topics {
            if let Some(texts) = texts.topics.get(&topic.id) {
                if let Some(title) = &texts.title {
                    topic.title.clone_from(title);
                }
                topic.channels = texts.channels.or(&topic.channels);
            }
        }
        own
    }

    /// Reads `[contact]`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let channels = Channels::read(reader);
        let mut ids = Vec::new();
        let topics = reader.tables(&["topics"], |reader| read_topic(reader, &channels, &mut ids));
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut names = Vec::new();
        let fields = reader.tables(&["fields"], |reader| read_field(reader, &ids, &mut names));
        let files = read_files(reader, &channels);
        Self {
            files: files.unwrap_or(false),
            fields: fields.into_iter().flatten().collect(),
            topics: topics.into_iter().flatten().collect(),
            channels,
        }
    }
}

impl ContactConfig {
    /// Warns of fields and topics that no page shows: neither with these channels nor with `others`, those of languages.
    pub(super) fn check_shown(&self, reader: &mut Reader<'_>, others: &[Self]) {
        // What was refused has an error of its own.
        let refused = ["endpoint", "email"]
            .into_iter()
            .any(|key| reader.entry(&[key]).is_some());
        let all = || std::iter::once(self).chain(others);
        let form = refused || all().any(|contact| contact.channels.receiver().is_some());
        let page = refused || all().any(|contact| !contact.is_empty());
        for (key, shown) in [
            ("fields", form || self.fields.is_empty()),
            ("topics", page || self.topics.is_empty()),
        ] {
            let Some(entry) = reader.entry(&[key]).filter(|_| !shown) else {
                continue;
            };
            let span = reader.place().span(&entry.key_range);
            let message = format!("no page shows these {key}, because nothing receives messages");
            reader.report(
                Diagnostic::new(Code::ContactNowhere, message)
                    .with_span(span)
                    .with_hint("set `endpoint` or `email` in `[contact]`"),
            );
        }
        // All else was checked when it was read.
        reader.accept_all();
    }
}

impl ContactTexts {
    /// Removes endpoints that are paths on the site itself, which a site without a server does not have.
    pub fn remove_local_endpoints(&mut self) {
        self.channels.remove_local_endpoint();
        for topic in self.topics.values_mut() {
            topic.channels.remove_local_endpoint();
        }
    }

    /// Reads `[languages.TAG.contact]`, which changes `site`.
    pub(super) fn read(reader: &mut Reader<'_>, site: &ContactConfig) -> Self {
        let channels = Channels::read(reader);
        let all = channels.or(&site.channels);
        let ids: Vec<&str> = site.topics.iter().map(|topic| topic.id.as_str()).collect();
        let mut seen = Vec::new();
        let topics = reader.tables(&["topics"], |reader| {
            let id = known(reader, "id", "topic", &ids, &mut seen);
            let texts = TopicTexts {
                title: filled(reader, "title"),
                channels: Channels::read(reader),
            };
            needs_general_endpoint(reader, &texts.channels, &all);
            Some((id?, texts))
        });
        let names: Vec<&str> = site.fields.iter().map(|field| field.name.as_str()).collect();
        let mut seen = Vec::new();
        let fields = reader.tables(&["fields"], |reader| {
            let name = known(reader, "name", "field", &names, &mut seen);
            let field = name
                .as_ref()
                .and_then(|name| site.fields.iter().find(|field| field.name == *name));
            let texts = FieldTexts {
                label: filled(reader, "label"),
                hint: reader.string(&["hint"]),
                options: read_options(reader).unwrap_or_default(),
            };
            if let Some(field) =
                field.filter(|field| !texts.options.is_empty() && field.options.len() != texts.options.len())
            {
                let message = format!(
                    "`{}` has {} options in `[contact]` and {} here",
                    field.name,
                    field.options.len(),
                    texts.options.len()
                );
                let hint =
                    "list a text for each option, in the same order; what is sent stays the same in all languages";
                report(reader, "options", message, Some(hint.to_owned()));
            }
            Some((name?, texts))
        });
        Self {
            files: read_files(reader, &all),
            fields: fields.into_iter().flatten().collect(),
            topics: topics.into_iter().flatten().collect(),
            channels,
        }
    }
}

fn read_topic(reader: &mut Reader<'_>, general: &Channels, ids: &mut Vec<String>) -> Option<TopicConfig> {
    let id = named(reader, "id", "topic", ids);
    let title = filled(reader, "title");
    let channels = Channels::read(reader);
    needs_general_endpoint(reader, &channels, general);
    let articles = reader.spanned_strings(&["articles"]);
    if title.is_none() && id.is_some() {
        report(
            reader,
            "id",
            "a topic needs a `title`, which customers see".to_owned(),
            None,
        );
    }
    Some(TopicConfig {
        id: id?,
        title: title?,
        channels,
        articles,
    })
}

fn read_field(reader: &mut Reader<'_>, topic_ids: &[&str], names: &mut Vec<String>) -> Option<FieldConfig> {
    let name = named(reader, "name", "field", names).filter(|name| {
        let own = OWN_FIELDS.contains(&name.as_str());
        if own {
            let message = format!("the form has a field `{name}` of its own");
            report(
                reader,
                "name",
                message,
                Some(format!("call it `my-{name}`, for example")),
            );
        }
        !own
    });
    let label = filled(reader, "label");
    let kind = reader.choice(&["type"], &FieldKind::NAMES).unwrap_or(FieldKind::Text);
    let required = reader.bool(&["required"]).unwrap_or(false);
    let options = read_options(reader);
    let hint = reader.string(&["hint"]);
    let topics = reader.spanned_strings(&["topics"]);
    if label.is_none() && name.is_some() {
        report(
            reader,
            "name",
            "a field needs a `label`, which customers see".to_owned(),
            None,
        );
    }
    match (kind, options.as_ref().is_some_and(Vec::is_empty)) {
        (FieldKind::Select, true) => {
            let message = "a field of the type `select` needs `options`".to_owned();
            report(
                reader,
                "type",
                message,
                Some("such as `options = [\"Web\", \"Phone\"]`".to_owned()),
            );
        }
        (FieldKind::Select, false) | (_, true) => {}
        (kind, false) => {
            let message = format!("a field of the type `{}` has no options", kind.name());
            report(
                reader,
                "options",
                message,
                Some("to offer a choice, write `type = \"select\"`".to_owned()),
            );
        }
    }
    for (topic, span) in &topics {
        if !topic_ids.contains(&topic.as_str()) {
            let problem = Diagnostic::new(Code::ConfigValue, format!("there is no topic with the id `{topic}`"));
            let hint = did_you_mean(topic, topic_ids.iter().copied());
            reader.report(problem.with_span(span.clone()).with_hint_if(hint));
        }
    }
    let option = |value: String| FieldOption {
        label: value.clone(),
        value,
    };
    Some(FieldConfig {
        name: name?,
        label: label?,
        kind,
        required,
        options: options.into_iter().flatten().map(option).collect(),
        hint,
        topics: topics.into_iter().map(|(topic, _)| topic).collect(),
    })
}

/// What a select offers: an empty option could not be told from none, and one of two equal ones is never meant.
/// `None` if one is refused.
fn read_options(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let mut options: Vec<String> = Vec::new();
    let given = reader.spanned_strings(&["options"]);
    let count = given.len();
    for (option, span) in given {
        let (message, hint) = if option.trim().is_empty() {
            let hint = "remove it; customers can leave a field without an option unless it is `required`";
            ("an option is empty".to_owned(), hint)
        } else if options.iter().any(|other| other.trim() == option.trim()) {
            (
                format!("there are two options `{}`", option.trim()),
                "remove one of them",
            )
        } else {
            options.push(option);
            continue;
        };
        let problem = Diagnostic::new(Code::ConfigValue, message);
        reader.report(problem.with_span(span).with_hint(hint));
    }
    (options.len() == count).then_some(options)
}

fn read_files(reader: &mut Reader<'_>, channels: &Channels) -> Option<bool> {
    let files = reader.bool(&["files"]);
    if files == Some(true) && channels.endpoint.is_none() {
        let message = "files can be attached only if an `endpoint` receives them".to_owned();
        report(
            reader,
            "files",
            message,
            Some("set `endpoint`, or remove `files`".to_owned()),
        );
        return None;
    }
    files
}

/// A topic's endpoint needs a general one: without JavaScript, messages of all topics go there.
fn needs_general_endpoint(reader: &mut Reader<'_>, topic: &Channels, general: &Channels) {
    if topic.endpoint.is_some() && general.endpoint.is_none() {
        let message = "a topic can have an `endpoint` only if `[contact]` has one".to_owned();
        let hint = "without JavaScript, the messages of all topics go to the endpoint of `[contact]`";
        report(reader, "endpoint", message, Some(hint.to_owned()));
    }
}

/// A name that programs read, of a topic or a field. `seen` are those before it.
fn named(reader: &mut Reader<'_>, key: &'static str, what: &str, seen: &mut Vec<String>) -> Option<String> {
    let Some((name, span)) = reader.spanned_string(&[key]) else {
        if reader.entry(&[key]).is_none() {
            let first = reader
                .entries()
                .first()
                .map(|entry| reader.place().span(&entry.key_range));
            let problem = Diagnostic::new(Code::ConfigValue, format!("a {what} needs `{key}`"));
            reader.report(match first {
                Some(span) => problem.with_span(span),
                None => problem,
            });
        }
        return None;
    };
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if plain && seen.contains(&name) {
        report(reader, key, format!("there are two {what}s `{name}`"), None);
        return None;
    }
    if plain {
        seen.push(name.clone());
        return Some(name);
    }
    let message = format!("`{name}` cannot be the `{key}` of a {what}");
    reader.report(
        Diagnostic::new(Code::ConfigValue, message)
            .with_span(span)
            .with_hint("use lower-case letters from a to z, digits, `-` and `_`, and begin with a letter"),
    );
    None
}

/// The name of a topic or a field that `[contact]` has.
fn known(
    reader: &mut Reader<'_>,
    key: &'static str,
    what: &str,
    names: &[&str],
    seen: &mut Vec<String>,
) -> Option<String> {
    let name = named(reader, key, what, seen)?;
    if names.contains(&name.as_str()) {
        return Some(name);
    }
    let hint = did_you_mean(&name, names.iter().copied())
        .unwrap_or_else(|| format!("add the {what} to `[contact]`; a language can only change its texts and channels"));
    report(reader, key, format!("`[contact]` has no {what} `{name}`"), Some(hint));
    None
}

/// Text that is not empty.
fn filled(reader: &mut Reader<'_>, key: &'static str) -> Option<String> {
    let text = reader.string(&[key])?;
    if text.trim().is_empty() {
        report(reader, key, format!("`{key}` is empty"), None);
        return None;
    }
    Some(text)
}

/// Reports a problem with the value of a key.
fn report(reader: &mut Reader<'_>, key: &'static str, message: String, hint: Option<String>) {
    let mut problem = Diagnostic::new(Code::ConfigValue, message).with_hint_if(hint);
    if let Some(entry) = reader.entry(&[key]) {
        problem = problem.with_span(reader.place().span(&entry.node.range));
    }
    reader.report(problem);
}
