//! Workflow commands: `::error file=..,line=..::message`.

use std::fmt::Write as _;

use crate::diag::Report;
use crate::source::SourceMap;

pub(super) fn render(report: &Report, sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in report.iter() {
        let mut properties = Vec::new();
        if let Some(place) = diagnostic.primary.and_then(|span| sources.place(span)) {
            properties.push(format!("file={}", property(place.path.as_str())));
            properties.push(format!("line={},endLine={}", place.line, place.end_line));
            // Columns are refused for a range of several lines.
            if place.line == place.end_line {
                properties.push(format!(
                    "col={},endColumn={}",
                    place.column, place.end_column
                ));
            }
        }
        properties.push(format!("title={}", property(diagnostic.code)));
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push('\n');
            message.push_str(help);
        }
        // Writing into a `String` cannot fail.
        let _ = writeln!(
            out,
            "::{} {}::{}",
            diagnostic.severity.as_str(),
            properties.join(","),
            data(&message)
        );
    }
    out
}

/// The annotation of one line of a file, for what is no [`Diagnostic`](super::Diagnostic).
pub fn annotation(file: &str, line: usize, title: &str, message: &str) -> String {
    format!(
        "::error file={},line={line},title={}::{}\n",
        property(file),
        property(title),
        data(message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
