//! The routing table.

use std::collections::BTreeMap;

use super::tree::{function, modules};
use super::{Gateway, layers};
use crate::lower::layout;
use crate::lower::names::Unique;
use crate::model::{self, Group, Method, Route, Segment};
use crate::rust::Use;
use crate::rust::gateway::{RouteGroup, Routes};

pub(super) fn routes(gateway: &Gateway<'_>) -> Routes {
    let parameters = &gateway.parameters;
    let (plain, layered): (Vec<&Group>, Vec<&Group>) = gateway
        .model
        .groups
        .iter()
        .partition(|group| layers::of(gateway, group).is_empty());
    let mut links: Vec<String> = plain
        .iter()
        .flat_map(|group| lines(group, parameters))
        .collect();
    let mut names = Unique::with(TAKEN, "_routes");
    let mut groups = Vec::new();
    for group in layered {
        let modules = modules(group.group.as_deref());
        let name = if modules.is_empty() {
            "routes".to_owned()
        } else {
            modules.join("_")
        };
        let name = names.take(name);
        links.push(format!(".merge({name}(&svc))"));
        groups.push(route_group(gateway, group, name, parameters));
    }
    links.push(".with_state(Arc::new(svc))".to_owned());
    Routes {
        source: gateway.model.file.clone(),
        uses: uses(gateway, &groups),
        router: chain(&links),
        groups,
    }
}

/// Names that the file has already.
const TAKEN: &[&str] = &[
    "connect",
    "delete",
    "from_fn_with_state",
    "get",
    "handler",
    "head",
    "middleware",
    "options",
    "patch",
    "post",
    "put",
    "router",
    "time_limit",
    "trace",
    "type",
    "svc",
];

fn chain(links: &[String]) -> String {
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    layout::chain(4, 4, "Router::new()", &links, "")
}

fn route_group(
    gateway: &Gateway<'_>,
    group: &Group,
    name: String,
    parameters: &Parameters,
) -> RouteGroup {
    let layers = layers::of(gateway, group);
    let mut links = lines(group, parameters);
    links.extend(layers.iter().map(|layer| layer.link.clone()));
    let words: Vec<_> = layers
        .iter()
        .rev()
        .map(|layer| layer.says.as_str())
        .collect();
    let reads_svc = links.iter().any(|link| link.contains("svc."));
    RouteGroup {
        name,
        docs: vec![format!(
            "Requests pass, in this order: {}.",
            words.join(", ")
        )],
        unused_svc: if reads_svc { "" } else { "_" },
        router: chain(&links),
    }
}

/// A `.route(..)` for each route.
fn lines(group: &Group, parameters: &Parameters) -> Vec<String> {
    let modules = modules(group.group.as_deref());
    let line = |route: &Route| {
        let path = parameters.axum_path(&route.path);
        let handler = [
            &["handler".to_owned()],
            modules.as_slice(),
            &[function(route)],
        ]
        .concat();
        let arguments = [
            format!("\"{path}\""),
            format!("{}({})", verb(route.method), handler.join("::")),
        ];
        layout::call(8, ".route", &arguments, "")
    };
    group.routes.iter().map(line).collect()
}

fn uses(gateway: &Gateway<'_>, groups: &[RouteGroup]) -> Vec<Vec<Use>> {
    let mentions = |word: &str| groups.iter().any(|group| group.router.contains(word));
    let all = gateway.model.groups.iter().flat_map(|group| &group.routes);
    let verbs: Vec<_> = all.map(|route| verb(route.method)).collect();
    let mut outer: Vec<(&str, &[&str])> = vec![("axum", &["Router"]), ("axum::routing", &verbs)];
    let mut own: Vec<(&str, &[&str])> =
        vec![("super", &["handler"]), ("crate::svc", &["ServiceContext"])];
    let mut std: Vec<(&str, &[&str])> = vec![("std::sync", &["Arc"])];
    if mentions("DefaultBodyLimit") {
        outer.push(("axum::extract", &["DefaultBodyLimit"]));
    }
    if mentions("from_fn_with_state") {
        outer.push(("axum::middleware", &["from_fn_with_state"]));
    }
    let layers: Vec<&str> = [
        ("jwt", "jwt::"),
        ("signature", "signature::"),
        ("time_limit", "time_limit"),
    ]
    .into_iter()
    .filter_map(|(name, word)| mentions(word).then_some(name))
    .collect();
    outer.push(("zgen_rt::http", &layers));
    if mentions("Duration::") {
        std.push(("std::time", &["Duration"]));
    }
    if mentions("jwt::") {
        own.push(("crate::claims", &["Claims"]));
    }
    if mentions("jwt::") || mentions("signature::") {
        own.push(("crate::error", &["Error"]));
    }
    if mentions("middleware::") {
        own.push(("crate", &["middleware"]));
    }
    let blocks = [std, outer, own].map(|block| layout::uses(&block));
    blocks
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect()
}

fn verb(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Head => "head",
        Method::Post => "post",
        Method::Put => "put",
        Method::Patch => "patch",
        Method::Delete => "delete",
        Method::Options => "options",
        Method::Connect => "connect",
        Method::Trace => "trace",
    }
}

/// One name for each parameter position: axum's router refuses `/users/{id}` beside `/users/{name}/orders`.
pub(super) struct Parameters(BTreeMap<Vec<Option<String>>, String>);

impl Parameters {
    pub(super) fn of(gateway: &model::Gateway) -> Self {
        let mut names = BTreeMap::new();
        for route in gateway.groups.iter().flat_map(|group| &group.routes) {
            for (prefix, name) in positions(&route.path) {
                names.entry(prefix).or_insert_with(|| name.to_owned());
            }
        }
        Self(names)
    }

    /// The name under which the router knows a route's parameter.
    pub(super) fn router_name(&self, path: &[Segment], name: &str) -> String {
        let found = positions(path)
            .into_iter()
            .find(|(_, known)| *known == name);
        let found = found.and_then(|(prefix, _)| self.0.get(&prefix));
        found.cloned().unwrap_or_else(|| name.to_owned())
    }

    /// In axum's spelling: `/orders/{order_id}`.
    pub(super) fn axum_path(&self, path: &[Segment]) -> String {
        let mut out = String::new();
        for segment in path {
            out.push('/');
            match segment {
                // Braces in a literal are doubled (matchit).
                Segment::Literal(text) => out.push_str(&text.replace('{', "{{").replace('}', "}}")),
                Segment::Param(name) => {
                    out.push('{');
                    out.push_str(&self.router_name(path, name));
                    out.push('}');
                }
            }
        }
        if out.is_empty() { "/".to_owned() } else { out }
    }
}

/// Each parameter of a path with what stands before it; names do not count.
fn positions(path: &[Segment]) -> Vec<(Vec<Option<String>>, &str)> {
    let mut prefix: Vec<Option<String>> = Vec::new();
    let mut found = Vec::new();
    for segment in path {
        match segment {
            Segment::Literal(text) => prefix.push(Some(text.clone())),
            Segment::Param(name) => {
                found.push((prefix.clone(), name.as_str()));
                prefix.push(None);
            }
        }
    }
    found
}
