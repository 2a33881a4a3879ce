//! What a route takes and gives.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{Direction, Found};
use super::{Served, fields, types};
use crate::diag::{Diagnostic, Severity};
use crate::model::{Field, Gateway, Presence, Route, Segment, Source, Struct, Type};

pub(super) fn compare(old: &Served<'_>, new: &Served<'_>, found: &mut Found) {
    request(&mut Walk::new(old, new, Direction::Request, found));
    response(&mut Walk::new(old, new, Direction::Response, found));
}

/// From one type of a route to all that it holds.
pub(super) struct Walk<'a, 'f> {
    pub(super) old: Served<'a>,
    pub(super) new: Served<'a>,
    pub(super) direction: Direction,
    found: &'f mut Found,
    /// Pairs of structs that were compared or are to be.
    seen: BTreeSet<(&'a str, &'a str)>,
    queue: Vec<(&'a Struct, &'a Struct)>,
}

impl<'a, 'f> Walk<'a, 'f> {
    fn new(old: &Served<'a>, new: &Served<'a>, direction: Direction, found: &'f mut Found) -> Self {
        Self {
            old: *old,
            new: *new,
            direction,
            found,
            seen: BTreeSet::new(),
            queue: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic, self.direction, &self.new);
    }

    /// Two structs in one place, by their names: to be compared once.
    pub(super) fn pair(&mut self, old: &'a str, new: &'a str) {
        let find = |gateway: &'a Gateway, name| gateway.find_type(name);
        if self.seen.insert((old, new))
            && let (Some(old), Some(new)) =
                (find(self.old.gateway, old), find(self.new.gateway, new))
        {
            self.queue.push((old, new));
        }
    }

    /// Structs below the outermost one are always JSON.
    fn inner(&mut self) {
        while let Some((old, new)) = self.queue.pop() {
            let places = |field: &Field| vec![(Source::Json, field.json_name().to_owned())];
            fields::compare(&old.fields, new, (&places, &places), self);
        }
    }
}

fn request(walk: &mut Walk<'_, '_>) {
    let (old, new) = (walk.old, walk.new);
    let before = declared(old.gateway, old.route.request.as_ref());
    let after = declared(new.gateway, new.route.request.as_ref());
    if before.is_some() && after.is_none() {
        let message = format!("`{}` no longer reads what is sent to it", new.name());
        walk.push(
            Diagnostic::warning("breaking/request", new.route.span, message)
                .label(old.route.span, "as it was")
                .help("callers are answered as before, whatever they send"),
        );
    } else if let (Some(before), Some(after)) = (before, after) {
        let places = (outer(old.route), outer(new.route));
        fields::compare(&before.fields, after, (&places.0, &places.1), walk);
    } else if let Some(after) = after {
        demanded(after, walk);
    }
    walk.inner();
}

/// A route that took nothing, and now takes something.
fn demanded(request: &Struct, walk: &mut Walk<'_, '_>) {
    let (old, new) = (walk.old, walk.new);
    let required = request
        .fields
        .iter()
        .filter(|field| field.presence == Presence::Required && field.source != Source::Path);
    let names: Vec<String> = required.map(|field| format!("`{}`", field.wire)).collect();
    if !names.is_empty() {
        let message = format!(
            "`{}` needs {}, and needed nothing",
            new.name(),
            names.join(", ")
        );
        walk.push(
            Diagnostic::error("breaking/request", new.route.span, message)
                .label(old.route.span, "as it was")
                .help(
                    "requests without it are refused: make it `optional`, or give it a `default`",
                ),
        );
    }
}

fn response(walk: &mut Walk<'_, '_>) {
    let (old, new) = (walk.old, walk.new);
    let name = new.name();
    let error = |message| Some((Severity::Error, message));
    let problem = match (&old.route.response, &new.route.response) {
        _ if old.group.sse && !new.group.sse => error(format!(
            "`{name}` sends one answer, and sent a stream of events"
        )),
        _ if new.group.sse && !old.group.sse => error(format!(
            "`{name}` sends a stream of events, and sent one answer"
        )),
        (Some(_), None) => error(format!("`{name}` no longer answers with a body")),
        (Some(before), Some(after)) => types::compare(before, after, walk)
            .map(|(severity, what)| (severity, format!("the response of `{name}` {what}"))),
        (None, _) => None,
    };
    if let Some((severity, message)) = problem {
        walk.push(
            types::finding(severity, "breaking/response", new.route.span, message)
                .label(old.route.span, "as it was"),
        );
    }
    walk.inner();
}

fn declared<'a>(gateway: &'a Gateway, ty: Option<&'a Type>) -> Option<&'a Struct> {
    match ty? {
        Type::Named(name) => gateway.find_type(name),
        Type::Pointer(inner) => declared(gateway, Some(inner)),
        _ => None,
    }
}

/// Where a field of a request may come from. Parameters of a path go by their position, since callers see no names.
fn outer(route: &Route) -> impl Fn(&Field) -> Vec<(Source, String)> {
    let parameters = route.path.iter().enumerate();
    let positions: BTreeMap<String, usize> = parameters
        .filter_map(|(at, segment)| match segment {
            Segment::Param(name) => Some((name.clone(), at)),
            Segment::Literal(_) => None,
        })
        .collect();
    move |field| {
        let also = field.also.iter().map(|place| (place.source, &place.wire));
        let places = std::iter::once((field.source, &field.wire)).chain(also);
        let name = |(source, wire): (Source, &String)| match source {
            Source::Path => {
                let at = positions.get(wire).map(usize::to_string);
                (source, at.unwrap_or_else(|| wire.clone()))
            }
            // Names of headers are the same in any case.
            Source::Header => (source, wire.to_ascii_lowercase()),
            Source::Json | Source::Form => (source, wire.clone()),
        };
        places.map(name).collect()
    }
}
