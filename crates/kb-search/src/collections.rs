//! A hash table with texts for keys, and a map made of it.
//!
//! The table is not generic: a browser loads its code once, however many maps there are. Everything is kept in order of
//! insertion, so that what is read from a map does not depend on hashes.

/// An open-addressing hash table over one text arena: each entry is a key and two texts that belong to it.
#[derive(Clone, Debug)]
pub(crate) struct TextTable {
    slots: Vec<Slot>,
    entries: Vec<Entry>,
    arena: String,
}

/// The hash stands beside the number of the entry, so that a look-up seldom touches an entry that is not its own.
#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    entry: u32,
}

/// Where the texts of an entry lie in the arena, one behind the other.
#[derive(Clone, Copy, Debug)]
struct Entry {
    start: u32,
    key_end: u32,
    first_end: u32,
    second_end: u32,
}

const EMPTY: Slot = Slot {
    hash: 0,
    entry: u32::MAX,
};

impl Default for TextTable {
    fn default() -> Self {
        Self {
            slots: vec![EMPTY; 64],
            entries: Vec::new(),
            arena: String::new(),
        }
    }
}

impl TextTable {
    /// The number of the key's entry, or the key's hash where there is none.
    pub(crate) fn find(&self, key: &str) -> Result<usize, u32> {
        let hash = hash(key.as_bytes());
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.entry == EMPTY.entry {
                return Err(hash);
            }
            if slot.hash == hash {
                let entry = self.entries[slot.entry as usize];
                let here = &self.arena.as_bytes()[entry.start as usize..entry.key_end as usize];
                if equal(here, key.as_bytes()) {
                    return Ok(slot.entry as usize);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a key that [`TextTable::find`] did not find, with two texts; returns the number of its entry.
    pub(crate) fn insert(&mut self, hash: u32, key: &str, first: &str, second: &str) -> usize {
        let index = self.entries.len();
        let start = self.arena.len() as u32;
        let mut ends = [0; 3];
        for (end, text) in ends.iter_mut().zip([key, first, second]) {
            self.arena.push_str(text);
            *end = self.arena.len() as u32;
        }
        let [key_end, first_end, second_end] = ends;
        self.entries.push(Entry {
            start,
            key_end,
            first_end,
            second_end,
        });
        if self.entries.len() * 2 > self.slots.len() {
            let larger = vec![EMPTY; self.slots.len() * 2];
            for slot in std::mem::replace(&mut self.slots, larger) {
                if slot.entry != EMPTY.entry {
                    self.place(slot);
                }
            }
        }
        self.place(Slot {
            hash,
            entry: index as u32,
        });
        index
    }

    /// The key of an entry.
    pub(crate) fn key(&self, index: usize) -> &str {
        let entry = self.entries[index];
        &self.arena[entry.start as usize..entry.key_end as usize]
    }

    /// The two texts of an entry.
    pub(crate) fn texts(&self, index: usize) -> (&str, &str) {
        let entry = self.entries[index];
        let (key_end, first_end) = (entry.key_end as usize, entry.first_end as usize);
        (
            &self.arena[key_end..first_end],
            &self.arena[first_end..entry.second_end as usize],
        )
    }

    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn place(&mut self, new: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = new.hash as usize & mask;
        while self.slots[at].entry != EMPTY.entry {
            at = (at + 1) & mask;
        }
        self.slots[at] = new;
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

/// Sorts a short or nearly sorted list; equal items stay in their order. Each sort of the standard library is three times
/// the code, and a browser loads it for every type.
pub(crate) fn sort_short<T>(items: &mut [T], is_before: impl Fn(&T, &T) -> bool) {
    for next in 1..items.len() {
        let mut at = next;
        while at > 0 && is_before(&items[at], &items[at - 1]) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

/// Two numbers as one that is in order as they are, the first before the second. Lists of such are sorted and searched by
/// the same code of the standard library, of which a browser loads one copy for every type.
pub(crate) fn pair(first: u32, second: u32) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// The numbers of a [`pair`].
pub(crate) fn unpair(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

/// Sorts numbers and keeps each once.
pub(crate) fn sort_unique(numbers: &mut Vec<u64>) {
    numbers.sort_unstable();
    let mut kept = 0;
    for at in 0..numbers.len() {
        if kept == 0 || numbers[kept - 1] != numbers[at] {
            numbers[kept] = numbers[at];
            kept += 1;
        }
    }
    numbers.truncate(kept);
}

/// Adds an item to the best few, which stand best first; of equal ones the earlier stays before.
pub(crate) fn keep_best<T>(best: &mut Vec<T>, item: T, limit: usize, is_before: impl Fn(&T, &T) -> bool) {
    best.push(item);
    let mut at = best.len() - 1;
    while at > 0 && is_before(&best[at], &best[at - 1]) {
        best.swap(at, at - 1);
        at -= 1;
    }
    best.truncate(limit);
}

/// Where the character of this number begins; nothing if there are fewer. That of the standard library is made for
/// long texts.
pub(crate) fn char_start(text: &str, number: usize) -> Option<usize> {
    let mut left = number;
    for (at, _) in text.char_indices() {
        if left == 0 {
            return Some(at);
        }
        left -= 1;
    }
    None
}

/// The multiply-and-rotate hash of Firefox and rustc ("`FxHash`"), eight bytes at a time.
pub(crate) fn hash(bytes: &[u8]) -> u32 {
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

/// A map from terms to values, in the order in which the terms came.
#[derive(Clone, Debug)]
pub struct TermMap<V> {
    terms: TextTable,
    values: Vec<V>,
}

impl<V> Default for TermMap<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> TermMap<V> {
    /// An empty map.
    pub fn new() -> Self {
        Self {
            terms: TextTable::default(),
            values: Vec::new(),
        }
    }

    /// The value of a term.
    pub fn get(&self, term: &str) -> Option<&V> {
        self.terms.find(term).ok().map(|index| &self.values[index])
    }

    /// The value of a term, to change it.
    pub fn get_mut(&mut self, term: &str) -> Option<&mut V> {
        self.terms.find(term).ok().map(|index| &mut self.values[index])
    }

    /// The value of a term; a new one where there was none.
    pub fn get_or_insert_with(&mut self, term: &str, make: impl FnOnce() -> V) -> &mut V {
        let index = self.terms.find(term).unwrap_or_else(|hash| {
            self.values.push(make());
            self.terms.insert(hash, term, "", "")
        });
        &mut self.values[index]
    }

    /// Gives a term its value and returns true; where it has one already, changes nothing and returns false.
    pub fn insert(&mut self, term: &str, value: V) -> bool {
        let new = self.values.len();
        self.get_or_insert_with(term, || value);
        self.values.len() > new
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Terms and values in the order of insertion.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.values
            .iter()
            .enumerate()
            .map(|(index, value)| (self.terms.key(index), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_those_that_sorting_puts_first() {
        let numbers: Vec<u64> = (0..500).map(|n| n * 7919 % 263).collect();
        let mut sorted = numbers.clone();
        sort_unique(&mut sorted);
        assert!(sorted.windows(2).all(|two| two[0] < two[1]) && sorted.len() == 263);
        for limit in [0, 1, 7, 1000] {
            let mut unique = numbers[..263].to_vec();
            unique.sort_unstable();
            unique.truncate(limit);
            let mut best = Vec::new();
            (numbers[..263].iter()).for_each(|number| keep_best(&mut best, *number, limit, |a, b| a < b));
            assert_eq!(best, unique);
        }
        assert_eq!(unpair(pair(7, u32::MAX)), (7, u32::MAX));
        assert!(pair(1, u32::MAX) < pair(2, 0));
        for text in ["", "aé", "木の葉"] {
            for number in 0..4 {
                assert_eq!(
                    char_start(text, number),
                    text.char_indices().nth(number).map(|(at, _)| at)
                );
            }
        }
    }

    #[test]
    fn a_map_keeps_what_it_was_given_in_order() {
        let mut map = TermMap::new();
        let terms: Vec<String> = (0..1000).map(|n| format!("term{}", n * 7919 % 1000)).collect();
        for (number, term) in terms.iter().enumerate() {
            assert!(map.insert(term, number));
            assert!(!map.insert(term, 0));
        }
        *map.get_or_insert_with("term0", || 5) += 1;
        assert_eq!(map.get("term0"), Some(&1));
        assert_eq!(map.get("term"), None);
        assert_eq!(map.get(""), None);
        assert!(map.insert("", 7));
        assert_eq!(map.get_mut(""), Some(&mut 7));
        assert_eq!(map.len(), 1001);
        let order: Vec<&str> = map.iter().map(|(term, _)| term).take(1000).collect();
        assert_eq!(order, terms);
    }
}
