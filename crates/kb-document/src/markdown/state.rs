//! What is open while the body of an article is read.

use kb_source::ArticleSource;

use super::{
    Alignment, Body, BodySource, Cow, Diagnostic, DocumentOptions, FaqHeading, Fragment, HashMap, HashSet, Ids, Marked,
    Range, RawTable, Section,
};
use crate::raw_html::RawOpen;

/// An element or container that is open.
#[expect(clippy::struct_excessive_bools, reason = "the properties are independent")]
pub(super) struct Frame {
    /// What closes it.
    pub(super) close: Cow<'static, str>,
    /// Whether a mark opened it (else the parser did).
    pub(super) container: bool,
    /// Whether headings in it belong to the contents of the page.
    pub(super) transparent: bool,
    /// Whether it is a group of tabs.
    pub(super) tabs: bool,
    /// Whether a group of tabs of kb's own making ends with it.
    pub(super) ends_tabs: bool,
}

pub(super) struct HeadingState {
    pub(super) start: usize,
    pub(super) level: u8,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) range: Range<usize>,
    pub(super) first: bool,
}

pub(super) struct ImageState {
    pub(super) depth: usize,
    pub(super) target: String,
    pub(super) title: String,
    pub(super) alt: String,
    pub(super) range: Range<u32>,
}

pub(super) struct ParagraphState {
    pub(super) start: usize,
    /// The title of the only image in it so far.
    pub(super) picture: Option<String>,
    pub(super) other: bool,
    pub(super) summary: bool,
    /// Whether it goes on behind a block that stood in it.
    pub(super) again: bool,
}

#[derive(Default)]
pub(super) struct TableState {
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    /// Whether it is being written.
    pub(super) open: bool,
    /// Whether its head is.
    pub(super) head: bool,
    /// Where its head begins.
    pub(super) head_start: usize,
    /// Whether its head has a cell that is not empty.
    pub(super) named: bool,
    /// Where the last cell begins.
    pub(super) cell_start: usize,
    /// Length of the start tag of that cell.
    pub(super) cell_open: usize,
}

#[derive(Default)]
pub(super) struct Footnotes {
    /// By label.
    pub(super) cited: HashMap<String, Cited>,
    /// By label.
    pub(super) definitions: HashMap<String, Definition>,
    pub(super) open: Vec<OpenFootnote>,
}

/// A footnote that the text refers to.
pub(super) struct Cited {
    /// Its number.
    pub(super) number: usize,
    /// How often the text refers to it.
    pub(super) references: usize,
    /// Where it does first.
    pub(super) first: Place,
}

/// Where a reference to a footnote stands.
pub(super) enum Place {
    /// In the section with this number.
    Section(usize),
    /// In the footnote with this label.
    Footnote(String),
}

/// A footnote that is being read.
pub(super) struct OpenFootnote {
    pub(super) label: String,
    /// Its text so far.
    pub(super) text: String,
}

/// A footnote.
#[derive(Default)]
pub(super) struct Definition {
    pub(super) html: Fragment,
    pub(super) text: String,
}

#[expect(clippy::struct_excessive_bools, reason = "the states are independent")]
pub(super) struct Renderer<'a> {
    pub(super) source: &'a ArticleSource,
    pub(super) body_start: usize,
    pub(super) marked: &'a Marked<'a>,
    pub(super) title: Option<&'a str>,
    pub(super) is_faq: bool,
    pub(super) options: DocumentOptions,
    pub(super) body: Body,
    pub(super) out: Fragment,
    pub(super) outer: Vec<Fragment>,
    pub(super) frames: Vec<Frame>,
    pub(super) ids: Ids,
    /// The ids in raw HTML.
    pub(super) written: Vec<String>,
    /// Whether raw HTML has an id that kb had given before.
    pub(super) clashing: bool,
    pub(super) heading: Option<HeadingState>,
    /// The id and the text of the heading of raw HTML that is open.
    pub(super) raw_heading: Option<(String, String)>,
    /// The headings above the next one: their levels as written and as shown.
    pub(super) levels: Vec<(u8, u8)>,
    pub(super) faq: Vec<FaqHeading>,
    pub(super) image: Option<ImageState>,
    pub(super) code: Option<(String, String)>,
    pub(super) raw: Option<(String, Range<usize>)>,
    pub(super) paragraph: Option<ParagraphState>,
    pub(super) item_start: usize,
    pub(super) table: TableState,
    pub(super) raw_table: Option<RawTable>,
    /// The names of the regions around tables, and how often each was used.
    pub(super) regions: HashSet<String>,
    pub(super) region_numbers: HashMap<String, usize>,
    pub(super) footnotes: Footnotes,
    pub(super) in_link: usize,
    /// Whether a frame of raw HTML was left out whose end is still to come.
    pub(super) in_frame: bool,
    /// What raw HTML has opened.
    pub(super) raw_open: RawOpen,
    /// Characters of text so far.
    pub(super) chars: usize,
    /// Link numbers of the images near the top.
    pub(super) top_images: Vec<u32>,
    pub(super) quote_pending: bool,
    pub(super) tabs_end: Option<usize>,
    /// How many elements are open whose text nobody sees, such as `script`.
    pub(super) hidden: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(body: BodySource<'a>, marked: &'a Marked<'a>, written: &[String]) -> Self {
        let mut ids = Ids::default();
        for id in written {
            ids.reserve(id);
        }
        Self {
            source: body.source,
            body_start: body.start,
            marked,
            title: body.title,
            is_faq: body.is_faq,
            options: body.options,
            body: Body {
                sections: vec![Section::default()],
                ..Body::default()
            },
            out: Fragment::default(),
            outer: Vec::new(),
            frames: Vec::new(),
            ids,
            written: Vec::new(),
            clashing: false,
            heading: None,
            raw_heading: None,
            levels: Vec::new(),
            faq: Vec::new(),
            image: None,
            code: None,
            raw: None,
            paragraph: None,
            item_start: 0,
            table: TableState::default(),
            raw_table: None,
            regions: HashSet::new(),
            region_numbers: HashMap::new(),
            footnotes: Footnotes::default(),
            in_link: 0,
            in_frame: false,
            raw_open: RawOpen::default(),
            chars: 0,
            top_images: Vec::new(),
            quote_pending: false,
            tabs_end: None,
            hidden: 0,
            diagnostics: Vec::new(),
        }
    }
}
