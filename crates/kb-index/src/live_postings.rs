//! The postings of a [`LiveIndex`]: every number is that of a new index.

use std::collections::BTreeMap;
use std::sync::Arc;

use kb_search::execute::{Field, Posting, Postings};
use kb_search::pack::{Facet, Facets};
use kb_search::plan::{PREFIXED, Vocabulary, Wanted};
use kb_search::rank::Articles;
use kb_search::score::TitleInformation;
use kb_search::search::{Article, Index};

use super::pack::Groups;
use super::segment::{FullPosting, Segment};
use super::walk::{GONE, order};
use super::{Error, LiveIndex, valid_boost};

impl LiveIndex {
    /// How many more or fewer articles each term with a prefix has than in the base.
    fn changes(&self, field: Field, prefix: &str) -> Result<BTreeMap<String, i64>, Error> {
        let mut changes = BTreeMap::new();
        let mut add = |segment: &Arc<Segment>, sign: i64| {
            segment.for_each_with_prefix(field, prefix, &mut |term, doc_freq| {
                let change = sign * i64::from(doc_freq);
                match changes.get_mut(term) {
                    Some(known) => *known += change,
                    None => _ = changes.insert(term.to_owned(), change),
                }
            })
        };
        for dead in &self.dead {
            add(&dead.segment, -1)?;
        }
        for delta in &self.delta {
            add(&delta.segment, 1)?;
        }
        Ok(changes)
    }

    /// Calls `visit` with every term of a field that begins with `prefix` and its number of articles.
    fn for_each_in_field(&self, field: Field, prefix: &str, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        let mut changes = self.changes(field, prefix)?;
        self.base
            .segment
            .for_each_with_prefix(field, prefix, &mut |term, doc_freq| {
                let change = if changes.is_empty() { None } else { changes.remove(term) };
                let now = i64::from(doc_freq) + change.unwrap_or_default();
                if now > 0 {
                    visit(term, now as u32);
                }
            })?;
        // The remaining terms are only in the delta.
        for (term, doc_freq) in changes {
            visit(&term, doc_freq as u32);
        }
        Ok(())
    }

    fn facets(&self) -> &Facets {
        self.facets.get_or_init(|| {
            let mut groups = Groups::default();
            for (number, entry) in self.articles.iter().enumerate() {
                let tags = entry.article.document.front.tags.iter().map(String::as_str);
                groups.push(
                    number as u32,
                    entry.article.breadcrumb.first().map(String::as_str),
                    tags,
                );
            }
            groups.finish()
        })
    }
}

impl Vocabulary for LiveIndex {
    type Error = Error;

    fn doc_count(&self) -> u32 {
        self.articles.len() as u32
    }

    fn doc_freq(&self, term: &str) -> Result<u32, Error> {
        let mut most = 0;
        for field in Field::ALL {
            most = self.field_doc_freq(field, term)?.max(most);
        }
        Ok(most)
    }

    fn for_each_with_prefix(&self, prefix: &str, _: Wanted, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        for field in PREFIXED {
            self.for_each_in_field(field, prefix, visit)?;
        }
        Ok(())
    }
}

impl Postings for LiveIndex {
    fn title_information(&self) -> Result<f32, Error> {
        if let Some(known) = self.title_information.get() {
            return Ok(*known);
        }
        let mut information = TitleInformation::default();
        let mut outcome = Ok(());
        self.for_each_in_field(
            Field::Title,
            "",
            &mut |term, titles| match self.field_doc_freq(Field::Body, term) {
                Ok(in_bodies) => information.add(titles, in_bodies, self.doc_count()),
                Err(error) => outcome = Err(error),
            },
        )?;
        outcome?;
        let value = information.value(self.doc_count());
        Ok(*self.title_information.get_or_init(|| value))
    }

    fn body_norm(&self, doc: u32) -> Result<u8, Error> {
        let in_base = self.articles[doc as usize].in_base;
        if in_base != GONE {
            return Ok(self.base.segment.norm(Field::Body, in_base));
        }
        let found = self.delta.iter().find_map(|delta| {
            let place = delta.numbers.iter().position(|number| *number == doc)?;
            Some(delta.segment.norm(Field::Body, place as u32))
        });
        Ok(found.unwrap_or_default())
    }

    fn average_length(&self, field: Field) -> Result<f32, Error> {
        Ok(self.tokens(field) as f32 / self.doc_count().max(1) as f32)
    }

    fn field_doc_freq(&self, field: Field, term: &str) -> Result<u32, Error> {
        let mut count = self.base.segment.doc_freq(field, term)?;
        for dead in &self.dead {
            count -= dead.segment.doc_freq(field, term)?;
        }
        for delta in &self.delta {
            count += delta.segment.doc_freq(field, term)?;
        }
        Ok(count)
    }

    fn for_each_posting(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting)) -> Result<(), Error> {
        let mut found: Vec<Posting> = Vec::new();
        for part in self.parts() {
            part.segment.for_each_posting(field, term, &mut |posting| {
                let doc = part.numbers[posting.doc as usize];
                if doc != GONE {
                    found.push(Posting { doc, ..posting });
                }
            })?;
        }
        // A stable sort merges the ascending runs of the parts.
        if !found.is_sorted_by_key(|posting| posting.doc) {
            found.sort_by_key(|posting| posting.doc);
        }
        found.into_iter().for_each(visit);
        Ok(())
    }

    fn for_each_position(&self, field: Field, term: &str, visit: &mut dyn FnMut(Posting, &[u32])) -> Result<(), Error> {
        let mut found: Vec<FullPosting> = Vec::new();
        for part in self.parts() {
            part.segment.for_each_position(field, term, &mut |posting, positions| {
                let doc = part.numbers[posting.doc as usize];
                if doc != GONE {
                    found.push((Posting { doc, ..posting }, positions.to_vec()));
                }
            })?;
        }
        order(&mut found);
        for (posting, positions) in found {
            visit(posting, &positions);
        }
        Ok(())
    }
}

impl Articles for LiveIndex {
    fn boost(&self, doc: u32) -> f32 {
        valid_boost(self.articles[doc as usize].article.document.front.boost as f32)
    }
}

impl Index for LiveIndex {
    const HAS_TEXT: bool = true;

    fn article(&self, doc: u32) -> Result<Option<Article<'_>>, Error> {
        Ok(Some(self.articles[doc as usize].article.view().into()))
    }

    fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) -> Result<bool, Error> {
        self.facets().for_each_in_group(facet, name, visit);
        Ok(true)
    }

    fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) -> Result<(), Error> {
        self.facets().for_each_group(facet, visit);
        Ok(())
    }
}
