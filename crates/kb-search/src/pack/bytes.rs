//! The few shapes that all files of a pack are made of: variable-length integers, byte strings, sorted string lists.

use super::Damaged;

/// Reads from a slice and never past its end.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Damaged> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned LEB128 integer of at most 32 bits.
    pub(crate) fn varint(&mut self) -> Result<u32, Damaged> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            let part = u32::from(byte & 0x7F);
            if part << shift >> shift != part {
                return Err(Damaged);
            }
            value |= part << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    /// A varint that counts things of which each takes at least one of the bytes that follow.
    pub(crate) fn count(&mut self) -> Result<usize, Damaged> {
        let count = self.varint()? as usize;
        if count > self.rest.len() {
            return Err(Damaged);
        }
        Ok(count)
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    /// UTF-8 text behind its length in bytes.
    pub(crate) fn text(&mut self) -> Result<&'a str, Damaged> {
        let length = self.varint()? as usize;
        str::from_utf8(self.take(length)?).map_err(|_| Damaged)
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, Damaged> {
        let count = self.count()?;
        (0..count).map(|_| Ok(self.text()?.to_owned())).collect()
    }

    pub(crate) fn float(&mut self) -> Result<f32, Damaged> {
        let bytes = self.take(4)?.try_into().map_err(|_| Damaged)?;
        Ok(f32::from_le_bytes(bytes))
    }

    /// How far into `all`, the slice it was made from, it has read.
    pub(crate) fn position(&self, all: &[u8]) -> u32 {
        (all.len() - self.rest.len()) as u32
    }

    /// Nothing may follow.
    pub(crate) fn end(self) -> Result<(), Damaged> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged) }
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

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let mut list = Self::default();
        let count = reader.count()?;
        let mut before = 0..0;
        for index in 0..count {
            let shared = reader.varint()? as usize;
            let rest = reader.text()?;
            let start = list.text.len();
            let kept = list.text[before].get(..shared).ok_or(Damaged)?.to_owned();
            list.text.push_str(&kept);
            list.text.push_str(rest);
            // Shared prefixes make much of little: a file must not grow without bound when it is read.
            if list.text.len() > MAX_EXPANDED_BYTES {
                return Err(Damaged);
            }
            before = start..list.text.len();
            list.ends.push(list.text.len() as u32);
            if index > 0 && list.get(index) <= list.get(index - 1) {
                return Err(Damaged);
            }
        }
        Ok(list)
    }
}

/// The most text that a list of strings is read to.
const MAX_EXPANDED_BYTES: usize = 16 << 20;
