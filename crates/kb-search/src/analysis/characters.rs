//! Character classes and spelling: what belongs to a word, what folds to what.

use super::language::Spelling;
use super::unicode::Unicode;

/// How the segmenter treats a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Letters, digits and the marks that combine with them.
    Word,
    /// Letters of scripts written without spaces between words; indexed as bigrams.
    Bigram,
    /// Invisible inside a word: soft hyphen, joiners, direction marks. No word begins with one.
    Ignorable,
    /// Everything else.
    Separator,
}

/// The class of a character.
pub(crate) fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Class::Word
        } else {
            Class::Separator
        };
    }
    if is_ignorable(c) {
        Class::Ignorable
    } else if is_bigram_script(c) {
        Class::Bigram
    } else if c.is_alphanumeric() || is_mark(c) {
        Class::Word
    } else {
        Class::Separator
    }
}

/// Scripts whose words are not separated by spaces (UAX #29 leaves them to dictionaries), and Hangul, whose particles
/// stick to the noun: bigrams find the noun all the same.
pub(crate) fn is_bigram_script(c: char) -> bool {
    matches!(u32::from(c),
        0x0E01..=0x0E3A | 0x0E40..=0x0E4E   // Thai
        | 0x0E81..=0x0EBD | 0x0EC0..=0x0ECE | 0x0EDC..=0x0EDF // Lao
        | 0x1000..=0x103F | 0x1050..=0x109D // Myanmar
        | 0x1100..=0x11FF                   // Hangul Jamo
        | 0x1780..=0x17D3 | 0x17DC          // Khmer
        | 0x3005..=0x3007 | 0x3031..=0x3035 // iteration marks, ideographic zero
        | 0x3041..=0x3096 | 0x3099..=0x309F // Hiragana
        | 0x30A1..=0x30FA | 0x30FC..=0x30FF // Katakana
        | 0x3105..=0x312F | 0x3131..=0x318E | 0x31A0..=0x31BF | 0x31F0..=0x31FF // Bopomofo, Hangul, Katakana
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF // Han
        | 0xA960..=0xA97F | 0xAC00..=0xD7FB // Hangul
        | 0xF900..=0xFAFF                   // Han, compatibility
        | 0xFF66..=0xFF9F | 0xFFA0..=0xFFDC // half width
        | 0x1B000..=0x1B16F | 0x20000..=0x323AF)
}

/// Combining marks, by block: exact enough for segmentation, and without the table of the standard library.
pub(crate) fn is_mark(c: char) -> bool {
    let code = u32::from(c);
    let in_block = |block: &(u16, u16)| (u32::from(block.0)..=u32::from(block.1)).contains(&code);
    // Indic scripts: what is neither letter nor digit nor danda combines.
    code >= 0x0300
        && (MARKS.iter().any(in_block)
            || (matches!(code, 0x0900..=0x0DFF) && !c.is_alphanumeric() && !matches!(code, 0x0964 | 0x0965 | 0x0970)))
}

/// First and last of the marks of a block.
#[rustfmt::skip]
const MARKS: [(u16, u16); 47] = [
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5),
    (0x05C7, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4),
    (0x06E7, 0x06ED), (0x0711, 0x0711), (0x0730, 0x074A), (0x07A6, 0x07B0), (0x07EB, 0x07F3), (0x0816, 0x082D),
    (0x08D3, 0x0903), (0x0E31, 0x0E31), (0x0E34, 0x0E3A), (0x0E47, 0x0E4E), (0x0EB1, 0x0EB1), (0x0EB4, 0x0EBC),
    (0x0EC8, 0x0ECE), (0x0F18, 0x0F19), (0x0F35, 0x0F39), (0x0F71, 0x0F84), (0x0F86, 0x0FBC), (0x102B, 0x103E),
    (0x1056, 0x1059), (0x105E, 0x1060), (0x1062, 0x1064), (0x1067, 0x106D), (0x1071, 0x1074), (0x1082, 0x108D),
    (0x109A, 0x109D), (0x17B4, 0x17D3), (0x17DD, 0x17DD), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20F0),
    (0x302A, 0x302F), (0x3099, 0x309A), (0xA66F, 0xA67D), (0xFE20, 0xFE2F), (0xFF9E, 0xFF9F),
];

fn is_ignorable(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x200C..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x206F
        | 0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF)
}

/// The kinds of character that hold a compound such as `stk500_recv`, `e-mail`, `AT&T` or `2.3.1` together.
pub(crate) fn is_connector(c: char) -> bool {
    matches!(c, '_' | '-' | '.' | ',' | '&' | '\u{2010}' | '\u{2011}' | '\u{FF0D}')
}

