//! The routing table.

use std::collections::BTreeMap;

use super::Gateway;
use super::tree::{function, modules};
use crate::lower::layout::{is_wide, use_of};
use crate::model::{self, Method, Segment};
use crate::rust::gateway::{RouteLine, Routes};

pub(super) fn routes(gateway: &Gateway<'_>) -> Routes {
    let parameters = Parameters::of(gateway.model);
    let mut lines = Vec::new();
    for group in &gateway.model.groups {
        let modules = modules(group.group.as_deref());
        for route in &group.routes {
            let path = parameters.axum_path(&route.path);
            let verb = verb(route.method).to_owned();
            let handler = [
                &["handler".to_owned()],
                modules.as_slice(),
                &[function(route)],
            ]
            .concat();
            let handler = handler.join("::");
            let wide = is_wide(8, &format!(".route(\"{path}\", {verb}({handler}))"))
                // rustfmt breaks call arguments over 60 columns.
                || path.chars().count() + handler.chars().count() + verb.len() + 6 > 60 + 2;
            lines.push(RouteLine {
                path,
                verb,
                handler,
                wide,
            });
        }
    }
    let verbs: Vec<_> = lines.iter().map(|line| line.verb.clone()).collect();
    Routes {
        source: gateway.model.file.clone(),
        verbs: use_of("axum::routing", &verbs),
        routes: lines,
    }
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
