//! Log events on their way to a collector, beside the standard error. A layer of our own: the position in the trace is
//! this crate's, and the exporter's own events must not become logs that are exported.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::trace::TraceFlags;
use opentelemetry::{InstrumentationScope, Key};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLogger, SdkLoggerProvider};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::queue::Queue;
use crate::trace;

/// Whose events are about sending telemetry, or may be: each would be the cause of the next.
const OWN: [&str; 12] = [
    "h2",
    "hyper",
    "hyper_util",
    "opentelemetry",
    "opentelemetry_http",
    "opentelemetry_otlp",
    "opentelemetry_sdk",
    "rustls",
    "tokio_rustls",
    "tonic",
    "tower",
    "zgen_rt::telemetry",
];

pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(super::SCOPE).build()
}

/// Hands each event on as an OpenTelemetry log record.
#[derive(Debug)]
pub(crate) struct Bridge(SdkLogger);

impl Bridge {
    pub(super) fn new(queue: Arc<Queue<VecDeque<SdkLogRecord>>>) -> Self {
        let provider = SdkLoggerProvider::builder()
            .with_log_processor(Feed(queue))
            .build();
        Self(provider.logger_with_scope(scope()))
    }
}

impl<S: Subscriber> Layer<S> for Bridge {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        if is_own(metadata.target()) {
            return;
        }
        let mut record = self.0.create_log_record();
        record.set_timestamp(SystemTime::now());
        let (number, text) = severity(*metadata.level());
        record.set_severity_number(number);
        record.set_severity_text(text);
        record.set_target(metadata.target());
        if let Some(ids) = trace::current_ids() {
            let flags = TraceFlags::default().with_sampled(ids.sampled);
            record.set_trace_context(ids.trace_id, ids.span_id, Some(flags));
        }
        if let (Some(file), Some(line)) = (metadata.file(), metadata.line()) {
            record.add_attribute("code.file.path", file);
            record.add_attribute("code.line.number", i64::from(line));
        }
        event.record(&mut Fields(&mut record));
        self.0.emit(record);
    }
}

/// `h2` and `h2::..`, not `h2o`.
fn is_own(target: &str) -> bool {
    OWN.iter().any(|own| {
        let rest = target.strip_prefix(own);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

/// OTel specification, log data model: the first number of each range.
fn severity(level: Level) -> (Severity, &'static str) {
    match level {
        Level::ERROR => (Severity::Error, "ERROR"),
        Level::WARN => (Severity::Warn, "WARN"),
        Level::INFO => (Severity::Info, "INFO"),
        Level::DEBUG => (Severity::Debug, "DEBUG"),
        Level::TRACE => (Severity::Trace, "TRACE"),
    }
}

/// The message is the body, every other field an attribute.
struct Fields<'a>(&'a mut SdkLogRecord);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<AnyValue>) {
        if field.name() == "message" {
            self.0.set_body(value.into());
        } else {
            self.0
                .add_attribute(Key::from_static_str(field.name()), value);
        }
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    /// OTLP has no unsigned integers.
    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(value) => self.put(field, value),
            Err(_) => self.put(field, value.to_string()),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

/// The SDK's end of the queue.
#[derive(Debug)]
struct Feed(Arc<Queue<VecDeque<SdkLogRecord>>>);

impl LogProcessor for Feed {
    fn emit(&self, record: &mut SdkLogRecord, _scope: &InstrumentationScope) {
        if self.0.has_room() {
            self.0.push(record.clone());
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}
