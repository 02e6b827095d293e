//! The articles most like each article, in the way of tantivy's (and Lucene's) `MoreLikeThis`.
//!
//! `MoreLikeThis` takes an article's terms with the highest tf x idf and searches for them. One query an article is slow
//! at 10,000 articles, and pages would have to wait for the index. So all are answered at once here, from title,
//! headings, keywords and the beginning of the text: the same choice of terms, compared by cosine, so that a score says
//! how like two articles are and unlike ones can be left out.

use std::borrow::Cow;
use std::collections::HashMap;

use kb_search::analysis::{Mode, TokenKind};
use kb_search::bm25::idf;
use kb_search::{Analyzer, Language};

use super::IndexedArticle;

/// Terms that describe an article (`MoreLikeThis` takes 25).
const TERMS: usize = 25;
/// Terms of more articles than this share describe nothing.
const COMMON_SHARE: f32 = 0.1;
/// ... but so many may always have one, or small sites would have no related articles.
const COMMON_LEAST: usize = 20;
/// ... and never more, which bounds the work.
const COMMON_MOST: usize = 400;
/// Bytes of the text that are read.
const TEXT_BYTES: usize = 1_500;
/// What a word counts in the title, in keywords or questions, in headings, in the text.
const WEIGHTS: [f32; 4] = [4.0, 3.0, 1.5, 1.0];
/// An article of the same collection is this much nearer.
const SAME_COLLECTION: f32 = 1.15;
/// Below this cosine (1 is the article itself) another is not like it.
const LEAST_LIKENESS: f32 = 0.07;
/// Nor below this share of the nearest one's.
const LEAST_OF_BEST: f32 = 0.2;

/// For every article the numbers of the at most `count` articles most like it, best first.
///
/// Depends on the articles and their order only.
pub fn related<'a>(
    language: &str,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
    count: usize,
) -> Vec<Vec<usize>> {
    let mut reader = Reader::new(language);
    for article in articles {
        reader.read(&article);
    }
    reader.related(count)
}

struct Reader {
    analyzer: Analyzer,
    numbers: HashMap<String, u32>,
    doc_freq: Vec<u32>,
    /// By article: its terms with what they count.
    articles: Vec<Vec<(u32, f32)>>,
    collections: Vec<u32>,
    collection_numbers: HashMap<String, u32>,
}

impl Reader {
    fn new(language: &str) -> Self {
        Self {
            analyzer: Analyzer::new(Language::new(language)),
            numbers: HashMap::new(),
            doc_freq: Vec::new(),
            articles: Vec::new(),
            collections: Vec::new(),
            collection_numbers: HashMap::new(),
        }
    }

    fn read(&mut self, article: &IndexedArticle<'_>) {
        let mut terms: Vec<(u32, f32)> = Vec::new();
        self.terms(&article.title, WEIGHTS[0], &mut terms);
        for text in article.keywords.iter().chain(&article.tags).chain(&article.questions) {
            self.terms(text, WEIGHTS[1], &mut terms);
        }
        let mut left = TEXT_BYTES;
        for section in &article.sections {
            self.terms(&section.heading, WEIGHTS[2], &mut terms);
            let text = &section.text[..section.text.floor_char_boundary(left)];
            self.terms(text, WEIGHTS[3], &mut terms);
            left -= text.len();
        }
        terms.sort_unstable_by_key(|term| term.0);
        terms.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        for &(term, _) in &terms {
            self.doc_freq[term as usize] += 1;
        }
        self.articles.push(terms);
        let name = article.collection.as_ref().map_or("", Cow::as_ref);
        let next = self.collection_numbers.len() as u32;
        self.collections
            .push(*self.collection_numbers.entry(name.to_owned()).or_insert(next));
    }

    fn terms(&mut self, text: &str, weight: f32, terms: &mut Vec<(u32, f32)>) {
        let (numbers, doc_freq) = (&mut self.numbers, &mut self.doc_freq);
        self.analyzer.tokenize(text, Mode::Query, &mut |token| {
            // Joined and folded forms would count a word twice; single letters and numbers say little.
            let telling = matches!(token.kind, TokenKind::Exact | TokenKind::Bigram)
                && token.text.chars().nth(1).is_some()
                && !token.text.bytes().all(|byte| byte.is_ascii_digit());
            if !telling {
                return;
            }
            let number = if let Some(&number) = numbers.get(token.text) {
                number
            } else {
                let number = doc_freq.len() as u32;
                doc_freq.push(0);
                numbers.insert(token.text.to_owned(), number);
                number
            };
            terms.push((number, weight));
        });
    }

    fn related(mut self, count: usize) -> Vec<Vec<usize>> {
        let docs = self.articles.len();
        let most = ((docs as f32 * COMMON_SHARE) as usize).clamp(COMMON_LEAST, COMMON_MOST) as u32;
        let doc_freq = &self.doc_freq;
        let idfs: Vec<f32> = doc_freq.iter().map(|&frequency| idf(frequency, docs as u32)).collect();
        // Keep what describes an article: its terms with the highest tf x idf, each dampened as in BM25.
        for terms in &mut self.articles {
            terms.retain(|&(term, _)| (2..=most).contains(&doc_freq[term as usize]));
            for (term, weight) in terms.iter_mut() {
                *weight = *weight / (*weight + 2.0) * idfs[*term as usize];
            }
            terms.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            terms.truncate(TERMS);
        }
        let mut postings: Vec<Vec<(u32, f32)>> = vec![Vec::new(); doc_freq.len()];
        for (article, terms) in self.articles.iter().enumerate() {
            for &(term, weight) in terms {
                postings[term as usize].push((article as u32, weight));
            }
        }
        all_near(&self.articles, &self.collections, &postings, count)
    }
}

/// Compares every article with those that share a term, by the cosine of their terms.
fn all_near(
    articles: &[Vec<(u32, f32)>],
    collections: &[u32],
    postings: &[Vec<(u32, f32)>],
    count: usize,
) -> Vec<Vec<usize>> {
    let lengths: Vec<f32> = articles
        .iter()
        .map(|terms| terms.iter().map(|term| term.1 * term.1).sum::<f32>().sqrt())
        .collect();
    let mut likeness = vec![0.0_f32; articles.len()];
    let mut touched: Vec<u32> = Vec::new();
    let mut all = Vec::with_capacity(articles.len());
    for (article, terms) in articles.iter().enumerate() {
        for &(term, weight) in terms {
            for &(other, other_weight) in &postings[term as usize] {
                if likeness[other as usize] == 0.0 {
                    touched.push(other);
                }
                likeness[other as usize] += weight * other_weight;
            }
        }
        let mut near: Vec<(f32, u32)> = Vec::new();
        for other in touched.drain(..) {
            let shared = std::mem::take(&mut likeness[other as usize]);
            let cosine = shared / (lengths[article] * lengths[other as usize]);
            let same = collections[other as usize] == collections[article];
            if other as usize != article && cosine >= LEAST_LIKENESS {
                near.push((if same { cosine * SAME_COLLECTION } else { cosine }, other));
            }
        }
        near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let least = near.first().map_or(0.0, |best| best.0 * LEAST_OF_BEST);
        let near = near.into_iter().take(count).take_while(|near| near.0 >= least);
        all.push(near.map(|(_, other)| other as usize).collect());
    }
    all
}
