//! How often callers may call: the bucket against a model, its place around routes and methods, and Redis.
#![cfg(all(
    feature = "http",
    feature = "rpc-server",
    feature = "rpc-client",
    feature = "redis"
))]

mod support;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use support::grpc::{Obedient, asking, client, serve};
use support::redis::Redis;
use support::{Answer, Refused, request, rest_conf, rpc_conf, send};
use zgen_rt::config::{ConfigFile, RestConf};
use zgen_rt::http::stack;
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rate::{Bucket, Size};

/// A bucket as one would draw it: tokens that come back bit by bit.
struct Model {
    per_nano: f64,
    most: f64,
    tokens: f64,
    at: Duration,
}

impl Model {
    fn take(&mut self, now: Duration) -> Option<()> {
        let since = now.saturating_sub(self.at).as_secs_f64() * 1e9;
        self.tokens = (self.tokens + since * self.per_nano).min(self.most);
        self.at = now;
        // What rounding of an interval to nanoseconds may cost.
        (self.tokens > 1.0 - 1e-6).then(|| self.tokens -= 1.0)
    }
}

#[test]
fn a_bucket_does_what_its_model_does() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        // Intervals that nanoseconds can express.
        let rate = [1, 2, 5, 8, 10, 100, 1000][random.random_range(0..7)];
        let burst = random.random_range(1..50);
        let period = [1, 60][random.random_range(0..2)];
        let size = Size::new(rate, Duration::from_secs(period), burst);
        let bucket = Bucket::default();
        #[allow(clippy::cast_precision_loss)]
        let mut model = Model {
            per_nano: f64::from(rate) / (period as f64 * 1e9),
            most: f64::from(burst),
            tokens: f64::from(burst),
            at: Duration::ZERO,
        };
        let mut now = Duration::from_nanos(1);
        let interval = Duration::from_secs(period) / rate;
        for _ in 0..300 {
            let expected = model.take(now).is_some();
            let found = bucket.take_at(size, now);
            assert_eq!(found.is_ok(), expected, "{seed}: {size:?} at {now:?}");
            match found {
                Ok(()) => taken += 1,
                Err(wait) => {
                    refused += 1;
                    // Neither too early nor too late.
                    assert!(wait <= interval, "{seed}: {wait:?}");
                    let early = now + wait.saturating_sub(Duration::from_nanos(2));
                    assert!(bucket.take_at(size, early).is_err(), "{seed}: {wait:?}");
                    if random.random_bool(0.2) {
                        now += wait;
                        assert!(bucket.take_at(size, now).is_ok(), "{seed}: {wait:?}");
                        let _ = model.take(now);
                    }
                }
            }
            // A burst, or a pause of some tokens.
            if random.random_bool(0.4) {
                now += interval.mul_f64(random.random_range(0.0..4.0));
            }
        }
    }
    println!("{taken} taken, {refused} refused");
    assert!(taken > 10_000 && refused > 10_000);
}

fn app(keys: &str) -> Router {
    let conf = rest_conf(keys);
    let routes = Router::new()
        .route("/items/{id}", get(async || "got").post(async || "made"))
        .route("/other", post(async || "other"));
    stack::<Refused, ()>(routes.with_state(()), &conf, &Readiness::default())
}

/// From this address, with this key.
async fn from(app: &Router, line: &str, peer: &str, key: Option<&str>) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = request(method, path, "");
    let peer: std::net::SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    if let Some(key) = key {
        request
            .headers_mut()
            .insert("x-api-key", key.parse().unwrap());
    }
    send(app, request).await
}

