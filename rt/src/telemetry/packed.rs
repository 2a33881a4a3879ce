//! Encoded spans on their way out, in one piece of memory: one of its own for each, made here and freed by who sends them,
//! costs more than to write the span.

use std::collections::VecDeque;

use prost::encoding::{WireType, encode_key, encode_varint};

use super::queue::Waiting;

/// The field of `ScopeSpans` that a span is.
const SPANS: u32 = 2;

/// Each as a field of the message that they are sent in.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: VecDeque<usize>,
}

impl Packed {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Waiting for Packed {
    type Item<'i> = &'i [u8];

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn add(&mut self, span: &[u8]) {
        encode_key(SPANS, WireType::LengthDelimited, &mut self.bytes);
        encode_varint(span.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(span);
        self.ends.push_back(self.bytes.len());
    }

    fn take(&mut self, most: usize) -> Self {
        if most >= self.ends.len() {
            return std::mem::take(self);
        }
        let ends: VecDeque<usize> = self.ends.drain(..most).collect();
        let end = ends.back().copied().unwrap_or_default();
        let rest = self.bytes.split_off(end);
        for later in &mut self.ends {
            *later -= end;
        }
        Self {
            bytes: std::mem::replace(&mut self.bytes, rest),
            ends,
        }
    }
}
