//! Kustomize base and overlays.

use crate::lower::deploy::config::headless;
use crate::lower::deploy::image::{TAG, UID, image};
use crate::lower::deploy::{Gateway, Plan, Process, Service, file, secrets};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{
    Body, Egress, Kustomization, KustomizedWorkload, Namespace, NetworkPolicy, Overlay, Peer,
    Probe, Scalar, Workload,
};

const BASE: &str = "deploy/k8s/base";

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let mut workloads = Vec::new();
    let gateways =
        (plan.gateways.iter()).map(|it| (gateway(it, options), gateway_policy(plan, it)));
    let services =
        (plan.services.iter()).map(|it| (service(it, options), service_policy(plan, it)));
    for ((workload, policy), process) in gateways.chain(services).zip(plan.processes()) {
        workloads.push(manifests(workload, policy, process, out));
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

fn base(path: &str, body: Body) -> File {
    file(format!("{BASE}/{path}"), body)
}

/// The folder of one workload, and its entry in the kustomization.
fn manifests(
    workload: Workload,
    policy: NetworkPolicy,
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
        headless: Some(Scalar(headless(host))),
        ..workload(&service.process, options, "service", probe)
    }
}

fn workload(process: &Process, options: &Options, component: &str, probe: Probe) -> Workload {
    Workload {
        name: Scalar(process.host.clone()),
        component: component.to_owned(),
        image: Scalar(format!("{}:{TAG}", image(process, options))),
        service_name: Scalar(process.crate_name.clone()),
        namespace: options.namespace.clone(),
        config_map: Scalar(format!("{}-config", process.host)),
        config: process.config.clone(),
        uid: UID,
        port: process.port,
        dev_port: process.dev_port,
        probe,
        secrets: None,
        headless: None,
    }
}

fn gateway_policy(plan: &Plan, gateway: &Gateway) -> NetworkPolicy {
    let to = (plan.callees.iter())
        .map(|callee| Egress {
            reason: callee.etcd_key.clone(),
            // Where a service of another workspace runs is not known here.
            workload: callee.local.then(|| Scalar(callee.host.clone())),
            port: callee.port,
        })
        .collect();
    policy(&gateway.process, Peer::Cluster, to)
}

fn service_policy(plan: &Plan, service: &Service) -> NetworkPolicy {
    let callers = (plan.gateways.iter())
        .map(|gateway| Scalar(gateway.process.host.clone()))
        .collect();
    let store = |reason: &str, port| Egress {
        reason: reason.to_owned(),
        workload: None,
        port,
    };
    let to = match service.database {
        Some(_) => vec![store("MySQL", 3306), store("Redis", 6379)],
        None => Vec::new(),
    };
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
        min_replicas: 1,
        max_replicas: 2,
        images: images.clone(),
    };
    let prod = Overlay {
        comment: "Three to ten pods each, one trace in ten kept.".to_owned(),
        namespace: base_namespace.clone(),
        base_namespace,
        environment: "production".to_owned(),
        sampler: "0.1".to_owned(),
        min_replicas: 3,
        max_replicas: 10,
        images,
    };
    [("dev", dev), ("prod", prod)]
}
