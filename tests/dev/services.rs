use zgen::dev::services::{Role, find};

use crate::folder;

const API: &str = "Name: order-api\nPort: 8888\n";
const RPC: &str = "Name: order.rpc\nListenOn: 0.0.0.0:8080\n";

#[test]
fn finds_services_before_gateways() -> anyhow::Result<()> {
    let (_temp, dir) = folder(&[
        ("crates/order-api/src/main.rs", ""),
        ("crates/order-proto/src/lib.rs", ""),
        ("crates/order-rpc/src/main.rs", ""),
        ("crates/tool/src/main.rs", ""),
        ("etc/order-api.yaml", API),
        ("etc/order.yaml", RPC),
    ])?;
    let found = find(&dir, &|_| None)?;
    let services: Vec<_> = found
        .services
        .iter()
        .map(|service| (service.package.as_str(), service.role, service.port))
        .collect();
    assert_eq!(
        services,
        [
            ("order-rpc", Role::Service, 8080),
            ("order-api", Role::Gateway, 8888)
        ]
    );
    assert_eq!(found.without_config, ["tool"]);
    Ok(())
}

#[test]
fn says_why_there_is_nothing_to_run() -> anyhow::Result<()> {
    let main = "crates/order-api/src/main.rs";
    let config = "etc/order-api.yaml";
    let cases: [(&[(&str, &str)], &str); 4] = [
        (&[], "is not a generated workspace"),
        (&[(main, "")], "holds no service"),
        (&[("crates/a/src/lib.rs", "")], "holds no service"),
        (&[(main, ""), (config, "Port: 1")], "has no `Name:`"),
    ];
    for (files, expected) in cases {
        let (_temp, dir) = folder(files)?;
        let error = find(&dir, &|_| None).err().map(|error| error.to_string());
        let error = error.unwrap_or_default();
        assert!(error.contains(expected), "{files:?}: {error}");
    }
    Ok(())
}
