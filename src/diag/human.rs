//! The rendering for people: source line, carets, labels, help.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diag::{Diagnostic, Report, Severity};
use crate::source::{FileId, SourceMap, Span};

pub(super) fn render(report: &Report, sources: &SourceMap, color: bool) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in report.iter() {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&renderer.render(&[group(diagnostic, sources)]));
        out.push('\n');
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let mut group = Group::with_title(title);
    for file in files(diagnostic) {
        let Some(source) = sources.get(file) else {
            continue;
        };
        group = group.element(
            Snippet::source(source.text.as_str())
                .path(source.path.as_str())
                .annotations(annotations(diagnostic, file, &source.text)),
        );
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}

/// The file of the primary place, then those of the labels.
fn files(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = Vec::new();
    let labels = diagnostic.labels.iter().map(|(span, _)| *span);
    for span in diagnostic.primary.into_iter().chain(labels) {
        if !files.contains(&span.file) {
            files.push(span.file);
        }
    }
    files
}

fn annotations<'a>(diagnostic: &'a Diagnostic, file: FileId, text: &str) -> Vec<Annotation<'a>> {
    let mut out = Vec::new();
    if let Some(primary) = diagnostic.primary.filter(|span| span.file == file) {
        let beside = diagnostic
            .labels
            .iter()
            .find(|(span, _)| *span == primary)
            .map(|(_, text)| text.as_str());
        let kind = AnnotationKind::Primary.span(range(primary, text));
        out.push(match beside {
            Some(label) => kind.label(label),
            None => kind,
        });
    }
    for (span, label) in &diagnostic.labels {
        if span.file == file && Some(*span) != diagnostic.primary {
            out.push(
                AnnotationKind::Context
                    .span(range(*span, text))
                    .label(label.as_str()),
            );
        }
    }
    out
}

/// Clamped to the text and to its first line: a caret under one line says more than a box around twenty.
fn range(span: Span, text: &str) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary((span.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((span.end as usize).clamp(start, text.len()));
    let line = text[start..end].lines().next().map_or(0, str::len);
    start..start + line
}
