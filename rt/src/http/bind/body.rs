//! The body of a request, read once and within its limit.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::super::refusal::Refusal;
use super::field::Field;
use crate::{Code, FieldError};

/// Reads a JSON body; none at all counts as an object without members, so that what is required is named.
/// Any JSON content type will do, and so will none; another one is refused.
pub async fn json<W>(parts: &Parts, body: Body) -> Result<W, Refusal>
where
    W: for<'de> Deserialize<'de> + Default,
{
    let is_json = content_type(&parts.headers).is_none_or(is_json);
    parse(is_json, &read(parts, body).await?)
}

/// The same of a request from which nothing else is taken.
pub async fn json_body<W>(request: Request) -> Result<W, Refusal>
where
    W: for<'de> Deserialize<'de> + Default,
{
    let is_json = content_type(request.headers()).is_none_or(is_json);
    parse(is_json, &bytes(request).await?)
}

fn parse<W>(is_json: bool, body: &[u8]) -> Result<W, Refusal>
where
    W: for<'de> Deserialize<'de> + Default,
{
    if body.is_empty() {
        return Ok(W::default());
    }
    if !is_json {
        return Err(Refusal::new(
            Code::UnsupportedMediaType,
            "expected a JSON body",
        ));
    }
    match serde_json::from_slice::<Object<W>>(body) {
        Ok(Object(Field::Value(wire))) => Ok(wire),
        Ok(Object(Field::Invalid(errors))) => {
            let reason = errors.into_iter().next().map(|error| error.reason);
            Err(bad_body(reason.unwrap_or("expected an object".into())))
        }
        Ok(Object(Field::Null | Field::Absent)) => {
            Err(bad_body("expected an object, found null".into()))
        }
        // The text of the body is the caller's and not repeated; where and what is.
        Err(error) => Err(bad_body(format!("is not valid JSON: {error}").into())),
    }
}

/// Reads a body within the limit that the middleware stack has set.
pub(in crate::http) async fn read(parts: &Parts, body: Body) -> Result<Bytes, Refusal> {
    let mut request = Request::new(body);
    // The limit is one of them; its type is axum's own.
    *request.extensions_mut() = parts.extensions.clone();
    bytes(request).await
}

async fn bytes(request: Request) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Refusal::new(Code::PayloadTooLarge, "the body is too large")
            }
            _ => Refusal::new(Code::InvalidArgument, "the body could not be read"),
        })
}

pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok()
}

fn bad_body(reason: std::borrow::Cow<'static, str>) -> Refusal {
    Refusal::of_fields(vec![FieldError {
        field: "body".to_owned(),
        reason,
    }])
}

/// `application/json`, `text/json`, `application/problem+json` ..
fn is_json(content_type: &str) -> bool {
    // As nearly all write it.
    if content_type == "application/json" {
        return true;
    }
    let essence = essence(content_type);
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// The type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

struct Object<W>(Field<W>);

impl<'de, W: Deserialize<'de>> Deserialize<'de> for Object<W> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::json::object(deserializer, |wire, _| wire).map(Self)
    }
}
