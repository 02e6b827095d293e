//! Names for URLs: slugs of folders and files, ids of headings.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

/// A folder or file name as a part of a URL: lower case, letters and digits of any script, `-` between words.
///
/// Returns an empty text for names without any letter or digit.
pub fn slugify(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in name.nfc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' || is_mark(c) {
            slug.push(c);
        } else if matches!(c, '\'' | '\u{2019}') {
            // "don't" is one word.
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Marks that belong to the letter before them, as in Hindi or Thai.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The id of a heading as on GitHub: lower case, without punctuation, spaces as `-`.
pub fn heading_id(title: &str) -> String {
    let mut id = String::with_capacity(title.len());
    for c in title.trim().chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || matches!(c, '_' | '-') || is_mark(c) {
            id.push(c);
        } else if c.is_whitespace() {
            id.push('-');
        }
    }
    id
}

/// The ids of one page: each is unique, and none begins with `_`, the prefix of the theme's own ids.
#[derive(Debug, Default)]
pub struct Ids {
    used: HashSet<String>,
    /// Those that the text itself contains.
    written: HashSet<String>,
    /// The number that the last repetition of an id got.
    numbers: HashMap<String, usize>,
}

impl Ids {
    /// A free id: `wanted`, or with `-1`, `-2` … added as on GitHub.
    pub fn take(&mut self, wanted: &str) -> String {
        let base = match wanted {
            "" => "section".to_owned(),
            _ if wanted.starts_with('_') => format!("s{wanted}"),
            _ => wanted.to_owned(),
        };
        if self.used.insert(base.clone()) {
            return base;
        }
        let number = self.numbers.entry(base.clone()).or_default();
        loop {
            *number += 1;
            let id = format!("{base}-{number}");
            if self.used.insert(id.clone()) {
                return id;
            }
        }
    }

    /// Marks an id from the text as used. Returns whether it was free.
    pub fn reserve(&mut self, id: &str) -> bool {
        let known = !self.written.insert(id.to_owned());
        self.used.insert(id.to_owned()) || known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_keep_letters_of_every_script() {
        for (name, slug) in [
            ("Billing & Plans", "billing-plans"),
            ("Don't panic!", "dont-panic"),
            ("Возврат денег", "возврат-денег"),
            ("退款 FAQ", "退款-faq"),
            ("U\u{308}ber", "über"),
            ("snake_case", "snake_case"),
            (" -- ", ""),
            ("../../etc", "etc"),
        ] {
            assert_eq!(slugify(name), slug);
        }
    }

    #[test]
    fn heading_ids_are_github_s() {
        for (title, id) in [
            ("What's new?", "whats-new"),
            ("A & B", "a--b"),
            ("`kb build`", "kb-build"),
            ("Größe", "größe"),
        ] {
            assert_eq!(heading_id(title), id);
        }
    }

    #[test]
    fn ids_never_repeat_and_never_begin_with_an_underscore() {
        let mut ids = Ids::default();
        assert_eq!(ids.take("a"), "a");
        assert_eq!(ids.take("a"), "a-1");
        assert_eq!(ids.take("a-1"), "a-1-1");
        assert_eq!(ids.take("_main"), "s_main");
        assert_eq!(ids.take(""), "section");
    }
}
