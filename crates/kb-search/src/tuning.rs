//! What a writer adds to the index to steer search: synonyms and pinned articles. Parsing is elsewhere.

/// Everything that steers the search of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tuning {
    /// Words that find others.
    #[cfg_attr(feature = "serde", serde(default))]
    pub synonyms: Vec<Synonym>,
    /// Queries that show chosen articles first.
    #[cfg_attr(feature = "serde", serde(default))]
    pub pins: Vec<Pin>,
}

/// One rule: a query that holds one of the phrases in `from` also finds those in `to`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Synonym {
    /// Words or phrases in the query.
    pub from: Vec<String>,
    /// What they find besides themselves.
    pub to: Vec<String>,
}

impl Synonym {
    /// Words that each find all the others.
    pub fn mutual(words: Vec<String>) -> Self {
        Self {
            from: words.clone(),
            to: words,
        }
    }
}

/// A query for which chosen articles come first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pin {
    /// The query; any query with the same words in the same order (after analysis) matches.
    pub query: String,
    /// Sources of the articles (`billing/cancel.md`), best first.
    pub articles: Vec<String>,
}
