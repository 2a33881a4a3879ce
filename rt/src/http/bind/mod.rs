//! Reads a request into a struct, field by field, and collects everything that is wrong with it
//! (go-zero's `rest/httpx/requests.go` and `core/mapping`).
//!
//! Generated code parses each part of a request once into [`Field`]s and then decides on them one by one.

mod body;
mod field;
mod json;
mod multipart;
pub mod text;

#[cfg(feature = "signature")]
pub(super) use self::body::read;
pub use self::body::{json, json_body};
pub use self::field::{Errors, Field};
pub use self::json::{FromJson, Quoted, object};
pub use self::text::{Form, FromText, Headers, PathParams};
