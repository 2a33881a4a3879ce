//! Messages, client and server as tonic's own generator writes them; the same text in all that is measured.

pub mod order {
    #![allow(clippy::all)]

    // Not by `#[path]`: rustfmt would follow it and rewrite what zgen is expected to write.
    include!("../../../../fixtures/projects/order/expected/crates/order-proto/src/order.pb.rs");
}
