//! One entrance for every way of writing a report down.

use std::fmt::Write as _;

use crate::diag::{Report, github, human, json};
use crate::source::SourceMap;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the source line, carets, labels and help.
    Human { color: bool },
    /// `path:line:col: severity[code]: message`, one line each.
    Short,
    /// One JSON array; see `docs/diagnostics.md`.
    Json,
    /// Workflow commands, which GitHub shows as annotations on the changed lines.
    Github,
}

/// The whole report as text, each finding ended by a newline; empty for an empty report (but `[]` in JSON).
pub fn render(report: &Report, sources: &SourceMap, format: Format) -> String {
    match format {
        Format::Human { color } => human::render(report, sources, color),
        Format::Short => short(report, sources),
        Format::Json => json::render(report, sources),
        Format::Github => github::render(report, sources),
    }
}

fn short(report: &Report, sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in report.iter() {
        // Writing into a `String` cannot fail.
        if let Some(place) = diagnostic.primary.and_then(|span| sources.place(span)) {
            let _ = write!(out, "{}:{}:{}: ", place.path, place.line, place.column);
        }
        let _ = writeln!(
            out,
            "{}[{}]: {}",
            diagnostic.severity.as_str(),
            diagnostic.code,
            diagnostic.message
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Format, render};
    use crate::diag::{Diagnostic, Report};
    use crate::source::{SourceMap, Span};

    /// Columns count characters, so that what an editor shows is where the caret is.
    #[test]
    fn places_are_right_after_tabs_and_wide_characters() {
        for (text, needle, line, column) in [
            ("abc", "b", 1, 2),
            ("\tabc", "abc", 1, 2),
            ("订单 x", "x", 1, 4),
            ("a\r\nb x", "x", 2, 3),
            ("one\ntwo\n", "two", 2, 1),
        ] {
            let mut sources = SourceMap::default();
            let file = sources.add("a.api", text);
            let start = text.find(needle).unwrap_or_default();
            let span = Span::new(file, start, start + needle.len());
            let mut report = Report::default();
            report.push(
                Diagnostic::error("api/syntax", span, "wrong")
                    .label(span, "here")
                    .help("mend it"),
            );
            let place = format!("a.api:{line}:{column}");
            let short = render(&report, &sources, Format::Short);
            assert_eq!(short, format!("{place}: error[api/syntax]: wrong\n"));
            let human = render(&report, &sources, Format::Human { color: false });
            assert!(human.contains(&format!("--> {place}\n")), "{human}");
            assert!(human.contains("^ here"), "{human}");
            assert!(human.contains("help: mend it"), "{human}");
            let github = render(&report, &sources, Format::Github);
            assert_eq!(
                github,
                format!(
                    "::error file=a.api,line={line},endLine={line},col={column},endColumn={},title=api/syntax::wrong%0Amend it\n",
                    column + needle.len()
                )
            );
        }
    }

    #[test]
    fn a_finding_without_a_place_is_still_shown() {
        let mut report = Report::default();
        report.push(Diagnostic::error("input/unreadable", None, "no such file"));
        let sources = SourceMap::default();
        for (format, expected) in [
            (
                Format::Human { color: false },
                "error[input/unreadable]: no such file\n",
            ),
            (Format::Short, "error[input/unreadable]: no such file\n"),
            (
                Format::Github,
                "::error title=input/unreadable::no such file\n",
            ),
        ] {
            assert_eq!(render(&report, &sources, format), expected);
        }
    }

    #[test]
    fn colour_is_only_there_when_asked_for() {
        let mut report = Report::default();
        report.push(Diagnostic::warning("api/x", None, "careful"));
        let sources = SourceMap::default();
        for color in [false, true] {
            let text = render(&report, &sources, Format::Human { color });
            assert_eq!(text.contains('\u{1b}'), color);
        }
    }
}
