//! The middleware stack of a gateway, outermost first: trace, log and metrics; CORS; requests at one time; breaker;
//! shedding; timeout; panics; body limit; limits of requests in a time are around those of a route (go-zero's `rest/engine.go` has the same order).

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};

use super::cors;
use super::observe::observe;
use super::protect::Protect;
use super::rate;
use super::refusal::Refusal;
use crate::Code;
use crate::config::RestConf;
use crate::lifecycle::Readiness;

/// Wraps the routes; `E` is the service's error type, in whose shape every refusal is answered.
///
/// `/health` and `/ready` are answered outside of it, neither traced nor logged, unless the service has such
/// a route of its own.
///
/// Each route has a breaker and a count of its own, made when the route has its state: `routes.with_state(..)` before
/// or after this, as generated routers and [`Server::serve`](super::Server::serve) do.
pub fn stack<E, S>(routes: Router<S>, conf: &RestConf, readiness: &Readiness) -> Router<S>
where
    E: From<Refusal> + IntoResponse + 'static,
    S: Clone + Send + Sync + 'static,
{
    let ready = readiness.clone();
    // Innermost, where what a body is worth is counted.
    #[cfg(feature = "gunzip")]
    let routes = if conf.middlewares.gunzip {
        routes.layer(from_fn(super::gunzip::gunzip))
    } else {
        routes
    };
    // Before the fallbacks, which need no protection.
    let routes = routes
        .layer(DefaultBodyLimit::max(conf.max_bytes))
        .layer(Protect::<E>::of(conf));
    let routes = match rate::limiter(conf.rate_limit.as_ref()) {
        Some(limiter) => routes.layer(from_fn_with_state(limiter, rate::limit::<E>)),
        None => routes,
    };
    let routes = routes
        .fallback(async || E::from(Refusal::new(Code::NotFound, "no such route")))
        .method_not_allowed_fallback(async || {
            E::from(Refusal::new(Code::MethodNotAllowed, "method not allowed"))
        });
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
