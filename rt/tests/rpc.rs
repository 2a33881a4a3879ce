//! Calls between services: deadlines both ways, failures as statuses, and the choice of an instance.
#![cfg(all(feature = "rpc-server", feature = "rpc-client", feature = "testing"))]

mod support;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use support::grpc::{Obedient, asking, client, nobody, serve, serve_at};
use support::rpc_conf;
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::HealthServer;
use tower::ServiceExt as _;
use zgen_rt::config::RpcClientConf;
use zgen_rt::rpc::{Channel, Services};

/// Long enough to mean "never" in a test, and no test waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

fn app(keys: &str) -> Router {
    Services::new()
        .with(HealthServer::new(Obedient::default()))
        .into_router(&rpc_conf(keys))
}

/// The status of one call through a router, sent as bytes, without a client's help.
async fn raw(app: &Router, path: &str, service: &str, headers: &[(&str, &[u8])]) -> (i32, String) {
    let length = u8::try_from(service.len()).unwrap();
    let mut message = vec![0, 0, 0, 0, length + 2, 0x0a, length];
    message.extend(service.bytes());
    let mut request = http::Request::post(format!("http://it:1{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(message)).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let trailers = body.collect().await.unwrap().trailers().cloned();
    let of = |map: &HeaderMap| {
        let code = map.get("grpc-status")?.to_str().ok()?.parse().ok()?;
        let message = map.get("grpc-message").map(|m| m.to_str().unwrap());
        Some((code, message.unwrap_or_default().to_owned()))
    };
    let found = of(&parts.headers).or_else(|| of(&trailers?));
    found.unwrap_or_else(|| panic!("no status: {parts:?}"))
}

const CHECK: &str = "/grpc.health.v1.Health/Check";

#[tokio::test]
async fn a_server_keeps_the_callers_deadline_and_its_own() {
    // Its own limit, the caller's header, and whether a call that hangs is ended within the test's patience.
    let rows: &[(&str, Option<&[u8]>, bool)] = &[
        ("Timeout: 0", Some(b"20m"), true),
        ("Timeout: 0", Some(b"20000u"), true),
        ("Timeout: 0", Some(b"20000000n"), true),
        ("Timeout: 0", Some(b"0S"), true),
        ("Timeout: 20", Some(b"1H"), true),
        ("Timeout: 20", Some(b"99999999H"), true),
        ("Timeout: 60000", Some(b"20m"), true),
        ("Timeout: 20", None, true),
        // What cannot be read is not there.
        ("Timeout: 20", Some(b"m"), true),
        ("Timeout: 20", Some(b""), true),
        ("Timeout: 20", Some(b"\xff"), true),
        ("Timeout: 20", Some(b"999999999S"), true),
        ("Timeout: 0", Some(b"5"), false),
        ("Timeout: 0", Some(b"1x"), false),
        ("Timeout: 0", Some(b"-1m"), false),
        ("Timeout: 0", Some(b"+1m"), false),
        ("Timeout: 0", Some(b"1.5m"), false),
        ("Timeout: 0", None, false),
    ];
    for (keys, header, ends) in rows {
        let app = app(keys);
        let headers: Vec<_> = header.iter().map(|h| ("grpc-timeout", *h)).collect();
        let call = raw(&app, CHECK, "slow", &headers);
        let patience = if *ends {
            PATIENCE
        } else {
            Duration::from_millis(100)
        };
        let ended = tokio::time::timeout(patience, call).await;
        match ended {
            Ok((code, _)) => assert!(*ends && code == Code::DeadlineExceeded as i32, "{header:?}"),
            Err(_) => assert!(!ends, "{keys} {header:?}"),
        }
    }
}

#[tokio::test]
async fn a_client_sends_its_deadline_along() {
    let server = serve(&rpc_conf("Timeout: 0"), Obedient::default()).await;
    // The client's limit, the call's own, and what the server is told.
    let rows = [
        ("500", None, "500000u"),
        ("0", None, ""),
        ("2h", None, "7200000m"),
        ("500", Some(Duration::from_millis(100)), "100000u"),
        ("500", Some(Duration::from_secs(9)), "500000u"),
        ("0", Some(Duration::from_millis(100)), "100000u"),
    ];
    for (limit, own, told) in rows {
        let mut client = client(&[server.address], limit);
        let mut request = tonic::Request::new(asking("header grpc-timeout"));
        if let Some(own) = own {
            request.set_timeout(own);
        }
        let status = client.check(request).await.unwrap_err();
        assert_eq!(
            (status.code(), status.message()),
            (Code::Aborted, told),
            "{limit} {own:?}"
        );
    }
}

/// A stream may last for as long as both sides like.
#[tokio::test]
async fn methods_that_stream_have_no_deadline_but_their_own() {
    let server = serve(&rpc_conf("Timeout: 0"), Obedient::default()).await;
    let conf = format!("{{Endpoints: ['{}'], Timeout: 500}}", server.address);
    // The method that streams, and what the server is told of one that checks.
    for (streams, own, told) in [
        ("/grpc.health.v1.Health/Watch", None, "500000u"),
        (CHECK, None, ""),
        (CHECK, Some(Duration::from_secs(9)), "9000000u"),
    ] {
        let channel = Channel::new("It", &support::conf(&conf)).unwrap();
        let mut client = HealthClient::new(channel.with_stream(streams));
        let mut request = tonic::Request::new(asking("header grpc-timeout"));
        if let Some(own) = own {
            request.set_timeout(own);
        }
        let status = client.check(request).await.unwrap_err();
        assert_eq!(status.message(), told, "{streams}");
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_that_and_nothing_else() {
    // Without breakers: they would have enough of this after a few.
    let off = "Middlewares: {Breaker: false}";
    let server = serve(
        &rpc_conf(&format!("Timeout: 0, {off}")),
        Obedient::default(),
    )
    .await;
    let conf = format!("{{Endpoints: ['{}'], Timeout: 20, {off}}}", server.address);
    let channel = Channel::new("It", &support::conf(&conf)).unwrap();
    let mut client = HealthClient::new(channel);
    for _ in 0..20 {
        let status = client.check(asking("slow")).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    }
    assert_eq!(server.served(), 20);
    let mut request = tonic::Request::new(asking("slow"));
    request.set_timeout(Duration::from_millis(5));
    let status = client.check(request).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn statuses_arrive_as_they_were_sent() {
    let server = serve(&rpc_conf(""), Obedient::default()).await;
    let mut client = client(&[server.address], "5000");
    assert!(client.check(asking("")).await.is_ok());
    for code in 1..=16 {
        let status = client.check(asking(format!("code {code}"))).await;
        let status = status.unwrap_err();
        assert_eq!(status.code(), Code::from_i32(code));
        assert_eq!(status.message(), "as asked");
    }
}

#[tokio::test]
async fn a_panic_is_an_internal_error_and_the_server_goes_on() {
    let server = serve(&rpc_conf(""), Obedient::default()).await;
    let mut client = client(&[server.address], "5000");
    for _ in 0..3 {
        let status = client.check(asking("panic")).await.unwrap_err();
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("hunter2"), "{status:?}");
        assert!(client.check(asking("")).await.is_ok());
    }
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let app = app("");
    for path in ["/grpc.health.v1.Health/Nope", "/no.Such/Thing", "/", "/x"] {
        let (code, _) = raw(&app, path, "", &[]).await;
        assert_eq!(code, Code::Unimplemented as i32, "{path}");
    }
}

#[tokio::test]
async fn callers_cannot_make_metrics_grow() {
    let app = app("");
    raw(&app, CHECK, "", &[]).await;
    for number in 0..30 {
        raw(&app, &format!("/guess.Service/M{number}"), "", &[]).await;
        raw(
            &app,
            &format!("/grpc.health.v1.Health/Guess{number}"),
            "",
            &[],
        )
        .await;
    }
    let text = zgen_rt::metrics::text();
    assert!(
        text.contains(
            "rpc_server_requests_code_total{method=\"/grpc.health.v1.Health/Check\",code=\"0\"}"
        ),
        "{text}"
    );
    assert!(!text.to_lowercase().contains("guess"), "{text}");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let mut client = client(&[nobody().await], "5000");
    for _ in 0..3 {
        let call = client.check(asking(""));
        let status = tokio::time::timeout(PATIENCE, call).await.unwrap();
        assert_eq!(status.unwrap_err().code(), Code::Unavailable);
    }
}

#[tokio::test]
async fn without_an_instance_a_call_ends_at_once() {
    let rows = [
        "Target: 'direct:///'",
        "Target: 'dns:///name.invalid:80'",
        "Target: 'name.invalid:80'",
        "Endpoints: ['not an address']",
    ];
    for keys in rows {
        let conf: RpcClientConf = support::conf(&format!("{{{keys}, Timeout: 0}}"));
        let channel = Channel::new("It", &conf).unwrap();
        let mut client = HealthClient::new(channel);
        // No breaker opens: the first instance that appears is called.
        for _ in 0..20 {
            let call = client.check(asking(""));
            let status = tokio::time::timeout(PATIENCE, call).await.unwrap();
            let status = status.unwrap_err();
            assert_eq!(status.code(), Code::Unavailable, "{keys}");
            assert!(
                status.message().contains("no instance"),
                "{keys}: {status:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_section_that_leads_nowhere_is_named() {
    let rows = [
        ("{}", "Endpoints"),
        ("{Endpoints: []}", "Endpoints"),
        ("{Target: 'dns:///name'}", "port"),
        ("{Target: 'etcd://host/key'}", "Target"),
        ("{Target: 'k8s://ns/svc:80'}", "Target"),
    ];
    for (text, says) in rows {
        let conf: RpcClientConf = support::conf(text);
        let error = Channel::new("OrderRpc", &conf).unwrap_err();
        let error = format!("{error:#}");
        assert!(
            error.contains("OrderRpc") && error.contains(says),
            "{text}: {error}"
        );
    }
}

#[tokio::test]
async fn targets_lead_to_the_service() {
    let server = serve(&rpc_conf(""), Obedient::default()).await;
    let port = server.address.port();
    let rows = [
        format!("Endpoints: ['http://127.0.0.1:{port}']"),
        format!("Endpoints: '127.0.0.1:{port}'"),
        format!("Target: 'direct:///127.0.0.1:{port},127.0.0.1:{port}'"),
        format!("Target: 'dns:///127.0.0.1:{port}'"),
        format!("Target: '127.0.0.1:{port}'"),
        // The first of them wins.
        format!("Endpoints: ['127.0.0.1:{port}'], Target: 'direct:///127.0.0.1:1'"),
    ];
    for keys in rows {
        let conf: RpcClientConf = support::conf(&format!("{{{keys}, Timeout: 5000}}"));
        let channel = Channel::new("It", &conf).unwrap();
        let mut client = HealthClient::new(channel);
        // A name is looked up in the background.
        let mut last = client.check(asking("")).await;
        for _ in 0..200 {
            if last.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            last = client.check(asking("")).await;
        }
        assert!(last.is_ok(), "{keys}: {last:?}");
    }
}

#[tokio::test]
async fn the_faster_instance_gets_more() {
    const CALLS: usize = 240;
    let conf = rpc_conf("");
    let with_delay = |millis| Obedient {
        delay: Duration::from_millis(millis),
        ..Obedient::default()
    };
    let fast = serve(&conf, with_delay(1)).await;
    let slow = serve(&conf, with_delay(40)).await;
    let client = client(&[slow.address, fast.address], "5000");
    let workers = (0..4).map(|_| {
        let mut client = client.clone();
        async move {
            for _ in 0..CALLS / 4 {
                client.check(asking("")).await.unwrap();
            }
        }
    });
    futures_util::future::join_all(workers).await;
    assert_eq!(fast.served() + slow.served(), CALLS);
    // Without a preference it would be half. The slow one is not forgotten either.
    assert!(
        fast.served() > CALLS * 2 / 3,
        "{} to {}",
        fast.served(),
        slow.served()
    );
    assert!(slow.served() > 0);
}

#[tokio::test]
async fn equal_instances_share_the_work() {
    const CALLS: usize = 400;
    let conf = rpc_conf("");
    let one = serve(&conf, Obedient::default()).await;
    let two = serve(&conf, Obedient::default()).await;
    let three = serve(&conf, Obedient::default()).await;
    let client = client(&[one.address, two.address, three.address], "5000");
    let workers = (0..8).map(|_| {
        let mut client = client.clone();
        async move {
            for _ in 0..CALLS / 8 {
                client.check(asking("")).await.unwrap();
            }
        }
    });
    futures_util::future::join_all(workers).await;
    for server in [&one, &two, &three] {
        assert!(server.served() > CALLS / 20, "{}", server.served());
    }
}

#[tokio::test]
async fn a_dead_instance_is_avoided() {
    const CALLS: usize = 200;
    let conf = rpc_conf("");
    for living in [1, 2] {
        let mut addresses = vec![nobody().await];
        let mut servers = Vec::new();
        for _ in 0..living {
            let server = serve(&conf, Obedient::default()).await;
            addresses.push(server.address);
            servers.push(server);
        }
        let mut client = client(&addresses, "5000");
        let mut failed = 0;
        for _ in 0..CALLS {
            failed += usize::from(client.check(asking("")).await.is_err());
        }
        // What could not be sent is sent elsewhere.
        assert_eq!(failed, 0, "of {CALLS} with {living} living");
    }
}

#[tokio::test]
async fn an_instance_that_dies_is_left_and_found_again() {
    let conf = rpc_conf("");
    let stays = serve(&conf, Obedient::default()).await;
    let dies = serve(&conf, Obedient::default()).await;
    let address = dies.address;
    let mut client = client(&[stays.address, address], "5000");
    for _ in 0..100 {
        client.check(asking("")).await.unwrap();
    }
    assert!(dies.served() > 0 && stays.served() > 0);

    dies.stop().await;
    let mut failed = 0;
    for _ in 0..200 {
        failed += usize::from(client.check(asking("")).await.is_err());
    }
    assert!(failed < 20, "{failed} of 200");

    let back = serve_at(&address.to_string(), &conf, Obedient::default()).await;
    let found = async {
        while back.served() == 0 {
            let _ = client.check(asking("")).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap();
}

#[tokio::test]
async fn a_single_instance_is_tried_however_it_fails() {
    let address = nobody().await;
    let mut client = client(&[address], "5000");
    for _ in 0..10 {
        assert!(client.check(asking("")).await.is_err());
    }
    let _back = serve_at(&address.to_string(), &rpc_conf(""), Obedient::default()).await;
    let found = async {
        while client.check(asking("")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap();
}

#[tokio::test]
async fn a_stream_may_last_longer_than_the_limit_of_a_call() {
    let server = serve(&rpc_conf("Timeout: 50"), Obedient::default()).await;
    let mut client = client(&[server.address], "50");
    let mut stream = client.watch(asking("")).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    let more = tokio::time::timeout(Duration::from_millis(200), stream.message()).await;
    assert!(more.is_err(), "{more:?}");
}
