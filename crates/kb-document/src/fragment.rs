//! HTML with open places, which a later stage fills when it writes the page.

/// HTML and the places in it that are still open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment {
    html: String,
    patches: Vec<Patch>,
}

/// A place that is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// Offset in the HTML, in bytes.
    pub at: u32,
    /// Its content.
    pub kind: PatchKind,
}

/// The content of an open place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchKind {
    /// ` href="…"` of the link with this number; without it if the link has no target.
    Href(u32),
    /// ` action="…"` of a form, likewise.
    Action(u32),
    /// The URL of the image or other medium with this link number.
    Url(u32),
    /// ` width="…" height="…"` of the image with this link number, if known.
    Size(u32),
    /// ` height="…"` of an image with a width in the article.
    Height {
        /// Number of the image's link.
        link: u32,
        /// The width.
        width: u32,
    },
    /// When the image with this link number is loaded: ` loading="lazy"`, or at once if it is at the top.
    Loading(u32),
    /// Before an image: the link to it in full size, if it is wider than the reading column.
    ZoomStart(u32),
    /// After an image: the end of that link.
    ZoomEnd(u32),
    /// Before an image: the start of `<picture>` with its smaller variants, if it has any.
    PictureStart {
        /// Number of the image's link.
        link: u32,
        /// The width in the article, if any.
        width: Option<u32>,
    },
    /// After an image: the end of `<picture>`.
    PictureEnd(u32),
    /// A message of the theme.
    Message(Message),
    /// A message of the theme; `{host}` is the host of the link with this number.
    Hosted(Message, u32),
    /// An icon.
    Icon(Icon),
    /// Nothing: marks the value of an attribute that is reserved for kb's scripts and links.
    Own,
}

/// Icons in articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// The icon of the button that starts a video.
    Play,
}

impl Icon {
    /// Its markup.
    pub fn html(self) -> &'static str {
        match self {
            Self::Play => {
                "<svg class=\"icon\" width=\"20\" height=\"20\" aria-hidden=\"true\"><use href=\"#_i-circle-play\"/></svg>"
            }
        }
    }
}

macro_rules! messages {
    ($($message:ident $id:literal $text:literal)+) => {
        /// Messages of the theme in articles.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Message {
            $(#[doc = $text] $message,)+
        }

        impl Message {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$message),+];

            /// Its id in the theme's `i18n` files.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$message => $id),+ }
            }
        }
    };
}

messages! {
    Note "note" "\"Note\""
    Tip "tip" "\"Tip\""
    Important "important" "\"Important\""
    Warning "warning" "\"Warning\""
    Caution "caution" "\"Caution\""
    Details "details" "\"Details\""
    Footnotes "footnotes" "\"Footnotes\""
    BackToContent "back_to_content" "\"Back to the text\""
    LinkToSection "link_to_section" "\"Link to this section: {title}\", the text before the title"
    LinkToSectionEnd "link_to_section" "The same, the text after the title"
    Table "table" "\"Table\""
    VideoPlay "video_play" "\"Play the video\""
    VideoOpen "video_open" "\"Watch on {host}\""
    VideoNotice "video_notice" "\"This video is on {host}. Playing it sends your IP address there ...\""
}

impl Fragment {
    /// The HTML without the open places.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The open places, in order.
    pub fn patches(&self) -> &[Patch] {
        &self.patches
    }

    /// Length of the HTML in bytes.
    pub fn len(&self) -> usize {
        self.html.len()
    }

    /// Whether there is no HTML.
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }

    /// Releases unused memory.
    pub fn shrink(&mut self) {
        self.html.shrink_to_fit();
        self.patches.shrink_to_fit();
    }

    /// Appends HTML.
    pub fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// Appends text, escaped for the body of an element.
    pub fn push_text(&mut self, text: &str) {
        // Writing to a string cannot fail.
        let _ = pulldown_cmark_escape::escape_html_body_text(&mut self.html, text);
    }

    /// Appends text, escaped for an attribute in double quotes.
    pub fn push_attribute(&mut self, text: &str) {
        let _ = pulldown_cmark_escape::escape_html(&mut self.html, text);
    }

    /// Starts an attribute that is reserved for kb's scripts and links; push its value and the closing quotation mark
    /// next.
    pub fn begin_own_attribute(&mut self, name: &str) {
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        self.push_patch(PatchKind::Own);
    }

    /// Adds an open place at the end.
    pub fn push_patch(&mut self, kind: PatchKind) {
        let at = u32::try_from(self.html.len()).unwrap_or(u32::MAX);
        self.patches.push(Patch { at, kind });
    }

    /// Appends another fragment.
    pub fn append(&mut self, other: &Self) {
        let offset = u32::try_from(self.html.len()).unwrap_or(u32::MAX);
        self.html.push_str(&other.html);
        self.patches.extend(other.patches.iter().map(|patch| Patch {
            at: patch.at.saturating_add(offset),
            ..*patch
        }));
    }

    /// Truncates the fragment to `len` bytes. Open places at this offset are kept, because they may belong to the text
    /// before.
    pub fn truncate(&mut self, len: usize) {
        self.html.truncate(len);
        let kept = self.patches.partition_point(|patch| (patch.at as usize) <= len);
        self.patches.truncate(kept);
    }

    /// Removes trailing spaces, up to the last open place.
    pub fn trim_end(&mut self) {
        let filled = self.patches.last().map_or(0, |patch| patch.at as usize);
        self.html.truncate(self.html.trim_end().len().max(filled));
    }

    /// Inserts a fragment at `at`, after an open place at this offset.
    pub fn insert(&mut self, at: usize, other: &Self) {
        self.html.insert_str(at, &other.html);
        let index = self.patches.partition_point(|patch| patch.at as usize <= at);
        for patch in &mut self.patches[index..] {
            patch.at += u32::try_from(other.html.len()).unwrap_or(0);
        }
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        let added = other.patches.iter().map(|patch| Patch {
            at: patch.at + offset,
            ..*patch
        });
        self.patches.splice(index..index, added);
    }

    /// A fragment from HTML in which `url` represents open places, for [`crate::sanitize`].
    pub(super) fn from_parts(html: String, patches: Vec<Patch>) -> Self {
        Self { html, patches }
    }

    /// The finished HTML: `fill` writes the content of each open place.
    pub fn fill(&self, mut fill: impl FnMut(PatchKind, &mut String)) -> String {
        let mut out = String::with_capacity(self.html.len() + self.patches.len() * 32);
        let mut from = 0;
        for patch in &self.patches {
            let at = patch.at as usize;
            out.push_str(&self.html[from..at]);
            fill(patch.kind, &mut out);
            from = at;
        }
        out.push_str(&self.html[from..]);
        out
    }
}
