//! The HTTP stack around the routes: one shape for every refusal, probes beside it, and what a request leaves
//! on its span and in the metrics.
#![cfg(all(feature = "http", feature = "testing"))]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::StatusCode;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use support::{Answer, Refused, request, rest_conf, send};
use zgen_rt::Code;
use zgen_rt::config::RestConf;
use zgen_rt::http::{Refusal, bind, stack};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::trace::testing::capture;
use zgen_rt::trace::{Ids, Span};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Nothing {}

fn routes() -> Router {
    Router::new()
        .route("/ok", get(async || "ok").post(async || "made"))
        .route("/items/{id}", get(async || "item"))
        .route(
            "/body",
            post(async |request: Request| {
                let (parts, body) = request.into_parts();
                bind::json::<Nothing>(&parts, body).await.map_err(Refused)?;
                Ok::<_, Refused>("read")
            }),
        )
        .route("/bytes", post(async |bytes: Bytes| bytes.len().to_string()))
        .route("/slow", get(slow))
        .route("/panic", get(panic_with_text))
        .route("/panic-string", get(panic_with_string))
        .route("/panic-odd", get(panic_with_value))
        .route("/inner-panic", get(inner_panic))
        .route("/fail", get(async || refuse(Code::Internal)))
        .route("/away", get(async || refuse(Code::Unavailable)))
        .route("/gone", get(async || refuse(Code::NotFound)))
}

async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_mins(1)).await;
    "late"
}

async fn panic_with_text() -> &'static str {
    panic!("hunter2")
}

async fn panic_with_string() -> &'static str {
    tokio::task::yield_now().await;
    let secret = "hunter2";
    panic!("{secret}")
}

async fn panic_with_value() -> &'static str {
    std::panic::panic_any(7_u8)
}

async fn inner_panic() -> &'static str {
    let work = async { panic!("hunter2") };
    Span::internal("Inner").scope(work).await
}

fn refuse(code: Code) -> Refused {
    Refused(Refusal::new(code, "refused"))
}

fn app(conf: &RestConf) -> (Router, Readiness) {
    let readiness = Readiness::default();
    (stack::<Refused, ()>(routes(), conf, &readiness), readiness)
}

/// The answer and the server span of one request.
async fn traced(app: &Router, request: Request) -> (Answer, SpanData) {
    let captured = capture();
    let answer = send(app, request).await;
    let header = answer.headers.get("traceparent").expect("a traceparent");
    let ids = Ids::from_traceparent(header.to_str().unwrap()).unwrap();
    let spans = captured.spans(ids.trace_id);
    let server = spans.into_iter().find(|s| s.span_kind == SpanKind::Server);
    (answer, server.expect("a server span"))
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|a| a.key.as_str() == key);
    found.map_or_else(String::new, |a| a.value.to_string())
}

#[tokio::test]
async fn every_refusal_has_the_shape_of_the_service() {
    let (app, _) = app(&rest_conf("Timeout: 50, MaxBytes: 64"));
    let large = " ".repeat(65);
    let rows = [
        ("GET", "/ok", "", 200, ""),
        ("HEAD", "/ok", "", 200, ""),
        ("GET", "/none", "", 404, "not_found"),
        ("GET", "/ok/", "", 404, "not_found"),
        ("GET", "/", "", 404, "not_found"),
        ("GET", "/items/", "", 404, "not_found"),
        ("DELETE", "/ok", "", 405, "method_not_allowed"),
        ("BREW", "/ok", "", 405, "method_not_allowed"),
        ("POST", "/items/1", "", 405, "method_not_allowed"),
        ("POST", "/body", "{}", 200, ""),
        ("POST", "/body", large.as_str(), 413, "payload_too_large"),
        ("POST", "/body", "{", 400, "invalid_argument"),
        ("GET", "/slow", "", 503, "unavailable"),
        ("GET", "/panic", "", 500, "internal"),
        ("GET", "/panic-string", "", 500, "internal"),
        ("GET", "/panic-odd", "", 500, "internal"),
        ("GET", "/inner-panic", "", 500, "internal"),
        ("GET", "/fail", "", 500, "internal"),
        ("GET", "/gone", "", 404, "not_found"),
    ];
    for (method, path, body, status, code) in rows {
        let what = format!("{method} {path}");
        let (answer, span) = traced(&app, request(method, path, body.to_owned())).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
        assert_eq!(answer.code(), code, "{what}: {answer:?}");
        assert!(!answer.body.contains("hunter2"), "{what}: {answer:?}");
        let set = attribute(&span, "http.response.status_code");
        assert_eq!(set, status.to_string(), "{what}");
    }
}

