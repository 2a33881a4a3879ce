//! What zgen writes for a deployment, against what reads it: configurations, variables, arguments and ports of the expected
//! workspaces by the runtime's own parsers.
#![cfg(all(feature = "http", feature = "jwt", feature = "signature"))]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use zgen_rt::args::{Args, Command};
use zgen_rt::config::{
    CacheConf, ConfigFile, DatabaseConf, JwtConf, RestConf, RpcClientConf, RpcServerConf,
    SignatureConf,
};

/// The expected workspaces, where there are any: a vendored runtime has none beside it.
fn deployments() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/projects");
    let projects = fs::read_dir(root).into_iter().flatten().flatten();
    let folders = projects.map(|project| project.path().join("expected/deploy"));
    folders.filter(|folder| folder.is_dir()).collect()
}

fn yaml(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The variables of a list of Kubernetes, those from elsewhere with a value of their own.
fn variables(container: &Value) -> BTreeMap<String, String> {
    let env = container["env"].as_array().into_iter().flatten();
    env.map(|variable| {
        let name = variable["name"].as_str().expect("a name").to_owned();
        let value = variable["value"].as_str().unwrap_or("0.5-made-up");
        let value = if name == "OTEL_SAMPLER" { "0.5" } else { value };
        (name, value.to_owned())
    })
    .collect()
}

/// Under compose: those of the file and those of the example.
fn composed(service: &Value, deploy: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in service["environment"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let default = value
            .split_once(":-")
            .map(|(_, rest)| rest.trim_end_matches('}'));
        found.insert(name.clone(), default.unwrap_or(value).to_owned());
    }
    for file in service["env_file"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().expect("a path");
        let text = fs::read_to_string(deploy.join(format!("{path}.example"))).expect(path);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once('='));
        found.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    found
}

/// Reads a configuration as its process would; returns its two ports.
fn ports(path: &Path, env: &BTreeMap<String, String>) -> (u16, u16) {
    let text = fs::read_to_string(path).expect("a configuration");
    let keys: Map<String, Value> = serde_saphyr::from_str(&text).expect("YAML");
    let variable = |name: &str| env.get(name).cloned();
    let file = ConfigFile::parse(path, &text, &variable, env.clone());
    let file = file.unwrap_or_else(|error| panic!("{error}"));
    let (port, dev) = if keys.contains_key("ListenOn") {
        let conf: RpcServerConf = file.root().unwrap_or_else(fail);
        let port = conf
            .listen_on
            .rsplit(':')
            .next()
            .expect("a port")
            .to_owned();
        (port.parse().expect("a port"), conf.dev_server)
    } else {
        let conf: RestConf = file.root().unwrap_or_else(fail);
        (conf.port, conf.dev_server)
    };
    for (key, value) in &keys {
        let is_tokens = value.get("AccessExpire").is_some();
        match key.as_str() {
            "Database" => drop(file.section::<DatabaseConf>(key).unwrap_or_else(fail)),
            "Redis" => drop(file.section::<CacheConf>(key).unwrap_or_else(fail)),
            "Signature" => drop(file.section::<SignatureConf>(key).unwrap_or_else(fail)),
            key if key.ends_with("Rpc") => {
                let client: RpcClientConf = file.section(key).unwrap_or_else(fail);
                let hosts = client.etcd.map_or(0, |etcd| etcd.hosts.len());
                assert!(
                    client.target.is_some() || hosts > 0,
                    "{}: {key}",
                    path.display()
                );
            }
            key if is_tokens => drop(file.section::<JwtConf>(key).unwrap_or_else(fail)),
            _ => {}
        }
    }
    assert_eq!(file.unread(), Vec::<String>::new(), "{}", path.display());
    (port, dev.expect("a dev server").port)
}

#[allow(clippy::needless_pass_by_value)] // As `unwrap_or_else` gives it.
fn fail<T>(error: zgen_rt::config::Error) -> T {
    panic!("{error}")
}

fn arguments(list: &Value) -> Args {
    let words = list.as_array().expect("arguments").iter();
    let words = words.map(|word| word.as_str().expect("a word").to_owned());
    Args::parse_from(words, "default.yaml", "0").expect("arguments that are known")
}

/// The lists behind `CMD` in a Dockerfile, the health check's first.
fn commands(dockerfile: &str) -> Vec<Value> {
    let lines = dockerfile.lines().map(str::trim_start);
    let lists = lines.filter_map(|line| line.strip_prefix("CMD "));
    lists
        .map(|list| serde_json::from_str(list).expect("a list"))
        .collect()
}

#[test]
fn what_is_mounted_is_read_with_nothing_left() {
    let mut read = 0;
    for deploy in deployments() {
        let compose = yaml(&deploy.join("docker-compose.yaml"));
        let base = deploy.join("k8s/base");
        for config in fs::read_dir(deploy.join("config"))
            .expect("configurations")
            .flatten()
        {
            let config = config.file_name().into_string().expect("a name");
            let mounted = format!("/etc/zgen/{config}");
            let services = compose["services"].as_object().expect("services");
            let mounts = |service: &Value| {
                let volumes = service["volumes"].as_array().into_iter().flatten();
                volumes
                    .filter_map(Value::as_str)
                    .any(|it| it.contains(&format!(":{mounted}:")))
            };
            let service = services.iter().find(|(_, service)| mounts(service));
            let (name, service) = service.unwrap_or_else(|| panic!("{config} is not mounted"));
            let found = ports(
                &deploy.join("config").join(&config),
                &composed(service, &deploy),
            );

            let deployment = yaml(&base.join(name).join("deployment.yaml"));
            let container = &deployment["spec"]["template"]["spec"]["containers"][0];
            let env = variables(container);
            assert_eq!(ports(&base.join("config").join(&config), &env), found);
            let port = |index: usize| container["ports"][index]["containerPort"].as_u64();
            assert_eq!(
                (port(0), port(1)),
                (Some(found.0.into()), Some(found.1.into()))
            );

            let dockerfile = fs::read_to_string(deploy.join(format!("Dockerfile.{name}")));
            let dockerfile = dockerfile.expect("a Dockerfile");
            let started = arguments(&container["args"]);
            let commands = commands(&dockerfile);
            let [health, serve] = &commands[..] else {
                panic!("{commands:?}");
            };
            assert_eq!(started, arguments(serve));
            // The first word is the program.
            let asked = arguments(&health.as_array().expect("words")[1..].into());
            assert_eq!(asked.command, Command::HealthCheck);
            assert_eq!(asked.config, started.config);
            assert_eq!(started.config, Path::new(&mounted));
            assert_eq!(started.command, Command::Serve);
            read += 1;
        }
    }
    assert!(read >= 7 || deployments().is_empty(), "{read}");
}
