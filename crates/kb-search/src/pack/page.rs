//! The text of a page as hosts hand it in.

use std::borrow::Cow;

use crate::search::Section;

/// Between the sections of a page's text.
const SECTION_SEPARATOR: char = '\u{1E}';
/// Between anchor, heading and text of a section.
const PART_SEPARATOR: char = '\u{1F}';

/// The sections of a page's text: separated by U+001E, each with anchor, heading and text separated by U+001F.
pub fn page_sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    text.split(SECTION_SEPARATOR).map(|section| {
        let mut parts = section.splitn(3, PART_SEPARATOR);
        let mut part = || Cow::Borrowed(parts.next().unwrap_or_default());
        Section {
            anchor: part(),
            heading: part(),
            text: part(),
        }
    })
}

/// The text of a page from its sections, as [`page_sections`] reads it.
pub fn page_text<'a>(sections: impl IntoIterator<Item = &'a Section<'a>>) -> String {
    let mut out = String::new();
    for (number, section) in sections.into_iter().enumerate() {
        if number > 0 {
            out.push(SECTION_SEPARATOR);
        }
        out.push_str(&section.anchor);
        out.push(PART_SEPARATOR);
        out.push_str(&section.heading);
        out.push(PART_SEPARATOR);
        out.push_str(&section.text);
    }
    out
}
