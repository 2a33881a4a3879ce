//! One event a line, with go-zero's keys (`core/logx`): as a JSON object, or plain for a terminal. Every line of a
//! request has its trace and span.

mod json;
mod time;

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::json::Json;
use self::time::Timestamp;
use crate::config::{Encoding, LogConf};
use crate::telemetry::Bridge;
use crate::trace;

/// Installs the process-wide subscriber, and what hands events on beside it. A second call (a test) is without effect.
pub(crate) fn init(conf: LogConf, bridge: Option<Bridge>) -> anyhow::Result<()> {
    let targets = match std::env::var("RUST_LOG") {
        Ok(text) if !text.is_empty() => text.parse()?,
        _ => default_targets(conf),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(targets).with(bridge);
    let done = match conf.encoding {
        Encoding::Json => registry.with(layer.event_format(Json)).try_init(),
        Encoding::Plain => registry.with(layer.event_format(Plain)).try_init(),
    };
    drop(done);
    Ok(())
}

/// The transport's own events would trace the exporter with itself; its warnings stay.
fn default_targets(conf: LogConf) -> Targets {
    let quiet = [
        "h2",
        "hyper",
        "hyper_util",
        "tonic",
        "tower",
        "opentelemetry",
        "opentelemetry_sdk",
    ];
    Targets::new()
        .with_default(LevelFilter::from_level(conf.level.into()))
        .with_targets(quiet.map(|target| (target, LevelFilter::WARN)))
        .with_target("sqlx", LevelFilter::WARN)
}

/// `2026-01-02T03:04:05.678Z info listening address=0.0.0.0:8888`
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Map::new();
        event.record(&mut Fields(&mut fields));
        let content = fields.remove("content");
        add_ids(&mut fields);
        let level = level(*event.metadata().level());
        write!(writer, "{} {level}", Timestamp::of(SystemTime::now()))?;
        if let Some(Value::String(content)) = content {
            // A line break in a message would look like a line of its own.
            write!(writer, " {}", content.replace('\n', "\\n"))?;
        }
        for (key, value) in &fields {
            match value {
                Value::String(text) if is_bare(text) => write!(writer, " {key}={text}")?,
                other => write!(writer, " {key}={other}")?,
            }
        }
        writeln!(writer)
    }
}

fn add_ids(line: &mut Map<String, Value>) {
    if let Some(ids) = trace::current_ids() {
        line.insert("trace".to_owned(), ids.trace_id.to_string().into());
        line.insert("span".to_owned(), ids.span_id.to_string().into());
    }
}

fn is_bare(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"')
}

/// Puts the message under `content` and every other field under its own name.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        let key = if field.name() == "message" {
            "content"
        } else {
            field.name()
        };
        self.0.insert(key.to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// How long something took, as go-zero prints it: `1.5ms`. Not by way of `fmt`: every request has a line with it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(any(feature = "http", feature = "rpc-server")), allow(dead_code))]
pub(crate) struct Took {
    /// Its last bytes are the text.
    bytes: [u8; MAX_TOOK],
    begin: usize,
}

/// The digits of a `u64`, a point and the unit.
const MAX_TOOK: usize = 24;

#[cfg_attr(not(any(feature = "http", feature = "rpc-server")), allow(dead_code))]
impl Took {
    pub(crate) fn of(took: Duration) -> Self {
        // Not in 128 bits, which take long to divide: 500,000 years fit.
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut tenths = micros.saturating_add(50) / 100;
        let mut bytes = *b"00000000000000000000.0ms";
        bytes[MAX_TOOK - 3] += u8::try_from(tenths % 10).unwrap_or_default();
        let mut begin = MAX_TOOK - 4;
        loop {
            begin -= 1;
            tenths /= 10;
            bytes[begin] += u8::try_from(tenths % 10).unwrap_or_default();
            if tenths < 10 {
                return Self { bytes, begin };
            }
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        // It is ASCII throughout.
        std::str::from_utf8(&self.bytes[self.begin..]).unwrap_or_default()
    }
}
