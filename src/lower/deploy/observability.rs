//! What watches the services: rules of Prometheus and a dashboard of Grafana, over the metrics of the runtime.

use crate::lower::deploy::plan::dns_label;
use crate::lower::deploy::{Plan, compose, file};
use crate::project::Options;
use crate::rust::File;
use crate::rust::deploy::{Alerts, Body, Dashboard, Prometheus, Scalar};
use crate::rust::observability::{Alert, Json, Line, Panel};

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

/// Everything that one would be woken for, and what explains it.
pub(super) fn alerts(plan: &Plan, options: &Options) -> Alerts {
    let jobs: Vec<_> = plan
        .processes()
        .map(|process| process.host.as_str())
        .collect();
    let mut rules = vec![Alert {
        name: "ProcessDown".to_owned(),
        comment: "A process that Prometheus knows does not answer, or its metrics are off."
            .to_owned(),
        expr: vec![format!("up{{job=~\"{}\"}} == 0", jobs.join("|"))],
        lasting: "2m".to_owned(),
        severity: "critical".to_owned(),
        summary: Json("{{ $labels.job }} on {{ $labels.instance }} does not answer".to_owned()),
    }];
    for side in served(plan) {
        rules.push(errors(&side));
        rules.push(latency(&side));
    }
    rules.push(Alert {
        name: "RequestsRefused".to_owned(),
        comment: "Too much work (`shedding`, `max_conns`), or something behind that fails (`breaker`).".to_owned(),
        expr: vec!["sum by (job, side, layer) (rate(dropped_requests_total[5m])) > 0.1".to_owned()],
        lasting: "5m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(
            "{{ $labels.job }} refuses {{ $value | humanize }} a second at {{ $labels.layer }} ({{ $labels.side }})"
                .to_owned(),
        ),
    });
    Alerts {
        name: name(options),
        rules,
    }
}

fn errors(side: &Side) -> Alert {
    let Side { metric, faults, .. } = side;
    Alert {
        name: format!("{}Errors", side.alert),
        comment: "One answer in twenty is the server's own fault.".to_owned(),
        expr: vec![
            format!("sum by (job) (rate({metric}_requests_code_total{{code=~\"{faults}\"}}[5m]))"),
            format!("  / sum by (job) (rate({metric}_requests_code_total[5m])) > 0.05"),
        ],
        lasting: "5m".to_owned(),
        severity: "critical".to_owned(),
        summary: Json(format!(
            "{{{{ $labels.job }}}}: {{{{ $value | humanizePercentage }}}} of {} answers are errors",
            side.word
        )),
    }
}

fn latency(side: &Side) -> Alert {
    let Side { metric, .. } = side;
    Alert {
        name: format!("{}Latency", side.alert),
        comment: "One answer in a hundred takes longer than half a second.".to_owned(),
        expr: vec![
            "histogram_quantile(0.99,".to_owned(),
            format!("  sum by (job, le) (rate({metric}_requests_duration_ms_bucket[5m]))) > 500"),
        ],
        lasting: "10m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(format!(
            "{{{{ $labels.job }}}}: the 99th percentile of {} is {{{{ $value | humanize }}}} ms",
            side.word
        )),
    }
}

fn dashboard(plan: &Plan, options: &Options) -> Dashboard {
    let mut panels = Vec::new();
    for side in served(plan) {
        panels.extend(of_side(&side));
    }
    if !plan.gateways.is_empty() && !plan.callees.is_empty() {
        panels.extend(of_side(&CALLS));
    }
    let refused =
        "Refused to protect a process (`shedding`, `max_conns`) or what it calls (`breaker`).";
    panels.push(panel("Refused", refused, "reqps", vec![(
        "sum by (job, side, layer) (rate(dropped_requests_total{job=~\"$job\"}[$__rate_interval]))".to_owned(),
        "{{job}} {{side}} {{layer}}".to_owned(),
    )]));
    panels.push(panel(
        "Processes",
        "How many answer.",
        "short",
        vec![(
            "sum by (job) (up{job=~\"$job\"})".to_owned(),
            "{{job}}".to_owned(),
        )],
    ));
    for (index, panel) in panels.iter_mut().enumerate() {
        panel.id = index + 1;
        panel.x = index % 2 * 12;
        panel.y = index / 2 * 8;
    }
    Dashboard {
        uid: Json(name(options).0),
        title: Json(format!("Services: {}", options.namespace)),
        panels,
    }
}

fn of_side(side: &Side) -> [Panel; 4] {
    let Side {
        metric,
        word,
        label,
        faults,
        ..
    } = side;
    let counted = |filter: &str, by: &str| {
        format!(
            "sum by ({by}) (rate({metric}_requests_code_total{{job=~\"$job\"{filter}}}[$__rate_interval]))"
        )
    };
    let quantile = |of: &str| {
        let buckets =
            format!("{metric}_requests_duration_ms_bucket{{job=~\"$job\"}}[$__rate_interval]");
        format!("histogram_quantile({of}, sum by (job, le) (rate({buckets})))")
    };
    let mean = |part: &str| {
        format!(
            "sum by ({label}) (rate({metric}_requests_duration_ms_{part}{{job=~\"$job\"}}[$__rate_interval]))"
        )
    };
    let faulty = format!(",code=~\"{faults}\"");
    [
        panel(
            &format!("{word}: rate"),
            "Answers a second.",
            "reqps",
            vec![(
                counted("", &format!("job, {label}")),
                format!("{{{{job}}}} {{{{{label}}}}}"),
            )],
        ),
        panel(
            &format!("{word}: errors"),
            "The share of answers that are the server's own fault.",
            "percentunit",
            vec![(
                format!("{} / {}", counted(&faulty, "job"), counted("", "job")),
                "{{job}}".to_owned(),
            )],
        ),
        panel(
            &format!("{word}: latency"),
            "Quantiles over all answers.",
            "ms",
            vec![
                (quantile("0.5"), "{{job}} p50".to_owned()),
                (quantile("0.95"), "{{job}} p95".to_owned()),
                (quantile("0.99"), "{{job}} p99".to_owned()),
            ],
        ),
        panel(
            &format!("{word}: mean latency by {label}"),
            "Where the time goes.",
            "ms",
            vec![(
                format!("{} / {}", mean("sum"), mean("count")),
                format!("{{{{{label}}}}}"),
            )],
        ),
    ]
}

/// Its number and place are given when all are known.
fn panel(
    title: &str,
    description: &str,
    unit: &'static str,
    lines: Vec<(String, String)>,
) -> Panel {
    let line = |(id, (expr, legend)): (char, (String, String))| Line {
        id,
        expr: Json(expr),
        legend: Json(legend),
    };
    Panel {
        id: 0,
        title: Json(title.to_owned()),
        description: Json(description.to_owned()),
        unit,
        x: 0,
        y: 0,
        lines: ('A'..='Z').zip(lines).map(line).collect(),
    }
}
