//! A customer's message to the customer's own words: without what mail programs quote, forward and sign it with.
//!
//! Only what a layout shows beyond doubt is taken away: quoted lines with the line that introduces them, what stands below
//! the headers of another mail or a signature mark, addresses of pages and people. Nothing is guessed from words: a lost
//! question is worse than a name too many, because each line counts as a sentence, and sentences besides the one that an
//! article answers count little. If what is left says nothing ("please see below"), all of it counts.

use crate::analysis::Analyzer;
use crate::plan::content_words;

/// A signature has no more lines than this.
const SIGNATURE_LINES: usize = 10;
/// The name of a header has no more characters than this.
const HEADER_CHARS: usize = 16;
/// Of so many lines below the first header of a mail at least one is a header too.
const HEADER_LINES: usize = 2;

/// What the customer wrote, in lines. Works in time linear in the length of the message.
///
/// Words are taken to be separated by ASCII white space: what others separate counts as one here, and the plan parts it.
pub fn own_text(message: &str, analyzer: &mut Analyzer) -> String {
    let lines: Vec<&str> = (message.split(['\n', '\r', '\u{2028}']))
        .map(str::trim_ascii)
        .filter(|line| !line.is_empty())
        .collect();
    let own = joined(&own_lines(&lines));
    if content_words(&own, analyzer) > 0 {
        own
    } else {
        joined(&lines)
    }
}

fn own_lines<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let mut own: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let below = &lines[at + 1..];
        if line.starts_with('>') {
            // "On Monday, the team wrote:" goes with what it introduces.
            own.pop_if(|line| line.ends_with(':'));
        } else if is_heading(line, below) || (*line == "--" && below.len() <= SIGNATURE_LINES) {
            break;
        } else {
            own.push(line);
        }
    }
    own
}

/// Whether what follows is another mail: the line is its first header, or it introduces it and names who wrote it.
fn is_heading(line: &str, below: &[&str]) -> bool {
    let has_address = line.contains('@') && line.contains('<');
    let headers = || below.iter().take(HEADER_LINES).filter(|line| is_header(line)).count();
    has_address && (line.ends_with(':') || is_header(line) && headers() > 0)
}

/// Whether a line has the form of a header: "Subject: Refund".
fn is_header(line: &str) -> bool {
    line.find(':').is_some_and(|colon| colon > 0 && colon <= HEADER_CHARS)
}

fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        for word in line.split_ascii_whitespace() {
            push_word(&mut text, word);
            text.push(' ');
        }
        text.push('\n');
    }
    text
}

