//! Decides when a trace has settled, so that each is printed once and whole.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::span::Span;
use super::tree;

/// After the last span of a trace that looks complete: work that a request has left behind ends a little later.
const QUIET: Duration = Duration::from_millis(300);
/// After the last span of one that does not: part of it is in a process that exports elsewhere, or still runs.
const PATIENCE: Duration = Duration::from_secs(3);
/// A printed trace is kept for spans that come late, then forgotten.
const MEMORY: Duration = Duration::from_mins(1);

/// The traces of a live session.
#[derive(Debug, Default)]
pub struct Traces {
    traces: BTreeMap<String, Pending>,
}

#[derive(Debug)]
struct Pending {
    spans: Vec<Span>,
    last: Instant,
    /// How many of the spans have been printed.
    printed: usize,
}

impl Traces {
    /// Adds what has arrived.
    pub fn absorb(&mut self, spans: Vec<Span>, now: Instant) {
        for span in spans {
            let trace = self
                .traces
                .entry(span.trace_id.clone())
                .or_insert_with(|| Pending {
                    spans: Vec::new(),
                    last: now,
                    printed: 0,
                });
            trace.last = now;
            trace.spans.push(span);
        }
    }

    /// The traces to print now, earliest first. One that grows after it was printed comes again, whole.
    pub fn settled(&mut self, now: Instant) -> Vec<Vec<Span>> {
        self.traces.retain(|_, trace| {
            trace.printed < trace.spans.len() || now.duration_since(trace.last) < MEMORY
        });
        self.print(|trace| {
            let quiet = now.duration_since(trace.last);
            quiet >= PATIENCE || (quiet >= QUIET && tree::is_complete(&trace.spans))
        })
    }

    /// What is left when the session ends.
    pub fn rest(&mut self) -> Vec<Vec<Span>> {
        self.print(|_| true)
    }

    fn print(&mut self, due: impl Fn(&Pending) -> bool) -> Vec<Vec<Span>> {
        let mut traces = Vec::new();
        for trace in self.traces.values_mut() {
            if trace.printed < trace.spans.len() && due(trace) {
                trace.printed = trace.spans.len();
                traces.push(trace.spans.clone());
            }
        }
        traces.sort_by_key(|spans| spans.iter().map(|span| span.start).min());
        traces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::testing::span;

    #[test]
    fn prints_each_trace_once_it_has_settled() {
        let start = Instant::now();
        let whole = || vec![span("b", Some("a"), 2), span("a", None, 1)];
        let part = || vec![span("b", Some("a"), 2)];
        let cases = [
            ("complete but fresh", whole(), Duration::ZERO, 0),
            ("complete and quiet", whole(), QUIET, 1),
            ("incomplete and quiet", part(), QUIET, 0),
            ("incomplete for long", part(), PATIENCE, 1),
            ("nothing", vec![], PATIENCE, 0),
        ];
        for (case, spans, wait, expected) in cases {
            let mut traces = Traces::default();
            traces.absorb(spans, start);
            assert_eq!(traces.settled(start + wait).len(), expected, "{case}");
            let again = traces.settled(start + wait).len();
            assert_eq!(again, 0, "{case}, again");
        }
    }

    #[test]
    fn late_spans_bring_the_whole_trace_again() {
        let start = Instant::now();
        let mut traces = Traces::default();
        traces.absorb(vec![span("a", None, 1)], start);
        assert_eq!(traces.settled(start + QUIET).len(), 1);
        traces.absorb(vec![span("b", Some("a"), 2)], start + QUIET);
        let again = traces.settled(start + QUIET * 2);
        assert_eq!(again.first().map(Vec::len), Some(2));
        traces.settled(start + MEMORY * 2);
        assert!(traces.traces.is_empty());
    }

    #[test]
    fn nothing_is_left_unprinted() {
        let start = Instant::now();
        let mut traces = Traces::default();
        let mut other = span("z", Some("y"), 0);
        other.trace_id = "ffff".to_owned();
        traces.absorb(vec![span("a", None, 1), other], start);
        let names: Vec<_> = traces
            .rest()
            .iter()
            .map(|spans| spans[0].name.clone())
            .collect();
        assert_eq!(names, ["z", "a"]);
        assert!(traces.rest().is_empty());
    }
}
