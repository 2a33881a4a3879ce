//! Configuration and deployment: what runs where, under which name, on which port.
//!
//! All of it is the user's: printed once from the description, then theirs.

mod addons;
mod chart;
mod compose;
mod config;
mod databases;
mod image;
mod kubernetes;
mod observability;
mod plan;
mod readme;
mod secrets;

use camino::Utf8PathBuf;

pub use self::plan::{Callee, Gateway, Plan, Process, Service};
use crate::emit::Owner;
use crate::model::System;
use crate::project::Options;
use crate::rust::deploy::Body;
use crate::rust::{self, File};

/// Everything below `etc/` and `deploy/`, and `.dockerignore`.
pub fn files(system: &System, options: &Options) -> Vec<File> {
    let plan = Plan::new(system);
    if plan.gateways.is_empty() && plan.services.is_empty() {
        return Vec::new();
    }
    let mut out = Vec::new();
    config::files(&plan, options, &mut out);
    image::files(&plan, &mut out);
    compose::files(&plan, options, &mut out);
    databases::files(&plan, &mut out);
    secrets::files(&plan, &mut out);
    observability::files(&plan, options, &mut out);
    kubernetes::files(&plan, options, &mut out);
    addons::files(&plan, options, &mut out);
    chart::files(&plan, options, &mut out);
    readme::files(&plan, options, &mut out);
    out
}

/// Workloads that `zgen.yaml` has values for and that are not there, with those that are.
pub fn unknown_workloads(system: &System, options: &Options) -> (Vec<String>, Vec<String>) {
    let plan = Plan::new(system);
    let known: Vec<_> = plan
        .processes()
        .map(|process| process.host.clone())
        .collect();
    let named = options.deploy.workloads.keys();
    let unknown = named.filter(|name| !known.contains(name)).cloned();
    (unknown.collect(), known)
}

/// Variables with secrets of tokens, without which gateways do not start.
pub fn secret_variables(plan: &Plan) -> Vec<String> {
    let secrets = plan.gateways.iter().filter_map(secrets::of_gateway);
    secrets.flat_map(|secrets| secrets.variables).collect()
}

fn file(path: impl Into<Utf8PathBuf>, body: Body) -> File {
    File {
        path: path.into(),
        owner: Owner::User,
        body: rust::Body::Deploy(body),
    }
}

fn text(path: impl Into<Utf8PathBuf>, text: String) -> File {
    File {
        path: path.into(),
        owner: Owner::User,
        body: rust::Body::Text(text),
    }
}
