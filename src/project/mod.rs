//! What a workspace is generated from: `zgen.yaml`, read, extended and written back.

mod inputs;

pub use self::inputs::{ApiInput, Inputs, Options, RpcInput};
