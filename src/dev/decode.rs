//! OTLP messages into [`Span`]s. Total: whatever a process sends becomes something that can be shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, span, status};

use super::span::{Event, Kind, Span, Status, Value};

/// The spans of one export request, in the order in which they came.
pub(super) fn spans(batches: Vec<ResourceSpans>) -> Vec<Span> {
    let mut spans = Vec::new();
    for batch in batches {
        let resource = batch.resource.unwrap_or_default();
        let resource = Arc::new(attributes(resource.attributes));
        for scope in batch.scope_spans {
            spans.extend(scope.spans.into_iter().map(|span| one(span, &resource)));
        }
    }
    spans
}

fn one(span: otlp::Span, resource: &Arc<BTreeMap<String, Value>>) -> Span {
    let service = resource.get("service.name").and_then(Value::as_str);
    Span {
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_id: parent(&span.parent_span_id),
        kind: kind(span.kind()),
        name: span.name,
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        attributes: attributes(span.attributes),
        events: span.events.into_iter().map(event).collect(),
        status: span.status.map_or(Status::Unset, status),
        service: service.unwrap_or_default().to_owned(),
        resource: Arc::clone(resource),
    }
}

/// Some exporters spell "no parent" as an id of zeros.
fn parent(id: &[u8]) -> Option<String> {
    let known = id.iter().any(|byte| *byte != 0);
    known.then(|| hex(id))
}

fn kind(kind: span::SpanKind) -> Kind {
    match kind {
        span::SpanKind::Unspecified | span::SpanKind::Internal => Kind::Internal,
        span::SpanKind::Server => Kind::Server,
        span::SpanKind::Client => Kind::Client,
        span::SpanKind::Producer => Kind::Producer,
        span::SpanKind::Consumer => Kind::Consumer,
    }
}

fn event(event: span::Event) -> Event {
    Event {
        name: event.name,
        time: event.time_unix_nano,
        attributes: attributes(event.attributes),
    }
}

fn status(status: otlp::Status) -> Status {
    match status.code() {
        status::StatusCode::Unset => Status::Unset,
        status::StatusCode::Ok => Status::Ok,
        status::StatusCode::Error => Status::Error(status.message),
    }
}

fn attributes(pairs: Vec<KeyValue>) -> BTreeMap<String, Value> {
    pairs
        .into_iter()
        .map(|pair| (pair.key, value(pair.value)))
        .collect()
}

fn value(any: Option<AnyValue>) -> Value {
    match any.and_then(|any| any.value) {
        // An index into a string table exists in profiles only.
        None | Some(any_value::Value::StringValueStrindex(_)) => Value::Empty,
        Some(any_value::Value::StringValue(text)) => Value::Text(text),
        Some(any_value::Value::BoolValue(bool)) => Value::Bool(bool),
        Some(any_value::Value::IntValue(int)) => Value::Int(int),
        Some(any_value::Value::DoubleValue(float)) => Value::Float(float),
        Some(any_value::Value::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(any_value::Value::ArrayValue(list)) => {
            let values = list.values.into_iter();
            Value::List(values.map(|any| value(Some(any))).collect())
        }
        Some(any_value::Value::KvlistValue(map)) => Value::Map(attributes(map.values)),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
