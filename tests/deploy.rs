//! Configuration and deployment files: every YAML parses, and they agree with each other on ports, paths and names.

#[path = "deploy/cases.rs"]
mod cases;
#[path = "deploy/chart.rs"]
mod chart;
#[path = "deploy/systems.rs"]
mod systems;
#[path = "deploy/values.rs"]
mod values;
#[path = "deploy/watching.rs"]
mod watching;
#[path = "deploy/yaml.rs"]
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use serde_json::Value;
use zgen::model::System;

use self::cases::{Process, cases, listed, objects, only, render};
use self::yaml::{at, documents, number, string, strings, switched_on, variables};

#[test]
fn every_yaml_parses() {
    for case in cases() {
        let texts = render(&case.system);
        for (path, text) in texts.iter().filter(|(path, _)| is_yaml(path)) {
            for document in documents(path, text) {
                assert!(document.is_object(), "{}: {path}", case.name);
            }
        }
    }
}

fn is_yaml(path: &str) -> bool {
    Utf8Path::new(path).extension() == Some("yaml")
}

#[test]
fn texts_are_tidy() {
    for case in cases() {
        for (path, text) in render(&case.system) {
            assert!(text.ends_with('\n'), "{path}: last line");
            assert!(!text.ends_with("\n\n"), "{path}: blank line at the end");
            assert!(!text.starts_with('\n'), "{path}: blank line at the start");
            assert!(!text.contains("\n\n\n"), "{path}: two blank lines\n{text}");
            for line in text.lines() {
                assert_eq!(line, line.trim_end(), "{path}: blanks at the end");
            }
        }
    }
}

#[test]
fn the_same_system_gives_the_same_files() {
    for case in cases() {
        assert_eq!(render(&case.system), render(&case.system), "{}", case.name);
    }
    assert!(render(&System::default()).is_empty());
}

#[test]
fn ports_agree() {
    for case in cases() {
        let texts = render(&case.system);
        let objects = objects(&texts);
        let compose = only(&texts, "deploy/docker-compose.yaml");
        check_published(&compose);
        let mut host_ports = BTreeSet::new();
        for process in &case.processes {
            let Process { host, config, .. } = process;
            let etc = only(&texts, &format!("etc/{config}"));
            let port = process.port(&etc);
            let dev_port = number(&etc, "/DevServer/Port");
            assert!(host_ports.insert(port) && host_ports.insert(dev_port));
            for folder in ["deploy/config", "deploy/k8s/base/config"] {
                let mounted = only(&texts, &format!("{folder}/{config}"));
                assert_eq!(process.port(&mounted), port, "{folder}/{config}");
                assert_eq!(number(&mounted, "/DevServer/Port"), dev_port);
                assert_eq!(at(&mounted, "/Name"), at(&etc, "/Name"));
            }
            let dockerfile = &texts[&format!("deploy/Dockerfile.{host}")];
            assert!(dockerfile.contains(&format!("EXPOSE {port} {dev_port}\n")));
            let collector = only(&texts, "deploy/otel-collector.yaml");
            let targets = strings(
                &collector,
                "/receivers/prometheus/config/scrape_configs/0/static_configs/0/targets",
            );
            assert!(targets.contains(&format!("{host}:{dev_port}")));
            if process.gateway {
                let ports = strings(&compose, &format!("/services/{host}/ports"));
                let variable = host.to_uppercase().replace('-', "_") + "_PORT";
                let published = format!("127.0.0.1:${{{variable}:-{port}}}:{port}");
                assert_eq!(ports, [published].into());
                let settings = &texts["deploy/.env.example"];
                assert!(settings.contains(&format!("\n{variable}={port}\n")));
            }
            check_workload(&objects, process, port, dev_port);
        }
    }
}

