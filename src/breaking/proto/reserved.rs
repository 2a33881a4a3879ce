//! Numbers that were given up for good.

use crate::diag::{Diagnostic, Report};
use crate::model::wire::Reserved;
use crate::source::Span;

/// Whether a number is set aside.
pub(super) fn contains(ranges: &[Reserved], number: i32) -> bool {
    ranges
        .iter()
        .any(|range| (range.first..=range.last).contains(&number))
}

/// A number or value that is used in the present state: name, number, place.
pub(super) type Used<'a> = (&'a str, i32, Option<Span>);

/// `owner` is such as `order.Status`.
pub(super) fn compare(
    owner: &str,
    old: &[Reserved],
    new: &[Reserved],
    used: &[Used<'_>],
    report: &mut Report,
) {
    for range in old {
        let mut is_taken = false;
        for (name, number, span) in used {
            if (range.first..=range.last).contains(number) {
                is_taken = true;
                let message = format!("`{name}` of `{owner}` takes {number}, which was reserved");
                let mut diagnostic = Diagnostic::error("breaking/reserved", *span, message)
                    .help("it meant something else once: take a number that was never used");
                if let Some(span) = range.span {
                    diagnostic = diagnostic.label(span, "reserved here");
                }
                report.push(diagnostic);
            }
        }
        if !is_taken && !is_covered(range, new) {
            let numbers = written(range);
            let message = format!("`{owner}` no longer reserves {numbers}");
            report.push(
                Diagnostic::error("breaking/reserved", range.span, message).help(
                    "nothing keeps the next one who adds to it from giving them another meaning",
                ),
            );
        }
    }
}

fn is_covered(range: &Reserved, by: &[Reserved]) -> bool {
    let mut ranges: Vec<(i32, i32)> = by.iter().map(|range| (range.first, range.last)).collect();
    ranges.sort_unstable();
    let mut next = range.first;
    for (first, last) in ranges {
        if first <= next && next <= last {
            if last >= range.last {
                return true;
            }
            next = last.saturating_add(1);
        }
    }
    false
}

fn written(range: &Reserved) -> String {
    if range.first == range.last {
        range.first.to_string()
    } else {
        format!("{} to {}", range.first, range.last)
    }
}
