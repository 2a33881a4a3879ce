//! The one small API that framework and generated code make spans with.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanKind, TraceId};

use super::active::{Active, Scoped};
use super::attr::{ERROR_TYPE, IntoValue};
use super::ids::{Ids, random_span_id};
use super::priority::Door;
use super::record::{Attributes, Recording};
use super::run::Run;
use super::{active, export, propagation};
use crate::Code;

/// The role of a span in its trace (OTel API specification, `SpanKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Internal,
    Server,
    Client,
}

impl From<Kind> for SpanKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Internal => Self::Internal,
            Kind::Server => Self::Server,
            Kind::Client => Self::Client,
        }
    }
}

/// What a span hangs on.
#[derive(Debug, Clone, Copy)]
pub enum Parent {
    Root,
    /// In another process.
    Remote(Ids),
    Local(Ids),
}

/// How a failure shows on a span: implemented by the error type of each service.
pub trait Failure: fmt::Display {
    fn code(&self) -> Code;

    /// The text on the span; not for the caller's eyes, but without values all the same.
    fn describe(&self) -> String {
        self.to_string()
    }
}

impl Failure for tonic::Status {
    fn code(&self) -> Code {
        Self::code(self).into()
    }
}

/// One step of a request. Ends when it is dropped. Free of cost when the request is not sampled.
#[derive(Debug)]
pub struct Span {
    active: Option<Active>,
}

impl Span {
    /// A step inside this process, below the current span.
    pub fn internal(name: &'static str) -> Self {
        Self::child(|| name.into(), Kind::Internal)
    }

    /// A call to another system, below the current span.
    pub fn client(name: impl Into<Cow<'static, str>>) -> Self {
        Self::child(|| name.into(), Kind::Client)
    }

    /// The same, with a name that is made only for a span that is recorded.
    #[cfg(feature = "rpc-client")]
    pub(crate) fn client_named(name: impl FnOnce() -> Cow<'static, str>) -> Self {
        Self::child(name, Kind::Client)
    }

    /// The span of an incoming request: continues the caller's trace or starts one, and decides on sampling.
    pub fn server(name: impl Into<Cow<'static, str>>, headers: &HeaderMap) -> Self {
        let door = Door {
            headers,
            route: None,
            attributes: &[],
        };
        Self::at_door(&door, || name.into())
    }

    /// The same, with what sampling rules may ask for. The name is made only for a span that is recorded.
    pub(crate) fn at_door(door: &Door<'_>, name: impl FnOnce() -> Cow<'static, str>) -> Self {
        let caller = propagation::extract(door.headers);
        let carried = propagation::carried(door.headers, caller.is_some()).map(Arc::new);
        let mut ids = caller.unwrap_or_else(Ids::random);
        let mut recording = None;
        // Without an exporter here the caller's span stays the parent of what comes after.
        if let Some(sampler) = export::sampler() {
            ids.sampled = sampler.decide(caller, ids, door);
            if ids.sampled {
                let parent = caller.map_or(Parent::Root, Parent::Remote);
                ids.span_id = random_span_id();
                let started = Recording::start(ids, &parent, name(), Kind::Server);
                recording = Some(Arc::new(started));
            }
        }
        Self {
            active: Some(Active {
                ids,
                recording,
                carried,
            }),
        }
    }

    /// The span that is current here, to put attributes on; without effect outside a request.
    pub fn current() -> Self {
        Self {
            active: Active::current(),
        }
    }

    fn child(name: impl FnOnce() -> Cow<'static, str>, kind: Kind) -> Self {
        let Some(parent) = Active::current() else {
            // Outside a request (start-up, background work) there is no trace to belong to.
            return Self { active: None };
        };
        if parent.recording.is_none() {
            return Self {
                active: Some(parent),
            };
        }
        let ids = Ids {
            span_id: random_span_id(),
            ..parent.ids
        };
        let recording = Recording::start(ids, &Parent::Local(parent.ids), name(), kind);
        Self {
            active: Some(Active {
                ids,
                recording: Some(Arc::new(recording)),
                ..parent
            }),
        }
    }

