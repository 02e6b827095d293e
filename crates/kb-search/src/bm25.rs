//! BM25 exactly as tantivy 0.27 computes it, so that every executor gives the same scores.
//!
//! Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with Lucene's idf and
//! Lucene's one-byte field lengths. A test of the native search holds this against tantivy's own `Bm25Weight`.

/// Term-frequency saturation.
pub const K1: f32 = 1.2;
/// Share of length normalisation.
pub const B: f32 = 0.75;

/// Inverse document frequency: `ln(1 + (N - n + 0.5) / (n + 0.5))`.
pub fn idf(doc_freq: u32, doc_count: u32) -> f32 {
    let (n, count) = (doc_freq.min(doc_count) as f32, doc_count as f32);
    (1.0 + (count - n + 0.5) / (n + 0.5)).ln()
}

/// The length, in terms, that a field-norm byte stands for: exact to 40, then with three binary digits after the first
/// (Lucene's `SmallFloat.byte4ToInt`).
pub fn field_length(norm: u8) -> u32 {
    const EXACT: u32 = 24;
    let norm = u32::from(norm);
    if norm < EXACT {
        return norm;
    }
    let code = norm - EXACT;
    let (mantissa, shift) = (code & 7, code >> 3);
    EXACT
        + if shift == 0 {
            mantissa
        } else {
            (mantissa | 8) << (shift - 1)
        }
}

/// BM25 of one field: everything that does not depend on the term.
#[derive(Clone, Debug)]
pub struct FieldScorer {
    norms: Vec<f32>,
}

impl FieldScorer {
    /// For a field that holds `average_length` terms on average.
    pub fn new(average_length: f32) -> Self {
        let norm = |id| K1 * (1.0 - B + B * field_length(id) as f32 / average_length);
        Self {
            norms: (0..=u8::MAX).map(norm).collect(),
        }
    }

    /// The score of a term with this `idf` and `frequency` in a field of the given length byte.
    pub fn score(&self, idf: f32, frequency: f32, norm: u8) -> f32 {
        idf * (1.0 + K1) * (frequency / (frequency + self.norms[usize::from(norm)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_lengths_are_exact_at_first_and_grow() {
        assert!((0..40).all(|length| field_length(length) == u32::from(length)));
        assert_eq!([field_length(40), field_length(41), field_length(48)], [40, 42, 56]);
        assert!((1..=u8::MAX).all(|norm| field_length(norm) > field_length(norm - 1)));
    }

    #[test]
    fn rare_terms_weigh_more() {
        assert!(idf(1, 100) > idf(50, 100));
        assert!(idf(100, 100) > 0.0);
        assert!(idf(200, 100) > 0.0, "more documents than there are: no NaN");
    }
}
