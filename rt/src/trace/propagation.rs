//! W3C Trace Context and Baggage in HTTP headers and gRPC metadata, which are headers too.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::active::Active;
use super::ids::Ids;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// Baggage beyond this is not handed on (W3C Baggage, section 3.3.2).
const MAX_BAGGAGE_BYTES: usize = 8192;

/// What of a tracestate is handed on at most, its last members going first (W3C Trace Context, section 3.3.1.5).
const MAX_TRACESTATE_BYTES: usize = 512;
const MAX_TRACESTATE_MEMBERS: usize = 32;

/// What travels along unread.
#[derive(Debug)]
pub(crate) struct Carried {
    tracestate: Option<HeaderValue>,
    baggage: Option<HeaderValue>,
}

/// The caller's position in its trace, if the request carries one. Of two nobody knows which is meant.
pub fn extract(headers: &HeaderMap) -> Option<Ids> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    Ids::from_traceparent(value.to_str().ok()?)
}

/// `has_parent`: a tracestate belongs to its traceparent; without one it is dropped.
pub(crate) fn carried(headers: &HeaderMap, has_parent: bool) -> Option<Carried> {
    let tracestate = has_parent.then(|| joined(headers, &TRACESTATE)).flatten();
    let tracestate = tracestate.and_then(shortened);
    let baggage = joined(headers, &BAGGAGE).filter(|value| value.len() <= MAX_BAGGAGE_BYTES);
    (tracestate.is_some() || baggage.is_some()).then_some(Carried {
        tracestate,
        baggage,
    })
}

/// A list that came in several lines means the same as one line (RFC 9110, section 5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?;
    let Some(second) = lines.next() else {
        return Some(first.clone());
    };
    let lines: Vec<_> = [first, second]
        .into_iter()
        .chain(lines)
        .map(HeaderValue::as_bytes)
        .collect();
    HeaderValue::from_bytes(&lines.join(&b',')).ok()
}

/// Whole members only: half of one would mean something else.
fn shortened(state: HeaderValue) -> Option<HeaderValue> {
    let bytes = state.as_bytes();
    let members = bytes.split(|byte| *byte == b',');
    let mut end = 0;
    let mut next = 0;
    for (at, member) in members.enumerate() {
        let behind = next + member.len();
        if behind > MAX_TRACESTATE_BYTES || at >= MAX_TRACESTATE_MEMBERS {
            return HeaderValue::from_bytes(&bytes[..end])
                .ok()
                .filter(|_| end > 0);
        }
        end = behind;
        next = behind + 1;
    }
    Some(state)
}

/// Writes the current position into the headers of an outgoing request.
pub fn inject(headers: &mut HeaderMap) {
    if let Some(active) = Active::current() {
        inject_active(&active, headers);
    }
}

pub(crate) fn inject_active(active: &Active, headers: &mut HeaderMap) {
    if let Some(value) = traceparent(active.ids) {
        headers.insert(TRACEPARENT, value);
    }
    if let Some(carried) = &active.carried {
        if let Some(tracestate) = &carried.tracestate {
            headers.insert(TRACESTATE, tracestate.clone());
        }
        if let Some(baggage) = &carried.baggage {
            headers.insert(BAGGAGE, baggage.clone());
        }
    }
}

/// The response header by which a caller finds the trace.
#[cfg(feature = "http")]
pub(crate) fn respond(ids: Ids, headers: &mut HeaderMap) {
    if let Some(value) = traceparent(ids) {
        headers.insert(TRACEPARENT, value);
    }
}

fn traceparent(ids: Ids) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(&ids.to_traceparent()).ok()?;
    // No secret, but no two requests have the same: in the table that HTTP/2 keeps of headers (RFC 7541, section 7.1.3), it
    // would only put out those that come again.
    value.set_sensitive(true);
    Some(value)
}
