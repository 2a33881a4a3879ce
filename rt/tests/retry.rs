//! Calls that are made again: which, how often, when, and when not.
#![cfg(all(feature = "http", feature = "rpc-server", feature = "rpc-client"))]

mod support;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::Stream;
use support::grpc::{asking, nobody};
use support::{conf, rpc_conf};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use zgen_rt::config::{ConfigFile, RetryConf, RpcClientConf};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::{Budget, Channel, Server, Services};

const CHECK: &str = "/grpc.health.v1.Health/Check";

/// Fails so many times, in this way; then says in a NOT_FOUND what it was told.
#[derive(Clone)]
struct Flaky {
    failures: usize,
    code: Code,
    pushback: Option<&'static str>,
    served: Arc<AtomicUsize>,
}

#[tonic::async_trait]
impl Health for Flaky {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        if self.served.fetch_add(1, Ordering::SeqCst) < self.failures {
            let mut status = Status::new(self.code, "as asked");
            if let Some(pushback) = self.pushback {
                let pushback = pushback.parse().unwrap();
                status
                    .metadata_mut()
                    .insert("grpc-retry-pushback-ms", pushback);
            }
            return Err(status);
        }
        if request.get_ref().service.starts_with("what") {
            let previous = request.metadata().get("grpc-previous-rpc-attempts");
            let previous = previous.map_or("none", |value| value.to_str().unwrap());
            let bytes = request.get_ref().service.len();
            return Err(Status::not_found(format!("{previous}, {bytes} bytes")));
        }
        Ok(Response::new(HealthCheckResponse {
            status: ServingStatus::Serving.into(),
        }))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("watch"))
    }
}

struct Flakies {
    address: String,
    served: Arc<AtomicUsize>,
}

async fn flaky(failures: usize, code: Code, pushback: Option<&'static str>) -> Flakies {
    let count = Arc::new(AtomicUsize::new(0));
    let service = Flaky {
        failures,
        code,
        pushback,
        served: Arc::clone(&count),
    };
    let conf = rpc_conf("Health: false, Middlewares: {Breaker: false}");
    let server = Server::bind(&conf).await.unwrap();
    let address = server.address().unwrap().to_string();
    let services = Services::new().with(HealthServer::new(service));
    tokio::spawn(server.serve(services, Readiness::default()));
    Flakies {
        address,
        served: count,
    }
}

impl Flakies {
    fn channel(&self, keys: &str) -> Channel {
        let endpoint = &self.address;
        let conf: RpcClientConf = conf(&format!(
            "{{Endpoints: ['{endpoint}'], Middlewares: {{Breaker: false}}, {keys}}}"
        ));
        Channel::new("It", &conf).unwrap()
    }

    /// How it ended, how often it was made, and how long that took.
    async fn call(&self, channel: &Channel, service: &str) -> (Code, String, usize, Duration) {
        let before = self.served.load(Ordering::SeqCst);
        let begun = Instant::now();
        let mut client = HealthClient::new(channel.clone());
        let (code, message) = match client.check(asking(service)).await {
            Ok(_) => (Code::Ok, String::new()),
            Err(status) => (status.code(), status.message().to_owned()),
        };
        let made = self.served.load(Ordering::SeqCst) - before;
        (code, message, made, begun.elapsed())
    }
}

#[tokio::test]
async fn only_what_may_be_repeated_is() {
    const LISTED: &str = "Retry: {Methods: [/grpc.health.v1.Health/Check], InitialBackoff: 5}";
    // (keys, whether the code says it is idempotent, failures, their code, how it ends, attempts)
    let rows = [
        ("", true, 1, Code::Unavailable, Code::Unavailable, 1),
        (
            "Retry: {}",
            false,
            1,
            Code::Unavailable,
            Code::Unavailable,
            1,
        ),
        (
            "Retry: {InitialBackoff: 5}",
            true,
            1,
            Code::Unavailable,
            Code::Ok,
            2,
        ),
        (LISTED, false, 0, Code::Ok, Code::Ok, 1),
        (LISTED, false, 1, Code::Unavailable, Code::Ok, 2),
        (LISTED, false, 2, Code::Unavailable, Code::Ok, 3),
        (LISTED, false, 3, Code::Unavailable, Code::Unavailable, 3),
        (LISTED, true, 9, Code::Internal, Code::Internal, 1),
        (
            LISTED,
            true,
            9,
            Code::ResourceExhausted,
            Code::ResourceExhausted,
            1,
        ),
        (
            LISTED,
            true,
            9,
            Code::DeadlineExceeded,
            Code::DeadlineExceeded,
            1,
        ),
    ];
    for (keys, is_idempotent, failures, code, ends, attempts) in rows {
        let server = flaky(failures, code, None).await;
        let mut channel = server.channel(keys);
        if is_idempotent {
            channel = channel.with_idempotent(CHECK);
        }
        let (found, message, made, _) = server.call(&channel, "").await;
        let what = format!("{keys} {is_idempotent} {failures} {code:?}: {message}");
        assert_eq!((found, made), (ends, attempts), "{what}");
    }
}

