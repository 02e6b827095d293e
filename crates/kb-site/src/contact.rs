//! The contact page of each language: kb's own, unless a page of the site replaces it.

use kb_config::Config;

use super::addresses::Addresses;
use super::pages::Page;
use super::{ContactPage, LanguageSite};

/// Determines for every language whether there is a contact page, and who provides it.
pub(super) fn find(config: &Config, addresses: &Addresses, languages: &mut [LanguageSite]) {
    for site in languages {
        let path = Page::Contact.path(site);
        let contact = config.contact_in(&site.language);
        let channels = &contact.channels;
        // If a channel leads there, another page is served at this address.
        let leads_there = |link: &Option<String>| link.as_ref().is_some_and(|link| same_page(link, &path));
        let own = !addresses.is_free(&path) || leads_there(&channels.form) || leads_there(&channels.chat);
        site.contact = if own {
            Some(ContactPage::Own)
        } else {
            (!contact.is_empty()).then_some(ContactPage::Made)
        };
    }
}

fn same_page(link: &str, path: &str) -> bool {
    let link = link.split(['?', '#']).next().unwrap_or_default();
    link.starts_with('/') && link.trim_matches('/') == path.trim_matches('/')
}
