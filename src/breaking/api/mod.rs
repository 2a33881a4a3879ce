//! `.api`: routes, by what HTTP sees of them.

mod access;
mod body;
mod constraints;
mod fields;
mod found;
mod types;

use std::collections::BTreeMap;

use self::found::Found;
use crate::diag::{Diagnostic, Report};
use crate::model::{Gateway, Group, Method, Route, Segment, System};

/// Compares what two states of a gateway answer to. Names of handlers, types and services are free to change: no caller
/// sees them.
pub fn gateways(old: &System, new: &System, report: &mut Report) {
    let after: Vec<Served<'_>> = served(new).collect();
    let by_key: BTreeMap<Key<'_>, &Served<'_>> =
        after.iter().map(|each| (each.key(), each)).collect();
    let before: BTreeMap<Key<'_>, Served<'_>> =
        served(old).map(|each| (each.key(), each)).collect();
    let mut found = Found::default();
    for old in served(old) {
        if let Some(new) = by_key.get(&old.key()) {
            access::compare(&old, new, report);
            body::compare(&old, new, &mut found);
            continue;
        }
        let others = after.iter().filter(|new| !before.contains_key(&new.key()));
        let others: Vec<&Served<'_>> = others
            .filter(|new| new.route.handler == old.route.handler)
            .collect();
        // Handlers are told apart by their groups, which may have another name now.
        let same_group = others.iter().find(|new| new.group.group == old.group.group);
        report.push(match (same_group, others.as_slice()) {
            (Some(new), _) | (None, [new]) => moved(&old, new),
            _ => removed(&old),
        });
    }
    found.finish(report);
}

/// A route with what it belongs to.
#[derive(Clone, Copy)]
struct Served<'a> {
    gateway: &'a Gateway,
    group: &'a Group,
    route: &'a Route,
}

/// What a request is routed by. Names of parameters and a trailing slash make no difference.
type Key<'a> = (Method, Vec<Option<&'a str>>);

impl<'a> Served<'a> {
    fn key(&self) -> Key<'a> {
        let segments = self.route.path.iter().filter_map(|segment| match segment {
            Segment::Literal(text) if text.is_empty() => None,
            Segment::Literal(text) => Some(Some(text.as_str())),
            Segment::Param(_) => Some(None),
        });
        (self.route.method, segments.collect())
    }

    /// Such as `POST /api/v1/orders`.
    fn name(&self) -> String {
        format!("{} {}", self.route.method.as_http(), self.route.full_path())
    }
}

fn served(system: &System) -> impl Iterator<Item = Served<'_>> {
    system.gateways.iter().flat_map(|gateway| {
        gateway.groups.iter().flat_map(move |group| {
            group.routes.iter().map(move |route| Served {
                gateway,
                group,
                route,
            })
        })
    })
}

fn moved(old: &Served<'_>, new: &Served<'_>) -> Diagnostic {
    let message = format!("`{}` has become `{}`", old.name(), new.name());
    Diagnostic::error("breaking/route-moved", new.route.span, message)
        .label(old.route.span, "where callers send their requests")
        .help("keep a route with the former method and path until nobody calls it")
}

fn removed(old: &Served<'_>) -> Diagnostic {
    let message = format!("`{}` is gone", old.name());
    Diagnostic::error("breaking/route-removed", old.route.span, message)
        .help("keep it until nobody calls it")
}
