//! The HTTP side of a gateway: request binding, the middleware stack, the server.

pub mod bind;
mod deadline;
mod events;
mod healthcheck;
pub mod json;
#[cfg(feature = "jwt")]
pub mod jwt;
mod observe;
mod refusal;
mod server;
mod stack;

pub use self::deadline::time_limit;
pub use self::events::Events;
pub use self::healthcheck::healthcheck;
pub use self::refusal::Refusal;
pub use self::server::Server;
pub use self::stack::stack;
