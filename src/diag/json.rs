//! The rendering for programs. The shape is documented in `docs/diagnostics.md`.

use serde::Serialize;

use crate::diag::{Diagnostic, Report};
use crate::source::{SourceMap, Span};

#[derive(Serialize)]
struct Finding<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    labels: Vec<Label<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Label<'a> {
    place: Option<Place>,
    text: &'a str,
}

pub(super) fn render(report: &Report, sources: &SourceMap) -> String {
    let findings: Vec<Finding<'_>> = report
        .iter()
        .map(|diagnostic| finding(diagnostic, sources))
        .collect();
    // Strings and numbers only: serializing them cannot fail.
    let mut out = serde_json::to_string_pretty(&findings).unwrap_or_default();
    out.push('\n');
    out
}

fn finding<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Finding<'a> {
    Finding {
        severity: diagnostic.severity.as_str(),
        code: diagnostic.code,
        message: &diagnostic.message,
        place: diagnostic.primary.and_then(|span| place(span, sources)),
        labels: diagnostic
            .labels
            .iter()
            .map(|(span, text)| Label {
                place: place(*span, sources),
                text,
            })
            .collect(),
        help: diagnostic.help.as_deref(),
    }
}

fn place(span: Span, sources: &SourceMap) -> Option<Place> {
    sources.place(span).map(|place| Place {
        file: place.path.to_string(),
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    })
}
