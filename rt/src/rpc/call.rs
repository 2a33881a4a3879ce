//! One call: its span, its attempts with their deadline, and what its end is told to.

#[cfg(feature = "testing")]
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Request, Response};
use tonic::body::Body;
use tonic::{Code, ConnectError, Status, TimeoutExpired};
use tower::ServiceExt as _;
#[cfg(feature = "testing")]
use tower::util::BoxCloneSyncService;

use super::balance::{Instances, Picked};
use super::breakers;
use super::replay::Replay;
use super::retry::Retries;
use super::unsent::{self, MAX_ATTEMPTS};
use super::watch::{End, Watched};
use super::{attributes, code_name, deadline};
use crate::breaker::Breaker;
use crate::metrics::{self, RpcCall};
use crate::trace::{Span, attr};

/// How a call is made.
pub(super) struct Way {
    pub(super) instances: Instances,
    /// Of `consistent_hash`.
    pub(super) key: Option<String>,
    pub(super) timeout: Option<Duration>,
    pub(super) retries: Option<Arc<Retries>>,
    pub(super) is_idempotent: bool,
}

/// Why an attempt has no answer.
struct Failure {
    status: Status,
    reach: Reach,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// No instance is known.
    Nowhere,
    /// An instance may have seen it.
    Unknown,
    /// There is no time left.
    Late,
}

/// One call, from its first byte to its status. Dropped before that, it was cancelled.
pub(super) struct Call {
    span: Span,
    path: String,
    pub(super) started: Instant,
    /// Learns how the call ends.
    pub(super) breaker: Option<Arc<Breaker>>,
    is_over: bool,
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.is_over {
            self.finish(Code::Cancelled);
        }
    }
}

impl Call {
    /// The span hangs on the span that is current where the client is called.
    pub(super) fn start(request: &Request<Body>) -> Self {
        let path = request.uri().path().to_owned();
        let method = path.trim_start_matches('/');
        let span = Span::client_named(|| method.to_owned().into());
        attributes::describe(&span, method);
        Self {
            span,
            path,
            started: Instant::now(),
            breaker: None,
            is_over: false,
        }
    }

    pub(super) async fn run(
        mut self,
        mut request: Request<Body>,
        way: Way,
    ) -> Result<Response<Body>, Status> {
        self.span.inject(request.headers_mut());
        // A call may have a shorter time of its own.
        let limit = match (deadline::read(request.headers()), way.timeout) {
            (Some(own), Some(limit)) => Some(own.min(limit)),
            (own, limit) => own.or(limit),
        };
        let answered = match &way.retries {
            None => self.attempt(request, &way, limit).await,
            Some(retries) => self.attempts(request, &way, retries, limit).await,
        };
        let (response, mut picked) = match answered {
            Ok(answered) => answered,
            Err(failure) => {
                if failure.reach == Reach::Nowhere {
                    // Nothing was called, so nothing failed that a breaker could spare.
                    self.breaker = None;
                }
                return Err(self.fail(failure.status));
            }
        };
        let (parts, body) = response.into_parts();
        let end = End::new(move |code| {
            picked.finish(code);
            self.finish(code);
        });
        let body = Watched::new(body, &parts.headers, end);
        Ok(Response::from_parts(parts, Body::new(body)))
    }

    /// Until one is answered, or none shall follow: the last one's answer or failure.
    async fn attempts(
        &self,
        request: Request<Body>,
        way: &Way,
        retries: &Retries,
        limit: Option<Duration>,
    ) -> Result<(Response<Body>, Picked), Failure> {
        let left = || limit.map(|limit| limit.saturating_sub(self.started.elapsed()));
        let (parts, body) = request.into_parts();
        let replay = Replay::new(body);
        let mut made = 0;
        loop {
            let mut request = Request::from_parts(parts.clone(), replay.body());
            if made > 0 {
                let previous = HeaderValue::from(made);
                request
                    .headers_mut()
                    .insert("grpc-previous-rpc-attempts", previous);
                self.span.set(attr::RPC_REQUEST_RESEND_COUNT, made);
                metrics::rpc_retried(&self.path);
            }
            made += 1;
            let mut answered = self.attempt(request, way, left()).await;
            let pause = again(&answered, retries, made, way.is_idempotent);
            let has_time = |pause: &Duration| left().is_none_or(|left| *pause < left);
            match pause.filter(has_time) {
                Some(pause) if replay.can_repeat() => {
                    if let Ok((_, picked)) = &mut answered {
                        picked.finish(Code::Unavailable);
                    }
                    // The place that it has on its instance, not after the pause.
                    drop(answered);
                    if !pause.is_zero() {
                        tokio::time::sleep(pause).await;
                    }
                }
                _ => return answered,
            }
        }
    }

