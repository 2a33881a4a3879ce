//! A dashboard of Grafana: rate, errors and latency of what is served and called, stores, processes.

use super::{CALLS, Side, name, served};
use crate::lower::deploy::Plan;
use crate::project::Options;
use crate::rust::deploy::Dashboard;
use crate::rust::observability::{Json, Line, Panel};

pub(super) fn dashboard(plan: &Plan, options: &Options) -> Dashboard {
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
    if plan.databases().next().is_some() {
        panels.extend(of_stores());
    }
    panels.extend(of_processes());
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

fn of_stores() -> [Panel; 4] {
    let buckets = "rate(sql_client_requests_duration_ms_bucket{job=~\"$job\"}[$__rate_interval])";
    let errors = |store: &str| {
        let errors = format!("{store}_client_requests_error_total");
        let line =
            format!("sum by (job, command) (rate({errors}{{job=~\"$job\"}}[$__rate_interval]))");
        (line, format!("{{{{job}}}} {store} {{{{command}}}}"))
    };
    let reads = "sum by (job, result) (rate(cache_reads_total{job=~\"$job\"}[$__rate_interval]))";
    [
        panel(
            "Queries: latency",
            "The 95th percentile by table and command.",
            "ms",
            vec![(
                format!("histogram_quantile(0.95, sum by (table, command, le) ({buckets}))"),
                "{{table}} {{command}}".to_owned(),
            )],
        ),
        panel(
            "Stores: errors",
            "Queries and commands of Redis that failed.",
            "ops",
            vec![errors("sql"), errors("redis")],
        ),
        panel(
            "Cache",
            "What reads found.",
            "ops",
            vec![(reads.to_owned(), "{{job}} {{result}}".to_owned())],
        ),
        panel(
            "Connections",
            "Of the pools of databases, and how many there may be.",
            "short",
            vec![(
                "sum by (job, state) (db_connections{job=~\"$job\"})".to_owned(),
                "{{job}} {{state}}".to_owned(),
            )],
        ),
    ]
}

fn of_processes() -> [Panel; 4] {
    let each = "{{job}} {{instance}}".to_owned();
    [
        panel("Processor", "Processors that are busy.", "short", vec![(
            "rate(process_cpu_seconds_total{job=~\"$job\"}[$__rate_interval])".to_owned(),
            each.clone(),
        )]),
        panel("Memory", "What is resident.", "bytes", vec![(
            "process_resident_memory_bytes{job=~\"$job\"}".to_owned(),
            each,
        )]),
        panel("Telemetry: lost", "What no collector took.", "ops", vec![(
            "sum by (job, signal, reason) (rate(otel_dropped_total{job=~\"$job\"}[$__rate_interval]))".to_owned(),
            "{{job}} {{signal}} {{reason}}".to_owned(),
        )]),
        panel("Processes", "How many answer.", "short", vec![(
            "sum by (job) (up{job=~\"$job\"})".to_owned(),
            "{{job}}".to_owned(),
        )]),
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
