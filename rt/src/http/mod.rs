//! The HTTP side of a gateway: request binding, the middleware stack, the server.

pub mod bind;
mod cors;
mod deadline;
mod envelope;
mod events;
#[cfg(feature = "gunzip")]
mod gunzip;
mod healthcheck;
pub mod json;
#[cfg(feature = "jwt")]
pub mod jwt;
mod observe;
mod probe;
mod protect;
mod rate;
mod refusal;
mod server;
#[cfg(feature = "signature")]
pub mod signature;
mod stack;

pub use self::deadline::time_limit;
pub use self::envelope::Envelope;
pub use self::events::Events;
pub use self::healthcheck::healthcheck;
pub use self::refusal::Refusal;
pub use self::server::Server;
pub use self::stack::stack;
