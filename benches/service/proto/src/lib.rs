//! Messages, client and server as tonic's own generator writes them; the same text in all that is measured.

#![allow(clippy::all)]

#[path = "../../../../fixtures/projects/order/expected/crates/order-proto/src/order.pb.rs"]
pub mod order;
