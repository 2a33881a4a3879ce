//! The middleware stack of a gateway, outermost first: trace, log and metrics; CORS; timeout; panics; body
//! limit (go-zero's `rest/engine.go` has the same order).

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;

use super::cors;
use super::deadline::Deadline;
use super::observe::observe;
use super::refusal::Refusal;
use crate::Code;
use crate::config::RestConf;
use crate::lifecycle::Readiness;
use crate::trace::Span;

/// Wraps the routes; `E` is the service's error type, in whose shape every refusal is answered.
///
/// `/health` and `/ready` are answered outside of it, neither traced nor logged, unless the service has such
/// a route of its own.
pub fn stack<E, S>(routes: Router<S>, conf: &RestConf, readiness: &Readiness) -> Router<S>
where
    E: From<Refusal> + IntoResponse + 'static,
    S: Clone + Send + Sync + 'static,
{
    let timeout = conf.timeout.limit();
    let ready = readiness.clone();
    let routes = routes
        .fallback(async || E::from(Refusal::new(Code::NotFound, "no such route")))
        .method_not_allowed_fallback(async || {
            E::from(Refusal::new(Code::MethodNotAllowed, "method not allowed"))
        })
        .layer(DefaultBodyLimit::max(conf.max_bytes))
        .layer(from_fn(move |request, next| {
            guard::<E>(timeout, request, next)
        }));
    let routes = match &conf.cors {
        Some(conf) => routes.layer(from_fn_with_state(cors::Rules::of(conf), cors::cors)),
        None => routes,
    };
    routes.layer(from_fn(move |request, next| {
        let probed = probe(&request, &ready);
        async move {
            match probed {
                Some(answer) => answer,
                None => observe(request, next).await,
            }
        }
    }))
}

/// The answer to an orchestrator. Not a route: a route of the service's own at the same path would be a panic.
fn probe(request: &Request, readiness: &Readiness) -> Option<Response> {
    let path = request.uri().path();
    let route = request.extensions().get::<MatchedPath>();
    if ![Method::GET, Method::HEAD].contains(request.method())
        || route.is_some_and(|route| route.as_str() == path)
    {
        return None;
    }
    match path {
        "/health" => Some("OK".into_response()),
        "/ready" if readiness.is_ready() => Some("OK".into_response()),
        "/ready" => Some((StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response()),
        _ => None,
    }
}

/// Bounds a request in time and keeps its panic to itself.
async fn guard<E: From<Refusal> + IntoResponse>(
    timeout: Option<Duration>,
    mut request: Request,
    next: Next,
) -> Response {
    let deadline = Deadline::new(timeout);
    request.extensions_mut().insert(deadline.clone());
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    match deadline.bound(served).await {
        Some(Ok(response)) => response,
        Some(Err(panic)) => panicked::<E>(&*panic),
        None => timed_out::<E>(),
    }
}

/// go-zero answers 503 when its own timeout strikes (`rest/handler/timeouthandler.go`).
fn timed_out<E: From<Refusal> + IntoResponse>() -> Response {
    Span::current().fail_with("timeout");
    E::from(Refusal::new(Code::Unavailable, "request timed out")).into_response()
}

fn panicked<E: From<Refusal> + IntoResponse>(panic: &(dyn Any + Send)) -> Response {
    let message = crate::panic_message(panic);
    tracing::error!(panic = message, "a handler panicked");
    Span::current().fail_with("panic");
    E::from(Refusal::new(Code::Internal, "internal error")).into_response()
}
