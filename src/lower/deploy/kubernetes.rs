//! Kustomize base and overlays.

use std::collections::BTreeSet;

use crate::lower::deploy::addons;
use crate::lower::deploy::config::headless;
use crate::lower::deploy::image::{UID, image, tag, tagged};
use crate::lower::deploy::{Gateway, Plan, Process, Service, file, secrets};
use crate::project::{self, Address, Options, Quantity};
use crate::rust::File;
use crate::rust::deploy::{
    Body, Database, Egress, Kustomization, KustomizedWorkload, Namespace, NetworkPolicy, Overlay,
    Peer, Probe, Replicas, Resources, Scalar, Workload,
};

const BASE: &str = "deploy/k8s/base";

/// What a way out to an etcd is for.
pub(super) const ETCD: &str = "etcd";

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let mut workloads = Vec::new();
    for (described, process) in described(plan, options).into_iter().zip(plan.processes()) {
        workloads.push(manifests(described, process, out));
    }
    let namespace = Scalar(options.namespace.clone());
    let name = namespace.clone();
    out.push(base("namespace.yaml", Body::Namespace(Namespace { name })));
    out.push(base("network-policy.yaml", Body::CommonPolicy));
    let kustomization = Kustomization {
        namespace,
        workloads,
    };
    out.push(base(
        "kustomization.yaml",
        Body::Kustomization(kustomization),
    ));
    for (name, overlay) in overlays(plan, options) {
        let path = format!("deploy/k8s/overlays/{name}/kustomization.yaml");
        out.push(file(path, Body::Overlay(overlay)));
    }
}

/// A workload and the network rules about it.
pub(super) struct Described {
    pub(super) workload: Workload,
    pub(super) policy: NetworkPolicy,
}

/// In the order of [`Plan::processes`].
pub(super) fn described(plan: &Plan, options: &Options) -> Vec<Described> {
    let gateways = (plan.gateways.iter()).map(|it| Described {
        workload: gateway(it, options),
        policy: gateway_policy(plan, it, options),
    });
    let services = (plan.services.iter()).map(|it| Described {
        workload: service(it, options),
        policy: service_policy(plan, it, options),
    });
    gateways.chain(services).collect()
}

fn base(path: &str, body: Body) -> File {
    file(format!("{BASE}/{path}"), body)
}

/// The folder of one workload, and its entry in the kustomization.
fn manifests(
    Described { workload, policy }: Described,
    process: &Process,
    out: &mut Vec<File>,
) -> KustomizedWorkload {
    let folder = workload.name.0.clone();
    let name = workload.name.clone();
    let config_map = workload.config_map.clone();
    let bodies = [
        ("deployment.yaml", Body::Deployment(workload.clone())),
        ("hpa.yaml", Body::Autoscaler(workload.clone())),
        ("network-policy.yaml", Body::NetworkPolicy(policy)),
        ("pdb.yaml", Body::DisruptionBudget(workload.clone())),
        (
            "service-account.yaml",
            Body::ServiceAccount(workload.clone()),
        ),
        ("service.yaml", Body::Service(workload)),
    ];
    let mut manifests = Vec::new();
    for (manifest, body) in bodies {
        manifests.push(format!("{folder}/{manifest}"));
        out.push(base(&format!("{folder}/{manifest}"), body));
    }
    KustomizedWorkload {
        name,
        config_map,
        config: Scalar(process.config.clone()),
        manifests,
    }
}

fn gateway(gateway: &Gateway, options: &Options) -> Workload {
    Workload {
        secrets: secrets::of_gateway(gateway),
        signature_key: secrets::signature_key(gateway),
        ..workload(&gateway.process, options, "gateway", Probe::Http)
    }
}

fn service(service: &Service, options: &Options) -> Workload {
    let host = &service.process.host;
    let name = (service.model.services.first()).map(|service| service.full_name.clone());
    let probe = Probe::Grpc {
        service: Scalar(name.unwrap_or_default()),
    };
    Workload {
        secrets: secrets::of_service(service),
        migrates: service.database.is_some() && options.deploy.migrate == project::Migrate::Init,
        headless: Some(Scalar(headless(host))),
        ..workload(&service.process, options, "service", probe)
    }
}

