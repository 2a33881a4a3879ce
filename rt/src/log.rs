//! One event a line, with go-zero's keys (`core/logx`): as a JSON object, or plain for a terminal. Every line of a
//! request has its trace and span.

use std::fmt;
use std::time::SystemTime;

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

struct Json;

impl<S, N> FormatEvent<S, N> for Json
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
        let mut line = Map::new();
        line.insert("@timestamp".to_owned(), timestamp(SystemTime::now()).into());
        line.insert("level".to_owned(), level(*event.metadata().level()).into());
        if let (Some(file), Some(number)) = (event.metadata().file(), event.metadata().line()) {
            line.insert(
                "caller".to_owned(),
                format!("{}:{number}", short(file)).into(),
            );
        }
        add_ids(&mut line);
        event.record(&mut Fields(&mut line));
        writeln!(writer, "{}", Value::Object(line))
    }
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
        write!(writer, "{} {level}", timestamp(SystemTime::now()))?;
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

/// The last two parts of a path, as go-zero prints a caller.
fn short(path: &str) -> &str {
    let cut = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[cut..]
}

/// RFC 3339 in UTC with milliseconds.
fn timestamp(now: SystemTime) -> String {
    let since = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil_from_days(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Days since 1970-01-01 to year, month, day, by eras of 400 years that start on 1 March.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}
