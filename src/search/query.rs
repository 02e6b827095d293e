//! A query to hits: plan, candidates, ranking, and for what is shown the best sections with their excerpts.

use std::ops::Range;

use kb_search::analysis::Analyzer;
use kb_search::engine::{Count, sort_counts};
use kb_search::hits::{SectionHit, best_sections};
use kb_search::pack::Facet;
use kb_search::plan::{Plan, SynonymTable, Typing, phrase_terms, plan};
use kb_search::rank::{Articles, Ranked, Ranks, rank};
use kb_search::score::Ranking;
use kb_search::sections::Highlighter;
use kb_search::suggest::{Suggestion, did_you_mean, suggestions};
use kb_search::{Language, phrase};

use super::explain::Explanation;
use super::{Error, IndexedArticle, Tuning};

/// How to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The number of hits wanted.
    pub limit: usize,
    /// How many of the best to leave out.
    pub offset: usize,
    /// Whether the last word may still grow.
    pub typing: Typing,
    /// Whether hits carry an [`Explanation`].
    pub explain: bool,
    /// About how long an excerpt may be, in characters.
    pub excerpt_chars: usize,
    /// How many further sections a hit may list.
    pub more_sections: usize,
    /// Only articles of this collection (its title).
    pub collection: Option<String>,
    /// Only articles with this tag.
    pub tag: Option<String>,
    /// Whether to count the answering articles by collection and tag.
    pub facets: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limit: 10,
            offset: 0,
            typing: Typing::Finished,
            explain: false,
            excerpt_chars: 200,
            more_sections: 2,
            collection: None,
            tag: None,
            facets: false,
        }
    }
}

/// The answer to a query.
#[derive(Clone, Debug, Default)]
pub struct Results {
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
    /// Collections with the number of answering articles, if they were asked for.
    pub collections: Vec<Count>,
    /// Tags with the number of answering articles, if they were asked for.
    pub tags: Vec<Count>,
}

/// An article that answers.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The article's number, in the order of indexing.
    pub article: usize,
    /// Path of its Markdown file below the content folder.
    pub source: String,
    /// Address of its page, without anchor.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Byte ranges of the matched words in the title.
    pub title_highlights: Vec<Range<usize>>,
    /// Titles of the categories above it.
    pub breadcrumb: Vec<String>,
    /// The section that answers best.
    pub section: SectionHit,
    /// Further sections that match, best first.
    pub more: Vec<SectionHit>,
    /// Its score; comparable within one query only.
    pub score: f32,
    /// Whether it comes first because a writer pinned it.
    pub pinned: bool,
    /// Why it has this score, if asked for.
    pub explanation: Option<Explanation>,
}

/// What answering a query asks of an index besides what ranking does.
pub(super) trait Searched: Articles<Error = Error> {
    /// How its queries are understood and ranked.
    fn rules(&self) -> &Rules;

    /// What is shown of an article: addresses, titles and sections.
    fn article(&self, doc: u32) -> Result<IndexedArticle<'_>, Error>;

    /// The names of a facet's groups, in any order.
    fn groups(&self, facet: Facet) -> Result<Vec<String>, Error>;

    /// Calls `visit` once for every article of a group.
    fn for_each_of(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<(), Error>;
}

/// How queries are understood and ranked.
#[derive(Clone)]
pub(super) struct Rules {
    /// With an empty cache; every query works on a copy.
    pub(super) analyzer: Analyzer,
    pub(super) ranking: Ranking,
    synonyms: SynonymTable,
    /// Terms of the query, numbers of the articles.
    pins: Vec<(Vec<String>, Vec<u32>)>,
}

impl Rules {
    /// Without synonyms and pins.
    pub(super) fn new(language: &Language) -> Self {
        Self {
            analyzer: Analyzer::new(language.clone()),
            ranking: Ranking::default(),
            synonyms: SynonymTable::default(),
            pins: Vec::new(),
        }
    }

    /// Takes synonyms and pins over; `number` finds an article by its source.
    pub(super) fn set(
        &mut self,
        tuning: &Tuning,
        number: impl Fn(&str) -> Result<Option<u32>, Error>,
    ) -> Result<(), Error> {
        let mut analyzer = self.analyzer.clone();
        self.synonyms = SynonymTable::new(&tuning.synonyms, &mut analyzer);
        self.pins.clear();
        for pin in &tuning.pins {
            let mut articles = Vec::new();
            for source in &pin.articles {
                articles.extend(number(source)?);
            }
            self.pins.push((phrase_terms(&pin.query, &mut analyzer), articles));
        }
        Ok(())
    }

