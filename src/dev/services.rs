//! Which processes a generated workspace consists of, and where they listen.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, bail};
use camino::{Utf8Path, Utf8PathBuf};

use super::settings::{Env, Settings, variable};

/// One process of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The folder below `crates/`.
    pub package: String,
    /// Relative to the workspace: `etc/order-api.yaml`.
    pub config: Utf8PathBuf,
    /// `Name:` of the config, which is also `service.name` of its spans.
    pub name: String,
    pub role: Role,
    /// As configured; empty for every interface.
    pub host: String,
    pub port: u16,
    /// The port for metrics and probes, if it is on.
    pub dev_port: Option<u16>,
    /// Sections that name other services by address: `OrderRpc` to its `Endpoints`.
    pub clients: BTreeMap<String, Vec<String>>,
    /// Variables with secrets of tokens that neither the config nor the environment has.
    pub secrets: Vec<String>,
    /// Variables that have the schema of a server brought up to date, where the config does not say.
    pub migrates: Vec<String>,
}

/// Services come first, because a gateway calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Service,
    Gateway,
}

impl Role {
    /// The key of the address in the config.
    pub fn address_key(self) -> &'static str {
        match self {
            Self::Service => "ListenOn",
            Self::Gateway => "Port",
        }
    }
}

/// What [`find`] has found.
#[derive(Debug, Default)]
pub struct Found {
    /// Services before gateways, each by package name.
    pub services: Vec<Service>,
    /// Packages with a `main.rs` but no config: somebody's tools, or a config that was moved.
    pub without_config: Vec<String>,
}

/// Looks through `crates/` and `etc/` of the workspace in `dir`.
pub fn find(dir: &Utf8Path, env: Env<'_>) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for package in binaries(dir)? {
        let paths = configs(&package);
        let Some(path) = paths.iter().find(|path| dir.join(path).is_file()) else {
            found.without_config.push(package);
            continue;
        };
        let text = fs::read_to_string(dir.join(path)).with_context(|| format!("reading {path}"))?;
        found.services.push(service(&package, path, &text, env)?);
    }
    if found.services.is_empty() {
        bail!("{dir} holds no service: looked for crates/*/src/main.rs with a config in etc/");
    }
    // Stable, so each role stays sorted by name.
    found.services.sort_by_key(|service| service.role);
    Ok(found)
}

/// Names of the packages below `crates/` that have a `main.rs`, sorted.
fn binaries(dir: &Utf8Path) -> anyhow::Result<Vec<String>> {
    let crates = dir.join("crates");
    let entries = crates
        .read_dir_utf8()
        .with_context(|| format!("{dir} is not a generated workspace: cannot read {crates}"))?;
    let mut packages = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {crates}"))?;
        if entry.path().join("src/main.rs").is_file() {
            packages.push(entry.file_name().to_owned());
        }
    }
    packages.sort();
    Ok(packages)
}

/// The config is named after the crate, without the `-rpc` that tells a service's crate from its description.
fn configs(package: &str) -> Vec<Utf8PathBuf> {
    let short = package.strip_suffix("-rpc");
    let names = [Some(package), short].into_iter().flatten();
    names
        .map(|name| Utf8PathBuf::from(format!("etc/{name}.yaml")))
        .collect()
}

fn service(package: &str, path: &Utf8Path, text: &str, env: Env<'_>) -> anyhow::Result<Service> {
    let settings = Settings::parse(path, text, env)?;
    let (role, host, port) = if let Some(address) = settings.text(&["ListenOn"]) {
        let Some((host, port)) = address.rsplit_once(':') else {
            bail!("{path}: `ListenOn: {address}` is not HOST:PORT");
        };
        (Role::Service, host.to_owned(), port.to_owned())
    } else if let Some(port) = settings.text(&["Port"]) {
        let host = settings.text(&["Host"]).unwrap_or_default();
        (Role::Gateway, host, port)
    } else {
        bail!("{path} has neither `Port:` (a gateway) nor `ListenOn:` (a service)");
    };
    let key = role.address_key();
    let port = number(path, key, &port)?;
    let clients = settings.sections().filter_map(|section| {
        let endpoints = settings.list(&[section, "Endpoints"])?;
        Some((section.to_owned(), endpoints))
    });
    Ok(Service {
        package: package.to_owned(),
        config: path.to_owned(),
        role,
        host,
        port,
        dev_port: dev_port(path, &settings)?,
        clients: clients.collect(),
        secrets: secrets(&settings),
        migrates: migrates(&settings),
        name: settings.name.clone(),
    })
}

/// Sections of tokens are known by how long tokens live.
fn secrets(settings: &Settings<'_>) -> Vec<String> {
    let has = |section, key| settings.text(&[section, key]).is_some();
    let wanting = settings.sections().filter(|section| {
        let is_given = has(section, "AccessSecret") || has(section, "Secret");
        has(section, "AccessExpire") && !is_given
    });
    wanting
        .map(|section| variable(&settings.name, &[section, "AccessSecret"]))
        .collect()
}

