//! Runs a plan over an index: term at a time, per-field BM25, to the candidates for [`crate::score`].
//!
//! The index is anything that can list postings ([`Postings`]): tantivy's segment natively, a pack in the browser.
//! Everything that computes a score is here or in [`crate::bm25`], so that executors cannot drift apart.

use crate::bm25::{FieldScorer, field_length, idf};
use crate::collections::{TermMap, pair, sort_unique, unpair};
use crate::plan::{Alternative, Clause, MatchKind, Plan, Vocabulary};
use crate::score::Ranking;

/// The indexed fields of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The article's title.
    Title,
    /// Other phrasings of the question it answers, from the front matter.
    Questions,
    /// Keywords and tags.
    Keywords,
    /// The headings of its sections.
    Headings,
    /// The text.
    Body,
    /// What the words of all these fields look like ([`crate::analysis::forms`]): only how many articles have a form is
    /// known.
    Forms,
    /// Title, questions and keywords as wholes ([`crate::analysis::Analyzer::key`]).
    Keys,
}

impl Field {
    /// The fields that words are looked for in, in the order of [`Ranking::fields`].
    pub const ALL: [Self; 5] = [Self::Title, Self::Questions, Self::Keywords, Self::Headings, Self::Body];
    /// All fields of an index: those, and what it takes to understand a query.
    pub const INDEXED: [Self; 7] = [
        Self::Title,
        Self::Questions,
        Self::Keywords,
        Self::Headings,
        Self::Body,
        Self::Forms,
        Self::Keys,
    ];
    /// The fields whose postings hold positions.
    pub const WITH_POSITIONS: [Self; 2] = [Self::Title, Self::Questions];

    /// The name of the field in an index.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Questions => "questions",
            Self::Keywords => "keywords",
            Self::Headings => "headings",
            Self::Body => "body",
            Self::Forms => "forms",
            Self::Keys => "keys",
        }
    }

    /// Its place in [`Field::INDEXED`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// One article of a term's postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The article's number.
    pub doc: u32,
    /// How often the term stands in the field.
    pub term_freq: u32,
    /// The length of the field, as [`crate::bm25::field_length`] decodes it.
    pub norm: u8,
}

/// What an executor asks of an index.
pub trait Postings: Vocabulary {
    /// The average number of terms in a field: all terms over all articles.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn average_length(&self, field: Field) -> Result<f32, Self::Error>;

    /// In how many articles a term stands in this field.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Self::Error>;

    /// How much the titles of all articles say ([`crate::score::TitleInformation`]).
    ///
    /// # Errors
    /// If the index cannot be read.
    fn title_information(&self) -> Result<f32, Self::Error>;

    /// The length of an article's body, as [`crate::bm25::field_length`] decodes it.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn body_norm(&self, doc: u32) -> Result<u8, Self::Error>;

    /// Calls `visit` for every article that holds the term in this field, in ascending order.
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Self::Error>;

    /// The same with the term's positions in the field; only for [`Field::WITH_POSITIONS`].
    ///
    /// # Errors
    /// If the index cannot be read.
    fn for_each_position(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting, &[u32]),
    ) -> Result<(), Self::Error>;
}

/// An article that matches, before [`crate::score::rescore`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidate {
    /// The article's number.
    pub doc: u32,
    /// Sum over the clauses of their best alternative's BM25.
    pub bm25: f32,
    /// Weight of the matched clauses over that of all, 0 to 1; of those that are looked for in every field.
    pub coverage: f32,
    /// How the query lies in the title, or in one of the `questions`.
    pub title: TitleMatch,
}

/// How the query lies in a title.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TitleMatch {
    /// Weight of the clauses found in it over that of all, 0 to 1.
    pub coverage: f32,
    /// Weight of neighbouring clauses that are neighbours in it too, over that of all pairs, 0 to 1.
    pub adjacency: f32,
    /// Share of its words that the query has, 0 to 1.
    pub explained: f32,
    /// Whether it is the query: all of its words and no others.
    pub exact: bool,
}

/// Why an article has its BM25 score.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// Number of the clause in the plan.
    pub clause: usize,
    /// Number of the alternative in the clause.
    pub alternative: usize,
    /// The term.
    pub term: String,
    /// The field it was found in.
    pub field: Field,
    /// How often.
    pub term_freq: u32,
    /// BM25 of the term in the field.
    pub bm25: f32,
    /// The same times the field's weight.
    pub weighted: f32,
}

