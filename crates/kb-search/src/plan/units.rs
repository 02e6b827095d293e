//! Which tokens of a query belong together.

use std::ops::Range;

use crate::analysis::{OwnedToken, TokenKind};

/// The tokens of one word, bigram or compound.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) parts: Vec<&'a OwnedToken>,
    pub(super) folded: Vec<&'a OwnedToken>,
    pub(super) pieces: Vec<&'a OwnedToken>,
    pub(super) joined: Option<&'a OwnedToken>,
    pub(super) range: Range<usize>,
    pub(super) position: u32,
}

impl Unit<'_> {
    /// The term that stands for it.
    pub(super) fn term(&self) -> &str {
        self.joined.map_or(&self.parts[0].text, |joined| &joined.text)
    }
}

/// Groups tokens: a joined token takes in the parts it spans.
pub(super) fn units(tokens: &[OwnedToken]) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    for token in tokens {
        match token.kind {
            TokenKind::Folded => {
                if let Some(unit) = units.last_mut() {
                    unit.folded.push(token);
                }
            }
            TokenKind::Piece => {
                if let Some(unit) = units.last_mut() {
                    unit.pieces.push(token);
                }
            }
            TokenKind::Joined => {
                let first = units.iter().rposition(|unit| unit.range.start <= token.range.start);
                let members = units.split_off(first.unwrap_or(units.len()));
                if members.is_empty() {
                    continue;
                }
                let mut all = Unit {
                    parts: Vec::new(),
                    folded: Vec::new(),
                    pieces: Vec::new(),
                    joined: Some(token),
                    range: token.range.clone(),
                    position: token.position,
                };
                for member in members {
                    all.parts.extend(member.parts);
                    all.folded.extend(member.folded);
                    all.pieces.extend(member.pieces);
                }
                units.push(all);
            }
            TokenKind::Exact | TokenKind::Bigram | TokenKind::Unigram => units.push(Unit {
                parts: vec![token],
                folded: Vec::new(),
                pieces: Vec::new(),
                joined: None,
                range: token.range.clone(),
                position: token.position,
            }),
        }
    }
    units
}
