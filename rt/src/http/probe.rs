//! What an orchestrator asks: `/health` and `/ready`.

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::lifecycle::Readiness;

/// Not routes: a route of the service's own at the same path would be a panic.
#[derive(Clone)]
pub(super) struct Probes(Readiness);

impl Probes {
    pub(super) fn of(readiness: &Readiness) -> Self {
        Self(readiness.clone())
    }

    /// The answer, if it is asked for and the service has no such route of its own.
    pub(super) fn answer(&self, request: &Request) -> Option<Response> {
        let is_ready = match request.uri().path() {
            "/health" => true,
            "/ready" => self.0.is_ready(),
            _ => return None,
        };
        let path = request.uri().path();
        let route = request.extensions().get::<MatchedPath>();
        if ![Method::GET, Method::HEAD].contains(request.method())
            || route.is_some_and(|route| route.as_str() == path)
        {
            return None;
        }
        Some(if is_ready {
            "OK".into_response()
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready").into_response()
        })
    }
}
