//! What carries OTLP over HTTP/1.1: one connection, kept while the collector keeps it. hyper is here anyway; the
//! exporter's own client needs reqwest, or a runtime where metrics have none.

use std::fmt;
#[cfg(feature = "otlp-gzip")]
use std::io::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use axum::body::{Body, to_bytes};
use bytes::Bytes;
#[cfg(feature = "otlp-gzip")]
use http::header::CONTENT_ENCODING;
use http::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

use super::settings::Settings;
use super::spans::{Again, Answer, Refusal};
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

/// Sends spans.
pub(super) struct Poster {
    client: Client,
    endpoint: Uri,
    headers: HeaderMap,
    #[cfg(feature = "otlp-gzip")]
    gzip: bool,
}

impl Poster {
    pub(super) fn new(settings: &Settings, mut headers: HeaderMap) -> anyhow::Result<Self> {
        const AGENT: &str = concat!("zgen-rt/", env!("CARGO_PKG_VERSION"));
        headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(AGENT));
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        headers.insert(CONTENT_TYPE, protobuf);
        #[cfg(feature = "otlp-gzip")]
        if settings.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(Self {
            client: Client::new(settings)?,
            endpoint: (settings.endpoint.parse())
                .with_context(|| format!("`{}` is no URL", settings.endpoint))?,
            headers,
            #[cfg(feature = "otlp-gzip")]
            gzip: settings.gzip,
        })
    }

    pub(super) async fn post(&self, body: Bytes) -> Result<Answer, Refusal> {
        #[cfg(feature = "otlp-gzip")]
        let body = if self.gzip { zipped(&body) } else { body };
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.clone();
        *request.headers_mut() = self.headers.clone();
        let response = self.client.send_bytes(request).await;
        let response = response.map_err(|error| Refusal {
            error: error.to_string(),
            again: Again::Later,
        })?;
        let status = response.status();
        if status.is_success() {
            // It has taken the batch, whatever it says.
            return Ok(Answer::decode(response.into_body()).unwrap_or_default());
        }
        let asked = || {
            let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
            Some(Duration::from_secs(seconds.trim().parse().ok()?))
        };
        let again = match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                asked().map_or(Again::Later, Again::After)
            }
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Again::Later,
            _ => Again::Never,
        };
        Err(Refusal {
            error: format!("HTTP status {status}"),
            again,
        })
    }
}

#[cfg(feature = "otlp-gzip")]
fn zipped(body: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Into memory, which does not fail.
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
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
