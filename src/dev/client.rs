//! The HTTP client of the sample session.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

const TIMEOUT: Duration = Duration::from_secs(30);
const LONGEST_BODY: usize = 1 << 20;

/// Talks to one gateway.
pub(super) struct Client {
    base: String,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) traceparent: Option<String>,
    pub(super) body: String,
}

impl Answer {
    /// The trace that the request has left, by its `traceparent`: version, trace, span, flags.
    pub(super) fn trace_id(&self) -> Option<&str> {
        let id = self.traceparent.as_deref()?.split('-').nth(1)?;
        (id.len() == 32).then_some(id)
    }
}

impl Client {
    /// `address` is `HOST:PORT`.
    pub(super) fn new(address: &str) -> Self {
        Self {
            base: format!("http://{address}"),
            pool: Pool::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(super) async fn send(
        &self,
        method: &Method,
        path: &str,
        body: &str,
    ) -> anyhow::Result<Answer> {
        let url = self.url(path);
        let exchange = tokio::time::timeout(TIMEOUT, self.exchange(method, &url, body));
        exchange
            .await
            .with_context(|| format!("{method} {url}: no answer in {} s", TIMEOUT.as_secs()))?
            .with_context(|| format!("{method} {url}"))
    }

    async fn exchange(&self, method: &Method, url: &str, body: &str) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::from(body.to_owned()))?;
        let response = self.pool.request(request).await?;
        let status = response.status();
        let traceparent = response.headers().get("traceparent");
        let traceparent = traceparent.and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let body = Limited::new(response.into_body(), LONGEST_BODY).collect();
        let body = body.await.map_err(anyhow::Error::from_boxed)?;
        Ok(Answer {
            status,
            traceparent,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
