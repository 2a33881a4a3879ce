//! What the document says of the gateway as a whole: `info`, servers, tags.

use super::document::{Contact, Info, License, Server, Tag};
use super::keys::{Keys, is_link};
use crate::model::{Gateway, Group};

/// What goctl writes where nothing is said.
const VERSION: &str = "1.0";

pub(super) fn info(gateway: &Gateway) -> Info {
    let keys = Keys(&gateway.info);
    Info {
        title: keys.owned("title").unwrap_or_else(|| gateway.name.clone()),
        summary: keys.owned("summary"),
        description: keys.owned("description").or_else(|| keys.owned("desc")),
        terms_of_service: keys.link("termsOfService"),
        contact: contact(keys),
        license: license(keys),
        version: keys.owned("version").unwrap_or_else(|| VERSION.to_owned()),
    }
}

fn contact(keys: Keys<'_>) -> Option<Contact> {
    let email = keys.text("contactEmail").or_else(|| keys.text("email"));
    let contact = Contact {
        name: keys.owned("contactName").or_else(|| keys.owned("author")),
        url: keys.link("contactURL"),
        email: email.filter(|text| is_address(text)).map(str::to_owned),
    };
    let is_there = contact.name.is_some() || contact.url.is_some() || contact.email.is_some();
    is_there.then_some(contact)
}

/// A license has a name; one that is only linked is called by its link.
fn license(keys: Keys<'_>) -> Option<License> {
    let url = keys.link("licenseURL");
    let name = keys.owned("licenseName").or_else(|| url.clone())?;
    Some(License { name, url })
}

fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    is_link(text) && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// `schemes`, `host` and `basePath`. Without a host the document's own address counts, which is OpenAPI's default.
pub(super) fn servers(gateway: &Gateway) -> Vec<Server> {
    let keys = Keys(&gateway.info);
    let base = keys.text("basePath").unwrap_or_default();
    let base = match base.trim_matches('/') {
        "" => String::new(),
        path => format!("/{path}"),
    };
    let urls = match keys.text("host") {
        Some(host) if host.contains("://") => {
            vec![format!("{}{base}", host.trim_end_matches('/'))]
        }
        Some(host) => {
            let host = host.trim_end_matches('/');
            let schemes = match keys.list("schemes") {
                none if none.is_empty() => vec!["https"],
                schemes => schemes,
            };
            schemes
                .iter()
                .map(|scheme| format!("{scheme}://{host}{base}"))
                .collect()
        }
        None if base.is_empty() => Vec::new(),
        None => vec![base],
    };
    let urls = urls.into_iter().filter(|url| is_link(url));
    urls.map(|url| Server { url }).collect()
}

/// Every tag that a group gives its routes, in the order in which they come.
pub(super) fn tags(gateway: &Gateway) -> Vec<Tag> {
    let mut out: Vec<Tag> = Vec::new();
    for group in &gateway.groups {
        let names = group_tags(group);
        for name in &names {
            if !out.iter().any(|tag| tag.name == *name) {
                out.push(Tag {
                    name: name.clone(),
                    description: None,
                });
            }
        }
        // A summary of the group is about its tag, if there is one to be about.
        let summary = Keys(&group.properties).owned("summary");
        if let [name] = names.as_slice()
            && summary.as_ref() != Some(name)
            && let Some(tag) = out.iter_mut().find(|tag| tag.name == *name)
        {
            tag.description = tag.description.take().or(summary);
        }
    }
    for route in gateway.groups.iter().flat_map(|group| &group.routes) {
        for name in Keys(&route.properties).list("tags") {
            if !out.iter().any(|tag| tag.name == name) {
                out.push(Tag {
                    name: name.to_owned(),
                    description: None,
                });
            }
        }
    }
    out
}

/// `tags`, or what stands for them: goctl-swagger's `swtags`, the group, its summary.
pub(super) fn group_tags(group: &Group) -> Vec<String> {
    let keys = Keys(&group.properties);
    let written = [keys.list("tags"), keys.list("swtags")];
    let written = written.into_iter().find(|names| !names.is_empty());
    let names = match (written, &group.group) {
        (Some(names), _) => names,
        (None, Some(group)) => vec![group.as_str()],
        (None, None) => keys.text("summary").into_iter().collect(),
    };
    names.into_iter().map(str::to_owned).collect()
}
