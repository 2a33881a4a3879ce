//! The Helm chart: the same objects as the base of kustomize, said with values.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::cases::{Texts, cases, objects, only, render_with};
use crate::systems;
use crate::values::options;
use crate::yaml::{at, documents, string};

type Objects = BTreeMap<(String, String), Value>;

fn chart(texts: &Texts) -> String {
    let mut charts = texts
        .keys()
        .filter_map(|path| path.strip_suffix("/Chart.yaml"));
    let chart = charts.next().expect("a chart").to_owned();
    assert_eq!(charts.next(), None);
    chart
}

#[test]
fn there_is_one_only_if_it_is_asked_for() {
    for case in cases() {
        let without = render_with(&case.system, &options("  helm: false\n"));
        assert!(without.keys().all(|path| !path.starts_with("deploy/helm/")));
        let with = render_with(&case.system, &options("  helm: true\n"));
        for (path, text) in with
            .iter()
            .filter(|(path, _)| !path.starts_with("deploy/helm/"))
        {
            // It tells how to install the chart.
            let is_readme = path == "deploy/README.md";
            assert_eq!(text != &without[path], is_readme, "{}: {path}", case.name);
        }
        chart(&with);
    }
}

/// Whoever changes one of both has to change the other.
#[test]
fn its_configuration_is_that_of_the_base() {
    for case in cases() {
        let texts = render_with(&case.system, &options("  helm: true\n"));
        let values = only(&texts, &format!("{}/values.yaml", chart(&texts)));
        for process in &case.processes {
            let workload = at(&values, &format!("/workloads/{}", process.host));
            let base = only(
                &texts,
                &format!("deploy/k8s/base/config/{}", process.config),
            );
            let mut base = base.as_object().expect("a map").clone();
            // By the chart's own values.
            base.remove("OpenTelemetry");
            base["Log"]["Level"] = Value::from("${LOG_LEVEL}");
            assert_eq!(
                *at(workload, "/config"),
                Value::Object(base),
                "{}",
                case.name
            );
            assert_eq!(string(workload, "/configFile"), process.config);
        }
    }
}

/// Renders with helm, if it is at hand.
fn helm(texts: &Texts, more: &[&str]) -> Option<Objects> {
    Command::new("helm").arg("version").output().ok()?;
    let folder = tempfile::tempdir().expect("a folder");
    let below = chart(texts);
    for (path, text) in texts.iter().filter(|(path, _)| path.starts_with(&below)) {
        put(&folder.path().join(path), text);
    }
    let chart = folder.path().join(&below);
    let lint = run(&chart, &["lint", "--strict"], more);
    assert!(lint.contains("0 chart(s) failed"), "{lint}");
    let text = run(&chart, &["template", "--kube-version=1.37.0", "it"], more);
    let mut objects = BTreeMap::new();
    let parts = text.split("\n---\n").filter(|part| part.contains("kind:"));
    for object in parts.flat_map(|part| documents(&below, part.trim_start_matches("---\n"))) {
        let key = (string(&object, "/kind"), string(&object, "/metadata/name"));
        assert!(
            objects.insert(key.clone(), object).is_none(),
            "{key:?} twice"
        );
    }
    Some(objects)
}

fn put(path: &PathBuf, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("created");
    std::fs::write(path, text).expect("written");
}

