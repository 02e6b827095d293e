//! Search over a pack, step by step: what the browser runs, and `kb search --engine pack`.
//!
//! An [`Engine`] does no I/O. [`Engine::search`] answers, or says which files and pages it needs first; the host fetches
//! them, all at once, hands them in ([`Engine::put`], [`Engine::page`]) or says that they cannot be had
//! ([`Engine::fail`]), and asks again. A query takes two rounds: the terms, then what is shown of the hits.

pub mod json;

use crate::analysis::{Analyzer, Language, Unicode};
use crate::execute::Field;
use crate::hits::{SectionHit, best_sections};
use crate::pack::{Damaged, Document, Error, Facet, Group, Missing, Pack, Resource};
use crate::phrase;
use crate::plan::{Plan, SynonymTable, Typing, Vocabulary, phrase_terms, plan, probes};
use crate::rank::{Ranked, Ranks, rank};
use crate::score::Ranking;
use crate::sections::{Excerpt, Highlighter};
use crate::suggest::{Suggestion, did_you_mean, suggestions};

/// Between the sections of a page's text.
const SECTION_SEPARATOR: char = '\u{1E}';
/// Between anchor, heading and text of a section.
const PART_SEPARATOR: char = '\u{1F}';
/// Pages that are asked for at once to look for a phrase.
const PAGES_AT_ONCE: usize = 10;
/// About how long an excerpt is, in characters.
const EXCERPT_CHARS: usize = 200;

/// How to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// Whether the last word may still grow.
    pub typing: Typing,
    /// The number of hits wanted.
    pub limit: usize,
    /// How many of the best to leave out.
    pub offset: usize,
    /// Only articles of this collection; empty for all.
    pub collection: &'a str,
    /// Only articles with this tag; empty for all.
    pub tag: &'a str,
    /// Whether to count the answering articles by collection and tag.
    pub facets: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            typing: Typing::Finished,
            limit: 10,
            offset: 0,
            collection: "",
            tag: "",
            facets: false,
        }
    }
}

/// What a search leads to.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something must be fetched first.
    Needs(Needs),
    /// The answer.
    Done(Box<Answer>),
}

/// What must be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files of the pack.
    pub files: Vec<Resource>,
    /// Articles whose text decides about a phrase: number and address, as [`Document::url`].
    pub pages: Vec<(u32, String)>,
}

/// The answer to a query.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The articles, best first.
    pub hits: Vec<Hit>,
    /// The number of articles that answer about as well as the best, at least that of `hits`.
    pub total: usize,
    /// Whether no article has all words of the query.
    pub relaxed: bool,
    /// Words that nothing in the index resembles, as typed.
    pub missing: Vec<String>,
    /// Words taken for others.
    pub suggestions: Vec<Suggestion>,
    /// The query with these words replaced, if there are any.
    pub did_you_mean: Option<String>,
    /// Whether a file could not be had and the search did without it.
    pub incomplete: bool,
    /// Collections with the number of answering articles, if they were asked for.
    pub collections: Vec<Count>,
    /// Tags with the number of answering articles, if they were asked for.
    pub tags: Vec<Count>,
}

/// How many of the answering articles are in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The collection's title, or the tag.
    pub name: String,
    /// The number of articles.
    pub count: usize,
}

/// Sorts groups with most articles first.
pub fn sort_counts(counts: &mut [Count]) {
    counts.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
}

/// An article that answers.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The article's number.
    pub doc: u32,
    /// Address below the root of the site, or a whole URL.
    pub url: String,
    /// Path of its Markdown file below the content folder.
    pub source: String,
    /// Its title.
    pub title: Excerpt,
    /// Titles of the categories above it.
    pub breadcrumb: Vec<String>,
    /// Its description or beginning.
    pub excerpt: Excerpt,
    /// Its score; comparable within one query only.
    pub score: f32,
    /// Whether it comes first because a writer pinned it.
    pub pinned: bool,
}

/// A pack with everything a search over it takes.
#[derive(Debug)]
pub struct Engine {
    pack: Pack,
    analyzer: Analyzer,
    synonyms: SynonymTable,
    ranking: Ranking,
    /// The query planned last: the sections of its hits are chosen by the same plan.
    planned: Option<(String, Typing, Plan)>,
    pages: Vec<(String, String)>,
}

