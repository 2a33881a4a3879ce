//! A Helm chart of the whole system, for those who deploy with one: the same objects as the base of kustomize.

use crate::lower::deploy::config::target;
use crate::lower::deploy::image::{UID, tag};
use crate::lower::deploy::kubernetes::{self, Described};
use crate::lower::deploy::plan::dns_label;
use crate::lower::deploy::{Plan, Process, addons, file, observability, secrets};
use crate::project::{Migrate, Options};
use crate::rust::File;
use crate::rust::chart::{ChartClient, ChartConfig, ChartWorkload, EtcdSwitch};
use crate::rust::deploy::{Body, Chart, ChartPiece, ChartValues, RouteKind, Scalar};

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    if !options.deploy.helm {
        return;
    }
    let name = name(plan);
    let folder = format!("deploy/helm/{name}");
    let chart = Chart {
        name: Scalar(name),
        app_version: format!("\"{}\"", options.deploy.tag),
    };
    out.push(file(format!("{folder}/Chart.yaml"), Body::Chart(chart)));
    let values = Body::ChartValues(Box::new(values(plan, options)));
    out.push(file(format!("{folder}/values.yaml"), values));
    let alerts = Body::Alerts(observability::alerts(plan, options));
    out.push(file(format!("{folder}/alerts.yaml"), alerts));
    let pieces = [
        (".helmignore", ChartPiece::Ignore),
        ("templates/NOTES.txt", ChartPiece::Notes),
        ("templates/_container.tpl", ChartPiece::Container),
        ("templates/_helpers.tpl", ChartPiece::Helpers),
        ("templates/configmap.yaml", ChartPiece::ConfigMap),
        ("templates/deployment.yaml", ChartPiece::Deployment),
        ("templates/hpa.yaml", ChartPiece::Autoscaler),
        ("templates/monitor.yaml", ChartPiece::Monitor),
        ("templates/network-policy.yaml", ChartPiece::NetworkPolicy),
        ("templates/pdb.yaml", ChartPiece::DisruptionBudget),
        ("templates/route.yaml", ChartPiece::Route),
        ("templates/service-account.yaml", ChartPiece::ServiceAccount),
        ("templates/service.yaml", ChartPiece::Service),
    ];
    for (path, piece) in pieces {
        out.push(file(format!("{folder}/{path}"), Body::ChartPiece(piece)));
    }
}

/// After the first gateway, else the first service.
pub(super) fn name(plan: &Plan) -> String {
    let first = plan.processes().next();
    let name = first
        .map(|process| process.host.as_str())
        .unwrap_or_default();
    let bare = name.strip_suffix("-api").or(name.strip_suffix("-rpc"));
    dns_label(bare.unwrap_or(name))
}

fn values(plan: &Plan, options: &Options) -> ChartValues {
    let deploy = &options.deploy;
    let (gateway, ingress) = match deploy.route.as_ref().map(addons::kind) {
        Some(RouteKind::Gateway(parent)) => (Some(parent), None),
        Some(RouteKind::Ingress(class)) => (None, Some(class)),
        None => (None, None),
    };
    let hosts = deploy.etcd.iter().map(|it| Scalar(it.to_string()));
    let mut hosts: Vec<_> = hosts.collect();
    let enabled = !hosts.is_empty();
    if !enabled {
        hosts.push("etcd:2379".into());
    }
    let described = kubernetes::described(plan, options).into_iter();
    let workloads = described.zip(plan.processes());
    ChartValues {
        system: Scalar(options.namespace.clone()),
        registry: Scalar(options.registry.trim_end_matches('/').to_owned()),
        tag: tag(options),
        uid: UID,
        etcd: EtcdSwitch { enabled, hosts },
        monitor: deploy.monitor,
        gateway,
        ingress,
        workloads: workloads
            .map(|(described, process)| workload(plan, options, described, process))
            .collect(),
    }
}

fn workload(
    plan: &Plan,
    options: &Options,
    described: Described,
    process: &Process,
) -> ChartWorkload {
    let Described { workload, policy } = described;
    let config = config(plan, options, process);
    ChartWorkload {
        name: workload.name,
        component: workload.component,
        service_name: workload.service_name,
        config_file: Scalar(process.config.clone()),
        port: workload.port,
        dev_port: workload.dev_port,
        replicas: workload.replicas,
        memory_target: workload.memory_target,
        resources: workload.resources,
        probe: workload.probe,
        hosts: addons::hosts(options, &process.host),
        secrets: workload.secrets,
        signature_key: workload.signature_key,
        migrates: (config.data_source).map(|_| if workload.migrates { "true" } else { "false" }),
        from: policy.from,
        // Those to an etcd are the chart's, by its switch.
        to: (policy.to.into_iter())
            .filter(|to| to.reason != kubernetes::ETCD)
            .collect(),
        config,
    }
}

fn config(plan: &Plan, options: &Options, process: &Process) -> ChartConfig {
    let name = Scalar(process.name.clone());
    if let Some(gateway) = plan.gateways.iter().find(|it| it.process == *process) {
        let key = secrets::signature_key(gateway);
        let clients = plan.callees.iter().map(|callee| ChartClient {
            section: callee.section.clone(),
            target: target(callee),
            etcd_key: Scalar(callee.etcd_key.clone()),
        });
        return ChartConfig {
            name,
            etcd_key: None,
            clients: clients.collect(),
            jwts: secrets::jwts(gateway),
            signature: key.map(|key| format!("{}/{}", key.folder, key.file)),
            data_source: None,
            migrates: false,
        };
    }
    let service = plan.services.iter().find(|it| it.process == *process);
    ChartConfig {
        etcd_key: Some(name.clone()),
        name,
        clients: Vec::new(),
        jwts: Vec::new(),
        signature: None,
        data_source: service
            .and_then(|service| service.database.as_ref())
            .map(|database| database.server.variable),
        migrates: options.deploy.migrate == Migrate::Start,
    }
}
