//! Why a hit has its score: clause by clause, alternative by alternative, field by field.

use core::fmt;

use crate::execute::{Contribution, Field, Postings, TitleMatch, contributions};
use crate::plan::{MatchKind, Plan};
use crate::rank::Ranked;
use crate::score::{Ranking, Score};

/// The parts of a hit's score. `Display` shows them as an indented table.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The words of the query.
    pub clauses: Vec<ExplainedClause>,
    /// How much the titles of the site say.
    pub title_information: f32,
    /// How far they count as titles for that, 0 to 1.
    pub titles: f32,
    /// Share of the query's weight that the article has, 0 to 1.
    pub covered: f32,
    /// How the query lies in the title or in one of the questions.
    pub title: TitleMatch,
    /// The score and its factors.
    pub score: Score,
}

/// What one word of the query contributes.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedClause {
    /// The word as typed.
    pub text: String,
    /// How much it says, 0 to 1.
    pub weight: f32,
    /// What its scores are multiplied with for that.
    pub boost: f32,
    /// Where it was found; empty if the article does not have it.
    pub matches: Vec<ExplainedMatch>,
}

/// One term found in one field.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainedMatch {
    /// The term (a stem).
    pub term: String,
    /// Why this term was looked for.
    pub kind: MatchKind,
    /// Share of a full match, 0 to 1.
    pub weight: f32,
    /// The field.
    pub field: Field,
    /// How often it stands there.
    pub term_freq: u32,
    /// BM25 in this field.
    pub bm25: f32,
    /// The same times the weight of the field.
    pub weighted: f32,
}

impl Explanation {
    /// Explains a ranked article.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn new<I: Postings>(index: &I, ranking: &Ranking, plan: &Plan, ranked: &Ranked) -> Result<Self, I::Error> {
        let Ranked { candidate, score } = ranked;
        let title_information = index.title_information()?;
        let ranking = &ranking.for_titles(title_information);
        let found = contributions(plan, index, ranking, candidate.doc)?;
        let explained = |found: Contribution| {
            let alternative = &plan.clauses[found.clause].alternatives[found.alternative];
            ExplainedMatch {
                term: found.term,
                kind: alternative.kind,
                weight: alternative.weight,
                field: found.field,
                term_freq: found.term_freq,
                bm25: found.bm25,
                weighted: found.weighted,
            }
        };
        let mut clauses: Vec<ExplainedClause> = (plan.clauses.iter())
            .map(|clause| ExplainedClause {
                text: clause.text.clone(),
                weight: clause.weight,
                boost: ranking.boost(clause),
                matches: Vec::new(),
            })
            .collect();
        for contribution in found {
            clauses[contribution.clause].matches.push(explained(contribution));
        }
        Ok(Self {
            clauses,
            title_information,
            titles: ranking.titles,
            covered: candidate.coverage,
            title: candidate.title,
            score: *score,
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Score {
            total,
            bm25,
            coverage,
            title,
            boost,
            pin,
            whole,
        } = self.score;
        writeln!(
            f,
            "score {total:.4} = bm25 {bm25:.4} x coverage {coverage:.3} x title {title:.3} x boost {boost:.2}"
        )?;
        if let Some(place) = pin {
            writeln!(f, "  pinned to this query in place {}", place + 1)?;
        }
        writeln!(
            f,
            "  titles of this site say {:.2}: they count {:.0} % as titles, {:.0} % as text",
            self.title_information,
            self.titles * 100.0,
            (1.0 - self.titles) * 100.0
        )?;
        writeln!(
            f,
            "  words covered {:.0} %; of the title: words {:.0} %, side by side {:.0} %, explained {:.0} %",
            self.covered * 100.0,
            self.title.coverage * 100.0,
            self.title.adjacency * 100.0,
            self.title.explained * 100.0
        )?;
        if whole {
            writeln!(f, "  first: the title, a question or a keyword is the query")?;
        }
        for clause in &self.clauses {
            writeln!(
                f,
                "  {:?} weight {:.3} boost {:.3}",
                clause.text, clause.weight, clause.boost
            )?;
            if clause.matches.is_empty() {
                writeln!(f, "    not found")?;
            }
            for found in &clause.matches {
                let edits = if let MatchKind::Typo(edits) = found.kind {
                    format!("({edits})")
                } else {
                    String::new()
                };
                writeln!(
                    f,
                    "    {:<9} {}{edits} {:?} x{}: bm25 {:.4}, with field weight {:.4}, match weight {:.2}",
                    found.field.name(),
                    found.kind.name(),
                    found.term,
                    found.term_freq,
                    found.bm25,
                    found.weighted,
                    found.weight
                )?;
            }
        }
        Ok(())
    }
}
