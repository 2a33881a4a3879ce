//! The same instance for the same key: go-zero's ring, and the channel on it.
#![cfg(all(feature = "http", feature = "rpc-server", feature = "rpc-client"))]

mod support;

use std::collections::BTreeMap;

use support::grpc::{Obedient, asking, serve};
use support::{conf, rpc_conf};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use zgen_rt::config::RpcClientConf;
use zgen_rt::rpc::{Channel, HashKey, Ring};

fn addresses(count: usize) -> Vec<String> {
    (1..=count)
        .map(|host| format!("10.0.0.{host}:8080"))
        .collect()
}

fn chosen(ring: &Ring, key: &str) -> usize {
    ring.from_key(key).next().unwrap()
}

/// By go-zero v1.10 itself: `hash.NewCustomConsistentHash(100, hash.Hash)`.
#[test]
fn callers_in_go_choose_alike() {
    let addresses = addresses(4);
    let ring = Ring::new(addresses.iter().map(String::as_str));
    for (key, address) in [
        ("", "10.0.0.3:8080"),
        ("a", "10.0.0.2:8080"),
        ("user-7", "10.0.0.3:8080"),
        ("0123456789abcde", "10.0.0.4:8080"),
        ("0123456789abcdef", "10.0.0.2:8080"),
        ("0123456789abcdef0", "10.0.0.1:8080"),
        (
            "a key that is longer than two blocks of it",
            "10.0.0.3:8080",
        ),
        ("中文", "10.0.0.2:8080"),
        ("user_123", "10.0.0.2:8080"),
        ("12345678", "10.0.0.1:8080"),
    ] {
        assert_eq!(addresses[chosen(&ring, key)], address, "{key}");
    }
}

#[test]
fn few_keys_move() {
    const KEYS: usize = 10_000;
    let keys: Vec<_> = (0..KEYS).map(|key| format!("user-{key}")).collect();
    for count in 1..=10 {
        let (before, after) = (addresses(count), addresses(count + 1));
        let [one, two] = [&before, &after].map(|all| Ring::new(all.iter().map(String::as_str)));
        let mut shares: BTreeMap<usize, usize> = BTreeMap::new();
        let mut moved = 0;
        for key in &keys {
            *shares.entry(chosen(&one, key)).or_default() += 1;
            if chosen(&one, key) != chosen(&two, key) {
                // Only to the instance that came.
                assert_eq!(chosen(&two, key), count, "{key}");
                moved += 1;
            }
        }
        let most = shares.values().max().unwrap();
        println!("{count} and 1: {moved} of {KEYS} move; the largest share was {most}");
        assert_eq!(shares.len(), count);
        assert!(moved < 2 * KEYS / (count + 1), "{count}: {moved}");
        assert!(*most < 2 * KEYS / count + 1, "{count}: {most}");
    }
    assert!(Ring::default().from_key("a").next().is_none());
}

#[tokio::test]
async fn calls_with_one_key_go_to_one_instance() {
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(serve(&rpc_conf(""), Obedient::default()).await);
    }
    let list: Vec<_> = servers.iter().map(|s| format!("'{}'", s.address)).collect();
    let conf: RpcClientConf = conf(&format!(
        "{{Endpoints: [{}], BalancerName: consistent_hash, HashKey: X-User, Retry: {{}}}}",
        list.join(", ")
    ));
    let mut client = HealthClient::new(Channel::new("It", &conf).unwrap());
    let status = client.check(asking("")).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");

    for number in 0..30 {
        let user = format!("user-{number}");
        let before: Vec<_> = servers.iter().map(support::grpc::Running::served).collect();
        for _ in 0..3 {
            let mut request = tonic::Request::new(asking(""));
            request.extensions_mut().insert(HashKey(user.clone()));
            client.check(request).await.unwrap();
            // The same by metadata.
            let mut request = tonic::Request::new(asking(""));
            request
                .metadata_mut()
                .insert("x-user", user.parse().unwrap());
            client.check(request).await.unwrap();
        }
        let after = servers.iter().map(support::grpc::Running::served);
        let grown: Vec<_> = after
            .zip(before)
            .map(|(a, b)| a - b)
            .filter(|n| *n > 0)
            .collect();
        assert_eq!(grown, [6], "{user}");
    }
    let shares: Vec<_> = servers.iter().map(support::grpc::Running::served).collect();
    println!("{shares:?}");
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");

    // While one is away its keys have another one, and nothing fails.
    servers.remove(0).stop().await;
    for number in 0..30 {
        let mut request = tonic::Request::new(asking(""));
        request
            .extensions_mut()
            .insert(HashKey(format!("user-{number}")));
        client
            .check(request)
            .await
            .unwrap_or_else(|status| panic!("{number}: {status:?}"));
    }
}