#[tokio::test]
async fn requests_that_come_too_often_are_told_when_to_come_again() {
    let app = app("RateLimit: {Rate: 2, Period: 10s}");
    for _ in 0..2 {
        let answer = from(&app, "GET /items/1", "1.1.1.1:1", None).await;
        assert_eq!(answer.status, 200);
    }
    let answer = from(&app, "POST /other", "2.2.2.2:2", None).await;
    assert_eq!(
        (answer.status.as_u16(), &*answer.code()),
        (429, "resource_exhausted")
    );
    assert_eq!(answer.headers["retry-after"], "5");
    // What is no route is not counted, and the probes are not either.
    assert_eq!(from(&app, "GET /none", "1.1.1.1:1", None).await.status, 404);
    assert_eq!(
        from(&app, "GET /health", "1.1.1.1:1", None).await.status,
        200
    );
    let text = zgen_rt::metrics::text();
    let line = "dropped_requests_total{side=\"http_server\",layer=\"rate_limit\"}";
    assert!(text.contains(line), "{text}");
}

#[tokio::test]
async fn each_has_a_limit_of_its_own() {
    // (what is limited, requests, and how each is answered)
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str, Option<&'a str>, u16)]);
    let rows: &[Row<'_>] = &[
        (
            "Rate: 1, Period: 1h, By: address",
            &[
                ("GET /items/1", "1.1.1.1:1", None, 200),
                ("GET /items/1", "1.1.1.1:2", None, 429),
                ("GET /items/1", "2.2.2.2:1", None, 200),
            ],
        ),
        (
            "Rate: 1, Period: 1h, By: 'header:X-Api-Key'",
            &[
                ("GET /items/1", "1.1.1.1:1", Some("a"), 200),
                ("GET /items/1", "2.2.2.2:1", Some("a"), 429),
                ("GET /items/1", "1.1.1.1:1", Some("b"), 200),
                ("GET /items/1", "1.1.1.1:1", None, 200),
                ("GET /items/1", "1.1.1.1:1", None, 429),
            ],
        ),
        (
            "Routes: [{Route: 'POST /items/:id', Rate: 1, Period: 1h}]",
            &[
                ("POST /items/1", "1.1.1.1:1", None, 200),
                ("POST /items/2", "1.1.1.1:1", None, 429),
                ("GET /items/1", "1.1.1.1:1", None, 200),
                ("POST /other", "1.1.1.1:1", None, 200),
            ],
        ),
        (
            "Rate: 3, Period: 1h, Routes: [{Route: '/items/{id}', Rate: 1, Period: 1h}]",
            &[
                ("GET /items/1", "1.1.1.1:1", None, 200),
                // Takes nothing from the others.
                ("POST /items/1", "1.1.1.1:1", None, 429),
                ("POST /items/1", "1.1.1.1:1", None, 429),
                ("POST /other", "1.1.1.1:1", None, 200),
                ("POST /other", "1.1.1.1:1", None, 200),
                ("POST /other", "1.1.1.1:1", None, 429),
            ],
        ),
        (
            "Rate: 1, Burst: 2, Period: 1h",
            &[
                ("POST /other", "1.1.1.1:1", None, 200),
                ("POST /other", "1.1.1.1:1", None, 200),
                ("POST /other", "1.1.1.1:1", None, 429),
            ],
        ),
    ];
    for (keys, requests) in rows {
        let app = app(&format!("RateLimit: {{{keys}}}"));
        for (number, (line, peer, key, status)) in requests.iter().enumerate() {
            let answer = from(&app, line, peer, *key).await;
            assert_eq!(answer.status.as_u16(), *status, "{keys}: {number}");
        }
    }
}

#[tokio::test]
async fn methods_have_limits_too() {
    let conf = rpc_conf(
        "RateLimit: {Methods: [{FullMethod: /grpc.health.v1.Health/Check, Rate: 2, Period: 1h}]}",
    );
    let server = serve(&conf, Obedient::default()).await;
    let mut client = client(&[server.address], "2000");
    for _ in 0..2 {
        client.check(asking("")).await.unwrap();
    }
    let status = client.check(asking("")).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::ResourceExhausted);
    let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap();
    let pushback: u64 = pushback.to_str().unwrap().parse().unwrap();
    assert!((1_700_000..=1_800_000).contains(&pushback), "{pushback}");
    client.watch(asking("")).await.unwrap();
    assert_eq!(server.served(), 2);
}

