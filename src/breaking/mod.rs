//! What would break a caller: two states of a description, compared.
//!
//! Errors are what a caller that was right before is now refused for, or cannot read any more; warnings are what it may
//! notice. `docs/breaking.md` has the rules. A finding stands where the present state differs, and in the earlier state
//! where something is gone.

mod api;
mod proto;

pub use self::api::gateways;
pub use self::proto::contracts;
