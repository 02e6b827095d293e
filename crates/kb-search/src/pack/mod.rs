//! The browser's form of an index: the same terms, postings and statistics as tantivy's segment, in small files of which
//! a query needs a few.
//!
//! This module is the one codec: every file is written and read in the same place. Writing starts from [`PackWriter`],
//! which takes terms in ascending order from whatever index there is; reading ends in [`Pack`], which is asked like any
//! other index ([`crate::plan::Vocabulary`], [`crate::execute::Postings`]) and says which files it lacks. Compression,
//! names and transport belong to the host.
//!
//! Files, before compression; all numbers are unsigned LEB128 unless said otherwise:
//!
//! | name | holds |
//! |---|---|
//! | `boot` | versions, language, statistics, the length of every body, boosts, synonyms, pins, popular articles, and the first term of every shard |
//! | `t0`, `t1` ... | term shards: terms with their postings by field |
//! | `f0`, `f1` ... | body postings that are too long for a term shard, one term a file |
//! | `v0`, `v1` ... | vocabulary shards: terms with how common they are, cut between first characters |
//! | `d0`, `d1` ... | document shards: what is shown of 8 articles |
//! | `x` | facets: the articles of every collection and tag |
//!
//! The manual has the format byte by byte (`content/reference/pack-format.md`). A reader given any bytes returns an
//! error and never reads past the end; what it accepted it can serve without further checks.

mod boot;
mod bytes;
mod documents;
mod facets;
mod index;
mod page;
mod terms;
mod vocabulary;
mod write;

use crate::execute::{Field, Posting};

pub use boot::{PinnedQuery, Popular};
pub use documents::Summary;
pub use facets::{Facet, Facets, Group};
pub use index::{Pack, Resource};
pub use page::{page_sections, page_text};
pub use terms::{EncodedTerm, EncodedTerms};
pub use write::{Header, PackFiles, PackWriter};

/// The version of the format. A pack of another version is refused: the site was built by another kb than the page's
/// engine. Raise it with every change of the files.
pub const FORMAT_VERSION: u32 = 2;

/// The postings of a term in every field, in the order of [`Field::INDEXED`], with positions where the field keeps them.
pub type FieldPostings = [Vec<(Posting, Vec<u32>)>; Field::INDEXED.len()];

/// The bytes are not those of a file of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// Why a pack cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// It is no pack, or was cut or changed on the way.
    Damaged,
    /// Another version of kb wrote it.
    Version,
}

impl From<Damaged> for Error {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Damaged => "the search index is damaged",
            Self::Version => "the search index was written by another version of kb",
        })
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests;
