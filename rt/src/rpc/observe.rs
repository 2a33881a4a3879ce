//! Around each served call: span, metrics, log line, protection, deadline, panics
//! (semantic conventions 1.42, RPC; go-zero's `zrpc/internal/serverinterceptors`).

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt as _;
use tonic::{Code, Status};
use tower::{Layer, Service};

use super::protect::Protect;
use super::watch::{End, Watched};
use super::{attributes, code_name, deadline};
use crate::log::Took;
use crate::metrics::{self, RpcCall};
use crate::trace::{Door, Span, attr};

/// Around the services of a server; clones share all they have.
#[derive(Clone)]
pub(super) struct Observe {
    pub(super) protect: Arc<Protect>,
    pub(super) services: Arc<[&'static str]>,
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            observe: self.clone(),
            inner,
        }
    }
}

/// Not `axum::middleware::from_fn`, which makes two boxes more for each call.
#[derive(Clone)]
pub(super) struct Observed<S> {
    observe: Observe,
    inner: S,
}

impl<S> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Observe { protect, services } = self.observe.clone();
        // The one that was found ready is called; a clone need not be.
        let other = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, other);
        // Called when the call is let in, which makes `next` what a middleware has.
        let next = move |request| async move {
            let Ok(response) = inner.call(request).await;
            response
        };
        Box::pin(async move { Ok(observe(protect, services, request, next).await) })
    }
}

async fn observe<F: Future<Output = Response>>(
    protect: Arc<Protect>,
    services: Arc<[&'static str]>,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let started = Instant::now();
    let path = request.uri().path().to_owned();
    let method = path.trim_start_matches('/');

    let door = Door {
        headers: request.headers(),
        route: Some(&path),
        attributes: &[(attr::RPC_METHOD, method), (attr::URL_PATH, &path)],
    };
    let span = Span::at_door(&door, || method.to_owned().into());
    attributes::describe(&span, method);
    if span.is_recording() {
        if let Some(host) = request.uri().host() {
            span.set(attr::SERVER_ADDRESS, host);
        }
        if let Some(port) = request.uri().port_u16() {
            span.set(attr::SERVER_PORT, port);
        }
    }

    if !protect.admission.is_open() {
        let (headers, extensions) = (request.headers(), request.extensions());
        let admitted = protect.admission.admit(&path, headers, extensions);
        if let Err(refusal) = span.scope(admitted).await {
            let (code, took) = (refusal.code(), started.elapsed());
            let is_known = protect.knows(&path);
            let as_if = if is_known { code } else { Code::Unimplemented };
            metrics::rpc_served(&RpcCall {
                method: &label(&path, as_if, &services),
                code,
                error_type: is_server_error(code).then(|| code_name(code)),
                took,
                trace: span.recorded_trace(),
            });
            finish(&span, &path, code, took);
            return refusal.into_http();
        }
    }

    let limit = match (deadline::read(request.headers()), protect.timeout(&path)) {
        (Some(theirs), Some(ours)) => Some(theirs.min(ours)),
        (theirs, ours) => theirs.or(ours),
    };
    let (memory, place) = protect.admit(&path, started);
    let served = span.scope(async {
        let place = place?;
        let response = within(limit, next(request)).await?;
        if let Some(place) = place {
            place.served(Instant::now());
        }
        Ok(response)
    });
    // Made before the call runs: a caller that gives up drops all of this.
    let end = End::new(move |code| {
        let now = Instant::now();
        let took = now.saturating_duration_since(started);
        protect.record(&path, &memory, now, code);
        metrics::rpc_served(&RpcCall {
            method: &label(&path, code, &services),
            code,
            error_type: is_server_error(code).then(|| code_name(code)),
            took,
            trace: span.recorded_trace(),
        });
        finish(&span, &path, code, took);
    });
    let response = served.await.unwrap_or_else(Status::into_http);

    let (parts, body) = response.into_parts();
    let body = Watched::new(body, &parts.headers, end);
    Response::from_parts(parts, Body::new(body))
}

/// Bounds a call in time and keeps its panic to itself.
async fn within(
    limit: Option<Duration>,
    call: impl Future<Output = Response>,
) -> Result<Response, Status> {
    let call = AssertUnwindSafe(call).catch_unwind();
    let done = match limit {
        Some(limit) => tokio::time::timeout(limit, call)
            .await
            .map_err(|_| Status::deadline_exceeded("the call took too long"))?,
        None => call.await,
    };
    done.map_err(|panic| {
        tracing::error!(panic = crate::panic_message(&*panic), "a method panicked");
        Span::current().fail_with("panic");
        Status::internal("internal error")
    })
}

/// The method in metrics. What callers made up is one method for all: each would be a time series of its own.
fn label<'a>(path: &'a str, code: Code, services: &[&str]) -> Cow<'a, str> {
    let service = path.trim_start_matches('/').split('/').next();
    match service.filter(|service| services.contains(service)) {
        Some(service) if code == Code::Unimplemented => format!("/{service}/_OTHER").into(),
        Some(_) => path.into(),
        None => "_OTHER".into(),
    }
}

fn finish(span: &Span, path: &str, code: Code, took: Duration) {
    attributes::status(span, code);
    if is_server_error(code) {
        span.fail_by_status(code_name(code));
    }
    let line = || {
        let message = ["[RPC] ", code_name(code), " - ", path].concat();
        let (message, took) = (message.as_str(), Took::of(took));
        let duration = took.as_str();
        if is_server_error(code) {
            tracing::error!(message, duration);
        } else {
            tracing::info!(message, duration);
        }
    };
    span.enter(line);
}

/// The codes that are the server's fault (semantic conventions, gRPC server spans).
fn is_server_error(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}
