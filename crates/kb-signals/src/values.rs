//! The values of fields, and how each is written and read.

use std::borrow::Cow;

use url::form_urlencoded::Serializer;

use crate::Problem;

/// The largest number of characters in a text.
pub(crate) const MAX_TEXT: usize = 100;
/// The largest number of bytes in a language tag; RFC 5646, section 4.4.1, wants 35 to be accepted.
const MAX_TAG: usize = 35;

/// How many values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// One.
    Once,
    /// One or none.
    Optional,
    /// Any number; the key is repeated.
    List,
}

/// The keys and values of a signal, decoded.
pub(crate) struct Pairs<'a>(&'a [(Cow<'a, str>, Cow<'a, str>)]);

impl<'a> Pairs<'a> {
    pub(crate) fn new(pairs: &'a [(Cow<'a, str>, Cow<'a, str>)]) -> Self {
        Self(pairs)
    }

    fn all(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(name, _)| name == key)
            .map(|(_, value)| &**value)
    }

    /// The value of a key.
    ///
    /// # Errors
    /// There is more than one.
    pub(crate) fn only(&self, key: &'static str) -> Result<Option<&'a str>, Problem> {
        let mut values = self.all(key);
        let value = values.next();
        values.next().map_or(Ok(value), |_| Err(Problem::Twice(key)))
    }
}

/// The values of a field.
pub(crate) trait Value: Sized {
    const FORM: &'static str;
    const OCCURS: Occurs;

    fn write(&self, key: &str, out: &mut Serializer<'_, String>);
    fn read(key: &'static str, pairs: &Pairs<'_>) -> Result<Self, Problem>;
}

/// A single value, as text.
trait Scalar: Sized {
    const FORM: &'static str;

    fn text(&self) -> Cow<'_, str>;
    fn parse(text: &str) -> Option<Self>;
}

fn parse<T: Scalar>(key: &'static str, text: &str) -> Result<T, Problem> {
    T::parse(text).ok_or(Problem::Value { key, form: T::FORM })
}

impl<T: Scalar> Value for T {
    const FORM: &'static str = T::FORM;
    const OCCURS: Occurs = Occurs::Once;

    fn write(&self, key: &str, out: &mut Serializer<'_, String>) {
        out.append_pair(key, &self.text());
    }

    fn read(key: &'static str, pairs: &Pairs<'_>) -> Result<Self, Problem> {
        parse(key, pairs.only(key)?.ok_or(Problem::Missing(key))?)
    }
}

impl<T: Scalar> Value for Option<T> {
    const FORM: &'static str = T::FORM;
    const OCCURS: Occurs = Occurs::Optional;

    fn write(&self, key: &str, out: &mut Serializer<'_, String>) {
        if let Some(value) = self {
            value.write(key, out);
        }
    }

    fn read(key: &'static str, pairs: &Pairs<'_>) -> Result<Self, Problem> {
        pairs.only(key)?.map(|text| parse(key, text)).transpose()
    }
}

impl<T: Scalar> Value for Vec<T> {
    const FORM: &'static str = T::FORM;
    const OCCURS: Occurs = Occurs::List;

    fn write(&self, key: &str, out: &mut Serializer<'_, String>) {
        for value in self {
            value.write(key, out);
        }
    }

    fn read(key: &'static str, pairs: &Pairs<'_>) -> Result<Self, Problem> {
        pairs.all(key).map(|text| parse(key, text)).collect()
    }
}

impl Scalar for u32 {
    const FORM: &'static str = "number";

    fn text(&self) -> Cow<'_, str> {
        self.to_string().into()
    }

    fn parse(text: &str) -> Option<Self> {
        // `parse` would take a `+` too.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    }
}

impl Scalar for bool {
    const FORM: &'static str = "`1` or `0`";

    fn text(&self) -> Cow<'_, str> {
        if *self { "1" } else { "0" }.into()
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "1" => Some(true),
            "0" => Some(false),
            _ => None,
        }
    }
}

/// A probability in percent, 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

impl Percent {
    /// `None` above 100.
    pub fn new(percent: u32) -> Option<Self> {
        (percent <= 100).then_some(Self(percent))
    }

    /// From 0 to 100.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Scalar for Percent {
    const FORM: &'static str = "percent";

    fn text(&self) -> Cow<'_, str> {
        self.0.to_string().into()
    }

    fn parse(text: &str) -> Option<Self> {
        <u32 as Scalar>::parse(text).and_then(Self::new)
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $form:literal $valid:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// `None` if the text is not valid.
            pub fn new(text: &str) -> Option<Self> {
                let valid: fn(&str) -> bool = $valid;
                valid(text).then(|| Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Scalar for $name {
            const FORM: &'static str = $form;

            fn text(&self) -> Cow<'_, str> {
                (&*self.0).into()
            }

            fn parse(text: &str) -> Option<Self> {
                Self::new(text)
            }
        }
    )+};
}

texts! {
    /// Words that somebody wrote, masked: at most 100 characters, none of them a control character.
    Text "text" |text| text.chars().count() <= MAX_TEXT && !text.contains(char::is_control);
    /// The path of a page on its host, percent-encoded as in addresses, with the base path of the site.
    SitePath "path" |path| path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\".contains(&byte));
    /// A language tag.
    Language "language" |tag| {
        !tag.is_empty() && tag.len() <= MAX_TAG && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident $form:literal { $($(#[$each:meta])* $choice:ident $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $choice,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$choice,)+];

            /// Its word in beacons.
            pub fn word(self) -> &'static str {
                match self { $(Self::$choice => $word,)+ }
            }
        }

        impl Scalar for $name {
            const FORM: &'static str = $form;

            fn text(&self) -> Cow<'_, str> {
                self.word().into()
            }

            fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.word() == text)
            }
        }
    )+};
}

choices! {
    /// How a search ended.
    SearchEnd "`opened`, `refined` or `left`" {
        /// A result was opened.
        Opened "opened",
        /// No result was opened, and the customer searched for something else on the same page.
        Refined "refined",
        /// No result was opened before the customer left the page.
        Left "left",
    }
    /// Why an article did not help.
    Reason "`missing`, `unclear`, `wrong`, `outdated` or `other`" {
        /// It lacks the answer.
        Missing "missing",
        /// It is hard to understand.
        Unclear "unclear",
        /// It is wrong.
        Wrong "wrong",
        /// It describes an earlier version.
        Outdated "outdated",
        /// Anything else.
        Other "other",
    }
}
