//! The search core of kb: what decides which articles answer a query, on every platform alike.
//!
//! There is no I/O here and no tantivy, so that one source compiles natively and to wasm. A search runs in these steps:
//!
//! 1. [`analysis`]: text becomes terms, the same way when articles are indexed and when a query is read.
//! 2. [`plan`]: the query's terms become a [`plan::Plan`]: optional clauses of weighted alternatives (exact, synonym,
//!    prefix, corrected typo), asked against the index's [`plan::Vocabulary`].
//! 3. [`execute`]: the plan is run over an index, whatever holds it ([`execute::Postings`]), to BM25 candidates.
//! 4. [`score`]: one function turns candidates into the final ranking: coverage, titles, article boost, pins.
//! 5. [`sections`]: inside each hit the best sections are chosen, with an excerpt and the matched words marked.
//!
//! [`search`] is these steps in order, the same over every index. [`tuning`] holds what a writer may add: synonyms and
//! pinned articles.

pub mod analysis;
pub mod bm25;
pub mod collections;
pub mod distance;
pub mod engine;
pub mod execute;
#[cfg(feature = "explain")]
pub mod explain;
pub mod hits;
pub mod message;
pub mod pack;
pub mod phrase;
pub mod plan;
pub mod rank;
pub mod score;
pub mod search;
pub mod sections;
pub mod spelling;
mod stopwords;
pub mod structure;
pub mod suggester;
pub mod tuning;

pub use analysis::{Analyzer, Language};
