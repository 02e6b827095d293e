//! A pack that is asked: serves from the files it has, and notes which it lacks. To whoever asks, a file that is not here
//! holds nothing; what comes of that is worth nothing while the pack is [waiting](Vocabulary::waiting).

use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use std::borrow::Cow;

use super::boot::{Boot, PinnedQuery, Popular};
use super::documents::{self, DOCUMENTS_PER_SHARD, Summary};
use super::facets::{Facet, Facets};
use super::page::page_sections;
use super::terms::{FarPostings, TermShard};
use super::vocabulary::VocabularyShard;
use super::{Damaged, Error};
use crate::analysis::Analyzer;
use crate::analysis::forms::is_key;
use crate::collections::sort_short;
use crate::execute::{Field, Posting, Postings};
use crate::plan::{Plan, Vocabulary, Wanted, probes};
use crate::rank::{Articles, Ranked};
use crate::search::{Article, Index, Options};
use crate::tuning::Synonym;

/// A beginning of words that spreads over more term shards is looked up in the vocabulary. The words found are in these
/// shards, so that few of them had better be fetched at once.
const FEW_SHARDS: usize = 2;

/// Pages whose texts are asked for at once, to look for a phrase or a spelling in them.
const PAGES_AT_ONCE: usize = 10;

/// One of the files of a pack besides the boot file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// A term shard.
    Terms(u32),
    /// The body postings of a term that has many.
    Far(u32),
    /// A vocabulary shard.
    Vocabulary(u32),
    /// A document shard.
    Documents(u32),
    /// The facets.
    Facets,
}

impl Resource {
    /// Its file name, without extension.
    pub fn name(self) -> String {
        let (letter, number) = match self {
            Self::Terms(number) => ('t', number),
            Self::Far(number) => ('f', number),
            Self::Vocabulary(number) => ('v', number),
            Self::Documents(number) => ('d', number),
            Self::Facets => return "x".to_owned(),
        };
        let mut digits = [0; 10];
        let mut at = digits.len();
        let mut rest = number;
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        core::iter::once(letter)
            .chain(digits[at..].iter().map(|&digit| char::from(digit)))
            .collect()
    }

    /// The file with this name.
    pub fn parse(name: &str) -> Option<Self> {
        let (letter, digits) = name.split_at_checked(1)?;
        let number = || digits.parse().ok();
        match letter {
            "t" => number().map(Self::Terms),
            "f" => number().map(Self::Far),
            "v" => number().map(Self::Vocabulary),
            "d" => number().map(Self::Documents),
            "x" if digits.is_empty() => Some(Self::Facets),
            _ => None,
        }
    }
}

/// A place for a file.
#[derive(Debug, Default)]
enum Slot<T> {
    /// It was not needed yet.
    #[default]
    Absent,
    /// It cannot be had: whatever it holds counts as not there.
    Failed,
    /// Here it is.
    Loaded(T),
}

/// An index made of files that come one by one.
#[derive(Debug)]
pub struct Pack {
    boot: Boot,
    terms: Vec<Slot<TermShard>>,
    far: Vec<Slot<FarPostings>>,
    vocabulary: Vec<Slot<VocabularyShard>>,
    documents: Vec<Slot<Vec<Summary>>>,
    facets: Slot<Facets>,
    /// Texts of pages that were handed in, by address.
    pages: Vec<(String, String)>,
    wanted: RefCell<Vec<Resource>>,
    /// How many they are.
    waiting: Cell<usize>,
    wanted_pages: RefCell<Vec<(u32, String)>>,
    incomplete: Cell<bool>,
}

impl Pack {
    /// Opens a pack by its boot file.
    ///
    /// # Errors
    /// If the bytes are not a boot file of this version.
    pub fn open(boot: &[u8]) -> Result<Self, Error> {
        let mut boot = Boot::read(boot)?;
        let embedded = core::mem::take(&mut boot.embedded);
        let mut pack = Self {
            terms: absent(boot.shards.len()),
            far: absent(boot.far.len()),
            vocabulary: absent(boot.vocabulary.len()),
            documents: absent(boot.doc_count().div_ceil(DOCUMENTS_PER_SHARD) as usize),
            facets: Slot::Absent,
            pages: Vec::new(),
            boot,
            wanted: RefCell::default(),
            waiting: Cell::default(),
            wanted_pages: RefCell::default(),
            incomplete: Cell::default(),
        };
        for (name, bytes) in embedded {
            pack.put(&name, bytes)?;
        }
        Ok(pack)
    }