fn check_published(compose: &Value) {
    let mut published = BTreeSet::new();
    for (name, service) in at(compose, "/services").as_object().expect("a map") {
        if service.get("ports").is_some() {
            for port in strings(service, "/ports") {
                let host = port.rsplit_once(':').expect("host:container").0;
                let number = host
                    .strip_prefix("127.0.0.1:${")
                    .expect("this machine only");
                let number = number.split_once(":-").expect("a default").1.to_owned();
                assert!(published.insert(number), "{name}: {port} twice");
            }
        }
    }
}

fn check_workload(
    objects: &BTreeMap<(String, String), Value>,
    process: &Process,
    port: u64,
    dev_port: u64,
) {
    let host = process.host;
    let get = |kind: &str, name: &str| &objects[&(kind.to_owned(), name.to_owned())];
    let deployment = get("Deployment", host);
    let container = at(deployment, "/spec/template/spec/containers/0");
    assert_eq!(number(container, "/ports/0/containerPort"), port);
    assert_eq!(number(container, "/ports/1/containerPort"), dev_port);
    let scraped = "/spec/template/metadata/annotations/prometheus.io~1port";
    assert_eq!(string(deployment, scraped), dev_port.to_string());
    let main = string(container, "/ports/0/name");
    assert_eq!(
        string(get("Service", host), "/spec/ports/0/targetPort"),
        main
    );
    if process.gateway {
        assert_eq!(string(container, "/livenessProbe/httpGet/path"), "/health");
        assert_eq!(string(container, "/readinessProbe/httpGet/path"), "/ready");
        assert_eq!(string(container, "/readinessProbe/httpGet/port"), main);
    } else {
        assert_eq!(number(container, "/livenessProbe/grpc/port"), port);
        assert_eq!(number(container, "/readinessProbe/grpc/port"), port);
        let headless = get("Service", &format!("{host}-headless"));
        assert_eq!(number(headless, "/spec/ports/0/port"), port);
        assert_eq!(string(headless, "/spec/clusterIP"), "None");
    }
    let policy = get("NetworkPolicy", host);
    assert_eq!(number(policy, "/spec/ingress/0/ports/0/port"), port);
    assert_eq!(number(policy, "/spec/ingress/1/ports/0/port"), dev_port);
    for kind in [
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "ServiceAccount",
    ] {
        get(kind, host);
    }
}

#[test]
fn paths_agree() {
    for case in cases() {
        let texts = render(&case.system);
        let compose = only(&texts, "deploy/docker-compose.yaml");
        let base = only(&texts, "deploy/k8s/base/kustomization.yaml");
        let objects = objects(&texts);
        for Process { host, config, .. } in &case.processes {
            let mounted = format!("/etc/zgen/{config}");
            let dockerfile = &texts[&format!("deploy/Dockerfile.{host}")];
            let command = format!("CMD [\"-f\", \"{mounted}\"]\n");
            assert!(dockerfile.ends_with(&command), "{dockerfile}");
            let health =
                format!("[\"/usr/local/bin/{host}\", \"-f\", \"{mounted}\", \"healthcheck\"]");
            assert!(dockerfile.contains(&health), "{dockerfile}");
            let service = at(&compose, &format!("/services/{host}"));
            let volume = format!("./config/{config}:{mounted}:ro");
            assert_eq!(strings(service, "/volumes"), [volume].into());
            let path = format!("deploy/Dockerfile.{host}");
            assert_eq!(string(service, "/build/dockerfile"), path);

            let deployment = &objects[&("Deployment".to_owned(), (*host).to_owned())];
            let pod = at(deployment, "/spec/template/spec");
            let arguments = ["-f".to_owned(), mounted].into();
            assert_eq!(strings(pod, "/containers/0/args"), arguments);
            let map = string(pod, "/volumes/0/configMap/name");
            let generators = at(&base, "/configMapGenerator").as_array();
            let generator = (generators.expect("a list").iter())
                .find(|it| string(it, "/name") == map)
                .unwrap_or_else(|| panic!("no generator of {map}"));
            let files = [format!("config/{config}")].into();
            assert_eq!(strings(generator, "/files"), files);
        }
    }
}