/// SQLite is, by itself.
fn migrates(settings: &Settings<'_>) -> Vec<String> {
    let is_open = |section: &&str| {
        let source = settings.text(&[section, "DataSource"]).unwrap_or_default();
        let is_said = settings.text(&[section, "Migrate"]).is_some();
        !is_said && !source.is_empty() && !source.starts_with("sqlite:")
    };
    let sections = settings.sections().filter(|section| {
        let names = ["Database", "Mysql"];
        names.iter().any(|name| name.eq_ignore_ascii_case(section))
    });
    sections
        .filter(is_open)
        .map(|section| variable(&settings.name, &[section, "Migrate"]))
        .collect()
}

fn dev_port(path: &Utf8Path, settings: &Settings<'_>) -> anyhow::Result<Option<u16>> {
    let on = settings.text(&["DevServer", "Enabled"]);
    match settings.text(&["DevServer", "Port"]) {
        Some(port) if on.as_deref() != Some("false") => {
            let port = number(path, "DevServer.Port", &port)?;
            // The system chooses for port 0, so nothing can be in its way.
            Ok(Some(port).filter(|port| *port != 0))
        }
        _ => Ok(None),
    }
}

fn number(path: &Utf8Path, key: &str, text: &str) -> anyhow::Result<u16> {
    text.parse()
        .with_context(|| format!("{path}: `{key}` names the port {text:?}, which is no port"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Service> {
        service("order-rpc", "etc/order.yaml".into(), text, &|_| None)
    }

    #[test]
    fn reads_configs() -> anyhow::Result<()> {
        let gateway = "Name: order-api\nHost: 127.0.0.1\nPort: 8888\n\
            OrderRpc:\n  Endpoints: [127.0.0.1:8080]\nDevServer:\n  Port: 6060\n";
        let cases = [
            (gateway, Role::Gateway, "127.0.0.1", 8888, Some(6060), 1),
            ("Name: a\nPort: 1\n", Role::Gateway, "", 1, None, 0),
            (
                "Name: a\nListenOn: 0.0.0.0:8080\nDevServer: {Port: 0}\n",
                Role::Service,
                "0.0.0.0",
                8080,
                None,
                0,
            ),
            (
                "Name: a\nListenOn: :8080\n",
                Role::Service,
                "",
                8080,
                None,
                0,
            ),
            (
                "Name: a\nListenOn: '[::]:8080'\nDevServer: {Enabled: false, Port: 1}\n",
                Role::Service,
                "[::]",
                8080,
                None,
                0,
            ),
        ];
        for (text, role, host, port, dev_port, clients) in cases {
            let service = read(text)?;
            assert_eq!(service.role, role, "{text}");
            assert_eq!(service.host, host, "{text}");
            assert_eq!(service.port, port, "{text}");
            assert_eq!(service.dev_port, dev_port, "{text}");
            assert_eq!(service.clients.len(), clients, "{text}");
        }
        Ok(())
    }

    #[test]
    fn servers_are_brought_up_to_date() -> anyhow::Result<()> {
        let text = |keys: &str| format!("Name: a.b\nListenOn: 0.0.0.0:1\nDatabase: {{{keys}}}\n");
        let server = "DataSource: '${DSN:-mysql://a@b/c}'";
        for (keys, expected) in [
            (server.to_owned(), vec!["A_B__DATABASE__MIGRATE"]),
            (format!("{server}, Migrate: false"), vec![]),
            ("DataSource: 'sqlite://data/a.db'".to_owned(), vec![]),
        ] {
            let service = service("a-rpc", "etc/a.yaml".into(), &text(&keys), &|_| None)?;
            assert_eq!(service.migrates, expected, "{keys}");
        }
        Ok(())
    }

    #[test]
    fn secrets_that_are_nowhere_are_wanted() -> anyhow::Result<()> {
        let text =
            "Name: a-b\nPort: 1\nAuth: {AccessExpire: 1}\nOld: {AccessExpire: 1, Secret: x}\n";
        let read = |env: Env<'_>| service("a-b", "etc/a-b.yaml".into(), text, env);
        assert_eq!(read(&|_| None)?.secrets, ["A_B__AUTH__ACCESSSECRET"]);
        let given = |name: &str| (name == "A_B__AUTH__ACCESSSECRET").then(|| "s".to_owned());
        assert!(read(&given)?.secrets.is_empty());
        Ok(())
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("Name: a\n", "has neither `Port:`"),
            ("Name: a\nListenOn: here\n", "is not HOST:PORT"),
            ("Name: a\nPort: many\n", "`Port` names the port \"many\""),
            ("Name: a\nPort: 70000\n", "which is no port"),
        ];
        for (text, expected) in cases {
            let error = read(text).err().map(|error| error.to_string());
            let error = error.unwrap_or_default();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(error.contains("etc/order.yaml"), "{text}: {error}");
        }
    }

    #[test]
    fn config_names() {
        assert_eq!(configs("order-api"), ["etc/order-api.yaml"]);
        assert_eq!(
            configs("order-rpc"),
            ["etc/order-rpc.yaml", "etc/order.yaml"]
        );
    }
}
