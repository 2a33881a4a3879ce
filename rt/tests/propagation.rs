//! One trace through a gateway and a service, in one process: the HTTP stack calls over the channel, and what
//! came in with the request goes all the way.
#![cfg(all(
    feature = "http",
    feature = "rpc-server",
    feature = "rpc-client",
    feature = "testing"
))]

mod support;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use http::HeaderMap;
use opentelemetry::trace::{SpanKind, Status, TraceId};
use opentelemetry_sdk::trace::SpanData;
use support::grpc::{Obedient, Running, asking, client, nobody, serve};
use support::{Answer, Refused, request, rest_conf, rpc_conf, send};
use tonic::Code;
use tonic_health::pb::health_client::HealthClient;
use zgen_rt::http::{Refusal, stack};
use zgen_rt::lifecycle::Readiness;
use zgen_rt::rpc::Channel;
use zgen_rt::trace::testing::{Captured, capture};
use zgen_rt::trace::{Span, current_ids};

const METHOD: &str = "grpc.health.v1.Health/Check";

/// A gateway whose one route asks the service for what its path says.
fn gateway(client: HealthClient<Channel>) -> Router {
    let ask = async |State(mut client): State<HealthClient<Channel>>, Path(what): Path<String>| {
        let logic = Span::internal("Logic");
        let answered = logic
            .run(client.check(asking(what.replace('_', " "))))
            .await;
        answered.map(|_| "served").map_err(|status| {
            let text = format!("{:?} {}", status.code(), status.message());
            Refused(Refusal::new(status.code().into(), text))
        })
    };
    let routes = Router::new().route("/{what}", get(ask));
    stack::<Refused, _>(routes, &rest_conf("Timeout: 5s"), &Readiness::default()).with_state(client)
}

async fn system() -> (Router, Running) {
    let service = serve(&rpc_conf(""), Obedient::default()).await;
    (gateway(client(&[service.address], "5000")), service)
}

fn new_trace() -> (String, TraceId) {
    let trace = format!("{:032x}", rand::random_range(1..u128::MAX));
    let id = TraceId::from_hex(&trace).unwrap();
    (trace, id)
}

async fn ask(app: &Router, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let mut request = request("GET", path, "");
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    send(app, request).await
}

/// Waits for a trace's spans, which end shortly after the answer is there.
async fn spans(captured: &Captured, id: TraceId, count: usize) -> Vec<SpanData> {
    captured.wait_for(id, count).await;
    let spans = captured.spans(id);
    assert_eq!(spans.len(), count, "{}", captured.tree(id));
    spans
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|a| a.key.as_str() == key);
    found.map_or_else(String::new, |a| a.value.to_string())
}

fn is_failed(span: &SpanData) -> bool {
    matches!(span.status, Status::Error { .. })
}

#[tokio::test]
async fn one_request_is_one_trace() {
    let captured = capture();
    let (app, service) = system().await;
    let (trace, id) = new_trace();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = ask(&app, "/x", &[("traceparent", &parent)]).await;
    assert_eq!(answer.body, "served");
    let spans = spans(&captured, id, 4).await;
    let expected = format!(
        "SERVER GET /{{what}}\n  INTERNAL Logic\n    CLIENT {METHOD}\n      SERVER {METHOD}\n"
    );
    assert_eq!(captured.tree(id), expected);

    let remote: Vec<_> = spans.iter().map(|s| s.parent_span_is_remote).collect();
    assert_eq!(remote, [true, false, false, true]);
    let (outgoing, incoming) = (&spans[2], &spans[3]);
    for span in [outgoing, incoming] {
        assert_eq!(attribute(span, "rpc.system.name"), "grpc");
        assert_eq!(attribute(span, "rpc.method"), METHOD);
        assert_eq!(attribute(span, "rpc.response.status_code"), "OK");
        assert_eq!(span.status, Status::Unset);
    }
    assert_eq!(attribute(outgoing, "server.address"), "127.0.0.1");
    let port = service.address.port().to_string();
    assert_eq!(attribute(outgoing, "server.port"), port);
    // The answer says where in the trace it was made.
    let header = answer.headers["traceparent"].to_str().unwrap();
    let own = format!("00-{trace}-{}-01", spans[0].span_context.span_id());
    assert_eq!(header, own);
}

#[tokio::test]
async fn what_came_in_arrives_at_the_service() {
    capture();
    let (app, _service) = system().await;
    let (trace, _) = new_trace();
    let sampled = format!("00-{trace}-b7ad6b7169203331-01");
    let unsampled = format!("00-{trace}-b7ad6b7169203331-00");
    let baggage = "user=7,note=a%20b;meta";
    let rows = [
        (&sampled, "/header_tracestate", "a=1,b=2"),
        (&sampled, "/header_baggage", baggage),
        (&unsampled, "/header_tracestate", "a=1,b=2"),
        (&unsampled, "/header_baggage", baggage),
        (&unsampled, "/header_traceparent", unsampled.as_str()),
    ];
    for (parent, path, arrives) in rows {
        let sent = [
            ("traceparent", parent.as_str()),
            ("tracestate", "a=1,b=2"),
            ("baggage", baggage),
        ];
        let answer = ask(&app, path, &sent).await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(json["message"], format!("Aborted {arrives}"), "{path}");
    }
}

