//! A span that is being recorded. Ends when the last handle is dropped.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, Status, TraceFlags, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::attr::IntoValue;
use super::export;
use super::ids::Ids;
use super::span::{Kind, Parent};
use crate::telemetry::SCOPE;

/// Attributes beyond this are dropped and counted (OTel SDK specification, span limits).
const MAX_ATTRIBUTES: usize = 128;
const MAX_EVENTS: usize = 128;
const MAX_LINKS: usize = 128;

#[derive(Debug)]
pub(crate) struct Recording(Mutex<Option<SpanData>>);

impl Recording {
    pub(crate) fn start(ids: Ids, parent: &Parent, name: Cow<'static, str>, kind: Kind) -> Self {
        let (parent_id, is_remote) = match parent {
            Parent::Root => (SpanId::INVALID, false),
            Parent::Remote(parent) => (parent.span_id, true),
            Parent::Local(parent) => (parent.span_id, false),
        };
        let flags = TraceFlags::SAMPLED;
        let now = SystemTime::now();
        Self(Mutex::new(Some(SpanData {
            span_context: SpanContext::new(
                ids.trace_id,
                ids.span_id,
                flags,
                false,
                TraceState::default(),
            ),
            parent_span_id: parent_id,
            parent_span_is_remote: is_remote,
            span_kind: kind.into(),
            name,
            start_time: now,
            end_time: now,
            attributes: match kind {
                // Most have none.
                Kind::Internal => Vec::new(),
                Kind::Server | Kind::Client => Vec::with_capacity(12),
            },
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::builder(SCOPE).build(),
        })))
    }

    pub(crate) fn set(&self, attribute: KeyValue) {
        self.with(|data| {
            if let Some(known) = data.attributes.iter_mut().find(|a| a.key == attribute.key) {
                known.value = attribute.value;
            } else if data.attributes.len() < MAX_ATTRIBUTES {
                data.attributes.push(attribute);
            } else {
                data.dropped_attributes_count += 1;
            }
        });
    }

    pub(crate) fn rename(&self, name: Cow<'static, str>) {
        self.with(|data| data.name = name);
    }

    pub(crate) fn event(&self, name: &'static str, attributes: Attributes) {
        let (kept, dropped) = (attributes.kept, attributes.dropped);
        self.with(|data| {
            let events = &mut data.events;
            if events.events.len() < MAX_EVENTS {
                let event = Event::new(name, SystemTime::now(), kept, dropped);
                events.events.push(event);
            } else {
                events.dropped_count += 1;
            }
        });
    }

    pub(crate) fn link(&self, to: Ids) {
        let flags = TraceFlags::default().with_sampled(to.sampled);
        let state = TraceState::default();
        let context = SpanContext::new(to.trace_id, to.span_id, flags, true, state);
        self.with(|data| {
            let links = &mut data.links;
            if links.links.len() < MAX_LINKS {
                links.links.push(Link::new(context, Vec::new(), 0));
            } else {
                links.dropped_count += 1;
            }
        });
    }

    pub(crate) fn fail(&self, description: String) {
        self.with(|data| data.status = Status::error(description));
    }

    #[cfg_attr(not(any(feature = "http", feature = "rpc-server")), allow(dead_code))]
    pub(crate) fn has_failed(&self) -> bool {
        let mut failed = false;
        self.with(|data| failed = matches!(data.status, Status::Error { .. }));
        failed
    }

    fn with(&self, change: impl FnOnce(&mut SpanData)) {
        // A panic while the lock was held left valid data behind.
        let mut data = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(data) = data.as_mut() {
            change(data);
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let data = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(mut data) = data.take() {
            data.end_time = SystemTime::now();
            export::finished(data);
        }
    }
}

/// What is said about an event.
#[derive(Debug, Default)]
pub struct Attributes {
    kept: Vec<KeyValue>,
    dropped: u32,
}

impl Attributes {
    pub fn set(&mut self, key: &'static str, value: impl IntoValue) {
        if self.kept.len() < MAX_ATTRIBUTES {
            self.kept.push(KeyValue::new(key, value.into_value()));
        } else {
            self.dropped += 1;
        }
    }
}
