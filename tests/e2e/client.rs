//! An HTTP client that shows everything of an answer.

use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// No answer of a test takes this long unless something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a request with a body needs besides.
pub(crate) const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    /// Of the server at `HOST:PORT`.
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            pool: Pool::builder(TokioExecutor::new()).build_http(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send("GET", path, "", &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> anyhow::Result<Answer> {
        self.send("POST", path, body, JSON).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Answer> {
        let url = format!("http://{}{path}", self.address);
        let mut request = Request::builder()
            .method(Method::from_bytes(method.as_bytes())?)
            .uri(&url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::from(body.to_owned()))?;
        let exchange = async {
            let response = self.pool.request(request).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            anyhow::Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                text: String::from_utf8_lossy(&body).into_owned(),
            })
        };
        let exchange = tokio::time::timeout(PATIENCE, exchange);
        let context = || format!("{method} {url}");
        exchange.await.with_context(context)?.with_context(context)
    }
}

impl Answer {
    pub(crate) fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_str(&self.text).with_context(|| format!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// By the header that names it.
    pub(crate) fn trace_id(&self) -> anyhow::Result<String> {
        let header = self.header("traceparent");
        let parts: Vec<&str> = header.split('-').collect();
        match parts[..] {
            ["00", trace, _, _] if trace.len() == 32 => Ok(trace.to_owned()),
            _ => anyhow::bail!("the answer's traceparent is `{header}`"),
        }
    }
}
