//! Captures finished spans in memory, so that a test can look at the trace of a request.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use super::export::{Sink, install};
use super::sampler::Sampler;
use crate::telemetry::encode;

/// The spans of this process, as they end.
#[derive(Debug, Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<SpanData>>>);

/// Starts capturing every span of this process; later calls share the first one's.
pub fn capture() -> Captured {
    static CAPTURED: OnceLock<Captured> = OnceLock::new();
    CAPTURED
        .get_or_init(|| {
            let captured = Captured::default();
            if let Err(error) = install(Sink::Captured(captured.clone()), Sampler::new(1.0)) {
                tracing::warn!(%error, "spans are not captured");
            }
            captured
        })
        .clone()
}

/// A span as it goes to a collector: a `Span` of OTLP.
pub fn encoded(span: &SpanData) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode::span(span, |span| bytes.extend_from_slice(span));
    bytes
}

impl Captured {
    pub(super) fn push(&self, span: SpanData) {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        spans.push(span);
    }

    /// The ended spans of one trace, in the order in which they started.
    pub fn spans(&self, trace_id: TraceId) -> Vec<SpanData> {
        let spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spans: Vec<SpanData> = spans
            .iter()
            .filter(|span| span.span_context.trace_id() == trace_id)
            .cloned()
            .collect();
        spans.sort_by_key(|span| span.start_time);
        spans
    }

    /// The ended spans of one trace as an indented tree: `SERVER POST /orders`, two spaces a level,
    /// siblings in the order in which they started.
    pub fn tree(&self, trace_id: TraceId) -> String {
        let spans = self.spans(trace_id);
        let is_root = |span: &&SpanData| {
            !spans
                .iter()
                .any(|other| other.span_context.span_id() == span.parent_span_id)
        };
        let mut out = String::new();
        for root in spans.iter().filter(is_root) {
            write_subtree(root, &spans, 0, &mut out);
        }
        out
    }

    /// Waits until the trace has `count` spans, at most five seconds, and returns its tree.
    pub async fn wait_for(&self, trace_id: TraceId, count: usize) -> String {
        for _ in 0..500 {
            let tree = self.tree(trace_id);
            if tree.lines().count() >= count {
                return tree;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.tree(trace_id)
    }
}

fn write_subtree(span: &SpanData, all: &[SpanData], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let kind = format!("{:?}", span.span_kind).to_uppercase();
    let _ = writeln!(out, "{indent}{kind} {}", span.name);
    let children = all
        .iter()
        .filter(|other| other.parent_span_id == span.span_context.span_id());
    for child in children {
        write_subtree(child, all, depth + 1, out);
    }
}
