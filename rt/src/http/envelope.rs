//! One shape for answers and errors alike (zeromicro/x's `http.JsonBaseResponse`).

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// `{"code": 0, "msg": "ok", "data": ..}`; the HTTP status says the same in its own way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Envelope<T> {
    /// 0, or [`crate::Code::number`] of what went wrong.
    pub code: i32,
    pub msg: Cow<'static, str>,
    pub data: T,
}

impl<T> Envelope<T> {
    pub fn ok(data: T) -> Self {
        Self {
            code: 0,
            msg: Cow::Borrowed("ok"),
            data,
        }
    }
}

impl<T: Serialize> IntoResponse for Envelope<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}
