//! The two operators of a query: `"words side by side"` and `-without`.
//!
//! Customers write sentences and paste error messages and commands, so both are read with caution: quotation marks come
//! in pairs and demand a phrase only where little else is asked (in a sentence they set off a name), and a minus excludes
//! only in a short query, before a word of letters, and where something is left to look for.

use std::ops::Range;

use super::Typing;

/// In longer queries a minus is part of what was pasted.
const MAX_WORDS_WITH_MINUS: usize = 8;
/// With more words around it, a phrase in quotation marks is a name in a sentence.
const MAX_WORDS_AROUND_PHRASES: usize = 3;
/// `-c` and `-v` are options of a command.
const MIN_EXCLUDED_CHARS: usize = 3;

/// A query taken apart.
#[derive(Debug)]
pub(super) struct Syntax {
    /// The query with excluded words blanked out; what is left stands where it stood.
    pub(super) text: String,
    /// Byte ranges between quotation marks.
    pub(super) phrases: Vec<Range<usize>>,
    /// Excluded words.
    pub(super) excluded: Vec<String>,
}

impl Syntax {
    pub(super) fn parse(query: &str, typing: Typing) -> Self {
        if typing == Typing::Message {
            return Self {
                text: query.to_owned(),
                phrases: Vec::new(),
                excluded: Vec::new(),
            };
        }
        let phrases = phrases(query);
        let mut syntax = Self {
            text: query.to_owned(),
            phrases,
            excluded: Vec::new(),
        };
        if query.as_bytes().contains(&b'-') && query.split_whitespace().nth(MAX_WORDS_WITH_MINUS).is_none() {
            syntax.exclude(query);
        }
        syntax
    }

    /// Whether a part of the query stands between quotation marks.
    pub(super) fn is_quoted(&self, range: &Range<usize>) -> bool {
        self.phrases.iter().any(|phrase| phrase.contains(&range.start))
    }

    fn exclude(&mut self, query: &str) {
        let mut rest = String::with_capacity(query.len());
        let mut excluded = Vec::new();
        for word in query.split_inclusive(char::is_whitespace) {
            let at = rest.len();
            let name = word.trim_end().strip_prefix('-').filter(|name| is_excludable(name));
            match name {
                Some(name) if !self.is_quoted(&(at..at)) => {
                    excluded.push(name.to_owned());
                    rest.extend(core::iter::repeat_n(' ', word.len()));
                }
                _ => rest.push_str(word),
            }
        }
        if rest.contains(char::is_alphanumeric) {
            self.text = rest;
            self.excluded = excluded;
        }
    }
}

fn is_excludable(name: &str) -> bool {
    let letters = name.chars().take_while(|c| c.is_alphabetic()).count();
    // Scripts without spaces say more with one character than others with three.
    letters >= MIN_EXCLUDED_CHARS || (letters > 0 && !name.is_ascii())
}

fn words(text: &str) -> usize {
    (text.split_whitespace())
        .filter(|word| word.contains(char::is_alphanumeric))
        .count()
}

fn phrases(query: &str) -> Vec<Range<usize>> {
    let mut phrases: Vec<Range<usize>> = Vec::new();
    let mut open = None;
    for (at, c) in query.char_indices() {
        if matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」') {
            match open.take() {
                Some(start) => phrases.push(start..at),
                None => open = Some(at + c.len_utf8()),
            }
        }
    }
    let quoted: usize = phrases.iter().map(|phrase| words(&query[phrase.clone()])).sum();
    let around = words(query).saturating_sub(quoted);
    if around > MAX_WORDS_AROUND_PHRASES {
        phrases.clear();
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> (String, Vec<&str>, Vec<String>) {
        let syntax = Syntax::parse(query, Typing::Finished);
        let phrases = syntax.phrases.iter().map(|range| &query[range.clone()]).collect();
        assert_eq!(syntax.text.len(), query.len());
        (syntax.text, phrases, syntax.excluded)
    }

    #[test]
    fn quotation_marks_come_in_pairs() {
        assert_eq!(parsed(r#"say "file not found" again"#).1, ["file not found"]);
        assert_eq!(parsed("„nicht gefunden“").1, ["nicht gefunden"]);
        assert!(parsed(r#"a 5" disk"#).1.is_empty());
        assert!(
            parsed(r#"how do I disable the "did you mean" feature"#).1.is_empty(),
            "a name in a sentence"
        );
        assert_eq!(parsed(r#"""#).0, r#"""#);
    }

    #[test]
    fn a_minus_excludes_words_only() {
        assert_eq!(parsed("invoice -paypal").0, "invoice        ");
        assert_eq!(parsed("invoice -paypal").2, ["paypal"]);
        assert_eq!(parsed("-paypal").2, Vec::<String>::new(), "nothing else is asked for");
        for pasted in [
            "e-mail",
            "error -1",
            "avrdude -c stk500",
            "npm i --save",
            "a - b",
            "\"a -paypal\" b",
        ] {
            assert!(parsed(pasted).2.is_empty(), "{pasted}");
        }
        assert!(
            parsed("how do i get a refund for the order -placed by mistake")
                .2
                .is_empty()
        );
    }
}
