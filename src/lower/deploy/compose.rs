//! The whole system on one machine, under compose.

use crate::lower::deploy::image::{TAG, dockerfile, image};
use crate::lower::deploy::plan::dns_label;
use crate::lower::deploy::{Plan, Process, file, mysql, secrets};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Body, Collector, Compose, Container, Scalar, ScrapeTarget};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let compose = compose(plan, options);
    out.push(file("deploy/docker-compose.yaml", Body::Compose(compose)));
    let target = |process: &Process| ScrapeTarget {
        host: Scalar(process.host.clone()),
        port: process.dev_port,
    };
    let collector = Collector {
        targets: plan.processes().map(target).collect(),
    };
    out.push(file(
        "deploy/otel-collector.yaml",
        Body::Collector(collector),
    ));
}

fn compose(plan: &Plan, options: &Options) -> Compose {
    let etcd = !plan.callees.is_empty();
    let mut containers = gateways(plan, options, etcd);
    containers.extend(services(plan, options));
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Compose {
        project: Scalar(dns_label(&options.namespace)),
        namespace: options.namespace.clone(),
        containers,
        etcd,
        mysql: mysql::view(plan),
    }
}

fn gateways(plan: &Plan, options: &Options, etcd: bool) -> Vec<Container> {
    let mut after: Vec<Scalar> = (plan.services.iter())
        .map(|service| Scalar(service.process.host.clone()))
        .collect();
    if etcd {
        after.push("etcd".into());
    }
    after.sort();
    (plan.gateways.iter())
        .map(|gateway| Container {
            published: Some(gateway.process.port),
            secrets: secrets::of_gateway(gateway),
            after: after.clone(),
            ..container(&gateway.process, options)
        })
        .collect()
}

fn services(plan: &Plan, options: &Options) -> Vec<Container> {
    let mut out = Vec::new();
    for service in &plan.services {
        let mut after = vec![Scalar::from("etcd")];
        if service.database.is_some() {
            after.extend(["mysql".into(), "redis".into()]);
        }
        out.push(Container {
            secrets: secrets::of_service(service),
            after,
            ..container(&service.process, options)
        });
    }
    out
}

fn container(process: &Process, options: &Options) -> Container {
    Container {
        name: Scalar(process.host.clone()),
        service_name: process.crate_name.clone(),
        dockerfile: dockerfile(process),
        config: process.config.clone(),
        image: Scalar(format!("{}:{TAG}", image(process, options))),
        published: None,
        secrets: None,
        after: Vec::new(),
    }
}
