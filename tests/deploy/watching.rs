//! Alerts and dashboards: they ask for metrics and labels that the runtime has.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::cases::{Texts, cases, only, render, render_with};
use crate::values::options;
use crate::yaml::{at, documents, string};

/// The expressions of a system's alerts and panels.
fn expressions(texts: &Texts) -> Vec<String> {
    let alerts = only(texts, "deploy/observability/alerts.yaml");
    let rules = at(&alerts, "/groups/0/rules").as_array().expect("a list");
    let mut found: Vec<_> = rules.iter().map(|rule| string(rule, "/expr")).collect();
    let dashboard = dashboard(texts);
    for panel in at(&dashboard, "/panels").as_array().expect("a list") {
        let targets = at(panel, "/targets").as_array().expect("a list");
        found.extend(targets.iter().map(|target| string(target, "/expr")));
    }
    found
}

fn dashboard(texts: &Texts) -> Value {
    let text = &texts["deploy/observability/dashboard.json"];
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What the runtime exposes, and the labels there.
fn exposed() -> (BTreeSet<String>, BTreeSet<String>) {
    let read = |path: &str| std::fs::read_to_string(path).expect(path);
    let counted = read("rt/src/metrics.rs");
    let scraped = read("rt/src/telemetry/scraped.rs");
    let quoted = |text: &str| text.split('"').nth(1).unwrap_or_default().to_owned();
    let behind =
        |text: &str, word: &str| -> Vec<String> { text.split(word).skip(1).map(quoted).collect() };
    let sides = behind(&counted, "Rpc::registered(&mut registry, ");
    let stores = behind(&counted, "Store::registered(&mut registry, ");
    let mut names: BTreeSet<_> = behind(&scraped, "encode_descriptor(").into_iter().collect();
    let gauges = scraped
        .split('"')
        .filter(|text| text.starts_with("process_"));
    names.extend(gauges.map(str::to_owned));
    for name in behind(&counted, "registry.register(") {
        for (side, store) in sides.iter().zip(&stores) {
            names.insert(name.replace("{side}", side).replace("{store}", store));
        }
    }
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    names.retain(|name| !name.is_empty() && name.chars().all(is_name));
    let text = counted + &scraped;
    let structs = text.split("EncodeLabelSet)]").skip(1);
    let fields = structs.filter_map(|text| text.split_once('{')?.1.split('}').next());
    let fields = fields.flat_map(str::lines).filter_map(|line| {
        let name = line.trim().split_once(':')?.0;
        name.rsplit(' ').next().map(str::to_owned)
    });
    (names, fields.collect())
}

/// What is for looking only.
const NOT_WATCHED: &[&str] = &[
    "otel_exported",
    "otel_queued",
    "process_open_fds",
    "process_threads",
    "process_virtual_memory_bytes",
    "redis_client_requests_duration_ms",
    "rpc_client_retries",
];

#[test]
fn every_metric_and_label_is_exposed() {
    let (metrics, mut labels) = exposed();
    assert!(metrics.len() >= 15, "{metrics:?}");
    assert!(
        labels.contains("layer") && labels.contains("path"),
        "{labels:?}"
    );
    // Prometheus' own.
    labels.extend(["job", "le"].map(str::to_owned));
    let mut asked = BTreeSet::new();
    for case in cases() {
        for expr in expressions(&render(&case.system)) {
            // Without what is between quotes.
            let bare: String = expr.split('"').step_by(2).collect();
            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let words = bare
                .split(|c| !is_word(c))
                .filter(|word| word.contains('_'));
            let functions = ["histogram_quantile", "__rate_interval"];
            for word in words.filter(|word| !functions.contains(word)) {
                let ends = ["_total", "_bucket", "_sum", "_count"];
                let name = ends.iter().find_map(|end| word.strip_suffix(end));
                let name = name.unwrap_or(word);
                assert!(metrics.contains(name), "{}: {word} in {expr}", case.name);
                asked.insert(name.to_owned());
            }
            let by = bare
                .split("by (")
                .skip(1)
                .filter_map(|rest| rest.split(')').next());
            let filters = bare
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split('}').next());
            let filters = filters.flat_map(|rest| rest.split(','));
            let filters = filters.filter_map(|it| it.split('=').next());
            for label in by.flat_map(|list| list.split(", ")).chain(filters) {
                assert!(labels.contains(label), "{}: {label} in {expr}", case.name);
            }
        }
    }
    let left: Vec<_> = metrics.difference(&asked).collect();
    assert_eq!(left, NOT_WATCHED);
}

