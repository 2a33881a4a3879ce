//! The workspace to print: final names and decided shapes, nothing left to work out. Data only.
//!
//! Every view derives `Serialize`, so that a user's own template can be rendered from the same data.

// A template has only flags to go by, and a view lives as long as one file is printed.
#![allow(clippy::large_enum_variant, clippy::struct_excessive_bools)]

pub mod chart;
pub mod deploy;
pub mod gateway;
mod kubernetes;
pub mod observability;
mod scalar;
pub mod service;
pub mod store;
pub mod workspace;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::emit::Owner;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Workspace {
    pub files: Vec<File>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct File {
    /// Below the output directory.
    pub path: Utf8PathBuf,
    pub owner: Owner,
    pub body: Body,
}

/// One template each, but for `Text`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Body {
    /// Printed as it is.
    Text(String),
    Workspace(workspace::Body),
    Gateway(gateway::Body),
    Service(service::Body),
    Deploy(deploy::Body),
}

/// A `use` line whose list may need several lines: rustfmt fills them up to 100 columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Use {
    pub path: String,
    pub lines: Vec<String>,
    /// Around more than one name.
    pub braces: bool,
    /// The names stand below the path, not behind it.
    pub is_wrapped: bool,
}

/// `span.set("order.user_id", req.user_id);`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

/// A function in a module of its own: `mod create_order;` holds `create_order`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Function {
    /// Not always the function's name: `type_` holds `r#type`.
    pub module: String,
    pub name: String,
}

/// `name: value,` in a struct literal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Init {
    pub name: String,
    pub value: String,
    /// Why the value is what it is, where that is not plain to see.
    pub comment: Option<String>,
}

/// Doc lines, name and type of a struct member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    pub docs: Vec<String>,
    /// Whole attributes without `#[` and `]`.
    pub attributes: Vec<String>,
    pub name: String,
    pub ty: String,
}
