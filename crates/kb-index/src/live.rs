//! A search index that follows its articles: milliseconds after an edit, it answers as a new index of the current
//! articles would.
//!
//! 1. The *base* is one tantivy segment of the articles at some time.
//! 2. The *delta*: small segments of articles that are new or have changed since, in their current version.
//! 3. The *dead*: small segments of the base's articles that were removed or have changed, in their old version.
//!
//! Postings are those of the base without the dead, and those of the delta. Document frequencies and lengths are those of
//! the base, minus those of the dead, plus those of the delta. So every number equals that of a new index. Articles are
//! renumbered each time, in the order given; what hits show comes from the articles themselves.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use kb_document::Document;
use kb_search::execute::Field;
use kb_search::pack::Facets;
use kb_search::search::{self, Rules};
use kb_search::suggester::{SuggestOptions, Suggestion, suggest};
use kb_search::{Analyzer, Language};
use kb_source::ContentPath;
use rayon::prelude::*;

use super::live_pack::{BasePack, Compressed, SharedFiles};
use super::pack::excerpt;
use super::segment::Segment;
use super::tokenizer::SharedAnalyzer;
use super::walk::{GONE, Part};
use super::write::{postings_of, shared_analyzer};
use super::{Answer, Error, IndexedArticle, Options, PackOptions, Tuning, rules};

/// At each edit, so many changed articles are indexed again together. With fewer per segment there would be more segments,
/// and slower queries.
const TOGETHER: usize = 16;
/// Most articles of one segment, where many have changed at once: another edit of one of them indexes all of these again.
const TOGETHER_MOST: usize = 64;
/// So many changed articles never need a new base ...
const CHANGED_LEAST: usize = 64;
/// ... and neither does one of so many articles of the base. The more have changed, the more segments a query reads.
const CHANGED_SHARE: usize = 50;

/// An article of a site that is being edited, as search sees it.
#[derive(Clone, Debug)]
pub struct LiveArticle {
    /// The document of its file.
    pub document: Arc<Document>,
    /// Its title.
    pub title: String,
    /// Address of its page: site path or absolute, without anchor.
    pub url: String,
    /// Titles of the categories above it, outermost first.
    pub breadcrumb: Vec<String>,
}

impl LiveArticle {
    /// What search indexes and shows of it.
    pub fn view(&self) -> IndexedArticle<'_> {
        IndexedArticle::new(&self.document, &self.title, Cow::Borrowed(&self.url), self.titles())
    }

    /// The same without sections.
    pub(super) fn front(&self) -> IndexedArticle<'_> {
        IndexedArticle::front(&self.document, &self.title, Cow::Borrowed(&self.url), self.titles())
    }

    fn titles(&self) -> Vec<Cow<'_, str>> {
        let titles = self.breadcrumb.iter();
        titles.map(|title| Cow::Borrowed(title.as_str())).collect()
    }
}

/// The search index of one language while its articles are edited.
///
/// It is immutable: after an edit, the next one is made from it and shares the unchanged parts. It may be shared between
/// threads. Its answers and its pack depend only on its articles, not on the edits that led to them.
pub struct LiveIndex {
    /// Its cache stays empty: every query works on a copy.
    analyzer: Analyzer,
    rules: Rules,
    pub(super) tuning: Tuning,
    pub(super) options: PackOptions,
    pub(super) articles: Vec<Entry>,
    pub(super) base: Arc<Base>,
    /// By article of the base: the article that was indexed.
    base_articles: Vec<Source>,
    /// By article of the base: its current number, or [`GONE`].
    pub(super) base_numbers: Vec<u32>,
    pub(super) dead: Vec<Dead>,
    pub(super) delta: Vec<Delta>,
    pub(super) facets: OnceLock<Facets>,
    pub(super) title_information: OnceLock<f32>,
    pub(super) caches: Caches,
    pub(super) pack: OnceLock<SharedFiles>,
}

/// Caches that make later indexes faster; they do not affect answers.
#[derive(Clone)]
pub(super) struct Caches {
    /// These have cached only the words of edited articles. There are two, so that neither thread waits for the other.
    dead: SharedAnalyzer,
    delta: SharedAnalyzer,
    pub(super) compressed: Arc<Compressed>,
}

