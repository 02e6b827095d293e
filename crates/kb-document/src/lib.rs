//! One Markdown file -> [`Document`]: front matter, title, headings, sections, links and HTML with open places.
//!
//! Pure and total: the same text always gives the same document, and bad input gives diagnostics, never a panic.
//!
//! 1. `front_matter` reads the keys between the fences.
//! 2. `comments` removes comments.
//! 3. `outline` finds the boxes, which `CommonMark` does not have.
//! 4. `markdown` parses the text in and around them as a tree, and writes HTML, sections and links.

mod blocks;
mod comments;
mod containers;
mod depth;
mod fragment;
mod front_matter;
mod highlight;
mod markdown;
mod mdx;
mod misplaced;
mod outline;
mod raw_html;
mod sanitize;
pub mod slug;
pub mod structure;
pub mod video;
mod visibility;

use std::ops::Range;
use std::sync::Arc;

use kb_config::RawHtml;
use kb_diagnostic::{Diagnostic, SourceText, Span};
use kb_source::{ArticleSource, ContentPath};
use xxhash_rust::xxh3::Xxh3;

pub use fragment::{Fragment, Icon, Message, Patch, PatchKind};
pub use front_matter::{Date, FrontMatter, Indexing};

/// How documents are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocumentOptions {
    /// What happens to raw HTML.
    pub html: RawHtml,
    /// Whether code is highlighted.
    pub highlight: bool,
}

/// One parsed Markdown file, without data from other files.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its path in the content folder.
    pub path: ContentPath,
    /// The file: its path as shown to the user, and its whole text.
    pub file: Arc<SourceText>,
    /// Where the body begins in the text, in bytes.
    pub body_start: usize,
    /// What the front matter says.
    pub front: FrontMatter,
    /// The title from the front matter or the first H1; without either, the name of the file is the title.
    pub title: Option<Title>,
    /// The body as HTML with open places.
    pub html: Fragment,
    /// The links and images of the body, in order.
    pub links: Vec<Link>,
    /// The headings that the page's contents show, in order.
    pub headings: Vec<Heading>,
    /// The sections: the text, split at the headings; the first one is the text before any heading.
    pub sections: Vec<Section>,
    /// The questions of a page of questions and answers: the indexes of the sections of each question, its own section
    /// first.
    pub questions: Vec<Range<usize>>,
    /// Every id of the body.
    pub anchors: Vec<String>,
    /// The places of HTML comments in the file, in bytes: notes for writers, which Markdown copies leave out.
    pub comments: Vec<Range<u32>>,
    /// The first paragraph as plain text, cut at about 160 characters.
    pub summary: String,
    /// Number of words, for the reading time.
    pub words: usize,
    /// Link number of the image that a reader sees first, if there is only one near the top.
    pub lead_image: Option<u32>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Hash of everything that the tree of the site uses: front matter, title, summary.
    pub outline: u64,
}

impl Document {
    /// Whether both give the same tree of the site: they differ only in their bodies, if at all.
    pub fn same_outline(&self, other: &Self) -> bool {
        self.outline == other.outline && self.path == other.path && self.file.name() == other.file.name()
    }

    /// The place of a range of the file.
    pub fn span(&self, range: &Range<u32>) -> Span {
        self.file.span(range.start as usize..range.end as usize)
    }

    /// The place of the title, for messages about it; the first line if the name of the file is the title.
    pub fn title_span(&self) -> Span {
        let range = self.title.as_ref().map_or(0..0, |title| title.range.clone());
        self.span(&range)
    }

    /// The Markdown below the front matter.
    pub fn body(&self) -> &str {
        &self.file.text()[self.body_start..]
    }
}

/// The title of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its text.
    pub text: String,
    /// Its place in the file, in bytes: the value in the front matter, or the heading.
    pub range: Range<u32>,
}

/// The syntax of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `[text](target)` or `<a href>`.
    Page,
    /// `![alt](target)` or `<img src>`, `<video src>` and the like.
    Media,
}

/// A link or an image as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it points, as written.
    pub target: String,
    /// What it is.
    pub kind: LinkKind,
    /// Its place in the file, in bytes.
    pub range: Range<u32>,
    /// Whether the target is a name, as in `[[Name]]`: the file that has it is found wherever it is.
    pub named: bool,
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Level from 2 to 6.
    pub level: u8,
    /// Its id, unique on the page.
    pub id: String,
    /// Its text.
    pub title: String,
}

/// A heading and the text below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Section {
    /// The id of the heading; empty for the text before any heading.
    pub anchor: String,
    /// The text of the heading.
    pub heading: String,
    /// The text below it, as plain text.
    pub text: String,
}

/// Reads one Markdown file.
pub fn parse_document(source: &ArticleSource, options: DocumentOptions) -> Document {
    let mut diagnostics = Vec::new();
    let (mut front, body_start) = front_matter::split(&source.file, &mut diagnostics);
    let rewritten = mdx::is_mdx(source.path.file_name()).then(|| ArticleSource {
        file: Arc::new(mdx::to_markdown(&source.file, body_start, &mut diagnostics)),
        ..source.clone()
    });
    let source = rewritten.as_ref().unwrap_or(source);
    front.draft |= is_kept_apart(&source.path);
    let mut body = markdown::parse_body(
        markdown::BodySource {
            source,
            start: body_start,
            title: front.title.as_ref().map(|title| title.text.as_str()),
            is_faq: front.is_faq(),
            options,
        },
        &mut diagnostics,
    );
    body.shrink();
    let title = front.title.clone().or(body.first_h1);
    let outline = outline(
        &source.file.text()[..body_start],
        title.as_ref().map(|title| title.text.as_str()),
        &body.summary,
    );
    Document {
        path: source.path.clone(),
        file: Arc::clone(&source.file),
        body_start,
        front,
        title,
        html: body.html,
        links: body.links,
        headings: body.headings,
        sections: body.sections,
        questions: body.questions,
        anchors: body.anchors,
        comments: body.comments,
        summary: body.summary,
        words: body.words,
        lead_image: body.lead_image,
        diagnostics,
        outline,
    }
}

/// Folders for drafts and partial articles in other tools. Other folders that begin with `_` may be collections of
/// Jekyll, such as `_posts` and `_docs`, which are published.
const KEPT_APART: [&str; 5] = ["_drafts", "_includes", "_layouts", "_partials", "_snippets"];

/// Whether a file is not published because of its name, such as `_part.md`, or the name of its folder. `_index.md`
/// describes its folder.
fn is_kept_apart(path: &ContentPath) -> bool {
    let is_index = |name: &str| name.split('.').next() == Some("_index");
    path.folder().split('/').any(|folder| KEPT_APART.contains(&folder))
        || path.file_name().starts_with('_') && !is_index(path.file_name())
}

fn outline(front: &str, title: Option<&str>, summary: &str) -> u64 {
    let mut hash = Xxh3::new();
    for part in [front, title.unwrap_or("\0"), summary] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.digest()
}

#[cfg(test)]
mod tests;