impl Engine {
    /// An engine for the pack with this boot file (inflated). `unicode` normalises text.
    ///
    /// # Errors
    /// If the bytes are not a boot file of this version of kb.
    pub fn new(boot: &[u8], unicode: Unicode) -> Result<Self, Error> {
        let mut pack = Pack::open(boot)?;
        let mut analyzer = Analyzer::with_unicode(Language::new(pack.language()), unicode);
        let synonyms = SynonymTable::new(pack.synonyms(), &mut analyzer);
        pack.read_pins(|query| phrase_terms(query, &mut analyzer));
        Ok(Self {
            pack,
            analyzer,
            synonyms,
            ranking: Ranking::default(),
            planned: None,
            pages: Vec::new(),
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
        if self.pages.iter().all(|page| page.0 != url) {
            self.pages.push((url.to_owned(), text));
        }
    }

    /// Answers a query, or says what it takes. No text is an error; one without words has no hits.
    pub fn search(&mut self, query: &str, options: &Options<'_>) -> Step {
        let mut pages = Vec::new();
        match self.answer(query, options, &mut pages) {
            Ok(answer) if pages.is_empty() => Step::Done(Box::new(answer)),
            _ => Step::Needs(Needs {
                files: self.pack.take_wanted(),
                pages,
            }),
        }
    }

    fn answer(
        &mut self,
        query: &str,
        options: &Options<'_>,
        pages: &mut Vec<(u32, String)>,
    ) -> Result<Answer, Missing> {
        self.pack.take_incomplete();
        self.prefetch(query, options)?;
        let plan = plan(query, options.typing, &mut self.analyzer, &self.pack, &self.synonyms)?;
        self.fetch_postings(&plan)?;
        let wanted = options.limit.saturating_add(options.offset);
        let filter = self.filter(options)?;
        let mut ranks = rank(&plan, &self.pack, &self.ranking, wanted, filter.as_deref())?;
        self.verify(&plan, &mut ranks, wanted, pages)?;
        let mut answer = Answer {
            total: ranks.answering.len(),
            relaxed: ranks.relaxed,
            missing: plan.missing.clone(),
            ..Answer::default()
        };
        if options.facets {
            self.count(&ranks.answering, &mut answer)?;
        }
        let shown: Vec<&Ranked> = ranks.ranked.iter().skip(options.offset).take(options.limit).collect();
        self.fetch_documents(&shown)?;
        let highlighter = Highlighter::new(&plan);
        for ranked in shown {
            if let Some(document) = self.pack.document(ranked.candidate.doc)? {
                answer
                    .hits
                    .push(hit(ranked, document, &highlighter, &mut self.analyzer));
            }
        }
        answer.total = answer.total.max(options.offset + answer.hits.len());
        answer.suggestions = self.suggest(&plan, &ranks, &answer.hits, pages)?;
        answer.did_you_mean = did_you_mean(query, &answer.suggestions);
        answer.incomplete = self.pack.take_incomplete();
        self.planned = Some((query.to_owned(), options.typing, plan));
        Ok(answer)
    }

    /// Asks for everything at once that the query will need.
    fn prefetch(&mut self, query: &str, options: &Options<'_>) -> Result<(), Missing> {
        for probe in probes(query, options.typing, &mut self.analyzer) {
            self.pack.prefetch(&probe.term, probe.prefix, probe.postings);
        }
        if options.facets || !options.collection.is_empty() || !options.tag.is_empty() {
            // Noted; it is looked at later.
            let _ = self.pack.facets();
        }
        self.nothing_wanted()
    }

    fn fetch_postings(&self, plan: &Plan) -> Result<(), Missing> {
        for clause in &plan.clauses {
            let body = clause.fields.contains(&Field::Body);
            for term in clause.alternatives.iter().flat_map(|alternative| &alternative.terms) {
                self.pack.prefetch(term, None, body);
            }
        }
        self.nothing_wanted()
    }

    fn fetch_documents(&self, shown: &[&Ranked]) -> Result<(), Missing> {
        for ranked in shown {
            let _ = self.pack.document(ranked.candidate.doc);
        }
        self.nothing_wanted()
    }

    fn nothing_wanted(&self) -> Result<(), Missing> {
        if self.pack.is_wanting() { Err(Missing) } else { Ok(()) }
    }

    /// For every article whether it may be shown; nothing if all may.
    fn filter(&self, options: &Options<'_>) -> Result<Option<Vec<bool>>, Missing> {
        let wanted = [(Facet::Collection, options.collection), (Facet::Tag, options.tag)];
        let mut allowed: Option<Vec<bool>> = None;
        for (facet, name) in wanted.into_iter().filter(|(_, name)| !name.is_empty()) {
            let Some(facets) = self.pack.facets()? else {
                continue;
            };
            let mut has = vec![false; self.pack.doc_count() as usize];
            if let Some(group) = facets.groups(facet).iter().find(|group| group.name == name) {
                for doc in &group.docs {
                    has[*doc as usize] = true;
                }
            }
            allowed = Some(match allowed {
                Some(allowed) => allowed.iter().zip(has).map(|(a, b)| *a && b).collect(),
                None => has,
            });
        }
        Ok(allowed)
    }

    fn verify(
        &mut self,
        plan: &Plan,
        ranks: &mut Ranks,
        wanted: usize,
        pages: &mut Vec<(u32, String)>,
    ) -> Result<(), Missing> {
        if plan.phrases.is_empty() {
            return Ok(());
        }
        let read: Vec<&Ranked> = ranks.ranked.iter().take(phrase::READ_ARTICLES).collect();
        self.fetch_documents(&read)?;
        let (pack, analyzer, known) = (&self.pack, &mut self.analyzer, &self.pages);
        phrase::verify(plan, pack, ranks, wanted, |doc| {
            let Some(document) = pack.document(doc)? else {
                return Ok(false);
            };
            if let Some((_, text)) = known.iter().find(|page| page.0 == document.url) {
                let texts: Vec<_> = page_sections(text)
                    .flat_map(|section| [section.heading, section.text])
                    .collect();
                return Ok(phrase::in_texts(plan, &texts, analyzer));
            }
            if pages.len() < PAGES_AT_ONCE {
                pages.push((doc, document.url.clone()));
            }
            Ok(false)
        })
    }

    fn suggest(
        &mut self,
        plan: &Plan,
        ranks: &Ranks,
        hits: &[Hit],
        pages: &mut Vec<(u32, String)>,
    ) -> Result<Vec<Suggestion>, Missing> {
        let titles: Vec<&str> = hits.iter().map(|hit| hit.title.text.as_str()).collect();
        let (pack, analyzer, known) = (&self.pack, &mut self.analyzer, &self.pages);
        suggestions(plan, &titles, &ranks.ranked, pack, analyzer, |doc| {
            let Some(document) = pack.document(doc)? else {
                return Ok(Vec::new());
            };
            let mut texts = vec![document.title.clone()];
            match known.iter().find(|page| page.0 == document.url) {
                Some((_, text)) => texts.extend(
                    page_sections(text).flat_map(|section| [section.heading.to_owned(), section.text.to_owned()]),
                ),
                None => pages.push((doc, document.url.clone())),
            }
            Ok(texts)
        })
    }

    fn count(&self, answering: &[u32], answer: &mut Answer) -> Result<(), Missing> {
        let Some(facets) = self.pack.facets()? else {
            return Ok(());
        };
        let mut answers = vec![false; self.pack.doc_count() as usize];
        for doc in answering {
            answers[*doc as usize] = true;
        }
        let counts = |groups: &[Group]| {
            let count = |group: &Group| group.docs.iter().filter(|doc| answers[**doc as usize]).count();
            let mut counts: Vec<Count> = (groups.iter())
                .map(|group| Count {
                    name: group.name.clone(),
                    count: count(group),
                })
                .filter(|group| group.count > 0)
                .collect();
            sort_counts(&mut counts);
            counts
        };
        answer.collections = counts(&facets.collections);
        answer.tags = counts(&facets.tags);
        Ok(())
    }

    /// The sections of a page that answer a query best, best first, at most `limit`. [`page_sections`] has the form of
    /// `text`.
    pub fn sections(&mut self, query: &str, typing: Typing, text: &str, limit: usize) -> Vec<SectionHit> {
        let plan = self.take_plan(query, typing);
        let sections: Vec<_> = page_sections(text).collect();
        let texts: Vec<_> = sections.iter().map(|section| (section.heading, section.text)).collect();
        let highlighter = Highlighter::new(&plan);
        let found = best_sections(&highlighter, &texts, limit, EXCERPT_CHARS, &mut self.analyzer)
            .into_iter()
            .map(|(number, mut hit)| {
                sections[number].anchor.clone_into(&mut hit.anchor);
                hit
            })
            .collect();
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
                let plan = plan(query, typing, &mut self.analyzer, &self.pack, &self.synonyms);
                self.pack.take_wanted();
                plan.unwrap_or_default()
            }
        }
    }
}

