//! More articles than the corpus has: copies of it in which paragraphs have another order and words are others.

use std::fs;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::Failure;

/// How many articles the whole corpus has.
const WHOLE: u32 = 10_000;

/// One in so many words is another than in the original.
const REPLACED: u64 = 10;

/// The folder with so many articles. More than the corpus has are made where they are not there yet: one copy a folder.
pub(super) fn of_size(work: &Path, size: u32) -> Result<PathBuf, Failure> {
    let folder = work.join(format!("corpus/md-{size}"));
    if size <= WHOLE || folder.is_dir() {
        return Ok(folder);
    }
    if !size.is_multiple_of(WHOLE) {
        return Err(Failure::new(format!(
            "--size {size}: more than {WHOLE} articles are made of whole copies, so it must be a multiple"
        )));
    }
    println!("{size} articles: making {}", folder.display());
    // Under another name until it is whole.
    let under_way = work.join("corpus/under-way");
    let _ = fs::remove_dir_all(&under_way);
    let whole = work.join(format!("corpus/md-{WHOLE}"));
    let made = (|| {
        let mut originals = Vec::new();
        read(&whole, &whole, &mut originals)?;
        originals.sort();
        let words = vocabulary(&originals);
        for copy in 0..size / WHOLE {
            for (name, text) in &originals {
                let path = under_way.join(format!("copy-{copy}")).join(name);
                if let Some(parent) = path.parent() {
                    fs::create_dir_all(parent)?;
                }
                let seed = xxh3_64(format!("{copy} {}", name.display()).as_bytes());
                fs::write(path, varied(text, &words, seed))?;
            }
        }
        fs::rename(&under_way, &folder)
    })();
    made.map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}

/// All articles below a folder: their paths in `root` and their texts.
fn read(root: &Path, folder: &Path, into: &mut Vec<(PathBuf, String)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
            into.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// The words of the articles as often as they stand there, so that a random one is as frequent as in the corpus. A part
/// of the articles has enough of them.
fn vocabulary(articles: &[(PathBuf, String)]) -> Vec<&str> {
    let texts = articles.iter().step_by(20).map(|(_, text)| text);
    texts
        .flat_map(|text| text.split(' '))
        .filter(|word| is_plain(word))
        .collect()
}

/// Whether a word may be replaced without harm to the syntax around it.
fn is_plain(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The text with its paragraphs in another order, and every tenth word another; front matter and code stay as they are.
fn varied(text: &str, words: &[&str], seed: u64) -> String {
    let mut random = Random(seed);
    let body = text.strip_prefix("---\n").and_then(|rest| rest.find("\n---\n"));
    let (front, body) = text.split_at(body.map_or(0, |end| "---\n".len() + end + "\n---\n".len()));
    let mut blocks = blocks(body);
    for last in (1..blocks.len()).rev() {
        blocks.swap(last, random.below(last + 1));
    }
    let mut made = front.to_owned();
    for block in blocks {
        made.push('\n');
        if block.starts_with("```") {
            made.push_str(block);
        } else {
            for (at, word) in block.split(' ').enumerate() {
                if at > 0 {
                    made.push(' ');
                }
                let other = is_plain(word) && random.next().is_multiple_of(REPLACED);
                made.push_str(if other { words[random.below(words.len())] } else { word });
            }
        }
        made.push('\n');
    }
    made
}

/// The paragraphs of a text; fenced code is one.
fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut in_code = false;
    for line in text.split_inclusive('\n') {
        let fence = line.trim_start().starts_with("```");
        let blank = line.trim().is_empty();
        if blank && !in_code {
            blocks.push(text[start..at].trim_end_matches('\n'));
            start = at + line.len();
        }
        in_code ^= fence;
        at += line.len();
    }
    blocks.push(text[start..].trim_end_matches('\n'));
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Numbers without a pattern, the same on every machine (`xorshift64*`, Vigna 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 8
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_front_matter_and_code_and_every_block() {
        let text =
            "---\ntitle: A b\n---\n\nOne two three.\n\n```\nfour five\n\nsix\n```\n\nSeven (eight) nine ten eleven.\n";
        let made = varied(text, &["other"], 7);
        assert_ne!(made, text);
        assert!(made.starts_with("---\ntitle: A b\n---\n"));
        assert!(made.contains("```\nfour five\n\nsix\n```\n"));
        assert!(made.contains("(eight)"));
        assert_eq!(blocks(text.split_at(21).1).len(), 3);
        assert_eq!(made, varied(text, &["other"], 7));
    }
}
