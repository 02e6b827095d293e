//! Summary shards: what is shown of an article in a list of hits.

use super::Damaged;
use super::bytes::{Reader, put_text, put_texts, put_varint};

/// Articles in one shard.
pub(super) const DOCUMENTS_PER_SHARD: u32 = 8;

/// What a pack holds of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Its title.
    pub title: String,
    /// Address below the root of the site, without a slash before it, or a whole URL.
    pub url: String,
    /// Path of its Markdown file below the content folder.
    pub source: String,
    /// Titles of the categories above it, outermost first.
    pub breadcrumb: Vec<String>,
    /// Its description or beginning, shown until the page itself is read.
    pub excerpt: String,
}

pub(super) fn write(documents: &[Summary]) -> Vec<u8> {
    let mut out = Vec::new();
    put_varint(&mut out, documents.len() as u32);
    for document in documents {
        put_text(&mut out, &document.title);
        put_text(&mut out, &document.url);
        put_text(&mut out, &document.source);
        put_texts(&mut out, &document.breadcrumb);
        put_text(&mut out, &document.excerpt);
    }
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Summary>, Damaged> {
    let mut reader = Reader::new(bytes);
    let documents = (0..reader.count())
        .map(|_| Summary {
            title: reader.string(),
            url: reader.string(),
            source: reader.string(),
            breadcrumb: reader.texts(),
            excerpt: reader.string(),
        })
        .collect();
    reader.end()?;
    Ok(documents)
}
