//! Findings as values with a place. Collected in a [`Report`]; rendered only by `diag::render`.

use crate::source::{SourceMap, Span};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable, such as `api/duplicate-route`; documented in `docs/diagnostics.md`.
    pub code: &'static str,
    pub message: String,
    /// `None` for a finding about a whole run, such as a file that cannot be read.
    pub primary: Option<Span>,
    pub labels: Vec<(Span, String)>,
    /// How to mend it; an edit where possible.
    pub help: Option<String>,
}

/// Collects; never prints, never exits.
#[derive(Debug, Default)]
pub struct Report(Vec<Diagnostic>);

impl Report {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Human { color: bool },
    Short,
    Json,
    Github,
}

/// (Stand-in.)
pub fn render(report: &Report, _: &SourceMap, format: Format) -> String {
    if format == Format::Json {
        return "[]\n".to_owned();
    }
    report
        .iter()
        .map(|finding| format!("{}: {}\n", finding.code, finding.message))
        .collect()
}