#[tokio::test]
async fn instances_share_a_limit_while_redis_is_there() {
    let redis = Redis::start(&[]).await;
    let host = redis.host();
    // The socket of Redis is slower than the first calls of a test: a token in a day.
    let keys = format!(
        "RateLimit: {{Rate: 3, Period: 24h, By: address, Redis: {{Host: '{host}', Key: api}}}}"
    );
    let (one, two) = (app(&keys), app(&keys));
    for (app, peer, status) in [
        (&one, "1.1.1.1:1", 200),
        (&two, "1.1.1.1:1", 200),
        (&one, "1.1.1.1:1", 200),
        (&one, "1.1.1.1:1", 429),
        (&two, "1.1.1.1:1", 429),
        (&two, "2.2.2.2:1", 200),
    ] {
        let answer = from(app, "POST /other", peer, None).await;
        assert_eq!(answer.status.as_u16(), status, "{peer}");
    }
    // go-zero's keys.
    let left = redis.run(&["GET", "{api:1.1.1.1}.tokens"]).await;
    println!("{left:?}");
    assert!(matches!(left, redis::Value::BulkString(_)), "{left:?}");
    assert!(matches!(
        redis.run(&["GET", "{api:1.1.1.1}.ts"]).await,
        redis::Value::BulkString(_)
    ));

    // Each for itself.
    let port = redis.port;
    drop(redis);
    for (app, status) in [
        (&one, 200),
        (&one, 200),
        (&one, 200),
        (&one, 429),
        (&two, 200),
    ] {
        let begun = Instant::now();
        let answer = from(app, "POST /other", "1.1.1.1:1", None).await;
        assert_eq!(answer.status.as_u16(), status, "{:?}", begun.elapsed());
    }
    // And together again: an empty Redis has full buckets.
    let redis = Redis::start_at(port, &[]).await;
    let begun = Instant::now();
    while from(&one, "POST /other", "1.1.1.1:1", None).await.status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(10), "never back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let left = redis.run(&["EXISTS", "{api:1.1.1.1}.tokens"]).await;
    assert_eq!(left, redis::Value::Int(1));
}

/// Both keys of a caller are in one part of it, whichever that is.
#[cfg(feature = "redis-cluster")]
#[tokio::test]
async fn instances_share_a_limit_in_a_cluster() {
    let nodes = support::redis::cluster(&[]).await;
    let hosts: Vec<_> = nodes.iter().map(Redis::host).collect();
    let hosts = hosts.join(",");
    let keys = format!(
        "RateLimit: {{Rate: 1, Period: 24h, By: address, Redis: {{Host: '{hosts}', Type: cluster}}}}"
    );
    let (one, two) = (app(&keys), app(&keys));
    for number in 0..20 {
        let peer = format!("1.1.1.{number}:1");
        for (app, status) in [(&one, 200), (&two, 429)] {
            let answer = from(app, "POST /other", &peer, None).await;
            assert_eq!(answer.status.as_u16(), status, "{peer}");
        }
    }
}

#[test]
fn limits_that_are_none_are_refused() {
    for (keys, expected) in [
        ("Rate: 0", "`RateLimit.Rate`: expected 1 or more"),
        ("Rate: 1, Burst: 0", "`RateLimit.Burst`: expected 1 or more"),
        ("Rate: 1, By: host", "`RateLimit.By`: expected `all`"),
        (
            "Rate: 1, By: 'header:a b'",
            "`RateLimit.By`: expected `all`",
        ),
        (
            "Routes: [{Route: /a}]",
            "`RateLimit.Routes[0].Rate`: is missing",
        ),
    ] {
        let text = format!("{{Name: it, Port: 1, RateLimit: {{{keys}}}}}");
        let error = ConfigFile::from_yaml(&text).unwrap().root::<RestConf>();
        let error = error.unwrap_err().to_string();
        assert!(error.contains(expected), "{keys}: {error}");
    }
}
