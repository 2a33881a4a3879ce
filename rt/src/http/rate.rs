//! Refuses requests that come too often: 429, and when to come again (RFC 6585, RFC 9110 section 10.2.3).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::RETRY_AFTER;

use super::refusal::Refusal;
use crate::config::RateLimitConf;
use crate::rate::Limiter;
use crate::trace::{Span, attr};
use crate::{Code, metrics};

/// The limits, if the configuration has some; what is wrong with it, the server has said at its start.
pub(super) fn limiter(conf: Option<&RateLimitConf>) -> Option<Arc<Limiter>> {
    let conf = conf?;
    let limiter = Limiter::new(conf).unwrap_or_else(|error| {
        tracing::error!(error = format!("{error:#}"), "RateLimit");
        Limiter::in_process(conf)
    });
    Some(Arc::new(limiter))
}

pub(super) async fn limit<E: From<Refusal> + IntoResponse>(
    State(limiter): State<Arc<Limiter>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    let method = request.method().as_str();
    let admitted = limiter
        .admit(method, route, request.headers(), request.extensions())
        .await;
    match admitted {
        Ok(()) => next.run(request).await,
        Err(wait) => refused::<E>(wait),
    }
}

fn refused<E: From<Refusal> + IntoResponse>(wait: Duration) -> Response {
    metrics::dropped("http_server", "rate_limit");
    // The caller's fault: no error of the span.
    Span::current().set(attr::ERROR_TYPE, "rate_limit");
    let refusal = Refusal::new(
        Code::ResourceExhausted,
        "too many requests: try again later",
    );
    let mut response = E::from(refusal).into_response();
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}