#[tokio::test]
async fn an_attempt_says_which_it_is_and_has_the_whole_body() {
    // (bytes, whether the body is small enough to be kept)
    for (bytes, repeats) in [(4, true), (200_000, true), (300_000, false)] {
        let server = flaky(2, Code::Unavailable, None).await;
        let channel = server.channel("Retry: {InitialBackoff: 5}");
        let channel = channel.with_idempotent(CHECK);
        let service = format!("what{}", "a".repeat(bytes - 4));
        let (code, message, made, _) = server.call(&channel, &service).await;
        if repeats {
            assert_eq!((code, made), (Code::NotFound, 3));
            assert_eq!(message, format!("2, {bytes} bytes"));
        } else {
            assert_eq!((code, made), (Code::Unavailable, 1), "{message}");
        }
    }
    let text = zgen_rt::metrics::text();
    let line = format!("rpc_client_retries_total{{method=\"{CHECK}\"}}");
    assert!(text.contains(&line), "{text}");
}

#[tokio::test]
async fn a_service_says_when_and_the_deadline_is_kept() {
    const RETRY: &str = "Retry: {InitialBackoff: 300}";
    // (pushback, the client's limit, how it ends, attempts, at least, at most)
    let rows = [
        (Some("150"), 2000, Code::Ok, 2, 150, 290),
        (Some("0"), 2000, Code::Ok, 2, 0, 200),
        (Some("-1"), 2000, Code::Unavailable, 1, 0, 200),
        (Some("never"), 2000, Code::Unavailable, 1, 0, 200),
        // By itself, with some jitter.
        (None, 2000, Code::Ok, 2, 240, 600),
        // No time for that: the answer that there is, at once.
        (Some("1000"), 400, Code::Unavailable, 1, 0, 300),
        (None, 200, Code::Unavailable, 1, 0, 190),
    ];
    for (pushback, limit, ends, attempts, least, most) in rows {
        let server = flaky(1, Code::Unavailable, pushback).await;
        let channel = server.channel(&format!("Timeout: {limit}, {RETRY}"));
        let channel = channel.with_idempotent(CHECK);
        // The connection is not what is measured.
        let _ = tokio::net::TcpStream::connect(&server.address).await;
        let (code, _, made, took) = server.call(&channel, "").await;
        assert_eq!((code, made), (ends, attempts), "{pushback:?} {limit}");
        let (least, most) = (Duration::from_millis(least), Duration::from_millis(most));
        assert!(took >= least, "{pushback:?} {limit}: {took:?}");
        // Of a busy machine a multiple is no surprise, of a mistake it is.
        assert!(
            took < most + Duration::from_millis(150),
            "{pushback:?} {limit}: {took:?}"
        );
    }
}

#[tokio::test]
async fn retries_do_not_keep_a_service_down() {
    let server = flaky(usize::MAX, Code::Unavailable, None).await;
    let channel = server.channel("Retry: {MaxAttempts: 5, InitialBackoff: 1}");
    let channel = channel.with_idempotent(CHECK);
    for _ in 0..200 {
        server.call(&channel, "").await;
    }
    let made = server.served.load(Ordering::SeqCst);
    println!("200 calls, {made} attempts");
    assert!((200..=205).contains(&made), "{made}");
}

#[tokio::test]
async fn a_call_that_nobody_has_seen_is_made_again_whatever_it_does() {
    for keys in ["Retry: {}", ""] {
        let server = flaky(0, Code::Ok, None).await;
        let mut failed = 0;
        // Each channel is new: none has learnt which of the two is gone.
        for _ in 0..20 {
            let dead = nobody().await;
            let conf: RpcClientConf = conf(&format!(
                "{{Endpoints: ['{dead}', '{}'], {keys}}}",
                server.address
            ));
            let channel = Channel::new("It", &conf).unwrap();
            let called = HealthClient::new(channel).check(asking("")).await;
            failed += usize::from(called.is_err());
        }
        println!("{keys}: {failed} of 20 failed");
        assert_eq!(failed, 0, "{keys}");
    }
}

#[test]
fn a_budget_does_what_its_model_does() {
    for (most, ratio) in [(10_u32, 0.1), (4, 0.5), (100, 1.0), (1, 0.01)] {
        let conf = RetryConf {
            max_tokens: most,
            token_ratio: ratio,
            ..RetryConf::default()
        };
        let budget = Budget::new(&conf);
        let mut tokens = f64::from(most);
        let mut allowed = 0;
        for step in 0_u32..2000 {
            // Times of failure, and times with some.
            if step % 400 < 100 || step % 7 == 0 {
                tokens = (tokens - 1.0).max(0.0);
                let expected = tokens > f64::from(most) / 2.0 + 1e-9;
                let found = budget.failed();
                assert_eq!(found, expected, "{most} {ratio} {step}: {tokens}");
                allowed += u32::from(found);
            } else {
                budget.succeeded();
                tokens = (tokens + ratio).min(f64::from(most));
            }
        }
        println!("{most} tokens, {ratio} back: {allowed} retries");
    }
}

#[test]
fn more_than_grpc_would_take_is_refused() {
    for (keys, expected) in [
        ("MaxAttempts: 1", "`Retry.MaxAttempts`: expected 2 to 5"),
        ("MaxAttempts: 6", "`Retry.MaxAttempts`: expected 2 to 5"),
    ] {
        let text = format!("{{Endpoints: ['h:1'], Retry: {{{keys}}}}}");
        let error = ConfigFile::from_yaml(&text)
            .unwrap()
            .root::<RpcClientConf>();
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{keys}: {error}");
    }
}
