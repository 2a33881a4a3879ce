//! Registration in and discovery from a real etcd, through the public API: services run as processes of their own
//! (this test binary again), callers are `rpc::Channel`s, and the tests look into etcd with a client that shares no
//! code with the one under test.
#![cfg(all(feature = "etcd", feature = "rpc-server"))]

mod cluster;
#[path = "../support/ports.rs"]
mod ports;
mod raw;
mod service;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::json;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use zgen_rt::config::RpcClientConf;
use zgen_rt::rpc::Channel;

use self::cluster::Cluster;
use self::raw::KeyValue;
use self::service::Process;

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_service_registers_stays_and_leaves() {
    let etcd = Cluster::start().await;
    let service = Process::start(&etcd.conf("order.rpc"), "127.0.0.1:0", &[]);

    let kv = eventually(SOON, async || one(etcd.raw().list("order.rpc/").await)).await;
    assert_eq!(kv.key, format!("order.rpc/{}", kv.lease));
    let address: SocketAddr = kv.value.parse().unwrap();
    assert!(TcpStream::connect(address).is_ok(), "{address}");

    etcd.raw().delete(&kv.key).await;
    let again = eventually(SOON, async || one(etcd.raw().list("order.rpc/").await)).await;
    assert_eq!(again, kv);

    // Longer than a lease that nobody renews.
    tokio::time::sleep(Duration::from_secs(13)).await;
    assert_eq!(etcd.raw().list("order.rpc/").await, [kv]);

    service.terminate();
    // Far sooner than the lease would run out, and before the process ends.
    eventually(Duration::from_secs(2), async || {
        etcd.raw().list("order.rpc/").await.is_empty().then_some(())
    })
    .await;
    assert!(
        TcpStream::connect(address).is_ok(),
        "left before it stopped"
    );
}

#[tokio::test]
async fn the_address_is_one_that_others_can_use() {
    let etcd = Cluster::start().await;
    let cases = [
        (
            "127.0.0.1:0",
            vec![("POD_IP", "10.9.8.7")],
            Some("127.0.0.1"),
        ),
        ("0.0.0.0:0", vec![("POD_IP", "10.9.8.7")], Some("10.9.8.7")),
        ("0.0.0.0:0", vec![("POD_IP", "")], None),
    ];
    for (case, (listen_on, env, expected)) in cases.into_iter().enumerate() {
        let key = format!("address{case}");
        let _service = Process::start(&etcd.conf(&key), listen_on, &env);
        let prefix = format!("{key}/");
        let kv = eventually(SOON, async || one(etcd.raw().list(&prefix).await)).await;
        let address: SocketAddr = kv.value.parse().unwrap();
        assert!(
            !address.ip().is_unspecified() && address.port() != 0,
            "{address}"
        );
        match expected {
            Some(ip) => assert_eq!(address.ip().to_string(), ip),
            None => assert!(TcpStream::connect(address).is_ok(), "{address}"),
        }
    }
}

#[tokio::test]
async fn an_instance_may_have_a_name() {
    let etcd = Cluster::start().await;
    let mut conf = etcd.conf("order.rpc");
    conf["ID"] = json!(77);
    let _service = Process::start(&conf, "127.0.0.1:0", &[]);
    let kv = eventually(SOON, async || one(etcd.raw().list("order.rpc/").await)).await;
    assert_eq!(kv.key, "order.rpc/77");
    assert_ne!(kv.lease, 0);
}

#[tokio::test]
async fn an_etcd_that_lost_its_data_gets_the_registration_again() {
    let mut etcd = Cluster::start().await;
    let _service = Process::start(&etcd.conf("order.rpc"), "127.0.0.1:0", &[]);
    let before = eventually(SOON, async || one(etcd.raw().list("order.rpc/").await)).await;

    etcd.kill();
    tokio::time::sleep(Duration::from_secs(2)).await;
    etcd.start_empty().await;
    let after = eventually(Duration::from_secs(15), async || {
        one(etcd.raw().list("order.rpc/").await)
    })
    .await;
    assert_eq!(after.value, before.value);
    assert_ne!(after.lease, 0);
}

#[tokio::test]
async fn a_service_starts_before_etcd() {
    let mut etcd = Cluster::down();
    let listen_on = free_address();
    let _service = Process::start(&etcd.conf("order.rpc"), &listen_on, &[]);
    eventually(SOON, async || TcpStream::connect(&listen_on).ok()).await;

    etcd.start_empty().await;
    let kv = eventually(Duration::from_secs(15), async || {
        one(etcd.raw().list("order.rpc/").await)
    })
    .await;
    assert_eq!(kv.value, listen_on);
}

