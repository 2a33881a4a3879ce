//! Findings as values with a place. Collected in a [`Report`]; turned into text only by [`render`].

mod github;
mod human;
mod json;
mod render;
mod suggest;

pub use self::github::annotation;
pub use self::render::{Format, render};
pub use self::suggest::{did_you_mean, nearest};

use crate::source::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Diagnostic {
    /// What stops generation. A place, or `None` where there is none to show.
    pub fn error(
        code: &'static str,
        primary: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Error, code, primary.into(), message.into())
    }

    /// What still has a meaning, but perhaps not the intended one.
    pub fn warning(
        code: &'static str,
        primary: impl Into<Option<Span>>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(Severity::Warning, code, primary.into(), message.into())
    }

    fn new(severity: Severity, code: &'static str, primary: Option<Span>, message: String) -> Self {
        Self {
            severity,
            code,
            message,
            primary,
            labels: Vec::new(),
            help: None,
        }
    }

    /// Another place that matters. A label on the primary span is printed beside its caret.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push((span, text.into()));
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// [`Self::help`], if there is any to give.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }
}

/// Collects; never prints, never exits.
#[derive(Debug, Default)]
pub struct Report(Vec<Diagnostic>);

impl Report {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another report.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Puts findings in the order of their places (those without one first) and drops exact repetitions, which
    /// arise when one file is reached from several roots.
    pub fn sort(&mut self) {
        self.0.sort_by_key(|diagnostic| {
            diagnostic
                .primary
                .map(|span| (span.file, span.start, span.end))
        });
        self.0.dedup();
    }
}
