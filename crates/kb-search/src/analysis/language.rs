//! Which stemmer and which spelling rules a language tag stands for.

use crate::collections::char_start;
use frostem::{Algorithm, Stemmer};

/// The engines that are built for browsers, each with the Snowball stemmers in it: a customer loads one engine, so the
/// commonest languages and the largest stemmers have one of their own, and small ones share.
pub const ENGINE_GROUPS: &[(&str, &[&str])] = &[
    (NO_STEMMER, &[]),
    ("en", &["english"]),
    ("de", &["german"]),
    ("fr", &["french"]),
    ("es", &["spanish"]),
    ("it", &["italian"]),
    ("pt", &["portuguese"]),
    ("nl", &["dutch"]),
    ("ru", &["russian"]),
    ("el", &["greek"]),
    ("sr", &["serbian"]),
    ("tr", &["turkish"]),
    ("uk", &["ukrainian"]),
    ("arabic", &["arabic", "persian"]),
    ("central", &["czech", "hungarian", "polish"]),
    ("finnic", &["estonian", "finnish"]),
    ("indic", &["hindi", "nepali", "tamil"]),
    ("nordic", &["danish", "norwegian", "swedish"]),
    ("romance", &["catalan", "romanian"]),
    ("west", &["basque", "esperanto", "irish", "lithuanian"]),
    ("other", &["armenian", "indonesian", "sesotho", "yiddish"]),
];

/// The engine for languages that are not stemmed.
const NO_STEMMER: &str = "none";

/// The language of a text, as far as search is concerned.
#[derive(Clone)]
pub struct Language {
    tag: String,
    stemmer: Option<Stemmer>,
    spelling: Spelling,
}

/// Rules that depend on more than the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `n't`, `'s`, `'re`: clitics after the apostrophe carry no meaning of their own.
    English,
    /// `l'article`, `dell'acqua`: the apostrophe separates two words.
    Elision,
    /// Turkish and Azeri: `I` is the capital of dotless `ı`.
    DotlessI,
    /// The apostrophe is a letter or decoration: it is dropped.
    Plain,
}

impl Language {
    /// The language of a BCP-47 tag such as `en`, `pt-BR` or `zh-Hant`. Case and `_` for `-` do not matter; an unknown
    /// language is not an error, its words are merely not stemmed.
    pub fn new(tag: &str) -> Self {
        let hyphens = tag
            .trim()
            .chars()
            .map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() });
        let tag: String = hyphens.collect();
        let primary = tag.split('-').next().unwrap_or_default();
        let spelling = match primary {
            "en" => Spelling::English,
            "fr" | "it" | "ca" | "oc" | "lij" | "fur" => Spelling::Elision,
            "tr" | "az" => Spelling::DotlessI,
            _ => Spelling::Plain,
        };
        let stemmer = Self::algorithm(primary).map(Stemmer::new);
        Self { tag, stemmer, spelling }
    }

    fn algorithm(primary: &str) -> Option<Algorithm> {
        // Two written Norwegians share one stemmer; written Croatian and Bosnian share Serbian's, which reads Latin
        // and Cyrillic.
        let name = match primary {
            "nb" | "nn" => "no",
            "hr" | "bs" | "sh" => "sr",
            other => other,
        };
        // Only language codes: frostem also knows algorithms by name ("lovins").
        if name.len() > 3 {
            None
        } else {
            Algorithm::from_name(name).ok()
        }
    }

    /// The tag in lower case with hyphens.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The name of the Snowball algorithm, or `none`.
    pub fn stemmer_name(&self) -> &'static str {
        self.stemmer.map_or(NO_STEMMER, |stemmer| stemmer.algorithm().name())
    }

    /// The engine that has this language's stemmer; see [`ENGINE_GROUPS`].
    pub fn engine_group(&self) -> &'static str {
        let stemmer = self.stemmer_name();
        (ENGINE_GROUPS.iter())
            .find(|(_, stemmers)| stemmers.contains(&stemmer))
            .map_or(NO_STEMMER, |(group, _)| group)
    }

    /// Whether the language writes compounds as one word, the last part being what the whole is.
    pub(crate) fn compounds(&self) -> bool {
        let primary = self.tag.split('-').next().unwrap_or_default();
        matches!(
            primary,
            "da" | "de" | "et" | "fi" | "hu" | "is" | "nb" | "nl" | "nn" | "no" | "sv"
        )
    }

    /// The word without the letters that its language writes before words: Arabic's article with its conjunction and
    /// preposition, Hebrew's one-letter words.
    pub(crate) fn without_proclitics<'w>(&self, word: &'w str) -> Option<&'w str> {
        // Of each language the letters that may stand there, in their order.
        let (letters, article, least): (&[&str], &str, usize) = match self.tag.get(..2)? {
            #[cfg(feature = "arabic")]
            "ar" => (&["وف", "بكل"], "ال", 2),
            "he" | "iw" => (&["ושכמלבה"], "", 3),
            _ => return None,
        };
        let mut rest = word;
        for letters in letters {
            let first = rest.chars().next()?;
            if letters.chars().any(|letter| letter == first) {
                rest = &rest[first.len_utf8()..];
            }
        }
        // "لل" is "ل" with the article.
        let bare = match rest.strip_prefix(article) {
            Some(bare) if article.is_empty() => bare.strip_prefix('ה').unwrap_or(bare),
            Some(bare) => bare,
            None => rest.strip_prefix('ل').filter(|_| rest.len() < word.len())?,
        };
        let is_long = |bare: &str| char_start(bare, least - 1).is_some();
        let bare = if is_long(bare) { bare } else { rest };
        (bare.len() < word.len() && is_long(bare)).then_some(bare)
    }

    pub(crate) fn stemmer(&self) -> Option<Stemmer> {
        self.stemmer
    }

    pub(crate) fn spelling(&self) -> Spelling {
        self.spelling
    }
}

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Language")
            .field("tag", &self.tag)
            .field("stemmer", &self.stemmer_name())
            .finish_non_exhaustive()
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

impl Eq for Language {}
