//! The layers that protect a process, in their places: around routes, around methods, around calls.
#![cfg(all(feature = "http", feature = "rpc-server", feature = "rpc-client"))]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use support::grpc::{Obedient, asking, client, serve};
use support::{Refused, conf, request, rest_conf, rpc_conf, send};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use zgen_rt::config::{RestConf, RpcClientConf};
use zgen_rt::http::{Refusal, stack};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::Channel;

fn app(keys: &str, routes: Router) -> Router {
    stack::<Refused, ()>(
        routes.with_state(()),
        &rest_conf(keys),
        &Readiness::default(),
    )
}

/// How many of `calls` requests were answered so.
async fn statuses(app: &Router, method: &str, path: &str, calls: usize) -> Vec<(u16, usize)> {
    let mut all = std::collections::BTreeMap::new();
    for _ in 0..calls {
        let answer = send(app, request(method, path, "")).await;
        *all.entry(answer.status.as_u16()).or_default() += 1;
    }
    all.into_iter().collect()
}

fn count(statuses: &[(u16, usize)], status: u16) -> usize {
    let found = statuses.iter().find(|(known, _)| *known == status);
    found.map_or(0, |(_, count)| *count)
}

#[tokio::test]
async fn a_route_that_fails_is_refused_and_no_other() {
    let fail = async || Err::<(), _>(Refused(Refusal::new(zgen_rt::Code::Internal, "no")));
    let unwritten =
        async || Err::<(), _>(Refused(Refusal::new(zgen_rt::Code::Unimplemented, "no")));
    let routes = Router::new()
        .route("/items/{id}", get(fail).post(async || "made"))
        .route("/unwritten", get(unwritten))
        .route("/ok", get(async || "ok"));
    let app = app("", routes);
    let failing = statuses(&app, "GET", "/items/1", 200).await;
    println!("{failing:?}");
    assert!(count(&failing, 503) > 100, "{failing:?}");
    assert!(count(&failing, 500) >= 6, "{failing:?}");
    for (method, path, status) in [
        ("POST", "/items/1", 200),
        ("GET", "/ok", 200),
        ("GET", "/unwritten", 501),
        ("GET", "/none", 404),
        ("DELETE", "/ok", 405),
    ] {
        let all = statuses(&app, method, path, 30).await;
        assert_eq!(all, [(status, 30)], "{method} {path}");
    }
    // In the shape of the service's errors; an answer of the route itself may come between.
    let mut answer = send(&app, request("GET", "/items/2", "")).await;
    while answer.status != StatusCode::SERVICE_UNAVAILABLE {
        answer = send(&app, request("GET", "/items/2", "")).await;
    }
    assert_eq!(answer.code(), "unavailable");
    let text = zgen_rt::metrics::text();
    let line = "dropped_requests_total{side=\"http_server\",layer=\"breaker\"}";
    assert!(text.contains(line), "{text}");
}

#[tokio::test]
async fn a_breaker_can_be_left_out() {
    let fail = async || Err::<(), _>(Refused(Refusal::new(zgen_rt::Code::Internal, "no")));
    let app = app(
        "Middlewares: {Breaker: false}",
        Router::new().route("/", get(fail)),
    );
    assert_eq!(statuses(&app, "GET", "/", 100).await, [(500, 100)]);
}

#[tokio::test]
async fn a_route_has_so_many_requests_at_one_time() {
    // (keys, the second of two at one time)
    for (keys, second) in [
        ("MaxConns: 1", 503),
        ("MaxConns: 2", 200),
        ("MaxConns: 0", 200),
        ("MaxConns: 1, Middlewares: {MaxConns: false}", 200),
        ("", 200),
    ] {
        let open = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&open);
        let wait = async move || {
            while !seen.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            "done"
        };
        let routes = Router::new()
            .route("/wait", get(wait))
            .route("/other", get(async || "ok"));
        let app = app(keys, routes);
        let first = {
            let app = app.clone();
            tokio::spawn(async move { send(&app, request("GET", "/wait", "")).await.status })
        };
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(statuses(&app, "GET", "/other", 1).await, [(200, 1)]);
        let opener = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            open.store(true, Ordering::SeqCst);
        };
        let (answer, ()) = tokio::join!(send(&app, request("GET", "/wait", "")), opener);
        assert_eq!(answer.status.as_u16(), second, "{keys}");
        assert_eq!(first.await.unwrap(), StatusCode::OK);
        // All places are given back.
        assert_eq!(
            statuses(&app, "GET", "/wait", 3).await,
            [(200, 3)],
            "{keys}"
        );
    }
}

#[tokio::test]
async fn a_stream_keeps_its_place_until_its_end() {
    use axum::body::Body;
    use tower::ServiceExt as _;
    let stream = async || {
        let one = futures_util::stream::iter([Ok::<_, std::io::Error>("data")]);
        Body::from_stream(one)
    };
    let app = app("MaxConns: 1", Router::new().route("/", get(stream)));
    let open = app.clone().oneshot(request("GET", "/", "")).await.unwrap();
    assert_eq!(statuses(&app, "GET", "/", 2).await, [(503, 2)]);
    drop(open);
    assert_eq!(statuses(&app, "GET", "/", 2).await, [(200, 2)]);
}

