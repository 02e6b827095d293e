//! The facets file: which articles are in which collection and have which tag.

use super::Damaged;
use super::bytes::{Reader, put_text, put_varint};

/// What articles can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// The collection they are in.
    Collection,
    /// A tag they have.
    Tag,
}

/// The articles of one collection or tag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The collection's title, or the tag.
    pub name: String,
    /// Numbers of its articles, ascending.
    pub docs: Vec<u32>,
}

/// All groups of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Collections, in the order they are shown.
    pub collections: Vec<Group>,
    /// Tags, sorted.
    pub tags: Vec<Group>,
}

impl Facets {
    /// The groups of a facet.
    pub fn groups(&self, facet: Facet) -> &[Group] {
        match facet {
            Facet::Collection => &self.collections,
            Facet::Tag => &self.tags,
        }
    }

    /// Calls `visit` for every article of one group.
    pub fn for_each_in_group(&self, facet: Facet, name: &str, visit: &mut dyn FnMut(u32)) {
        if let Some(group) = self.groups(facet).iter().find(|group| group.name == name) {
            group.docs.iter().copied().for_each(visit);
        }
    }

    /// Calls `visit` for every article of every group of a facet, group by group.
    pub fn for_each_group(&self, facet: Facet, visit: &mut dyn FnMut(&str, u32)) {
        for group in self.groups(facet) {
            for doc in &group.docs {
                visit(&group.name, *doc);
            }
        }
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for groups in [&self.collections, &self.tags] {
            put_varint(&mut out, groups.len() as u32);
            for group in groups {
                put_text(&mut out, &group.name);
                put_varint(&mut out, group.docs.len() as u32);
                let mut before = 0;
                for doc in &group.docs {
                    put_varint(&mut out, doc - before);
                    before = *doc;
                }
            }
        }
        out
    }

    pub(super) fn read(bytes: &[u8], doc_count: u32) -> Result<Self, Damaged> {
        let mut reader = Reader::new(bytes);
        let mut facets = Self::default();
        for groups in [&mut facets.collections, &mut facets.tags] {
            for _ in 0..reader.count() {
                let name = reader.string();
                let mut docs = vec![0; reader.count()];
                let mut doc = 0_u32;
                for place in &mut docs {
                    // What is too large is so after the sum is held at its limit, too.
                    doc = doc.saturating_add(reader.varint());
                    *place = doc;
                }
                reader.require(docs.is_empty() || doc < doc_count);
                groups.push(Group { name, docs });
            }
        }
        reader.end()?;
        Ok(facets)
    }
}
