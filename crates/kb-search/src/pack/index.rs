//! A pack that is asked: serves from the files it has, and notes which it lacks.

use core::cell::{Cell, RefCell};
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

/// A file that was needed is not here; [`Pack::take_wanted`] tells which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

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
        let mut wanted = self.wanted.take();
        wanted.sort_unstable();
        wanted.dedup();
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
        let _ = self.term_shard(term);
        if postings && let Ok(number) = self.boot.far.search(term) {
            let _ = self.serve(&self.far, number, Resource::Far);
        }
        if let Some(wanted) = prefix {
            let _ = self.for_each_with_prefix(term, wanted, &mut |_, _| {});
        }
    }

    /// An article, unless its shard cannot be had.
    ///
    /// # Errors
    /// [`Missing`] if its shard is not here yet.
    pub(super) fn document(&self, doc: u32) -> Result<Option<&Summary>, Missing> {
        let number = (doc / DOCUMENTS_PER_SHARD) as usize;
        let shard = self.serve(&self.documents, number, Resource::Documents)?;
        let document = shard.and_then(|shard| shard.get((doc % DOCUMENTS_PER_SHARD) as usize));
        if document.is_none() {
            self.incomplete.set(true);
        }
        Ok(document)
    }

    /// What articles can be filtered by, unless that cannot be had.
    ///
    /// # Errors
    /// [`Missing`] if the file is not here yet.
    pub(super) fn facets(&self) -> Result<Option<&Facets>, Missing> {
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

    /// Fails if a file was missed since the last [`Pack::take_wanted`].
    fn nothing_wanted(&self) -> Result<(), Missing> {
        if self.wanted.borrow().is_empty() {
            Ok(())
        } else {
            Err(Missing)
        }
    }

    fn served<'a, T>(&'a self, slot: &'a Slot<T>, resource: Resource) -> Result<Option<&'a T>, Missing> {
        match slot {
            Slot::Loaded(file) => Ok(Some(file)),
            Slot::Failed => {
                self.incomplete.set(true);
                Ok(None)
            }
            Slot::Absent => {
                self.wanted.borrow_mut().push(resource);
                Err(Missing)
            }
        }
    }

    fn serve<'a, T>(
        &'a self,
        slots: &'a [Slot<T>],
        number: usize,
        resource: fn(u32) -> Resource,
    ) -> Result<Option<&'a T>, Missing> {
        match slots.get(number) {
            Some(slot) => self.served(slot, resource(number as u32)),
            None => Ok(None),
        }
    }

    /// The shard that has the term, if any has.
    fn term_shard(&self, term: &str) -> Result<Option<&TermShard>, Missing> {
        match self.boot.shards.search(term) {
            Ok(number) => self.serve(&self.terms, number, Resource::Terms),
            Err(0) => Ok(None),
            Err(next) => self.serve(&self.terms, next - 1, Resource::Terms),
        }
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

    fn field_postings(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting, &[u32])) -> Result<(), Missing> {
        let Some(shard) = self.term_shard(term)? else {
            return Ok(());
        };
        let norms = &self.boot.norms;
        if field == Field::Body && shard.is_far(term) {
            if let Ok(number) = self.boot.far.search(term)
                && let Some(far) = self.serve(&self.far, number, Resource::Far)?
            {
                far.for_each(norms, visit);
            }
        } else {
            shard.for_each(field, term, norms, visit);
        }
        Ok(())
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
    type Error = Missing;

    fn doc_count(&self) -> u32 {
        self.boot.doc_count()
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Missing> {
        let frequencies = self.term_shard(term)?.and_then(|shard| shard.frequencies(term));
        let searched = frequencies.map(|all| &all[..Field::ALL.len()]);
        Ok(searched.and_then(|all| all.iter().copied().max()).unwrap_or_default())
    }

    /// Common terms come from the vocabulary, unless few term shards have all, or all are here.
    fn for_each_with_prefix(
        &self,
        prefix: &str,
        wanted: Wanted,
        visit: &mut dyn FnMut(&str, u32),
    ) -> Result<(), Missing> {
        let range = self.shards_with_prefix(prefix);
        let here = |slot: &Slot<TermShard>| matches!(slot, Slot::Loaded(_));
        if wanted == Wanted::Common && range.len() > FEW_SHARDS && !self.terms[range.clone()].iter().all(here) {
            let directory = &self.boot.vocabulary;
            let number = match directory.search(prefix) {
                Ok(number) => number,
                Err(next) => next.saturating_sub(1),
            };
            if let Some(shard) = self.serve(&self.vocabulary, number, Resource::Vocabulary)? {
                shard.for_each_with_prefix(prefix, visit);
            }
            return Ok(());
        }
        let mut missing = false;
        for number in range.clone() {
            missing |= self.serve(&self.terms, number, Resource::Terms).is_err();
        }
        if missing {
            return Err(Missing);
        }
        for number in range {
            let Some(shard) = self.serve(&self.terms, number, Resource::Terms)? else {
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
    fn average_length(&self, field: Field) -> Result<f32, Missing> {
        let tokens = self.boot.tokens[field.index()];
        Ok(tokens as f32 / self.boot.doc_count().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Missing> {
        let frequencies = self.term_shard(term)?.and_then(|shard| shard.frequencies(term));
        Ok(frequencies.map_or(0, |all| all[field.index()]))
    }

    fn title_information(&self) -> Result<f32, Missing> {
        Ok(self.boot.title_information)
    }

    fn body_norm(&self, doc: u32) -> Result<u8, Missing> {
        Ok(self.boot.norms.get(doc as usize).copied().unwrap_or_default())
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Missing> {
        self.field_postings(field, term, &mut |posting, _| visit(posting))
    }

    fn for_each_position(
        &self,
        field: Field,
        term: &str,
        visit: &mut dyn FnMut(Posting, &[u32]),
    ) -> Result<(), Missing> {
        self.field_postings(field, term, visit)
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
    fn prepare_query(&self, query: &str, options: &Options, analyzer: &mut Analyzer) -> Result<(), Missing> {
        for probe in probes(query, options.typing, analyzer) {
            self.prefetch(&probe.term, probe.prefix, probe.postings);
        }
        if options.facets || options.collection.is_some() || options.tag.is_some() {
            // Noted; it is looked at later.
            let _ = self.facets();
        }
        self.nothing_wanted()
    }

    fn prepare_plan(&self, plan: &Plan) -> Result<(), Missing> {
        for clause in &plan.clauses {
            let body = clause.fields.contains(&Field::Body);
            for term in clause.alternatives.iter().flat_map(|alternative| &alternative.terms) {
                self.prefetch(term, None, body);
            }
        }
        self.nothing_wanted()
    }

    fn prepare_articles(&self, articles: &[Ranked]) -> Result<(), Missing> {
        for ranked in articles {
            let _ = self.document(ranked.candidate.doc);
        }
        self.nothing_wanted()
    }

    fn article(&self, doc: u32) -> Result<Option<Article<'_>>, Missing> {
        Ok(self.document(doc)?.map(|document| Article {
            summary: document.clone(),
            sections: Vec::new(),
        }))
    }

    fn texts(&self, doc: u32) -> Result<Vec<Cow<'_, str>>, Missing> {
        let Some(document) = self.document(doc)? else {
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

    fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<bool, Missing> {
        let Some(facets) = self.facets()? else {
            return Ok(false);
        };
        facets.for_each_in_group(facet, name, visit);
        Ok(true)
    }

    fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Missing> {
        if let Some(facets) = self.facets()? {
            facets.for_each_group(facet, visit);
        }
        Ok(())
    }
}
