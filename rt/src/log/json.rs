//! One event as a JSON object, written as it is read: every request has a line of its own.

use std::cell::Cell;
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

/// What is kept of a line's memory for the next one.
const KEPT: usize = 4096;

thread_local! {
    /// The memory of the last line. A field whose text is made by logging finds none, and makes its own.
    static LAST: Cell<String> = const { Cell::new(String::new()) };
}

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
        let mut text = LAST.take();
        text.clear();
        let mut line = Line {
            text,
            metadata: event.metadata(),
            result: Ok(()),
        };
        line.write(event);
        let Line {
            mut text, result, ..
        } = line;
        result?;
        text.push_str("}\n");
        // At once: each piece that a writer gets costs a call through its table.
        let done = writer.write_str(&text);
        if text.capacity() <= KEPT {
            LAST.set(text);
        }
        done
    }
}

/// An object of which the end is missing.
struct Line {
    text: String,
    metadata: &'static Metadata<'static>,
    result: fmt::Result,
}

impl Line {
    fn write(&mut self, event: &Event<'_>) {
        let metadata = self.metadata;
        self.own("@timestamp", |out| {
            out.push_str(Timestamp::of(SystemTime::now()).as_str());
        });
        self.own("level", |out| out.push_str(level(*metadata.level())));
        if let (Some(file), Some(number)) = (metadata.file(), metadata.line()) {
            self.own("caller", |out| {
                push_escaped(out, short(file));
                out.push(':');
                push_number(out, u64::from(number));
            });
        }
        if let Some(ids) = trace::current_ids() {
            self.own("trace", |out| push_ascii(out, &ids.trace_hex()));
            self.own("span", |out| push_ascii(out, &ids.span_hex()));
        }
        event.record(self);
    }

    /// A key of every line and its text, unless the event has it as a field.
    fn own(&mut self, key: &str, text: impl FnOnce(&mut String)) {
        let fields = self.metadata.fields();
        if !fields.iter().any(|field| name(&field) == key) {
            self.key(key);
            self.text.push('"');
            text(&mut self.text);
            self.text.push('"');
        }
    }

    fn key(&mut self, key: &str) {
        let begin = if self.text.is_empty() { "{\"" } else { ",\"" };
        self.text.push_str(begin);
        // The name of a field is an identifier, or what a programmer has put in quotes.
        push_escaped(&mut self.text, key);
        self.text.push_str("\":");
    }

    /// What cannot be written ends the line; the first error is the one that is told.
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.result.is_ok() {
            self.key(name(field));
            self.result = self.text.write_fmt(value);
        }
    }
}

/// The message is `content`, and every other field has its own name.
fn name(field: &Field) -> &'static str {
    match field.name() {
        "message" => "content",
        name => name,
    }
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.put(field, format_args!("{value:?}"));
        } else {
            // JSON has no such numbers.
            self.put(field, format_args!("null"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if self.result.is_ok() {
            self.key(name(field));
            self.text.push('"');
            push_escaped(&mut self.text, value);
            self.text.push('"');
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.result.is_err() {
            return;
        }
        self.key(name(field));
        self.text.push('"');
        let begin = self.text.len();
        self.result = write!(self.text, "{value:?}");
        // As it is first, and once more if that was too simple: nearly always there is nothing to escape.
        if is_special(&self.text.as_bytes()[begin..]) {
            let raw = self.text.split_off(begin);
            push_escaped(&mut self.text, &raw);
        }
        self.text.push('"');
    }
}

/// Whether some byte cannot be in a JSON string as it is. To the end in any case: so many bytes are looked at at once.
fn is_special(text: &[u8]) -> bool {
    text.iter()
        .fold(false, |found, byte| found | is_special_byte(*byte))
}

fn is_special_byte(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// The inside of a JSON string (RFC 8259, section 7).
fn push_escaped(out: &mut String, text: &str) {
    if !is_special(text.as_bytes()) {
        return out.push_str(text);
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..' ' => {
                out.push_str("\\u00");
                let code = [u32::from(character) >> 4, u32::from(character) & 15];
                out.extend(code.map(|digit| char::from_digit(digit, 16).unwrap_or('0')));
            }
            other => out.push(other),
        }
    }
}

/// Digits and letters.
fn push_ascii(out: &mut String, text: &[u8]) {
    out.push_str(std::str::from_utf8(text).unwrap_or_default());
}

fn push_number(out: &mut String, number: u64) {
    // A `String` takes all that is written.
    let _ = write!(out, "{number}");
}

/// The last two parts of a path, as go-zero prints a caller.
fn short(path: &str) -> &str {
    let cut = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[cut..]
}