    /// Hands a file in, inflated.
    ///
    /// # Errors
    /// If the bytes are not such a file, or the pack has none of this name. The pack is as it was.
    pub fn put(&mut self, name: &str, bytes: Vec<u8>) -> Result<(), Damaged> {
        let resource = Resource::parse(name).ok_or(Damaged)?;
        let norms = &self.boot.norms;
        match resource {
            Resource::Terms(n) => *at(&mut self.terms, n)? = Slot::Loaded(TermShard::read(bytes, norms)?),
            Resource::Far(n) => *at(&mut self.far, n)? = Slot::Loaded(FarPostings::read(bytes, norms)?),
            Resource::Vocabulary(n) => {
                *at(&mut self.vocabulary, n)? = Slot::Loaded(VocabularyShard::read(&bytes)?);
            }
            Resource::Documents(n) => *at(&mut self.documents, n)? = Slot::Loaded(documents::read(&bytes)?),
            Resource::Facets => self.facets = Slot::Loaded(Facets::read(&bytes, self.boot.doc_count())?),
        }
        Ok(())
    }

    /// A file cannot be had: searches do without it from now on, and say so ([`Pack::take_incomplete`]).
    pub fn fail(&mut self, name: &str) {
        let slot = match Resource::parse(name) {
            Some(Resource::Terms(n)) => at(&mut self.terms, n).map(fail),
            Some(Resource::Far(n)) => at(&mut self.far, n).map(fail),
            Some(Resource::Vocabulary(n)) => at(&mut self.vocabulary, n).map(fail),
            Some(Resource::Documents(n)) => at(&mut self.documents, n).map(fail),
            Some(Resource::Facets) => {
                fail(&mut self.facets);
                return;
            }
            None => return,
        };
        // A file that this pack does not have cannot be missed either.
        slot.unwrap_or_default();
    }

    /// The files that were missed since the last call, sorted, each once.
    pub fn take_wanted(&self) -> Vec<Resource> {
        self.waiting.set(0);
        let mut wanted: Vec<Resource> = Vec::new();
        for resource in self.wanted.take() {
            if !wanted.contains(&resource) {
                wanted.push(resource);
            }
        }
        sort_short(&mut wanted, |a, b| a < b);
        wanted
    }

    /// Whether something was looked up in a file that cannot be had since the last call.
    pub fn take_incomplete(&self) -> bool {
        self.incomplete.take()
    }

    /// Notes that files would be needed, without using them.
    ///
    /// The term shard of `term`, if `postings` also its body postings, and what of `prefix` begins with it.
    pub(super) fn prefetch(&self, term: &str, prefix: Option<Wanted>, postings: bool) {
        // What is missing is noted; nothing else is wanted here.
        self.term_shard(term);
        if postings && let Ok(number) = self.boot.far.search(term) {
            self.serve(&self.far, number, Resource::Far);
        }
        if let Some(wanted) = prefix {
            let Ok(()) = self.for_each_with_prefix(term, wanted, &mut |_, _| {});
        }
    }

    /// An article, if its shard is here.
    pub(super) fn document(&self, doc: u32) -> Option<&Summary> {
        let number = (doc / DOCUMENTS_PER_SHARD) as usize;
        let shard = self.serve(&self.documents, number, Resource::Documents);
        let document = shard.and_then(|shard| shard.get((doc % DOCUMENTS_PER_SHARD) as usize));
        if document.is_none() {
            self.incomplete.set(true);
        }
        document
    }

    /// What articles can be filtered by, if that is here.
    pub(super) fn facets(&self) -> Option<&Facets> {
        self.served(&self.facets, Resource::Facets)
    }

    /// Language tag of the articles.
    pub fn language(&self) -> &str {
        &self.boot.language
    }

    /// The path that the site lives under when it was built.
    pub fn base(&self) -> &str {
        &self.boot.base
    }

    /// Name of the folder, beside the boot file, with the other files; empty if there are none.
    pub fn folder(&self) -> &str {
        &self.boot.folder
    }

