//! A query to hits: plan, candidates, ranking, and for what is shown the best sections with their excerpts.

use std::ops::Range;

use kb_search::analysis::Analyzer;
use kb_search::engine::{Count, sort_counts};
use kb_search::execute::Field;
use kb_search::hits::{SectionHit, best_sections};
use kb_search::phrase;
use kb_search::plan::{Plan, Typing, Vocabulary as _, plan};
use kb_search::rank::{Ranked, Ranks, rank};
use kb_search::sections::Highlighter;
use kb_search::suggest::{Suggestion, did_you_mean, suggestions};
use tantivy::TantivyDocument;
use tantivy::schema::{Field as StoredField, Value as _};

use super::explain::Explanation;
use super::schema::Fields;
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

/// An article as it was stored.
pub(super) struct Stored<'a> {
    fields: &'a Fields,
    document: TantivyDocument,
}

impl Stored<'_> {
    fn texts(&self, field: StoredField) -> impl Iterator<Item = &str> {
        self.document.get_all(field).filter_map(|value| value.as_str())
    }

    fn text(&self, field: StoredField) -> String {
        self.texts(field).next().unwrap_or_default().to_owned()
    }

    /// Anchor, heading and text of its sections.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let anchors = self.texts(self.fields.anchors);
        let headings = self.texts(self.fields.searched(Field::Headings));
        let texts = self.texts(self.fields.searched(Field::Body));
        anchors
            .zip(headings)
            .zip(texts)
            .map(|((anchor, heading), text)| (anchor, heading, text))
    }
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
        let filter = self.filter(options)?;
        let mut ranks = rank(&plan, self, &self.ranking, wanted, filter.as_deref())?;
        self.verify(&plan, &mut ranks, wanted, &mut analyzer)?;
        let highlighter = Highlighter::new(&plan);
        let mut hits = Vec::new();
        for ranked in ranks.ranked.iter().skip(options.offset).take(options.limit) {
            let mut hit = self.hit(ranked, &highlighter, options, &mut analyzer)?;
            if options.explain {
                hit.explanation = Some(Explanation::new(self, &plan, &ranked.candidate, ranked.score)?);
            }
            hits.push(hit);
        }
        let texts: Vec<&str> = (hits.iter())
            .flat_map(|hit| [hit.title.as_str(), &hit.section.heading, &hit.section.excerpt])
            .collect();
        let suggestions = suggestions(&plan, &texts, &mut analyzer);
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
            results.collections = self.counts(self.fields.collection, &ranks.answering)?;
            results.tags = self.counts(self.fields.tag, &ranks.answering)?;
        }
        Ok(results)
    }

    /// The numbers and scores of the best articles without anything to show, for `kb test` and the like.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn best_articles(&self, query: &str, limit: usize) -> Result<Vec<(usize, f32)>, Error> {
        let mut analyzer = self.analyzer.clone();
        let plan = plan(query, Typing::Finished, &mut analyzer, self, &self.synonyms)?;
        let mut ranks = rank(&plan, self, &self.ranking, limit, None)?;
        self.verify(&plan, &mut ranks, limit, &mut analyzer)?;
        Ok((ranks.ranked.iter().take(limit))
            .map(|best| (best.candidate.doc as usize, best.score.total))
            .collect())
    }

    /// The source of an article by its number.
    ///
    /// # Errors
    /// If there is no such article.
    pub fn source(&self, article: usize) -> Result<String, Error> {
        Ok(self.stored(article as u32)?.text(self.fields.source))
    }

    pub(super) fn stored(&self, doc: u32) -> Result<Stored<'_>, Error> {
        Ok(Stored {
            fields: &self.fields,
            document: self.store.get(doc)?,
        })
    }

    /// For every article whether it may be shown; nothing if all may.
    fn filter(&self, options: &Options) -> Result<Option<Vec<bool>>, Error> {
        let wanted = [
            (self.fields.collection, &options.collection),
            (self.fields.tag, &options.tag),
        ];
        let mut allowed: Option<Vec<bool>> = None;
        for (field, name) in wanted {
            let Some(name) = name else { continue };
            let mut has = vec![false; self.doc_count() as usize];
            self.for_each_with(field, name, &mut |doc| has[doc as usize] = true)?;
            allowed = Some(match allowed {
                Some(allowed) => allowed.iter().zip(has).map(|(a, b)| *a && b).collect(),
                None => has,
            });
        }
        Ok(allowed)
    }

    /// Of the answering articles how many have each value of a field.
    fn counts(&self, field: StoredField, answering: &[u32]) -> Result<Vec<Count>, Error> {
        let mut answers = vec![false; self.doc_count() as usize];
        for doc in answering {
            answers[*doc as usize] = true;
        }
        let mut counts = Vec::new();
        for name in self.values(field)? {
            let mut count = 0;
            self.for_each_with(field, &name, &mut |doc| count += usize::from(answers[doc as usize]))?;
            counts.push(Count { name, count });
        }
        counts.retain(|group| group.count > 0);
        sort_counts(&mut counts);
        Ok(counts)
    }

    fn verify(&self, plan: &Plan, ranks: &mut Ranks, wanted: usize, analyzer: &mut Analyzer) -> Result<(), Error> {
        phrase::verify(plan, self, ranks, wanted, |doc| {
            let stored = self.stored(doc)?;
            let texts: Vec<&str> = stored.sections().flat_map(|section| [section.1, section.2]).collect();
            Ok(phrase::in_texts(plan, &texts, analyzer))
        })
    }

    fn hit(
        &self,
        ranked: &Ranked,
        highlighter: &Highlighter<'_>,
        options: &Options,
        analyzer: &mut Analyzer,
    ) -> Result<Hit, Error> {
        let doc = ranked.candidate.doc;
        let stored = self.stored(doc)?;
        let sections: Vec<_> = stored.sections().collect();
        let texts: Vec<_> = sections.iter().map(|section| (section.1, section.2)).collect();
        let limit = 1 + options.more_sections;
        let mut best = best_sections(highlighter, &texts, limit, options.excerpt_chars, analyzer)
            .into_iter()
            .map(|(number, hit)| SectionHit {
                anchor: sections[number].0.to_owned(),
                ..hit
            });
        let title = stored.text(self.fields.searched(Field::Title));
        Ok(Hit {
            article: doc as usize,
            source: stored.text(self.fields.source),
            url: stored.text(self.fields.url),
            title_highlights: highlighter.ranges(&title, analyzer),
            title,
            breadcrumb: stored.texts(self.fields.breadcrumb).map(str::to_owned).collect(),
            section: best.next().unwrap_or_default(),
            more: best.collect(),
            score: ranked.score.total,
            pinned: ranked.score.pin.is_some(),
            explanation: None,
        })
    }
}
