//! The HTTP side of a gateway: request binding, the middleware stack, the server.

pub mod bind;
mod healthcheck;
pub mod json;
mod observe;
mod refusal;
mod server;
mod stack;

pub use self::healthcheck::healthcheck;
pub use self::refusal::Refusal;
pub use self::server::Server;
pub use self::stack::stack;
