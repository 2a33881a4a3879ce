//! The body of a request, read once and within its limit.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::header::CONTENT_TYPE;
use serde::Deserialize;

use super::super::refusal::Refusal;
use super::field::Field;
use crate::{Code, FieldError};

/// Reads a JSON body; none at all counts as an object without members, so that what is required is named.
/// Any JSON content type will do, and so will none; another one is refused.
pub async fn json<W>(request: Request) -> Result<W, Refusal>
where
    W: for<'de> Deserialize<'de> + Default,
{
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let is_json = content_type.is_none_or(is_json);
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|rejection| match rejection.status() {
            axum::http::StatusCode::PAYLOAD_TOO_LARGE => {
                Refusal::new(Code::PayloadTooLarge, "the body is too large")
            }
            _ => Refusal::new(Code::InvalidArgument, "the body could not be read"),
        })?;
    if body.is_empty() {
        return Ok(W::default());
    }
    if !is_json {
        return Err(Refusal::new(
            Code::UnsupportedMediaType,
            "expected a JSON body",
        ));
    }
    match serde_json::from_slice::<Object<W>>(&body) {
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

fn bad_body(reason: std::borrow::Cow<'static, str>) -> Refusal {
    Refusal::of_fields(vec![FieldError {
        field: "body".to_owned(),
        reason,
    }])
}

/// `application/json`, `text/json`, `application/problem+json` ..
fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

struct Object<W>(Field<W>);

impl<'de, W: Deserialize<'de>> Deserialize<'de> for Object<W> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::json::object(deserializer, |wire, _| wire).map(Self)
    }
}