    /// What to offer before anything was typed.
    pub fn popular(&self) -> &[Popular] {
        &self.boot.popular
    }

    /// Synonyms.
    pub fn synonyms(&self) -> &[Synonym] {
        &self.boot.synonyms
    }

    /// Pinned queries with the numbers of their articles.
    pub fn pins(&self) -> &[PinnedQuery] {
        &self.boot.pins
    }

    /// Hands in the text of a page; empty if it cannot be had. [`page_sections`] has the form.
    pub fn put_page(&mut self, url: &str, text: String) {
        if self.page(url).is_none() {
            self.pages.push((url.to_owned(), text));
        }
    }

    fn page(&self, url: &str) -> Option<&str> {
        let (_, text) = self.pages.iter().find(|page| page.0 == url)?;
        Some(text)
    }

    /// The pages whose texts were missed since the last call: number of the article and address, as [`Summary::url`].
    pub fn take_wanted_pages(&self) -> Vec<(u32, String)> {
        self.wanted_pages.take()
    }

    fn served<'a, T>(&'a self, slot: &'a Slot<T>, resource: Resource) -> Option<&'a T> {
        match slot {
            Slot::Loaded(file) => return Some(file),
            Slot::Failed => self.incomplete.set(true),
            Slot::Absent => {
                self.waiting.set(self.waiting.get() + 1);
                self.wanted.borrow_mut().push(resource);
            }
        }
        None
    }

    fn serve<'a, T>(&'a self, slots: &'a [Slot<T>], number: usize, resource: fn(u32) -> Resource) -> Option<&'a T> {
        self.served(slots.get(number)?, resource(number as u32))
    }

    /// The shard that has the term, if any has and it is here.
    fn term_shard(&self, term: &str) -> Option<&TermShard> {
        let number = match self.boot.shards.search(term) {
            Ok(number) => number,
            Err(next) => next.checked_sub(1)?,
        };
        self.serve(&self.terms, number, Resource::Terms)
    }

    /// The shards that may have terms beginning with `prefix`.
    fn shards_with_prefix(&self, prefix: &str) -> core::ops::Range<usize> {
        let shards = &self.boot.shards;
        let first = match shards.search(prefix) {
            Ok(number) => number,
            Err(next) => next.saturating_sub(1),
        };
        let mut end = (first + 1).min(shards.len());
        while end < shards.len() && shards.get(end).starts_with(prefix) {
            end += 1;
        }
        first..end
    }

    fn field_postings(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting, &[u32])) {
        let Some(shard) = self.term_shard(term) else {
            return;
        };
        let norms = &self.boot.norms;
        if field == Field::Body && shard.is_far(term) {
            if let Ok(number) = self.boot.far.search(term)
                && let Some(far) = self.serve(&self.far, number, Resource::Far)
            {
                far.for_each(norms, visit);
            }
        } else {
            shard.for_each(field, term, norms, visit);
        }
    }
}

fn absent<T>(count: usize) -> Vec<Slot<T>> {
    (0..count).map(|_| Slot::Absent).collect()
}

fn at<T>(slots: &mut [Slot<T>], number: u32) -> Result<&mut Slot<T>, Damaged> {
    slots.get_mut(number as usize).ok_or(Damaged)
}

fn fail<T>(slot: &mut Slot<T>) {
    if matches!(slot, Slot::Absent) {
        *slot = Slot::Failed;
    }
}

impl Vocabulary for Pack {
    type Error = Infallible;

    fn waiting(&self) -> usize {
        self.waiting.get()
    }

