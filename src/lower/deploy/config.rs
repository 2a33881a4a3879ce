//! What each process reads at its start: on a laptop, under compose, in Kubernetes.

use crate::lower::deploy::{Callee, Gateway, Plan, Service, file, secrets};
use crate::project::{Address, Migrate, Options};
use crate::rust::File;
use crate::rust::deploy::{
    Body, Client, Discovery, EtcdKey, GatewayConfig, MountedClient, MountedGatewayConfig,
    MountedServiceConfig, Scalar, ServiceConfig, Site,
};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    for gateway in &plan.gateways {
        let config = laptop_gateway(plan, gateway);
        out.push(file(config.path.clone(), Body::GatewayConfig(config)));
    }
    for service in &plan.services {
        let config = laptop_service(service);
        out.push(file(config.path.clone(), Body::ServiceConfig(config)));
    }
    // Two folders: kustomize reads nothing above its own, and discovery differs.
    for (site, folder) in [
        (Site::Compose, "deploy/config"),
        (Site::Kubernetes, "deploy/k8s/base/config"),
    ] {
        for gateway in &plan.gateways {
            let path = format!("{folder}/{}", gateway.process.config);
            let body = mounted_gateway(plan, gateway, site, options);
            let body = Body::MountedGatewayConfig(body);
            out.push(file(path, body));
        }
        for service in &plan.services {
            let path = format!("{folder}/{}", service.process.config);
            let body = Body::MountedServiceConfig(mounted_service(service, site, options));
            out.push(file(path, body));
        }
    }
}

fn laptop_gateway(plan: &Plan, gateway: &Gateway) -> GatewayConfig {
    let process = &gateway.process;
    let client = |callee: &Callee| Client {
        section: callee.section.clone(),
        address: format!("127.0.0.1:{}", callee.port),
        etcd_key: Scalar(callee.etcd_key.clone()),
        local: callee.local,
    };
    GatewayConfig {
        name: Scalar(process.name.clone()),
        binary: process.crate_name.clone(),
        path: format!("etc/{}", process.config),
        port: process.port,
        dev_port: process.dev_port,
        clients: plan.callees.iter().map(client).collect(),
        jwts: secrets::jwts(gateway),
        has_signature: gateway.model.groups.iter().any(|group| group.signature),
    }
}

fn laptop_service(service: &Service) -> ServiceConfig {
    let process = &service.process;
    ServiceConfig {
        name: Scalar(process.name.clone()),
        binary: process.crate_name.clone(),
        path: format!("etc/{}", process.config),
        port: process.port,
        dev_port: process.dev_port,
        etcd_key: Scalar(process.name.clone()),
        database: service.database.clone(),
    }
}

fn mounted_gateway(
    plan: &Plan,
    gateway: &Gateway,
    site: Site,
    options: &Options,
) -> MountedGatewayConfig {
    let discovery = |callee: &Callee| match etcd(site, options, &callee.etcd_key) {
        Some(key) => Discovery::Etcd(key),
        None => Discovery::Dns(target(callee)),
    };
    let client = |callee: &Callee| MountedClient {
        section: callee.section.clone(),
        discovery: discovery(callee),
    };
    MountedGatewayConfig {
        site,
        name: Scalar(gateway.process.name.clone()),
        port: gateway.process.port,
        dev_port: gateway.process.dev_port,
        clients: plan.callees.iter().map(client).collect(),
        jwts: secrets::jwts(gateway),
        signature: secrets::signature_key(gateway)
            .map(|key| format!("{}/{}", key.folder, key.file)),
    }
}

fn mounted_service(service: &Service, site: Site, options: &Options) -> MountedServiceConfig {
    let process = &service.process;
    MountedServiceConfig {
        site,
        name: Scalar(process.name.clone()),
        port: process.port,
        dev_port: process.dev_port,
        etcd: etcd(site, options, &process.name),
        data_source: (service.database.as_ref()).map(|database| database.server.variable),
        migrates: site == Site::Compose || options.deploy.migrate == Migrate::Start,
    }
}

/// Where services find each other through an etcd: always under compose, in Kubernetes by choice.
fn etcd(site: Site, options: &Options, key: &str) -> Option<EtcdKey> {
    let hosts = match site {
        Site::Compose => "etcd:2379".to_owned(),
        Site::Kubernetes => {
            let hosts: Vec<_> = options.deploy.etcd.iter().map(Address::as_str).collect();
            hosts.join(",")
        }
    };
    let key = Scalar(key.to_owned());
    (!hosts.is_empty()).then_some(EtcdKey { hosts, key })
}

/// Every pod of a called service.
pub(super) fn target(callee: &Callee) -> Scalar {
    let host = headless(&callee.host);
    Scalar(format!("dns:///{host}:{}", callee.port))
}

/// Name of the Service whose DNS answer lists every pod.
pub(super) fn headless(host: &str) -> String {
    format!("{host}-headless")
}
