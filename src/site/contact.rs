//! The contact page of each language: kb's own, unless the site has a page in its place.

use std::collections::{BTreeMap, HashSet};

use super::urls::output_file;
use super::{ContactPage, LanguageSite, SitePath};
use crate::config::Config;

/// Says for every language whether there is a contact page, and whose it is.
pub(super) fn find(
    config: &Config,
    redirects: &BTreeMap<SitePath, SitePath>,
    static_files: &[String],
    languages: &mut [LanguageSite],
) {
    let mut taken: HashSet<String> = HashSet::new();
    for site in &*languages {
        taken.extend(site.articles.iter().map(|article| article.path.to_lowercase()));
        taken.extend(site.categories.iter().map(|category| category.path.to_lowercase()));
    }
    taken.extend(redirects.keys().map(|from| from.to_lowercase()));
    for site in languages {
        let path = site.contact_path();
        let channels = config.contact_in(&site.language);
        // Where a channel leads there, the page is served beside the help centre.
        let leads_there = |link: &Option<String>| link.as_ref().is_some_and(|link| same_page(link, &path));
        let own = taken.contains(&path.to_lowercase())
            || static_files.contains(&output_file(&path))
            || leads_there(&channels.form)
            || leads_there(&channels.chat);
        site.contact = if own {
            Some(ContactPage::Own)
        } else {
            (!channels.is_empty()).then_some(ContactPage::Made)
        };
    }
}

fn same_page(link: &str, path: &str) -> bool {
    let link = link.split(['?', '#']).next().unwrap_or_default();
    link.starts_with('/') && link.trim_matches('/') == path.trim_matches('/')
}
