//! The listener of a gateway and its life: bound, ready, draining, done.

use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::config::RestConf;
use crate::dev_server;
use crate::lifecycle::{self, Needs, Readiness};
use crate::rate::Limiter;
use crate::serve::{self, Rules};
use crate::shed;

/// A bound listener.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    rules: Rules,
    conf: RestConf,
}

impl Server {
    /// Binds `Host:Port`, and reads the files of TLS.
    pub async fn bind(conf: &RestConf) -> anyhow::Result<Self> {
        let rules = Rules::of_gateway(conf.limits);
        #[cfg(feature = "tls")]
        let rules = rules.with_tls(&conf.tls(), &["h2", "http/1.1"])?;
        if let Some(limits) = &conf.rate_limit {
            Limiter::new(limits).context("RateLimit")?;
        }
        let address = format!("{}:{}", conf.host, conf.port);
        let listener = TcpListener::bind(&address)
            .await
            .with_context(|| format!("Port: cannot listen on {address}"))?;
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

    /// Serves until a signal comes, then drains: requests in flight are finished, up to `Shutdown.WaitTime`.
    pub async fn serve(self, app: Router, readiness: Readiness) -> anyhow::Result<()> {
        dev_server::start(self.conf.dev_server.as_ref(), &readiness).await?;
        let conf = &self.conf;
        let threshold = conf.cpu_threshold.of(conf.mode, conf.middlewares.shedding);
        let _watch = threshold.and_then(|_| shed::cpu::watch());
        tracing::info!(address = %self.listener.local_addr()?, name = self.conf.name, "listening");
        start(&readiness);

        let stopping = Arc::new(Notify::new());
        let begun = Arc::clone(&stopping);
        let shutdown = self.conf.shutdown;
        let graceful = async move {
            lifecycle::wind_down(shutdown, &readiness, async {}).await;
            begun.notify_one();
        };
        // The state now, not at each connection: with it come the breakers.
        let app = app.with_state::<()>(());
        let served = serve::serve(self.listener, app, self.rules, graceful);
        lifecycle::drain(served, stopping.notified(), shutdown.wait_time.duration()).await;
        Ok(())
    }
}

/// Ready as soon as the services that are called have been found, and while what is needed is there.
fn start(readiness: &Readiness) {
    let readiness = readiness.clone();
    tokio::spawn(async move {
        #[cfg(feature = "rpc-client")]
        crate::discovery::found().await;
        let mut needs = Needs::watch();
        loop {
            needs.are_met().await;
            readiness.set(true);
            needs.are_missed().await;
            readiness.set(false);
        }
    });
}
