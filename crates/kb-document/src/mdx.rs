//! MDX, the Markdown of Docusaurus, Starlight, Nextra and Mintlify, as Markdown.
//!
//! Imports and exports are left out, as are expressions that are no plain values. Components that these tools bring along
//! become the boxes of kb; the tags of others are left out, and what stands between them stays. Code stays as it is.
//! The syntax: <https://mdxjs.com/docs/what-is-mdx/#mdx-syntax>.

mod component;
mod scan;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use kb_diagnostic::{Code, Diagnostic, SourceText};

use super::blocks::{closes_fence, is_list_item, opens_fence};
use component::{Component, Part};
use scan::{Tag, Value, expression, tag};

/// Whether a file of this name is MDX.
pub(crate) fn is_mdx(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("mdx"))
}

/// The file as Markdown, whose body begins at `start`, with the way back to its own places. What is left out is told.
pub(crate) fn to_markdown(file: &Arc<SourceText>, start: usize, diagnostics: &mut Vec<Diagnostic>) -> SourceText {
    let mut writer = Writer {
        text: file.text(),
        out: file.text()[..start].to_owned(),
        line_start: start,
        places: Vec::new(),
        at: start,
        open: Vec::new(),
        names: HashMap::new(),
        imports: HashMap::new(),
        in_list: false,
        in_row: false,
        left_out: Vec::new(),
        failures: 0,
    };
    writer.write();
    let Writer {
        out,
        places,
        imports,
        left_out,
        ..
    } = writer;
    let mut told = HashSet::new();
    for LeftOut { range, what } in left_out {
        let (message, hint) = match &what {
            What::Expression => (
                "an expression of MDX is left out".to_owned(),
                "write its value".to_owned(),
            ),
            What::Unclosed(name) => (
                format!("`<{name}>` is never closed"),
                format!("add `</{name}>` where it ends"),
            ),
            What::Stray(name) => (
                format!("`</{name}>` closes nothing"),
                "remove it, or compare the names".to_owned(),
            ),
            What::Component(name) => (
                format!("the component `<{name}>` of MDX is left out"),
                match imports.get(name) {
                    Some(from) if from.ends_with(".mdx") || from.ends_with(".md") => {
                        format!("its text is in `{from}`: copy it to here")
                    }
                    _ => "the text between its tags is kept; kb knows the components of Docusaurus, Starlight and \
                          Mintlify"
                        .to_owned(),
                },
            ),
        };
        if matches!(&what, What::Component(_)) && !told.insert(message.clone()) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(Code::MdxLeftOut, message)
                .with_span(file.span(range))
                .with_hint(hint),
        );
    }
    SourceText::rewritten(file, out, places)
}

/// Something that is not in the Markdown, and where it is in the file.
struct LeftOut {
    range: Range<usize>,
    what: What,
}

enum What {
    Expression,
    Component(String),
    Unclosed(String),
    Stray(String),
}

/// A component that is open, as far as its end and the lines in it depend on it.
struct OpenElement {
    name: String,
    component: Component,
    /// Where its tag is.
    range: Range<usize>,
    /// By how many bytes of blanks its lines are indented in the file; nothing before its first line.
    indent: Option<usize>,
    /// What its lines begin with instead.
    prefix: String,
}

/// A fence of code that is open.
#[derive(Clone, Copy)]
struct Fence {
    character: u8,
    length: usize,
    /// Whether it stands in a quote.
    is_quoted: bool,
    /// How many blanks before it were left out: so many are left out before its lines.
    stripped: usize,
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    /// Where the line begins that is written.
    line_start: usize,
    places: Vec<(usize, usize)>,
    /// How far the text is read.
    at: usize,
    open: Vec<OpenElement>,
    /// How many elements of each name are open.
    names: HashMap<String, usize>,
    /// The files that names were imported from.
    imports: HashMap<String, String>,
    /// Whether a list goes on, whose items may be indented.
    in_list: bool,
    /// Whether the line is a row of a table.
    in_row: bool,
    left_out: Vec<LeftOut>,
    /// How often what looked like a tag or an expression had no end.
    failures: usize,
}

/// After so many tags and expressions without an end the rest of a file has none: looking for each end takes time.
const MAX_FAILURES: usize = 1000;

/// More components in one another are their content alone.
const MAX_DEPTH: usize = 64;

