//! What a request that is not sampled costs in allocations: nothing for its spans, little for the stack around it.
#![cfg(all(feature = "http", feature = "testing"))]

mod support;

use std::fmt;
use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{HeaderMap, Request};
use support::{Refused, request, rest_conf};
use tower::ServiceExt as _;
use zgen_rt::Code;
use zgen_rt::http::stack;
use zgen_rt::lifecycle::Readiness;
use zgen_rt::trace::testing::capture;
use zgen_rt::trace::{self, Failure, Span};

const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
/// What the whole stack adds to a request that is not sampled: its layers' futures in boxes, its response's headers.
// With reading compressed bodies, which is a layer more where it is built in.
const STACK: u64 = 17;

#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

impl Failure for Broken {
    fn code(&self) -> Code {
        Code::Internal
    }
}

fn unsampled() -> HeaderMap {
    HeaderMap::from_iter([(
        http::HeaderName::from_static("traceparent"),
        http::HeaderValue::from_static(UNSAMPLED),
    )])
}

/// In the second of two runs: what is made once is made in the first.
fn allocations(mut work: impl FnMut()) -> u64 {
    work();
    allocation_counter::measure(work).count_total
}

#[test]
fn a_span_that_is_not_sampled_allocates_nothing() {
    capture();
    let headers = unsampled();
    let spans: [(&str, &dyn Fn()); 6] = [
        ("server", &|| drop(black_box(Span::server("S", &headers)))),
        ("internal", &|| drop(black_box(Span::internal("I")))),
        ("client", &|| drop(black_box(Span::client("C")))),
        ("attributes", &|| Span::internal("I").set("k", "v")),
        ("within", &|| {
            Span::internal("I").enter(|| drop(Span::internal("J")));
        }),
        ("a name", &|| Span::current().rename("N")),
    ];
    for (what, span) in spans {
        let server = Span::server("S", &headers);
        assert!(!server.is_recording());
        let found = server.enter(|| allocations(span));
        assert_eq!(found, 0, "{what}");
    }
}

#[test]
fn work_in_a_span_that_is_not_sampled_allocates_nothing() {
    capture();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let server = Span::server("S", &unsampled());
    let found = allocations(|| {
        runtime.block_on(server.scope(async {
            let done = trace::step("A", async { Ok::<_, Broken>(1) }).await;
            assert!(done.is_ok());
        }));
    });
    assert_eq!(found, 0);
}

#[test]
fn the_stack_adds_little_to_a_request() {
    capture();
    let conf = rest_conf("Timeout: 1000");
    let routes = || Router::new().route("/items/{id}", get(async || "item"));
    let bare = requests(&routes().with_state(()));
    let full = requests(&stack::<Refused, ()>(
        routes(),
        &conf,
        &Readiness::default(),
    ));
    let added = full - bare;
    assert!(
        added <= STACK,
        "the stack adds {added} allocations to the {bare} of a bare router; {STACK} are known: if more are meant, say so there"
    );
}

fn requests(app: &Router) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    allocations(|| {
        let answer = app.clone().oneshot(made());
        let answer = runtime
            .block_on(answer)
            .unwrap_or_else(|never| match never {});
        assert_eq!(answer.status(), 200);
    })
}

fn made() -> Request<Body> {
    let mut made = request("GET", "/items/7", Body::empty());
    *made.headers_mut() = unsampled();
    made
}
