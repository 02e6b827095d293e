//! The articles related to each article, found as tantivy's (and Lucene's) `MoreLikeThis` finds them.
//!
//! `MoreLikeThis` searches for the terms of an article with the highest tf x idf. One query per article is slow at 10,000
//! articles, and pages would have to wait for the index. Here all articles are compared at once, by title, headings,
//! keywords and the beginning of the text: the same choice of terms, compared by cosine, which measures how similar two
//! articles are, so that unrelated ones can be left out.
//!
//! 1. Every article is read once ([`words`]), in parallel; [`RelatedArticles`] keeps what was read for its successor.
//! 2. [`Similarities`] are made from all articles at the first question.
//! 3. [`RelatedArticles::of`] compares one article with those that share a term.
//!
//! The result does not depend on the order in which articles were read: terms of equal weight are ordered by a hash of their text.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, OnceLock};

use kb_document::Document;
use kb_search::analysis::{Mode, TokenKind};
use kb_search::bm25::idf;
use kb_search::{Analyzer, Language};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::{IndexedArticle, LiveArticle};

/// Terms that describe an article (`MoreLikeThis` takes 25).
const TERMS: usize = 25;
/// Terms that occur in more than this share of the articles describe nothing.
const COMMON_SHARE: f32 = 0.1;
/// ... but a term may always occur in so many, or small sites would have no related articles.
const COMMON_LEAST: usize = 20;
/// ... and never in more, which bounds the work.
const COMMON_MOST: usize = 400;
/// Length of the beginning of the text that is read, in bytes.
const TEXT_BYTES: usize = 1_500;
/// The weight of a word in the title, in keywords or questions, in headings, in the text; in halves.
const WEIGHTS: [u16; 4] = [8, 6, 3, 2];
/// Factor on the similarity of articles in the same collection.
const SAME_COLLECTION: f32 = 1.15;
/// Below this cosine, articles are not related; 1 is the article itself.
const LEAST_LIKENESS: f32 = 0.07;
/// Nor below this share of the highest cosine.
const LEAST_OF_BEST: f32 = 0.2;
/// Fewer articles than this do not justify another thread.
const LEAST_READ: usize = 16;
/// So many unused terms are always tolerated.
const UNUSED_TERMS: usize = 1_000;

/// For every article, the numbers of at most `count` related articles, best first.
///
/// Depends only on the articles and their order.
#[cfg(test)]
pub(super) fn related<'a>(
    language: &str,
    articles: impl IntoIterator<Item = IndexedArticle<'a>>,
    count: usize,
) -> Vec<Vec<usize>> {
    let articles: Vec<IndexedArticle<'a>> = articles.into_iter().collect();
    let mut numbers = Numbers::default();
    let words: Vec<Words> = (read(language, &articles, Cow::Borrowed).iter())
        .map(|hashed| numbers.number(hashed))
        .collect();
    let collections: Vec<u64> = articles.iter().map(collection).collect();
    drop(articles);
    let similarities = Similarities::new(&words, &numbers.hashes);
    (0..words.len())
        .into_par_iter()
        .map_init(Scratch::default, |scratch, article| {
            similarities.related(article, &collections, count, scratch)
        })
        .collect()
}

/// The related articles of one language while its articles are edited.
///
/// It is immutable: after an edit, the next one is made from it and reads only new texts. It may be shared between threads.
#[derive(Clone, Debug)]
pub struct RelatedArticles {
    articles: Vec<Article>,
    collections: Vec<u64>,
    numbers: Arc<Numbers>,
    similarities: Arc<OnceLock<Similarities>>,
}

/// An article and the terms read from it.
#[derive(Clone, Debug)]
struct Article {
    document: Arc<Document>,
    title: Arc<str>,
    words: Words,
}

impl RelatedArticles {
    /// Reads the articles of a language. Those that `before` has too, with the same document and title, are not read
    /// again; the answers do not depend on it.
    pub fn new(language: &str, articles: &[LiveArticle], before: Option<&Self>) -> Self {
        let known = known(articles, before);
        let fresh: Vec<&LiveArticle> = (articles.iter().zip(&known))
            .filter(|(_, known)| known.is_none())
            .map(|(article, _)| article)
            .collect();
        let hashed = read(language, &fresh, |article| Cow::Owned(article.view()));
        let mut numbers = before.map_or_else(Arc::default, |before| Arc::clone(&before.numbers));
        let mut fresh = fresh.iter().zip(hashed);
        let mut described = Vec::with_capacity(articles.len());
        for known in known {
            if let Some(article) = known {
                described.push(article.clone());
            } else if let Some((article, hashed)) = fresh.next() {
                described.push(Article {
                    document: Arc::clone(&article.document),
                    title: article.title.as_str().into(),
                    words: Numbers::extended(&mut numbers, &hashed),
                });
            }
        }
        let collections = articles
            .iter()
            .map(|article| collection_hash(article.breadcrumb.first().map_or("", String::as_str)))
            .collect();
        let mut next = Self {
            articles: described,
            collections,
            numbers,
            similarities: Arc::default(),
        };
        if before.is_none() {
            let numbers = Arc::make_mut(&mut next.numbers);
            numbers.used = numbers.hashes.len();
        } else if next.numbers.is_stale() {
            next.renumber();
        } else if let Some(before) = before.filter(|before| before.says_the_same(&next)) {
            next.similarities = Arc::clone(&before.similarities);
        }
        next
    }

