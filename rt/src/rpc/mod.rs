//! The gRPC sides of a process: serving calls and making them.

#[cfg(any(feature = "rpc-client", feature = "rpc-server"))]
mod attributes;
#[cfg(any(feature = "rpc-client", feature = "rpc-server"))]
mod deadline;
mod details;
#[cfg(any(feature = "rpc-client", feature = "rpc-server"))]
mod watch;

#[cfg(feature = "rpc-server")]
mod admission;
#[cfg(feature = "rpc-server")]
mod auth;
#[cfg(feature = "rpc-client")]
mod balance;
#[cfg(any(feature = "rpc-client", feature = "rpc-server"))]
mod breakers;
#[cfg(feature = "rpc-client")]
mod budget;
#[cfg(feature = "rpc-client")]
mod call;
#[cfg(feature = "rpc-client")]
mod client;
#[cfg(feature = "rpc-client")]
mod credentials;
#[cfg(all(feature = "rpc-server", feature = "testing"))]
mod fake;
#[cfg(feature = "rpc-server")]
mod health;
#[cfg(feature = "rpc-server")]
mod observe;
#[cfg(feature = "rpc-server")]
mod protect;
#[cfg(feature = "reflection")]
mod reflection;
#[cfg(feature = "rpc-client")]
mod replay;
#[cfg(feature = "rpc-client")]
mod retry;
#[cfg(feature = "rpc-client")]
mod ring;
#[cfg(feature = "rpc-server")]
mod server;
#[cfg(feature = "rpc-server")]
mod stream;
#[cfg(all(feature = "rpc-server", feature = "redis"))]
mod tokens;
#[cfg(feature = "rpc-client")]
mod unsent;

#[cfg(feature = "rpc-client")]
pub use self::budget::Budget;
#[cfg(feature = "rpc-client")]
pub use self::client::{Channel, HashKey};
pub use self::details::{fields_of_status, status_of_fields};
#[cfg(all(feature = "rpc-server", feature = "testing"))]
pub use self::fake::{Canned, collect, stream_of};
#[cfg(feature = "rpc-client")]
pub use self::ring::Ring;
#[cfg(feature = "rpc-server")]
pub use self::server::{Server, Services, healthcheck};
#[cfg(feature = "rpc-server")]
pub use self::stream::{Replies, replies};

/// `OK`, `NOT_FOUND`: the code as the semantic conventions write it (`rpc.response.status_code`).
pub(crate) fn code_name(code: tonic::Code) -> &'static str {
    match code {
        tonic::Code::Ok => "OK",
        tonic::Code::Cancelled => "CANCELLED",
        tonic::Code::Unknown => "UNKNOWN",
        tonic::Code::InvalidArgument => "INVALID_ARGUMENT",
        tonic::Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        tonic::Code::NotFound => "NOT_FOUND",
        tonic::Code::AlreadyExists => "ALREADY_EXISTS",
        tonic::Code::PermissionDenied => "PERMISSION_DENIED",
        tonic::Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        tonic::Code::FailedPrecondition => "FAILED_PRECONDITION",
        tonic::Code::Aborted => "ABORTED",
        tonic::Code::OutOfRange => "OUT_OF_RANGE",
        tonic::Code::Unimplemented => "UNIMPLEMENTED",
        tonic::Code::Internal => "INTERNAL",
        tonic::Code::Unavailable => "UNAVAILABLE",
        tonic::Code::DataLoss => "DATA_LOSS",
        tonic::Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