#[tokio::test]
async fn a_refused_method_is_told_which_are_allowed() {
    let (app, _) = app(&rest_conf(""));
    let answer = send(&app, request("DELETE", "/ok", "")).await;
    let allow = answer.headers["allow"].to_str().unwrap();
    let mut methods: Vec<_> = allow.split(',').map(str::trim).collect();
    methods.sort_unstable();
    assert_eq!(methods, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let (app, _) = app(&rest_conf(""));
    let mut request = request("POST", "/body", "<a/>");
    let xml = http::HeaderValue::from_static("application/xml");
    request.headers_mut().insert("content-type", xml);
    let answer = send(&app, request).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.code(), "unsupported_media_type");
}

#[tokio::test]
async fn a_timeout_of_zero_is_none() {
    let (app, _) = app(&rest_conf("Timeout: 0"));
    let slow = send(&app, request("GET", "/slow", ""));
    let ended = tokio::time::timeout(Duration::from_millis(100), slow).await;
    assert!(ended.is_err());
}

#[tokio::test]
async fn probes_are_beside_the_stack() {
    let (app, readiness) = app(&rest_conf(""));
    let rows = [
        ("/health", false, 200),
        ("/health", true, 200),
        ("/ready", false, 503),
        ("/ready", true, 200),
        ("/ready", false, 503),
    ];
    for (path, ready, status) in rows {
        readiness.set(ready);
        for method in ["GET", "HEAD"] {
            let answer = send(&app, request(method, path, "")).await;
            assert_eq!(answer.status.as_u16(), status, "{path} {ready}");
            // A traced answer says so.
            assert!(!answer.headers.contains_key("traceparent"), "{path}");
        }
    }
    assert!(!zgen_rt::metrics::text().contains("path=\"/ready\""));
}

#[tokio::test]
async fn a_service_may_have_a_health_route_of_its_own() {
    let routes = Router::new()
        .route("/health", get(async || "mine"))
        .route("/{name}", get(async || "any"));
    let app = stack::<Refused, ()>(routes, &rest_conf(""), &Readiness::default());
    for (path, body) in [("/health", "mine"), ("/ready", "not ready"), ("/x", "any")] {
        assert_eq!(
            send(&app, request("GET", path, "")).await.body,
            body,
            "{path}"
        );
    }
}

#[tokio::test]
async fn spans_say_what_the_conventions_ask() {
    let (app, _) = app(&rest_conf("Timeout: 50"));
    let rows = [
        ("GET", "/ok", "GET /ok", "/ok", "GET", ""),
        (
            "GET",
            "/items/7?q=hunter2",
            "GET /items/{id}",
            "/items/{id}",
            "GET",
            "",
        ),
        ("GET", "/none", "GET", "", "GET", ""),
        ("BREW", "/ok", "HTTP /ok", "/ok", "_OTHER", ""),
        ("BREW", "/none", "HTTP", "", "_OTHER", ""),
        ("GET", "/gone", "GET /gone", "/gone", "GET", ""),
        ("GET", "/fail", "GET /fail", "/fail", "GET", "500"),
        ("GET", "/away", "GET /away", "/away", "GET", "503"),
        ("GET", "/slow", "GET /slow", "/slow", "GET", "timeout"),
        ("GET", "/panic", "GET /panic", "/panic", "GET", "panic"),
        (
            "GET",
            "/panic-odd",
            "GET /panic-odd",
            "/panic-odd",
            "GET",
            "panic",
        ),
    ];
    for (method, uri, name, route, set_method, error_type) in rows {
        let what = format!("{method} {uri}");
        let (_, span) = traced(&app, request(method, uri, "")).await;
        assert_eq!(span.name, name, "{what}");
        assert_eq!(attribute(&span, "http.route"), route, "{what}");
        assert_eq!(
            attribute(&span, "http.request.method"),
            set_method,
            "{what}"
        );
        let path = uri.split('?').next().unwrap();
        assert_eq!(attribute(&span, "url.path"), path, "{what}");
        assert_eq!(attribute(&span, "error.type"), error_type, "{what}");
        let failed = matches!(span.status, Status::Error { .. });
        assert_eq!(failed, !error_type.is_empty(), "{what}: {:?}", span.status);
        assert!(!format!("{span:?}").contains("hunter2"), "{what}");
    }
}

