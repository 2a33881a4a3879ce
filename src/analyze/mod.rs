//! From descriptions to the model: reads, resolves, checks. The last pass in which the user can be at fault.

mod fields;
mod gateway;
mod load;
mod options;
mod paths;
mod routes;
mod server;
mod structs;
mod types;
mod usage;

use crate::diag::Report;
use crate::model::System;
use crate::project::Inputs;
use crate::source::{Loader, SourceMap};

use self::load::Sources;

/// What the descriptions mean.
#[derive(Debug, Default)]
pub struct Output {
    pub system: System,
}

/// Reads and checks everything that `inputs` names. The result is only fit for generation if the report has no errors.
pub fn run(
    inputs: &Inputs,
    loader: &dyn Loader,
    map: &mut SourceMap,
    report: &mut Report,
) -> Output {
    let mut sources = Sources {
        loader,
        map,
        report,
    };
    let mut output = Output::default();
    for api in &inputs.api {
        let gateway = gateway::gateway(&api.file, &mut sources);
        output.system.gateways.extend(gateway);
    }
    output
}
