//! Around each route: a limit of requests at one time, circuit breaking, load shedding, a limit of time, and panics,
//! in go-zero's order (`rest/engine.go`; `rest/handler/maxconnshandler.go`, `breakerhandler.go`,
//! `sheddinghandler.go`, `timeouthandler.go`, `recoverhandler.go`).

use std::any::Any;
use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use futures_util::future::CatchUnwind;
use http::StatusCode;
use http_body::Body as _;
use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tower::{Layer, Service};

use super::deadline::Deadline;
use super::refusal::Refusal;
use crate::breaker::Breaker;
use crate::config::RestConf;
use crate::held::Held;
use crate::shed::{Place, Shedder};
use crate::trace::Span;
use crate::{Code, metrics};

/// Gives each route that it is laid around guards of its own; only the shedder is one for all.
pub(super) struct Protect<E> {
    timeout: Option<Duration>,
    max_conns: Option<usize>,
    breaks: bool,
    shedder: Option<Arc<Shedder>>,
    error: PhantomData<fn() -> E>,
}

impl<E> Protect<E> {
    pub(super) fn of(conf: &RestConf) -> Self {
        let layers = conf.middlewares;
        let threshold = conf.cpu_threshold.of(conf.mode, layers.shedding);
        let limits_conns = layers.max_conns && conf.max_conns > 0;
        Self {
            timeout: conf.timeout.limit(),
            max_conns: limits_conns.then_some(conf.max_conns),
            breaks: layers.breaker,
            shedder: threshold.map(|threshold| Arc::new(Shedder::new(threshold))),
            error: PhantomData,
        }
    }
}

impl<E> Clone for Protect<E> {
    fn clone(&self) -> Self {
        Self {
            shedder: self.shedder.clone(),
            ..*self
        }
    }
}

impl<E, S> Layer<S> for Protect<E> {
    type Service = Protected<E, S>;

    fn layer(&self, inner: S) -> Protected<E, S> {
        let guards = Guards {
            timeout: self.timeout,
            max_conns: self.max_conns,
            conns: AtomicUsize::new(0),
            breaker: self.breaks.then(Breaker::default),
            shedder: self.shedder.clone(),
        };
        Protected {
            guards: Arc::new(guards),
            inner,
            error: PhantomData,
        }
    }
}

/// One method of one route.
#[derive(Debug)]
struct Guards {
    timeout: Option<Duration>,
    max_conns: Option<usize>,
    conns: AtomicUsize,
    breaker: Option<Breaker>,
    shedder: Option<Arc<Shedder>>,
}

/// A request that may go on.
struct Admitted {
    guards: Arc<Guards>,
    conn: Option<Conn>,
    place: Option<Place>,
}

impl Guards {
    /// Or the name of the layer that refuses.
    fn admit(self: Arc<Self>, now: Instant) -> Result<Admitted, &'static str> {
        let conn = match self.max_conns {
            Some(most) => Some(Conn::take(&self, most).ok_or("max_conns")?),
            None => None,
        };
        if self
            .breaker
            .as_ref()
            .is_some_and(|breaker| !breaker.admit(now))
        {
            return Err("breaker");
        }
        // What is shed is no failure of the route, unlike in go-zero: the breaker would refuse what is left.
        let place = match &self.shedder {
            Some(shedder) => Some(shedder.admit(now).ok_or("shedding")?),
            None => None,
        };
        Ok(Admitted {
            guards: self,
            conn,
            place,
        })
    }
}

impl Admitted {
    fn answered(self, response: Response) -> Response {
        let status = response.status();
        // A route that is not written yet is no route in trouble.
        let is_success = !status.is_server_error() || status == StatusCode::NOT_IMPLEMENTED;
        let now = Instant::now();
        if let Some(breaker) = &self.guards.breaker {
            breaker.record(now, is_success);
        }
        if let Some(place) = self.place
            && status != StatusCode::SERVICE_UNAVAILABLE
        {
            place.served(now);
        }
        match self.conn {
            // A body without a known size is a stream, and the request lasts as long.
            Some(conn) if response.body().size_hint().exact().is_none() => {
                response.map(|inner| Body::new(Held::new(inner, conn)))
            }
            _ => response,
        }
    }
}

/// One of the requests at one time; gives its place back when dropped.
struct Conn(Arc<Guards>);

impl Conn {
    fn take(guards: &Arc<Guards>, most: usize) -> Option<Self> {
        let taken = Self(Arc::clone(guards));
        (guards.conns.fetch_add(1, Relaxed) < most).then_some(taken)
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        self.0.conns.fetch_sub(1, Relaxed);
    }
}

/// A route with its guards.
pub(super) struct Protected<E, S> {
    guards: Arc<Guards>,
    inner: S,
    error: PhantomData<fn() -> E>,
}

impl<E, S: Clone> Clone for Protected<E, S> {
    fn clone(&self) -> Self {
        Self {
            guards: Arc::clone(&self.guards),
            inner: self.inner.clone(),
            error: PhantomData,
        }
    }
}

impl<E, S> Service<Request> for Protected<E, S>
where
    E: From<Refusal> + IntoResponse + 'static,
    S: Service<Request, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Guarded<E, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // One look at the clock for all.
        let now = tokio::time::Instant::now();
        let deadline = Deadline::new(now, self.guards.timeout);
        let admitted = match Arc::clone(&self.guards).admit(now.into_std()) {
            Ok(admitted) => admitted,
            Err(layer) => {
                return Guarded {
                    refused: Some(refused::<E>(layer)),
                    served: None,
                    sleep: None,
                    deadline,
                    admitted: None,
                    error: PhantomData,
                };
            }
        };
        // A route does nothing before it is polled, so nothing can panic here.
        let served = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Guarded {
            refused: None,
            served: Some(served),
            sleep: None,
            deadline,
            admitted: Some(admitted),
            error: PhantomData,
        }
    }
}

pin_project! {
    /// Bounds a request in time and keeps its panic to itself.
    pub(super) struct Guarded<E, F> {
        refused: Option<Response>,
        #[pin]
        served: Option<CatchUnwind<AssertUnwindSafe<F>>>,
        #[pin]
        sleep: Option<Sleep>,
        deadline: Deadline,
        admitted: Option<Admitted>,
        error: PhantomData<fn() -> E>,
    }
}

impl<E, F> Future for Guarded<E, F>
where
    E: From<Refusal> + IntoResponse,
    F: Future<Output = Result<Response, Infallible>>,
{
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(served) = this.served.as_mut().as_pin_mut() else {
            let refused = this.refused.take();
            return refused.map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)));
        };
        let done = match this.deadline.around(|| served.poll(cx)) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => {
                ready!(this.deadline.poll_end(this.sleep, cx));
                None
            }
        };
        // What it holds, such as spans, ends before its answer goes out.
        this.served.set(None);
        let response = match done {
            Some(Ok(Ok(response))) => response,
            Some(Err(panic)) => panicked::<E>(&*panic),
            None => timed_out::<E>(),
        };
        Poll::Ready(Ok(match this.admitted.take() {
            Some(admitted) => admitted.answered(response),
            None => response,
        }))
    }
}

fn refused<E: From<Refusal> + IntoResponse>(layer: &'static str) -> Response {
    metrics::dropped("http_server", layer);
    Span::current().fail_with(layer);
    E::from(Refusal::new(
        Code::Unavailable,
        "too much to do, or too much of it fails: try again later",
    ))
    .into_response()
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
