//! The whole system on one machine, under compose.

use std::fmt::Write as _;

use heck::ToShoutySnakeCase as _;

use crate::lower::deploy::image::{dockerfile, tagged};
use crate::lower::deploy::plan::dns_label;
use crate::lower::deploy::{Plan, Process, databases, file, secrets, text};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{
    Body, Collector, Compose, Container, MYSQL, POSTGRES, Published, Scalar, ScrapeTarget,
    SecretFile,
};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let compose = compose(plan, options);
    out.push(text("deploy/.env.example", environment(&compose)));
    out.push(file("deploy/docker-compose.yaml", Body::Compose(compose)));
    let collector = Collector {
        targets: targets(plan),
    };
    out.push(file(
        "deploy/otel-collector.yaml",
        Body::Collector(collector),
    ));
}

/// Where metrics are.
pub(super) fn targets(plan: &Plan) -> Vec<ScrapeTarget> {
    let target = |process: &Process| ScrapeTarget {
        host: Scalar(process.host.clone()),
        port: process.dev_port,
    };
    plan.processes().map(target).collect()
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
        mysql: databases::view(plan, MYSQL),
        postgres: databases::view(plan, POSTGRES),
        stores: plan.databases().next().is_some(),
        secrets: secret_files(plan),
    }
}

fn secret_files(plan: &Plan) -> Vec<SecretFile> {
    let servers = databases::servers(plan);
    let mut names: Vec<_> = servers.into_iter().map(databases::root_secret).collect();
    names.extend((plan.databases()).map(|(_, database)| databases::secret(database)));
    let passwords = names.into_iter().map(|name| SecretFile {
        name: Scalar(name.clone()),
        file: name,
    });
    let keys = plan.gateways.iter().filter_map(secrets::signature_key);
    let keys = keys.map(|key| SecretFile {
        name: key.name,
        file: key.file,
    });
    passwords.chain(keys).collect()
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
            published: Some(published(&gateway.process)),
            secrets: secrets::of_gateway(gateway),
            signature_key: secrets::signature_key(gateway),
            after: after.clone(),
            ..container(&gateway.process, options)
        })
        .collect()
}

fn published(process: &Process) -> Published {
    Published {
        variable: format!("{}_PORT", process.host.to_shouty_snake_case()),
        port: process.port,
    }
}

/// What one may set without touching a file that is in version control.
fn environment(compose: &Compose) -> String {
    let mut out = "# Settings of docker-compose.yaml on this machine: copy to .env. Secrets are in secrets/.\n\
        LOG_LEVEL=info\n\
        # The share of traces that are kept.\n\
        OTEL_SAMPLER=1.0\n\
        # Ports on this machine, for when they are taken.\n"
        .to_owned();
    for published in compose
        .containers
        .iter()
        .filter_map(|it| it.published.as_ref())
    {
        let _ = writeln!(out, "{}={}", published.variable, published.port);
    }
    out + "JAEGER_PORT=16686\nCOLLECTOR_METRICS_PORT=9464\nPROMETHEUS_PORT=9090\nGRAFANA_PORT=3000\n"
}

fn services(plan: &Plan, options: &Options) -> Vec<Container> {
    let mut out = Vec::new();
    for service in &plan.services {
        let mut after = vec![Scalar::from("etcd")];
        if let Some(database) = &service.database {
            after.extend([database.server.host.into(), "redis".into()]);
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
        image: Scalar(tagged(process, options)),
        published: None,
        secrets: None,
        signature_key: None,
        after: Vec::new(),
    }
}
