//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::routing::future::RouteFuture;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::{Request, Response};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use pin_project_lite::pin_project;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tower::{BoxError, Service};

#[cfg(feature = "tls")]
use super::HANDSHAKE;
use super::Rules;
use super::activity::{Activity, InFlight};
use crate::held::Held;

/// How long a peer that asks for nothing may take to notice that the connection ends.
const FAREWELL: Duration = Duration::from_secs(1);

pub(super) async fn run(
    io: TcpStream,
    peer: SocketAddr,
    app: Router,
    rules: &Rules,
    stopping: watch::Receiver<bool>,
) {
    let activity = Arc::new(Activity::new());
    let service = Served {
        #[cfg(feature = "rpc-server")]
        is_service: rules.only_http2,
        #[cfg(feature = "rpc-server")]
        local: io.local_addr().ok(),
        peer,
        app,
        #[cfg(feature = "tls")]
        is_encrypted: rules.tls.is_some(),
        activity: Arc::clone(&activity),
    };
    #[cfg(feature = "tls")]
    if let Some(tls) = &rules.tls {
        let limit = rules.limits.first().min(HANDSHAKE);
        let shaken = tokio::time::timeout(limit, tls.accept(io)).await;
        match shaken {
            Ok(Ok(io)) => speak(io, service, &activity, rules, stopping).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
            Err(_) => tracing::debug!(%peer, "no TLS in time"),
        }
        return;
    }
    speak(io, service, &activity, rules, stopping).await;
}

async fn speak<I>(
    io: I,
    service: Served,
    activity: &Activity,
    rules: &Rules,
    stopping: watch::Receiver<bool>,
) where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(io);
    let service = TowerToHyperService::new(service);
    if rules.only_http2 {
        let connection = rules.http.serve_connection(io, service);
        drive(connection, activity, rules, stopping).await;
    } else {
        let connection = rules.http.serve_connection_with_upgrades(io, service);
        drive(connection, activity, rules, stopping).await;
    }
}

/// Ends the connection when the process does, or when nothing is asked for: by GOAWAY or `Connection: close` first.
async fn drive<C>(
    connection: C,
    activity: &Activity,
    rules: &Rules,
    mut stopping: watch::Receiver<bool>,
) where
    C: GracefulConnection,
    C::Error: std::fmt::Display,
{
    // Polled only when it wakes: a `select!` would ask it again with each byte that comes.
    let ending = async {
        tokio::select! {
            _ = stopping.wait_for(|is_stopping| *is_stopping) => true,
            () = activity.ended(&rules.limits) => false,
        }
    };
    let mut ending: FuturesUnordered<_> = std::iter::once(ending).collect();
    let mut connection = pin!(connection);
    let log = |done: Result<(), C::Error>| {
        if let Err(error) = done {
            tracing::debug!(%error, "a connection has failed");
        }
    };
    let is_stopping = tokio::select! {
        biased;
        done = connection.as_mut() => return log(done),
        Some(is_stopping) = ending.next() => is_stopping,
    };
    connection.as_mut().graceful_shutdown();
    loop {
        tokio::select! {
            done = connection.as_mut() => return log(done),
            () = tokio::time::sleep(FAREWELL) => {}
        }
        // While the process stops, the drain has its own limit. A request may have come at the last moment.
        if !is_stopping && activity.is_idle() {
            return;
        }
    }
}

/// The application, as one connection sees it.
#[derive(Clone)]
struct Served {
    app: Router,
    /// Not a gateway, of a workspace whose services have been built with it.
    #[cfg(feature = "rpc-server")]
    is_service: bool,
    #[cfg(feature = "rpc-server")]
    local: Option<SocketAddr>,
    peer: SocketAddr,
    #[cfg(feature = "tls")]
    is_encrypted: bool,
    activity: Arc<Activity>,
}

impl<B> Service<Request<B>> for Served
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Held<Option<InFlight>>>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // A router is always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let in_flight = InFlight::new(&self.activity);
        let mut request = request.map(Body::new);
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(self.peer));
        #[cfg(feature = "tls")]
        if self.is_encrypted {
            extensions.insert(super::Encrypted);
        }
        // Where `tonic::Request::remote_addr` looks.
        #[cfg(feature = "rpc-server")]
        if self.is_service {
            extensions.insert(tonic::transport::server::TcpConnectInfo {
                local_addr: self.local,
                remote_addr: Some(self.peer),
            });
        }
        Answering {
            answered: self.app.call(request),
            in_flight: Some(in_flight),
        }
    }
}

pin_project! {
    struct Answering {
        #[pin]
        answered: RouteFuture<Infallible>,
        in_flight: Option<InFlight>,
    }
}

impl Future for Answering {
    type Output = Result<Response<Held<Option<InFlight>>>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Ok(response) = ready!(this.answered.poll(cx));
        let in_flight = this.in_flight.take();
        Poll::Ready(Ok(response.map(|body| Held::new(body, in_flight))))
    }
}
