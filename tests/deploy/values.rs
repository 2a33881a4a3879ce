//! `deploy:` in `zgen.yaml`: from values to manifests.

use serde_json::{Value, json};
use zgen::model::System;
use zgen::project::{Options, Project};

use crate::cases::{Texts, objects, only, render, render_with};
use crate::systems;
use crate::yaml::{at, documents, number, string, strings};

pub(crate) fn options(deploy: &str) -> Options {
    let text = format!("deploy:\n{deploy}");
    Project::parse("".into(), &text).expect(&text).options
}

fn rendered(system: &System, deploy: &str) -> Texts {
    render_with(system, &options(deploy))
}

fn object(texts: &Texts, kind: &str, name: &str) -> Value {
    objects(texts)[&(kind.to_owned(), name.to_owned())].clone()
}

#[test]
fn without_values_nothing_changes() {
    assert_eq!(
        render(&systems::order()),
        rendered(&systems::order(), "  helm: false\n")
    );
}

#[test]
fn replicas_and_resources() {
    let texts = rendered(
        &systems::order(),
        "  tag: \"1.10\"\n  replicas: {min: 2, max: 4}\n  memory_target: 80\n  resources: {cpu: 1, memory: 1Gi}\n  \
         workloads:\n    order-rpc:\n      replicas: {min: 5, max: 6}\n      resources: {cpu_limit: 1500m}\n",
    );
    let cases = [
        ("order-api", 2, 4, "1", "1Gi", "1"),
        ("order-rpc", 5, 6, "250m", "256Mi", "1500m"),
    ];
    for (name, min, max, cpu, memory, limit) in cases {
        let hpa = object(&texts, "HorizontalPodAutoscaler", name);
        assert_eq!(number(&hpa, "/spec/minReplicas"), min, "{name}");
        assert_eq!(number(&hpa, "/spec/maxReplicas"), max, "{name}");
        assert_eq!(string(&hpa, "/spec/metrics/1/resource/name"), "memory");
        let deployment = object(&texts, "Deployment", name);
        assert!(deployment.pointer("/spec/replicas").is_none());
        let container = at(&deployment, "/spec/template/spec/containers/0");
        let expected = json!({
            "requests": {"cpu": cpu, "memory": memory},
            "limits": {"cpu": limit, "memory": memory},
        });
        assert_eq!(*at(container, "/resources"), expected, "{name}");
        assert!(string(container, "/image").ends_with(":1.10"));
    }
    for (overlay, patched) in [("dev", true), ("prod", false)] {
        let overlay = only(
            &texts,
            &format!("deploy/k8s/overlays/{overlay}/kustomization.yaml"),
        );
        assert_eq!(string(&overlay, "/images/0/newTag"), "1.10");
        assert_eq!(overlay.get("patches").is_some(), patched);
    }
    let compose = only(&texts, "deploy/docker-compose.yaml");
    assert!(string(&compose, "/services/order-api/image").ends_with(":1.10"));
}

#[test]
fn tables_are_brought_up_to_date_by_whom_it_is_said() {
    for (deploy, at_start, before) in [
        ("  helm: false\n", None, false),
        ("  migrate: never\n", None, false),
        ("  migrate: start\n", Some(true), false),
        ("  migrate: init\n", None, true),
    ] {
        let texts = rendered(&systems::order(), deploy);
        let config = |folder: &str| only(&texts, &format!("{folder}/order.yaml"));
        let said = |folder: &str| {
            config(folder)
                .pointer("/Database/Migrate")
                .and_then(Value::as_bool)
        };
        assert_eq!(said("deploy/config"), Some(true), "{deploy}");
        assert_eq!(said("etc"), None, "{deploy}");
        assert_eq!(said("deploy/k8s/base/config"), at_start, "{deploy}");
        for (name, expected) in [("order-rpc", before), ("order-api", false)] {
            let deployment = object(&texts, "Deployment", name);
            let container = deployment.pointer("/spec/template/spec/initContainers/0");
            assert_eq!(container.is_some(), expected, "{deploy}: {name}");
            let Some(container) = container else { continue };
            let args = json!(["-f", "/etc/zgen/order.yaml", "--migrate"]);
            assert_eq!(container["args"], args);
            let service = at(&deployment, "/spec/template/spec/containers/0");
            for same in [
                "image",
                "env",
                "resources",
                "securityContext",
                "volumeMounts",
            ] {
                assert_eq!(container[same], service[same], "{same}");
            }
        }
    }
}

