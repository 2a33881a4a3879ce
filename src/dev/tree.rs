//! The spans of one trace as a tree, flattened in the order in which it is read.

use std::collections::{BTreeMap, BTreeSet};

use super::span::{Kind, Span};

/// One line of the tree. A parent comes before its children; children come by start time.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    pub span: &'a Span,
    /// Number of ancestors.
    pub depth: usize,
    /// The index of the parent's row.
    pub parent: Option<usize>,
    /// Whether no sibling follows.
    pub last: bool,
    /// A root whose span names a parent that is not among the spans: it is still on its way, or it
    /// belongs to a process that exports elsewhere.
    pub orphan: bool,
}

/// Arranges the spans of one trace. Every span appears once, even where the ids make no tree.
pub fn rows(spans: &[Span]) -> Vec<Row<'_>> {
    let forest = Forest::of(spans);
    let mut rows = Vec::with_capacity(forest.spans.len());
    let mut seen = BTreeSet::new();
    forest.walk(&forest.roots, &mut seen, &mut rows);
    // Spans that are each other's ancestors hang from no root.
    for &span in &forest.spans {
        if !seen.contains(span.span_id.as_str()) {
            forest.walk(&[span], &mut seen, &mut rows);
        }
    }
    rows
}

/// Whether a trace has all its spans, as far as that can be told: one root, every parent known, and under each
/// call that was answered the span of the service that answered it.
///
/// Children end before their parents and exporters keep that order, so a service whose first span has
/// arrived has sent the rest already.
pub fn is_complete(spans: &[Span]) -> bool {
    let rows = rows(spans);
    let roots = rows.iter().filter(|row| row.parent.is_none()).count();
    let answered: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.span.kind == Kind::Server)
        .filter_map(|row| row.parent)
        .collect();
    roots == 1
        && !rows.iter().any(|row| row.orphan)
        && rows.iter().enumerate().all(|(index, row)| {
            !is_call(row.span) || row.span.is_error() || answered.contains(&index)
        })
}

/// The ids of the traces, in the order in which their first spans came.
pub fn trace_ids(spans: &[Span]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    spans
        .iter()
        .map(|span| span.trace_id.as_str())
        .filter(|id| seen.insert(*id))
        .collect()
}

/// Copies of the spans of one trace.
pub fn of_trace(spans: &[Span], trace_id: &str) -> Vec<Span> {
    let own = spans.iter().filter(|span| span.trace_id == trace_id);
    own.cloned().collect()
}

/// A remote call, by its present and by its former attribute name.
fn is_call(span: &Span) -> bool {
    span.kind == Kind::Client
        && ["rpc.system.name", "rpc.system"]
            .iter()
            .any(|name| span.attributes.contains_key(*name))
}

struct Forest<'a> {
    spans: Vec<&'a Span>,
    roots: Vec<&'a Span>,
    children: BTreeMap<&'a str, Vec<&'a Span>>,
}

impl<'a> Forest<'a> {
    fn of(spans: &'a [Span]) -> Self {
        // By id first: an export that is tried again delivers the same span twice.
        let by_id: BTreeMap<&str, &Span> = spans
            .iter()
            .map(|span| (span.span_id.as_str(), span))
            .collect();
        let mut spans: Vec<&Span> = by_id.values().copied().collect();
        spans.sort_by_key(|span| (span.start, &span.span_id));
        let mut roots = Vec::new();
        let mut children: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
        for &span in &spans {
            match span.parent_id.as_deref() {
                Some(parent) if by_id.contains_key(parent) => {
                    children.entry(parent).or_default().push(span);
                }
                _ => roots.push(span),
            }
        }
        Self {
            spans,
            roots,
            children,
        }
    }

    /// With a stack of its own: a trace may be nested deeper than the thread's stack allows.
    fn walk(&self, roots: &[&'a Span], seen: &mut BTreeSet<&'a str>, rows: &mut Vec<Row<'a>>) {
        let mut waiting = Vec::new();
        push(&mut waiting, roots, 0, None);
        while let Some(row) = waiting.pop() {
            if !seen.insert(row.span.span_id.as_str()) {
                continue;
            }
            if let Some(children) = self.children.get(row.span.span_id.as_str()) {
                push(&mut waiting, children, row.depth + 1, Some(rows.len()));
            }
            rows.push(row);
        }
    }
}

/// In reverse, because the last one pushed is the first one taken.
fn push<'a>(waiting: &mut Vec<Row<'a>>, spans: &[&'a Span], depth: usize, parent: Option<usize>) {
    for (index, span) in spans.iter().enumerate().rev() {
        waiting.push(Row {
            span,
            depth,
            parent,
            last: index + 1 == spans.len(),
            orphan: parent.is_none() && span.parent_id.is_some(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dev::testing::span;

    #[test]
    fn arranges_spans() {
        let cases: [(&str, Vec<Span>, &[&str]); 6] = [
            ("nothing", vec![], &[]),
            (
                "children by start, whatever the order of arrival",
                vec![
                    span("c", Some("a"), 5),
                    span("b", Some("a"), 2),
                    span("d", Some("b"), 3),
                    span("a", None, 1),
                ],
                &["a", "+b", "++d", "+c"],
            ),
            (
                "a parent elsewhere makes a marked root",
                vec![span("b", Some("zz"), 2), span("c", Some("b"), 3)],
                &["b?", "+c"],
            ),
            (
                "the same span twice",
                vec![
                    span("a", None, 1),
                    span("b", Some("a"), 2),
                    span("b", Some("a"), 2),
                ],
                &["a", "+b"],
            ),
            (
                "a ring",
                vec![span("a", Some("b"), 1), span("b", Some("a"), 2)],
                &["a?", "+b"],
            ),
            ("its own parent", vec![span("a", Some("a"), 1)], &["a?"]),
        ];
        for (case, spans, expected) in cases {
            let shown: Vec<_> = rows(&spans)
                .iter()
                .map(|row| {
                    let mark = if row.orphan { "?" } else { "" };
                    format!("{}{}{mark}", "+".repeat(row.depth), row.span.name)
                })
                .collect();
            assert_eq!(shown, expected, "{case}");
        }
    }

    #[test]
    fn a_deep_trace_does_not_overflow() {
        let spans: Vec<_> = (0..50_000_u64)
            .map(|n| {
                let parent = n.checked_sub(1).map(|parent| parent.to_string());
                span(&n.to_string(), parent.as_deref(), n)
            })
            .collect();
        assert_eq!(rows(&spans).last().map(|row| row.depth), Some(49_999));
    }

    #[test]
    fn knows_when_a_trace_is_complete() {
        let mut call = span("call", Some("root"), 2);
        call.kind = Kind::Client;
        call.attributes
            .insert("rpc.system.name".to_owned(), "grpc".into());
        let mut answer = span("answer", Some("call"), 3);
        answer.kind = Kind::Server;
        let mut failed = call.clone();
        failed.status = crate::dev::span::Status::Error("unavailable".to_owned());
        let root = span("root", None, 1);
        let cases = [
            ("nothing", vec![], false),
            ("a root", vec![root.clone()], true),
            ("no root yet", vec![call.clone(), answer.clone()], false),
            ("unanswered call", vec![root.clone(), call.clone()], false),
            ("answered call", vec![root.clone(), call, answer], true),
            ("failed call", vec![root.clone(), failed], true),
            ("two roots", vec![root, span("more", None, 1)], false),
        ];
        for (case, spans, expected) in cases {
            assert_eq!(is_complete(&spans), expected, "{case}");
        }
    }
}
