//! From a query to an answer: the steps that are the same over every index, in one place.
//!
//! An index says what it holds ([`Index`]). One that has to be fetched piece by piece also says, between the steps, that it
//! is waiting for something; whoever runs the search then fetches it and starts again.

use std::borrow::Cow;

use crate::analysis::Analyzer;
use crate::collections::sort_short;
#[cfg(feature = "explain")]
use crate::explain::Explanation;
use crate::hits::{SectionHit, best_sections};
use crate::pack::{Facet, Summary};
use crate::phrase;
use crate::plan::{Plan, SynonymTable, Typing, phrase_terms, plan};
use crate::rank::{Articles, Ranked, Ranks, rank};
use crate::score::Ranking;
use crate::sections::{Excerpt, Highlighter};
use crate::spelling::{Respelling, did_you_mean, respellings};
use crate::tuning::Synonym;

/// About how long an excerpt is, in characters, where nothing else is asked for.
pub const EXCERPT_CHARS: usize = 200;

/// How to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether the last word may still grow.
    pub typing: Typing,
    /// The number of hits wanted.
    pub limit: usize,
    /// How many of the best to leave out.
    pub offset: usize,
    /// Only articles of this collection (its title).
    pub collection: Option<String>,
    /// Only articles with this tag.
    pub tag: Option<String>,
    /// Whether to count the answering articles by collection and tag.
    pub facets: bool,
    /// About how long an excerpt may be, in characters.
    pub excerpt_chars: usize,
    /// How many further sections a hit may list.
    pub more_sections: usize,
    /// Whether hits carry an explanation of their score.
    #[cfg(feature = "explain")]
    pub explain: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            typing: Typing::Finished,
            limit: 10,
            offset: 0,
            collection: None,
            tag: None,
            facets: false,
            excerpt_chars: EXCERPT_CHARS,
            more_sections: 2,
            #[cfg(feature = "explain")]
            explain: false,
        }
    }
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
    pub respellings: Vec<Respelling>,
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

/// An article that answers.
#[derive(Clone, Debug, Default)]
pub struct Hit {
    /// The article's number, in the order of indexing.
    pub doc: u32,
    /// Path of its Markdown file below the content folder.
    pub source: String,
    /// Address of its page without anchor, as the index has it.
    pub url: String,
    /// Its title.
    pub title: Excerpt,
    /// Titles of the categories above it, outermost first.
    pub breadcrumb: Vec<String>,
    /// Its description or beginning, where the index has it: shown until its sections are known.
    pub excerpt: Excerpt,
    /// The section that answers best, where the index has the text.
    pub section: SectionHit,
    /// Further sections that match, best first.
    pub more: Vec<SectionHit>,
    /// Its score; comparable within one query only.
    pub score: f32,
    /// Whether it comes first because a writer pinned it.
    pub pinned: bool,
    /// Why it has this score, if that was asked for.
    #[cfg(feature = "explain")]
    pub explanation: Option<Box<Explanation>>,
}

/// What an index has of an article to show.
#[derive(Clone, Debug, Default)]
pub struct Article<'a> {
    /// What is shown of it without its text.
    pub summary: Summary,
    /// Its text in sections; empty where the index has not got it.
    pub sections: Vec<Section<'a>>,
}

/// A heading and the text below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section<'a> {
    /// Id of the heading in the page; empty for the article's beginning.
    pub anchor: Cow<'a, str>,
    /// The heading as plain text; empty for the article's beginning.
    pub heading: Cow<'a, str>,
    /// Its text as plain text, blocks separated by line breaks.
    pub text: Cow<'a, str>,
}

/// What a search asks of an index. Every error ends the search.
pub trait Index: Articles {
    /// Whether [`Index::article`] has the text of articles. Known to the compiler, which leaves out what is not needed
    /// in browsers.
    const HAS_TEXT: bool;

    /// Before anything else is asked: what the query will need.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn prepare_query(&self, query: &str, options: &Options, analyzer: &mut Analyzer) -> Result<(), Self::Error> {
        let _ = (query, options, analyzer);
        Ok(())
    }

    /// Before the plan is run: what it will need.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn prepare_plan(&self, plan: &Plan) -> Result<(), Self::Error> {
        let _ = plan;
        Ok(())
    }

    /// Before articles are asked for.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn prepare_articles(&self, articles: &[Ranked]) -> Result<(), Self::Error> {
        let _ = articles;
        Ok(())
    }

    /// What is shown of an article; nothing if that cannot be had.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn article(&self, doc: u32) -> Result<Option<Article<'_>>, Self::Error>;

    /// Title, headings and texts of an article, those that can be had: what must be fetched first is noted by the index.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn texts(&self, doc: u32) -> Result<Vec<Cow<'_, str>>, Self::Error> {
        Ok(self.article(doc)?.map_or_else(Vec::new, |article| {
            let sections = article.sections.into_iter();
            let texts = sections.flat_map(|section| [section.heading, section.text]);
            core::iter::once(Cow::Owned(article.summary.title))
                .chain(texts)
                .collect()
        }))
    }

    /// Calls `visit` for every article of one group of a facet. False if the groups cannot be had: then nothing is
    /// filtered by them.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<bool, Self::Error>;

    /// Calls `visit` for every article of every group of a facet, group by group.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Self::Error>;
}

