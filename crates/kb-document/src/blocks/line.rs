//! The block that a single line of Markdown begins.

/// The mark of a list item.
pub(super) struct ListMarker {
    pub(super) length: usize,
    /// Whether it may begin a list within a paragraph.
    pub(super) may_interrupt: bool,
}

/// The mark of a list item at the beginning of a text.
pub(super) fn list_marker(text: &str) -> Option<ListMarker> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (length, may_interrupt) = match digits {
        0 => (text.starts_with(['-', '*', '+']).then_some(1)?, true),
        1..=9 => {
            let is_first = text[..digits].parse() == Ok(1);
            (text[digits..].starts_with(['.', ')']).then_some(digits + 1)?, is_first)
        }
        _ => return None,
    };
    let behind = &text[length..];
    (behind.is_empty() || behind.starts_with([' ', '\t', '\r'])).then_some(ListMarker { length, may_interrupt })
}

/// Whether a line begins a list item.
pub(crate) fn is_list_item(text: &str) -> bool {
    !is_rule(text) && list_marker(text.trim_end()).is_some()
}

/// The length of the box of a task at the beginning of a text.
pub(super) fn task_marker(text: &str) -> Option<usize> {
    let state = text.strip_prefix('[')?;
    let behind = state.strip_prefix([' ', '\t', 'x', 'X'])?.strip_prefix(']')?;
    let is_apart = behind.is_empty() || behind.starts_with([' ', '\t', '\r']);
    is_apart.then(|| text.len() - behind.len())
}

/// The length of the label of a footnote at the beginning of a text, including its colon.
pub(super) fn footnote_label(text: &str) -> Option<usize> {
    let label = text.strip_prefix("[^")?;
    let mut is_escaped = false;
    for (at, c) in label.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => return None,
            ']' => {
                let is_label = at > 0 && !label[..at].trim().is_empty() && label[at + 1..].starts_with(':');
                return is_label.then(|| "[^".len() + at + "]:".len());
            }
            _ => {}
        }
    }
    None
}

/// Whether a line is a link definition: `[label]: target "title"`.
pub(super) fn is_reference(text: &str) -> bool {
    let Some((label, rest)) = text.strip_prefix('[').and_then(|text| text.split_once("]:")) else {
        return false;
    };
    let rest = rest.trim();
    let (target, title) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let title = title.trim_start();
    let is_title = title.is_empty() || title.starts_with(['"', '\'', '(']);
    !label.trim().is_empty() && !label.contains(['[', ']']) && !label.starts_with('^') && !target.is_empty() && is_title
}

/// Whether a line underlines the heading above it.
pub(super) fn is_underline(text: &str) -> bool {
    let text = text.trim_end();
    ['=', '-']
        .into_iter()
        .any(|sign| !text.is_empty() && text.chars().all(|c| c == sign))
}

/// Whether a line is a thematic break.
pub(super) fn is_rule(text: &str) -> bool {
    rule_end(text).is_ok()
}

/// Where a thematic break ends, or the first character that cannot be in one.
pub(super) fn rule_end(text: &str) -> Result<usize, usize> {
    let sign = text
        .bytes()
        .next()
        .filter(|byte| matches!(byte, b'*' | b'-' | b'_'))
        .ok_or(0_usize)?;
    let mut signs = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if byte == sign => signs += 1,
            b' ' | b'\t' | b'\r' => {}
            _ => return Err(at),
        }
    }
    if signs >= 3 { Ok(text.len()) } else { Err(text.len()) }
}

