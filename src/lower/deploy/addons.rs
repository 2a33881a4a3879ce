//! What a base does not have and `zgen.yaml` can ask for: a way in from outside, objects of the Prometheus operator.

use crate::lower::deploy::{Gateway, Plan, file, observability};
use crate::project::{self, Options};
use crate::rust::File;
use crate::rust::deploy::{
    Body, Component, IngressClass, PodMonitor, Route, RouteKind, RouteParent, RoutedGateway, Scalar,
};

const FOLDER: &str = "deploy/k8s/components";
const ROUTE: &str = "route";
const MONITOR: &str = "monitor";

/// The components that the overlay of production has.
pub(super) fn names(plan: &Plan, options: &Options) -> Vec<String> {
    let mut names = Vec::new();
    if options.deploy.monitor {
        names.push(MONITOR.to_owned());
    }
    if route(plan, options).is_some() {
        names.push(ROUTE.to_owned());
    }
    names
}

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    if options.deploy.monitor {
        let comment = "For the Prometheus operator: what to scrape, and when to call somebody.";
        let resources = ["alerts.yaml", "pod-monitor.yaml"];
        out.push(component(options, MONITOR, comment, &resources));
        let alerts = Body::AlertsObject(observability::alerts(plan, options));
        out.push(file(format!("{FOLDER}/{MONITOR}/alerts.yaml"), alerts));
        let workloads = plan.processes().map(|it| Scalar(it.host.clone()));
        let monitor = Body::PodMonitor(PodMonitor {
            name: observability::name(options),
            workloads: workloads.collect(),
        });
        out.push(file(
            format!("{FOLDER}/{MONITOR}/pod-monitor.yaml"),
            monitor,
        ));
    }
    if let Some(route) = route(plan, options) {
        let comment = "The way in from outside.";
        out.push(component(options, ROUTE, comment, &["route.yaml"]));
        out.push(file(
            format!("{FOLDER}/{ROUTE}/route.yaml"),
            Body::Route(route),
        ));
    }
}

fn component(options: &Options, name: &str, comment: &str, resources: &[&str]) -> File {
    let body = Body::Component(Component {
        namespace: Scalar(options.namespace.clone()),
        comment: comment.to_owned(),
        resources: resources.iter().map(ToString::to_string).collect(),
    });
    file(format!("{FOLDER}/{name}/kustomization.yaml"), body)
}

fn route(plan: &Plan, options: &Options) -> Option<Route> {
    let route = options.deploy.route.as_ref()?;
    let routed = |gateway: &Gateway| RoutedGateway {
        name: Scalar(gateway.process.host.clone()),
        hosts: hosts(options, &gateway.process.host),
    };
    let gateways: Vec<_> = plan.gateways.iter().map(routed).collect();
    (!gateways.is_empty()).then(|| Route {
        kind: kind(route),
        gateways,
    })
}

pub(super) fn kind(route: &project::Route) -> RouteKind {
    let scalar = |text: &dyn ToString| Scalar(text.to_string());
    match route {
        project::Route::Gateway { namespace, name } => RouteKind::Gateway(RouteParent {
            namespace: scalar(namespace),
            name: scalar(name),
        }),
        project::Route::Ingress { class, tls } => RouteKind::Ingress(IngressClass {
            class: scalar(class),
            tls: tls.as_ref().map(|secret| scalar(secret)),
        }),
    }
}

/// The names of one gateway.
pub(super) fn hosts(options: &Options, workload: &str) -> Vec<String> {
    let hosts = options.deploy.hosts(workload).iter();
    hosts.map(ToString::to_string).collect()
}
