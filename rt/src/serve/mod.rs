//! The connections of a listener, plain or TLS, HTTP/1 or HTTP/2: each has its limits, and all of them end when the
//! process does.
//!
//! Neither `axum::serve` nor tonic's server bounds the time that a peer may take before its first request (CWE-400,
//! "slowloris"), which is why this is written out.

mod activity;
mod connection;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::LimitsConf;
#[cfg(feature = "tls")]
use crate::config::TlsServerConf;
#[cfg(feature = "tls")]
use crate::tls::Acceptor;

/// How often a peer is asked whether it is still there (HTTP/2 only).
const PING_INTERVAL: Duration = Duration::from_mins(1);
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// A handshake takes no longer, however long its peer may take to ask for something.
#[cfg(feature = "tls")]
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Among the extensions of a request that came over TLS: HTTP/1 does not say so itself.
#[cfg(feature = "tls")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encrypted;

/// How a listener speaks to whoever connects.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    http: Builder<TokioExecutor>,
    only_http2: bool,
    limits: LimitsConf,
    #[cfg(feature = "tls")]
    tls: Option<Acceptor>,
}

impl Rules {
    /// HTTP/1 and HTTP/2, as the peer begins.
    #[cfg(feature = "http")]
    pub(crate) fn of_gateway(limits: LimitsConf) -> Self {
        let mut rules = Self::new(limits);
        // For WebSockets over HTTP/2.
        rules.http.http2().enable_connect_protocol();
        rules
    }

    /// gRPC is nothing but HTTP/2.
    #[cfg(feature = "rpc-server")]
    pub(crate) fn of_service(limits: LimitsConf) -> Self {
        let mut rules = Self::new(limits);
        rules.http = rules.http.http2_only();
        rules.only_http2 = true;
        rules
    }

    fn new(limits: LimitsConf) -> Self {
        let mut http = Builder::new(TokioExecutor::new());
        let most = limits.max_header_bytes;
        http.http1()
            .max_buf_size(usize::try_from(most).unwrap_or(usize::MAX))
            // The time without a request is counted here, for both protocols alike.
            .header_read_timeout(None);
        http.http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_streams)
            .max_header_list_size(most)
            .keep_alive_interval(PING_INTERVAL)
            .keep_alive_timeout(PING_TIMEOUT);
        Self {
            http,
            only_http2: false,
            limits,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// If the configuration names files; `protocols` by their ALPN names, the best first.
    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(
        mut self,
        conf: &TlsServerConf,
        protocols: &'static [&'static str],
    ) -> anyhow::Result<Self> {
        if conf.is_on() {
            self.tls = Some(Acceptor::new(conf, protocols)?);
        }
        Ok(self)
    }
}

/// Serves until `stop`, then takes no further connections, and returns when the last one has ended.
pub(crate) async fn serve(
    listener: TcpListener,
    app: Router,
    rules: Rules,
    stop: impl Future<Output = ()>,
) {
    let most = Some(rules.limits.max_connections).filter(|most| *most > 0);
    let places = most.map(|most| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))));
    let rules = Arc::new(rules);
    let stopping = watch::Sender::new(false);
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = place(places.as_ref()).await;
            (place, accept(&listener).await)
        };
        let (place, (io, peer)) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let (app, rules, stopping) = (app.clone(), Arc::clone(&rules), stopping.subscribe());
        tokio::spawn(async move {
            connection::run(io, peer, app, &rules, stopping).await;
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    // Each connection holds a receiver.
    stopping.closed().await;
}

async fn place(places: Option<&Arc<Semaphore>>) -> Option<OwnedSemaphorePermit> {
    // An error says that the semaphore is closed, which it never is.
    Arc::clone(places?).acquire_owned().await.ok()
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((io, peer)) => {
                // Small answers must not wait for more to send.
                if let Err(error) = io.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY");
                }
                return (io, peer);
            }
            Err(error) if is_of_the_peer(&error) => {}
            // Most likely no file descriptor is left; some come back when connections end.
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
