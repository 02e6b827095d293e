//! What needs Unicode's large tables, and where it comes from.

/// Functions of the host that know Unicode's tables. A browser has them all, so a build for it carries none.
#[derive(Clone, Copy, Debug)]
pub struct Unicode {
    /// Normalisation form KC (UAX #15).
    pub nfkc: fn(&str) -> String,
    /// Normalisation form D.
    pub nfd: fn(&str) -> String,
    /// Full lower case, of no particular language.
    pub lowercase: fn(&str) -> String,
}

#[cfg(feature = "unicode")]
impl Unicode {
    /// The functions of this program's own tables.
    pub fn tables() -> Self {
        use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};
        Self {
            nfkc: |text| match is_nfkc_quick(text.chars()) {
                IsNormalized::Yes => text.to_owned(),
                IsNormalized::No | IsNormalized::Maybe => text.nfkc().collect(),
            },
            nfd: |text| text.nfd().collect(),
            lowercase: str::to_lowercase,
        }
    }
}
