//! Renders [`crate::rust`] into a [`FileTree`]. The only place that knows askama.

pub mod deploy;
mod tree;

pub use self::tree::{File, FileTree, Owner};
