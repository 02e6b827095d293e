//! The values that templates get, as types. The template reference of the manual describes exactly these.

use serde::Serialize;

use crate::theme::PageKind;

/// The site, the same on every page of a language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SiteContext {
    /// Name of the help centre.
    pub title: String,
    /// Its description.
    pub description: String,
    /// Scheme and host, without a trailing slash; empty if unknown.
    pub base_url: String,
    /// URL of the home page.
    pub home_url: String,
    /// Language tag.
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// URL of the logo.
    pub logo: Option<String>,
    /// URL of the favicon.
    pub favicon: Option<String>,
    /// URL of the list of all articles.
    pub all_url: String,
    /// URL of the list of tags, if there are tags.
    pub tags_url: Option<String>,
    /// URL of the Atom feed.
    pub feed_url: Option<String>,
    /// URL of `llms.txt`.
    pub llms_url: Option<String>,
    /// Where the search form goes without JavaScript: the list of all articles.
    pub search_url: String,
    /// URL of the style sheet.
    pub css_url: String,
    /// URL of the project's own style sheet, which is loaded after it.
    pub custom_css_url: Option<String>,
    /// URLs of the scripts.
    pub script_urls: Vec<String>,
    /// The accent colour, for the browser's own frame around light pages.
    pub theme_color: String,
    /// The background of dark pages, for the browser's own frame around them.
    pub theme_color_dark: String,
    /// The collections, in order.
    pub collections: Vec<CategoryLink>,
    /// Contact channels.
    pub contact: Option<ContactContext>,
    /// URL of the contact page, if there is one.
    pub contact_url: Option<String>,
    /// Where "was this helpful?" answers go.
    pub feedback: Option<FeedbackContext>,
    /// Where signals go; nothing if pages send none.
    pub signals: Option<SignalsContext>,
    /// Links out of the help centre.
    pub links: LinksContext,
    /// `kb` and its version.
    pub generator: String,
}

/// What the search box loads, the same on every page of a language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SearchContext {
    /// URL of the boot file of the language's pack.
    pub boot: String,
    /// URL of the search engine for the language.
    pub engine: String,
    /// URL of the script that binds the engine.
    pub glue: String,
    /// URL of the root of the site, with a slash at the end.
    pub root: String,
    /// URL of the search page.
    pub page: String,
    /// URL of the script with all search data, in a site that is opened from a folder.
    pub offline: Option<String>,
}

/// A language to search in besides that of the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SearchLanguage {
    /// Language tag.
    pub code: String,
    /// Its name in the language itself.
    pub name: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// URL of its search page.
    pub url: String,
    /// URL of the boot file of its pack.
    pub boot: String,
    /// URL of its search engine.
    pub engine: String,
    /// URL of the script that binds the engine.
    pub glue: String,
}

/// Contact channels.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ContactContext {
    /// Mail address.
    pub email: Option<String>,
    /// Mail address as a `mailto:` URL.
    pub email_href: Option<String>,
    /// Phone number as it is shown.
    pub phone: Option<String>,
    /// Phone number as a `tel:` URL.
    pub phone_href: Option<String>,
    /// URL of a chat.
    pub chat: Option<String>,
    /// Opening hours.
    pub hours: Option<String>,
    /// The usual response time, as text.
    pub response_time: Option<String>,
    /// URL of a contact form elsewhere.
    pub form: Option<String>,
    /// URL of the contact page, if it has kb's own form.
    pub message_url: Option<String>,
}

/// kb's own form on the contact page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FormContext {
    /// What receives messages: `endpoint` or `mail`.
    pub channel: &'static str,
    /// URL that messages are posted to, or a `mailto:` URL.
    pub action: String,
    /// Whether files can be attached.
    pub files: bool,
    /// Additional fields.
    pub fields: Vec<FieldContext>,
    /// How many articles may help, for one, two and three of them.
    pub found: Vec<String>,
}

/// An additional field of the form.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FieldContext {
    /// The name it is sent under.
    pub name: String,
    /// What it is called on the page.
    pub label: String,
    /// `text`, `email`, `tel`, `number`, `date`, `url`, `textarea`, `select` or `checkbox`.
    pub kind: &'static str,
    /// Whether it must be filled in.
    pub required: bool,
    /// A sentence below the label.
    pub hint: Option<String>,
    /// The choices of a `select`.
    pub options: Vec<OptionContext>,
    /// The topics it is for, by id; empty for all.
    pub topics: Vec<String>,
    /// The titles of these topics, in one text.
    pub topics_text: String,
}

