//! Who may call a service: apps with their tokens, from the file and from Redis, and bearer tokens.
#![cfg(all(
    feature = "http",
    feature = "rpc-server",
    feature = "rpc-client",
    feature = "redis"
))]

mod support;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use support::grpc::{Obedient, asking};
use support::redis::Redis;
use support::{conf, rpc_conf};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::HealthServer;
use zgen_rt::config::{RpcClientConf, Secret};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::{Channel, Server, Services};

async fn service(keys: &str) -> SocketAddr {
    let conf = rpc_conf(&format!("Health: false, {keys}"));
    let server = Server::bind(&conf).await.unwrap();
    let address = server.address().unwrap();
    let services = Services::new().with(HealthServer::new(Obedient::default()));
    tokio::spawn(server.serve(services, Readiness::default()));
    address
}

async fn call(address: SocketAddr, keys: &str) -> Code {
    let conf: RpcClientConf = conf(&format!("{{Endpoints: ['{address}'], {keys}}}"));
    let channel = Channel::new("It", &conf).unwrap();
    let called = HealthClient::new(channel).check(asking("")).await;
    called.map_or_else(|status| status.code(), |_| Code::Ok)
}

#[tokio::test]
async fn callers_that_the_file_knows() {
    let address = service(
        "Auth: true, Apps: {order-api: s3cret, other: '7'}, BearerTokens: [old-one, new-one]",
    )
    .await;
    let rows = [
        ("", Code::Unauthenticated),
        ("App: order-api, Token: s3cret", Code::Ok),
        ("App: other, Token: 7", Code::Ok),
        ("App: order-api, Token: 7", Code::Unauthenticated),
        ("App: order-api, Token: s3cre", Code::Unauthenticated),
        ("App: order-api, Token: s3cret2", Code::Unauthenticated),
        ("App: order-api, Token: ''", Code::Unauthenticated),
        ("App: order-api", Code::Unauthenticated),
        ("App: nobody, Token: s3cret", Code::Unauthenticated),
        ("BearerToken: old-one", Code::Ok),
        ("BearerToken: new-one", Code::Ok),
        ("BearerToken: old-on", Code::Unauthenticated),
        ("BearerToken: s3cret", Code::Unauthenticated),
        // Either will do.
        ("BearerToken: wrong, App: other, Token: 7", Code::Ok),
    ];
    for (keys, code) in rows {
        assert_eq!(call(address, keys).await, code, "{keys}");
    }
    // What a call has itself goes before the configuration.
    let conf: RpcClientConf = conf(&format!(
        "{{Endpoints: ['{address}'], BearerToken: new-one}}"
    ));
    let mut client = HealthClient::new(Channel::new("It", &conf).unwrap());
    let mut request = tonic::Request::new(asking(""));
    let own = "Bearer of-the-user".parse().unwrap();
    request.metadata_mut().insert("authorization", own);
    let status = client.check(request).await.unwrap_err();
    assert_eq!(status.message(), "access denied");
    let text = zgen_rt::metrics::text();
    let line = "dropped_requests_total{side=\"rpc_server\",layer=\"auth\"}";
    assert!(text.contains(line), "{text}");
    assert!(!format!("{conf:?}").contains("new-one"));
}

#[tokio::test]
async fn methods_that_strangers_make_up_are_not_counted_one_by_one() {
    let address = service("Auth: true, BearerTokens: [token]").await;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap();
    for number in 0..20 {
        let path = format!("/grpc.health.v1.Health/MadeUp{number}");
        let mut grpc = tonic::client::Grpc::new(channel.clone());
        grpc.ready().await.unwrap();
        let codec: tonic_prost::ProstCodec<(), ()> = tonic_prost::ProstCodec::default();
        let called = grpc
            .unary(tonic::Request::new(()), path.parse().unwrap(), codec)
            .await;
        assert_eq!(called.unwrap_err().code(), Code::Unauthenticated);
    }
    let text = zgen_rt::metrics::text();
    assert!(!text.contains("MadeUp"), "{text}");
}

