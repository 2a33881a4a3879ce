//! What several tests need: an error type such as a service has, and one request through a router.

#![allow(dead_code)]

#[cfg(all(feature = "rpc-server", feature = "rpc-client"))]
pub(crate) mod grpc;
#[cfg(feature = "sql")]
pub(crate) mod mariadb;
#[cfg(feature = "tls")]
pub(crate) mod pki;
pub(crate) mod ports;
#[cfg(feature = "sql")]
pub(crate) mod postgres;
#[cfg(feature = "redis")]
pub(crate) mod redis;
#[cfg(feature = "http")]
pub(crate) mod wire;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use zgen_rt::config::{ConfigFile, RestConf, RpcServerConf};
use zgen_rt::http::Refusal;

/// A service's error, in one shape for everything: `{"code", "message", "fields"}`.
#[derive(Debug)]
pub(crate) struct Refused(pub(crate) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refusal {
            code,
            message,
            fields,
        } = self.0;
        let body = serde_json::json!({
            "code": code.as_str(),
            "message": message,
            "fields": fields,
        });
        (code.http(), body.to_string()).into_response()
    }
}

/// An answer that has been read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The `code` of a refusal.
    pub(crate) fn code(&self) -> String {
        let json: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_default();
        json["code"].as_str().unwrap_or_default().to_owned()
    }
}

pub(crate) async fn send(app: &Router, request: Request<Body>) -> Answer {
    let response = app
        .clone()
        .oneshot(request)
        .await
        .unwrap_or_else(|never| match never {});
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

pub(crate) fn request(method: &str, uri: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(uri)
        .body(body.into())
        .unwrap()
}

/// A gateway's configuration with these keys besides the required ones.
pub(crate) fn rest_conf(keys: &str) -> RestConf {
    conf(&format!("{{Name: it, Port: 0, {keys}}}"))
}

/// A service's configuration with these keys besides the required ones.
pub(crate) fn rpc_conf(keys: &str) -> RpcServerConf {
    conf(&format!("{{Name: it, ListenOn: '127.0.0.1:0', {keys}}}"))
}

pub(crate) fn conf<T: serde::de::DeserializeOwned>(text: &str) -> T {
    let file = ConfigFile::parse("it.yaml".as_ref(), text, &|_| None, []);
    file.unwrap().root().unwrap()
}