#[tokio::test]
async fn an_unsampled_request_leaves_no_span() {
    let captured = capture();
    let (app, _service) = system().await;
    let (trace, id) = new_trace();
    let parent = format!("00-{trace}-b7ad6b7169203331-00");
    let answer = ask(&app, "/x", &[("traceparent", &parent)]).await;
    assert_eq!(answer.body, "served");
    assert_eq!(answer.headers["traceparent"], parent.as_str());
    // One that is sampled afterwards shows that the others would have been there.
    let (trace, later) = new_trace();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    ask(&app, "/x", &[("traceparent", &parent)]).await;
    spans(&captured, later, 4).await;
    assert_eq!(captured.tree(id), "");
}

#[tokio::test]
async fn a_status_is_an_error_where_the_conventions_say_so() {
    let captured = capture();
    let (app, _service) = system().await;
    for number in 1..=16 {
        let code = Code::from_i32(number);
        let (trace, id) = new_trace();
        let parent = format!("00-{trace}-b7ad6b7169203331-01");
        let path = format!("/code_{number}");
        let answer = ask(&app, &path, &[("traceparent", &parent)]).await;
        let spans = spans(&captured, id, 4).await;
        let (http, logic, outgoing, incoming) = (&spans[0], &spans[1], &spans[2], &spans[3]);
        let name = attribute(outgoing, "rpc.response.status_code");
        assert_eq!(name.replace('_', ""), format!("{code:?}").to_uppercase());
        assert_eq!(attribute(incoming, "rpc.response.status_code"), name);
        // A client's span is an error for whatever is not OK; a server's where the server is at fault.
        assert!(is_failed(outgoing) && is_failed(logic), "{code:?}");
        assert_eq!(attribute(outgoing, "error.type"), name);
        let servers_fault = matches!(
            code,
            Code::Unknown
                | Code::DeadlineExceeded
                | Code::Unimplemented
                | Code::Internal
                | Code::Unavailable
                | Code::DataLoss
        );
        assert_eq!(is_failed(incoming), servers_fault, "{code:?}");
        assert_eq!(is_failed(http), answer.status.is_server_error(), "{code:?}");
    }
}

#[tokio::test]
async fn a_panic_in_the_service_is_on_its_span() {
    let captured = capture();
    let (app, _service) = system().await;
    let (trace, id) = new_trace();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = ask(&app, "/panic", &[("traceparent", &parent)]).await;
    assert_eq!(answer.status, 500);
    let spans = spans(&captured, id, 4).await;
    let incoming = &spans[3];
    assert_eq!(incoming.span_kind, SpanKind::Server);
    assert_eq!(attribute(incoming, "error.type"), "panic");
    assert!(is_failed(incoming));
    assert_eq!(attribute(&spans[2], "error.type"), "INTERNAL");
    assert!(!format!("{spans:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_on_the_clients_span() {
    let captured = capture();
    let app = gateway(client(&[nobody().await], "5000"));
    let (trace, id) = new_trace();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = ask(&app, "/x", &[("traceparent", &parent)]).await;
    assert_eq!(answer.status, 503);
    let spans = spans(&captured, id, 3).await;
    assert_eq!(attribute(&spans[2], "error.type"), "UNAVAILABLE");
    assert_eq!(attribute(&spans[2], "server.address"), "127.0.0.1");
}

#[tokio::test]
async fn a_call_that_is_given_up_ends_its_spans() {
    let captured = capture();
    let service = serve(&rpc_conf("Timeout: 0"), Obedient::default()).await;
    let mut client = client(&[service.address], "0");
    let (trace, id) = new_trace();
    let mut headers = HeaderMap::new();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    headers.insert("traceparent", parent.parse().unwrap());
    let server = Span::server("S", &headers);
    let mut given_up = Box::pin(server.scope(async { client.check(asking("slow")).await.is_ok() }));
    let reached = async {
        while service.served() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut given_up => panic!("it should hang"),
        () = reached => {}
    }
    drop(given_up);
    drop(server);
    assert_eq!(current_ids(), None);
    // The service hears of it and gives up too.
    let spans = spans(&captured, id, 3).await;
    for span in &spans[1..] {
        assert_eq!(attribute(span, "rpc.response.status_code"), "CANCELLED");
    }
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_cancelled() {
    let captured = capture();
    let service = serve(&rpc_conf(""), Obedient::default()).await;
    let mut client = client(&[service.address], "5000");
    let (trace, id) = new_trace();
    let mut headers = HeaderMap::new();
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    headers.insert("traceparent", parent.parse().unwrap());
    let server = Span::server("S", &headers);
    let stream = server.scope(client.watch(asking(""))).await.unwrap();
    let mut stream = stream.into_inner();
    assert!(stream.message().await.unwrap().is_some());
    drop((stream, server));
    let spans = spans(&captured, id, 3).await;
    assert_eq!(
        attribute(&spans[1], "rpc.response.status_code"),
        "CANCELLED"
    );
}
