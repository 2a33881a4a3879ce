//! A trace as text for a terminal: one line per span, in aligned columns.

use std::time::Duration;

use super::span::{Span, Status};
use super::text::clean;
use super::tree::{self, Row};

/// Longer labels push their own line's columns to the right, not everybody's.
const WIDEST_LABEL: usize = 64;
/// More attributes than this are for a tracing backend.
const MOST_DETAILS: usize = 5;
const LONGEST_VALUE: usize = 40;
const LONGEST_ERROR: usize = 100;

/// Attributes that tell how a span went, in the order in which they are shown.
const OUTCOME: &[&str] = &[
    "http.response.status_code",
    "rpc.response.status_code",
    "db.system.name",
    "db.operation.name",
    "db.collection.name",
];

/// Attributes that repeat what the line says already, or say where the code is. What is left is the service's own.
const FURNITURE: &[&str] = &[
    "busy_ns",
    "client.",
    "code.",
    "db.",
    "error.type",
    "http.",
    "idle_ns",
    "level",
    "messaging.",
    "net.",
    "network.",
    "otel.",
    "peer.",
    "rpc.grpc.",
    "rpc.message.",
    "rpc.method",
    "rpc.request.",
    "rpc.response.",
    "rpc.service",
    "rpc.system",
    "server.",
    "target",
    "thread.",
    "url.",
    "user_agent.",
];

const RED: &str = "\x1b[31m";
const DIM: &str = "\x1b[2m";
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";

/// Prints the spans of one trace, each line ended; nothing for no spans.
pub fn trace(spans: &[Span], color: bool) -> String {
    let Some(first) = spans.first() else {
        return String::new();
    };
    let lines = lines(&tree::rows(spans));
    let widths = Widths::of(&lines);
    let paint = Paint { color };
    let title = format!("trace {}", clean(&first.trace_id));
    let mut text = format!("{}  {}\n", paint.with(BOLD, &title), human(total(spans)));
    for line in &lines {
        text.push_str(&widths.line(line, paint));
        text.push('\n');
    }
    text
}

