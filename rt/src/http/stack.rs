//! The middleware stack of a gateway, outermost first: trace, log and metrics; timeout; panics; body limit
//! (go-zero's `rest/engine.go` has the same order).

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::FutureExt as _;

use super::observe::observe;
use super::refusal::Refusal;
use crate::Code;
use crate::config::RestConf;
use crate::lifecycle::Readiness;
use crate::trace::Span;

/// Wraps the routes; `E` is the service's error type, in whose shape every refusal is answered.
///
/// `/health` and `/ready` are added outside of it: they are neither traced nor logged.
pub fn stack<E, S>(routes: Router<S>, conf: &RestConf, readiness: &Readiness) -> Router<S>
where
    E: From<Refusal> + IntoResponse + 'static,
    S: Clone + Send + Sync + 'static,
{
    let timeout = conf.timeout.limit();
    let ready = readiness.clone();
    routes
        .fallback(async || E::from(Refusal::new(Code::NotFound, "no such route")))
        .method_not_allowed_fallback(async || {
            E::from(Refusal::new(Code::MethodNotAllowed, "method not allowed"))
        })
        .layer(DefaultBodyLimit::max(conf.max_bytes))
        .layer(from_fn(move |request, next| {
            guard::<E>(timeout, request, next)
        }))
        .layer(from_fn(observe))
        .route("/health", get(async || "OK"))
        .route(
            "/ready",
            get(async move || {
                if ready.is_ready() {
                    (StatusCode::OK, "OK")
                } else {
                    (StatusCode::SERVICE_UNAVAILABLE, "not ready")
                }
            }),
        )
}

/// Bounds a request in time and keeps its panic to itself.
async fn guard<E: From<Refusal> + IntoResponse>(
    timeout: Option<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let served = AssertUnwindSafe(next.run(request)).catch_unwind();
    let served = match timeout {
        Some(limit) => tokio::time::timeout(limit, served).await,
        None => Ok(served.await),
    };
    match served {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => panicked::<E>(&*panic),
        Err(_) => timed_out::<E>(),
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
