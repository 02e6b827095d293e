//! The messages of a theme in one language, with its counts and dates.
//!
//! How a language counts, writes numbers and names days comes from CLDR through ICU4X; the files of the theme
//! hold only messages.

use std::borrow::Cow;
use std::collections::HashMap;

use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_datetime::input::Date as Day;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;
use kb_config::{Direction, Language};
use kb_data::{Node, Value, parse_toml};
use kb_document::{Date, Message};

/// A message that kb itself asks for, by its id in `i18n` files. Templates name others.
pub(crate) trait MessageId {
    /// The id.
    fn id(self) -> &'static str;
}

impl MessageId for Message {
    fn id(self) -> &'static str {
        self.id()
    }
}

macro_rules! ids {
    ($(#[$doc:meta])* $kind:ident { $($message:ident $id:literal)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $kind {
            $($message,)+
        }

        impl $kind {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$message),+];
        }

        impl MessageId for $kind {
            fn id(self) -> &'static str {
                match self { $(Self::$message => $id),+ }
            }
        }
    };
}

ids! {
    /// Plain messages.
    Text {
        Home "home"
        AllArticles "all_articles"
        Tags "tags"
        SearchResults "search_results"
        OtherLetters "other_letters"
        FallbackNotice "fallback_notice"
        FeedbackMailSubject "feedback_mail_subject"
        ContactPageTitle "contact_page_title"
        PageNotFound "page_not_found"
    }
}

ids! {
    /// Messages with a number in them.
    Count {
        Articles "articles"
        MoreArticles "more_articles"
        Minutes "minutes"
        ContactFound "contact_found"
    }
}

/// The messages of a theme in one language; a missing one is in English.
pub struct Messages {
    texts: HashMap<String, String>,
    plurals: HashMap<String, Plural>,
    own: Conventions,
    english: Conventions,
}

/// A message with a number in it.
struct Plural {
    /// One text for each plural category.
    forms: HashMap<String, String>,
    /// Whether it is in the language itself; otherwise it is in English, with English rules.
    own: bool,
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Messages")
            .field("texts", &self.texts.len())
            .finish_non_exhaustive()
    }
}

impl Messages {
    /// Reads the messages of `language` from the texts of `i18n` files, each with whether it is in the language itself and
    /// not in English; later files override earlier ones. Files with errors are left out: the theme reports them when it
    /// loads.
    pub fn read<'f>(language: &Language, files: impl IntoIterator<Item = (Cow<'f, str>, bool)>) -> Self {
        let mut messages = Self {
            texts: HashMap::new(),
            plurals: HashMap::new(),
            own: Conventions::new(language),
            english: Conventions::new(&Language::english()),
        };
        for (text, own) in files {
            if let Ok(node) = parse_toml(&text) {
                messages.add(&node, own);
            }
        }
        messages
    }

    fn add(&mut self, node: &Node, own: bool) {
        let Value::Table(entries) = &node.value else { return };
        for entry in entries {
            match &entry.node.value {
                Value::String(text) => {
                    self.texts.insert(entry.key.clone(), text.clone());
                }
                Value::Table(forms) => {
                    let forms = forms
                        .iter()
                        .map(|form| (form.key.clone(), text_of(&form.node.value)))
                        .collect();
                    self.plurals.insert(entry.key.clone(), Plural { forms, own });
                }
                _ => {}
            }
        }
    }

    /// All plain messages, for templates.
    pub fn texts(&self) -> &HashMap<String, String> {
        &self.texts
    }

    /// A plain message. The built-in theme has all of them.
    pub(crate) fn text(&self, message: impl MessageId) -> &str {
        let id = message.id();
        self.texts.get(id).map_or(id, String::as_str)
    }

    /// A message with a number in it.
    pub(crate) fn count(&self, message: Count, number: usize) -> String {
        let Some(Plural { forms, own }) = self.plurals.get(message.id()) else {
            return self.own.number(number);
        };
        let conventions = if *own { &self.own } else { &self.english };
        let form = forms
            .get(category_name(conventions.category(number)))
            .or_else(|| forms.get("other"))
            .map_or("{n}", String::as_str);
        form.replace("{n}", &conventions.number(number))
    }

    /// A day as text, in the preferred calendar of the language.
    pub fn date(&self, date: Date) -> String {
        let text = self.own.date(date).or_else(|| self.english.date(date));
        text.unwrap_or_else(|| date.iso_day())
    }
}

/// How a language counts, writes numbers and names days. Fields are `None` if CLDR has no data for the language.
struct Conventions {
    plurals: Option<PluralRules>,
    numbers: Option<DecimalFormatter>,
    dates: Option<DateTimeFormatter<YMD>>,
}