/// The articles that match a plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matches {
    /// The best, best first; equal scores by article number.
    pub best: Vec<Candidate>,
    /// All, with the weight of the clauses they match over that of all, 0 to 1; in no order.
    pub coverage: Vec<(u32, f32)>,
    /// Whether one of them has all words of the query, or what counts as such.
    pub complete: bool,
}

/// An alternative of this weight counts as the word: its synonym, its correction by one letter. What only begins like it
/// does not.
const AS_THE_WORD: f32 = 0.7;

/// What the function words of an article count that has no other word of the query.
const GRAMMAR_ALONE: f32 = 0.01;

/// The articles that match a plan, the best `limit` of them by BM25 in detail. Articles that `allowed` has as false are
/// left out.
///
/// # Errors
/// If the index cannot be read.
pub fn matches<P: Postings>(
    plan: &Plan,
    index: &P,
    ranking: &Ranking,
    limit: usize,
    allowed: Option<&[bool]>,
) -> Result<Matches, P::Error> {
    let mut run = Run::new(index, ranking)?;
    let counted = |clause: &Clause| if clause.is_everywhere() { clause.weight } else { 0.0 };
    let total: f32 = plan.clauses.iter().map(counted).sum();
    let mut scores = vec![0.0_f32; run.docs];
    let mut covered = vec![0.0_f32; run.docs];
    // What function words add.
    let mut grammar = vec![0.0_f32; run.docs];
    let mut seen = vec![false; run.docs];
    let mut words = vec![0_u8; run.docs];
    let mut matched = Vec::new();
    let mut sentences = Sentences::new(plan, run.docs);
    for clause in &plan.clauses {
        let boost = ranking.boost(clause);
        run.grammar = !clause.is_everywhere();
        run.clause(clause)?;
        for &doc in &run.clause.touched {
            let at = doc as usize;
            if allowed.is_some_and(|allowed| !allowed[at]) {
                continue;
            }
            if !seen[at] {
                seen[at] = true;
                matched.push(doc);
            }
            let score = run.clause.values[at] * boost;
            if clause.is_everywhere() {
                scores[at] += score;
                sentences.add(clause.sentence.number, doc, score);
            } else {
                grammar[at] += score;
            }
            covered[at] += counted(clause) * run.quality[at];
            words[at] += u8::from(clause.is_everywhere() && run.quality[at] >= AS_THE_WORD);
        }
        run.clear_clause();
    }
    sentences.weigh(&mut scores, ranking.other_sentences);
    for &doc in &matched {
        let at = doc as usize;
        // What only shares "how do I" with the query comes after all that share more.
        scores[at] += grammar[at] * if scores[at] > 0.0 { 1.0 } else { GRAMMAR_ALONE };
    }
    let share = |doc: u32| (covered[doc as usize] / total.max(f32::MIN_POSITIVE)).min(1.0);
    let coverage = matched.iter().map(|&doc| (doc, share(doc))).collect();
    let all_words = plan.clauses.iter().filter(|clause| clause.is_everywhere()).count();
    let complete = matched.iter().any(|&doc| usize::from(words[doc as usize]) == all_words);
    // The bits of scores, none of which is below zero, are in the order of their values.
    let falling = |doc: u32| !scores[doc as usize].to_bits();
    let mut order: Vec<u64> = matched.iter().map(|&doc| pair(falling(doc), doc)).collect();
    order.sort_unstable();
    order.truncate(limit);
    let mut best: Vec<Candidate> = (order.iter().map(|place| unpair(*place).1))
        .map(|doc| Candidate {
            doc,
            bm25: scores[doc as usize],
            coverage: share(doc),
            title: TitleMatch::default(),
        })
        .collect();
    match_titles(plan, index, &mut best)?;
    Ok(Matches {
        best,
        coverage,
        complete,
    })
}

/// What each term contributes to the BM25 score of one article, for an explanation.
///
/// # Errors
/// If the index cannot be read.
pub fn contributions<P: Postings>(
    plan: &Plan,
    index: &P,
    ranking: &Ranking,
    doc: u32,
) -> Result<Vec<Contribution>, P::Error> {
    let run = Run::new(index, ranking)?;
    let mut found = Vec::new();
    for (clause, content) in plan.clauses.iter().enumerate() {
        let caps = run.blended(&content.alternatives)?;
        for (alternative, terms) in content.alternatives.iter().enumerate() {
            for term in &terms.terms {
                for &field in content.fields {
                    let idf = run.term_idf(field, term, terms, &caps)?;
                    index.for_each_posting(field, term, &mut |posting| {
                        if posting.doc == doc {
                            let bm25 = run.scorers[field.index()].score(idf, posting.term_freq as f32, posting.norm);
                            let weighted = bm25 * ranking.fields[field.index()];
                            let (term, term_freq) = (term.clone(), posting.term_freq);
                            found.push(Contribution {
                                clause,
                                alternative,
                                term,
                                field,
                                term_freq,
                                bm25,
                                weighted,
                            });
                        }
                    })?;
                }
            }
        }
    }
    Ok(found)
}

