//! The identity of a position in a trace (W3C Trace Context, section 3.2).

use std::fmt;

use opentelemetry::trace::{SpanId, TraceId};

/// Where in which trace this is, and whether the trace is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub sampled: bool,
}

impl Ids {
    /// Ids of a new trace; the sampling decision is the caller's.
    pub(crate) fn random() -> Self {
        Self {
            trace_id: random_trace_id(),
            span_id: random_span_id(),
            sampled: false,
        }
    }

    /// Reads a `traceparent` header. Anything malformed is `None`: the caller starts a new trace, as the
    /// recommendation asks. Versions above 00 are read by their first four fields.
    pub fn from_traceparent(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let version = parts.next()?;
        let trace_id = parts.next()?;
        let span_id = parts.next()?;
        let flags = parts.next()?;
        let sizes_fit =
            version.len() == 2 && trace_id.len() == 32 && span_id.len() == 16 && flags.len() == 2;
        let lower_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !sizes_fit
            || ![version, trace_id, span_id, flags]
                .into_iter()
                .all(lower_hex)
        {
            return None;
        }
        if version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let ids = Self {
            trace_id: TraceId::from_hex(trace_id).ok()?,
            span_id: SpanId::from_hex(span_id).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (ids.trace_id != TraceId::INVALID && ids.span_id != SpanId::INVALID).then_some(ids)
    }
}

impl Ids {
    pub(crate) fn trace_hex(self) -> [u8; 32] {
        trace_hex(self.trace_id)
    }

    pub(crate) fn span_hex(self) -> [u8; 16] {
        let mut text = [0; 16];
        hex(&self.span_id.to_bytes(), &mut text);
        text
    }

    /// The `traceparent` header, in ASCII. Written by hand, since every request has one or two.
    pub(crate) fn to_traceparent(self) -> [u8; 55] {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        hex(&self.trace_id.to_bytes(), &mut text[3..35]);
        hex(&self.span_id.to_bytes(), &mut text[36..52]);
        text[54] += u8::from(self.sampled);
        text
    }
}

/// The `traceparent` header of these ids.
impl fmt::Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_traceparent();
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

pub(crate) fn trace_hex(id: TraceId) -> [u8; 32] {
    let mut text = [0; 32];
    hex(&id.to_bytes(), &mut text);
    text
}

fn hex(bytes: &[u8], text: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(text.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

pub(crate) fn random_span_id() -> SpanId {
    SpanId::from(rand::random_range(1..=u64::MAX))
}

fn random_trace_id() -> TraceId {
    TraceId::from(rand::random_range(1..=u128::MAX))
}
