//! `zgen dev`.
mod decode;
pub mod receiver;
pub mod render;
pub mod span;
#[cfg(test)]
mod testing;
pub mod tree;