impl Caches {
    fn new(language: &Language) -> Self {
        Self {
            dead: shared_analyzer(language),
            delta: shared_analyzer(language),
            compressed: Arc::default(),
        }
    }
}

/// A current article.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) article: LiveArticle,
    /// The beginning of its text, which is shown until the page is read.
    pub(super) excerpt: Arc<str>,
    /// Its number in the base, or [`GONE`] if it is in the delta.
    pub(super) in_base: u32,
}

/// The index of the articles at some time.
pub(super) struct Base {
    pub(super) segment: Segment,
    by_path: HashMap<ContentPath, u32>,
    pub(super) pack: BasePack,
}

/// Everything that postings depend on.
#[derive(Clone, Debug)]
struct Source {
    document: Arc<Document>,
    title: Arc<str>,
    breadcrumb: Arc<[String]>,
}

/// Some articles of the base that no longer count.
#[derive(Clone)]
pub(super) struct Dead {
    /// Their numbers in the base.
    pub(super) in_base: Vec<u32>,
    pub(super) segment: Arc<Segment>,
}

/// Some of the articles that the base does not have.
#[derive(Clone)]
pub(super) struct Delta {
    sources: Vec<Source>,
    /// Their current numbers.
    pub(super) numbers: Vec<u32>,
    pub(super) segment: Arc<Segment>,
}

impl std::fmt::Debug for LiveIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveIndex")
            .field("language", self.language())
            .field("articles", &self.articles.len())
            .finish_non_exhaustive()
    }
}

impl Source {
    fn new(article: &LiveArticle) -> Self {
        Self {
            document: Arc::clone(&article.document),
            title: article.title.as_str().into(),
            breadcrumb: article.breadcrumb.as_slice().into(),
        }
    }

    fn view(&self) -> IndexedArticle<'_> {
        let titles = self.breadcrumb.iter().map(|title| Cow::Borrowed(title.as_str()));
        IndexedArticle::new(&self.document, &self.title, Cow::Borrowed(""), titles.collect())
    }

    /// Whether both articles have the same postings.
    fn is(&self, article: &LiveArticle) -> bool {
        *self.title == *article.title
            && *self.breadcrumb == *article.breadcrumb
            && same_texts(&self.document, &article.document)
    }
}

/// Whether two documents have the same postings, apart from those of their titles.
fn same_texts(a: &Arc<Document>, b: &Arc<Document>) -> bool {
    let (front, other) = (&a.front, &b.front);
    Arc::ptr_eq(a, b)
        || (a.sections.len() == b.sections.len()
            && (a.sections.iter().zip(&b.sections)).all(|(a, b)| a.heading == b.heading && a.text == b.text)
            && a.questions == b.questions
            && (&front.questions, &front.keywords, &front.tags) == (&other.questions, &other.keywords, &other.tags))
}

impl LiveIndex {
    /// Indexes articles, which are numbered in the order given.
    ///
    /// # Errors
    /// [`Error::Tantivy`] if tantivy refuses, which no article causes.
    pub fn new(
        language: &str,
        articles: Vec<LiveArticle>,
        tuning: &Tuning,
        options: &PackOptions,
    ) -> Result<Self, Error> {
        let analyzer = Analyzer::new(Language::new(language));
        let excerpts = articles.par_iter().map(excerpt_of).collect();
        let caches = Caches::new(analyzer.language());
        Self::with_new_base(analyzer, articles, excerpts, tuning, options, caches)
    }