impl Writer<'_> {
    fn write(&mut self) {
        let mut fence: Option<Fence> = None;
        let mut may_import = true;
        while self.at < self.text.len() {
            let end = line_end(self.text, self.at);
            let line = self.text[self.at..end].trim_end_matches(['\n', '\r']);
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let said = &line[blanks..];
            if let Some(open) = fence {
                if open.is_quoted && !said.starts_with('>') {
                    fence = None;
                } else {
                    let inside = if open.is_quoted {
                        said.trim_start_matches(['>', ' ', '\t'])
                    } else {
                        said
                    };
                    if closes_fence(inside, open.character, open.length) {
                        fence = None;
                    }
                    self.copy_line(blanks, open.stripped, end);
                    continue;
                }
            }
            if said.is_empty() {
                may_import = true;
                self.copy_line(blanks, 0, end);
                continue;
            }
            if may_import && blanks == 0 && scan::is_module_code(line) {
                self.module_code();
                continue;
            }
            may_import = false;
            let stripped = self.needless(blanks, said);
            fence = opens_fence(fence_in(said)).map(|(character, length)| Fence {
                character,
                length,
                is_quoted: said.starts_with('>'),
                stripped,
            });
            if fence.is_some() {
                self.fence_line(blanks, stripped, end);
            } else {
                self.line(blanks, stripped, end);
            }
        }
        while !self.open.is_empty() {
            self.tell_unclosed();
            self.end_element(self.text.len());
        }
    }

    /// How many blanks before a line mean nothing: in MDX indented lines are no code, and only lists are indented.
    fn needless(&mut self, blanks: usize, said: &str) -> usize {
        let indent = self
            .open
            .last()
            .map_or(0, |open| open.indent.unwrap_or(blanks))
            .min(blanks);
        let inside = blanks - indent;
        if is_list_item(said) {
            self.in_list = true;
        } else if inside == 0 {
            self.in_list = false;
        }
        if self.in_list || inside < 4 { 0 } else { inside }
    }

    /// Leaves out imports and exports: a line and those that its brackets reach over. Their line ends stay.
    fn module_code(&mut self) {
        let (end, is_whole) = scan::module_code_end(self.text, self.at);
        for (name, file) in scan::imports(&self.text[self.at..end]) {
            self.imports.insert(name, file);
        }
        if !is_whole {
            let line = self.text[self.at..end].lines().next().map_or(0, str::len);
            self.left_out.push(LeftOut {
                range: self.at..self.at + line,
                what: What::Expression,
            });
        }
        self.at = end;
    }

    /// Copies a line without the indentation of the component that it stands in.
    fn copy_line(&mut self, blanks: usize, stripped: usize, end: usize) {
        self.begin_line(blanks, stripped);
        self.copy(end);
    }

    /// Copies the line that opens a fence. In a group of code, what stands behind its language is the title of its tab.
    fn fence_line(&mut self, blanks: usize, stripped: usize, end: usize) {
        self.begin_line(blanks, stripped);
        let line = self.text[self.at..end].trim_end();
        let in_group = self.open.last().is_some_and(|open| open.component.is_code_group());
        let title = line.split_once(' ').filter(|(mark, title)| {
            in_group && mark.trim_start_matches(['`', '~']).len() + 3 <= mark.len() && !title.contains(['[', '=', '{'])
        });
        if let Some((mark, title)) = title {
            let title = format!(" [{}]", title.trim());
            let behind = self.at + line.len();
            self.copy(self.at + mark.len());
            self.emit(&title);
            self.at = behind;
        }
        self.copy(end);
    }

    /// Begins a line of so many blanks: those of the component go, its prefix comes, and so many more go.
    fn begin_line(&mut self, blanks: usize, stripped: usize) {
        let rest = &self.text[self.at + blanks..];
        if rest.starts_with(['\n', '\r']) {
            return;
        }
        if !self.line_so_far().is_empty() {
            // It goes on with the first line of a list item.
            self.at += blanks;
            return;
        }
        let is_comment = rest.starts_with("{/*");
        let Some(open) = self.open.last_mut() else {
            self.at += stripped;
            return;
        };
        let indent = match open.indent {
            Some(indent) => indent,
            None if is_comment => blanks,
            None => *open.indent.insert(blanks),
        };
        let prefix = open.prefix.clone();
        self.emit(&prefix);
        self.at += indent.min(blanks) + stripped;
        // The marks of the quotes that the component stands in are in the prefix.
        for _ in 0..prefix.matches('>').count() {
            let rest = &self.text[self.at..];
            let mark = rest.trim_start_matches([' ', '\t']);
            let Some(behind) = mark.strip_prefix('>') else { break };
            self.at += rest.len() - behind.len() + usize::from(behind.starts_with(' '));
        }
    }

    /// Copies the text up to `end`.
    fn copy(&mut self, end: usize) {
        if end > self.at {
            self.places.push((self.out.len(), self.at));
            let text = &self.text[self.at..end];
            self.push(text);
            self.at = end;
        }
    }

    /// Writes a text of our own.
    fn emit(&mut self, text: &str) {
        if !text.is_empty() {
            self.places.push((self.out.len(), self.at));
            self.push(text);
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(end) = text.rfind('\n') {
            self.line_start = self.out.len() + end + 1;
        }
        self.out.push_str(text);
    }

    /// Reads a line that is no code: tags, expressions, and text.
    fn line(&mut self, blanks: usize, stripped: usize, end: usize) {
        let from = self.at + blanks;
        self.in_row = self.text[from..].starts_with('|');
        let is_heading = self.text[from..].starts_with('#');
        self.begin_line(blanks, stripped);
        self.copy(from.max(self.at));
        let bytes = self.text.as_bytes();
        let mut end = end;
        let mut next = self.at;
        while next < end {
            match bytes[next] {
                b'\\' => {
                    next = (next + 2).min(end);
                    while !self.text.is_char_boundary(next) {
                        next += 1;
                    }
                }
                b'`' => next = scan::code_end(self.text, next),
                b'$' => next = scan::formula_end(self.text, next).unwrap_or(next + 1),
                b'{' if self.failures < MAX_FAILURES => {
                    next = self.braces(next, is_heading);
                }
                b'<' if self.failures < MAX_FAILURES => {
                    if let Some(found) = tag(self.text, next) {
                        self.copy(next);
                        next = found.end;
                        end = line_around(self.text, next, end);
                        self.element(&found, end);
                        next = next.max(self.at);
                    } else {
                        self.failures += 1;
                        next += 1;
                    }
                }
                _ => next += 1,
            }
            end = line_around(self.text, next, end);
        }
        self.copy(end);
    }

    /// Writes the value of an expression; gives where the text goes on.
    fn braces(&mut self, at: usize, is_heading: bool) -> usize {
        let Some((value, behind)) = expression(self.text, at) else {
            self.failures += 1;
            return at + 1;
        };
        let inside = self.text[at + 1..behind - 1].trim();
        // `{#id}` and `{/* #id */}` behind a heading are its id.
        let comment = inside.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/"));
        let id = comment.unwrap_or(inside).trim().strip_prefix('#');
        let id = id.filter(|id| is_heading && !id.is_empty() && !id.contains(char::is_whitespace));
        if let Some(id) = id {
            self.copy(at);
            self.emit(&format!("{{#{id}}}"));
            self.at = behind;
        } else if comment.is_none() {
            self.copy(at);
            match value {
                Value::Text(text) => self.emit(&scan::escaped(&text)),
                Value::Code(_) => self.left_out.push(LeftOut {
                    range: at..behind,
                    what: What::Expression,
                }),
            }
            self.at = behind;
        }
        // Comments are taken out later, with those of HTML.
        behind
    }

    /// Writes what a tag means; the text before it is written.
    fn element(&mut self, tag: &Tag<'_>, line_end: usize) {
        let start = self.at;
        self.at = tag.end;
        if !scan::is_component(tag.name) {
            return self.html(tag, start, line_end);
        }
        if tag.closes {
            self.close(tag, start, line_end);
        } else {
            self.open(tag, start, line_end);
        }
    }

    /// Ends the component that a tag closes, and those in it.
    fn close(&mut self, tag: &Tag<'_>, start: usize, line_end: usize) {
        if self.names.get(tag.name).is_none_or(|open| *open == 0) {
            self.left_out.push(LeftOut {
                range: start..tag.end,
                what: What::Stray(tag.name.to_owned()),
            });
            return;
        }
        while let Some(open) = self.open.last() {
            let is_it = open.name == tag.name;
            if !is_it {
                self.tell_unclosed();
            }
            self.end_element(line_end);
            if is_it {
                break;
            }
        }
        self.break_line(line_end);
    }

    /// Tells that the innermost component has no end, if that changes what stands behind it.
    fn tell_unclosed(&mut self) {
        if let Some(open) = self.open.last().filter(|open| open.component.must_close()) {
            self.left_out.push(LeftOut {
                range: open.range.clone(),
                what: What::Unclosed(open.name.clone()),
            });
        }
    }

    /// Begins a component, and ends it if its tag does.
    fn open(&mut self, tag: &Tag<'_>, start: usize, line_end: usize) {
        let mut component = Component::of(tag, &self.imports);
        if component.is_unknown() {
            self.left_out.push(LeftOut {
                range: start..tag.end,
                what: What::Component(tag.name.to_owned()),
            });
        }
        if self.open.len() >= MAX_DEPTH {
            component = Component::Content;
        }
        // Behind the mark of a list item it is in the item, and so are its further lines.
        let is_at_start = fence_in(self.line_so_far()).is_empty();
        let mut prefix = if is_at_start && !matches!(component, Component::Content) {
            let marks = self.line_so_far().chars();
            marks.map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect()
        } else {
            self.prefix()
        };
        let mut indent = None;
        match component.start(is_at_start) {
            Part::Nothing => {}
            Part::Inline(text) if self.in_row => self.emit(&text.replace('\\', "").replace('|', "\\|")),
            Part::Inline(text) => self.emit(&text),
            // A row of a table has no place for a box.
            Part::Line(_) if self.in_row => component = Component::Content,
            Part::Line(text) => {
                if !is_at_start {
                    self.emit("\n");
                    let prefix = self.prefix();
                    self.emit(&prefix);
                }
                self.emit(&text);
                prefix.push_str(component.inner_indent());
                if component == Component::Step(None) {
                    // An item that begins with a blank line would be empty.
                    let rest = &self.text[self.at..];
                    let said = rest.trim_start();
                    let line = &rest[..rest.len() - said.len()];
                    indent = line.rfind('\n').map(|at| line.len() - at - 1);
                    self.at += line.len();
                } else if !tag.closes_itself && self.rest_has_text(line_end) {
                    self.emit(&format!("\n{prefix}"));
                    self.skip_blanks(line_end);
                }
            }
        }
        *self.names.entry(tag.name.to_owned()).or_default() += 1;
        self.open.push(OpenElement {
            name: tag.name.to_owned(),
            component,
            range: start..tag.end,
            indent,
            prefix,
        });
        if tag.closes_itself {
            self.end_element(line_end);
            self.break_line(line_end);
        }
    }

    /// Writes a tag of HTML. Markdown goes on in a block that it opens.
    fn html(&mut self, tag: &Tag<'_>, start: usize, line_end: usize) {
        self.at = start;
        let is_alone = fence_in(self.line_so_far()).is_empty()
            && self.text[tag.end..line_end.max(tag.end)].trim().is_empty()
            && scan::is_block(tag.name);
        let source = tag.attributes.get("src").and_then(Option::as_ref);
        if tag.is_plain {
            self.copy(tag.end);
        } else {
            let source = source.and_then(|value| component::file(value, &self.imports));
            let html = tag.as_html(source.as_deref());
            self.emit(&html);
            self.at = tag.end;
        }
        if is_alone && self.at < self.text.len() {
            self.emit("\n");
        }
    }

    /// Ends the innermost component.
    fn end_element(&mut self, line_end: usize) {
        let Some(open) = self.open.pop() else { return };
        if let Some(count) = self.names.get_mut(&open.name) {
            *count -= 1;
        }
        match open.component.end() {
            Part::Nothing if self.line_so_far().trim_matches(' ').is_empty() && !self.rest_has_text(line_end) => {
                self.out.truncate(self.line_start);
                while self.places.last().is_some_and(|(at, _)| *at >= self.line_start) {
                    self.places.pop();
                }
            }
            Part::Nothing => {}
            Part::Inline(text) => self.emit(&text),
            Part::Line(text) => {
                if !self.line_so_far().trim_matches([' ', '\t', '>']).is_empty() {
                    self.emit("\n");
                    let inner = open.component.inner_indent();
                    let prefix = open.prefix.strip_suffix(inner).unwrap_or(&open.prefix).to_owned();
                    self.emit(&prefix);
                }
                self.emit(&text);
            }
        }
    }

    /// Ends the line behind the end of a box that has text behind it in the file.
    fn break_line(&mut self, line_end: usize) {
        let is_box = self
            .line_so_far()
            .trim_start_matches([' ', '\t', '>'])
            .starts_with(":::");
        if is_box && self.rest_has_text(line_end) {
            let prefix = self.prefix();
            self.emit(&format!("\n{prefix}"));
            self.skip_blanks(line_end);
        }
    }

    /// What is written of the line.
    fn line_so_far(&self) -> &str {
        &self.out[self.line_start..]
    }

    fn rest_has_text(&self, line_end: usize) -> bool {
        let rest = &self.text[self.at..line_end.max(self.at)];
        rest.bytes().any(|byte| !byte.is_ascii_whitespace())
    }

    fn skip_blanks(&mut self, line_end: usize) {
        let rest = &self.text[self.at..line_end];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
    }

    fn prefix(&self) -> String {
        self.open.last().map(|open| open.prefix.clone()).unwrap_or_default()
    }
}

/// What stands behind the marks of quotes and list items, where a fence may begin.
fn fence_in(line: &str) -> &str {
    let marks = |c: char| matches!(c, ' ' | '\t' | '>' | '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit();
    line.trim_start_matches(marks)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |length| at + length + 1)
}

/// Where the line ends that goes on at `at`; `end` where that is not behind it.
fn line_around(text: &str, at: usize, end: usize) -> usize {
    if at <= end { end } else { line_end(text, at) }
}

#[cfg(test)]
mod tests;
