//! Routes as paths and methods of the document, each with its name.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToLowerCamelCase as _;

use super::components::unique;
use super::keys::Keys;
use crate::model::{Gateway, Group, Method, Route, Segment};

/// A route at its place in the document.
pub(super) struct Placed<'a> {
    pub(super) group: &'a Group,
    pub(super) route: &'a Route,
    /// Such as `/orders/{id}`.
    pub(super) template: String,
    pub(super) method: &'static str,
    pub(super) operation_id: String,
    /// The path's parameters: the name in the description and the one in the template.
    pub(super) parameters: Vec<(&'a str, String)>,
}

/// The method as a key of a path, if OpenAPI has one for it.
pub(super) fn method(method: Method) -> Option<&'static str> {
    Some(match method {
        Method::Get => "get",
        Method::Head => "head",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Options => "options",
        Method::Trace => "trace",
        Method::Connect => return None,
    })
}

/// Every route, in source order.
pub(super) fn routes(gateway: &Gateway) -> Vec<Placed<'_>> {
    let all = || {
        let groups = gateway.groups.iter();
        groups.flat_map(|group| group.routes.iter().map(move |route| (group, route)))
    };
    let mut ids = ids(&all().collect::<Vec<_>>()).into_iter();
    // Templates that differ in names only are one path: the first route names its parameters.
    let mut names: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    let mut out = Vec::new();
    for (group, route) in all() {
        let operation_id = ids.next().unwrap_or_default();
        let Some(method) = method(route.method) else {
            continue;
        };
        let own: Vec<&str> = route.path.iter().filter_map(parameter).collect();
        let shape = route.path.iter().map(|segment| match segment {
            Segment::Literal(text) => text.as_str(),
            Segment::Param(_) => "{}",
        });
        let shown = names.entry(shape.collect()).or_insert_with(|| own.clone());
        out.push(Placed {
            group,
            route,
            template: template(&route.path, shown),
            method,
            operation_id,
            parameters: own
                .iter()
                .zip(shown.iter())
                .map(|(own, shown)| (*own, (*shown).to_owned()))
                .collect(),
        });
    }
    out
}

fn parameter(segment: &Segment) -> Option<&str> {
    match segment {
        Segment::Param(name) => Some(name),
        Segment::Literal(_) => None,
    }
}

fn template(path: &[Segment], names: &[&str]) -> String {
    let mut names = names.iter();
    let mut out = String::new();
    for segment in path {
        out.push('/');
        match segment {
            Segment::Literal(text) => out.push_str(text),
            Segment::Param(name) => {
                out.push('{');
                out.push_str(names.next().unwrap_or(&name.as_str()));
                out.push('}');
            }
        }
    }
    if out.is_empty() { "/".to_owned() } else { out }
}

/// A name for each route: what `operationId` says, or the handler, with its group in front where several groups have
/// one of that name.
fn ids(routes: &[(&Group, &Route)]) -> Vec<String> {
    let said = |route: &Route| Keys(&route.properties).owned("operationId");
    let handlers: Vec<String> = routes
        .iter()
        .map(|(_, route)| said(route).unwrap_or_else(|| camel(&route.handler)))
        .collect();
    let is_shared = |id: &String| handlers.iter().filter(|other| *other == id).count() > 1;
    let wanted = routes.iter().zip(&handlers).map(|((group, route), id)| {
        let group = group.group.as_deref().unwrap_or_default();
        if said(route).is_some() || !is_shared(id) || group.is_empty() {
            return id.clone();
        }
        let words = format!("{} {}", group.replace('/', " "), route.handler);
        camel(&words)
    });
    let wanted: Vec<String> = wanted.collect();
    // Those that a description names are taken before any other is made.
    let mut taken = BTreeSet::new();
    let mut out = vec![String::new(); routes.len()];
    for is_said in [true, false] {
        for (number, (_, route)) in routes.iter().enumerate() {
            if said(route).is_some() == is_said {
                out[number] = unique(&wanted[number], &mut taken);
            }
        }
    }
    out
}

/// As written but for the first letter, if that is one word.
fn camel(text: &str) -> String {
    let is_word = text.chars().all(char::is_alphanumeric);
    let mut chars = text.chars();
    let first = chars.next();
    // `URLList` is two words.
    let starts_loud = text.chars().take(2).all(char::is_uppercase);
    match first {
        Some(first) if is_word && !starts_loud => first.to_lowercase().chain(chars).collect(),
        _ => text.to_lower_camel_case(),
    }
}