    /// The same index after its articles have changed: edited, added, removed, reordered, with other titles, addresses or
    /// categories, or with other synonyms and pins. Only articles that differ from the base are indexed.
    ///
    /// # Errors
    /// As for [`LiveIndex::new`].
    pub fn next(&self, articles: Vec<LiveArticle>, tuning: &Tuning, options: &PackOptions) -> Result<Self, Error> {
        let excerpts = self.excerpts(&articles);
        let in_base = self.find_in_base(&articles);
        let mut base_numbers = vec![GONE; self.base_numbers.len()];
        let mut base_articles = self.base_articles.clone();
        for (number, (article, &found)) in articles.iter().zip(&in_base).enumerate() {
            if found != GONE {
                base_numbers[found as usize] = number as u32;
                // Should the same text have been read again, the old copy is no longer needed.
                base_articles[found as usize].document = Arc::clone(&article.document);
            }
        }
        let dead = base_numbers.iter().filter(|number| **number == GONE).count();
        let added: Vec<u32> = (0_u32..)
            .zip(&in_base)
            .filter(|pair| *pair.1 == GONE)
            .map(|pair| pair.0)
            .collect();
        // This is more than all of them: a new base is cheaper than indexing the rest.
        if dead + added.len() > articles.len().max(CHANGED_LEAST) {
            let (analyzer, caches) = (self.analyzer.clone(), self.caches.clone());
            return Self::with_new_base(analyzer, articles, excerpts, tuning, options, caches);
        }
        let (dead, delta) = rayon::join(
            || self.next_dead(&base_numbers, &base_articles),
            || self.next_delta(added, &articles),
        );
        let mut next = Self {
            analyzer: self.analyzer.clone(),
            rules: Rules::default(),
            tuning: tuning.clone(),
            options: options.clone(),
            articles: entries(articles, excerpts, in_base),
            base: Arc::clone(&self.base),
            base_articles,
            base_numbers,
            dead: dead?,
            delta: delta?,
            facets: OnceLock::new(),
            title_information: OnceLock::new(),
            caches: self.caches.clone(),
            pack: OnceLock::new(),
        };
        next.set_rules()?;
        Ok(next)
    }

    /// Whether enough has changed since the base was made that [`LiveIndex::compact`] is worth its time.
    pub fn wants_compaction(&self) -> bool {
        let dead: usize = self.dead.iter().map(|dead| dead.in_base.len()).sum();
        let added: usize = self.delta.iter().map(|delta| delta.numbers.len()).sum();
        dead + added > CHANGED_LEAST.max(self.base_numbers.len() / CHANGED_SHARE)
    }

    /// The same index with a new base: the answers are the same, and indexes made from it are faster. Indexes all articles.
    ///
    /// # Errors
    /// As for [`LiveIndex::new`].
    pub fn compact(&self) -> Result<Self, Error> {
        let articles = self.articles.iter().map(|entry| entry.article.clone()).collect();
        let excerpts = self.articles.iter().map(|entry| Arc::clone(&entry.excerpt)).collect();
        let (analyzer, caches) = (self.analyzer.clone(), self.caches.clone());
        let next = Self::with_new_base(analyzer, articles, excerpts, &self.tuning, &self.options, caches)?;
        if self.pack.get().is_some() {
            next.pack()?;
        }
        Ok(next)
    }