    /// The articles pinned to a query of these terms, best first.
    pub(super) fn pinned(&self, terms: &[String]) -> &[u32] {
        self.pins.iter().find(|pin| pin.0 == terms).map_or(&[], |pin| &pin.1)
    }
}

/// Answers a query. No text is an error; one without words has no hits.
pub(super) fn search<I: Searched>(index: &I, query: &str, options: &Options) -> Result<Results, Error> {
    let rules = index.rules();
    let mut analyzer = rules.analyzer.clone();
    let plan = plan(query, options.typing, &mut analyzer, index, &rules.synonyms)?;
    let wanted = options.limit.saturating_add(options.offset);
    let filter = filter(index, options)?;
    let mut ranks = rank(&plan, index, &rules.ranking, wanted, filter.as_deref())?;
    verify(index, &plan, &mut ranks, wanted, &mut analyzer)?;
    let highlighter = Highlighter::new(&plan);
    let mut hits = Vec::new();
    for ranked in ranks.ranked.iter().skip(options.offset).take(options.limit) {
        let mut hit = hit(index, ranked, &highlighter, options, &mut analyzer)?;
        if options.explain {
            let explanation = Explanation::new(index, &rules.ranking, &plan, &ranked.candidate, ranked.score)?;
            hit.explanation = Some(explanation);
        }
        hits.push(hit);
    }
    let titles: Vec<&str> = hits.iter().map(|hit| hit.title.as_str()).collect();
    let suggestions = suggestions(&plan, &titles, &ranks.ranked, index, &mut analyzer, |doc| {
        let article = index.article(doc)?;
        let sections = article.sections.iter();
        let texts = sections.flat_map(|section| [section.heading.to_string(), section.text.to_string()]);
        Ok(std::iter::once(article.title.to_string()).chain(texts).collect())
    })?;
    let mut results = Results {
        total: ranks.answering.len().max(options.offset + hits.len()),
        relaxed: ranks.relaxed,
        did_you_mean: did_you_mean(query, &suggestions),
        suggestions,
        missing: plan.missing,
        hits,
        ..Results::default()
    };
    if options.facets {
        results.collections = counts(index, Facet::Collection, &ranks.answering)?;
        results.tags = counts(index, Facet::Tag, &ranks.answering)?;
    }
    Ok(results)
}

/// The numbers and scores of the best articles without anything to show.
pub(super) fn best_articles<I: Searched>(index: &I, query: &str, limit: usize) -> Result<Vec<(usize, f32)>, Error> {
    let rules = index.rules();
    let mut analyzer = rules.analyzer.clone();
    let plan = plan(query, Typing::Finished, &mut analyzer, index, &rules.synonyms)?;
    let mut ranks = rank(&plan, index, &rules.ranking, limit, None)?;
    verify(index, &plan, &mut ranks, limit, &mut analyzer)?;
    Ok((ranks.ranked.iter().take(limit))
        .map(|best| (best.candidate.doc as usize, best.score.total))
        .collect())
}

/// For every article whether it may be shown; nothing if all may.
fn filter<I: Searched>(index: &I, options: &Options) -> Result<Option<Vec<bool>>, Error> {
    let wanted = [(Facet::Collection, &options.collection), (Facet::Tag, &options.tag)];
    let mut allowed: Option<Vec<bool>> = None;
    for (facet, name) in wanted {
        let Some(name) = name else { continue };
        let mut has = vec![false; index.doc_count() as usize];
        index.for_each_of(facet, name, &mut |doc| has[doc as usize] = true)?;
        allowed = Some(match allowed {
            Some(allowed) => allowed.iter().zip(has).map(|(a, b)| *a && b).collect(),
            None => has,
        });
    }
    Ok(allowed)
}

/// Of the answering articles how many are in each group.
fn counts<I: Searched>(index: &I, facet: Facet, answering: &[u32]) -> Result<Vec<Count>, Error> {
    let mut answers = vec![false; index.doc_count() as usize];
    for doc in answering {
        answers[*doc as usize] = true;
    }
    let mut counts = Vec::new();
    for name in index.groups(facet)? {
        let mut count = 0;
        index.for_each_of(facet, &name, &mut |doc| count += usize::from(answers[doc as usize]))?;
        counts.push(Count { name, count });
    }
    counts.retain(|group| group.count > 0);
    sort_counts(&mut counts);
    Ok(counts)
}

fn verify<I: Searched>(
    index: &I,
    plan: &Plan,
    ranks: &mut Ranks,
    wanted: usize,
    analyzer: &mut Analyzer,
) -> Result<(), Error> {
    phrase::verify(plan, index, ranks, wanted, |doc| {
        let article = index.article(doc)?;
        let sections = article.sections.iter();
        let texts: Vec<&str> = sections
            .flat_map(|section| [&*section.heading, &*section.text])
            .collect();
        Ok(phrase::in_texts(plan, &texts, analyzer))
    })
}

fn hit<I: Searched>(
    index: &I,
    ranked: &Ranked,
    highlighter: &Highlighter<'_>,
    options: &Options,
    analyzer: &mut Analyzer,
) -> Result<Hit, Error> {
    let doc = ranked.candidate.doc;
    let article = index.article(doc)?;
    let sections = article.sections.iter();
    let texts: Vec<(&str, &str)> = sections.map(|section| (&*section.heading, &*section.text)).collect();
    let limit = 1 + options.more_sections;
    let mut best = best_sections(highlighter, &texts, limit, options.excerpt_chars, analyzer)
        .into_iter()
        .map(|(number, hit)| SectionHit {
            anchor: article.sections[number].anchor.to_string(),
            ..hit
        });
    Ok(Hit {
        article: doc as usize,
        source: article.source.to_string(),
        url: article.url.to_string(),
        title: article.title.to_string(),
        title_highlights: highlighter.ranges(&article.title, analyzer),
        breadcrumb: article.breadcrumb.iter().map(ToString::to_string).collect(),
        section: best.next().unwrap_or_default(),
        more: best.collect(),
        score: ranked.score.total,
        pinned: ranked.score.pin.is_some(),
        explanation: None,
    })
}