/// A choice of a field.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OptionContext {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// What a message can be about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TopicContext {
    /// What is sent.
    pub id: String,
    /// What is shown.
    pub title: String,
    /// Where its messages go, if not to the action of the form.
    pub action: Option<String>,
    /// All channels for this topic, if it has some of its own.
    pub contact: Option<ContactContext>,
    /// Articles about it.
    pub articles: Vec<ArticleLink>,
}

/// Where "was this helpful?" answers go.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FeedbackContext {
    /// Mail address.
    pub email: Option<String>,
    /// URL to post to.
    pub endpoint: Option<String>,
    /// Whether a script of the site receives the answers.
    pub script: bool,
}

/// Where signals go.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SignalsContext {
    /// A path on this host to request, or the URL of a collector to post to.
    pub beacon: String,
    /// Whether they contain the words of queries.
    pub queries: bool,
}

/// Links out of the help centre.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LinksContext {
    /// The company's own site.
    pub home: Option<String>,
    /// The text of that link.
    pub home_title: Option<String>,
}

/// A page and its title.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PageLink {
    /// Title.
    pub title: String,
    /// URL.
    pub url: String,
}

/// A category in a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CategoryLink {
    /// Title.
    pub title: String,
    /// URL.
    pub url: String,
    /// One or two sentences.
    pub description: String,
    /// Icon: the name of one of Lucide's, a character, or the URL of an image.
    pub icon: Option<String>,
    /// How the icon is drawn: `symbol`, `text` or `image`; nothing for an unknown name.
    pub icon_kind: Option<&'static str>,
    /// Number of articles in it and below.
    pub count: usize,
    /// The number as text: "12 articles".
    pub count_text: String,
    /// Its articles: on the home page the first five, elsewhere all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub articles: Option<Vec<ArticleLink>>,
}

/// An article in a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ArticleLink {
    /// Title.
    pub title: String,
    /// URL.
    pub url: String,
    /// One or two sentences.
    pub description: String,
    /// Its language, if it differs from the page's.
    pub lang: Option<String>,
    /// Whether it is featured.
    pub featured: bool,
    /// On the A-Z page: its categories, such as "Billing › Plans".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breadcrumb: Option<String>,
    /// On the A-Z page: questions and keywords for the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
}

/// A page in another language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Alternate {
    /// Language tag, or `x-default`.
    pub lang: String,
    /// Absolute URL.
    pub url: String,
}

/// An entry of the language switcher.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LanguageLink {
    /// Language tag.
    pub code: String,
    /// Name of the language in itself.
    pub name: String,
    /// Its direction.
    pub dir: &'static str,
    /// The same page in that language, or its home page.
    pub url: String,
    /// Whether it is the language of this page.
    pub current: bool,
}

/// What every page has.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PageContext {
    /// Kind of page: `home`, `category`, `article`, `tag`, `tags`, `all`, `search`,
    /// `contact`, `404`, `redirect`.
    pub kind: PageKind,
    /// Title.
    pub title: String,
    /// Title for the browser's tab.
    pub head_title: String,
    /// One or two sentences.
    pub description: String,
    /// URL.
    pub url: String,
    /// Absolute URL for search engines.
    pub canonical: Option<String>,
    /// Language of the page's frame.
    pub lang: String,
    /// Direction of the page's frame.
    pub dir: &'static str,
    /// Whether search engines should leave it out.
    pub noindex: bool,
    /// `OpenGraph` type.
    pub og_type: &'static str,
    /// The page in other languages.
    pub alternates: Vec<Alternate>,
    /// The language switcher.
    pub languages: Vec<LanguageLink>,
    /// The way from the home page, without the page itself.
    pub breadcrumbs: Vec<PageLink>,
    /// URL of the Markdown copy.
    pub markdown_url: Option<String>,
    /// URL where the source can be edited.
    pub edit_url: Option<String>,
    /// Front matter `extra`.
    pub extra: serde_json::Value,
    /// Whether it is a draft.
    pub draft: bool,
    /// The day of its publication, if it is scheduled.
    pub scheduled: Option<DateContext>,
    /// Parts that the front matter hides.
    pub hide: Vec<String>,
    /// Values of its kind of page.
    #[serde(flatten)]
    pub own: OwnContext,
}