fn workload(process: &Process, options: &Options, component: &str, probe: Probe) -> Workload {
    let deploy = &options.deploy;
    Workload {
        replicas: replicas(deploy.replicas(&process.host)),
        memory_target: deploy.memory_target.map(|percent| percent.0),
        resources: resources(deploy.resources(&process.host)),
        name: Scalar(process.host.clone()),
        component: component.to_owned(),
        image: Scalar(tagged(process, options)),
        service_name: Scalar(process.crate_name.clone()),
        namespace: options.namespace.clone(),
        config_map: Scalar(format!("{}-config", process.host)),
        config: process.config.clone(),
        uid: UID,
        port: process.port,
        dev_port: process.dev_port,
        probe,
        secrets: None,
        signature_key: None,
        migrates: false,
        headless: None,
    }
}

fn replicas(value: project::Replicas) -> Replicas {
    Replicas {
        min: value.min,
        max: value.max,
    }
}

fn resources(value: &project::Resources) -> Resources {
    // `1` alone is a number in YAML, and a quantity is a text.
    let quantity = |value: &Quantity| match value.as_str() {
        number if number.parse::<f64>().is_ok() => format!("\"{number}\""),
        text => text.to_owned(),
    };
    Resources {
        cpu: quantity(&value.cpu),
        cpu_limit: quantity(&value.cpu_limit),
        memory: quantity(&value.memory),
    }
}

fn gateway_policy(plan: &Plan, gateway: &Gateway, options: &Options) -> NetworkPolicy {
    let callees = (plan.callees.iter()).map(|callee| Egress {
        reason: callee.etcd_key.clone(),
        // Where a service of another workspace runs is not known here.
        workload: callee.local.then(|| Scalar(callee.host.clone())),
        port: callee.port,
    });
    let etcd = if plan.callees.is_empty() {
        Vec::new()
    } else {
        etcd(options)
    };
    policy(
        &gateway.process,
        Peer::Cluster,
        callees.chain(etcd).collect(),
    )
}

fn etcd(options: &Options) -> Vec<Egress> {
    let ports = options.deploy.etcd.iter().filter_map(Address::port);
    let ports: BTreeSet<u16> = ports.collect();
    ports.into_iter().map(|port| anywhere(ETCD, port)).collect()
}

/// To an address that is not known here.
fn anywhere(reason: &str, port: u16) -> Egress {
    Egress {
        reason: reason.to_owned(),
        workload: None,
        port,
    }
}

fn service_policy(plan: &Plan, service: &Service, options: &Options) -> NetworkPolicy {
    let callers = (plan.gateways.iter())
        .map(|gateway| Scalar(gateway.process.host.clone()))
        .collect();
    let mut to = match &service.database {
        Some(Database { server, .. }) => {
            vec![anywhere(server.label, server.port), anywhere("Redis", 6379)]
        }
        None => Vec::new(),
    };
    to.extend(etcd(options));
    policy(&service.process, Peer::Workloads(callers), to)
}

fn policy(process: &Process, from: Peer, to: Vec<Egress>) -> NetworkPolicy {
    NetworkPolicy {
        name: Scalar(process.host.clone()),
        port: process.port,
        dev_port: process.dev_port,
        from,
        to,
    }
}

fn overlays(plan: &Plan, options: &Options) -> [(&'static str, Overlay); 2] {
    let base_namespace = Scalar(options.namespace.clone());
    let images: Vec<_> = (plan.processes())
        .map(|process| Scalar(image(process, options)))
        .collect();
    let dev = Overlay {
        comment: "One pod each, every trace kept.".to_owned(),
        namespace: Scalar(format!("{}-dev", options.namespace)),
        base_namespace: base_namespace.clone(),
        environment: "development".to_owned(),
        sampler: "1.0".to_owned(),
        replicas: Some(Replicas { min: 1, max: 2 }),
        images: images.clone(),
        tag: tag(options),
        components: Vec::new(),
    };
    let prod = Overlay {
        comment: "As many pods as the base says, one trace in ten kept.".to_owned(),
        namespace: base_namespace.clone(),
        base_namespace,
        environment: "production".to_owned(),
        sampler: "0.1".to_owned(),
        replicas: None,
        images,
        tag: tag(options),
        components: addons::names(plan, options),
    };
    [("dev", dev), ("prod", prod)]
}
