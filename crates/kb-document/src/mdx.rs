//! MDX, the Markdown of Docusaurus, Starlight, Nextra and Mintlify, as Markdown.
//!
//! Imports and exports are left out, as are expressions that are no plain values. Components that these tools bring along
//! become the boxes of kb; the tags of others are left out, and what stands between them stays. Code stays as it is.
//! The syntax: <https://mdxjs.com/docs/what-is-mdx/#mdx-syntax>.

mod component;
mod scan;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use kb_diagnostic::{Code, Diagnostic, SourceText};

use super::blocks::{closes_fence, opens_fence};
use component::{Component, Part};
use scan::{Tag, Value, expression, tag};

/// Whether a file of this name is MDX.
pub(crate) fn is_mdx(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("mdx"))
}

/// The file as Markdown, whose body begins at `start`, with the way back to its own places. What is left out is told
/// once.
pub(crate) fn to_markdown(file: &Arc<SourceText>, start: usize, diagnostics: &mut Vec<Diagnostic>) -> SourceText {
    let mut writer = Writer {
        text: file.text(),
        out: file.text()[..start].to_owned(),
        places: Vec::new(),
        at: start,
        open: Vec::new(),
        imports: HashMap::new(),
        unknown: Vec::new(),
        values: Vec::new(),
        failures: 0,
    };
    writer.write();
    let Writer {
        out,
        places,
        unknown,
        values,
        ..
    } = writer;
    let mut told: Vec<&str> = Vec::new();
    for (range, name) in &unknown {
        if told.contains(&&**name) {
            continue;
        }
        told.push(name);
        diagnostics.push(
            left_out(format!("the component `{name}` of MDX is left out"), file, range)
                .with_hint("what stands in it is kept; kb knows the components of Docusaurus, Starlight and Mintlify"),
        );
    }
    if let Some(range) = values.first() {
        diagnostics.push(
            left_out("expressions of MDX are left out".to_owned(), file, range)
                .with_hint("write the values themselves"),
        );
    }
    SourceText::rewritten(file, out, places)
}

fn left_out(message: String, file: &SourceText, range: &Range<usize>) -> Diagnostic {
    Diagnostic::new(Code::MdxLeftOut, message).with_span(file.span(range.clone()))
}

/// A component that is open, as far as its end and the lines in it depend on it.
struct OpenElement {
    name: String,
    component: Component,
    /// By how many bytes of blanks its lines are indented in the file; nothing before its first line.
    indent: Option<usize>,
    /// What its lines begin with instead.
    prefix: String,
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    places: Vec<(usize, usize)>,
    /// How far the text is read.
    at: usize,
    open: Vec<OpenElement>,
    /// The files that names were imported from.
    imports: HashMap<String, String>,
    unknown: Vec<(Range<usize>, String)>,
    values: Vec<Range<usize>>,
    /// How often what looked like a tag or an expression had no end.
    failures: usize,
}

/// After so many tags and expressions without an end the rest of a file has none: looking for each end takes time.
const MAX_FAILURES: usize = 1000;

