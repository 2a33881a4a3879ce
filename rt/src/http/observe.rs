//! The server span, the access log line and the metrics of each request
//! (OpenTelemetry semantic conventions 1.42, HTTP server).

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{HOST, USER_AGENT};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Version};
use axum::response::Response;
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::probe::Probes;
use crate::log::Took;
use crate::metrics::{self, HttpRequest};
use crate::trace::{Door, Scoped, Span, attr};

/// Around all that is served; what an orchestrator asks is answered before it.
#[derive(Clone)]
pub(super) struct Observe(pub(super) Probes);

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            probes: self.0.clone(),
            inner,
        }
    }
}

/// Written out, as its future is: `axum::middleware::from_fn` makes four boxes for each request.
#[derive(Clone)]
pub(super) struct Observed<S> {
    probes: Probes,
    inner: S,
}

impl<S> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Observing<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if let Some(answer) = self.probes.answer(&request) {
            return Observing {
                answer: Some(answer),
                exchange: None,
                served: None,
            };
        }
        let exchange = Exchange::begin(&request);
        let served = exchange.span.enter(|| self.inner.call(request));
        Observing {
            answer: None,
            served: Some(exchange.span.scoped(served)),
            exchange: Some(exchange),
        }
    }
}

pin_project! {
    pub(super) struct Observing<F> {
        // To what is not observed.
        answer: Option<Response>,
        exchange: Option<Exchange>,
        #[pin]
        served: Option<Scoped<F>>,
    }
}

impl<F: Future<Output = Result<Response, Infallible>>> Future for Observing<F> {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(served) = this.served.as_mut().as_pin_mut() else {
            return this
                .answer
                .take()
                .map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)));
        };
        let Ok(mut response) = ready!(served.poll(cx));
        // A span ends with its last handle.
        this.served.set(None);
        if let Some(exchange) = this.exchange.take() {
            exchange.end(&mut response);
        }
        Poll::Ready(Ok(response))
    }
}

/// In logs and metrics, as in go-zero, the status of a request whose caller left before the answer.
fn client_closed_request() -> StatusCode {
    StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST)
}

/// A request under way; counted and logged when dropped, whatever becomes of it.
struct Exchange {
    span: Span,
    method: &'static str,
    path: String,
    route: Option<MatchedPath>,
    scheme: &'static str,
    version: &'static str,
    started: Instant,
    status: StatusCode,
}

impl Exchange {
    fn begin(request: &Request) -> Self {
        let started = Instant::now();
        let method = known_method(request.method());
        let matched = request.extensions().get::<MatchedPath>().cloned();
        let route = matched.as_ref().map(MatchedPath::as_str);
        let path = request.uri().path().to_owned();

        let verb = if method == OTHER { "HTTP" } else { method };
        let known = [
            (attr::HTTP_REQUEST_METHOD, method),
            (attr::URL_PATH, path.as_str()),
            (attr::HTTP_ROUTE, route.unwrap_or_default()),
        ];
        let door = Door {
            headers: request.headers(),
            route,
            attributes: &known[..if route.is_some() { 3 } else { 2 }],
        };
        let span = Span::at_door(&door, || match route {
            Some(route) => format!("{verb} {route}").into(),
            None => verb.into(),
        });
        if span.is_recording() {
            describe(&span, request, method, route);
        }
        Self {
            span,
            method,
            path,
            route: matched,
            scheme: scheme(request),
            version: version(request),
            started,
            status: client_closed_request(),
        }
    }

    fn end(mut self, response: &mut Response) {
        let status = response.status();
        let span = &self.span;
        span.set(attr::HTTP_RESPONSE_STATUS_CODE, status.as_u16());
        if status.is_server_error() {
            span.fail_by_status(status.as_str().to_owned());
        }
        span.respond(response.headers_mut());
        self.status = status;
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let (method, status) = (self.method, self.status);
        let took = self.started.elapsed();
        metrics::http_request(&HttpRequest {
            method,
            route: self.route.as_ref().map(MatchedPath::as_str),
            scheme: self.scheme,
            version: self.version,
            status: status.as_u16(),
            took,
            trace: self.span.recorded_trace(),
        });
        self.span.enter(|| {
            let parts = ["[HTTP] ", status.as_str(), " - ", method, " ", &self.path];
            let (message, took) = (parts.concat(), Took::of(took));
            let (message, duration) = (message.as_str(), took.as_str());
            if status.is_server_error() {
                tracing::error!(message, duration);
            } else {
                tracing::info!(message, duration);
            }
        });
    }
}

/// What stands for a method that callers made up: each one kept would be a time series of its own.
const OTHER: &str = "_OTHER";

fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT",
    ];
    let known = KNOWN.into_iter().find(|known| method == known);
    known.unwrap_or(OTHER)
}

fn describe(span: &Span, request: &Request, method: &'static str, route: Option<&str>) {
    let header = |name: HeaderName| text(request.headers(), name);
    span.set(attr::HTTP_REQUEST_METHOD, Cow::Borrowed(method));
    span.set(attr::URL_PATH, request.uri().path());
    span.set(attr::URL_SCHEME, Cow::Borrowed(scheme(request)));
    if let Some(route) = route {
        span.set(attr::HTTP_ROUTE, route);
    }
    // HTTP/2 has an authority instead of the header.
    let authority = request.uri().authority().map(Authority::as_str);
    if let Some(host) = authority.or_else(|| header(HOST)) {
        let (name, port) = split_port(host);
        span.set(attr::SERVER_ADDRESS, name);
        if let Some(port) = port {
            span.set(attr::SERVER_PORT, port);
        }
    }
    if let Some(agent) = header(USER_AGENT) {
        span.set(attr::USER_AGENT_ORIGINAL, agent);
    }
    span.set(
        attr::NETWORK_PROTOCOL_VERSION,
        Cow::Borrowed(version(request)),
    );
}

fn scheme(request: &Request) -> &'static str {
    #[cfg(feature = "tls")]
    if (request.extensions())
        .get::<crate::serve::Encrypted>()
        .is_some()
    {
        return "https";
    }
    match request.uri().scheme_str() {
        Some("https") => "https",
        _ => "http",
    }
}

fn version(request: &Request) -> &'static str {
    match request.version() {
        Version::HTTP_2 => "2",
        Version::HTTP_10 => "1.0",
        _ => "1.1",
    }
}

/// `host`, `host:80`, `[::1]`, `[::1]:80`
fn split_port(host: &str) -> (&str, Option<u16>) {
    let split = host.rsplit_once(':');
    let split = split.and_then(|(name, port)| Some((name, port.parse().ok()?)));
    split.map_or((host, None), |(name, port)| (name, Some(port)))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