#[tokio::test]
async fn the_address_of_the_server_is_what_the_caller_asked_for() {
    let (app, _) = app(&rest_conf(""));
    let rows: &[(&str, Option<&[u8]>, &str, &str)] = &[
        ("/ok", Some(b"shop.example"), "shop.example", ""),
        ("/ok", Some(b"shop.example:8888"), "shop.example", "8888"),
        ("/ok", Some(b"[::1]:8888"), "[::1]", "8888"),
        ("/ok", Some(b"[::1]"), "[::1]", ""),
        ("/ok", Some(b"\xff\xff"), "", ""),
        ("/ok", None, "", ""),
        // HTTP/2 has no `Host`, but an authority.
        ("http://shop.example:81/ok", None, "shop.example", "81"),
    ];
    for (uri, host, address, port) in rows {
        let mut request = request("GET", uri, "");
        if let Some(host) = host {
            let value = http::HeaderValue::from_bytes(host).unwrap();
            request.headers_mut().insert("host", value);
        }
        let (answer, span) = traced(&app, request).await;
        assert_eq!(answer.status, StatusCode::OK, "{host:?}");
        assert_eq!(attribute(&span, "server.address"), *address, "{host:?}");
        assert_eq!(attribute(&span, "server.port"), *port, "{host:?}");
    }
}

#[tokio::test]
async fn callers_cannot_make_metrics_grow() {
    let (app, _) = app(&rest_conf(""));
    send(&app, request("GET", "/items/41", "")).await;
    for number in 0..50 {
        send(&app, request("GET", &format!("/guess/{number}"), "")).await;
        send(&app, request("GET", &format!("/items/{number}"), "")).await;
        send(&app, request(&format!("BREW{number}"), "/ok", "")).await;
    }
    let text = zgen_rt::metrics::text();
    assert!(
        text.contains(
            "http_server_requests_code_total{path=\"/items/{id}\",method=\"GET\",code=\"200\"}"
        ),
        "{text}"
    );
    for guessed in ["/guess", "/items/41", "BREW"] {
        assert!(!text.contains(guessed), "{guessed}: {text}");
    }
}

#[tokio::test]
async fn a_request_that_is_dropped_ends_what_it_began() {
    struct Guard(Arc<AtomicUsize>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let dropped = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&dropped);
    let hang = async move || -> Response {
        let _guard = Guard(counter);
        std::future::pending::<()>().await;
        "never".into_response()
    };
    let routes = Router::new().route("/hang", get(hang));
    let app = stack::<Refused, ()>(routes, &rest_conf(""), &Readiness::default());
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let mut request = request("GET", "/hang", "");
    let header = format!("00-{trace}-b7ad6b7169203331-01");
    request
        .headers_mut()
        .insert("traceparent", header.parse().unwrap());
    let captured = capture();
    let left = tokio::time::timeout(Duration::from_millis(50), send(&app, request)).await;
    assert!(left.is_err());
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
    let id = opentelemetry::trace::TraceId::from_hex(trace).unwrap();
    assert_eq!(captured.tree(id), "SERVER GET /hang\n");
    assert!(zgen_rt::trace::current_ids().is_none());
    let line = "http_server_requests_code_total{path=\"/hang\",method=\"GET\",code=\"499\"} 1";
    assert!(zgen_rt::metrics::text().contains(line));
}
