//! (Stand-in.)

use crate::diag::{Diagnostic, Report, Severity};
use crate::model::System;
use crate::project::Inputs;
use crate::proto::Stub;
use crate::source::{Loader, SourceMap};

#[derive(Debug, Default)]
pub struct Output {
    pub system: System,
    pub stubs: Vec<(String, Vec<Stub>)>,
}

pub fn run(
    inputs: &Inputs,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Output {
    let apis = inputs.api.iter().map(|input| &input.file);
    for file in apis.chain(inputs.rpc.iter().map(|input| &input.file)) {
        match loader.read(file) {
            Ok(text) => {
                sources.add(file.clone(), text);
            }
            Err(cause) => report.push(Diagnostic {
                severity: Severity::Error,
                code: "io/read",
                message: format!("{file}: {cause}"),
                primary: None,
                labels: Vec::new(),
                help: None,
            }),
        }
    }
    Output::default()
}
