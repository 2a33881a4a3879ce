//! The server span, the access log line and the metrics of each request
//! (OpenTelemetry semantic conventions 1.42, HTTP server).

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{HOST, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, Version};
use axum::middleware::Next;
use axum::response::Response;

use crate::metrics::{self, HttpLabels};
use crate::trace::{Span, attr};

pub(super) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let path = request.uri().path().to_owned();

    let name = match &route {
        Some(route) => format!("{method} {route}"),
        None => method.to_string(),
    };
    let span = Span::server(name, request.headers());
    if span.is_recording() {
        describe(&span, &request, route.as_deref());
    }

    let mut response = span.scope(next.run(request)).await;

    let status = response.status();
    span.set(attr::HTTP_RESPONSE_STATUS_CODE, status.as_u16());
    if status.is_server_error() {
        span.fail_with(status.as_str().to_owned());
    }
    span.respond(response.headers_mut());
    let took = started.elapsed();
    let labels = HttpLabels {
        path: route.unwrap_or_default(),
        method: method.to_string(),
        code: status.as_u16(),
    };
    metrics::http_request(&labels, took);
    span.enter(|| {
        let duration = format!("{:.1}ms", took.as_secs_f64() * 1000.0);
        let content = format!("[HTTP] {} - {method} {path}", status.as_u16());
        if status.is_server_error() {
            tracing::error!(duration, "{content}");
        } else {
            tracing::info!(duration, "{content}");
        }
    });
    response
}

fn describe(span: &Span, request: &Request, route: Option<&str>) {
    let header = |name: HeaderName| text(request.headers(), name);
    span.set(attr::HTTP_REQUEST_METHOD, request.method().as_str());
    span.set(attr::URL_PATH, request.uri().path());
    span.set(
        attr::URL_SCHEME,
        request.uri().scheme_str().unwrap_or("http"),
    );
    if let Some(route) = route {
        span.set(attr::HTTP_ROUTE, route);
    }
    if let Some(host) = header(HOST) {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
        span.set(attr::SERVER_ADDRESS, name);
        if let Ok(port) = port.parse::<u16>() {
            span.set(attr::SERVER_PORT, port);
        }
    }
    if let Some(agent) = header(USER_AGENT) {
        span.set(attr::USER_AGENT_ORIGINAL, agent);
    }
    let version = match request.version() {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    };
    span.set(attr::NETWORK_PROTOCOL_VERSION, version);
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
