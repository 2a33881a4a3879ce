//! Findings about types, which many routes may share: each is told once, with a route that it matters to.

use indexmap::IndexMap;

use super::Served;
use crate::diag::{Diagnostic, Report};
use crate::source::Span;

/// Which way a value travels. What one side may do more freely, the other has to understand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    Request,
    Response,
}

impl Direction {
    pub(super) fn is_request(self) -> bool {
        self == Self::Request
    }
}

#[derive(Default)]
pub(super) struct Found {
    by_place: IndexMap<(&'static str, Option<Span>, String), Entry>,
}

struct Entry {
    diagnostic: Diagnostic,
    direction: Direction,
    /// The first route and its place.
    route: (Span, String),
    others: usize,
}

impl Found {
    pub(super) fn push(
        &mut self,
        diagnostic: Diagnostic,
        direction: Direction,
        route: &Served<'_>,
    ) {
        let key = (
            diagnostic.code,
            diagnostic.primary,
            diagnostic.message.clone(),
        );
        self.by_place
            .entry(key)
            .and_modify(|entry| entry.others += 1)
            .or_insert_with(|| Entry {
                diagnostic,
                direction,
                route: (route.route.span, route.name()),
                others: 0,
            });
    }

    pub(super) fn finish(self, report: &mut Report) {
        for entry in self.by_place.into_values() {
            let (span, route) = entry.route;
            let side = match entry.direction {
                Direction::Request => "request",
                Direction::Response => "response",
            };
            let others = match entry.others {
                0 => String::new(),
                1 => ", and of one more route".to_owned(),
                count => format!(", and of {count} more routes"),
            };
            let text = format!("in the {side} of `{route}`{others}");
            // On the route itself its name would only be repeated.
            let of_route = entry.diagnostic.primary == Some(span);
            report.push(if of_route {
                entry.diagnostic
            } else {
                entry.diagnostic.label(span, text)
            });
        }
    }
}
