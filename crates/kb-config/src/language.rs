//! Languages: tags, their own names, and the direction they are written in.

use std::fmt;
use std::sync::Arc;

/// A BCP 47 language tag of language, script and region, such as `en`, `pt-BR` or `zh-Hans`, in its usual case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Arc<str>);

/// The direction a language is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// The value of HTML's `dir` attribute.
    pub fn attribute(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl Language {
    /// English.
    pub fn english() -> Self {
        Self(Arc::from("en"))
    }

    /// Parses a language tag: a language of ISO 639-1 or one of a few three-letter codes in use, with an optional
    /// script and region. Case does not matter, and `_` is read as `-`.
    pub fn parse(tag: &str) -> Option<Self> {
        let mut parts = tag.split(['-', '_']);
        let language = parts.next()?.to_ascii_lowercase();
        names(&language)?;
        let mut normal = language;
        let mut seen_region = false;
        for part in parts {
            let ascii = part.bytes().all(|b| b.is_ascii_alphabetic());
            normal.push('-');
            match part.len() {
                4 if ascii && !seen_region => {
                    let lower = part.to_ascii_lowercase();
                    normal.push_str(&lower[..1].to_ascii_uppercase());
                    normal.push_str(&lower[1..]);
                }
                2 if ascii && !seen_region => {
                    seen_region = true;
                    normal.push_str(&part.to_ascii_uppercase());
                }
                3 if part.bytes().all(|b| b.is_ascii_digit()) && !seen_region => {
                    seen_region = true;
                    normal.push_str(part);
                }
                _ => return None,
            }
        }
        Some(Self(Arc::from(normal.as_str())))
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// The tag in lower case, as used in URLs.
    pub fn slug(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The language without script and region.
    pub fn base(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The name of the language in itself, such as `Deutsch`.
    pub fn own_name(&self) -> String {
        if let Some((_, name)) = REGIONAL_NAMES.iter().find(|(tag, _)| *tag == &*self.0) {
            return (*name).to_owned();
        }
        let name = names(self.base()).unwrap_or(self.base());
        match self.0.split_once('-') {
            None => name.to_owned(),
            Some((_, rest)) => format!("{name} ({rest})"),
        }
    }

    /// The direction it is usually written in.
    pub fn direction(&self) -> Direction {
        const RTL: [&str; 10] = ["ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"];
        let script = self.0.split('-').nth(1).filter(|part| part.len() == 4);
        match script {
            Some("Arab" | "Hebr" | "Thaa" | "Syrc" | "Nkoo") => Direction::Rtl,
            None if RTL.contains(&self.base()) => Direction::Rtl,
            Some(_) | None => Direction::Ltr,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn names(code: &str) -> Option<&'static str> {
    NAMES
        .binary_search_by_key(&code, |(known, _)| known)
        .ok()
        .map(|at| NAMES[at].1)
}

/// The codes of all known languages.
pub fn known_languages() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(code, _)| *code)
}

const REGIONAL_NAMES: &[(&str, &str)] = &[
    ("en-GB", "English (UK)"),
    ("en-US", "English (US)"),
    ("es-419", "Español (Latinoamérica)"),
    ("es-ES", "Español (España)"),
    ("es-MX", "Español (México)"),
    ("fr-CA", "Français (Canada)"),
    ("pt-BR", "Português (Brasil)"),
    ("pt-PT", "Português (Portugal)"),
    ("sr-Latn", "Srpski"),
    ("zh-CN", "简体中文"),
    ("zh-HK", "繁體中文（香港）"),
    ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"),
    ("zh-TW", "繁體中文"),
];

/// Language codes of ISO 639-1 and a few of ISO 639-3, with the languages' own names (Unicode CLDR), sorted by code.
const NAMES: &[(&str, &str)] = &[
    ("af", "Afrikaans"),
    ("am", "አማርኛ"),
    ("an", "Aragonés"),
    ("ar", "العربية"),
    ("as", "অসমীয়া"),
    ("ast", "Asturianu"),
    ("az", "Azərbaycan"),
    ("ba", "Башҡортса"),
    ("be", "Беларуская"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("bo", "བོད་སྐད་"),
    ("br", "Brezhoneg"),
    ("bs", "Bosanski"),
    ("ca", "Català"),
    ("ckb", "کوردیی ناوەندی"),
    ("co", "Corsu"),
    ("cs", "Čeština"),
    ("cv", "Чӑвашла"),
    ("cy", "Cymraeg"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("dv", "ދިވެހި"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("eo", "Esperanto"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fil", "Filipino"),
    ("fo", "Føroyskt"),
    ("fr", "Français"),
    ("fy", "Frysk"),
    ("ga", "Gaeilge"),
    ("gd", "Gàidhlig"),
    ("gl", "Galego"),
    ("gu", "ગુજરાતી"),
    ("ha", "Hausa"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("ht", "Kreyòl ayisyen"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id", "Bahasa Indonesia"),
    ("ig", "Igbo"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("jv", "Jawa"),
    ("ka", "ქართული"),
    ("kk", "Қазақ тілі"),
    ("km", "ខ្មែរ"),
    ("kn", "ಕನ್ನಡ"),
    ("ko", "한국어"),
    ("ku", "Kurdî"),
    ("ky", "Кыргызча"),
    ("la", "Latina"),
    ("lb", "Lëtzebuergesch"),
    ("lo", "ລາວ"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("mg", "Malagasy"),
    ("mi", "Māori"),
    ("mk", "Македонски"),
    ("ml", "മലയാളം"),
    ("mn", "Монгол"),
    ("mr", "मराठी"),
    ("ms", "Bahasa Melayu"),
    ("mt", "Malti"),
    ("my", "မြန်မာ"),
    ("nb", "Norsk bokmål"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("no", "Norsk"),
    ("oc", "Occitan"),
    ("or", "ଓଡ଼ିଆ"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pl", "Polski"),
    ("ps", "پښتو"),
    ("pt", "Português"),
    ("qu", "Runasimi"),
    ("rm", "Rumantsch"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("rw", "Kinyarwanda"),
    ("sa", "संस्कृत"),
    ("sc", "Sardu"),
    ("sd", "سنڌي"),
    ("se", "Davvisámegiella"),
    ("si", "සිංහල"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("so", "Soomaali"),
    ("sq", "Shqip"),
    ("sr", "Српски"),
    ("su", "Basa Sunda"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("tg", "Тоҷикӣ"),
    ("th", "ไทย"),
    ("tk", "Türkmençe"),
    ("tl", "Tagalog"),
    ("tr", "Türkçe"),
    ("tt", "Татарча"),
    ("ug", "ئۇيغۇرچە"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("uz", "Oʻzbekcha"),
    ("vi", "Tiếng Việt"),
    ("wa", "Walon"),
    ("wo", "Wolof"),
    ("xh", "IsiXhosa"),
    ("yi", "ייִדיש"),
    ("yo", "Yorùbá"),
    ("yue", "粵語"),
    ("zh", "中文"),
    ("zu", "IsiZulu"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_for_the_binary_search() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn tags_get_their_usual_case() {
        for (written, normal) in [
            ("EN", "en"),
            ("pt_br", "pt-BR"),
            ("zh-hans", "zh-Hans"),
            ("es-419", "es-419"),
        ] {
            assert_eq!(Language::parse(written).map(|l| l.to_string()).as_deref(), Some(normal));
        }
        for wrong in ["", "audio", "docs", "en-", "en-x", "xx", "de-1996x", "2024"] {
            assert_eq!(Language::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn scripts_decide_the_direction() {
        let direction = |tag| Language::parse(tag).map(|language| language.direction());
        assert_eq!(direction("ar"), Some(Direction::Rtl));
        assert_eq!(direction("fa-IR"), Some(Direction::Rtl));
        assert_eq!(direction("az-Arab"), Some(Direction::Rtl));
        assert_eq!(direction("ku"), Some(Direction::Ltr));
        assert_eq!(direction("de"), Some(Direction::Ltr));
    }
}