/// How the queries of an index are understood and ranked.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The numbers that steer the ranking.
    pub ranking: Ranking,
    synonyms: SynonymTable,
    /// Terms of a query, numbers of its articles.
    pins: Vec<(Vec<String>, Vec<u32>)>,
}

impl Rules {
    /// Analyses synonyms, and queries with the numbers of the articles that are pinned to them, best first.
    pub fn new<'a>(
        synonyms: &[Synonym],
        pins: impl IntoIterator<Item = (&'a str, Vec<u32>)>,
        analyzer: &mut Analyzer,
    ) -> Self {
        Self {
            ranking: Ranking::default(),
            synonyms: SynonymTable::new(synonyms, analyzer),
            pins: (pins.into_iter())
                .map(|(query, articles)| (phrase_terms(query, analyzer), articles))
                .collect(),
        }
    }

    /// The synonyms.
    pub fn synonyms(&self) -> &SynonymTable {
        &self.synonyms
    }

    /// The articles pinned to a query of these terms, best first.
    pub fn pinned(&self, terms: &[String]) -> &[u32] {
        self.pins.iter().find(|pin| pin.0 == terms).map_or(&[], |pin| &pin.1)
    }
}

/// Answers a query; the plan by which it did comes too. Never fails on input; a query without words has no hits. While the
/// index is [waiting](crate::plan::Vocabulary::waiting) the answer is worth nothing.
///
/// # Errors
/// If the index cannot be read.
pub fn search<I: Index>(
    index: &I,
    rules: &Rules,
    analyzer: &mut Analyzer,
    query: &str,
    options: &Options,
) -> Result<(Answer, Plan), I::Error> {
    let mut answer = Answer::default();
    let wanted = options.limit.saturating_add(options.offset);
    let (plan, ranks) = ranked(index, rules, analyzer, query, options, wanted)?;
    let Some(ranks) = ranks else {
        return Ok((answer, plan));
    };
    answer.relaxed = ranks.relaxed;
    answer.missing.clone_from(&plan.missing);
    if options.facets {
        answer.collections = counts(index, Facet::Collection, &ranks.answering)?;
        answer.tags = counts(index, Facet::Tag, &ranks.answering)?;
    }
    let from = options.offset.min(ranks.ranked.len());
    let shown = &ranks.ranked[from..wanted.min(ranks.ranked.len())];
    let Some(hits) = hits(index, rules, analyzer, &plan, shown, options)? else {
        return Ok((answer, plan));
    };
    answer.hits = hits;
    answer.total = ranks.answering.len().max(options.offset + answer.hits.len());
    let titles: Vec<&str> = answer.hits.iter().map(|hit| hit.title.text.as_str()).collect();
    answer.respellings = respellings(&plan, &titles, &ranks.ranked, index, analyzer, |doc| {
        Ok(index.texts(doc)?.into_iter().map(Cow::into_owned).collect())
    })?;
    answer.did_you_mean = did_you_mean(query, &answer.respellings);
    Ok((answer, plan))
}

/// The plan of a text and the articles that it ranks, the best `wanted` of them and their rivals; none while the index is
/// waiting.
pub(crate) fn ranked<I: Index>(
    index: &I,
    rules: &Rules,
    analyzer: &mut Analyzer,
    text: &str,
    options: &Options,
    wanted: usize,
) -> Result<(Plan, Option<Ranks>), I::Error> {
    index.prepare_query(text, options, analyzer)?;
    if index.waiting() > 0 {
        return Ok((Plan::default(), None));
    }
    let plan = plan(text, options.typing, analyzer, index, &rules.synonyms)?;
    index.prepare_plan(&plan)?;
    if index.waiting() > 0 {
        return Ok((plan, None));
    }
    let filter = filter(index, options)?;
    let mut ranks = rank(&plan, index, rules, wanted, filter.as_deref())?;
    if index.waiting() == 0 {
        verify(index, &plan, &mut ranks, wanted, analyzer)?;
    }
    Ok((plan, Some(ranks)))
}

