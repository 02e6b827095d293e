//! A plan to the ranked articles: the steps that every executor shares.

use crate::execute::{Candidate, Field, Matches, Postings, matches};
use crate::plan::Plan;
use crate::score::{ArticleFactors, Ranking, Score, rescore};
use crate::search::Rules;

/// An article that covers this share of the best coverage answers about as well.
const ANSWERING: f32 = 0.75;

/// Of the articles with the query for a title, question or keyword so many come first.
const MAX_WHOLE: usize = 100;

/// What ranking asks of an index besides its postings.
pub trait Articles: Postings {
    /// The writer's boost of an article; 1 is neutral.
    fn boost(&self, doc: u32) -> f32;
}

/// A ranked article.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// What the plan found of it.
    pub candidate: Candidate,
    /// Its score.
    pub score: Score,
}

/// The ranked articles of a query.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    /// The best, best first.
    pub ranked: Vec<Ranked>,
    /// All articles that answer about as well as the best.
    pub answering: Vec<u32>,
    /// Whether none has all words of the query.
    pub relaxed: bool,
}

/// Ranks the articles for a plan. `filter` has false for those that are not wanted.
///
/// # Errors
/// If the index cannot be read.
pub fn rank<I: Articles>(
    plan: &Plan,
    index: &I,
    rules: &Rules,
    wanted: usize,
    filter: Option<&[bool]>,
) -> Result<Ranks, I::Error> {
    let ranking = &rules.ranking.for_titles(index.title_information()?);
    let mut allowed = without_excluded(plan, index, filter)?;
    let mut unmet = false;
    if !plan.phrases.is_empty() {
        let with = with_phrase_words(plan, index, allowed.as_deref())?;
        if with.contains(&true) {
            allowed = Some(with);
        } else {
            unmet = true;
        }
    }
    let Matches {
        best,
        coverage,
        complete,
    } = matches(plan, index, ranking, Ranking::candidates(wanted), allowed.as_deref())?;
    let mut whole = Vec::new();
    if let Some(key) = &plan.key {
        index.for_each_posting(Field::Keys, key, &mut |posting| {
            if whole.len() < MAX_WHOLE && allowed.as_ref().is_none_or(|allowed| allowed[posting.doc as usize]) {
                whole.push(posting.doc);
            }
        })?;
    }
    let pinned: Vec<u32> = (rules.pinned(&plan.terms).iter().copied())
        .filter(|&doc| allowed.as_ref().is_none_or(|allowed| allowed[doc as usize]))
        .collect();
    let most = coverage.iter().map(|article| article.1).fold(0.0, f32::max);
    let answering = (coverage.iter())
        .filter(|article| article.1 >= most * ANSWERING)
        .map(|article| article.0)
        .collect();
    let mut ranked: Vec<Ranked> = Vec::with_capacity(best.len() + pinned.len());
    let absent: Vec<Candidate> = (pinned.iter())
        .chain(whole.iter().filter(|doc| !pinned.contains(doc)))
        .filter(|&&doc| best.iter().all(|candidate| candidate.doc != doc))
        .map(|&doc| Candidate {
            doc,
            ..Candidate::default()
        })
        .collect();
    for candidate in best.into_iter().chain(absent) {
        let factors = ArticleFactors {
            boost: index.boost(candidate.doc),
            pin: pinned.iter().position(|&doc| doc == candidate.doc),
            whole: whole.contains(&candidate.doc),
        };
        ranked.push(Ranked {
            score: rescore(&candidate, factors, ranking),
            candidate,
        });
    }
    ranked.sort_unstable_by(|a, b| a.score.order(&b.score).then(a.candidate.doc.cmp(&b.candidate.doc)));
    Ok(Ranks {
        ranked,
        answering,
        relaxed: unmet || !plan.missing.is_empty() || !complete,
    })
}

/// Takes the articles with an excluded word out of `filter`.
fn without_excluded<I: Postings>(
    plan: &Plan,
    index: &I,
    filter: Option<&[bool]>,
) -> Result<Option<Vec<bool>>, I::Error> {
    let mut allowed = filter.map(<[bool]>::to_vec);
    for term in &plan.excluded {
        let allowed = allowed.get_or_insert_with(|| vec![true; index.doc_count() as usize]);
        for field in Field::ALL {
            index.for_each_posting(field, term, &mut |posting| allowed[posting.doc as usize] = false)?;
        }
    }
    Ok(allowed)
}

/// Of the allowed articles those that hold all words of the phrases, in whatever order.
fn with_phrase_words<I: Postings>(plan: &Plan, index: &I, allowed: Option<&[bool]>) -> Result<Vec<bool>, I::Error> {
    let mut with = allowed.map_or_else(|| vec![true; index.doc_count() as usize], <[bool]>::to_vec);
    for (terms, _) in plan.phrases.iter().flat_map(|phrase| &phrase.words) {
        let mut has = vec![false; with.len()];
        for term in terms {
            for field in Field::ALL {
                index.for_each_posting(field, term, &mut |posting| has[posting.doc as usize] = true)?;
            }
        }
        with.iter_mut().zip(has).for_each(|(with, has)| *with &= has);
    }
    Ok(with)
}
