//! One text as the only file there is.

use std::io;

use camino::Utf8Path;
use zgen::analyze;
use zgen::diag::{Format, Report, render};
use zgen::inspect;
use zgen::project::Inputs;
use zgen::source::{Loader, SourceMap};

struct Only<'a>(&'a str);

impl Loader for Only<'_> {
    fn read(&self, path: &Utf8Path) -> io::Result<String> {
        // It may import itself.
        if path == "a.api" {
            return Ok(self.0.to_owned());
        }
        Err(io::ErrorKind::NotFound.into())
    }
}

/// Reads, checks and shows a text in every way there is. The model as JSON, and the findings.
pub fn read(text: &str) -> (String, String) {
    let inputs = Inputs::of_api("a.api");
    let mut sources = SourceMap::default();
    let mut report = Report::default();
    let output = analyze::run(&inputs, &Only(text), &mut sources, &mut report);
    let mut findings = String::new();
    for format in [
        Format::Human { color: false },
        Format::Short,
        Format::Github,
        Format::Json,
    ] {
        findings = render(&report, &sources, format);
    }
    (inspect::json(&output.system, &sources), findings)
}