/// A duration with a unit that leaves few digits.
pub fn human(duration: Duration) -> String {
    let micros = duration.as_micros();
    if micros < 1_000 {
        format!("{micros} µs")
    } else if micros < 1_000_000 {
        format!("{:.1} ms", duration.as_secs_f64() * 1e3)
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}

fn total(spans: &[Span]) -> Duration {
    let start = spans.iter().map(|span| span.start).min();
    let end = spans.iter().map(|span| span.end).max();
    let nanos = end
        .unwrap_or_default()
        .saturating_sub(start.unwrap_or_default());
    Duration::from_nanos(nanos)
}

struct Line {
    label: String,
    kind: &'static str,
    service: String,
    duration: String,
    details: String,
    error: bool,
}

fn lines(rows: &[Row<'_>]) -> Vec<Line> {
    // For each ancestor of the row at hand, whether a sibling of that ancestor follows.
    let mut open: Vec<bool> = Vec::new();
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        open.truncate(row.depth);
        let parent = row.parent.and_then(|parent| rows.get(parent));
        let changed = parent.is_none_or(|parent| parent.span.service != row.span.service);
        lines.push(Line {
            label: format!("{}{}", branch(&open, row), clean(&row.span.name)),
            kind: row.span.kind.as_str(),
            service: if changed {
                clean(&row.span.service)
            } else {
                String::new()
            },
            duration: human(row.span.duration()),
            details: details(row),
            error: row.span.is_error(),
        });
        open.push(!row.last);
    }
    lines
}

/// The lines that lead from the root to the row; roots stand at the margin.
fn branch(open: &[bool], row: &Row<'_>) -> String {
    if row.depth == 0 {
        return String::new();
    }
    let ancestors = open
        .iter()
        .skip(1)
        .map(|open| if *open { "│  " } else { "   " });
    let own = if row.last { "└─ " } else { "├─ " };
    ancestors.chain([own]).collect()
}

fn details(row: &Row<'_>) -> String {
    let mut details = Vec::new();
    if let Status::Error(message) = &row.span.status {
        details.push(error(row.span, message));
    }
    if let (true, Some(parent)) = (row.orphan, &row.span.parent_id) {
        details.push(format!("parent {} not seen", clean(parent)));
    }
    let attributes = &row.span.attributes;
    let outcome = OUTCOME
        .iter()
        .filter_map(|key| attributes.get_key_value(*key));
    let own = attributes
        .iter()
        .filter(|(key, _)| !FURNITURE.iter().any(|prefix| key.starts_with(prefix)));
    let shown = outcome.chain(own).take(MOST_DETAILS).map(|(key, value)| {
        format!(
            "{}={}",
            clean(key),
            shorten(&clean(&value.to_string()), LONGEST_VALUE)
        )
    });
    details.extend(shown);
    details.join(" ")
}

/// The message of the status, or what else the span says about its failure.
fn error(span: &Span, message: &str) -> String {
    if !message.is_empty() {
        return format!("error: {}", shorten(&clean(message), LONGEST_ERROR));
    }
    match span.attributes.get("error.type") {
        Some(kind) => format!("error: {}", clean(&kind.to_string())),
        None => "error".to_owned(),
    }
}

fn shorten(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let start: String = text.chars().take(longest - 1).collect();
    format!("{start}…")
}

struct Widths {
    label: usize,
    kind: usize,
    service: usize,
    duration: usize,
}

impl Widths {
    fn of(lines: &[Line]) -> Self {
        let widest = |text: fn(&Line) -> &str| {
            let widths = lines.iter().map(|line| text(line).chars().count());
            widths.max().unwrap_or_default()
        };
        Self {
            label: widest(|line| &line.label).min(WIDEST_LABEL),
            kind: widest(|line| line.kind),
            service: widest(|line| &line.service),
            duration: widest(|line| &line.duration),
        }
    }

    fn line(&self, line: &Line, paint: Paint) -> String {
        let label = format!("{:<1$}", line.label, self.label);
        let kind = format!("{:<1$}", line.kind, self.kind);
        let service = format!("{:<1$}", line.service, self.service);
        let duration = format!("{:>1$}", line.duration, self.duration);
        let (own, details) = if line.error { (RED, RED) } else { ("", DIM) };
        let text = [
            paint.with(own, &label),
            paint.with(DIM, &kind),
            service,
            duration,
            paint.with(details, &line.details),
        ]
        .join("  ");
        text.trim_end().to_owned()
    }
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.color && !style.is_empty() && !text.is_empty() {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::span::Kind;
    use crate::dev::testing::span;

    fn order() -> Vec<Span> {
        let mut root = span("POST /api/v1/orders", None, 0);
        root.kind = Kind::Server;
        root.service = "order-api".to_owned();
        root.end = 12_400_000;
        root.attributes
            .insert("http.response.status_code".to_owned(), 200.into());
        root.attributes
            .insert("http.route".to_owned(), "/api/v1/orders".into());
        let mut handler = span("CreateOrderHandler", Some("POST /api/v1/orders"), 10);
        handler.service = "order-api".to_owned();
        handler.end = 11_910_000;
        handler
            .attributes
            .insert("order.user_id".to_owned(), 7.into());
        let mut served = span("order.Order/CreateOrder", Some("CreateOrderHandler"), 20);
        served.kind = Kind::Server;
        served.service = "order.rpc".to_owned();
        served.end = 900_000;
        let mut failed = span("InsertOrder", Some("order.Order/CreateOrder"), 30);
        failed.service = "order.rpc".to_owned();
        failed.status = Status::Error("no such table\n".to_owned());
        let done = span("Audit", Some("CreateOrderHandler"), 40);
        vec![root, handler, served, failed, done]
    }

    #[test]
    fn prints_aligned_columns() {
        let expected = "\
trace 4bf92f3577b34da6a3ce929d0e0e4736  12.4 ms
POST /api/v1/orders            SERVER    order-api  12.4 ms  http.response.status_code=200
└─ CreateOrderHandler          INTERNAL             11.9 ms  order.user_id=7
   ├─ order.Order/CreateOrder  SERVER    order.rpc   880 µs
   │  └─ InsertOrder           INTERNAL                1 µs  error: no such table\\n
   └─ Audit                    INTERNAL  shop          1 µs
";
        assert_eq!(trace(&order(), false), expected);
    }

    #[test]
    fn marks_orphans() {
        let text = trace(&[span("b", Some("00f067aa0ba902b7"), 1)], false);
        let line = text.lines().nth(1);
        assert_eq!(
            line,
            Some("b  INTERNAL  shop  1 µs  parent 00f067aa0ba902b7 not seen")
        );
    }

    #[test]
    fn colours_errors_only_when_asked() {
        assert!(!trace(&order(), false).contains('\x1b'));
        let text = trace(&order(), true);
        let red: Vec<_> = text.lines().filter(|line| line.contains(RED)).collect();
        assert_eq!(red.len(), 1, "{text}");
        assert!(red[0].contains("InsertOrder"), "{text}");
    }

    #[test]
    fn durations_read_well() {
        let cases = [
            (0, "0 µs"),
            (999_999, "999 µs"),
            (1_000_000, "1.0 ms"),
            (12_440_000, "12.4 ms"),
            (1_240_000_000, "1.24 s"),
        ];
        for (nanos, expected) in cases {
            assert_eq!(human(Duration::from_nanos(nanos)), expected);
        }
    }

    #[test]
    fn shows_few_and_short_attributes() {
        let mut only = span("a", None, 0);
        for key in ["code.line", "thread.id", "rpc.system.name"] {
            only.attributes.insert(key.to_owned(), 1.into());
        }
        for key in ["k1", "k2", "k3", "k4", "k5", "k6"] {
            only.attributes
                .insert(key.to_owned(), "x".repeat(50).as_str().into());
        }
        let text = trace(&[only], false);
        let long = "x".repeat(39);
        let shown: Vec<_> = (1..=5).map(|n| format!("k{n}={long}…")).collect();
        let expected = format!("a  INTERNAL  shop  1 µs  {}", shown.join(" "));
        assert_eq!(text.lines().nth(1), Some(expected.as_str()));
    }
}
