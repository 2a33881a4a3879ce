//! Spans as OTLP has them (opentelemetry-proto, `trace/v1/trace.proto`), written once and as they end. The SDK's way there
//! is a copy of each span, and of it a tree of messages with every key and value copied again.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{Event, Link, SpanId, SpanKind, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::encoding::{WireType, encode_varint, encoded_len_varint};

use super::packed::Packed;

/// What is kept of a span's memory for the next one.
const KEPT: usize = 4096;

thread_local! {
    /// The memory of the last span.
    static LAST: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// `SpanFlags`: it is said whether the parent is in another process, and it is.
const KNOWS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// A `Span`, lent to `work`.
pub(crate) fn span(span: &SpanData, work: impl FnOnce(&[u8])) {
    let mut out = Message(LAST.take());
    out.0.clear();
    write(span, &mut out);
    work(&out.0);
    if out.0.capacity() <= KEPT {
        LAST.set(out.0);
    }
}

fn write(span: &SpanData, out: &mut Message) {
    let context = &span.span_context;
    out.bytes(1, &context.trace_id().to_bytes());
    out.bytes(2, &context.span_id().to_bytes());
    out.text(3, &context.trace_state().header());
    if span.parent_span_id != SpanId::INVALID {
        out.bytes(4, &span.parent_span_id.to_bytes());
    }
    out.text(5, &span.name);
    out.number(6, kind(&span.span_kind));
    out.fixed64(7, nanos(span.start_time));
    out.fixed64(8, nanos(span.end_time));
    out.attributes(9, &span.attributes);
    out.number(10, span.dropped_attributes_count.into());
    for one in &span.events.events {
        out.nested(11, |out| event(one, out));
    }
    out.number(12, span.events.dropped_count.into());
    for one in &span.links.links {
        out.nested(13, |out| link(one, out));
    }
    out.number(14, span.links.dropped_count.into());
    out.nested(15, |out| status(&span.status, out));
    let flags = flags(context.trace_flags().to_u8(), span.parent_span_is_remote);
    out.fixed32(16, flags);
}

/// What all requests of a process begin with: a `ResourceSpans` without its spans.
pub(super) fn head(resource: &Resource) -> Vec<u8> {
    let mut out = Message(Vec::new());
    out.nested(1, |out| {
        for (key, value) in resource {
            out.attribute(1, key.as_str(), value);
        }
    });
    out.text(3, resource.schema_url().unwrap_or_default());
    out.0
}

/// An `ExportTraceServiceRequest`: all of these spans are of one resource and one scope.
pub(super) fn request(head: &[u8], scope: &str, spans: &Packed) -> Vec<u8> {
    let mut begin = Message(Vec::new());
    begin.nested(1, |out| out.text(1, scope));
    let own = |part: usize| 1 + encoded_len_varint(part as u64) + part;
    let in_scope = begin.0.len() + spans.bytes().len();
    let in_resource = head.len() + own(in_scope);
    let mut out = Message(Vec::with_capacity(own(in_resource)));
    out.length(1, in_resource);
    out.0.extend_from_slice(head);
    out.length(2, in_scope);
    out.0.append(&mut begin.0);
    out.0.extend_from_slice(spans.bytes());
    out.0
}

fn event(event: &Event, out: &mut Message) {
    out.fixed64(1, nanos(event.timestamp));
    out.text(2, &event.name);
    out.attributes(3, &event.attributes);
    out.number(4, event.dropped_attributes_count.into());
}

fn link(link: &Link, out: &mut Message) {
    let context = &link.span_context;
    out.bytes(1, &context.trace_id().to_bytes());
    out.bytes(2, &context.span_id().to_bytes());
    out.text(3, &context.trace_state().header());
    out.attributes(4, &link.attributes);
    out.number(5, link.dropped_attributes_count.into());
    out.fixed32(6, flags(context.trace_flags().to_u8(), context.is_remote()));
}

fn status(status: &Status, out: &mut Message) {
    match status {
        Status::Unset => {}
        Status::Ok => out.number(3, 1),
        Status::Error { description } => {
            out.text(2, description);
            out.number(3, 2);
        }
    }
}

fn value(value: &Value, out: &mut Message) {
    // One of several says by being there which it is: zero and the empty text too.
    match value {
        Value::String(text) => out.bytes(1, text.as_str().as_bytes()),
        Value::Bool(is) => out.varint(2, u64::from(*is)),
        Value::I64(number) => out.varint(3, number.cast_unsigned()),
        Value::F64(number) => out.fixed64(4, number.to_bits()),
        Value::Array(array) => out.nested(5, |out| match array {
            Array::Bool(list) => out.values(list.iter().copied()),
            Array::I64(list) => out.values(list.iter().copied()),
            Array::F64(list) => out.values(list.iter().copied()),
            Array::String(list) => out.values(list.iter().cloned()),
            // There are no others.
            _ => {}
        }),
        _ => {}
    }
}

fn kind(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn flags(trace: u8, is_remote: bool) -> u32 {
    let remote = if is_remote { IS_REMOTE } else { 0 };
    u32::from(trace) | KNOWS_REMOTE | remote
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A message of which the end is missing (protobuf, encoding).
struct Message(Vec<u8>);

impl Message {
    /// Most keys and lengths take one byte.
    fn small(&mut self, number: u64) {
        match u8::try_from(number) {
            Ok(number @ ..0x80) => self.0.push(number),
            _ => encode_varint(number, &mut self.0),
        }
    }

    fn key(&mut self, tag: u32, kind: WireType) {
        self.small(u64::from(tag) << 3 | kind as u64);
    }

    fn length(&mut self, tag: u32, length: usize) {
        self.key(tag, WireType::LengthDelimited);
        self.small(length as u64);
    }

    fn bytes(&mut self, tag: u32, bytes: &[u8]) {
        self.length(tag, bytes.len());
        self.0.extend_from_slice(bytes);
    }

    /// No text at all is left out.
    fn text(&mut self, tag: u32, text: &str) {
        if !text.is_empty() {
            self.bytes(tag, text.as_bytes());
        }
    }

    fn varint(&mut self, tag: u32, number: u64) {
        self.key(tag, WireType::Varint);
        self.small(number);
    }

    /// Zero is left out.
    fn number(&mut self, tag: u32, number: u64) {
        if number != 0 {
            self.varint(tag, number);
        }
    }

    fn fixed64(&mut self, tag: u32, number: u64) {
        self.key(tag, WireType::SixtyFourBit);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn fixed32(&mut self, tag: u32, number: u32) {
        self.key(tag, WireType::ThirtyTwoBit);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn attributes(&mut self, tag: u32, attributes: &[KeyValue]) {
        for attribute in attributes {
            self.attribute(tag, attribute.key.as_str(), &attribute.value);
        }
    }

    fn attribute(&mut self, tag: u32, key: &str, of: &Value) {
        self.nested(tag, |out| {
            out.text(1, key);
            out.nested(2, |out| value(of, out));
        });
    }

    fn values<T: Into<Value>>(&mut self, list: impl Iterator<Item = T>) {
        for one in list {
            self.nested(1, |out| value(&one.into(), out));
        }
    }

    /// A message within, whose length is known when it is written: nearly always one byte has room for it.
    fn nested(&mut self, tag: u32, write: impl FnOnce(&mut Self)) {
        self.key(tag, WireType::LengthDelimited);
        let begin = self.0.len();
        self.0.push(0);
        write(self);
        let end = self.0.len();
        let length = end - begin - 1;
        if let Ok(length @ ..0x80) = u8::try_from(length) {
            self.0[begin] = length;
            return;
        }
        let more = encoded_len_varint(length as u64) - 1;
        self.0.resize(end + more, 0);
        self.0.copy_within(begin + 1..end, begin + 1 + more);
        encode_varint(length as u64, &mut &mut self.0[begin..]);
    }
}
