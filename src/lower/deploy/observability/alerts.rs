//! Rules of Prometheus: what one would be woken for, and what explains it.

use super::{Side, name, served};
use crate::lower::deploy::Plan;
use crate::project::Options;
use crate::rust::deploy::Alerts;
use crate::rust::observability::{Alert, Json};

/// Everything that one would be woken for, and what explains it.
pub(in crate::lower::deploy) fn alerts(plan: &Plan, options: &Options) -> Alerts {
    let hosts = plan.processes().map(|process| process.host.as_str());
    let hosts: Vec<_> = hosts.collect();
    // Another system's processes may be scraped by the same Prometheus.
    let jobs = format!("job=~\"{}\"", hosts.join("|"));
    let mut rules = vec![Alert {
        name: "ProcessDown".to_owned(),
        comment: "A process that Prometheus knows does not answer, or its metrics are off."
            .to_owned(),
        expr: vec![format!("up{{{jobs}}} == 0")],
        lasting: "2m".to_owned(),
        severity: "critical".to_owned(),
        summary: Json("{{ $labels.job }} on {{ $labels.instance }} does not answer".to_owned()),
    }];
    for side in served(plan) {
        rules.push(errors(&side, &jobs));
        rules.push(latency(&side, &jobs));
    }
    rules.push(refused(&jobs));
    rules.push(busy(&jobs));
    if plan.databases().next().is_some() {
        rules.push(pool(&jobs));
    }
    rules.push(lost(&jobs));
    Alerts {
        name: name(options),
        rules,
    }
}

fn errors(side: &Side, jobs: &str) -> Alert {
    let Side { metric, faults, .. } = side;
    Alert {
        name: format!("{}Errors", side.alert),
        comment: "One answer in twenty is the server's own fault.".to_owned(),
        expr: vec![
            format!(
                "sum by (job) (rate({metric}_requests_code_total{{{jobs},code=~\"{faults}\"}}[5m]))"
            ),
            format!("  / sum by (job) (rate({metric}_requests_code_total{{{jobs}}}[5m])) > 0.05"),
        ],
        lasting: "5m".to_owned(),
        severity: "critical".to_owned(),
        summary: Json(format!(
            "{{{{ $labels.job }}}}: {{{{ $value | humanizePercentage }}}} of {} answers are errors",
            side.word
        )),
    }
}

fn latency(side: &Side, jobs: &str) -> Alert {
    let Side { metric, .. } = side;
    Alert {
        name: format!("{}Latency", side.alert),
        comment: "One answer in a hundred takes longer than half a second.".to_owned(),
        expr: vec![
            "histogram_quantile(0.99,".to_owned(),
            format!(
                "  sum by (job, le) (rate({metric}_requests_duration_ms_bucket{{{jobs}}}[5m]))) > 500"
            ),
        ],
        lasting: "10m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(format!(
            "{{{{ $labels.job }}}}: the 99th percentile of {} is {{{{ $value | humanize }}}} ms",
            side.word
        )),
    }
}

fn refused(jobs: &str) -> Alert {
    let by = "{{ $labels.layer }} ({{ $labels.side }})";
    Alert {
        name: "RequestsRefused".to_owned(),
        comment:
            "Too much work (`shedding`, `max_conns`), or something behind that fails (`breaker`)."
                .to_owned(),
        expr: vec![format!(
            "sum by (job, side, layer) (rate(dropped_requests_total{{{jobs}}}[5m])) > 0.1"
        )],
        lasting: "5m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(format!(
            "{{{{ $labels.job }}}} refuses {{{{ $value | humanize }}}} a second at {by}"
        )),
    }
}

fn busy(jobs: &str) -> Alert {
    Alert {
        name: "ProcessorBusy".to_owned(),
        comment: "Nine tenths of one processor, which is what a pod may have: time for more pods."
            .to_owned(),
        expr: vec![format!(
            "rate(process_cpu_seconds_total{{{jobs}}}[5m]) > 0.9"
        )],
        lasting: "15m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(
            "{{ $labels.job }} on {{ $labels.instance }} uses its processor up".to_owned(),
        ),
    }
}

fn pool(jobs: &str) -> Alert {
    Alert {
        name: "ConnectionsUsedUp".to_owned(),
        comment: "Queries wait for a connection: MaxOpenConns is too low, or queries are too slow."
            .to_owned(),
        expr: vec![
            format!("sum by (job, pool) (db_connections{{{jobs},state=\"used\"}})"),
            format!("  / sum by (job, pool) (db_connections{{{jobs},state=\"max\"}}) > 0.9"),
        ],
        lasting: "10m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(
            "{{ $labels.job }}: the connections of {{ $labels.pool }} are in use".to_owned(),
        ),
    }
}

fn lost(jobs: &str) -> Alert {
    Alert {
        name: "TelemetryLost".to_owned(),
        comment: "The collector is slow, refuses or is gone; no request waits for it.".to_owned(),
        expr: vec![format!(
            "sum by (job, signal, reason) (rate(otel_dropped_total{{{jobs}}}[10m])) > 0"
        )],
        lasting: "15m".to_owned(),
        severity: "warning".to_owned(),
        summary: Json(
            "{{ $labels.job }} loses {{ $labels.signal }}: {{ $labels.reason }}".to_owned(),
        ),
    }
}