/// Whether a line is a heading. The text of a heading ends with its line.
pub(crate) fn is_heading(line: &str) -> bool {
    let rest = line.trim_start_matches('#');
    (1..=6).contains(&(line.len() - rest.len())) && (rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a line ends the table before it.
pub(super) fn interrupts(text: &str) -> bool {
    is_rule(text)
        || is_heading(text)
        || text.starts_with('>')
        || opens_fence(text).is_some()
        || list_marker(text).is_some()
        || footnote_label(text).is_some()
        || html_end(text).is_some()
        || is_block_tag(text)
}

/// Where the end of raw HTML begins in a text, in capitals or not.
pub(super) fn find_html_end(text: &str, end: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_end = |at: &usize| {
        bytes[*at..]
            .get(..end.len())
            .is_some_and(|part| part.eq_ignore_ascii_case(end.as_bytes()))
    };
    text.match_indices(&end[..1]).map(|(at, _)| at).find(is_end)
}

/// Whether a text has an end tag that [`html_end`] names in capitals, which the parser does not know as one.
pub(crate) fn has_capital_end(text: &str) -> bool {
    let names = || ["script", "style", "textarea", "pre"].into_iter();
    text.match_indices("</").any(|(at, _)| {
        let tag = &text[at + 2..];
        let is_name = |name: &str| {
            tag.get(..name.len())
                .is_some_and(|tag| tag != name && tag.eq_ignore_ascii_case(name))
        };
        names().any(is_name)
    })
}

/// The text that ends the raw HTML at the beginning of a line, if a blank line does not end it.
///
/// See <https://spec.commonmark.org/0.31.2/#html-blocks>, kinds 1 to 5.
pub(super) fn html_end(text: &str) -> Option<&'static str> {
    let tag = text.strip_prefix('<')?;
    let element = [
        ("script", "</script>"),
        ("style", "</style>"),
        ("textarea", "</textarea>"),
        ("pre", "</pre>"),
    ]
    .into_iter()
    .find(|(name, _)| {
        let start = tag.get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
            && (tag.len() == name.len() || tag[name.len()..].starts_with(['>', ' ', '\t', '\r']))
    });
    let other = || {
        [("!--", "-->"), ("?", "?>"), ("![CDATA[", "]]>")]
            .into_iter()
            .find(|(start, _)| tag.starts_with(start))
    };
    let declaration = || {
        let name = tag.strip_prefix('!')?;
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            .then_some(("!", ">"))
    };
    element.or_else(other).or_else(declaration).map(|(_, end)| end)
}

/// Elements whose tags begin raw HTML, also within a paragraph.
///
/// See <https://spec.commonmark.org/0.31.2/#html-blocks>, kind 6.
pub(super) const BLOCK_TAGS: &str = "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl \
    dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend \
    li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td \
    tfoot th thead title tr track ul";

/// Whether a line begins with the tag of a block.
pub(super) fn is_block_tag(text: &str) -> bool {
    let Some(tag) = text.strip_prefix('<') else {
        return false;
    };
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    let (name, behind) = tag.split_at(end);
    let is_end = behind.is_empty() || behind.starts_with([' ', '\t', '\r', '>']) || behind.starts_with("/>");
    is_end && BLOCK_TAGS.split(' ').any(|block| block.eq_ignore_ascii_case(name))
}

/// Whether a line is one tag and nothing else.
///
/// See <https://spec.commonmark.org/0.31.2/#html-blocks>, kind 7.
pub(super) fn is_whole_tag(text: &str) -> bool {
    let text = text.trim_end();
    let Some(tag) = text.strip_prefix('<').and_then(|tag| tag.strip_suffix('>')) else {
        return false;
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if let Some(name) = tag.strip_prefix('/') {
        let name = name.trim_end_matches([' ', '\t']);
        return name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_name);
    }
    if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let mut rest = tag.trim_start_matches(is_name);
    loop {
        let inner = rest.trim_start_matches([' ', '\t']);
        if inner.is_empty() || inner == "/" {
            return true;
        }
        let is_apart = inner.len() < rest.len();
        if !is_apart || !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':')) {
            return false;
        }
        rest = inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-'));
        let Some(value) = rest.trim_start_matches([' ', '\t']).strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start_matches([' ', '\t']);
        let behind = if let Some(quote @ ('"' | '\'')) = value.chars().next() {
            value[1..].split_once(quote).map(|(_, rest)| rest)
        } else {
            let end = value.find(['"', '\'', ' ', '\t', '=', '<', '>', '`']);
            let end = end.unwrap_or(value.len());
            (end > 0).then(|| &value[end..])
        };
        let Some(behind) = behind else { return false };
        rest = behind;
    }
}

/// The number of cells of a line as the head of a table; 0 without a bar.
pub(super) fn cell_count(text: &str) -> usize {
    let text = text.trim();
    if !text.contains('|') {
        return 0;
    }
    let text = text.strip_prefix('|').unwrap_or(text);
    let mut cells = 1;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '|' if at + 1 < text.len() => cells += 1,
            _ => {}
        }
    }
    cells
}

/// The number of cells of a line that separates the head of a table from its body.
pub(super) fn delimiter_cells(text: &str) -> Option<usize> {
    let text = text.trim_end_matches([' ', '\r']);
    let inner = text.strip_prefix('|').unwrap_or(text);
    if !text.contains('|') || !text.contains('-') {
        return None;
    }
    let is_delimiter = |c: char| matches!(c, '-' | ':' | ' ');
    let mut cells: Vec<&str> = inner.split('|').collect();
    if !cells.iter().all(|cell| cell.chars().all(is_delimiter)) {
        return None;
    }
    let last = cells.pop_if(|cell| cell.trim().is_empty());
    let ended = if last.is_some() {
        &cells[..]
    } else {
        &cells[..cells.len() - 1]
    };
    ended.iter().all(|cell| cell.contains('-')).then_some(cells.len())
}

/// The fence that a text opens: its character and length.
pub(crate) fn opens_fence(text: &str) -> Option<(u8, usize)> {
    let character = text.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = text.bytes().take_while(|byte| *byte == character).count();
    let info = &text[length..];
    (length >= 3 && !(character == b'`' && info.contains('`'))).then_some((character, length))
}

/// Whether a text closes a fence of this character and length.
pub(crate) fn closes_fence(text: &str, character: u8, length: usize) -> bool {
    // For the parser, a tab after a fence makes it text.
    let text = text.trim_start().trim_end_matches([' ', '\r', '\n']);
    text.len() >= length && text.bytes().all(|byte| byte == character)
}