    /// On one instance, or on the next one if the call never left this process.
    async fn attempt(
        &self,
        request: Request<Body>,
        way: &Way,
        mut limit: Option<Duration>,
    ) -> Result<(Response<Body>, Picked), Failure> {
        let failed = |status, reach| Failure { status, reach };
        let pick = || way.instances.pick(way.key.as_deref());
        let Some(mut picked) = pick() else {
            let status = Status::unavailable("no instance of the service is known");
            return Err(failed(status, Reach::Nowhere));
        };
        let until = limit.and_then(|limit| Instant::now().checked_add(limit));
        let (mut head, mut body) = request.into_parts();
        let mut instances = 1;
        loop {
            self.describe(&picked);
            if let Some(limit) = limit {
                deadline::write(limit, &mut head.headers);
            }
            let (lent, kept) = unsent::lend(body);
            let request = Request::from_parts(head.clone(), lent);
            let sent = picked.channel().oneshot(request);
            let answered = match limit {
                Some(limit) => tokio::time::timeout(limit, sent).await.ok(),
                None => Some(sent.await),
            };
            // The transport reads the header too, and its clock may strike first.
            let answered = answered
                .filter(|answer| !answer.as_ref().is_err_and(is_caused_by::<TimeoutExpired>));
            let error = match answered {
                Some(Ok(response)) => return Ok((response, picked)),
                Some(Err(error)) => error,
                None => {
                    picked.finish(Code::DeadlineExceeded);
                    let status = Status::deadline_exceeded("the call took too long");
                    return Err(failed(status, Reach::Late));
                }
            };
            // Not reached, or lost on the way: the next call may find another instance.
            tracing::warn!(
                address = picked.address(),
                error = chain(&error),
                "rpc failed"
            );
            picked.lost();
            let unsent = kept.unsent().filter(|_| instances < MAX_ATTEMPTS);
            // One that ended a connection may take the next; one that takes none will not now.
            let is_refused = is_caused_by::<ConnectError>(&error);
            let is_another = |other: &Picked| !is_refused || other.address() != picked.address();
            let (Some(unsent), Some(other)) = (unsent, pick().filter(is_another)) else {
                let status = Status::unavailable("the service cannot be reached");
                return Err(failed(status, Reach::Unknown));
            };
            instances += 1;
            body = unsent;
            picked = other;
            limit = until.map(|until| until.saturating_duration_since(Instant::now()));
        }
    }

    /// Says on the span which instance is called.
    fn describe(&self, picked: &Picked) {
        if !self.span.is_recording() {
            return;
        }
        let (host, port) = picked
            .address()
            .rsplit_once(':')
            .unwrap_or((picked.address(), ""));
        let host = host.trim_start_matches("http://");
        self.span.set(attr::SERVER_ADDRESS, host);
        if let Ok(port) = port.parse::<u16>() {
            self.span.set(attr::SERVER_PORT, port);
        }
    }

    /// The call of a service in this process.
    #[cfg(feature = "testing")]
    pub(super) async fn run_here(
        mut self,
        mut request: Request<Body>,
        service: BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>,
    ) -> Result<Response<Body>, Status> {
        self.span.inject(request.headers_mut());
        let Ok(response) = service.oneshot(request).await;
        let (parts, body) = response.into_parts();
        let end = End::new(move |code| self.finish(code));
        let body = Watched::new(body, &parts.headers, end);
        Ok(Response::from_parts(parts, Body::new(body)))
    }

    /// Most calls of the method fail, so this one is not made.
    pub(super) fn refuse(&mut self) -> Status {
        metrics::dropped("rpc_client", "breaker");
        self.fail(Status::unavailable("too many calls of this method fail"))
    }

    pub(super) fn fail(&mut self, status: Status) -> Status {
        self.finish(status.code());
        status
    }

    /// Every code but OK is an error of a client span (semantic conventions, gRPC).
    fn finish(&mut self, code: Code) {
        self.is_over = true;
        attributes::status(&self.span, code);
        if code != Code::Ok {
            self.span.fail_with(code_name(code));
        }
        let now = Instant::now();
        if let Some(breaker) = &self.breaker {
            breakers::record(breaker, now, code);
        }
        metrics::rpc_called(&RpcCall {
            method: &self.path,
            code,
            error_type: (code != Code::Ok).then(|| code_name(code)),
            took: now.saturating_duration_since(self.started),
            trace: self.span.recorded_trace(),
        });
    }
}

/// The pause before the next attempt, if there is to be one. `made` were made so far.
fn again(
    answered: &Result<(Response<Body>, Picked), Failure>,
    retries: &Retries,
    made: u32,
    is_idempotent: bool,
) -> Option<Duration> {
    match answered {
        Ok((response, _)) => {
            let status = Status::from_header_map(response.headers());
            match status.map_or(Code::Ok, |status| status.code()) {
                Code::Unavailable if is_idempotent => retries.pause(made, response.headers()),
                Code::Ok => {
                    retries.succeeded();
                    None
                }
                _ => None,
            }
        }
        Err(failure) => match failure.reach {
            Reach::Unknown if is_idempotent => retries.pause(made, &HeaderMap::new()),
            Reach::Unknown | Reach::Nowhere | Reach::Late => None,
        },
    }
}

fn is_caused_by<E: Error + 'static>(error: &tonic::transport::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<E>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error with its causes; the outermost alone says only "transport error".
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
