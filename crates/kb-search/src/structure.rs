//! What stands in the text of articles besides words: where a row of a table goes on with the next cell, and the numbers
//! of steps.
//!
//! Both are noncharacters, which Unicode keeps for such use: no text has them, and they are part of no word, so what is
//! found does not depend on them. Whoever reads an article writes them (`kb_document::structure` when it is indexed,
//! `js/search/host.js` from its page); [`crate::sections`] shows them as people write them: "Europe: 2 to 4 days",
//! "2. Press OK".

/// Between two cells of a row.
pub const CELL: char = '\u{FDDA}';

/// Behind the [digits](STEP_DIGITS) of the number of a step, with which its line begins.
pub const STEP_END: char = '\u{FDDB}';

/// The digits of the number of a step.
pub const STEP_DIGITS: core::ops::RangeInclusive<char> = '\u{FDD0}'..='\u{FDD9}';

/// The digit of a step's number, as people write it.
pub(crate) fn step_digit(c: char) -> Option<char> {
    STEP_DIGITS
        .contains(&c)
        .then(|| char::from(b'0' + (u32::from(c) & 15) as u8))
}

/// The parts of a text that are shown whole where there is room: its sentences, and as they are its lines that are steps
/// or rows of a table.
pub(crate) fn passages(text: &str) -> Vec<core::ops::Range<usize>> {
    let mut passages = Vec::new();
    let mut add = |from: usize, to: usize| {
        let part = &text[from..to];
        let start = to - part.trim_start().len();
        if start < to {
            passages.push(start..from + part.trim_end().len());
        }
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let is_whole = line.chars().any(|c| c == CELL || c == STEP_END);
        if !is_whole {
            for (offset, c) in line.char_indices() {
                let after = offset + c.len_utf8();
                if ends_sentence(&line[..offset], c, &line[after..]) {
                    add(at, end - line.len() + after);
                    at = end - line.len() + after;
                }
            }
        }
        add(at, end);
        at = end;
    }
    passages
}

/// Whether a character ends a sentence. A full stop behind a number or a single letter, or before a small letter or a
/// digit, belongs to an abbreviation or an ordinal ("z. B.", "am 5. Mai").
fn ends_sentence(before: &str, c: char, after: &str) -> bool {
    match c {
        '。' | '！' | '？' | '؟' | '।' => return true,
        '.' | '!' | '?' | '…' if after.starts_with(char::is_whitespace) => {}
        _ => return false,
    }
    let continues = |next: char| {
        matches!(next, 'a'..='z' | 'ß'..='ÿ' | 'α'..='ω' | 'а'..='я') || (c == '.' && next.is_ascii_digit())
    };
    if after.trim_start().chars().next().is_none_or(continues) {
        return false;
    }
    let mut last = before
        .chars()
        .rev()
        .take_while(|c| !c.is_whitespace() && *c != '.')
        .peekable();
    let is_number = last.peek().is_none_or(char::is_ascii_digit);
    c != '.' || !(is_number || last.nth(1).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<&str> {
        passages(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn passages_are_sentences_steps_and_rows() {
        assert_eq!(
            shown("One is here. Two, z. B. this, am 5. Mai!  Three\nfour? Yes.\n\n \nEnd"),
            [
                "One is here.",
                "Two, z. B. this, am 5. Mai!",
                "Three",
                "four?",
                "Yes.",
                "End"
            ]
        );
        assert_eq!(
            shown("打开。关闭！\nA \u{FDDA} B. C"),
            ["打开。", "关闭！", "A \u{FDDA} B. C"]
        );
        assert_eq!(
            shown("\u{FDD1}\u{FDDB}Open it. Then wait.\nNot."),
            ["\u{FDD1}\u{FDDB}Open it. Then wait.", "Not."]
        );
        assert_eq!(
            shown("version 2.0.1 of kb.toml is read. See e.g. there"),
            ["version 2.0.1 of kb.toml is read.", "See e.g. there"]
        );
        assert!(shown(" \n ").is_empty());
    }
}
