//! The files at the workspace's root.

use camino::Utf8PathBuf;

use super::deploy::{self, Plan};
use crate::emit::Owner;
use crate::rust::store::Library;
use crate::rust::workspace::{Body, Example, Manifest, Process, Readme};
use crate::rust::{self, File, service};

pub(super) fn files(plan: &Plan<'_>, example: Option<Example>, others: &[File]) -> Vec<File> {
    let mut crates: Vec<_> = others
        .iter()
        .filter_map(|file| {
            file.path
                .as_str()
                .strip_prefix("crates/")?
                .strip_suffix("/Cargo.toml")
        })
        .filter(|name| *name != "zgen-rt")
        .map(str::to_owned)
        .collect();
    crates.sort();
    let has_tables = plan
        .services
        .iter()
        .any(|service| !service.model.tables.is_empty())
        || others.iter().any(|file| library(file).is_some());
    let manifest = Manifest {
        has_gateways: !plan.gateways.is_empty(),
        has_protos: crates.iter().any(|name| name.ends_with("-proto")),
        has_services: !plan.services.is_empty(),
        uses_prost_types: others.iter().any(uses_prost_types),
        has_tables,
        has_times: (plan.services.iter())
            .any(|service| super::service::Columns::of(service.model).times)
            || (others.iter().filter_map(library)).any(|library| library.has_times),
        has_trace_test: others
            .iter()
            .any(|file| file.path.ends_with("tests/trace.rs")),
        crates,
    };
    let readme = Readme {
        title: title(plan),
        processes: processes(plan),
        first_route: example,
        has_tables,
        secrets: deploy::secret_variables(plan),
        stores: (others.iter().filter_map(library))
            .map(|library| (library.crate_name.clone(), library.source.clone()))
            .collect(),
    };
    let user = |path: &str, body: Body| File {
        path: Utf8PathBuf::from(path),
        owner: Owner::User,
        body: rust::Body::Workspace(body),
    };
    vec![
        user("Cargo.toml", Body::Manifest(manifest)),
        user("README.md", Body::Readme(readme)),
        user(".gitignore", Body::Gitignore),
        user("rustfmt.toml", Body::Rustfmt),
    ]
}

fn uses_prost_types(file: &File) -> bool {
    matches!(&file.body, rust::Body::Workspace(Body::ProtoManifest(v)) if v.uses_prost_types)
}

/// The crate of a store that belongs to no service.
fn library(file: &File) -> Option<&Library> {
    match &file.body {
        rust::Body::Service(service::Body::LibraryManifest(library)) => Some(library),
        _ => None,
    }
}

/// After the first gateway, else the first service.
fn title(plan: &Plan<'_>) -> String {
    let gateway = plan
        .gateways
        .first()
        .map(|gateway| gateway.process.name.as_str());
    let service = plan
        .services
        .first()
        .map(|service| service.model.name.as_str());
    let name = gateway.or(service).unwrap_or("workspace");
    name.strip_suffix("-api").unwrap_or(name).to_owned()
}

fn processes(plan: &Plan<'_>) -> Vec<Process> {
    let gateways = plan
        .gateways
        .iter()
        .map(|gateway| (&gateway.process, &gateway.model.file, true));
    let services = plan
        .services
        .iter()
        .map(|service| (&service.process, &service.model.file, false));
    // What is called comes up first.
    services
        .chain(gateways)
        .map(|(process, source, is_gateway)| Process {
            crate_name: process.crate_name.clone(),
            config: process.config.clone(),
            source: source.clone(),
            port: process.port,
            is_gateway,
        })
        .collect()
}
