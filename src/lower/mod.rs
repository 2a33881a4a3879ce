//! Decides what is printed: [`crate::model`] to [`crate::rust`]. Total: it cannot fail.

pub mod deploy;