#[test]
fn the_key_for_signatures_is_where_the_configuration_looks() {
    let texts = render(&systems::signed());
    let path = "/run/secrets/order-api-signature.pem";
    for folder in ["deploy/config", "deploy/k8s/base/config"] {
        let config = only(&texts, &format!("{folder}/order-api.yaml"));
        assert_eq!(string(&config, "/Signature/PrivateKeys/0/KeyFile"), path);
    }
    let compose = only(&texts, "deploy/docker-compose.yaml");
    let secret = at(&compose, "/services/order-api/secrets/0");
    let file = format!("/secrets/{}/file", string(secret, "/source"));
    assert_eq!(string(&compose, &file), "./secrets/order-api-signature.pem");
    // Compose puts it below this folder.
    assert_eq!(format!("/run/secrets/{}", string(secret, "/target")), path);

    let deployment = &objects(&texts)[&("Deployment".to_owned(), "order-api".to_owned())];
    let pod = at(deployment, "/spec/template/spec");
    let mount = at(pod, "/containers/0/volumeMounts/1");
    let volume = at(pod, "/volumes/1");
    assert_eq!(at(mount, "/name"), at(volume, "/name"));
    let secret = string(volume, "/secret/secretName");
    let readme = &texts["deploy/README.md"];
    let name = path
        .strip_prefix(&string(mount, "/mountPath"))
        .expect("in the folder");
    let made = format!("create secret generic {secret} --from-file=deploy/secrets{name}\n");
    assert!(readme.contains(&made), "{readme}");
    assert!(
        readme.contains(&format!("-out deploy/secrets{name} ")),
        "{readme}"
    );
    assert!(texts["deploy/secrets/.gitignore"].starts_with("*\n"));
}

#[test]
fn callers_find_services() {
    let sections = [
        ("order", vec![("OrderRpc", "order.rpc", 8080)]),
        (
            "two services",
            vec![
                ("OrderRpc", "order.rpc", 8080),
                ("ShopUserV1Rpc", "shop.user.v1.rpc", 8081),
            ],
        ),
        ("service elsewhere", vec![("OrderRpc", "order.rpc", 8080)]),
    ];
    for (name, clients) in sections {
        let case = cases().into_iter().find(|case| case.name == name);
        let texts = render(&case.expect("a case").system);
        let read = |folder: &str| only(&texts, &format!("{folder}/order-api.yaml"));
        for (section, key, port) in clients {
            let etc = read("etc");
            let endpoints = strings(&etc, &format!("/{section}/Endpoints"));
            assert_eq!(endpoints, [format!("127.0.0.1:{port}")].into());
            let compose = read("deploy/config");
            assert_eq!(string(&compose, &format!("/{section}/Etcd/Key")), key);
            let host = key.replace('.', "-");
            let target = format!("dns:///{host}-headless:{port}");
            let cluster = read("deploy/k8s/base/config");
            assert_eq!(string(&cluster, &format!("/{section}/Target")), target);
        }
    }
    let texts = render(&systems::order());
    let registered = only(&texts, "deploy/config/order.yaml");
    assert_eq!(string(&registered, "/Etcd/Key"), "order.rpc");
}

#[test]
fn nobody_gets_what_is_not_needed() {
    for case in cases() {
        let texts = render(&case.system);
        let compose = only(&texts, "deploy/docker-compose.yaml");
        let tables = case.processes.iter().any(|process| process.tables);
        let rpc = !case.system.rpcs.is_empty();
        for (container, wanted) in [("etcd", rpc), ("mysql", tables), ("redis", tables)] {
            let there = compose.pointer(&format!("/services/{container}")).is_some();
            assert_eq!(there, wanted, "{}: {container}", case.name);
        }
        let below = |folder: &str| texts.keys().any(|path| path.starts_with(folder));
        assert_eq!(below("deploy/mysql/"), tables, "{}", case.name);
        let tokens = case.system.gateways.iter().any(|it| !it.groups.is_empty());
        assert_eq!(below("deploy/secrets/"), tables || tokens, "{}", case.name);
        for process in &case.processes {
            for folder in ["etc", "deploy/config", "deploy/k8s/base/config"] {
                let config = only(&texts, &format!("{folder}/{}", process.config));
                let there = config.pointer("/Database/DataSource").is_some();
                assert_eq!(there, process.tables, "{}: {folder}", case.name);
            }
        }
    }
}