/// Adds a word, and of the addresses in it what says something: nothing of a person's, the path of a page's. They are of
/// ASCII, so that text in which no spaces stand around them stays.
fn push_word(text: &mut String, word: &str) {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '%');
    let mut rest = word;
    while let Some(at) = rest.find(['@', ':']) {
        let (before, after) = rest.split_at(at);
        let name = before.trim_end_matches(is_name);
        if let Some(address) = after.strip_prefix("://") {
            let url = &address[..address.find(|c: char| !c.is_ascii_graphic()).unwrap_or(address.len())];
            let path = url.find('/').map_or("", |slash| &url[slash + 1..]);
            text.push_str(name);
            text.push(' ');
            text.push_str(&path[..path.find(['?', '#']).unwrap_or(path.len())]);
            text.push(' ');
            rest = &address[url.len()..];
            continue;
        }
        let host = &after[1..];
        let host = &host[..host.find(|c| !is_name(c)).unwrap_or(host.len())];
        if after.starts_with('@') && name.len() < at && host.contains('.') {
            text.push_str(name);
            text.push(' ');
            rest = &after[1 + host.len()..];
        } else {
            text.push_str(&rest[..=at]);
            rest = &after[1..];
        }
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Language;
    use proptest::prelude::*;

    fn own(message: &str, language: &str) -> String {
        let mut analyzer = Analyzer::new(Language::new(language));
        let text = own_text(message, &mut analyzer);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_mail_programs_add_is_left_out() {
        let question = "How do I get a refund for my order?";
        for added in [
            "\n\nOn Mon, 3 Nov 2026, Support wrote:\n> Thank you\n> for your order",
            "\n\nOn Mon, 3 Nov 2026, Support <s@x.example> wrote:\n\nThank you for your order",
            "\n\n2026年11月3日(月) 10:00 Support <s@x.example>:\n\nReset your password",
            "\n\nFrom: Support <s@x.example>\nSent: Monday\nTo: Ada <a@x.example>\nSubject: Hello\n\nReset your password",
            "\n\nVon: Support <s@x.example>\nGesendet: Montag\nBetreff: Hallo\n\nPasswort",
            "\n-- \nAda Lovelace\nEngines Ltd.",
        ] {
            assert_eq!(own(&format!("{question}{added}"), "en"), question, "{added}");
            assert_eq!(own(&format!("{question}{added}").replace('\n', "\r\n"), "en"), question);
        }
        assert_eq!(
            own(&format!("The team wrote:\n> Where is it?\n{question}"), "en"),
            question
        );
        for (message, left) in [
            (
                "It always fails at https://example.com/app/export?session=12#top, ask ada@example.com today",
                "It always fails at app/export ask today",
            ),
            ("Смотрите правилаhttps://example.com/rules", "Смотрите правила rules"),
            (
                "我的邮箱ann@example.com收不到验证码怎么办",
                "我的邮箱 收不到验证码怎么办",
            ),
            (
                "https://example.comを開くとエラー502が出ます",
                "を開くとエラー502が出ます",
            ),
            (
                "Reset link,sent to ann@example.com,does not work",
                "Reset link,sent to ,does not work",
            ),
        ] {
            assert_eq!(own(message, "en"), left);
        }
    }

    #[test]
    fn what_the_customer_wrote_stays() {
        for message in [
            "Password\nHi,\nerror 502 bad gateway",
            "Bug\nHi there!\nApp crashes",
            "Export fails.\nWhat now?\nError 502 bad gateway",
            "My password works now.\nThanks for the help!\nRefund?",
            "Thanks,\nAda\nwhere is my refund",
            "Steps for me:\n--------------------\nopen the app\nclose it",
            "It fails:\n---- start ----\nERROR 502 bad gateway",
            "| order | problem |\n|---|---|\n| 17 | no refund yet |",
            "Product: Lamp\nProblem: it does not turn on\nOrder: 17",
            "1 < 2 and 3 > 2 is shown",
            "<b>bold</b> is shown as text",
            "Ask me at noon: yes\nNote: it @ home",
            // What is not quoted or forwarded says nothing.
            "> How do I get a refund?",
            "Please help me with these:\n> 1. refund\n> 2. password",
            "--",
        ] {
            assert_eq!(own(message, "en"), message.replace('\n', " "), "{message:?}");
        }
        let forwarded = "Hi, please see below.\nFrom: Ann <a@x.example>\nSubject: Refund\nHow do I get a refund?";
        assert!(own(forwarded, "en").contains("How do I get a refund?"));
        // A long list below two dashes is no signature.
        let list = format!("Subject of mine\n--\n{}", "one more step of it\n".repeat(20));
        assert!(own(&list, "en").ends_with("one more step of it"));
    }

    #[test]
    fn long_messages_are_read_in_time() {
        let mut analyzer = Analyzer::new(Language::new("en"));
        let quotes = "> line of a quote:\n".repeat(50_000);
        let own = own_text(&format!("{quotes}Where is my parcel?\n{quotes}"), &mut analyzer);
        assert!(own.trim() == "Where is my parcel?");
        for part in ["\n", "a: b\n", "hello:\n> a\n", ",", "-", "https://", "a@.", "@", "<"] {
            own_text(&part.repeat(200_000), &mut analyzer);
        }
    }

    proptest! {
        #[test]
        fn any_message_is_read(message in "[\\PC\n]{0,400}") {
            for language in ["en", "de", "ja"] {
                let mut analyzer = Analyzer::new(Language::new(language));
                let text = own_text(&message, &mut analyzer);
                prop_assert!(text.len() <= message.len() * 2 + 2);
            }
        }
    }
}
