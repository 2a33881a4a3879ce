//! One event as a JSON object, written as it is read: every request has a line of its own.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write};
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::level;
use super::time::Timestamp;
use crate::memo::Memo;
use crate::trace;

pub(super) struct Json;

/// What is kept of a line's memory for the next one.
const KEPT: usize = 4096;

thread_local! {
    /// The memory of the last line. A field whose text is made by logging finds none, and makes its own.
    static LAST: Cell<String> = const { Cell::new(String::new()) };
    static BEGINNINGS: RefCell<Memo<Beginning>> = const { RefCell::new(Memo::new()) };
}

/// What all lines of one place in the code have in common.
struct Beginning {
    metadata: &'static Metadata<'static>,
    /// `"level":"info","caller":"http/observe.rs:150"`
    text: String,
    has_timestamp: bool,
    has_trace: bool,
    has_span: bool,
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
        BEGINNINGS.with_borrow_mut(|known| {
            let metadata = self.metadata;
            let is_it = |one: &Beginning| std::ptr::eq(one.metadata, metadata);
            self.begin(known.get(is_it, || Beginning::of(metadata)));
        });
        event.record(self);
    }

    fn begin(&mut self, beginning: &Beginning) {
        if beginning.has_timestamp {
            let now = Timestamp::of(SystemTime::now());
            self.own("@timestamp", now.as_str());
        }
        if !beginning.text.is_empty() {
            self.text.push(if self.text.is_empty() { '{' } else { ',' });
            self.text.push_str(&beginning.text);
        }
        if let Some(ids) = trace::current_ids() {
            if beginning.has_trace {
                self.own("trace", ascii(&ids.trace_hex()));
            }
            if beginning.has_span {
                self.own("span", ascii(&ids.span_hex()));
            }
        }
    }

    /// What has nothing to escape.
    fn own(&mut self, key: &str, text: &str) {
        let begin = if self.text.is_empty() { "{\"" } else { ",\"" };
        for part in [begin, key, "\":\"", text, "\""] {
            self.text.push_str(part);
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

impl Beginning {
    /// A key that the event has as a field is the field's.
    fn of(metadata: &'static Metadata<'static>) -> Self {
        let is_free = |key| !metadata.fields().iter().any(|field| name(&field) == key);
        let mut text = String::new();
        if is_free("level") {
            text = format!("\"level\":\"{}\"", level(*metadata.level()));
        }
        if let (Some(file), Some(number)) = (metadata.file(), metadata.line())
            && is_free("caller")
        {
            let comma = if text.is_empty() { "" } else { "," };
            text = format!("{text}{comma}\"caller\":\"");
            push_escaped(&mut text, short(file));
            text = format!("{text}:{number}\"");
        }
        Self {
            metadata,
            text,
            has_timestamp: is_free("@timestamp"),
            has_trace: is_free("trace"),
            has_span: is_free("span"),
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

/// Whether some byte cannot be in a JSON string as it is: eight are looked at at once.
fn is_special(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [b' '; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().any(|word| is_special_word(*word)) || is_special_word(last)
}

fn is_special_word(word: [u8; 8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let word = u64::from_ne_bytes(word);
    // The highest bit of a byte that is below another, as long as neither has it; a borrow only adds bytes to those found.
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word & HIGH;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, b' ') | is(b'"') | is(b'\\') != 0
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

fn ascii(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap_or_default()
}

/// The last two parts of a path, as go-zero prints a caller.
fn short(path: &str) -> &str {
    let cut = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    &path[cut..]
}
