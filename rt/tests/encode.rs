//! Spans on their way to a collector say what OpenTelemetry's own way there would.
#![cfg(feature = "testing")]

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message as _;
use zgen_rt::trace::testing::encoded;

fn context(sampled: bool, is_remote: bool, state: &[(&str, &str)]) -> SpanContext {
    SpanContext::new(
        TraceId::from(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10),
        SpanId::from(0x1122_3344_5566_7788),
        TraceFlags::default().with_sampled(sampled),
        is_remote,
        TraceState::from_key_value(state.iter().copied()).unwrap(),
    )
}

fn plain() -> SpanData {
    SpanData {
        span_context: context(true, false, &[]),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: Cow::Borrowed("ValidateUser"),
        start_time: SystemTime::UNIX_EPOCH + Duration::from_nanos(1_790_000_000_123_456_789),
        end_time: SystemTime::UNIX_EPOCH + Duration::from_nanos(1_790_000_000_223_456_789),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("zgen-rt").build(),
    }
}

/// Every kind of value, and texts whose length takes one, two and three bytes.
fn attributes() -> Vec<KeyValue> {
    let list = |array| Value::Array(array);
    vec![
        KeyValue::new("text", "a value"),
        KeyValue::new("empty", ""),
        KeyValue::new("", "no key"),
        KeyValue::new("long", "l".repeat(120)),
        KeyValue::new("longer", "ö".repeat(300)),
        KeyValue::new("longest", "x".repeat(20_000)),
        KeyValue::new("yes", true),
        KeyValue::new("no", false),
        KeyValue::new("zero", 0),
        KeyValue::new("less", -1),
        KeyValue::new("most", i64::MAX),
        KeyValue::new("share", 0.25),
        KeyValue::new("nothing", 0.0),
        KeyValue::new("bools", list(Array::Bool(vec![true, false]))),
        KeyValue::new("numbers", list(Array::I64(vec![0, 1, -2]))),
        KeyValue::new("shares", list(Array::F64(vec![0.0, -1.5]))),
        KeyValue::new(
            "texts",
            list(Array::String(vec!["".into(), "t".repeat(200).into()])),
        ),
        KeyValue::new("none", list(Array::I64(Vec::new()))),
    ]
}

fn full() -> SpanData {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_133);
    let mut span = plain();
    span.span_context = context(true, false, &[("vendor", "v1"), ("other", "2")]);
    span.parent_span_id = SpanId::from(7);
    span.parent_span_is_remote = true;
    span.attributes = attributes();
    span.dropped_attributes_count = 3;
    span.events.events = vec![
        Event::new("order.reserved", at, attributes(), 1),
        Event::new("bare", at, Vec::new(), 0),
    ];
    span.events.dropped_count = 400;
    let links = [(true, true), (false, false)];
    span.links.links = links
        .map(|(sampled, is_remote)| {
            let context = context(sampled, is_remote, &[("vendor", "v1")]);
            Link::new(context, attributes(), 2)
        })
        .to_vec();
    span.links.dropped_count = 5;
    span.status = Status::error("it broke");
    span
}

#[test]
fn spans_are_encoded_as_opentelemetry_does() {
    let mut spans = vec![plain(), full()];
    let kinds = [
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
    ];
    spans.extend(kinds.map(|span_kind| SpanData {
        span_kind,
        ..plain()
    }));
    let statuses = [Status::Ok, Status::error("")];
    spans.extend(statuses.map(|status| SpanData { status, ..plain() }));
    spans.push(SpanData {
        start_time: SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        name: Cow::Borrowed(""),
        ..plain()
    });
    for span in spans {
        let found = encoded(&span);
        let expected = Span::from(span);
        assert_eq!(Span::decode(found.as_slice()).unwrap(), expected);
    }
}
