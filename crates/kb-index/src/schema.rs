//! The tantivy schema of an index.

use super::tokenizer::Reads;
use kb_search::execute;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};

/// The fields of an index.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    pub(crate) keep: Keep,
    pub(crate) schema: Schema,
    /// The fields of terms, in the order of [`execute::Field::INDEXED`].
    pub(crate) searched: [Field; execute::Field::INDEXED.len()],
    pub(crate) source: Field,
    pub(crate) url: Field,
    pub(crate) breadcrumb: Field,
    pub(crate) anchors: Field,
    pub(crate) collection: Field,
    pub(crate) tag: Field,
    pub(crate) boost: Field,
}

/// What an index keeps of its articles besides postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The texts that are shown, too.
    Texts,
    /// Postings only.
    Postings,
}

/// tantivy's tokenizer that takes a text for one term.
const RAW_TOKENIZER: &str = "raw";

/// Name of the fast field with the article's boost.
pub(crate) const BOOST: &str = "boost";

/// The name under which the analyzer of a language is registered.
pub(crate) fn tokenizer_name(language: &str, reads: Reads) -> String {
    match reads {
        Reads::Words => format!("kb_{language}"),
        Reads::Forms => format!("kb_{language}_forms"),
    }
}

impl Fields {
    /// Positions are kept only where they are used; headings, anchors and body hold one value a section, in step.
    pub(crate) fn new(language: &str, keep: Keep) -> Self {
        let stored = |options: TextOptions| match keep {
            Keep::Texts => options.set_stored(),
            Keep::Postings => options,
        };
        let mut builder = Schema::builder();
        // tantivy reads the fields of a document in this order, so the forms come after all words.
        let searched = execute::Field::INDEXED.map(|field| {
            // Neither shown nor ranked by.
            let unshown = match field {
                execute::Field::Forms => Some(tokenizer_name(language, Reads::Forms)),
                execute::Field::Keys => Some(RAW_TOKENIZER.to_owned()),
                _ => None,
            };
            if let Some(tokenizer) = unshown {
                let indexing = TextFieldIndexing::default()
                    .set_tokenizer(&tokenizer)
                    .set_fieldnorms(false)
                    .set_index_option(IndexRecordOption::Basic);
                let options = TextOptions::default().set_indexing_options(indexing);
                return builder.add_text_field(field.name(), options);
            }
            let record = if execute::Field::WITH_POSITIONS.contains(&field) {
                IndexRecordOption::WithFreqsAndPositions
            } else {
                IndexRecordOption::WithFreqs
            };
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(&tokenizer_name(language, Reads::Words))
                .set_index_option(record);
            builder.add_text_field(
                field.name(),
                stored(TextOptions::default().set_indexing_options(indexing)),
            )
        });
        let source = builder.add_text_field("source", stored(STRING));
        let url = builder.add_text_field("url", stored(TextOptions::default()));
        let breadcrumb = builder.add_text_field("breadcrumb", stored(TextOptions::default()));
        let anchors = builder.add_text_field("anchors", stored(TextOptions::default()));
        let collection = builder.add_text_field("collection", STRING);
        let tag = builder.add_text_field("tag", STRING);
        let boost = builder.add_f64_field(BOOST, FAST);
        Self {
            keep,
            schema: builder.build(),
            searched,
            source,
            url,
            breadcrumb,
            anchors,
            collection,
            tag,
            boost,
        }
    }

    pub(crate) fn searched(&self, field: execute::Field) -> Field {
        self.searched[field.index()]
    }
}
