//! Spans for the tests of this module.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::span::{Kind, Span, Status};

/// A span that is named after its id, starts at `start` microseconds and takes one.
pub(super) fn span(id: &str, parent: Option<&str>, start: u64) -> Span {
    Span {
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        span_id: id.to_owned(),
        parent_id: parent.map(str::to_owned),
        name: id.to_owned(),
        kind: Kind::Internal,
        start: start * 1_000,
        end: start * 1_000 + 1_000,
        attributes: BTreeMap::new(),
        events: Vec::new(),
        status: Status::Unset,
        service: "shop".to_owned(),
        resource: Arc::default(),
    }
}
