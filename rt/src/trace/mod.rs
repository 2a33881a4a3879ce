//! Spans of the framework and of the generated code, exported over OTLP.
//!
//! The decision to sample is made once, at the door. An unsampled request costs no span objects and no
//! allocations: its ids (32 bytes, `Copy`) still go to the logs and, as `-00`, to the next process.
//!
//! Names and attributes follow the OpenTelemetry semantic conventions 1.42.

mod active;
pub mod attr;
mod export;
mod ids;
mod priority;
mod propagation;
mod record;
mod run;
mod sampler;
mod span;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "http")]
pub(crate) use self::active::Scoped;
pub use self::active::{InContext, current_ids};
pub(crate) use self::export::{Sink, install, shutdown};
pub use self::ids::Ids;
pub(crate) use self::ids::trace_hex;
#[cfg(any(feature = "http", feature = "rpc-server"))]
pub(crate) use self::priority::Door;
pub(crate) use self::priority::PRIORITY_ATTRIBUTES;
pub use self::propagation::{extract, inject};
pub use self::record::Attributes;
pub use self::run::step;
pub(crate) use self::sampler::Sampler;
pub use self::span::{Failure, Kind, Parent, Span};
