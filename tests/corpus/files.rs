//! Whole files: what either goctl parser takes is taken, what both refuse is refused with a place.

use std::fs;

use zgen::diag::{Format, Report, Severity, render};
use zgen::source::SourceMap;
use zgen::syntax;

use crate::support::{Corpus, check, row};

/// Taken although both goctl parsers refuse them: imports are found below the root's folder too, with a warning.
/// The imported files of that project find each other only from its root.
const TAKEN: &str = "xh-polaris+meowchat-bff/meowchat.api";

#[test]
fn readable_files_are_read() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut read, mut readable, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts().iter().filter(|each| each.is_readable) {
        let text = fs::read_to_string(&verdict.path).unwrap();
        let mut sources = SourceMap::default();
        let file = sources.add(&verdict.path, text.as_str());
        let mut report = Report::default();
        readable += 1;
        if syntax::parse(file, &text, &mut report).is_some() && !report.has_errors() {
            read += 1;
        }
        failures.push(render(&report, &sources, Format::Human { color: false }));
    }
    row("files that a goctl parser reads: read", read, readable);
    assert!(readable > 0 && read == readable, "{}", failures.concat());
}

#[test]
fn accepted_roots_pass() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut passed, mut accepted, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts() {
        if !verdict.is_root || !verdict.is_accepted {
            continue;
        }
        accepted += 1;
        let checked = check(&verdict.path);
        if checked.report.has_errors() {
            failures.push(checked.findings());
        } else {
            passed += 1;
        }
    }
    row(
        "roots that a goctl parser takes in full: no errors",
        passed,
        accepted,
    );
    assert!(accepted > 0 && passed == accepted, "{}", failures.concat());
}

#[test]
fn refused_files_are_refused_with_a_place() {
    let Some(corpus) = Corpus::find() else { return };
    let (mut refused, mut expected, mut failures) = (0, 0, Vec::new());
    for verdict in corpus.verdicts() {
        if verdict.is_accepted || verdict.path.as_str().ends_with(TAKEN) {
            continue;
        }
        expected += 1;
        let checked = check(&verdict.path);
        let mut errors = checked
            .report
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .peekable();
        if errors.peek().is_some() && errors.all(|error| error.primary.is_some()) {
            refused += 1;
        } else {
            failures.push(format!("{}\n{}\n", verdict.path, checked.findings()));
        }
    }
    row(
        "files that both goctl parsers refuse: refused with a place",
        refused,
        expected,
    );
    assert!(expected > 0 && refused == expected, "{}", failures.concat());
}
