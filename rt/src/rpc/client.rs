//! A channel for generated clients: discovery, balancing, breaker, deadline, span and metrics around each call.

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
use super::dial::Dial;
use super::watch::{End, Watched};
use super::{attributes, code_name, deadline};
use crate::breaker::Breaker;
use crate::config::{RpcClientConf, TlsClientConf};
use crate::trace::{Span, attr};
use crate::{discovery, metrics};

/// A connection that is not there after this long counts as refused, well within a call's own time.
const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The transport of a generated client. Cheap to clone; connects on first use, so that a caller starts before
/// the services that it calls.
#[derive(Debug, Clone)]
pub struct Channel {
    to: To,
    timeout: Option<Duration>,
    breakers: Option<Arc<Breakers>>,
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
        let dial = Dial::new(tls(conf).as_ref()).with_context(|| format!("{section}.Tls"))?;
        let instances = Instances::default();
        let update = {
            let instances = instances.clone();
            move |addresses: &[String]| instances.update(addresses, &dial, connect_timeout)
        };
        discovery::follow(conf, update).with_context(|| section.to_owned())?;
        Ok(Self {
            to: To::Instances(instances),
            timeout,
            breakers: conf.middlewares.breaker.then(Arc::default),
        })
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
        match &self.to {
            To::Instances(instances) => Box::pin(call.run(request, instances.pick(), self.timeout)),
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
        picked: Option<Picked>,
        timeout: Option<Duration>,
    ) -> Result<Response<Body>, Status> {
        let Some(mut picked) = picked else {
            // Nothing was called, so nothing failed that a breaker could spare.
            self.breaker = None;
            return Err(self.fail(Status::unavailable("no instance of the service is known")));
        };
        if self.span.is_recording() {
            let (host, port) = picked
                .address()
                .rsplit_once(':')
                .unwrap_or((picked.address(), ""));
            self.span
                .set(attr::SERVER_ADDRESS, host.trim_start_matches("http://"));
            if let Ok(port) = port.parse::<u16>() {
                self.span.set(attr::SERVER_PORT, port);
            }
        }
        self.span.inject(request.headers_mut());
        // A call may have a shorter time of its own.
        let timeout = match (deadline::read(request.headers()), timeout) {
            (Some(own), Some(limit)) => Some(own.min(limit)),
            (own, limit) => own.or(limit),
        };
        if let Some(limit) = timeout {
            deadline::write(limit, request.headers_mut());
        }

        let sent = picked.channel().oneshot(request);
        let answered = match timeout {
            Some(limit) => tokio::time::timeout(limit, sent).await.ok(),
            None => Some(sent.await),
        };
        // The transport reads the header too, and its clock may strike first.
        let answered = answered.filter(|answer| !answer.as_ref().is_err_and(is_timeout));
        let response = match answered {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                // Not reached, or lost on the way: the next call may find another instance.
                tracing::warn!(
                    address = picked.address(),
                    error = chain(&error),
                    "rpc failed"
                );
                picked.lost();
                return Err(self.fail(Status::unavailable("the service cannot be reached")));
            }
            None => {
                picked.finish(Code::DeadlineExceeded);
                return Err(self.fail(Status::deadline_exceeded("the call took too long")));
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
        metrics::rpc_called(&self.path, i32::from(code), self.started.elapsed());
    }
}

/// A name that is looked up is the one in the certificate: the addresses behind it are not.
fn tls(conf: &RpcClientConf) -> Option<TlsClientConf> {
    let mut tls = conf.tls.clone()?;
    let target = conf.target.as_deref().filter(|_| conf.endpoints.is_empty());
    if tls.server_name.is_none() {
        tls.server_name = target.and_then(discovery::name_of).map(str::to_owned);
    }
    Some(tls)
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
