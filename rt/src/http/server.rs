//! The listener of a gateway and its life: bound, ready, draining, done.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::RestConf;
use crate::dev_server;
use crate::lifecycle::{self, Readiness};
use crate::shed;

/// A bound listener.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    conf: RestConf,
}

impl Server {
    /// Binds `Host:Port`.
    pub async fn bind(conf: &RestConf) -> anyhow::Result<Self> {
        let address = format!("{}:{}", conf.host, conf.port);
        let listener = TcpListener::bind(&address)
            .await
            .with_context(|| format!("Port: cannot listen on {address}"))?;
        Ok(Self {
            listener,
            conf: conf.clone(),
        })
    }

    /// Where it listens: with port 0, where the system has put it.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until a signal comes, then drains: requests in flight are finished, up to `Shutdown.WaitTime`.
    pub async fn serve(self, app: Router, readiness: Readiness) -> anyhow::Result<()> {
        dev_server::start(self.conf.dev_server.as_ref(), &readiness).await?;
        let conf = &self.conf;
        let threshold = conf.cpu_threshold.of(conf.mode, conf.middlewares.shedding);
        let _watch = threshold.and_then(|_| shed::cpu::watch());
        tracing::info!(address = %self.listener.local_addr()?, name = self.conf.name, "listening");
        start(&readiness);

        // Small answers must not wait for more to send.
        let listener = self.listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
        });
        let stopping = Arc::new(Notify::new());
        let begun = Arc::clone(&stopping);
        let shutdown = self.conf.shutdown;
        // The state now, not at each connection: with it come the breakers.
        let served =
            axum::serve(listener, app.with_state::<()>(())).with_graceful_shutdown(async move {
                lifecycle::wind_down(shutdown, &readiness, async {}).await;
                begun.notify_one();
            });
        let limit = shutdown.wait_time.duration();
        match lifecycle::drain(served.into_future(), stopping.notified(), limit).await {
            Some(result) => result.context("serve HTTP"),
            None => Ok(()),
        }
    }
}

/// Ready at once, or as soon as the services that are called have been found.
fn start(readiness: &Readiness) {
    #[cfg(feature = "rpc-client")]
    {
        let readiness = readiness.clone();
        tokio::spawn(async move {
            crate::discovery::found().await;
            readiness.set(true);
        });
    }
    #[cfg(not(feature = "rpc-client"))]
    readiness.set(true);
}
