//! The listener of a service and its life: bound, serving, draining, done.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::Service;

use super::admission::Admission;
use super::health::Health;
use super::observe::Observe;
use super::protect::Protect;
#[cfg(feature = "reflection")]
use super::reflection;
use crate::config::RpcServerConf;
#[cfg(feature = "tls")]
use crate::config::TlsServerConf;
use crate::dev_server;
use crate::dial::Dial;
use crate::lifecycle::{self, Needs, Readiness};
use crate::serve::{self, Rules};
use crate::shed;

/// The gRPC services of one process.
#[derive(Debug, Clone, Default)]
pub struct Services {
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    #[cfg(feature = "reflection")]
    descriptors: Vec<&'static [u8]>,
}

impl Services {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn with<S>(mut self, service: S) -> Self
    where
        S: Service<http::Request<Body>, Error = std::convert::Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Response: axum::response::IntoResponse,
        S::Future: Send + 'static,
    {
        self.routes.add_service(service);
        self.names.push(S::NAME);
        self
    }

    /// What callers may read about the services while `Mode` is `dev` or `test`: a `google.protobuf.FileDescriptorSet`.
    #[cfg(feature = "reflection")]
    #[must_use]
    pub fn described_by(mut self, descriptors: &'static [u8]) -> Self {
        self.descriptors.push(descriptors);
        self
    }

    /// The services as an application without a socket, observed as in production.
    pub fn into_router(self, conf: &RpcServerConf) -> Router {
        self.routes.routes().into_axum_router().layer(Observe {
            protect: Arc::new(Protect::of(conf)),
            services: self.names.into(),
        })
    }
}

/// A bound listener.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    rules: Rules,
    conf: RpcServerConf,
}

impl Server {
    /// Binds `ListenOn`, and reads the files of TLS.
    pub async fn bind(conf: &RpcServerConf) -> anyhow::Result<Self> {
        Admission::of(conf)?;
        let rules = Rules::of_service(conf.limits);
        #[cfg(feature = "tls")]
        let rules = rules.with_tls(&conf.tls(), &["h2"])?;
        let listener = TcpListener::bind(&conf.listen_on)
            .await
            .with_context(|| format!("ListenOn: cannot listen on {}", conf.listen_on))?;
        Ok(Self {
            listener,
            rules,
            conf: conf.clone(),
        })
    }

    /// Where it listens: with port 0, where the system has put it.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until a signal comes, then deregisters and drains, up to `Shutdown.WaitTime`.
    pub async fn serve(self, services: Services, readiness: Readiness) -> anyhow::Result<()> {
        dev_server::start(self.conf.dev_server.as_ref(), &readiness).await?;
        let address = self.listener.local_addr()?;
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let health = Health {
            reporter,
            services: services.names.clone(),
            readiness: readiness.clone(),
        };
        #[cfg(feature = "reflection")]
        let reflection = if reflection::is_on(self.conf.mode) && !services.descriptors.is_empty() {
            Some(reflection::router(&services.descriptors, &services.names)?)
        } else {
            None
        };
        let mut app = services.into_router(&self.conf);
        #[cfg(feature = "reflection")]
        if let Some(reflection) = reflection {
            app = app.merge(reflection);
        }
        if self.conf.health {
            app = app.merge(
                Routes::new(health_service)
                    .into_axum_router()
                    .reset_fallback(),
            );
        }
        #[cfg(feature = "etcd")]
        let registration = match &self.conf.etcd {
            Some(etcd) => {
                let mut needs = Needs::watch();
                let ready = async move { needs.are_met().await };
                Some(crate::discovery::register(etcd, address, ready)?)
            }
            None => None,
        };
        #[cfg(not(feature = "etcd"))]
        ensure!(
            self.conf.etcd.is_none(),
            "Etcd: this service is built without the feature `etcd` of zgen-rt"
        );
        let conf = &self.conf;
        let threshold = conf.cpu_threshold.of(conf.mode, conf.middlewares.shedding);
        let _watch = threshold.and_then(|_| shed::cpu::watch());
        let needs = Needs::watch();
        health.begin(&needs).await;
        let following = tokio::spawn(health.clone().follow(needs));
        tracing::info!(%address, name = self.conf.name, "listening");

        let stopping = Arc::new(Notify::new());
        let begun = Arc::clone(&stopping);
        let shutdown = self.conf.shutdown;
        let graceful = async move {
            let leave = async {
                following.abort();
                // What it was about to say comes before what is said last.
                let _ = following.await;
                health.end().await;
                #[cfg(feature = "etcd")]
                if let Some(registration) = registration {
                    registration.revoke().await;
                }
            };
            lifecycle::wind_down(shutdown, &readiness, leave).await;
            begun.notify_one();
        };
        let served = serve::serve(self.listener, app, self.rules, graceful);
        lifecycle::drain(served, stopping.notified(), shutdown.wait_time.duration()).await;
        Ok(())
    }
}

/// Asks the service on this host for its health (`grpc.health.v1`), over TLS if it speaks that. Who this host is
/// needs no certificate; if callers must show one, the service's own is shown.
pub async fn healthcheck(conf: &RpcServerConf) -> anyhow::Result<()> {
    const TIMEOUT: Duration = Duration::from_secs(3);
    let port = conf
        .listen_on
        .rsplit_once(':')
        .map_or("8080", |(_, port)| port);
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://127.0.0.1:{port}"))?
        .connect_timeout(TIMEOUT)
        .timeout(TIMEOUT);
    #[cfg(feature = "tls")]
    let own = Some(conf.tls()).filter(TlsServerConf::is_on);
    #[cfg(feature = "tls")]
    let dial = Dial::new(own.map(|tls| tls.of_own_host()).as_ref())?;
    #[cfg(not(feature = "tls"))]
    let dial = Dial::new(None)?;
    let channel = dial.connect(endpoint);
    let answer = HealthClient::new(channel)
        .check(HealthCheckRequest::default())
        .await?;
    let status = answer.into_inner().status();
    ensure!(
        status == tonic_health::pb::health_check_response::ServingStatus::Serving,
        "not serving"
    );
    Ok(())
}
