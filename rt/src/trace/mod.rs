//! Spans of the framework and of the generated code, exported over OTLP by the OpenTelemetry SDK.
//!
//! The decision to sample is made once, at the door. An unsampled request costs no span objects and no
//! allocations: its ids (32 bytes, `Copy`) still go to the logs and, as `-00`, to the next process.
//!
//! Names and attributes follow the OpenTelemetry semantic conventions 1.42.

mod active;
pub mod attr;
mod export;
mod ids;
mod propagation;
mod record;
mod sampler;
mod span;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::active::{InContext, current_ids};
pub(crate) use self::export::{Exporter, install, shutdown};
pub use self::ids::Ids;
pub use self::propagation::{extract, inject};
pub(crate) use self::sampler::Sampler;
pub use self::span::{Failure, Kind, Parent, Span, step};