#[test]
fn nobody_is_asked_for_what_it_does_not_count() {
    for case in cases() {
        let text = expressions(&render(&case.system)).join("\n");
        let has = |gateway| case.processes.iter().any(|it| it.gateway == gateway);
        assert_eq!(text.contains("http_server_"), has(true), "{}", case.name);
        assert_eq!(text.contains("rpc_server_"), has(false), "{}", case.name);
        let calls = has(true) && !case.system.rpcs.is_empty();
        assert_eq!(text.contains("rpc_client_"), calls, "{}", case.name);
        let tables = case.processes.iter().any(|it| it.tables);
        assert_eq!(text.contains("db_connections"), tables, "{}", case.name);
        assert_eq!(text.contains("sql_client_"), tables, "{}", case.name);
    }
}

#[test]
fn panels_do_not_overlap() {
    for case in cases() {
        let dashboard = dashboard(&render(&case.system));
        let mut places = BTreeSet::new();
        for panel in at(&dashboard, "/panels").as_array().expect("a list") {
            let place = (
                at(panel, "/gridPos/x").as_u64(),
                at(panel, "/gridPos/y").as_u64(),
            );
            assert!(places.insert(place), "{panel}");
        }
    }
}

#[test]
fn every_process_is_scraped_and_missed() {
    for case in cases() {
        let texts = render_with(&case.system, &options("  monitor: true\n"));
        let scraped = only(&texts, "deploy/observability/prometheus.yaml");
        let jobs = at(&scraped, "/scrape_configs").as_array().expect("a list");
        let jobs: Vec<_> = jobs.iter().map(|job| string(job, "/job_name")).collect();
        let hosts: Vec<_> = case.processes.iter().map(|it| it.host.to_owned()).collect();
        assert_eq!(jobs, hosts, "{}", case.name);
        // Another system in the same Prometheus is none of their business.
        assert!(
            expressions(&texts)
                .iter()
                .all(|expr| expr.contains("job=~"))
        );
        let down = expressions(&texts).swap_remove(0);
        assert_eq!(down, format!("up{{job=~\"{}\"}} == 0", hosts.join("|")));
        let folder = "deploy/k8s/components/monitor";
        let monitor = only(&texts, &format!("{folder}/pod-monitor.yaml"));
        let values = at(&monitor, "/spec/selector/matchExpressions/0/values");
        assert_eq!(*values, serde_json::json!(hosts));
        // The same rules, by file and by object.
        let path = format!("{folder}/alerts.yaml");
        let object = &documents(&path, &texts[&path])[0];
        let file = only(&texts, "deploy/observability/alerts.yaml");
        assert_eq!(at(object, "/spec/groups"), at(&file, "/groups"));
    }
}

#[test]
fn promtool_takes_the_rules_where_it_is_at_hand() {
    let Ok(version) = Command::new("promtool").arg("--version").output() else {
        eprintln!("left out: promtool is not at hand");
        return;
    };
    assert!(version.status.success());
    let folder = tempfile::tempdir().expect("a folder");
    for case in cases() {
        let texts = render(&case.system);
        for (name, words) in [
            ("alerts", ["check", "rules"]),
            ("prometheus", ["check", "config"]),
        ] {
            let text = &texts[&format!("deploy/observability/{name}.yaml")];
            let rules = folder.path().join("alerts.yaml").display().to_string();
            let path = folder.path().join(format!("{name}.yaml"));
            std::fs::write(&path, text.replace("/etc/prometheus/alerts.yaml", &rules))
                .expect("written");
            let output = Command::new("promtool").args(words).arg(&path).output();
            let output = output.expect("promtool runs");
            assert!(output.status.success(), "{}: {output:?}", case.name);
        }
    }
}
