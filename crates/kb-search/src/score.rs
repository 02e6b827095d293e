//! Candidates to ranking: the one function that says what counts besides BM25.

use std::cmp::Ordering;

use crate::bm25::idf;
use crate::execute::{Candidate, Field};
use crate::plan::Clause;

/// The numbers that steer the ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// Weight of a match by field, in the order of [`Field::ALL`].
    pub fields: [f32; Field::ALL.len()],
    /// How far the titles of the site count as titles, 0 to 1; see [`Ranking::for_titles`]. For the rest their words
    /// count as if they stood in the text.
    pub titles: f32,
    /// What fields besides a term's best one add (dis-max tie breaker), 0 to 1.
    pub tie: f32,
    /// How rare a word counts in one field: as rare as it is in that field (0), or as in the field that has it most (1).
    /// Words that are rare in titles alone ("my") say less than words that are rare everywhere.
    pub shared_idf: f32,
    /// The most that a function word counts as rare: in titles that are no questions "I" and "do" are rare, and say no
    /// more for it. 3 is the idf of a word in every twentieth article.
    pub grammar_idf: f32,
    /// Share of the score that an article loses if it matches none of the query's weight.
    pub coverage: f32,
    /// What a title adds that has the query's words side by side.
    pub title_adjacency: f32,
    /// What a title adds all of whose words the query has (times the share of the query it covers).
    pub title_explained: f32,
    /// What a title or question adds that is the query, word for word.
    pub title_exact: f32,
    /// What the sentences of a message besides the one that an article answers best add to its score, as a share of
    /// theirs.
    pub other_sentences: f32,
    /// What the words of a question of a message count, compared with those of its statements.
    pub question: f32,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            fields: [2.0, 2.0, 1.5, 0.8, 1.0],
            titles: 1.0,
            tie: 0.8,
            shared_idf: 0.4,
            grammar_idf: 3.0,
            coverage: 0.3,
            title_adjacency: 0.5,
            title_explained: 0.3,
            title_exact: 1.0,
            other_sentences: 0.2,
            question: 1.5,
        }
    }
}

impl Ranking {
    /// The same for a site whose titles say so much ([`TitleInformation`]): the weight of titles rises from 0 where they
    /// say hardly more than one word would to its full value where they name their subject.
    ///
    /// Measured: with titles such as "Quotas" or "Using the TV" a fixed weight puts the wrong articles first; the site
    /// decides, because a weight by article loses everywhere.
    #[must_use]
    pub fn for_titles(&self, information: f32) -> Self {
        let titles = ((information - POOR_TITLES) / (GOOD_TITLES - POOR_TITLES)).clamp(0.0, 1.0);
        let mut ranking = Self { titles, ..self.clone() };
        ranking.fields[Field::Title.index()] *= titles;
        ranking.title_adjacency *= titles;
        ranking.title_explained *= titles;
        ranking
    }

    /// What the scores of a clause are multiplied with.
    pub fn boost(&self, clause: &Clause) -> f32 {
        let question = if clause.sentence.asks { self.question } else { 1.0 };
        Self::clause_boost(clause.weight) * question
    }

    /// What a clause of this weight, 0 to 1, multiplies its scores with: the fifth root of the weight, so that stop words
    /// are damped a little more than by BM25 alone.
    ///
    /// By Newton's method: the power function is no part of wasm, and not the same to the last bit on all platforms.
    pub fn clause_boost(weight: f32) -> f32 {
        let mut root = weight.max(f32::MIN_POSITIVE).sqrt().sqrt();
        for _ in 0..8 {
            let square = root * root;
            root -= (root - weight / (square * square)) / 5.0;
        }
        root
    }

    /// How many BM25 candidates are rescored to fill `wanted` hits.
    pub fn candidates(wanted: usize) -> usize {
        wanted.saturating_mul(10).max(100)
    }
}

/// Titles that say no more than this do not count as titles.
const POOR_TITLES: f32 = 1.1;
/// Titles that say this much count in full.
const GOOD_TITLES: f32 = 2.7;

/// How much the titles of a site say: the mean over its articles of the idf sum of the title's words, in units of the
/// idf of a word that a single article has. A title of one such word says 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TitleInformation {
    /// In parts of [`TitleInformation::PARTS`]: whole numbers add up to the same in any order.
    sum: u64,
}

impl TitleInformation {
    const PARTS: f64 = 1_048_576.0;

    /// Adds a term that stands in so many titles and, in titles or texts, in so many articles.
    pub fn add(&mut self, titles: u32, doc_freq: u32, doc_count: u32) {
        let idf = f64::from(idf(doc_freq.max(titles), doc_count));
        self.sum += u64::from(titles) * (idf * Self::PARTS) as u64;
    }

    /// The value for so many articles; 0 for none.
    pub fn value(self, doc_count: u32) -> f32 {
        let unit = f64::from(idf(1, doc_count.max(1)));
        (self.sum as f64 / Self::PARTS / f64::from(doc_count.max(1)) / unit) as f32
    }
}

