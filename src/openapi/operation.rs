//! One route as an operation.

use indexmap::IndexMap;

use super::Options;
use super::components::Builder;
use super::document::Operation;
use super::info::group_tags;
use super::keys::Keys;
use super::paths::Placed;
use super::request::Request;
use super::responses;
use super::schema::add_line;
use super::security::Security;
use crate::model::{Gateway, Route};

/// What operations are made from, beside their route.
pub(super) struct Context<'a> {
    pub(super) gateway: &'a Gateway,
    pub(super) options: Options,
    pub(super) security: &'a Security,
}

impl Context<'_> {
    pub(super) fn operation(&self, placed: &Placed<'_>, components: &mut Builder<'_>) -> Operation {
        let (group, route) = (placed.group, placed.route);
        let keys = Keys(&route.properties);
        let (summary, description, deprecated) = words(route);
        let request = Request::of(placed, self.gateway, components);
        let security = self.security.of_group(group);
        let responses = responses::Asked {
            placed,
            is_checked: route.request.is_some() && !route.raw.request,
            codes: keys
                .text("bizCodeEnumDescription")
                .or_else(|| Keys(&self.gateway.info).text("bizCodeEnumDescription")),
            envelope: self.options.envelope,
        };
        let tags = match keys.list("tags") {
            none if none.is_empty() => group_tags(group),
            own => own.into_iter().map(str::to_owned).collect(),
        };
        Operation {
            tags,
            summary,
            description,
            external_docs: keys.external_docs(),
            operation_id: placed.operation_id.clone(),
            deprecated,
            security,
            parameters: request.parameters,
            request_body: request.body,
            responses: responses.all(components),
        }
    }
}

/// Summary, description and whether the route is on its way out.
fn words(route: &Route) -> (Option<String>, Option<String>, bool) {
    let keys = Keys(&route.properties);
    let (docs, old) = prose(&route.docs);
    let mut summary = keys.owned("summary");
    let mut description = keys.owned("description");
    // What neither key says, the comment and the plain `@doc` do.
    if let Some(docs) = docs {
        let (first, rest) = docs.split_once('\n').unwrap_or((&docs, ""));
        let rest = rest.trim();
        if summary.is_none() {
            summary = Some(first.to_owned());
            if description.is_none() && !rest.is_empty() {
                description = Some(rest.to_owned());
            }
        } else if description.is_none() && summary.as_ref() != Some(&docs) {
            description = Some(docs);
        }
    }
    let deprecated = keys.text("deprecated");
    let deprecated = old || deprecated.is_some_and(|text| text != "false");
    (summary, description, deprecated)
}

/// Comment lines as one text, and whether one of them says `Deprecated:`, as Go's do.
pub(super) fn prose(lines: &[String]) -> (Option<String>, bool) {
    let mut text = None;
    for line in lines {
        add_line(&mut text, line.trim_end());
    }
    let text = text.map(|text| text.trim().to_owned());
    let is_notice = |line: &String| line.trim_start().starts_with("Deprecated:");
    (
        text.filter(|text| !text.is_empty()),
        lines.iter().any(is_notice),
    )
}

/// A map of one entry.
pub(super) fn one<V>(key: &str, value: V) -> IndexMap<String, V> {
    std::iter::once((key.to_owned(), value)).collect()
}