    /// The numbers of at most `count` related articles of one article, best first.
    pub fn of(&self, article: usize, count: usize) -> Vec<usize> {
        let similarities = self.similarities.get_or_init(|| {
            let words: Vec<&Words> = self.articles.iter().map(|article| &article.words).collect();
            Similarities::new(&words, &self.numbers.hashes)
        });
        similarities.related(article, &self.collections, count, &mut Scratch::default())
    }

    /// Whether the articles have the same words in the same order; everything else may differ.
    fn says_the_same(&self, other: &Self) -> bool {
        self.articles.len() == other.articles.len()
            && (self.articles.iter().zip(&other.articles))
                .all(|(a, b)| Arc::ptr_eq(&a.words, &b.words) || a.words == b.words)
    }

    /// Forgets the terms that no article has anymore.
    fn renumber(&mut self) {
        let mut numbers = Numbers::default();
        for article in &mut self.articles {
            let hashed: Vec<(u64, u16)> = (article.words.iter())
                .map(|&(term, weight)| (self.numbers.hashes[term as usize], weight))
                .collect();
            article.words = numbers.number(&hashed);
        }
        numbers.used = numbers.hashes.len();
        self.numbers = Arc::new(numbers);
    }
}

/// For every article, its known terms if it is unchanged.
fn known<'b>(articles: &[LiveArticle], before: Option<&'b RelatedArticles>) -> Vec<Option<&'b Article>> {
    let Some(before) = before else {
        return vec![None; articles.len()];
    };
    let same = |article: &LiveArticle, known: &Article| {
        Arc::ptr_eq(&article.document, &known.document) && *article.title == *known.title
    };
    let mut by_document: Option<HashMap<*const Document, &Article>> = None;
    let find = |(number, article): (usize, &LiveArticle)| {
        if let Some(known) = before.articles.get(number).filter(|known| same(article, known)) {
            return Some(known);
        }
        let by_document = by_document.get_or_insert_with(|| {
            let articles = before.articles.iter();
            articles.map(|known| (Arc::as_ptr(&known.document), known)).collect()
        });
        let known = *by_document.get(&Arc::as_ptr(&article.document))?;
        same(article, known).then_some(known)
    };
    articles.iter().enumerate().map(find).collect()
}

#[cfg(test)]
fn collection(article: &IndexedArticle<'_>) -> u64 {
    collection_hash(article.collection.as_deref().unwrap_or_default())
}

fn collection_hash(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// The terms of an article, as hashes, with their weights.
type HashedWords = Vec<(u64, u16)>;

/// The terms of an article by their numbers, with their weights; ordered by hash.
type Words = Arc<[(u32, u16)]>;

/// Reads articles in parallel. Each thread reads many articles in turn, because its analyzer caches their words.
fn read<'a, A: Sync>(
    language: &str,
    articles: &'a [A],
    view: impl Fn(&'a A) -> Cow<'a, IndexedArticle<'a>> + Sync,
) -> Vec<HashedWords> {
    let language = Language::new(language);
    let each = articles
        .len()
        .div_ceil(rayon::current_num_threads() * 2)
        .max(LEAST_READ);
    let chunks: Vec<Vec<HashedWords>> = articles
        .par_chunks(each)
        .map(|chunk| {
            let mut analyzer = Analyzer::new(language.clone());
            chunk
                .iter()
                .map(|article| words(&view(article), &mut analyzer))
                .collect()
        })
        .collect();
    chunks.into_iter().flatten().collect()
}

fn words(article: &IndexedArticle<'_>, analyzer: &mut Analyzer) -> HashedWords {
    let mut found = HashedWords::new();
    add_words(&article.title, WEIGHTS[0], analyzer, &mut found);
    for text in article.keywords.iter().chain(&article.tags).chain(&article.questions) {
        add_words(text, WEIGHTS[1], analyzer, &mut found);
    }
    let mut left = TEXT_BYTES;
    for section in &article.sections {
        add_words(&section.heading, WEIGHTS[2], analyzer, &mut found);
        let text = &section.text[..section.text.floor_char_boundary(left)];
        add_words(text, WEIGHTS[3], analyzer, &mut found);
        left -= text.len();
    }
    found.sort_unstable_by_key(|term| term.0);
    found.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 = kept.1.saturating_add(next.1);
        }
        same
    });
    found
}

