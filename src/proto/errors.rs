//! protox's errors as findings with a place.

use indexmap::IndexMap;
use miette::Diagnostic as Labelled;

use crate::diag::{Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span};

pub(super) fn push(
    error: &protox::Error,
    files: &IndexMap<String, FileId>,
    sources: &SourceMap,
    report: &mut Report,
) {
    let file = error.file().and_then(|name| files.get(name)).copied();
    let code = if error.is_file_not_found() {
        "proto/missing-import"
    } else if error.is_parse() {
        "proto/syntax"
    } else {
        "proto/invalid"
    };
    report.push(finding(code, error, file, sources));
    for other in error.related().into_iter().flatten() {
        report.push(finding(code, other, file, sources));
    }
}

fn finding(
    code: &'static str,
    error: &dyn Labelled,
    file: Option<FileId>,
    sources: &SourceMap,
) -> Diagnostic {
    let spans: Vec<(Span, Option<String>)> = match file {
        Some(file) => error
            .labels()
            .into_iter()
            .flatten()
            .map(|label| {
                let span = Span::new(file, label.offset(), label.offset() + label.len());
                (span, label.label().map(str::to_owned))
            })
            .collect(),
        None => Vec::new(),
    };
    // The last label is the one that is wrong; those before it are what it collides with.
    let primary = spans.last().map(|(span, _)| *span).or_else(|| {
        let file = file?;
        let end = sources.get(file)?.text.trim_end().len();
        Some(Span::new(file, end, end))
    });
    let mut diagnostic = Diagnostic::error(code, primary, error.to_string().replace('\'', "`"));
    for (span, text) in spans {
        if let Some(text) = text {
            diagnostic = diagnostic.label(span, text);
        }
    }
    let help = error.help().map(|help| help.to_string().replace('\'', "`"));
    if code == "proto/missing-import" {
        diagnostic = diagnostic
            .help("imports are found beside the root file and in the folders given with `-I`");
    }
    diagnostic.maybe_help(help)
}
