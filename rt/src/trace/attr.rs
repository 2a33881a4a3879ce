//! Attribute keys (OpenTelemetry semantic conventions 1.42) and the values they take.

use std::borrow::Cow;

use opentelemetry::Value;

pub const ERROR_TYPE: &str = "error.type";
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
pub const HTTP_ROUTE: &str = "http.route";
pub const URL_PATH: &str = "url.path";
pub const URL_SCHEME: &str = "url.scheme";
pub const SERVER_ADDRESS: &str = "server.address";
pub const SERVER_PORT: &str = "server.port";
pub const CLIENT_ADDRESS: &str = "client.address";
pub const USER_AGENT_ORIGINAL: &str = "user_agent.original";
pub const NETWORK_PROTOCOL_VERSION: &str = "network.protocol.version";
pub const RPC_SYSTEM_NAME: &str = "rpc.system.name";
pub const RPC_METHOD: &str = "rpc.method";
pub const RPC_RESPONSE_STATUS_CODE: &str = "rpc.response.status_code";
/// Attempts after the first one; like `http.request.resend_count`, which gRPC has no counterpart of.
pub const RPC_REQUEST_RESEND_COUNT: &str = "rpc.request.resend_count";
pub const DB_SYSTEM_NAME: &str = "db.system.name";
pub const DB_OPERATION_NAME: &str = "db.operation.name";
pub const DB_COLLECTION_NAME: &str = "db.collection.name";
pub const DB_NAMESPACE: &str = "db.namespace";
pub const DB_QUERY_SUMMARY: &str = "db.query.summary";

/// A value that is only made an attribute when the span is recorded.
pub trait IntoValue {
    fn into_value(self) -> Value;
}

macro_rules! integers {
    ($($ty:ty),*) => {$(
        impl IntoValue for $ty {
            fn into_value(self) -> Value {
                i64::from(self).into()
            }
        }
    )*};
}
integers!(i8, i16, i32, i64, u8, u16, u32);

/// OTLP has no unsigned integers: what does not fit an `i64` goes as text.
impl IntoValue for u64 {
    fn into_value(self) -> Value {
        i64::try_from(self).map_or_else(|_| self.to_string().into(), Value::from)
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl IntoValue for f32 {
    fn into_value(self) -> Value {
        f64::from(self).into()
    }
}

impl IntoValue for f64 {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        self.to_owned().into()
    }
}

/// Borrowed, it is not copied.
impl IntoValue for Cow<'static, str> {
    fn into_value(self) -> Value {
        self.into()
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        self.into()
    }
}