    /// Answers a query as [`super::SearchIndex::search`] does. Never fails on input; a query without words has no hits.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn search(&self, query: &str, options: &Options) -> Result<Answer, Error> {
        let mut analyzer = self.analyzer.clone();
        search::search(self, &self.rules, &mut analyzer, query, options).map(|(answer, _)| answer)
    }

    /// Suggests articles for a message as [`super::SearchIndex::suggest`] does. Never fails on input.
    ///
    /// # Errors
    /// If the index cannot be read.
    pub fn suggest(&self, message: &str, options: &SuggestOptions) -> Result<Vec<Suggestion>, Error> {
        let mut analyzer = self.analyzer.clone();
        suggest(self, &self.rules, &mut analyzer, message, options).map(|(suggestions, _)| suggestions)
    }

    /// The language of its articles.
    pub fn language(&self) -> &Language {
        self.analyzer.language()
    }

    fn with_new_base(
        analyzer: Analyzer,
        articles: Vec<LiveArticle>,
        excerpts: Vec<Arc<str>>,
        tuning: &Tuning,
        options: &PackOptions,
        caches: Caches,
    ) -> Result<Self, Error> {
        // This analyzer is dropped afterwards: it would keep all words of all articles.
        let language = analyzer.language();
        let segment = postings_of(
            language,
            &shared_analyzer(language),
            articles.iter().map(LiveArticle::view),
        )?;
        let mut by_path = HashMap::with_capacity(articles.len());
        for (number, article) in articles.iter().enumerate() {
            by_path.entry(article.document.path.clone()).or_insert(number as u32);
        }
        let numbers: Vec<u32> = (0..articles.len() as u32).collect();
        let mut index = Self {
            analyzer,
            rules: Rules::default(),
            tuning: tuning.clone(),
            options: options.clone(),
            base: Arc::new(Base {
                segment,
                by_path,
                pack: BasePack::default(),
            }),
            base_articles: articles.iter().map(Source::new).collect(),
            base_numbers: numbers.clone(),
            articles: entries(articles, excerpts, numbers),
            dead: Vec::new(),
            delta: Vec::new(),
            facets: OnceLock::new(),
            title_information: OnceLock::new(),
            caches,
            pack: OnceLock::new(),
        };
        index.set_rules()?;
        Ok(index)
    }

    fn set_rules(&mut self) -> Result<(), Error> {
        self.rules = rules(&self.tuning, &self.analyzer, |source| Ok(self.number(source)))?;
        Ok(())
    }

    /// The number of the first article with this source.
    pub(super) fn number(&self, source: &str) -> Option<u32> {
        let mut entries = self.articles.iter();
        let number = entries.position(|entry| entry.article.document.path.as_str() == source)?;
        Some(number as u32)
    }

    /// For every article, its number in the base, or [`GONE`]; no number occurs twice.
    fn find_in_base(&self, articles: &[LiveArticle]) -> Vec<u32> {
        let mut taken = vec![false; self.base_articles.len()];
        let mut find = |(number, article): (usize, &LiveArticle)| {
            let before = self.articles.get(number).filter(|entry| {
                Arc::ptr_eq(&entry.article.document, &article.document)
                    && entry.article.title == article.title
                    && entry.article.breadcrumb == article.breadcrumb
            });
            let found = match before {
                Some(entry) => Some(entry.in_base).filter(|found| *found != GONE),
                None => (self.base.by_path.get(&article.document.path).copied())
                    .filter(|found| self.base_articles[*found as usize].is(article)),
            };
            match found {
                Some(found) if !std::mem::replace(&mut taken[found as usize], true) => found,
                _ => GONE,
            }
        };
        articles.iter().enumerate().map(&mut find).collect()
    }

    /// The excerpts of articles; known ones are not made again.
    fn excerpts(&self, articles: &[LiveArticle]) -> Vec<Arc<str>> {
        let same = |entry: &&Entry, article: &LiveArticle| Arc::ptr_eq(&entry.article.document, &article.document);
        let mut by_document: Option<HashMap<*const Document, &Entry>> = None;
        let known: Vec<Option<&Entry>> = (articles.iter().enumerate())
            .map(|(number, article)| {
                if let Some(entry) = self.articles.get(number).filter(|entry| same(entry, article)) {
                    return Some(entry);
                }
                let by_document = by_document.get_or_insert_with(|| {
                    let entries = self.articles.iter();
                    entries
                        .map(|entry| (Arc::as_ptr(&entry.article.document), entry))
                        .collect()
                });
                by_document.get(&Arc::as_ptr(&article.document)).copied()
            })
            .collect();
        (articles.par_iter().zip(known))
            .map(|(article, known)| known.map_or_else(|| excerpt_of(article), |entry| Arc::clone(&entry.excerpt)))
            .collect()
    }

    /// Segments of the articles of the base that have no number now: existing segments if all of their articles are dead,
    /// and new segments of the others.
    fn next_dead(&self, base_numbers: &[u32], base_articles: &[Source]) -> Result<Vec<Dead>, Error> {
        let is_dead = |number: &u32| base_numbers[*number as usize] == GONE;
        let mut dead: Vec<Dead> = self
            .dead
            .iter()
            .filter(|dead| dead.in_base.iter().all(is_dead))
            .cloned()
            .collect();
        let kept: HashSet<u32> = dead.iter().flat_map(|dead| &dead.in_base).copied().collect();
        let numbers = 0..base_numbers.len() as u32;
        let mut in_base: Vec<u32> = numbers
            .filter(|number| is_dead(number) && !kept.contains(number))
            .collect();
        if in_base.is_empty() {
            return Ok(dead);
        }
        if let Some(last) = dead.pop_if(|last| last.in_base.len() + in_base.len() <= TOGETHER) {
            in_base.extend(last.in_base);
        }
        for in_base in in_base.chunks(TOGETHER_MOST) {
            let views = in_base.iter().map(|&number| base_articles[number as usize].view());
            dead.push(Dead {
                segment: Arc::new(postings_of(self.language(), &self.caches.dead, views)?),
                in_base: in_base.to_vec(),
            });
        }
        Ok(dead)
    }

    /// Segments of the articles with these numbers: existing segments if all of their articles are among them, and new
    /// segments of the others.
    fn next_delta(&self, mut numbers: Vec<u32>, articles: &[LiveArticle]) -> Result<Vec<Delta>, Error> {
        let sources = |numbers: &[u32]| {
            numbers
                .iter()
                .map(|&number| Source::new(&articles[number as usize]))
                .collect()
        };
        let mut delta: Vec<Delta> = (self.numbers_in_delta(&numbers, articles).into_iter().zip(&self.delta))
            .filter(|(numbers, _)| !numbers.contains(&GONE))
            .map(|(numbers, before)| Delta {
                sources: sources(&numbers),
                numbers,
                segment: Arc::clone(&before.segment),
            })
            .collect();
        let kept: HashSet<u32> = delta.iter().flat_map(|delta| &delta.numbers).copied().collect();
        numbers.retain(|number| !kept.contains(number));
        if numbers.is_empty() {
            return Ok(delta);
        }
        if let Some(last) = delta.pop_if(|last| last.numbers.len() + numbers.len() <= TOGETHER) {
            numbers.extend(last.numbers);
        }
        for numbers in numbers.chunks(TOGETHER_MOST) {
            let views = numbers.iter().map(|&number| articles[number as usize].view());
            delta.push(Delta {
                segment: Arc::new(postings_of(self.language(), &self.caches.delta, views)?),
                sources: sources(numbers),
                numbers: numbers.to_vec(),
            });
        }
        Ok(delta)
    }

    /// By segment of the delta and article in it: the number of the article among these, or [`GONE`].
    fn numbers_in_delta(&self, numbers: &[u32], articles: &[LiveArticle]) -> Vec<Vec<u32>> {
        let mut places = HashMap::new();
        for (segment, delta) in self.delta.iter().enumerate() {
            for (place, source) in delta.sources.iter().enumerate() {
                places.insert(&source.document.path, (segment, place));
            }
        }
        let mut found: Vec<Vec<u32>> = self.delta.iter().map(|delta| vec![GONE; delta.sources.len()]).collect();
        for &number in numbers {
            let article = &articles[number as usize];
            if let Some(&(segment, place)) = places.get(&article.document.path)
                && self.delta[segment].sources[place].is(article)
            {
                found[segment][place] = number;
            }
        }
        found
    }

    /// The segments of the current articles.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let base = Part::new(&self.base.segment, &self.base_numbers);
        std::iter::once(base).chain(self.delta_parts()).collect()
    }

    /// The segments of the articles that are not in the base.
    pub(super) fn delta_parts(&self) -> impl Iterator<Item = Part<'_>> {
        (self.delta.iter()).map(|delta| Part::new(&delta.segment, &delta.numbers))
    }

    /// The number of all terms in a field.
    pub(super) fn tokens(&self, field: Field) -> u64 {
        let dead: u64 = self.dead.iter().map(|dead| dead.segment.tokens(field)).sum();
        let added: u64 = self.delta.iter().map(|delta| delta.segment.tokens(field)).sum();
        self.base.segment.tokens(field) - dead + added
    }
}

fn excerpt_of(article: &LiveArticle) -> Arc<str> {
    excerpt(&article.view()).into()
}

fn entries(articles: Vec<LiveArticle>, excerpts: Vec<Arc<str>>, in_base: Vec<u32>) -> Vec<Entry> {
    (articles.into_iter().zip(excerpts).zip(in_base))
        .map(|((article, excerpt), in_base)| Entry {
            article,
            excerpt,
            in_base,
        })
        .collect()
}