#[test]
fn etcd_takes_the_place_of_dns() {
    let texts = rendered(
        &systems::order(),
        "  etcd: [\"a.infra:2379\", \"b.infra:2379\"]\n",
    );
    let hosts = "${ETCD_HOSTS:-a.infra:2379,b.infra:2379}";
    let gateway = only(&texts, "deploy/k8s/base/config/order-api.yaml");
    assert_eq!(string(&gateway, "/OrderRpc/Etcd/Hosts"), hosts);
    assert!(gateway.pointer("/OrderRpc/Target").is_none());
    let service = only(&texts, "deploy/k8s/base/config/order.yaml");
    assert_eq!(string(&service, "/Etcd/Hosts"), hosts);
    assert_eq!(string(&service, "/Etcd/Key"), "order.rpc");
    for name in ["order-api", "order-rpc"] {
        let policy = object(&texts, "NetworkPolicy", name);
        let egress = at(&policy, "/spec/egress").as_array().expect("a list");
        let ports = egress.iter().map(|rule| number(rule, "/ports/0/port"));
        assert_eq!(ports.filter(|port| *port == 2379).count(), 1, "{name}");
    }
    // Nobody without calls gets it.
    let alone = rendered(&systems::without_rpc(), "  etcd: [\"a.infra:2379\"]\n");
    let policy = object(&alone, "NetworkPolicy", "order-api");
    assert_eq!(
        at(&policy, "/spec/egress").as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn what_is_switched_on_is_a_component_of_production() {
    let gateway = "  route: {gateway: public/shared}\n";
    let ingress = "  route: {ingress: nginx, tls: shop-tls}\n";
    let hosts = "  workloads:\n    order-api: {hosts: [shop.example.com, \"*.example.org\"]}\n";
    let rows = [
        (String::new(), vec![]),
        ("  monitor: true\n".to_owned(), vec!["monitor"]),
        (format!("{gateway}{hosts}"), vec!["route"]),
        (
            format!("  monitor: true\n{ingress}{hosts}"),
            vec!["monitor", "route"],
        ),
    ];
    for (deploy, components) in rows {
        let texts = rendered(
            &systems::two_gateways(),
            &format!("  helm: false\n{deploy}"),
        );
        let folders: Vec<_> = ["monitor", "route"]
            .into_iter()
            .filter(|name| {
                texts.contains_key(&format!("deploy/k8s/components/{name}/kustomization.yaml"))
            })
            .collect();
        assert_eq!(folders, components, "{deploy}");
        let prod = only(&texts, "deploy/k8s/overlays/prod/kustomization.yaml");
        let listed = prod
            .get("components")
            .map(|_| strings(&prod, "/components"));
        let expected = components
            .iter()
            .map(|name| format!("../../components/{name}"));
        assert_eq!(listed.unwrap_or_default(), expected.collect(), "{deploy}");
        let dev = only(&texts, "deploy/k8s/overlays/dev/kustomization.yaml");
        assert!(dev.get("components").is_none());
        for name in components {
            let folder = format!("deploy/k8s/components/{name}");
            let list = strings(
                &only(&texts, &format!("{folder}/kustomization.yaml")),
                "/resources",
            );
            let there = texts
                .keys()
                .filter(|path| path.starts_with(&folder))
                .count();
            assert_eq!(list.len() + 1, there, "{folder}");
        }
    }
}

#[test]
fn routes_lead_to_the_services_of_gateways() {
    let path = "deploy/k8s/components/route/route.yaml";
    let hosts = "  workloads:\n    order-api: {hosts: [shop.example.com]}\n";
    let texts = rendered(
        &systems::two_gateways(),
        &format!("  route: {{gateway: public/shared}}\n{hosts}"),
    );
    let routes = documents(path, &texts[path]);
    assert_eq!(routes.len(), 2);
    for route in &routes {
        let name = string(route, "/metadata/name");
        let service = object(&texts, "Service", &name);
        assert_eq!(string(route, "/kind"), "HTTPRoute");
        let backend = at(route, "/spec/rules/0/backendRefs/0");
        assert_eq!(string(backend, "/name"), name);
        assert_eq!(at(backend, "/port"), at(&service, "/spec/ports/0/port"));
        let named = route.pointer("/spec/hostnames").is_some();
        assert_eq!(named, name == "order-api");
    }
    let texts = rendered(
        &systems::two_gateways(),
        &format!("  route: {{ingress: nginx, tls: t}}\n{hosts}"),
    );
    for route in documents(path, &texts[path]) {
        let name = string(&route, "/metadata/name");
        let service = object(&texts, "Service", &name);
        assert_eq!(string(&route, "/kind"), "Ingress");
        assert_eq!(string(&route, "/spec/tls/0/secretName"), "t");
        let backend = at(&route, "/spec/rules/0/http/paths/0/backend/service");
        assert_eq!(string(backend, "/name"), name);
        assert_eq!(
            at(backend, "/port/name"),
            at(&service, "/spec/ports/0/name")
        );
    }
}

#[test]
fn mistakes_have_a_place() {
    for (deploy, line, part) in [
        ("  replica: {min: 1, max: 2}\n", 2, "replica"),
        ("  replicas: {min: 3, max: 2}\n", 2, "min <= max"),
        ("  replicas: {min: 3}\n", 2, "max"),
        ("  monitor: true\n  resources: {cpu: 250x}\n", 3, "`250x`"),
        ("  resources: {memory: .5Gi.}\n", 2, "quantity"),
        ("  memory_target: 150\n", 2, "per cent"),
        ("  tag: -x\n", 2, "tag"),
        ("  etcd: [etcd]\n", 2, "HOST:PORT"),
        (
            "  workloads:\n    a: {hosts: [Shop.example.com]}\n",
            3,
            "host name",
        ),
        ("  route: {gateway: shared}\n", 2, "NAMESPACE/NAME"),
        ("  route: {}\n", 2, "CLASS"),
        ("  route: {gateway: a/b, tls: c}\n", 2, "TLS"),
    ] {
        let text = format!("deploy:\n{deploy}");
        let error = Project::parse("out".into(), &text)
            .expect_err(&text)
            .to_string();
        assert!(error.contains(part), "{deploy}: {error}");
        assert!(
            error.starts_with(&format!("out/zgen.yaml:{line}:")),
            "{deploy}: {error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