#[tokio::test]
async fn a_caller_follows_what_etcd_says() {
    let mut etcd = Cluster::start().await;
    let instance = service::health_server().await;
    etcd.raw().put("order.rpc/1", &instance).await;
    // Neighbours, not instances.
    etcd.raw().put("order.rpcx/1", "127.0.0.1:1").await;
    etcd.raw().put("order.rpc", "127.0.0.1:1").await;

    let caller = caller(&etcd.conf("order.rpc"));
    eventually(SOON, async || caller.call().await.ok()).await;

    etcd.raw().delete("order.rpc/1").await;
    eventually(SOON, async || caller.knows_none().await).await;
    etcd.raw().put("order.rpc/2", &instance).await;
    eventually(SOON, async || caller.call().await.ok()).await;

    etcd.kill();
    tokio::time::sleep(Duration::from_secs(2)).await;
    caller.call().await.expect("the last known instances stay");

    // An etcd that has lost its data says nothing about who is gone, so they stay until they had time to register again.
    etcd.start_empty().await;
    for _ in 0..60 {
        caller.call().await.expect("the last known instances stay");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eventually(Duration::from_secs(25), async || caller.knows_none().await).await;
    etcd.raw().put("order.rpc/3", &instance).await;
    eventually(SOON, async || caller.call().await.ok()).await;
}

#[tokio::test]
async fn one_host_of_the_cluster_is_enough() {
    let etcd = Cluster::start().await;
    let instance = service::health_server().await;
    etcd.raw().put("order.rpc/1", &instance).await;
    // One refuses, one takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = (silent.local_addr().unwrap().to_string(), silent);
    let mut conf = etcd.conf("order.rpc");
    conf["Hosts"] = json!(["127.0.0.1:1", silent.0, etcd.address()]);
    // Enough of them that some begin with each host.
    let callers: Vec<_> = (0..8).map(|_| caller(&conf)).collect();
    for caller in callers {
        eventually(SOON, async || caller.call().await.ok()).await;
    }
}

#[tokio::test]
async fn accounts() {
    let etcd = Cluster::start().await;
    etcd.raw()
        .require_account("order", "pa55", "order.rpc/")
        .await;
    let conf = |pass: &str| {
        let mut conf = etcd.conf("order.rpc");
        conf["User"] = json!("order");
        conf["Pass"] = json!(pass);
        conf
    };
    let root = etcd.raw().log_in("root", "toor").await;

    let stranger = Process::start(&conf("wrong"), "127.0.0.1:0", &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(root.list("order.rpc/").await, []);
    drop(stranger);

    let service = Process::start(&conf("pa55"), "127.0.0.1:0", &[]);
    eventually(SOON, async || one(root.list("order.rpc/").await)).await;
    let caller = caller(&conf("pa55"));
    eventually(SOON, async || caller.call().await.ok()).await;
    service.terminate();
    eventually(SOON, async || caller.knows_none().await).await;
}

#[test]
fn a_configuration_that_cannot_work_is_refused_at_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let cases = [
        (json!({"Hosts": [], "Key": "a"}), "Etcd.Hosts is empty"),
        (json!({"Hosts": ["h:1"], "Key": ""}), "Etcd.Key is empty"),
        (
            json!({"Hosts": ["h:1", "https://h:1"], "Key": "a"}),
            "`https://h:1`",
        ),
        (json!({"Hosts": ["h"], "Key": "a"}), "expected `host:port`"),
        (json!({"Hosts": ["a b:1"], "Key": "a"}), "`a b:1`"),
    ];
    for (etcd, expected) in cases {
        let conf: RpcClientConf = serde_json::from_value(json!({"Etcd": etcd})).unwrap();
        let error = format!("{:#}", Channel::new("OrderRpc", &conf).unwrap_err());
        assert!(
            error.starts_with("OrderRpc: ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn debug_output_has_no_password() {
    let conf = json!({"Etcd": {"Hosts": ["h:1"], "Key": "a", "User": "order", "Pass": "pa55"}});
    let conf: RpcClientConf = serde_json::from_value(conf).unwrap();
    let text = format!("{conf:?}");
    assert!(text.contains("order") && !text.contains("pa55"), "{text}");
}

/// A channel as generated callers have it.
#[derive(Clone)]
struct Caller(Channel);

fn caller(etcd: &serde_json::Value) -> Caller {
    let conf: RpcClientConf = serde_json::from_value(json!({"Etcd": etcd})).unwrap();
    Caller(Channel::new("OrderRpc", &conf).unwrap())
}

impl Caller {
    async fn call(&self) -> Result<(), tonic::Status> {
        let request = HealthCheckRequest::default();
        HealthClient::new(self.0.clone()).check(request).await?;
        Ok(())
    }

    async fn knows_none(&self) -> Option<()> {
        let status = self.call().await.err()?;
        status.message().contains("no instance").then_some(())
    }
}

fn one(found: Vec<KeyValue>) -> Option<KeyValue> {
    <[KeyValue; 1]>::try_from(found).ok().map(|[kv]| kv)
}

fn free_address() -> String {
    format!("127.0.0.1:{}", ports::free_port())
}

/// Asks again until there is an answer.
async fn eventually<T>(limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(limit, asked)
        .await
        .unwrap_or_else(|_| panic!("not within {limit:?}"))
}
