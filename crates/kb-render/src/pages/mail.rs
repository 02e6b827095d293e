//! Mail addresses as links, by RFC 6068.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters that need no escape in a query.
const TEXT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Characters that need no escape in an address.
const ADDRESS: &AsciiSet = &TEXT.remove(b'@').remove(b'+').remove(b'!').remove(b'\'').remove(b'*');

/// A link to an address.
pub(super) fn to(address: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(address, ADDRESS))
}

/// A link to an address with a subject and a text filled in.
pub(super) fn to_about(address: &str, subject: &str, text: &str) -> String {
    let text = text.replace('\n', "\r\n");
    format!(
        "{}?subject={}&body={}",
        to(address),
        utf8_percent_encode(subject, TEXT),
        utf8_percent_encode(&text, TEXT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_ends_its_part_of_the_link() {
        assert_eq!(to("help+kb@acme.example"), "mailto:help+kb@acme.example");
        assert_eq!(to("a?cc=b@c.example"), "mailto:a%3Fcc%3Db@c.example");
        assert_eq!(
            to_about("a@b.example", "On “A & B?”", "\nÄ #1\n"),
            "mailto:a@b.example?subject=On%20%E2%80%9CA%20%26%20B%3F%E2%80%9D&body=%0D%0A%C3%84%20%231%0D%0A"
        );
    }
}
