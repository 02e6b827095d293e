//! The values of the site on every page of a language.

use kb_config::BeaconTarget;
use kb_site::LanguageSite;
use kb_site::pages::{MadeFile, Page};

use super::LanguageRenderer;
use crate::context::{FeedbackContext, LinksContext, SearchContext, SignalsContext, SiteContext};
use crate::palette::{Contrast, Palette, Scheme};

impl LanguageRenderer<'_> {
    pub(super) fn search_context(&self, language: &LanguageSite) -> SearchContext {
        let tag = language.language.tag();
        let url = |path: &str| self.site.url(path);
        SearchContext {
            boot: url(&kb_index::boot_path(tag)),
            engine: url(&kb_index::engine_path(tag)),
            glue: url(&kb_index::glue_path()),
            // In a site that is opened from a folder, "" is its first page and this the folder.
            root: url(if self.site.offline { "./" } else { "" }),
            page: url(&Page::Search.path(language)),
            offline: self.site.offline.then(|| url(&kb_index::offline_path(tag))),
        }
    }

    /// The URL of a link in the settings, which is a path on this site or a URL.
    pub(super) fn local(&self, link: &str) -> String {
        if link.starts_with('/') {
            // Query and fragment are already encoded.
            let (path, rest) = link.split_at(link.find(['?', '#']).unwrap_or(link.len()));
            format!("{}{rest}", self.site.url(path))
        } else {
            link.to_owned()
        }
    }

    pub(super) fn site_context(&self) -> SiteContext {
        let site = self.site;
        let config = &site.config;
        let language = self.language();
        let url = |page: Page| site.url(&page.path(language));
        let file = |file: MadeFile| {
            file.is_made(config)
                .then(|| site.url(&file.path(config, &language.home)))
        };
        let local = |link: &Option<String>| link.as_ref().map(|link| self.local(link));
        let palette = |scheme| Palette::new(config.theme.accent, scheme, Contrast::Normal);
        SiteContext {
            title: language.title.clone(),
            description: language.description.clone(),
            base_url: site
                .absolute_url("/")
                .map(|url| url.trim_end_matches('/').to_owned())
                .unwrap_or_default(),
            home_url: site.url(&language.home),
            lang: language.language.to_string(),
            dir: language.direction.attribute(),
            logo: config.theme.logo.as_deref().map(|path| site.url(path)),
            favicon: config.theme.favicon.as_deref().map(|path| site.url(path)),
            all_url: url(Page::All),
            tags_url: (!language.tags.is_empty()).then(|| url(Page::Tags)),
            feed_url: file(MadeFile::Feed),
            llms_url: file(MadeFile::Llms),
            search_url: url(Page::All),
            css_url: site.url(&self.theme.css_path()),
            custom_css_url: (self.theme.custom_css()).map(|(path, hash)| format!("{}?v={hash}", site.url(path))),
            script_urls: self.theme.script_paths().iter().map(|path| site.url(path)).collect(),
            theme_color: palette(Scheme::Light).accent.hex(),
            theme_color_dark: palette(Scheme::Dark).bg.hex(),
            collections: self.collections(None),
            contact: self.contact_context(),
            contact_url: language.contact.map(|_| site.url(&Page::Contact.path(language))),
            feedback: config.feedback.asks().then(|| FeedbackContext {
                email: config.feedback.email.clone(),
                endpoint: local(&config.feedback.endpoint),
                script: config.feedback.script,
            }),
            signals: (config.signals.beacon.as_ref().filter(|_| !site.offline)).map(|target| SignalsContext {
                beacon: match target {
                    BeaconTarget::File(path) => site.url(path),
                    BeaconTarget::Collector(url) => url.clone(),
                },
                queries: config.signals.queries,
            }),
            links: LinksContext {
                home: local(&config.links.home),
                home_title: config.links.home_title.clone(),
            },
            generator: concat!("kb ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}
