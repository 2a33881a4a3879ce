//! One event as a JSON object, written as it is read: every request has a line of its own.

use std::fmt::{self, Write};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::level;
use super::time::Timestamp;
use crate::trace;

pub(super) struct Json;

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
        let metadata = event.metadata();
        let mut line = Line {
            writer: &mut writer,
            metadata,
            is_begun: false,
            result: Ok(()),
        };
        line.own("@timestamp", Timestamp::of(SystemTime::now()).as_str());
        line.own("level", level(*metadata.level()));
        if let (Some(file), Some(number)) = (metadata.file(), metadata.line()) {
            line.own("caller", format_args!("{}:{number}", short(file)));
        }
        if let Some(ids) = trace::current_ids() {
            line.own("trace", ids.trace_id);
            line.own("span", ids.span_id);
        }
        event.record(&mut line);
        line.result?;
        writer.write_str("}\n")
    }
}

/// An object of which the end is missing.
struct Line<'a, 'w> {
    writer: &'a mut Writer<'w>,
    metadata: &'static Metadata<'static>,
    is_begun: bool,
    result: fmt::Result,
}

impl Line<'_, '_> {
    /// A key of every line, unless the event has it as a field.
    fn own(&mut self, key: &str, value: impl fmt::Display) {
        let fields = self.metadata.fields();
        if !fields.iter().any(|field| name(&field) == key) {
            self.put(key, |out| {
                out.write_char('"')?;
                write!(Escaped(out), "{value}")?;
                out.write_char('"')
            });
        }
    }

    /// What cannot be written ends the line; the first error is the one that is told.
    fn put(&mut self, key: &str, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.result.is_err() {
            return;
        }
        let begin = if self.is_begun { ",\"" } else { "{\"" };
        self.is_begun = true;
        self.result = (|| {
            self.writer.write_str(begin)?;
            Escaped(self.writer).write_str(key)?;
            self.writer.write_str("\":")?;
            value(self.writer)
        })();
    }
}

/// The message is `content`, and every other field has its own name.
fn name(field: &Field) -> &'static str {
    match field.name() {
        "message" => "content",
        name => name,
    }
}

impl Visit for Line<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(name(field), |out| {
            if value.is_finite() {
                write!(out, "{value:?}")
            } else {
                // JSON has no such numbers.
                out.write_str("null")
            }
        });
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(name(field), |out| write!(out, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(name(field), |out| write!(out, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(name(field), |out| write!(out, "{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(name(field), |out| {
            out.write_char('"')?;
            Escaped(out).write_str(value)?;
            out.write_char('"')
        });
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(name(field), |out| {
            out.write_char('"')?;
            write!(Escaped(out), "{value:?}")?;
            out.write_char('"')
        });
    }
}

/// Writes the inside of a JSON string (RFC 8259, section 7).
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut clean = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.0.write_str(&text[clean..at])?;
            clean = at + 1;
            match byte {
                b'"' => self.0.write_str("\\\"")?,
                b'\\' => self.0.write_str("\\\\")?,
                b'\n' => self.0.write_str("\\n")?,
                b'\r' => self.0.write_str("\\r")?,
                b'\t' => self.0.write_str("\\t")?,
                _ => write!(self.0, "\\u{byte:04x}")?,
            }
        }
        self.0.write_str(&text[clean..])
    }
}

/// The last two parts of a path, as go-zero prints a caller.
fn short(path: &str) -> &str {
    let cut = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[cut..]
}