fn add_words(text: &str, weight: u16, analyzer: &mut Analyzer, found: &mut HashedWords) {
    analyzer.tokenize(text, Mode::Query, &mut |token| {
        // Joined and folded forms would count a word twice; single letters and numbers describe little.
        let telling = matches!(token.kind, TokenKind::Exact | TokenKind::Bigram)
            && token.text.chars().nth(1).is_some()
            && !token.text.bytes().all(|byte| byte.is_ascii_digit());
        if telling {
            found.push((xxh3_64(token.text.as_bytes()), weight));
        }
    });
}

/// Numbers of terms, in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
struct Numbers {
    by_hash: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    hashes: Vec<u64>,
    /// How many terms were in use when the numbers were given.
    used: usize,
}

impl Numbers {
    fn number(&mut self, hashed: &[(u64, u16)]) -> Words {
        let mut number = |hash| {
            *self.by_hash.entry(hash).or_insert_with(|| {
                self.hashes.push(hash);
                self.hashes.len() as u32 - 1
            })
        };
        hashed.iter().map(|&(hash, weight)| (number(hash), weight)).collect()
    }

    /// The same; copies the numbers only if there are new terms.
    fn extended(numbers: &mut Arc<Self>, hashed: &[(u64, u16)]) -> Words {
        let known: Option<Words> = hashed
            .iter()
            .map(|(hash, weight)| Some((*numbers.by_hash.get(hash)?, *weight)))
            .collect();
        known.unwrap_or_else(|| Arc::make_mut(numbers).number(hashed))
    }

    /// Whether there are so many unused terms that they should be renumbered.
    fn is_stale(&self) -> bool {
        self.hashes.len() > 2 * self.used + UNUSED_TERMS
    }
}

/// Keys are already hashes.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What describes each article, and the articles that each term describes.
#[derive(Debug)]
struct Similarities {
    /// By article: its terms with the highest tf x idf and their weights, best first.
    telling: Vec<Vec<(u32, f32)>>,
    /// By article: the length of the vector of these weights.
    lengths: Vec<f32>,
    /// The articles of all terms, those of a term side by side in ascending order, with their weights.
    postings: Vec<(u32, f32)>,
    /// By term: where its postings begin; one more at the end.
    starts: Vec<u32>,
}

/// Working memory of a comparison: by article, its sum over shared terms; and the articles that share a term.
#[derive(Default)]
struct Scratch {
    shared: Vec<f32>,
    touched: Vec<u32>,
}

impl Similarities {
    /// `hashes` are those of the terms, by number.
    fn new<W: AsRef<[(u32, u16)]> + Sync>(articles: &[W], hashes: &[u64]) -> Self {
        let docs = articles.len();
        let most = ((docs as f32 * COMMON_SHARE) as usize).clamp(COMMON_LEAST, COMMON_MOST) as u32;
        let mut doc_freq = vec![0_u32; hashes.len()];
        for &(term, _) in articles.iter().flat_map(AsRef::as_ref) {
            doc_freq[term as usize] += 1;
        }
        let idfs: Vec<f32> = (0..=most).map(|frequency| idf(frequency, docs as u32)).collect();
        let telling: Vec<Vec<(u32, f32)>> = articles
            .par_iter()
            .map(|words| telling(words.as_ref(), &doc_freq, &idfs, hashes))
            .collect();
        let lengths = telling
            .iter()
            .map(|terms| terms.iter().map(|term| term.1 * term.1).sum::<f32>().sqrt())
            .collect();
        let (postings, starts) = postings(&telling, hashes.len());
        Self {
            telling,
            lengths,
            postings,
            starts,
        }
    }

    /// Compares an article with those that share a term, by the cosine of their terms.
    fn related(&self, article: usize, collections: &[u64], count: usize, scratch: &mut Scratch) -> Vec<usize> {
        let Scratch { shared, touched } = scratch;
        shared.resize(self.telling.len(), 0.0);
        for &(term, weight) in &self.telling[article] {
            let [start, end] = [term, term + 1].map(|at| self.starts[at as usize] as usize);
            for &(other, other_weight) in &self.postings[start..end] {
                if shared[other as usize] == 0.0 {
                    touched.push(other);
                }
                shared[other as usize] += weight * other_weight;
            }
        }
        let mut found: Vec<(f32, u32)> = Vec::new();
        for other in touched.drain(..) {
            let at = other as usize;
            let cosine = std::mem::take(&mut shared[at]) / (self.lengths[article] * self.lengths[at]);
            let same = collections[at] == collections[article];
            if at != article && cosine >= LEAST_LIKENESS {
                found.push((if same { cosine * SAME_COLLECTION } else { cosine }, other));
            }
        }
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let least = found.first().map_or(0.0, |best| best.0 * LEAST_OF_BEST);
        let found = found.into_iter().take(count).take_while(|found| found.0 >= least);
        found.map(|(_, other)| other as usize).collect()
    }
}

