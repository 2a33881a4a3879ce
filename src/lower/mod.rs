//! From the model to the files to print: every name chosen, every shape decided. Total: nobody can be at fault here.

mod arms;
mod bytes;
pub mod deploy;
mod fake;
mod gateway;
mod imports;
mod layout;
mod names;
mod proto;
mod runtime;
mod scope;
mod service;
mod spans;
mod types;
mod workspace;

use crate::model::System;
use crate::project::Options;
use crate::proto::Code;
use crate::rust::Workspace;

use self::deploy::Plan;
pub use self::service::Place;

/// Where the stores of services are, and those without one.
pub fn stores(system: &System) -> (Vec<Place>, Vec<Place>) {
    let plan = Plan::new(system);
    let services = plan.services.iter();
    let services = services.filter(|service| !service.model.tables.is_empty());
    (
        services.map(service::place).collect(),
        system.stores.iter().map(service::library_place).collect(),
    )
}

/// Everything to print for a system.
pub fn workspace(system: &System, code: &[(String, Code)], options: &Options) -> Workspace {
    let plan = Plan::new(system);
    let (mut files, mut example) = (Vec::new(), None);
    for process in 0..plan.gateways.len() {
        let (more, first_route) = gateway::files(process, system, &plan, options);
        files.extend(more);
        example = example.or(first_route);
    }
    for process in 0..plan.services.len() {
        files.extend(service::files(process, &plan));
    }
    for store in &system.stores {
        files.extend(service::library(store));
    }
    for rpc in &system.rpcs {
        if let Some((_, code)) = code.iter().find(|(name, _)| *name == rpc.name) {
            files.extend(proto::files(rpc, code));
        }
    }
    files.extend(runtime::files());
    files.extend(deploy::files(system, options));
    files.extend(workspace::files(&plan, example, &files));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Workspace { files }
}
