//! zgen writes complete, traced Rust microservice workspaces from go-zero's `.api` files, from protobuf and from SQL.
//!
//! Data moves one way: [`source`] → [`syntax`], [`proto`], [`sql`] → [`analyze`] → [`model`] → [`lower`] → [`rust`] →
//! [`emit`] → [`write`]. `docs/architecture.md` explains each pass and the rules that `tests/tidy.rs` keeps.

pub mod analyze;
pub mod breaking;
pub mod cli;
pub mod database;
pub mod dev;
pub mod diag;
pub mod emit;
pub mod format;
mod generate;
pub mod git;
pub mod inspect;
pub mod lower;
pub mod migrate;
pub mod model;
pub mod openapi;
mod parallel;
pub mod project;
pub mod proto;
pub mod rust;
pub mod sample;
pub mod source;
pub mod sql;
mod style;
pub mod syntax;
pub mod write;

pub use self::generate::{Added, Generated, add_migrations, generate};
