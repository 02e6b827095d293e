//! A cache from written words to their terms: stemming costs a hundred times more than looking a word up.

/// The terms of one written word.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The stem in the word's own spelling; empty if nothing of the word is left.
    pub(crate) exact: &'a str,
    /// The stem of the word without diacritics, where that is another.
    pub(crate) folded: Option<&'a str>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: u32,
    key: u16,
    exact: u16,
    folded: u16,
}

/// The hash stands beside the number of the entry, so that a look-up seldom touches an entry that is not its own.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    entry: u32,
}

/// Open-addressing hash table over one text arena; bounded, emptied when full.
#[derive(Clone)]
pub(crate) struct WordCache {
    slots: Vec<Slot>,
    entries: Vec<Entry>,
    arena: String,
}

/// Words kept before the cache starts over. English articles of 78 MB hold about 150,000 different spellings.
const CAPACITY: usize = 1 << 18;
/// Longer words are not worth a place.
pub(crate) const MAX_CACHED_BYTES: usize = 128;
const EMPTY: Slot = Slot {
    hash: 0,
    entry: u32::MAX,
};

impl WordCache {
    pub(crate) fn new() -> Self {
        Self {
            slots: vec![EMPTY; 64],
            entries: Vec::new(),
            arena: String::new(),
        }
    }

    /// The number of the word's entry, if it is here.
    pub(crate) fn find(&self, word: &str) -> Result<usize, u32> {
        let hash = hash(word.as_bytes());
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Slot {
                hash: found,
                entry: index,
            } = self.slots[slot];
            if index == EMPTY.entry {
                return Err(hash);
            }
            if found == hash {
                let entry = self.entries[index as usize];
                let start = entry.start as usize;
                let end = start + usize::from(entry.key);
                if equal(&self.arena.as_bytes()[start..end], word.as_bytes()) {
                    return Ok(index as usize);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The terms of an entry.
    pub(crate) fn terms(&self, index: usize) -> Terms<'_> {
        let entry = self.entries[index];
        let exact = entry.start as usize + usize::from(entry.key);
        let folded = exact + usize::from(entry.exact);
        let end = folded + usize::from(entry.folded);
        Terms {
            exact: &self.arena[exact..folded],
            folded: (entry.folded > 0).then(|| &self.arena[folded..end]),
        }
    }

    /// Adds a word that [`WordCache::find`] did not find; all three texts are shorter than 64 KB.
    pub(crate) fn insert(&mut self, hash: u32, word: &str, exact: &str, folded: Option<&str>) -> usize {
        if self.entries.len() >= CAPACITY {
            *self = Self::new();
        }
        let folded = folded.unwrap_or_default();
        let index = self.entries.len();
        self.entries.push(Entry {
            start: self.arena.len() as u32,
            key: word.len() as u16,
            exact: exact.len() as u16,
            folded: folded.len() as u16,
        });
        for text in [word, exact, folded] {
            self.arena.push_str(text);
        }
        if self.entries.len() * 2 > self.slots.len() {
            self.grow();
        }
        self.place(Slot {
            hash,
            entry: index as u32,
        });
        index
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; self.slots.len() * 2];
        for slot in std::mem::replace(&mut self.slots, larger) {
            if slot.entry != EMPTY.entry {
                self.place(slot);
            }
        }
    }

    fn place(&mut self, new: Slot) {
        let mask = self.slots.len() - 1;
        let mut slot = new.hash as usize & mask;
        while self.slots[slot].entry != EMPTY.entry {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = new;
    }
}

/// Equality without a call into the C library, which costs more than comparing a word's few bytes.
fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    let long = |chunk: &[u8]| chunk.try_into().map_or(0, u64::from_le_bytes);
    (&mut left).zip(&mut right).all(|(x, y)| long(x) == long(y))
        && left.remainder().iter().zip(right.remainder()).all(|(x, y)| x == y)
}

/// The multiply-and-rotate hash of Firefox and rustc ("`FxHash`"), eight bytes at a time.
fn hash(bytes: &[u8]) -> u32 {
    const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;
    let mut state = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        state = (state.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(SEED);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        state = (state.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(SEED);
    }
    (state >> 32) as u32
}