#[test]
fn commented_sections_are_ready_to_be_switched_on() {
    let texts = render(&systems::order());
    let sections = [
        (
            "etc/order-api.yaml",
            "/OpenTelemetry/Endpoint",
            "http://localhost:4317",
        ),
        (
            "etc/order-api.yaml",
            "/OrderRpc/Etcd/Hosts/0",
            "localhost:2379",
        ),
        ("etc/order-api.yaml", "/OrderRpc/Etcd/Key", "order.rpc"),
        (
            "etc/order-api.yaml",
            "/Cors/AllowOrigins/0",
            "http://localhost:5173",
        ),
        (
            "etc/order.yaml",
            "/OpenTelemetry/Endpoint",
            "http://localhost:4317",
        ),
        ("etc/order.yaml", "/Etcd/Key", "order.rpc"),
        ("etc/order.yaml", "/Redis/Host", "localhost:6379"),
        ("etc/order.yaml", "/Database/DataSource", "${MYSQL_DSN}"),
    ];
    for (path, pointer, expected) in sections {
        let config = &documents(path, &switched_on(&texts[path]))[0];
        assert_eq!(string(config, pointer), expected, "{path}");
    }
}

#[test]
fn databases_are_those_of_the_data_sources() {
    let texts = render(&systems::two_services());
    for (host, database) in [
        ("order-rpc", "order_db"),
        ("shop-user-v1-rpc", "shop_user_v1_db"),
    ] {
        let users = &texts["deploy/mysql/00-databases.sh"];
        assert!(users.contains(&format!("create {database} ")), "{users}");
        let variables = &texts[&format!("deploy/secrets/{host}.env.example")];
        assert!(variables.contains(&format!("/{database}?")), "{variables}");
    }
}

#[test]
fn variables_without_a_default_are_given() {
    for case in cases() {
        let texts = render(&case.system);
        let objects = objects(&texts);
        for Process { host, config, .. } in &case.processes {
            let wanted = needed(&texts, &format!("deploy/config/{config}"));
            let compose = only(&texts, "deploy/docker-compose.yaml");
            let file = compose.pointer(&format!("/services/{host}/env_file/0/path"));
            let example = file.map(|file| {
                let file = file.as_str().expect("a path").trim_start_matches("./");
                &texts[&format!("deploy/{file}.example")]
            });
            for name in &wanted {
                let line = format!("\n{name}=");
                assert!(example.is_some_and(|text| text.contains(&line)), "{name}");
            }
            assert_eq!(wanted.is_empty(), example.is_none(), "{host}");

            let deployment = &objects[&("Deployment".to_owned(), (*host).to_owned())];
            let env = at(deployment, "/spec/template/spec/containers/0/env");
            let given: BTreeSet<_> = (env.as_array().expect("a list").iter())
                .map(|variable| string(variable, "/name"))
                .collect();
            let wanted = needed(&texts, &format!("deploy/k8s/base/config/{config}"));
            assert!(wanted.is_subset(&given), "{wanted:?} in {given:?}");
            // Each from the workload's own Secret, under its own name; that Secret is made from the example.
            for variable in env.as_array().expect("a list") {
                let name = string(variable, "/name");
                if wanted.contains(&name) {
                    let from = at(variable, "/valueFrom/secretKeyRef");
                    assert_eq!(string(from, "/name"), *host, "{name}");
                    assert_eq!(string(from, "/key"), name);
                    let made =
                        format!("create secret generic {host} --from-env-file=deploy/secrets/");
                    assert!(texts["deploy/README.md"].contains(&made), "{host}");
                }
            }
        }
        // Passwords are nowhere but in the examples.
        for (path, text) in &texts {
            let example = path.starts_with("deploy/secrets/") && !path.ends_with(".gitignore");
            assert_eq!(text.contains("change-me"), example, "{path}");
        }
    }
}

