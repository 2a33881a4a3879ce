//! `zgen dev`.
mod decode;
pub mod ports;
pub mod receiver;
pub mod render;
pub mod services;
mod settings;
pub mod span;
#[cfg(test)]
mod testing;
mod text;
pub mod tree;
