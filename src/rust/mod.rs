//! The workspace to print: final names and decided shapes, nothing left to work out. Data only.
//!
//! Every view derives `Serialize`, so that a user's own template can be rendered from the same data.

pub mod deploy;

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
    Deploy(deploy::Body),
}