/// What a process does not start without: `${NAME}` of its configuration, and what signs tokens.
fn needed(texts: &cases::Texts, path: &str) -> BTreeSet<String> {
    let mut names = variables(&texts[path]);
    let config = only(texts, path);
    let name = string(&config, "/Name").replace(['-', '.'], "_");
    for (section, value) in config.as_object().expect("a map") {
        if value.get("AccessExpire").is_some() && value.get("AccessSecret").is_none() {
            names.insert(format!("{name}__{section}__AccessSecret").to_uppercase());
        }
    }
    names
}

#[test]
fn the_base_is_complete() {
    for case in cases() {
        let texts = render(&case.system);
        let base = "deploy/k8s/base/";
        let written: BTreeSet<_> = (texts.keys())
            .filter_map(|path| path.strip_prefix(base))
            .filter(|path| !path.starts_with("config/") && *path != "kustomization.yaml")
            .map(ToOwned::to_owned)
            .collect();
        assert_eq!(listed(&texts), written, "{}", case.name);

        let objects = objects(&texts);
        let deployments = objects.iter().filter(|((kind, _), _)| kind == "Deployment");
        let images: BTreeSet<_> = deployments
            .map(|(_, object)| string(object, "/spec/template/spec/containers/0/image"))
            .collect();
        for overlay in ["dev", "prod"] {
            let path = format!("deploy/k8s/overlays/{overlay}/kustomization.yaml");
            let overlay = only(&texts, &path);
            let entries = at(&overlay, "/images").as_array().expect("a list");
            let named: BTreeSet<_> = (entries.iter())
                .map(|it| format!("{}:{}", string(it, "/name"), string(it, "/newTag")))
                .collect();
            assert_eq!(named, images, "{path}");
        }
    }
}

#[test]
fn calls_pass_both_network_policies() {
    let texts = render(&systems::two_services());
    let objects = objects(&texts);
    let policy = |name: &str| &objects[&("NetworkPolicy".to_owned(), name.to_owned())];
    let egress = at(policy("order-api"), "/spec/egress").as_array();
    let egress = egress.expect("a list");
    for service in ["order-rpc", "shop-user-v1-rpc"] {
        let label = "/podSelector/matchLabels/app.kubernetes.io~1name";
        let ingress = at(policy(service), "/spec/ingress/0");
        assert_eq!(string(ingress, &format!("/from/0{label}")), "order-api");
        let to = |rule: &&Value| {
            let name = rule.pointer(&format!("/to/0{label}"));
            name.is_some_and(|name| name == service)
        };
        let rule = egress.iter().find(to).expect("a way out");
        assert_eq!(at(rule, "/ports"), at(ingress, "/ports"), "{service}");
    }
}

#[test]
fn words_that_yaml_takes_for_something_else_are_quoted() {
    let mut system = systems::order();
    system.gateways[0].name = "on".to_owned();
    let texts = render(&system);
    assert!(texts["etc/on.yaml"].contains("Name: \"on\"\n"));
    assert!(texts["deploy/k8s/base/on/deployment.yaml"].contains("name: \"on\"\n"));
}

/// For the independent validators: `cargo test --test deploy -- --ignored`, then run them on the folders.
#[test]
#[ignore = "writes below the target folder"]
fn write_folders() {
    for case in cases() {
        let name = case.name.replace(' ', "-");
        let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("deploy")
            .join(name);
        if root.exists() {
            std::fs::remove_dir_all(&root).expect("removes the last run's");
        }
        for (path, text) in render(&case.system) {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
            std::fs::write(path, text).expect("writes");
        }
        println!("{}", root.display());
    }
}
