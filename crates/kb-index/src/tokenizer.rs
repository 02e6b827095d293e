//! The analyzer of `kb_search` as a tantivy tokenizer.

use std::sync::{Arc, Mutex, PoisonError};

use kb_search::analysis::{Analyzer, Mode};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// An analyzer that several fields, and segments made one after the other, use: what one has stemmed the others know.
pub(crate) type SharedAnalyzer = Arc<Mutex<Analyzer>>;

/// What a tokenizer gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reads {
    /// The terms of the text.
    Words,
    /// The forms of the words that the analyzer noted ([`Analyzer::note_words`]), whatever the text.
    Forms,
}

/// Registered under [`super::schema::tokenizer_name`].
#[derive(Clone)]
pub(crate) struct KbTokenizer {
    pub(crate) analyzer: SharedAnalyzer,
    pub(crate) reads: Reads,
}

/// The terms of one text. Indexing calls [`TokenStream::process`], which allocates nothing; whoever steps through the
/// stream instead gets a buffered copy.
pub(crate) struct KbTokenStream<'a> {
    analyzer: &'a Mutex<Analyzer>,
    reads: Reads,
    text: &'a str,
    token: Token,
    buffered: Option<std::vec::IntoIter<Token>>,
}

impl Tokenizer for KbTokenizer {
    type TokenStream<'a> = KbTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> KbTokenStream<'a> {
        KbTokenStream {
            analyzer: &self.analyzer,
            reads: self.reads,
            text,
            token: Token::default(),
            buffered: None,
        }
    }
}

impl TokenStream for KbTokenStream<'_> {
    fn advance(&mut self) -> bool {
        if self.buffered.is_none() {
            let mut tokens = Vec::new();
            self.process(&mut |token| tokens.push(token.clone()));
            self.buffered = Some(tokens.into_iter());
        }
        match self.buffered.as_mut().and_then(Iterator::next) {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }

    fn process(&mut self, sink: &mut dyn FnMut(&Token)) {
        let token = &mut self.token;
        // A cache of words is whole whatever happened to the thread that had it.
        let mut analyzer = self.analyzer.lock().unwrap_or_else(PoisonError::into_inner);
        match self.reads {
            Reads::Words => analyzer.tokenize(self.text, Mode::Index, &mut |found| {
                token.text.clear();
                token.text.push_str(found.text);
                token.position = found.position as usize;
                (token.offset_from, token.offset_to) = (found.from, found.to);
                sink(token);
            }),
            // Where a form stands is not kept.
            Reads::Forms => analyzer.noted_forms(&mut |form| {
                token.text.clear();
                token.text.push_str(form);
                token.position = 0;
                sink(token);
            }),
        }
    }
}