/// The scores of articles by sentence: what a message asks stands in one sentence, and what its other words find there
/// tells more than what each of them finds somewhere.
#[derive(Default)]
struct Sentences {
    /// Scores of the sentence in hand, whose number it is.
    scores: Sparse,
    number: u32,
    /// Scores of the best sentence so far.
    best: Vec<f32>,
}

impl Sentences {
    fn new(plan: &Plan, docs: usize) -> Self {
        if plan
            .clauses
            .iter()
            .all(|clause| clause.sentence.number == plan.clauses[0].sentence.number)
        {
            return Self::default();
        }
        Self {
            scores: Sparse::new(docs),
            number: 0,
            best: vec![0.0; docs],
        }
    }

    fn add(&mut self, sentence: u32, doc: u32, score: f32) {
        if self.best.is_empty() {
            return;
        }
        if sentence != self.number {
            self.end();
            self.number = sentence;
        }
        let value = &mut self.scores.values[doc as usize];
        if *value == 0.0 {
            self.scores.touched.push(doc);
        }
        *value += score;
    }

    fn end(&mut self) {
        for &doc in &self.scores.touched {
            let best = &mut self.best[doc as usize];
            *best = best.max(self.scores.values[doc as usize]);
        }
        self.scores.clear();
    }

    fn weigh(mut self, scores: &mut [f32], others: f32) {
        self.end();
        for (score, best) in scores.iter_mut().zip(self.best) {
            *score = best + others * (*score - best);
        }
    }
}

/// Values by article, of which few are set.
#[derive(Default)]
struct Sparse {
    values: Vec<f32>,
    touched: Vec<u32>,
}

impl Sparse {
    fn new(docs: usize) -> Self {
        Self {
            values: vec![0.0; docs],
            touched: Vec::new(),
        }
    }

    fn clear(&mut self) {
        for doc in self.touched.drain(..) {
            self.values[doc as usize] = 0.0;
        }
    }
}

/// The working memory of one run.
struct Run<'a, P> {
    index: &'a P,
    ranking: &'a Ranking,
    docs: usize,
    scorers: Vec<FieldScorer>,
    /// Best field of the term in hand, and the sum over its fields.
    best: Sparse,
    sum: Vec<f32>,
    /// Whether the clause in hand is a function word.
    grammar: bool,
    /// How often the title has the term in hand, as far as that counts in the text.
    in_title: Sparse,
    /// Sum over the terms of an alternative of several, and how many were found.
    phrase: Sparse,
    found: Vec<u32>,
    /// Best alternative of the clause in hand, and its weight.
    clause: Sparse,
    quality: Vec<f32>,
}

/// The document frequency that all alternatives of a clause are taken to have, by field.
type Blended = [u32; Field::ALL.len()];

impl<'a, P: Postings> Run<'a, P> {
    fn new(index: &'a P, ranking: &'a Ranking) -> Result<Self, P::Error> {
        let docs = index.doc_count() as usize;
        let mut scorers = Vec::new();
        for field in Field::ALL {
            scorers.push(FieldScorer::new(index.average_length(field)?));
        }
        Ok(Self {
            index,
            ranking,
            docs,
            scorers,
            best: Sparse::new(docs),
            sum: vec![0.0; docs],
            grammar: false,
            in_title: Sparse::new(docs),
            phrase: Sparse::new(docs),
            found: vec![0; docs],
            clause: Sparse::new(docs),
            quality: vec![0.0; docs],
        })
    }

    /// A rare synonym or misspelling must not outweigh the word that was meant: within a clause all alternatives count
    /// as being as common as the commonest (Lucene's blended term query).
    fn blended(&self, alternatives: &[Alternative]) -> Result<Blended, P::Error> {
        let mut most = Blended::default();
        for alternative in alternatives.iter().filter(|alternative| is_blended(alternative)) {
            for field in Field::ALL {
                let frequency = self.index.field_doc_freq(field, &alternative.terms[0])?;
                most[field.index()] = most[field.index()].max(frequency);
            }
        }
        Ok(most)
    }

