//! What a store's tables are made by, and the files that did it so far.

use crate::model::Table;

/// The DDL of a store: statements that make its tables, in order, and the tables as they were read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    pub statements: Vec<Statement>,
    pub tables: Vec<Table>,
}

/// One statement, without a semicolon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it is about; `None`: types, sequences and the like.
    pub table: Option<String>,
    pub text: String,
}

/// The start of every migration that zgen writes: it tells them from others.
pub const HEAD: &str = "-- By zgen from ";

/// The migrations of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrations {
    /// For the server whose words the DDL is in.
    pub server: Vec<Migration>,
    pub sqlite: Vec<Migration>,
}

/// One file of a folder of migrations, in the order of their versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// `0001_order.sql`
    pub file: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Of zgen's, and on disk already: it may have been applied somewhere, so it stays as it is.
    There(String),
    /// The user's, on disk.
    ByHand,
    /// To be written.
    New(Vec<String>),
}
