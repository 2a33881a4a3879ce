//! What watches the services: rules of Prometheus and a dashboard of Grafana, over the metrics of the runtime.

mod alerts;
mod dashboard;

pub(super) use self::alerts::alerts;
use self::dashboard::dashboard;
use crate::lower::deploy::plan::dns_label;
use crate::lower::deploy::{Plan, compose, file};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Body, Prometheus, Scalar};

const FOLDER: &str = "deploy/observability";

pub(super) fn files(plan: &Plan, options: &Options, out: &mut Vec<File>) {
    let prometheus = Prometheus {
        targets: compose::targets(plan),
    };
    let bodies = [
        ("alerts.yaml", Body::Alerts(alerts(plan, options))),
        ("dashboard.json", Body::Dashboard(dashboard(plan, options))),
        ("grafana/datasources.yaml", Body::GrafanaSources),
        ("grafana/folders.yaml", Body::GrafanaFolders),
        ("prometheus.yaml", Body::Prometheus(prometheus)),
    ];
    for (path, body) in bodies {
        out.push(file(format!("{FOLDER}/{path}"), body));
    }
}

/// Of the group of rules, and of what else belongs to the whole system.
pub(super) fn name(options: &Options) -> Scalar {
    Scalar(dns_label(&options.namespace))
}

/// How a kind of process counts what it answers.
struct Side {
    /// `http_server`
    metric: &'static str,
    /// For people: `HTTP`.
    word: &'static str,
    /// The beginning of its alerts' names.
    alert: &'static str,
    /// What answers are told apart by.
    label: &'static str,
    /// Codes for which the process is at fault.
    faults: &'static str,
}

const HTTP: Side = Side {
    metric: "http_server",
    word: "HTTP",
    alert: "Http",
    label: "path",
    faults: "5..",
};
/// UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS.
const RPC: Side = Side {
    metric: "rpc_server",
    word: "gRPC",
    alert: "Rpc",
    label: "method",
    faults: "2|4|12|13|14|15",
};
const CALLS: Side = Side {
    metric: "rpc_client",
    word: "Calls to services",
    ..RPC
};

fn served(plan: &Plan) -> impl Iterator<Item = Side> {
    let http = (!plan.gateways.is_empty()).then_some(HTTP);
    let rpc = (!plan.services.is_empty()).then_some(RPC);
    http.into_iter().chain(rpc)
}