/// What is shown of ranked articles, of those that the index has; none while it is waiting.
pub(crate) fn hits<I: Index>(
    index: &I,
    rules: &Rules,
    analyzer: &mut Analyzer,
    plan: &Plan,
    shown: &[Ranked],
    options: &Options,
) -> Result<Option<Vec<Hit>>, I::Error> {
    #[cfg(not(feature = "explain"))]
    let _ = rules;
    if index.waiting() == 0 {
        index.prepare_articles(shown)?;
    }
    if index.waiting() > 0 {
        return Ok(None);
    }
    let highlighter = Highlighter::new(plan);
    let mut hits = Vec::new();
    for ranked in shown {
        let Some(article) = index.article(ranked.candidate.doc)? else {
            continue;
        };
        hits.push(hit::<I>(ranked, article, &highlighter, options, analyzer));
        #[cfg(feature = "explain")]
        if let Some(hit) = hits.last_mut().filter(|_| options.explain) {
            hit.explanation = Some(Box::new(Explanation::new(index, &rules.ranking, plan, ranked)?));
        }
    }
    Ok(Some(hits))
}

/// For every article whether it may be shown; nothing if all may.
fn filter<I: Index>(index: &I, options: &Options) -> Result<Option<Vec<bool>>, I::Error> {
    let wanted = [(Facet::Collection, &options.collection), (Facet::Tag, &options.tag)];
    let mut allowed: Option<Vec<bool>> = None;
    for (facet, name) in wanted {
        let Some(name) = name else { continue };
        let mut has = vec![false; index.doc_count() as usize];
        if !index.for_each_in_group(facet, name, &mut |doc| has[doc as usize] = true)? {
            continue;
        }
        if let Some(allowed) = &allowed {
            has.iter_mut().zip(allowed).for_each(|(has, allowed)| *has &= *allowed);
        }
        allowed = Some(has);
    }
    Ok(allowed)
}

/// Of the answering articles how many are in each group, groups with most articles first.
fn counts<I: Index>(index: &I, facet: Facet, answering: &[u32]) -> Result<Vec<Count>, I::Error> {
    let mut answers = vec![false; index.doc_count() as usize];
    for doc in answering {
        answers[*doc as usize] = true;
    }
    let mut counts: Vec<Count> = Vec::new();
    index.for_each_group(facet, &mut |name, doc| {
        if !answers[doc as usize] {
            return;
        }
        match counts.last_mut().filter(|group| group.name == name) {
            Some(group) => group.count += 1,
            None => counts.push(Count {
                name: name.to_owned(),
                count: 1,
            }),
        }
    })?;
    sort_short(&mut counts, |a, b| (b.count, &a.name) < (a.count, &b.name));
    Ok(counts)
}

/// Keeps the articles in which the phrases of the query really stand.
fn verify<I: Index>(
    index: &I,
    plan: &Plan,
    ranks: &mut Ranks,
    wanted: usize,
    analyzer: &mut Analyzer,
) -> Result<(), I::Error> {
    if plan.phrases.is_empty() {
        return Ok(());
    }
    let read = ranks.ranked.len().min(phrase::READ_ARTICLES);
    index.prepare_articles(&ranks.ranked[..read])?;
    phrase::verify(plan, index, ranks, wanted, |doc| {
        let texts = index.texts(doc)?;
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        Ok(phrase::in_texts(plan, &texts, analyzer))
    })
}

fn hit<I: Index>(
    ranked: &Ranked,
    article: Article<'_>,
    highlighter: &Highlighter<'_>,
    options: &Options,
    analyzer: &mut Analyzer,
) -> Hit {
    let Article {
        summary,
        sections: texts,
    } = article;
    let mut hit = Hit {
        doc: ranked.candidate.doc,
        title: Excerpt {
            highlights: highlighter.ranges(&summary.title, analyzer),
            text: summary.title,
        },
        excerpt: highlighter.excerpt(&summary.excerpt, EXCERPT_CHARS, analyzer),
        source: summary.source,
        url: summary.url,
        breadcrumb: summary.breadcrumb,
        section: SectionHit::default(),
        more: Vec::new(),
        score: ranked.score.total,
        pinned: ranked.score.pin.is_some(),
        #[cfg(feature = "explain")]
        explanation: None,
    };
    if !I::HAS_TEXT {
        return hit;
    }
    hit.set_sections(sections(
        &texts,
        highlighter,
        options.excerpt_chars,
        1 + options.more_sections,
        analyzer,
    ));
    hit
}

/// The sections that answer best, best first, at most `limit`.
pub(crate) fn sections(
    sections: &[Section<'_>],
    highlighter: &Highlighter<'_>,
    excerpt_chars: usize,
    limit: usize,
    analyzer: &mut Analyzer,
) -> Vec<SectionHit> {
    let texts: Vec<(&str, &str)> = (sections.iter())
        .map(|section| (&*section.heading, &*section.text))
        .collect();
    let mut best = best_sections(highlighter, &texts, limit, excerpt_chars, analyzer);
    for (number, hit) in &mut best {
        sections[*number].anchor.as_ref().clone_into(&mut hit.anchor);
    }
    best.into_iter().map(|(_, hit)| hit).collect()
}

impl Hit {
    /// Sets the sections of a hit, best first.
    pub fn set_sections(&mut self, sections: Vec<SectionHit>) {
        let mut sections = sections.into_iter();
        self.section = sections.next().unwrap_or_default();
        self.more = sections.collect();
    }
}
