//! The middleware stack of a gateway, outermost first: trace, log and metrics; CORS; requests at one time; breaker;
//! shedding; timeout; panics; body limit; limits of requests in a time are around those of a route (go-zero's `rest/engine.go` has the same order).

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler as _;
#[cfg(feature = "gunzip")]
use axum::middleware::from_fn;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use tower::util::option_layer;

use super::cors;
use super::observe::Observe;
use super::probe::Probes;
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
    // Innermost, where what a body is worth is counted.
    #[cfg(feature = "gunzip")]
    let routes = if conf.middlewares.gunzip {
        routes.layer(from_fn(super::gunzip::gunzip))
    } else {
        routes
    };
    let cors = conf.cors.as_ref().map(cors::Rules::of);
    let cors = option_layer(cors.map(|rules| from_fn_with_state(rules, cors::cors)));
    let around = (Observe(Probes::of(readiness)), cors);
    let limiter = rate::limiter(conf.rate_limit.as_ref());
    let limit = option_layer(limiter.map(|limiter| from_fn_with_state(limiter, rate::limit::<E>)));
    let protect = (limit, Protect::<E>::of(conf));
    // As one layer: each that a router is given boxes the request's future and clones what is inside of it.
    routes
        .layer((
            around.clone(),
            protect,
            DefaultBodyLimit::max(conf.max_bytes),
        ))
        // The fallbacks need no protection.
        .fallback(
            (async || E::from(Refusal::new(Code::NotFound, "no such route"))).layer(around.clone()),
        )
        .method_not_allowed_fallback(
            (async || E::from(Refusal::new(Code::MethodNotAllowed, "method not allowed")))
                .layer(around),
        )
}