impl Conventions {
    fn new(language: &Language) -> Self {
        let numbers = locale(language.tag()).and_then(|locale| {
            DecimalFormatter::try_new(locale.into(), icu_decimal::options::DecimalFormatterOptions::default()).ok()
        });
        Self {
            plurals: plural_rules(language),
            numbers,
            dates: dates(language),
        }
    }

    fn category(&self, number: usize) -> PluralCategory {
        let rules = self.plurals.as_ref();
        rules.map_or(PluralCategory::Other, |rules| rules.category_for(number))
    }

    fn number(&self, number: usize) -> String {
        match &self.numbers {
            Some(formatter) => formatter.format(&Decimal::from(number)).to_string(),
            None => number.to_string(),
        }
    }

    fn date(&self, date: Date) -> Option<String> {
        let day = date.day();
        let (month, number) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
        let day = Day::try_new_iso(day.year().into(), month, number).ok()?;
        Some(self.dates.as_ref()?.format(&day).to_string())
    }
}

fn locale(tag: &str) -> Option<Locale> {
    tag.parse().ok()
}

/// The plural rules of a language. They differ by region but not by script, and CLDR lists them without the script.
fn plural_rules(language: &Language) -> Option<PluralRules> {
    let mut locale = locale(language.tag())?;
    locale.id.script = None;
    PluralRules::try_new_cardinal(locale.into()).ok()
}

/// How a language names days, if CLDR knows it.
fn dates(language: &Language) -> Option<DateTimeFormatter<YMD>> {
    let formatter = |tag: &str| DateTimeFormatter::try_new(locale(tag)?.into(), YMD::long()).ok();
    let sample = Day::try_new_iso(2026, 11, 21).ok()?;
    // Without CLDR data for a language, ICU writes days in a neutral form: `2026 M11 21`.
    let gregorian = |tag: &str| Some(formatter(&format!("{tag}-u-ca-gregory"))?.format(&sample).to_string());
    if gregorian(language.tag()) == gregorian("und") {
        return None;
    }
    formatter(language.tag())
}

/// The plural categories of CLDR, as `i18n` files name them.
pub(crate) const PLURAL_CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The name that a category has in files.
fn category_name(category: PluralCategory) -> &'static str {
    PLURAL_CATEGORIES[match category {
        PluralCategory::Zero => 0,
        PluralCategory::One => 1,
        PluralCategory::Two => 2,
        PluralCategory::Few => 3,
        PluralCategory::Many => 4,
        PluralCategory::Other => 5,
    }]
}

