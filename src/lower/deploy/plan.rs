//! Names and ports, decided once for every file that mentions them.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};

use crate::lower::names;
use crate::model::{self, Dialect, Rpc, System};
use crate::rust::deploy::{Database, MYSQL, POSTGRES};

/// The processes of a workspace, in the order of their names.
#[derive(Debug)]
pub struct Plan<'a> {
    pub gateways: Vec<Gateway<'a>>,
    /// Only those that the workspace contains.
    pub services: Vec<Service<'a>>,
    /// Every service that gateways call, those that live elsewhere included.
    pub callees: Vec<Callee>,
}

/// One binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// go-zero's `Name`, such as `order-api` or `order.rpc`.
    pub name: String,
    /// Crate and binary, such as `order-api` or `order-rpc`.
    pub crate_name: String,
    /// The crate's name as a DNS label: container, image, Deployment and Service.
    pub host: String,
    /// File name of the configuration below `etc/`, such as `order-api.yaml` or `order.yaml`.
    pub config: String,
    pub port: u16,
    /// Of the dev server, with `/metrics` and `/healthz`.
    pub dev_port: u16,
}

#[derive(Debug)]
pub struct Gateway<'a> {
    pub process: Process,
    pub model: &'a model::Gateway,
}

#[derive(Debug)]
pub struct Service<'a> {
    pub process: Process,
    pub model: &'a Rpc,
    /// `None`: the service owns no tables.
    pub database: Option<Database>,
}

/// A service as its callers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callee {
    /// The section in a gateway's configuration, such as `OrderRpc`.
    pub section: String,
    /// The key in etcd, such as `order.rpc`.
    pub etcd_key: String,
    /// As [`Process::host`].
    pub host: String,
    pub port: u16,
    /// Whether the workspace contains it.
    pub local: bool,
}

impl<'a> Plan<'a> {
    pub fn new(system: &'a System) -> Self {
        let mut ports = Ports::default();
        let gateways: Vec<_> = (system.gateways.iter())
            .map(|model| Gateway {
                process: Process {
                    name: model.name.clone(),
                    crate_name: crate_name(&model.name),
                    host: dns_label(&model.name),
                    config: format!("{}.yaml", model.name),
                    port: ports.take(8888),
                    dev_port: ports.take(6060),
                },
                model,
            })
            .collect();
        let mut services = Vec::new();
        let mut callees = Vec::new();
        for rpc in &system.rpcs {
            let (service, callee) = place(rpc, &gateways, &mut ports);
            services.extend(service);
            callees.push(callee);
        }
        Self {
            gateways,
            services,
            callees,
        }
    }

    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        let gateways = self.gateways.iter().map(|gateway| &gateway.process);
        gateways.chain(self.services.iter().map(|service| &service.process))
    }

    /// Services with tables: they get a database server and a cache where they are deployed.
    pub fn databases(&self) -> impl Iterator<Item = (&Service<'a>, &Database)> {
        (self.services.iter()).filter_map(|service| Some((service, service.database.as_ref()?)))
    }
}

/// Crates of the registry that every gateway depends on: one of the workspace's own needs another name.
const DEPENDENCIES: &[&str] = &[
    "anyhow",
    "axum",
    "futures-util",
    "http-body-util",
    "serde",
    "serde_json",
    "thiserror",
    "tokio",
    "tonic",
    "tower",
    "tracing",
    "zgen-rt",
];

fn crate_name(service: &str) -> String {
    let name = names::package(service);
    if DEPENDENCIES.contains(&name.as_str()) {
        return format!("{name}-api");
    }
    name
}

fn place<'a>(
    rpc: &'a Rpc,
    gateways: &[Gateway],
    ports: &mut Ports,
) -> (Option<Service<'a>>, Callee) {
    let stem = rpc.name.replace('.', "-");
    let crate_name = names::package(&format!("{stem}-rpc"));
    // An .api service may be called plain `order`, and then owns etc/order.yaml.
    let taken = |config: &String| gateways.iter().any(|it| it.process.config == *config);
    let config = Some(format!("{stem}.yaml"))
        .filter(|config| !taken(config))
        .unwrap_or_else(|| format!("{crate_name}.yaml"));
    let process = Process {
        name: format!("{}.rpc", rpc.name),
        host: dns_label(&crate_name),
        crate_name,
        config,
        port: ports.take(8080),
        dev_port: ports.take(6070),
    };
    let callee = Callee {
        section: format!("{}Rpc", rpc.name.to_pascal_case()),
        etcd_key: process.name.clone(),
        host: process.host.clone(),
        port: process.port,
        local: rpc.serve,
    };
    let user = rpc.name.to_snake_case();
    let database = (!rpc.tables.is_empty()).then(|| Database {
        sqlite: format!("sqlite://data/{stem}.db"),
        name: format!("{user}_db"),
        user,
        server: match rpc.dialect {
            Dialect::MySql => MYSQL,
            Dialect::Postgres => POSTGRES,
        },
    });
    let service = rpc.serve.then_some(Service {
        process,
        model: rpc,
        database,
    });
    (service, callee)
}

/// Ports given out so far: on a laptop, all processes share one host.
#[derive(Debug, Default)]
struct Ports(BTreeSet<u16>);

impl Ports {
    /// The first free one from `first` on.
    fn take(&mut self, first: u16) -> u16 {
        let free = (first..u16::MAX).find(|port| !self.0.contains(port));
        let port = free.unwrap_or(u16::MAX);
        self.0.insert(port);
        port
    }
}

/// `Order_api` as `order-api` (RFC 1123: lower case, digits and inner dashes).
pub(super) fn dns_label(name: &str) -> String {
    let dashed = |c: char| match c.to_ascii_lowercase() {
        c if c.is_ascii_alphanumeric() => c,
        _ => '-',
    };
    let label: String = name.chars().map(dashed).collect();
    label.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_dns_takes() {
        let cases = [
            ("order-api", "order-api"),
            ("Order_api", "order-api"),
            ("_shop.v1-rpc", "shop-v1-rpc"),
        ];
        for (name, label) in cases {
            assert_eq!(dns_label(name), label);
        }
    }

    #[test]
    fn no_port_is_given_twice() {
        let mut ports = Ports::default();
        let dev: Vec<_> = (0..12).map(|_| ports.take(6060)).collect();
        assert_eq!((dev[0], dev[11]), (6060, 6071));
        assert_eq!(ports.take(6070), 6072);
    }
}