/// The terms that describe an article: those with the highest tf x idf, each dampened as in BM25, best first.
/// `idfs` are by number of articles; terms of more articles are ignored.
fn telling(words: &[(u32, u16)], doc_freq: &[u32], idfs: &[f32], hashes: &[u64]) -> Vec<(u32, f32)> {
    let mut terms: Vec<(u32, f32)> = (words.iter())
        .filter_map(|&(term, halves)| {
            let frequency = doc_freq[term as usize] as usize;
            let idf = idfs.get(frequency).filter(|_| frequency >= 2)?;
            let weight = f32::from(halves) / 2.0;
            Some((term, weight / (weight + 2.0) * idf))
        })
        .collect();
    let order = |a: &(u32, f32), b: &(u32, f32)| {
        let hash = |term: u32| hashes[term as usize];
        b.1.total_cmp(&a.1).then_with(|| hash(a.0).cmp(&hash(b.0)))
    };
    if terms.len() > TERMS {
        terms.select_nth_unstable_by(TERMS - 1, order);
        terms.truncate(TERMS);
    }
    terms.sort_unstable_by(order);
    terms
}

fn postings(telling: &[Vec<(u32, f32)>], terms: usize) -> (Vec<(u32, f32)>, Vec<u32>) {
    let mut starts = vec![0_u32; terms + 1];
    for &(term, _) in telling.iter().flatten() {
        starts[term as usize + 1] += 1;
    }
    for term in 0..terms {
        starts[term + 1] += starts[term];
    }
    let mut next = starts.clone();
    let mut postings = vec![(0, 0.0); starts[terms] as usize];
    for (article, described) in telling.iter().enumerate() {
        for &(term, weight) in described {
            let place = &mut next[term as usize];
            postings[*place as usize] = (article as u32, weight);
            *place += 1;
        }
    }
    (postings, starts)
}

#[cfg(test)]
mod tests {
    use super::super::live_tests::document;
    use super::*;

    fn article(number: usize, word: &str) -> LiveArticle {
        let words: Vec<String> = (0..100).map(|at| format!("{word}x{at}")).collect();
        LiveArticle {
            document: document(&format!("{number}.md"), &words.join(" ")),
            title: format!("Article {word}"),
            url: String::new(),
            breadcrumb: Vec::new(),
        }
    }

    #[test]
    fn words_that_no_article_has_any_more_are_forgotten() {
        let mut articles: Vec<LiveArticle> = (0..4).map(|number| article(number, "same")).collect();
        let mut related = RelatedArticles::new("en", &articles, None);
        for edit in 0..100 {
            articles[edit % 4] = article(edit % 4, &format!("edit{}", edit / 2));
            related = RelatedArticles::new("en", &articles, Some(&related));
            assert!(related.numbers.hashes.len() < 2 * 500 + UNUSED_TERMS + 200);
            let found: Vec<_> = (0..4).map(|article| related.of(article, 3)).collect();
            assert_eq!(found, super::related("en", articles.iter().map(LiveArticle::view), 3));
        }
        assert_eq!(related.of(0, 3), [1]);
    }

    #[test]
    fn only_what_changes_the_words_changes_the_comparison() {
        let mut articles: Vec<LiveArticle> = (0..4).map(|number| article(number, "same")).collect();
        let before = RelatedArticles::new("en", &articles, None);
        assert_eq!(before.of(0, 9), [1, 2, 3]);
        articles[2].breadcrumb = vec!["Elsewhere".to_owned()];
        articles[1].document = Arc::new(Document::clone(&articles[1].document));
        let moved = RelatedArticles::new("en", &articles, Some(&before));
        assert!(Arc::ptr_eq(&before.similarities, &moved.similarities));
        assert_eq!(moved.of(0, 9), [1, 3, 2]);
        articles[3] = article(3, "other");
        let edited = RelatedArticles::new("en", &articles, Some(&moved));
        assert!(!Arc::ptr_eq(&moved.similarities, &edited.similarities));
        assert_eq!(edited.of(0, 9), [1, 2]);
    }
}
