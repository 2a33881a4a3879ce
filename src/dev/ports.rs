//! Where each service shall listen: as configured, or on ports that nobody uses.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::bail;

use super::secret;
use super::services::{Role, Service};
use super::settings::variable;

/// A service and the address that it is going to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    pub service: Service,
    /// Where this machine reaches it: `127.0.0.1:8888`.
    pub address: String,
    /// Variables over its config.
    pub env: BTreeMap<String, String>,
}

/// Leaves every address as it is configured, or says which key of which file cannot be had.
pub fn configured(services: &[Service]) -> anyhow::Result<Vec<Launch>> {
    let mut taken: BTreeMap<u16, String> = BTreeMap::new();
    for service in services {
        let listen = (
            service.host.as_str(),
            service.port,
            service.role.address_key(),
        );
        let dev = service.dev_port.map(|port| ("", port, "DevServer.Port"));
        for (host, port, key) in [Some(listen), dev].into_iter().flatten() {
            let place = format!("`{key}` in {}", service.config);
            if let Some(other) = taken.get(&port) {
                bail!("port {port} is wanted twice: by {other} and by {place}");
            }
            if let Err(error) = TcpListener::bind((interface(host), port)) {
                bail!(
                    "port {port} ({place}) cannot be used: {error}; free it, or change the config"
                );
            }
            taken.insert(port, place);
        }
    }
    let launches = services.iter().map(|service| Launch {
        service: service.clone(),
        address: format!("{}:{}", dialled(&service.host), service.port),
        env: environment(service),
    });
    Ok(launches.collect())
}

/// Moves every service to a free loopback port, and every client with it.
pub fn free(services: &[Service]) -> io::Result<Vec<Launch>> {
    // All listeners live until the last port is known, so no port is given twice.
    let mut listeners = Vec::new();
    for _ in services {
        listeners.push(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?);
    }
    let mut ports = Vec::new();
    for listener in &listeners {
        ports.push(listener.local_addr()?.port());
    }
    Ok(moved(services, &ports))
}

fn moved(services: &[Service], ports: &[u16]) -> Vec<Launch> {
    let addresses = services
        .iter()
        .zip(ports)
        .map(|(service, port)| (service.port, format!("127.0.0.1:{port}")));
    let addresses: BTreeMap<u16, String> = addresses.collect();
    let launches = services.iter().zip(ports).map(|(service, port)| {
        let address = format!("127.0.0.1:{port}");
        let mut env = environment(service);
        let mut set = |keys: &[&str], value: String| {
            env.insert(variable(&service.name, keys), value);
        };
        match service.role {
            Role::Service => set(&["ListenOn"], address.clone()),
            Role::Gateway => {
                set(&["Host"], "127.0.0.1".to_owned());
                set(&["Port"], port.to_string());
            }
        }
        if service.dev_port.is_some() {
            set(&["DevServer", "Port"], "0".to_owned());
        }
        for (section, endpoints) in &service.clients {
            let new = endpoints.iter().map(|old| follow(old, &addresses));
            let new: Vec<&str> = new.collect();
            if new != *endpoints {
                set(&[section, "Endpoints"], new.join(","));
            }
        }
        Launch {
            service: service.clone(),
            address,
            env,
        }
    });
    launches.collect()
}

/// What a session adds to any config.
fn environment(service: &Service) -> BTreeMap<String, String> {
    let mut env = secret::made_up(&service.secrets);
    let migrates = service.migrates.iter().cloned();
    env.extend(migrates.map(|variable| (variable, "true".to_owned())));
    env
}

/// The new address of an endpoint of this workspace; others stay.
fn follow<'a>(endpoint: &'a str, addresses: &'a BTreeMap<u16, String>) -> &'a str {
    let port = endpoint
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok());
    let new = port.and_then(|port: u16| addresses.get(&port));
    new.map_or(endpoint, String::as_str)
}

/// A host as `bind` takes it.
fn interface(host: &str) -> &str {
    match host.trim_start_matches('[').trim_end_matches(']') {
        "" | "*" => "0.0.0.0",
        host => host,
    }
}

/// A host as a client of this machine takes it.
fn dialled(host: &str) -> &str {
    match host {
        "" | "*" | "0.0.0.0" | "::" | "[::]" => "127.0.0.1",
        host => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, role: Role, port: u16) -> Service {
        Service {
            package: name.to_owned(),
            config: format!("etc/{name}.yaml").into(),
            name: name.to_owned(),
            role,
            host: "127.0.0.1".to_owned(),
            port,
            dev_port: None,
            clients: BTreeMap::new(),
            secrets: Vec::new(),
            migrates: Vec::new(),
        }
    }

    #[test]
    fn moves_services_and_their_clients() {
        let rpc = Service {
            dev_port: Some(6070),
            ..service("order.rpc", Role::Service, 8080)
        };
        let endpoints = ["127.0.0.1:8080", "elsewhere:9999"].map(str::to_owned);
        let other = vec!["elsewhere:9999".to_owned()];
        let api = Service {
            clients: BTreeMap::from([
                ("OrderRpc".to_owned(), endpoints.to_vec()),
                ("UserRpc".to_owned(), other),
            ]),
            ..service("order-api", Role::Gateway, 8888)
        };
        let launches = moved(&[rpc, api], &[18080, 18888]);
        let shown: Vec<_> = launches
            .iter()
            .flat_map(|launch| {
                launch
                    .env
                    .iter()
                    .map(|(key, value)| format!("{key}={value}"))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "ORDER_RPC__DEVSERVER__PORT=0",
                "ORDER_RPC__LISTENON=127.0.0.1:18080",
                "ORDER_API__HOST=127.0.0.1",
                "ORDER_API__ORDERRPC__ENDPOINTS=127.0.0.1:18080,elsewhere:9999",
                "ORDER_API__PORT=18888",
            ]
        );
        assert_eq!(launches[1].address, "127.0.0.1:18888");
    }

    #[test]
    fn names_the_key_of_a_port_in_use() -> anyhow::Result<()> {
        let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = busy.local_addr()?.port();
        let error = configured(&[service("order-api", Role::Gateway, port)]);
        let error = error
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        let expected = format!("port {port} (`Port` in etc/order-api.yaml) cannot be used");
        assert!(error.starts_with(&expected), "{error}");
        Ok(())
    }

    #[test]
    fn names_both_who_want_a_port() -> anyhow::Result<()> {
        let port = free(&[service("a", Role::Gateway, 1)])?[0].address.clone();
        let port = port.trim_start_matches("127.0.0.1:").parse()?;
        let both = [
            service("a", Role::Service, port),
            service("b", Role::Gateway, port),
        ];
        let error = configured(&both).err().map(|error| error.to_string());
        let expected = format!(
            "port {port} is wanted twice: by `ListenOn` in etc/a.yaml and by `Port` in etc/b.yaml"
        );
        assert_eq!(error, Some(expected));
        Ok(())
    }

    #[test]
    fn hosts() {
        let cases = [
            ("", "0.0.0.0", "127.0.0.1"),
            ("0.0.0.0", "0.0.0.0", "127.0.0.1"),
            ("[::]", "::", "127.0.0.1"),
            ("10.0.0.7", "10.0.0.7", "10.0.0.7"),
        ];
        for (host, bound, dial) in cases {
            assert_eq!(interface(host), bound, "{host}");
            assert_eq!(dialled(host), dial, "{host}");
        }
    }
}
