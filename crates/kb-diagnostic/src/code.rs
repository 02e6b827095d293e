//! The codes of diagnostics: every problem that kb reports about its input, with its level and effect, in one table.

use serde::{Serialize, Serializer};

use super::Severity;

/// The effect on pages when a diagnostic with the code is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Pages are correct except for the reported place.
    Place,
    /// A page or file is missing because another one has its path.
    Lost,
    /// The article is wrong or missing. The preview keeps showing the last good version.
    Article,
    /// All pages are affected. The preview keeps showing the last good version of the site.
    Site,
    /// Nothing is built.
    Stop,
}

macro_rules! codes {
    ($($code:ident $name:literal $level:ident $effect:ident $meaning:literal)+) => {
        /// A stable short name for one kind of problem. The manual lists all of them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $code,)+
        }

        impl Code {
            /// All codes, in the order of the manual.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The code as it is printed, such as `link-missing`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name),+ }
            }

            /// The default level; settings and single diagnostics may override it.
            pub const fn level(self) -> Severity {
                match self { $(Self::$code => Severity::$level),+ }
            }

            /// The effect on pages when it is an error.
            pub const fn effect(self) -> Effect {
                match self { $(Self::$code => Effect::$effect),+ }
            }

            /// What it means, as a sentence.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning),+ }
            }
        }
    };
}