fn hit(ranked: &Ranked, document: &Document, highlighter: &Highlighter<'_>, analyzer: &mut Analyzer) -> Hit {
    let title = Excerpt {
        highlights: highlighter.ranges(&document.title, analyzer),
        text: document.title.clone(),
    };
    Hit {
        doc: ranked.candidate.doc,
        url: document.url.clone(),
        source: document.source.clone(),
        title,
        breadcrumb: document.breadcrumb.clone(),
        excerpt: highlighter.excerpt(&document.excerpt, EXCERPT_CHARS, analyzer),
        score: ranked.score.total,
        pinned: ranked.score.pin.is_some(),
    }
}

/// A section of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSection<'a> {
    /// Id of the heading; empty for the beginning.
    pub anchor: &'a str,
    /// The heading; empty for the beginning.
    pub heading: &'a str,
    /// The text, blocks separated by line breaks.
    pub text: &'a str,
}

/// The sections of a page's text: separated by U+001E, each with anchor, heading and text separated by U+001F.
pub fn page_sections(text: &str) -> impl Iterator<Item = PageSection<'_>> + Clone {
    text.split(SECTION_SEPARATOR).map(|section| {
        let mut parts = section.splitn(3, PART_SEPARATOR);
        let mut part = || parts.next().unwrap_or_default();
        PageSection {
            anchor: part(),
            heading: part(),
            text: part(),
        }
    })
}

/// The text of a page from its sections, as [`page_sections`] reads it.
pub fn page_text<'a>(sections: impl IntoIterator<Item = PageSection<'a>>) -> String {
    let mut out = String::new();
    for (number, section) in sections.into_iter().enumerate() {
        if number > 0 {
            out.push(SECTION_SEPARATOR);
        }
        out.push_str(section.anchor);
        out.push(PART_SEPARATOR);
        out.push_str(section.heading);
        out.push(PART_SEPARATOR);
        out.push_str(section.text);
    }
    out
}
