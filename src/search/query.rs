//! A query to hits: plan, candidates, ranking, and for what is shown the best sections with their excerpts.

use std::collections::HashSet;
use std::ops::Range;

use kb_search::analysis::{Analyzer, Mode};
use kb_search::execute::{Candidate, Field, candidates};
use kb_search::plan::{Plan, Typing, plan};
use kb_search::score::{ArticleFactors, Ranking, Score, rescore};
use kb_search::sections::Highlighter;
use tantivy::TantivyDocument;
use tantivy::schema::{Field as Stored, Value as _};

use super::explain::Explanation;
use super::{Error, SearchIndex};

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
        }
    }
}

/// The answer to a query.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// The articles, best first.
    pub hits: Vec<Hit>,
    /// The number of articles that were considered for ranking; more may match.
    pub candidates: usize,
    /// Whether no article has all words of the query.
    pub relaxed: bool,
    /// Words that nothing in the index resembles, as typed.
    pub missing: Vec<String>,
    /// Words taken for others.
    pub suggestions: Vec<Suggestion>,
    /// The query with these words replaced, if there are any.
    pub did_you_mean: Option<String>,
}

/// A word of the query that the index does not know, and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// As typed.
    pub typed: String,
    /// As written in the best hit that has it.
    pub suggested: String,
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

/// A section of a hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SectionHit {
    /// Its heading; empty for the article's beginning.
    pub heading: String,
    /// The heading's id in the page; empty for the article's beginning.
    pub anchor: String,
    /// The part of its text that shows most of the query.
    pub excerpt: String,
    /// Byte ranges of the matched words in the excerpt.
    pub highlights: Vec<Range<usize>>,
}

struct Ranked {
    candidate: Candidate,
    score: Score,
}