/// The apostrophes that stand inside words.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' | '\u{02BB}' | '\u{05F3}')
}

/// Writes `word` to `out` in NFKC, lower case, without what is invisible, in the language's usual spelling.
pub(crate) fn normalise(word: &str, spelling: Spelling, unicode: Unicode, out: &mut String) {
    out.clear();
    let dotless = spelling == Spelling::DotlessI;
    if word.is_ascii() {
        for byte in word.bytes() {
            out.push(match byte {
                b'I' if dotless => 'ı',
                byte => char::from(byte.to_ascii_lowercase()),
            });
        }
    } else if word.chars().all(is_plain) {
        out.push_str(word);
    } else {
        let mut composed = (unicode.nfkc)(word);
        if dotless {
            composed = composed.chars().map(|c| if c == 'I' { 'ı' } else { c }).collect();
        }
        for c in (unicode.lowercase)(&composed).chars() {
            simplify(c, out);
        }
    }
}

/// Letters of the commonest scripts without spaces, which normalisation leaves as they are.
fn is_plain(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x30FC | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7A3)
}

/// The usual spelling of a character in lower case.
fn simplify(c: char, out: &mut String) {
    match c {
        c if is_ignorable(c) => {}
        'ऩ' => out.push('न'),
        'ऱ' => out.push('र'),
        'ऴ' => out.push('ळ'),
        // "i" with a dot above is what lower-casing İ leaves behind.
        '\u{0307}' if out.ends_with('i') => {}
        'ß' => out.push_str("ss"),
        'ς' => out.push('σ'),
        // Russian: ё is usually typed е.
        'ё' => out.push('е'),
        // Arabic tatweel and vowel marks, Hebrew points; the dot of Hindi and its neighbours, which makes sounds of other
        // languages and is often left out.
        '\u{0640}'
        | '\u{093C}'
        | '\u{09BC}'
        | '\u{0A3C}'
        | '\u{0ABC}'
        | '\u{0B3C}'
        | '\u{064B}'..='\u{0652}'
        | '\u{0670}'
        | '\u{0591}'..='\u{05BD}'
        | '\u{05BF}'
        | '\u{05C1}'
        | '\u{05C2}'
        | '\u{05C4}'
        | '\u{05C5}'
        | '\u{05C7}' => {}
        // Arabic alef, yeh and kaf in their variants (as Lucene's ArabicNormalizer); digits.
        '\u{0660}'..='\u{0669}' => out.push(ascii_digit(c, '\u{0660}')),
        '\u{06F0}'..='\u{06F9}' => out.push(ascii_digit(c, '\u{06F0}')),
        'أ' | 'إ' | 'آ' | 'ٱ' => out.push('ا'),
        'ى' | 'ی' => out.push('ي'),
        'ک' => out.push('ك'),
        c => out.push(c),
    }
}

fn ascii_digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// Writes `word` (already normalised) without diacritics to `out`; returns whether that changed anything.
///
/// Only Latin and Greek letters fold: elsewhere a mark makes another letter (Cyrillic й is not и).
pub(crate) fn fold(word: &str, unicode: Unicode, out: &mut String) -> bool {
    out.clear();
    if word.is_ascii() {
        return false;
    }
    let mut changed = false;
    let mut foldable_base = false;
    for c in word.chars() {
        if let Some(replacement) = special_fold(c) {
            out.push_str(replacement);
            (changed, foldable_base) = (true, true);
        } else if matches!(u32::from(c), 0x0300..=0x036F) && foldable_base {
            changed = true;
        } else if is_latin_or_greek(c) {
            let base = base_letter(c, unicode);
            changed |= base != c;
            out.push(base);
            foldable_base = true;
        } else {
            out.push(c);
            foldable_base = c.is_ascii_alphabetic();
        }
    }
    changed
}

fn is_latin_or_greek(c: char) -> bool {
    matches!(u32::from(c), 0x00C0..=0x024F | 0x0370..=0x03FF | 0x1E00..=0x1FFF)
}

/// Letters that have no decomposition but are commonly typed as these.
fn special_fold(c: char) -> Option<&'static str> {
    Some(match c {
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ŋ' => "n",
        'þ' => "th",
        'ŧ' => "t",
        'ə' => "e",
        _ => return None,
    })
}

/// The letter under the diacritics of a precomposed Latin or Greek letter.
fn base_letter(c: char, unicode: Unicode) -> char {
    let decomposed = (unicode.nfd)(c.encode_utf8(&mut [0; 4]));
    decomposed.chars().next().unwrap_or(c)
}
