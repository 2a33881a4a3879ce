//! From descriptions to the model: reads, resolves, checks. The last pass in which the user can be at fault.

mod fields;
mod gateway;
mod limits;
mod link;
mod load;
mod names;
mod options;
mod paths;
mod routes;
mod rpc;
mod rpc_table;
mod rules;
mod server;
mod structs;
mod types;
mod usage;

use crate::diag::{Diagnostic, Report};
use crate::model::{Gateway, System};
use crate::project::Inputs;
use crate::proto::Stub;
use crate::source::{Loader, SourceMap};

pub use self::limits::limits;
use self::load::Sources;

/// What the descriptions mean.
#[derive(Debug, Default)]
pub struct Output {
    pub system: System,
    /// Message and service code of each [`crate::model::Rpc`], by its name.
    pub stubs: Vec<(String, Vec<Stub>)>,
}

/// Reads and checks everything that `inputs` names. The result is only fit for generation if the report has no errors.
pub fn run(
    inputs: &Inputs,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Output {
    let mut sources = Sources {
        loader,
        map: sources,
        report,
    };
    let mut gateways: Vec<Gateway> = Vec::new();
    for api in &inputs.api {
        let Some(gateway) = gateway::gateway(&api.file, &mut sources) else {
            continue;
        };
        if gateways.iter().any(|other| other.name == gateway.name) {
            let message = format!(
                "two .api files describe a service called `{}`",
                gateway.name
            );
            sources.report.push(
                Diagnostic::error("api/duplicate-gateway", None, message)
                    .help("rename one of them, or import one file from the other"),
            );
            continue;
        }
        gateways.push(gateway);
    }
    gateways.sort_by(|a, b| a.name.cmp(&b.name));
    let mut output = Output::default();
    for described in rpc::rpcs(inputs, &mut sources) {
        output
            .stubs
            .push((described.rpc.name.clone(), described.stubs));
        output.system.rpcs.push(described.rpc);
    }
    for gateway in &mut gateways {
        link::link(gateway, &output.system.rpcs, sources.report);
    }
    output.system.gateways = gateways;
    sources.report.sort();
    output
}