/// A value in a message: between isolates (U+2068, U+2069) if it may have another direction than the message, so that
/// neither reorders the other.
pub(crate) fn isolated(value: &str, message: Direction) -> Cow<'_, str> {
    let classes = CodePointMapData::<BidiClass>::new();
    let runs_left = |c| matches!(classes.get(c), BidiClass::RightToLeft | BidiClass::ArabicLetter);
    if message == Direction::Ltr && !value.chars().any(runs_left) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(format!("\u{2068}{value}\u{2069}"))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn messages(tag: &str, own: &str) -> Messages {
        let english = "home = \"Home\"\n[articles]\none = \"{n} article\"\nother = \"{n} articles\"\n";
        let language = Language::parse(tag).expect("known");
        Messages::read(&language, [(english.into(), tag == "en"), (own.into(), true)])
    }

    #[test]
    fn counts_follow_the_rules_of_the_language() {
        let russian = messages(
            "ru",
            "[articles]\none = \"{n} статья\"\nfew = \"{n} статьи\"\nmany = \"{n} статей\"\nother = \"{n} статьи\"\n",
        );
        assert_eq!(russian.count(Count::Articles, 1), "1 статья");
        assert_eq!(russian.count(Count::Articles, 3), "3 статьи");
        assert_eq!(russian.count(Count::Articles, 12), "12 статей");
        assert_eq!(russian.count(Count::Articles, 21), "21 статья");
    }

    #[test]
    fn gaps_are_english_with_english_rules() {
        let russian = messages("ru", "");
        assert_eq!(russian.text(Text::Home), "Home");
        assert_eq!(russian.count(Count::Articles, 21), "21 articles");
    }

    #[test]
    fn numbers_are_written_as_in_the_language() {
        for (tag, text) in [
            ("en", "12,345 articles"),
            ("de", "12.345 articles"),
            ("fa", "۱۲٬۳۴۵ articles"),
            ("ar-EG", "١٢٬٣٤٥ articles"),
            ("mr", "१२,३४५ articles"),
            ("co", "12,345 articles"),
        ] {
            let own = "[articles]\none = \"{n} article\"\nother = \"{n} articles\"\n";
            assert_eq!(messages(tag, own).count(Count::Articles, 12_345), text, "{tag}");
        }
        assert_eq!(
            messages("fa", "").count(Count::Articles, 12_345),
            "12,345 articles",
            "English is English"
        );
        assert_eq!(messages("fa", "").count(Count::Minutes, 7), "۷");
    }

    #[test]
    fn days_are_named_as_in_the_language() {
        let date = Date::parse("2026-11-21").expect("valid");
        for (tag, text) in [
            ("en", "November 21, 2026"),
            ("en-GB", "21 November 2026"),
            ("de", "21. November 2026"),
            ("pt-BR", "21 de novembro de 2026"),
            ("he", "21 בנובמבר 2026"),
            ("ja", "2026年11月21日"),
            ("zh-TW", "2026年11月21日"),
            ("fa", "۳۰ آبان ۱۴۰۵"),
            ("th", "21 พฤศจิกายน 2569"),
            ("sr-Latn", "21. novembar 2026."),
            // Unknown to CLDR.
            ("co", "November 21, 2026"),
            ("az-Arab", "November 21, 2026"),
        ] {
            assert_eq!(messages(tag, "").date(date), text, "{tag}");
        }
        let distant = Date::parse("-000044-03-15T12:00:00Z").expect("valid");
        assert!(!messages("th", "").date(distant).is_empty());
    }

    #[test]
    fn patterns_of_old_files_are_left_aside() {
        let own = "date = \"{year}\"\nmonths = [\"x\"]\n";
        let date = Date::parse("2026-11-21").expect("valid");
        assert_eq!(messages("de", own).date(date), "21. November 2026");
    }

    #[test]
    fn every_known_language_has_conventions() {
        for tag in kb_config::known_languages() {
            let conventions = Conventions::new(&Language::parse(tag).expect("known"));
            assert!(conventions.plurals.is_some() && conventions.numbers.is_some(), "{tag}");
        }
    }

    #[test]
    fn scripts_do_not_change_how_is_counted() {
        let own = "[articles]\none = \"{n} članak\"\nfew = \"{n} članka\"\nother = \"{n} članaka\"\n";
        assert_eq!(messages("sr-Latn", own).count(Count::Articles, 3), "3 članka");
    }

    #[test]
    fn values_are_isolated_where_directions_may_differ() {
        assert_eq!(isolated("Deutsch", Direction::Ltr), "Deutsch");
        assert_eq!(isolated("العربية", Direction::Ltr), "\u{2068}العربية\u{2069}");
        assert_eq!(isolated("English", Direction::Rtl), "\u{2068}English\u{2069}");
    }

    fn placeholders(text: &str) -> BTreeSet<&str> {
        let parts = text.split('{').skip(1);
        parts
            .filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn every_language_of_the_theme_has_every_plural_form() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../themes/default/i18n");
        let read = |tag: &str| {
            let text = std::fs::read_to_string(folder.join(format!("{tag}.toml"))).expect("is there");
            messages(tag, &text)
        };
        let english = read("en");
        let mut languages = 0;
        for entry in std::fs::read_dir(&folder).expect("is there") {
            let name = entry.expect("readable").file_name();
            let tag = name
                .to_str()
                .and_then(|name| name.strip_suffix(".toml"))
                .expect("a language");
            let language = Language::parse(tag).expect("known");
            let rules = plural_rules(&language).expect("known");
            let categories: BTreeSet<&str> = rules.categories().map(category_name).collect();
            let own = read(tag);
            for (id, Plural { forms: counted, .. }) in &english.plurals {
                let Plural { forms, own } = &own.plurals[id];
                assert!(own, "{tag}: {id} is missing");
                let found: BTreeSet<&str> = forms.keys().map(String::as_str).collect();
                assert_eq!(found, categories, "{tag}: forms of {id}");
                let others = placeholders(&counted["other"]);
                for (category, form) in forms {
                    let mut wanted = others.clone();
                    let mut given = placeholders(form);
                    // "No articles", "one article", "two articles" may do without a number.
                    if matches!(category.as_str(), "zero" | "one" | "two") {
                        wanted.remove("n");
                        given.remove("n");
                    }
                    assert_eq!(given, wanted, "{tag}: {id}.{category}");
                }
            }
            languages += 1;
        }
        assert!(languages >= 25, "{languages}");
    }
}
