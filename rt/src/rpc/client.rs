//! A channel for generated clients: discovery, balancing, breaker, deadline, span and metrics around each call.

use std::collections::BTreeSet;
#[cfg(feature = "testing")]
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use http::{HeaderName, Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::Service;
#[cfg(feature = "testing")]
use tower::util::BoxCloneSyncService;

use super::balance::Instances;
use super::breakers::Breakers;
use super::call::{Call, Way};
use super::credentials::Credentials;
use super::retry::Retries;
use crate::config::{RpcClientConf, TlsClientConf};
use crate::dial::Dial;
use crate::discovery;

/// A connection that is not there after this long counts as refused, well within a call's own time.
const MAX_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The transport of a generated client. Cheap to clone; connects on first use, so that a caller starts before
/// the services that it calls.
#[derive(Debug, Clone)]
pub struct Channel {
    /// One for all clones: generated clients are cloned for every call.
    shared: Arc<Shared>,
}

#[derive(Debug, Clone)]
struct Shared {
    to: To,
    timeout: Option<Duration>,
    breakers: Option<Arc<Breakers>>,
    credentials: Credentials,
    retries: Option<Arc<Retries>>,
    /// Methods that may be called again without harm.
    idempotent: BTreeSet<&'static str>,
    hash_key: Option<HeaderName>,
    /// Paths of methods whose calls may last.
    streams: BTreeSet<&'static str>,
}

/// The key by which `consistent_hash` chooses: `request.extensions_mut().insert(HashKey(..))`, as go-zero's
/// `zrpc.SetHashKey`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashKey(pub String);

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
        let credentials = Credentials::of(conf).with_context(|| section.to_owned())?;
        let hash_key = conf.hash_key.as_deref().filter(|name| !name.is_empty());
        let hash_key = hash_key
            .map(str::to_ascii_lowercase)
            .map(|name| name.parse());
        let hash_key = hash_key.transpose();
        let hash_key = hash_key.with_context(|| format!("{section}.HashKey: expected a name"))?;
        let instances = Instances::new(conf.balancer_name);
        let update = {
            let instances = instances.clone();
            move |addresses: &[String]| instances.update(addresses, &dial, connect_timeout)
        };
        discovery::follow(conf, update).with_context(|| section.to_owned())?;
        let shared = Shared {
            to: To::Instances(instances),
            timeout,
            breakers: conf.middlewares.breaker.then(Arc::default),
            credentials,
            retries: conf.retry.as_ref().map(|conf| Arc::new(Retries::new(conf))),
            idempotent: BTreeSet::new(),
            hash_key,
            streams: BTreeSet::new(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// A method that does the same when it is called twice, such as `/order.Order/GetOrder`: it may be called again, where
    /// the configuration has a section `Retry`.
    #[must_use]
    pub fn with_idempotent(mut self, path: &'static str) -> Self {
        Arc::make_mut(&mut self.shared).idempotent.insert(path);
        self
    }

    /// A method that streams, such as `/order.Order/Watch`: `Timeout` is not for it, as in go-zero. A deadline that a
    /// call has of its own counts all the same.
    #[must_use]
    pub fn with_stream(mut self, path: &'static str) -> Self {
        Arc::make_mut(&mut self.shared).streams.insert(path);
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
        let shared = Shared {
            to: To::Local(BoxCloneSyncService::new(service)),
            timeout: None,
            breakers: None,
            credentials: Credentials::default(),
            retries: None,
            idempotent: BTreeSet::new(),
            hash_key: None,
            streams: BTreeSet::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }
}

impl Shared {
    fn way(&self, instances: &Instances, request: &Request<Body>) -> Result<Way, Status> {
        let path = request.uri().path();
        let retries = self.retries.clone();
        let is_listed = retries.as_ref().is_some_and(|retries| retries.lists(path));
        let key = if instances.has_ring() {
            let own = request.extensions().get::<HashKey>();
            let header = || {
                request
                    .headers()
                    .get(self.hash_key.as_ref()?)?
                    .to_str()
                    .ok()
            };
            let key = own.map(|HashKey(key)| &**key).or_else(header);
            // As go-zero: no key is a mistake, and would be any instance.
            let key = key.filter(|key| !key.is_empty());
            let missing = || Status::invalid_argument("the call has no key for `consistent_hash`");
            Some(key.ok_or_else(missing)?.to_owned())
        } else {
            None
        };
        Ok(Way {
            instances: instances.clone(),
            key,
            timeout: self.timeout.filter(|_| !self.streams.contains(path)),
            is_idempotent: is_listed || self.idempotent.contains(path),
            retries,
        })
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

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let shared = &self.shared;
        shared.credentials.write(request.headers_mut());
        let path = request.uri().path();
        let breaker = shared.breakers.as_ref().map(|known| known.of(path));
        let mut call = Call::start(&request);
        if breaker
            .as_ref()
            .is_some_and(|breaker| !breaker.admit(call.started))
        {
            return Box::pin(async move { Err(call.refuse()) });
        }
        call.breaker = breaker;
        match &shared.to {
            To::Instances(instances) => match shared.way(instances, &request) {
                Ok(way) => Box::pin(call.run(request, way)),
                Err(status) => Box::pin(async move { Err(call.fail(status)) }),
            },
            #[cfg(feature = "testing")]
            To::Local(service) => Box::pin(call.run_here(request, service.clone())),
        }
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