    fn doc_count(&self) -> u32 {
        self.boot.doc_count()
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Infallible> {
        let frequencies = self.term_shard(term).and_then(|shard| shard.frequencies(term));
        let searched = frequencies.map(|all| &all[..Field::ALL.len()]);
        Ok(searched.and_then(|all| all.iter().copied().max()).unwrap_or_default())
    }

    /// Common terms come from the vocabulary, unless few term shards have all, or all are here.
    fn for_each_with_prefix(
        &self,
        prefix: &str,
        wanted: Wanted,
        visit: &mut dyn FnMut(&str, u32),
    ) -> Result<(), Infallible> {
        let range = self.shards_with_prefix(prefix);
        let here = |slot: &Slot<TermShard>| matches!(slot, Slot::Loaded(_));
        if wanted == Wanted::Common && range.len() > FEW_SHARDS && !self.terms[range.clone()].iter().all(here) {
            let directory = &self.boot.vocabulary;
            let number = match directory.search(prefix) {
                Ok(number) => number,
                Err(next) => next.saturating_sub(1),
            };
            if let Some(shard) = self.serve(&self.vocabulary, number, Resource::Vocabulary) {
                shard.for_each_with_prefix(prefix, visit);
            }
            return Ok(());
        }
        for number in range {
            let Some(shard) = self.serve(&self.terms, number, Resource::Terms) else {
                continue;
            };
            let first = shard.terms.search(prefix).unwrap_or_else(|at| at);
            for index in first..shard.terms.len() {
                let term = shard.terms.get(index);
                if !term.starts_with(prefix) {
                    break;
                }
                if !is_key(term) {
                    visit(term, shard.doc_freq(index));
                }
            }
        }
        Ok(())
    }
}

impl Postings for Pack {
    fn average_length(&self, field: Field) -> Result<f32, Infallible> {
        let tokens = self.boot.tokens[field.index()];
        Ok(tokens as f32 / self.boot.doc_count().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Infallible> {
        let frequencies = self.term_shard(term).and_then(|shard| shard.frequencies(term));
        Ok(frequencies.map_or(0, |all| all[field.index()]))
    }

    fn title_information(&self) -> Result<f32, Infallible> {
        Ok(self.boot.title_information)
    }

    fn body_norm(&self, doc: u32) -> Result<u8, Infallible> {
        Ok(self.boot.norms.get(doc as usize).copied().unwrap_or_default())
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Infallible> {
        self.field_postings(field, term, &mut |posting, _| visit(posting));
        Ok(())
    }

    fn for_each_position(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting, &[u32]),
    ) -> Result<(), Infallible> {
        self.field_postings(field, term, visit);
        Ok(())
    }
}

impl Articles for Pack {
    fn boost(&self, doc: u32) -> f32 {
        self.boot.boost(doc)
    }
}

impl Index for Pack {
    const HAS_TEXT: bool = false;

    /// Asks for everything at once that the query will need.
    fn prepare_query(&self, query: &str, options: &Options, analyzer: &mut Analyzer) -> Result<(), Infallible> {
        for probe in probes(query, options.typing, analyzer) {
            self.prefetch(&probe.term, probe.prefix, probe.postings);
        }
        if options.facets || options.collection.is_some() || options.tag.is_some() {
            // Noted; it is looked at later.
            self.facets();
        }
        Ok(())
    }

    fn prepare_plan(&self, plan: &Plan) -> Result<(), Infallible> {
        for clause in &plan.clauses {
            let body = clause.fields.contains(&Field::Body);
            for term in clause.alternatives.iter().flat_map(|alternative| &alternative.terms) {
                self.prefetch(term, None, body);
            }
        }
        Ok(())
    }

    fn prepare_articles(&self, articles: &[Ranked]) -> Result<(), Infallible> {
        for ranked in articles {
            self.document(ranked.candidate.doc);
        }
        Ok(())
    }

    fn article(&self, doc: u32) -> Result<Option<Article<'_>>, Infallible> {
        Ok(self.document(doc).map(|document| Article {
            summary: document.clone(),
            sections: Vec::new(),
        }))
    }

    fn texts(&self, doc: u32) -> Result<Vec<Cow<'_, str>>, Infallible> {
        let Some(document) = self.document(doc) else {
            return Ok(Vec::new());
        };
        let mut texts = vec![Cow::Borrowed(document.title.as_str())];
        if let Some(text) = self.page(&document.url) {
            texts.extend(page_sections(text).flat_map(|section| [section.heading, section.text]));
        } else {
            let mut wanted = self.wanted_pages.borrow_mut();
            if wanted.len() < PAGES_AT_ONCE {
                wanted.push((doc, document.url.clone()));
            }
        }
        Ok(texts)
    }

    fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<bool, Infallible> {
        let Some(facets) = self.facets() else {
            return Ok(false);
        };
        facets.for_each_in_group(facet, name, visit);
        Ok(true)
    }

    fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Infallible> {
        if let Some(facets) = self.facets() {
            facets.for_each_group(facet, visit);
        }
        Ok(())
    }
}
