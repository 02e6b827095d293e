//! The few shapes that all files of a pack are made of: variable-length integers, byte strings, sorted string lists.

use super::Damaged;

/// Reads from a slice and never past its end.
///
/// What is wrong is noted and told at the [end](Reader::end): from then on nothing is left to read, and whatever is read
/// is empty. So the code that reads a file says what the file holds and no more.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    is_damaged: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            is_damaged: false,
        }
    }

    /// Notes damage unless this holds.
    pub(crate) fn require(&mut self, holds: bool) {
        if !holds {
            self.is_damaged = true;
            self.rest = &[];
        }
    }

    /// Whether something was wrong so far.
    pub(crate) fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    pub(crate) fn take(&mut self, length: usize) -> &'a [u8] {
        let split = self.rest.split_at_checked(length);
        self.require(split.is_some());
        let (taken, rest) = split.unwrap_or_default();
        self.rest = rest;
        taken
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.number(1) as u8
    }

    /// An unsigned integer of this many bytes, the lowest first.
    pub(crate) fn number(&mut self, bytes: usize) -> u64 {
        let lowest_last = self.take(bytes).iter().rev();
        lowest_last.fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// An unsigned LEB128 integer of at most 32 bits.
    pub(crate) fn varint(&mut self) -> u32 {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte();
            let part = u32::from(byte & 0x7F);
            self.require(part << shift >> shift == part);
            value |= part << shift;
            if byte < 0x80 {
                return value;
            }
        }
        self.require(false);
        0
    }

    /// A varint that counts things of which each takes at least one of the bytes that follow.
    pub(crate) fn count(&mut self) -> usize {
        let count = self.varint() as usize;
        self.require(count <= self.rest.len());
        count.min(self.rest.len())
    }

    /// UTF-8 text behind its length in bytes.
    pub(crate) fn text(&mut self) -> &'a str {
        let length = self.varint() as usize;
        let text = str::from_utf8(self.take(length));
        self.require(text.is_ok());
        text.unwrap_or_default()
    }

    pub(crate) fn string(&mut self) -> String {
        self.text().to_owned()
    }

    pub(crate) fn texts(&mut self) -> Vec<String> {
        (0..self.count()).map(|_| self.string()).collect()
    }

    pub(crate) fn float(&mut self) -> f32 {
        f32::from_bits(self.number(4) as u32)
    }

    /// How far into `all`, the slice it was made from, it has read.
    pub(crate) fn position(&self, all: &[u8]) -> u32 {
        (all.len() - self.rest.len()) as u32
    }

    /// Nothing may follow, and nothing may have been wrong.
    pub(crate) fn end(self) -> Result<(), Damaged> {
        if self.rest.is_empty() && !self.is_damaged {
            Ok(())
        } else {
            Err(Damaged)
        }
    }
}

/// Appends an unsigned LEB128 integer.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends text behind its length in bytes.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u32);
    out.extend(text.as_bytes());
}

/// Appends several texts behind their number.
pub(crate) fn put_texts<T: AsRef<str>>(out: &mut Vec<u8>, texts: &[T]) {
    put_varint(out, texts.len() as u32);
    for text in texts {
        put_text(out, text.as_ref());
    }
}

/// A strictly ascending list of strings; each is written as what it shares with the one before and the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct SortedTexts {
    text: String,
    ends: Vec<u32>,
}

impl SortedTexts {
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..self.ends[index] as usize]
    }

    /// The place of a string, or where it would be inserted.
    pub(crate) fn search(&self, wanted: &str) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.get(middle).cmp(wanted) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Equal => return Ok(middle),
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.len() as u32);
        let mut before = "";
        for index in 0..self.len() {
            let text = self.get(index);
            let mut shared = before.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
            while !text.is_char_boundary(shared) {
                shared -= 1;
            }
            put_varint(out, shared as u32);
            put_text(out, &text[shared..]);
            before = text;
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let mut list = Self::default();
        let mut before: core::ops::Range<usize> = 0..0;
        for index in 0..reader.count() {
            let shared = reader.varint() as usize;
            let rest = reader.text();
            let start = list.text.len();
            let kept = before.start.saturating_add(shared);
            reader.require(kept <= before.end && list.text.is_char_boundary(kept));
            // Shared prefixes make much of little: a file must not grow without bound when it is read.
            reader.require(start + before.len() + rest.len() <= MAX_EXPANDED_BYTES);
            if reader.is_damaged() {
                break;
            }
            list.text.extend_from_within(before.start..kept);
            list.text.push_str(rest);
            before = start..list.text.len();
            list.ends.push(list.text.len() as u32);
            reader.require(index == 0 || list.get(index) > list.get(index - 1));
        }
        list
    }
}

/// The most text that a list of strings is read to.
const MAX_EXPANDED_BYTES: usize = 16 << 20;
