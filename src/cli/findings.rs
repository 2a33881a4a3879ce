//! Findings about the descriptions: on the standard error for people, among the results for programs.

use clap::ValueEnum;

use super::Console;
use crate::diag::{self, Report};
use crate::source::SourceMap;

/// How findings and differences are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the source line and a caret
    #[default]
    Human,
    /// A line each
    Short,
    /// One JSON document
    Json,
    /// Workflow commands of GitHub Actions
    Github,
}

/// For people.
pub(super) fn show(
    console: &mut Console,
    report: &Report,
    sources: &SourceMap,
) -> std::io::Result<()> {
    // A report without findings has nothing to say, not even a heading.
    if report.iter().next().is_none() {
        return Ok(());
    }
    let color = console.err_color;
    let text = diag::render(report, sources, diag::Format::Human { color });
    console.err.write_all(text.as_bytes())
}

/// In one of the formats.
pub(super) fn print(
    format: Format,
    console: &mut Console,
    report: &Report,
    sources: &SourceMap,
) -> std::io::Result<()> {
    let format = match format {
        Format::Human => return show(console, report, sources),
        Format::Short => diag::Format::Short,
        Format::Json => diag::Format::Json,
        Format::Github => diag::Format::Github,
    };
    console.print(&diag::render(report, sources, format))
}