/// What the index says about an article beyond its words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArticleFactors {
    /// The writer's boost; 1 is neutral.
    pub boost: f32,
    /// The article's place, from 0, among those pinned to the query.
    pub pin: Option<usize>,
    /// Whether its title, or one of its questions or keywords, is the query.
    pub whole: bool,
}

/// The final score with its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The product of the following.
    pub total: f32,
    /// [`Candidate::bm25`].
    pub bm25: f32,
    /// From 1 - [`Ranking::coverage`] to 1.
    pub coverage: f32,
    /// 1 and what the title adds.
    pub title: f32,
    /// The writer's boost.
    pub boost: f32,
    /// The place among the pinned articles; these come first.
    pub pin: Option<usize>,
    /// Whether its title, or one of its questions or keywords, is the query; these come next.
    pub whole: bool,
}

impl Score {
    /// Best first: pinned articles in their order, then those that the query names, then by score.
    pub fn order(&self, other: &Self) -> Ordering {
        let pin = |score: &Self| score.pin.unwrap_or(usize::MAX);
        let order = pin(self).cmp(&pin(other)).then(other.whole.cmp(&self.whole));
        order.then(other.total.total_cmp(&self.total))
    }
}

/// The final score of a candidate.
pub fn rescore(candidate: &Candidate, article: ArticleFactors, ranking: &Ranking) -> Score {
    let coverage = 1.0 - ranking.coverage * (1.0 - candidate.coverage);
    let exact = if candidate.title.exact {
        ranking.title_exact
    } else {
        0.0
    };
    let title = 1.0
        + exact
        + ranking.title_adjacency * candidate.title.adjacency
        + ranking.title_explained * candidate.title.explained * candidate.title.coverage;
    let total = candidate.bm25 * coverage * title * article.boost;
    Score {
        total,
        bm25: candidate.bm25,
        coverage,
        title,
        boost: article.boost,
        pin: article.pin,
        whole: article.whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::TitleMatch;

    const NEUTRAL: ArticleFactors = ArticleFactors {
        boost: 1.0,
        pin: None,
        whole: false,
    };

    fn score(bm25: f32, coverage: f32, article: ArticleFactors) -> Score {
        let candidate = Candidate {
            bm25,
            coverage,
            ..Candidate::default()
        };
        rescore(&candidate, article, &Ranking::default())
    }

    #[test]
    fn pinned_articles_come_first_in_their_order() {
        let pinned = |place| ArticleFactors {
            pin: Some(place),
            ..NEUTRAL
        };
        let mut scores = [
            score(90.0, 1.0, NEUTRAL),
            score(5.0, 1.0, pinned(1)),
            score(0.0, 0.0, pinned(0)),
        ];
        scores.sort_by(Score::order);
        assert_eq!(scores.map(|score| score.pin), [Some(0), Some(1), None]);
    }

    #[test]
    fn coverage_titles_and_boosts_raise_the_score() {
        let plain = score(10.0, 0.5, NEUTRAL).total;
        assert!(score(10.0, 1.0, NEUTRAL).total > plain);
        assert!(score(10.0, 0.5, ArticleFactors { boost: 2.0, ..NEUTRAL }).total > plain * 1.99);
        let title = TitleMatch {
            coverage: 1.0,
            adjacency: 1.0,
            explained: 1.0,
            exact: true,
        };
        let candidate = Candidate {
            bm25: 10.0,
            coverage: 0.5,
            title,
            ..Candidate::default()
        };
        assert!(rescore(&candidate, NEUTRAL, &Ranking::default()).total > plain * 1.5);
    }

    #[test]
    fn titles_count_as_much_as_they_say() {
        let information = |titles: &[(u32, u32)], docs| {
            let mut information = TitleInformation::default();
            for (titles, doc_freq) in titles {
                information.add(*titles, *doc_freq, docs);
            }
            information.value(docs)
        };
        assert!(information(&[], 0).abs() < f32::EPSILON);
        // 100 articles with titles of one word, all different; of four; of the same two.
        let poor = information(&[(1, 1); 100], 100);
        let good = information(&[(1, 1); 400], 100);
        let same = information(&[(100, 100); 2], 100);
        assert!((poor - 1.0).abs() < 1e-3 && (good - 4.0).abs() < 1e-3 && same < 0.01);
        // The number of articles does not matter.
        assert!((information(&[(1, 1); 12], 3) - good).abs() < 1e-3);
        let ranking = Ranking::default();
        assert!(ranking.for_titles(good) == ranking);
        let without = ranking.for_titles(poor);
        assert_eq!((without.titles, without.fields[0]), (0.0, 0.0));
        assert!((0.4..0.6).contains(&ranking.for_titles(1.9).titles));
    }

    #[test]
    fn words_that_say_more_weigh_more() {
        for weight in [1.0, 0.9, 0.5, 0.1, 0.02, 1e-3, 1e-5] {
            assert!(
                (Ranking::clause_boost(weight) - weight.powf(0.2)).abs() < 1e-5,
                "{weight}"
            );
        }
        assert!(Ranking::clause_boost(0.0) < 0.01);
        assert_eq!(
            [Ranking::candidates(0), Ranking::candidates(10), Ranking::candidates(50)],
            [100, 100, 500]
        );
    }
}
