//! Container images: one Dockerfile per process, built from the workspace's root.

use crate::lower::deploy::{Plan, Process, file};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Body, Dockerfile};

/// Above 10000, so that it meets no user of the host.
pub(super) const UID: u32 = 10001;

/// The image with the tag that manifests start with; overlays replace it.
pub(super) fn tagged(process: &Process, options: &Options) -> String {
    format!("{}:{}", image(process, options), options.deploy.tag)
}

/// The tag as YAML takes it for a text.
pub(super) fn tag(options: &Options) -> String {
    let tag = options.deploy.tag.as_str();
    let is_number = tag.parse::<f64>().is_ok();
    if is_number {
        format!("\"{tag}\"")
    } else {
        tag.to_owned()
    }
}

pub(super) fn files(plan: &Plan, out: &mut Vec<File>) {
    out.push(file(".dockerignore", Body::Dockerignore));
    for process in plan.processes() {
        let name = dockerfile(process);
        let path = format!("deploy/{name}");
        // BuildKit prefers the one beside the Dockerfile, whatever the context is.
        out.push(file(format!("{path}.dockerignore"), Body::Dockerignore));
        let view = Dockerfile {
            name: process.crate_name.clone(),
            title: process.host.clone(),
            config: process.config.clone(),
            dockerfile: name,
            port: process.port,
            dev_port: process.dev_port,
            uid: UID,
        };
        out.push(file(path, Body::Dockerfile(view)));
    }
}

pub(super) fn dockerfile(process: &Process) -> String {
    format!("Dockerfile.{}", process.host)
}

/// The image without its tag.
pub(super) fn image(process: &Process, options: &Options) -> String {
    match options.registry.trim_end_matches('/') {
        "" => process.host.clone(),
        registry => format!("{registry}/{}", process.host),
    }
}