fn run(chart: &Path, words: &[&str], more: &[&str]) -> String {
    let output = Command::new("helm")
        .args(words)
        .arg(chart)
        .args(more)
        .output();
    let output = output.expect("helm runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "helm {words:?}: {text}{errors}");
    text
}

#[test]
fn it_renders_what_the_base_has() {
    for case in cases() {
        let texts = render_with(&case.system, &options("  helm: true\n"));
        let Some(rendered) = helm(&texts, &[]) else {
            eprintln!("left out: helm is not at hand");
            return;
        };
        let base = objects(&texts);
        let keys = |objects: &Objects, but: &[&str]| -> BTreeSet<_> {
            let kept = objects.keys().filter(|(kind, name)| {
                !but.contains(&kind.as_str()) && !but.contains(&name.as_str())
            });
            kept.cloned().collect()
        };
        // A release is in a namespace that is there, and other releases may be, too.
        let expected = keys(&base, &["Namespace", "default-deny", "allow-dns"]);
        assert_eq!(keys(&rendered, &["ConfigMap"]), expected, "{}", case.name);
        for key in &expected {
            let (ours, theirs) = (&rendered[key], &base[key]);
            for pointer in POINTERS {
                let (ours, theirs) = (ours.pointer(pointer), theirs.pointer(pointer));
                assert_eq!(ours, theirs, "{}: {key:?}{pointer}", case.name);
            }
        }
    }
}

/// What is the same in both, where there is one.
const POINTERS: &[&str] = &[
    "/spec/clusterIP",
    "/spec/ingress",
    "/spec/maxReplicas",
    "/spec/maxUnavailable",
    "/spec/metrics",
    "/spec/minReplicas",
    "/spec/ports",
    "/spec/replicas",
    "/spec/selector",
    "/spec/strategy",
    "/spec/template/spec/automountServiceAccountToken",
    "/spec/template/spec/containers/0/args",
    "/spec/template/spec/containers/0/image",
    "/spec/template/spec/containers/0/lifecycle",
    "/spec/template/spec/containers/0/livenessProbe",
    "/spec/template/spec/containers/0/ports",
    "/spec/template/spec/containers/0/readinessProbe",
    "/spec/template/spec/containers/0/resources",
    "/spec/template/spec/containers/0/securityContext",
    "/spec/template/spec/containers/0/startupProbe",
    "/spec/template/spec/containers/0/volumeMounts",
    "/spec/template/spec/serviceAccountName",
    "/spec/template/spec/terminationGracePeriodSeconds",
    "/spec/template/spec/topologySpreadConstraints",
    "/spec/type",
];

#[test]
fn its_switches_work() {
    let texts = render_with(&systems::two_services(), &options("  helm: true\n"));
    let count = |more: &[&str], kind: &str| {
        let objects = helm(&texts, more)?;
        Some(objects.keys().filter(|(it, _)| it == kind).count())
    };
    let route = ["--set", "route.gateway.enabled=true,route.gateway.name=g"];
    for (more, kind, expected) in [
        (&[][..], "HTTPRoute", 0),
        (&route[..], "HTTPRoute", 1),
        (
            &["--set", "route.ingress.enabled=true,route.ingress.class=c"],
            "Ingress",
            1,
        ),
        (&["--set", "monitor.enabled=true"], "PodMonitor", 1),
        (&["--set", "monitor.enabled=true"], "PrometheusRule", 1),
        (
            &["--set", "networkPolicy.enabled=false"],
            "NetworkPolicy",
            0,
        ),
        (
            &["--set", "podDisruptionBudget.enabled=false"],
            "PodDisruptionBudget",
            0,
        ),
        (
            &["--set", "workloads.order-rpc.autoscaling.enabled=false"],
            "HorizontalPodAutoscaler",
            2,
        ),
    ] {
        let Some(found) = count(more, kind) else {
            eprintln!("left out: helm is not at hand");
            return;
        };
        assert_eq!(found, expected, "{more:?}: {kind}");
    }
    let more = [
        "--set",
        "etcd.enabled=true,logLevel=debug,workloads.order-rpc.extraEnv[0].name=A",
    ];
    let Some(objects) = helm(&texts, &more) else {
        return;
    };
    let map = |name: &str, file: &str| {
        let map = &objects[&("ConfigMap".to_owned(), name.to_owned())];
        documents(file, map["data"][file].as_str().expect("a text")).remove(0)
    };
    let gateway = map("order-api-config", "order-api.yaml");
    assert_eq!(string(&gateway, "/OrderRpc/Etcd/Key"), "order.rpc");
    assert!(gateway.pointer("/OrderRpc/Target").is_none());
    assert_eq!(
        string(&map("order-rpc-config", "order.yaml"), "/Etcd/Hosts/0"),
        "etcd:2379"
    );
    let service = &objects[&("Deployment".to_owned(), "order-rpc".to_owned())];
    let env = at(service, "/spec/template/spec/containers/0/env").as_array();
    let names: Vec<_> = env
        .expect("a list")
        .iter()
        .map(|it| string(it, "/name"))
        .collect();
    assert!(names.iter().any(|name| name == "A"), "{names:?}");
}