    fn term_idf(&self, field: Field, term: &str, of: &Alternative, caps: &Blended) -> Result<f32, P::Error> {
        let docs = self.docs as u32;
        let (here, most) = if is_blended(of) {
            (caps[field.index()], caps.iter().copied().max().unwrap_or_default())
        } else {
            (self.index.field_doc_freq(field, term)?, self.index.doc_freq(term)?)
        };
        let in_texts = field == Field::Body && self.ranking.titles < 1.0;
        let here = if in_texts {
            here.max(self.index.field_doc_freq(Field::Title, term)?)
        } else {
            here
        };
        let shared = self.ranking.shared_idf;
        let idf = (1.0 - shared) * idf(here, docs) + shared * idf(most, docs);
        Ok(if self.grammar {
            idf.min(self.ranking.grammar_idf)
        } else {
            idf
        })
    }

    /// Leaves in `self.clause` the best alternative's score for every article that has one.
    fn clause(&mut self, clause: &Clause) -> Result<(), P::Error> {
        let caps = self.blended(&clause.alternatives)?;
        for alternative in &clause.alternatives {
            if let [term] = alternative.terms.as_slice() {
                self.term(term, clause.fields, alternative, &caps)?;
                for doc in self.best.touched.drain(..) {
                    let at = doc as usize;
                    let score = self.best.values[at] + self.ranking.tie * (self.sum[at] - self.best.values[at]);
                    (self.best.values[at], self.sum[at]) = (0.0, 0.0);
                    offer(
                        &mut self.clause,
                        &mut self.quality,
                        doc,
                        score * alternative.weight,
                        alternative.weight,
                    );
                }
            } else {
                self.phrase(clause.fields, alternative, &caps)?;
            }
        }
        Ok(())
    }

    /// An alternative of several terms counts only where all of them stand.
    fn phrase(&mut self, fields: &[Field], alternative: &Alternative, caps: &Blended) -> Result<(), P::Error> {
        for term in &alternative.terms {
            self.term(term, fields, alternative, caps)?;
            for doc in self.best.touched.drain(..) {
                let at = doc as usize;
                let score = self.best.values[at] + self.ranking.tie * (self.sum[at] - self.best.values[at]);
                (self.best.values[at], self.sum[at]) = (0.0, 0.0);
                if self.found[at] == 0 {
                    self.phrase.touched.push(doc);
                }
                self.phrase.values[at] += score;
                self.found[at] += 1;
            }
        }
        let wanted = alternative.terms.len() as u32;
        // The parts of a compound were typed by the customer; the words of a synonym stand for one word.
        let share = if alternative.kind == MatchKind::Parts {
            1.0
        } else {
            1.0 / wanted as f32
        };
        for doc in &self.phrase.touched {
            let at = *doc as usize;
            if self.found[at] == wanted {
                let score = self.phrase.values[at] * share * alternative.weight;
                offer(&mut self.clause, &mut self.quality, *doc, score, alternative.weight);
            }
            self.found[at] = 0;
        }
        self.phrase.clear();
        Ok(())
    }

    /// Leaves in `best` and `sum` the weighted BM25 of a term.
    fn term(&mut self, term: &str, fields: &[Field], of: &Alternative, caps: &Blended) -> Result<(), P::Error> {
        let share = 1.0 - self.ranking.titles;
        for &field in fields {
            let weight = self.ranking.fields[field.index()];
            let idf = self.term_idf(field, term, of, caps)? * weight;
            let scorer = &self.scorers[field.index()];
            let (best, sum, in_title) = (&mut self.best, &mut self.sum, &mut self.in_title);
            let mut add = |posting: Posting, frequency: f32| {
                let at = posting.doc as usize;
                let score = scorer.score(idf, frequency, posting.norm);
                if sum[at] == 0.0 {
                    best.touched.push(posting.doc);
                }
                sum[at] += score;
                best.values[at] = best.values[at].max(score);
            };
            self.index.for_each_posting(field, term, &mut |posting| {
                let at = posting.doc as usize;
                let mut frequency = posting.term_freq as f32;
                if field == Field::Title && share > 0.0 {
                    in_title.touched.push(posting.doc);
                    in_title.values[at] = frequency * share;
                } else if field == Field::Body {
                    frequency += core::mem::take(&mut in_title.values[at]);
                }
                add(posting, frequency);
            })?;
            if field == Field::Body {
                for &doc in &in_title.touched {
                    let frequency = in_title.values[doc as usize];
                    if frequency > 0.0 {
                        let norm = self.index.body_norm(doc)?;
                        add(
                            Posting {
                                doc,
                                term_freq: 0,
                                norm,
                            },
                            frequency,
                        );
                    }
                }
            }
        }
        self.in_title.clear();
        Ok(())
    }

