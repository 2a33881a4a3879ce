//! Tables without a service: a library for whoever needs them.

use serde::Serialize;

use crate::model::{Dialect, Migrations, Schema, Table};

/// One store of its own, as DDL describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Store {
    /// Such as `shop`; the crate is `shop-store`.
    pub name: String,
    /// File name of the DDL, without folders; of several, that of the first.
    pub file: String,
    pub tables: Vec<Table>,
    pub dialect: Dialect,
    /// What makes the tables.
    #[serde(skip)]
    pub schema: Schema,
    #[serde(skip)]
    pub migrations: Migrations,
}