codes! {
    // Links
    LinkMissing "link-missing" Error Place "The link leads to no article or file."
    LinkUnpublished "link-unpublished" Error Place "The article is a draft, not published yet, or expired."
    AnchorMissing "anchor-missing" Error Place "The page exists, but not the heading or id that the link names."
    ImageMissing "image-missing" Error Place "There is no such image, video or sound."
    ImageAlt "image-alt" Warning Place "The image has no alternative text."
    ImageUnreadable "image-unreadable" Warning Place "The image is empty, cut off or broken."
    ImageTooLarge "image-too-large" Warning Place "The image has more than 50 million pixels, or a side longer than 16,383 pixels, so kb makes no smaller variants of it."
    ReferenceMissing "reference-missing" Warning Place "A link `[text][label]` uses a label that is not defined."
    FootnoteUnused "footnote-unused" Warning Place "Nothing refers to the footnote, or another one has its label, so the page does not show it."
    Shortcode "shortcode" Warning Place "The article contains a shortcode of another tool."
    HtmlId "html-id" Warning Place "An id or name in HTML begins with `_`, which is reserved for the theme."
    HtmlUnfinished "html-unfinished" Warning Place "An HTML tag has no `>` before the next blank line."
    HtmlTooDeep "html-too-deep" Warning Place "HTML elements are nested too deeply."
    LinkScript "link-script" Error Place "The link would run a script."
    LinkScheme "link-scheme" Error Place "The link has a scheme that does not belong in articles."
    FileActive "file-active" Error Place "Browsers would run the file as a part of the site."
    RelatedMissing "related-missing" Error Place "`related` names an article that does not exist."
    PinMissing "pin-missing" Error Place "A pin names an article that does not exist."
    TopicArticleMissing "topic-article-missing" Error Place "A topic of the contact page names an article that does not exist."
    // Addresses
    UrlTaken "url-taken" Error Lost "Two articles or categories have the same address, or kb uses the address itself."
    SlugInvalid "slug-invalid" Error Place "The `slug` has a `/` or `..`, or no letter and no digit."
    PathInvalid "path-invalid" Error Place "The `path` cannot be an address on this site."
    AliasInvalid "alias-invalid" Error Place "The alias cannot be an address on this site."
    AliasTaken "alias-taken" Error Place "The address is already taken by a page, a file, another alias, or by kb itself."
    // Front matter
    FrontMatterMisplaced "front-matter-misplaced" Error Article "A key that hides the article is in its text, not in its front matter."
    FrontMatterUnclosed "front-matter-unclosed" Error Article "The front matter has no closing `---` or `+++`."
    FrontMatterSyntax "front-matter-syntax" Error Article "The front matter is not valid YAML, TOML or JSON."
    FrontMatterDuplicateKey "front-matter-duplicate-key" Error Article "A key appears twice in the front matter."
    FrontMatterType "front-matter-type" Error Article "A value in the front matter is of the wrong kind."
    FrontMatterUnclearKey "front-matter-unclear-key" Error Article "A key may be one that hides the article, with a typing error or in the wrong table."
    FrontMatterUnknownKey "front-matter-unknown-key" Warning Place "The front matter has a key that kb does not know."
    DateFuture "date-future" Warning Place "The `date` is in the future. Only `publish_date` schedules an article."
    IconUnknown "icon-unknown" Warning Place "The icon is not a name from Lucide, an emoji or an image."
    // Text
    CodeUnclosed "code-unclosed" Warning Place "A block of code has no closing line."
    CommentUnclosed "comment-unclosed" Error Article "A comment, `<!--` or `[//]: # (`, is not closed."
    ContainerUnclosed "container-unclosed" Warning Place "A `:::` container has no closing `:::`."
    ContainerStray "container-stray" Warning Place "A `:::` line closes nothing."
    ContainerUnknown "container-unknown" Warning Place "There is no container of this name."
    HeadingId "heading-id" Warning Place "An id appears twice in the article, or begins with `_`."
    // Files
    NotUtf8 "not-utf8" Error Article "The file is not UTF-8."
    NulByte "nul-byte" Error Article "The text contains a NUL character."
    FileTooLarge "file-too-large" Error Article "The file is larger than kb accepts."
    FileUnreadable "file-unreadable" Error Article "The system does not let kb read the file, or it is not a regular file but a pipe or a device."
    MdxLeftOut "mdx-left-out" Warning Place "A component or an expression of MDX is left out."
    FileName "file-name" Error Article "The name of the file is not valid UTF-8."
    LinkOutside "link-outside" Error Place "A symbolic link leads out of the folders that kb may read."
    LinkCircle "link-circle" Error Place "A symbolic link leads in a circle."
    LinkBroken "link-broken" Error Place "A symbolic link leads nowhere."
    FolderNamedLikeArticle "folder-named-like-article" Warning Place "A folder has a name that ends with `.md`."
    NoArticles "no-articles" Warning Place "There are no Markdown files."
    IgnorePattern "ignore-pattern" Warning Place "A line of an ignore list is not a valid pattern."
    GitShallow "git-shallow" Info Place "Git does not know the dates of the articles."
    // Search
    SearchConfigSyntax "search-config-syntax" Error Place "`search.toml` is not valid TOML."
    SearchConfigUnknownKey "search-config-unknown-key" Error Place "`search.toml` has a key that kb does not know."
    SearchConfigDuplicateKey "search-config-duplicate-key" Error Place "A key appears twice in `search.toml`."
    SearchConfigType "search-config-type" Error Place "A value in `search.toml` is of the wrong kind."
    SearchConfigValue "search-config-value" Error Place "A value in `search.toml` is invalid, or an entry is incomplete."
    ViewsColumns "views-columns" Warning Place "No column of `views.csv` names a page or a number of views."
    ViewsNumber "views-number" Warning Place "A row of `views.csv` has no whole number."
    ViewsUnknownPage "views-unknown-page" Info Place "Rows of `views.csv` name pages that are not on this site."
    SearchIndex "search-index" Error Stop "The index could not be written."
    // Theme
    TemplateError "template-error" Error Site "A template has an error."
    TemplateMissing "template-missing" Warning Place "`template` names a template that does not exist."
    ThemeSyntax "theme-syntax" Error Site "`theme.toml` is not valid TOML."
    ThemeType "theme-type" Error Site "A value in `theme.toml` is of the wrong kind."
    ThemeDuplicateKey "theme-duplicate-key" Error Site "A key appears twice in `theme.toml`."
    ThemeUnknownKey "theme-unknown-key" Error Site "`theme.toml` has a key that kb does not know."
    TemplateOutdated "template-outdated" Info Place "The theme has a newer version of a file that was copied."
    ThemeMissing "theme-missing" Error Site "The theme is neither in `themes/` nor built in."
    ThemeFileMissing "theme-file-missing" Error Site "`theme.toml` names a file that does not exist."
    FeedbackNowhere "feedback-nowhere" Warning Place "`[feedback]` is enabled, but nothing receives the answers."
    ContactNowhere "contact-nowhere" Warning Place "`[contact]` has fields or topics that no page shows."
    SignalsNowhere "signals-nowhere" Warning Place "`[signals]` has settings, but no `beacon`."
    AccentAdjusted "accent-adjusted" Info Place "The accent colour is too light to be read on white."
    I18nSyntax "i18n-syntax" Error Site "An `i18n` file is not valid TOML."
    I18nUnknownId "i18n-unknown-id" Warning Place "An `i18n` file has a message that nothing uses."
    I18nType "i18n-type" Warning Place "A message is of the wrong kind: most are texts; those with a number have a text for each plural category."
    // Settings
    ConfigSyntax "config-syntax" Error Stop "`kb.toml` is not valid TOML."
    ConfigUnknownKey "config-unknown-key" Error Stop "`kb.toml` has a key that kb does not know."
    ConfigDuplicateKey "config-duplicate-key" Error Stop "A key appears twice in `kb.toml`."
    ConfigType "config-type" Error Stop "A value in `kb.toml` is of the wrong kind."
    ConfigValue "config-value" Error Stop "A value in `kb.toml` is invalid."
    ConfigFileMissing "config-file-missing" Error Stop "The logo or favicon is not in `static/`."
    ConfigUnreadable "config-unreadable" Error Stop "`kb.toml` cannot be read."
    BaseUrl "base-url" Error Stop "The value of `-u` is not an absolute URL."
    ProjectMissing "project-missing" Error Stop "The folder does not exist, or it has no `kb.toml` but contains a project."
    ContentMissing "content-missing" Error Stop "There is a `kb.toml`, but no folder `content/`."
    // Output
    OutputCollision "output-collision" Error Lost "Two pages or files would be written to the same path."
    OutputPath "output-path" Error Lost "Some systems cannot store a file of this name."
    OutputNotOurs "output-not-ours" Error Stop "The output folder holds files that kb did not write."
    OutputOverlaps "output-overlaps" Error Stop "The output folder contains the articles, or lies inside their folder."
    OutputOutside "output-outside" Error Stop "A symbolic link leads the output folder out of the project."
    OutputNotAFolder "output-not-a-folder" Error Stop "There is a file where the output folder should be, or a link that leads nowhere."
    OutputReadOnly "output-read-only" Error Stop "The output folder is read-only."
    OutputLocked "output-locked" Error Stop "Another build is writing to the output folder."
    FileChanged "file-changed" Error Stop "A file changed during the build."
    DiskFull "disk-full" Error Stop "The disk is full."
    OutputWrite "output-write" Error Stop "The system refuses to write."
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