    fn clear_clause(&mut self) {
        for &doc in &self.clause.touched {
            self.quality[doc as usize] = 0.0;
        }
        self.clause.clear();
    }
}

fn is_blended(alternative: &Alternative) -> bool {
    alternative.terms.len() == 1 && alternative.kind != MatchKind::Parts
}

/// Keeps the better of what the clause has for an article and this.
fn offer(clause: &mut Sparse, quality: &mut [f32], doc: u32, score: f32, weight: f32) {
    let at = doc as usize;
    if clause.values[at] == 0.0 {
        clause.touched.push(doc);
    }
    clause.values[at] = clause.values[at].max(score);
    quality[at] = quality[at].max(weight);
}

/// Where clauses stand in one field of one article.
#[derive(Default)]
struct Places {
    /// [Pairs](pair) of position and clause.
    found: Vec<u64>,
    /// Terms of the field that the query has, and all.
    terms: u32,
    length: u32,
}

/// Finds how the query lies in the titles and questions of the candidates.
fn match_titles<P: Postings>(plan: &Plan, index: &P, candidates: &mut [Candidate]) -> Result<(), P::Error> {
    let mut numbers: Vec<u64> = (candidates.iter().enumerate())
        .map(|(at, found)| pair(found.doc, at as u32))
        .collect();
    numbers.sort_unstable();
    for field in Field::WITH_POSITIONS {
        let mut places: Vec<Places> = Vec::new();
        places.resize_with(candidates.len(), Places::default);
        let mut counted = TermMap::new();
        for (number, clause) in plan.clauses.iter().enumerate() {
            for term in clause.alternatives.iter().flat_map(|alternative| &alternative.terms) {
                let first = counted.insert(term, ());
                index.for_each_position(field, term, &mut |posting, positions| {
                    let found = numbers.partition_point(|number| *number < pair(posting.doc, 0));
                    if let Some((doc, at)) = numbers.get(found).map(|number| unpair(*number))
                        && doc == posting.doc
                    {
                        let places = &mut places[at as usize];
                        places.length = field_length(posting.norm);
                        places.terms += if first { positions.len() as u32 } else { 0 };
                        places.found.extend(positions.iter().map(|&at| pair(at, number as u32)));
                    }
                })?;
            }
        }
        for (candidate, mut places) in candidates.iter_mut().zip(places) {
            if !places.found.is_empty() {
                let found = match_title(field, plan, &mut places);
                if found.value() > candidate.title.value() {
                    candidate.title = found;
                }
            }
        }
    }
    Ok(())
}

impl TitleMatch {
    fn value(&self) -> f32 {
        self.coverage + self.adjacency + self.explained + f32::from(u8::from(self.exact))
    }
}

fn match_title(field: Field, plan: &Plan, places: &mut Places) -> TitleMatch {
    sort_unique(&mut places.found);
    let has = |position: u32, clause: usize| places.found.binary_search(&pair(position, clause as u32)).is_ok();
    let mut total = 0.0;
    let mut covered = 0.0;
    let mut all_pairs = 0.0;
    let mut pairs = 0.0;
    for (number, clause) in plan.clauses.iter().enumerate() {
        total += clause.weight;
        let at = |place: &u64| Some(unpair(*place)).filter(|place| place.1 == number as u32);
        let mut here = places.found.iter().filter_map(at).peekable();
        if here.peek().is_some() {
            covered += clause.weight;
        }
        if let Some(next) = plan.clauses.get(number + 1) {
            let weight = clause.weight + next.weight;
            all_pairs += weight;
            if here.any(|(position, _)| has(position + clause.words, number + 1)) {
                pairs += weight;
            }
        }
    }
    let share = |part: f32, whole: f32| if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 };
    let mut found = TitleMatch {
        coverage: share(covered, total),
        adjacency: share(pairs, all_pairs),
        explained: share(places.terms as f32, places.length as f32),
        exact: false,
    };
    // Of the questions only the length of all together is known: there the words must stand side by side.
    let rest = if field == Field::Title {
        found.explained
    } else {
        found.adjacency
    };
    found.exact = found.coverage > 0.999 && rest > 0.999;
    found
}
