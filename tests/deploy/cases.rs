//! The systems that the tests go through, what is printed for them, and what is expected of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use zgen::emit;
use zgen::lower::deploy;
use zgen::model::System;
use zgen::project::Options;
use zgen::rust::{Body, File};

use crate::systems;
use crate::yaml::{documents, number, string, strings};

pub(crate) type Texts = BTreeMap<String, String>;

pub(crate) fn render(system: &System) -> Texts {
    render_with(system, &Options::default())
}

/// With the values of a `zgen.yaml`.
pub(crate) fn render_with(system: &System, options: &Options) -> Texts {
    let print = |file: &File| match &file.body {
        Body::Text(_) | Body::Deploy(_) => emit::file(file).expect("renders"),
        other => panic!("not a file of a deployment: {other:?}"),
    };
    let files = deploy::files(system, options);
    let count = files.len();
    let texts: Texts = (files.iter())
        .map(|file| (file.path.to_string(), print(file)))
        .collect();
    assert_eq!(texts.len(), count, "two files of one path");
    texts
}

/// The only document of a file.
pub(crate) fn only(texts: &Texts, path: &str) -> Value {
    let text = texts
        .get(path)
        .unwrap_or_else(|| panic!("no {path} in {:?}", texts.keys()));
    let mut documents = documents(path, text);
    assert_eq!(documents.len(), 1, "{path}");
    documents.remove(0)
}

/// Every Kubernetes object of the base, by kind and name.
pub(crate) fn objects(texts: &Texts) -> BTreeMap<(String, String), Value> {
    let mut out = BTreeMap::new();
    let base = "deploy/k8s/base/";
    for path in listed(texts) {
        for object in documents(&path, &texts[&format!("{base}{path}")]) {
            let key = (string(&object, "/kind"), string(&object, "/metadata/name"));
            assert!(out.insert(key.clone(), object).is_none(), "{key:?} twice");
        }
    }
    out
}

/// The resources of the base.
pub(crate) fn listed(texts: &Texts) -> BTreeSet<String> {
    strings(
        &only(texts, "deploy/k8s/base/kustomization.yaml"),
        "/resources",
    )
}

/// What a process is, as `etc/` has it.
pub(crate) struct Process {
    pub(crate) host: &'static str,
    pub(crate) config: &'static str,
    pub(crate) gateway: bool,
    pub(crate) tables: bool,
}

impl Process {
    pub(crate) fn port(&self, config: &Value) -> u64 {
        if self.gateway {
            return number(config, "/Port");
        }
        let listen = string(config, "/ListenOn");
        listen
            .rsplit_once(':')
            .expect("host:port")
            .1
            .parse()
            .expect("a port")
    }
}

pub(crate) const fn gateway(host: &'static str, config: &'static str) -> Process {
    Process {
        host,
        config,
        gateway: true,
        tables: false,
    }
}

pub(crate) const fn service(host: &'static str, config: &'static str, tables: bool) -> Process {
    Process {
        host,
        config,
        gateway: false,
        tables,
    }
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) system: System,
    pub(crate) processes: Vec<Process>,
}

pub(crate) fn cases() -> Vec<Case> {
    let order_api = || gateway("order-api", "order-api.yaml");
    let case = |name, system, processes| Case {
        name,
        system,
        processes,
    };
    vec![
        case(
            "order",
            systems::order(),
            vec![order_api(), service("order-rpc", "order.yaml", true)],
        ),
        case(
            "no tables",
            systems::without_tables(),
            vec![order_api(), service("order-rpc", "order.yaml", false)],
        ),
        case("no rpc", systems::without_rpc(), vec![order_api()]),
        case(
            "no gateway",
            systems::without_gateway(),
            vec![service("order-rpc", "order.yaml", true)],
        ),
        case(
            "two services",
            systems::two_services(),
            vec![
                order_api(),
                service("order-rpc", "order.yaml", true),
                service("shop-user-v1-rpc", "shop-user-v1.yaml", true),
            ],
        ),
        case(
            "two gateways",
            systems::two_gateways(),
            vec![
                gateway("admin-api", "admin-api.yaml"),
                order_api(),
                service("order-rpc", "order.yaml", true),
            ],
        ),
        case(
            "tokens",
            systems::tokens(),
            vec![
                gateway("admin-api", "admin-api.yaml"),
                order_api(),
                service("order-rpc", "order.yaml", true),
            ],
        ),
        case("signatures", systems::signed(), vec![order_api()]),
        case(
            "service elsewhere",
            systems::service_elsewhere(),
            vec![order_api()],
        ),
    ]
}
