//! Findings about the descriptions, on the standard error.

use super::Console;
use crate::diag::{self, Format, Report};
use crate::source::SourceMap;

pub(super) fn show(
    console: &mut Console,
    report: &Report,
    sources: &SourceMap,
) -> std::io::Result<()> {
    let format = Format::Human {
        color: console.err_color,
    };
    // A report without findings has nothing to say, not even a heading.
    if report.iter().next().is_none() {
        return Ok(());
    }
    let text = diag::render(report, sources, format);
    console.err.write_all(text.as_bytes())
}
