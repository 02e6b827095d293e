//! The contact channels on every page, and the contact page with kb's own form.

use kb_config::{Channels, ContactConfig, FieldConfig, Receiver, TopicConfig};
use kb_index::SUGGESTIONS;
use kb_site::pages::Page;
use kb_site::{ContactPage, PageRef};

use super::{ArticleLink, LanguageRenderer, OwnContext, PageContext, PageKind, mail};
use crate::context::{ContactContext, FieldContext, FormContext, OptionContext, TopicContext};
use crate::i18n::{Count, Text};

impl LanguageRenderer<'_> {
    /// The general channels, if there are any to show.
    pub(super) fn contact_context(&self) -> Option<ContactContext> {
        let language = self.language();
        let channels = self.site.config.contact_in(&language.language).channels;
        let has_form = language.contact == Some(ContactPage::Made) && channels.receiver().is_some();
        let message_url = has_form.then(|| self.site.url(&Page::Contact.path(language)));
        let context = self.channels_context(&channels, message_url);
        let shown = [
            &context.email,
            &context.phone,
            &context.chat,
            &context.form,
            &context.message_url,
        ];
        let any = shown.into_iter().any(Option::is_some);
        any.then_some(context)
    }

    fn channels_context(&self, channels: &Channels, message_url: Option<String>) -> ContactContext {
        let local = |link: &Option<String>| link.as_ref().map(|link| self.local(link));
        ContactContext {
            email: channels.email.clone(),
            email_href: channels.email.as_deref().map(mail::to),
            phone: channels.phone.clone(),
            phone_href: channels.phone.as_ref().map(|phone| {
                let digits: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
                format!("tel:{digits}")
            }),
            chat: local(&channels.chat),
            hours: channels.hours.clone(),
            response_time: channels.response_time.clone(),
            form: local(&channels.form),
            message_url,
        }
    }

    pub(super) fn contact_page(&self, path: &str) -> PageContext {
        let contact = self.site.config.contact_in(&self.language().language);
        let own = OwnContext::Contact {
            form: self.form(&contact),
            topics: contact.topics.iter().map(|topic| self.topic(&contact, topic)).collect(),
            featured: self.featured(),
            popular: self.popular(),
        };
        self.page(
            PageKind::Contact,
            self.messages.text(Text::ContactPageTitle),
            "",
            path,
            own,
        )
    }

    fn form(&self, contact: &ContactConfig) -> Option<FormContext> {
        let receiver = contact.channels.receiver()?;
        Some(FormContext {
            channel: match receiver {
                Receiver::Endpoint(_) => "endpoint",
                Receiver::Mail(_) => "mail",
            },
            action: self.action(receiver),
            files: contact.files && matches!(receiver, Receiver::Endpoint(_)),
            fields: contact
                .fields
                .iter()
                .map(|field| field_context(contact, field))
                .collect(),
            found: (1..=SUGGESTIONS)
                .map(|count| self.messages.count(Count::ContactFound, count))
                .collect(),
        })
    }

    fn action(&self, receiver: Receiver<'_>) -> String {
        match receiver {
            Receiver::Endpoint(url) => self.local(url),
            Receiver::Mail(address) => mail::to(address),
        }
    }

    fn topic(&self, contact: &ContactConfig, topic: &TopicConfig) -> TopicContext {
        let channels = topic.channels.or(&contact.channels);
        let receiver = channels.receiver().filter(|own| {
            let general = contact.channels.receiver();
            general.is_some_and(|general| general != *own)
        });
        let articles = topic.articles.iter().filter_map(|(target, _)| {
            let page = self.site.resolve_target(None, target, self.number)?;
            Some(self.page_link(page))
        });
        TopicContext {
            id: topic.id.clone(),
            title: topic.title.clone(),
            action: receiver.map(|receiver| self.action(receiver)),
            contact: (topic.channels != Channels::default()).then(|| self.channels_context(&channels, None)),
            articles: articles.collect(),
        }
    }

    fn page_link(&self, page: PageRef) -> ArticleLink {
        match page {
            PageRef::Article(id) => self.article_link(id),
            PageRef::Category(id) => {
                let category = &self.language().categories[id];
                ArticleLink {
                    title: category.title.clone(),
                    url: self.site.url(&category.path),
                    description: category.description.clone(),
                    lang: (category.language != self.language().language).then(|| category.language.to_string()),
                    featured: false,
                    breadcrumb: None,
                    keywords: None,
                }
            }
        }
    }
}

fn field_context(contact: &ContactConfig, field: &FieldConfig) -> FieldContext {
    let options = field.options.iter().map(|option| OptionContext {
        value: option.value.clone(),
        label: option.label.clone(),
    });
    let titles: Vec<&str> = (contact.topics.iter())
        .filter(|topic| field.topics.contains(&topic.id))
        .map(|topic| topic.title.as_str())
        .collect();
    FieldContext {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind.name(),
        required: field.required,
        hint: field.hint.clone(),
        options: options.collect(),
        topics: field.topics.clone(),
        topics_text: titles.join(", "),
    }
}
