//! What carries OTLP over HTTP/1.1: one connection, kept while the collector keeps it. hyper is here anyway; the
//! exporter's own client needs reqwest, or a runtime where metrics have none.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, Uri};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use super::settings::Settings;
#[cfg(feature = "tls")]
use crate::tls::Connector;

/// A collector answers with a few bytes.
const MAX_ANSWER: usize = 1 << 20;

pub(super) struct Client {
    connection: Arc<Connection>,
    /// Metrics are sent from a thread that is not the runtime's.
    runtime: Handle,
}

struct Connection {
    #[cfg(feature = "tls")]
    tls: Option<Connector>,
    timeout: Duration,
    idle: Mutex<Option<SendRequest<Body>>>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Call it inside the tokio runtime.
    pub(super) fn new(settings: &Settings) -> anyhow::Result<Self> {
        let connection = Connection {
            #[cfg(feature = "tls")]
            tls: settings.connector(&["http/1.1"])?,
            timeout: settings.timeout,
            idle: Mutex::new(None),
        };
        Ok(Self {
            connection: Arc::new(connection),
            runtime: Handle::current(),
        })
    }
}

type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Client {
    fn send_bytes<'a, 'async_trait>(&'a self, request: Request<Bytes>) -> Sending<'async_trait>
    where
        'a: 'async_trait,
        Self: 'async_trait,
    {
        let connection = Arc::clone(&self.connection);
        let work = async move {
            let limit = connection.timeout;
            tokio::time::timeout(limit, connection.send(request)).await
        };
        let work = self.runtime.spawn(work);
        Box::pin(async move { Ok(work.await???) })
    }
}

impl Connection {
    async fn send(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let kept = self.idle().take();
        if let Some(mut kept) = kept
            && kept.ready().await.is_ok()
            // The other side may close it in this very moment.
            && let Ok(response) = self.send_on(kept, request.clone()).await
        {
            return Ok(response);
        }
        let fresh = self.open(request.uri()).await?;
        self.send_on(fresh, request).await
    }

    async fn send_on(
        &self,
        mut sender: SendRequest<Body>,
        request: Request<Bytes>,
    ) -> anyhow::Result<Response<Bytes>> {
        let response = sender.send_request(addressed(request)?).await?;
        let (parts, body) = response.into_parts();
        let body = to_bytes(Body::new(body), MAX_ANSWER).await?;
        *self.idle() = Some(sender);
        Ok(Response::from_parts(parts, body))
    }

    async fn open(&self, uri: &Uri) -> anyhow::Result<SendRequest<Body>> {
        let host = uri.host().context("the endpoint has no host")?;
        let is_encrypted = uri.scheme_str() == Some("https");
        let port = uri
            .port_u16()
            .unwrap_or(if is_encrypted { 443 } else { 80 });
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((bare, port)).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match self.tls() {
            #[cfg(feature = "tls")]
            Some(tls) => Box::new(tls.connect(bare, stream).await?),
            _ => Box::new(stream),
        };
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the connection to the collector ended");
            }
        });
        Ok(sender)
    }

    #[cfg(feature = "tls")]
    fn tls(&self) -> Option<&Connector> {
        self.tls.as_ref()
    }

    #[cfg(not(feature = "tls"))]
    #[allow(clippy::unused_self)]
    fn tls(&self) -> Option<()> {
        None
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<SendRequest<Body>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As HTTP/1.1 has it: the path in the first line, the host in a header.
fn addressed(request: Request<Bytes>) -> anyhow::Result<Request<Body>> {
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        parts.headers.insert(HOST, host);
    }
    let path = parts.uri.path_and_query().cloned();
    parts.uri = path
        .unwrap_or_else(|| PathAndQuery::from_static("/"))
        .into();
    Ok(Request::from_parts(parts, Body::from(body)))
}
