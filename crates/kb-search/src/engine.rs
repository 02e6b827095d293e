//! Search over a pack, step by step: what the browser runs, and `kb search --engine pack`.
//!
//! An [`Engine`] does no I/O. [`Engine::search`] answers, or says which files and pages it needs first; the host fetches
//! them, all at once, hands them in ([`Engine::put`], [`Engine::page`]) or says that they cannot be had
//! ([`Engine::fail`]), and asks again. A query takes two rounds: the terms, then what is shown of the hits.

pub mod json;

use crate::analysis::{Analyzer, Language, Unicode};
use crate::hits::SectionHit;
use crate::pack::{Damaged, Error, Pack, Resource, page_sections};
use crate::plan::{Plan, Typing, plan};
use crate::search::{self, Answer, EXCERPT_CHARS, Options, Rules};
use crate::sections::{Excerpt, Highlighter};
use crate::suggester::{SuggestOptions, Suggestion, read, suggest};

/// What a question to a pack leads to.
#[derive(Clone, Debug)]
pub enum Step<A> {
    /// Something must be fetched first.
    Needs(Needs),
    /// The answer.
    Done(A),
}

/// What must be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files of the pack.
    pub files: Vec<Resource>,
    /// Articles whose text decides about a phrase: number and address, as [`Summary::url`](crate::pack::Summary::url).
    pub pages: Vec<(u32, String)>,
}

/// A pack with everything a search over it takes.
#[derive(Debug)]
pub struct Engine {
    pack: Pack,
    analyzer: Analyzer,
    rules: Rules,
    /// The query planned last: the sections of its hits are chosen by the same plan.
    planned: Option<(String, Typing, Plan)>,
}

impl Engine {
    /// An engine for the pack with this boot file (inflated). `unicode` normalises text.
    ///
    /// # Errors
    /// If the bytes are not a boot file of this version of kb.
    pub fn new(boot: &[u8], unicode: Unicode) -> Result<Self, Error> {
        let pack = Pack::open(boot)?;
        let mut analyzer = Analyzer::with_unicode(Language::new(pack.language()), unicode);
        let pins = pack.pins().iter().map(|pin| (pin.query.as_str(), pin.docs.clone()));
        let rules = Rules::new(pack.synonyms(), pins, &mut analyzer);
        Ok(Self {
            pack,
            analyzer,
            rules,
            planned: None,
        })
    }

    /// The pack it searches.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Hands in a file that was needed, inflated.
    ///
    /// # Errors
    /// If the bytes are not that file; then try again or [`Engine::fail`].
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Damaged> {
        self.pack.put(name, bytes)
    }

    /// A file that was needed cannot be had.
    pub fn fail(&mut self, name: &str) {
        self.pack.fail(name);
    }

    /// Hands in the text of a page that was needed; empty if it cannot be had. [`page_sections`] has the form.
    pub fn page(&mut self, url: &str, text: String) {
        self.pack.put_page(url, text);
    }

    /// Answers a query, or says what it takes. Never fails on input; a query without words has no hits.
    pub fn search(&mut self, query: &str, options: &Options) -> Step<Answer> {
        self.pack.take_incomplete();
        let Ok((mut answer, plan)) = search::search(&self.pack, &self.rules, &mut self.analyzer, query, options);
        if let Some(needs) = self.needs() {
            return Step::Needs(needs);
        }
        answer.incomplete = self.pack.take_incomplete();
        self.planned = Some((query.to_owned(), options.typing, plan));
        Step::Done(answer)
    }

    /// Suggests articles for a message, or says what it takes. Never fails on input.
    pub fn suggest(&mut self, message: &str, options: &SuggestOptions) -> Step<Vec<Suggestion>> {
        let Ok((suggestions, plan)) = suggest(&self.pack, &self.rules, &mut self.analyzer, message, options);
        if let Some(needs) = self.needs() {
            return Step::Needs(needs);
        }
        self.planned = Some((message.to_owned(), Typing::Message, plan));
        Step::Done(suggestions)
    }

    /// What must be fetched, if anything.
    fn needs(&self) -> Option<Needs> {
        let needs = Needs {
            files: self.pack.take_wanted(),
            pages: self.pack.take_wanted_pages(),
        };
        (needs != Needs::default()).then_some(needs)
    }

    /// The sections of a page that answer a query best, best first, at most `limit`. [`page_sections`] has the form of
    /// `text`.
    pub fn sections(&mut self, query: &str, typing: Typing, text: &str, limit: usize) -> Vec<SectionHit> {
        let plan = self.take_plan(query, typing);
        let sections: Vec<_> = page_sections(text).collect();
        let highlighter = Highlighter::new(&plan);
        let found = search::sections(&sections, &highlighter, EXCERPT_CHARS, limit, &mut self.analyzer);
        self.planned = Some((query.to_owned(), typing, plan));
        found
    }

    /// A text with the words of a query marked.
    pub fn mark(&mut self, query: &str, text: &str) -> Excerpt {
        let plan = self.take_plan(query, Typing::Finished);
        let marked = Excerpt {
            text: text.to_owned(),
            highlights: Highlighter::new(&plan).ranges(text, &mut self.analyzer),
        };
        self.planned = Some((query.to_owned(), Typing::Finished, plan));
        marked
    }

    /// The plan of a query: that of the last search, else one from the files that are here.
    fn take_plan(&mut self, query: &str, typing: Typing) -> Plan {
        match self.planned.take() {
            Some((planned, how, plan)) if planned == query && how == typing => plan,
            _ => {
                let text = read(query, typing, &mut self.analyzer);
                let Ok(plan) = plan(&text, typing, &mut self.analyzer, &self.pack, self.rules.synonyms());
                self.pack.take_wanted();
                plan
            }
        }
    }
}