impl Writer<'_> {
    fn write(&mut self) {
        let mut fence: Option<(u8, usize)> = None;
        let mut may_import = true;
        while self.at < self.text.len() {
            let end = line_end(self.text, self.at);
            let line = self.text[self.at..end].trim_end_matches(['\n', '\r']);
            let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
            let said = &line[blanks..];
            if let Some((character, length)) = fence {
                if closes_fence(said, character, length) {
                    fence = None;
                }
                self.copy_line(blanks, end);
                continue;
            }
            if said.is_empty() {
                may_import = true;
                self.copy_line(blanks, end);
                continue;
            }
            if may_import && blanks == 0 && scan::is_module_code(line) {
                self.module_code();
                continue;
            }
            may_import = false;
            fence = opens_fence(fence_in(said));
            if fence.is_some() {
                self.copy_line(blanks, end);
            } else {
                self.line(blanks, end);
            }
        }
        while !self.open.is_empty() {
            self.end_element();
        }
    }

    /// Leaves out imports and exports: a line and those that its brackets reach over. Their line ends stay.
    fn module_code(&mut self) {
        let end = scan::module_code_end(self.text, self.at);
        for (name, file) in scan::imports(&self.text[self.at..end]) {
            self.imports.insert(name, file);
        }
        self.at = end;
    }

    /// Copies a line without the indentation of the component that it stands in.
    fn copy_line(&mut self, blanks: usize, end: usize) {
        self.begin_line(blanks);
        self.copy(end);
    }

    /// Begins a line of so many blanks: those of the component go, its prefix comes.
    fn begin_line(&mut self, blanks: usize) {
        let is_blank = self.text[self.at + blanks..].starts_with(['\n', '\r']);
        let Some(open) = self.open.last_mut() else { return };
        if is_blank {
            return;
        }
        let indent = *open.indent.get_or_insert(blanks);
        let prefix = open.prefix.clone();
        self.emit(&prefix);
        self.at += indent.min(blanks);
    }

    /// Copies the text up to `end`.
    fn copy(&mut self, end: usize) {
        if end > self.at {
            self.places.push((self.out.len(), self.at));
            self.out.push_str(&self.text[self.at..end]);
            self.at = end;
        }
    }

    /// Writes a text of our own.
    fn emit(&mut self, text: &str) {
        if !text.is_empty() {
            self.places.push((self.out.len(), self.at));
            self.out.push_str(text);
        }
    }

    /// Reads a line that is no code: tags, expressions, and text.
    fn line(&mut self, blanks: usize, end: usize) {
        let from = self.at + blanks;
        self.begin_line(blanks);
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
                b'`' => {
                    next = scan::code_end(self.text, next);
                    end = line_around(self.text, next.max(end));
                }
                b'{' if self.failures < MAX_FAILURES => match expression(self.text, next) {
                    // Comments are taken out later, with those of HTML.
                    Some((_, behind)) if self.text[next..].starts_with("{/*") => {
                        next = behind;
                        end = line_around(self.text, next.max(end));
                    }
                    Some((value, behind)) => {
                        self.copy(next);
                        match value {
                            Value::Text(text) => self.emit(&text),
                            Value::Code(_) => self.values.push(next..behind),
                        }
                        self.at = behind;
                        next = behind;
                        end = line_around(self.text, next.max(end));
                    }
                    None => {
                        self.failures += 1;
                        next += 1;
                    }
                },
                b'<' if self.failures < MAX_FAILURES => {
                    if let Some(found) = tag(self.text, next) {
                        self.copy(next);
                        next = found.end;
                        end = line_around(self.text, next.max(end));
                        self.element(&found, end);
                        next = next.max(self.at);
                    } else {
                        self.failures += 1;
                        next += 1;
                    }
                }
                _ => next += 1,
            }
        }
        self.copy(end);
    }

    /// Writes what a tag means; the text before it is written.
    fn element(&mut self, tag: &Tag<'_>, line_end: usize) {
        let start = self.at;
        self.at = tag.end;
        if !scan::is_component(tag.name) {
            self.at = start;
            if tag.is_plain {
                self.copy(tag.end);
            } else {
                let html = tag.as_html();
                self.emit(&html);
                self.at = tag.end;
            }
            return;
        }
        if tag.closes {
            if let Some(place) = self.open.iter().rposition(|open| open.name == tag.name) {
                while self.open.len() > place {
                    self.end_element();
                }
                self.break_line(line_end);
            }
            return;
        }
        let component = Component::of(tag, &self.imports);
        if component == Component::Unknown {
            self.unknown.push((start..tag.end, format!("<{}>", tag.name)));
        }
        // Behind the mark of a list item it is in the item, and so are its further lines.
        let is_at_start = fence_in(self.line_so_far()).is_empty();
        let mut prefix = if is_at_start {
            let marks = self.line_so_far().chars();
            marks.map(|c| if matches!(c, '>' | '\t') { c } else { ' ' }).collect()
        } else {
            self.prefix()
        };
        match component.start() {
            Part::Nothing => {}
            Part::Inline(text) => self.emit(&text),
            Part::Line(text) => {
                if !is_at_start {
                    self.emit("\n");
                    let prefix = self.prefix();
                    self.emit(&prefix);
                }
                self.emit(&text);
                prefix.push_str(component.inner_indent());
                if !tag.closes_itself && self.rest_has_text(line_end) {
                    self.emit(&format!("\n{prefix}"));
                    self.skip_blanks(line_end);
                }
            }
        }
        let open = OpenElement {
            name: tag.name.to_owned(),
            component,
            indent: None,
            prefix,
        };
        self.open.push(open);
        if tag.closes_itself {
            self.end_element();
            self.break_line(line_end);
        }
    }

    /// Ends the innermost component.
    fn end_element(&mut self) {
        let Some(open) = self.open.pop() else { return };
        match open.component.end() {
            Part::Nothing if self.line_so_far().trim_matches(' ').is_empty() => {
                let line = self.out.len() - self.line_so_far().len();
                self.out.truncate(line);
                while self.places.last().is_some_and(|(at, _)| *at >= line) {
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
        &self.out[self.out.rfind('\n').map_or(0, |at| at + 1)..]
    }

    fn rest_has_text(&self, line_end: usize) -> bool {
        !self.text[self.at..line_end.max(self.at)].trim().is_empty()
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

/// Where the line ends that goes on at `at`, or ended there.
fn line_around(text: &str, at: usize) -> usize {
    if text[..at].ends_with('\n') {
        at
    } else {
        line_end(text, at)
    }
}

#[cfg(test)]
mod tests;