    /// The trace of this span, if it is recorded: what an exemplar points to.
    pub(crate) fn recorded_trace(&self) -> Option<TraceId> {
        self.recording()?;
        self.ids().map(|ids| ids.trace_id)
    }

    /// The ids of this span, if it belongs to a request.
    pub fn ids(&self) -> Option<Ids> {
        self.active.as_ref().map(|active| active.ids)
    }

    /// Whether attributes are kept; to skip costly ones.
    pub fn is_recording(&self) -> bool {
        self.recording().is_some()
    }

    /// Sets an attribute; the last value of a key stays.
    pub fn set(&self, key: &'static str, value: impl IntoValue) {
        if let Some(recording) = self.recording() {
            recording.set(KeyValue::new(key, value.into_value()));
        }
    }

    /// Replaces the name, once it is known better.
    pub fn rename(&self, name: impl Into<Cow<'static, str>>) {
        if let Some(recording) = self.recording() {
            recording.rename(name.into());
        }
    }

    /// Records that something happened, now. `describe` runs only for a span that is recorded.
    ///
    /// ```ignore
    /// span.event("order.reserved", |said| said.set("order.items", 3));
    /// ```
    pub fn event(&self, name: &'static str, describe: impl FnOnce(&mut Attributes)) {
        if let Some(recording) = self.recording() {
            let mut attributes = Attributes::default();
            describe(&mut attributes);
            recording.event(name, attributes);
        }
    }

    /// Says that another position, such as that of a message in a batch, has to do with this span.
    pub fn link(&self, to: Ids) {
        if let Some(recording) = self.recording() {
            recording.link(to);
        }
    }

    /// Records a failure: an `exception` event, `error.type` and the error status.
    pub fn fail(&self, error: &impl Failure) {
        if let Some(recording) = self.recording() {
            let kind = error.code().as_str();
            let message = error.describe();
            let mut said = Attributes::default();
            said.set("exception.type", kind);
            said.set("exception.message", message.as_str());
            recording.event("exception", said);
            recording.set(KeyValue::new(ERROR_TYPE, kind));
            recording.fail(message);
        }
    }

    /// Marks the span as failed without an error value, such as by a status code.
    pub fn fail_with(&self, error_type: impl Into<Cow<'static, str>>) {
        if let Some(recording) = self.recording() {
            recording.set(KeyValue::new(ERROR_TYPE, error_type.into()));
            recording.fail(String::new());
        }
    }

    /// The same by the outcome, unless what happened inside (a panic, a timeout) has said more.
    #[cfg_attr(not(any(feature = "http", feature = "rpc-server")), allow(dead_code))]
    pub(crate) fn fail_by_status(&self, error_type: impl Into<Cow<'static, str>>) {
        if !self.recording().is_some_and(Recording::has_failed) {
            self.fail_with(error_type);
        }
    }

    /// Runs `work` with this span current, and records its failure.
    pub fn run<T, E: Failure>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, E>> {
        Run::new(self, Scoped::new(self.active(), work))
    }

    /// Runs `work` with this span current.
    pub fn scope<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        Scoped::new(self.active.clone(), work)
    }

    /// The same as a type with a name.
    #[cfg(feature = "http")]
    pub(crate) fn scoped<F>(&self, work: F) -> Scoped<F> {
        Scoped::new(self.active.clone(), work)
    }

    /// Runs `work` with this span current, for what does not wait, such as a log line.
    pub fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        active::enter(self.active.clone(), work)
    }

    /// Writes this span's position into the headers of an outgoing request.
    pub fn inject(&self, headers: &mut HeaderMap) {
        if let Some(active) = &self.active {
            propagation::inject_active(active, headers);
        }
    }

    /// Writes this span's position into the headers of a response.
    #[cfg(feature = "http")]
    pub(crate) fn respond(&self, headers: &mut HeaderMap) {
        if let Some(ids) = self.ids() {
            propagation::respond(ids, headers);
        }
    }

    pub(super) fn active(&self) -> Option<Active> {
        self.active.clone()
    }

    fn recording(&self) -> Option<&Recording> {
        self.active.as_ref()?.recording.as_deref()
    }
}