impl SearchIndex {
    /// Answers a query. No text is an error; one without words has no hits.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn search(&self, query: &str, options: &Options) -> Result<Results, Error> {
        let mut analyzer = self.analyzer.clone();
        let plan = plan(query, options.typing, &mut analyzer, self, &self.synonyms)?;
        let wanted = options.limit.saturating_add(options.offset);
        let ranked = self.rank(&plan, wanted)?;
        let highlighter = Highlighter::new(&plan);
        let mut hits = Vec::new();
        for ranked in ranked.iter().skip(options.offset).take(options.limit) {
            let mut hit = self.hit(ranked, &highlighter, options, &mut analyzer)?;
            if options.explain {
                hit.explanation = Some(Explanation::new(self, &plan, &ranked.candidate, ranked.score)?);
            }
            hits.push(hit);
        }
        let best = ranked
            .iter()
            .map(|ranked| ranked.candidate.coverage)
            .fold(0.0, f32::max);
        let mut results = Results {
            candidates: ranked.len(),
            relaxed: !plan.missing.is_empty() || best < 0.999,
            missing: plan.missing.clone(),
            hits,
            ..Results::default()
        };
        suggest(&mut results, query, &plan, &mut analyzer);
        Ok(results)
    }

    /// The numbers and scores of the best articles without anything to show, for `kb test` and the like.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn best_articles(&self, query: &str, limit: usize) -> Result<Vec<(usize, f32)>, Error> {
        let mut analyzer = self.analyzer.clone();
        let plan = plan(query, Typing::Finished, &mut analyzer, self, &self.synonyms)?;
        let ranked = self.rank(&plan, limit)?;
        Ok(ranked
            .iter()
            .take(limit)
            .map(|best| (best.candidate.doc as usize, best.score.total))
            .collect())
    }

    /// The source of an article by its number.
    ///
    /// # Errors
    /// If there is no such article.
    pub fn source(&self, article: usize) -> Result<String, Error> {
        let document: TantivyDocument = self.store.get(article as u32)?;
        Ok(document
            .get_first(self.fields.source)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned())
    }

    fn rank(&self, plan: &Plan, wanted: usize) -> Result<Vec<Ranked>, Error> {
        let mut found = candidates(plan, self, &self.ranking, Ranking::candidates(wanted))?;
        let pinned = self
            .pins
            .iter()
            .find(|(terms, _)| *terms == plan.terms)
            .map_or(&[][..], |pin| &pin.1);
        let known: HashSet<u32> = found.iter().map(|candidate| candidate.doc).collect();
        let missing = pinned.iter().filter(|doc| !known.contains(doc));
        found.extend(missing.map(|&doc| Candidate {
            doc,
            ..Candidate::default()
        }));
        let mut ranked: Vec<Ranked> = found
            .into_iter()
            .map(|candidate| {
                let pin = pinned.iter().position(|&doc| doc == candidate.doc);
                let factors = ArticleFactors {
                    boost: self.boost(candidate.doc),
                    pin,
                };
                Ranked {
                    score: rescore(&candidate, factors, &self.ranking),
                    candidate,
                }
            })
            .collect();
        ranked.sort_by(|a, b| a.score.order(&b.score).then(a.candidate.doc.cmp(&b.candidate.doc)));
        Ok(ranked)
    }

    fn hit(
        &self,
        ranked: &Ranked,
        highlighter: &Highlighter<'_>,
        options: &Options,
        analyzer: &mut Analyzer,
    ) -> Result<Hit, Error> {
        let doc = ranked.candidate.doc;
        let document: TantivyDocument = self.store.get(doc)?;
        let texts = |field: Stored| {
            document
                .get_all(field)
                .filter_map(|value| value.as_str())
                .collect::<Vec<_>>()
        };
        let text = |field: Stored| texts(field).first().copied().unwrap_or_default().to_owned();
        let headings = texts(self.fields.searched(Field::Headings));
        let bodies = texts(self.fields.searched(Field::Body));
        let anchors = texts(self.fields.anchors);

        let pairs = headings.iter().copied().zip(bodies.iter().copied());
        let mut best: Vec<usize> = highlighter
            .rank(pairs, analyzer)
            .into_iter()
            .map(|section| section.section)
            .collect();
        if best.is_empty() && !bodies.is_empty() {
            best.push(0);
        }
        best.truncate(1 + options.more_sections);
        let mut sections = best.into_iter().map(|section| {
            let excerpt = highlighter.excerpt(bodies[section], options.excerpt_chars, analyzer);
            SectionHit {
                heading: headings[section].to_owned(),
                anchor: anchors.get(section).copied().unwrap_or_default().to_owned(),
                excerpt: excerpt.text,
                highlights: excerpt.highlights,
            }
        });
        let section = sections.next().unwrap_or_default();
        let more = sections.collect();
        let title = text(self.fields.searched(Field::Title));
        Ok(Hit {
            article: doc as usize,
            source: text(self.fields.source),
            url: text(self.fields.url),
            title_highlights: highlighter.ranges(&title, analyzer),
            title,
            breadcrumb: texts(self.fields.breadcrumb).into_iter().map(str::to_owned).collect(),
            section,
            more,
            score: ranked.score.total,
            pinned: ranked.score.pin.is_some(),
            explanation: None,
        })
    }
}

/// Tells what unknown words were taken for, in the spelling of the hits: the index knows stems only.
fn suggest(results: &mut Results, query: &str, plan: &Plan, analyzer: &mut Analyzer) {
    let mut text = query.to_owned();
    for correction in &plan.corrections {
        let mut suggested = None;
        for hit in &results.hits {
            for text in [&hit.title, &hit.section.heading, &hit.section.excerpt] {
                analyzer.tokenize(text, Mode::Query, &mut |token| {
                    if suggested.is_none() && token.text == correction.term {
                        suggested = Some(text[token.from..token.to].to_lowercase());
                    }
                });
            }
        }
        let suggested = suggested.unwrap_or_else(|| correction.term.clone());
        text = text.replace(&correction.typed, &suggested);
        results.suggestions.push(Suggestion {
            typed: correction.typed.clone(),
            suggested,
        });
    }
    results.did_you_mean = (!results.suggestions.is_empty()).then_some(text);
}
