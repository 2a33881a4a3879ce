//! The runtime of the services in this workspace: go-zero's engineering in axum, tonic and tower.
//!
//! A gateway enables the feature `http`, a service `rpc-server`, a caller `rpc-client`; `jwt`, `signature`, `sql`,
//! `redis` and `etcd` come with the descriptions that need them, `tls` with the configuration that names it. Each module says which go-zero file, RFC or semantic convention it
//! follows.

pub mod args;
#[cfg(feature = "http")]
mod base64;
#[cfg(any(feature = "http", feature = "rpc-client", feature = "rpc-server"))]
pub mod breaker;
pub mod cache;
mod code;
pub mod config;
#[cfg(all(feature = "http", feature = "rpc-client"))]
pub mod convert;
pub mod dev_server;
mod dial;
#[cfg(feature = "rpc-client")]
pub mod discovery;
#[cfg(any(feature = "http", feature = "rpc-server"))]
mod held;
#[cfg(feature = "http")]
pub mod http;
pub mod lifecycle;
mod log;
mod memo;
pub mod metrics;
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub mod rate;
#[cfg(feature = "redis")]
mod redis_client;
pub mod rpc;
#[cfg(any(feature = "http", feature = "rpc-server"))]
mod serve;
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub mod shed;
#[cfg(feature = "sql")]
pub mod sql;
pub mod telemetry;
pub mod time;
#[cfg(feature = "tls")]
mod tls;
pub mod trace;
#[cfg(any(feature = "http", feature = "rpc-client", feature = "rpc-server"))]
mod window;

pub use self::code::{Code, FieldError};

/// What a panic said, if it said it in text.
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