#[test]
fn thresholds_are_checked() {
    let parse = |keys: &str| {
        let text = format!("{{Name: it, Port: 0, {keys}}}");
        let file = zgen_rt::config::ConfigFile::from_yaml(&text).unwrap();
        file.root::<RestConf>().map_err(|error| error.to_string())
    };
    for keys in ["CpuThreshold: 0", "CpuThreshold: 999", "Mode: dev"] {
        assert!(parse(keys).is_ok(), "{keys}");
    }
    for keys in ["CpuThreshold: 1000", "CpuThreshold: -1", "Mode: none"] {
        let error = parse(keys).unwrap_err();
        let key = keys.split(':').next().unwrap();
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}

/// The upstream of the overload test: it fails until it is told to stop.
#[tokio::test]
async fn an_upstream_that_fails_is_left_alone_and_found_again() {
    let healthy = Arc::new(AtomicBool::new(false));
    let calls = Arc::new(AtomicUsize::new(0));
    // The server's own breaker is not what is tested here.
    let server = serve(
        &rpc_conf("Middlewares: {Breaker: false}"),
        Obedient {
            served: Arc::clone(&calls),
            ..Obedient::default()
        },
    )
    .await;
    let mut client = client(&[server.address], "2000");
    let mut call = async |healthy: bool| {
        let asked = if healthy { "" } else { "code 14" };
        client
            .check(asking(asked))
            .await
            .map_or_else(|s| s.code(), |_| Code::Ok)
    };

    let started = Instant::now();
    for _ in 0..200 {
        assert_eq!(
            call(healthy.load(Ordering::SeqCst)).await,
            Code::Unavailable
        );
    }
    let reached = calls.load(Ordering::SeqCst);
    println!(
        "down: 200 calls, {reached} made, in {:?}",
        started.elapsed()
    );
    assert!((6..100).contains(&reached), "{reached}");

    healthy.store(true, Ordering::SeqCst);
    let recovered = Instant::now();
    let mut in_a_row = 0;
    while in_a_row < 100 {
        assert!(recovered.elapsed() < Duration::from_secs(25), "still open");
        match call(healthy.load(Ordering::SeqCst)).await {
            Code::Ok => in_a_row += 1,
            _ => in_a_row = 0,
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("closed again after {:?}", recovered.elapsed());
    server.stop().await;
}

#[tokio::test]
async fn codes_of_the_caller_do_not_open_a_breaker() {
    // (code, whether calls are refused in the end)
    for (code, opens) in [
        (Code::InvalidArgument, false),
        (Code::NotFound, false),
        (Code::Unknown, false),
        (Code::Cancelled, false),
        (Code::DeadlineExceeded, true),
        (Code::Internal, true),
        (Code::DataLoss, true),
        (Code::ResourceExhausted, true),
    ] {
        for (server_side, client_side) in [(true, false), (false, true), (false, false)] {
            let keys = format!("Middlewares: {{Breaker: {server_side}}}");
            let server = serve(&rpc_conf(&keys), Obedient::default()).await;
            let conf: RpcClientConf = conf(&format!(
                "{{Endpoints: ['{}'], Middlewares: {{Breaker: {client_side}}}}}",
                server.address
            ));
            let mut client = HealthClient::new(Channel::new("It", &conf).unwrap());
            for _ in 0..100 {
                let asked = format!("code {}", i32::from(code));
                client.check(asking(asked)).await.unwrap_err();
            }
            let refused = server.served() < 100;
            let expected = opens && (server_side || client_side);
            let what = format!("{code:?} {server_side} {client_side}");
            assert_eq!(refused, expected, "{what}: {}", server.served());
            server.stop().await;
        }
    }
}

#[tokio::test]
async fn a_method_may_have_a_time_of_its_own() {
    let path = "/grpc.health.v1.Health/Check";
    // (keys, the code of a call that never ends and whose caller waits for 300 ms)
    for (keys, code) in [
        ("Timeout: 50", "the call took too long"),
        ("Timeout: 0", "Timeout expired"),
    ] {
        let methods = format!("MethodTimeouts: [{{FullMethod: {path}, Timeout: 60ms}}]");
        for (keys, own) in [
            (keys.to_owned(), false),
            (format!("{keys}, {methods}"), true),
        ] {
            let server = serve(&rpc_conf(&keys), Obedient::default()).await;
            let started = Instant::now();
            let mut client = client(&[server.address], "300");
            let status = client.check(asking("slow")).await.unwrap_err();
            let took = started.elapsed();
            assert_eq!(status.code(), Code::DeadlineExceeded, "{keys}");
            let is_early = took < Duration::from_millis(250);
            assert_eq!(
                is_early,
                own || code == "the call took too long",
                "{keys}: {took:?}"
            );
            server.stop().await;
        }
    }
}