/// Values of one kind of page.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum OwnContext {
    /// The home page.
    Home {
        /// The collections with their first articles.
        collections: Vec<CategoryLink>,
        /// Featured articles.
        featured: Vec<ArticleLink>,
        /// The most read articles.
        popular: Vec<ArticleLink>,
        /// Articles outside of collections.
        articles: Vec<ArticleLink>,
        /// Number of all articles, as text.
        total_text: String,
    },
    /// A category.
    Category {
        /// The categories in it, with their articles.
        categories: Vec<CategoryLink>,
        /// The articles directly in it.
        articles: Vec<ArticleLink>,
        /// Number of articles, as text.
        count_text: String,
    },
    /// An article.
    Article(Box<ArticleContext>),
    /// A tag.
    Tag {
        /// The articles with this tag.
        articles: Vec<ArticleLink>,
        /// Number of articles, as text.
        count_text: String,
    },
    /// The list of tags.
    Tags {
        /// The tags.
        tags: Vec<TagLink>,
    },
    /// All articles from A to Z.
    All {
        /// The articles by first letter.
        groups: Vec<LetterGroup>,
        /// Number of articles, as text.
        count_text: String,
    },
    /// The search page.
    Search {
        /// The other languages of the site.
        others: Vec<SearchLanguage>,
    },
    /// The contact page.
    Contact {
        /// kb's own form, if something receives its messages.
        form: Option<FormContext>,
        /// What a message can be about.
        topics: Vec<TopicContext>,
        /// Featured articles.
        featured: Vec<ArticleLink>,
        /// The most read articles.
        popular: Vec<ArticleLink>,
    },
    /// The page for missing pages.
    NotFound {
        /// Featured articles.
        featured: Vec<ArticleLink>,
        /// The most read articles.
        popular: Vec<ArticleLink>,
        /// The collections.
        collections: Vec<CategoryLink>,
    },
    /// A redirect.
    Redirect {
        /// Where it leads.
        target: String,
    },
}

/// What only articles have.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ArticleContext {
    /// The contents of the page.
    pub toc: Vec<TocEntry>,
    /// When it was last changed.
    pub updated: Option<DateContext>,
    /// Minutes it takes to read.
    pub reading_minutes: usize,
    /// The same in words.
    pub reading_text: String,
    /// Number of questions on a page of questions and answers.
    pub questions: usize,
    /// Its tags.
    pub tags: Vec<PageLink>,
    /// The article before it in its category.
    pub previous: Option<Neighbour>,
    /// The article after it in its category.
    pub next: Option<Neighbour>,
    /// Articles about the same.
    pub related: Vec<ArticleLink>,
    /// Its neighbours.
    pub siblings: Option<Siblings>,
    /// Set if the article is shown in another language.
    pub fallback: Option<Fallback>,
    /// Where the answer to "was this helpful?" goes; nothing if the question is not shown.
    pub feedback: Option<ArticleFeedback>,
}

/// Where the answer to "was this helpful?" goes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ArticleFeedback {
    /// URL to post to.
    pub endpoint: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Whether a script of the site receives it.
    pub script: bool,
    /// A `mailto:` URL with a subject and the article's address filled in.
    pub mailto: Option<String>,
}

/// A day.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DateContext {
    /// As `2026-11-21`.
    pub iso: String,
    /// In words.
    pub text: String,
}

/// A heading in the contents of the page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TocEntry {
    /// Id of the heading.
    pub id: String,
    /// Text of the heading.
    pub title: String,
    /// Headings one level below.
    pub children: Vec<TocEntry>,
}

/// The neighbours of an article.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Siblings {
    /// Title of the category.
    pub title: String,
    /// URL of the category.
    pub url: String,
    /// Articles around this one.
    pub articles: Vec<Sibling>,
    /// Set if there are more.
    pub more: Option<More>,
}

/// An article of the same category.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Neighbour {
    /// Title.
    pub title: String,
    /// URL.
    pub url: String,
    /// Its language, if it differs from the page's.
    pub lang: Option<String>,
}

/// An article around this one, or this one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Sibling {
    /// The article.
    #[serde(flatten)]
    pub article: Neighbour,
    /// Whether it is this page.
    pub current: bool,
}

/// How many more there are, and where.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct More {
    /// The number in words.
    pub count_text: String,
    /// URL of the whole list.
    pub url: String,
}

/// The notice that an article is shown in another language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fallback {
    /// Language of the article.
    pub lang: String,
    /// Its direction.
    pub dir: &'static str,
    /// Its name.
    pub name: String,
    /// The notice.
    pub text: String,
}

/// A tag in the list of tags.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TagLink {
    /// Its text.
    pub title: String,
    /// URL.
    pub url: String,
    /// Number of articles, as text.
    pub count_text: String,
}

/// Articles that begin with one letter.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LetterGroup {
    /// The letter.
    pub letter: String,
    /// Id to link to.
    pub id: String,
    /// The articles.
    pub articles: Vec<ArticleLink>,
}