#[tokio::test]
async fn callers_that_redis_knows() {
    let mut redis = Redis::start(&[]).await;
    redis.run(&["HSET", "apps", "order-api", "s3cret"]).await;
    let keys = |strict: bool| {
        let host = redis.host();
        format!("Auth: true, StrictControl: {strict}, Redis: {{Host: '{host}', Key: apps}}")
    };
    let lenient = service(&keys(false)).await;
    let strict = service(&keys(true)).await;
    for address in [lenient, strict] {
        for (keys, code) in [
            ("App: order-api, Token: s3cret", Code::Ok),
            ("App: order-api, Token: wrong", Code::Unauthenticated),
            ("App: nobody, Token: s3cret", Code::Unauthenticated),
            ("", Code::Unauthenticated),
        ] {
            assert_eq!(call(address, keys).await, code, "{keys}");
        }
    }
    let port = redis.port;
    drop(redis);
    // Who has been seen stays; of others it depends.
    for (keys, of_lenient, of_strict) in [
        ("App: order-api, Token: s3cret", Code::Ok, Code::Ok),
        ("App: new, Token: new", Code::Ok, Code::Internal),
        ("", Code::Unauthenticated, Code::Unauthenticated),
    ] {
        assert_eq!(call(lenient, keys).await, of_lenient, "{keys}");
        assert_eq!(call(strict, keys).await, of_strict, "{keys}");
    }
    redis = Redis::start_at(port, &[]).await;
    redis.run(&["HSET", "apps", "new", "newer"]).await;
    let begun = Instant::now();
    while call(strict, "App: new, Token: newer").await != Code::Ok {
        assert!(begun.elapsed() < Duration::from_secs(10), "never back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[cfg(feature = "redis-cluster")]
#[tokio::test]
async fn callers_that_a_cluster_knows() {
    let nodes = support::redis::cluster(&[]).await;
    let any = nodes[0].host();
    let known = std::process::Command::new("redis-cli")
        .args(["-c", "-p", &nodes[0].port.to_string()])
        .args(["HSET", "apps", "order-api", "s3cret"])
        .output();
    assert!(known.unwrap().status.success());
    let keys = format!(
        "Auth: true, StrictControl: true, Redis: {{Host: '{any}', Type: cluster, Key: apps}}"
    );
    let address = service(&keys).await;
    for (keys, code) in [
        ("App: order-api, Token: s3cret", Code::Ok),
        ("App: order-api, Token: wrong", Code::Unauthenticated),
        ("App: nobody, Token: s3cret", Code::Unauthenticated),
    ] {
        assert_eq!(call(address, keys).await, code, "{keys}");
    }
}

#[tokio::test]
async fn what_cannot_work_is_said_at_the_start() {
    for (keys, expected) in [
        ("Auth: true", "nobody may call"),
        ("Auth: true, Redis: {Host: 'h:1'}", "nobody may call"),
        ("Apps: {a: b}", "do nothing without `Auth: true`"),
        ("BearerTokens: [a]", "do nothing without `Auth: true`"),
        (
            "Auth: true, Redis: {Host: 'h:x', Key: apps}",
            "expected `host:port`",
        ),
    ] {
        let error = Server::bind(&rpc_conf(keys)).await.unwrap_err();
        assert!(format!("{error:#}").contains(expected), "{keys}: {error:#}");
    }
}

#[test]
fn secrets_are_compared_whole() {
    let secret = |text: &str| Secret::from(text.to_owned());
    for (known, guess, fits) in [
        ("abc", "abc", true),
        ("abc", "abd", false),
        ("abc", "ab", false),
        ("abc", "abcd", false),
        ("abc", "", false),
        // A variable that is not set is no token.
        ("", "", false),
    ] {
        assert_eq!(secret(known).is(guess.as_bytes()), fits, "{known} {guess}");
    }
    assert_eq!(format!("{:?}", secret("abc")), "..");
}
