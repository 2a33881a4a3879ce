//! From descriptions to the model: reads, resolves, checks. The last pass in which the user can be at fault.

mod fields;
mod gateway;
mod link;
mod load;
mod names;
mod options;
mod paths;
mod routes;
mod rpc;
mod rules;
mod server;
mod stores;
mod structs;
mod tables;
mod types;
mod usage;

use crate::diag::{Diagnostic, Report};
use crate::model::{Gateway, System};
use crate::project::Inputs;
use crate::proto::Code;
use crate::source::{Loader, SourceMap};

use self::load::{Loaded, Sources};

/// What the descriptions mean.
#[derive(Debug, Default)]
pub struct Output {
    pub system: System,
    /// Message and service code of each [`crate::model::Rpc`], by its name.
    pub code: Vec<(String, Code)>,
}

/// Reads and checks everything that `inputs` names, as one workspace. The result is only fit for generation if the
/// report has no errors.
pub fn run(
    inputs: &Inputs,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Output {
    let mut sources = Sources::new(loader, sources, report);
    let mut gateways: Vec<Gateway> = Vec::new();
    for api in &inputs.api {
        let root = load::load(&api.file, &mut sources);
        let Some(mut gateway) = gateway::gateway(&root, Purpose::Generate, sources.report) else {
            continue;
        };
        link::apply(&mut gateway, &api.calls, sources.report);
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
    finish(gateways, inputs, Purpose::Generate, sources)
}

/// Reads and checks what may belong to many workspaces, such as a folder of descriptions. Files that others of them
/// import are checked with those, where their types and routes have a meaning; services may have one name.
pub fn check(
    inputs: &Inputs,
    loader: &dyn Loader,
    sources: &mut SourceMap,
    report: &mut Report,
) -> Output {
    let mut sources = Sources::new(loader, sources, report);
    let all: Vec<Loaded> = inputs
        .api
        .iter()
        .map(|api| load::load(&api.file, &mut sources))
        .collect();
    let roots = load::roots(&all);
    let gateways = roots
        .filter_map(|root| gateway::gateway(root, Purpose::Check, sources.report))
        .collect();
    finish(gateways, inputs, Purpose::Check, sources)
}

/// What a root is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// There must be something to generate.
    Generate,
    /// A file without services is fine: another may import it.
    Check,
}

fn finish(
    mut gateways: Vec<Gateway>,
    inputs: &Inputs,
    purpose: Purpose,
    mut sources: Sources<'_>,
) -> Output {
    gateways.sort_by(|a, b| a.name.cmp(&b.name));
    let mut output = Output::default();
    for described in rpc::rpcs(inputs, purpose, &mut sources) {
        output
            .code
            .push((described.rpc.name.clone(), described.code));
        output.system.rpcs.push(described.rpc);
    }
    for gateway in &mut gateways {
        link::link(gateway, &output.system.rpcs, sources.report);
    }
    output.system.stores = stores::stores(inputs, &gateways, &mut sources);
    output.system.gateways = gateways;
    sources.report.sort();
    output
}
