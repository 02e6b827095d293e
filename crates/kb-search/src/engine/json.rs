//! Answers as JSON, for a host that is not written in Rust.

use std::ops::Range;

use super::{Engine, Needs, Step};
use crate::hits::SectionHit;
use crate::plan::Vocabulary as _;
use crate::search::{Answer, Count, Hit};
use crate::sections::Excerpt;
use crate::suggester::Suggestion;

/// Writes one JSON value; objects and lists keep track of their commas.
#[derive(Debug, Default)]
struct Json {
    out: String,
}

impl Json {
    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.enclosed('{', '}', write);
    }

    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.enclosed('[', ']', |json| {
            for item in items {
                json.comma();
                write(json, item);
            }
        });
    }

    fn enclosed(&mut self, open: char, close: char, write: impl FnOnce(&mut Self)) {
        self.out.push(open);
        write(self);
        self.out.push(close);
    }

    fn comma(&mut self) {
        if !self.out.ends_with(['{', '[', ':']) {
            self.out.push(',');
        }
    }

    fn key(&mut self, key: &str) -> &mut Self {
        self.comma();
        self.text(key);
        self.out.push(':');
        self
    }

    fn text(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                '\0'..='\u{1F}' => {
                    self.out.push_str("\\u00");
                    for digit in [u32::from(c) >> 4, u32::from(c) & 15] {
                        self.out.extend(char::from_digit(digit, 16));
                    }
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn number(&mut self, number: u64) {
        let mut divisor = 1;
        while number / divisor >= 10 {
            divisor *= 10;
        }
        while divisor > 0 {
            self.out.push(char::from(b'0' + (number / divisor % 10) as u8));
            divisor /= 10;
        }
    }

    /// A number with four decimals; written without the formatting of floats, which weighs more than all else here.
    fn score(&mut self, score: f32) {
        let tenths_of_thousandths = (f64::from(score) * 10_000.0 + 0.5) as u64;
        self.number(tenths_of_thousandths / 10_000);
        self.out.push('.');
        let decimals = tenths_of_thousandths % 10_000;
        for divisor in [1_000, 100, 10, 1] {
            self.out.push(char::from(b'0' + (decimals / divisor % 10) as u8));
        }
    }

    fn bool(&mut self, value: bool) {
        self.out.push_str(if value { "true" } else { "false" });
    }

    fn texts<'t>(&mut self, texts: impl IntoIterator<Item = &'t String>) {
        self.list(texts, |json, text| json.text(text));
    }

    /// A text as pieces: those at even places plain, those at odd places marked.
    fn marked(&mut self, text: &str, marks: &[Range<usize>]) {
        self.enclosed('[', ']', |json| {
            let mut from = 0;
            for mark in marks {
                json.comma();
                json.text(&text[from..mark.start]);
                json.comma();
                json.text(&text[mark.clone()]);
                from = mark.end;
            }
            json.comma();
            json.text(&text[from..]);
        });
    }

    fn excerpt(&mut self, excerpt: &Excerpt) {
        self.marked(&excerpt.text, &excerpt.highlights);
    }
}

fn json(write: impl FnOnce(&mut Json)) -> String {
    let mut json = Json::default();
    write(&mut json);
    json.out
}

/// An answer that can be written.
trait Write {
    fn write(&self, json: &mut Json);
}

#[expect(private_bounds, reason = "answers are written here")]
impl<A: Write> Step<A> {
    /// `{"needs":[names],"pages":[urls]}` or the answer.
    pub fn to_json(&self) -> String {
        json(|json| match self {
            Self::Needs(needs) => needs.write(json),
            Self::Done(answer) => answer.write(json),
        })
    }
}

impl Needs {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.key("needs")
                .list(&self.files, |json, file| json.text(&file.name()));
            json.key("pages").texts(self.pages.iter().map(|page| &page.1));
        });
    }
}

impl Write for Vec<Suggestion> {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.key("suggestions").list(self, |json, suggestion| {
                json.object(|json| {
                    suggestion.hit.fields(json);
                    json.key("confidence").score(suggestion.confidence);
                });
            });
        });
    }
}

impl Write for Answer {
    fn write(&self, json: &mut Json) {
        json.object(|json| {
            json.key("hits")
                .list(&self.hits, |json, hit| json.object(|json| hit.fields(json)));
            json.key("total").number(self.total as u64);
            json.key("relaxed").bool(self.relaxed);
            json.key("incomplete").bool(self.incomplete);
            json.key("missing").texts(&self.missing);
            match &self.did_you_mean {
                Some(text) => json.key("did_you_mean").text(text),
                None => json.key("did_you_mean").out.push_str("null"),
            }
            json.key("collections").list(&self.collections, write_count);
            json.key("tags").list(&self.tags, write_count);
        });
    }
}

fn write_count(json: &mut Json, count: &Count) {
    json.object(|json| {
        json.key("name").text(&count.name);
        json.key("count").number(count.count as u64);
    });
}

impl Hit {
    fn fields(&self, json: &mut Json) {
        json.key("doc").number(self.doc.into());
        json.key("url").text(&self.url);
        json.key("source").text(&self.source);
        json.key("title").excerpt(&self.title);
        json.key("breadcrumb").texts(&self.breadcrumb);
        json.key("excerpt").excerpt(&self.excerpt);
        json.key("score").score(self.score);
        json.key("pinned").bool(self.pinned);
    }
}

/// Sections of a hit: `[{"heading":..,"anchor":..,"excerpt":[pieces]}]`.
pub fn sections(sections: &[SectionHit]) -> String {
    json(|json| {
        json.list(sections, |json, section| {
            json.object(|json| {
                json.key("heading").text(&section.heading);
                json.key("anchor").text(&section.anchor);
                json.key("excerpt").marked(&section.excerpt, &section.highlights);
            });
        });
    })
}

/// A marked text as pieces: those at even places plain, those at odd places marked.
pub fn pieces(excerpt: &Excerpt) -> String {
    json(|json| json.excerpt(excerpt))
}

impl Engine {
    /// What a host wants to know of the pack: language, folder of the shards, base path, number of articles, and what to
    /// offer before anything was typed.
    pub fn info_json(&self) -> String {
        let pack = &self.pack;
        json(|json| {
            json.object(|json| {
                json.key("language").text(pack.language());
                json.key("folder").text(pack.folder());
                json.key("base").text(pack.base());
                json.key("articles").number(pack.doc_count().into());
                json.key("popular").list(pack.popular(), |json, popular| {
                    json.object(|json| {
                        json.key("title").text(&popular.title);
                        json.key("url").text(&popular.url);
                    });
                });
            });
        })
    }
}
