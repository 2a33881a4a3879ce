//! A channel for generated clients: discovery, balancing, breaker, deadline, span and metrics around each call.

use std::collections::BTreeSet;
#[cfg(feature = "testing")]
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use http::{Request, Response};
use tonic::body::Body;
use tonic::{Code, Status, TimeoutExpired};
#[cfg(feature = "testing")]
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt as _};

use super::balance::{Instances, Picked};
use super::breakers::{self, Breakers};
use super::unsent::{self, MAX_ATTEMPTS};
use super::watch::{End, Watched};
use super::{attributes, code_name, deadline};
use crate::breaker::Breaker;
use crate::config::RpcClientConf;
use crate::discovery;
use crate::metrics::{self, RpcCall};
use crate::trace::{Span, attr};

/// A connection that is not there after this long counts as refused, well within a call's own time.
const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The transport of a generated client. Cheap to clone; connects on first use, so that a caller starts before
/// the services that it calls.
#[derive(Debug, Clone)]
pub struct Channel {
    to: To,
    timeout: Option<Duration>,
    breakers: Option<Arc<Breakers>>,
    /// Paths of methods whose calls may last.
    streams: Arc<BTreeSet<&'static str>>,
}

#[derive(Debug, Clone)]
enum To {
    Instances(Instances),
    #[cfg(feature = "testing")]
    Local(BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>),
}

impl Channel {
    /// `Endpoints` wins over `Target`, `Target` over `Etcd`. Call it inside the tokio runtime.
    pub fn new(section: &str, conf: &RpcClientConf) -> anyhow::Result<Self> {
        let timeout = conf.timeout.limit();
        let connect_timeout = timeout.map_or(MAX_CONNECT_TIMEOUT, |limit| {
            (limit / 2).min(MAX_CONNECT_TIMEOUT)
        });
        let instances = Instances::default();
        let update = {
            let instances = instances.clone();
            move |addresses: &[String]| instances.update(addresses, connect_timeout)
        };
        discovery::follow(conf, update).with_context(|| section.to_owned())?;
        Ok(Self {
            to: To::Instances(instances),
            timeout,
            breakers: conf.middlewares.breaker.then(Arc::default),
            streams: Arc::default(),
        })
    }

    /// A method that streams, such as `/order.Order/Watch`: `Timeout` is not for it, as in go-zero. A deadline that a
    /// call has of its own counts all the same.
    #[must_use]
    pub fn with_stream(mut self, path: &'static str) -> Self {
        Arc::make_mut(&mut self.streams).insert(path);
        self
    }

    /// A channel to a service in this process, such as a fake: no socket, no network, the same spans.
    #[cfg(feature = "testing")]
    pub fn local<S>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        Self {
            to: To::Local(BoxCloneSyncService::new(service)),
            timeout: None,
            breakers: None,
            streams: Arc::default(),
        }
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Status>> + Send>>;

    /// Always: whether an instance is there is a matter of each call, answered by its status.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        let breaker = self.breakers.as_ref().map(|known| known.of(path));
        let mut call = Call::start(&request);
        if breaker.as_ref().is_some_and(|breaker| !breaker.admit()) {
            return Box::pin(async move { Err(call.refuse()) });
        }
        call.breaker = breaker;
        let lasts = self.streams.contains(path);
        let timeout = self.timeout.filter(|_| !lasts);
        match &self.to {
            To::Instances(instances) => Box::pin(call.run(request, instances.clone(), timeout)),
            #[cfg(feature = "testing")]
            To::Local(service) => Box::pin(call.run_here(request, service.clone())),
        }
    }
}

/// One call, from its first byte to its status. Dropped before that, it was cancelled.
struct Call {
    span: Span,
    path: String,
    started: Instant,
    /// Learns how the call ends.
    breaker: Option<Arc<Breaker>>,
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
    fn start(request: &Request<Body>) -> Self {
        let path = request.uri().path().to_owned();
        let method = path.trim_start_matches('/');
        let span = Span::client(method.to_owned());
        attributes::describe(&span, method);
        Self {
            span,
            path,
            started: Instant::now(),
            breaker: None,
            is_over: false,
        }
    }

    async fn run(
        mut self,
        mut request: Request<Body>,
        instances: Instances,
        timeout: Option<Duration>,
    ) -> Result<Response<Body>, Status> {
        let Some(mut picked) = instances.pick() else {
            // Nothing was called, so nothing failed that a breaker could spare.
            self.breaker = None;
            return Err(self.fail(Status::unavailable("no instance of the service is known")));
        };
        self.span.inject(request.headers_mut());
        // A call may have a shorter time of its own.
        let mut timeout = match (deadline::read(request.headers()), timeout) {
            (Some(own), Some(limit)) => Some(own.min(limit)),
            (own, limit) => own.or(limit),
        };

        let until = timeout.and_then(|limit| Instant::now().checked_add(limit));
        let (mut head, mut body) = request.into_parts();
        let mut attempts = 1;
        let response = loop {
            self.describe(&picked);
            if let Some(limit) = timeout {
                deadline::write(limit, &mut head.headers);
            }
            let (lent, kept) = unsent::lend(body);
            let request = Request::from_parts(head.clone(), lent);
            let sent = picked.channel().oneshot(request);
            let answered = match timeout {
                Some(limit) => tokio::time::timeout(limit, sent).await.ok(),
                None => Some(sent.await),
            };
            // The transport reads the header too, and its clock may strike first.
            let answered = answered.filter(|answer| !answer.as_ref().is_err_and(is_timeout));
            let error = match answered {
                Some(Ok(response)) => break response,
                Some(Err(error)) => error,
                None => {
                    picked.finish(Code::DeadlineExceeded);
                    return Err(self.fail(Status::deadline_exceeded("the call took too long")));
                }
            };
            // Not reached, or lost on the way: the next call may find another instance.
            tracing::warn!(
                address = picked.address(),
                error = chain(&error),
                "rpc failed"
            );
            picked.lost();
            let unsent = kept.unsent().filter(|_| attempts < MAX_ATTEMPTS);
            let (Some(unsent), Some(other)) = (unsent, instances.pick()) else {
                return Err(self.fail(Status::unavailable("the service cannot be reached")));
            };
            attempts += 1;
            body = unsent;
            picked = other;
            timeout = until.map(|until| until.saturating_duration_since(Instant::now()));
        };
        let (parts, body) = response.into_parts();
        let end = End::new(move |code| {
            picked.finish(code);
            self.finish(code);
        });
        let body = Watched::new(body, &parts.headers, end);
        Ok(Response::from_parts(parts, Body::new(body)))
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
    async fn run_here(
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
    fn refuse(&mut self) -> Status {
        metrics::dropped("rpc_client", "breaker");
        self.fail(Status::unavailable("too many calls of this method fail"))
    }

    fn fail(&mut self, status: Status) -> Status {
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
        if let Some(breaker) = &self.breaker {
            breakers::record(breaker, code);
        }
        metrics::rpc_called(&RpcCall {
            method: &self.path,
            code,
            error_type: (code != Code::Ok).then(|| code_name(code)),
            took: self.started.elapsed(),
            trace: self.span.recorded_trace(),
        });
    }
}

fn is_timeout(error: &tonic::transport::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<TimeoutExpired>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error with its causes; the outermost alone says only "transport error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
